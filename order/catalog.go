package order

import (
	"context"
	"fmt"
	"slices"

	"github.com/go-oms/oms/fault"
	"github.com/go-oms/oms/money"
	"github.com/go-oms/oms/quantity"
)

// Catalog is a [Pricer] of products by SKU, with prices in several currencies and
// by quantity. It is data: it can be loaded from JSON.
type Catalog map[string]Product

// Product is what a catalogue says about one SKU.
type Product struct {
	Title       string   `json:"title,omitempty"`
	TaxCategory string   `json:"tax_category,omitempty"`
	Categories  []string `json:"categories,omitempty"`
	Prices      []Tier   `json:"prices"`
}

// Tier is a unit price that holds from a quantity on; the one with the largest
// From that the line reaches is charged for all of its units.
type Tier struct {
	From quantity.Quantity `json:"from,omitzero"` // zero: from the first unit
	Unit money.Money       `json:"unit"`
}

// Price looks the prices up.
func (c Catalog) Price(_ context.Context, r PriceRequest) ([]Price, error) {
	var (
		prices   = make([]Price, len(r.Lines))
		unknown  *UnknownSKUError
		currency = r.Currency
	)
	for i, line := range r.Lines {
		product, ok := c[line.SKU]
		if !ok || len(product.Prices) == 0 {
			unknown = unknown.with(i, line.SKU)
			continue
		}
		has := product.currencies()
		if currency == "" && len(has) == 1 {
			currency = has[0]
		}
		unit, ok := product.unit(currency, line.Quantity)
		if !ok {
			return nil, &PriceCurrencyError{Line: i, SKU: line.SKU, Currency: currency, Has: has}
		}
		prices[i] = Price{
			SKU: line.SKU, Unit: unit, Title: product.Title,
			TaxCategory: product.TaxCategory, Categories: product.Categories,
		}
	}
	if unknown != nil {
		return nil, unknown
	}
	return prices, nil
}

// Check returns a *fault.InvalidError for a price below zero or without a
// currency, a product without prices, or two prices for the same currency and
// quantity. A currency without a tier from the first unit on is one, too.
func (c Catalog) Check() error {
	for sku, product := range c {
		if len(product.Prices) == 0 {
			return fault.Invalid("catalog["+sku+"].prices", "", "at least one price")
		}
		for i, tier := range product.Prices {
			field := fmt.Sprintf("catalog[%s].prices[%d]", sku, i)
			if tier.Unit.Currency() == "" || tier.Unit.Sign() < 0 {
				return fault.Invalid(field+".unit", tier.Unit, "an amount of zero or more")
			}
			if tier.From.Sign() < 0 {
				return fault.Invalid(field+".from", tier.From, "zero or more")
			}
			same := func(o Tier) bool { return o.From == tier.From && o.Unit.Currency() == tier.Unit.Currency() }
			if slices.IndexFunc(product.Prices, same) != i {
				return fault.Invalid(field, tier.Unit, "one price per currency and quantity")
			}
			base := func(o Tier) bool { return o.From.IsZero() && o.Unit.Currency() == tier.Unit.Currency() }
			if !slices.ContainsFunc(product.Prices, base) {
				return fault.Invalid(field+".from", tier.From, "a price from the first unit on")
			}
		}
	}
	return nil
}

// unit returns the unit price for that many units in the currency.
func (p Product) unit(currency money.Currency, q quantity.Quantity) (money.Money, bool) {
	best := -1
	for i, tier := range p.Prices {
		if tier.Unit.Currency() != currency || q.Less(tier.From) {
			continue
		}
		if best < 0 || p.Prices[best].From.Less(tier.From) {
			best = i
		}
	}
	if best < 0 {
		return money.Money{}, false
	}
	return p.Prices[best].Unit, true
}

func (p Product) currencies() []money.Currency {
	var has []money.Currency
	for _, tier := range p.Prices {
		if !slices.Contains(has, tier.Unit.Currency()) {
			has = append(has, tier.Unit.Currency())
		}
	}
	return has
}
