package oms_test

import (
	"context"
	"fmt"
	"time"

	"github.com/go-oms/oms"
	"github.com/go-oms/oms/fault"
	"github.com/go-oms/oms/quantity"
)

// Cancelling never waits for the payment: stock and money go back by themselves.
func ExampleClient_Cancel() {
	ctx := context.Background()
	shop := exampleShop()
	o := paidTees(shop, 2)

	o = must(shop.Cancel(ctx, o.ID, oms.Cancellation{Reason: "changed my mind"}))
	fmt.Println(o.Status, "due", o.Due())

	tenders := must(shop.Payments(ctx, o.ID))
	fmt.Println("refunded", tenders[0].Totals.Refunded)
	fmt.Println("available", must(shop.Inventory.Available(ctx, "TEE-M"))[0].Available)
	// Output:
	// canceled due 0.00 EUR
	// refunded 39.80 EUR
	// available 10
}

// Single units can be called off as long as they have not left.
func ExampleClient_Cancel_lines() {
	ctx := context.Background()
	shop := exampleShop()
	o := paidTees(shop, 3)

	o = must(shop.Cancel(ctx, o.ID, oms.Cancellation{
		Lines:  []oms.LineQuantity{{LineID: o.Lines[0].ID, Quantity: quantity.Of(1)}},
		Reason: "two are enough",
	}))
	fmt.Println(o.Status, "due", o.Due())
	fmt.Println("canceled", o.Lines[0].Canceled, "of", o.Lines[0].Quantity)
	fmt.Println("refunded", must(shop.Payments(ctx, o.ID))[0].Totals.Refunded)
	// Output:
	// confirmed due 39.80 EUR
	// canceled 1 of 3
	// refunded 19.90 EUR
}

// An order that nobody pays ends by itself and its stock is sold to others. A host
// starts shop.Run in the background, in as many processes as it has; here it is a
// single pass and the clock is ours.
func ExampleClient_RunOnce() {
	ctx := context.Background()
	clock := newClock()
	shop := exampleShop(func(cfg *oms.Config) {
		cfg.Now, cfg.UnpaidFor = clock.Now, 30*time.Minute
	})
	o := must(shop.Place(ctx, tees(10)))
	fmt.Println(o.Status, "until", o.ExpiresAt.Format(time.TimeOnly))

	clock.Add(31 * time.Minute)
	work := must(shop.RunOnce(ctx))
	fmt.Println("expired:", work.Expired)
	fmt.Println(must(shop.Order(ctx, o.ID)).Status)
	fmt.Println("available", must(shop.Inventory.Available(ctx, "TEE-M"))[0].Available)
	// Output:
	// pending until 09:30:00
	// expired: 1
	// expired
	// available 10
}

// A host that keeps its own timers need not run Run. Before its time an order does
// not expire.
func ExampleClient_Expire() {
	ctx := context.Background()
	clock := newClock()
	shop := exampleShop(func(cfg *oms.Config) { cfg.Now = clock.Now })
	o := must(shop.Place(ctx, tees(1)))

	_, err := shop.Expire(ctx, o.ID, oms.Expiry{})
	fmt.Println(fault.KindOf(err))

	clock.Add(24 * time.Hour)
	o = must(shop.Expire(ctx, o.ID, oms.Expiry{}))
	fmt.Println(o.Status)
	// Output:
	// rejected
	// expired
}

// Run works in the background until its context ends.
func ExampleClient_Run() {
	ctx, stop := context.WithCancel(context.Background())
	shop := exampleShop()
	stopped := make(chan error)
	go func() { stopped <- shop.Run(ctx) }()

	stop()
	fmt.Println(<-stopped)
	ok(shop.Close(context.Background()))
	// Output:
	// context canceled
}
