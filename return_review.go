package oms

import (
	"context"
	"time"

	"github.com/google/uuid"

	"github.com/go-oms/oms/fault"
	"github.com/go-oms/oms/order"
	"github.com/go-oms/oms/quantity"
)

// ReturnReview decides about lines of a return that wait for a person.
type ReturnReview struct {
	Key    string      `json:"-"`
	Lines  []uuid.UUID `json:"lines,omitempty"`  // of the order; none: all that wait
	Accept bool        `json:"accept"`           // false rejects
	Reason string      `json:"reason,omitempty"` // becomes an internal note
	At     time.Time   `json:"at,omitzero"`
}

// ReviewReturn accepts or rejects lines that a rule of Config.Returns has sent to a
// person. Accepted ones are credited as far as they have come. Of rejected ones what
// has not come is called off, and nothing is credited; what has come stays where it
// was put. A line that does not wait is an *[order.AcceptanceError].
func (c *Client) ReviewReturn(ctx context.Context, orderID, returnID uuid.UUID, p ReturnReview) (*order.Return, error) {
	req := request{name: "return.review", key: p.Key, at: p.At, body: returnBody[ReturnReview]{orderID, returnID, p}}
	return c.onReturn(ctx, req, orderID, returnID, p.Reason, func(d *draft, r *order.Return) (string, error) {
		move := order.RejectLine
		if p.Accept {
			move = order.AcceptLine
		}
		lines := p.Lines
		if len(lines) == 0 {
			for _, l := range r.Lines {
				if l.Acceptance == order.ManualReview {
					lines = append(lines, l.LineID)
				}
			}
			if len(lines) == 0 {
				return "", fault.Invalid("lines", "none", "lines that wait for a review")
			}
		}
		for _, id := range lines {
			l := r.Line(id)
			if l == nil || id == uuid.Nil {
				return "", fault.NotFound("line", id)
			}
			if err := d.order.ReviewReturn(r, l, move); err != nil {
				return "", err
			}
		}
		d.why(p.Reason)
		return OrderReturnReviewed, d.order.SettleReturn(d.cmd.IDs, r, d.cmd.At)
	})
}

// ReturnWriteOff says that units of a return will never come.
type ReturnWriteOff struct {
	Key   string         `json:"-"`
	Lines []LineQuantity `json:"lines,omitempty"` // none: everything outstanding
	// As is what became of them: order.LoseUnits, lost at the customer's risk and not
	// credited; order.ExcuseUnits, lost at the shop's; or order.KeepUnits, left with the
	// customer. The last two are credited.
	As     order.ReturnMove `json:"as"`
	Reason string           `json:"reason,omitempty"` // becomes an internal note
	At     time.Time        `json:"at,omitzero"`
}

// WriteOffReturn gives up on units of a return for good: they cannot be asked for
// again.
func (c *Client) WriteOffReturn(ctx context.Context, orderID, returnID uuid.UUID, p ReturnWriteOff) (*order.Return, error) {
	switch p.As {
	case order.LoseUnits, order.ExcuseUnits, order.KeepUnits:
	default:
		return nil, fault.Invalid("as", p.As, "lose, excuse or keep")
	}
	req := request{name: "return.write_off", key: p.Key, at: p.At, body: returnBody[ReturnWriteOff]{orderID, returnID, p}}
	return c.onReturn(ctx, req, orderID, returnID, p.Reason, func(d *draft, r *order.Return) (string, error) {
		d.why(p.Reason)
		if len(p.Lines) == 0 {
			if !r.Open() {
				return "", fault.Invalid("lines", "none", "units that are still outstanding")
			}
			return OrderReturnWrittenOff, d.giveUp(r, p.As, order.ReturnLine.Outstanding)
		}
		for _, q := range p.Lines {
			if err := d.writeOff(r, q.LineID, p.As, q.Quantity); err != nil {
				return "", err
			}
		}
		return OrderReturnWrittenOff, d.order.SettleReturn(d.cmd.IDs, r, d.cmd.At)
	})
}

func (d *draft) writeOff(r *order.Return, line uuid.UUID, as order.ReturnMove, q quantity.Quantity) error {
	l := r.Line(line)
	if l == nil || line == uuid.Nil {
		return fault.NotFound("line", line)
	}
	return d.order.MoveReturn(r, l, as, q)
}

// why keeps a reason for staff: an internal note.
func (d *draft) why(reason string) {
	if reason != "" {
		d.note(reason, true)
	}
}
