package bench

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/google/uuid"

	"github.com/go-oms/oms/order"
)

// pageSize is how many orders, or SKUs, are read at once.
const pageSize = 50

// reader asks the library what shops ask most, one question after the other.
type reader struct {
	library *library
	callers int
	ids     []uuid.UUID // of orders that are there, found at first use
	pages   []page
	took    map[string][]time.Duration
}

func newReader(lib *library, callers int) *reader {
	return &reader{library: lib, callers: callers, took: make(map[string][]time.Duration)}
}

// page is a place in the listing and how many orders are behind it, up to a page.
type page struct {
	after order.Cursor
	size  int
}

// look finds orders to ask for, from the whole time in which any were placed.
func (r *reader) look(ctx context.Context) error {
	oldest, err := r.ends(ctx, true)
	if err != nil {
		return err
	}
	newest, err := r.ends(ctx, false)
	if err != nil {
		return err
	}
	random := rand.New(rand.NewPCG(1, 2))
	for range pageSamples {
		until := newest.Add(time.Microsecond - time.Duration(random.Int64N(int64(newest.Sub(oldest))+1)))
		var found []order.Cursor
		for o, err := range r.library.shop.Orders(ctx, order.Filter{PlacedTo: until, Statuses: pending, Limit: pageSize + 1}) {
			if err != nil {
				return err
			}
			r.ids = append(r.ids, o.ID)
			found = append(found, order.Cursor{PlacedAt: o.PlacedAt, ID: o.ID})
		}
		if len(found) > 0 {
			r.pages = append(r.pages, page{after: found[0], size: len(found) - 1})
		}
	}
	return nil
}

// pageSamples is how many pages orders are looked for in.
const pageSamples = 400

var pending = []string{"pending"}

// ends returns when the first or the last order was placed.
func (r *reader) ends(ctx context.Context, first bool) (time.Time, error) {
	for o, err := range r.library.shop.Orders(ctx, order.Filter{Statuses: pending, Ascending: first, Limit: 1}) {
		if err != nil {
			return time.Time{}, err
		}
		return o.PlacedAt, nil
	}
	return time.Time{}, errors.New("bench: there are no orders to read")
}

// questions are asked in this order, over and over.
var questions = []struct {
	name string
	ask  func(*reader, context.Context, *rand.Rand) error
}{
	{orderRead, (*reader).order},
	{pageRead, (*reader).page},
	{stockRead, (*reader).stock},
}

// run reads for a while.
func (r *reader) run(ctx context.Context, d time.Duration) error {
	if r.ids == nil {
		if err := r.look(ctx); err != nil {
			return err
		}
	}
	var (
		all  sync.WaitGroup
		took = make([]map[string][]time.Duration, r.callers)
		errs = make([]error, r.callers)
	)
	for i := range r.callers {
		all.Go(func() { took[i], errs[i] = r.askAll(ctx, d, uint64(i)) })
	}
	all.Wait()
	for _, t := range took {
		for name, durations := range t {
			r.took[name] = append(r.took[name], durations...)
		}
	}
	return errors.Join(errs...)
}

func (r *reader) askAll(ctx context.Context, d time.Duration, seed uint64) (map[string][]time.Duration, error) {
	random := rand.New(rand.NewPCG(seed, uint64(len(r.took[orderRead]))))
	took := make(map[string][]time.Duration)
	for start := time.Now(); time.Since(start) < d; {
		for _, q := range questions {
			began := time.Now()
			if err := q.ask(r, ctx, random); err != nil {
				return took, fmt.Errorf("reading %s: %w", q.name, err)
			}
			took[q.name] = append(took[q.name], time.Since(began))
		}
	}
	return took, nil
}

// order reads an order with its lines and addresses.
func (r *reader) order(ctx context.Context, random *rand.Rand) error {
	id := r.ids[random.IntN(len(r.ids))]
	o, err := r.library.shop.Order(ctx, id)
	if err == nil && (o.ID != id || len(o.Lines) != 3) {
		err = fmt.Errorf("order %s has %d lines", o.ID, len(o.Lines))
	}
	return err
}

// page reads a page of pending orders, somewhere in the listing.
func (r *reader) page(ctx context.Context, random *rand.Rand) error {
	p := r.pages[random.IntN(len(r.pages))]
	n := 0
	for _, err := range r.library.shop.Orders(ctx, order.Filter{Statuses: pending, After: &p.after, Limit: pageSize}) {
		if err != nil {
			return err
		}
		n++
	}
	if n < p.size {
		return fmt.Errorf("a page has %d orders, want %d", n, p.size)
	}
	return nil
}

// stock reads the levels of 50 SKUs, or of all if there are fewer.
func (r *reader) stock(ctx context.Context, random *rand.Rand) error {
	skus := r.library.skus
	first := random.IntN(max(1, len(skus)-pageSize+1))
	skus = skus[first:min(len(skus), first+pageSize)]
	levels, err := r.library.shop.Inventory.Levels(ctx, skus...)
	if err == nil && len(levels) != len(skus) {
		err = fmt.Errorf("%d levels of %d SKUs", len(levels), len(skus))
	}
	return err
}

func (r *reader) figures() map[string]Read {
	all := make(map[string]Read, len(r.took))
	for name, took := range r.took {
		read := Read{Reads: int64(len(took))}
		read.P50, read.P99 = percentiles(took)
		all[name] = read
	}
	return all
}
