package oms_test

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/go-oms/oms"
	"github.com/go-oms/oms/fault"
	"github.com/go-oms/oms/fulfillment"
	"github.com/go-oms/oms/inventory"
	"github.com/go-oms/oms/money"
	"github.com/go-oms/oms/order"
	"github.com/go-oms/oms/quantity"
)

// A shopper's cart has no prices: they come from the shop. Repeating the command
// with the same key gives the same order, once.
func ExampleClient_Place() {
	ctx := context.Background()
	shop := exampleShop()
	cart := oms.Cart{
		Key:    "checkout-42",
		ShipTo: order.Address{Name: "Ada", City: "London", Country: "GB"},
		Lines: []oms.CartLine{
			{SKU: "TEE-M", Quantity: quantity.Of(2)},
			{SKU: "MUG", Quantity: quantity.Of(1)},
		},
	}
	first := must(shop.Place(ctx, cart))
	again := must(shop.Place(ctx, cart))
	fmt.Println(first.Number, first.Status, first.Totals.Total)
	fmt.Println("the same order:", first.ID == again.ID)

	cart.Lines[0].Quantity = quantity.Of(3)
	_, err := shop.Place(ctx, cart)
	var reused *fault.KeyReusedError
	fmt.Println("another cart is refused:", errors.As(err, &reused))
	// Output:
	// 1001 pending 48.30 EUR
	// the same order: true
	// another cart is refused: true
}

// What cannot be served is named, line by line, and nothing is taken.
func ExampleClient_Place_shortage() {
	shop := exampleShop()
	_, err := shop.Place(context.Background(), tees(11))
	var shortage *inventory.ShortageError
	if errors.As(err, &shortage) {
		for _, s := range shortage.Shorts {
			fmt.Println(s.SKU, "requested", s.Requested, "available", s.Available)
		}
	}
	fmt.Println(fault.KindOf(err))
	// Output:
	// TEE-M requested 11 available 10
	// rejected
}

// A reservation keeps stock for a cart while its shopper makes up his mind.
// Placing that cart uses it up.
func ExampleClient_Place_reserved() {
	ctx := context.Background()
	shop := exampleShop()
	must(shop.Inventory.Reserve(ctx, inventory.Hold{
		CartID: "cart-7",
		Lines:  []inventory.HoldLine{{SKU: "TEE-M", Quantity: quantity.Of(10)}},
		TTL:    15 * time.Minute,
	}))

	_, err := shop.Place(ctx, tees(1))
	fmt.Println("another cart:", fault.KindOf(err))

	cart := tees(10)
	cart.CartID = "cart-7"
	o := must(shop.Place(ctx, cart))
	fmt.Println("this cart:", o.Status, o.Lines[0].Allocated)
	// Output:
	// another cart: rejected
	// this cart: pending 10
}

// Coupons, taxes and shipping methods are data. The amounts add up under the terms
// of the channel: here prices contain the tax.
func ExampleClient_Place_coupons() {
	coupons := must(order.NewCoupons([]order.Coupon{
		{Code: "SPRING", Label: "Spring sale", Kind: order.Percentage, RatePPM: 100_000},
	}))
	shop := exampleShop(func(cfg *oms.Config) {
		cfg.Promotions = coupons
		cfg.Taxes = order.TaxTable{Rates: []order.TaxRate{{Code: "VAT", Country: "DE", RatePPM: 190_000}}}
		cfg.Methods = fulfillment.Methods{fulfillment.FlatRate{
			Offer: fulfillment.Offer{Code: "standard", Label: "Standard, 2 to 3 days"},
			Price: money.MustParse("4.90 EUR"),
		}}
		cfg.Channels = map[string]oms.Channel{"web": {Terms: order.Terms{TaxIncluded: true}}}
	})
	cart := tees(2)
	cart.Channel, cart.ShipTo.Country = "web", "DE"
	cart.Shipping, cart.Coupons = "standard", []string{"spring"}

	t := must(shop.Place(context.Background(), cart)).Totals
	fmt.Println("goods", t.Goods, "less", t.Discount)
	fmt.Println("shipping", t.Shipping)
	fmt.Println("total", t.Total, "with", t.Tax, "tax in it")
	// Output:
	// goods 39.80 EUR less 3.98 EUR
	// shipping 4.90 EUR
	// total 40.72 EUR with 6.50 EUR tax in it
}

// Price answers what a cart would cost and writes nothing.
func ExampleClient_Price() {
	o := must(exampleShop().Price(context.Background(), tees(2)))
	fmt.Println(o.Totals.Total)
	// Output:
	// 39.80 EUR
}

// Trusted callers give the prices themselves: a phone order, another sales channel.
func ExampleClient_Enter() {
	ctx := context.Background()
	shop := exampleShop()
	o := must(shop.Enter(ctx, oms.Entry{
		Key: "phone-1", Channel: "phone", ExternalRef: "P-1001",
		Lines: []oms.EntryLine{
			{SKU: "TEE-M", Quantity: quantity.Of(3), UnitPrice: money.MustParse("15.00 EUR")},
		},
		Charges: []oms.Charge{
			{Kind: order.Shipping, Code: "courier", Amount: money.MustParse("9.00 EUR")},
			{Kind: order.Discount, Code: "regular", Amount: money.MustParse("-5.00 EUR")},
		},
	}))
	fmt.Println(o.Origin, o.Totals.Total)

	same := must(shop.OrderByRef(ctx, "phone", "P-1001"))
	fmt.Println(same.Number == o.Number)
	// Output:
	// staff 49.00 EUR
	// true
}
