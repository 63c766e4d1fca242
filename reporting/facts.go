package reporting

import (
	"time"

	"github.com/google/uuid"

	"github.com/go-oms/oms/money"
	"github.com/go-oms/oms/quantity"
)

// FactKind says what a fact adds to the books.
type FactKind string

// The kinds of fact.
const (
	Goods    FactKind = "goods"    // a line's subtotal
	Discount FactKind = "discount" // negative
	Tax      FactKind = "tax"      // a tax on top of prices
	TaxPart  FactKind = "tax_part" // a tax inside prices or credits: for tax figures, adds nothing to the total
	Shipping FactKind = "shipping"
	Fee      FactKind = "fee"
	Credit   FactKind = "credit" // negative, tax included
)

// The codes of credits that reports tell apart.
const (
	CodeCanceled = "canceled" // for units that were called off
	CodeReturn   = "return"   // for goods that came back
)

// CodeStoreCredit is the code of the fee that keeps the money of goods that came back for
// store credit: it is no sale.
const CodeStoreCredit = "store_credit"

// Fact is one flat entry of the books: what was sold, charged, taxed or given back
// when, for which order. The sum of all facts of an order but TaxPart is its total
// less what was credited.
type Fact struct {
	Kind       FactKind
	At         time.Time // business time: placing for what was sold, crediting for credits
	OrderID    uuid.UUID
	CustomerID uuid.UUID // the order's now; zero for a guest
	Channel    string
	Country    string
	SKU        string // of goods and of what refers to a line
	Code       string // of an adjustment
	Quantity   quantity.Quantity
	Amount     money.Money
}

// OrderFact is one order as a row: what became of it and what it came to. Bookings
// without goods, such as a charge by hand or a blind return, are rows too.
type OrderFact struct {
	ID                uuid.UUID
	At                time.Time // when it was placed
	CustomerID        uuid.UUID // zero for a guest
	Channel           string
	Country           string
	Status            string // of its workflow
	PaymentStatus     string
	FulfillmentStatus string
	ReturnStatus      string
	PromisedAt        time.Time // delivery promised by; zero without a promise
	ClosedAt          time.Time // when a final state was reached; zero while the order is open
	CloseReason       string
	Goods             bool        // it has lines
	First             bool        // see OrderScope.First
	Total             money.Money // what was charged
	Credited          money.Money // positive
	// Paid is what was captured less what was refunded and paid out.
	Paid money.Money
}

// PaymentFact is one operation on a payment as a row.
type PaymentFact struct {
	At      time.Time // when it was asked for
	OrderID uuid.UUID
	Gateway string
	Kind    string      // "sale", "authorize", "capture", "refund" …
	State   string      // "succeeded", "declined", "pending" …
	Amount  money.Money // asked for
	Settled money.Money // what the gateway did of it
}

// StockFact is an item's stock at a location as a row, as of now.
type StockFact struct {
	SKU         string
	Title       string
	Location    string
	OnHand      quantity.Quantity
	Unavailable quantity.Quantity // damaged or in quarantine
	Allocated   quantity.Quantity // promised to orders
	Reserved    quantity.Quantity // kept for carts
	Safety      quantity.Quantity
	Backordered quantity.Quantity // promised without stock
	Available   quantity.Quantity // what may be promised: see package inventory
	// UnitCost is the mean cost of a unit of the item over all receipts that had a
	// cost, weighted by their quantities and rounded half up to six decimals beyond
	// the currency's; the zero Money for an item without one. An item with costs in
	// several currencies has that of its latest such receipt.
	UnitCost money.Money
}
