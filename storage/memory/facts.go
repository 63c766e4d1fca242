package memory

import (
	"cmp"
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
		if err := s.read(ctx, "facts", func(t *tenant) { orders = t.listing.snapshots() }); err != nil {
			yield(reporting.Fact{}, err)
			return
		}
		sorted(ctx, "facts", len(orders), func(i int, add func(reporting.Fact)) error {
			for _, f := range storage.Facts(orders[i]) {
				if p.Contains(f.At) {
					add(f)
				}
			}
			return nil
		}, compareFacts)(yield)
	}
}

func compareFacts(a, b *reporting.Fact) int {
	return cmp.Or(a.At.Compare(b.At), compareID(a.OrderID, b.OrderID))
}

// sorted yields what of makes of n rows, in order. Rows of the same place keep
// theirs.
func sorted[T any](
	ctx context.Context, op string, n int, of func(i int, add func(T)) error, compare func(a, b *T) int,
) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		var all []T
		for i := range n {
			var err error
			if i%scanned == 0 {
				err = ended(ctx, op)
			}
			if err == nil {
				err = of(i, func(v T) { all = append(all, v) })
			}
			if err != nil {
				var none T
				yield(none, err)
				return
			}
		}
		slices.SortStableFunc(all, func(a, b T) int { return compare(&a, &b) })
		for _, v := range all {
			if !yield(v, nil) {
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
