package oms

import (
	"context"

	"github.com/google/uuid"

	"github.com/go-oms/oms/fault"
	"github.com/go-oms/oms/fulfillment"
	"github.com/go-oms/oms/order"
)

// TrackReturn records a carrier's scan of a parcel on its way back: what was awaited
// is in transit then, and no longer expires. It is a fact and never refused for what
// it says; scans may come twice, late and in any order. A parcel that is lost or went
// back to the customer is the return's Problem. An unknown tracking number is a
// *fault.NotFoundError.
func (c *Client) TrackReturn(ctx context.Context, p Tracking) (*order.Return, error) {
	c, err := c.allow(ctx, "return.track")
	if err != nil {
		return nil, err
	}
	if !p.Scan.Status.Sent() {
		return nil, fault.Invalid("scan.status", p.Scan.Status, "a status of a parcel that has left")
	}
	orderID, returnID, err := c.returnByTracking(ctx, p.Carrier, p.Tracking)
	if err != nil {
		return nil, err
	}
	req := request{name: "return.track", key: p.Key, at: p.Scan.At, body: p}
	return c.onReturn(ctx, req, orderID, returnID, "", func(d *draft, r *order.Return) (string, error) {
		was := r.Problem
		switch p.Scan.Status {
		case fulfillment.Lost:
			r.Problem = problemLost
		case fulfillment.ReturnedSender:
			r.Problem = problemSender
		}
		moved := false
		for i := range r.Lines {
			l := &r.Lines[i]
			if rest := l.Awaited(); rest.Sign() > 0 {
				if err := d.order.MoveReturn(r, l, order.DispatchUnits, rest); err != nil {
					return "", err
				}
				moved = true
			}
		}
		if !moved && r.Problem == was {
			return "", nil
		}
		return OrderReturnTracked, nil
	})
}

// returnByTracking finds a return by the number on its label.
func (c *Client) returnByTracking(ctx context.Context, carrier, tracking string) (orderID, returnID uuid.UUID, err error) {
	for o, err := range c.store.Orders(ctx, order.Filter{ReturnTracking: tracking}) {
		if err != nil {
			return uuid.Nil, uuid.Nil, err
		}
		for i := range o.Returns {
			if l := &o.Returns[i].Label; l.Carrier == carrier && l.Tracking == tracking {
				return o.ID, o.Returns[i].ID, nil
			}
		}
	}
	return uuid.Nil, uuid.Nil, fault.NotFound("return", tracking)
}

// returnsDue reports whether a return has to be looked at.
func (c *Client) returnsDue(ctx context.Context) (bool, error) {
	for _, err := range c.store.Orders(ctx, order.Filter{ReturnsDueTo: c.now(), Limit: 1, Ascending: true}) {
		return err == nil, err
	}
	return false, nil
}

// followReturns takes up labels that were left unfinished and gives up on what has
// not come in time.
func (c *Client) followReturns(ctx context.Context) (Work, error) {
	var work Work
	now := c.now()
	for o, err := range c.store.Orders(ctx, order.Filter{ReturnsDueTo: now, Limit: passLimit, Ascending: true}) {
		if err != nil {
			return work, err
		}
		for i := range o.Returns {
			c.followReturn(ctx, o, &o.Returns[i], &work)
		}
	}
	return work, nil
}

func (c *Client) followReturn(ctx context.Context, o *order.Order, r *order.Return, work *Work) {
	now := c.now()
	if due := r.DueAt(); due.IsZero() || !due.Before(now) {
		return
	}
	if l := r.Label; l.State.InFlight() && !l.NextAt.IsZero() && l.NextAt.Before(now) {
		if _, err := c.resolveReturnLabel(ctx, o.ID, r.ID); err != nil {
			c.leftover("finish return label", r.ID.String(), err, work)
		} else {
			work.Labels++
		}
		return
	}
	if _, err := c.ExpireReturn(ctx, o.ID, r.ID, Expiry{Key: "expire-return/" + r.ID.String()}); err != nil {
		c.leftover("expire return", r.ID.String(), err, work)
		return
	}
	work.Returns++
}
