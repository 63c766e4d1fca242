package oms_test

import (
	"context"
	"errors"
	"fmt"

	"github.com/go-oms/oms"
	"github.com/go-oms/oms/event"
	"github.com/go-oms/oms/order"
)

const purchasing = `{
	"id": "purchasing", "version": 1,
	"states": [
		{"name": "requested", "kind": "initial"},
		{"name": "approved"},
		{"name": "sent"},
		{"name": "done", "kind": "final"},
		{"name": "rejected", "kind": "final"}
	],
	"actions": [
		{"name": "approve", "from": ["requested"], "to": "approved", "roles": ["buyer"]},
		{"name": "reject", "from": ["requested"], "to": "rejected", "roles": ["buyer"],
			"reason_required": true, "effects": ["release_stock"]},
		{"name": "pay", "from": ["approved"], "guards": ["money_due"]},
		{"name": "ship", "from": ["approved", "sent"], "to": "sent", "guards": ["something_to_ship"]},
		{"name": "deliver", "from": ["sent"], "guards": ["something_to_deliver"]},
		{"name": "complete", "automatic": true, "from": ["sent"], "to": "done",
			"guards": ["all_arrived", "money_settled"]}
	]
}`

// A company's orders wait for an approval. The workflow is data: a file, or a row
// of the host's.
func ExampleClient_Act() {
	ctx := context.Background()
	workflow := must(order.ParseWorkflow([]byte(purchasing)))
	shop := exampleShop(func(cfg *oms.Config) { cfg.Workflows = []order.Workflow{workflow} })
	o := must(shop.Place(ctx, tees(2)))
	fmt.Println(o.Status)

	clerk := shop.As(event.Actor{Kind: event.Staff, ID: "2"})
	_, err := clerk.Act(ctx, o.ID, oms.Action{Name: "approve"})
	var refused *order.NotAllowedError
	if errors.As(err, &refused) {
		fmt.Println(refused.Denials[0].Code)
	}

	boss := shop.As(event.Actor{Kind: event.Staff, ID: "1", Roles: []string{"buyer"}})
	o = must(boss.Act(ctx, o.ID, oms.Action{Name: "approve"}))
	fmt.Println(o.Status)
	// Output:
	// requested
	// role_required
	// approved
}

// Allowed says what can be done now, and why the rest cannot: enough to draw the
// buttons of a page.
func ExampleClient_Allowed() {
	ctx := context.Background()
	shop := exampleShop()
	o := must(shop.Place(ctx, tees(2)))
	for _, a := range must(shop.Allowed(ctx, o.ID)) {
		switch {
		case a.Automatic: // no button: it happens by itself
		case a.Allowed:
			fmt.Println(a.Action)
		default:
			fmt.Println(a.Action, "is not possible:", a.Denials[0].Message)
		}
	}
	// Output:
	// pay
	// cancel_lines
	// change
	// cancel
	// expire is not possible: the order has not expired yet
	// refund is not possible: no money was taken that could be given back
	// note
}
