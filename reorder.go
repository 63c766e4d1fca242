package oms

import (
	"context"
	"errors"

	"github.com/google/uuid"

	"github.com/go-oms/oms/fault"
	"github.com/go-oms/oms/inventory"
	"github.com/go-oms/oms/order"
	"github.com/go-oms/oms/quantity"
)

// Reordered is an order to be placed again.
type Reordered struct {
	// Cart has what can be bought again, without addresses and coupons: for Price, Place
	// or SaveDraft. It has no lines if nothing can.
	Cart Cart
	// Left are the lines of the order that the cart does without.
	Left []LeftLine
}

// LeftLine is a line of an order that cannot be bought again.
type LeftLine struct {
	Line     int               `json:"line"` // its place in the order, from 1
	SKU      string            `json:"sku"`
	Quantity quantity.Quantity `json:"quantity"`
	Problem  string            `json:"problem"` // one of the Left… codes
}

// The codes of why a line cannot be bought again.
const (
	LeftUnknown = "unknown_sku" // there is no such item any more
	LeftNoPrice = "no_price"    // it has no price any more
)

// Reorder answers with a cart of what was ordered once, as far as it can be bought again
// at today's prices, and with what cannot. Units that were called off or sent back count
// as ordered. Whether goods are there is for Place to say. It writes nothing.
func (c *Client) Reorder(ctx context.Context, id uuid.UUID) (*Reordered, error) {
	cmd, err := c.issuer.Issue(ctx, "order.reorder", "", c.now(), nil)
	if err != nil {
		return nil, err
	}
	o, err := c.store.Order(ctx, id)
	if err == nil && !c.sees(o) {
		err = fault.NotFound("order", id)
	}
	if err != nil {
		return nil, err
	}
	skus := make([]string, len(o.Lines))
	for i := range o.Lines {
		skus[i] = o.Lines[i].SKU
	}
	items, err := c.store.Items(ctx, skus)
	if err != nil {
		return nil, err
	}
	again := &Reordered{Cart: Cart{Channel: o.Channel, CustomerID: o.CustomerID, CompanyID: o.CompanyID}}
	var known []int // the places of the cart's lines in the order
	for i := range o.Lines {
		if inventory.FindItem(items, skus[i]) == nil {
			again.leave(o, i, LeftUnknown)
			continue
		}
		again.Cart.Lines = append(again.Cart.Lines, CartLine{SKU: skus[i], Quantity: o.Lines[i].Quantity})
		known = append(known, i)
	}
	if len(known) == 0 {
		return again, nil
	}
	_, err = c.price(ctx, again.Cart, cmd)
	var unknown *order.UnknownSKUError
	switch {
	case errors.As(err, &unknown):
		again.without(o, known, unknown.Lines)
	case err != nil:
		return nil, classify(ctx, err)
	}
	return again, nil
}

// without leaves out the lines of the cart that have no price; known are their places in
// the order.
func (r *Reordered) without(o *order.Order, known, unpriced []int) {
	no := make(map[int]bool, len(unpriced))
	for _, i := range unpriced {
		no[i] = true
	}
	lines := r.Cart.Lines
	r.Cart.Lines = nil
	for i := range lines {
		if no[i] {
			r.leave(o, known[i], LeftNoPrice)
			continue
		}
		r.Cart.Lines = append(r.Cart.Lines, lines[i])
	}
}

func (r *Reordered) leave(o *order.Order, i int, problem string) {
	l := &o.Lines[i]
	r.Left = append(r.Left, LeftLine{Line: i + 1, SKU: l.SKU, Quantity: l.Quantity, Problem: problem})
}
