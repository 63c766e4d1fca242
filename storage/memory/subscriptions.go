package memory

import (
	"cmp"
	"context"
	"iter"
	"slices"

	"github.com/google/uuid"

	"github.com/go-oms/oms/fault"
	"github.com/go-oms/oms/order"
)

// Subscription returns the subscription with that id.
func (s *Store) Subscription(ctx context.Context, id uuid.UUID) (found *order.Subscription, err error) {
	err = s.read(ctx, "subscription", func(t *tenant) {
		if x := t.subscriptions[id]; x != nil {
			found = x.Clone()
		}
	})
	if err == nil && found == nil {
		err = fault.NotFound("subscription", id)
	}
	return found, err
}

// Subscriptions yields subscriptions as of the moment the walk begins: in order of
// (NextAt, ID) where the filter has NextTo, else of ID.
func (s *Store) Subscriptions(ctx context.Context, f order.SubscriptionFilter) iter.Seq2[*order.Subscription, error] {
	f.Statuses = slices.Clone(f.Statuses)
	if f.After != nil {
		after := *f.After
		f.After = &after
	}
	return func(yield func(*order.Subscription, error) bool) {
		var list []*order.Subscription
		err := s.read(ctx, "subscriptions", func(t *tenant) {
			for _, x := range t.subscriptions {
				if wanted(x, &f) {
					list = append(list, x)
				}
			}
		})
		if err != nil {
			yield(nil, err)
			return
		}
		slices.SortFunc(list, func(a, b *order.Subscription) int {
			return compareNext(&f, a, &order.SubscriptionCursor{NextAt: b.NextAt, ID: b.ID})
		})
		for i, x := range atMost(list, f.Limit) {
			if i%orderPage == 0 && ended(ctx, "subscriptions") != nil {
				yield(nil, ended(ctx, "subscriptions"))
				return
			}
			if !yield(x.Clone(), nil) {
				return
			}
		}
	}
}

func wanted(x *order.Subscription, f *order.SubscriptionFilter) bool {
	return (f.CustomerID == uuid.UUID{} || x.CustomerID == f.CustomerID) &&
		(len(f.Statuses) == 0 || slices.Contains(f.Statuses, x.Status)) &&
		(f.NextTo.IsZero() || !x.NextAt.IsZero() && x.NextAt.Before(f.NextTo)) &&
		(f.After == nil || compareNext(f, x, f.After) > 0)
}

// compareNext compares a subscription with a place in the filter's order.
func compareNext(f *order.SubscriptionFilter, x *order.Subscription, at *order.SubscriptionCursor) int {
	if !f.NextTo.IsZero() {
		return cmp.Or(x.NextAt.Compare(at.NextAt), compareID(x.ID, at.ID))
	}
	return compareID(x.ID, at.ID)
}
