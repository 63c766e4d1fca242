package reporting

import (
	"context"
	"iter"
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
	TaxPart  FactKind = "tax_part" // a tax inside prices: for tax figures, adds nothing to the total
	Shipping FactKind = "shipping"
	Fee      FactKind = "fee"
	Credit   FactKind = "credit" // negative, tax included
)

// Fact is one flat entry of the books: what happened when, for which order.
type Fact struct {
	Kind       FactKind
	At         time.Time // business time: placing for what was sold, crediting for credits
	OrderID    uuid.UUID
	CustomerID uuid.UUID
	Channel    string
	Country    string
	SKU        string // of goods and of what refers to a line
	Code       string // of an adjustment
	Quantity   quantity.Quantity
	Amount     money.Money
}

// Period is a half-open interval of business time; a zero end is open.
type Period struct{ From, To time.Time }

// Reader reads the books as facts.
type Reader interface {
	// Facts yields the facts of the period in ascending order of time; facts of
	// one moment come in no stated order.
	Facts(ctx context.Context, p Period) iter.Seq2[Fact, error]
}
