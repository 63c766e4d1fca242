package oms_test

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/go-oms/oms"
	"github.com/go-oms/oms/event"
	"github.com/go-oms/oms/money"
	"github.com/go-oms/oms/order"
	"github.com/go-oms/oms/quantity"
)

// ledger is a sink that wants to be told of orders in euros only.
func ledger(_ context.Context, _ string, events []event.Event) error {
	for i, e := range events {
		if d, isOrder := e.Payload.(*order.Delta); isOrder && d.Order.Currency != "EUR" {
			return &oms.DeliveryError{Delivered: i, Refused: true, Err: errors.New("no books in " + string(d.Order.Currency))}
		}
		if e.Aggregate == event.Order {
			fmt.Println("booked", e.Type)
		}
	}
	return nil
}

// An event that a sink refuses is parked, with those of its order that come behind
// it. The others go on.
func ExampleClient_DeadLetters() {
	ctx := context.Background()
	shop := exampleShop(func(cfg *oms.Config) {
		cfg.Sinks = oms.Sinks{"ledger": oms.Parking(oms.SinkFunc(ledger), time.Second, time.Minute)}
		cfg.Prices = order.PriceList{"TEE-M": money.MustParse("20 USD"), "MUG": money.MustParse("8.50 EUR")}
	})
	must(shop.Place(ctx, tees(1)))
	must(shop.Place(ctx, oms.Cart{Lines: []oms.CartLine{{SKU: "MUG", Quantity: quantity.Of(1)}}}))
	must(shop.RunOnce(ctx))

	letters := must(shop.DeadLetters(ctx, "ledger"))
	for _, l := range letters {
		fmt.Println(l.Event.Type, l.Dead(), l.Problem)
	}
	ok(shop.Discard(ctx, letters[0])) // given up: what follows on that order is tried
	fmt.Println("left:", len(must(shop.DeadLetters(ctx, "ledger"))))
	// Output:
	// booked order.placed
	// order.placed true no books in USD
	// left: 0
}

// Lag says how far every sink is behind, and since when. Redrive tries again what
// waits, once its cause is mended.
func ExampleClient_Redrive() {
	ctx := context.Background()
	up := false
	shop := exampleShop(func(cfg *oms.Config) {
		cfg.Sinks = oms.Sinks{"erp": oms.SinkFunc(func(context.Context, string, []event.Event) error {
			if !up {
				return &oms.DeliveryError{Stop: true, Err: errors.New("410 Gone")}
			}
			return nil
		})}
	})
	must(shop.Place(ctx, tees(1)))
	show := func() {
		lag := must(shop.Lag(ctx))[0]
		fmt.Println(lag.Sink, "stopped:", lag.Stopped, "behind:", lag.Behind > 0, lag.Problem)
	}
	must(shop.RunOnce(ctx))
	show()

	up = true
	must(shop.Redrive(ctx, "erp"))
	must(shop.RunOnce(ctx))
	show()
	// Output:
	// erp stopped: true behind: true 410 Gone
	// erp stopped: false behind: false
}
