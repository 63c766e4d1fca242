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

// A hold keeps an order from leaving until somebody lifts it. What it blocks, and who
// may lift it, is data.
func ExampleClient_Hold() {
	ctx := context.Background()
	shop := exampleShop()
	o := paidTees(shop, 2)

	o = must(shop.Hold(ctx, o.ID, oms.HoldRequest{Type: order.HoldAddress, Reason: "no such street"}))
	_, err := shop.Ship(ctx, o.ID, oms.Shipping{Carrier: "post"})
	var held *order.HeldError
	if errors.As(err, &held) {
		fmt.Println(held.Action, "is blocked by", held.Holds[0].Type)
	}

	o = must(shop.ReleaseHold(ctx, o.ID, o.Holds[0].ID, oms.HoldRelease{Reason: "the customer called"}))
	fmt.Println(o.Holds[0].Status, "by", o.Holds[0].ResolvedBy)
	must(shop.Ship(ctx, o.ID, oms.Shipping{Carrier: "post"}))
	fmt.Println(must(shop.Order(ctx, o.ID)).FulfillmentStatus)
	// Output:
	// ship is blocked by address
	// released by system
	// fulfilled
}

// Releasing takes a role where the type says so.
func ExampleClient_ReleaseHold() {
	ctx := context.Background()
	shop := exampleShop()
	o := must(shop.Place(ctx, tees(2)))
	o = must(shop.Hold(ctx, o.ID, oms.HoldRequest{Type: order.HoldFraud}))

	clerk := shop.As(event.Actor{Kind: event.Staff, ID: "2", Roles: []string{"warehouse"}})
	_, err := clerk.ReleaseHold(ctx, o.ID, o.Holds[0].ID, oms.HoldRelease{})
	var role *order.HoldRoleError
	if errors.As(err, &role) {
		fmt.Println("may release:", role.Roles)
	}

	analyst := shop.As(event.Actor{Kind: event.Staff, ID: "3", Roles: []string{"fraud"}})
	o = must(analyst.ReleaseHold(ctx, o.ID, o.Holds[0].ID, oms.HoldRelease{Reason: "a known customer"}))
	fmt.Println(o.Holds[0].Status)
	// Output:
	// may release: [fraud manager]
	// released
}

// A rejection can end the order.
func ExampleClient_RejectHold() {
	ctx := context.Background()
	shop := exampleShop()
	o := must(shop.Place(ctx, tees(2)))
	o = must(shop.Hold(ctx, o.ID, oms.HoldRequest{Type: order.HoldFraud}))

	analyst := shop.As(event.Actor{Kind: event.Staff, ID: "3", Roles: []string{"fraud"}})
	o = must(analyst.RejectHold(ctx, o.ID, o.Holds[0].ID, oms.HoldRejection{Reason: "a stolen card"}))
	fmt.Println(o.Holds[0].Status, o.Status)
	// Output:
	// rejected canceled
}

// Orders above a limit wait until two tiers agree. Who placed the order is not asked.
func ExampleClient_Approve() {
	ctx := context.Background()
	shop := exampleShop(func(cfg *oms.Config) {
		cfg.HoldRules = map[string]order.HoldRule{"expensive": order.TotalAbove(money.MustParse("50.00 EUR"))}
		cfg.Holds = []order.HoldType{{
			Code: "purchase", Blocks: []string{order.ActionPay, order.ActionShip}, Opens: order.HoldOpening{OnPlace: "expensive"},
			Tiers: []order.HoldTier{{Name: "lead", Roles: []string{"lead"}}, {Name: "finance", Roles: []string{"finance"}}},
		}}
	})
	buyer := shop.As(event.Actor{Kind: event.Staff, ID: "1", Roles: []string{"lead"}})
	o := must(buyer.Place(ctx, tees(3)))
	hold := o.Holds[0]
	fmt.Println(hold.Type, hold.Status, hold.Reason)

	_, err := buyer.Approve(ctx, o.ID, hold.ID, oms.HoldApproval{})
	var refused *order.ApprovalError
	if errors.As(err, &refused) {
		fmt.Println(refused.Code)
	}

	lead := shop.As(event.Actor{Kind: event.Staff, ID: "2", Roles: []string{"lead"}})
	o = must(lead.Approve(ctx, o.ID, hold.ID, oms.HoldApproval{}))
	fmt.Println(len(o.Holds[0].Approvals), o.Holds[0].Status)
	finance := shop.As(event.Actor{Kind: event.Staff, ID: "3", Roles: []string{"finance"}})
	o = must(finance.Approve(ctx, o.ID, hold.ID, oms.HoldApproval{}))
	fmt.Println(len(o.Holds[0].Approvals), o.Holds[0].Status)
	// Output:
	// purchase open expensive
	// requester
	// 1 open
	// 2 released
}

// Suspicious orders are placed on hold, and what is on the blocklist is not placed.
func ExampleConfig_fraudScreen() {
	ctx := context.Background()
	shop := exampleShop(func(cfg *oms.Config) {
		cfg.FraudScreen = order.ScreenRules{
			Mismatch: true,
			Blocked:  map[string]bool{order.BlockKey(order.BlockEmail, "mallory@example.com"): true},
		}
	})
	cart := tees(1)
	cart.ShipTo, cart.BillTo = order.Address{Country: "GB"}, &order.Address{Country: "US"}
	o := must(shop.Place(ctx, cart))
	fmt.Println(o.Holds[0].Type, o.Holds[0].Reason)

	cart.BillTo = &order.Address{Country: "GB", Email: "Mallory@example.com"}
	_, err := shop.Place(ctx, cart)
	var screened *oms.ScreenedError
	fmt.Println(errors.As(err, &screened), screened.Reasons)
	// Output:
	// fraud country_mismatch
	// true [blocklist]
}

// Orders whose promise is in jeopardy are told of while there is time to do something.
func ExampleClient_Orders_inJeopardy() {
	ctx := context.Background()
	now := time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)
	shop := exampleShop(func(cfg *oms.Config) {
		cfg.Now, cfg.UnpaidFor = func() time.Time { return now }, -1
		cfg.Holds = append(order.BuiltinHolds(), order.PromiseHolds(72*time.Hour)...)
	})
	o := must(shop.Enter(ctx, oms.Entry{
		Lines:      []oms.EntryLine{{SKU: "TEE-M", Quantity: quantity.Of(1), UnitPrice: money.MustParse("19.90 EUR")}},
		PromisedAt: now.Add(5 * 24 * time.Hour),
	}))
	fmt.Println(o.Holds[0].Type)

	now = now.Add(49 * time.Hour)
	must(shop.RunOnce(ctx))
	for o, err := range shop.Orders(ctx, order.Filter{OnHold: order.HoldJeopardy}) {
		fmt.Println(must(o, err).Number, "is promised for", o.PromisedAt.Format(time.DateOnly))
	}
	// Output:
	// promise
	// 1001 is promised for 2026-03-06
}
