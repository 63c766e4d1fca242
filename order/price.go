package order

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/go-oms/oms/fault"
	"github.com/go-oms/oms/money"
	"github.com/go-oms/oms/quantity"
)

// Pricer says what goods cost. [Assembly.Price] calls it with no lock and no
// transaction held. It must be safe for concurrent use.
type Pricer interface {
	// Price answers with one price per line, in their order, all of one currency:
	// the one of the request when it names one. Goods that are not for sale are an
	// [*UnknownSKUError], a currency without prices is a [*PriceCurrencyError].
	Price(ctx context.Context, r PriceRequest) ([]Price, error)
}

// PriceRequest asks for the prices of a cart.
type PriceRequest struct {
	Currency   money.Currency // empty: the pricer's own
	Channel    string
	CustomerID uuid.UUID // zero for a guest
	Country    string    // of the delivery, where known
	At         time.Time
	Lines      []PriceLine
}

// PriceLine is one line to be priced.
type PriceLine struct {
	SKU      string
	Quantity quantity.Quantity
}

// Price is what a line costs and what the order keeps about the goods.
type Price struct {
	SKU         string
	Unit        money.Money // zero or more; at most six decimals beyond the currency's
	Title       string
	TaxCategory string
	Categories  []string // for promotions; the order does not keep them
}

// UnknownSKUError reports goods that have no price. Its kind is fault.Rejected.
type UnknownSKUError struct {
	SKUs  []string
	Lines []int // their places in the request, from 0
}

func (e *UnknownSKUError) Error() string {
	parts := make([]string, len(e.SKUs))
	for i, sku := range e.SKUs {
		parts[i] = fmt.Sprintf("lines[%d].sku: %q has no price", e.Lines[i], sku)
	}
	return strings.Join(parts, "; ")
}

// Fault returns fault.Rejected.
func (e *UnknownSKUError) Fault() fault.Kind { return fault.Rejected }

// PriceCurrencyError reports goods that have a price, but not in the currency of
// the request, or not in one that all lines share. Its kind is fault.Rejected.
type PriceCurrencyError struct {
	Line     int // its place in the request, from 0
	SKU      string
	Currency money.Currency // the wanted one
	Has      []money.Currency
}

func (e *PriceCurrencyError) Error() string {
	if e.Currency == "" {
		return fmt.Sprintf("lines[%d].sku: %q has prices in %v: the order must name its currency", e.Line, e.SKU, e.Has)
	}
	return fmt.Sprintf("lines[%d].sku: %q has no price in %s, only in %v", e.Line, e.SKU, e.Currency, e.Has)
}

// Fault returns fault.Rejected.
func (e *PriceCurrencyError) Fault() fault.Kind { return fault.Rejected }

// ProviderError reports a plugged-in part whose answer cannot be used. Nothing was
// written. Its kind is fault.Rejected.
type ProviderError struct {
	Provider string // "pricer", "promotions", "tax" or "splitter"
	Field    string // path in the answer, such as "parts[2].amount"
	Reason   string
}

func (e *ProviderError) Error() string {
	return fmt.Sprintf("%s: %s: %s", e.Provider, e.Field, e.Reason)
}

// Fault returns fault.Rejected.
func (e *ProviderError) Fault() fault.Kind { return fault.Rejected }

// PriceList is a [Pricer] of one price per SKU, all in one currency.
type PriceList map[string]money.Money

// Price looks the prices up.
func (p PriceList) Price(_ context.Context, r PriceRequest) ([]Price, error) {
	var (
		prices   = make([]Price, len(r.Lines))
		unknown  *UnknownSKUError
		currency = r.Currency
	)
	for i, line := range r.Lines {
		unit, ok := p[line.SKU]
		if !ok {
			unknown = unknown.with(i, line.SKU)
			continue
		}
		if currency == "" {
			currency = unit.Currency()
		}
		if unit.Currency() != currency {
			return nil, &PriceCurrencyError{
				Line: i, SKU: line.SKU, Currency: currency, Has: []money.Currency{unit.Currency()},
			}
		}
		prices[i] = Price{SKU: line.SKU, Unit: unit}
	}
	if unknown != nil {
		return nil, unknown
	}
	return prices, nil
}

// with adds a line to the error; a nil e begins one.
func (e *UnknownSKUError) with(line int, sku string) *UnknownSKUError {
	if e == nil {
		e = &UnknownSKUError{}
	}
	e.SKUs, e.Lines = append(e.SKUs, sku), append(e.Lines, line)
	return e
}

// checkPrices verifies a pricer's answer.
func checkPrices(r PriceRequest, prices []Price) error {
	refuse := func(i int, field, reason string) error {
		return &ProviderError{Provider: "pricer", Field: fmt.Sprintf("prices[%d]%s", i, field), Reason: reason}
	}
	if len(prices) != len(r.Lines) {
		return refuse(len(prices), "", fmt.Sprintf("want one price for each of %d lines", len(r.Lines)))
	}
	for i, price := range prices {
		switch unit := price.Unit; {
		case price.SKU != r.Lines[i].SKU:
			return refuse(i, ".sku", fmt.Sprintf("%q, want %q", price.SKU, r.Lines[i].SKU))
		case unit.Currency() == "":
			return refuse(i, ".unit", "no amount")
		case unit.Currency() != prices[0].Unit.Currency(), r.Currency != "" && unit.Currency() != r.Currency:
			return refuse(i, ".unit", "another currency: "+unit.String())
		case unit.Sign() < 0:
			return refuse(i, ".unit", "below zero: "+unit.String())
		}
	}
	return nil
}
