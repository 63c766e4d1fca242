package oms

import (
	"context"
	"iter"

	"github.com/google/uuid"

	"github.com/go-oms/oms/crm"
	"github.com/go-oms/oms/event"
	"github.com/go-oms/oms/fault"
	"github.com/go-oms/oms/order"
)

// Customer returns a customer by id. For one who was merged into another it returns
// who is left, whose ID is another then. A shopper finds himself only.
func (c *Client) Customer(ctx context.Context, id uuid.UUID) (*crm.Customer, error) {
	if err := c.authorize(ctx, "customer.read"); err != nil {
		return nil, err
	}
	return c.customer(ctx, id)
}

// customer is who is left of a customer whom the actor may see.
func (c *Client) customer(ctx context.Context, id uuid.UUID) (*crm.Customer, error) {
	if !c.is(id) {
		return nil, fault.NotFound("customer", id)
	}
	customer, err := c.store.Customer(ctx, id)
	if err != nil {
		return nil, err
	}
	return c.survivor(ctx, customer)
}

// CustomerByEmail returns the customer with that email, in any case, or who is left
// of one who was merged with it. A shopper finds himself only.
func (c *Client) CustomerByEmail(ctx context.Context, email string) (*crm.Customer, error) {
	return c.customerBy(ctx, email, "", "with that email")
}

// CustomerByRef returns the customer with the host's reference, or who is left of
// one who was merged with it. A shopper finds himself only.
func (c *Client) CustomerByRef(ctx context.Context, externalRef string) (*crm.Customer, error) {
	return c.customerBy(ctx, "", externalRef, "with that external reference")
}

func (c *Client) customerBy(ctx context.Context, email, externalRef, shown string) (*crm.Customer, error) {
	if err := c.authorize(ctx, "customer.read"); err != nil {
		return nil, err
	}
	found, err := c.store.CustomerBy(ctx, email, externalRef)
	if err != nil {
		return nil, err
	}
	if found, err = c.survivor(ctx, found); err != nil {
		return nil, err
	}
	if !c.is(found.ID) {
		return nil, fault.NotFound("customer", shown)
	}
	return found, nil
}

// Customers yields the customers, newest first unless the filter says otherwise,
// reading page by page; those who were merged into others only if the filter asks
// for them. A shopper gets nobody but himself.
func (c *Client) Customers(ctx context.Context, f crm.Filter) iter.Seq2[*crm.Customer, error] {
	if err := c.authorize(ctx, "customer.read"); err != nil {
		return func(yield func(*crm.Customer, error) bool) { yield(nil, err) }
	}
	if c.actor.Kind != event.Shopper {
		return c.store.Customers(ctx, f)
	}
	return func(yield func(*crm.Customer, error) bool) {
		id, err := uuid.Parse(c.actor.ID)
		if err != nil || f.After != nil || f.Member != uuid.Nil {
			return // he is no company
		}
		if own, err := c.customer(ctx, id); !isNotFound(err) {
			yield(own, err)
		}
	}
}

// CustomerTimeline returns what happened to a customer, to those who were merged
// into him, and to his orders, in order of business time. Of the orders it has
// their own events; see Timeline for those of payments and fulfilment. A shopper
// sees his own, without the notes of the staff, and orders as in Orders: none under
// the id of one who was merged.
func (c *Client) CustomerTimeline(ctx context.Context, id uuid.UUID) ([]TimelineEntry, error) {
	if err := c.authorize(ctx, "customer.read"); err != nil {
		return nil, err
	}
	customer, err := c.customer(ctx, id)
	if err != nil {
		return nil, err
	}
	entries, err := c.customerHistory(ctx, customer.ID)
	if err != nil {
		return nil, err
	}
	for o, err := range c.orders(ctx, order.Filter{CustomerID: customer.ID, Ascending: true}) {
		if err != nil {
			return nil, err
		}
		if entries, err = c.history(ctx, event.Order, o.ID, entries); err != nil {
			return nil, err
		}
	}
	sortTimeline(entries)
	return entries, nil
}

// customerHistory returns the events of a customer and of those he absorbed.
func (c *Client) customerHistory(ctx context.Context, id uuid.UUID) (entries []TimelineEntry, err error) {
	seen := map[uuid.UUID]bool{id: true}
	for ids := []uuid.UUID{id}; len(ids) > 0; ids = ids[1:] {
		own, err := c.history(ctx, event.Customer, ids[0], nil)
		if err != nil {
			return nil, err
		}
		for _, e := range own {
			if e.Type == CustomerNoted && c.actor.Kind == event.Shopper {
				continue
			}
			entries = append(entries, e)
			if d, ok := e.Event.Payload.(*crm.Delta); ok && d.Absorbed != uuid.Nil && !seen[d.Absorbed] {
				seen[d.Absorbed] = true
				ids = append(ids, d.Absorbed)
			}
		}
	}
	return entries, nil
}
