package memory

import (
	"context"
	"iter"
	"slices"
	"time"

	"github.com/go-oms/oms/order"
	"github.com/go-oms/oms/reporting"
	"github.com/go-oms/oms/storage"
)

// Facts yields the facts of the period in ascending order of time, as of the
// moment the walk begins. It looks at every order.
func (s *Store) Facts(ctx context.Context, p reporting.Period) iter.Seq2[reporting.Fact, error] {
	return func(yield func(reporting.Fact, error) bool) {
		var orders []*order.Order
		err := s.read(ctx, "facts", func(t *tenant) { orders = t.listing.snapshots() })
		if err != nil {
			yield(reporting.Fact{}, err)
			return
		}
		var facts []reporting.Fact
		for i, o := range orders {
			if i%scanned == scanned-1 {
				if err := ended(ctx, "facts"); err != nil {
					yield(reporting.Fact{}, err)
					return
				}
			}
			for _, f := range storage.Facts(o) {
				if within(f.At, p.From, p.To) {
					facts = append(facts, f)
				}
			}
		}
		slices.SortStableFunc(facts, func(a, b reporting.Fact) int { return a.At.Compare(b.At) })
		for _, f := range facts {
			if !yield(f, nil) {
				return
			}
		}
	}
}

// snapshots returns the orders as of now.
func (l listing) snapshots() []*order.Order {
	orders := make([]*order.Order, len(l))
	for i, r := range l {
		orders[i] = r.order
	}
	return orders
}

// within reports whether at is in the half-open period; a zero end is open.
func within(at, from, to time.Time) bool {
	return (from.IsZero() || !at.Before(from)) && (to.IsZero() || at.Before(to))
}
