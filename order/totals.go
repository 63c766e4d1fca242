package order

import (
	"errors"
	"fmt"

	"github.com/google/uuid"

	"github.com/go-oms/oms/fault"
	"github.com/go-oms/oms/money"
	"github.com/go-oms/oms/quantity"
)

// InvariantError reports an order that does not add up: a bug or a damaged book.
// Its kind is fault.Rejected.
type InvariantError struct {
	OrderID uuid.UUID // zero when a line was checked alone
	LineID  uuid.UUID // zero when it is about the whole order
	Rule    string    // what does not hold, such as "line.total" or "totals.tax"
	Have    string
	Want    string
}

func (e *InvariantError) Error() string {
	where := "order " + e.OrderID.String()
	if e.LineID != uuid.Nil {
		where += ", line " + e.LineID.String()
	}
	return fmt.Sprintf("%s: %s is %s, want %s", where, e.Rule, e.Have, e.Want)
}

// Fault returns fault.Rejected.
func (e *InvariantError) Fault() fault.Kind { return fault.Rejected }

// Due returns what the customer owes in all: Total − Credited. It is negative
// when more was given back than charged. For totals in several currencies, which
// Check refuses, it is the zero Money.
func (o *Order) Due() money.Money {
	due, err := o.Totals.Total.Sub(o.Totals.Credited)
	if err != nil {
		return money.Money{}
	}
	return due
}

// Check verifies the order against the definitions of its fields, by units and by
// money, to the last minor unit:
//
//   - every amount is in the order's currency, and at its minor units but for
//     unit prices;
//   - each line holds by [Line.Check];
//   - Subtotal is UnitPrice × Quantity rounded once; Discount, Tax and Credited
//     are the sums of the line's adjustments; Total is as [Line] says; Discount is
//     at most Subtotal, Credited at most Total;
//   - each adjustment has the sign of its kind and belongs to what its scope says;
//   - each of [Totals] is the sum of its parts, Credited that of all credits.
//
// The error, an [*InvariantError], is the first that was found.
func (o *Order) Check() error {
	if err := o.Currency.Check(); err != nil {
		return o.broken("currency", o.Currency, "a known currency")
	}
	c := checker{order: o, zero: money.Zero(o.Currency)}
	for i := range o.Lines {
		if err := c.line(&o.Lines[i]); err != nil {
			return err
		}
	}
	if err := c.adjustments(); err != nil {
		return err
	}
	return c.totals()
}

func (o *Order) broken(rule string, have, want any) error {
	return &InvariantError{OrderID: o.ID, Rule: rule, Have: fmt.Sprint(have), Want: fmt.Sprint(want)}
}

// checker is one run of Order.Check. All sums start from zero, not from the zero
// Money, so that a stored amount without a currency is found.
type checker struct {
	order    *Order
	zero     money.Money
	sums     []sums // of the lines; none without adjustments
	shipping sums
	whole    sums
	charges  money.Money // Σ shipping prices
	fees     money.Money
	last     int // the line found last
	adder
}

// sums are what the adjustments of one line, of shipping or of the order come to.
type sums struct{ discount, tax, included, credited money.Money }

func (c *checker) line(l *Line) error {
	if err := l.Check(); err != nil {
		return c.at(err)
	}
	for _, part := range [...]struct {
		rule   string
		amount money.Money
	}{
		{"line.subtotal", l.Subtotal},
		{"line.discount", l.Discount},
		{"line.tax", l.Tax},
		{"line.total", l.Total},
		{"line.credited", l.Credited},
	} {
		if !c.payable(part.amount) || part.amount.Sign() < 0 {
			return c.at(l.broken(part.rule, part.amount, "minor units of "+string(c.order.Currency)+", zero or more"))
		}
	}
	if l.UnitPrice.Currency() != c.order.Currency || l.UnitPrice.Sign() < 0 {
		return c.at(l.broken("line.unit_price", l.UnitPrice, "an amount of "+string(c.order.Currency)+", zero or more"))
	}
	subtotal, err := l.UnitPrice.MulDiv(l.Quantity.Micro(), quantity.PerUnit, c.order.Terms.Rounding)
	if err != nil || subtotal != l.Subtotal {
		return c.at(l.broken("line.subtotal", l.Subtotal, subtotal))
	}
	if below(l.Subtotal, l.Discount) {
		return c.at(l.broken("line.discount", l.Discount, "at most "+l.Subtotal.String()))
	}
	if below(l.Total, l.Credited) {
		return c.at(l.broken("line.credited", l.Credited, "at most "+l.Total.String()))
	}
	return nil
}

// adjustments sums them up where they belong and compares each line with its own.
func (c *checker) adjustments() error {
	o := c.order
	none := sums{c.zero, c.zero, c.zero, c.zero}
	c.shipping, c.whole, c.charges, c.fees = none, none, c.zero, c.zero
	if len(o.Adjustments) > 0 {
		c.sums = make([]sums, len(o.Lines))
		for i := range c.sums {
			c.sums[i] = none
		}
	}
	for i := range o.Adjustments {
		if err := c.adjustment(&o.Adjustments[i]); err != nil {
			return err
		}
	}
	for i := range o.Lines {
		sum := &none
		if c.sums != nil {
			sum = &c.sums[i]
		}
		if err := c.lineSums(&o.Lines[i], sum); err != nil {
			return err
		}
	}
	return nil
}

func (c *checker) adjustment(a *Adjustment) error {
	if !c.payable(a.Amount) || !c.payable(a.TaxPart) {
		return c.order.broken("adjustment.amount", a.Amount, "minor units of "+string(c.order.Currency))
	}
	if !a.signed() {
		return c.order.broken("adjustment."+string(a.Kind), a.Amount, "the sign of its kind, and a tax part within it")
	}
	to := &c.whole
	switch a.Scope {
	case OnLine:
		i := c.index(a.LineID)
		if i < 0 {
			return c.order.broken("adjustment.line_id", a.LineID, "a line of the order")
		}
		to = &c.sums[i]
	case OnShipping:
		to = &c.shipping
	case OnOrder:
	default:
		return c.order.broken("adjustment.scope", a.Scope, `"line", "shipping" or "order"`)
	}
	if (a.Scope == OnLine) != (a.LineID != uuid.Nil) {
		return c.order.broken("adjustment.line_id", a.LineID, "a line exactly if the scope is one")
	}
	return c.collect(a, to)
}

func (c *checker) collect(a *Adjustment, to *sums) error {
	switch a.Kind {
	case Discount:
		if a.Scope == OnOrder {
			return c.order.broken("adjustment.scope", a.Scope, "a discount is shared out to lines and shipping")
		}
		to.discount = c.sub(to.discount, a.Amount)
	case Tax:
		to.tax = c.add(to.tax, a.Amount)
		if a.Included {
			to.included = c.add(to.included, a.Amount)
		}
	case Credit:
		to.credited = c.sub(to.credited, a.Amount)
	case Shipping:
		if a.Scope != OnShipping {
			return c.order.broken("adjustment.scope", a.Scope, "shipping is charged on shipping")
		}
		c.charges = c.add(c.charges, a.Amount)
	case Fee:
		if a.Scope != OnOrder {
			return c.order.broken("adjustment.scope", a.Scope, "a fee is charged on the order")
		}
		c.fees = c.add(c.fees, a.Amount)
	}
	return nil
}

// lineSums compares a line with the sums of its adjustments.
func (c *checker) lineSums(l *Line, sum *sums) error {
	total := c.sub(l.Subtotal, sum.discount)
	total = c.sub(c.add(total, sum.tax), sum.included)
	switch {
	case c.err != nil:
		return c.order.broken("currency", c.err, "one currency and amounts in range")
	case l.Discount != sum.discount:
		return c.at(l.broken("line.discount", l.Discount, sum.discount))
	case l.Tax != sum.tax:
		return c.at(l.broken("line.tax", l.Tax, sum.tax))
	case l.Total != total:
		return c.at(l.broken("line.total", l.Total, total))
	case l.Credited != sum.credited:
		return c.at(l.broken("line.credited", l.Credited, sum.credited))
	}
	return nil
}

// totals sums the lines and what stands beside them and compares.
func (c *checker) totals() error {
	t := Totals{
		Goods: c.zero, Shipping: c.charges, Fees: c.fees,
		Discount:    c.add(c.shipping.discount, c.whole.discount),
		Tax:         c.add(c.shipping.tax, c.whole.tax),
		TaxIncluded: c.add(c.shipping.included, c.whole.included),
		Credited:    c.add(c.shipping.credited, c.whole.credited),
	}
	for i := range c.order.Lines {
		l := &c.order.Lines[i]
		t.Goods, t.Discount = c.add(t.Goods, l.Subtotal), c.add(t.Discount, l.Discount)
		t.Tax, t.Credited = c.add(t.Tax, l.Tax), c.add(t.Credited, l.Credited)
		if c.sums != nil {
			t.TaxIncluded = c.add(t.TaxIncluded, c.sums[i].included)
		}
	}
	t.Total = c.total(t)
	if c.err != nil {
		return c.order.broken("currency", c.err, "one currency and amounts in range")
	}
	have := &c.order.Totals
	for _, part := range [...]struct {
		rule       string
		have, want money.Money
	}{
		{"totals.goods", have.Goods, t.Goods},
		{"totals.discount", have.Discount, t.Discount},
		{"totals.shipping", have.Shipping, t.Shipping},
		{"totals.fees", have.Fees, t.Fees},
		{"totals.tax", have.Tax, t.Tax},
		{"totals.tax_included", have.TaxIncluded, t.TaxIncluded},
		{"totals.total", have.Total, t.Total},
		{"totals.credited", have.Credited, t.Credited},
	} {
		if part.have != part.want {
			return c.order.broken(part.rule, part.have, part.want)
		}
	}
	return nil
}

// index returns the line's place, or -1. Adjustments mostly follow the order of
// the lines, so the search goes on from the last one found.
func (c *checker) index(id uuid.UUID) int {
	lines := c.order.Lines
	for n := range lines {
		i := (c.last + n) % len(lines)
		if lines[i].ID == id {
			c.last = i
			return i
		}
	}
	return -1
}

func (c *checker) payable(m money.Money) bool {
	return m.Currency() == c.order.Currency && m.IsMinor()
}

// at says of which order a line's error is.
func (c *checker) at(err error) error {
	var broken *InvariantError
	if errors.As(err, &broken) {
		broken.OrderID = c.order.ID
	}
	return err
}

// signed reports whether the amounts have the signs of the adjustment's kind.
func (a *Adjustment) signed() bool {
	sign, part := a.Amount.Sign(), a.TaxPart.Sign()
	if a.Included && a.Kind != Tax || part != 0 && a.Kind != Credit {
		return false
	}
	switch a.Kind {
	case Discount:
		return sign <= 0
	case Tax, Shipping:
		return sign >= 0
	case Fee:
		return true
	case Credit:
		if a.Quantity.Sign() < 0 || sign > 0 { // taken back: units, or a credit that is named
			return (a.Quantity.Sign() < 0 || a.Source != uuid.Nil) && sign >= 0 && part >= 0 && !below(a.Amount, a.TaxPart)
		}
		return part <= 0 && !below(a.TaxPart, a.Amount)
	}
	return false
}

// below reports whether a is less than b. Both are of one currency: callers have
// checked that.
func below(a, b money.Money) bool {
	order, err := a.Cmp(b)
	return err == nil && order < 0
}

// adder does sums and keeps their first error, so that a formula reads as one.
type adder struct{ err error }

func (s *adder) add(a, b money.Money) money.Money { return s.keep(a.Add(b)) }
func (s *adder) sub(a, b money.Money) money.Money { return s.keep(a.Sub(b)) }

func (s *adder) keep(m money.Money, err error) money.Money {
	if s.err == nil {
		s.err = err
	}
	return m
}

// total is the formula of [Totals].
func (s *adder) total(t Totals) money.Money {
	total := s.add(s.sub(t.Goods, t.Discount), s.add(t.Shipping, t.Fees))
	return s.sub(s.add(total, t.Tax), t.TaxIncluded)
}
