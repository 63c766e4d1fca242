// Command reports lives a handful of orders in memory and asks the books about them:
// as tables, as CSV, as a picture and as a page.
package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log"
	"os"
	"path/filepath"
	"time"

	"github.com/go-oms/oms"
	"github.com/go-oms/oms/inventory"
	"github.com/go-oms/oms/money"
	"github.com/go-oms/oms/order"
	"github.com/go-oms/oms/quantity"
	"github.com/go-oms/oms/reporting"
	"github.com/go-oms/oms/reporting/render"
	"github.com/go-oms/oms/storage/memory"
)

func main() {
	if err := run(context.Background(), os.Stdout, "."); err != nil {
		log.Fatal(err)
	}
}

// run prints reports and writes sales.svg and sales.html into the folder.
func run(ctx context.Context, out io.Writer, folder string) error {
	now := time.Date(2025, 3, 1, 9, 0, 0, 0, time.UTC)
	shop, err := oms.New(oms.Config{Store: memory.New(), Now: func() time.Time { return now }})
	if err != nil {
		return err
	}
	for _, sale := range []struct {
		day   int
		sku   string
		units int32
		price string
	}{{1, "TEE-M", 2, "19.90 EUR"}, {1, "MUG", 1, "8.50 EUR"}, {2, "TEE-M", 1, "19.90 EUR"}, {4, "MUG", 12, "7.90 EUR"}} {
		now = time.Date(2025, 3, sale.day, 9, 0, 0, 0, time.UTC)
		if err := sell(ctx, shop, sale.sku, quantity.Of(sale.units), money.MustParse(sale.price)); err != nil {
			return err
		}
	}

	// A question is a value: a named report with the time put in, or one of your own.
	period, err := reporting.ParsePeriod("2025-03-01", "2025-03-05", "Europe/Berlin")
	if err != nil {
		return err
	}
	daily, err := shop.Report(ctx, reporting.Query{
		From: reporting.Sales, By: []reporting.Dimension{reporting.ByDay}, Period: period, Zone: "Europe/Berlin",
		Measures: []reporting.Measure{reporting.OrderCount, reporting.Units, reporting.Total},
	})
	if err != nil {
		return err
	}
	best, _ := reporting.Named("top-skus")
	best.Query.Period, best.Query.Zone = period, "Europe/Berlin"
	items, err := shop.Report(ctx, best.Query)
	if err != nil {
		return err
	}

	fmt.Fprintln(out, "Sales by day")
	if err := render.Text(out, daily); err != nil {
		return err
	}
	fmt.Fprintln(out, "\n"+best.Title)
	if err := render.Text(out, items); err != nil {
		return err
	}
	fmt.Fprintln(out, "\nThe same as CSV")
	if err := render.CSV(out, items, render.CSVOptions{}); err != nil {
		return err
	}
	page := &render.Page{
		Title: "The first days of March", Period: period, Zone: "Europe/Berlin", AsOf: daily.AsOf,
		Sections: []render.Section{{Title: "Sales by day", Table: daily, Chart: reporting.Total}, render.SectionOf(best, items)},
	}
	return write(folder, daily, page)
}

// sell enters an order for goods that have just come in.
func sell(ctx context.Context, shop *oms.Client, sku string, units quantity.Quantity, price money.Money) error {
	if err := shop.Inventory.Receive(ctx, inventory.Receipt{SKU: sku, Location: "main", Quantity: units}); err != nil {
		return err
	}
	_, err := shop.Enter(ctx, oms.Entry{
		ShipTo: order.Address{Name: "Ada", City: "Bremen", Country: "DE"},
		Lines:  []oms.EntryLine{{SKU: sku, Title: sku, Quantity: units, UnitPrice: price}},
	})
	return err
}

// write makes the files, each of them whole or not at all.
func write(folder string, table *reporting.Table, page *render.Page) error {
	for name, show := range map[string]func(io.Writer) error{
		"sales.svg":  func(w io.Writer) error { return render.SVG(w, table, render.Chart{Measure: reporting.Total}) },
		"sales.html": page.Write,
	} {
		var shown bytes.Buffer
		if err := show(&shown); err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(folder, name), shown.Bytes(), 0o644); err != nil {
			return err
		}
	}
	return nil
}
