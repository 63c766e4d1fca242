package oms

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/go-oms/oms/event"
	"github.com/go-oms/oms/fault"
	"github.com/go-oms/oms/order"
)

// ClaimFiling says what is wrong with goods that were sent.
type ClaimFiling struct {
	Key     string          `json:"-"`
	Version int64           `json:"version,omitempty"` // of the order the caller saw; 0 does not care
	Kind    order.ClaimKind `json:"kind"`
	Lines   []LineQuantity  `json:"lines"`
	// Evidence are references to pictures and the like that the host keeps: URLs or ids,
	// no personal data.
	Evidence []string `json:"evidence,omitempty"`
	Note     string   `json:"note,omitempty"` // becomes a note of the order
	// Override is why staff hears the claim against a rule that allows it.
	Override string    `json:"override,omitempty"`
	At       time.Time `json:"at,omitzero"`
}

// FileClaim files a claim about units that are missing, wrong, damaged or late. Only
// units that were shipped and that are in no return and no other claim can be claimed,
// under the rules of Config.Claims: the error is an *[order.ClaimRefusedError] that names
// every line and rule, or an *[order.QuantityError]. What never left is called off with
// Cancel instead.
//
// The claim is a return that waits for ResolveClaim: until then its units can neither be
// sent back nor exchanged. Orders with order.Filter.Claimed lists the orders that have one.
func (c *Client) FileClaim(ctx context.Context, orderID uuid.UUID, p ClaimFiling) (*order.Return, error) {
	req := request{name: "claim.file", key: p.Key, at: p.At, body: orderBody[ClaimFiling]{orderID, p}}
	return c.returning(ctx, req, func(ctx context.Context, cmd event.Command) (uuid.UUID, *draft, error) {
		d, err := c.open(ctx, orderID, p.Version, cmd, string(p.Kind))
		if err != nil {
			return uuid.Nil, nil, err
		}
		if err := d.fire(order.ActionReturn, linesOf(p.Lines)...); err != nil {
			return uuid.Nil, nil, err
		}
		id, err := d.fileClaim(p)
		if err != nil {
			return uuid.Nil, nil, err
		}
		return id, d, d.conclude(OrderClaimFiled)
	})
}

func (d *draft) fileClaim(p ClaimFiling) (uuid.UUID, error) {
	limits := d.client.core.cfg.Limits
	if len(d.order.Returns) >= limits.MaxReturns {
		return uuid.Nil, fault.Invalid("returns", len(d.order.Returns)+1, fmt.Sprintf("at most %d on one order", limits.MaxReturns))
	}
	if p.Note != "" {
		if err := limits.CheckNote(p.Note); err != nil {
			return uuid.Nil, err
		}
		d.note(p.Note, false)
	}
	ask := order.ClaimAsk{
		Kind: p.Kind, Evidence: p.Evidence, Staff: d.cmd.Actor.Kind != event.Shopper, Override: p.Override,
		At: d.cmd.At, Sent: d.sent(),
	}
	for _, q := range p.Lines {
		ask.Lines = append(ask.Lines, order.ReturnAskLine{LineID: q.LineID, Quantity: q.Quantity})
	}
	r, err := d.order.FileClaim(d.cmd.IDs.Next(), d.client.core.cfg.Claims, ask)
	if err != nil {
		return uuid.Nil, err
	}
	return r.ID, limits.CheckReturn(r)
}

// ClaimWithdrawal gives a claim up.
type ClaimWithdrawal struct {
	Key    string    `json:"-"`
	Reason string    `json:"reason,omitempty"` // becomes an internal note
	At     time.Time `json:"at,omitzero"`
}

// WithdrawClaim gives up a claim that nobody has decided about: its units can be sent
// back, or claimed again. Later it is an *[order.ClaimStateError].
func (c *Client) WithdrawClaim(ctx context.Context, orderID, claimID uuid.UUID, p ClaimWithdrawal) (*order.Return, error) {
	req := request{name: "claim.withdraw", key: p.Key, at: p.At, body: returnBody[ClaimWithdrawal]{orderID, claimID, p}}
	return c.onReturn(ctx, req, orderID, claimID, p.Reason, func(d *draft, r *order.Return) (string, error) {
		d.why(p.Reason)
		return OrderClaimWithdrawn, d.order.WithdrawClaim(r, d.cmd.At)
	})
}

// ClaimCase is a claim as it stands.
type ClaimCase struct {
	Claim *order.Return `json:"claim"`
	// Replaced are the units that were sent again: the claim itself, or a return of
	// their own where other units of it were not. Nil where none were.
	Replaced    *order.Return `json:"replaced,omitempty"`
	Replacement *order.Order  `json:"replacement,omitempty"` // the order of the goods in their place
}

// Claims returns the claims about an order, oldest first.
func (c *Client) Claims(ctx context.Context, orderID uuid.UUID) ([]ClaimCase, error) {
	if err := c.authorize(ctx, "order.read"); err != nil {
		return nil, err
	}
	o, err := c.view(ctx, orderID)
	if err != nil {
		return nil, err
	}
	var list []ClaimCase
	for i := range o.Returns {
		if r := &o.Returns[i]; r.Claim.Kind != "" && r.Claim.Of == uuid.Nil {
			list = append(list, claimCase(o, r))
		}
	}
	for i := range list {
		if r := list[i].Replaced; r != nil {
			if list[i].Replacement, err = c.view(ctx, r.Outbound); err != nil {
				return nil, err
			}
		}
	}
	return list, nil
}

// claimCase finds the units of a claim that were sent again.
func claimCase(o *order.Order, r *order.Return) ClaimCase {
	found := ClaimCase{Claim: r}
	for i := range o.Returns {
		if x := &o.Returns[i]; x.Outbound != uuid.Nil && (x.ID == r.ID || x.Claim.Of == r.ID) {
			found.Replaced = x
		}
	}
	return found
}
