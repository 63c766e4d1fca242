package oms

import (
	"slices"

	"github.com/google/uuid"

	"github.com/go-oms/oms/fulfillment"
	"github.com/go-oms/oms/order"
)

// holds holds an order's holds against what they are on.
func (v *verifier) holds(o *order.Order, sent []*fulfillment.Fulfillment) {
	v.looked(checkHolds)
	type target struct {
		code  string
		scope order.HoldScope
		id    uuid.UUID
	}
	inForce := map[target]bool{}
	for i := range o.Holds {
		h := &o.Holds[i]
		where := "order " + o.ID.String() + " hold " + h.ID.String()
		there := false
		switch h.Scope {
		case order.HoldsOrder:
			there = h.Target == uuid.Nil
		case order.HoldsLine:
			there = o.Line(h.Target) != nil
		case order.HoldsFulfillment:
			there = slices.ContainsFunc(sent, func(f *fulfillment.Fulfillment) bool { return f.ID == h.Target })
		}
		v.expect(there, checkHolds, where, "is on "+string(h.Scope)+" "+h.Target.String()+", which the order does not have")
		if !h.InForce() {
			continue
		}
		t := target{h.Type, h.Scope, h.Target}
		v.expect(!inForce[t], checkHolds, where, "of type "+h.Type+" is in force beside another one there")
		inForce[t] = true
	}
}
