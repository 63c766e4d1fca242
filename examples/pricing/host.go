package main

import (
	"context"
	"database/sql"
	"errors"

	"github.com/go-oms/oms/fault"
	"github.com/go-oms/oms/money"
	"github.com/go-oms/oms/order"
)

// groupPrices is an order.Pricer: the prices of the customer's group, from a table
// of the host's. It must be safe for concurrent use, as a *sql.DB is.
type groupPrices struct{ db *sql.DB }

// Price answers with one price per line, in their order. Goods that the table does
// not have are refused; what the database says about itself is for the log.
func (p groupPrices) Price(ctx context.Context, r order.PriceRequest) ([]order.Price, error) {
	if r.Currency != "" && r.Currency != money.EUR {
		return nil, &order.PriceCurrencyError{Currency: r.Currency, Has: []money.Currency{money.EUR}}
	}
	group := "retail"
	err := p.db.QueryRowContext(ctx, "SELECT price_group FROM customers WHERE id = ?", r.CustomerID.String()).Scan(&group)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return nil, &fault.TransientError{Op: "prices: group", Err: err}
	}
	var unknown order.UnknownSKUError // names every line at once
	prices := make([]order.Price, len(r.Lines))
	for i, l := range r.Lines {
		var cents int64
		var category string
		err := p.db.QueryRowContext(ctx, "SELECT cents, category FROM prices WHERE sku = ? AND price_group = ?", l.SKU, group).Scan(&cents, &category)
		switch {
		case errors.Is(err, sql.ErrNoRows):
			unknown.SKUs, unknown.Lines = append(unknown.SKUs, l.SKU), append(unknown.Lines, i)
			continue
		case err != nil:
			return nil, &fault.TransientError{Op: "prices: " + l.SKU, Err: err}
		}
		unit, err := money.Minor(cents, money.EUR)
		if err != nil {
			return nil, err
		}
		prices[i] = order.Price{SKU: l.SKU, Unit: unit, TaxCategory: category}
	}
	if len(unknown.SKUs) > 0 {
		return nil, &unknown
	}
	return prices, nil
}

// taxService is what the host's tax provider can be asked: a rate in parts per
// million.
type taxService interface {
	Rate(ctx context.Context, country, category string) (ppm int64, err error)
}

// taxes is an order.TaxCalculator over that service. It answers with rates and
// leaves the arithmetic to the order, which rounds to the cent.
type taxes struct{ service taxService }

// Taxes asks for each line. An error that says nothing of its kind, such as one of
// a network, is transient: the cart may be placed again.
func (t taxes) Taxes(ctx context.Context, r order.TaxRequest) ([]order.TaxPart, error) {
	parts := make([]order.TaxPart, len(r.Lines))
	for i, l := range r.Lines {
		rate, err := t.service.Rate(ctx, r.ShipTo.Country, l.Category)
		if err != nil {
			return nil, err
		}
		parts[i] = order.TaxPart{Line: i, RatePPM: rate, Code: "vat", Label: "VAT", Jurisdiction: r.ShipTo.Country}
	}
	return parts, nil
}

// rateTable is a tax service in memory, by "country/category".
type rateTable map[string]int64

func (t rateTable) Rate(_ context.Context, country, category string) (int64, error) {
	rate, ok := t[country+"/"+category]
	if !ok {
		return 0, fault.Invalid("country", country, "a country that goods of category "+category+" are sold to")
	}
	return rate, nil
}

// down is a tax service that does not answer.
type down struct{}

var errDown = errors.New("tax service: no answer")

func (down) Rate(context.Context, string, string) (int64, error) { return 0, errDown }
