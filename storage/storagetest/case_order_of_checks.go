package storagetest

import (
	"errors"

	"github.com/go-oms/oms/event"
	"github.com/go-oms/oms/fault"
	"github.com/go-oms/oms/inventory"
	"github.com/go-oms/oms/order"
	"github.com/go-oms/oms/quantity"
	"github.com/go-oms/oms/storage"
)

func orderOfChecksCases() []Case {
	return []Case{named("commit: of several faults the first in the order of checks is answered", orderOfChecks)}
}

// checks are the checks of a batch in their order: how to fail each, and whether
// an error is that check's.
func checks(t *try) []struct {
	name  string
	spoil func(b *storage.Batch)
	is    func(err error) bool
} {
	t.stock("one", 1)
	known, place := t.Place(Line{SKU: "one"})
	place.Orders[0].Coupons = []order.CouponUse{{Code: "LAST", Uses: 1, Limit: 1}}
	t.commit(place)
	reserved := place.Inventory.Reservations[0].After
	return []struct {
		name  string
		spoil func(b *storage.Batch)
		is    func(err error) bool
	}{
		{"key", func(b *storage.Batch) { b.Command = place.Command }, is[*event.Replay]},
		{"version", func(b *storage.Batch) {
			b.Expect = []storage.Expect{{Aggregate: event.Order, ID: known.ID, Version: 9}}
		}, isStale(event.Order)},
		{"reference", func(b *storage.Batch) { b.Orders[0].Delta.Order.Number = known.Number }, is[*storage.DuplicateError]},
		{"reservation", func(b *storage.Batch) {
			wrong := reserved
			wrong.Quantity = quantity.Of(99)
			b.Inventory.Reservations = []inventory.ReservationChange{{Before: wrong, After: reserved}}
		}, func(err error) bool { return is[*fault.StaleError](err) && !isStale(event.Order)(err) }},
		{"coupon", func(b *storage.Batch) {
			b.Orders[0].Coupons = []order.CouponUse{{Code: "LAST", Uses: 1, Limit: 1}}
		}, is[*order.CouponError]},
		{"shortage", func(b *storage.Batch) {
			b.Inventory.Moves = append(b.Inventory.Moves, t.Take(b.Command, "one", Main, 1))
		}, is[*inventory.ShortageError]},
		{"books", func(b *storage.Batch) {
			m := t.Move(b.Command, inventory.Release, "never seen", Main)
			m.Allocated = quantity.Of(-1)
			b.Inventory.Moves = append(b.Inventory.Moves, m)
		}, is[*storage.BookError]},
	}
}

func is[E error](err error) bool {
	var e E
	return errors.As(err, &e)
}

func isStale(kind string) func(error) bool {
	return func(err error) bool {
		var e *fault.StaleError
		return errors.As(err, &e) && e.Kind == kind
	}
}

// orderOfChecks spoils a batch in two places at a time.
func orderOfChecks(t *try) {
	list := checks(t)
	for i, first := range list {
		for _, second := range list[i:] {
			_, b := t.Place()
			second.spoil(b)
			first.spoil(b)
			if err := t.store.Commit(t.ctx, b); !first.is(err) {
				t.fail("a batch with a wrong %s and a wrong %s got %v", first.name, second.name, err)
			}
		}
	}
}
