package oms

import (
	"context"
	"time"

	"github.com/google/uuid"

	"github.com/go-oms/oms/event"
	"github.com/go-oms/oms/order"
	"github.com/go-oms/oms/storage"
)

// DraftPlacement makes an order of a draft or of an offer.
type DraftPlacement struct {
	Key     string `json:"-"`
	Version int64  `json:"version,omitempty"` // that the caller saw; 0 does not care
	// ShipTo and BillTo are the addresses of a draft that names none of a customer's
	// book; an offer takes none.
	ShipTo order.Address  `json:"ship_to"`
	BillTo *order.Address `json:"bill_to,omitempty"`
	At     time.Time      `json:"at,omitzero"` // business time, now by default
}

// DraftPricing is what a draft is priced for.
type DraftPricing struct {
	ShipTo order.Address  `json:"ship_to"` // as in DraftPlacement
	BillTo *order.Address `json:"bill_to,omitempty"`
	At     time.Time      `json:"at,omitzero"` // business time, now by default
}

// PriceDraft answers what a draft or quote would cost now, as [Client.Price] does for a
// cart: an offer at its prices, everything else at today's. It writes nothing. What is
// over is an *order.DraftStatusError.
func (c *Client) PriceDraft(ctx context.Context, id uuid.UUID, p DraftPricing) (*order.Order, error) {
	cmd, err := c.issuer.Issue(ctx, "draft.price", "", p.At, nil)
	if err != nil {
		return nil, err
	}
	d, err := c.openDraft(ctx, id, 0, cmd)
	if err != nil {
		return nil, err
	}
	if err := d.next.Can(order.MoveDiscard, cmd.Now); err != nil {
		return nil, err
	}
	var in *placement
	if d.next.Status == order.QuoteOffered {
		in, err = c.offered(ctx, d)
	} else {
		in, err = c.price(ctx, d.cart(p.ShipTo, p.BillTo), cmd)
	}
	if err != nil {
		return nil, classify(ctx, err)
	}
	return order.Assemble(in.Assembly)
}

// cart is the cart that the draft is placed as.
func (d *draftChange) cart(shipTo order.Address, billTo *order.Address) Cart {
	cart := cartOfDraft(d.next)
	cart.ShipTo, cart.BillTo = shipTo, billTo
	return cart
}

// PlaceDraft makes a draft an order, at today's prices, as [Client.Place] does with a
// cart; its errors are those of Place. The order and the end of the draft are one
// commit: whoever places it a second time gets an *order.DraftStatusError with the
// order's id, and so does everybody when its time is over, without an order. Stock that
// was kept for the draft is the order's then. The order's cart id is "draft/" and the
// draft's id.
func (c *Client) PlaceDraft(ctx context.Context, id uuid.UUID, p DraftPlacement) (*order.Order, error) {
	return c.order(ctx, request{name: "draft.place", key: p.Key, at: p.At, body: draftBody{id, p}}, id, p.Version, order.MovePlace,
		func(ctx context.Context, d *draftChange) (*placement, error) {
			return c.price(ctx, d.cart(p.ShipTo, p.BillTo), d.cmd)
		})
}

// draftBody is what a command about one draft says.
type draftBody struct {
	ID   uuid.UUID `json:"draft"`
	Body any       `json:"body"`
}

// order makes a draft an order by one of the two moves that do.
func (c *Client) order(
	ctx context.Context, req request, id uuid.UUID, version int64, move order.DraftMove,
	price func(context.Context, *draftChange) (*placement, error),
) (*order.Order, error) {
	tries, screen := 0, screening{}
	return do(ctx, c, req, c.orderFlow(func(ctx context.Context, cmd event.Command) (*order.Order, *storage.Batch, error) {
		tries++
		d, err := c.openDraft(ctx, id, version, cmd)
		if err != nil {
			return nil, nil, err
		}
		if err := d.next.Can(move, cmd.Now); err != nil {
			return nil, nil, err
		}
		in, err := price(ctx, d)
		if err != nil {
			return nil, nil, err
		}
		in.screening = &screen
		o, err := c.placed(ctx, in, cmd, tries == 1)
		if err != nil {
			return nil, nil, err
		}
		if err := d.become(move, o.last); err != nil {
			return nil, nil, err
		}
		d.record(DraftOrdered, "")
		b := o.finish(orderResult(o.last))
		d.into(b)
		return o.answer(), b, nil
	}))
}

// become records the order that the draft has become. An offer becomes one of its total
// or none.
func (d *draftChange) become(move order.DraftMove, o *order.Order) error {
	if move == order.MovePlace {
		return d.next.Place(o.ID, d.cmd.Now)
	}
	if o.Totals.Total != d.next.Total {
		return &order.QuoteChangedError{ID: d.next.ID, Offered: d.next.Total, Now: o.Totals.Total}
	}
	return d.next.Accept(o.ID, d.cmd.Now)
}
