package oms

import (
	"context"
	"fmt"
	"iter"
	"time"

	"github.com/google/uuid"

	"github.com/go-oms/oms/event"
	"github.com/go-oms/oms/fault"
	"github.com/go-oms/oms/order"
	"github.com/go-oms/oms/quantity"
	"github.com/go-oms/oms/storage"
)

// Subscription is what a customer wants again and again. Like a cart it has no
// prices.
type Subscription struct {
	Key        string             `json:"-"`
	Channel    string             `json:"channel,omitempty"`
	CustomerID uuid.UUID          `json:"customer_id"`
	Lines      []SubscriptionLine `json:"lines"`
	Schedule   order.Schedule     `json:"schedule"`
	// ShipToSaved is an address in the customer's book. Each order takes it as it
	// is then.
	ShipToSaved uuid.UUID `json:"ship_to_saved,omitzero"`
	Shipping    string    `json:"shipping,omitempty"` // code of a shipping method
	// Prices is order.PriceCurrent by default, and Shortage order.ShortageSkip.
	Prices   order.PricePolicy    `json:"prices,omitempty"`
	Shortage order.ShortagePolicy `json:"shortage,omitempty"`
	// Payment is the saved means of payment that each order is charged to; without
	// one the orders wait for their payment as any other does.
	Payment order.SubscriptionPayment `json:"payment,omitzero"`
}

// SubscriptionLine is goods of a subscription.
type SubscriptionLine struct {
	SKU      string            `json:"sku"`
	Quantity quantity.Quantity `json:"quantity"`
}

// Subscribe records a subscription: Run places an order on every date of its
// schedule from now on, and charges it. What it would cost today is asked for at
// once, so that unknown goods, addresses, shipping methods and gateways are refused
// here; so is a schedule without a date to come. A shopper subscribes for himself
// only, at current prices.
func (c *Client) Subscribe(ctx context.Context, p Subscription) (*order.Subscription, error) {
	c, err := c.allow(ctx, "subscription.create")
	if err != nil {
		return nil, err
	}
	if !c.is(p.CustomerID) {
		return nil, fault.Invalid("customer_id", p.CustomerID, "the shopper's own id")
	}
	body := struct {
		Body   Subscription `json:"body"`
		Source string       `json:"source"`
	}{p, p.Payment.Source}
	req := request{name: "subscription.create", key: p.Key, body: body}
	return c.subscriptionFlow(ctx, req, func(ctx context.Context, cmd event.Command) (*subscriptionDraft, error) {
		s := &order.Subscription{
			ID: cmd.IDs.Next(), CustomerID: p.CustomerID, Channel: p.Channel, Schedule: moments(p.Schedule), ShipToID: p.ShipToSaved,
			Shipping: p.Shipping, Prices: p.Prices, Shortage: p.Shortage, Payment: p.Payment, CreatedAt: cmd.Now,
		}
		if s.Prices == "" {
			s.Prices = order.PriceCurrent
		}
		if s.Shortage == "" {
			s.Shortage = order.ShortageSkip
		}
		for _, l := range p.Lines {
			s.Lines = append(s.Lines, order.SubscriptionLine{SKU: l.SKU, Quantity: l.Quantity})
		}
		d := &subscriptionDraft{cmd: cmd, next: s}
		var err error
		if s.CustomerID, err = c.whoIsLeft(ctx, s.CustomerID); err != nil {
			return nil, err
		}
		if err := c.agree(ctx, d); err != nil {
			return nil, err
		}
		if err := s.Begin(cmd.Now); err != nil {
			return nil, err
		}
		d.record(SubscriptionCreated, s.Next, "")
		return d, nil
	})
}

// agree checks what was subscribed to and asks what lines cost that are new.
func (c *Client) agree(ctx context.Context, d *subscriptionDraft) error {
	s := d.next
	if err := s.Check(c.core.cfg.Limits); err != nil {
		return err
	}
	if c.actor.Kind == event.Shopper && s.Prices != order.PriceCurrent && (d.stored == nil || s.Prices != d.stored.Prices) {
		return fault.Invalid("prices", s.Prices, "current: other policies are the shop's to give")
	}
	if s.Payment.Gateway != "" {
		if _, err := c.gateway(s.Payment.Gateway); err != nil {
			return prefixed("payment", err)
		}
	}
	in, err := c.price(ctx, cartOf(s, s.Lines), d.cmd)
	if err != nil {
		return err
	}
	for i := range s.Lines {
		if l := &s.Lines[i]; l.UnitPrice.Currency() == "" {
			l.UnitPrice = in.Lines[i].UnitPrice
		}
	}
	return nil
}

// cartOf is the cart of some of a subscription's lines.
func cartOf(s *order.Subscription, lines []order.SubscriptionLine) Cart {
	cart := Cart{Channel: s.Channel, CustomerID: s.CustomerID, ShipToSaved: s.ShipToID, Shipping: s.Shipping}
	for _, l := range lines {
		cart.Lines = append(cart.Lines, CartLine{SKU: l.SKU, Quantity: l.Quantity, Backorder: s.Shortage == order.ShortageBackorder})
	}
	return cart
}

// moments brings the times of a schedule into the form of the books.
func moments(s order.Schedule) order.Schedule {
	s.Start = event.Moment(s.Start)
	if !s.Until.IsZero() {
		s.Until = event.Moment(s.Until)
	}
	return s
}

// Subscription returns a subscription. A shopper sees his own only.
func (c *Client) Subscription(ctx context.Context, id uuid.UUID) (*order.Subscription, error) {
	if err := c.authorize(ctx, "subscription.read"); err != nil {
		return nil, err
	}
	return c.subscription(ctx, id)
}

// subscription is one that the actor may see.
func (c *Client) subscription(ctx context.Context, id uuid.UUID) (*order.Subscription, error) {
	s, err := c.store.Subscription(ctx, id)
	if err == nil && !c.is(s.CustomerID) {
		err = fault.NotFound("subscription", id)
	}
	if err != nil {
		return nil, err
	}
	return s, nil
}

// Subscriptions yields the subscriptions that the filter selects: with its NextTo
// those that Run takes up before that time, in order of time. A shopper sees his own
// only.
func (c *Client) Subscriptions(ctx context.Context, f order.SubscriptionFilter) iter.Seq2[*order.Subscription, error] {
	if err := c.authorize(ctx, "subscription.read"); err != nil {
		return func(yield func(*order.Subscription, error) bool) { yield(nil, err) }
	}
	if c.actor.Kind == event.Shopper {
		own, err := uuid.Parse(c.actor.ID)
		if err != nil || own == uuid.Nil || f.CustomerID != uuid.Nil && f.CustomerID != own {
			return func(func(*order.Subscription, error) bool) {}
		}
		f.CustomerID = own
	}
	return c.store.Subscriptions(ctx, f)
}

// subscriptionDraft is a change of one subscription in the making.
type subscriptionDraft struct {
	cmd    event.Command
	stored *order.Subscription // as read; nil for a new one
	next   *order.Subscription // the working copy
	events []event.Event
}

// openSubscription begins a change of a subscription that the actor may see.
func (c *Client) openSubscription(ctx context.Context, id uuid.UUID, version int64, cmd event.Command) (*subscriptionDraft, error) {
	s, err := c.subscription(ctx, id)
	if err != nil {
		return nil, err
	}
	if version != 0 && version != s.Version {
		return nil, &fault.StaleError{Kind: event.Subscription, ID: id.String(), Expected: version, Actual: s.Version}
	}
	return &subscriptionDraft{cmd: cmd, stored: s, next: s.Clone()}, nil
}

// record turns what was done into an event, and a subscription that has nothing left
// to do into one that is over.
func (d *subscriptionDraft) record(kind string, date time.Time, reason string) {
	d.next.Version++
	delta := d.next.Delta(date, reason)
	d.events = append(d.events, d.cmd.Event(event.Subscription, d.next.ID, d.next.Version, kind, delta))
	if d.next.Exhausted() {
		d.next.Complete()
		d.record(SubscriptionCompleted, date, "")
	}
}

// into adds the change to a batch.
func (d *subscriptionDraft) into(b *storage.Batch) {
	b.Subscriptions = append(b.Subscriptions, *d.next)
	b.Events = append(b.Events, d.events...)
}

// subscriptionResult is what commands on subscriptions store under their key.
type subscriptionResult struct {
	ID      uuid.UUID `json:"subscription"`
	Version int64     `json:"version"`
}

// subscriptionFlow runs a command that changes one subscription and answers with it.
func (c *Client) subscriptionFlow(
	ctx context.Context, req request, decide func(context.Context, event.Command) (*subscriptionDraft, error),
) (*order.Subscription, error) {
	return do(ctx, c, req, flow[*order.Subscription]{
		decide: func(ctx context.Context, cmd event.Command) (*order.Subscription, *storage.Batch, error) {
			d, err := decide(ctx, cmd)
			if err != nil {
				return nil, nil, err
			}
			b := &storage.Batch{Result: jsonResult(subscriptionResult{d.next.ID, d.next.Version})}
			d.into(b)
			return d.next.Clone(), b, nil
		},
		replay: func(ctx context.Context, result []byte) (*order.Subscription, error) {
			was, err := jsonReplay[subscriptionResult](ctx, result)
			if err != nil {
				return nil, err
			}
			return c.subscriptionAt(ctx, was)
		},
	})
}

// subscriptionAt returns a subscription as it was at a version; its token is that of
// today.
func (c *Client) subscriptionAt(ctx context.Context, at subscriptionResult) (*order.Subscription, error) {
	s, err := c.subscription(ctx, at.ID)
	if err != nil || s.Version == at.Version {
		return s, err
	}
	history, err := c.store.History(ctx, event.Subscription, at.ID)
	if err != nil {
		return nil, err
	}
	for _, e := range history {
		if delta, ok := e.Payload.(*order.SubscriptionDelta); ok && e.Version == at.Version {
			return order.ApplySubscription(s, delta), nil
		}
	}
	return nil, &storage.BookError{What: fmt.Sprintf("subscription %s has no version %d", at.ID, at.Version)}
}
