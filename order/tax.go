package order

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/go-oms/oms/money"
	"github.com/go-oms/oms/quantity"
)

// TaxCalculator says which taxes are due. It answers with rates, and the order
// does the arithmetic under its [Terms]; or with amounts, which the order checks.
// [Assembly.Tax] calls it with no lock and no transaction held. It must be safe
// for concurrent use.
type TaxCalculator interface {
	Taxes(ctx context.Context, r TaxRequest) ([]TaxPart, error)
}

// TaxRequest is a priced and discounted cart.
type TaxRequest struct {
	Currency   money.Currency
	Included   bool  // the amounts contain the tax
	ShipTo     Place // the zero Place where it is not known
	ShipFrom   Place
	Channel    string
	CustomerID uuid.UUID // zero for a guest
	At         time.Time
	Lines      []TaxLine
	Shipping   money.Money // zero Money when there is no delivery
}

// Place is where goods go to or come from, as far as tax asks.
type Place struct {
	Country    string `json:"country,omitempty"` // ISO 3166-1 alpha-2
	Region     string `json:"region,omitempty"`
	PostalCode string `json:"postal_code,omitempty"`
}

// Place returns what tax needs to know of an address.
func (a Address) Place() Place {
	return Place{Country: a.Country, Region: a.Region, PostalCode: a.PostalCode}
}

// TaxLine is one line to be taxed.
type TaxLine struct {
	SKU      string
	Category string
	Quantity quantity.Quantity
	Amount   money.Money // after discounts
}

// ShippingLine stands for shipping where a line's place is asked for.
const ShippingLine = -1

// TaxPart is one tax on one line or on shipping. All parts of a line have either
// rates or amounts.
type TaxPart struct {
	Line         int   // place in the request, or ShippingLine
	RatePPM      int64 // parts per million: 190_000 is 19 %; at most 1_000_000
	Code         string
	Label        string
	Jurisdiction string
	// Compound taxes are reckoned on the amount and all taxes before them in the
	// line's parts.
	Compound bool
	// Amount is the tax itself, if the calculator reckons: in minor units, not
	// below zero, and for all parts together at most what the line costs.
	Amount *money.Money
}

// sameTax reports whether two parts are the same tax at the same rate.
func sameTax(a, b *TaxPart) bool {
	return a.RatePPM == b.RatePPM && a.Code == b.Code && a.Jurisdiction == b.Jurisdiction && a.Compound == b.Compound
}

// run is the taxes of one line: parts[from:to].
type run struct {
	line     int
	from, to int
	base     money.Money // what the line costs after discounts
	quantity quantity.Quantity
}

// taxation is the reckoning of all taxes of a sheet.
type taxation struct {
	parts    []TaxPart // those of a line together, in their order
	amounts  []money.Money
	runs     []run
	rounding money.Rounding
	zero     money.Money
	adder
}

// tax reckons the taxes and puts them on the sheet.
func (s *sheet) tax(parts []TaxPart) error {
	if len(parts) == 0 {
		return nil
	}
	t, err := s.taxation(parts)
	if err != nil {
		return err
	}
	switch level := s.terms.Level; {
	case level == PerOrder && s.terms.TaxIncluded:
		err = t.includedPerOrder()
	case level == PerOrder:
		err = t.addedPerOrder()
	default:
		err = t.perLine(s.terms)
	}
	if err == nil {
		err = t.err
	}
	if err != nil {
		return &ProviderError{Provider: "tax", Field: "parts", Reason: err.Error()}
	}
	return s.taxed(t)
}

// taxation sorts the parts by line and checks them.
func (s *sheet) taxation(parts []TaxPart) (*taxation, error) {
	place := func(p TaxPart) int {
		if p.Line == ShippingLine {
			return len(s.lines)
		}
		return p.Line
	}
	byLine := func(a, b TaxPart) int { return place(a) - place(b) }
	for i := range parts {
		if err := s.checkTax(i, &parts[i]); err != nil {
			return nil, err
		}
	}
	if !slices.IsSortedFunc(parts, byLine) {
		parts = slices.Clone(parts)
		slices.SortStableFunc(parts, byLine)
	}
	t := &taxation{
		parts: parts, amounts: make([]money.Money, len(parts)), rounding: s.terms.Rounding, zero: s.zero,
	}
	for from := 0; from < len(parts); {
		to := from + 1
		for to < len(parts) && parts[to].Line == parts[from].Line {
			to++
		}
		r := run{line: parts[from].Line, from: from, to: to, base: s.left(parts[from].Line), quantity: quantity.Of(1)}
		if r.line != ShippingLine {
			r.quantity = s.lines[r.line].Quantity
		}
		if err := t.checkRun(r); err != nil {
			return nil, err
		}
		t.runs = append(t.runs, r)
		from = to
	}
	return t, nil
}

func (s *sheet) checkTax(i int, p *TaxPart) error {
	refuse := func(field, reason string) error {
		return &ProviderError{Provider: "tax", Field: fmt.Sprintf("parts[%d].%s", i, field), Reason: reason}
	}
	switch {
	case p.Line == ShippingLine && s.in.Shipping == nil:
		return refuse("line", "a tax on shipping, which is not charged")
	case p.Line < ShippingLine || p.Line >= len(s.lines):
		return refuse("line", fmt.Sprintf("%d: there are %d lines", p.Line, len(s.lines)))
	case p.RatePPM < 0 || p.RatePPM > million:
		return refuse("rate", fmt.Sprintf("%d parts per million: want 0 to 1000000", p.RatePPM))
	case p.Amount == nil:
		return nil
	case p.Amount.Sign() < 0:
		return refuse("amount", p.Amount.String()+" is below zero")
	}
	if err := s.payable("amount", *p.Amount); err != nil {
		return refuse("amount", err.Error())
	}
	return nil
}

// maxParts bounds the taxes on one line. With rates of at most 100 % it keeps
// every product below within range.
const maxParts = 16

// checkRun refuses what only the parts of a line together can get wrong.
func (t *taxation) checkRun(r run) error {
	refuse := func(reason string) error {
		return &ProviderError{Provider: "tax", Field: fmt.Sprintf("parts[%d]", r.from), Reason: reason}
	}
	if r.to-r.from > maxParts {
		return refuse(fmt.Sprintf("more than %d taxes on line %d", maxParts, r.line))
	}
	given := t.zero
	for i := r.from; i < r.to; i++ {
		if (t.parts[i].Amount == nil) != (t.parts[r.from].Amount == nil) {
			return refuse(fmt.Sprintf("line %d has rates and amounts", r.line))
		}
		if t.given(r) {
			given = t.add(given, *t.parts[i].Amount)
		}
	}
	if t.err != nil || below(r.base, given) {
		return refuse(fmt.Sprintf("%s tax on %s is over 100 %%", given, r.base))
	}
	return nil
}

// given reports whether the calculator answered the run with amounts.
func (t *taxation) given(r run) bool { return t.parts[r.from].Amount != nil }

// taxed puts the amounts on the lines and writes the entries.
func (s *sheet) taxed(t *taxation) error {
	var sum adder
	for _, r := range t.runs {
		to := &s.shipTax
		if r.line != ShippingLine {
			to = &s.lines[r.line].Tax
		}
		for i := r.from; i < r.to; i++ {
			p := &t.parts[i]
			*to = sum.add(*to, t.amounts[i])
			s.entries = append(s.entries, entry{r.line, Adjustment{
				Kind: Tax, Code: p.Code, Label: p.Label, Amount: t.amounts[i],
				Included: s.terms.TaxIncluded, RatePPM: p.RatePPM, Jurisdiction: p.Jurisdiction,
			}})
		}
	}
	return sum.err
}
