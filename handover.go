package oms

import (
	"context"

	"github.com/google/uuid"

	"github.com/go-oms/oms/event"
	"github.com/go-oms/oms/order"
	"github.com/go-oms/oms/storage"
)

// maxReassigned is how many orders one claim or merge hands over: about as many as
// are written while other commands can still wait.
const maxReassigned = 1000

// reassign hands orders over to a customer, at most maxReassigned of those that the
// filter selects, oldest first: each gets an event of that type and with it a new
// version, so that nothing else happens to it meanwhile. It returns their ids, and
// whether there are more.
func (c *Client) reassign(
	ctx context.Context, cmd event.Command, b *storage.Batch, f order.Filter, customer uuid.UUID, kind string,
) (ids []uuid.UUID, more bool, err error) {
	f.Ascending, f.Limit = true, maxReassigned+1
	for o, err := range c.store.Orders(ctx, f) {
		if err != nil {
			return nil, false, err
		}
		if len(ids) == maxReassigned {
			return ids, true, nil
		}
		after := o.Clone()
		after.CustomerID = customer
		after.Version++
		delta := order.Diff(o, after)
		b.Orders = append(b.Orders, order.Changes{Delta: delta})
		b.Events = append(b.Events, cmd.Event(event.Order, after.ID, after.Version, kind, delta))
		ids = append(ids, after.ID)
	}
	return ids, false, nil
}
