package storage

import (
	"bytes"
	"cmp"

	"github.com/google/uuid"

	"github.com/go-oms/oms/inventory"
	"github.com/go-oms/oms/money"
	"github.com/go-oms/oms/order"
	"github.com/go-oms/oms/payment"
	"github.com/go-oms/oms/reporting"
)

// OrderFact returns an order as a row. Paid and First are left out: see [Paid] and
// [Firsts].
func OrderFact(o *order.Order) reporting.OrderFact {
	return reporting.OrderFact{
		ID: o.ID, At: o.PlacedAt, CustomerID: o.CustomerID, Channel: o.Channel, Country: o.Country,
		Status: o.Status, PaymentStatus: string(o.PaymentStatus), FulfillmentStatus: string(o.FulfillmentStatus),
		ReturnStatus: string(o.ReturnStatus), PromisedAt: o.PromisedAt, ClosedAt: o.ClosedAt, CloseReason: o.CloseReason,
		Goods: len(o.Lines) > 0, Total: o.Totals.Total, Credited: o.Totals.Credited,
	}
}

// MayOwe reports whether an order of that status counts as owing something, see
// reporting.OrderScope.
func MayOwe(s order.PaymentStatus) bool {
	switch s {
	case order.PaymentNone, order.PaymentPaid, order.PaymentOverpaid:
		return false
	default:
		return true
	}
}

// Paid returns what the order's tenders have captured less what they refunded and
// paid out, in the order's currency; tenders in another count for nothing. The
// error is a *money.OverflowError.
func Paid(c money.Currency, tenders []*payment.Tender) (money.Money, error) {
	amounts := []money.Money{money.Zero(c)}
	for _, t := range tenders {
		if t.Amount.Currency() == c {
			amounts = append(amounts, t.Totals.Captured, t.Totals.Refunded.Neg(), t.Totals.PaidOut.Neg())
		}
	}
	return money.Sum(amounts...)
}

// Firsts collects the first order with goods of each customer. The zero value
// knows of none.
type Firsts struct{ orders map[uuid.UUID]*order.Order }

// Add takes an order into account, in whatever order they come. It keeps o.
func (f *Firsts) Add(o *order.Order) {
	if o.CustomerID == (uuid.UUID{}) || len(o.Lines) == 0 {
		return
	}
	if f.orders == nil {
		f.orders = map[uuid.UUID]*order.Order{}
	}
	first := f.orders[o.CustomerID]
	if first == nil || cmp.Or(o.PlacedAt.Compare(first.PlacedAt), bytes.Compare(o.ID[:], first.ID[:])) < 0 {
		f.orders[o.CustomerID] = o
	}
}

// Has reports whether the order is its customer's first with goods. A guest has none.
func (f *Firsts) Has(o *order.Order) bool {
	first := f.orders[o.CustomerID]
	return first != nil && first.ID == o.ID
}

// PaymentFacts returns a tender's operations as rows.
func PaymentFacts(t *payment.Tender) []reporting.PaymentFact {
	facts := make([]reporting.PaymentFact, len(t.Ops))
	for i := range t.Ops {
		op := &t.Ops[i]
		facts[i] = reporting.PaymentFact{
			At: op.CreatedAt, OrderID: t.OrderID, Gateway: t.Gateway, Kind: string(op.Kind), State: string(op.State),
			Amount: op.Amount, Settled: op.Settled,
		}
	}
	return facts
}

// StockFact returns a level of an item with that title as a row. The cost is that
// of inventory.Costs.
func StockFact(l *inventory.Level, title string, cost money.Money) reporting.StockFact {
	return reporting.StockFact{
		SKU: l.SKU, Title: title, Location: l.Location,
		OnHand: l.OnHand, Unavailable: l.Unavailable, Allocated: l.Allocated, Reserved: l.Reserved, Safety: l.Safety,
		Backordered: l.Backordered, Available: l.Available(), UnitCost: cost,
	}
}
