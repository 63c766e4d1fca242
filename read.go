package oms

import (
	"cmp"
	"context"
	"iter"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/go-oms/oms/event"
	"github.com/go-oms/oms/fulfillment"
	"github.com/go-oms/oms/order"
	"github.com/go-oms/oms/payment"
)

// Order returns an order by its id, with its lines, adjustments, returns and
// addresses. An order that does not exist, or that the actor may not see, is a
// *fault.NotFoundError.
func (c *Client) Order(ctx context.Context, id uuid.UUID) (*order.Order, error) {
	if err := c.authorize(ctx, "order.read"); err != nil {
		return nil, err
	}
	return c.view(ctx, id)
}

// view reads an order for the actor to look at.
func (c *Client) view(ctx context.Context, id uuid.UUID) (*order.Order, error) {
	o, err := c.store.Order(ctx, id)
	return c.shown(ctx, o, err, id)
}

// OrderByNumber returns an order by the number the customer knows.
func (c *Client) OrderByNumber(ctx context.Context, number string) (*order.Order, error) {
	return c.orderBy(ctx, order.Ref{Number: number}, number)
}

// OrderByRef returns an order by the reference that its channel knows it under.
func (c *Client) OrderByRef(ctx context.Context, channel, externalRef string) (*order.Order, error) {
	return c.orderBy(ctx, order.Ref{Channel: channel, ExternalRef: externalRef}, externalRef)
}

// OrderByCart returns the order that a cart became.
func (c *Client) OrderByCart(ctx context.Context, cartID string) (*order.Order, error) {
	return c.orderBy(ctx, order.Ref{CartID: cartID}, cartID)
}

func (c *Client) orderBy(ctx context.Context, ref order.Ref, shown string) (*order.Order, error) {
	if err := c.authorize(ctx, "order.read"); err != nil {
		return nil, err
	}
	o, err := c.store.OrderBy(ctx, ref)
	return c.shown(ctx, o, err, shown)
}

// Orders yields the orders that match, newest first unless the filter says
// otherwise, reading page by page. A shopper gets his own only, or all of the filter's
// company where his role there lets him see them.
func (c *Client) Orders(ctx context.Context, f order.Filter) iter.Seq2[*order.Order, error] {
	if err := c.authorize(ctx, "order.read"); err != nil {
		return func(yield func(*order.Order, error) bool) { yield(nil, err) }
	}
	return c.orders(ctx, f)
}

// orders are those that the actor may see.
func (c *Client) orders(ctx context.Context, f order.Filter) iter.Seq2[*order.Order, error] {
	if c.actor.Kind == event.Shopper {
		if f.CompanyID != uuid.Nil {
			if all, err := c.seesAll(ctx, f.CompanyID); err != nil {
				return func(yield func(*order.Order, error) bool) { yield(nil, err) }
			} else if all {
				return c.store.Orders(ctx, f)
			}
		}
		own, err := uuid.Parse(c.actor.ID)
		if err != nil || (f.CustomerID != uuid.Nil && f.CustomerID != own) {
			return func(func(*order.Order, error) bool) {}
		}
		f.CustomerID = own
	}
	return c.store.Orders(ctx, f)
}

// OrdersOf yields a customer's orders, newest first. It does not follow merges: of one
// who was merged it yields only what came in under his id since.
func (c *Client) OrdersOf(ctx context.Context, customer uuid.UUID) iter.Seq2[*order.Order, error] {
	return c.Orders(ctx, order.Filter{CustomerID: customer})
}

// Payments returns an order's tenders with their operations.
func (c *Client) Payments(ctx context.Context, orderID uuid.UUID) ([]*payment.Tender, error) {
	if err := c.authorize(ctx, "payment.read"); err != nil {
		return nil, err
	}
	if _, err := c.view(ctx, orderID); err != nil {
		return nil, err
	}
	return c.store.Tenders(ctx, orderID)
}

// Fulfillments returns an order's fulfilment orders with their shipments.
func (c *Client) Fulfillments(ctx context.Context, orderID uuid.UUID) ([]*fulfillment.Fulfillment, error) {
	if err := c.authorize(ctx, "order.read"); err != nil {
		return nil, err
	}
	if _, err := c.view(ctx, orderID); err != nil {
		return nil, err
	}
	return c.store.Fulfillments(ctx, orderID)
}

// TimelineEntry is one event of an order, of its payments or of its fulfilment, or
// of a customer.
type TimelineEntry struct {
	At         time.Time   `json:"at"` // business time
	RecordedAt time.Time   `json:"recorded_at"`
	Type       string      `json:"type"`
	Actor      string      `json:"actor"`
	Aggregate  string      `json:"aggregate"`
	ID         uuid.UUID   `json:"id"`
	Version    int64       `json:"version"`
	Status     string      `json:"status,omitempty"` // the order's after it
	Event      event.Event `json:"-"`
}

// Timeline returns what happened to an order, its payments and its fulfilment, in
// order of business time.
func (c *Client) Timeline(ctx context.Context, orderID uuid.UUID) ([]TimelineEntry, error) {
	if err := c.authorize(ctx, "order.read"); err != nil {
		return nil, err
	}
	if _, err := c.view(ctx, orderID); err != nil {
		return nil, err
	}
	entries, err := c.history(ctx, event.Order, orderID, nil)
	if err != nil {
		return nil, err
	}
	tenders, err := c.store.Tenders(ctx, orderID)
	if err != nil {
		return nil, err
	}
	for _, t := range tenders {
		if entries, err = c.history(ctx, event.Payment, t.ID, entries); err != nil {
			return nil, err
		}
	}
	fulfillments, err := c.store.Fulfillments(ctx, orderID)
	if err != nil {
		return nil, err
	}
	for _, f := range fulfillments {
		if entries, err = c.history(ctx, event.Fulfillment, f.ID, entries); err != nil {
			return nil, err
		}
	}
	sortTimeline(entries)
	return entries, nil
}

func sortTimeline(entries []TimelineEntry) {
	slices.SortStableFunc(entries, func(a, b TimelineEntry) int {
		return cmp.Or(a.At.Compare(b.At), a.RecordedAt.Compare(b.RecordedAt))
	})
}

func (c *Client) history(ctx context.Context, aggregate string, id uuid.UUID, into []TimelineEntry) ([]TimelineEntry, error) {
	events, err := c.store.History(ctx, aggregate, id)
	if err != nil {
		return nil, err
	}
	for _, e := range events {
		entry := TimelineEntry{
			At: e.At, RecordedAt: e.RecordedAt, Type: e.Type, Aggregate: aggregate, ID: id, Version: e.Version,
			Actor: event.Actor{Kind: e.ActorKind, ID: e.ActorID}.String(), Event: e,
		}
		if delta, ok := e.Payload.(*order.Delta); ok {
			entry.Status = delta.Order.Status
		}
		into = append(into, entry)
	}
	return into, nil
}

// read gathers what a command on an order relies on.
func (c *Client) read(ctx context.Context, id uuid.UUID, version int64) (dossier, error) {
	o, err := c.load(ctx, id, version)
	if err != nil {
		return dossier{}, err
	}
	return c.gather(ctx, o)
}
