package order

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/go-oms/oms/fault"
	"github.com/go-oms/oms/money"
)

// Coupons is the built-in [Promotions]: a set of [Coupon]. It is immutable and
// safe for concurrent use.
type Coupons struct {
	byKey     map[string]*Coupon
	automatic []*Coupon
}

// NewCoupons returns the promotions of a list. The error is a *fault.InvalidError
// that names the coupon, such as "coupons[3].rate_ppm", for one that Check refuses
// or a code that is there twice.
func NewCoupons(list []Coupon) (*Coupons, error) {
	c := &Coupons{byKey: make(map[string]*Coupon, len(list))}
	list = slices.Clone(list)
	for i := range list {
		coupon := &list[i]
		if err := coupon.Check(); err != nil {
			return nil, fault.Invalid(fmt.Sprintf("coupons[%d]", i), coupon.Code, err.Error())
		}
		if _, twice := c.byKey[coupon.key()]; twice {
			return nil, fault.Invalid(fmt.Sprintf("coupons[%d].code", i), coupon.Code, "a code of its own")
		}
		c.byKey[coupon.key()] = coupon
		if coupon.Automatic {
			c.automatic = append(c.automatic, coupon)
		}
	}
	return c, nil
}

// Codes returns the codes whose uses Apply wants to know: the typed ones that
// exist, and the automatic ones with a limit.
func (c *Coupons) Codes(typed []string) []string {
	var codes []string
	for _, code := range typed {
		if coupon := c.byKey[couponKey(code)]; coupon != nil && !slices.Contains(codes, coupon.key()) {
			codes = append(codes, coupon.key())
		}
	}
	for _, coupon := range c.automatic {
		if coupon.limited() && !slices.Contains(codes, coupon.key()) {
			codes = append(codes, coupon.key())
		}
	}
	return codes
}

// Apply evaluates the cart. A code that the shopper typed and that is unknown, not
// valid now, used up, not for these goods or not combinable is a [*CouponError].
// Every typed coupon is counted, and every automatic one that has a limit.
func (c *Coupons) Apply(_ context.Context, r PromotionRequest) (Promotion, error) {
	if len(r.Codes) == 0 && len(c.automatic) == 0 {
		return Promotion{}, nil
	}
	candidates, err := c.candidates(&r)
	if err != nil {
		return Promotion{}, err
	}
	if candidates, err = combinable(candidates); err != nil {
		return Promotion{}, err
	}
	slices.SortStableFunc(candidates, func(a, b candidate) int {
		return cmp.Or(cmp.Compare(a.Priority, b.Priority), cmp.Compare(a.key(), b.key()))
	})
	return evaluate(&r, candidates)
}

// candidate is a coupon that may apply.
type candidate struct {
	*Coupon
	typed bool
}

// candidates returns the typed coupons and the automatic ones that fit.
func (c *Coupons) candidates(r *PromotionRequest) ([]candidate, error) {
	var found []candidate
	has := func(coupon *Coupon) bool {
		return slices.ContainsFunc(found, func(f candidate) bool { return f.Coupon == coupon })
	}
	for _, code := range r.Codes {
		coupon := c.byKey[couponKey(code)]
		if coupon == nil {
			return nil, &CouponError{Code: code, Reason: "unknown"}
		}
		if reason := coupon.reason(r); reason != "" {
			return nil, &CouponError{Code: code, Reason: reason}
		}
		if !has(coupon) {
			found = append(found, candidate{coupon, true})
		}
	}
	for _, coupon := range c.automatic {
		if !has(coupon) && coupon.reason(r) == "" {
			found = append(found, candidate{coupon, false})
		}
	}
	return found, nil
}

// combinable drops automatic coupons that another one excludes; a typed one that
// is excluded is an error.
func combinable(list []candidate) ([]candidate, error) {
	slices.SortStableFunc(list, func(a, b candidate) int {
		if a.typed != b.typed {
			if a.typed {
				return -1
			}
			return 1
		}
		return cmp.Or(cmp.Compare(a.Priority, b.Priority), cmp.Compare(a.key(), b.key()))
	})
	var kept []candidate
	for _, next := range list {
		against := slices.IndexFunc(kept, func(k candidate) bool {
			return k.Exclusive || next.Exclusive || next.Group != "" && next.Group == k.Group
		})
		switch {
		case against < 0:
			kept = append(kept, next)
		case next.typed:
			return nil, &CouponError{Code: next.Code, Reason: "cannot be combined with " + kept[against].Code}
		}
	}
	return kept, nil
}

// evaluate applies the coupons one after the other to what is left of the prices.
func evaluate(r *PromotionRequest, list []candidate) (Promotion, error) {
	cart := newCart(r)
	var p Promotion
	for _, c := range list {
		before := len(p.Discounts)
		var err error
		if p.Discounts, err = cart.apply(c.Coupon, p.Discounts); err != nil {
			return Promotion{}, err
		}
		if len(p.Discounts) == before {
			if c.typed {
				return Promotion{}, &CouponError{Code: c.Code, Reason: "gives nothing for these goods"}
			}
			continue
		}
		if !c.typed && !c.limited() {
			continue
		}
		use := CouponUse{Code: c.key(), Uses: 1, Limit: c.Limit, PerCustomer: c.PerCustomer}
		if c.PerCustomer > 0 {
			use.CustomerID = r.CustomerID
		}
		p.Uses = append(p.Uses, use)
	}
	return p, nil
}

func (c *Coupon) limited() bool { return c.Limit > 0 || c.PerCustomer > 0 }

// cart is what the goods still cost while coupons apply. It shares discounts out
// the way the order will, by a sheet of its own.
type cart struct {
	request *PromotionRequest
	sheet   sheet
}

func newCart(r *PromotionRequest) *cart {
	zero := money.Zero(r.Currency)
	c := &cart{request: r, sheet: sheet{
		currency: r.Currency, zero: zero, cut: zero, shipping: zero, lines: make([]Line, len(r.Lines)),
	}}
	if r.Shipping.Currency() != "" {
		c.sheet.shipping = r.Shipping
	}
	for i := range r.Lines {
		c.sheet.lines[i].Subtotal, c.sheet.lines[i].Discount = r.Lines[i].Amount, zero
	}
	return c
}

// apply appends the discounts that the coupon gives.
func (c *cart) apply(coupon *Coupon, to []DiscountProposal) ([]DiscountProposal, error) {
	var (
		found []DiscountProposal
		err   error
	)
	switch coupon.Kind {
	case Percentage, FixedAmount:
		found, err = c.onGoods(coupon)
	case FreeShipping:
		found = c.onShipping(coupon)
	case BuyXGetY:
		found, err = c.onUnits(coupon)
	}
	if err != nil {
		return nil, err
	}
	for _, proposal := range found {
		if proposal.Amount.IsZero() {
			continue
		}
		proposal.Code, proposal.Label = coupon.Code, coupon.Label
		if err := c.sheet.discount(proposal); err != nil {
			return nil, err
		}
		to = append(to, proposal)
	}
	return to, nil
}

func (c *cart) onGoods(coupon *Coupon) ([]DiscountProposal, error) {
	var sum adder
	d := DiscountProposal{RatePPM: coupon.RatePPM}
	left := c.sheet.zero
	for i := range c.request.Lines {
		if coupon.covers(&c.request.Lines[i]) {
			left = sum.add(left, c.sheet.left(i))
			d.Lines = append(d.Lines, i)
		}
	}
	if coupon.Kind == Percentage {
		d.Amount = sum.keep(left.MulDiv(coupon.RatePPM, million, c.request.Rounding))
	} else {
		d.Amount, d.RatePPM = lesser(coupon.Amount, left), 0
	}
	return []DiscountProposal{d}, sum.err
}

func (c *cart) onShipping(coupon *Coupon) []DiscountProposal {
	amount := c.sheet.left(ShippingLine)
	if coupon.Amount.Currency() != "" {
		amount = lesser(coupon.Amount, amount)
	}
	return []DiscountProposal{{Amount: amount, Shipping: true}}
}

// onUnits discounts the cheapest units: those whose line costs the least per unit.
func (c *cart) onUnits(coupon *Coupon) ([]DiscountProposal, error) {
	rate := coupon.RatePPM
	if rate == 0 {
		rate = million
	}
	free, lines := c.freeUnits(coupon)
	slices.SortStableFunc(lines, func(a, b int) int {
		order, _ := c.request.Lines[a].Unit.Cmp(c.request.Lines[b].Unit)
		return order
	})
	var (
		sum   adder
		found []DiscountProposal
	)
	for _, i := range lines {
		line := &c.request.Lines[i]
		units := min(free, line.Quantity.Micro()/million)
		if units == 0 {
			continue
		}
		free -= units
		share := sum.keep(ratio(c.sheet.left(i), [2]int64{units * million, rate},
			[2]int64{line.Quantity.Micro(), million}, c.request.Rounding))
		found = append(found, DiscountProposal{Amount: share, Lines: []int{i}, RatePPM: rate})
	}
	return found, sum.err
}

// freeUnits returns how many whole units are given and the lines they may be of.
func (c *cart) freeUnits(coupon *Coupon) (free int64, lines []int) {
	var bought, offered int64
	buy, get := coupon.Buy.Micro()/million, coupon.Get.Micro()/million
	for i := range c.request.Lines {
		line := &c.request.Lines[i]
		units := line.Quantity.Micro() / million
		given := slices.Contains(coupon.GetSKUs, line.SKU)
		switch {
		case len(coupon.GetSKUs) == 0 && coupon.covers(line):
			bought, lines = bought+units, append(lines, i)
		case given:
			offered, lines = offered+units, append(lines, i)
		case len(coupon.GetSKUs) > 0 && coupon.covers(line):
			bought += units
		}
	}
	sets := bought / buy
	if len(coupon.GetSKUs) == 0 {
		sets = bought / (buy + get)
		offered = bought
	}
	if coupon.MaxSets > 0 {
		sets = min(sets, coupon.MaxSets)
	}
	// A set is at least one unit of what is offered, so more sets than units say no
	// more and could only overflow.
	return min(min(sets, offered)*get, offered), lines
}
