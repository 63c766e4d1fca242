package oms_test

import (
	"context"

	"github.com/go-oms/oms"
	carrier "github.com/go-oms/oms/fulfillment/sandbox"
	"github.com/go-oms/oms/inventory"
	"github.com/go-oms/oms/money"
	"github.com/go-oms/oms/order"
	gateway "github.com/go-oms/oms/payment/sandbox"
	"github.com/go-oms/oms/quantity"
	"github.com/go-oms/oms/storage/memory"
)

// exampleShop is the shop of the examples: a memory store, a gateway called "card",
// a carrier called "post", and ten each of a T-shirt and a mug in the location
// "main". An example that is about the configuration changes it.
func exampleShop(change ...func(*oms.Config)) *oms.Client {
	cfg := oms.Config{
		Store: memory.New(),
		Prices: order.PriceList{
			"TEE-M": money.MustParse("19.90 EUR"),
			"MUG":   money.MustParse("8.50 EUR"),
		},
		Gateways: oms.Gateways{"card": gateway.New()},
		Carriers: oms.Carriers{"post": carrier.New()},
	}
	for _, c := range change {
		c(&cfg)
	}
	shop := must(oms.New(cfg))
	for _, sku := range []string{"TEE-M", "MUG"} {
		ok(shop.Inventory.Receive(context.Background(), inventory.Receipt{
			SKU: sku, Location: "main", Quantity: quantity.Of(10),
		}))
	}
	return shop
}

// tees is a cart with n T-shirts.
func tees(n int32) oms.Cart {
	return oms.Cart{
		ShipTo: order.Address{Name: "Ada", City: "London", Country: "GB"},
		Lines:  []oms.CartLine{{SKU: "TEE-M", Quantity: quantity.Of(n)}},
	}
}

// paidTees places an order for n T-shirts and pays it.
func paidTees(shop *oms.Client, n int32) *order.Order {
	ctx := context.Background()
	o := must(shop.Place(ctx, tees(n)))
	return must(shop.Pay(ctx, o.ID, oms.Payment{Gateway: "card", Source: "tok_visa"})).Order
}

// deliveredTees is an order for n T-shirts that have arrived.
func deliveredTees(shop *oms.Client, n int32) *order.Order {
	ctx := context.Background()
	o := paidTees(shop, n)
	must(shop.Ship(ctx, o.ID, oms.Shipping{Carrier: "post"}))
	return must(shop.Deliver(ctx, o.ID, oms.Delivery{}))
}

// must keeps error handling out of examples that are not about errors.
func must[T any](v T, err error) T {
	ok(err)
	return v
}

func ok(err error) {
	if err != nil {
		panic(err)
	}
}
