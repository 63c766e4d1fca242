package oms_test

import (
	"context"
	"errors"
	"fmt"

	"github.com/go-oms/oms"
	"github.com/go-oms/oms/money"
	"github.com/go-oms/oms/payment"
	"github.com/go-oms/oms/quantity"
)

// A return has three steps: it is announced, the goods come back, and the money
// goes back.
func ExampleClient_RequestReturn() {
	ctx := context.Background()
	shop := exampleShop()
	o := deliveredTees(shop, 3)

	r := must(shop.RequestReturn(ctx, o.ID, oms.ReturnRequest{
		Lines:  []oms.LineQuantity{{LineID: o.Lines[0].ID, Quantity: quantity.Of(2)}},
		Reason: "too small",
	}))
	fmt.Println(r.Status, r.Reason)

	r = must(shop.ReceiveReturn(ctx, o.ID, r.ID, oms.Reception{
		Location: "main",
		Lines:    []oms.ReceptionLine{{LineID: o.Lines[0].ID, Good: quantity.Of(1), Damaged: quantity.Of(1)}},
	}))
	fmt.Println(r.Status)

	refunded := must(shop.Refund(ctx, o.ID, oms.Refund{}))
	fmt.Println(refunded.Order.ReturnStatus, refunded.Order.PaymentStatus, refunded.Tender.Totals.Refunded)
	fmt.Println("available", must(shop.Inventory.Available(ctx, "TEE-M"))[0].Available)
	// Output:
	// requested too small
	// received
	// partially_returned partially_refunded 39.80 EUR
	// available 8
}

// The customer keeps what he has not sent.
func ExampleClient_CancelReturn() {
	ctx := context.Background()
	shop := exampleShop()
	o := deliveredTees(shop, 3)
	r := must(shop.RequestReturn(ctx, o.ID, oms.ReturnRequest{
		Lines: []oms.LineQuantity{{LineID: o.Lines[0].ID, Quantity: quantity.Of(2)}},
	}))

	r = must(shop.CancelReturn(ctx, o.ID, r.ID, oms.ReturnCancellation{Reason: "likes them after all"}))
	fmt.Println(r.Status, must(shop.Order(ctx, o.ID)).ReturnStatus)
	// Output:
	// canceled none
}

// Goodwill needs a reason, and no more goes back than was taken.
func ExampleClient_Refund() {
	ctx := context.Background()
	shop := exampleShop()
	o := deliveredTees(shop, 2)

	paid := must(shop.Refund(ctx, o.ID, oms.Refund{Amount: money.MustParse("5.00 EUR"), Reason: "came late"}))
	fmt.Println(paid.Order.PaymentStatus, "due", paid.Order.Due())

	_, err := shop.Refund(ctx, o.ID, oms.Refund{Amount: money.MustParse("35.00 EUR"), Reason: "all of it"})
	var capped *payment.CapError
	fmt.Println(errors.As(err, &capped))
	// Output:
	// partially_refunded due 34.80 EUR
	// true
}
