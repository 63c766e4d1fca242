package oms

import (
	"context"

	"github.com/google/uuid"

	"github.com/go-oms/oms/crm"
	"github.com/go-oms/oms/event"
	"github.com/go-oms/oms/order"
	"github.com/go-oms/oms/storage"
)

// maxReassigned is how many orders one claim or merge hands over: about as many as
// are written while other commands can still wait.
const maxReassigned = 1000

// reassign hands orders over to a customer, at most maxReassigned of those that the
// filter selects, oldest first, and of guests' orders by an email those that its owner
// placed. Each gets an event of that type and with it a new version, so that nothing
// else happens to it meanwhile. It returns their ids, and whether there are more.
func (c *Client) reassign(
	ctx context.Context, cmd event.Command, b *storage.Batch, f order.Filter, customer uuid.UUID, kind string,
) (ids []uuid.UUID, more bool, err error) {
	f.Ascending = true
	for o, err := range c.store.Orders(ctx, f) {
		if err != nil {
			return nil, false, err
		}
		if f.GuestEmail != "" && placedBy(o) != f.GuestEmail {
			continue
		}
		if len(ids) == maxReassigned {
			return ids, true, nil
		}
		after := o.Clone()
		after.CustomerID = customer
		after.Version++
		delta := order.Diff(o, after)
		b.Orders = append(b.Orders, order.Changes{Delta: delta, Coupons: spends(o, after, nil)})
		b.Events = append(b.Events, cmd.Event(event.Order, after.ID, after.Version, kind, delta))
		ids = append(ids, after.ID)
	}
	return ids, false, nil
}

// handed is what a claim or a merge keeps under its key.
type handed struct {
	Into   uuid.UUID   `json:"into"`
	Orders []uuid.UUID `json:"orders,omitempty"`
	More   bool        `json:"more,omitempty"`
}

// replayHanded returns what a claim or a merge did, and the customer as he is now.
func (c *Client) replayHanded(ctx context.Context, result []byte) (*crm.Customer, handed, error) {
	was, err := jsonReplay[handed](ctx, result)
	if err != nil {
		return nil, was, err
	}
	customer, err := c.customer(ctx, was.Into)
	return customer, was, err
}

// placedBy is the email of who placed an order as a guest: the payer's, or the
// recipient's if the payer has none. Who only receives a present gets neither the
// payer's address with it nor a say in the order.
func placedBy(o *order.Order) string {
	for _, a := range []*order.Address{o.BillTo, o.ShipTo} {
		if a != nil && a.Email != "" {
			return crm.NormalizeEmail(a.Email)
		}
	}
	return ""
}
