package storagetest

import (
	"iter"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/go-oms/oms/event"
	"github.com/go-oms/oms/fault"
	"github.com/go-oms/oms/order"
	"github.com/go-oms/oms/storage"
)

func draftFaults() []mistake {
	return append(draftListingFaults(),
		mistake{name: "writes a draft without an event", hooks: overlooks(func(_ ctxt, _ store, b *storage.Batch, _ *storage.BookError) {
			for i := range b.Drafts {
				s := &b.Drafts[i]
				s.Version = 1
				b.Events = append(b.Events, b.Command.Event(event.Draft, s.ID, 1, "made up", s.Delta("")))
			}
		})},
		mistake{name: "finds a draft that is none", hooks: hooked(func(h *hooks) {
			h.draft = func(ctx ctxt, s store, id uuid.UUID) (*order.Draft, error) {
				found, err := s.Draft(ctx, id)
				if is[*fault.NotFoundError](err) {
					return &order.Draft{ID: id}, nil
				}
				return found, err
			}
		})},
		mistake{name: "merges a draft with what it was", hooks: commits(func(ctx ctxt, s store, b *storage.Batch) {
			for i := range b.Drafts {
				x := &b.Drafts[i]
				if old, err := s.Draft(ctx, x.ID); err == nil && len(x.Lines) == 0 {
					x.Lines = old.Lines
				}
			}
		})},
	)
}

// drafters are hooks that change what a listing of drafts is asked for.
func drafters(change func(f *order.DraftFilter)) func() *hooks {
	return hooked(func(h *hooks) {
		h.drafts = func(ctx ctxt, s store, f order.DraftFilter) iter.Seq2[*order.Draft, error] {
			change(&f)
			return s.Drafts(ctx, f)
		}
	})
}

func draftListingFaults() []mistake {
	return []mistake{
		{name: "ignores the cursor of a listing of drafts", hooks: drafters(func(f *order.DraftFilter) { f.After = nil })},
		{name: "ignores the limit of a listing of drafts", hooks: drafters(func(f *order.DraftFilter) { f.Limit = 0 })},
		{name: "lists the drafts of all customers", hooks: drafters(func(f *order.DraftFilter) { f.CustomerID = uuid.UUID{} })},
		{name: "lists drafts in all statuses", hooks: drafters(func(f *order.DraftFilter) { f.Statuses = nil })},
		{name: "lists drafts that expire by id", hooks: hooked(func(h *hooks) {
			h.drafts = func(ctx ctxt, s store, f order.DraftFilter) iter.Seq2[*order.Draft, error] {
				return rewalk(s.Drafts(ctx, f), func(l []*order.Draft) []*order.Draft {
					slices.SortFunc(l, func(a, b *order.Draft) int { return slices.Compare(a.ID[:], b.ID[:]) })
					return l
				})
			}
		})},
		{name: "expires drafts at the very time asked for", hooks: drafters(func(f *order.DraftFilter) {
			if !f.ExpiresTo.IsZero() {
				f.ExpiresTo = f.ExpiresTo.Add(time.Microsecond)
			}
		})},
	}
}
