package demo

import (
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/go-oms/oms"
	"github.com/go-oms/oms/inventory"
	"github.com/go-oms/oms/order"
	"github.com/go-oms/oms/quantity"
)

// purchase is an order on its way.
type purchase struct {
	id      uuid.UUID
	buyer   person
	holds   bool // the money is only held until something leaves
	parcels int
}

// shopping is one person filling a cart.
func (y *year) shopping() error {
	y.report.Carts++
	if y.Progress != nil {
		y.Progress(y.report.Carts, y.Orders)
	}
	if y.chance(6) {
		return y.enter()
	}
	buyer, err := y.somebody()
	if err != nil {
		return err
	}
	cart := y.cart(buyer)
	if !y.chance(20) {
		return y.place(buyer, cart)
	}
	held, err := y.hold(buyer, cart)
	if err != nil || !held {
		return err
	}
	if y.chance(30) {
		y.report.Abandoned++ // the hold ends by itself
		return nil
	}
	y.later(y.between(time.Minute, 14*time.Minute), func() error { return y.place(buyer, cart) })
	return nil
}

// cart is filled with up to four things.
func (y *year) cart(buyer person) oms.Cart {
	n := fmt.Sprintf("cart-%d", y.report.Carts)
	cart := oms.Cart{Key: n, CartID: n, Channel: web, CustomerID: buyer.id, ShipTo: buyer.address, Shipping: "standard"}
	if y.chance(10) {
		cart.Shipping = "express"
	}
	for _, i := range y.dice.Perm(len(products))[:1+y.dice.IntN(4)] {
		p := products[i]
		cart.Lines = append(cart.Lines, oms.CartLine{SKU: p.sku, Quantity: y.few(), Backorder: p.backorder > 0})
	}
	if y.chance(15) {
		cart.Coupons = []string{couponCodes[y.dice.IntN(len(couponCodes))]}
	}
	return cart
}

// few is mostly one, sometimes more.
func (y *year) few() quantity.Quantity {
	n := int32(1)
	for n < 5 && y.chance(30) {
		n++
	}
	return quantity.Of(n)
}

// hold keeps the goods while the shopper makes up his mind.
func (y *year) hold(buyer person, cart oms.Cart) (bool, error) {
	h := inventory.Hold{CartID: cart.CartID, Country: buyer.address.Country, TTL: 15 * time.Minute}
	for _, l := range cart.Lines {
		h.Lines = append(h.Lines, inventory.HoldLine{SKU: l.SKU, Quantity: l.Quantity})
	}
	_, err := y.as(buyer).Inventory.Reserve(y.ctx, h)
	var short *inventory.ShortageError
	if errors.As(err, &short) {
		y.report.SoldOut++
		return false, nil
	}
	return err == nil, err
}

// place sends the cart off. Without its coupon if that is refused, and at times
// twice, by a nervous finger.
func (y *year) place(buyer person, cart oms.Cart) error {
	o, err := y.as(buyer).Place(y.ctx, cart)
	var refused *order.CouponError
	if errors.As(err, &refused) {
		y.report.BadCodes++
		cart.Coupons = nil
		o, err = y.as(buyer).Place(y.ctx, cart)
	}
	var short *inventory.ShortageError
	if errors.As(err, &short) {
		y.report.SoldOut++
		return nil
	}
	if err != nil {
		return err
	}
	if len(cart.Coupons) > 0 {
		y.report.UsedCodes++
	}
	if y.chance(2) {
		again, err := y.as(buyer).Place(y.ctx, cart)
		if err != nil {
			return err
		}
		if again.ID != o.ID {
			return fmt.Errorf("cart %s was placed twice: %s and %s", cart.CartID, o.Number, again.Number)
		}
		y.report.Repeated++
	}
	return y.placed(buyer, o)
}

// enter takes an order from the marketplace, with its prices and its own number.
func (y *year) enter() error {
	p := products[y.dice.IntN(len(products))]
	buyer := y.made()
	ref := fmt.Sprintf("MP-%05d", y.report.Carts)
	o, err := y.shop.Enter(y.ctx, oms.Entry{
		Key: ref, Channel: market, ExternalRef: ref, ShipTo: buyer.address,
		Lines:   []oms.EntryLine{{SKU: p.sku, Title: p.title, Quantity: y.few(), UnitPrice: eur(p.price), Backorder: p.backorder > 0}},
		Charges: []oms.Charge{{Kind: order.Shipping, Code: "marketplace", Label: "Delivery", Amount: eur("3.90")}},
	})
	var short *inventory.ShortageError
	if errors.As(err, &short) {
		y.report.SoldOut++
		return nil
	}
	if err != nil {
		return err
	}
	y.report.Entered++
	return y.placed(buyer, o)
}

// placed goes on with an order: money, second thoughts, a note.
func (y *year) placed(buyer person, o *order.Order) error {
	y.report.Orders++
	waits := false
	for i := range o.Lines {
		y.report.Units += int(o.Lines[i].Quantity.Micro() / quantity.PerUnit)
		waits = waits || o.Lines[i].Backordered.Sign() > 0
	}
	if waits {
		y.report.Backorder++
	}
	p := &purchase{id: o.ID, buyer: buyer}
	y.packs = append(y.packs, p)
	if y.chance(4) {
		text := "The customer asked when it will come."
		if _, err := y.staff.AddNote(y.ctx, o.ID, oms.Note{Text: text, Internal: true}); err != nil {
			return err
		}
		y.report.Notes++
	}
	switch {
	case y.chance(3):
		y.later(y.between(time.Hour, 20*time.Hour), func() error { return y.cancel(p) })
	case y.chance(2):
		y.later(y.between(time.Hour, 20*time.Hour), func() error { return y.cancelLine(p) })
	}
	return y.checkout(p, waits)
}
