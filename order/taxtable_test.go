package order_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/go-oms/oms/fault"
	"github.com/go-oms/oms/order"
)

// table is made for the rules, not for any tax return.
func table() order.TaxTable {
	year := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	return order.TaxTable{
		Home: order.Place{Country: "DE"},
		Rates: []order.TaxRate{
			{Code: "VAT", Country: "DE", RatePPM: 190_000},
			{Code: "VAT", Country: "DE", Category: "books", RatePPM: 70_000},
			{Code: "VAT", Country: "DE", PostalPrefix: "27498", RatePPM: 0, Label: "Heligoland"},
			{Code: "VAT", Country: "FR", RatePPM: 196_000, To: year},
			{Code: "VAT", Country: "FR", RatePPM: 200_000, From: year},
			{Code: "VAT", Country: "AT", RatePPM: 200_000},
			{Code: "VAT", Country: "AT", RatePPM: 160_000, From: year.AddDate(0, 2, 0), To: year.AddDate(0, 3, 0)},
			{Code: "GST", Country: "CA", RatePPM: 50_000, Jurisdiction: "CA"},
			{Code: "QST", Country: "CA", Region: "QC", RatePPM: 99_750, Jurisdiction: "CA-QC", Compound: true},
			{Code: "STATE", Country: "US", Region: "NY", RatePPM: 40_000},
			{Code: "STATE", Country: "US", Region: "NY", Category: "clothes", RatePPM: 0},
			{Code: "CITY", Country: "US", PostalPrefix: "10", RatePPM: 45_000},
			{Code: "CITY", Country: "US", PostalPrefix: "100", RatePPM: 48_750},
		},
	}
}

func TestTaxTable(t *testing.T) {
	t.Parallel()
	require.NoError(t, table().Check())
	for _, test := range []struct {
		place    order.Place
		category string
		at       time.Time
		want     []int64
	}{
		{order.Place{}, "", placed, []int64{190_000}}, // home
		{order.Place{Country: "DE", PostalCode: "10115"}, "", placed, []int64{190_000}},
		{order.Place{Country: "DE"}, "books", placed, []int64{70_000}},
		{order.Place{Country: "DE"}, "toys", placed, []int64{190_000}},
		{order.Place{Country: "DE", PostalCode: "27498"}, "books", placed, []int64{0}},
		{order.Place{Country: "FR"}, "", time.Date(2025, 12, 31, 23, 0, 0, 0, time.UTC), []int64{196_000}},
		{order.Place{Country: "FR"}, "", time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), []int64{200_000}},
		{order.Place{Country: "AT"}, "", placed, []int64{160_000}}, // began last
		{order.Place{Country: "AT"}, "", time.Date(2026, 4, 1, 0, 0, 0, 0, time.UTC), []int64{200_000}},
		{order.Place{Country: "CA", Region: "QC"}, "", placed, []int64{50_000, 99_750}},
		{order.Place{Country: "CA", Region: "AB"}, "", placed, []int64{50_000}},
		{order.Place{Country: "US", Region: "NY", PostalCode: "10001"}, "", placed, []int64{40_000, 48_750}},
		{order.Place{Country: "US", Region: "NY", PostalCode: "10990"}, "clothes", placed, []int64{0, 45_000}},
		{order.Place{Country: "NO"}, "", placed, nil},
	} {
		parts, err := table().Taxes(t.Context(), order.TaxRequest{
			ShipTo: test.place, At: test.at, Lines: []order.TaxLine{{Category: test.category}},
		})
		require.NoError(t, err)
		var got []int64
		for _, p := range parts {
			require.Zero(t, p.Line)
			got = append(got, p.RatePPM)
		}
		require.Equal(t, test.want, got, "%+v", test)
	}
}

func TestTaxTableTaxesShipping(t *testing.T) {
	t.Parallel()
	in := cart()
	in.Header.Terms.TaxIncluded = true
	require.NoError(t, in.Tax(t.Context(), table(), order.Place{Country: "DE"}, order.Place{}))
	require.Len(t, in.Taxes, 4)
	require.Equal(t, order.TaxPart{Line: order.ShippingLine, RatePPM: 190_000, Code: "VAT"}, in.Taxes[3])
	require.Equal(t, eur("82.20"), assemble(t, in).Totals.Total)

	reduced := table()
	reduced.ShippingCategory = "books"
	require.NoError(t, in.Tax(t.Context(), reduced, order.Place{Country: "DE"}, order.Place{}))
	require.Equal(t, int64(70_000), in.Taxes[3].RatePPM)
}

func TestTaxTableRefuses(t *testing.T) {
	t.Parallel()
	for field, rate := range map[string]order.TaxRate{
		"rates[1].code":     {Country: "DE"},
		"rates[1].rate_ppm": {Code: "VAT", RatePPM: 1_000_001},
		"rates[1].country":  {Code: "VAT", Region: "NY"},
		"rates[1].to":       {Code: "VAT", From: placed, To: placed},
		"rates[1]":          {Code: "VAT", Country: "DE", RatePPM: 5},
	} {
		bad := order.TaxTable{Rates: []order.TaxRate{{Code: "VAT", Country: "DE"}, rate}}
		var invalid *fault.InvalidError
		require.ErrorAs(t, bad.Check(), &invalid)
		require.Equal(t, field, invalid.Field)
	}
	require.Error(t, order.TaxTable{Rates: []order.TaxRate{{Code: "VAT", Country: "de"}}}.Check())
	require.Error(t, order.TaxTable{Rates: []order.TaxRate{{Code: "VAT", RatePPM: -1}}}.Check())
}
