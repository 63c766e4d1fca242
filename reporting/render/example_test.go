package render_test

import (
	"context"
	"fmt"
	"iter"
	"os"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/go-oms/oms/money"
	"github.com/go-oms/oms/quantity"
	"github.com/go-oms/oms/reporting"
	"github.com/go-oms/oms/reporting/render"
)

// spring answers what was sold by month of a small shop's books. A host asks its
// shop with Client.Report.
func spring() *reporting.Table {
	period, err := reporting.ParsePeriod("2025-01", "2025-04", "Europe/London")
	if err != nil {
		panic(err)
	}
	table, err := reporting.Run(context.Background(), books{
		sale(time.January, "TEE-M", 2, "39.80 GBP"),
		sale(time.January, "MUG", 1, "8.50 GBP"),
		sale(time.March, "TEE-M", 60, "1194.00 GBP"),
	}, reporting.Query{
		From: reporting.Sales, By: []reporting.Dimension{reporting.ByMonth}, Period: period, Zone: "Europe/London",
		Measures: []reporting.Measure{reporting.OrderCount, reporting.Units, reporting.Gross},
	})
	if err != nil {
		panic(err)
	}
	return table
}

func ExampleText() {
	if err := render.Text(os.Stdout, spring()); err != nil {
		fmt.Println(err)
	}
	// Output:
	// Month    Currency  Orders  Units     Gross
	// 2025-01  GBP            2      3     48.30
	// 2025-02  GBP            0      0      0.00
	// 2025-03  GBP            1     60  1,194.00
	// ──────────────────────────────────────────
	// Total    GBP            3     63  1,242.30
}

func ExampleCSV() {
	if err := render.CSV(os.Stdout, spring(), render.CSVOptions{Totals: true}); err != nil {
		fmt.Println(err)
	}
	// Output:
	// row,month,currency,orders,units,gross
	// group,2025-01,GBP,2,3,48.30
	// group,2025-02,GBP,0,0,0.00
	// group,2025-03,GBP,1,60,1194.00
	// total,,GBP,3,63,1242.30
}

func ExampleSVG() {
	var b strings.Builder
	if err := render.SVG(&b, spring(), render.Chart{Measure: reporting.Gross, Width: 360}); err != nil {
		fmt.Println(err)
	}
	for line := range strings.Lines(b.String()) {
		if strings.HasPrefix(line, "<title>") || strings.HasPrefix(line, "<desc>") || strings.HasPrefix(line, "<g>") {
			fmt.Print(line)
		}
	}
	// Output:
	// <title>Gross by month, GBP</title>
	// <desc>3 figures from 2025-01 to 2025-03. Highest is 2025-03: 1,194.00 GBP; lowest is 2025-02: 0.00 GBP.</desc>
	// <g><title>2025-01: 48.30 GBP</title><rect class="over" x="46.8" y="38" width="104.4" height="182"/><rect class="mark" x="81" y="214.1" width="36" height="5.9" rx="2"/></g>
	// <g><title>2025-02: 0.00 GBP</title><rect class="over" x="151.2" y="38" width="104.4" height="182"/><rect class="mark" x="185.4" y="220" width="36" height="0" rx="2"/></g>
	// <g><title>2025-03: 1,194.00 GBP</title><rect class="over" x="255.6" y="38" width="104.4" height="182"/><rect class="mark" x="289.8" y="75.1" width="36" height="144.9" rx="2"/></g>
}

func ExamplePage() {
	table := spring()
	total, err := table.Total(reporting.Gross)
	if err != nil {
		fmt.Println(err)
	}
	page := render.Page{
		Title: "The first quarter", Period: table.Query.Period, Zone: table.Query.Zone,
		Cards:    []render.Card{{Title: "Gross", Value: total}},
		Sections: []render.Section{{Title: "Sales", Table: table, Chart: reporting.Gross}},
	}
	var b strings.Builder
	if err := page.Write(&b); err != nil {
		fmt.Println(err)
	}
	_, body, _ := strings.Cut(b.String(), "<body>\n")
	head, _, _ := strings.Cut(body, `<div class="sections">`)
	fmt.Print(head)
	// Output:
	// <main>
	// <header>
	// <h1>The first quarter</h1>
	// <dl class="about">
	// <div><dt>Period</dt><dd>1 January – 31 March 2025</dd></div>
	// <div><dt>Time zone</dt><dd>Europe/London</dd></div>
	// <div><dt>Currency</dt><dd>GBP</dd></div>
	// </dl>
	// </header>
	// <dl class="cards">
	// <div><dt>Gross</dt><dd class="figure">1,242.30 <small>GBP</small></dd></div>
	// </dl>
}

// books is a reader over what was sold.
type books []reporting.Fact

func sale(month time.Month, sku string, units int32, amount string) reporting.Fact {
	return reporting.Fact{
		Kind: reporting.Goods, At: time.Date(2025, month, 4, 12, 0, 0, 0, time.UTC), OrderID: uuid.New(),
		SKU: sku, Quantity: quantity.Of(units), Amount: money.MustParse(amount),
	}
}

func (b books) Facts(_ context.Context, p reporting.Period) iter.Seq2[reporting.Fact, error] {
	return func(yield func(reporting.Fact, error) bool) {
		for _, f := range b {
			if p.Contains(f.At) && !yield(f, nil) {
				return
			}
		}
	}
}

func (books) OrderFacts(context.Context, reporting.OrderScope) iter.Seq2[reporting.OrderFact, error] {
	return func(func(reporting.OrderFact, error) bool) {}
}

func (books) PaymentFacts(context.Context, reporting.Period) iter.Seq2[reporting.PaymentFact, error] {
	return func(func(reporting.PaymentFact, error) bool) {}
}

func (books) StockFacts(context.Context) iter.Seq2[reporting.StockFact, error] {
	return func(func(reporting.StockFact, error) bool) {}
}
