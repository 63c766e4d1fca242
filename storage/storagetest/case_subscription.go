package storagetest

import (
	"time"

	"github.com/google/uuid"

	"github.com/go-oms/oms/event"
	"github.com/go-oms/oms/fault"
	"github.com/go-oms/oms/order"
	"github.com/go-oms/oms/storage"
)

func subscriptionCases() []Case {
	return []Case{
		named("subscription: one that does not exist is not found", func(t *try) {
			_, err := t.store.Subscription(t.ctx, t.ID())
			t.missing("an unknown id", err)
		}),
		named("subscription: a change comes with its event and an event with its change", subscriptionRecorded),
		named("version: a subscription's event must follow the stored one", subscriptionFollows),
		named("subscription: a change replaces it whole", subscriptionReplaced),
		named("subscription: its token is in no event", subscriptionToken),
		named("subscription: a listing is in order of id and goes on behind a cursor", subscriptionListing),
		named("subscription: those to be taken up come in order of time and id", subscriptionsDue),
	}
}

// subscriptions returns the batch that writes the subscriptions, each as its next
// version unless it has one already.
func (t *try) subscriptions(list ...order.Subscription) *storage.Batch {
	b := &storage.Batch{Command: t.Command("subscription.put")}
	for _, s := range list {
		if s.Version == 0 {
			history, err := t.store.History(t.ctx, event.Subscription, s.ID)
			t.ok("history", err)
			s.Version = int64(len(history)) + 1
		}
		b.Subscriptions = append(b.Subscriptions, s)
		b.Events = append(b.Events, b.Command.Event(event.Subscription, s.ID, s.Version, "saved", s.Delta(s.Next, "")))
	}
	return b
}

func subscriptionRecorded(t *try) {
	s := order.Subscription{ID: t.ID()}
	for what, spoil := range map[string]func(b *storage.Batch){
		"no event":        func(b *storage.Batch) { b.Events = nil },
		"no change":       func(b *storage.Batch) { b.Subscriptions = nil },
		"another version": func(b *storage.Batch) { b.Subscriptions[0].Version = 2 },
	} {
		b := t.subscriptions(s)
		spoil(b)
		refused[*storage.BookError](t, what, t.store.Commit(t.ctx, b), fault.Rejected)
		_, err := t.store.Subscription(t.ctx, s.ID)
		t.missing("the subscription with "+what, err)
	}
	t.commit(t.subscriptions(s))
}

func subscriptionFollows(t *try) {
	s := order.Subscription{ID: t.ID()}
	t.commit(t.subscriptions(s))
	t.stale("the same version again", t.subscriptions(order.Subscription{ID: s.ID, Version: 1}))
	t.stale("a version left out", t.subscriptions(order.Subscription{ID: s.ID, Version: 3}))
	t.commit(t.subscriptions(order.Subscription{ID: s.ID, Version: 2}))
	relies := &storage.Batch{
		Command: t.Command("subscription.rely"),
		Expect:  []storage.Expect{{Aggregate: event.Subscription, ID: s.ID, Version: 1}},
	}
	t.stale("an expected version that has moved", relies)
}

func subscriptionReplaced(t *try) {
	full := fullBatch(7, "EUR").Subscriptions[0]
	t.commit(t.subscriptions(full))
	bare := order.Subscription{ID: full.ID, Version: 2, CustomerID: full.CustomerID}
	t.commit(t.subscriptions(bare))
	got, err := t.store.Subscription(t.ctx, full.ID)
	t.ok("subscription", err)
	t.equal("the subscription", got, &bare)
}

func subscriptionToken(t *try) {
	s := order.Subscription{ID: t.ID(), Version: 1, Payment: order.SubscriptionPayment{Gateway: "card", Source: "tok_canary"}}
	t.commit(t.subscriptions(s))
	got, err := t.store.Subscription(t.ctx, s.ID)
	t.ok("subscription", err)
	t.equal("the subscription", got, &s)
	history, err := t.store.History(t.ctx, event.Subscription, s.ID)
	t.ok("history", err)
	t.equal("the event's token", history[0].Payload.(*order.SubscriptionDelta).Subscription.Payment.Source, "")
}

// some commits subscriptions of two customers in three statuses and returns them in
// order of id.
func (t *try) some() (list []order.Subscription) {
	people := []uuid.UUID{t.ID(), t.ID()}
	for i, minute := range []int{3, 1, 2, 2, 0} {
		s := order.Subscription{ID: t.ID(), Version: 1, CustomerID: people[i%2], Status: order.SubscriptionActive, NextAt: later(minute)}
		if minute == 0 {
			s.Status, s.NextAt = order.SubscriptionPaused, time.Time{}
		}
		list = append(list, s)
	}
	for _, i := range []int{2, 0, 4, 1, 3} {
		t.commit(t.subscriptions(list[i]))
	}
	return list
}

func (t *try) subscribed(what string, f order.SubscriptionFilter, want ...order.Subscription) {
	got := all(t, what, t.store.Subscriptions(t.ctx, f))
	t.equal(what, each(got, func(s *order.Subscription) order.Subscription { return *s }), want)
}

func subscriptionListing(t *try) {
	x := t.some()
	t.subscribed("all", order.SubscriptionFilter{}, x...)
	t.subscribed("two of them", order.SubscriptionFilter{Limit: 2}, x[:2]...)
	t.subscribed("behind a cursor", order.SubscriptionFilter{After: &order.SubscriptionCursor{ID: x[1].ID}}, x[2:]...)
	t.subscribed("a customer's", order.SubscriptionFilter{CustomerID: x[1].CustomerID}, x[1], x[3])
	t.subscribed("of two statuses", order.SubscriptionFilter{
		Statuses: []order.SubscriptionStatus{order.SubscriptionPaused, order.SubscriptionCanceled},
	}, x[4])
	t.subscribed("nobody's", order.SubscriptionFilter{CustomerID: t.ID()})
}

func subscriptionsDue(t *try) {
	x := t.some()
	t.subscribed("all", order.SubscriptionFilter{NextTo: later(9)}, x[1], x[2], x[3], x[0])
	t.subscribed("before a time", order.SubscriptionFilter{NextTo: later(3)}, x[1], x[2], x[3])
	t.subscribed("the first", order.SubscriptionFilter{NextTo: later(9), Limit: 1}, x[1])
	t.subscribed("behind a cursor", order.SubscriptionFilter{
		NextTo: later(9), After: &order.SubscriptionCursor{NextAt: later(2), ID: x[2].ID},
	}, x[3], x[0])
	t.subscribed("a customer's", order.SubscriptionFilter{
		NextTo: later(3), CustomerID: x[0].CustomerID, Statuses: []order.SubscriptionStatus{order.SubscriptionActive},
	}, x[2])
}
