package order

// PaymentStatus says how an order stands with its money. It is derived by
// [DerivePaymentStatus].
type PaymentStatus string

// The payment statuses.
const (
	PaymentNone                PaymentStatus = "none" // nothing is owed and nothing was paid
	PaymentPending             PaymentStatus = "pending"
	PaymentAuthorized          PaymentStatus = "authorized"
	PaymentPartiallyAuthorized PaymentStatus = "partially_authorized"
	PaymentPartiallyPaid       PaymentStatus = "partially_paid"
	PaymentPaid                PaymentStatus = "paid"
	PaymentOverpaid            PaymentStatus = "overpaid"
	PaymentPartiallyRefunded   PaymentStatus = "partially_refunded"
	PaymentRefunded            PaymentStatus = "refunded"
	PaymentVoided              PaymentStatus = "voided"
	PaymentFailed              PaymentStatus = "failed"
)

// FulfillmentStatus says how far the goods have come. It is derived by
// [DeriveFulfillmentStatus].
type FulfillmentStatus string

// The fulfilment statuses.
const (
	Unfulfilled        FulfillmentStatus = "unfulfilled"
	Backordered        FulfillmentStatus = "backordered"
	PartiallyFulfilled FulfillmentStatus = "partially_fulfilled"
	Fulfilled          FulfillmentStatus = "fulfilled"
	PartiallyDelivered FulfillmentStatus = "partially_delivered"
	Delivered          FulfillmentStatus = "delivered"
	FulfillmentVoid    FulfillmentStatus = "canceled"
)

// ReturnStatus says what came back. It is derived by [DeriveReturnStatus].
type ReturnStatus string

// The return statuses.
const (
	NotReturned       ReturnStatus = "none"
	ReturnAsked       ReturnStatus = "requested"
	PartiallyReturned ReturnStatus = "partially_returned"
	Returned          ReturnStatus = "returned"
)

// Derive sets what nobody else sets: the payment, fulfilment and return statuses,
// and the state of every return. The error is that of [DerivePaymentStatus].
func (o *Order) Derive(m MoneyState) error {
	paid, err := DerivePaymentStatus(o.Totals, m)
	if err != nil {
		return err
	}
	o.PaymentStatus = paid
	o.FulfillmentStatus = DeriveFulfillmentStatus(o.Lines)
	for i := range o.Returns {
		o.Returns[i].Status = o.Returns[i].state()
	}
	o.ReturnStatus = DeriveReturnStatus(o.Lines, o.Returns)
	return nil
}
