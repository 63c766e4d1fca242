package order_test

import (
	"context"
	"errors"
	"iter"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/go-oms/oms/money"
	"github.com/go-oms/oms/order"
)

// pastOrders answers a screen's question and keeps it.
type pastOrders struct {
	n   int
	err error
	f   order.Filter
}

func (p *pastOrders) Orders(_ context.Context, f order.Filter) iter.Seq2[*order.Order, error] {
	p.f = f
	return func(yield func(*order.Order, error) bool) {
		for range min(p.n, f.Limit) {
			if !yield(&order.Order{}, nil) {
				return
			}
		}
		if p.err != nil {
			yield(nil, p.err)
		}
	}
}

func TestScreenRules(t *testing.T) {
	t.Parallel()
	customer := uuid.New()
	base := func() *order.Order {
		return &order.Order{
			PlacedAt: holdsAt, Currency: money.EUR, Totals: order.Totals{Total: money.MustParse("10.00 EUR")},
			ShipTo: &order.Address{Line1: "1  High Street", PostalCode: "N1", Country: "GB", Email: "Ada@example.com"},
			BillTo: &order.Address{Country: "GB", Phone: "+44 1"},
		}
	}
	blocked := func(kind, value string) order.ScreenRules {
		return order.ScreenRules{Blocked: map[string]bool{order.BlockKey(kind, value): true}}
	}
	for name, c := range map[string]struct {
		rules  order.ScreenRules
		change func(*order.Order)
		past   int
		want   order.Verdict
	}{
		"no rules":            {want: order.Verdict{Outcome: order.ScreenPass}},
		"few orders":          {rules: order.ScreenRules{Velocity: 3}, past: 2, want: order.Verdict{Outcome: order.ScreenPass}},
		"many orders":         {rules: order.ScreenRules{Velocity: 3}, past: 3, want: order.Verdict{Outcome: order.ScreenReview, Reasons: []string{"velocity"}}},
		"nobody known":        {rules: order.ScreenRules{Velocity: 1}, past: 9, change: func(o *order.Order) { o.ShipTo.Email = "" }, want: order.Verdict{Outcome: order.ScreenPass}},
		"one country":         {rules: order.ScreenRules{Mismatch: true}, want: order.Verdict{Outcome: order.ScreenPass}},
		"two countries":       {rules: order.ScreenRules{Mismatch: true}, change: func(o *order.Order) { o.BillTo.Country = "US" }, want: order.Verdict{Outcome: order.ScreenReview, Reasons: []string{"country_mismatch"}}},
		"no address":          {rules: order.ScreenRules{Mismatch: true}, change: func(o *order.Order) { o.ShipTo, o.BillTo = nil, nil }, want: order.Verdict{Outcome: order.ScreenPass}},
		"the limit":           {rules: order.ScreenRules{Above: money.MustParse("10.00 EUR")}, want: order.Verdict{Outcome: order.ScreenPass}},
		"above the limit":     {rules: order.ScreenRules{Above: money.MustParse("9.99 EUR")}, want: order.Verdict{Outcome: order.ScreenReview, Reasons: []string{"amount"}}},
		"another currency":    {rules: order.ScreenRules{Above: money.MustParse("99 USD")}, want: order.Verdict{Outcome: order.ScreenReview, Reasons: []string{"amount"}}},
		"several":             {rules: order.ScreenRules{Velocity: 1, Above: money.MustParse("1 EUR")}, past: 1, want: order.Verdict{Outcome: order.ScreenReview, Reasons: []string{"velocity", "amount"}}},
		"a blocked email":     {rules: blocked(order.BlockEmail, " ada@EXAMPLE.com"), want: order.Verdict{Outcome: order.ScreenReject, Reasons: []string{"blocklist"}}},
		"a blocked phone":     {rules: blocked(order.BlockPhone, "+44 1"), want: order.Verdict{Outcome: order.ScreenReject, Reasons: []string{"blocklist"}}},
		"a blocked address":   {rules: blocked(order.BlockAddress, "1 high street n1 gb"), want: order.Verdict{Outcome: order.ScreenReject, Reasons: []string{"blocklist"}}},
		"a blocked customer":  {rules: blocked(order.BlockCustomer, customer.String()), change: func(o *order.Order) { o.CustomerID = customer }, want: order.Verdict{Outcome: order.ScreenReject, Reasons: []string{"blocklist"}}},
		"another kind of key": {rules: blocked(order.BlockPhone, "ada@example.com"), want: order.Verdict{Outcome: order.ScreenPass}},
	} {
		o := base()
		if c.change != nil {
			c.change(o)
		}
		got, err := c.rules.Screen(t.Context(), order.Screening{Order: o, Past: &pastOrders{n: c.past}})
		require.NoError(t, err, name)
		require.Equal(t, c.want, got, name)
	}
}

func TestVelocityAsksForTheSameBuyerInTheWindow(t *testing.T) {
	t.Parallel()
	customer := uuid.New()
	past := &pastOrders{}
	ask := func(r order.ScreenRules, o *order.Order) error {
		_, err := r.Screen(t.Context(), order.Screening{Order: o, Past: past})
		return err
	}
	o := &order.Order{PlacedAt: holdsAt, CustomerID: customer, ShipTo: &order.Address{Email: "ada@example.com"}}
	require.NoError(t, ask(order.ScreenRules{Velocity: 2, Within: time.Hour}, o))
	require.Equal(t, order.Filter{CustomerID: customer, PlacedFrom: holdsAt.Add(-time.Hour), Limit: 2}, past.f)
	o.CustomerID, o.BillTo = uuid.Nil, &order.Address{}
	require.NoError(t, ask(order.ScreenRules{Velocity: 2}, o))
	require.Equal(t, order.Filter{GuestEmail: "ada@example.com", PlacedFrom: holdsAt.AddDate(0, 0, -1), Limit: 2}, past.f)
	past.err = errors.New("disk on fire")
	require.ErrorIs(t, ask(order.ScreenRules{Velocity: 2}, o), past.err)
}

func TestBlockKeysHoldNothingToRead(t *testing.T) {
	t.Parallel()
	key := order.BlockKey(order.BlockEmail, "ada@example.com")
	require.NotContains(t, key, "ada")
	require.Equal(t, key, order.BlockKey(order.BlockEmail, "  ADA@example.com "))
	require.NotEqual(t, key, order.BlockKey(order.BlockPhone, "ada@example.com"))
	require.Len(t, key, 64)
}
