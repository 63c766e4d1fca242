package oms_test

import (
	"context"
	"fmt"

	"github.com/go-oms/oms"
	carrier "github.com/go-oms/oms/fulfillment/sandbox"
	"github.com/go-oms/oms/inventory"
	"github.com/go-oms/oms/money"
	"github.com/go-oms/oms/order"
	gateway "github.com/go-oms/oms/payment/sandbox"
	"github.com/go-oms/oms/quantity"
	"github.com/go-oms/oms/storage/memory"
)

// An order from the cart to the doorstep. With storage/sqlite in place of
// storage/memory the same shop keeps its books in a file.
func Example() {
	ctx := context.Background()
	shop, err := oms.New(oms.Config{
		Store:    memory.New(),
		Prices:   order.PriceList{"TEE-M": money.MustParse("19.90 EUR")},
		Gateways: oms.Gateways{"card": gateway.New()},
		Carriers: oms.Carriers{"post": carrier.New()},
	})
	if err != nil {
		panic(err)
	}
	err = shop.Inventory.Receive(ctx, inventory.Receipt{SKU: "TEE-M", Location: "main", Quantity: quantity.Of(3)})
	if err != nil {
		panic(err)
	}

	o, err := shop.Place(ctx, oms.Cart{
		Key:    "cart-1",
		ShipTo: order.Address{Name: "Ada", City: "London", Country: "GB"},
		Lines:  []oms.CartLine{{SKU: "TEE-M", Quantity: quantity.Of(2)}},
	})
	if err != nil {
		panic(err)
	}
	fmt.Println(o.Number, o.Status, o.Totals.Total)

	paid, err := shop.Pay(ctx, o.ID, oms.Payment{Gateway: "card", Source: "tok_visa"})
	if err != nil {
		panic(err)
	}
	fmt.Println(paid.Order.Status, paid.Tender.Totals.Captured)

	shipment, err := shop.Ship(ctx, o.ID, oms.Shipping{Carrier: "post"})
	if err != nil {
		panic(err)
	}
	fmt.Println(shipment.Status, shipment.Tracking)

	o, err = shop.Deliver(ctx, o.ID, oms.Delivery{})
	if err != nil {
		panic(err)
	}
	fmt.Println(o.Status, o.PaymentStatus, o.FulfillmentStatus)
	// Output:
	// 1001 pending 39.80 EUR
	// confirmed 39.80 EUR
	// shipped PX123
	// completed paid delivered
}
