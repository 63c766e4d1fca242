package oms

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/go-oms/oms/event"
	"github.com/go-oms/oms/fault"
	"github.com/go-oms/oms/fulfillment"
	"github.com/go-oms/oms/inventory"
	"github.com/go-oms/oms/order"
	"github.com/go-oms/oms/quantity"
)

// Cancellation calls an order off, or a part of it.
type Cancellation struct {
	Key     string `json:"-"`
	Version int64  `json:"version,omitempty"` // of the order the caller saw; 0 does not care
	// Lines is what is called off; none means the whole order.
	Lines  []LineQuantity `json:"lines,omitempty"`
	Reason string         `json:"reason"`
	At     time.Time      `json:"at,omitzero"`
}

// LineQuantity names units of an order's line.
type LineQuantity struct {
	LineID   uuid.UUID         `json:"line_id"`
	Quantity quantity.Quantity `json:"quantity"`
}

// Expiry ends what has waited too long.
type Expiry struct {
	Key     string `json:"-"`
	Version int64  `json:"version,omitempty"`
}

// Cancel calls off an order, or units of its lines, that have not been shipped.
// The stock is given back and the price credited at once; it never waits for the
// payment: what was held or taken beyond what is now owed goes back by itself,
// right after the commit or by Run.
func (c *Client) Cancel(ctx context.Context, orderID uuid.UUID, p Cancellation) (*order.Order, error) {
	return c.change(ctx, orderID, change{
		name: "order.cancel", key: p.Key, at: p.At, body: orderBody[Cancellation]{orderID, p}, version: p.Version, reason: p.Reason,
		act: func(d *draft) (string, error) {
			if len(p.Lines) == 0 {
				return OrderCanceled, d.fire(order.ActionCancel, everyLine(d.order)...)
			}
			if err := d.fire(order.ActionCancelLines, linesOf(p.Lines)...); err != nil {
				return "", err
			}
			d.moment = order.HoldOnChange
			return OrderCanceled, d.cancelLines(p.Lines)
		},
	})
}

// Expire takes the action that the workflow has for an order whose ExpiresAt has
// come: the timeout of its state or, for an unpaid order, its end, which gives its
// stock back. Run calls it; before ExpiresAt it is refused.
func (c *Client) Expire(ctx context.Context, orderID uuid.UUID, p Expiry) (*order.Order, error) {
	return c.change(ctx, orderID, change{
		name: "order.expire", key: p.Key, body: orderBody[Expiry]{orderID, p}, version: p.Version, reason: "not in time",
		act: func(d *draft) (string, error) {
			action := order.ActionExpire
			if state, ok := d.machine.State(d.order.Status); ok && state.Timeout != nil {
				if action = state.Timeout.Action; d.cmd.Now.Before(d.order.ExpiresAt) {
					return "", fault.Invalid("now", d.cmd.Now, "not before "+d.order.ExpiresAt.String())
				}
			}
			return OrderExpired, d.fire(action)
		},
	})
}

// open reads an order with all that hangs on it and begins a draft.
func (c *Client) open(ctx context.Context, id uuid.UUID, version int64, cmd event.Command, reason string) (*draft, error) {
	read, err := c.read(ctx, id, version)
	if err != nil {
		return nil, err
	}
	d, err := c.draft(read, cmd, reason)
	if err != nil {
		return nil, err
	}
	if d.order.GivesStoreCredit() {
		if err := d.meetCreditor(ctx); err != nil {
			return nil, err
		}
	}
	return d, d.meet(ctx)
}

// cancelLines calls off units line by line: a change of cancellations alone.
func (d *draft) cancelLines(lines []LineQuantity) error {
	steps := make([]order.Step, len(lines))
	for i, q := range lines {
		if q.Quantity.Sign() <= 0 {
			return d.cannotCancel(q)
		}
		steps[i] = order.Step{Type: order.StepCancel, LineID: q.LineID, Quantity: q.Quantity, Label: d.reasonOr("canceled")}
	}
	p, err := order.Preview(d.order, &order.Change{Steps: steps}, order.Basis{
		Priced: order.Assembly{IDs: d.cmd.IDs, Header: order.Order{PlacedAt: d.cmd.At}},
	})
	if err != nil {
		return err
	}
	if len(p.Problems) > 0 {
		return p.Problems[0].Err
	}
	d.order = p.Order
	if _, err := d.free(p.Stock); err != nil {
		return err
	}
	return d.returnMoney()
}

// cannotCancel says why no units, or less, cannot be called off.
func (d *draft) cannotCancel(q LineQuantity) error {
	l := d.order.Line(q.LineID)
	if l == nil {
		return fault.NotFound("line", q.LineID)
	}
	_, err := l.Cancel(q.Quantity)
	return err
}

// keeps reports whether stock is kept for a line: not for untracked items.
func (d *draft) keeps(line uuid.UUID, kind inventory.ReservationKind) bool {
	for _, r := range d.reservations {
		if r.LineID == line && r.Kind == kind {
			return true
		}
	}
	return false
}

// recall takes units of a line back from the fulfilment orders.
func (d *draft) recall(line uuid.UUID, units quantity.Quantity) error {
	for _, f := range d.fulfillments {
		for _, open := range f.fulfillment.Open() {
			if open.LineID != line || units.Sign() <= 0 {
				continue
			}
			open.Quantity = quantity.Min(open.Quantity, units)
			next, err := f.fulfillment.Cancel([]fulfillment.LineQuantity{open})
			if err != nil {
				return err
			}
			d.recordFulfillment(f, next, FulfillmentCanceled)
			units = units.Sub(open.Quantity)
		}
	}
	if units.Sign() > 0 {
		return d.noLabelUnderWay()
	}
	return nil
}

// noLabelUnderWay refuses to call off units that a carrier is being asked to take:
// whether they leave is not known yet.
func (d *draft) noLabelUnderWay() error {
	for _, f := range d.fulfillments {
		for _, s := range f.fulfillment.Shipments {
			if s.Status.InFlight() {
				return &LabelUnderWayError{Shipment: s.ID}
			}
		}
	}
	return nil
}

// LabelUnderWayError reports units that cannot be called off because a carrier is
// being asked for their label: ask again once the shipment has left or failed. Its
// kind is fault.Rejected.
type LabelUnderWayError struct{ Shipment uuid.UUID }

func (e *LabelUnderWayError) Error() string {
	return fmt.Sprintf("shipment %s waits for its label", e.Shipment)
}

// Fault returns fault.Rejected.
func (e *LabelUnderWayError) Fault() fault.Kind { return fault.Rejected }

// cancelUnits calls units off in the books of the order alone: what is kept for
// them is given back by the caller.
func (d *draft) cancelUnits(l *order.Line, q quantity.Quantity, reason string) error {
	if _, err := l.Cancel(q); err != nil {
		return err
	}
	return d.creditUnits(l, q, reason)
}

// creditUnits gives back what the next units of a line cost.
func (d *draft) creditUnits(l *order.Line, q quantity.Quantity, reason string) error {
	_, err := d.order.CreditLine(d.cmd.IDs, l.ID, q, order.CreditParams{Code: "canceled", Label: reason, At: d.cmd.At})
	return err
}
