package oms

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/go-oms/oms/event"
	"github.com/go-oms/oms/inventory"
	"github.com/go-oms/oms/money"
	"github.com/go-oms/oms/order"
	"github.com/go-oms/oms/payment"
)

// Effect turns a custom effect of a workflow into parts of the batch that changes
// the status. It is pure: the order is read only, and what it returns is written
// with the order or not at all. A host that must write tables of its own in the
// same commit uses a joined store.
type Effect func(o *order.Order, cmd event.Command) (Parts, error)

// Parts is what an effect adds to the batch.
type Parts struct {
	Metadata  order.Metadata // set on the order
	Notes     []string       // internal notes
	Inventory inventory.Changes
}

// facts is what the workflow's guards may look at, as the draft stands.
func (d *draft) facts(o *order.Order) order.Facts {
	f := order.NewFacts(o, d.money(), d.cmd.Actor, d.cmd.Now)
	f.At, f.Reason, f.Host, f.Available = d.cmd.At, d.reason, d.host, d.available
	return f
}

// summary adds up the tenders as they are in the draft.
func (d *draft) summary() (payment.Summary, error) {
	return payment.Summarize(d.order.Currency, d.payments())
}

// money sums up the tenders for the guards. What is held and has lapsed by now is
// not secured any more. Tenders that cannot be added up are refused when the
// statuses are derived.
func (d *draft) money() order.MoneyFacts {
	if len(d.tenders) == 0 {
		return order.MoneyFacts{}
	}
	s, err := d.summary()
	if err != nil {
		return order.MoneyFacts{}
	}
	facts := moneyFacts(s)
	lapsed, err := d.lapsed()
	if err == nil {
		facts.Authorized, err = facts.Authorized.Sub(lapsed)
	}
	if err != nil {
		return order.MoneyFacts{}
	}
	return facts
}

// lapsed is what is held by the books and not at the gateways any more: its time is over.
func (d *draft) lapsed() (money.Money, error) {
	sum := money.Zero(d.order.Currency)
	for _, t := range d.tenders {
		until := t.tender.AuthorizedUntil
		if until.IsZero() || d.cmd.Now.Before(until) {
			continue
		}
		rest, err := t.tender.Totals.Authorized.Sub(t.tender.Totals.Captured)
		if err == nil && rest.Sign() > 0 {
			sum, err = sum.Add(rest)
		}
		if err != nil {
			return sum, err
		}
	}
	return sum, nil
}

// fire asks the workflow and the holds for an action, before the change it is about.
// Units are the lines whose units it is about, if it is about units.
func (d *draft) fire(action string, units ...uuid.UUID) error {
	if err := d.report(action); err != nil {
		return err
	}
	return d.held(action, units...)
}

// report asks the workflow alone: what has happened is blocked by no hold.
func (d *draft) report(action string) error {
	effects, err := d.machine.Fire(d.order, action, d.facts(d.order))
	if err != nil {
		return err
	}
	return d.carryOut(effects)
}

// conclude ends a change: it derives the statuses, lets automatic actions happen
// with their effects, and records one event about all of it.
func (d *draft) conclude(kind string) error {
	// An effect changes what guards look at, so settle until nothing happens.
	for range maxSettle {
		if err := d.settleExchanges(); err != nil {
			return err
		}
		if err := d.settleStoreCredit(); err != nil {
			return err
		}
		if err := d.derive(); err != nil {
			return err
		}
		fired, err := d.machine.Settle(d.order, d.facts)
		if err != nil {
			return err
		}
		var effects []string
		for _, f := range fired {
			effects = append(effects, f.Effects...)
		}
		if len(effects) == 0 {
			d.deadline()
			d.record(kind)
			d.followHolds()
			return d.concludeExchanges()
		}
		if err := d.carryOut(effects); err != nil {
			return err
		}
	}
	return fmt.Errorf("oms: order %s does not settle", d.order.ID)
}

// maxSettle bounds the rounds of automatic actions and their effects: the built-in
// effects settle in two.
const maxSettle = 8

// derive computes the statuses that nobody sets.
func (d *draft) derive() error {
	var money order.MoneyState
	if len(d.tenders) > 0 {
		s, err := d.summary()
		if err != nil {
			return err
		}
		money = moneyState(s)
	}
	return d.order.Derive(money)
}

// deadline sets when Run acts on the order by itself: after the timeout of the
// state that was entered, or at the end of the time that an unpaid order has.
func (d *draft) deadline() {
	if d.last != nil && d.last.Status == d.order.Status {
		return
	}
	if state, ok := d.machine.State(d.order.Status); ok && state.Timeout != nil {
		d.order.ExpiresAt = d.cmd.Now.Add(state.Timeout.After)
	} else if !d.machine.Offers(d.order.Status, order.ActionExpire) {
		d.order.ExpiresAt = time.Time{}
	}
}

// carryOut turns effects into parts of the batch.
func (d *draft) carryOut(effects []string) error {
	for _, name := range effects {
		var err error
		switch name {
		case order.EffectReleaseStock:
			err = d.releaseStock()
		case order.EffectReturnMoney:
			err = d.returnMoney()
		default:
			err = d.custom(name)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// custom carries out an effect of the host.
func (d *draft) custom(name string) error {
	effect, ok := d.client.core.cfg.Effects[name]
	if !ok {
		return fmt.Errorf("oms: workflow effect %q is not in Config.Effects", name)
	}
	parts, err := effect(d.order.Clone(), d.cmd)
	if err != nil {
		return err
	}
	for key, value := range parts.Metadata {
		if d.order.Metadata == nil {
			d.order.Metadata = order.Metadata{}
		}
		d.order.Metadata[key] = value
	}
	for _, text := range parts.Notes {
		d.note(text, true)
	}
	d.move(parts.Inventory)
	return nil
}

// releaseStock calls off every unit that has not left, gives back what is kept for
// it, and credits its price.
func (d *draft) releaseStock() error {
	if err := d.noLabelUnderWay(); err != nil {
		return err
	}
	for i := range d.order.Lines {
		l := &d.order.Lines[i]
		if open := l.Open(); open.Sign() > 0 {
			if err := d.cancelUnits(l, open, d.reasonOr("canceled")); err != nil {
				return err
			}
		}
	}
	for _, f := range d.fulfillments {
		if len(f.fulfillment.Open()) == 0 {
			continue
		}
		next, err := f.fulfillment.Cancel(nil)
		if err != nil {
			return err
		}
		d.recordFulfillment(f, next, FulfillmentCanceled)
	}
	d.move(inventory.ReleaseAll(d.reservations, d.cmd, d.order.ID))
	if nothingShipped(d.order) {
		return d.creditRest()
	}
	return nil
}

// creditRest credits what is still owed of an order that was called off whole:
// shipping and fees.
func (d *draft) creditRest() error {
	due := d.order.Owed()
	if due.Sign() <= 0 {
		return nil
	}
	p := order.CreditParams{Code: "canceled", Label: d.reasonOr("canceled"), At: d.cmd.At}
	if _, err := d.order.CreditShipping(d.cmd.IDs, money.Money{}, p); err != nil {
		return err
	}
	if due = d.order.Owed(); due.Sign() <= 0 {
		return nil
	}
	return d.order.CreditOrder(d.cmd.IDs, due, money.Money{}, p)
}

func nothingShipped(o *order.Order) bool {
	for i := range o.Lines {
		if o.Lines[i].Shipped.Sign() > 0 {
			return false
		}
	}
	return true
}

func (d *draft) reasonOr(reason string) string {
	if d.reason != "" {
		return d.reason
	}
	return reason
}

// note adds a remark; its text stays out of the events.
func (d *draft) note(text string, internal bool) {
	d.notes = append(d.notes, order.Note{
		ID: d.cmd.IDs.Next(), OrderID: d.order.ID, Author: d.cmd.Actor.String(), Text: text, Internal: internal, At: d.cmd.At,
	})
}

// gather reads what hangs on an order.
func (c *Client) gather(ctx context.Context, o *order.Order) (dossier, error) {
	d := dossier{order: o}
	var err error
	if d.tenders, err = c.store.Tenders(ctx, o.ID); err != nil {
		return d, err
	}
	if d.fulfillments, err = c.store.Fulfillments(ctx, o.ID); err != nil {
		return d, err
	}
	d.reservations, err = c.store.Reservations(ctx, inventory.ReservationFilter{Owner: o.ID.String()})
	return d, err
}
