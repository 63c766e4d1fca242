package reporting_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/go-oms/oms/fault"
	"github.com/go-oms/oms/money"
	"github.com/go-oms/oms/reporting"
)

func TestQueriesThatCannotBeAnswered(t *testing.T) {
	good := reporting.Query{From: reporting.Orders, Measures: []reporting.Measure{reporting.Total}, By: []reporting.Dimension{reporting.ByMonth}, Zone: "UTC"}
	require.NoError(t, good.Check())
	for name, c := range map[string]struct {
		field string
		spoil func(*reporting.Query)
	}{
		"no source":                      {"from", func(q *reporting.Query) { q.From = "" }},
		"an unknown source":              {"from", func(q *reporting.Query) { q.From = "carts" }},
		"no measure":                     {"measures", func(q *reporting.Query) { q.Measures = nil }},
		"an unknown measure":             {"measures[1]", func(q *reporting.Query) { q.Measures = append(q.Measures, "profit") }},
		"another one's measure":          {"measures[0]", func(q *reporting.Query) { q.Measures[0] = reporting.OnHand }},
		"a measure twice":                {"measures[1]", func(q *reporting.Query) { q.Measures = append(q.Measures, q.Measures[0]) }},
		"an unknown dimension":           {"by[0]", func(q *reporting.Query) { q.By[0] = "moon" }},
		"another one's dimension":        {"by[0]", func(q *reporting.Query) { q.By[0] = reporting.BySKU }},
		"a dimension twice":              {"by[1]", func(q *reporting.Query) { q.By = append(q.By, q.By[0]) }},
		"two times":                      {"by[1]", func(q *reporting.Query) { q.By = append(q.By, reporting.ByDay) }},
		"no zone":                        {"zone", func(q *reporting.Query) { q.Zone = "" }},
		"an unknown zone":                {"zone", func(q *reporting.Query) { q.Zone = "Europe/Atlantis" }},
		"a zone of the machine":          {"zone", func(q *reporting.Query) { q.Zone = "Local" }},
		"a path for a zone":              {"zone", func(q *reporting.Query) { q.Zone = "../../etc/passwd" }},
		"an empty period":                {"period", func(q *reporting.Query) { q.Period = reporting.Period{From: day(5), To: day(5)} }},
		"a reversed period":              {"period", func(q *reporting.Query) { q.Period = reporting.Period{From: day(6), To: day(5)} }},
		"a filter by time":               {"where", func(q *reporting.Query) { q.Where = where(reporting.ByDay) }},
		"a filter by nonsense":           {"where", func(q *reporting.Query) { q.Where = where("moon") }},
		"a filter by no value":           {"where[country]", func(q *reporting.Query) { q.Where = map[reporting.Dimension][]string{reporting.ByCountry: {}} }},
		"a currency that is none":        {"where[currency]", func(q *reporting.Query) { q.Where = where(reporting.ByCurrency) }},
		"a state that is none":           {"where[state]", func(q *reporting.Query) { q.Where, q.AsOf = where(reporting.ByState), day(1) }},
		"an age that is none":            {"where[age]", func(q *reporting.Query) { q.Where, q.AsOf = where(reporting.ByAge), day(1) }},
		"a sorting by what is not asked": {"sort", func(q *reporting.Query) { q.Sort = reporting.Due }},
		"positive of what is not asked":  {"positive", func(q *reporting.Query) { q.Positive = reporting.Due }},
		"a lead that is over":            {"lead", func(q *reporting.Query) { q.Lead = -1 }},
		"a negative limit":               {"limit", func(q *reporting.Query) { q.Limit = -1 }},
		"an age of no moment":            {"as_of", func(q *reporting.Query) { q.By = []reporting.Dimension{reporting.ByAge} }},
		"a state of no moment":           {"as_of", func(q *reporting.Query) { q.Where = where(reporting.ByState) }},
	} {
		t.Run(name, func(t *testing.T) {
			q := good
			q.Measures, q.By = append([]reporting.Measure{}, good.Measures...), append([]reporting.Dimension{}, good.By...)
			c.spoil(&q)
			_, err := reporting.Run(t.Context(), &ledger{}, q)
			var invalid *fault.InvalidError
			require.ErrorAs(t, err, &invalid)
			require.Equal(t, c.field, invalid.Field)
			require.NotEmpty(t, invalid.Allowed)
		})
	}
}

func day(n int) time.Time { return time.Date(2025, 1, n, 0, 0, 0, 0, time.UTC) }

func where(d reporting.Dimension) map[reporting.Dimension][]string {
	return map[reporting.Dimension][]string{d: {"x"}}
}

func TestOneFigureIsOfOneCurrency(t *testing.T) {
	books := &ledger{facts: []reporting.Fact{
		{Kind: reporting.Goods, OrderID: id(1), Quantity: pieces(1), Amount: in(100, "EUR")},
		{Kind: reporting.Goods, OrderID: id(2), Quantity: pieces(1), Amount: in(100, "USD")},
	}}
	q := reporting.Query{From: reporting.Sales, Measures: []reporting.Measure{reporting.Gross, reporting.Units}, Zone: "UTC"}
	table, err := reporting.Run(t.Context(), books, q)
	require.NoError(t, err)
	require.Len(t, table.Rows, 2, "a row each")
	_, err = table.Total(reporting.Gross)
	var mixed *reporting.MixedCurrenciesError
	require.ErrorAs(t, err, &mixed)
	require.Equal(t, []money.Currency{"EUR", "USD"}, mixed.Have)
	require.Equal(t, fault.Rejected, fault.KindOf(err))

	q.Where = map[reporting.Dimension][]string{reporting.ByCurrency: {"EUR"}}
	table, err = reporting.Run(t.Context(), books, q)
	require.NoError(t, err)
	total, err := table.Total(reporting.Gross)
	require.NoError(t, err)
	require.Equal(t, money.MustParse("1.00 EUR"), total.Money())
	_, err = table.Total(reporting.Net)
	require.Equal(t, fault.Rejected, fault.KindOf(err))

	q.Measures, q.Where = []reporting.Measure{reporting.Units}, nil
	table, err = reporting.Run(t.Context(), books, q)
	require.NoError(t, err)
	total, err = table.Total(reporting.Units)
	require.NoError(t, err, "units have no currency")
	require.Equal(t, "2", total.String())
}

func TestItemsWithoutACostAreNotInTheWayOfTheValue(t *testing.T) {
	books := &ledger{stock: []reporting.StockFact{{SKU: "A", OnHand: pieces(2)}, {SKU: "B", OnHand: pieces(1), UnitCost: money.MustParse("2.50 EUR")}}}
	q := reporting.Query{From: reporting.Stock, Measures: []reporting.Measure{reporting.OnHand, reporting.StockValue}, Zone: "UTC"}
	table, err := reporting.Run(t.Context(), books, q)
	require.NoError(t, err)
	total, err := table.Total(reporting.StockValue)
	require.NoError(t, err)
	require.Equal(t, "2.50", total.String())
	_, err = table.Total(reporting.OnHand)
	var mixed *reporting.MixedCurrenciesError
	require.ErrorAs(t, err, &mixed)
	require.ErrorContains(t, err, "rows with amounts in EUR and rows without")
}

func TestNamedReports(t *testing.T) {
	seen := map[string]bool{}
	for _, r := range reporting.Reports() {
		require.False(t, seen[r.Name])
		seen[r.Name] = true
		for _, text := range []string{r.Name, r.Title, r.Definition, r.Cost} {
			require.NotEmpty(t, text)
		}
		q := r.Query
		q.Zone, q.AsOf = "UTC", day(1)
		table, err := reporting.Run(t.Context(), &ledger{}, q)
		require.NoError(t, err, r.Name)
		require.Empty(t, table.Rows)
		if r.Chart != "" {
			require.Contains(t, q.Measures, r.Chart)
		}
	}
	require.GreaterOrEqual(t, len(seen), 12)
	_, known := reporting.Named("profits")
	require.False(t, known)

	top, known := reporting.Named("top-skus")
	require.True(t, known)
	require.Equal(t, 10, top.Grouped(reporting.ByCountry).Query.Limit)
	require.Zero(t, top.Grouped(reporting.ByMonth).Query.Limit, "a year has more than ten months")
}

func TestATableIsJSON(t *testing.T) {
	books := &ledger{stock: []reporting.StockFact{{SKU: "A", OnHand: pieces(2)}, {SKU: "B", OnHand: pieces(1), UnitCost: money.MustParse("2.50 EUR")}}}
	q := reporting.Query{From: reporting.Stock, Measures: []reporting.Measure{reporting.OnHand, reporting.StockValue}, By: []reporting.Dimension{reporting.BySKU}, Zone: "UTC"}
	table, err := reporting.Run(t.Context(), books, q)
	require.NoError(t, err)
	data, err := json.Marshal(table.Rows)
	require.NoError(t, err)
	require.JSONEq(t, `[{"keys":["A"],"values":["2",null]},{"keys":["B"],"currency":"EUR","values":["1","2.50"]}]`, string(data))
	data, err = json.Marshal(table.Columns[1])
	require.NoError(t, err)
	require.Contains(t, string(data), `"kind":"money"`)
}

func TestRatios(t *testing.T) {
	for _, c := range []struct {
		part, whole int64
		want        string
	}{
		{1, 3, "0.333333"}, {2, 3, "0.666667"}, {-1, 3, "-0.333333"}, {0, 5, "0.000000"}, {5, 0, ""}, {1 << 62, 1 << 62, "1.000000"}, {1 << 62, 1, ""},
	} {
		require.Equal(t, c.want, reporting.RatioOf(c.part, c.whole).String())
	}
}
