package demo

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/go-oms/oms"
	"github.com/go-oms/oms/order"
	"github.com/go-oms/oms/storage"
	"github.com/go-oms/oms/storage/memory"
)

// live lives a year in memory.
func live(t *testing.T, seed uint64, orders int) (*Report, storage.Store) {
	t.Helper()
	store := memory.New()
	report, err := Run(t.Context(), Options{Store: store, Seed: seed, Orders: orders})
	require.NoError(t, err)
	return report, store
}

// usual is the year of oms demo without flags, lived once for all tests that only
// read it.
var usual = sync.OnceValues(func() (*Report, storage.Store) {
	store := memory.New()
	report, err := Run(context.Background(), Options{Store: store, Seed: 1, Orders: 1500})
	if err != nil {
		panic(err)
	}
	return report, store
})

// stream writes every event of the books.
func stream(t *testing.T, store storage.Store) string {
	t.Helper()
	var b strings.Builder
	for e, err := range store.Stream(context.Background(), 0, 1_000_000) {
		require.NoError(t, err)
		data, err := json.Marshal(e)
		require.NoError(t, err)
		b.Write(data)
		b.WriteByte('\n')
	}
	return b.String()
}

func TestTheSameSeedGivesTheSameYear(t *testing.T) {
	first, one := live(t, 7, 300)
	second, two := live(t, 7, 300)
	require.Equal(t, first, second)
	require.Equal(t, stream(t, one), stream(t, two), "the streams of events differ")
	other, _ := live(t, 8, 300)
	require.NotEqual(t, first.Sold, other.Sold)
}

func TestAYearHasEverything(t *testing.T) {
	r, store := usual()
	require.Equal(t, 1500, r.Carts)
	for what, n := range map[string]int{
		"abandoned": r.Abandoned, "sold out": r.SoldOut, "repeated": r.Repeated, "entered": r.Entered, "customers": r.Customers,
		"notes": r.Notes, "coupons": r.UsedCodes, "bad codes": r.BadCodes, "backorders": r.Backorder,
		"declined": r.Declines["declined"], "no funds": r.Declines["insufficient_funds"], "expired card": r.Declines["expired_instrument"],
		"no transfer": r.Declines["transfer_did_not_come"], "lost": r.Lost, "webhooks": r.Webhooks, "twice": r.Twice,
		"shipments": r.Shipments, "split": r.Split, "lost labels": r.LostLabels, "canceled": r.Canceled, "lines canceled": r.LineCanceled,
		"expired": r.Expired, "returns": r.Returns, "good": r.Good, "damaged": r.Damaged, "dismissed": r.Dismissed, "goodwill": r.Goodwill,
		"events": r.Events,
	} {
		require.Positive(t, n, what)
	}
	require.Equal(t, r.Lost, r.Resolved, "every lost answer of a payment was found out")
	require.Equal(t, r.LostLabels, r.FoundLabels, "every lost label was found")
	require.Equal(t, r.Expired, r.Statuses["expired"])
	open := r.Orders - r.Statuses["expired"] - r.Statuses["canceled"] - r.Statuses["completed"]
	require.Positive(t, open, "there is something to do in the morning")
	require.Equal(t, open, stillOpen(t, store))
	for e, err := range store.Stream(t.Context(), 0, 1_000_000) {
		require.NoError(t, err)
		require.False(t, e.At.After(morning.Add(time.Second)), "%s is of the day after", e.Type)
	}

	// As somebody looks at the books who was not there: with the clock of today.
	shop, err := oms.New(oms.Config{Store: store})
	require.NoError(t, err)
	verified, err := shop.Verify(t.Context(), oms.VerifyOptions{})
	require.NoError(t, err)
	require.Empty(t, verified.Violations)
}

// stillOpen counts the orders that are not over, and makes sure that each has a reason
// not to be.
func stillOpen(t *testing.T, store storage.Store) (n int) {
	t.Helper()
	shop, err := oms.New(oms.Config{Store: store})
	require.NoError(t, err)
	for o, err := range shop.Orders(t.Context(), order.Filter{}) {
		require.NoError(t, err)
		if !o.ClosedAt.IsZero() {
			continue
		}
		n++
		age := morning.Sub(o.PlacedAt)
		unpaid := o.Status == order.StatusPending && age < unpaidFor
		waits := slices.ContainsFunc(o.Lines, func(l order.Line) bool { return l.Backordered.Sign() > 0 })
		packs := o.Status == order.StatusConfirmed && (age < unpaidFor || waits)
		travels := o.Status == order.StatusInProgress && (age < unpaidFor+5*day || waits)
		require.True(t, unpaid || packs || travels, "order %s is %s after %s: %s, %s", o.Number, o.Status, age, o.PaymentStatus, o.FulfillmentStatus)
	}
	return n
}

func TestAYearEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	_, err := Run(ctx, Options{Store: memory.New(), Seed: 1, Orders: 50, Progress: func(done, all int) {
		require.Equal(t, 50, all)
		if done == 10 {
			cancel()
		}
	}})
	require.ErrorIs(t, err, context.Canceled)
}

func TestIdsGrowAndAreOfVersionSeven(t *testing.T) {
	c := newClock(begin, 3)
	last := c.NewID()
	for range 10_000 {
		id := c.NewID()
		require.Equal(t, -1, strings.Compare(last.String(), id.String()))
		require.EqualValues(t, 7, id.Version())
		last = id
	}
}
