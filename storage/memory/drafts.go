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

// Draft returns the draft with that id.
func (s *Store) Draft(ctx context.Context, id uuid.UUID) (found *order.Draft, err error) {
	err = s.read(ctx, "draft", func(t *tenant) {
		if x := t.drafts[id]; x != nil {
			found = x.Clone()
		}
	})
	if err == nil && found == nil {
		err = fault.NotFound("draft", id)
	}
	return found, err
}

// Drafts yields drafts as of the moment the walk begins: in order of
// (ExpiresAt, ID) where the filter has ExpiresTo, else of ID.
func (s *Store) Drafts(ctx context.Context, f order.DraftFilter) iter.Seq2[*order.Draft, error] {
	f.Statuses = slices.Clone(f.Statuses)
	if f.After != nil {
		after := *f.After
		f.After = &after
	}
	return func(yield func(*order.Draft, error) bool) {
		var list []*order.Draft
		err := s.read(ctx, "drafts", func(t *tenant) {
			for _, x := range t.drafts {
				if sought(x, &f) {
					list = append(list, x)
				}
			}
		})
		if err != nil {
			yield(nil, err)
			return
		}
		slices.SortFunc(list, func(a, b *order.Draft) int {
			return compareExpiry(&f, a, &order.DraftCursor{ExpiresAt: b.ExpiresAt, ID: b.ID})
		})
		for i, x := range atMost(list, f.Limit) {
			if i%orderPage == 0 && ended(ctx, "drafts") != nil {
				yield(nil, ended(ctx, "drafts"))
				return
			}
			if !yield(x.Clone(), nil) {
				return
			}
		}
	}
}

func sought(x *order.Draft, f *order.DraftFilter) bool {
	return (f.CustomerID == uuid.UUID{} || x.CustomerID == f.CustomerID) &&
		(len(f.Statuses) == 0 || slices.Contains(f.Statuses, x.Status)) &&
		(f.ExpiresTo.IsZero() || !x.ExpiresAt.IsZero() && x.ExpiresAt.Before(f.ExpiresTo)) &&
		(f.After == nil || compareExpiry(f, x, f.After) > 0)
}

// compareExpiry compares a draft with a place in the filter's order.
func compareExpiry(f *order.DraftFilter, x *order.Draft, at *order.DraftCursor) int {
	if !f.ExpiresTo.IsZero() {
		return cmp.Or(x.ExpiresAt.Compare(at.ExpiresAt), compareID(x.ID, at.ID))
	}
	return compareID(x.ID, at.ID)
}
