package oms

import (
	"context"
	"strings"
	"time"

	"github.com/go-oms/oms/event"
)

// Sink receives events. Deliver is called with a few events in delivery order and
// returns nil once it has them safely; after an error the same events come again.
// The same event may come more than once: (Aggregate, ID, Version) is its
// identity.
type Sink interface {
	Deliver(ctx context.Context, tenant string, events []event.Event) error
}

// SinkFunc is a Sink made of a function.
type SinkFunc func(ctx context.Context, tenant string, events []event.Event) error

// Deliver calls f.
func (f SinkFunc) Deliver(ctx context.Context, tenant string, events []event.Event) error {
	return f(ctx, tenant, events)
}

// sinkPage is how many events a sink is handed at once.
const sinkPage = 100

// sinkLease is the name of the lease that keeps a sink's place.
func sinkLease(sink string) string { return "sink:" + sink }

// eventsWaiting reports whether a sink has not had an event yet.
func (c *Client) eventsWaiting(ctx context.Context, lease string) (bool, error) {
	held, err := c.store.Lease(ctx, lease)
	if err != nil {
		return false, err
	}
	for _, err := range c.store.Stream(ctx, held.Position, 1) {
		return err == nil, err
	}
	return false, nil
}

// backoff is how long a failing sink is left alone: doubling from a second to an
// hour.
func backoff(attempts int) time.Duration {
	return min(time.Second<<min(attempts-1, 12), time.Hour)
}

// deliverEvents hands a sink what it has not had yet. The place reached is kept in
// the lease, so that whoever holds it goes on where the last one stopped.
func (c *Client) deliverEvents(ctx context.Context, sink Sink, held *claim) (Work, error) {
	var work Work
	for ctx.Err() == nil {
		var page []event.Event
		for e, err := range c.store.Stream(ctx, held.lease.Position, sinkPage) {
			if err != nil {
				return work, err
			}
			page = append(page, e)
		}
		if len(page) == 0 {
			return work, nil
		}
		now := event.Moment(c.core.cfg.Now())
		next := held.lease
		if err := sink.Deliver(ctx, c.tenant, page); err != nil {
			next.Attempts++
			next.Problem, next.NextAt = problemText(err), now.Add(backoff(next.Attempts))
			work.Failed += len(page)
			c.core.cfg.Logger.Warn("oms: deliver events", "sink", next.Name, "attempts", next.Attempts, "error", err)
			return work, held.change(context.WithoutCancel(ctx), next)
		}
		next.Position = page[len(page)-1].Position
		next.Attempts, next.Problem, next.NextAt = 0, "", time.Time{}
		next.Until = now.Add(leaseFor)
		if err := held.change(context.WithoutCancel(ctx), next); err != nil {
			return work, err
		}
		work.Delivered += len(page)
	}
	return work, nil
}

// problemText is an error's text, short enough to keep.
func problemText(err error) string {
	text := err.Error()
	if len(text) > 500 {
		text = strings.ToValidUTF8(text[:500], "")
	}
	return text
}
