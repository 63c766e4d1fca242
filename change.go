package oms

import (
	"context"
	"time"

	"github.com/google/uuid"

	"github.com/go-oms/oms/event"
	"github.com/go-oms/oms/order"
	"github.com/go-oms/oms/storage"
)

// orderBody is what a command about an order is digested by: which order, and the
// params.
type orderBody[P any] struct {
	Order uuid.UUID `json:"order"`
	Body  P         `json:"body"`
}

// change is a command about one order that answers with it: act does its part on
// the draft and names the order's event.
type change struct {
	name    string
	key     string
	at      time.Time
	body    any
	version int64 // that the caller saw; 0 does not care
	reason  string
	prepare func(context.Context, *draft) error // reads what act needs; nil: nothing more
	act     func(*draft) (kind string, err error)
	spends  bool // what the order comes to may grow by it, within the limits of its company
}

// change runs the command and then makes the calls outside that it has led to.
func (c *Client) change(ctx context.Context, id uuid.UUID, ch change) (*order.Order, error) {
	c, leave, err := c.enter()
	if err != nil {
		return nil, err
	}
	defer leave()
	var calls []call
	req := request{name: ch.name, key: ch.key, at: ch.at, body: ch.body}
	o, err := do(ctx, c, req, flow[*order.Order]{
		decide: func(ctx context.Context, cmd event.Command) (*order.Order, *storage.Batch, error) {
			d, err := c.open(ctx, id, ch.version, cmd, ch.reason)
			if err != nil {
				return nil, nil, err
			}
			if ch.prepare != nil {
				if err := ch.prepare(ctx, d); err != nil {
					return nil, nil, err
				}
			}
			kind, err := ch.act(d)
			if err != nil {
				return nil, nil, err
			}
			if ch.spends {
				if err := d.withinCompany(ctx); err != nil {
					return nil, nil, err
				}
			}
			if err := d.conclude(kind); err != nil {
				return nil, nil, err
			}
			calls = d.calls
			return d.answer(), d.finish(orderResult(d.last)), nil
		},
		replay: func(ctx context.Context, result []byte) (*order.Order, error) {
			calls = nil // they were made, or are Run's
			return c.replayOrder(ctx, result)
		},
	})
	if err != nil {
		return nil, err
	}
	c.performAll(ctx, calls)
	return o, nil
}
