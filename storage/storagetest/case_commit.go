package storagetest

import (
	"time"

	"github.com/google/uuid"

	"github.com/go-oms/oms/crm"
	"github.com/go-oms/oms/event"
	"github.com/go-oms/oms/fault"
	"github.com/go-oms/oms/fulfillment"
	"github.com/go-oms/oms/inventory"
	"github.com/go-oms/oms/money"
	"github.com/go-oms/oms/order"
	"github.com/go-oms/oms/payment"
	"github.com/go-oms/oms/storage"
)

func commitCases() []Case {
	return []Case{
		named("commit: a refused batch writes nothing", refusedWritesNothing),
		named("commit: an empty batch is accepted", func(t *try) { t.commit(&storage.Batch{}) }),
		named("commit: several events may bring an aggregate on in one batch", severalEvents),
		named("commit: several changes of one order in a batch build on one another", severalChanges),
		named("version: an expected version that holds lets the batch through", expectHolds),
		named("version: an expected version that has moved is a conflict", expectMoved),
		named("version: expecting version 0 means that nothing is there", expectNothing),
		named("version: an order's event must follow the stored one", orderFollows),
		named("version: a tender's event must follow the stored one", tenderFollows),
		named("version: a fulfilment order's event must follow the stored one", fulfillmentFollows),
		named("version: an item's event must follow the stored one", itemFollows),
		named("version: a SKU is registered once", skuOnce),
		named("version: a conflict says what moved", conflictSays),
	}
}

// everything is a valid batch with a row of every kind; its stock is at SKU "big".
func everything(t *try) *storage.Batch {
	b := fullBatch(77, money.EUR)
	b.Command = t.Command("everything")
	return b
}

// refusals are batches that are refused for one reason each.
func refusals(t *try) map[string]func(b *storage.Batch) {
	t.stock("one", 1)
	known, place := t.Place(Line{SKU: "one"})
	t.addCustomer(place, crm.Customer{ID: t.ID(), Email: "taken@example.com"})
	place.Orders[0].Coupons = []order.CouponUse{{Code: "LAST", Uses: 1, Limit: 1}}
	t.commit(place)
	key := t.Command("other")
	key.Key = place.Command.Key
	return map[string]func(b *storage.Batch){
		"key":        func(b *storage.Batch) { b.Command = place.Command },
		"key reused": func(b *storage.Batch) { b.Command = key },
		"expect": func(b *storage.Batch) {
			b.Expect = []storage.Expect{{Aggregate: event.Order, ID: known.ID, Version: 7}}
		},
		"order number": func(b *storage.Batch) { b.Orders[1].Delta.Order.Number = known.Number },
		"email":        func(b *storage.Batch) { b.CRM.Customers[1].Email = "taken@example.com" },
		"reservation": func(b *storage.Batch) {
			r := &b.Inventory.Reservations[1]
			r.Before = r.After
		},
		"coupon": func(b *storage.Batch) {
			b.Orders[1].Coupons[1] = order.CouponUse{Code: "LAST", Uses: 1, Limit: 1}
		},
		"lease": func(b *storage.Batch) { b.Leases[1].Before.Version = 4 },
		"shortage": func(b *storage.Batch) {
			b.Inventory.Moves = append(b.Inventory.Moves, t.Take(b.Command, "one", Main, 1))
		},
		"books": func(b *storage.Batch) {
			m := t.Move(b.Command, inventory.Release, "none", Main)
			m.Allocated = m.Allocated.Sub(b.Inventory.Moves[0].OnHand)
			b.Inventory.Moves = append(b.Inventory.Moves, m)
		},
	}
}

func refusedWritesNothing(t *try) {
	for reason, spoil := range refusals(t) {
		before := t.positions()
		b := everything(t)
		spoil(b)
		if err := t.store.Commit(t.ctx, b); err == nil {
			t.fail("a batch with a wrong %s was accepted", reason)
		}
		t.absent("after a refusal for its "+reason, b)
		t.equal("positions after a refusal for its "+reason, t.positions(), before)
	}
	t.commit(everything(t))
}

func (t *try) positions() []int64 {
	return each(all(t, "stream", t.store.Stream(t.ctx, 0, 0)), func(e event.Event) int64 { return e.Position })
}

// absent ends the case if anything of the batch that everything made is there.
func (t *try) absent(when string, b *storage.Batch) {
	for i := range b.Orders {
		d := &b.Orders[i].Delta.Order
		_, err := t.store.Order(t.ctx, d.ID)
		t.missing("order "+when, err)
		for _, u := range b.Orders[i].Coupons {
			if u.Code == "LAST" {
				continue
			}
			uses, err := t.store.CouponUses(t.ctx, []string{u.Code}, u.CustomerID)
			t.ok("coupon uses", err)
			t.equal("coupon uses "+when, uses[u.Code], order.Uses{})
		}
	}
	for i := range b.Payments {
		_, err := t.store.Tender(t.ctx, b.Payments[i].Delta.Tender.ID)
		t.missing("tender "+when, err)
	}
	parked, err := t.store.ParkedReports(t.ctx, 100)
	t.ok("parked reports", err)
	t.equal("parked reports "+when, len(parked), 0)
	for i := range b.Fulfillments {
		_, err := t.store.Fulfillment(t.ctx, b.Fulfillments[i].Delta.Fulfillment.ID)
		t.missing("fulfilment order "+when, err)
	}
	for _, c := range b.CRM.Customers {
		_, err := t.store.Customer(t.ctx, c.ID)
		t.missing("customer "+when, err)
	}
	for i := range b.Drafts {
		_, err := t.store.Draft(t.ctx, b.Drafts[i].ID)
		t.missing("draft "+when, err)
	}
	for i := range b.Subscriptions {
		_, err := t.store.Subscription(t.ctx, b.Subscriptions[i].ID)
		t.missing("subscription "+when, err)
	}
	for i := range b.Leases {
		l, err := t.store.Lease(t.ctx, b.Leases[i].After.Name)
		t.ok("lease", err)
		t.equal("lease "+when, l, storage.Lease{Name: b.Leases[i].After.Name})
	}
	t.absentStock(when, b)
}

func (t *try) absentStock(when string, b *storage.Batch) {
	for i := range b.Inventory.Items {
		items, err := t.store.Items(t.ctx, []string{b.Inventory.Items[i].SKU})
		t.ok("items", err)
		t.equal("items "+when, len(items), 0)
	}
	locations, err := t.store.Locations(t.ctx)
	t.ok("locations", err)
	for _, l := range locations {
		if l.Code != Main {
			t.fail("location %s is there %s", l.Code, when)
		}
	}
	for i := range b.Inventory.Moves {
		m := &b.Inventory.Moves[i]
		if m.SKU == "one" {
			continue
		}
		levels, err := t.store.Levels(t.ctx, []string{m.SKU})
		t.ok("levels", err)
		t.equal("levels "+when, len(levels), 0)
		moves := all(t, "moves", t.store.Moves(t.ctx, inventory.MoveFilter{SKU: m.SKU}))
		t.equal("moves "+when, len(moves), 0)
	}
	found, err := t.store.Reservations(t.ctx, inventory.ReservationFilter{})
	t.ok("reservations", err)
	for _, r := range found {
		if r.SKU != "one" {
			t.fail("a reservation of %s is there %s", r.SKU, when)
		}
	}
}

func severalEvents(t *try) {
	t.stock("sku", 5)
	o, b := t.Place(Line{SKU: "sku"})
	second := o.Clone()
	second.Version, second.Status = 2, "checked"
	third := second.Clone()
	third.Version, third.Status = 3, "released"
	b.Orders[0].Delta = order.Diff(nil, third)
	b.Events = append(b.Events,
		b.Command.Event(event.Order, o.ID, 2, "checked", order.Diff(o, second)),
		b.Command.Event(event.Order, o.ID, 3, "released", order.Diff(second, third)))
	t.commit(b)
	t.equal("order", t.order(o.ID), third)
	history, err := t.store.History(t.ctx, event.Order, o.ID)
	t.ok("history", err)
	var folded *order.Order
	for _, e := range history {
		folded, err = order.Apply(folded, e.Payload.(*order.Delta))
		t.ok("fold", err)
	}
	t.equal("folded history", folded, third)
	_, again := t.Change(third, func(o *order.Order) { o.Status = "shipped" })
	t.commit(again)
}

func severalChanges(t *try) {
	t.stock("sku", 5)
	o, b := t.Place(Line{SKU: "sku"})
	next, change := t.Change(o, func(o *order.Order) {
		o.Status = "checked"
		o.Lines[0].Allocated, o.Lines[0].Released = o.Lines[0].Released, o.Lines[0].Allocated
	})
	b.Orders = append(b.Orders, change.Orders...)
	b.Events = append(b.Events, change.Events...)
	t.commit(b)
	t.equal("order", t.order(o.ID), next)
}

func expectHolds(t *try) {
	t.stock("sku", 5)
	o := t.placed(Line{SKU: "sku"})
	tender, pay := t.Pay(o)
	pay.Expect = []storage.Expect{{Aggregate: event.Order, ID: o.ID, Version: 1}}
	t.commit(pay)
	_, change := t.Change(o, func(o *order.Order) { o.Status = "paid" })
	change.Expect = []storage.Expect{{Aggregate: event.Payment, ID: tender.ID, Version: 1}}
	t.commit(change)
}

func expectMoved(t *try) {
	t.stock("sku", 5)
	o := t.placed(Line{SKU: "sku"})
	_, change := t.Change(o, func(o *order.Order) { o.Status = "canceled" })
	t.commit(change)
	for _, version := range []int64{0, 1, 3} {
		_, pay := t.Pay(o)
		pay.Expect = []storage.Expect{
			{Aggregate: event.Order, ID: o.ID, Version: 2},
			{Aggregate: event.Order, ID: o.ID, Version: version},
		}
		t.stale("a payment of an order that has moved", pay)
	}
}

func expectNothing(t *try) {
	t.stock("sku", 5)
	o, place := t.Place(Line{SKU: "sku"})
	for _, aggregate := range []string{event.Order, event.Payment, event.Fulfillment, event.Item} {
		place.Expect = append(place.Expect, storage.Expect{Aggregate: aggregate, ID: t.ID()})
	}
	t.commit(place)
	_, b := t.Place(Line{SKU: "sku"})
	b.Expect = []storage.Expect{{Aggregate: event.Payment, ID: o.ID}} // the id is another aggregate's
	t.commit(b)
	_, b = t.Place(Line{SKU: "sku"})
	b.Expect = []storage.Expect{{Aggregate: event.Order, ID: o.ID}}
	t.stale("a batch that expects an order not to be there", b)
}

// follows checks that of two changes on the same version one is a conflict, and
// that a gap is one too.
func follows(t *try, change func() *storage.Batch, further func(b *storage.Batch)) {
	first, second, third := change(), change(), change()
	further(third)
	t.stale("an event that leaves one out", third)
	t.commit(first)
	t.stale("an event on a version that has gone", second)
}

func orderFollows(t *try) {
	t.stock("sku", 5)
	o := t.placed(Line{SKU: "sku"})
	follows(t, func() *storage.Batch {
		_, b := t.Change(o, func(o *order.Order) { o.Status = "checked" })
		return b
	}, func(b *storage.Batch) {
		b.Orders[0].Delta.Order.Version++
		b.Events[0].Version++
	})
	_, again := t.Place()
	again.Orders[0].Delta.Order.ID, again.Events[0].ID = o.ID, o.ID
	t.stale("a new order with the id of another", again)
}

func tenderFollows(t *try) {
	t.stock("sku", 5)
	tender, pay := t.Pay(t.placed(Line{SKU: "sku"}))
	t.commit(pay)
	follows(t, func() *storage.Batch {
		_, b := t.ChangeTender(tender, func(x *payment.Tender) { x.Ops[0].State = payment.Sending })
		return b
	}, func(b *storage.Batch) {
		b.Payments[0].Delta.Tender.Version++
		b.Events[0].Version++
	})
}

func fulfillmentFollows(t *try) {
	t.stock("sku", 5)
	f := t.fulfillment(t.placed(Line{SKU: "sku"}), Main)
	t.commit(t.fulfillmentBatch(nil, f))
	follows(t, func() *storage.Batch {
		after := f.Clone()
		after.Status, after.Version = fulfillment.Closed, 2
		return t.fulfillmentBatch(f, after)
	}, func(b *storage.Batch) {
		b.Fulfillments[0].Delta.Fulfillment.Version++
		b.Events[0].Version++
	})
}

// fulfillment returns a new fulfilment order over the lines of an order.
func (t *try) fulfillment(o *order.Order, location string) *fulfillment.Fulfillment {
	f := &fulfillment.Fulfillment{
		ID: t.ID(), OrderID: o.ID, Version: 1, Location: location, Status: fulfillment.Open, CreatedAt: t.Now,
	}
	for i := range o.Lines {
		l := &o.Lines[i]
		f.Lines = append(f.Lines, fulfillment.Line{LineID: l.ID, SKU: l.SKU, Quantity: l.Quantity})
	}
	return f
}

func (t *try) fulfillmentBatch(before, after *fulfillment.Fulfillment) *storage.Batch {
	cmd := t.Command("fulfillment.change")
	d := fulfillment.Diff(before, after)
	return &storage.Batch{
		Command: cmd, Fulfillments: []fulfillment.Changes{{Delta: d}},
		Events: []event.Event{cmd.Event(event.Fulfillment, after.ID, after.Version, "changed", d)},
	}
}

func (t *try) itemBatch(item inventory.Item) *storage.Batch {
	cmd := t.Command("inventory.item")
	return &storage.Batch{
		Command: cmd, Inventory: inventory.Changes{Items: []inventory.Item{item}},
		Events: []event.Event{cmd.Event(event.Item, item.ID, item.Version, "changed", &item)},
	}
}

func itemFollows(t *try) {
	item := inventory.Item{SKU: "sku", ID: t.ID(), Version: 1}
	t.commit(t.itemBatch(item))
	follows(t, func() *storage.Batch {
		after := item
		after.Title, after.Version = t.Text("title"), 2
		return t.itemBatch(after)
	}, func(b *storage.Batch) {
		b.Inventory.Items[0].Version++
		b.Events[0].Version++
	})
}

func skuOnce(t *try) {
	t.commit(t.itemBatch(inventory.Item{SKU: "sku", ID: t.ID(), Version: 1, Title: "first"}))
	t.stale("a second item of a SKU", t.itemBatch(inventory.Item{SKU: "sku", ID: t.ID(), Version: 1, Title: "second"}))
	items, err := t.store.Items(t.ctx, []string{"sku"})
	t.ok("items", err)
	t.equal("titles", each(items, func(i inventory.Item) string { return i.Title }), []string{"first"})
}

func conflictSays(t *try) {
	t.stock("sku", 5)
	o := t.placed(Line{SKU: "sku"})
	_, change := t.Change(o, func(o *order.Order) { o.Status = "checked" })
	_, late := t.Change(o, func(o *order.Order) { o.Status = "canceled" })
	t.commit(change)
	t.conflict("event", t.stale("a late change", late), o.ID, 1, 2)
	_, pay := t.Pay(o)
	pay.Expect = []storage.Expect{{Aggregate: event.Order, ID: o.ID, Version: 1}}
	t.conflict("expect", t.stale("a late payment", pay), o.ID, 1, 2)
}

func (t *try) conflict(what string, e *fault.StaleError, id uuid.UUID, expected, actual int64) {
	if e.Kind != event.Order || e.ID != id.String() || e.Expected != expected || e.Actual != actual && e.Actual != -1 {
		t.fail("%s: got %+v, want order %s, expected %d, actual %d or -1", what, *e, id, expected, actual)
	}
}

// later returns a time so many minutes after Start.
func later(minutes int) time.Time { return Start.Add(time.Duration(minutes) * time.Minute) }
