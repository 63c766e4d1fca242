package oms

import (
	"context"
	"time"

	"github.com/google/uuid"

	"github.com/go-oms/oms/event"
	"github.com/go-oms/oms/order"
)

// SubscriptionChange replaces parts of a subscription; what is nil stays.
type SubscriptionChange struct {
	Key     string `json:"-"`
	Version int64  `json:"version,omitempty"` // that the caller saw; 0 does not care
	// Lines are all lines from then on. One whose SKU was there keeps the price that
	// it was subscribed to at.
	Lines       []SubscriptionLine         `json:"lines,omitempty"`
	Schedule    *order.Schedule            `json:"schedule,omitempty"`
	ShipToSaved *uuid.UUID                 `json:"ship_to_saved,omitempty"`
	Shipping    *string                    `json:"shipping,omitempty"`
	Prices      *order.PricePolicy         `json:"prices,omitempty"`
	Shortage    *order.ShortagePolicy      `json:"shortage,omitempty"`
	Payment     *order.SubscriptionPayment `json:"payment,omitempty"`
	Reason      string                     `json:"reason,omitempty"`
}

// ChangeSubscription replaces parts of a subscription that is not over. What it would
// cost today is asked for, as in [Client.Subscribe]. After a change of the schedule
// the next date is the first one from now on, no date is left out any more, and the
// last date that was run is not run again. A new means of payment is tried for an
// order that is still to be charged, when its time comes.
func (c *Client) ChangeSubscription(ctx context.Context, id uuid.UUID, p SubscriptionChange) (*order.Subscription, error) {
	body := struct {
		ID     uuid.UUID          `json:"subscription"`
		Body   SubscriptionChange `json:"body"`
		Source string             `json:"source,omitempty"`
	}{ID: id, Body: p}
	if p.Payment != nil {
		body.Source = p.Payment.Source
	}
	req := request{name: "subscription.change", key: p.Key, body: body}
	return c.subscriptionFlow(ctx, req, func(ctx context.Context, cmd event.Command) (*subscriptionDraft, error) {
		d, err := c.openSubscription(ctx, id, p.Version, cmd)
		if err != nil {
			return nil, err
		}
		if err := d.next.Changeable(); err != nil {
			return nil, err
		}
		if err := p.to(d.next, cmd.Now); err != nil {
			return nil, err
		}
		if err := c.agree(ctx, d); err != nil {
			return nil, err
		}
		d.record(SubscriptionChanged, time.Time{}, p.Reason)
		return d, nil
	})
}

// to makes the change.
func (p *SubscriptionChange) to(s *order.Subscription, now time.Time) error {
	if len(p.Lines) > 0 {
		known := make(map[string]order.SubscriptionLine, len(s.Lines))
		for _, l := range s.Lines {
			known[l.SKU] = l
		}
		s.Lines = nil
		for _, l := range p.Lines {
			s.Lines = append(s.Lines, order.SubscriptionLine{SKU: l.SKU, Quantity: l.Quantity, UnitPrice: known[l.SKU].UnitPrice})
		}
	}
	set(&s.ShipToID, p.ShipToSaved)
	set(&s.Shipping, p.Shipping)
	set(&s.Prices, p.Prices)
	set(&s.Shortage, p.Shortage)
	set(&s.Payment, p.Payment)
	if p.Schedule == nil {
		return nil
	}
	return s.Reschedule(moments(*p.Schedule), now)
}

func set[T any](field *T, to *T) {
	if to != nil {
		*field = *to
	}
}

// RunSkip leaves out a date of a subscription.
type RunSkip struct {
	Key     string    `json:"-"`
	Version int64     `json:"version,omitempty"`
	Date    time.Time `json:"date,omitzero"` // the next one by default
	Reason  string    `json:"reason,omitempty"`
}

// SkipRun leaves out a date to come of an active subscription. One that is no date to
// come is a *fault.InvalidError that names the next one.
func (c *Client) SkipRun(ctx context.Context, id uuid.UUID, p RunSkip) (*order.Subscription, error) {
	return c.stepSubscription(ctx, request{name: "subscription.skip", key: p.Key, body: p}, id, p.Version, func(d *subscriptionDraft) error {
		date, err := d.next.Skip(p.Date, d.cmd.Now)
		if err != nil {
			return err
		}
		d.record(SubscriptionSkipped, date, p.Reason)
		return nil
	})
}

// SubscriptionStep is a command on a subscription as a whole.
type SubscriptionStep struct {
	Key     string `json:"-"`
	Version int64  `json:"version,omitempty"`
	Reason  string `json:"reason,omitempty"`
}

// PauseSubscription stops an active subscription until it is resumed. An order that
// waits for its payment is not charged again by itself.
func (c *Client) PauseSubscription(ctx context.Context, id uuid.UUID, p SubscriptionStep) (*order.Subscription, error) {
	return c.stepSubscription(ctx, request{name: "subscription.pause", key: p.Key, body: p}, id, p.Version, func(d *subscriptionDraft) error {
		if err := d.next.Pause(); err != nil {
			return err
		}
		d.record(SubscriptionPaused, time.Time{}, p.Reason)
		return nil
	})
}

// ResumeSubscription goes on with a paused subscription on the first date from now
// on. Dates that passed meanwhile are not made up for. A schedule that is over is a
// *fault.InvalidError: it can be changed first.
func (c *Client) ResumeSubscription(ctx context.Context, id uuid.UUID, p SubscriptionStep) (*order.Subscription, error) {
	return c.stepSubscription(ctx, request{name: "subscription.resume", key: p.Key, body: p}, id, p.Version, func(d *subscriptionDraft) error {
		if err := d.next.Resume(d.cmd.Now); err != nil {
			return err
		}
		d.record(SubscriptionResumed, d.next.Next, p.Reason)
		return nil
	})
}

// CancelSubscription ends a subscription for good. Orders that it placed stay: cancel
// them as any other.
func (c *Client) CancelSubscription(ctx context.Context, id uuid.UUID, p SubscriptionStep) (*order.Subscription, error) {
	return c.stepSubscription(ctx, request{name: "subscription.cancel", key: p.Key, body: p}, id, p.Version, func(d *subscriptionDraft) error {
		if err := d.next.Cancel(); err != nil {
			return err
		}
		d.record(SubscriptionCanceled, time.Time{}, p.Reason)
		return nil
	})
}

// stepSubscription runs a command on a subscription that reads nothing else.
func (c *Client) stepSubscription(
	ctx context.Context, req request, id uuid.UUID, version int64, step func(*subscriptionDraft) error,
) (*order.Subscription, error) {
	req.body = struct {
		ID   uuid.UUID `json:"subscription"`
		Body any       `json:"body"`
	}{id, req.body}
	return c.subscriptionFlow(ctx, req, func(ctx context.Context, cmd event.Command) (*subscriptionDraft, error) {
		d, err := c.openSubscription(ctx, id, version, cmd)
		if err != nil {
			return nil, err
		}
		return d, step(d)
	})
}
