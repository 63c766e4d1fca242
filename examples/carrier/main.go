// Command carrier plugs a carrier into the shop: Kiteline, which is made up.
// kiteline.go is the adapter and what you would write, service.go stands in for the
// carrier, and the test proves the adapter with carriertest.Run. What is shown: a
// label whose answer is lost and that is not bought twice, and tracking until the
// order is complete.
package main

import (
	"context"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"time"

	"github.com/google/uuid"

	"github.com/go-oms/oms"
	"github.com/go-oms/oms/fault"
	"github.com/go-oms/oms/fulfillment"
	"github.com/go-oms/oms/inventory"
	"github.com/go-oms/oms/money"
	"github.com/go-oms/oms/order"
	"github.com/go-oms/oms/payment/sandbox"
	"github.com/go-oms/oms/quantity"
	"github.com/go-oms/oms/storage/memory"
)

func main() {
	if err := run(context.Background(), os.Stdout); err != nil {
		log.Fatal(err)
	}
}

func run(ctx context.Context, out io.Writer) error {
	service := &service{now: time.Now().UTC()}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	server := &http.Server{Handler: service.handler(), ReadHeaderTimeout: 10 * time.Second}
	go server.Serve(listener)
	defer server.Close()

	clock := time.Now()
	kiteline := &Kiteline{URL: "http://" + listener.Addr().String(), HTTP: &http.Client{Timeout: 10 * time.Second}}
	shop, err := oms.New(oms.Config{
		Store:    memory.New(),
		Prices:   order.PriceList{"TEE-M": money.MustParse("19.90 EUR")},
		Gateways: oms.Gateways{"card": sandbox.New()},
		Carriers: oms.Carriers{"kiteline": kiteline},
		Now:      func() time.Time { return clock }, // to let time pass here; leave it out
	})
	if err != nil {
		return err
	}
	id, err := paid(ctx, shop)
	if err != nil {
		return err
	}

	ship := oms.Shipping{
		Key: "ship-1", Carrier: "kiteline", MaxCost: money.MustParse("8.00 EUR"),
		Parcels: []fulfillment.Parcel{{Grams: 450}},
	}
	rates, _, err := kiteline.Rates(ctx, fulfillment.Consignment{Parcels: ship.Parcels})
	if err != nil {
		return err
	}
	for _, rate := range rates {
		fmt.Fprintln(out, "offer:", rate.Service, rate.Cost)
	}

	// The label is sold and the answer is lost. When its time has come, Run asks the
	// carrier what became of it, and the same key then answers with the label.
	service.fail("lost after")
	parcel, err := shop.Ship(ctx, id, ship)
	if parcel == nil {
		return err
	}
	fmt.Fprintln(out, "first answer:", fault.KindOf(err))
	clock = parcel.NextAt
	work, err := shop.RunOnce(ctx)
	if err != nil {
		return err
	}
	if parcel, err = shop.Ship(ctx, id, ship); err != nil {
		return err
	}
	fmt.Fprintln(out, "labels finished by Run:", work.Labels)
	fmt.Fprintln(out, "same key:", parcel.Tracking, parcel.Cost, "with", service.sold(), "label sold")

	for range 3 {
		service.advance(12 * time.Hour)
		if err := follow(ctx, shop, kiteline, parcel.Tracking); err != nil {
			return err
		}
		o, err := shop.Order(ctx, id)
		if err != nil {
			return err
		}
		fmt.Fprintln(out, "tracked:", o.Status, o.FulfillmentStatus)
	}
	return nil
}

// follow hands the carrier's scans on to the shop: a job for a timer. A scan that is
// known already changes nothing.
func follow(ctx context.Context, shop *oms.Client, carrier fulfillment.Carrier, tracking string) error {
	scans, err := carrier.Track(ctx, tracking)
	if err != nil {
		return err
	}
	for _, s := range scans {
		if _, err := shop.Track(ctx, oms.Tracking{Key: "scan-" + s.EventID, Carrier: "kiteline", Tracking: tracking, Scan: s}); err != nil {
			return err
		}
	}
	return nil
}

// paid returns an order that waits to be shipped.
func paid(ctx context.Context, shop *oms.Client) (uuid.UUID, error) {
	err := shop.Inventory.Receive(ctx, inventory.Receipt{Key: "delivery-1", SKU: "TEE-M", Location: "main", Quantity: quantity.Of(3)})
	if err != nil {
		return uuid.Nil, err
	}
	o, err := shop.Place(ctx, oms.Cart{
		Key: "cart-1", ShipTo: order.Address{Name: "Ada", City: "Lyon", Country: "FR"},
		Lines: []oms.CartLine{{SKU: "TEE-M", Quantity: quantity.Of(2)}},
	})
	if err != nil {
		return uuid.Nil, err
	}
	_, err = shop.Pay(ctx, o.ID, oms.Payment{Key: "pay-1", Gateway: "card", Source: "tok_visa"})
	return o.ID, err
}
