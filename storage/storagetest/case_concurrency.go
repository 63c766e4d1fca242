package storagetest

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"sync"

	"github.com/go-oms/oms/crm"
	"github.com/go-oms/oms/event"
	"github.com/go-oms/oms/fault"
	"github.com/go-oms/oms/inventory"
	"github.com/go-oms/oms/order"
	"github.com/go-oms/oms/quantity"
	"github.com/go-oms/oms/storage"
)

func concurrencyCases() []Case {
	return []Case{
		named("concurrency: many buyers get exactly what is there", buyers),
		named("concurrency: released units sell again while others buy", buyersAndReleases),
		named("concurrency: of the same command many times one has its effect", sameCommand),
		named("concurrency: of many changes on one version one gets through", sameVersion),
		named("concurrency: of many claims on a lease one wins", sameLease),
		named("concurrency: a cart is placed once by many", sameCart),
		named("concurrency: an email is given to one of many", sameEmail),
		named("concurrency: a coupon is used no more often than its limit", sameCoupon),
		named("concurrency: numbers are taken once", numbersOnce),
		named("concurrency: a reader sees all of a batch or nothing", wholeBatches),
		named("concurrency: tenants write side by side", tenantsTogether),
	}
}

// crowd is how many goroutines a case has.
const crowd = 48

// outcomes counts how many succeeded and ends the case if another error than of
// the expected type came back.
func outcomes[E error](t *try, errs []error) (succeeded int) {
	for _, err := range errs {
		var expected E
		switch {
		case err == nil:
			succeeded++
		case !errors.As(err, &expected):
			t.fail("got %v, want success or a %T", err, expected)
		}
	}
	return succeeded
}

// each of the crowd has a clerk of its own.
func (t *try) crowd(f func(clerk *Clerk, i int) error) []error {
	return together(crowd, func(i int) error { return f(NewClerk(uint32(1000+i)), i) })
}

func buyers(t *try) {
	const units = 20
	t.stock("hot", units)
	t.stock("spread", 10_000)
	errs := t.crowd(func(clerk *Clerk, i int) error {
		lines := []Line{{SKU: "hot"}, {SKU: "spread"}}
		if i%2 == 0 {
			slices.Reverse(lines)
		}
		_, b := clerk.Place(lines...)
		return t.store.Commit(t.ctx, b)
	})
	t.equal("orders that got through", outcomes[*inventory.ShortageError](t, errs), units)
	t.equal("allocated", t.level("hot").Allocated, quantity.Of(units))
	t.equal("allocated beside it", t.level("spread").Allocated, quantity.Of(units))
	t.equal("orders", len(all(t, "orders", t.store.Orders(t.ctx, order.Filter{}))), units)
	found, err := t.store.Reservations(t.ctx, inventory.ReservationFilter{SKUs: []string{"hot"}})
	t.ok("reservations", err)
	t.equal("reservations", len(found), units)
	t.equal("order events", len(t.stream(0, 0)), units+2)
}

func buyersAndReleases(t *try) {
	const units = 8
	t.stock("hot", units)
	errs := t.crowd(func(clerk *Clerk, i int) error {
		take := &storage.Batch{Command: clerk.Command("take")}
		take.Inventory.Moves = []inventory.Move{clerk.Take(take.Command, "hot", Main, 1)}
		if err := t.store.Commit(t.ctx, take); err != nil || i%2 == 0 {
			return err
		}
		give := &storage.Batch{Command: clerk.Command("give")}
		m := clerk.Move(give.Command, inventory.Release, "hot", Main)
		m.Allocated = quantity.Of(-1)
		give.Inventory.Moves = []inventory.Move{m}
		return t.store.Commit(t.ctx, give)
	})
	kept := 0
	for i, err := range errs {
		if err == nil && i%2 == 0 {
			kept++
		}
	}
	outcomes[*inventory.ShortageError](t, errs)
	level := t.level("hot")
	t.equal("allocated", level.Allocated, quantity.Of(int32(kept)))
	if level.Available().Sign() < 0 {
		t.fail("available: %v", level.Available())
	}
	var sum quantity.Quantity
	for _, m := range all(t, "moves", t.store.Moves(t.ctx, inventory.MoveFilter{SKU: "hot"})) {
		sum = sum.Add(m.Allocated)
	}
	t.equal("the movements' sum", sum, level.Allocated)
}

func sameCommand(t *try) {
	t.stock("sku", 1000)
	cmd := t.Command("order.place")
	var mu sync.Mutex
	var results [][]byte
	errs := t.crowd(func(clerk *Clerk, _ int) error {
		o, b := clerk.Place(Line{SKU: "sku"})
		b.Command.Key, b.Command.Body = cmd.Key, cmd.Body
		err := t.store.Commit(t.ctx, b)
		result := o.ID[:]
		var replay *event.Replay
		if errors.As(err, &replay) {
			result = replay.Result
		}
		mu.Lock()
		results = append(results, result)
		mu.Unlock()
		return err
	})
	t.equal("effects", outcomes[*event.Replay](t, errs), 1)
	for _, r := range results {
		if !bytes.Equal(r, results[0]) {
			t.fail("two answers to one command: %x and %x", r, results[0])
		}
	}
	t.equal("allocated", t.level("sku").Allocated, quantity.Of(1))
	t.equal("orders", len(all(t, "orders", t.store.Orders(t.ctx, order.Filter{}))), 1)
}

func sameVersion(t *try) {
	o := t.placed()
	errs := t.crowd(func(clerk *Clerk, i int) error {
		_, b := clerk.Change(o, func(o *order.Order) { o.Status = fmt.Sprint("status", i) })
		return t.store.Commit(t.ctx, b)
	})
	t.equal("changes", outcomes[*fault.StaleError](t, errs), 1)
	t.equal("version", t.order(o.ID).Version, int64(2))
}

func sameLease(t *try) {
	lease := storage.Lease{Name: "run"}
	for range 3 {
		errs := together(crowd, func(i int) error {
			_, b := t.claim(lease, fmt.Sprint("worker", i))
			return t.store.Commit(t.ctx, b)
		})
		t.equal("winners", outcomes[*fault.StaleError](t, errs), 1)
		winner := slices.Index(errs, nil)
		held, err := t.store.Lease(t.ctx, "run")
		t.ok("lease", err)
		t.equal("holder", held.Owner, fmt.Sprint("worker", winner))
		lease = held
	}
}

func sameCart(t *try) {
	errs := t.crowd(func(clerk *Clerk, _ int) error {
		_, b := clerk.Place()
		b.Orders[0].Delta.Order.CartID = "cart"
		return t.store.Commit(t.ctx, b)
	})
	t.equal("orders", outcomes[*storage.DuplicateError](t, errs), 1)
}

func sameEmail(t *try) {
	errs := t.crowd(func(clerk *Clerk, _ int) error {
		b := &storage.Batch{Command: clerk.Command("crm.put")}
		c := crm.Customer{ID: clerk.ID(), Version: 1, Email: "ada@example.com", CreatedAt: clerk.Now}
		b.CRM.Customers = []crm.Customer{c}
		b.Events = []event.Event{b.Command.Event(event.Customer, c.ID, 1, "saved", crm.Diff(nil, &c))}
		return t.store.Commit(t.ctx, b)
	})
	t.equal("customers", outcomes[*storage.DuplicateError](t, errs), 1)
}

func sameCoupon(t *try) {
	const limit = 7
	errs := t.crowd(func(clerk *Clerk, _ int) error {
		_, b := clerk.Place()
		b.Orders[0].Coupons = []order.CouponUse{{Code: "FEW", Uses: 1, Limit: limit}}
		return t.store.Commit(t.ctx, b)
	})
	t.equal("uses that got through", outcomes[*order.CouponError](t, errs), limit)
	t.uses("FEW", t.ID(), limit, 0)
}

func numbersOnce(t *try) {
	var mu sync.Mutex
	taken := map[int64]bool{}
	errs := together(crowd, func(i int) error {
		n := int64(1 + i%3)
		first, err := t.store.Numbers(t.ctx, "order", n)
		mu.Lock()
		defer mu.Unlock()
		for k := range n {
			if taken[first+k] {
				return fmt.Errorf("number %d was taken twice", first+k)
			}
			taken[first+k] = true
		}
		return err
	})
	t.ok("numbers", errors.Join(errs...))
	t.equal("numbers taken", len(taken), crowd*2)
	for n := range int64(len(taken)) {
		if !taken[n+1] {
			t.fail("number %d was left out", n+1)
		}
	}
}

// wholeBatches has writers move units between two SKUs while readers check that
// their sum stays, as it does before and after every batch.
func wholeBatches(t *try) {
	t.commit(t.moves(of("a", receive(50)), of("b", receive(50))))
	errs := t.crowd(func(clerk *Clerk, i int) error {
		if i%2 == 0 {
			b := &storage.Batch{Command: clerk.Command("move")}
			from, to := clerk.Move(b.Command, inventory.Adjust, "a", Main), clerk.Move(b.Command, inventory.Adjust, "b", Main)
			from.OnHand, to.OnHand = quantity.Of(-1), quantity.Of(1)
			b.Inventory.Moves = []inventory.Move{from, to}
			return t.store.Commit(t.ctx, b)
		}
		levels, err := t.store.Levels(t.ctx, []string{"a", "b"})
		if err != nil {
			return err
		}
		var sum quantity.Quantity
		for _, l := range levels {
			sum = sum.Add(l.OnHand)
		}
		if sum != quantity.Of(100) {
			return fmt.Errorf("a reader saw half a batch: %v on hand", sum)
		}
		return nil
	})
	t.ok("writers and readers", errors.Join(errs...))
	t.equal("on hand", t.level("a").OnHand, quantity.Of(50-crowd/2))
}

func tenantsTogether(t *try) {
	errs := together(crowd, func(i int) error {
		s := t.store.Tenant(fmt.Sprint("tenant", i%4))
		clerk := NewClerk(uint32(i))
		_, b := clerk.Place()
		return s.Commit(t.ctx, b)
	})
	t.ok("commits", errors.Join(errs...))
	ids, err := t.store.Tenants(t.ctx)
	t.ok("tenants", err)
	t.equal("tenants", ids, []string{"tenant0", "tenant1", "tenant2", "tenant3"})
	for _, id := range ids {
		orders, err := collect(t.store.Tenant(id).Orders(t.ctx, order.Filter{}))
		t.ok("orders", err)
		t.equal("orders of "+id, len(orders), crowd/4)
	}
}
