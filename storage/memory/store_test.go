package memory_test

import (
	"context"
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/go-oms/oms/event"
	"github.com/go-oms/oms/fault"
	"github.com/go-oms/oms/order"
	"github.com/go-oms/oms/storage"
	"github.com/go-oms/oms/storage/memory"
	"github.com/go-oms/oms/storage/storagetest"
)

// A store keeps its books one with their history: it refuses a change without the
// event that tells of it, and an event without the change.
func TestCommitRefusesWhatHistoryWouldNotTell(t *testing.T) {
	for name, spoil := range map[string]func(b *storage.Batch){
		"no event":           func(b *storage.Batch) { b.Events = nil },
		"another version":    func(b *storage.Batch) { b.Orders[0].Delta.Order.Version = 2 },
		"no change":          func(b *storage.Batch) { b.Orders = nil },
		"another aggregate":  func(b *storage.Batch) { b.Events[0].Aggregate = event.Payment },
		"a line never there": func(b *storage.Batch) { b.Orders[0].Delta.Counts = []order.LineCounts{{LineID: b.Events[0].ID}} },
	} {
		t.Run(name, func(t *testing.T) {
			s := memory.New()
			o, b := storagetest.NewClerk(1).Place()
			spoil(b)
			var book *storage.BookError
			require.ErrorAs(t, s.Commit(t.Context(), b), &book)
			_, err := s.Order(t.Context(), o.ID)
			var missing *fault.NotFoundError
			require.ErrorAs(t, err, &missing)
			tenants, err := s.Tenants(t.Context())
			require.NoError(t, err)
			require.Empty(t, tenants)
		})
	}
}

func TestNumbersRefusesNoneAndTooMany(t *testing.T) {
	s := memory.New()
	_, err := s.Numbers(t.Context(), "order", 1)
	require.NoError(t, err)
	for _, n := range []int64{0, -1, math.MinInt64, math.MaxInt64} {
		var invalid *fault.InvalidError
		_, err := s.Numbers(t.Context(), "order", n)
		require.ErrorAs(t, err, &invalid)
		require.Equal(t, "n", invalid.Field)
	}
	first, err := s.Numbers(t.Context(), "order", math.MaxInt64-1)
	require.NoError(t, err)
	require.Equal(t, int64(2), first)
}

func TestStoreJoinsNoTransactionAndHasNoSchema(t *testing.T) {
	s := memory.New()
	require.False(t, s.InTx())
	require.NoError(t, s.Migrate(t.Context()))
}

// Orders whose references, time or customer a change moves are found by the new
// ones only.
func TestChangeOfWhatIsIndexed(t *testing.T) {
	s, clerk := memory.New(), storagetest.NewClerk(1)
	o, b := clerk.Place()
	require.NoError(t, s.Commit(t.Context(), b))
	later, b := clerk.Place()
	require.NoError(t, s.Commit(t.Context(), b))
	moved, b := clerk.Change(o, func(o *order.Order) {
		o.Number, o.CartID, o.ExternalRef, o.CustomerID = "N-moved", "cart", "A1", clerk.ID()
		o.PlacedAt = later.PlacedAt.AddDate(0, 0, 1)
	})
	require.NoError(t, s.Commit(t.Context(), b))

	_, err := s.OrderBy(t.Context(), order.Ref{Number: o.Number})
	require.Error(t, err)
	found, err := s.OrderBy(t.Context(), order.Ref{Channel: moved.Channel, ExternalRef: "A1"})
	require.NoError(t, err)
	require.Equal(t, moved.ID, found.ID)
	require.Equal(t, moved.PlacedAt, found.PlacedAt)
	var listed []string
	for x, err := range s.Orders(t.Context(), order.Filter{}) {
		require.NoError(t, err)
		listed = append(listed, x.Number)
	}
	require.Equal(t, []string{"N-moved", later.Number}, listed)
	for x, err := range s.Orders(t.Context(), order.Filter{CustomerID: moved.CustomerID}) {
		require.NoError(t, err)
		require.Equal(t, moved.ID, x.ID)
	}
	_, b = clerk.Place()
	b.Orders[0].Delta.Order.Number = o.Number // free again
	require.NoError(t, s.Commit(t.Context(), b))
}

func Example() {
	ctx := context.Background()
	store := memory.New()
	clerk := storagetest.NewClerk(1)

	if err := store.Commit(ctx, clerk.Receive("TEE-M", "main", 3)); err != nil {
		fmt.Println(err)
	}
	o, batch := clerk.Place(storagetest.Line{SKU: "TEE-M", Units: 2})
	fmt.Println(store.Commit(ctx, batch))
	fmt.Println(store.Commit(ctx, batch)) // the same command again

	_, another := clerk.Place(storagetest.Line{SKU: "TEE-M", Units: 2})
	fmt.Println(store.Commit(ctx, another))

	stored, _ := store.Order(ctx, o.ID)
	fmt.Println(stored.Lines[0].SKU, stored.Totals.Total)
	// Output:
	// <nil>
	// the key's command was committed before
	// inventory: not enough stock: TEE-M wants 2, 1 available at main
	// TEE-M 28.90 EUR
}
