package oms_test

import (
	"context"
	"fmt"

	"github.com/go-oms/oms"
	"github.com/go-oms/oms/quantity"
)

// A customer takes a mug for one of his tees. The mug leaves once the tee has come,
// and what the tee was dearer is his to have back.
func ExampleClient_Exchange() {
	ctx := context.Background()
	shop := exampleShop()
	o := deliveredTees(shop, 2)

	e := must(shop.Exchange(ctx, o.ID, oms.Exchange{
		Lines:     []oms.LineQuantity{{LineID: o.Lines[0].ID, Quantity: quantity.Of(1)}},
		For:       []oms.CartLine{{SKU: "MUG", Quantity: quantity.Of(1)}},
		OnReceipt: true,
	}))
	fmt.Println(e.Order.Origin, "difference", e.Difference, "due", e.Order.Due())
	_, err := shop.Ship(ctx, e.Order.ID, oms.Shipping{Carrier: "post"})
	fmt.Println(err != nil)

	must(shop.ReceiveReturn(ctx, o.ID, e.Return.ID, oms.Reception{Location: "main"}))
	must(shop.Ship(ctx, e.Order.ID, oms.Shipping{Carrier: "post"}))
	fmt.Println("refunded", must(shop.Refund(ctx, o.ID, oms.Refund{})).Op.Amount)
	// Output:
	// exchange difference -11.40 EUR due 0.00 EUR
	// true
	// refunded 11.40 EUR
}

// The exchanges of an order say how each of them stands.
func ExampleClient_Exchanges() {
	ctx := context.Background()
	shop := exampleShop()
	o := deliveredTees(shop, 2)
	must(shop.Exchange(ctx, o.ID, oms.Exchange{
		Lines: []oms.LineQuantity{{LineID: o.Lines[0].ID, Quantity: quantity.Of(1)}},
		For:   []oms.CartLine{{SKU: "TEE-M", Quantity: quantity.Of(1)}},
	}))
	for _, e := range must(shop.Exchanges(ctx, o.ID)) {
		fmt.Println(e.Return.Status, e.Order.Lines[0].SKU, e.Difference)
	}
	// Output:
	// requested TEE-M 0.00 EUR
}
