package inventory_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/go-oms/oms/inventory"
	"github.com/go-oms/oms/quantity"
)

func TestCacheRemembersForAMomentAndReadsHoldsAnew(t *testing.T) {
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	reader := &countingReader{levels: []inventory.Level{{SKU: "A", Location: "x"}}, items: []inventory.Item{{SKU: "A"}}}
	var cache inventory.Cache
	read := func(at time.Time, skus ...string) inventory.Stock {
		t.Helper()
		stock, err := cache.Stock(t.Context(), reader, skus, at)
		require.NoError(t, err)
		return stock
	}
	first := read(now, "A", "A")
	require.Equal(t, 1, reader.reads)
	require.Equal(t, first, read(now.Add(2999*time.Millisecond), "A"), "remembered")
	require.Equal(t, 1, reader.reads)
	read(now.Add(3*time.Second), "A")
	require.Equal(t, 2, reader.reads, "the time is over")

	cache.Forget([]string{"A"})
	read(now.Add(3*time.Second), "A")
	require.Equal(t, 3, reader.reads, "forgotten")

	read(now.Add(3*time.Second), "A", "B")
	read(now.Add(3*time.Second), "A", "B")
	require.Equal(t, 5, reader.reads, "what is not registered is asked for each time")

	reader.levels[0].Reserved = quantity.Of(1)
	cache.Forget([]string{"A"})
	read(now.Add(3*time.Second), "A")
	read(now.Add(3*time.Second), "A")
	require.Equal(t, 7, reader.reads, "holds may expire, so they are read each time")
}

// countingReader counts how often levels are read.
type countingReader struct {
	inventory.Reader
	items  []inventory.Item
	levels []inventory.Level
	reads  int
}

func (r *countingReader) Items(context.Context, []string) ([]inventory.Item, error) {
	return r.items, nil
}

func (r *countingReader) Levels(context.Context, []string) ([]inventory.Level, error) {
	r.reads++
	return slices.Clone(r.levels), nil
}

func (r *countingReader) Locations(context.Context) ([]inventory.Location, error) {
	return []inventory.Location{{Code: "x"}}, nil
}

func (r *countingReader) Reservations(context.Context, inventory.ReservationFilter) ([]inventory.Reservation, error) {
	return nil, nil
}
