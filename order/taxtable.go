package order

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/go-oms/oms/fault"
)

// TaxTable is a [TaxCalculator] of rates by place, category and date. It is data:
// it can be loaded from JSON. It is safe for concurrent use while nobody changes
// it.
//
// Rates with the same Code are the rates of one tax: of those that match a line,
// the more local one applies (by postal code, then region, then country), then
// the one for the line's category, then the one that began last. Different codes
// are different taxes and add up in the order of the table.
type TaxTable struct {
	Rates []TaxRate `json:"rates"`
	// Home is the place where the delivery's is not known.
	Home Place `json:"home,omitzero"`
	// ShippingCategory is the category of shipping; empty: the rates without one.
	ShippingCategory string `json:"shipping_category,omitempty"`
}

// TaxRate is one rate of one tax. An empty field matches anything.
type TaxRate struct {
	Code         string    `json:"code"` // the tax, such as "VAT"
	Label        string    `json:"label,omitempty"`
	Jurisdiction string    `json:"jurisdiction,omitempty"`
	Country      string    `json:"country,omitempty"` // ISO 3166-1 alpha-2
	Region       string    `json:"region,omitempty"`
	PostalPrefix string    `json:"postal_prefix,omitempty"`
	Category     string    `json:"category,omitempty"`
	RatePPM      int64     `json:"rate_ppm"`           // parts per million
	Compound     bool      `json:"compound,omitempty"` // on top of the taxes before it
	From         time.Time `json:"from,omitzero"`      // inclusive
	To           time.Time `json:"to,omitzero"`        // exclusive
}

// Taxes looks the rates up. A line that no rate matches has no tax.
func (t TaxTable) Taxes(_ context.Context, r TaxRequest) ([]TaxPart, error) {
	place := r.ShipTo
	if place == (Place{}) {
		place = t.Home
	}
	local := t.local(place, r.At)
	if len(local) == 0 {
		return nil, nil
	}
	parts := make([]TaxPart, 0, len(r.Lines)+1)
	for i := range r.Lines {
		parts = appendRates(parts, i, local, r.Lines[i].Category)
	}
	if r.Shipping.Currency() != "" {
		parts = appendRates(parts, ShippingLine, local, t.ShippingCategory)
	}
	return parts, nil
}

// local returns the rates that hold at the place and time, in the order of the
// table.
func (t TaxTable) local(p Place, at time.Time) []*TaxRate {
	var local []*TaxRate
	for i := range t.Rates {
		rate := &t.Rates[i]
		if (rate.Country == "" || rate.Country == p.Country) &&
			(rate.Region == "" || rate.Region == p.Region) &&
			strings.HasPrefix(p.PostalCode, rate.PostalPrefix) &&
			!at.Before(rate.From) && (rate.To.IsZero() || at.Before(rate.To)) {
			local = append(local, rate)
		}
	}
	return local
}

// appendRates adds the taxes of one line: of each code the rate that fits best.
func appendRates(parts []TaxPart, line int, local []*TaxRate, category string) []TaxPart {
	for i, first := range local {
		sameCode := func(r *TaxRate) bool { return r.Code == first.Code }
		if slices.ContainsFunc(local[:i], sameCode) {
			continue
		}
		var best *TaxRate
		for _, rate := range local[i:] {
			if rate.Code != first.Code || rate.Category != "" && rate.Category != category {
				continue
			}
			if best == nil || rate.closer(best) {
				best = rate
			}
		}
		if best != nil {
			parts = append(parts, TaxPart{
				Line: line, RatePPM: best.RatePPM, Code: best.Code, Label: best.Label,
				Jurisdiction: best.Jurisdiction, Compound: best.Compound,
			})
		}
	}
	return parts
}

// closer reports whether r goes before o where both match.
func (r *TaxRate) closer(o *TaxRate) bool {
	if a, b := r.locality(), o.locality(); a != b {
		return a > b
	}
	if (r.Category != "") != (o.Category != "") {
		return r.Category != ""
	}
	return r.From.After(o.From)
}

// locality grows with how small the place is that a rate is for.
func (r *TaxRate) locality() int {
	switch {
	case r.PostalPrefix != "":
		return 2 + len(r.PostalPrefix)
	case r.Region != "":
		return 2
	case r.Country != "":
		return 1
	}
	return 0
}

// Check returns a *fault.InvalidError for a rate without a code, outside 0 to
// 100 %, that ends before it begins, or that is there twice for the same time.
func (t TaxTable) Check() error {
	for i := range t.Rates {
		rate, field := &t.Rates[i], fmt.Sprintf("rates[%d]", i)
		switch {
		case rate.Code == "":
			return fault.Invalid(field+".code", "", "the code of the tax")
		case rate.RatePPM < 0 || rate.RatePPM > million:
			return fault.Invalid(field+".rate_ppm", rate.RatePPM, "0 to 1000000 parts per million")
		case rate.Country != "" && !isCountry(rate.Country):
			return fault.Invalid(field+".country", rate.Country, "two letters A-Z")
		case rate.Country == "" && (rate.Region != "" || rate.PostalPrefix != ""):
			return fault.Invalid(field+".country", "", "the country of the region or postal code")
		case !rate.To.IsZero() && !rate.From.Before(rate.To):
			return fault.Invalid(field+".to", rate.To, "a time after from")
		}
		for k := range i {
			if rate.clashes(&t.Rates[k]) {
				return fault.Invalid(field, rate.Code, fmt.Sprintf("not the same as rates[%d] at one time", k))
			}
		}
	}
	return nil
}

// clashes reports whether nothing but the order of the table decides between two
// rates. Two open ends are fine: the rate that began last applies.
func (r *TaxRate) clashes(o *TaxRate) bool {
	return r.Code == o.Code && r.Country == o.Country && r.Region == o.Region &&
		r.PostalPrefix == o.PostalPrefix && r.Category == o.Category && r.From.Equal(o.From)
}
