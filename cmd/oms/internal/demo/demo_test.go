package demo

import (
	"context"
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/go-oms/oms"
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
	r, store := live(t, 1, 1500)
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
	require.Equal(t, r.Orders, r.Statuses["expired"]+r.Statuses["canceled"]+r.Statuses["completed"], "in the end every order is over")

	// As somebody looks at the books who was not there: with the clock of today.
	shop, err := oms.New(oms.Config{Store: store})
	require.NoError(t, err)
	verified, err := shop.Verify(t.Context(), oms.VerifyOptions{})
	require.NoError(t, err)
	require.Empty(t, verified.Violations)
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
