package order

import (
	"errors"
	"fmt"
	"slices"
	"strconv"

	"github.com/google/uuid"

	"github.com/go-oms/oms/event"
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
}

// Additions returns the goods, and the delivery, that a change adds to an order, in the
// order of its steps. A line without a unit price is to be priced, and all of them and
// the delivery to be taxed, before [Preview].
func (c *Change) Additions(o *Order) ([]PricedLine, *Charge) {
	if !slices.ContainsFunc(c.Steps, func(s Step) bool { return adds[s.Type] }) {
		return nil, nil
	}
	a := amend(o.Clone(), c.Steps, &Assembly{})
	return a.added, a.delivery
}

// Preview returns what a change leads to. It is pure: it changes neither the order nor
// the change, and the same arguments give the same answer. What it adds stands in
// priced: Lines and Shipping as [Change.Additions] has them, priced and taxed; IDs;
// Header.PlacedAt, the time of the change. Header's currency and terms are the order's.
//
// Whatever is wrong with the steps is a problem; the error is one of the assembly, a
// [*ProviderError] among them.
func Preview(o *Order, c *Change, priced Assembly) (*Previewed, error) {
	if priced.IDs == nil {
		return nil, fault.Invalid("ids", nil, "a source of ids")
	}
	priced.Header.Currency, priced.Header.Terms = o.Currency, o.Terms
	a := amend(o.Clone(), c.Steps, &priced)
	if len(priced.Lines) != len(a.added) || (priced.Shipping == nil) != (a.delivery == nil) {
		return nil, fault.Invalid("priced.lines", len(priced.Lines), strconv.Itoa(len(a.added))+", what the change adds")
	}
	if len(a.added) > 0 || a.delivery != nil {
		if err := a.append(priced); err != nil {
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

// amendment is an order in the course of a change.
type amendment struct {
	order    *Order
	places   map[uuid.UUID]int               // of the lines, once looked for
	credited map[uuid.UUID]quantity.Quantity // units, by line, once looked for
	counted  map[uuid.UUID]bool              // the lines whose quantity was set
	in       *Assembly
	added    []PricedLine
	back     []bool // whether the added ones may be backordered
	delivery *Charge
	stock    []StockDelta
	inverse  []Step
	problems []Problem
}

// amend carries out the steps on the order, but for what they add.
func amend(o *Order, steps []Step, in *Assembly) *amendment {
	a := &amendment{order: o, in: in, inverse: make([]Step, 0, 2*len(steps)), stock: make([]StockDelta, 0, 2*len(steps))}
	o.Adjustments = slices.Grow(o.Adjustments, len(steps)+len(in.Taxes))
	o.Lines = slices.Grow(o.Lines, len(in.Lines))
	if len(steps) == 0 {
		a.problems = append(a.problems, Problem{Err: fault.Invalid("steps", "none", "at least one step")})
	}
	for i := range steps {
		if err := a.step(&steps[i]); err != nil {
			var invalid *fault.InvalidError
			if errors.As(err, &invalid) {
				err = fault.Invalid(stepAt(i)+"."+invalid.Field, invalid.Value, invalid.Allowed)
			}
			a.problems = append(a.problems, Problem{Step: i, Err: err})
		}
	}
	return a
}

func stepAt(i int) string { return fmt.Sprintf("steps[%d]", i) }

func (a *amendment) step(s *Step) error {
	switch s.Type {
	case StepAdd:
		return a.add(s)
	case StepFee:
		return a.fee(s)
	case StepDiscount:
		return a.discount(s)
	case StepShipping:
		return a.shipping(s)
	case StepAddress:
		return a.address(s)
	case StepUncredit:
		return a.uncredit(s)
	case StepShippingBack:
		return a.shippingBack(s)
	}
	handle, known := lineSteps[s.Type]
	if !known {
		return fault.Invalid("type", s.Type, "a type of steps")
	}
	l := a.line(s.LineID)
	if l == nil {
		return fault.NotFound("line", s.LineID)
	}
	if s.Quantity.Sign() < 0 || s.Quantity.Check() != nil {
		return fault.Invalid("quantity", s.Quantity, "zero or more")
	}
	return handle(a, s, l)
}

var lineSteps = map[StepType]func(*amendment, *Step, *Line) error{
	StepQuantity:  (*amendment).quantity,
	StepCancel:    (*amendment).cancel,
	StepReinstate: (*amendment).reinstate,
	StepPrice:     (*amendment).price,
	StepReplace:   (*amendment).replace,
}

func (a *amendment) add(s *Step) error {
	if s.SKU == "" {
		return fault.Invalid("sku", "", "a SKU")
	}
	return a.want(s, PricedLine{SKU: s.SKU, Quantity: s.Quantity, UnitPrice: s.Price})
}

// want notes goods that are to be added.
func (a *amendment) want(s *Step, l PricedLine) error {
	if l.Quantity.Sign() <= 0 || l.Quantity.Check() != nil {
		return fault.Invalid("quantity", l.Quantity, "more than zero")
	}
	if err := a.priced(l.UnitPrice); err != nil {
		return err
	}
	a.added, a.back = append(a.added, l), append(a.back, s.Backorder)
	return nil
}

// priced refuses a unit price that the order cannot have; none is one.
func (a *amendment) priced(price money.Money) error {
	if price != (money.Money{}) && (price.Currency() != a.order.Currency || price.Sign() < 0) {
		return fault.Invalid("price", price, "zero or more, in "+string(a.order.Currency))
	}
	return nil
}

func (a *amendment) quantity(s *Step, l *Line) error {
	if a.counted[l.ID] {
		return fault.Invalid("line_id", l.ID, "a line that no earlier step of the change counts")
	}
	if a.counted == nil {
		a.counted = map[uuid.UUID]bool{}
	}
	a.counted[l.ID] = true
	has := l.Quantity.Sub(l.Canceled)
	switch {
	case has.Less(s.Quantity):
		return a.want(s, l.again(s.Quantity.Sub(has), l.UnitPrice))
	case s.Quantity.Less(has):
		return a.take(s, l, has.Sub(s.Quantity))
	}
	return fault.Invalid("quantity", s.Quantity, "another quantity than the line has")
}

// again is goods like those of the line.
func (l *Line) again(q quantity.Quantity, price money.Money) PricedLine {
	return PricedLine{SKU: l.SKU, Title: l.Title, TaxCategory: l.TaxCategory, Quantity: q, UnitPrice: price}
}

func (a *amendment) cancel(s *Step, l *Line) error { return a.take(s, l, or(s.Quantity, l.Open())) }

// or is q, or all where it is zero.
func or(q, all quantity.Quantity) quantity.Quantity {
	if q.IsZero() {
		return all
	}
	return q
}

// take cancels units of a line and credits them.
func (a *amendment) take(s *Step, l *Line, q quantity.Quantity) error {
	freed, err := l.Cancel(q)
	if err != nil {
		return err
	}
	p := CreditParams{Code: "canceled", Label: s.Label, At: a.in.Header.PlacedAt}
	if _, err := a.order.creditLine(a.ids(), l, a.units(l.ID), q, a.most(s), p); err != nil {
		return err
	}
	a.credited[l.ID] = a.credited[l.ID].Add(q)
	a.inverse = append(a.inverse, Step{Type: StepReinstate, LineID: l.ID, Quantity: q, Backorder: freed.Backordered.Sign() > 0})
	a.stock = append(a.stock, StockDelta{LineID: l.ID, SKU: l.SKU, Freed: freed})
	return nil
}

// most is what a step that undoes another one may credit at most, or nil for what is
// due: it gives back what was charged, whatever the steps behind it charge again.
func (a *amendment) most(s *Step) *money.Money {
	if s.Type != StepCancel || s.Price == (money.Money{}) {
		return nil
	}
	return &s.Price
}

func (a *amendment) reinstate(s *Step, l *Line) error {
	q := or(s.Quantity, l.Canceled)
	if err := l.Reinstate(q); err != nil {
		return err
	}
	from := a.units(l.ID)
	amount, err := a.order.uncreditLast(a.ids(), l, from, q, CreditParams{Code: "canceled", Label: s.Label, At: a.in.Header.PlacedAt})
	if err != nil {
		return err
	}
	share, err := l.Total.Part(l.Quantity.Micro(), from.Sub(q).Micro(), from.Micro())
	if err != nil {
		return err
	}
	if !below(amount, share) {
		amount = l.Total // it was not cut short
	}
	a.credited[l.ID] = from.Sub(q)
	a.inverse = append(a.inverse, Step{Type: StepCancel, LineID: l.ID, Quantity: q, Price: amount})
	a.stock = append(a.stock, StockDelta{LineID: l.ID, SKU: l.SKU, Wanted: q, Backorder: s.Backorder})
	return nil
}

// line returns a line of the order, or nil. Orders have many lines, and changes many
// steps.
func (a *amendment) line(id uuid.UUID) *Line {
	if a.places == nil {
		a.places = make(map[uuid.UUID]int, len(a.order.Lines))
		for i := range a.order.Lines {
			a.places[a.order.Lines[i].ID] = i
		}
	}
	if i, has := a.places[id]; has {
		return &a.order.Lines[i]
	}
	return nil
}

// units returns how many units of a line are credited.
func (a *amendment) units(id uuid.UUID) quantity.Quantity {
	if a.credited == nil {
		a.credited = map[uuid.UUID]quantity.Quantity{}
		for i := range a.order.Adjustments {
			if x := &a.order.Adjustments[i]; x.Kind == Credit && x.Scope == OnLine {
				a.credited[x.LineID] = a.credited[x.LineID].Add(x.Quantity)
			}
		}
	}
	return a.credited[id]
}

func (a *amendment) price(s *Step, l *Line) error {
	if s.Price == (money.Money{}) {
		return fault.Invalid("price", s.Price, "a unit price")
	}
	return a.exchange(s, l, l.again(or(s.Quantity, l.Open()), s.Price))
}

func (a *amendment) replace(s *Step, l *Line) error {
	if s.SKU == "" {
		return fault.Invalid("sku", "", "a SKU")
	}
	return a.exchange(s, l, PricedLine{SKU: s.SKU, Quantity: or(s.Quantity, l.Open()), UnitPrice: s.Price})
}

// exchange cancels units of a line for as many of other goods, or at another price.
func (a *amendment) exchange(s *Step, l *Line, other PricedLine) error {
	if err := a.priced(other.UnitPrice); err != nil {
		return err
	}
	if err := a.take(s, l, other.Quantity); err != nil {
		return err
	}
	return a.want(s, other)
}

func (a *amendment) fee(s *Step) error {
	if err := a.order.Charge(a.ids(), Charge{Code: s.Code, Label: s.Label, Amount: s.Price}, a.in.Header.PlacedAt); err != nil {
		return err
	}
	a.inverse = append(a.inverse, Step{Type: StepFee, Code: s.Code, Label: s.Label, Price: s.Price.Neg()})
	return nil
}

func (a *amendment) discount(s *Step) error {
	p := CreditParams{Code: s.Code, Label: s.Label, At: a.in.Header.PlacedAt}
	if err := a.order.CreditOrder(a.ids(), s.Price, money.Money{}, p); err != nil {
		return err
	}
	a.inverse = append(a.inverse, Step{Type: StepUncredit, Adjustment: a.lastAdjustment()})
	return nil
}

// uncredit takes a discount back. Lines that were credited less than their share since
// it was there, because no more was due, would be charged for what is not there.
func (a *amendment) uncredit(s *Step) error {
	for i := range a.order.Lines {
		l := &a.order.Lines[i]
		share, err := l.Total.Part(l.Quantity.Micro(), 0, a.units(l.ID).Micro())
		if err != nil {
			return err
		}
		if below(l.Credited, share) {
			return fault.Invalid("adjustment", s.Adjustment, "a credit that no later one was cut short for: reinstate what was canceled first")
		}
	}
	if err := a.order.Uncredit(a.ids(), s.Adjustment, a.in.Header.PlacedAt); err != nil {
		return err
	}
	was := a.entry(s.Adjustment)
	a.inverse = append(a.inverse, Step{Type: StepDiscount, Code: was.Code, Label: was.Label, Price: was.Amount.Neg()})
	return nil
}

func (a *amendment) lastAdjustment() uuid.UUID {
	return a.order.Adjustments[len(a.order.Adjustments)-1].ID
}

func (a *amendment) shipping(s *Step) error {
	switch {
	case s.Code == "":
		return fault.Invalid("code", "", "a way of delivery")
	case a.delivery != nil:
		return fault.Invalid("type", s.Type, "one way of delivery in a change")
	case s.Price.Currency() != a.order.Currency || !s.Price.IsMinor() || s.Price.Sign() < 0:
		return fault.Invalid("price", s.Price, "zero or more, in minor units of "+string(a.order.Currency))
	}
	credit, err := a.creditDelivery()
	if err != nil {
		return err
	}
	a.inverse = append(a.inverse, Step{Type: StepShippingBack, Adjustment: credit, Code: a.order.Shipping})
	a.delivery = &Charge{Code: s.Code, Label: s.Label, Amount: s.Price}
	return nil
}

// creditDelivery credits what is left of the price of delivery, and returns the credit,
// which there is none of for nothing.
func (a *amendment) creditDelivery() (uuid.UUID, error) {
	total, _, credited, err := a.order.shippingSums()
	if err != nil || !below(credited, total) || a.order.positiveDue().IsZero() {
		return uuid.Nil, err
	}
	if _, err := a.order.CreditShipping(a.ids(), money.Money{}, CreditParams{Code: "shipping", At: a.in.Header.PlacedAt}); err != nil {
		return uuid.Nil, err
	}
	return a.lastAdjustment(), nil
}

func (a *amendment) address(s *Step) error {
	if s.AddressID == uuid.Nil {
		return fault.Invalid("address_id", s.AddressID, "an address")
	}
	a.inverse = append(a.inverse, Step{Type: StepAddress, AddressID: a.order.ShipToID})
	a.order.ShipToID, a.order.ShipTo = s.AddressID, nil
	return nil
}

// shippingBack undoes another way of delivery. Undone in its turn, it charges nothing:
// what it credited is taken back, and credited what it took back.
func (a *amendment) shippingBack(s *Step) error {
	was := a.order.Shipping
	if s.Adjustment != uuid.Nil && !a.order.uncreditable(s.Adjustment) {
		return fault.NotFound("credit", s.Adjustment)
	}
	var credit uuid.UUID
	if s.Price.Sign() > 0 {
		if err := a.order.creditDelivery(a.ids(), s.Price, s.Tax, CreditParams{Code: "shipping", At: a.in.Header.PlacedAt}); err != nil {
			return err
		}
		credit = a.lastAdjustment()
	}
	back := Adjustment{Amount: money.Zero(a.order.Currency), TaxPart: money.Zero(a.order.Currency)}
	if s.Adjustment != uuid.Nil {
		back = a.entry(s.Adjustment)
		if err := a.order.Uncredit(a.ids(), s.Adjustment, a.in.Header.PlacedAt); err != nil {
			return err
		}
	}
	a.order.Shipping = s.Code
	a.inverse = append(a.inverse, Step{Type: StepShippingBack, Adjustment: credit, Code: was, Price: back.Amount.Neg(), Tax: back.TaxPart.Neg()})
	return nil
}

// entry returns an adjustment that is there.
func (a *amendment) entry(id uuid.UUID) Adjustment {
	return a.order.Adjustments[slices.IndexFunc(a.order.Adjustments, func(x Adjustment) bool { return x.ID == id })]
}

// ids is the source of ids. While there is none, what takes them is thrown away.
func (a *amendment) ids() *event.IDs {
	if a.in.IDs == nil {
		return event.NewIDs(uuid.UUID{})
	}
	return a.in.IDs
}

// append puts what was priced behind the lines and entries of the order.
func (a *amendment) append(priced Assembly) error {
	more, err := Assemble(priced)
	if err != nil {
		return err
	}
	o := a.order
	for i := range more.Lines {
		l := &more.Lines[i]
		l.Position = len(o.Lines) + 1
		o.Lines = append(o.Lines, *l)
		a.inverse = append(a.inverse, Step{Type: StepCancel, LineID: l.ID, Quantity: l.Quantity, Price: l.Total})
		a.stock = append(a.stock, StockDelta{LineID: l.ID, SKU: l.SKU, Wanted: l.Quantity, Backorder: a.back[i]})
	}
	o.Adjustments = append(o.Adjustments, more.Adjustments...)
	if more.Shipping != "" {
		o.Shipping = more.Shipping
		a.charged(more)
	}
	return o.Totals.charge(more.Totals)
}

// charged notes what the new way of delivery costs, for the undo.
func (a *amendment) charged(more *Order) {
	total, tax, _, err := more.shippingSums()
	for i := range a.inverse {
		if s := &a.inverse[i]; s.Type == StepShippingBack && s.Price == (money.Money{}) && err == nil {
			s.Price, s.Tax = total, tax
		}
	}
}

// charge adds what is charged in addition.
func (t *Totals) charge(more Totals) error {
	var sum adder
	for _, part := range [...]struct {
		to   *money.Money
		more money.Money
	}{
		{&t.Goods, more.Goods},
		{&t.Discount, more.Discount},
		{&t.Shipping, more.Shipping},
		{&t.Fees, more.Fees},
		{&t.Tax, more.Tax},
		{&t.TaxIncluded, more.TaxIncluded},
		{&t.Total, more.Total},
	} {
		*part.to = sum.add(*part.to, part.more)
	}
	return sum.err
}

// deltas sums up what the change does to the units of each line.
func (a *amendment) deltas() []StockDelta {
	sums := make(map[uuid.UUID]*StockDelta, len(a.stock))
	for i := range a.stock {
		d := &a.stock[i]
		if x := sums[d.LineID]; x != nil {
			x.Wanted, x.Backorder, x.Freed = x.Wanted.Add(d.Wanted), x.Backorder || d.Backorder, x.Freed.plus(d.Freed)
		} else {
			sums[d.LineID] = d
		}
	}
	all := make([]StockDelta, 0, len(sums))
	for i := range a.order.Lines {
		if d := sums[a.order.Lines[i].ID]; d != nil {
			all = append(all, *d)
		}
	}
	return all
}

// plus adds up what was freed.
func (c Counts) plus(d Counts) Counts {
	c.Unsourced, c.Backordered, c.Preordered = c.Unsourced.Add(d.Unsourced), c.Backordered.Add(d.Backordered), c.Preordered.Add(d.Preordered)
	c.Allocated, c.Released = c.Allocated.Add(d.Allocated), c.Released.Add(d.Released)
	return c
}
