package storagetest

import (
	"fmt"
	"slices"

	"github.com/google/uuid"

	"github.com/go-oms/oms/crm"
	"github.com/go-oms/oms/event"
	"github.com/go-oms/oms/fulfillment"
	"github.com/go-oms/oms/inventory"
	"github.com/go-oms/oms/order"
	"github.com/go-oms/oms/payment"
)

func eventCases() []Case {
	return []Case{
		named("event: an aggregate's history comes by version", historyInOrder),
		named("event: an unknown id has no history", historyUnknown),
		named("event: payloads have the type of their aggregate", payloadTypes),
		named("event: the stream has every event in order of commit", streamAll),
		named("event: the stream continues behind a position", streamPosition),
		named("event: the stream ends at its limit", streamLimit),
		named("event: the stream lets writers on", streamAndWriter),
		named("event: a reader of the stream misses nothing while others write", streamWhileWriting),
	}
}

// tale is an event without what the store adds.
func tale(e event.Event) string { return fmt.Sprint(e.Aggregate, e.ID, e.Version) }

func (t *try) stream(position int64, limit int) []event.Event {
	return all(t, "stream", t.store.Stream(t.ctx, position, limit))
}

// told commits changes of two orders in turn and returns their events.
func told(t *try, n int) []event.Event {
	var events []event.Event
	orders := []*order.Order{nil, nil}
	for i := range n {
		o, b := t.Place()
		if last := orders[i%2]; last != nil {
			o, b = t.Change(last, func(o *order.Order) { o.Status = t.Text("status") })
		}
		t.commit(b)
		orders[i%2], events = o, append(events, b.Events...)
	}
	return events
}

func historyInOrder(t *try) {
	events := told(t, 24)
	for i := range 2 {
		var want []event.Event
		for j := i; j < len(events); j += 2 {
			want = append(want, events[j])
		}
		history, err := t.store.History(t.ctx, event.Order, want[0].ID)
		t.ok("history", err)
		for j := range history {
			history[j].Position = 0
		}
		t.equal("history", history, want)
	}
}

func historyUnknown(t *try) {
	id := told(t, 1)[0].ID
	for aggregate, id := range map[string]uuid.UUID{event.Order: t.ID(), event.Payment: id} {
		history, err := t.store.History(t.ctx, aggregate, id)
		t.ok("history", err)
		t.equal("events of an unknown id", len(history), 0)
	}
}

func payloadTypes(t *try) {
	t.commit(everything(t))
	seen := map[string]bool{}
	for _, e := range t.stream(0, 0) {
		right := false
		switch e.Aggregate {
		case event.Order:
			_, right = e.Payload.(*order.Delta)
		case event.Payment:
			_, right = e.Payload.(*payment.Delta)
		case event.Fulfillment:
			_, right = e.Payload.(*fulfillment.Delta)
		case event.Item:
			_, right = e.Payload.(*inventory.Item)
		case event.Customer:
			_, right = e.Payload.(*crm.Delta)
		case event.Subscription:
			_, right = e.Payload.(*order.SubscriptionDelta)
		case event.Draft:
			_, right = e.Payload.(*order.DraftDelta)
		}
		if !right {
			t.fail("the payload of %s is a %T", e.Aggregate, e.Payload)
		}
		seen[e.Aggregate] = true
	}
	t.equal("kinds of aggregate", len(seen), len(aggregates))
}

func streamAll(t *try) {
	want := told(t, 9)
	b := everything(t)
	t.commit(b)
	want = append(want, b.Events...)
	got := t.stream(0, 0)
	t.equal("events", each(got, tale), each(want, tale))
	for i := 1; i < len(got); i++ {
		if got[i].Position <= got[i-1].Position {
			t.fail("position %d comes behind %d", got[i].Position, got[i-1].Position)
		}
	}
	for i := range got {
		if got[i].Position < 1 {
			t.fail("position %d: the first events would be skipped", got[i].Position)
		}
		got[i].Position = 0
	}
	t.equal("events, whole", got, want)
}

func streamPosition(t *try) {
	told(t, 7)
	events := t.stream(0, 0)
	for i, e := range events {
		t.equal("events behind a position", each(t.stream(e.Position, 0), tale), each(events[i+1:], tale))
	}
	last := events[len(events)-1].Position
	t.equal("events behind the future", len(t.stream(last+1000, 0)), 0)
	more := told(t, 2)
	t.equal("events that came later", each(t.stream(last, 0), tale), each(more, tale))
}

func streamLimit(t *try) {
	told(t, 600)
	events := t.stream(0, 0)
	t.equal("all events", len(events), 600)
	t.equal("three", each(t.stream(0, 3), tale), each(events[:3], tale))
	t.equal("three behind a position", each(t.stream(events[1].Position, 3), tale), each(events[2:5], tale))
	t.equal("more than there are", len(t.stream(0, 10_000)), 600)
	t.equal("several pages", each(t.stream(0, 599), tale), each(events[:599], tale))
}

func streamAndWriter(t *try) {
	told(t, 3)
	seen := 0
	for _, err := range t.store.Stream(t.ctx, 0, 3) {
		t.ok("stream", err)
		t.placed()
		if seen++; seen > 3 {
			t.fail("a stream of 3 events goes on")
		}
	}
	for range t.store.Stream(t.ctx, 0, 0) {
		break // a walk may be left
	}
	t.equal("events", len(t.stream(0, 0)), 6)
}

// streamWhileWriting reads the stream from where it got to, again and again, while
// several clerks place orders.
func streamWhileWriting(t *try) {
	const writers, orders = 4, 25
	done := make(chan []error, 1)
	go func() {
		done <- together(writers, func(i int) error {
			clerk := NewClerk(uint32(100 + i))
			for range orders {
				_, b := clerk.Place()
				if err := t.store.Commit(t.ctx, b); err != nil {
					return err
				}
			}
			return nil
		})
	}()
	var seen []string
	var position int64
	for finished := false; ; {
		events, err := collect(t.store.Stream(t.ctx, position, 7))
		for _, e := range events {
			seen = append(seen, tale(e))
			position = e.Position
		}
		if err != nil || len(seen) > writers*orders {
			<-done
			t.fail("stream after %d events: %v", len(seen), err)
		}
		if len(events) > 0 {
			continue
		}
		if finished {
			break
		}
		select {
		case errs := <-done:
			for _, err := range errs {
				t.ok("a writer", err)
			}
			finished = true
		default:
		}
	}
	t.equal("events seen", len(seen), writers*orders)
	slices.Sort(seen)
	t.equal("different events seen", len(slices.Compact(seen)), writers*orders)
}
