// Command pricing replaces the shop's prices and taxes by the host's own: prices by
// customer group come from a table of the host, taxes from a service behind an
// interface. When that service is down, nothing is placed and nothing is written.
package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"log"
	"os"
	"path/filepath"

	"github.com/google/uuid"
	_ "modernc.org/sqlite" // the driver of the host's own database

	"github.com/go-oms/oms"
	"github.com/go-oms/oms/fault"
	"github.com/go-oms/oms/inventory"
	"github.com/go-oms/oms/order"
	"github.com/go-oms/oms/quantity"
	"github.com/go-oms/oms/storage/memory"
)

// cafe is a customer that buys in bulk.
var cafe = uuid.MustParse("019cafe0-0000-7000-8000-000000000001")

const tables = `
CREATE TABLE customers (id TEXT PRIMARY KEY, price_group TEXT NOT NULL);
CREATE TABLE prices (sku TEXT, price_group TEXT, cents INTEGER NOT NULL, category TEXT NOT NULL, PRIMARY KEY (sku, price_group));
INSERT INTO customers VALUES ('019cafe0-0000-7000-8000-000000000001', 'wholesale');
INSERT INTO prices VALUES ('BEANS', 'retail', 1490, 'food'), ('BEANS', 'wholesale', 1135, 'food'),
	('MILL', 'retail', 7990, 'goods'), ('MILL', 'wholesale', 7225, 'goods');`

func main() {
	dir, err := os.MkdirTemp("", "pricing")
	if err == nil {
		defer os.RemoveAll(dir)
		err = run(context.Background(), os.Stdout, dir)
	}
	if err != nil {
		log.Fatal(err)
	}
}

func run(ctx context.Context, out io.Writer, dir string) error {
	db, err := sql.Open("sqlite", filepath.Join(dir, "host.db"))
	if err != nil {
		return err
	}
	defer db.Close()
	if _, err := db.ExecContext(ctx, tables); err != nil {
		return err
	}
	shop, err := open(ctx, db, rateTable{"FR/food": 55_000, "FR/goods": 200_000})
	if err != nil {
		return err
	}
	for _, buyer := range []struct {
		name string
		id   uuid.UUID
	}{{"guest", uuid.Nil}, {"cafe", cafe}} {
		o, err := shop.Place(ctx, cart(buyer.name, buyer.id, "BEANS", "MILL"))
		if err != nil {
			return err
		}
		for _, l := range o.Lines {
			fmt.Fprintln(out, buyer.name, l.SKU, l.Quantity, "x", l.UnitPrice, "tax", l.Tax, "total", l.Total)
		}
		fmt.Fprintln(out, buyer.name, "pays", o.Totals.Total, "with", o.Totals.Tax, "tax")
	}
	_, err = shop.Place(ctx, cart("unknown", cafe, "TEAPOT"))
	var unknown *order.UnknownSKUError
	fmt.Fprintln(out, "not for sale:", errors.As(err, &unknown))

	if shop, err = open(ctx, db, down{}); err != nil {
		return err
	}
	_, err = shop.Place(ctx, cart("later", cafe, "BEANS"))
	fmt.Fprintln(out, "tax service down:", fault.KindOf(err), errors.Is(err, errDown))
	orders := 0
	for _, err := range shop.Orders(ctx, order.Filter{}) {
		if err != nil {
			return err
		}
		orders++
	}
	levels, err := shop.Inventory.Levels(ctx, "BEANS")
	if err != nil {
		return err
	}
	fmt.Fprintln(out, "written:", orders, "orders,", levels[0].Allocated, "allocated")
	return nil
}

// open makes a shop with goods in stock that prices and taxes as the host says.
func open(ctx context.Context, db *sql.DB, service taxService) (*oms.Client, error) {
	shop, err := oms.New(oms.Config{Store: memory.New(), Prices: groupPrices{db}, Taxes: taxes{service}})
	if err != nil {
		return nil, err
	}
	return shop, shop.Inventory.ReceiveAll(ctx, inventory.Delivery{Key: "delivery-1", Lines: []inventory.DeliveryLine{
		{SKU: "BEANS", Location: "main", Quantity: quantity.Of(40)},
		{SKU: "MILL", Location: "main", Quantity: quantity.Of(5)},
	}})
}

func cart(key string, customer uuid.UUID, skus ...string) oms.Cart {
	c := oms.Cart{Key: key, CustomerID: customer, ShipTo: order.Address{City: "Nantes", Country: "FR"}}
	for _, sku := range skus {
		c.Lines = append(c.Lines, oms.CartLine{SKU: sku, Quantity: quantity.Of(3)})
	}
	c.Lines[len(c.Lines)-1].Quantity = quantity.Of(1)
	return c
}
