package oms

import (
	"context"
	"errors"

	"github.com/google/uuid"

	"github.com/go-oms/oms/event"
	"github.com/go-oms/oms/money"
	"github.com/go-oms/oms/order"
	"github.com/go-oms/oms/storage"
)

// inflow is what pays for an order beside money: goods that are sent back.
type inflow struct {
	source    uuid.UUID // their return
	value     money.Money
	onReceipt bool
}

// into lets the goods pay for an order that is being placed.
func (f *inflow) into(o *order.Order, cmd event.Command) error {
	if f == nil {
		return nil
	}
	return o.BeginExchange(cmd.IDs, f.source, f.value, cmd.At)
}

// hold keeps the order until they have come, where that was asked for.
func (f *inflow) hold(d *draft) error {
	if f == nil || !f.onReceipt {
		return nil
	}
	p := order.HoldParams{Type: order.HoldExchange, Scope: order.HoldsOrder, Reason: "return " + f.source.String()}
	_, err := d.client.core.holds.Open(d.order, p, d.facts(d.order), bySystem(d.cmd))
	return prefixed("on_receipt", err)
}

// bySystem is the command in the name of the system, for what nobody asked for himself.
func bySystem(cmd event.Command) event.Command {
	cmd.Actor = event.Actor{Kind: event.System}
	return cmd
}

// meet reads the orders at the other ends of the order's exchanges. A change may move
// value to or from them; that of an order whose goods pay for another's goes on to where
// its own value came from.
func (d *draft) meet(ctx context.Context) error {
	for i := range d.order.Returns {
		id := d.order.Returns[i].Outbound
		if id == uuid.Nil {
			continue
		}
		other, err := d.relative(ctx, id)
		if err != nil {
			return err
		}
		d.outbound = append(d.outbound, other)
	}
	for at := d; at.order.Original != uuid.Nil; at = at.original {
		other, err := d.relative(ctx, at.order.Original)
		if err != nil {
			return err
		}
		at.original = other
	}
	return nil
}

// relative begins a draft about another order in the same command.
func (d *draft) relative(ctx context.Context, id uuid.UUID) (*draft, error) {
	o, err := d.client.store.Order(ctx, id)
	if err != nil {
		return nil, err
	}
	read, err := d.client.gather(ctx, o)
	if err != nil {
		return nil, err
	}
	other, err := d.client.draft(read, d.cmd, d.reason)
	if err != nil || !o.GivesStoreCredit() {
		return other, err
	}
	if d.creditors == nil {
		d.creditors = &creditors{batch: d.batch}
	}
	other.creditors = d.creditors
	return other, other.meetCreditor(ctx)
}

// exchanges are the drafts of the orders at the other ends.
func (d *draft) exchanges() []*draft {
	if d.original == nil {
		return d.outbound
	}
	return append(d.outbound[:len(d.outbound):len(d.outbound)], d.original)
}

// settleExchanges lets the value that goods bring other goods follow the order.
func (d *draft) settleExchanges() error {
	for _, out := range d.outbound {
		if err := settleExchange(d, out); err != nil {
			return err
		}
	}
	if d.original == nil {
		return nil
	}
	return settleExchange(d.original, d)
}

// settleExchange brings both ends of one exchange in line.
func settleExchange(from, to *draft) error {
	for _, d := range [...]*draft{from, to} {
		if d.order == nil {
			d.reopen()
		}
	}
	r := from.order.ReturnTo(to.order.ID)
	if r == nil {
		return &storage.BookError{What: "order " + from.order.ID.String() + " has no return for order " + to.order.ID.String()}
	}
	if err := to.goods(from.order, r); err != nil {
		return err
	}
	charged, allowed, err := order.SettleExchange(from.cmd.IDs, from.order, r, to.order, from.cmd.At)
	from.touched, to.touched = from.touched || charged, to.touched || allowed
	return err
}

// goods decides about an order that was kept until the goods of a return have come: it
// may leave once they have, and is called off when none did.
func (d *draft) goods(original *order.Order, r *order.Return) error {
	hold := d.order.HoldOf(order.HoldExchange)
	if hold == nil || r.Undecided() || !d.order.ClosedAt.IsZero() {
		return nil
	}
	value, err := original.ReturnValue(r.ID)
	if err != nil {
		return err
	}
	if value.Sign() > 0 {
		d.touched = true
		return d.client.core.holds.Release(d.order, hold.ID, "the goods have come", bySystem(d.cmd))
	}
	if d.noLabelUnderWay() != nil {
		return nil
	}
	d.reason = "the goods did not come"
	err = d.report(order.ActionCancel)
	var refused *order.NotAllowedError
	if errors.As(err, &refused) {
		return nil // it left all the same, or has no such action: its price is due
	}
	d.touched = d.touched || err == nil
	return err
}

// concludeExchanges records what has become of the orders at the other ends.
func (d *draft) concludeExchanges() error {
	for _, other := range d.exchanges() {
		if !other.touched {
			continue
		}
		other.touched = false
		if err := other.conclude(OrderExchangeSettled); err != nil {
			return err
		}
		d.calls, other.calls = append(d.calls, other.calls...), nil
	}
	return nil
}

// join adds a batch about another order to one.
func join(b, other *storage.Batch) {
	b.Expect = append(b.Expect, other.Expect...)
	b.Orders = append(b.Orders, other.Orders...)
	b.Payments = append(b.Payments, other.Payments...)
	b.Fulfillments = append(b.Fulfillments, other.Fulfillments...)
	b.Events = append(b.Events, other.Events...)
	to, from := &b.Inventory, other.Inventory
	to.Items, to.Locations = joined(to.Items, from.Items), joined(to.Locations, from.Locations)
	to.Moves, to.Levels = joined(to.Moves, from.Moves), joined(to.Levels, from.Levels)
	to.Reservations = joined(to.Reservations, from.Reservations)
}
