// Command quickstart lives one order on a SQLite file: stock comes in, a shopper
// buys and pays, and the parcel arrives. Every command has a key, so that running
// it again gives the same answers and does nothing twice.
package main

import (
	"context"
	"fmt"
	"io"
	"log"
	"os"

	"github.com/go-oms/oms"
	carrier "github.com/go-oms/oms/fulfillment/sandbox"
	"github.com/go-oms/oms/inventory"
	"github.com/go-oms/oms/money"
	"github.com/go-oms/oms/order"
	gateway "github.com/go-oms/oms/payment/sandbox"
	"github.com/go-oms/oms/quantity"
	"github.com/go-oms/oms/storage/sqlite"
)

func main() {
	if err := run(context.Background(), os.Stdout, "quickstart.db"); err != nil {
		log.Fatal(err)
	}
}

func run(ctx context.Context, out io.Writer, file string) error {
	store, err := sqlite.Open(ctx, file, nil)
	if err != nil {
		return err
	}
	defer store.Close()
	if err := store.Migrate(ctx); err != nil {
		return err
	}
	shop, err := oms.New(oms.Config{
		Store:    store,
		Prices:   order.PriceList{"TEE-M": money.MustParse("19.90 EUR")},
		Gateways: oms.Gateways{"card": gateway.New()},
		Carriers: oms.Carriers{"post": carrier.New()},
	})
	if err != nil {
		return err
	}

	err = shop.Inventory.Receive(ctx, inventory.Receipt{
		Key: "delivery-1", SKU: "TEE-M", Location: "main", Quantity: quantity.Of(3),
	})
	if err != nil {
		return err
	}
	o, err := shop.Place(ctx, oms.Cart{
		Key:    "cart-1",
		ShipTo: order.Address{Name: "Ada", City: "London", Country: "GB"},
		Lines:  []oms.CartLine{{SKU: "TEE-M", Quantity: quantity.Of(2)}},
	})
	if err != nil {
		return err
	}
	fmt.Fprintln(out, "placed", o.Number, o.Status, o.Totals.Total)

	paid, err := shop.Pay(ctx, o.ID, oms.Payment{Key: "pay-1", Gateway: "card", Source: "tok_visa"})
	if err != nil {
		return err
	}
	fmt.Fprintln(out, "paid", paid.Tender.Totals.Captured)

	parcel, err := shop.Ship(ctx, o.ID, oms.Shipping{Key: "ship-1", Carrier: "post"})
	if err != nil {
		return err
	}
	fmt.Fprintln(out, "shipped", parcel.Tracking)

	o, err = shop.Deliver(ctx, o.ID, oms.Delivery{Key: "deliver-1"})
	if err != nil {
		return err
	}
	fmt.Fprintln(out, "delivered", o.Status, o.PaymentStatus, o.FulfillmentStatus)

	report, err := shop.Verify(ctx, oms.VerifyOptions{})
	if err != nil {
		return err
	}
	fmt.Fprintln(out, "books clean", report.Clean())
	return nil
}
