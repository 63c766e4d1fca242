package order

import (
	"github.com/google/uuid"

	"github.com/go-oms/oms/fault"
	"github.com/go-oms/oms/money"
	"github.com/go-oms/oms/quantity"
)

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
	p := CreditParams{Code: "canceled", Label: s.Label, At: a.at()}
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
	amount, err := a.order.uncreditLast(a.ids(), l, from, q, CreditParams{Code: "canceled", Label: s.Label, At: a.at()})
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
