package order_test

import (
	"context"
	"encoding/json"
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/go-oms/oms/fault"
	"github.com/go-oms/oms/money"
	"github.com/go-oms/oms/order"
	"github.com/go-oms/oms/quantity"
)

func unpriced(skus ...string) order.Assembly {
	in := assembly()
	for _, sku := range skus {
		in.Lines = append(in.Lines, order.PricedLine{SKU: sku, Quantity: one})
	}
	return in
}

func TestPriceList(t *testing.T) {
	t.Parallel()
	list := order.PriceList{"TEE": eur("19.90"), "CAP": eur("12.00"), "YEN": money.MustParse("300 JPY")}
	in := unpriced("TEE", "CAP")
	require.NoError(t, in.Price(t.Context(), list))
	require.Equal(t, money.EUR, in.Header.Currency)
	require.Equal(t, eur("31.90"), assemble(t, in).Totals.Total)

	in = unpriced("TEE", "NIX", "CAP", "NAX")
	err := in.Price(t.Context(), list)
	var unknown *order.UnknownSKUError
	require.ErrorAs(t, err, &unknown)
	require.Equal(t, []string{"NIX", "NAX"}, unknown.SKUs)
	require.Equal(t, []int{1, 3}, unknown.Lines)
	require.Equal(t, `lines[1].sku: "NIX" has no price; lines[3].sku: "NAX" has no price`, err.Error())
	require.Equal(t, fault.Rejected, fault.KindOf(err))
	require.Equal(t, money.Money{}, in.Lines[0].UnitPrice)

	in = unpriced("TEE", "YEN")
	var currency *order.PriceCurrencyError
	require.ErrorAs(t, in.Price(t.Context(), list), &currency)
	require.Equal(t, 1, currency.Line)
	require.ErrorContains(t, currency, `lines[1].sku: "YEN" has no price in EUR, only in [JPY]`)
	in = unpriced("TEE")
	in.Header.Currency = money.USD
	err = in.Price(t.Context(), list)
	require.ErrorAs(t, err, &currency)
	require.Equal(t, fault.Rejected, fault.KindOf(err))
}

func shop() order.Catalog {
	return order.Catalog{
		"TEE": {
			Title: "T-shirt", TaxCategory: "clothes", Categories: []string{"new"},
			Prices: []order.Tier{
				{Unit: eur("19.90")},
				{From: quantity.Of(10), Unit: eur("17.50")},
				{From: quantity.Of(100), Unit: eur("15.125")},
				{Unit: money.MustParse("22.00 USD")},
			},
		},
		"MUG": {Prices: []order.Tier{{Unit: eur("8.50")}}},
	}
}

func TestCatalog(t *testing.T) {
	t.Parallel()
	require.NoError(t, shop().Check())
	for q, want := range map[string]string{
		"1": "19.90 EUR", "9.999999": "19.90 EUR", "10": "17.50 EUR", "99": "17.50 EUR", "100": "15.125 EUR",
	} {
		in := assembly(order.PricedLine{SKU: "TEE", Quantity: quantity.MustParse(q)})
		in.Header.Currency = money.EUR
		require.NoError(t, in.Price(t.Context(), shop()))
		require.Equal(t, money.MustParse(want), in.Lines[0].UnitPrice, q)
		require.Equal(t, "T-shirt", in.Lines[0].Title)
		require.Equal(t, "clothes", in.Lines[0].TaxCategory)
		require.Equal(t, []string{"new"}, in.Lines[0].Categories)
	}
	in := unpriced("MUG", "TEE") // the mug has one currency, which settles it
	require.NoError(t, in.Price(t.Context(), shop()))
	require.Equal(t, eur("19.90"), in.Lines[1].UnitPrice)

	var currency *order.PriceCurrencyError
	in = unpriced("TEE")
	require.ErrorAs(t, in.Price(t.Context(), shop()), &currency)
	require.ErrorContains(t, currency, "must name its currency")
	in = unpriced("TEE", "MUG")
	in.Header.Currency = money.USD
	require.ErrorAs(t, in.Price(t.Context(), shop()), &currency)
	require.Equal(t, "MUG", currency.SKU)
	require.Equal(t, []money.Currency{money.EUR}, currency.Has)
	in = unpriced("SOCK")
	var unknown *order.UnknownSKUError
	require.ErrorAs(t, in.Price(t.Context(), shop()), &unknown)

	data, err := json.Marshal(shop())
	require.NoError(t, err)
	var back order.Catalog
	require.NoError(t, json.Unmarshal(data, &back))
	require.Equal(t, shop(), back)
}

func TestCatalogRefuses(t *testing.T) {
	t.Parallel()
	for field, prices := range map[string][]order.Tier{
		"catalog[A].prices":         nil,
		"catalog[A].prices[0].unit": {{Unit: eur("-1")}},
		"catalog[A].prices[1].unit": {{Unit: eur("1")}, {}},
		"catalog[A].prices[0].from": {{From: quantity.Of(-1), Unit: eur("1")}},
		"catalog[A].prices[1].from": {{Unit: eur("1")}, {From: one, Unit: money.MustParse("1 JPY")}},
		"catalog[A].prices[1]":      {{Unit: eur("1")}, {Unit: eur("2")}},
	} {
		var invalid *fault.InvalidError
		require.ErrorAs(t, order.Catalog{"A": {Prices: prices}}.Check(), &invalid)
		require.Equal(t, field, invalid.Field)
	}
}

// pricer answers what it is told.
type pricer struct {
	asked  order.PriceRequest
	prices []order.Price
	err    error
}

func (p *pricer) Price(_ context.Context, r order.PriceRequest) ([]order.Price, error) {
	p.asked = r
	return p.prices, p.err
}

func TestPriceChecksAnswers(t *testing.T) {
	t.Parallel()
	good := order.Price{SKU: "A", Unit: eur("1")}
	for field, prices := range map[string][]order.Price{
		"prices[1]":      {good},
		"prices[1].sku":  {good, {SKU: "C", Unit: eur("1")}},
		"prices[1].unit": {good, {SKU: "B", Unit: eur("-1")}},
		"prices[0].unit": {{SKU: "A"}, {SKU: "B", Unit: eur("1")}},
	} {
		in := unpriced("A", "B")
		var refused *order.ProviderError
		require.ErrorAs(t, in.Price(t.Context(), &pricer{prices: prices}), &refused)
		require.Equal(t, field, refused.Field)
		require.Equal(t, unpriced("A", "B").Lines, in.Lines)
	}
	in := unpriced("A", "B")
	mixed := &pricer{prices: []order.Price{good, {SKU: "B", Unit: money.MustParse("1 JPY")}}}
	require.ErrorContains(t, in.Price(t.Context(), mixed), "another currency")
	in.Header.Currency = money.USD
	require.ErrorContains(t, in.Price(t.Context(), &pricer{prices: []order.Price{good, good}}), "another currency")
	down := errors.New("down")
	require.ErrorIs(t, in.Price(t.Context(), &pricer{err: down}), down)
}

func TestPriceAsksOnlyForWhatHasNone(t *testing.T) {
	t.Parallel()
	in := assembly(order.PricedLine{SKU: "A", Quantity: two}, line("B", "1", "3.00 EUR"))
	in.Header.Channel, in.Header.Country = "web", "DE"
	p := &pricer{prices: []order.Price{{SKU: "A", Unit: eur("1.00")}}}
	require.NoError(t, in.Price(t.Context(), p))
	require.Equal(t, []order.PriceLine{{SKU: "A", Quantity: two}}, p.asked.Lines)
	require.Equal(t, money.EUR, p.asked.Currency)
	require.Equal(t, "web", p.asked.Channel)
	require.Equal(t, "DE", p.asked.Country)
	require.Equal(t, eur("5.00"), assemble(t, in).Totals.Total)
	require.NoError(t, in.Price(t.Context(), nil)) // nothing left to ask

	in = assembly(order.PricedLine{SKU: "A"})
	var invalid *fault.InvalidError
	require.ErrorAs(t, in.Price(t.Context(), p), &invalid)
	require.Equal(t, "lines[0].quantity", invalid.Field)
}
