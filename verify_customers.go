package oms

import (
	"context"
	"errors"
	"fmt"

	"github.com/google/uuid"

	"github.com/go-oms/oms/crm"
	"github.com/go-oms/oms/event"
	"github.com/go-oms/oms/order"
)

// customers walks the customers beside their history and their addresses.
func (v *verifier) customers(ctx context.Context) error {
	events := open(v.books.AllEvents(ctx, event.Customer))
	defer events.stop()
	saved := open(v.books.AllSavedAddresses(ctx))
	defer saved.stop()
	strayAddress := func(a crm.Address) {
		v.found(checkBook, "address "+a.ID.String(), "belongs to customer "+a.CustomerID.String()+", who is not stored")
	}
	v.merged = make(map[uuid.UUID]uuid.UUID)
	v.company = make(map[uuid.UUID]bool)
	known := make(map[uuid.UUID]bool)
	for c, err := range v.books.AllCustomers(ctx) {
		if err != nil {
			return err
		}
		history, err := events.take(func(e event.Event) int { return compareID(e.ID, c.ID) }, v.strayEvent)
		if err != nil {
			return err
		}
		book, err := saved.take(func(a crm.Address) int { return compareID(a.CustomerID, c.ID) }, strayAddress)
		if err != nil {
			return err
		}
		known[c.ID] = true
		if c.Merged() {
			v.merged[c.ID] = c.MergedInto
		}
		v.company[c.ID] = c.Company != nil
		v.customer(c, book, history)
	}
	v.merges(known)
	return errors.Join(events.rest(v.strayEvent), saved.rest(strayAddress))
}

// customer holds one customer against his addresses and his history.
func (v *verifier) customer(c *crm.Customer, book []crm.Address, history []event.Event) {
	where := "customer " + c.ID.String()
	v.looked(checkMerges, checkBook)
	if err := crm.CheckBook(book); err != nil {
		v.found(checkBook, where, err.Error())
	}
	v.expect(!c.Merged() || len(book) == 0, checkMerges, where, "was merged and still has addresses")
	if !v.sequence(where, c.Version, history) {
		return
	}
	var folded *crm.Customer
	for _, e := range history {
		delta, ok := e.Payload.(*crm.Delta)
		if !ok {
			v.found(checkFold, where, fmt.Sprintf("event %d has no customer payload", e.Version))
			return
		}
		folded = crm.Apply(folded, delta)
	}
	// No history tells personal data: what was erased is erased everywhere.
	bare := crm.Diff(nil, c).Customer
	v.folded(where, folded, &bare)
	v.entries(c, history)
}

// merges follows every merge to its end.
func (v *verifier) merges(known map[uuid.UUID]bool) {
	for id := range v.merged {
		last, steps := id, 0
		for v.merged[last] != uuid.Nil && steps <= len(v.merged) {
			last = v.merged[last]
			steps++
		}
		where := "customer " + id.String()
		v.expect(steps <= len(v.merged), checkMerges, where, "was merged in a circle")
		v.expect(known[last], checkMerges, where, "was merged into customer "+last.String()+", who is not stored")
	}
}

// buyer looks whether the order's customer is over. One who was still let in under
// his old id may have ordered lately: merging again hands that over.
func (v *verifier) buyer(o *order.Order) {
	if into, over := v.merged[o.CustomerID]; over && o.PlacedAt.Before(v.now.Add(-overdue)) {
		v.found(checkMerges, "order "+o.ID.String(), fmt.Sprintf(
			"belongs to customer %s, who was merged into %s: merge them again, and it is handed over", o.CustomerID, into))
	}
}
