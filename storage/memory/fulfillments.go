package memory

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/go-oms/oms/fault"
	"github.com/go-oms/oms/fulfillment"
)

// nextFulfillment returns the snapshot after the delta.
func nextFulfillment(stored *fulfillment.Fulfillment, d *fulfillment.Delta) *fulfillment.Fulfillment {
	return copyFulfillment(fulfillment.Apply(stored, d))
}

// copyFulfillment returns a copy of a snapshot that shares nothing: Clone leaves
// to its callers what they promise not to write to.
func copyFulfillment(f *fulfillment.Fulfillment) *fulfillment.Fulfillment {
	c := f.Clone()
	for i := range c.Shipments {
		s := &c.Shipments[i]
		s.Scans = slices.Clone(s.Scans)
		for j := range s.Parcels {
			s.Parcels[j].Contents = slices.Clone(s.Parcels[j].Contents)
		}
	}
	return c
}

func (t *tenant) putFulfillment(next *fulfillment.Fulfillment) {
	if t.fulfillments[next.ID] == nil {
		t.fulfillmentsOf[next.OrderID] = append(t.fulfillmentsOf[next.OrderID], next.ID)
	}
	t.fulfillments[next.ID] = next
	for i := range next.Shipments {
		if s := &next.Shipments[i]; s.Tracking != "" {
			t.tracking[trackingKey{s.Carrier, s.Tracking}] = next.ID
		}
	}
	if nextLook(next).IsZero() {
		delete(t.dueLabels, next.ID)
	} else {
		t.dueLabels[next.ID] = struct{}{}
	}
}

// Fulfillments returns an order's fulfilment orders, whole, oldest first.
func (s *Store) Fulfillments(
	ctx context.Context, orderID uuid.UUID,
) (list []*fulfillment.Fulfillment, err error) {
	err = s.read(ctx, "fulfillments", func(t *tenant) {
		for _, id := range t.fulfillmentsOf[orderID] {
			list = append(list, t.fulfillments[id])
		}
	})
	slices.SortStableFunc(list, func(a, b *fulfillment.Fulfillment) int {
		return cmp.Or(a.CreatedAt.Compare(b.CreatedAt), compareID(a.ID, b.ID))
	})
	return copyFulfillments(list), err
}

func copyFulfillments(list []*fulfillment.Fulfillment) []*fulfillment.Fulfillment {
	for i := range list {
		list[i] = copyFulfillment(list[i])
	}
	return list
}

// Fulfillment returns one fulfilment order, whole.
func (s *Store) Fulfillment(ctx context.Context, id uuid.UUID) (*fulfillment.Fulfillment, error) {
	return s.oneFulfillment(ctx, id.String, func(*tenant) uuid.UUID { return id })
}

// FulfillmentByTracking returns the one with a shipment of that carrier and
// tracking number.
func (s *Store) FulfillmentByTracking(
	ctx context.Context, carrier, tracking string,
) (*fulfillment.Fulfillment, error) {
	return s.oneFulfillment(ctx, func() string { return "of " + carrier + " " + tracking },
		func(t *tenant) uuid.UUID { return t.tracking[trackingKey{carrier, tracking}] })
}

func (s *Store) oneFulfillment(
	ctx context.Context, name func() string, find func(*tenant) uuid.UUID,
) (found *fulfillment.Fulfillment, err error) {
	err = s.read(ctx, "fulfillment", func(t *tenant) { found = t.fulfillments[find(t)] })
	switch {
	case err != nil:
		return nil, err
	case found == nil:
		return nil, fault.NotFound("fulfillment", name())
	default:
		return copyFulfillment(found), nil
	}
}

// DueLabels returns fulfilment orders with a shipment whose NextAt is set and at
// or before the time, the longest due first, at most limit; all of them when
// limit is 0.
func (s *Store) DueLabels(
	ctx context.Context, at time.Time, limit int,
) (due []*fulfillment.Fulfillment, err error) {
	err = s.read(ctx, "due labels", func(t *tenant) {
		for id := range t.dueLabels {
			if f := t.fulfillments[id]; isDue(nextLook(f), at) {
				due = append(due, f)
			}
		}
	})
	slices.SortFunc(due, func(a, b *fulfillment.Fulfillment) int {
		return cmp.Or(nextLook(a).Compare(nextLook(b)), compareID(a.ID, b.ID))
	})
	return copyFulfillments(atMost(due, limit)), err
}

// nextLook returns the earliest time that a shipment waits for; zero when none does.
func nextLook(f *fulfillment.Fulfillment) (at time.Time) {
	for i := range f.Shipments {
		at = earliest(at, f.Shipments[i].NextAt)
	}
	return at
}
