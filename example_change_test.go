package oms_test

import (
	"context"
	"fmt"

	"github.com/go-oms/oms"
	"github.com/go-oms/oms/fault"
	"github.com/go-oms/oms/money"
	"github.com/go-oms/oms/order"
	"github.com/go-oms/oms/quantity"
)

// A placed order is changed all at once or not at all. What was agreed on stays as it
// was; one tee fewer is paid back, and a fee for the gift wrap is owed.
func ExampleClient_Change() {
	ctx := context.Background()
	shop := exampleShop()
	o := paidTees(shop, 3)

	o = must(shop.Change(ctx, o.ID, oms.ChangeRequest{
		Steps: []order.Step{
			{Type: order.StepQuantity, LineID: o.Lines[0].ID, Quantity: quantity.Of(2)},
			{Type: order.StepFee, Code: "gift", Label: "Gift wrap", Price: money.MustParse("2.50 EUR")},
		},
		Reason: "the customer called",
	}))
	fmt.Println("due", o.Due(), "instead of 59.70 EUR")
	fmt.Println("refunded", must(shop.Payments(ctx, o.ID))[0].Totals.Refunded)
	fmt.Println("by", o.Changes[0].By, "for", o.Changes[0].Due)
	// Output:
	// due 42.30 EUR instead of 59.70 EUR
	// refunded 17.40 EUR
	// by system for -17.40 EUR
}

// A preview writes nothing and tells everything that is in the way.
func ExampleClient_PreviewChange() {
	ctx := context.Background()
	shop := exampleShop()
	o := paidTees(shop, 3)

	ask := func(units int32) *oms.ChangePreview {
		return must(shop.PreviewChange(ctx, o.ID, oms.ChangeRequest{Steps: []order.Step{
			{Type: order.StepQuantity, LineID: o.Lines[0].ID, Quantity: quantity.Of(units)},
		}}))
	}
	for _, units := range []int32{5, 1, 50} {
		p := ask(units)
		fmt.Println("due", p.Due, "to pay", p.Demand)
		for _, m := range p.Money {
			fmt.Println("back", m.Kind, m.Amount)
		}
		for _, problem := range p.Problems {
			fmt.Println("no:", problem.Err)
		}
	}
	// Output:
	// due 39.80 EUR to pay 39.80 EUR
	// due -39.80 EUR to pay 0.00 EUR
	// back refund 39.80 EUR
	// due 935.30 EUR to pay 935.30 EUR
	// no: inventory: not enough stock: TEE-M wants 47, 7 available
}

// A change may wait for somebody's consent. It keeps no stock and is in nobody's way.
func ExampleClient_OpenChange() {
	ctx := context.Background()
	shop := exampleShop()
	o := paidTees(shop, 1)
	more := oms.ChangeRequest{Steps: []order.Step{
		{Type: order.StepQuantity, LineID: o.Lines[0].ID, Quantity: quantity.Of(2)},
	}}

	o = must(shop.OpenChange(ctx, o.ID, more))
	fmt.Println(o.Changes[0].Status, "for", o.Changes[0].Due, "due", o.Due())

	_, err := shop.OpenChange(ctx, o.ID, more)
	fmt.Println("another one:", err != nil)

	o = must(shop.ApplyChange(ctx, o.ID, o.Changes[0].ID, oms.ChangeDecision{}))
	fmt.Println(o.Changes[0].Status, "due", o.Due(), o.PaymentStatus)
	// Output:
	// open for 19.90 EUR due 19.90 EUR
	// another one: true
	// applied due 39.80 EUR partially_paid
}

// What nobody wants any more is discarded; otherwise it ends by itself.
func ExampleClient_DiscardChange() {
	ctx := context.Background()
	shop := exampleShop()
	o := paidTees(shop, 1)
	o = must(shop.OpenChange(ctx, o.ID, oms.ChangeRequest{Steps: []order.Step{
		{Type: order.StepAdd, SKU: "TEE-M", Quantity: quantity.Of(1)},
	}}))

	o = must(shop.DiscardChange(ctx, o.ID, o.Changes[0].ID, oms.ChangeDecision{Reason: "no answer"}))
	fmt.Println(o.Changes[0].Status, "lines", len(o.Lines))

	_, err := shop.ApplyChange(ctx, o.ID, o.Changes[0].ID, oms.ChangeDecision{})
	fmt.Println(err)
	// Output:
	// discarded lines 1
	// change: "discarded" is not allowed: want a change that is open
}

// A change is taken back by its opposite. History is never deleted.
func ExampleClient_UndoChange() {
	ctx := context.Background()
	shop := exampleShop()
	o := paidTees(shop, 3)
	cancelTwo := oms.ChangeRequest{Steps: []order.Step{
		{Type: order.StepCancel, LineID: o.Lines[0].ID, Quantity: quantity.Of(2)},
	}}
	o = must(shop.Change(ctx, o.ID, cancelTwo))
	fmt.Println("due", o.Due(), "allocated", o.Lines[0].Allocated)

	o = must(shop.UndoChange(ctx, o.ID, o.Changes[0].ID, oms.ChangeDecision{Reason: "she wants them after all"}))
	fmt.Println("due", o.Due(), "allocated", o.Lines[0].Allocated)

	_, err := shop.UndoChange(ctx, o.ID, o.Changes[0].ID, oms.ChangeDecision{})
	fmt.Println("twice:", fault.KindOf(err))
	// Output:
	// due 19.90 EUR allocated 1
	// due 59.70 EUR allocated 3
	// twice: rejected
}
