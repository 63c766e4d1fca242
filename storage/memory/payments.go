package memory

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/go-oms/oms/fault"
	"github.com/go-oms/oms/payment"
)

func (t *tenant) applyPayment(c *payment.Changes, next *payment.Tender) {
	if next != nil {
		t.putTender(next)
		for i := range c.Delta.Reports {
			r := &c.Delta.Reports[i]
			t.reports[gatewayRef{r.Gateway, r.EventID}] = r.ID
		}
	}
	if c.Secret != nil {
		if known := t.tenders[c.Secret.TenderID]; known != nil {
			with := *known
			with.Source, with.Opaque = c.Secret.Source, slices.Clone(c.Secret.Opaque)
			t.tenders[with.ID] = &with
		}
	}
	for _, id := range c.Matched {
		delete(t.parked, id)
	}
	for _, r := range c.Parked {
		r = copyReport(r)
		t.parked[r.ID] = &r
		t.reports[gatewayRef{r.Gateway, r.EventID}] = r.ID
	}
}

// nextTender returns the snapshot after the delta.
func nextTender(stored *payment.Tender, d *payment.Delta) (*payment.Tender, error) {
	next, err := payment.Apply(stored, d)
	if err != nil {
		return nil, err
	}
	return copyTender(next), nil
}

func (t *tenant) putTender(next *payment.Tender) {
	if t.tenders[next.ID] == nil {
		t.tendersOf[next.OrderID] = append(t.tendersOf[next.OrderID], next.ID)
	}
	t.tenders[next.ID] = next
	due := false
	for i := range next.Ops {
		op := &next.Ops[i]
		t.ops[op.ID] = next.ID
		if op.Ref != "" {
			t.opRefs[gatewayRef{next.Gateway, op.Ref}] = next.ID
		}
		due = due || !op.NextAt.IsZero()
	}
	if due {
		t.dueTenders[next.ID] = struct{}{}
	} else {
		delete(t.dueTenders, next.ID)
	}
}

// copyTender returns a copy of a snapshot that shares nothing: Clone leaves to its
// callers what they promise not to write to.
func copyTender(t *payment.Tender) *payment.Tender {
	c := t.Clone()
	for i := range c.Ops {
		c.Ops[i].Decline = copyDecline(c.Ops[i].Decline)
	}
	for i := range c.Reports {
		c.Reports[i] = copyReport(c.Reports[i])
	}
	return c
}

func copyReport(r payment.Report) payment.Report {
	r.Decline = copyDecline(r.Decline)
	return r
}

func copyDecline(d *payment.Decline) *payment.Decline {
	if d == nil {
		return nil
	}
	c := *d
	return &c
}

// Tenders returns an order's tenders, whole, oldest first.
func (s *Store) Tenders(ctx context.Context, orderID uuid.UUID) (tenders []*payment.Tender, err error) {
	err = s.read(ctx, "tenders", func(t *tenant) {
		for _, id := range t.tendersOf[orderID] {
			tenders = append(tenders, t.tenders[id])
		}
	})
	slices.SortStableFunc(tenders, func(a, b *payment.Tender) int {
		return cmp.Or(a.CreatedAt.Compare(b.CreatedAt), compareID(a.ID, b.ID))
	})
	return copyTenders(tenders), err
}

func copyTenders(tenders []*payment.Tender) []*payment.Tender {
	for i := range tenders {
		tenders[i] = copyTender(tenders[i])
	}
	return tenders
}

// Tender returns one tender, whole.
func (s *Store) Tender(ctx context.Context, id uuid.UUID) (*payment.Tender, error) {
	return s.oneTender(ctx, id.String, func(*tenant) uuid.UUID { return id })
}

// TenderOf returns the tender of an operation by its id, or by the gateway's name
// and reference when the id is zero.
func (s *Store) TenderOf(ctx context.Context, op uuid.UUID, gateway, ref string) (*payment.Tender, error) {
	if op != (uuid.UUID{}) {
		return s.oneTender(ctx, func() string { return "of operation " + op.String() },
			func(t *tenant) uuid.UUID { return t.ops[op] })
	}
	return s.oneTender(ctx, func() string { return "of " + gateway + " " + ref },
		func(t *tenant) uuid.UUID { return t.opRefs[gatewayRef{gateway, ref}] })
}

func (s *Store) oneTender(
	ctx context.Context, name func() string, find func(*tenant) uuid.UUID,
) (found *payment.Tender, err error) {
	err = s.read(ctx, "tender", func(t *tenant) { found = t.tenders[find(t)] })
	switch {
	case err != nil:
		return nil, err
	case found == nil:
		return nil, fault.NotFound("tender", name())
	default:
		return copyTender(found), nil
	}
}

// DueTenders returns tenders with an operation whose NextAt is set and at or
// before the time, the longest due first, at most limit; all of them when limit
// is 0.
func (s *Store) DueTenders(ctx context.Context, at time.Time, limit int) (due []*payment.Tender, err error) {
	err = s.read(ctx, "due tenders", func(t *tenant) {
		for id := range t.dueTenders {
			if x := t.tenders[id]; isDue(nextTry(x), at) {
				due = append(due, x)
			}
		}
	})
	slices.SortFunc(due, func(a, b *payment.Tender) int {
		return cmp.Or(nextTry(a).Compare(nextTry(b)), compareID(a.ID, b.ID))
	})
	return copyTenders(atMost(due, limit)), err
}

// nextTry returns the earliest time that an operation waits for; zero when none does.
func nextTry(t *payment.Tender) (at time.Time) {
	for i := range t.Ops {
		at = earliest(at, t.Ops[i].NextAt)
	}
	return at
}

// earliest returns the earlier of two times; a zero one does not count.
func earliest(a, b time.Time) time.Time {
	if a.IsZero() || !b.IsZero() && b.Before(a) {
		return b
	}
	return a
}

func isDue(next, at time.Time) bool { return !next.IsZero() && !next.After(at) }

// atMost returns the first of the list; all of it when limit is 0.
func atMost[T any](list []T, limit int) []T {
	if limit > 0 && len(list) > limit {
		return list[:limit]
	}
	return list
}

// ParkedReports returns reports whose operation is not known yet, oldest first,
// at most limit; all of them when limit is 0.
func (s *Store) ParkedReports(ctx context.Context, limit int) (reports []payment.Report, err error) {
	err = s.read(ctx, "parked reports", func(t *tenant) {
		for _, r := range t.parked {
			reports = append(reports, *r)
		}
	})
	slices.SortFunc(reports, func(a, b payment.Report) int {
		return cmp.Or(a.ReceivedAt.Compare(b.ReceivedAt), compareID(a.ID, b.ID))
	})
	reports = atMost(reports, limit)
	for i := range reports {
		reports[i] = copyReport(reports[i])
	}
	return reports, err
}
