package reporting_test

import (
	"context"
	"fmt"

	"github.com/go-oms/oms/reporting"
)

// Two orders of last spring, one of which came back in part.
func spring() reporting.Reader {
	return &ledger{facts: []reporting.Fact{
		{Kind: reporting.Goods, At: at("2025-03-31T22:30:00Z"), OrderID: id(1), SKU: "TEE-M", Country: "DE", Quantity: pieces(2), Amount: eur(3980)},
		{Kind: reporting.Shipping, At: at("2025-03-31T22:30:00Z"), OrderID: id(1), Code: "standard", Country: "DE", Amount: eur(490)},
		{Kind: reporting.Goods, At: at("2025-04-02T10:00:00Z"), OrderID: id(2), SKU: "MUG", Country: "AT", Quantity: pieces(1), Amount: eur(850)},
		{Kind: reporting.Credit, At: at("2025-04-09T08:00:00Z"), OrderID: id(1), SKU: "TEE-M", Code: "return", Country: "DE", Quantity: pieces(1), Amount: eur(-1990)},
	}}
}

func show(t *reporting.Table) {
	for _, row := range t.Rows {
		fmt.Println(row.Keys, row.Values, row.Currency)
	}
	for _, total := range t.Totals {
		fmt.Println("total", total.Values, total.Currency)
	}
}

// Days begin in the zone that the query names: half past ten in the evening in UTC
// is already tomorrow in Berlin, and next month.
func ExampleRun() {
	ctx := context.Background()
	q := reporting.Query{
		From:     reporting.Sales,
		Measures: []reporting.Measure{reporting.OrderCount, reporting.Units, reporting.Total, reporting.Due},
		By:       []reporting.Dimension{reporting.ByMonth},
	}
	for _, zone := range []string{"Europe/Berlin", "UTC"} {
		q.Zone = zone
		table, err := reporting.Run(ctx, spring(), q)
		if err != nil {
			fmt.Println(err)
			return
		}
		show(table)
	}

	q.Zone = "Europe/Atlantis"
	_, err := reporting.Run(ctx, spring(), q)
	fmt.Println(err)
	// Output:
	// [2025-04] [2 3 53.20 33.30] EUR
	// total [2 3 53.20 33.30] EUR
	// [2025-03] [1 2 44.70 44.70] EUR
	// [2025-04] [1 1 8.50 -11.40] EUR
	// total [2 3 53.20 33.30] EUR
	// zone: "Europe/Atlantis" is not allowed: want an IANA time zone such as "Europe/London", or "UTC"
}

// A report is a query with a name. It can be grouped by something else, and kept to
// some of the facts.
func ExampleNamed() {
	report, _ := reporting.Named("returns")
	fmt.Println(report.Title+":", report.Definition)

	q := report.Grouped(reporting.BySKU).Query
	q.Zone = "UTC"
	q.Where = map[reporting.Dimension][]string{reporting.ByCountry: {"DE"}}
	table, err := reporting.Run(context.Background(), spring(), q)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(q.Measures)
	show(table)
	// Output:
	// Returns: Units that came back in the period against units ordered in it.
	// [units returned return_rate refund]
	// [] [0 0  0.00] EUR
	// [TEE-M] [2 1 0.500000 -19.90] EUR
	// total [2 1 0.500000 -19.90] EUR
}

func ExampleParsePeriod() {
	p, err := reporting.ParsePeriod("2025-03", "2025-04", "Europe/Berlin")
	fmt.Println(p.From.Format("2006-01-02 15:04"), p.To.Format("2006-01-02 15:04"), err)

	_, err = reporting.ParsePeriod("2025-04", "2025-03", "Europe/Berlin")
	fmt.Println(err)
	// Output:
	// 2025-02-28 23:00 2025-03-31 22:00 <nil>
	// period: "2025-03-31T22:00:00Z to 2025-02-28T23:00:00Z" is not allowed: want an end after the beginning: the end itself is not part of it
}

func ExampleTable_Total() {
	q := reporting.Query{From: reporting.Sales, Measures: []reporting.Measure{reporting.Due}, Zone: "UTC"}
	table, err := reporting.Run(context.Background(), spring(), q)
	if err != nil {
		fmt.Println(err)
		return
	}
	due, err := table.Total(reporting.Due)
	fmt.Println(due.Money(), err)
	// Output: 33.30 EUR <nil>
}
