package oms_test

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/go-oms/oms"
	"github.com/go-oms/oms/crm"
	"github.com/go-oms/oms/event"
	"github.com/go-oms/oms/order"
	"github.com/go-oms/oms/quantity"
)

// calendar is a clock for examples, which is put forward by hand.
type calendar struct{ now time.Time }

// subscribedShop is a shop on New Year's Day 2026, where Ada has subscribed to a
// T-shirt on the last day of each month, from January on.
func subscribedShop() (*oms.Client, *calendar, *order.Subscription) {
	ctx := context.Background()
	today := &calendar{now: time.Date(2026, 1, 1, 12, 0, 0, 0, time.UTC)}
	shop := exampleShop(func(cfg *oms.Config) { cfg.Now = func() time.Time { return today.now } })
	ada := saveAda(shop)
	home := must(shop.SaveAddress(ctx, ada.ID, oms.SavedAddress{Address: crm.Address{Name: "Ada", City: "London", Country: "GB"}}))
	subscription := must(shop.Subscribe(ctx, oms.Subscription{
		CustomerID:  ada.ID,
		ShipToSaved: home.ID,
		Lines:       []oms.SubscriptionLine{{SKU: "TEE-M", Quantity: quantity.Of(1)}},
		Schedule:    order.Schedule{Every: 1, Unit: order.Month, Start: time.Date(2026, 1, 31, 8, 0, 0, 0, time.UTC)},
		Prices:      order.PriceFrozen,
		Shortage:    order.ShortageBackorder,
		Payment:     order.SubscriptionPayment{Gateway: "card", Source: "tok_visa"},
	}))
	return shop, today, subscription
}

// Run places the order of each date and charges it. A month that is too short ends
// early, and the next one does not.
func ExampleClient_Subscribe() {
	ctx := context.Background()
	today := &calendar{now: time.Date(2026, 1, 1, 12, 0, 0, 0, time.UTC)}
	shop := exampleShop(func(cfg *oms.Config) { cfg.Now = func() time.Time { return today.now } })
	subscription := must(shop.Subscribe(ctx, oms.Subscription{
		CustomerID: saveAda(shop).ID,
		Lines:      []oms.SubscriptionLine{{SKU: "TEE-M", Quantity: quantity.Of(1)}},
		Schedule: order.Schedule{
			Every: 1, Unit: order.Month, Start: time.Date(2026, 1, 31, 8, 0, 0, 0, time.UTC),
		},
		Payment: order.SubscriptionPayment{Gateway: "card", Source: "tok_visa"},
	}))
	for range 3 {
		today.now = must(shop.Subscription(ctx, subscription.ID)).Next
		must(shop.RunOnce(ctx))
	}
	for o, err := range shop.Orders(ctx, order.Filter{Ascending: true}) {
		ok(err)
		fmt.Println(o.Number, o.PlacedAt.Format(time.DateOnly), o.Totals.Total, o.PaymentStatus)
	}
	// Output:
	// 1001 2026-01-31 19.90 EUR paid
	// 1002 2026-02-28 19.90 EUR paid
	// 1003 2026-03-31 19.90 EUR paid
}

// Those that are to be run until a day, who comes first first.
func ExampleClient_Subscriptions() {
	ctx := context.Background()
	shop, _, _ := subscribedShop()
	until := time.Date(2026, 2, 1, 0, 0, 0, 0, time.UTC)
	for s, err := range shop.Subscriptions(ctx, order.SubscriptionFilter{NextTo: until}) {
		ok(err)
		fmt.Println(s.Next.Format(time.DateOnly), s.Lines[0].SKU, s.Lines[0].Quantity)
	}
	// Output:
	// 2026-01-31 TEE-M 1
}

func ExampleClient_Subscription() {
	ctx := context.Background()
	shop, _, subscription := subscribedShop()
	s := must(shop.Subscription(ctx, subscription.ID))
	fmt.Println(s.Status, s.Runs, s.Next.Format(time.RFC3339))
	stranger := shop.As(event.Actor{Kind: event.Shopper, ID: uuid.NewString()})
	_, err := stranger.Subscription(ctx, subscription.ID)
	fmt.Println(err != nil)
	// Output:
	// active 0 2026-01-31T08:00:00Z
	// true
}

// What is nil stays as it is. Lines that stay keep the price they were subscribed to
// at.
func ExampleClient_ChangeSubscription() {
	ctx := context.Background()
	shop, _, subscription := subscribedShop()
	s := must(shop.ChangeSubscription(ctx, subscription.ID, oms.SubscriptionChange{
		Lines:    []oms.SubscriptionLine{{SKU: "TEE-M", Quantity: quantity.Of(2)}, {SKU: "MUG", Quantity: quantity.Of(1)}},
		Schedule: &order.Schedule{Every: 2, Unit: order.Week, Start: time.Date(2026, 1, 5, 8, 0, 0, 0, time.UTC)},
	}))
	for _, l := range s.Lines {
		fmt.Println(l.Quantity, l.SKU, l.UnitPrice)
	}
	fmt.Println(s.Next.Format(time.DateOnly))
	// Output:
	// 2 TEE-M 19.90 EUR
	// 1 MUG 8.50 EUR
	// 2026-01-05
}

func ExampleClient_SkipRun() {
	ctx := context.Background()
	shop, _, subscription := subscribedShop()
	s := must(shop.SkipRun(ctx, subscription.ID, oms.RunSkip{Reason: "on holiday"}))
	fmt.Println(s.Next.Format(time.DateOnly))
	_, err := shop.SkipRun(ctx, subscription.ID, oms.RunSkip{Date: time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC)})
	fmt.Println(err)
	// Output:
	// 2026-02-28
	// date: "2026-03-01T08:00:00Z" is not allowed: want a date to come: the next one is 2026-02-28T08:00:00Z
}

func ExampleClient_PauseSubscription() {
	ctx := context.Background()
	shop, today, subscription := subscribedShop()
	s := must(shop.PauseSubscription(ctx, subscription.ID, oms.SubscriptionStep{Reason: "moving house"}))
	today.now = time.Date(2026, 6, 15, 0, 0, 0, 0, time.UTC)
	fmt.Println(s.Status, must(shop.RunOnce(ctx)).Subscriptions)
	// Output:
	// paused 0
}

// Dates that passed meanwhile are not made up for.
func ExampleClient_ResumeSubscription() {
	ctx := context.Background()
	shop, today, subscription := subscribedShop()
	must(shop.PauseSubscription(ctx, subscription.ID, oms.SubscriptionStep{}))
	today.now = time.Date(2026, 6, 15, 0, 0, 0, 0, time.UTC)
	s := must(shop.ResumeSubscription(ctx, subscription.ID, oms.SubscriptionStep{}))
	fmt.Println(s.Status, s.Next.Format(time.DateOnly))
	// Output:
	// active 2026-06-30
}

func ExampleClient_CancelSubscription() {
	ctx := context.Background()
	shop, _, subscription := subscribedShop()
	s := must(shop.CancelSubscription(ctx, subscription.ID, oms.SubscriptionStep{Reason: "enough shirts"}))
	fmt.Println(s.Status)
	_, err := shop.ResumeSubscription(ctx, subscription.ID, oms.SubscriptionStep{})
	fmt.Println(err != nil)
	// Output:
	// canceled
	// true
}
