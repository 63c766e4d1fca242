package oms

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/go-oms/oms/event"
	"github.com/go-oms/oms/fault"
	"github.com/go-oms/oms/order"
	"github.com/go-oms/oms/storage"
)

// ClaimResolution is the verdict about a claim.
type ClaimResolution struct {
	Key     string `json:"-"`
	Version int64  `json:"version,omitempty"` // of the order the caller saw; 0 does not care
	// Awards say which units are refunded and which are sent again. Units that none of
	// them names get nothing; none at all reject the claim.
	Awards []order.ClaimAward `json:"awards,omitempty"`
	// Back asks for the goods, under the expiry of Config.Returns.
	Back      bool `json:"back,omitempty"`
	Backorder bool `json:"backorder,omitempty"` // goods that are sent again may wait for stock
	// Answer is why units get nothing: a code or a short text, without personal data.
	Answer string    `json:"answer,omitempty"`
	Note   string    `json:"note,omitempty"` // becomes an internal note
	At     time.Time `json:"at,omitzero"`
}

// ResolveClaim decides about a claim, once; later it is an *[order.ClaimStateError].
//
// Refunded units are credited at once, whole or, where the customer keeps them, with a
// smaller amount: the order is then owed less, and Refund gives the money. Units that are
// sent again become an order of their own for the same customer and address. Its goods
// have the prices as placed and cost just what was credited for the units, which pays for
// it as in an Exchange: nothing is due, and it can leave at once. What is called off of it
// later is the customer's again, on the original order. Stock that is not there is an
// *inventory.ShortageError, and nothing is written; a hold that keeps the order's own
// goods is an *order.HeldError.
//
// What is asked Back is a return that ReceiveReturn takes: it brings nothing more, and the
// credit of what does not come is taken back. See docs/claims.md.
func (c *Client) ResolveClaim(ctx context.Context, orderID, claimID uuid.UUID, p ClaimResolution) (*ClaimCase, error) {
	tries := 0
	req := request{name: "claim.resolve", key: p.Key, at: p.At, body: returnBody[ClaimResolution]{orderID, claimID, p}}
	return do(ctx, c, req, flow[*ClaimCase]{
		decide: func(ctx context.Context, cmd event.Command) (*ClaimCase, *storage.Batch, error) {
			tries++
			d, err := c.open(ctx, orderID, p.Version, cmd, p.Answer)
			if err != nil {
				return nil, nil, err
			}
			return d.resolveClaim(ctx, claimID, p, tries == 1)
		},
		replay: func(ctx context.Context, stored []byte) (*ClaimCase, error) {
			was, err := jsonReplay[exchangeResult](ctx, stored)
			if err != nil {
				return nil, err
			}
			o, err := c.orderAt(ctx, was.Order, was.Version)
			if err != nil {
				return nil, err
			}
			found := claimCase(o, o.Return(was.Return))
			if was.Outbound != uuid.Nil {
				found.Replacement, err = c.orderAt(ctx, was.Outbound, was.OutboundVersion)
			}
			return &found, err
		},
	})
}

func (d *draft) resolveClaim(ctx context.Context, id uuid.UUID, p ClaimResolution, first bool) (*ClaimCase, *storage.Batch, error) {
	v, err := d.verdict(p)
	if err != nil {
		return nil, nil, err
	}
	replaced, err := d.order.ResolveClaim(d.cmd.IDs, id, v)
	if err != nil {
		return nil, nil, err
	}
	limits := d.client.core.cfg.Limits
	if n := len(d.order.Returns); replaced != nil && replaced.ID != id && n > limits.MaxReturns {
		return nil, nil, fault.Invalid("returns", n, fmt.Sprintf("at most %d on one order: give all units of the claim the same", limits.MaxReturns))
	}
	if err := limits.CheckReturn(d.order.Return(id)); err != nil {
		return nil, nil, err
	}
	var out *draft
	if replaced != nil {
		// What keeps the order's own goods keeps those in their place.
		if err := d.held(order.ActionShip, replaced.LineIDs()...); err != nil {
			return nil, nil, err
		}
		if out, err = d.sendAgain(ctx, replaced, p.Backorder, first); err != nil {
			return nil, nil, err
		}
	}
	kind := OrderClaimResolved
	if len(p.Awards) == 0 {
		kind = OrderClaimRejected
	}
	if err := d.conclude(kind); err != nil {
		return nil, nil, err
	}
	result := exchangeResult{returnResult: returnResult{d.last.ID, d.last.Version, id}}
	answer := d.answer()
	found := claimCase(answer, answer.Return(id))
	if out != nil {
		result.Outbound, result.OutboundVersion = out.last.ID, out.last.Version
		found.Replacement = out.answer()
	}
	return &found, d.finish(jsonResult(result)), nil
}

// verdict is the resolution in the order's words.
func (d *draft) verdict(p ClaimResolution) (order.ClaimVerdict, error) {
	cfg := &d.client.core.cfg
	v := order.ClaimVerdict{Awards: p.Awards, Back: p.Back, Answer: p.Answer, At: d.cmd.At}
	if cfg.Returns.ExpireAfter > 0 {
		v.ExpiresAt = d.cmd.At.Add(cfg.Returns.ExpireAfter)
	}
	if p.Note == "" {
		return v, nil
	}
	if err := cfg.Limits.CheckNote(p.Note); err != nil {
		return v, err
	}
	d.note(p.Note, true)
	return v, nil
}

// sendAgain places the order of the goods in the place of claimed units.
func (d *draft) sendAgain(ctx context.Context, replaced *order.Return, backorder, first bool) (*draft, error) {
	c, o := d.client, d.order
	id := replaced.ID
	in, err := c.placement(o.Channel, d.cmd)
	if err != nil {
		return nil, err
	}
	in.backorder = func(int) bool { return backorder }
	header := &in.Header
	header.Origin, header.CustomerID, header.Currency, header.Terms = order.FromClaim, o.CustomerID, o.Currency, o.Terms
	// Nobody spends anything: what the claimed units no longer come to, these do.
	header.CompanyID, header.CompanyDay = o.CompanyID, o.CompanyDay
	var shipTo order.Address
	if o.ShipTo != nil {
		shipTo = *o.ShipTo
	}
	billTo := o.BillTo
	if o.BillToID == o.ShipToID {
		billTo = nil
	}
	if err := c.address(header, shipTo, billTo, d.cmd); err != nil {
		return nil, err
	}
	if err := o.Replace(&in.Assembly, replaced); err != nil {
		return nil, err
	}
	value, err := o.ReturnValue(id)
	if err != nil {
		return nil, err
	}
	in.exchange = &inflow{source: id, value: value}
	return d.send(ctx, in, id, first)
}
