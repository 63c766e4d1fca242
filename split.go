package oms

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/google/uuid"

	"github.com/go-oms/oms/event"
	"github.com/go-oms/oms/fault"
	"github.com/go-oms/oms/order"
	"github.com/go-oms/oms/storage"
)

// Splitter says who sells what: of a shop with several sellers or channels, each is a
// channel of [Config], with a workflow and terms of its own.
type Splitter interface {
	// Split returns the channel that each line of a cart is sold in, in the order of the
	// lines. A SKU is sold in one channel.
	Split(ctx context.Context, cart Cart) ([]string, error)
}

// SoldIn is a [Splitter] that knows the channel of each SKU. What it does not list is
// sold in the cart's own channel.
type SoldIn map[string]string

// Split looks the channels up.
func (s SoldIn) Split(_ context.Context, cart Cart) ([]string, error) {
	channels := make([]string, len(cart.Lines))
	for i, l := range cart.Lines {
		channels[i] = cart.Channel
		if channel, listed := s[l.SKU]; listed {
			channels[i] = channel
		}
	}
	return channels, nil
}

// PlaceSplit places a cart as one order for each channel that Config.Split says its goods
// are sold in, in the order of their first lines: all of them or none. Each is an order
// like any other, as [Client.Place] makes it of those lines: with delivery, discounts and
// taxes of its own, to be paid, changed and sent alone. A coupon is used once, for the
// first of the orders that it is for.
//
// The first of them has the cart's id, the others that, a slash and their channel: a cart
// that was placed before, by Place or by this, is a *storage.DuplicateError. The other errors are those of Place.
func (c *Client) PlaceSplit(ctx context.Context, cart Cart) ([]*order.Order, error) {
	if err := cart.check(c.core.cfg.Limits); err != nil {
		return nil, err
	}
	tries, screens := 0, map[string]*screening{}
	return do(ctx, c, request{name: "order.place_split", key: cart.Key, at: cart.At, body: cart}, flow[[]*order.Order]{
		decide: func(ctx context.Context, cmd event.Command) ([]*order.Order, *storage.Batch, error) {
			tries++
			if err := c.buysFor(cart.CustomerID, false); err != nil {
				return nil, nil, err
			}
			parts, err := c.priceSplit(ctx, cart, cmd)
			if err != nil {
				return nil, nil, err
			}
			drafts := make([]*draft, len(parts))
			for i, in := range parts {
				channel := in.Header.Channel
				if screens[channel] == nil {
					screens[channel] = &screening{}
				}
				in.screening = screens[channel]
				for _, d := range drafts[:i] {
					in.beside = append(in.beside, d.last)
				}
				if drafts[i], err = c.placed(ctx, in, cmd, tries == 1); err != nil {
					return nil, nil, err
				}
			}
			return finishSplit(drafts)
		},
		replay: c.replaySplit,
	})
}

// PriceSplit answers what [Client.PlaceSplit] would make of a cart, as [Client.Price]
// does. It writes nothing.
func (c *Client) PriceSplit(ctx context.Context, cart Cart) ([]*order.Order, error) {
	if err := cart.check(c.core.cfg.Limits); err != nil {
		return nil, err
	}
	cmd, err := c.issuer.Issue(ctx, "order.price_split", "", cart.At, nil)
	if err != nil {
		return nil, err
	}
	if err := c.buysFor(cart.CustomerID, true); err != nil {
		return nil, err
	}
	parts, err := c.priceSplit(ctx, cart, cmd)
	if err != nil {
		return nil, classify(ctx, err)
	}
	orders := make([]*order.Order, len(parts))
	for i, in := range parts {
		if orders[i], err = order.Assemble(in.Assembly); err != nil {
			return nil, err
		}
	}
	return orders, nil
}

// priceSplit prices each part of a cart.
func (c *Client) priceSplit(ctx context.Context, cart Cart, cmd event.Command) ([]*placement, error) {
	carts, err := c.split(ctx, cart)
	if err != nil {
		return nil, err
	}
	left, refused := slices.Clone(cart.Coupons), map[string]error{}
	parts := make([]*placement, len(carts))
	for i := range carts {
		carts[i].Coupons = slices.Clone(left)
		for _, before := range parts[:i] {
			carts[i].used = append(carts[i].used, before.coupons...)
		}
		if parts[i], err = c.pricePart(ctx, carts[i], cmd, refused); err != nil {
			return nil, err
		}
		parts[i].elsewhere = elsewhere(carts, i)
		if cart.CartID != "" && i > 0 {
			parts[i].Header.CartID = cart.CartID + "/" + carts[i].Channel
		}
		left = slices.DeleteFunc(left, func(code string) bool {
			return slices.ContainsFunc(parts[i].coupons, func(u order.CouponUse) bool { return strings.EqualFold(u.Code, code) })
		})
	}
	if len(left) > 0 {
		return nil, refused[left[0]]
	}
	return parts, nil
}

// count adds the uses of the orders that are placed in the same commit to those there
// were before: what is used up by the first of them is so for the next.
func (c *Cart) count(uses map[string]order.Uses) {
	for _, u := range c.used {
		so := uses[u.Code]
		so.All += u.Uses
		if u.CustomerID != uuid.Nil {
			so.ByCustomer += u.Uses
		}
		uses[u.Code] = so
	}
}

// elsewhere says whose concern the stock is that is kept for a divided cart: each SKU that
// of the order with it, and the rest, which is given back, that of the first.
func elsewhere(parts []Cart, mine int) func(sku string) bool {
	return func(sku string) bool {
		n := slices.IndexFunc(parts, func(p Cart) bool {
			return slices.ContainsFunc(p.Lines, func(l CartLine) bool { return l.SKU == sku })
		})
		return max(n, 0) != mine
	}
}

// pricePart prices one part with the coupons that are for it.
func (c *Client) pricePart(ctx context.Context, part Cart, cmd event.Command, refused map[string]error) (*placement, error) {
	for {
		in, err := c.price(ctx, part, cmd)
		var no *order.CouponError
		if !errors.As(err, &no) || !slices.Contains(part.Coupons, no.Code) {
			return in, err
		}
		if refused[no.Code] == nil {
			refused[no.Code] = err
		}
		part.Coupons = slices.DeleteFunc(part.Coupons, func(code string) bool { return code == no.Code })
	}
}

// split divides a cart.
func (c *Client) split(ctx context.Context, cart Cart) ([]Cart, error) {
	splitter := c.core.cfg.Split
	if splitter == nil {
		return nil, fault.Invalid("config.split", "nil", "a Splitter: this shop divides no carts")
	}
	channels, err := splitter.Split(ctx, cart)
	if err != nil {
		return nil, err
	}
	if len(channels) != len(cart.Lines) {
		return nil, &order.ProviderError{Provider: "splitter", Field: "channels", Reason: fmt.Sprintf("%d for %d lines", len(channels), len(cart.Lines))}
	}
	var parts []Cart
	sold := make(map[string]string, len(cart.Lines))
	for i, line := range cart.Lines {
		if in, known := sold[line.SKU]; known && in != channels[i] {
			return nil, &order.ProviderError{Provider: "splitter", Field: fmt.Sprintf("channels[%d]", i), Reason: fmt.Sprintf(
				"%s is sold in %q and in %q", line.SKU, in, channels[i])}
		}
		sold[line.SKU] = channels[i]
		n := slices.IndexFunc(parts, func(p Cart) bool { return p.Channel == channels[i] })
		if n < 0 {
			part := cart
			part.Channel, part.Lines = channels[i], nil
			n, parts = len(parts), append(parts, part)
		}
		parts[n].Lines = append(parts[n].Lines, line)
	}
	return parts, nil
}

// splitResult is what PlaceSplit stores under its key.
type splitResult struct {
	Orders []splitOrder `json:"orders"`
}

type splitOrder struct {
	ID      uuid.UUID `json:"id"`
	Version int64     `json:"version"`
}

// finishSplit makes one batch of the orders.
func finishSplit(drafts []*draft) ([]*order.Order, *storage.Batch, error) {
	var result splitResult
	answers := make([]*order.Order, len(drafts))
	for i, d := range drafts {
		result.Orders = append(result.Orders, splitOrder{d.last.ID, d.last.Version})
		answers[i] = d.answer()
	}
	b := drafts[0].finish(jsonResult(result))
	for _, d := range drafts[1:] {
		join(b, d.finish(nil))
	}
	return answers, b, nil
}

// replaySplit answers with the orders as they were placed.
func (c *Client) replaySplit(ctx context.Context, stored []byte) ([]*order.Order, error) {
	result, err := jsonReplay[splitResult](ctx, stored)
	if err != nil {
		return nil, err
	}
	orders := make([]*order.Order, len(result.Orders))
	for i, o := range result.Orders {
		if orders[i], err = c.orderAt(ctx, o.ID, o.Version); err != nil {
			return nil, err
		}
	}
	return orders, nil
}
