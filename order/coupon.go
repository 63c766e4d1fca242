package order

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/go-oms/oms/fault"
	"github.com/go-oms/oms/money"
	"github.com/go-oms/oms/quantity"
)

// CouponKind says what a coupon gives.
type CouponKind string

// The kinds of coupon.
const (
	Percentage   CouponKind = "percentage"    // RatePPM of what the goods still cost
	FixedAmount  CouponKind = "fixed"         // Amount, at most what the goods still cost
	FreeShipping CouponKind = "free_shipping" // the price of shipping, at most Amount if set
	BuyXGetY     CouponKind = "buy_x_get_y"   // for each Buy units, Get units at RatePPM less
)

// Coupon is one promotion as data. Its zero fields do not restrict.
type Coupon struct {
	Code  string     `json:"code"` // unique without regard to case; counted under its upper-case form
	Label string     `json:"label,omitempty"`
	Kind  CouponKind `json:"kind"`

	RatePPM int64       `json:"rate_ppm,omitempty"` // parts per million; for BuyXGetY 0 means 1_000_000: free
	Amount  money.Money `json:"amount,omitzero"`

	// BuyXGetY gives the cheapest units away. Without GetSKUs the given units are
	// of the same goods as the bought ones: 2 + 1 takes three in the cart. With
	// GetSKUs they are of those, and count apart. Whole units count, MaxSets limits
	// how often.
	Buy     quantity.Quantity `json:"buy,omitzero"`
	Get     quantity.Quantity `json:"get,omitzero"`
	GetSKUs []string          `json:"get_skus,omitempty"`
	MaxSets int64             `json:"max_sets,omitempty"`

	// The goods the coupon is for: of one of the SKUs or in one of the categories.
	SKUs       []string `json:"skus,omitempty"`
	Categories []string `json:"categories,omitempty"`
	// Minimum is what those goods have to cost at least, before any discount.
	Minimum money.Money `json:"minimum,omitzero"`
	From    time.Time   `json:"from,omitzero"` // inclusive
	To      time.Time   `json:"to,omitzero"`   // exclusive

	Limit       int64 `json:"limit,omitempty"`        // uses over all orders
	PerCustomer int64 `json:"per_customer,omitempty"` // uses of one customer, who must be known

	// Automatic coupons apply to every cart that fits, without being typed.
	Automatic bool `json:"automatic,omitempty"`
	// Priority orders coupons: lower numbers go first, and later ones discount what
	// is left.
	Priority int `json:"priority,omitempty"`
	// Of the coupons of one Group only one applies, and an Exclusive one applies
	// alone. Typed coupons go before automatic ones, then Priority decides.
	Group     string `json:"group,omitempty"`
	Exclusive bool   `json:"exclusive,omitempty"`
}

// Check returns a *fault.InvalidError for a coupon that cannot mean anything.
func (c *Coupon) Check() error {
	positive := func(m money.Money) bool { return m.Sign() > 0 && m.IsMinor() }
	switch {
	case c.Code == "" || c.Code != strings.TrimSpace(c.Code) || len(c.Code) > 64:
		return fault.Invalid("code", c.Code, "1 to 64 bytes without space around them")
	case c.RatePPM < 0 || c.RatePPM > million:
		return fault.Invalid("rate_ppm", c.RatePPM, "0 to 1000000 parts per million")
	case c.Amount != (money.Money{}) && !positive(c.Amount):
		return fault.Invalid("amount", c.Amount, "an amount above zero in minor units")
	case c.Minimum != (money.Money{}) && c.Minimum.Sign() < 0:
		return fault.Invalid("minimum", c.Minimum, "zero or more")
	case c.Limit < 0:
		return fault.Invalid("limit", c.Limit, "zero or more")
	case c.PerCustomer < 0:
		return fault.Invalid("per_customer", c.PerCustomer, "zero or more")
	case c.MaxSets < 0:
		return fault.Invalid("max_sets", c.MaxSets, "zero or more")
	case !c.To.IsZero() && !c.From.Before(c.To):
		return fault.Invalid("to", c.To, "a time after from")
	}
	return c.checkKind()
}

func (c *Coupon) checkKind() error {
	whole := func(q quantity.Quantity) bool { return q.Sign() > 0 && q.Fits(0) && q.Check() == nil }
	switch c.Kind {
	case Percentage:
		if c.RatePPM == 0 {
			return fault.Invalid("rate_ppm", c.RatePPM, "more than zero")
		}
	case FixedAmount:
		if c.Amount == (money.Money{}) {
			return fault.Invalid("amount", c.Amount, "more than zero")
		}
	case FreeShipping:
	case BuyXGetY:
		if !whole(c.Buy) {
			return fault.Invalid("buy", c.Buy, "whole units above zero")
		}
		if !whole(c.Get) {
			return fault.Invalid("get", c.Get, "whole units above zero")
		}
	default:
		return fault.Invalid("kind", c.Kind, `"percentage", "fixed", "free_shipping" or "buy_x_get_y"`)
	}
	return nil
}

// reason says why the coupon cannot be used for the request, or is "".
func (c *Coupon) reason(r *PromotionRequest) string {
	uses := r.Uses[c.key()]
	switch {
	case r.At.Before(c.From):
		return "not valid yet"
	case !c.To.IsZero() && !r.At.Before(c.To):
		return "expired"
	case c.Limit > 0 && uses.All >= c.Limit:
		return "used up"
	case c.PerCustomer > 0 && r.CustomerID == uuid.Nil:
		return "for known customers only"
	case c.PerCustomer > 0 && uses.ByCustomer >= c.PerCustomer:
		return "used up by this customer"
	}
	return c.goodsReason(r)
}

func (c *Coupon) goodsReason(r *PromotionRequest) string {
	for _, m := range [...]money.Money{c.Amount, c.Minimum} {
		if m.Currency() != "" && m.Currency() != r.Currency {
			return "not valid in " + string(r.Currency)
		}
	}
	var (
		sum   adder
		goods = money.Zero(r.Currency)
		found bool
	)
	for i := range r.Lines {
		if c.covers(&r.Lines[i]) {
			goods, found = sum.add(goods, r.Lines[i].Amount), true
		}
	}
	switch {
	case sum.err != nil:
		return "the goods cannot be counted"
	case !found:
		return "not for these goods"
	case below(goods, c.Minimum):
		return fmt.Sprintf("the goods cost less than %s", c.Minimum)
	}
	return ""
}

// covers reports whether the coupon is for the line's goods.
func (c *Coupon) covers(l *PromotionLine) bool {
	if len(c.SKUs) == 0 && len(c.Categories) == 0 {
		return true
	}
	inCategory := func(category string) bool { return slices.Contains(c.Categories, category) }
	return slices.Contains(c.SKUs, l.SKU) || slices.ContainsFunc(l.Categories, inCategory)
}

// key is the code under which uses are counted.
func (c *Coupon) key() string { return couponKey(c.Code) }

func couponKey(code string) string { return strings.ToUpper(strings.TrimSpace(code)) }
