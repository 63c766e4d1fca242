package oms

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/go-oms/oms/event"
	"github.com/go-oms/oms/fulfillment"
	"github.com/go-oms/oms/inventory"
	"github.com/go-oms/oms/money"
	"github.com/go-oms/oms/order"
	"github.com/go-oms/oms/payment"
	"github.com/go-oms/oms/quantity"
	"github.com/go-oms/oms/storage"
)

// verifier holds one snapshot of the books against the checks.
type verifier struct {
	opts   VerifyOptions
	now    time.Time
	flows  *order.Workflows
	sinks  Sinks
	books  storage.Books
	report *Report
	seen   int64
	last   int64 // position of the newest event

	told     ledger                   // the facts of the stored orders
	versions map[uuid.UUID]int64      // of the stored orders
	merged   map[uuid.UUID]uuid.UUID  // customers who ended in others
	company  map[uuid.UUID]bool       // customers who are companies
	places   map[string]storage.Lease // of the configured sinks
	slots    map[string]*slots        // what is parked beside them
	late     map[string]bool          // sinks that an event has waited for too long, and leases that wait for a redrive

	ends      exchangeEnds                 // of the exchanges
	untracked map[string]bool              // SKUs without levels
	shipped   map[string]quantity.Quantity // by SKU, per the orders' lines
	reserved  map[levelKey]reservedSums    // by level, per the reservations
	given     map[uuid.UUID]money.Money    // store credit that accounts have had from orders
	accounts  map[string]int64             // what tenders have of accounts, by counter
}

type levelKey struct{ sku, location string }

type reservedSums struct{ reserved, allocated, backordered quantity.Quantity }

// orders walks the orders beside their history, payments, shipments and
// reservations.
func (v *verifier) orders(ctx context.Context) error {
	v.told = ledger{}
	v.versions = make(map[uuid.UUID]int64)
	v.shipped = make(map[string]quantity.Quantity)
	v.reserved = make(map[levelKey]reservedSums)
	v.untracked = make(map[string]bool)
	for item, err := range v.books.AllItems(ctx) {
		if err != nil {
			return err
		}
		if item.Untracked {
			v.untracked[item.SKU] = true
		}
	}
	events := open(v.books.AllEvents(ctx, event.Order))
	defer events.stop()
	tenders := open(v.books.AllTenders(ctx, storage.ByOrder))
	defer tenders.stop()
	parcels := open(v.books.AllFulfillments(ctx, storage.ByOrder))
	defer parcels.stop()
	kept := open(v.books.AllReservations(ctx))
	defer kept.stop()

	for o, err := range v.books.AllOrders(ctx) {
		if err != nil {
			return err
		}
		if v.full() {
			v.incomplete(orderChecks, "too many violations")
			return nil
		}
		history, err := events.take(func(e event.Event) int { return compareID(e.ID, o.ID) }, v.strayEvent)
		if err != nil {
			return err
		}
		own, err := tenders.take(func(t *payment.Tender) int { return compareID(t.OrderID, o.ID) }, v.strayTender)
		if err != nil {
			return err
		}
		sent, err := parcels.take(func(f *fulfillment.Fulfillment) int { return compareID(f.OrderID, o.ID) }, v.strayFulfillment)
		if err != nil {
			return err
		}
		owner := o.ID.String()
		held, err := kept.take(func(r inventory.Reservation) int { return cmp.Compare(r.Owner, owner) }, v.strayReservation)
		if err != nil {
			return err
		}
		v.tell(o)
		v.buyer(o)
		v.bought(o)
		v.storeCredit(o)
		v.order(o, own, sent, held)
		v.history(o, history)
	}
	v.exchanged()
	for id, amount := range v.given {
		v.expect(amount.IsZero(), checkStoreCredit, "order "+id.String(), "gave "+amount.String()+" to accounts, and has nothing of it")
	}
	return errors.Join(events.rest(v.strayEvent), tenders.rest(v.strayTender),
		parcels.rest(v.strayFulfillment), kept.rest(v.strayReservation))
}

func compareID(a, b uuid.UUID) int { return bytes.Compare(a[:], b[:]) }

func (v *verifier) strayEvent(e event.Event) {
	v.found(checkBegin, e.Aggregate+" "+e.ID.String(), "has history but is not stored")
}

func (v *verifier) strayTender(t *payment.Tender) {
	v.found(checkCurrency, "tender "+t.ID.String(), "belongs to order "+t.OrderID.String()+", which is not stored")
}

func (v *verifier) strayFulfillment(f *fulfillment.Fulfillment) {
	v.found(checkCounters, "fulfillment "+f.ID.String(), "belongs to order "+f.OrderID.String()+", which is not stored")
}

// strayReservation takes those of carts, and orders' that have no order.
func (v *verifier) strayReservation(r inventory.Reservation) {
	v.count(r)
	if r.Status == inventory.Pending && r.Kind != inventory.ForCart {
		v.found(checkOwners, "reservation "+r.ID.String(), "is kept for order "+r.Owner+", which is not stored")
	}
}

// count sums a pending reservation into its level.
func (v *verifier) count(r inventory.Reservation) {
	if r.Status != inventory.Pending {
		return
	}
	key := levelKey{r.SKU, r.Location}
	sums := v.reserved[key]
	switch r.Kind {
	case inventory.ForCart:
		sums.reserved = sums.reserved.Add(r.Quantity)
		v.looked(checkExpired)
		v.expect(r.ExpiresAt.IsZero() || v.now.Before(r.ExpiresAt.Add(slack)), checkExpired,
			"reservation "+r.ID.String(), "expired at "+r.ExpiresAt.Format(time.RFC3339)+" and is still kept")
	case inventory.ForOrder:
		sums.allocated = sums.allocated.Add(r.Quantity)
	case inventory.ForBackorder:
		sums.backordered = sums.backordered.Add(r.Quantity)
	}
	v.reserved[key] = sums
}

// order holds one order against the checks that need no history.
func (v *verifier) order(o *order.Order, tenders []*payment.Tender, sent []*fulfillment.Fulfillment, held []inventory.Reservation) {
	where := "order " + o.ID.String()
	v.looked(checkTotals, checkShares, checkCurrency, checkCredits, checkPartition)
	if err := o.Check(); err != nil {
		check := checkTotals
		var broken *order.InvariantError
		if errors.As(err, &broken) {
			check = checkOf(broken.Rule)
		}
		v.found(check, where, err.Error())
	}
	for _, t := range tenders {
		v.expect(t.Amount.Currency() == o.Currency, checkCurrency, "tender "+t.ID.String(),
			fmt.Sprintf("is in %s, its order in %s", t.Amount.Currency(), o.Currency))
	}
	v.returned(o, tenders)
	v.counters(o, sent)
	v.holds(o, sent)
	v.exchanges(o)
	v.claims(o)
	v.owners(o, held)
	for i := range o.Lines {
		v.shipped[o.Lines[i].SKU] = v.shipped[o.Lines[i].SKU].Add(o.Lines[i].Shipped)
	}
}

// returned holds an order that is over against the money it kept.
func (v *verifier) returned(o *order.Order, tenders []*payment.Tender) {
	v.looked(checkReturned)
	if o.ClosedAt.IsZero() || !order.ProgressOf(o.Lines).AllCanceled {
		return
	}
	s, err := payment.Summarize(o.Currency, tenders)
	if err == nil && less(o.Due(), s.Kept()) && !s.InFlight() {
		v.found(checkReturned, "order "+o.ID.String(), "was called off and keeps "+s.Kept().String())
	}
}

// checkOf returns the check that a broken rule of an order belongs to.
func checkOf(rule string) string {
	switch {
	case strings.Contains(rule, "currency"):
		return checkCurrency
	case strings.Contains(rule, "credit"):
		return checkCredits
	case rule == "line.partition", rule == "line.quantity", rule == "line.delivered", rule == "line.returns":
		return checkPartition
	case strings.HasPrefix(rule, "line.discount"), strings.HasPrefix(rule, "line.tax"), strings.HasPrefix(rule, "adjustment"):
		return checkShares
	default:
		return checkTotals
	}
}

// counters holds the lines' counters against the shipments and returns.
func (v *verifier) counters(o *order.Order, sent []*fulfillment.Fulfillment) {
	v.looked(checkCounters)
	type moved struct{ shipped, asked, requested, good, damaged, dismissed quantity.Quantity }
	lines := make(map[uuid.UUID]*moved, len(o.Lines))
	at := func(id uuid.UUID) *moved {
		m := lines[id]
		if m == nil {
			m = &moved{}
			lines[id] = m
		}
		return m
	}
	for _, f := range sent {
		for _, l := range f.Lines {
			m := at(l.LineID)
			m.shipped = m.shipped.Add(l.Shipped)
			m.asked = m.asked.Add(l.Quantity).Sub(l.Canceled)
		}
	}
	for _, r := range o.Returns {
		for _, l := range r.Lines {
			m := at(l.LineID)
			m.requested = m.requested.Add(l.Outstanding())
			m.good = m.good.Add(l.Good)
			m.damaged = m.damaged.Add(l.Taken()).Sub(l.Good)
			m.dismissed = m.dismissed.Add(l.Dismissed)
		}
	}
	for i := range o.Lines {
		l := &o.Lines[i]
		m := at(l.ID)
		have := moved{l.Shipped, l.Released.Add(l.Shipped), l.ReturnRequested.Add(l.ReturnInTransit), l.ReturnReceived, l.ReturnDamaged, l.ReturnDismissed}
		delete(lines, l.ID)
		if have == *m {
			continue
		}
		v.found(checkCounters, "order "+o.ID.String()+" line "+l.ID.String(),
			fmt.Sprintf("counts shipped %s, with warehouses %s, return requested %s, good %s, damaged %s, dismissed %s; "+
				"shipments and returns say %s, %s, %s, %s, %s, %s",
				have.shipped, have.asked, have.requested, have.good, have.damaged, have.dismissed,
				m.shipped, m.asked, m.requested, m.good, m.damaged, m.dismissed))
	}
	delete(lines, uuid.Nil) // blind returns
	for id := range lines {
		v.found(checkCounters, "order "+o.ID.String(), "shipments or returns name line "+id.String()+", which it does not have")
	}
}

// owners holds the lines' allocations against the reservations that back them.
func (v *verifier) owners(o *order.Order, held []inventory.Reservation) {
	v.looked(checkOwners)
	where := "order " + o.ID.String()
	type backed struct{ allocated, backordered quantity.Quantity }
	lines := make(map[uuid.UUID]backed, len(held))
	for _, r := range held {
		v.count(r)
		if r.Status != inventory.Pending {
			continue
		}
		b := lines[r.LineID]
		if r.Kind == inventory.ForBackorder {
			b.backordered = b.backordered.Add(r.Quantity)
		} else {
			b.allocated = b.allocated.Add(r.Quantity)
		}
		lines[r.LineID] = b
		v.expect(o.ClosedAt.IsZero(), checkOwners, where, "is closed and still keeps "+r.Quantity.String()+" "+r.SKU)
	}
	for i := range o.Lines {
		l := &o.Lines[i]
		if v.untracked[l.SKU] {
			continue
		}
		have := backed{l.Allocated.Add(l.Released), l.Backordered}
		if have == lines[l.ID] {
			delete(lines, l.ID)
			continue
		}
		v.found(checkOwners, where+" line "+l.ID.String(),
			fmt.Sprintf("has %s allocated and %s backordered, its reservations keep %s and %s",
				have.allocated, have.backordered, lines[l.ID].allocated, lines[l.ID].backordered))
		delete(lines, l.ID)
	}
	for id := range lines {
		v.found(checkOwners, where, "reservations name line "+id.String()+", which needs none")
	}
}

// history holds an order against its events.
func (v *verifier) history(o *order.Order, history []event.Event) {
	where := "order " + o.ID.String()
	v.looked(checkAllowed, checkChained)
	v.versions[o.ID] = o.Version
	if !v.sequence(where, o.Version, history) {
		return
	}
	machine, err := v.flows.Pick(o.Workflow, o.WorkflowVersion)
	if err != nil {
		v.found(checkAllowed, where, "is pinned to a workflow that is not configured: "+err.Error())
	}
	var folded *order.Order
	for _, e := range history {
		delta, ok := e.Payload.(*order.Delta)
		if !ok {
			v.found(checkFold, where, fmt.Sprintf("event %d has no order payload", e.Version))
			return
		}
		from := ""
		if folded != nil {
			from = folded.Status
		}
		if machine != nil && !machine.Follows(from, delta.Order.Status) {
			v.found(checkAllowed, where, fmt.Sprintf("event %d (%s) leads from %q to %q", e.Version, e.Type, from, delta.Order.Status))
		}
		if delta.Order.Version != e.Version {
			v.found(checkChained, where, fmt.Sprintf("event %d carries version %d", e.Version, delta.Order.Version))
		}
		next, err := order.Apply(folded, delta)
		if err != nil {
			v.found(checkFold, where, err.Error())
			return
		}
		folded = next
	}
	if folded.Status != o.Status {
		v.found(checkVersion, where, fmt.Sprintf("is %q, its last event says %q", o.Status, folded.Status))
	}
	folded.ShipTo, folded.BillTo = o.ShipTo, o.BillTo
	v.folded(where, folded, o)
}

// sequence holds any aggregate's events against its version; it reports whether
// there is a whole history to fold.
func (v *verifier) sequence(where string, version int64, history []event.Event) bool {
	v.looked(checkBegin, checkGapless, checkVersion, checkFold)
	if len(history) == 0 || history[0].Version != 1 {
		v.found(checkBegin, where, "has no event with version 1")
		return false
	}
	whole := true
	for i, e := range history {
		v.looked(checkCaused)
		if e.Cause == "" || e.ActorKind == "" || e.At.IsZero() || e.RecordedAt.IsZero() || e.Type == "" {
			v.found(checkCaused, where, fmt.Sprintf("event %d lacks its type, actor, time or cause", e.Version))
		}
		v.outbox(where, e, history[:i])
		if e.Version != int64(i)+1 {
			v.found(checkGapless, where, fmt.Sprintf("event %d follows event %d", e.Version, i))
			whole = false
			break
		}
	}
	last := history[len(history)-1].Version
	v.expect(last == version, checkVersion, where, fmt.Sprintf("is at version %d, its history ends at %d", version, last))
	return whole && last == version
}

// folded compares what the history gives with what is stored.
func (v *verifier) folded(where string, folded, stored any) {
	if reflect.DeepEqual(folded, stored) {
		return
	}
	a, b := reflect.ValueOf(folded).Elem(), reflect.ValueOf(stored).Elem()
	for i := range a.NumField() {
		if !reflect.DeepEqual(a.Field(i).Interface(), b.Field(i).Interface()) {
			v.found(checkFold, where, fmt.Sprintf("%s: history gives %v, stored is %v",
				a.Type().Field(i).Name, a.Field(i).Interface(), b.Field(i).Interface()))
		}
	}
}
