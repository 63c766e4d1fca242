package oms

import (
	"slices"

	"github.com/google/uuid"

	"github.com/go-oms/oms/event"
	"github.com/go-oms/oms/fulfillment"
	"github.com/go-oms/oms/inventory"
	"github.com/go-oms/oms/money"
	"github.com/go-oms/oms/order"
	"github.com/go-oms/oms/payment"
	"github.com/go-oms/oms/storage"
)

// dossier is everything a command on one order reads: the rows its decision
// relies on.
type dossier struct {
	order        *order.Order
	tenders      []*payment.Tender
	fulfillments []*fulfillment.Fulfillment
	reservations []inventory.Reservation // pending, of the order
}

// draft is a batch in the making about one order. The aggregates in it are
// copies; each record call turns what was done since the last one into an event.
type draft struct {
	client  *Client
	cmd     event.Command
	machine *order.Machine
	batch   *storage.Batch
	reason  string          // why, for the workflow and the books
	host    map[string]bool // the host's own facts for its guards

	moment order.HoldMoment // which rules may open holds; none unless set
	review []string         // why the order is to be looked at before it goes on

	order  *order.Order // the working copy
	stored *order.Order // as read; nil for a new order
	last   *order.Order // as of the last recorded event

	tenders      []*tenderDraft
	fulfillments []*fulfillmentDraft
	reservations []inventory.Reservation
	addresses    []order.Address // new rows of an order that is there already
	notes        []order.Note
	noted        int    // how many of the notes an event names
	calls        []call // what to ask gateways once the batch is committed
	coupons      []order.CouponUse

	// The orders at the other ends of the order's exchanges: the one whose goods pay for
	// this one, and those that its own goods pay for.
	original  *draft
	outbound  []*draft
	touched   bool         // by the exchange, since the last event
	available *money.Money // of the account, for the rules of holds; see lookAtAccount
	ceiling   int64        // what orders may have of the account that the draft borrows from, in minor units

	creditor  *customerDraft // whose account store credit of the order goes to, where there is any
	creditors *creditors     // of the whole command

	limits map[string]int64 // of the company's spending, by counter, in minor units
	beside []*order.Order   // that are placed in the same commit, so far
}

// call is an operation to be performed after the commit.
type call struct{ tender, op uuid.UUID }

type tenderDraft struct {
	tender       *payment.Tender
	stored, last *payment.Tender
	matched      []uuid.UUID // parked reports that it has taken over
}

type fulfillmentDraft struct {
	fulfillment  *fulfillment.Fulfillment
	stored, last *fulfillment.Fulfillment
}

// newDraft begins a batch for a new order.
func newDraft(c *Client, cmd event.Command, o *order.Order, m *order.Machine) *draft {
	return &draft{client: c, cmd: cmd, machine: m, batch: &storage.Batch{}, order: o}
}

// draft begins a batch from what was read. It fails for an order whose workflow is
// not configured.
func (c *Client) draft(d dossier, cmd event.Command, reason string) (*draft, error) {
	machine, err := c.core.flows.Pick(d.order.Workflow, d.order.WorkflowVersion)
	if err != nil {
		return nil, err
	}
	b := &draft{
		client: c, cmd: cmd, machine: machine, batch: &storage.Batch{}, reason: reason,
		order: d.order.Clone(), stored: d.order, last: d.order, reservations: d.reservations,
	}
	for _, t := range d.tenders {
		b.tenders = append(b.tenders, &tenderDraft{tender: t.Clone(), stored: t, last: t})
	}
	for _, f := range d.fulfillments {
		b.fulfillments = append(b.fulfillments, &fulfillmentDraft{fulfillment: f, stored: f, last: f})
	}
	return b, nil
}

// record turns what was done to the order since the last event into one of that
// type. It always makes one, so that every command on an order moves its version.
func (d *draft) record(kind string) {
	d.order.Version++
	delta := order.Diff(d.last, d.order)
	for _, n := range d.notes[d.noted:] {
		delta.Notes = append(delta.Notes, n.ID)
	}
	d.noted = len(d.notes)
	d.batch.Events = append(d.batch.Events, d.cmd.Event(event.Order, d.order.ID, d.order.Version, kind, delta))
	d.last, d.order = d.order, nil
}

// answer is the order for the caller, who may do with it as he likes: the events
// keep theirs.
func (d *draft) answer() *order.Order { return d.last.Clone() }

// reopen goes on changing the order after an event was recorded.
func (d *draft) reopen() { d.order = d.last.Clone() }

// recordTender is record for a tender.
func (d *draft) recordTender(t *tenderDraft, kind string) {
	t.tender.Version++
	delta := payment.Diff(t.last, t.tender)
	d.batch.Events = append(d.batch.Events, d.cmd.Event(event.Payment, t.tender.ID, t.tender.Version, kind, delta))
	t.last = t.tender
	t.tender = t.tender.Clone()
}

// recordFulfillment puts the next state of a fulfilment order in place, as an event.
func (d *draft) recordFulfillment(f *fulfillmentDraft, next *fulfillment.Fulfillment, kind string) {
	next.Version = 1
	if f.last != nil {
		next.Version = f.last.Version + 1
	}
	delta := fulfillment.Diff(f.last, next)
	d.batch.Events = append(d.batch.Events, d.cmd.Event(event.Fulfillment, next.ID, next.Version, kind, delta))
	f.last, f.fulfillment = next, next
}

// addTender puts a new tender into the draft.
func (d *draft) addTender(t *payment.Tender) *tenderDraft {
	td := &tenderDraft{tender: t}
	d.tenders = append(d.tenders, td)
	return td
}

// addFulfillment puts a new fulfilment order into the draft.
func (d *draft) addFulfillment(f *fulfillment.Fulfillment, kind string) *fulfillmentDraft {
	fd := &fulfillmentDraft{}
	d.fulfillments = append(d.fulfillments, fd)
	d.recordFulfillment(fd, f, kind)
	return fd
}

// move appends stock changes.
func (d *draft) move(c inventory.Changes) {
	inv := &d.batch.Inventory
	inv.Items = joined(inv.Items, c.Items)
	inv.Locations = joined(inv.Locations, c.Locations)
	inv.Moves = joined(inv.Moves, c.Moves)
	inv.Levels = joined(inv.Levels, c.Levels)
	inv.Reservations = joined(inv.Reservations, c.Reservations)
	if len(d.reservations) > 0 {
		d.keep(c.Reservations)
	}
}

// joined appends b to a, or is b when there is nothing to append to.
func joined[T any](a, b []T) []T {
	if len(a) == 0 {
		return b
	}
	return append(a, b...)
}

// keep lets the draft's reservations follow what was done to them, for whatever
// else the command does.
func (d *draft) keep(changes []inventory.ReservationChange) {
	after := make(map[uuid.UUID]inventory.Reservation, len(changes))
	for _, change := range changes {
		after[change.After.ID] = change.After
	}
	kept := make([]inventory.Reservation, 0, len(d.reservations))
	for _, r := range d.reservations {
		if changed, ok := after[r.ID]; ok {
			r = changed
		}
		if r.Status == inventory.Pending {
			kept = append(kept, r)
		}
	}
	d.reservations = kept
}

// payments returns the tenders as they are in the draft.
func (d *draft) payments() []*payment.Tender {
	tenders := make([]*payment.Tender, len(d.tenders))
	for i, t := range d.tenders {
		tenders[i] = t.tender
	}
	return tenders
}

// finish completes the batch: one change per aggregate, from what was stored to
// what it is now, and an expectation for each that the decision only read.
func (d *draft) finish(result []byte) *storage.Batch {
	b := d.batch
	b.Result = result
	if d.last != d.stored {
		changes := order.Changes{Delta: d.orderDelta(), Notes: d.notes, Addresses: d.addresses, Coupons: joined(d.coupons, d.counts())}
		changes.Coupons = joined(changes.Coupons, spends(d.stored, d.last, d.limits))
		if d.stored == nil {
			changes.Addresses = addressesOf(d.last)
		}
		b.Orders = append(b.Orders, changes)
	} else {
		b.Expect = append(b.Expect, storage.Expect{Aggregate: event.Order, ID: d.stored.ID, Version: d.stored.Version})
	}
	for _, t := range d.tenders {
		if t.last == t.stored {
			b.Expect = append(b.Expect, storage.Expect{Aggregate: event.Payment, ID: t.stored.ID, Version: t.stored.Version})
			continue
		}
		changes := payment.Change(t.stored, t.last)
		changes.Matched = t.matched
		b.Payments = append(b.Payments, changes)
	}
	for _, f := range d.fulfillments {
		if f.last == f.stored {
			b.Expect = append(b.Expect, storage.Expect{Aggregate: event.Fulfillment, ID: f.stored.ID, Version: f.stored.Version})
			continue
		}
		b.Fulfillments = append(b.Fulfillments, fulfillment.Changes{Delta: fulfillment.Diff(f.stored, f.last)})
	}
	d.creditors.into(b)
	for _, other := range d.exchanges() {
		join(b, other.finish(nil))
	}
	return b
}

// orderDelta is the order's change over the whole batch. With a single event it is
// that event's payload.
func (d *draft) orderDelta() *order.Delta {
	var only *order.Delta
	for _, e := range d.batch.Events {
		delta, ok := e.Payload.(*order.Delta)
		if !ok || e.ID != d.last.ID {
			continue
		}
		if only != nil {
			return order.Diff(d.stored, d.last)
		}
		only = delta
	}
	return only
}

func addressesOf(o *order.Order) []order.Address {
	var addresses []order.Address
	if o.ShipTo != nil {
		addresses = append(addresses, *o.ShipTo)
	}
	if o.BillTo != nil && (o.ShipTo == nil || o.BillTo.ID != o.ShipTo.ID) {
		addresses = append(addresses, *o.BillTo)
	}
	return slices.Clip(addresses)
}
