package oms

import (
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/go-oms/oms/fault"
	"github.com/go-oms/oms/money"
	"github.com/go-oms/oms/order"
	"github.com/go-oms/oms/quantity"
)

// Cart is what a shopper asks for. It has no prices: they come from the
// configured Pricer.
type Cart struct {
	// Key makes the command repeatable: the same key and cart give the same
	// order, once. Without it a retry after a crash places a second order.
	Key string `json:"-"`
	// CartID is the host's id of the cart; a cart is placed at most once. Stock
	// that shop.Inventory.Reserve keeps for this cart is used up first.
	CartID     string         `json:"cart_id,omitempty"`
	Channel    string         `json:"channel,omitempty"`
	CustomerID uuid.UUID      `json:"customer_id,omitzero"`
	CompanyID  uuid.UUID      `json:"company_id,omitzero"` // whom the customer buys for, as one of its buyers; zero: for himself
	Lines      []CartLine     `json:"lines"`
	ShipTo     order.Address  `json:"ship_to"`
	BillTo     *order.Address `json:"bill_to,omitempty"` // ShipTo when nil
	// ShipToSaved and BillToSaved are ids of addresses in the customer's book, in
	// place of ShipTo and BillTo. The order keeps a copy.
	ShipToSaved uuid.UUID      `json:"ship_to_saved,omitzero"`
	BillToSaved uuid.UUID      `json:"bill_to_saved,omitzero"`
	Shipping    string         `json:"shipping,omitempty"` // code of a shipping method
	Coupons     []string       `json:"coupons,omitempty"`
	Metadata    order.Metadata `json:"metadata,omitempty"`
	At          time.Time      `json:"at,omitzero"` // business time, now by default

	used []order.CouponUse // by the orders that are placed in the same commit, so far
}

// CartLine is one line of a cart.
type CartLine struct {
	SKU      string            `json:"sku"`
	Quantity quantity.Quantity `json:"quantity"`
	// Backorder lets units that are not there be promised, within the limits of
	// the stock levels.
	Backorder bool `json:"backorder,omitempty"`
}

// Entry is an order as trusted staff or an integration types it in: with prices.
// It is for trusted callers; never fill one from a shopper's request.
type Entry struct {
	Key         string         `json:"-"`
	Channel     string         `json:"channel,omitempty"`
	ExternalRef string         `json:"external_ref,omitempty"` // unique in its channel
	CustomerID  uuid.UUID      `json:"customer_id,omitzero"`
	CompanyID   uuid.UUID      `json:"company_id,omitzero"` // as in Cart
	Lines       []EntryLine    `json:"lines"`
	Charges     []Charge       `json:"charges,omitempty"`
	ShipTo      order.Address  `json:"ship_to"`
	BillTo      *order.Address `json:"bill_to,omitempty"`
	ShipToSaved uuid.UUID      `json:"ship_to_saved,omitzero"` // as in Cart
	BillToSaved uuid.UUID      `json:"bill_to_saved,omitzero"`
	Metadata    order.Metadata `json:"metadata,omitempty"`
	// PromisedAt is when the delivery is promised by; zero promises nothing.
	PromisedAt time.Time `json:"promised_at,omitzero"`
	At         time.Time `json:"at,omitzero"`
}

// EntryLine is one line of an entry. The price is per unit of the item and may be
// finer than the currency's minor units by six decimals.
type EntryLine struct {
	SKU         string            `json:"sku"`
	Title       string            `json:"title,omitempty"`
	Quantity    quantity.Quantity `json:"quantity"`
	UnitPrice   money.Money       `json:"unit_price"`
	TaxCategory string            `json:"tax_category,omitempty"`
	Backorder   bool              `json:"backorder,omitempty"`
}

// check refuses what no price or stock could mend.
func (c *Cart) check(limits order.Limits) error {
	if len(c.Lines) == 0 {
		return fault.Invalid("lines", "none", "at least one line")
	}
	for i := range c.Lines {
		if err := checkUnits(i, c.Lines[i].Quantity); err != nil {
			return err
		}
	}
	return limits.CheckLines(len(c.Lines))
}

func (e *Entry) check(limits order.Limits) error {
	if len(e.Lines) == 0 && len(e.Charges) == 0 {
		return fault.Invalid("lines", "none", "at least one line or charge")
	}
	for i := range e.Lines {
		if err := checkUnits(i, e.Lines[i].Quantity); err != nil {
			return err
		}
	}
	return limits.CheckLines(len(e.Lines))
}

func checkUnits(line int, q quantity.Quantity) error {
	if q.Sign() <= 0 || q.Check() != nil {
		return fault.Invalid(fmt.Sprintf("lines[%d].quantity", line), q, "more than zero, at most a million million")
	}
	return nil
}

// Charge is an amount beside the goods: order.Shipping, order.Fee (either sign) or
// order.Discount (negative).
type Charge struct {
	Kind   order.AdjustmentKind `json:"kind"`
	Code   string               `json:"code"`
	Label  string               `json:"label,omitempty"`
	Amount money.Money          `json:"amount"`
}
