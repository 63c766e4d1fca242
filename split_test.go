package oms_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/go-oms/oms"
	"github.com/go-oms/oms/crm"
	"github.com/go-oms/oms/fault"
	"github.com/go-oms/oms/inventory"
	"github.com/go-oms/oms/order"
	"github.com/go-oms/oms/quantity"
	"github.com/go-oms/oms/storage"
)

// splitterFunc is a Splitter that is a function.
type splitterFunc func(oms.Cart) ([]string, error)

func (f splitterFunc) Split(_ context.Context, cart oms.Cart) ([]string, error) { return f(cart) }

// bothSellers is a cart with goods of two sellers.
func (s *shop) bothSellers() oms.Cart {
	s.t.Helper()
	s.receive("TEE-M", 5)
	s.receive("MUG", 5)
	return oms.Cart{
		CartID: "cart-1", Lines: []oms.CartLine{line("TEE-M", 2), line("MUG", 1), line("TEE-M", 1)},
		ShipTo: order.Address{Name: "Ada", City: "London", Country: "GB"}, Shipping: "standard",
	}
}

func TestACartOfTwoSellersIsTwoOrders(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	s.receive("TEE-M", 5)
	cart := s.bothSellers()
	priced, err := s.PriceSplit(s.ctx, cart)
	require.NoError(t, err)
	orders, err := s.PlaceSplit(s.ctx, cart)
	require.NoError(t, err)
	s.clean()
	require.Len(t, orders, 2)
	for i, want := range []struct{ channel, cart, total string }{{"", "cart-1", "64.60 EUR"}, {"mugs", "cart-1/mugs", "13.40 EUR"}} {
		require.Equal(t, want.channel, orders[i].Channel)
		require.Equal(t, want.cart, orders[i].CartID)
		require.Equal(t, want.total, orders[i].Totals.Total.String())
		require.Equal(t, orders[i].Totals, priced[i].Totals)
		require.Equal(t, orders[i], s.order(orders[i].ID))
	}
	require.NotEqual(t, orders[0].Number, orders[1].Number)
	require.Equal(t, quantity.Of(3), s.level("TEE-M").Allocated)
	require.Equal(t, quantity.Of(1), s.level("MUG").Allocated)

	for name, again := range map[string]func() error{
		"divided": func() error { _, err := s.PlaceSplit(s.ctx, cart); return err },
		"whole":   func() error { _, err := s.Place(s.ctx, cart); return err },
	} {
		taken := refusedWithout[*storage.DuplicateError](s, again)
		require.Equal(t, "cart_id", taken.Field, name)
	}

	s.pay(orders[1])
	_, err = s.Ship(s.ctx, orders[1].ID, oms.Shipping{})
	require.NoError(t, err, "one does not wait for the other")
	s.clean()
}

// TestASplitCartIsPlacedWholeOrNotAtAll: what one seller has not got keeps the other's
// order from being placed.
func TestASplitCartIsPlacedWholeOrNotAtAll(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	cart := s.bothSellers()
	cart.Lines[1].Quantity = quantity.Of(6)
	_, err := s.PlaceSplit(s.ctx, cart)
	var short *inventory.ShortageError
	require.ErrorAs(t, err, &short)
	require.Equal(t, "MUG", short.Shorts[0].SKU)
	require.Zero(t, s.level("TEE-M").Allocated)
	for o, err := range s.Orders(s.ctx, order.Filter{}) {
		require.NoError(t, err)
		t.Fatalf("order %s was placed", o.Number)
	}
	s.clean()
}

// TestASplitCartTakesWhatIsKeptForIt: stock that is reserved for the cart serves all parts.
func TestASplitCartTakesWhatIsKeptForIt(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	cart := s.bothSellers()
	s.receive("PIN", 1)
	_, err := s.Inventory.Reserve(s.ctx, inventory.Hold{CartID: "cart-1", TTL: time.Hour, Lines: []inventory.HoldLine{
		{SKU: "TEE-M", Quantity: quantity.Of(5)}, {SKU: "MUG", Quantity: quantity.Of(5)}, {SKU: "PIN", Quantity: quantity.Of(1)},
	}})
	require.NoError(t, err)
	_, err = s.PlaceSplit(s.ctx, cart)
	require.NoError(t, err)
	require.Equal(t, quantity.Of(3), s.level("TEE-M").Allocated)
	require.Zero(t, s.level("TEE-M").Reserved)
	require.Zero(t, s.level("PIN").Reserved, "what is in neither is given back")
	require.Equal(t, quantity.Of(1), s.level("MUG").Allocated)
	s.clean()
}

// TestACouponIsUsedOnceForASplitCart: by the first order that it takes something off.
func TestACouponIsUsedOnceForASplitCart(t *testing.T) {
	t.Parallel()
	s := newShop(t, func(c *oms.Config) {
		coupons, err := order.NewCoupons([]order.Coupon{
			{Code: "ONCE", Kind: order.Percentage, RatePPM: 100_000, Limit: 1},
			{Code: "MUGS", Kind: order.Percentage, RatePPM: 500_000, SKUs: []string{"MUG"}, Limit: 1},
			{Code: "HATS", Kind: order.Percentage, RatePPM: 500_000, SKUs: []string{"HAT"}},
		})
		require.NoError(t, err)
		c.Promotions = coupons
	})
	cart := s.bothSellers()
	cart.Coupons, cart.Shipping = []string{"once", "mugs", "hats"}, ""
	_, err := s.PlaceSplit(s.ctx, cart)
	var refused *order.CouponError
	require.ErrorAs(t, err, &refused, "a coupon for none of them")
	require.Equal(t, "hats", refused.Code)

	cart.Coupons = cart.Coupons[:2]
	orders, err := s.PlaceSplit(s.ctx, cart)
	require.NoError(t, err)
	require.Equal(t, "53.73 EUR", orders[0].Totals.Total.String(), "a tenth off, once")
	require.Equal(t, "4.25 EUR", orders[1].Totals.Total.String(), "half off mugs")
	s.clean()
}

func TestWhatSplitterCannotSay(t *testing.T) {
	t.Parallel()
	say := func(channels ...string) func(oms.Cart) ([]string, error) {
		return func(oms.Cart) ([]string, error) { return channels, nil }
	}
	for name, c := range map[string]struct {
		split oms.Splitter
		kind  fault.Kind
		text  string
	}{
		"nothing":                {nil, fault.Rejected, "config.split"},
		"fewer than lines":       {splitterFunc(say("a")), fault.Rejected, "1 for 3 lines"},
		"one SKU in two":         {splitterFunc(say("a", "b", "c")), fault.Rejected, `TEE-M is sold in "a" and in "c"`},
		"that it is out of work": {splitterFunc(func(oms.Cart) ([]string, error) { return nil, errors.New("down") }), fault.Transient, "down"},
	} {
		s := newShop(t, func(cfg *oms.Config) { cfg.Split = c.split })
		_, err := s.PlaceSplit(s.ctx, s.bothSellers())
		require.Equal(t, c.kind, fault.KindOf(err), name)
		require.ErrorContains(t, err, c.text, name)
		_, err = s.PriceSplit(s.ctx, s.bothSellers())
		require.ErrorContains(t, err, c.text, name)
		require.Zero(t, s.level("TEE-M").Allocated)
	}
}

// TestASplitCartIsWithinLimitsAsAWhole: each order is within what is left for the day, and
// all of them together are not.
func TestASplitCartIsWithinLimitsAsAWhole(t *testing.T) {
	t.Parallel()
	b := newBuying(newShop(t), "UTC", per(crm.PerDay, "30.00"))
	cart := b.cart(b.buyer, line("TEE-M", 1), line("MUG", 2)) // 19.90 and 17.00
	refusedWithout[*crm.SpendingLimitError](b.shop, func() error { _, err := b.PlaceSplit(b.ctx, cart); return err })

	cart.Lines[1].Quantity = quantity.Of(1)
	orders, err := b.PlaceSplit(b.ctx, cart)
	require.NoError(t, err)
	b.clean()
	for _, o := range orders {
		require.Equal(t, b.company, o.CompanyID)
	}
	require.Equal(t, "day 2026-03-01 1.60 EUR", b.left(b.buyer))
}

// TestAnAutomaticDiscountIsUsedUpBySplitCarts: the first of the orders takes the last use,
// in all or of the customer, and the others are placed without.
func TestAnAutomaticDiscountIsUsedUpBySplitCarts(t *testing.T) {
	t.Parallel()
	for name, coupon := range map[string]order.Coupon{"of all": {Limit: 1}, "of the customer": {PerCustomer: 1}} {
		t.Run(name, func(t *testing.T) {
			coupon.Code, coupon.Automatic, coupon.Kind, coupon.Amount = "HELLO", true, order.FixedAmount, eur("1.00")
			s := newShop(t, func(cfg *oms.Config) {
				var err error
				cfg.Promotions, err = order.NewCoupons([]order.Coupon{coupon})
				require.NoError(t, err)
			})
			cart := s.bothSellers()
			cart.CustomerID = s.customer("ada@example.com").ID
			priced, err := s.PriceSplit(s.ctx, cart)
			require.NoError(t, err)
			orders, err := s.PlaceSplit(s.ctx, cart)
			require.NoError(t, err)
			s.clean()
			for i, want := range []string{"63.60 EUR", "13.40 EUR"} {
				require.Equal(t, want, orders[i].Totals.Total.String())
				require.Equal(t, want, priced[i].Totals.Total.String())
			}
		})
	}
}
