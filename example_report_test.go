package oms_test

import (
	"context"
	"fmt"

	"github.com/go-oms/oms/event"
	"github.com/go-oms/oms/reporting"
)

// The morning's figures: reports have names and written definitions, and a query of
// one's own is the same kind of value. Shoppers get none.
func ExampleClient_Report() {
	ctx := context.Background()
	shop := exampleShop()
	deliveredTees(shop, 2)
	must(shop.Place(ctx, tees(1)))

	sales, _ := reporting.Named("sales")
	q := sales.Grouped(reporting.BySKU).Query
	q.Zone = "Europe/London"
	table := must(shop.Report(ctx, q))
	for _, row := range table.Rows {
		fmt.Println(row.Keys[0], row.Values[table.Column(reporting.Units)], "units", row.Values[table.Column(reporting.Due)], row.Currency)
	}

	stock := reporting.Query{From: reporting.Stock, By: []reporting.Dimension{reporting.BySKU}, Zone: "UTC"}
	stock.Measures = []reporting.Measure{reporting.OnHand, reporting.Allocated, reporting.Available}
	for _, row := range must(shop.Report(ctx, stock)).Rows {
		fmt.Println(row.Keys[0], row.Values)
	}

	owed, _ := reporting.Named("receivables")
	owed.Query.Zone = "UTC"
	total, err := must(shop.Report(ctx, owed.Query)).Total(reporting.Outstanding)
	fmt.Println("still to be paid:", total.Money(), err)

	_, err = shop.As(event.Actor{Kind: event.Shopper, ID: "somebody"}).Report(ctx, q)
	fmt.Println(err)
	// Output:
	// TEE-M 3 units 59.70 EUR
	// MUG [10 0 10]
	// TEE-M [8 1 7]
	// still to be paid: 19.90 EUR <nil>
	// oms: report.run is not allowed for an actor of kind shopper: no role allows it
}
