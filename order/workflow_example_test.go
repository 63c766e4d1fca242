package order_test

import (
	"errors"
	"fmt"
	"time"

	"github.com/go-oms/oms/event"
	"github.com/go-oms/oms/money"
	"github.com/go-oms/oms/order"
	"github.com/go-oms/oms/quantity"
)

// A company's orders wait for an approval before anything else happens. The
// workflow is a file, the rule behind "within_budget" is Go.
func ExampleParseWorkflow() {
	w, err := order.ParseWorkflow([]byte(`{
		"id": "b2b", "version": 1,
		"states": [
			{"name": "submitted", "kind": "initial", "timeout": {"after": "72h", "action": "reject"}},
			{"name": "approved"},
			{"name": "in_progress"},
			{"name": "completed", "kind": "final"},
			{"name": "rejected", "kind": "final"}
		],
		"actions": [
			{"name": "auto_approve", "from": ["submitted"], "to": "approved", "automatic": true, "guards": ["within_budget"]},
			{"name": "approve", "from": ["submitted"], "to": "approved", "roles": ["purchasing"]},
			{"name": "reject", "from": ["submitted"], "to": "rejected", "roles": ["purchasing"],
				"reason_required": true, "effects": ["release_stock", "tell_buyer"]},
			{"name": "ship", "from": ["approved", "in_progress"], "to": "in_progress", "guards": ["something_to_ship"]},
			{"name": "deliver", "from": ["in_progress"]},
			{"name": "complete", "from": ["in_progress"], "to": "completed", "automatic": true,
				"guards": ["all_arrived", "money_settled"]}
		]
	}`))
	if err != nil {
		fmt.Println(err)
		return
	}
	budget := money.MustParse("500.00 EUR")
	machine, err := order.Compile(w, order.Registry{
		Guards: map[string]order.Guard{
			"within_budget": func(f order.Facts) *order.Denial {
				if over, err := f.Order.Totals.Total.Cmp(budget); err != nil || over > 0 {
					return order.Deny("over_budget", "the order is above the budget of "+budget.String())
				}
				return nil
			},
		},
		Effects: []string{"tell_buyer"},
	})
	if err != nil {
		fmt.Println(err)
		return
	}

	o := &order.Order{Totals: order.Totals{Total: money.MustParse("1200.00 EUR")}}
	facts := func(actor event.Actor) func(*order.Order) order.Facts {
		return func(o *order.Order) order.Facts {
			return order.NewFacts(o, order.MoneyFacts{}, actor, time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC))
		}
	}
	buyer := facts(event.Actor{Kind: event.Shopper, ID: "7"})
	boss := facts(event.Actor{Kind: event.Staff, ID: "1", Roles: []string{"purchasing"}})

	if err := machine.Start(o); err != nil {
		fmt.Println(err)
	}
	fired, _ := machine.Settle(o, buyer)
	fmt.Println(o.Status, len(fired))

	_, err = machine.Fire(o, "approve", buyer(o))
	var refused *order.NotAllowedError
	fmt.Println(errors.As(err, &refused), refused.Denials[0].Code)

	_, err = machine.Fire(o, "reject", boss(o))
	fmt.Println(errors.As(err, &refused), refused.Denials[0].Code)

	_, err = machine.Fire(o, "approve", boss(o))
	fmt.Println(o.Status, err)
	// Output:
	// submitted 0
	// true role_required
	// true reason_required
	// approved <nil>
}

// Every mistake is reported at once.
func ExampleCompile() {
	_, err := order.Compile(order.Workflow{
		ID: "broken", Version: 1,
		States: []order.State{
			{Name: "new", Kind: order.Initial}, {Name: "stuck"}, {Name: "done", Kind: order.Final},
		},
		Actions: []order.Action{
			{Name: "finish", From: []string{"new"}, To: "done", Guards: []string{"paid"}},
			{Name: "park", From: []string{"new"}, To: "stuck"},
			{Name: "reopen", From: []string{"done"}, To: "new"},
		},
	}, order.Registry{})
	var bad *order.WorkflowError
	if errors.As(err, &bad) {
		for _, m := range bad.Mistakes {
			fmt.Println(m)
		}
	}
	// Output:
	// action "finish": lists the guard "paid", which is unknown
	// action "reopen": leads from "done", which is final, to "new"
	// state "stuck": leads to no final state
}

// An order of the default workflow, asked what can be done with it.
func ExampleMachine_Allowed() {
	machine, err := order.Compile(order.DefaultWorkflow(), order.Registry{})
	if err != nil {
		fmt.Println(err)
		return
	}
	o := &order.Order{
		Totals: order.Totals{Total: money.MustParse("19.90 EUR")},
		Lines:  []order.Line{{Quantity: quantity.Of(1), Counts: order.Counts{Allocated: quantity.Of(1)}}},
	}
	held := order.MoneyFacts{Authorized: money.MustParse("19.90 EUR")}
	facts := func(o *order.Order) order.Facts {
		return order.NewFacts(o, held, event.Actor{Kind: event.Staff, ID: "1"}, time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC))
	}
	if err := machine.Start(o); err != nil {
		fmt.Println(err)
	}
	fired, _ := machine.Settle(o, facts)
	fmt.Println(fired[0].Action, "→", o.Status)
	for _, a := range machine.Allowed(o, facts(o)) {
		if a.Allowed {
			fmt.Println(a.Action)
			continue
		}
		fmt.Println(a.Action, "no:", a.Denials[0].Message)
	}
	// Output:
	// confirm → confirmed
	// void no: not every unit is canceled
	// complete no: units are still to be shipped or delivered
	// pay
	// ship
	// cancel_lines
	// change
	// cancel
	// refund no: no money was taken that could be given back
	// note
}

func ExampleWorkflow_Mermaid() {
	w := order.Workflow{
		ID: "tiny", Version: 1,
		States: []order.State{{Name: "open", Label: "Open", Kind: order.Initial}, {Name: "done", Kind: order.Final}},
		Actions: []order.Action{
			{Name: "note", From: []string{"open", "done"}},
			{Name: "finish", From: []string{"open"}, To: "done", Automatic: true, Guards: []string{order.GuardAllArrived}},
		},
	}
	fmt.Print(w.Mermaid())
	// Output:
	// stateDiagram-v2
	//     state "Open" as open
	//     state "done" as done
	//     [*] --> open
	//     open --> open: note
	//     open --> done: finish (auto) [all_arrived]
	//     done --> done: note
	//     done --> [*]
}
