package oms

import (
	"context"
	"errors"

	"github.com/google/uuid"

	"github.com/go-oms/oms/event"
	"github.com/go-oms/oms/fault"
	"github.com/go-oms/oms/inventory"
	"github.com/go-oms/oms/storage"
)

// backordersFillable reports whether backordered units could be served.
func (c *Client) backordersFillable(ctx context.Context) (bool, error) {
	queue, err := c.store.Reservations(ctx, inventory.ReservationFilter{Kind: inventory.ForBackorder})
	if err != nil || len(queue) == 0 {
		return false, err
	}
	stock, err := c.backorderStock(ctx, queue)
	if err != nil {
		return false, err
	}
	cmd, err := c.inner().issuer.Issue(ctx, "order.fill", "", c.now(), nil)
	if err != nil {
		return false, err
	}
	_, fills := inventory.FillBackorders(stock, queue, cmd)
	return len(fills) > 0, nil
}

func (c *Client) backorderStock(ctx context.Context, queue []inventory.Reservation) (inventory.Stock, error) {
	skus := make([]string, len(queue))
	for i := range queue {
		skus[i] = queue[i].SKU
	}
	return inventory.ReadStock(ctx, c.store, skus, "", c.now())
}

// fillBackorders serves backorders from stock that came in, who waits longest
// first, one order at a time.
func (c *Client) fillBackorders(ctx context.Context) (Work, error) {
	var work Work
	queue, err := c.store.Reservations(ctx, inventory.ReservationFilter{Kind: inventory.ForBackorder})
	if err != nil {
		return work, err
	}
	done := make(map[string]bool)
	for _, r := range queue {
		if done[r.Owner] {
			continue
		}
		done[r.Owner] = true
		id, err := uuid.Parse(r.Owner)
		if err != nil {
			c.leftover("fill backorder", r.Owner, err, &work)
			continue
		}
		filled, err := c.fillBackorder(ctx, id)
		if err != nil && !errors.Is(err, errNothingToFill) {
			c.leftover("fill backorder", r.Owner, err, &work)
			continue
		}
		work.Backorders += filled
	}
	return work, nil
}

// errNothingToFill ends a fill before it writes anything.
var errNothingToFill = &fault.InvalidError{Field: "backorders", Value: "none", Allowed: "stock to fill them from"}

// fillBackorder serves one order's backorders as far as there is stock that nobody
// before it waits for.
func (c *Client) fillBackorder(ctx context.Context, id uuid.UUID) (int, error) {
	return do(ctx, c.inner(), request{name: "order.fill"}, flow[int]{
		decide: func(ctx context.Context, cmd event.Command) (int, *storage.Batch, error) {
			d, err := c.open(ctx, id, 0, cmd, "")
			if err != nil {
				return 0, nil, err
			}
			var own []inventory.Reservation
			for _, r := range d.reservations {
				if r.Kind == inventory.ForBackorder {
					own = append(own, r)
				}
			}
			stock, err := c.backorderStock(ctx, own)
			if err != nil {
				return 0, nil, err
			}
			changes, fills := inventory.FillBackorders(stock, own, cmd)
			if len(fills) == 0 {
				return 0, nil, errNothingToFill
			}
			for _, fill := range fills {
				l := d.order.Line(fill.LineID)
				if l == nil {
					return 0, nil, fault.NotFound("line", fill.LineID)
				}
				if err := l.FillBackorder(fill.Quantity); err != nil {
					return 0, nil, err
				}
			}
			d.move(changes)
			if err := d.conclude(OrderBackorderFilled); err != nil {
				return 0, nil, err
			}
			return len(fills), d.finish(nil), nil
		},
		replay: func(context.Context, []byte) (int, error) { return 0, nil },
	})
}
