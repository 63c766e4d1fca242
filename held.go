package oms

import (
	"context"
	"errors"
	"strings"

	"github.com/google/uuid"

	"github.com/go-oms/oms/event"
	"github.com/go-oms/oms/fault"
	"github.com/go-oms/oms/order"
	"github.com/go-oms/oms/storage"
)

// held returns an *order.HeldError if holds block what is asked for: an action, or one
// of order.BlockChange and order.BlockCapture. Units are the lines whose units it is
// about, if it is about units.
func (d *draft) held(what string, units ...uuid.UUID) error {
	if len(d.order.Holds) == 0 {
		return nil
	}
	return d.client.core.holds.Check(d.order, what, units, d.asksFor, d.cmd.Now)
}

// asksFor lists the lines that a fulfilment order still asks for.
func (d *draft) asksFor(id uuid.UUID) (lines []uuid.UUID) {
	if f := d.fulfillmentOf(id); f != nil {
		for _, open := range f.fulfillment.Open() {
			lines = append(lines, open.LineID)
		}
	}
	return lines
}

func (d *draft) fulfillmentOf(id uuid.UUID) *fulfillmentDraft {
	for _, f := range d.fulfillments {
		if f.fulfillment.ID == id {
			return f
		}
	}
	return nil
}

// allowed lists what the workflow offers, with the holds that are against it.
func (d *draft) allowed() []order.Allowance {
	list := d.machine.Allowed(d.order, d.facts(d.order))
	for i := range list {
		a := &list[i]
		var held *order.HeldError
		if a.Automatic || a.Action == order.ActionDeliver || !errors.As(d.held(a.Action), &held) {
			continue
		}
		a.Allowed = false
		for _, h := range held.Holds {
			a.Denials = append(a.Denials, order.Denial{Action: a.Action, Code: order.DeniedHeld, Message: h.String()})
		}
	}
	return list
}

// holdsDue reports whether a hold's time has come.
func (c *Client) holdsDue(ctx context.Context) (bool, error) {
	for _, err := range c.store.Orders(ctx, order.Filter{HoldsTo: c.now(), Limit: 1, Ascending: true}) {
		return err == nil, err
	}
	return false, nil
}

// endHolds releases the holds whose time has come.
func (c *Client) endHolds(ctx context.Context) (Work, error) {
	var work Work
	for o, err := range c.store.Orders(ctx, order.Filter{HoldsTo: c.now(), Limit: passLimit, Ascending: true}) {
		if err != nil {
			return work, err
		}
		if err := c.inner().endHoldsOf(ctx, o.ID); err != nil {
			c.leftover("end holds", o.ID.String(), err, &work)
			continue
		}
		work.Holds++
	}
	return work, nil
}

// errNoHoldsDue ends what somebody else was faster at before it writes anything.
var errNoHoldsDue = &fault.InvalidError{Field: "holds", Value: "none", Allowed: "one whose time has come"}

func (c *Client) endHoldsOf(ctx context.Context, id uuid.UUID) error {
	_, err := do(ctx, c, request{name: "order.end_holds"}, flow[struct{}]{
		decide: func(ctx context.Context, cmd event.Command) (struct{}, *storage.Batch, error) {
			d, err := c.open(ctx, id, 0, cmd, "")
			if err != nil {
				return struct{}{}, nil, err
			}
			if d.followHolds(); d.last == d.stored {
				return struct{}{}, nil, errNoHoldsDue
			}
			return struct{}{}, d.finish(nil), nil
		},
		replay: func(context.Context, []byte) (struct{}, error) { return struct{}{}, nil },
	})
	if errors.Is(err, errNoHoldsDue) {
		return nil
	}
	return err
}

func everyLine(o *order.Order) []uuid.UUID {
	ids := make([]uuid.UUID, len(o.Lines))
	for i := range o.Lines {
		ids[i] = o.Lines[i].ID
	}
	return ids
}

func linesOf(units []LineQuantity) []uuid.UUID {
	ids := make([]uuid.UUID, len(units))
	for i := range units {
		ids[i] = units[i].LineID
	}
	return ids
}

// followHolds lets the order's holds follow what was just recorded, in events of their
// own: those are released whose rule is met or whose time has come, what follows from
// releases is opened, and so is what the screen wants reviewed or a rule asks for.
func (d *draft) followHolds() {
	holds := d.client.core.holds
	if len(d.last.Holds) > 0 {
		d.reopen()
		facts := d.facts(d.order)
		if holds.Settle(d.order, facts, d.cmd) > 0 {
			d.record(OrderHoldReleased)
			d.reopen()
		}
		if d.stored != nil && holds.Follow(d.stored, d.order, facts, d.cmd) > 0 {
			d.record(OrderHeld)
		}
	}
	if len(d.review) == 0 && !holds.Asks(d.moment) {
		return
	}
	d.reopen()
	opened := d.openReview()
	if opened += holds.Ask(d.order, d.moment, d.facts(d.order), d.cmd); opened > 0 {
		d.record(OrderHeld)
	}
}

// openReview opens the hold that the screen asks for, in the name of the system.
func (d *draft) openReview() int {
	if len(d.review) == 0 {
		return 0
	}
	cmd := d.cmd
	cmd.Actor = event.Actor{Kind: event.System}
	p := order.HoldParams{Type: order.HoldFraud, Scope: order.HoldsOrder, Reason: strings.Join(d.review, ", ")}
	if d.client.core.cfg.Limits.CheckReason(p.Reason) != nil {
		p.Reason = "review" // a screen's own words cannot keep an order from its review
	}
	if _, err := d.client.core.holds.Open(d.order, p, d.facts(d.order), cmd); err != nil {
		return 0 // one is there already
	}
	return 1
}
