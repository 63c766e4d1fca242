package order_test

import (
	"context"
	"encoding/json"
	"errors"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/go-oms/oms/fault"
	"github.com/go-oms/oms/money"
	"github.com/go-oms/oms/order"
	"github.com/go-oms/oms/quantity"
)

var customer = uuid.MustParse("01890000-0000-7000-8000-0000000000c1")

func coupons(t *testing.T, list ...order.Coupon) *order.Coupons {
	t.Helper()
	c, err := order.NewCoupons(list)
	require.NoError(t, err)
	return c
}

// cart is plain with categories: 39.80 tees, a 12.00 cap, 25.50 mugs; shipping 4.90.
func cart() order.Assembly {
	in := plain()
	in.Lines[0].Categories, in.Lines[1].Categories = []string{"clothes", "new"}, []string{"clothes"}
	in.Header.CustomerID = customer
	in.Shipping = &order.Charge{Code: "post", Amount: eur("4.90")}
	return in
}

func TestCouponKinds(t *testing.T) {
	t.Parallel()
	buy := func(x, y int32, c order.Coupon) order.Coupon {
		c.Kind, c.Buy, c.Get = order.BuyXGetY, quantity.Of(x), quantity.Of(y)
		return c
	}
	for name, test := range map[string]struct {
		coupon order.Coupon
		want   string // discount in all
	}{
		"ten per cent":      {order.Coupon{Kind: order.Percentage, RatePPM: 100_000}, "7.73"},
		"on a category":     {order.Coupon{Kind: order.Percentage, RatePPM: 100_000, Categories: []string{"clothes"}}, "5.18"},
		"on SKUs":           {order.Coupon{Kind: order.Percentage, RatePPM: 333_333, SKUs: []string{"CAP", "MUG"}}, "12.50"},
		"on either":         {order.Coupon{Kind: order.Percentage, RatePPM: 1_000_000, SKUs: []string{"MUG"}, Categories: []string{"new"}}, "65.30"},
		"five off":          {order.Coupon{Kind: order.FixedAmount, Amount: eur("5.00")}, "5.00"},
		"more than it is":   {order.Coupon{Kind: order.FixedAmount, Amount: eur("50.00"), SKUs: []string{"CAP"}}, "12.00"},
		"free shipping":     {order.Coupon{Kind: order.FreeShipping}, "4.90"},
		"cheaper shipping":  {order.Coupon{Kind: order.FreeShipping, Amount: eur("3.00")}, "3.00"},
		"2+1: the cheapest": {buy(2, 1, order.Coupon{}), "17.00"}, // 6 units, 2 sets, 2 mugs
		"2+1 once":          {buy(2, 1, order.Coupon{MaxSets: 1}), "8.50"},
		"2+1 half price":    {buy(2, 1, order.Coupon{RatePPM: 500_000}), "8.50"},
		"1+2 runs over":     {buy(1, 2, order.Coupon{}), "37.50"}, // 4 units: 3 mugs, the cap
		"2+1 of tees":       {buy(1, 1, order.Coupon{SKUs: []string{"TEE"}}), "19.90"},
		"tees give a cap":   {buy(1, 1, order.Coupon{SKUs: []string{"TEE"}, GetSKUs: []string{"CAP"}}), "12.00"},
		"tees give mugs":    {buy(1, 1, order.Coupon{SKUs: []string{"TEE"}, GetSKUs: []string{"MUG"}}), "17.00"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			in := cart()
			test.coupon.Code = "Code"
			uses, err := in.Promote(t.Context(), coupons(t, test.coupon), []string{" code "}, nil)
			require.NoError(t, err)
			require.Equal(t, []order.CouponUse{{Code: "CODE", Uses: 1}}, uses)
			o := assemble(t, in)
			require.Equal(t, eur(test.want), o.Totals.Discount)
			for _, a := range o.Adjustments {
				if a.Kind == order.Discount {
					require.Equal(t, "Code", a.Code)
				}
			}
		})
	}
}

func TestCouponRefuses(t *testing.T) {
	t.Parallel()
	p := order.Coupon{Code: "X", Kind: order.Percentage, RatePPM: 100_000}
	with := func(change func(*order.Coupon)) order.Coupon { c := p; change(&c); return c }
	uses := map[string]order.Uses{"X": {All: 5, ByCustomer: 2}}
	for reason, test := range map[string]struct {
		coupon order.Coupon
		change func(*order.Assembly)
	}{
		"unknown":                   {coupon: with(func(c *order.Coupon) { c.Code = "Y" })},
		"not valid yet":             {coupon: with(func(c *order.Coupon) { c.From = placed.Add(1) })},
		"expired":                   {coupon: with(func(c *order.Coupon) { c.To = placed })},
		"used up":                   {coupon: with(func(c *order.Coupon) { c.Limit = 5 })},
		"used up by this customer":  {coupon: with(func(c *order.Coupon) { c.PerCustomer = 2 })},
		"for known customers only":  {with(func(c *order.Coupon) { c.PerCustomer = 9 }), func(in *order.Assembly) { in.Header.CustomerID = uuid.Nil }},
		"not valid in EUR":          {coupon: with(func(c *order.Coupon) { c.Minimum = money.MustParse("1 JPY") })},
		"not for these goods":       {coupon: with(func(c *order.Coupon) { c.SKUs = []string{"SOCK"} })},
		"cost less than 77.31 EUR":  {coupon: with(func(c *order.Coupon) { c.Minimum = eur("77.31") })},
		"gives nothing":             {coupon: order.Coupon{Code: "X", Kind: order.BuyXGetY, Buy: quantity.Of(9), Get: one}},
		"gives nothing for these g": {order.Coupon{Code: "X", Kind: order.FreeShipping}, func(in *order.Assembly) { in.Shipping = nil }},
	} {
		t.Run(reason, func(t *testing.T) {
			t.Parallel()
			in := cart()
			if test.change != nil {
				test.change(&in)
			}
			_, err := in.Promote(t.Context(), coupons(t, test.coupon), []string{"x"}, uses)
			var refused *order.CouponError
			require.ErrorAs(t, err, &refused)
			require.Contains(t, refused.Reason, reason)
			require.Equal(t, "x", codeOf(refused))
			require.Equal(t, fault.Rejected, fault.KindOf(err))
			require.Empty(t, in.Discounts)
		})
	}
}

// codeOf is the code in lower case: an error names it as typed or as it is.
func codeOf(e *order.CouponError) string {
	if e.Code == "X" {
		return "x"
	}
	return e.Code
}

func TestCouponBoundsAreHalfOpen(t *testing.T) {
	t.Parallel()
	c := order.Coupon{Code: "X", Kind: order.Percentage, RatePPM: 1, From: placed, To: placed.Add(time.Second)}
	c.Kind, c.RatePPM = order.FixedAmount, 0
	c.Amount, c.Minimum, c.Limit, c.PerCustomer = eur("1.00"), eur("77.30"), 5, 2
	in := cart()
	uses, err := in.Promote(t.Context(), coupons(t, c), []string{"X"}, map[string]order.Uses{"X": {All: 4, ByCustomer: 1}})
	require.NoError(t, err)
	require.Equal(t, []order.CouponUse{{Code: "X", Uses: 1, Limit: 5, PerCustomer: 2, CustomerID: customer}}, uses)
}

func TestCouponsGoByPriorityOnWhatIsLeft(t *testing.T) {
	t.Parallel()
	c := coupons(t,
		order.Coupon{Code: "HALF", Kind: order.Percentage, RatePPM: 500_000, Priority: 2},
		order.Coupon{Code: "TEN", Kind: order.FixedAmount, Amount: eur("17.30"), Priority: 1})
	in := cart()
	uses, err := in.Promote(t.Context(), c, []string{"half", "TEN", "Half"}, nil)
	require.NoError(t, err)
	require.Len(t, uses, 2)
	require.Equal(t, eur("47.30"), assemble(t, in).Totals.Discount) // 17.30, then half of 60.00
}

func TestCouponsGroupsAndExclusive(t *testing.T) {
	t.Parallel()
	fixed := func(code string, priority int) order.Coupon {
		return order.Coupon{Code: code, Kind: order.FixedAmount, Amount: eur("1.00"), Priority: priority}
	}
	a, b, auto, alone := fixed("A", 1), fixed("B", 2), fixed("AUTO", 0), fixed("ALONE", 9)
	a.Group, b.Group, auto.Group = "g", "g", "g"
	auto.Automatic, alone.Exclusive = true, true
	c := coupons(t, a, b, auto, alone)

	codes := func(typed ...string) []string {
		in := cart()
		_, err := in.Promote(t.Context(), c, typed, nil)
		require.NoError(t, err)
		var got []string
		for _, d := range in.Discounts {
			got = append(got, d.Code)
		}
		return got
	}
	require.Equal(t, []string{"AUTO"}, codes())
	require.Equal(t, []string{"B"}, codes("B")) // what was typed goes before
	require.Equal(t, []string{"ALONE"}, codes("ALONE"))
	for _, typed := range [][]string{{"A", "B"}, {"ALONE", "A"}} {
		in := cart()
		_, err := in.Promote(t.Context(), c, typed, nil)
		var refused *order.CouponError
		require.ErrorAs(t, err, &refused)
		require.Contains(t, refused.Reason, "cannot be combined with A")
	}
}

func TestAutomaticCouponsAreSilent(t *testing.T) {
	t.Parallel()
	auto := order.Coupon{Code: "AUTO", Kind: order.Percentage, RatePPM: 100_000, Automatic: true}
	limited, minimum := auto, auto
	limited.Code, limited.Limit = "FIRST", 3
	minimum.Code, minimum.Minimum = "BIG", eur("1000")
	c := coupons(t, auto, limited, minimum)
	require.Equal(t, []string{"FIRST"}, c.Codes([]string{"nonsense"}))
	require.Equal(t, []string{"AUTO", "FIRST"}, c.Codes([]string{"auto", "AUTO"}))

	in := cart()
	uses, err := in.Promote(t.Context(), c, nil, map[string]order.Uses{"FIRST": {All: 2}})
	require.NoError(t, err)
	require.Equal(t, []order.CouponUse{{Code: "FIRST", Uses: 1, Limit: 3}}, uses)
	require.Len(t, in.Discounts, 2)

	in = cart()
	uses, err = in.Promote(t.Context(), c, nil, map[string]order.Uses{"FIRST": {All: 3}})
	require.NoError(t, err)
	require.Empty(t, uses)
	require.Len(t, in.Discounts, 1)
}

func TestNewCouponsRefuses(t *testing.T) {
	t.Parallel()
	good := order.Coupon{Code: "X", Kind: order.Percentage, RatePPM: 1}
	_, err := order.NewCoupons([]order.Coupon{good, {Code: "x", Kind: order.FreeShipping}})
	require.ErrorContains(t, err, "coupons[1].code")
	for field, change := range map[string]func(*order.Coupon){
		"code":         func(c *order.Coupon) { c.Code = " X" },
		"kind":         func(c *order.Coupon) { c.Kind = "gift" },
		"rate_ppm":     func(c *order.Coupon) { c.RatePPM = 1_000_001 },
		"amount":       func(c *order.Coupon) { c.Kind = order.FixedAmount },
		"buy":          func(c *order.Coupon) { c.Kind, c.Get = order.BuyXGetY, one },
		"get":          func(c *order.Coupon) { c.Kind, c.Buy, c.Get = order.BuyXGetY, one, quantity.MustParse("0.5") },
		"minimum":      func(c *order.Coupon) { c.Minimum = eur("-1") },
		"limit":        func(c *order.Coupon) { c.Limit = -1 },
		"per_customer": func(c *order.Coupon) { c.PerCustomer = -1 },
		"max_sets":     func(c *order.Coupon) { c.MaxSets = -1 },
		"to":           func(c *order.Coupon) { c.From, c.To = placed, placed },
	} {
		bad := good
		change(&bad)
		var invalid *fault.InvalidError
		require.ErrorAs(t, bad.Check(), &invalid)
		require.Equal(t, field, invalid.Field)
		_, err := order.NewCoupons([]order.Coupon{good, bad})
		require.ErrorAs(t, err, &invalid)
		require.Equal(t, "coupons[1]", invalid.Field)
	}
	zero, fine, less := good, good, good
	zero.RatePPM, fine.Amount, less.Amount = 0, eur("0.001"), eur("-1")
	require.Error(t, zero.Check())
	require.Error(t, fine.Check())
	require.Error(t, less.Check())
}

func TestCouponIsData(t *testing.T) {
	t.Parallel()
	c := order.Coupon{
		Code: "X", Kind: order.BuyXGetY, Buy: two, Get: one, Amount: eur("1.00"), From: placed, Limit: 3, Group: "g",
	}
	data, err := json.Marshal(c)
	require.NoError(t, err)
	require.NotContains(t, string(data), "minimum")
	var back order.Coupon
	require.NoError(t, json.Unmarshal(data, &back))
	require.Equal(t, c, back)
}

// promotions answers what it is told.
type promotions struct {
	answer order.Promotion
	err    error
}

func (p promotions) Codes([]string) []string { return nil }

func (p promotions) Apply(context.Context, order.PromotionRequest) (order.Promotion, error) {
	return p.answer, p.err
}

func TestPromoteRefusesBadAnswers(t *testing.T) {
	t.Parallel()
	in := cart()
	bad := promotions{answer: order.Promotion{Discounts: []order.DiscountProposal{{Amount: eur("1")}, {Amount: eur("-1")}}}}
	_, err := in.Promote(t.Context(), bad, nil, nil)
	var refused *order.ProviderError
	require.ErrorAs(t, err, &refused)
	require.Equal(t, "discounts[1]", refused.Field)
	require.Empty(t, in.Discounts)
	down := errors.New("down")
	_, err = in.Promote(t.Context(), promotions{err: down}, nil, nil)
	require.ErrorIs(t, err, down)
}
