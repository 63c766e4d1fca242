package storagetest

import (
	"time"

	"github.com/google/uuid"

	"github.com/go-oms/oms/event"
	"github.com/go-oms/oms/fault"
	"github.com/go-oms/oms/order"
	"github.com/go-oms/oms/storage"
)

func draftCases() []Case {
	return []Case{
		named("draft: one that does not exist is not found", func(t *try) {
			_, err := t.store.Draft(t.ctx, t.ID())
			t.missing("an unknown id", err)
		}),
		named("draft: a change comes with its event and an event with its change", draftRecorded),
		named("version: a draft's event must follow the stored one", draftFollows),
		named("draft: a change replaces it whole", draftReplaced),
		named("draft: a listing is in order of id and goes on behind a cursor", draftListing),
		named("draft: those that expire come in order of time and id", draftsDue),
	}
}

// drafts returns the batch that writes the drafts, each as its next
// version unless it has one already.
func (t *try) drafts(list ...order.Draft) *storage.Batch {
	b := &storage.Batch{Command: t.Command("draft.put")}
	for _, s := range list {
		if s.Version == 0 {
			history, err := t.store.History(t.ctx, event.Draft, s.ID)
			t.ok("history", err)
			s.Version = int64(len(history)) + 1
		}
		b.Drafts = append(b.Drafts, s)
		b.Events = append(b.Events, b.Command.Event(event.Draft, s.ID, s.Version, "saved", s.Delta("")))
	}
	return b
}

func draftRecorded(t *try) {
	s := order.Draft{ID: t.ID()}
	for what, spoil := range map[string]func(b *storage.Batch){
		"no event":        func(b *storage.Batch) { b.Events = nil },
		"no change":       func(b *storage.Batch) { b.Drafts = nil },
		"another version": func(b *storage.Batch) { b.Drafts[0].Version = 2 },
	} {
		b := t.drafts(s)
		spoil(b)
		refused[*storage.BookError](t, what, t.store.Commit(t.ctx, b), fault.Rejected)
		_, err := t.store.Draft(t.ctx, s.ID)
		t.missing("the draft with "+what, err)
	}
	t.commit(t.drafts(s))
}

func draftFollows(t *try) {
	s := order.Draft{ID: t.ID()}
	t.commit(t.drafts(s))
	t.stale("the same version again", t.drafts(order.Draft{ID: s.ID, Version: 1}))
	t.stale("a version left out", t.drafts(order.Draft{ID: s.ID, Version: 3}))
	t.commit(t.drafts(order.Draft{ID: s.ID, Version: 2}))
	relies := &storage.Batch{
		Command: t.Command("draft.rely"),
		Expect:  []storage.Expect{{Aggregate: event.Draft, ID: s.ID, Version: 1}},
	}
	t.stale("an expected version that has moved", relies)
}

func draftReplaced(t *try) {
	full := fullBatch(7, "EUR").Drafts[0]
	t.commit(t.drafts(full))
	bare := order.Draft{ID: full.ID, Version: 2, CustomerID: full.CustomerID}
	t.commit(t.drafts(bare))
	got, err := t.store.Draft(t.ctx, full.ID)
	t.ok("draft", err)
	t.equal("the draft", got, &bare)
}

// someDrafts commits drafts of two customers in two statuses and returns them in
// order of id.
func (t *try) someDrafts() (list []order.Draft) {
	people := []uuid.UUID{t.ID(), t.ID()}
	for i, minute := range []int{3, 1, 2, 2, 0} {
		s := order.Draft{ID: t.ID(), Version: 1, CustomerID: people[i%2], Status: order.DraftEdited, ExpiresAt: later(minute)}
		if minute == 0 {
			s.Status, s.ExpiresAt = order.DraftDiscarded, time.Time{}
		}
		list = append(list, s)
	}
	for _, i := range []int{2, 0, 4, 1, 3} {
		t.commit(t.drafts(list[i]))
	}
	return list
}

func (t *try) drafted(what string, f order.DraftFilter, want ...order.Draft) {
	got := all(t, what, t.store.Drafts(t.ctx, f))
	t.equal(what, each(got, func(s *order.Draft) order.Draft { return *s }), want)
}

func draftListing(t *try) {
	x := t.someDrafts()
	t.drafted("all", order.DraftFilter{}, x...)
	t.drafted("two of them", order.DraftFilter{Limit: 2}, x[:2]...)
	t.drafted("behind a cursor", order.DraftFilter{After: &order.DraftCursor{ID: x[1].ID}}, x[2:]...)
	t.drafted("a customer's", order.DraftFilter{CustomerID: x[1].CustomerID}, x[1], x[3])
	t.drafted("of two statuses", order.DraftFilter{
		Statuses: []order.DraftStatus{order.DraftDiscarded, order.DraftExpired},
	}, x[4])
	t.drafted("nobody's", order.DraftFilter{CustomerID: t.ID()})
}

func draftsDue(t *try) {
	x := t.someDrafts()
	t.drafted("all", order.DraftFilter{ExpiresTo: later(9)}, x[1], x[2], x[3], x[0])
	t.drafted("before a time", order.DraftFilter{ExpiresTo: later(3)}, x[1], x[2], x[3])
	t.drafted("the first", order.DraftFilter{ExpiresTo: later(9), Limit: 1}, x[1])
	t.drafted("behind a cursor", order.DraftFilter{
		ExpiresTo: later(9), After: &order.DraftCursor{ExpiresAt: later(2), ID: x[2].ID},
	}, x[3], x[0])
	t.drafted("a customer's", order.DraftFilter{
		ExpiresTo: later(3), CustomerID: x[0].CustomerID, Statuses: []order.DraftStatus{order.DraftEdited},
	}, x[2])
}
