package oms

import (
	"context"
	"time"

	"github.com/google/uuid"

	"github.com/go-oms/oms/fault"
	"github.com/go-oms/oms/inventory"
	"github.com/go-oms/oms/order"
)

// BlindReturn is goods that somebody brings back without a sale that is known.
type BlindReturn struct {
	Key        string     `json:"-"`
	Channel    string     `json:"channel,omitempty"`
	CustomerID uuid.UUID  `json:"customer_id,omitzero"`
	Lines      []PastBack `json:"lines"`    // with what is given for a unit
	Location   string     `json:"location"` // where they came in
	Reason     string     `json:"reason,omitempty"`
	At         time.Time  `json:"at,omitzero"`
}

// ReceiveBlind takes goods back without a known sale. It records an order of origin
// order.FromBlind that is owed to the customer: Refund, or a payout by staff, gives
// him the money. Items that are not registered are. It is for staff, whose judgement
// takes the place of the rules of Config.Returns; its reasons count.
func (c *Client) ReceiveBlind(ctx context.Context, p BlindReturn) (*order.Order, error) {
	if _, err := c.core.cfg.Returns.Reason(p.Reason); err != nil {
		return nil, err
	}
	if len(p.Lines) == 0 {
		return nil, fault.Invalid("lines", "none", "at least one line")
	}
	past := Past{
		Channel: p.Channel, CustomerID: p.CustomerID, Back: p.Lines, BackReason: p.Reason, Location: p.Location, blind: true,
	}
	return do(ctx, c, request{name: "return.blind", key: p.Key, at: p.At, body: p}, c.importFlow(past))
}

// moveOf is the move of a return's units that goes with a disposition.
func moveOf(d inventory.Disposition) order.ReturnMove {
	if d == "" {
		return order.RestockUnits
	}
	return order.ReturnMove(d)
}
