package oms

import (
	"context"
	"fmt"

	"github.com/go-oms/oms/event"
	"github.com/go-oms/oms/order"
)

// subscriptions walks the subscriptions beside their history.
func (v *verifier) subscriptions(ctx context.Context) error {
	events := open(v.books.AllEvents(ctx, event.Subscription))
	defer events.stop()
	for s, err := range v.books.AllSubscriptions(ctx) {
		if err != nil {
			return err
		}
		history, err := events.take(func(e event.Event) int { return compareID(e.ID, s.ID) }, v.strayEvent)
		if err != nil {
			return err
		}
		v.subscription(s, history)
	}
	return events.rest(v.strayEvent)
}

// subscription holds one subscription against its schedule and its history.
func (v *verifier) subscription(s *order.Subscription, history []event.Event) {
	where := "subscription " + s.ID.String()
	v.looked(checkSchedule, checkOnce)
	if err := s.CheckFigures(); err != nil {
		v.found(checkSchedule, where, err.Error())
	}
	if !v.sequence(where, s.Version, history) {
		return
	}
	var folded *order.Subscription
	for _, e := range history {
		delta, ok := e.Payload.(*order.SubscriptionDelta)
		if !ok {
			v.found(checkFold, where, fmt.Sprintf("event %d has no subscription payload", e.Version))
			return
		}
		if e.Type == SubscriptionRan && folded != nil && !delta.Date.After(folded.LastRun) {
			v.found(checkOnce, where, fmt.Sprintf("event %d runs %s, and %s was run before", e.Version, delta.Date, folded.LastRun))
		}
		folded = order.ApplySubscription(folded, delta)
	}
	bare := s.Delta(s.Next, "").Subscription // no history tells the token
	v.folded(where, folded, &bare)
}
