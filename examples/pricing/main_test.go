package main

import (
	"bytes"
	"database/sql"
	"path/filepath"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/go-oms/oms/fault"
	"github.com/go-oms/oms/money"
	"github.com/go-oms/oms/order"
)

const want = `guest BEANS 3 x 14.90 EUR tax 2.46 EUR total 47.16 EUR
guest MILL 1 x 79.90 EUR tax 15.98 EUR total 95.88 EUR
guest pays 143.04 EUR with 18.44 EUR tax
cafe BEANS 3 x 11.35 EUR tax 1.87 EUR total 35.92 EUR
cafe MILL 1 x 72.25 EUR tax 14.45 EUR total 86.70 EUR
cafe pays 122.62 EUR with 16.32 EUR tax
not for sale: true
tax service down: transient true
written: 0 orders, 0 allocated
`

func TestRun(t *testing.T) {
	var out bytes.Buffer
	require.NoError(t, run(t.Context(), &out, t.TempDir()))
	require.Equal(t, want, out.String())
}

func TestNothingIsSoldWhereTheHostSellsNothing(t *testing.T) {
	db, err := sql.Open("sqlite", filepath.Join(t.TempDir(), "host.db"))
	require.NoError(t, err)
	defer db.Close()
	_, err = db.ExecContext(t.Context(), tables)
	require.NoError(t, err)

	shop, err := open(t.Context(), db, rateTable{"FR/goods": 200_000})
	require.NoError(t, err)
	_, err = shop.Place(t.Context(), cart("a", uuid.Nil, "BEANS"))
	require.Equal(t, fault.Rejected, fault.KindOf(err), "no rate for food")

	_, err = groupPrices{db}.Price(t.Context(), order.PriceRequest{Currency: money.USD})
	var other *order.PriceCurrencyError
	require.ErrorAs(t, err, &other)

	_, err = groupPrices{db}.Price(t.Context(), order.PriceRequest{Lines: []order.PriceLine{{SKU: "TEAPOT"}, {SKU: "MILL"}, {SKU: "CUP"}}})
	var unknown *order.UnknownSKUError
	require.ErrorAs(t, err, &unknown)
	require.Equal(t, []string{"TEAPOT", "CUP"}, unknown.SKUs)
	require.Equal(t, []int{0, 2}, unknown.Lines)

	require.NoError(t, db.Close())
	_, err = shop.Place(t.Context(), cart("b", uuid.Nil, "MILL"))
	require.Equal(t, fault.Transient, fault.KindOf(err), "the host's database is gone")
}
