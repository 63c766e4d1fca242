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

func subscriptionFaults() []mistake {
	return append(subscriptionListingFaults(),
		mistake{name: "writes a subscription without an event", hooks: overlooks(func(_ ctxt, _ store, b *storage.Batch, _ *storage.BookError) {
			for i := range b.Subscriptions {
				s := &b.Subscriptions[i]
				s.Version = 1
				b.Events = append(b.Events, b.Command.Event(event.Subscription, s.ID, 1, "made up", s.Delta(s.Next, "")))
			}
		})},
		mistake{name: "finds a subscription that is none", hooks: hooked(func(h *hooks) {
			h.subscription = func(ctx ctxt, s store, id uuid.UUID) (*order.Subscription, error) {
				found, err := s.Subscription(ctx, id)
				if is[*fault.NotFoundError](err) {
					return &order.Subscription{ID: id}, nil
				}
				return found, err
			}
		})},
		mistake{name: "merges a subscription with what it was", hooks: commits(func(ctx ctxt, s store, b *storage.Batch) {
			for i := range b.Subscriptions {
				x := &b.Subscriptions[i]
				if old, err := s.Subscription(ctx, x.ID); err == nil && len(x.Lines) == 0 {
					x.Lines = old.Lines
				}
			}
		})},
		mistake{name: "forgets the token of a subscription", hooks: commits(func(_ ctxt, _ store, b *storage.Batch) {
			for i := range b.Subscriptions {
				b.Subscriptions[i].Payment.Source = ""
			}
		})},
		mistake{name: "puts the token of a subscription into its event", hooks: commits(func(_ ctxt, _ store, b *storage.Batch) {
			for i := range b.Subscriptions {
				if x := b.Subscriptions[i]; x.Payment.Source == "tok_canary" {
					b.Events[0].Payload = &order.SubscriptionDelta{Subscription: x}
				}
			}
		})},
	)
}

// subscribers are hooks that change what a listing of subscriptions is asked for.
func subscribers(change func(f *order.SubscriptionFilter)) func() *hooks {
	return hooked(func(h *hooks) {
		h.subscriptions = func(ctx ctxt, s store, f order.SubscriptionFilter) iter.Seq2[*order.Subscription, error] {
			change(&f)
			return s.Subscriptions(ctx, f)
		}
	})
}

func subscriptionListingFaults() []mistake {
	return []mistake{
		{name: "ignores the cursor of a listing of subscriptions", hooks: subscribers(func(f *order.SubscriptionFilter) { f.After = nil })},
		{name: "ignores the limit of a listing of subscriptions", hooks: subscribers(func(f *order.SubscriptionFilter) { f.Limit = 0 })},
		{name: "lists the subscriptions of all customers", hooks: subscribers(func(f *order.SubscriptionFilter) { f.CustomerID = uuid.UUID{} })},
		{name: "lists subscriptions in all statuses", hooks: subscribers(func(f *order.SubscriptionFilter) { f.Statuses = nil })},
		{name: "lists due subscriptions by id", hooks: hooked(func(h *hooks) {
			h.subscriptions = func(ctx ctxt, s store, f order.SubscriptionFilter) iter.Seq2[*order.Subscription, error] {
				return rewalk(s.Subscriptions(ctx, f), func(l []*order.Subscription) []*order.Subscription {
					slices.SortFunc(l, func(a, b *order.Subscription) int { return slices.Compare(a.ID[:], b.ID[:]) })
					return l
				})
			}
		})},
		{name: "takes up subscriptions at the very time asked for", hooks: subscribers(func(f *order.SubscriptionFilter) {
			if !f.NextTo.IsZero() {
				f.NextTo = f.NextTo.Add(time.Microsecond)
			}
		})},
	}
}
