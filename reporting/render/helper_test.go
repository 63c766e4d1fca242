package render_test

import (
	"slices"

	"github.com/go-oms/oms/money"
	"github.com/go-oms/oms/quantity"
	"github.com/go-oms/oms/reporting"
)

// tableOf is a table of sales as reporting makes them, with the given rows; the last
// so many are totals.
func tableOf(by []reporting.Dimension, measures []reporting.Measure, totals int, rows ...reporting.Row) *reporting.Table {
	t := &reporting.Table{Query: reporting.Query{From: reporting.Sales, By: by, Measures: measures, Zone: "UTC"}}
	for _, d := range by {
		t.By = append(t.By, d.Info())
	}
	for _, m := range measures {
		i := slices.IndexFunc(reporting.Sales.Measures(), func(info reporting.MeasureInfo) bool { return info.Name == m })
		t.Columns = append(t.Columns, reporting.Sales.Measures()[i])
	}
	t.Rows, t.Totals = rows[:len(rows)-totals], rows[len(rows)-totals:]
	return t
}

func row(c money.Currency, keys []string, values ...reporting.Value) reporting.Row {
	return reporting.Row{Keys: keys, Currency: c, Values: values}
}

func keys(keys ...string) []string { return keys }

func count(n int64) reporting.Value { return reporting.CountOf(n) }

func units(q string) reporting.Value { return reporting.QuantityOf(quantity.MustParse(q)) }

func amount(m string) reporting.Value { return reporting.MoneyOf(money.MustParse(m)) }

func part(part, whole int64) reporting.Value { return reporting.RatioOf(part, whole) }

var nothing reporting.Value

// months is a small table of sales by month.
func months() *reporting.Table {
	return tableOf(
		[]reporting.Dimension{reporting.ByMonth},
		[]reporting.Measure{reporting.OrderCount, reporting.Units, reporting.Net, reporting.ReturnRate}, 1,
		row("EUR", keys("2025-01"), count(12), units("30"), amount("1234.50 EUR"), part(1, 30)),
		row("EUR", keys("2025-02"), count(0), units("0"), amount("-80 EUR"), nothing),
		row("EUR", keys("2025-03"), count(1012), units("2100.5"), amount("1234567.89 EUR"), part(2, 3)),
		row("EUR", nil, count(1024), units("2130.5"), amount("1235722.39 EUR"), part(1, 8)),
	)
}

// groups is a table by SKU with the given keys, all of one euro.
func groups(skus ...string) *reporting.Table {
	var rows []reporting.Row
	for _, sku := range skus {
		rows = append(rows, row("EUR", keys(sku), amount("1 EUR")))
	}
	return tableOf([]reporting.Dimension{reporting.BySKU}, []reporting.Measure{reporting.Gross}, 0, rows...)
}
