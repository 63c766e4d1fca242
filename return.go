package oms

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/go-oms/oms/event"
	"github.com/go-oms/oms/fault"
	"github.com/go-oms/oms/inventory"
	"github.com/go-oms/oms/order"
	"github.com/go-oms/oms/quantity"
	"github.com/go-oms/oms/storage"
)

// ReturnRequest announces goods that a customer sends back.
type ReturnRequest struct {
	Key     string         `json:"-"`
	Version int64          `json:"version,omitempty"`
	Lines   []LineQuantity `json:"lines"`
	Reason  string         `json:"reason,omitempty"`
	At      time.Time      `json:"at,omitzero"`
}

// RequestReturn registers a return (an RMA). Only shipped units that are in no
// other return can be sent back.
func (c *Client) RequestReturn(ctx context.Context, orderID uuid.UUID, p ReturnRequest) (*order.Return, error) {
	body := orderBody[ReturnRequest]{orderID, p}
	req := request{name: "return.request", key: p.Key, at: p.At, body: body}
	return c.returning(ctx, req, func(ctx context.Context, cmd event.Command) (uuid.UUID, *draft, error) {
		if len(p.Lines) == 0 {
			return uuid.Nil, nil, fault.Invalid("lines", "none", "at least one line")
		}
		d, err := c.open(ctx, orderID, p.Version, cmd, p.Reason)
		if err != nil {
			return uuid.Nil, nil, err
		}
		if err := d.fire(order.ActionReturn); err != nil {
			return uuid.Nil, nil, err
		}
		id, err := d.requestReturn(p.Lines)
		if err != nil {
			return uuid.Nil, nil, err
		}
		return id, d, d.conclude(OrderReturnRequested)
	})
}

func (d *draft) requestReturn(lines []LineQuantity) (uuid.UUID, error) {
	limits := d.client.core.cfg.Limits
	if len(d.order.Returns) >= limits.MaxReturns {
		return uuid.Nil, fault.Invalid("returns", len(d.order.Returns)+1, fmt.Sprintf("at most %d on one order", limits.MaxReturns))
	}
	r := order.Return{
		ID: d.cmd.IDs.Next(), Status: order.ReturnRequested, Reason: d.reason, RequestedAt: d.cmd.At,
		Lines: make([]order.ReturnLine, 0, len(lines)),
	}
	for _, q := range lines {
		l := d.order.Line(q.LineID)
		if l == nil {
			return uuid.Nil, fault.NotFound("line", q.LineID)
		}
		if err := l.RequestReturn(q.Quantity); err != nil {
			return uuid.Nil, err
		}
		r.Lines = append(r.Lines, order.ReturnLine{LineID: l.ID, SKU: l.SKU, Quantity: q.Quantity, UnitPrice: l.UnitPrice})
	}
	d.order.Returns = append(d.order.Returns, r)
	return r.ID, nil
}

// Reception says what came back of a return.
type Reception struct {
	Key      string          `json:"-"`
	Location string          `json:"location"` // where it came in
	Lines    []ReceptionLine `json:"lines"`    // none: everything outstanding, in good condition
	At       time.Time       `json:"at,omitzero"`
}

// ReceptionLine is what came back of one line.
type ReceptionLine struct {
	LineID    uuid.UUID         `json:"line_id"`
	Good      quantity.Quantity `json:"good,omitzero"`      // back to stock
	Damaged   quantity.Quantity `json:"damaged,omitzero"`   // kept apart, credited all the same
	Dismissed quantity.Quantity `json:"dismissed,omitzero"` // refused: not credited, sent back or thrown away
}

// ReceiveReturn records goods that came back: good ones go to stock, damaged ones
// are kept apart, and the price of both is credited. Refund then gives back what
// was paid for them.
func (c *Client) ReceiveReturn(ctx context.Context, orderID, returnID uuid.UUID, p Reception) (*order.Return, error) {
	body := struct {
		Order  uuid.UUID `json:"order"`
		Return uuid.UUID `json:"return"`
		Body   Reception `json:"body"`
	}{orderID, returnID, p}
	req := request{name: "return.receive", key: p.Key, at: p.At, body: body}
	return c.returning(ctx, req, func(ctx context.Context, cmd event.Command) (uuid.UUID, *draft, error) {
		d, err := c.open(ctx, orderID, 0, cmd, "")
		if err != nil {
			return uuid.Nil, nil, err
		}
		items, err := c.itemsOf(ctx, d.order)
		if err != nil {
			return uuid.Nil, nil, err
		}
		if err := d.receiveReturn(returnID, p, items); err != nil {
			return uuid.Nil, nil, err
		}
		return returnID, d, d.conclude(OrderReturnReceived)
	})
}

func (d *draft) receiveReturn(id uuid.UUID, p Reception, items []inventory.Item) error {
	r := d.order.Return(id)
	if r == nil {
		return fault.NotFound("return", id)
	}
	r.ReceivedAt, r.Location = d.cmd.At, p.Location
	lines := p.Lines
	if len(lines) == 0 {
		for _, l := range r.Lines {
			if rest := l.Outstanding(); rest.Sign() > 0 {
				lines = append(lines, ReceptionLine{LineID: l.LineID, Good: rest})
			}
		}
	}
	if len(lines) == 0 {
		return fault.Invalid("lines", "none", "units that are still outstanding")
	}
	var goods []inventory.Returned
	for _, in := range lines {
		if err := d.receiveLine(r, in); err != nil {
			return err
		}
		l := d.order.Line(in.LineID)
		if item := inventory.FindItem(items, l.SKU); item != nil && item.Untracked {
			continue
		}
		for _, part := range []inventory.Returned{{Quantity: in.Good}, {Quantity: in.Damaged, Damaged: true}} {
			if part.Quantity.Sign() > 0 {
				part.LineID, part.SKU, part.Location, part.Reason = l.ID, l.SKU, p.Location, r.Reason
				goods = append(goods, part)
			}
		}
	}
	changes, err := inventory.ReturnGoods(goods, d.cmd, d.order.ID)
	if err != nil {
		return err
	}
	d.move(changes)
	return nil
}

// receiveLine moves the units of one line and credits what is credited.
func (d *draft) receiveLine(r *order.Return, in ReceptionLine) error {
	n := -1
	for i := range r.Lines {
		if r.Lines[i].LineID == in.LineID {
			n = i
		}
	}
	l := d.order.Line(in.LineID)
	if n < 0 || l == nil {
		return fault.NotFound("line", in.LineID)
	}
	if err := r.Lines[n].Receive(in.Good, in.Damaged, in.Dismissed); err != nil {
		return err
	}
	if err := l.ReceiveReturn(in.Good, in.Damaged, in.Dismissed); err != nil {
		return err
	}
	credited := in.Good.Add(in.Damaged)
	if credited.Sign() <= 0 {
		return nil
	}
	_, err := d.order.CreditLine(d.cmd.IDs, l.ID, credited, order.CreditParams{Code: "return", Label: r.Reason, Source: r.ID, At: d.cmd.At})
	return err
}

// ReturnCancellation calls off what is outstanding of a return.
type ReturnCancellation struct {
	Key    string    `json:"-"`
	Reason string    `json:"reason,omitempty"`
	At     time.Time `json:"at,omitzero"`
}

// CancelReturn calls off what has not come of a return: the customer keeps it.
func (c *Client) CancelReturn(ctx context.Context, orderID, returnID uuid.UUID, p ReturnCancellation) (*order.Return, error) {
	body := struct {
		Order  uuid.UUID          `json:"order"`
		Return uuid.UUID          `json:"return"`
		Body   ReturnCancellation `json:"body"`
	}{orderID, returnID, p}
	req := request{name: "return.cancel", key: p.Key, at: p.At, body: body}
	return c.returning(ctx, req, func(ctx context.Context, cmd event.Command) (uuid.UUID, *draft, error) {
		d, err := c.open(ctx, orderID, 0, cmd, p.Reason)
		if err != nil {
			return uuid.Nil, nil, err
		}
		r := d.order.Return(returnID)
		if r == nil {
			return uuid.Nil, nil, fault.NotFound("return", returnID)
		}
		for i := range r.Lines {
			rest := r.Lines[i].Outstanding()
			if rest.Sign() <= 0 {
				continue
			}
			if err := r.Lines[i].Cancel(rest); err != nil {
				return uuid.Nil, nil, err
			}
			if l := d.order.Line(r.Lines[i].LineID); l != nil {
				if err := l.CancelReturn(rest); err != nil {
					return uuid.Nil, nil, err
				}
			}
		}
		return returnID, d, d.conclude(OrderReturnCanceled)
	})
}

// returnResult is what commands about a return store under their key.
type returnResult struct {
	Order   uuid.UUID `json:"order"`
	Version int64     `json:"version"`
	Return  uuid.UUID `json:"return"`
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

// itemsOf reads the items of an order's lines, sorted by SKU.
func (c *Client) itemsOf(ctx context.Context, o *order.Order) ([]inventory.Item, error) {
	skus := make([]string, len(o.Lines))
	for i := range o.Lines {
		skus[i] = o.Lines[i].SKU
	}
	return c.store.Items(ctx, skus)
}
