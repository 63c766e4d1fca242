package order

import (
	"fmt"

	"github.com/google/uuid"

	"github.com/go-oms/oms/fault"
	"github.com/go-oms/oms/money"
	"github.com/go-oms/oms/quantity"
)

// sheet is the reckoning of one assembly: the lines with their sums, and the
// entries beside them in the order in which they were made. Ids are given out at
// the end, so that a sheet can be drawn up only to be asked.
type sheet struct {
	in       *Assembly
	terms    Terms
	currency money.Currency
	zero     money.Money
	lines    []Line
	shipping money.Money // before its discount
	cut      money.Money // the discount on shipping
	shipTax  money.Money
	entries  []entry
}

// entry is an adjustment to be, and the line it is on.
type entry struct {
	line int // place in lines, or ShippingLine
	Adjustment
}

// reckon draws the sheet up as far as the discounts.
func reckon(in *Assembly) (*sheet, error) {
	s := &sheet{in: in, terms: in.Header.Terms, currency: in.Header.Currency}
	if err := s.terms.check(); err != nil {
		return nil, err
	}
	if s.currency == "" && len(in.Lines) > 0 {
		s.currency = in.Lines[0].UnitPrice.Currency()
	}
	if err := s.currency.Check(); err != nil {
		return nil, fault.Invalid("currency", s.currency, "a known currency")
	}
	s.zero = money.Zero(s.currency)
	s.shipping, s.cut, s.shipTax = s.zero, s.zero, s.zero
	if len(in.Lines) > 0 {
		s.lines = make([]Line, len(in.Lines))
	}
	for i := range in.Lines {
		if err := s.line(i); err != nil {
			return nil, err
		}
	}
	if in.Shipping != nil {
		if err := s.payable("shipping.amount", in.Shipping.Amount); err != nil {
			return nil, err
		}
		if in.Shipping.Amount.Sign() < 0 {
			return nil, fault.Invalid("shipping.amount", in.Shipping.Amount, "zero or more")
		}
		s.shipping = in.Shipping.Amount
	}
	for i, fee := range in.Fees {
		if err := s.payable(fmt.Sprintf("fees[%d].amount", i), fee.Amount); err != nil {
			return nil, err
		}
	}
	for i, proposal := range in.Discounts {
		if err := s.discount(proposal); err != nil {
			return nil, fault.Invalid(fmt.Sprintf("discounts[%d]", i), proposal.Code, err.Error())
		}
	}
	return s, nil
}

func (t Terms) check() error {
	switch t.Level {
	case "", PerLine, PerUnit, PerOrder:
	default:
		return fault.Invalid("terms.level", t.Level, `"line", "unit" or "order"`)
	}
	if err := t.Rounding.Check(); err != nil {
		return fault.Invalid("terms.rounding", t.Rounding, "one of the five roundings")
	}
	return nil
}

// line reckons one line before discount and tax.
func (s *sheet) line(i int) error {
	from, line := &s.in.Lines[i], &s.lines[i]
	if err := checkQuantity(i, from.Quantity); err != nil {
		return err
	}
	if from.SKU == "" {
		return fault.Invalid(fmt.Sprintf("lines[%d].sku", i), "", "a SKU")
	}
	field := func() string { return fmt.Sprintf("lines[%d].unit_price", i) }
	switch {
	case from.UnitPrice.Currency() == "":
		return fault.Invalid(field(), from.UnitPrice, "a price")
	case from.UnitPrice.Currency() != s.currency:
		return fault.Invalid(field(), from.UnitPrice, "a price in "+string(s.currency))
	case from.UnitPrice.Sign() < 0:
		return fault.Invalid(field(), from.UnitPrice, "zero or more")
	}
	subtotal, err := from.UnitPrice.MulDiv(from.Quantity.Micro(), quantity.PerUnit, s.terms.Rounding)
	if err != nil {
		return fault.Invalid(field(), from.UnitPrice, "a line total that can be counted")
	}
	*line = Line{
		Position: i + 1, SKU: from.SKU, Title: from.Title, Quantity: from.Quantity,
		UnitPrice: from.UnitPrice, TaxCategory: from.TaxCategory,
		Subtotal: subtotal, Discount: s.zero, Tax: s.zero, Credited: s.zero,
		Counts: Counts{Unsourced: from.Quantity},
	}
	return nil
}

// payable refuses an amount that cannot stand on the order.
func (s *sheet) payable(field string, m money.Money) error {
	if m.Currency() != s.currency {
		return fault.Invalid(field, m, "an amount in "+string(s.currency))
	}
	if !m.IsMinor() {
		return fault.Invalid(field, m, "no more decimals than "+string(s.currency)+" has")
	}
	return nil
}

// left returns what a line or shipping costs after the discounts so far. It
// cannot fail: a discount is of the same currency and no larger.
func (s *sheet) left(line int) money.Money {
	var left money.Money
	if line == ShippingLine {
		left, _ = s.shipping.Sub(s.cut)
	} else {
		left, _ = s.lines[line].Subtotal.Sub(s.lines[line].Discount)
	}
	return left
}

// order sums up and gives out the ids.
func (s *sheet) order() (*Order, error) {
	o := new(Order)
	*o = s.in.Header
	if o.ID == uuid.Nil {
		o.ID = s.in.IDs.Next()
	}
	o.Currency, o.Lines, o.Returns, o.Adjustments = s.currency, s.lines, nil, nil
	o.Metadata = o.Metadata.Clone()
	if err := s.totals(o); err != nil {
		return nil, err
	}
	for i := range o.Lines {
		o.Lines[i].ID = s.in.IDs.Next()
	}
	s.adjust(o)
	o.FulfillmentStatus = DeriveFulfillmentStatus(o.Lines)
	o.ReturnStatus = DeriveReturnStatus(o.Lines, nil)
	status, err := DerivePaymentStatus(o.Totals, MoneyState{})
	if err != nil {
		return nil, err
	}
	o.PaymentStatus = status
	return o, nil
}

func (s *sheet) totals(o *Order) error {
	var sum adder
	t := Totals{
		Goods: s.zero, Discount: s.cut, Shipping: s.shipping, Fees: s.zero,
		Tax: s.shipTax, TaxIncluded: s.zero, Credited: s.zero,
	}
	for i := range o.Lines {
		l := &o.Lines[i]
		t.Goods, t.Discount = sum.add(t.Goods, l.Subtotal), sum.add(t.Discount, l.Discount)
		t.Tax = sum.add(t.Tax, l.Tax)
		l.Total = sum.sub(l.Subtotal, l.Discount)
		if !s.terms.TaxIncluded {
			l.Total = sum.add(l.Total, l.Tax)
		}
	}
	for i := range s.in.Fees {
		t.Fees = sum.add(t.Fees, s.in.Fees[i].Amount)
	}
	if s.terms.TaxIncluded {
		t.TaxIncluded = t.Tax
	}
	t.Total = sum.total(t)
	if sum.err != nil {
		return fault.Invalid("lines", len(o.Lines), "a total that can be counted: "+sum.err.Error())
	}
	o.Totals = t
	return nil
}

// adjust turns the entries into adjustments: discounts, taxes, shipping, fees.
func (s *sheet) adjust(o *Order) {
	count := len(s.entries) + len(s.in.Fees)
	if s.in.Shipping != nil {
		o.Shipping = s.in.Shipping.Code
		count++
	}
	if count == 0 {
		return
	}
	o.Adjustments = make([]Adjustment, 0, count)
	add := func(a Adjustment) {
		a.ID, a.At, a.TaxPart = s.in.IDs.Next(), o.PlacedAt, s.zero
		o.Adjustments = append(o.Adjustments, a)
	}
	for i := range s.entries {
		a := s.entries[i].Adjustment
		if line := s.entries[i].line; line == ShippingLine {
			a.Scope = OnShipping
		} else {
			a.Scope, a.LineID = OnLine, o.Lines[line].ID
		}
		add(a)
	}
	if c := s.in.Shipping; c != nil {
		add(Adjustment{Scope: OnShipping, Kind: Shipping, Code: c.Code, Label: c.Label, Amount: c.Amount})
	}
	for _, fee := range s.in.Fees {
		add(Adjustment{Scope: OnOrder, Kind: Fee, Code: fee.Code, Label: fee.Label, Amount: fee.Amount})
	}
}

func checkQuantity(line int, q quantity.Quantity) error {
	if q.Sign() <= 0 || q.Check() != nil {
		return fault.Invalid(fmt.Sprintf("lines[%d].quantity", line), q, "more than zero, at most a million million")
	}
	return nil
}
