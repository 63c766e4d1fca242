package reporting_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/go-oms/oms/reporting"
)

// Every store is compared with the same evaluation: what a dimension reads of a row
// is seen here only.
func TestEveryDimensionReadsItsOwnField(t *testing.T) {
	placed := at("2024-12-30T12:00:00Z")
	books := &ledger{
		facts: []reporting.Fact{{Kind: reporting.Fee, At: placed, CustomerID: id(9), Channel: "web", Country: "GB", SKU: "A", Code: "wrap", Amount: eur(1)}},
		orders: []reporting.OrderFact{{
			At: placed, CustomerID: id(9), Channel: "web", Country: "GB", Status: "packed", PaymentStatus: "paid", FulfillmentStatus: "backordered",
			ReturnStatus: "requested", CloseReason: "bored", Goods: true, Total: eur(1),
		}},
		payments: []reporting.PaymentFact{{At: placed, Gateway: "card", Kind: "sale", State: "declined", Amount: eur(1)}},
		stock:    []reporting.StockFact{{SKU: "A", Title: "Tee", Location: "north"}},
	}
	want := map[reporting.Dimension]string{
		reporting.ByDay: "2024-12-30", reporting.ByWeek: "2025-W01", reporting.ByMonth: "2024-12", reporting.ByQuarter: "2024-Q4", reporting.ByYear: "2024",
		reporting.ByChannel: "web", reporting.ByCountry: "GB", reporting.BySKU: "A", reporting.ByCustomer: id(9).String(), reporting.ByCode: "wrap",
		reporting.ByState: "open", reporting.ByStatus: "packed", reporting.ByPaymentStatus: "paid", reporting.ByFulfillmentStatus: "backordered",
		reporting.ByReturnStatus: "requested", reporting.ByReason: "bored", reporting.ByAge: "0-30",
		reporting.ByGateway: "card", reporting.ByOperation: "sale", reporting.ByOutcome: "declined",
		reporting.ByTitle: "Tee", reporting.ByLocation: "north",
	}
	for _, source := range reporting.Sources() {
		for _, d := range source.Dimensions() {
			require.NotEmpty(t, want[d.Name], d.Name)
			q := reporting.Query{From: source, Measures: []reporting.Measure{source.Measures()[0].Name}, By: []reporting.Dimension{d.Name}, Zone: "UTC", AsOf: placed}
			table, err := reporting.Run(t.Context(), books, q)
			require.NoError(t, err)
			require.Len(t, table.Rows, 1)
			require.Equal(t, []string{want[d.Name]}, table.Rows[0].Keys, "%s of %s", d.Name, source)
		}
	}
}

func TestAgesEndWithTheirLastDay(t *testing.T) {
	now := at("2025-06-01T12:00:00Z")
	for age, want := range map[time.Duration]string{
		-time.Hour: "0-30", 0: "0-30", 31*day24 - 1: "0-30", 31 * day24: "31-60", 61*day24 - 1: "31-60", 61 * day24: "61-90", 91*day24 - 1: "61-90", 91 * day24: "91+",
	} {
		books := &ledger{orders: []reporting.OrderFact{{At: now.Add(-age), Goods: true}}}
		q := reporting.Query{From: reporting.Orders, Measures: []reporting.Measure{reporting.OrderCount}, By: []reporting.Dimension{reporting.ByAge}, Zone: "UTC", AsOf: now}
		table, err := reporting.Run(t.Context(), books, q)
		require.NoError(t, err)
		require.Equal(t, []string{want}, table.Rows[0].Keys, age)
	}
}

const day24 = 24 * time.Hour

func TestAFactOfTheFutureHasItsRow(t *testing.T) {
	books := &ledger{facts: []reporting.Fact{{Kind: reporting.Goods, At: day(5), Amount: eur(1)}}}
	q := reporting.Query{
		From: reporting.Sales, Measures: []reporting.Measure{reporting.Gross}, By: []reporting.Dimension{reporting.ByDay}, Zone: "UTC",
		Period: reporting.Period{From: day(1), To: day(7)}, AsOf: day(3),
	}
	table, err := reporting.Run(t.Context(), books, q)
	require.NoError(t, err)
	require.Equal(t, "0.00 0.00 0.00 0.00 0.01 0.00", joined(table))
}

// Days from 1900 on would be ten thousand empty ones, and then a gap.
func TestAPeriodOfTooManyPiecesIsFilledBetweenItsFacts(t *testing.T) {
	books := &ledger{facts: []reporting.Fact{
		{Kind: reporting.Goods, At: day(1), Amount: eur(1)}, {Kind: reporting.Goods, At: day(4), Amount: eur(1)},
	}}
	q := reporting.Query{
		From: reporting.Sales, Measures: []reporting.Measure{reporting.Gross}, By: []reporting.Dimension{reporting.ByDay}, Zone: "UTC",
		Period: reporting.Period{From: at("1900-01-01T00:00:00Z")},
	}
	table, err := reporting.Run(t.Context(), books, q)
	require.NoError(t, err)
	require.Equal(t, "0.01 0.00 0.00 0.01", joined(table))

	books.facts[0].At = at("1900-01-01T00:00:00Z")
	table, err = reporting.Run(t.Context(), books, q)
	require.NoError(t, err)
	require.Len(t, table.Rows, 2, "more than a chart could show")
}

func TestPiecesOfTimeAreInTheirOwnOrder(t *testing.T) {
	top, _ := reporting.Named("top-skus")
	by := top.Grouped(reporting.ByMonth)
	require.Empty(t, by.Query.Sort)
	require.Equal(t, reporting.Gross, top.Query.Sort)
}

func joined(table *reporting.Table) (all string) {
	for i, text := range column(table.Rows, 0) {
		if i > 0 {
			all += " "
		}
		all += text
	}
	return all
}
