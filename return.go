package oms

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/go-oms/oms/event"
	"github.com/go-oms/oms/fault"
	"github.com/go-oms/oms/order"
	"github.com/go-oms/oms/quantity"
	"github.com/go-oms/oms/storage"
)

// ReturnRequest announces goods that a customer sends back.
type ReturnRequest struct {
	Key     string         `json:"-"`
	Version int64          `json:"version,omitempty"`
	Lines   []LineQuantity `json:"lines"`
	// Reason is the code of one of Config.Returns.Reasons, or any text where none
	// are listed.
	Reason string `json:"reason,omitempty"`
	// Resolution is what the customer gets; empty for his money back.
	Resolution order.Resolution `json:"resolution,omitempty"`
	Receipt    string           `json:"receipt,omitempty"`  // the proof of purchase, a reference
	Evidence   []string         `json:"evidence,omitempty"` // references to pictures and the like
	Note       string           `json:"note,omitempty"`     // becomes a note of the order
	// Instant gives the credit now. It is taken back for what does not come.
	Instant bool `json:"instant,omitempty"`
	// Override is why staff takes the goods against rules that allow it.
	Override string    `json:"override,omitempty"`
	At       time.Time `json:"at,omitzero"`

	exchange bool // the return is a part of an exchange
}

// RequestReturn registers a return (an RMA). Only shipped units that are in no
// other return can be sent back, and only what Config.Returns takes: the error is an
// *[order.ReturnRefusedError] that names every line and rule otherwise. Lines that a
// rule sends to a person wait for ReviewReturn.
func (c *Client) RequestReturn(ctx context.Context, orderID uuid.UUID, p ReturnRequest) (*order.Return, error) {
	body := orderBody[ReturnRequest]{orderID, p}
	req := request{name: "return.request", key: p.Key, at: p.At, body: body}
	return c.returning(ctx, req, func(ctx context.Context, cmd event.Command) (uuid.UUID, *draft, error) {
		d, err := c.open(ctx, orderID, p.Version, cmd, p.Reason)
		if err != nil {
			return uuid.Nil, nil, err
		}
		if err := d.fire(order.ActionReturn, linesOf(p.Lines)...); err != nil {
			return uuid.Nil, nil, err
		}
		if len(p.Lines) > 0 {
			if err := d.wantsStoreCredit(ctx, p.Resolution, p.Lines[0].LineID); err != nil {
				return uuid.Nil, nil, err
			}
		}
		id, err := d.requestReturn(c.core.cfg.Returns, p)
		if err != nil {
			return uuid.Nil, nil, err
		}
		return id, d, d.conclude(OrderReturnRequested)
	})
}

func (d *draft) requestReturn(policy order.ReturnPolicy, p ReturnRequest) (uuid.UUID, error) {
	limits := d.client.core.cfg.Limits
	switch {
	case len(p.Lines) == 0:
		return uuid.Nil, fault.Invalid("lines", "none", "at least one line")
	case len(d.order.Returns) >= limits.MaxReturns:
		return uuid.Nil, fault.Invalid("returns", len(d.order.Returns)+1, fmt.Sprintf("at most %d on one order", limits.MaxReturns))
	}
	if p.Note != "" {
		if err := limits.CheckNote(p.Note); err != nil {
			return uuid.Nil, err
		}
		d.note(p.Note, false)
	}
	ask := order.ReturnAsk{
		Reason: p.Reason, Receipt: p.Receipt, Evidence: p.Evidence, Noted: p.Note != "", Instant: p.Instant,
		Staff: d.cmd.Actor.Kind != event.Shopper, Override: p.Override, At: d.cmd.At, Sent: d.sent(),
		Exchange: p.exchange,
	}
	for _, q := range p.Lines {
		ask.Lines = append(ask.Lines, order.ReturnAskLine{LineID: q.LineID, Quantity: q.Quantity, Resolution: p.Resolution})
	}
	r, err := d.order.RequestReturn(d.cmd.IDs.Next(), policy, ask)
	if err != nil {
		return uuid.Nil, err
	}
	if err := limits.CheckReturn(r); err != nil {
		return uuid.Nil, err
	}
	return r.ID, d.order.SettleReturn(d.cmd.IDs, r, d.cmd.At)
}

// sent says when the units of each line left and arrived. Of several shipments of a
// line it is the one that gives the customer most time.
func (d *draft) sent() map[uuid.UUID]order.Sent {
	begins := func(s order.Sent) time.Time {
		if s.DeliveredAt.IsZero() {
			return s.ShippedAt
		}
		return s.DeliveredAt
	}
	last := make(map[uuid.UUID]order.Sent)
	for _, f := range d.fulfillments {
		for i := range f.fulfillment.Shipments {
			s := &f.fulfillment.Shipments[i]
			if !s.Status.Sent() {
				continue
			}
			at := order.Sent{ShippedAt: s.ShippedAt, DeliveredAt: s.DeliveredAt}
			for _, q := range s.Contents() {
				if known, ok := last[q.LineID]; !ok || begins(known).Before(begins(at)) {
					last[q.LineID] = at
				}
			}
		}
	}
	return last
}

// ReturnCancellation calls off what is outstanding of a return.
type ReturnCancellation struct {
	Key    string    `json:"-"`
	Reason string    `json:"reason,omitempty"`
	At     time.Time `json:"at,omitzero"`
}

// CancelReturn calls off what has not come of a return: the customer keeps it, and
// what was credited for it in advance is taken back. Where nothing is still to come it
// is refused.
func (c *Client) CancelReturn(ctx context.Context, orderID, returnID uuid.UUID, p ReturnCancellation) (*order.Return, error) {
	req := request{name: "return.cancel", key: p.Key, at: p.At, body: returnBody[ReturnCancellation]{orderID, returnID, p}}
	return c.onReturn(ctx, req, orderID, returnID, p.Reason, func(d *draft, r *order.Return) (string, error) {
		return OrderReturnCanceled, d.giveUp(r, order.CancelUnits, order.ReturnLine.Outstanding)
	})
}

// giveUp makes a move with whatever each line has of it, and lets the money follow. A
// return that has nothing of it is refused.
func (d *draft) giveUp(r *order.Return, move order.ReturnMove, units func(order.ReturnLine) quantity.Quantity) error {
	moved := false
	for i := range r.Lines {
		l := &r.Lines[i]
		if rest := units(*l); rest.Sign() > 0 {
			if err := d.order.MoveReturn(r, l, move, rest); err != nil {
				return err
			}
			moved = true
		}
	}
	if !moved {
		return fault.Invalid("return", r.Status, "a return of which something is still to come")
	}
	return d.order.SettleReturn(d.cmd.IDs, r, d.cmd.At)
}

// ExpireReturn gives up on what has not come of a return whose ExpiresAt is over:
// the units can be asked for again, and what was credited for them in advance is
// taken back. What a carrier has is waited for. Run calls it.
func (c *Client) ExpireReturn(ctx context.Context, orderID, returnID uuid.UUID, p Expiry) (*order.Return, error) {
	req := request{name: "return.expire", key: p.Key, body: returnBody[Expiry]{orderID, returnID, p}}
	return c.onReturn(ctx, req, orderID, returnID, "not in time", func(d *draft, r *order.Return) (string, error) {
		if err := d.expect(p.Version); err != nil {
			return "", err
		}
		if r.ExpiresAt.IsZero() || d.cmd.Now.Before(r.ExpiresAt) {
			return "", fault.Invalid("now", d.cmd.Now, "not before the return expires: "+r.ExpiresAt.String())
		}
		return OrderReturnExpired, d.giveUp(r, order.ExpireUnits, order.ReturnLine.Awaited)
	})
}

// expect refuses an order that is not at the version the caller saw; 0 does not care.
func (d *draft) expect(version int64) error {
	if version != 0 && d.stored.Version != version {
		return &fault.StaleError{Kind: event.Order, ID: d.order.ID.String(), Expected: version, Actual: d.stored.Version}
	}
	return nil
}

// returnBody is what a command about a return is digested by.
type returnBody[P any] struct {
	Order  uuid.UUID `json:"order"`
	Return uuid.UUID `json:"return"`
	Body   P         `json:"body"`
}

// returnResult is what commands about a return store under their key.
type returnResult struct {
	Order   uuid.UUID `json:"order"`
	Version int64     `json:"version"`
	Return  uuid.UUID `json:"return"`
}

// onReturn is a command about one return: change does its part and names the order's
// event, or nothing when nothing changed.
func (c *Client) onReturn(
	ctx context.Context, req request, orderID, returnID uuid.UUID, reason string, change func(*draft, *order.Return) (string, error),
) (*order.Return, error) {
	return c.returning(ctx, req, func(ctx context.Context, cmd event.Command) (uuid.UUID, *draft, error) {
		d, err := c.open(ctx, orderID, 0, cmd, reason)
		if err != nil {
			return uuid.Nil, nil, err
		}
		r := d.order.Return(returnID)
		if r == nil {
			return uuid.Nil, nil, fault.NotFound("return", returnID)
		}
		kind, err := change(d, r)
		if err != nil || kind == "" {
			return returnID, d, err
		}
		return returnID, d, d.conclude(kind)
	})
}

// returning is a command that answers with a return as it is right after it.
func (c *Client) returning(ctx context.Context, req request, change func(context.Context, event.Command) (uuid.UUID, *draft, error)) (*order.Return, error) {
	return do(ctx, c, req, flow[*order.Return]{
		decide: func(ctx context.Context, cmd event.Command) (*order.Return, *storage.Batch, error) {
			id, d, err := change(ctx, cmd)
			if err != nil {
				return nil, nil, err
			}
			result := returnResult{Order: d.last.ID, Version: d.last.Version, Return: id}
			return d.answer().Return(id), d.finish(jsonResult(result)), nil
		},
		replay: func(ctx context.Context, stored []byte) (*order.Return, error) {
			result, err := jsonReplay[returnResult](ctx, stored)
			if err != nil {
				return nil, err
			}
			o, err := c.orderAt(ctx, result.Order, result.Version)
			if err != nil {
				return nil, err
			}
			return o.Return(result.Return), nil
		},
	})
}
