package order

import (
	"github.com/google/uuid"

	"github.com/go-oms/oms/money"
	"github.com/go-oms/oms/quantity"
)

// Replace puts the goods into an assembly that are sent again for the units of a resolved
// claim, so that they cost just what was credited for those, with the tax that was in it:
// at the unit prices as placed, less a discount for what was not paid or rounded. Where
// rounding would leave them a minor unit too cheap, the unit price is that much higher.
// It fills the lines, discounts and taxes.
func (o *Order) Replace(in *Assembly, replaced *Return) error {
	for _, l := range replaced.Lines {
		line := o.Line(l.LineID)
		credit, tax, err := o.creditFor(replaced.ID, line.ID)
		if err != nil {
			return err
		}
		if err := o.replace(in, line, l.Quantity, credit, tax); err != nil {
			return err
		}
	}
	return nil
}

// LineIDs are the lines of the order that the return has units of.
func (r *Return) LineIDs() []uuid.UUID {
	ids := make([]uuid.UUID, 0, len(r.Lines))
	for i := range r.Lines {
		if id := r.Lines[i].LineID; id != uuid.Nil {
			ids = append(ids, id)
		}
	}
	return ids
}

// creditFor returns what was credited on a line for a return, and the tax in it.
func (o *Order) creditFor(source, lineID uuid.UUID) (credit, tax money.Money, err error) {
	var sum adder
	credit, tax = money.Zero(o.Currency), money.Zero(o.Currency)
	for i := range o.Adjustments {
		if a := &o.Adjustments[i]; a.Kind == Credit && a.Source == source && a.LineID == lineID {
			credit, tax = sum.sub(credit, a.Amount), sum.sub(tax, a.TaxPart)
		}
	}
	return credit, tax, sum.err
}

// replace adds one line that costs so much, with so much tax.
func (o *Order) replace(in *Assembly, line *Line, q quantity.Quantity, cost, tax money.Money) error {
	net := cost
	if !o.Terms.TaxIncluded {
		// More tax than goods is nothing that an order can have.
		half, err := cost.MulDiv(1, 2, money.Down)
		if err != nil {
			return err
		}
		tax = lesser(tax, half)
		if net, err = cost.Sub(tax); err != nil {
			return err
		}
	}
	unit, subtotal, err := o.priceOver(line.UnitPrice, q, net)
	if err != nil {
		return err
	}
	cut, err := subtotal.Sub(net)
	if err != nil {
		return err
	}
	n := len(in.Lines)
	in.Lines = append(in.Lines, PricedLine{
		SKU: line.SKU, Title: line.Title, TaxCategory: line.TaxCategory, Quantity: q, UnitPrice: unit,
	})
	if cut.Sign() > 0 {
		in.Discounts = append(in.Discounts, DiscountProposal{Code: CodeClaim, Amount: cut, Lines: []int{n}})
	}
	parts, err := o.taxesOf(line, tax)
	if err != nil {
		return err
	}
	for _, part := range parts {
		part.Line = n
		in.Taxes = append(in.Taxes, part)
	}
	return nil
}

// priceOver returns the least unit price, from one on, in steps of what is missing, at
// which so many units cost at least net.
func (o *Order) priceOver(unit money.Money, q quantity.Quantity, net money.Money) (money.Money, money.Money, error) {
	step := money.Zero(o.Currency)
	for {
		subtotal, err := unit.MulDiv(q.Micro(), quantity.PerUnit, o.Terms.Rounding)
		if err != nil || !below(subtotal, net) {
			return unit, subtotal, err
		}
		var sum adder
		step = sum.add(step, sum.sub(net, subtotal))
		if unit = sum.add(unit, step); sum.err != nil {
			return unit, subtotal, sum.err
		}
	}
}

// taxesOf shares an amount of tax out to the taxes of a line, as they are there.
func (o *Order) taxesOf(line *Line, tax money.Money) ([]TaxPart, error) {
	var parts []TaxPart
	var weights []int64
	for i := range o.Adjustments {
		a := &o.Adjustments[i]
		if a.Kind != Tax || a.LineID != line.ID {
			continue
		}
		minor, err := a.Amount.Minor()
		if err != nil {
			return nil, err
		}
		weights = append(weights, minor)
		parts = append(parts, TaxPart{RatePPM: a.RatePPM, Code: a.Code, Label: a.Label, Jurisdiction: a.Jurisdiction})
	}
	if tax.IsZero() || len(parts) == 0 {
		return nil, nil
	}
	amounts, err := tax.Allocate(weights)
	if err != nil {
		return nil, err
	}
	for i := range parts {
		parts[i].Amount = &amounts[i]
	}
	return parts, nil
}
