package order

import (
	"slices"

	"github.com/google/uuid"

	"github.com/go-oms/oms/fault"
	"github.com/go-oms/oms/money"
)

func (a *amendment) fee(s *Step) error {
	if err := a.order.Charge(a.ids(), Charge{Code: s.Code, Label: s.Label, Amount: s.Price}, a.at()); err != nil {
		return err
	}
	a.inverse = append(a.inverse, Step{Type: StepFee, Code: s.Code, Label: s.Label, Price: s.Price.Neg()})
	return nil
}

func (a *amendment) discount(s *Step) error {
	p := CreditParams{Code: s.Code, Label: s.Label, At: a.at()}
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
	if err := a.order.Uncredit(a.ids(), s.Adjustment, a.at()); err != nil {
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
	if _, err := a.order.CreditShipping(a.ids(), money.Money{}, CreditParams{Code: "shipping", At: a.at()}); err != nil {
		return uuid.Nil, err
	}
	return a.lastAdjustment(), nil
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
		if err := a.order.creditDelivery(a.ids(), s.Price, s.Tax, CreditParams{Code: "shipping", At: a.at()}); err != nil {
			return err
		}
		credit = a.lastAdjustment()
	}
	back := Adjustment{Amount: money.Zero(a.order.Currency), TaxPart: money.Zero(a.order.Currency)}
	if s.Adjustment != uuid.Nil {
		back = a.entry(s.Adjustment)
		if err := a.order.Uncredit(a.ids(), s.Adjustment, a.at()); err != nil {
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
