package oms_test

import (
	"context"
	"fmt"
	"time"

	"github.com/go-oms/oms"
	"github.com/go-oms/oms/fulfillment"
	"github.com/go-oms/oms/quantity"
)

// An order may leave in parts. What has not left can still be called off.
func ExampleClient_Ship() {
	ctx := context.Background()
	shop := exampleShop()
	o := paidTees(shop, 3)

	first := must(shop.Ship(ctx, o.ID, oms.Shipping{
		Key: "parcel-1", Carrier: "post",
		Lines: []oms.LineQuantity{{LineID: o.Lines[0].ID, Quantity: quantity.Of(1)}},
	}))
	fmt.Println(first.Tracking, must(shop.Order(ctx, o.ID)).FulfillmentStatus)

	rest := must(shop.Ship(ctx, o.ID, oms.Shipping{Key: "parcel-2", Carrier: "post"}))
	fmt.Println(rest.Tracking, must(shop.Order(ctx, o.ID)).FulfillmentStatus)

	for _, f := range must(shop.Fulfillments(ctx, o.ID)) {
		fmt.Println("from", f.Location, len(f.Shipments), "shipment")
	}
	// Output:
	// PX123 partially_fulfilled
	// PX124 fulfilled
	// from main 1 shipment
	// from main 1 shipment
}

// A carrier's scans may come twice and in any order: the shipment only moves on.
func ExampleClient_Track() {
	ctx := context.Background()
	shop := exampleShop()
	o := paidTees(shop, 2)
	s := must(shop.Ship(ctx, o.ID, oms.Shipping{Carrier: "post"}))

	scan := func(id string, status fulfillment.ShipmentStatus, hours int) {
		s := must(shop.Track(ctx, oms.Tracking{Carrier: "post", Tracking: s.Tracking, Scan: fulfillment.Scan{
			EventID: id, Status: status, At: s.ShippedAt.Add(time.Duration(hours) * time.Hour),
		}}))
		fmt.Println(s.Status, len(s.Scans))
	}
	scan("e1", fulfillment.InTransit, 1)
	scan("e3", fulfillment.Delivered, 30)
	scan("e2", fulfillment.OutForDelivery, 24)
	scan("e3", fulfillment.Delivered, 30)
	fmt.Println(must(shop.Order(ctx, o.ID)).Status)
	// Output:
	// in_transit 1
	// delivered 2
	// delivered 3
	// delivered 3
	// completed
}

// Without a carrier's scans a person says that everything has arrived.
func ExampleClient_Deliver() {
	ctx := context.Background()
	shop := exampleShop()
	o := paidTees(shop, 2)
	must(shop.Ship(ctx, o.ID, oms.Shipping{Tracking: "by-bicycle"}))

	o = must(shop.Deliver(ctx, o.ID, oms.Delivery{}))
	fmt.Println(o.FulfillmentStatus, o.Status)
	// Output:
	// delivered completed
}
