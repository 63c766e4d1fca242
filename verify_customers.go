package oms

import (
	"context"
	"errors"
	"fmt"

	"github.com/google/uuid"

	"github.com/go-oms/oms/crm"
	"github.com/go-oms/oms/event"
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
	merges := make(map[uuid.UUID]uuid.UUID)
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
			merges[c.ID] = c.MergedInto
		}
		v.customer(c, book, history)
	}
	v.merges(merges, known)
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
}

// merges follows every merge to its end.
func (v *verifier) merges(merges map[uuid.UUID]uuid.UUID, known map[uuid.UUID]bool) {
	for id := range merges {
		last, steps := id, 0
		for merges[last] != uuid.Nil && steps <= len(merges) {
			last = merges[last]
			steps++
		}
		where := "customer " + id.String()
		v.expect(steps <= len(merges), checkMerges, where, "was merged in a circle")
		v.expect(known[last], checkMerges, where, "was merged into customer "+last.String()+", who is not stored")
	}
}
