package postgres_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/go-oms/oms/crm"
	"github.com/go-oms/oms/event"
	"github.com/go-oms/oms/fault"
	"github.com/go-oms/oms/inventory"
	"github.com/go-oms/oms/order"
	"github.com/go-oms/oms/quantity"
	"github.com/go-oms/oms/storage"
	"github.com/go-oms/oms/storage/memory"
	"github.com/go-oms/oms/storage/postgres"
	"github.com/go-oms/oms/storage/storagetest"
)

// crowd is what many callers have in common and fight over.
type crowd struct {
	orders       []*order.Order
	customers    []crm.Customer
	reservations []inventory.Reservation
	shared       []*storage.Batch // commands that several callers give
}

const skus, coupons = 4, 3

func (x *crowd) stock() (batches []*storage.Batch) {
	c := storagetest.NewClerk(1)
	for i := range skus {
		batches = append(batches, c.Receive(sku(i), storagetest.Main, 60))
	}
	for i := range 4 {
		o, b := c.Place(storagetest.Line{SKU: sku(i)})
		x.orders = append(x.orders, o)
		customer := crm.Customer{ID: c.ID(), Version: 1, Name: fmt.Sprint("customer ", i)}
		x.customers = append(x.customers, customer)
		r := inventory.Reservation{
			ID: c.ID(), Kind: inventory.ForCart, Owner: fmt.Sprint("cart ", i), SKU: sku(i), Location: storagetest.Main,
			Quantity: quantity.Of(1), Status: inventory.Pending, CreatedAt: c.Now,
		}
		x.reservations = append(x.reservations, r)
		batches = append(batches, b, customerBatch(c, customer), reservationBatch(c, inventory.Reservation{}, r))
	}
	for i := range coupons { // what is there already: two that make the same row may have to be tried again
		batches = append(batches, using(c, order.CouponUse{Code: fmt.Sprint("COUPON ", i), Uses: 1, Limit: 12, CustomerID: uuid.UUID{1}, PerCustomer: 9}))
	}
	for i := range 4 {
		name := fmt.Sprint("run ", i)
		batches = append(batches, leaseBatch(c, storage.Lease{Name: name}, storage.Lease{Name: name, Version: 1}),
			&storage.Batch{Command: c.Command("place"), Inventory: inventory.Changes{Locations: []inventory.Location{{Code: fmt.Sprint("place ", i)}}}})
	}
	for range 3 {
		_, b := c.Place(storagetest.Line{SKU: sku(0)}, storagetest.Line{SKU: sku(2)})
		x.shared = append(x.shared, b)
	}
	return batches
}

func sku(i int) string { return fmt.Sprint("SKU ", i) }

// two returns two different numbers below n, in any order.
func two(random *rand.Rand, n int) (int, int) {
	p := random.Perm(n)
	return p[0], p[1]
}

// next returns what a caller does next. Nothing gives anything back, so that what is
// refused once would be refused from then on.
func (x *crowd) next(c *storagetest.Clerk, random *rand.Rand) *storage.Batch {
	i, j := two(random, skus)
	_, b := c.Place(storagetest.Line{SKU: sku(i)}, storagetest.Line{SKU: sku(j)})
	m, n := two(random, 4)
	switch random.IntN(10) {
	case 0:
		return x.shared[random.IntN(len(x.shared))]
	case 1:
		k, l := two(random, coupons)
		b.Orders[0].Coupons = []order.CouponUse{
			{Code: fmt.Sprint("COUPON ", k), Uses: 1, Limit: 12, CustomerID: uuid.UUID{1}, PerCustomer: 9}, {Code: fmt.Sprint("COUPON ", l), Uses: 1, Limit: 8},
		}
	case 2: // goes on from one order and relies on another
		_, b = c.Change(x.orders[m], func(o *order.Order) { o.Status = c.Text("status") })
		b.Expect = []storage.Expect{{Aggregate: event.Order, ID: x.orders[n].ID, Version: 1}, {Aggregate: event.Order, ID: x.orders[m].ID, Version: 1}}
	case 3:
		b.Expect = []storage.Expect{
			{Aggregate: event.Customer, ID: x.customers[m].ID, Version: 1}, {Aggregate: event.Customer, ID: x.customers[n].ID, Version: 1},
		}
	case 4: // nobody's group can check it
		b.Expect = []storage.Expect{{Aggregate: event.Order, ID: uuid.UUID{byte(m)}}, {Aggregate: event.Order, ID: uuid.UUID{byte(n)}}}
	case 5, 6:
		for _, r := range []inventory.Reservation{x.reservations[m], x.reservations[n]} {
			after := r
			after.Status = inventory.Voided
			b.Inventory.Reservations = append(b.Inventory.Reservations, inventory.ReservationChange{Before: r, After: after})
		}
	case 7:
		b.Leases = []storage.LeaseChange{
			{Before: storage.Lease{Name: fmt.Sprint("run ", m), Version: 1}, After: storage.Lease{Name: fmt.Sprint("run ", m), Version: 2}},
			{Before: storage.Lease{Name: fmt.Sprint("run ", n), Version: 1}, After: storage.Lease{Name: fmt.Sprint("run ", n), Version: 2}},
		}
	case 8: // the places are written again
		b.Inventory.Locations = []inventory.Location{{Code: fmt.Sprint("place ", m)}, {Code: fmt.Sprint("place ", n)}}
		move := c.Move(b.Command, inventory.Receive, sku(i), storagetest.Main)
		move.OnHand = quantity.Of(0)
		b.Inventory.Moves = append(b.Inventory.Moves, move)
	}
	return b
}

// told is what a caller wanted and what came of it.
type told struct {
	batch *storage.Batch
	err   error
	took  time.Duration
}

// Many callers of three processes, four flushers in each: every outcome is one that
// the memory store gives when the same batches come one after the other, nobody waits
// for a deadlock to be found, and the books are the same in the end.
func TestACrowdGetsWhatASerialOrderGives(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	dsn := prepared(t)
	var stores []*postgres.Store
	for range 3 {
		s, err := postgres.Open(ctx, dsn, relaxed(func(o *postgres.Options) { o.Flushers, o.Conns = 4, 6 }))
		require.NoError(t, err)
		stores = append(stores, s)
	}
	reference := memory.New()
	x := &crowd{}
	for _, b := range x.stock() {
		require.NoError(t, stores[0].Commit(ctx, b))
		require.NoError(t, reference.Commit(ctx, b))
	}
	const callers = 64
	rounds := 5
	if long {
		rounds = 50
	}
	var mu sync.Mutex
	var all []told
	var wg sync.WaitGroup
	for i := range callers {
		wg.Go(func() {
			clerk, random := storagetest.NewClerk(uint32(1000+i)), rand.New(rand.NewPCG(uint64(i), 1))
			for range rounds {
				b := x.next(clerk, random)
				begun := time.Now()
				err := stores[i%len(stores)].Commit(ctx, b)
				mu.Lock()
				all = append(all, told{b, err, time.Since(begun)})
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	for _, a := range all {
		require.NotEqual(t, fault.Unknown, fault.KindOf(a.err), "%v", a.err)
		require.NotEqual(t, fault.Transient, fault.KindOf(a.err), "%v", a.err)
	}
	replay(t, reference, all)
	for i := range skus {
		want, err := reference.Levels(ctx, []string{sku(i)})
		require.NoError(t, err)
		got, err := stores[1].Levels(ctx, []string{sku(i)})
		require.NoError(t, err)
		require.Equal(t, want, got)
	}
	for i := range coupons {
		codes := []string{fmt.Sprint("COUPON ", i)}
		want, err := reference.CouponUses(ctx, codes, uuid.UUID{1})
		require.NoError(t, err)
		got, err := stores[2].CouponUses(ctx, codes, uuid.UUID{1})
		require.NoError(t, err)
		require.Equal(t, want, got)
	}
	for _, s := range stores {
		require.NoError(t, s.Close())
	}
	require.Eventually(t, func() bool { // servers count when their connections have ended
		return column(t, dsn, `SELECT count(*)::text FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()`)[0] == "0"
	}, 10*time.Second, 50*time.Millisecond)
	require.Equal(t, []string{"0"}, column(t, dsn, `SELECT deadlocks::text FROM pg_stat_database WHERE datname = current_database()`))
	slowest := slices.MaxFunc(all, func(a, b told) int { return int(a.took - b.took) })
	t.Logf("%d commits, the slowest took %v", len(all), slowest.took)
}

// replay gives the memory store what was written, and then what was refused: it must
// say the same.
func replay(t *testing.T, reference storage.Store, all []told) {
	t.Helper()
	left := slices.DeleteFunc(slices.Clone(all), func(a told) bool { return a.err != nil })
	written := len(left)
	for len(left) > 0 {
		i := slices.IndexFunc(left, func(a told) bool { return !reliedOn(a.batch, left) })
		require.GreaterOrEqual(t, i, 0, "two that rely on what the other one changes")
		require.NoError(t, reference.Commit(t.Context(), left[i].batch))
		left = slices.Delete(left, i, i+1)
	}
	kinds := map[string]int{"written": written}
	for _, a := range all {
		if a.err == nil {
			continue
		}
		want := reference.Commit(t.Context(), a.batch)
		require.Error(t, want, "refused with %v; who gave the same command was told %v", a.err, outcomesOf(all, a.batch.Command.Key))
		i, _ := reason(want)
		k, kind := reason(a.err)
		require.LessOrEqual(t, i, k, "%v instead of %v: what was wrong then is wrong now, or something before it", a.err, want)
		kinds[kind]++
	}
	t.Log(kinds)
	require.Greater(t, len(kinds), 5, "of everything a few")
}

// outcomesOf lists what came of all attempts at a command.
func outcomesOf(all []told, key string) (errs []error) {
	for _, a := range all {
		if a.batch.Command.Key == key {
			errs = append(errs, a.err)
		}
	}
	return errs
}

// reliedOn reports whether another batch relies on a version that this one ends.
func reliedOn(b *storage.Batch, others []told) bool {
	return slices.ContainsFunc(others, func(o told) bool {
		return o.batch != b && slices.ContainsFunc(o.batch.Expect, func(e storage.Expect) bool {
			return slices.ContainsFunc(b.Events, func(x event.Event) bool { return x.ID == e.ID && x.Version == e.Version+1 })
		})
	})
}

// reason returns which check has refused a batch, in the order of storage.Batch.
func reason(err error) (check int, kind string) {
	var stale *fault.StaleError
	var replayed *event.Replay
	var short *inventory.ShortageError
	var coupon *order.CouponError
	switch {
	case errors.As(err, &replayed):
		return 1, "replay " + strconv.Quote(string(replayed.Result))
	case errors.As(err, &stale) && stale.Kind == "reservation":
		return 4, "stale reservation"
	case errors.As(err, &stale):
		return 2, "stale " + stale.Kind
	case errors.As(err, &coupon):
		return 5, "coupon " + coupon.Reason
	case errors.As(err, &short):
		return 6, "short"
	default:
		return 0, err.Error()
	}
}
