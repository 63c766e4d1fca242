package oms

import (
	"context"
	"time"

	"github.com/google/uuid"

	"github.com/go-oms/oms/event"
	"github.com/go-oms/oms/fault"
	"github.com/go-oms/oms/money"
	"github.com/go-oms/oms/order"
	"github.com/go-oms/oms/quantity"
)

// RequestQuote asks the shop for a price of a draft. The draft needs a customer and
// takes no coupons; it cannot be changed any more.
func (c *Client) RequestQuote(ctx context.Context, id uuid.UUID, p DraftStep) (*order.Draft, error) {
	return c.stepDraft(ctx, request{name: "quote.request", key: p.Key, body: p}, id, p, QuoteRequested, func(d *draftChange) error {
		return d.next.Request(c.lasts(time.Time{}, d.cmd), d.cmd.Now)
	})
}

// DeclineQuote ends a quote that was asked for or offered: the buyer does not want it,
// or the seller does not sell.
func (c *Client) DeclineQuote(ctx context.Context, id uuid.UUID, p DraftStep) (*order.Draft, error) {
	return c.stepDraft(ctx, request{name: "quote.decline", key: p.Key, body: p}, id, p, QuoteDeclined, func(d *draftChange) error {
		return d.next.Decline(d.cmd.Now)
	})
}

// QuoteLine is goods of a quote at somebody's price.
type QuoteLine struct {
	SKU      string            `json:"sku"`
	Quantity quantity.Quantity `json:"quantity"`
	// UnitPrice is per unit; the zero Money means today's price in an offer, and any
	// price in a counter-offer.
	UnitPrice money.Money `json:"unit_price"`
	Backorder bool        `json:"backorder,omitempty"`
}

// Offer is what the shop would sell for. It is for trusted callers; never fill one from
// a shopper's request.
type Offer struct {
	Key     string `json:"-"`
	Version int64  `json:"version,omitempty"` // that the caller saw; 0 does not care
	// Lines are what is offered; by default what the buyer wants, at the price that he
	// asks for.
	Lines []QuoteLine `json:"lines,omitempty"`
	// Charges are beside the goods: discounts, fees, and a price of the delivery in
	// place of the shipping method's. Promotions and coupons have no part in an offer.
	Charges []Charge `json:"charges,omitempty"`
	// ValidUntil is when the offer ends; Config.DraftsFor from now by default.
	ValidUntil time.Time `json:"valid_until,omitzero"`
	Reason     string    `json:"reason,omitempty"`
}

// OfferQuote names the shop's price for an open draft: asked for or not, and again after
// an offer or a counter-offer, in whose place it is then. Prices, shipping and discounts
// stay as they are in it; taxes are those of the customer's address. It holds until
// ValidUntil.
func (c *Client) OfferQuote(ctx context.Context, id uuid.UUID, p Offer) (*order.Draft, error) {
	if err := c.core.cfg.Limits.CheckReason(p.Reason); err != nil {
		return nil, err
	}
	req := request{name: "quote.offer", key: p.Key, body: draftBody{id, p}}
	return c.draftFlow(ctx, req, func(ctx context.Context, cmd event.Command) (*draftChange, error) {
		d, err := c.openDraft(ctx, id, p.Version, cmd)
		if err != nil {
			return nil, err
		}
		if err := d.next.Can(order.MoveOffer, cmd.Now); err != nil {
			return nil, err
		}
		lines := d.next.Lines
		if len(p.Lines) > 0 {
			lines = quoteLines(p.Lines)
		}
		in, err := c.offering(ctx, d, lines, p.Charges)
		if err != nil {
			return nil, err
		}
		o, err := order.Assemble(in.Assembly)
		if err != nil {
			return nil, err
		}
		if o.Totals.Total.Sign() < 0 {
			return nil, fault.Invalid("total", o.Totals.Total, "zero or more")
		}
		if err := c.core.cfg.Limits.CheckOrder(o); err != nil {
			return nil, err
		}
		d.next.Total = o.Totals.Total
		if err := d.next.Offered(offerOf(in, lines, cmd), c.lasts(p.ValidUntil, cmd), cmd.Now); err != nil {
			return nil, err
		}
		if err := c.keepStock(ctx, d); err != nil {
			return nil, err
		}
		d.record(QuoteOffered, p.Reason)
		return d, nil
	})
}

func quoteLines(lines []QuoteLine) []order.DraftLine {
	list := make([]order.DraftLine, len(lines))
	for i, l := range lines {
		list[i] = order.DraftLine{SKU: l.SKU, Quantity: l.Quantity, UnitPrice: l.UnitPrice, Backorder: l.Backorder}
	}
	return list
}

// quoting begins the placement of a quote: everything but what is sold.
func (c *Client) quoting(ctx context.Context, d *draftChange) (*placement, order.Address, error) {
	x := d.next
	in, err := c.placement(x.Channel, d.cmd)
	if err != nil {
		return nil, order.Address{}, err
	}
	shipTo, billTo, err := c.fromBook(ctx, x.CustomerID, x.ShipToID, x.BillToID, order.Address{}, nil)
	if err != nil {
		return nil, shipTo, err
	}
	header := &in.Header
	in.cartID = draftCart(x.ID)
	header.Origin, header.CartID, header.CustomerID, header.Metadata = order.FromQuote, in.cartID, x.CustomerID, x.Metadata
	return in, shipTo, c.address(header, shipTo, billTo, d.cmd)
}

// offering reckons an offer.
func (c *Client) offering(ctx context.Context, d *draftChange, lines []order.DraftLine, charges []Charge) (*placement, error) {
	cfg := &c.core.cfg
	if cfg.Prices == nil {
		return nil, fault.Invalid("config.prices", "nil", "a Pricer: this shop has no prices for carts")
	}
	if err := order.CheckDraftLines(lines, cfg.Limits); err != nil {
		return nil, err
	}
	in, shipTo, err := c.quoting(ctx, d)
	if err != nil {
		return nil, err
	}
	in.Lines = make([]order.PricedLine, len(lines))
	for i := range lines {
		in.Lines[i] = order.PricedLine{SKU: lines[i].SKU, Quantity: lines[i].Quantity}
	}
	if err := in.Price(ctx, cfg.Prices); err != nil {
		return nil, err
	}
	for i := range lines {
		if lines[i].UnitPrice.Currency() != "" {
			in.Lines[i].UnitPrice = lines[i].UnitPrice
		}
	}
	if err := c.shipping(in, Cart{Shipping: d.next.Shipping, ShipTo: shipTo}); err != nil {
		return nil, err
	}
	usual := in.Shipping
	in.Shipping = nil
	if err := charge(&in.Assembly, charges); err != nil {
		return nil, err
	}
	if in.Shipping == nil {
		in.Shipping = usual
	}
	return in, in.Tax(ctx, cfg.Taxes, shipTo.Place(), order.Place{})
}

// offerOf is what is kept of a reckoned offer.
func offerOf(in *placement, lines []order.DraftLine, cmd event.Command) order.Offer {
	offer := order.Offer{Country: in.Header.Country, By: cmd.Actor.String()}
	for i, l := range in.Lines {
		offer.Lines = append(offer.Lines, order.OfferLine{
			SKU: l.SKU, Title: l.Title, TaxCategory: l.TaxCategory, Quantity: l.Quantity, Backorder: lines[i].Backorder, UnitPrice: l.UnitPrice,
		})
	}
	if in.Shipping != nil {
		offer.Shipping = []order.OfferedCharge{order.OfferedCharge(*in.Shipping)}
	}
	for _, fee := range in.Fees {
		offer.Fees = append(offer.Fees, order.OfferedCharge(fee))
	}
	for _, cut := range in.Discounts {
		offer.Discounts = append(offer.Discounts, order.OfferedCharge{Code: cut.Code, Label: cut.Label, Amount: cut.Amount})
	}
	if !in.Header.PromisedAt.IsZero() {
		offer.PromiseIn = in.Header.PromisedAt.Sub(in.Header.PlacedAt)
	}
	return offer
}

// offered is the placement of an offer as it was made.
func (c *Client) offered(ctx context.Context, d *draftChange) (*placement, error) {
	in, shipTo, err := c.quoting(ctx, d)
	if err != nil {
		return nil, err
	}
	offer := d.next.Offer
	if in.Header.Country != offer.Country {
		return nil, &order.QuoteChangedError{ID: d.next.ID, Country: true}
	}
	in.backorder = func(i int) bool { return offer.Lines[i].Backorder }
	for _, l := range offer.Lines {
		in.Lines = append(in.Lines, order.PricedLine{
			SKU: l.SKU, Title: l.Title, TaxCategory: l.TaxCategory, Quantity: l.Quantity, UnitPrice: l.UnitPrice,
		})
	}
	for _, s := range offer.Shipping {
		shipping := order.Charge(s)
		in.Shipping = &shipping
	}
	for _, fee := range offer.Fees {
		in.Fees = append(in.Fees, order.Charge(fee))
	}
	for _, cut := range offer.Discounts {
		in.Discounts = append(in.Discounts, order.DiscountProposal{Code: cut.Code, Label: cut.Label, Amount: cut.Amount})
	}
	if offer.PromiseIn > 0 {
		in.Header.PromisedAt = in.Header.PlacedAt.Add(offer.PromiseIn)
	}
	return in, in.Tax(ctx, c.core.cfg.Taxes, shipTo.Place(), order.Place{})
}

// CounterOffer is what the buyer would buy for.
type CounterOffer struct {
	Key     string      `json:"-"`
	Version int64       `json:"version,omitempty"` // that the caller saw; 0 does not care
	Lines   []QuoteLine `json:"lines"`             // all that is wanted from then on
	Reason  string      `json:"reason,omitempty"`
}

// CounterQuote answers an offer with another one, which the shop may offer as it is,
// answer with one of its own, or decline. The offer that it answers cannot be accepted
// any more.
func (c *Client) CounterQuote(ctx context.Context, id uuid.UUID, p CounterOffer) (*order.Draft, error) {
	lines := quoteLines(p.Lines)
	if err := order.CheckDraftLines(lines, c.core.cfg.Limits); err != nil {
		return nil, err
	}
	if err := c.core.cfg.Limits.CheckReason(p.Reason); err != nil {
		return nil, err
	}
	req := request{name: "quote.counter", key: p.Key, body: draftBody{id, p}}
	return c.draftFlow(ctx, req, func(ctx context.Context, cmd event.Command) (*draftChange, error) {
		d, err := c.openDraft(ctx, id, p.Version, cmd)
		if err != nil {
			return nil, err
		}
		if err := d.next.Counter(lines, c.lasts(time.Time{}, cmd), cmd.Now); err != nil {
			return nil, err
		}
		if err := c.askable(ctx, d); err != nil {
			return nil, err
		}
		if err := c.keepStock(ctx, d); err != nil {
			return nil, err
		}
		d.record(QuoteCountered, p.Reason)
		return d, nil
	})
}

// askable refuses goods that the shop has no price for, and prices in another currency
// than its own.
func (c *Client) askable(ctx context.Context, d *draftChange) error {
	in, err := c.offering(ctx, d, d.next.Lines, nil)
	if err != nil {
		return err
	}
	_, err = order.Assemble(in.Assembly)
	return err
}

// AcceptQuote makes an offer an order, once, at what was offered. Version is that of the
// offer that the buyer has read: with it an offer that was replaced meanwhile is a
// *fault.StaleError. Whoever accepts twice gets an *order.DraftStatusError with the
// order's id, and whoever accepts when its time is over one without. Where taxes or the
// customer's address would make it another total, or the country is another one, it is
// an *order.QuoteChangedError; the offer stands, for the shop to make anew. An
// *order.QuotePartyError is for staff who made the offer. Other errors are those of
// [Client.Place].
func (c *Client) AcceptQuote(ctx context.Context, id uuid.UUID, p Acceptance) (*order.Order, error) {
	req := request{name: "quote.accept", key: p.Key, at: p.At, body: draftBody{id, p}}
	return c.order(ctx, req, id, p.Version, order.MoveAccept, func(ctx context.Context, d *draftChange) (*placement, error) {
		if d.cmd.Actor.Kind != event.System && d.cmd.Actor.String() == d.next.Offer.By {
			return nil, &order.QuotePartyError{ID: id}
		}
		return c.offered(ctx, d)
	})
}

// Acceptance accepts an offer.
type Acceptance struct {
	Key     string    `json:"-"`
	Version int64     `json:"version,omitempty"` // of the offer that the buyer saw; 0 does not care
	At      time.Time `json:"at,omitzero"`       // business time, now by default
}
