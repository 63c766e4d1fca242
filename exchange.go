package oms

import (
	"context"
	"time"

	"github.com/google/uuid"

	"github.com/go-oms/oms/event"
	"github.com/go-oms/oms/fault"
	"github.com/go-oms/oms/money"
	"github.com/go-oms/oms/order"
	"github.com/go-oms/oms/storage"
)

// Exchange is goods that a customer sends back, and what he takes for them.
type Exchange struct {
	Key     string         `json:"-"`
	Version int64          `json:"version,omitempty"` // of the order the caller saw; 0 does not care
	Lines   []LineQuantity `json:"lines"`             // what comes back
	// Reason, Receipt, Evidence, Note and Override are those of a ReturnRequest.
	Reason   string   `json:"reason,omitempty"`
	Receipt  string   `json:"receipt,omitempty"`
	Evidence []string `json:"evidence,omitempty"`
	Note     string   `json:"note,omitempty"`
	Override string   `json:"override,omitempty"`

	For []CartLine `json:"for"` // what is taken for it, at today's prices
	// ShipTo is where that goes; the original order's address by default.
	// ShipToSaved is the id of one in the customer's book instead.
	ShipTo      *order.Address `json:"ship_to,omitempty"`
	ShipToSaved uuid.UUID      `json:"ship_to_saved,omitzero"`
	Shipping    string         `json:"shipping,omitempty"` // code of a shipping method; none: nothing is charged
	// OnReceipt keeps it until what is sent back has come and was accepted, by a hold of
	// type order.HoldExchange. Otherwise it can leave at once.
	OnReceipt bool      `json:"on_receipt,omitempty"`
	At        time.Time `json:"at,omitzero"`
}

// Exchanged is an exchange as it stands.
type Exchanged struct {
	Return *order.Return `json:"return"` // on the original order
	Order  *order.Order  `json:"order"`  // what was taken for it
	// Difference is what the customer pays in addition, or below zero what he gets back,
	// when everything comes that he sends.
	Difference money.Money `json:"difference"`
}

// Exchange registers a return and places the order of what is taken for it, both or
// neither. The return is under the rules of RequestReturn, the order is priced,
// promised and screened as any cart is, and their errors are those of RequestReturn and
// Place.
//
// What the goods bring pays for the order: the customer owes the difference on it, and
// nothing is shipped before that is paid. Where the goods are worth more, Refund of the
// original order gives the rest once they have come. What does not come, or is refused,
// is due on the new order; one that was kept until then is called off, unless a part
// came. What is called off or sent back of the new order is the customer's again, on
// the original one. See docs/exchanges.md.
//
// A shopper has to leave it OnReceipt, unless Config.Returns is Instant.
func (c *Client) Exchange(ctx context.Context, orderID uuid.UUID, p Exchange) (*Exchanged, error) {
	goods := Cart{Lines: p.For}
	if err := prefixed("for", goods.check(c.core.cfg.Limits)); err != nil {
		return nil, err
	}
	if c.actor.Kind == event.Shopper && !p.OnReceipt && !c.core.cfg.Returns.Instant {
		return nil, fault.Invalid("on_receipt", false, "true: what is sent back has to come first")
	}
	tries := 0
	req := request{name: "return.exchange", key: p.Key, at: p.At, body: orderBody[Exchange]{orderID, p}}
	return do(ctx, c, req, flow[*Exchanged]{
		decide: func(ctx context.Context, cmd event.Command) (*Exchanged, *storage.Batch, error) {
			tries++
			d, err := c.open(ctx, orderID, p.Version, cmd, p.Reason)
			if err != nil {
				return nil, nil, err
			}
			return d.exchange(ctx, p, tries == 1)
		},
		replay: func(ctx context.Context, stored []byte) (*Exchanged, error) {
			was, err := jsonReplay[exchangeResult](ctx, stored)
			if err != nil {
				return nil, err
			}
			original, err := c.orderAt(ctx, was.Order, was.Version)
			if err != nil {
				return nil, err
			}
			outbound, err := c.orderAt(ctx, was.Outbound, was.OutboundVersion)
			if err != nil {
				return nil, err
			}
			return exchanged(original, original.Return(was.Return), outbound)
		},
	})
}

// exchangeResult is what an exchange stores under its key.
type exchangeResult struct {
	returnResult
	Outbound        uuid.UUID `json:"outbound"`
	OutboundVersion int64     `json:"outbound_version"`
}

// exchange registers the return and places the order of what is taken for it.
func (d *draft) exchange(ctx context.Context, p Exchange, first bool) (*Exchanged, *storage.Batch, error) {
	if err := d.fire(order.ActionReturn, linesOf(p.Lines)...); err != nil {
		return nil, nil, err
	}
	id, err := d.requestReturn(d.client.core.cfg.Returns, ReturnRequest{
		Lines: p.Lines, Reason: p.Reason, Resolution: order.ToExchange, Receipt: p.Receipt, Evidence: p.Evidence,
		Note: p.Note, Override: p.Override, exchange: true,
	})
	if err != nil {
		return nil, nil, err
	}
	value, err := d.order.ReturnValue(id)
	if err != nil {
		return nil, nil, err
	}
	in, err := d.client.price(ctx, p.cart(d.order), d.cmd)
	if err != nil {
		return nil, nil, err
	}
	in.Header.Origin = order.FromExchange
	in.exchange = &inflow{source: id, value: value, onReceipt: p.OnReceipt}
	out, err := d.send(ctx, in, id, first)
	if err != nil {
		return nil, nil, err
	}
	if err := d.conclude(OrderReturnRequested); err != nil {
		return nil, nil, err
	}
	result := exchangeResult{returnResult{d.last.ID, d.last.Version, id}, out.last.ID, out.last.Version}
	made, err := exchanged(d.last.Clone(), d.last.Clone().Return(id), out.answer())
	return made, d.finish(jsonResult(result)), err
}

// send places the order that the value of a return goes to, in the same batch.
func (d *draft) send(ctx context.Context, in *placement, id uuid.UUID, first bool) (*draft, error) {
	if in.Header.Currency != d.order.Currency {
		return nil, fault.Invalid("currency", in.Header.Currency, string(d.order.Currency)+", that of the original order")
	}
	in.Header.Original = d.order.ID
	out, err := d.client.placed(ctx, in, d.cmd, first)
	if err != nil {
		return nil, err
	}
	d.order.Return(id).Outbound = out.last.ID
	d.outbound = append(d.outbound, out)
	return out, nil
}

// cart is what is taken for goods of an order.
func (p *Exchange) cart(o *order.Order) Cart {
	cart := Cart{Channel: o.Channel, CustomerID: o.CustomerID, CompanyID: o.CompanyID, Lines: p.For, ShipToSaved: p.ShipToSaved, Shipping: p.Shipping}
	switch {
	case p.ShipTo != nil:
		cart.ShipTo = *p.ShipTo
	case p.ShipToSaved == uuid.Nil && o.ShipTo != nil:
		cart.ShipTo = *o.ShipTo
	}
	return cart
}

// exchanged tells how an exchange stands.
func exchanged(original *order.Order, r *order.Return, outbound *order.Order) (*Exchanged, error) {
	value, err := original.ReturnValue(r.ID)
	if err != nil {
		return nil, err
	}
	difference, err := outbound.Owed().Sub(value)
	return &Exchanged{Return: r, Order: outbound, Difference: difference}, err
}

// Exchanges returns the exchanges of an order's goods, oldest first.
func (c *Client) Exchanges(ctx context.Context, orderID uuid.UUID) ([]Exchanged, error) {
	if err := c.authorize(ctx, "order.read"); err != nil {
		return nil, err
	}
	o, err := c.view(ctx, orderID)
	if err != nil {
		return nil, err
	}
	var list []Exchanged
	for i := range o.Returns {
		r := &o.Returns[i]
		if r.Outbound == uuid.Nil {
			continue
		}
		outbound, err := c.view(ctx, r.Outbound)
		if err != nil {
			return nil, err
		}
		e, err := exchanged(o, r, outbound)
		if err != nil {
			return nil, err
		}
		list = append(list, *e)
	}
	return list, nil
}
