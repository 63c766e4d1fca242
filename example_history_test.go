package oms_test

import (
	"context"
	"fmt"

	"github.com/go-oms/oms"
	"github.com/go-oms/oms/event"
	"github.com/go-oms/oms/order"
)

// Everything that happens is an event, and a sink gets every event at least once,
// in order for each aggregate. Run delivers; here it is a single pass.
func ExampleSinkFunc() {
	ctx := context.Background()
	show := oms.SinkFunc(func(_ context.Context, _ string, events []event.Event) error {
		for _, e := range events {
			if e.Aggregate == event.Order {
				fmt.Println(e.Version, e.Type, e.Payload.(*order.Delta).Order.Status)
			}
		}
		return nil
	})
	shop := exampleShop(func(cfg *oms.Config) { cfg.Sinks = oms.Sinks{"screen": show} })
	paidTees(shop, 2)

	must(shop.RunOnce(ctx))
	fmt.Println("again:", must(shop.RunOnce(ctx)).Delivered)
	// Output:
	// 1 order.placed pending
	// 2 order.payment_started pending
	// 3 order.payment.succeeded confirmed
	// again: 0
}

// The timeline of an order, its payments and its parcels.
func ExampleClient_Timeline() {
	ctx := context.Background()
	shop := exampleShop().As(event.Actor{Kind: event.Staff, ID: "7"})
	o := must(shop.Place(ctx, tees(1)))
	must(shop.Cancel(ctx, o.ID, oms.Cancellation{Reason: "a double"}))
	for _, e := range must(shop.Timeline(ctx, o.ID)) {
		fmt.Println(e.Version, e.Type, "by", e.Actor, "to", e.Status)
	}
	// Output:
	// 1 order.placed by staff:7 to pending
	// 2 order.canceled by staff:7 to canceled
}

// Verify holds the books against every invariant. It writes nothing.
func ExampleClient_Verify() {
	ctx := context.Background()
	shop := exampleShop()
	deliveredTees(shop, 2)
	report := must(shop.Verify(ctx, oms.VerifyOptions{}))
	fmt.Println("clean:", report.Clean())
	fmt.Println("every check looked at:", len(report.Checked) == len(oms.Checks()))
	// Output:
	// clean: true
	// every check looked at: true
}
