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

// Callers who have to read at the same time share a read: one is under way, and all
// who come meanwhile are one more.
func TestCallersShareAReadAndEachGetsHisPart(t *testing.T) {
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	reader := &slowReader{began: make(chan []string, 10), answer: make(chan error, 10)}
	var cache inventory.Cache
	got := make(chan string, 20)
	ask := func(ctx context.Context, sku string) {
		stock, err := cache.Stock(ctx, reader, []string{sku}, now)
		if err != nil || len(stock.Levels) != 1 || len(stock.Items) != 1 {
			got <- "failed " + sku
			return
		}
		got <- stock.Levels[0].SKU
	}
	go ask(t.Context(), "A")
	require.Equal(t, []string{"A"}, <-reader.began)
	ended, cancel := context.WithCancel(t.Context())
	go ask(ended, "B")
	require.Eventually(t, func() bool { return cache.Waiting() == 1 }, time.Second, time.Millisecond)
	for _, sku := range []string{"C", "D", "D"} {
		go ask(t.Context(), sku)
	}
	require.Eventually(t, func() bool { return cache.Waiting() == 4 }, time.Second, time.Millisecond)
	reader.answer <- nil
	require.Equal(t, "A", <-got)
	require.Equal(t, []string{"B", "C", "D"}, <-reader.began, "one read for all who came meanwhile")

	cancel()
	reader.answer <- context.Canceled
	for range 4 { // the first one's context has ended: each reads for himself
		<-reader.began
		reader.answer <- nil
	}
	var all []string
	for range 4 {
		all = append(all, <-got)
	}
	slices.Sort(all)
	require.Equal(t, []string{"C", "D", "D", "failed B"}, all)
}

// A read whose caller panics is nobody's end: the next one begins.
func TestAReadThatNeverComesBackHoldsNobodyUp(t *testing.T) {
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	var cache inventory.Cache
	require.Panics(t, func() { _, _ = cache.Stock(t.Context(), panicking{}, []string{"A"}, now) })
	reader := &countingReader{levels: []inventory.Level{{SKU: "A", Location: "x"}}, items: []inventory.Item{{SKU: "A"}}}
	stock, err := cache.Stock(t.Context(), reader, []string{"A"}, now)
	require.NoError(t, err)
	require.Len(t, stock.Levels, 1)
}

type panicking struct{ inventory.Reader }

func (panicking) Stock(context.Context, []string, time.Time) (inventory.Stock, error) { panic("gone") }

// slowReader tells of every read and waits for its answer.
type slowReader struct {
	inventory.Reader
	began  chan []string
	answer chan error
}

func (r *slowReader) Stock(ctx context.Context, skus []string, _ time.Time) (inventory.Stock, error) {
	r.began <- skus
	var s inventory.Stock
	for _, sku := range skus {
		s.Items = append(s.Items, inventory.Item{SKU: sku})
		s.Levels = append(s.Levels, inventory.Level{SKU: sku, Location: "x"})
	}
	if err := <-r.answer; err != nil {
		return s, err
	}
	return s, ctx.Err()
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
