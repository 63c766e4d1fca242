package oms

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/go-oms/oms/event"
	"github.com/go-oms/oms/fulfillment"
	"github.com/go-oms/oms/inventory"
	"github.com/go-oms/oms/money"
	"github.com/go-oms/oms/payment"
	"github.com/go-oms/oms/quantity"
	"github.com/go-oms/oms/storage"
)

// tenders walks the tenders beside their history.
func (v *verifier) tenders(ctx context.Context) error {
	events := open(v.books.AllEvents(ctx, event.Payment))
	defer events.stop()
	refs := make(map[string]uuid.UUID)
	for t, err := range v.books.AllTenders(ctx, storage.ByID) {
		if err != nil {
			return err
		}
		history, err := events.take(func(e event.Event) int { return compareID(e.ID, t.ID) }, v.strayEvent)
		if err != nil {
			return err
		}
		v.tender(t, refs)
		v.borrowed(t)
		where := "tender " + t.ID.String()
		if !v.sequence(where, t.Version, history) {
			continue
		}
		var folded *payment.Tender
		for _, e := range history {
			delta, ok := e.Payload.(*payment.Delta)
			if !ok {
				v.found(checkFold, where, fmt.Sprintf("event %d has no payment payload", e.Version))
				break
			}
			if folded, err = payment.Apply(folded, delta); err != nil {
				v.found(checkFold, where, err.Error())
				break
			}
		}
		if err == nil && folded != nil {
			folded.Source, folded.Opaque = t.Source, t.Opaque
			v.folded(where, folded, t)
		}
	}
	return events.rest(v.strayEvent)
}

// tender holds one tender against the checks that need no history.
func (v *verifier) tender(t *payment.Tender, refs map[string]uuid.UUID) {
	where := "tender " + t.ID.String()
	v.looked(checkLadder, checkTenders, checkRefs, checkDoubt, checkUnfinished)
	v.expect(t.Totals.Refunded.Sign() >= 0 && !less(t.Totals.Captured, t.Totals.Refunded) && !less(t.Totals.Authorized, t.Totals.Captured), checkLadder, where,
		fmt.Sprintf("authorized %s, captured %s, refunded %s", t.Totals.Authorized, t.Totals.Captured, t.Totals.Refunded))
	sums := payment.Sum(t.Amount.Currency(), t.Ops)
	v.expect(sums == t.Totals, checkTenders, where, fmt.Sprintf("stores %+v, its operations give %+v", t.Totals, sums))
	for _, problem := range t.Problems() {
		v.found(checkDoubt, where, problem.String())
	}
	for _, op := range t.Ops {
		if op.Ref != "" {
			key := t.Gateway + "\x00" + string(op.Kind) + "\x00" + op.Ref
			other, taken := refs[key]
			v.expect(!taken, checkRefs, where, fmt.Sprintf("operation %s has the reference %q of operation %s", op.ID, op.Ref, other))
			refs[key] = op.ID
		}
		if !op.State.Final() && !op.NextAt.IsZero() && v.now.After(op.NextAt.Add(overdue)) {
			v.found(checkUnfinished, where, "operation "+op.ID.String()+" was to be looked at by "+op.NextAt.Format(time.RFC3339))
		}
		switch op.State {
		case payment.Created, payment.Sending:
			v.expect(v.now.Before(op.CreatedAt.Add(slack)) || v.now.Before(op.NextAt.Add(slack)), checkUnfinished, where,
				"operation "+op.ID.String()+" was begun at "+op.CreatedAt.Format(time.RFC3339)+" and not taken up")
		}
	}
}

func less(a, b money.Money) bool {
	c, err := a.Cmp(b)
	return err == nil && c < 0
}

// fulfillments walks the fulfilment orders beside their history.
func (v *verifier) fulfillments(ctx context.Context) error {
	events := open(v.books.AllEvents(ctx, event.Fulfillment))
	defer events.stop()
	for f, err := range v.books.AllFulfillments(ctx, storage.ByID) {
		if err != nil {
			return err
		}
		history, err := events.take(func(e event.Event) int { return compareID(e.ID, f.ID) }, v.strayEvent)
		if err != nil {
			return err
		}
		where := "fulfillment " + f.ID.String()
		v.looked(checkParcels)
		if err := f.Check(); err != nil {
			v.found(checkParcels, where, err.Error())
		}
		for _, s := range f.Shipments {
			if s.Status.InFlight() && !s.NextAt.IsZero() && v.now.After(s.NextAt.Add(overdue)) {
				v.found(checkUnfinished, where, "label "+s.ID.String()+" was to be looked at by "+s.NextAt.Format(time.RFC3339))
			}
			if s.Status == fulfillment.LabelInDoubt {
				v.looked(checkDoubt)
				v.expect(!s.NextAt.IsZero() || s.Problem != "", checkDoubt, where, "label "+s.ID.String()+" is in doubt and nobody will look at it")
			}
		}
		if !v.sequence(where, f.Version, history) {
			continue
		}
		var folded *fulfillment.Fulfillment
		for _, e := range history {
			delta, ok := e.Payload.(*fulfillment.Delta)
			if !ok {
				v.found(checkFold, where, fmt.Sprintf("event %d has no fulfilment payload", e.Version))
				break
			}
			folded = fulfillment.Apply(folded, delta)
		}
		if folded != nil {
			v.folded(where, folded, f)
		}
	}
	return events.rest(v.strayEvent)
}

// items walks the items beside their history.
func (v *verifier) items(ctx context.Context) error {
	events := open(v.books.AllEvents(ctx, event.Item))
	defer events.stop()
	for item, err := range v.books.AllItems(ctx) {
		if err != nil {
			return err
		}
		history, err := events.take(func(e event.Event) int { return compareID(e.ID, item.ID) }, v.strayEvent)
		if err != nil {
			return err
		}
		where := "item " + item.SKU
		if !v.sequence(where, item.Version, history) {
			continue
		}
		last, ok := history[len(history)-1].Payload.(*inventory.Item)
		if !ok {
			v.found(checkFold, where, "its last event has no item payload")
			continue
		}
		v.folded(where, last, &item)
	}
	return events.rest(v.strayEvent)
}

// levels walks the levels beside their movements.
func (v *verifier) levels(ctx context.Context) error {
	moves := open(v.books.AllMoves(ctx))
	defer moves.stop()
	left := make(map[string]quantity.Quantity) // shipped units by SKU, per the movements
	tally := func(m inventory.Move) {
		if m.Kind == inventory.Ship {
			left[m.SKU] = left[m.SKU].Sub(m.OnHand)
		}
	}
	stray := func(m inventory.Move) {
		tally(m)
		v.found(checkMovements, "movement "+m.ID.String(), "is of level "+m.SKU+" at "+m.Location+", which is not stored")
	}
	for l, err := range v.books.AllLevels(ctx) {
		if err != nil {
			return err
		}
		key := levelKey{l.SKU, l.Location}
		own, err := moves.take(func(m inventory.Move) int { return compareLevel(levelKey{m.SKU, m.Location}, key) }, stray)
		if err != nil {
			return err
		}
		for _, m := range own {
			tally(m)
		}
		v.level(l, own)
	}
	if err := moves.rest(stray); err != nil {
		return err
	}
	for key, sums := range v.reserved {
		v.found(checkReserved, "level "+key.sku+" at "+key.location, fmt.Sprintf("is not stored, but reservations keep %+v there", sums))
	}
	for sku := range left {
		if _, sold := v.shipped[sku]; !sold {
			v.shipped[sku] = quantity.Quantity{} // left the stock for no line at all
		}
	}
	for sku, units := range v.shipped {
		if v.untracked[sku] {
			continue
		}
		v.looked(checkShipped)
		v.expect(left[sku] == units, checkShipped, "item "+sku, fmt.Sprintf("lines shipped %s, %s left the stock", units, left[sku]))
	}
	return nil
}

func compareLevel(a, b levelKey) int {
	if c := bytes.Compare([]byte(a.sku), []byte(b.sku)); c != 0 {
		return c
	}
	return bytes.Compare([]byte(a.location), []byte(b.location))
}

// level holds one level against its movements and reservations.
func (v *verifier) level(l inventory.Level, moves []inventory.Move) {
	where := "level " + l.SKU + " at " + l.Location
	v.looked(checkReserved, checkAvailable, checkMovements)
	var sum inventory.Delta
	for _, d := range inventory.Sum(moves) {
		sum = d
	}
	have := [...]quantity.Quantity{l.OnHand, l.Unavailable, l.Allocated, l.Reserved, l.Backordered}
	want := [...]quantity.Quantity{sum.OnHand, sum.Unavailable, sum.Allocated, sum.Reserved, sum.Backordered}
	v.expect(have == want, checkMovements, where,
		fmt.Sprintf("on hand, unavailable, allocated, reserved, backordered are %v, the movements give %v", have, want))

	kept := v.reserved[levelKey{l.SKU, l.Location}]
	delete(v.reserved, levelKey{l.SKU, l.Location})
	v.expect(kept == reservedSums{l.Reserved, l.Allocated, l.Backordered}, checkReserved, where,
		fmt.Sprintf("reserved %s, allocated %s, backordered %s; reservations keep %s, %s, %s",
			l.Reserved, l.Allocated, l.Backordered, kept.reserved, kept.allocated, kept.backordered))

	promised := l.Allocated.Add(l.Reserved).Sign() > 0
	v.expect(!promised || l.OnHand.Sub(l.Unavailable).Sub(l.Allocated).Sub(l.Reserved).Sign() >= 0, checkAvailable, where,
		fmt.Sprintf("overcommitted: on hand %s, unavailable %s, allocated %s, reserved %s", l.OnHand, l.Unavailable, l.Allocated, l.Reserved))
	v.expect(l.Unavailable.Sign() >= 0 && l.Allocated.Sign() >= 0 && l.Reserved.Sign() >= 0 && l.Backordered.Sign() >= 0, checkAvailable, where, "has negative units")
}

// keys walks the idempotency keys.
func (v *verifier) keys(ctx context.Context) error {
	last := ""
	for k, err := range v.books.AllKeys(ctx) {
		if err != nil {
			return err
		}
		v.looked(checkKeys, checkResults)
		v.expect(k.Key > last, checkKeys, "key "+k.Key, "is stored twice or out of order")
		last = k.Key
		if id, version, ok := orderOf(k.Result); ok {
			stored, known := v.versions[id]
			v.expect(known && version <= stored, checkResults, "key "+k.Key, fmt.Sprintf("names order %s at version %d", id, version))
		}
	}
	return nil
}

// outbox holds one event against the stream and the sinks.
func (v *verifier) outbox(where string, e event.Event, before []event.Event) {
	v.looked(checkOutbox)
	if e.Position <= 0 || e.Position > v.last {
		v.found(checkOutbox, where, fmt.Sprintf("event %d stands at position %d of a stream that ends at %d", e.Version, e.Position, v.last))
	}
	if n := len(before); n > 0 && before[n-1].Position >= e.Position {
		v.found(checkOutbox, where,
			fmt.Sprintf("event %d stands at position %d, the one before at %d", e.Version, e.Position, before[n-1].Position))
	}
	for name, place := range v.places {
		if e.Position > place.Position && place.Attempts == 0 && v.now.After(e.RecordedAt.Add(slack)) && !v.late[name] {
			v.late[name] = true
			v.found(checkLag, "sink "+name, "has not had "+where+" version "+fmt.Sprint(e.Version)+", recorded at "+e.RecordedAt.Format(time.RFC3339))
		}
		v.letter(where, e, name, place)
	}
}

// letter holds one event against what a sink waits to be redriven with: the first
// event of each dead letter, and of a line that has stopped.
func (v *verifier) letter(where string, e event.Event, sink string, line storage.Lease) {
	waits := ""
	s := v.slots[sink].parked[aggregateOf(&e)]
	switch {
	case s != nil && s.dead() && e.Position > s.lease.Position && e.Position <= line.Position:
		waits = s.lease.Name
	case line.NextAt.Equal(never) && e.Position > line.Position:
		waits, s = line.Name, &slot{lease: line}
	default:
		return
	}
	v.looked(checkLetters)
	if v.now.After(e.RecordedAt.Add(overdue)) && !v.late[waits] {
		v.late[waits] = true
		v.found(checkLetters, "sink "+sink, fmt.Sprintf("waits to be redriven with %s version %d, recorded at %s: %s",
			where, e.Version, e.RecordedAt.Format(time.RFC3339), s.lease.Problem))
	}
}

// begin reads what the other passes hold events against.
func (v *verifier) begin(ctx context.Context) error {
	v.late = make(map[string]bool)
	v.places = make(map[string]storage.Lease)
	v.slots = make(map[string]*slots)
	for name := range v.sinks {
		v.places[name] = storage.Lease{Name: sinkLease(name)}
		v.slots[name] = newSlots(name)
	}
	var err error
	if v.last, err = v.books.LastPosition(ctx); err != nil {
		return err
	}
	for lease, err := range v.books.AllLeases(ctx) {
		if err != nil {
			return err
		}
		v.looked(checkCursor)
		v.expect(lease.Position <= v.last, checkCursor, "lease "+lease.Name, fmt.Sprintf("is at position %d, the stream ends at %d", lease.Position, v.last))
		v.delivering(lease)
	}
	return nil
}

// delivering takes in a lease of one of the configured sinks.
func (v *verifier) delivering(lease storage.Lease) {
	if name, ok := strings.CutPrefix(lease.Name, linePrefix); ok {
		if _, configured := v.places[name]; configured {
			v.looked(checkLag)
			v.places[name] = lease
		}
	}
	for _, slots := range v.slots {
		if number, ok := slotNumber(lease.Name, slots.prefix); ok {
			slots.add(number, lease)
		}
	}
}

// parked lists reports that have found no operation.
func (v *verifier) parked(ctx context.Context, store storage.Store) {
	reports, err := store.ParkedReports(ctx, parkedLimit)
	if err != nil {
		v.incomplete([]string{checkParked}, err.Error())
		return
	}
	for _, r := range reports {
		v.looked(checkParked)
		v.expect(v.now.Before(r.ReceivedAt.Add(overdue)), checkParked, "report "+r.EventID+" of "+r.Gateway,
			"came at "+r.ReceivedAt.Format(time.RFC3339)+" and is about no operation of the shop")
	}
}

// examine holds the store's settings against what they must be. What a store says
// beyond durability and schema is about its server and not about the books.
func (v *verifier) examine(ctx context.Context, store storage.Store) {
	doctor, ok := store.(storage.Doctor)
	if !ok {
		v.incomplete([]string{checkDurable, checkSchema}, "the store cannot be examined")
		return
	}
	findings, err := doctor.Examine(ctx)
	if err != nil {
		v.incomplete([]string{checkDurable, checkSchema}, err.Error())
		return
	}
	for _, f := range findings {
		var check string
		switch f.Topic {
		case storage.Durability:
			check = checkDurable
		case storage.Schema:
			check = checkSchema
		default:
			continue
		}
		v.looked(check)
		v.expect(f.OK, check, f.Name, fmt.Sprintf("is %q, want %s", f.Value, f.Want))
	}
}
