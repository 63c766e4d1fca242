package main

import (
	"time"

	"github.com/go-oms/oms/money"
	"github.com/go-oms/oms/order"
)

// The host's own words in the workflow.
const (
	approve   = "approve"
	reject    = "reject"
	lapse     = "lapse"
	mayDecide = "may_decide"

	buyer    = "buyer"    // decides up to limit
	director = "director" // decides everything
)

var limit = money.MustParse("500.00 EUR")

// approval is the workflow of orders between companies: nothing leaves before
// somebody who may has approved of it, and what nobody decides lapses.
func approval() order.Workflow {
	requested, approved, sent := "requested", "approved", "sent"
	open := []string{requested, approved, sent}
	undo := []string{order.EffectReleaseStock, order.EffectReturnMoney}
	return order.Workflow{
		ID: "approval", Version: 1,
		States: []order.State{
			{Name: requested, Kind: order.Initial, Timeout: &order.Timeout{After: 72 * time.Hour, Action: lapse}},
			{Name: approved},
			{Name: sent},
			{Name: "done", Kind: order.Final},
			{Name: "rejected", Kind: order.Final},
			{Name: "lapsed", Kind: order.Final},
		},
		Actions: []order.Action{
			{Name: approve, From: []string{requested}, To: approved, Roles: []string{buyer, director}, Guards: []string{mayDecide}},
			{Name: reject, From: []string{requested}, To: "rejected", Roles: []string{buyer, director}, ReasonRequired: true, Effects: undo},
			{Name: lapse, From: []string{requested}, To: "lapsed", Guards: []string{order.GuardPastExpiry}, Effects: undo},
			{
				Name: order.ActionComplete, Automatic: true, From: []string{sent}, To: "done",
				Guards: []string{order.GuardAllArrived, order.GuardMoneySettled},
			},
			{Name: order.ActionPay, From: []string{approved, sent}, Guards: []string{order.GuardMoneyDue}},
			{Name: order.ActionShip, From: []string{approved, sent}, To: sent, Guards: []string{order.GuardSomethingToShip}},
			{Name: order.ActionDeliver, From: []string{sent}, Guards: []string{order.GuardSomethingToDeliver}},
			{Name: order.ActionRefund, From: append(open, "done", "rejected", "lapsed"), Guards: []string{order.GuardMoneyToReturn}},
			{Name: order.ActionNote, From: open},
		},
	}
}

// rules give the host's words their meaning. A guard is a pure function of the
// facts: it reads them and nothing else.
func rules() order.Registry {
	return order.Registry{Guards: map[string]order.Guard{mayDecide: func(f order.Facts) *order.Denial {
		over, err := f.Order.Totals.Total.Cmp(limit)
		if err != nil || over > 0 && !f.Actor.Has(director) {
			return order.Deny("over_limit", "a director decides about more than "+limit.String())
		}
		return nil
	}}}
}
