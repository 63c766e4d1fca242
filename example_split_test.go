package oms_test

import (
	"context"
	"fmt"

	"github.com/go-oms/oms"
	"github.com/go-oms/oms/order"
	"github.com/go-oms/oms/quantity"
)

// A cart with goods of two sellers becomes an order for each, all or nothing.
func ExampleClient_PlaceSplit() {
	ctx := context.Background()
	shop := exampleShop(func(cfg *oms.Config) { cfg.Split = oms.SoldIn{"MUG": "pottery"} })
	cart := oms.Cart{
		CartID: "cart-7",
		ShipTo: order.Address{Name: "Ada", City: "London", Country: "GB"},
		Lines: []oms.CartLine{
			{SKU: "TEE-M", Quantity: quantity.Of(2)},
			{SKU: "MUG", Quantity: quantity.Of(1)},
		},
	}
	for _, o := range must(shop.PlaceSplit(ctx, cart)) {
		fmt.Printf("%s %q %s\n", o.Number, o.CartID, o.Totals.Total)
	}
	// Output:
	// 1001 "cart-7" 39.80 EUR
	// 1002 "cart-7/pottery" 8.50 EUR
}

// What each seller's order would cost can be asked before.
func ExampleClient_PriceSplit() {
	shop := exampleShop(func(cfg *oms.Config) { cfg.Split = oms.SoldIn{"MUG": "pottery"} })
	for _, o := range must(shop.PriceSplit(context.Background(), oms.Cart{Lines: []oms.CartLine{
		{SKU: "MUG", Quantity: quantity.Of(2)}, {SKU: "TEE-M", Quantity: quantity.Of(1)},
	}})) {
		fmt.Printf("%q %s\n", o.Channel, o.Totals.Total)
	}
	// Output:
	// "pottery" 17.00 EUR
	// "" 19.90 EUR
}
