package order

import (
	"time"

	"github.com/google/uuid"

	"github.com/go-oms/oms/money"
	"github.com/go-oms/oms/quantity"
)

// Origin says through which door an order came in.
type Origin string

// The doors.
const (
	FromShop   Origin = "shop"         // a shopper's cart, priced by the Pricer
	FromStaff  Origin = "staff"        // entered by trusted staff or an integration
	FromImport Origin = "import"       // a past order with its business times
	FromBlind  Origin = "blind_return" // goods that came back without a known sale
	FromBooks  Origin = "books"        // charges and credits without goods
	// FromSubscription is a date of a subscription, priced by its policy.
	FromSubscription Origin = "subscription"
	FromExchange     Origin = "exchange" // goods in place of others that are sent back
	FromClaim        Origin = "claim"    // goods that are sent again, for a claim
	// FromQuote is an offer that was accepted, at its prices.
	FromQuote Origin = "quote"
)

// Order is the aggregate: the agreement with one customer, its lines, and
// everything that was charged, credited and sent back. It is a value to be
// copied ([Order.Clone]) and changed as a whole; [Diff] finds what a change
// wrote.
//
// Money fields are in Currency and at its minor units, but for unit prices.
type Order struct {
	ID      uuid.UUID `json:"id"`
	Version int64     `json:"version"` // counts the order's events
	Number  string    `json:"number"`  // unique in the tenant; gaps are normal

	Channel     string    `json:"channel,omitempty"`
	ExternalRef string    `json:"external_ref,omitempty"` // unique in tenant and channel when set
	CartID      string    `json:"cart_id,omitempty"`      // unique in the tenant when set: a cart is placed at most once
	Origin      Origin    `json:"origin"`
	Original    uuid.UUID `json:"original,omitzero"` // the order whose goods this one's are exchanged for
	CustomerID  uuid.UUID `json:"customer_id,omitzero"`
	// CompanyID is whom the customer buys for, and CompanyDay the calendar day of the
	// placing where that is, such as "2026-11-29": what the company may spend on a day
	// and in a month is counted by it. Both are empty for who buys for himself.
	CompanyID  uuid.UUID `json:"company_id,omitzero"`
	CompanyDay string    `json:"company_day,omitempty"`
	ShipToID   uuid.UUID `json:"ship_to_id,omitzero"` // the address rows hold the personal data
	BillToID   uuid.UUID `json:"bill_to_id,omitzero"`

	Workflow        string `json:"workflow"`         // id of the workflow the order is pinned to
	WorkflowVersion int    `json:"workflow_version"` // and its version
	Status          string `json:"status"`           // a state of that workflow, assigned by the machine alone

	// Derived by one pure function each and never set by a caller.
	PaymentStatus     PaymentStatus     `json:"payment_status"`
	FulfillmentStatus FulfillmentStatus `json:"fulfillment_status"`
	ReturnStatus      ReturnStatus      `json:"return_status"`

	Currency money.Currency `json:"currency"`
	Terms    Terms          `json:"terms"`
	Totals   Totals         `json:"totals"`
	Shipping string         `json:"shipping,omitempty"` // code of the shipping method

	PlacedAt    time.Time `json:"placed_at"`
	ExpiresAt   time.Time `json:"expires_at,omitzero"`  // when the workflow acts by itself: an unpaid order ends, a state times out
	PromisedAt  time.Time `json:"promised_at,omitzero"` // delivery promised by
	ClosedAt    time.Time `json:"closed_at,omitzero"`   // when a final state was reached
	CloseReason string    `json:"close_reason,omitempty"`
	Country     string    `json:"country,omitempty"` // of the delivery, ISO 3166-1 alpha-2 where known

	Metadata Metadata `json:"metadata,omitempty"`

	Lines       []Line       `json:"lines,omitempty"`
	Adjustments []Adjustment `json:"adjustments,omitempty"`
	Returns     []Return     `json:"returns,omitempty"`
	Changes     []Change     `json:"changes,omitempty"`
	Holds       []Hold       `json:"holds,omitempty"` // those that were lifted included

	// Personal data, stored in rows of their own and absent from events.
	ShipTo *Address `json:"-"`
	BillTo *Address `json:"-"`
}

// Totals are the sums over an order. They satisfy
//
//	Total = Goods − Discount + Shipping + Fees + Tax − TaxIncluded
//
// and do not change after placing but by an explicit change; what is given back
// is summed in Credited. Due, what the customer owes in all, is Total − Credited.
type Totals struct {
	Goods       money.Money `json:"goods"`        // Σ line subtotals
	Discount    money.Money `json:"discount"`     // Σ discounts on lines and shipping, positive
	Shipping    money.Money `json:"shipping"`     // before its discount
	Fees        money.Money `json:"fees"`         // fees and other charges, signed
	Tax         money.Money `json:"tax"`          // all tax, included or not
	TaxIncluded money.Money `json:"tax_included"` // the part of Tax that prices contain already
	Total       money.Money `json:"total"`
	Credited    money.Money `json:"credited"` // Σ credits, positive
}

// Line is one position of an order. Its prices are frozen at placing.
//
//	Total = Subtotal − Discount + (Tax unless the price includes it)
type Line struct {
	ID          uuid.UUID         `json:"id"`
	Position    int               `json:"position"` // 1, 2, 3 …
	SKU         string            `json:"sku"`
	Title       string            `json:"title,omitempty"`
	Quantity    quantity.Quantity `json:"quantity"`   // ordered, in the item's unit
	UnitPrice   money.Money       `json:"unit_price"` // may be finer than minor units
	TaxCategory string            `json:"tax_category,omitempty"`
	Subtotal    money.Money       `json:"subtotal"` // UnitPrice × Quantity, rounded once
	Discount    money.Money       `json:"discount"` // positive
	Tax         money.Money       `json:"tax"`
	Total       money.Money       `json:"total"`

	Counts   `json:"counts"`
	Credited money.Money `json:"credited"` // given back on this line so far, at most Total
}

// Counts is where the units of a line are. The first seven fields are a
// partition: they always add up to the ordered quantity.
type Counts struct {
	Unsourced   quantity.Quantity `json:"unsourced,omitzero"`
	Backordered quantity.Quantity `json:"backordered,omitzero"`
	Preordered  quantity.Quantity `json:"preordered,omitzero"`
	Allocated   quantity.Quantity `json:"allocated,omitzero"`
	Released    quantity.Quantity `json:"released,omitzero"` // handed to a warehouse, not yet shipped
	Shipped     quantity.Quantity `json:"shipped,omitzero"`  // gross: returns do not lower it
	Canceled    quantity.Quantity `json:"canceled,omitzero"`

	Delivered quantity.Quantity `json:"delivered,omitzero"` // of the shipped

	// Returns, a partition of a part of the shipped units.
	ReturnRequested quantity.Quantity `json:"return_requested,omitzero"` // asked for, not yet here
	ReturnInTransit quantity.Quantity `json:"return_in_transit,omitzero"`
	ReturnReceived  quantity.Quantity `json:"return_received,omitzero"`  // good, back in stock
	ReturnDamaged   quantity.Quantity `json:"return_damaged,omitzero"`   // received, not for sale: damaged, in quarantine, scrapped
	ReturnDismissed quantity.Quantity `json:"return_dismissed,omitzero"` // received and refused
	WrittenOff      quantity.Quantity `json:"written_off,omitzero"`      // lost, or left with the customer
}

// Scope says what an adjustment applies to.
type Scope string

// The scopes.
const (
	OnLine     Scope = "line"
	OnShipping Scope = "shipping"
	OnOrder    Scope = "order"
)

// AdjustmentKind says what an adjustment is.
type AdjustmentKind string

// The kinds of adjustment and the sign of their amounts.
const (
	Discount AdjustmentKind = "discount" // negative or zero
	Tax      AdjustmentKind = "tax"      // on goods and shipping: positive or zero
	Shipping AdjustmentKind = "shipping" // the price of delivery
	Fee      AdjustmentKind = "fee"      // any other charge or allowance, either sign
	Credit   AdjustmentKind = "credit"   // given back after placing, negative or zero; taken back again: units below zero, amount above
)

// Adjustment is one entry beside the goods. Adjustments are only ever appended;
// a correction is a further one.
type Adjustment struct {
	ID           uuid.UUID         `json:"id"`
	Scope        Scope             `json:"scope"`
	LineID       uuid.UUID         `json:"line_id,omitzero"`
	Kind         AdjustmentKind    `json:"kind"`
	Code         string            `json:"code,omitempty"` // coupon, tax code, shipping method, reason
	Label        string            `json:"label,omitempty"`
	Amount       money.Money       `json:"amount"`                 // signed effect on what is owed
	TaxPart      money.Money       `json:"tax_part"`               // the tax inside a credit, same sign
	Included     bool              `json:"included,omitempty"`     // a tax that prices contain already: adds nothing
	RatePPM      int64             `json:"rate_ppm,omitempty"`     // rate in parts per million
	Jurisdiction string            `json:"jurisdiction,omitempty"` // of a tax
	Quantity     quantity.Quantity `json:"quantity,omitzero"`      // units a credit covers, or takes back
	Source       uuid.UUID         `json:"source,omitzero"`        // the return that a credit or fee follows from, or the credit that is taken back
	At           time.Time         `json:"at"`
}

// Address is where and to whom. It is personal data: a row of its own, a
// snapshot of the moment of placing, never part of an event.
type Address struct {
	ID         uuid.UUID `json:"id,omitzero"`
	Name       string    `json:"name,omitempty"`
	Company    string    `json:"company,omitempty"`
	Line1      string    `json:"line1,omitempty"`
	Line2      string    `json:"line2,omitempty"`
	City       string    `json:"city,omitempty"`
	Region     string    `json:"region,omitempty"`
	PostalCode string    `json:"postal_code,omitempty"`
	Country    string    `json:"country,omitempty"` // ISO 3166-1 alpha-2 where known
	Phone      string    `json:"phone,omitempty"`
	Email      string    `json:"email,omitempty"`
}

// Note is a remark on an order. Its text may hold personal data: a row of its
// own, which the event names by id.
type Note struct {
	ID       uuid.UUID `json:"id"`
	OrderID  uuid.UUID `json:"order_id"`
	Author   string    `json:"author"` // the actor, "kind:id"
	Text     string    `json:"text"`
	Internal bool      `json:"internal"` // not for the customer's eyes
	At       time.Time `json:"at"`
}

// Terms is how an order's prices, taxes and roundings are reckoned; it is stored
// with the order. The zero value: prices without tax, rounded per line, half up.
type Terms struct {
	TaxIncluded bool           `json:"tax_included,omitempty"` // prices contain the tax
	Level       TaxLevel       `json:"level,omitempty"`
	Rounding    money.Rounding `json:"rounding,omitempty"`
}

// TaxLevel is where tax is rounded.
type TaxLevel string

// The levels. The zero value means PerLine.
const (
	PerLine  TaxLevel = "line"  // once per line
	PerUnit  TaxLevel = "unit"  // once per unit, then times the quantity
	PerOrder TaxLevel = "order" // once per rate over the order, shared out to the lines
)
