package order

import (
	"slices"
	"strconv"

	"github.com/google/uuid"

	"github.com/go-oms/oms/fault"
	"github.com/go-oms/oms/money"
	"github.com/go-oms/oms/quantity"
)

// Previewed is what a change would lead to.
type Previewed struct {
	// Order is the order after the change: new lines and units that were reinstated are
	// unsourced, the statuses are as before. It shares nothing with the order before.
	Order *Order
	// Due is by how much the change moves what is owed: above zero is to be paid, below
	// zero goes back.
	Due money.Money
	// Stock is what it does to the units of lines, in the order of the lines.
	Stock []StockDelta
	// Inverse takes it back, see [Change].
	Inverse []Step
	// Problems are what is in its way. Where there are any, the rest is what the other
	// steps lead to.
	Problems []Problem
}

// StockDelta is what a change does to the units of one line.
type StockDelta struct {
	LineID    uuid.UUID
	SKU       string
	Wanted    quantity.Quantity // to be taken from stock, or backordered where Backorder is set
	Backorder bool
	Freed     Counts // that were canceled: unsourced, backordered, preordered, allocated, released
	Arrivals  []Arrival
}

// Arrival is units of a return that come in and are kept in the building.
type Arrival struct {
	Quantity quantity.Quantity
	As       ReturnMove
	Location string
	Reason   string // of the return
}

// Additions returns the goods, and the delivery, that a change adds to an order, in the
// order of its steps. A line without a unit price is to be priced, and all of them and
// the delivery to be taxed, before [Preview].
func (c *Change) Additions(o *Order) ([]PricedLine, *Charge) {
	if !slices.ContainsFunc(c.Steps, func(s Step) bool { return adds[s.Type] }) {
		return nil, nil
	}
	a := amend(o, c.Steps, &Basis{})
	return a.added, a.delivery
}

// Basis is what a change is reckoned from, beside the order.
type Basis struct {
	// Priced is what the change adds: Lines and Shipping as [Change.Additions] has them,
	// priced and taxed; IDs; Header.PlacedAt, the time of the change. Header's currency and
	// terms are the order's.
	Priced Assembly
	// Returns is what is taken back, and Return how it is asked for: all but its lines and
	// its reason, which are the steps'.
	Returns ReturnPolicy
	Return  ReturnAsk
}

// Preview returns what a change leads to. It is pure: it changes neither the order nor
// the change, and the same arguments give the same answer.
//
// Whatever is wrong with the steps is a problem; the error is one of the assembly, a
// [*ProviderError] among them.
func Preview(o *Order, c *Change, in Basis) (*Previewed, error) {
	priced := &in.Priced
	if priced.IDs == nil {
		return nil, fault.Invalid("ids", nil, "a source of ids")
	}
	priced.Header.Currency, priced.Header.Terms = o.Currency, o.Terms
	a := amend(o, c.Steps, &in)
	if len(priced.Lines) != len(a.added) || (priced.Shipping == nil) != (a.delivery == nil) {
		return nil, fault.Invalid("priced.lines", len(priced.Lines), strconv.Itoa(len(a.added))+", what the change adds")
	}
	if len(a.added) > 0 || a.delivery != nil {
		if err := a.append(*priced); err != nil {
			return nil, err
		}
	}
	due, err := a.order.Due().Sub(o.Due())
	if err != nil {
		return nil, err
	}
	return &Previewed{Order: a.order, Due: due, Stock: a.deltas(), Inverse: a.inverse, Problems: a.problems}, nil
}

// adds are the types of steps that may add something.
var adds = map[StepType]bool{StepAdd: true, StepQuantity: true, StepPrice: true, StepReplace: true, StepShipping: true}
