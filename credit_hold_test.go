package oms_test

import (
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/go-oms/oms"
	"github.com/go-oms/oms/crm"
	"github.com/go-oms/oms/order"
	"github.com/go-oms/oms/quantity"
)

// strict holds orders that the customer's account does not pay for.
func strict(cfg *oms.Config) {
	cfg.Holds = order.BuiltinHolds()
	for i := range cfg.Holds {
		if t := &cfg.Holds[i]; t.Code == order.HoldCreditLimit {
			t.Blocks = []string{order.ActionShip}
			t.Opens = order.HoldOpening{OnPlace: order.RuleAccountShort, OnChange: order.RuleAccountShort}
		}
	}
}

// onCredit opens a strict shop with a customer who may owe so much.
func onCredit(t *testing.T, limit string) (*shop, uuid.UUID) {
	t.Helper()
	s := newShop(t, strict)
	s.receive("TEE-M", 20)
	ada := s.customer("ada@example.com").ID
	_, err := s.SetCreditLimit(s.ctx, ada, oms.CreditLimit{Limit: eur(limit)})
	require.NoError(t, err)
	return s, ada
}

// TestAnOrderAboveTheAccountIsHeld until its money is secured, whoever secures it.
func TestAnOrderAboveTheAccountIsHeld(t *testing.T) {
	t.Parallel()
	for name, pay := range map[string]func(s *shop, ada uuid.UUID, o *order.Order){
		"a higher limit": func(s *shop, ada uuid.UUID, o *order.Order) {
			_, err := s.SetCreditLimit(s.ctx, ada, oms.CreditLimit{Limit: eur("100.00")})
			require.NoError(s.t, err)
			require.NoError(s.t, s.onAccount(o, false))
		},
		"money that has come in": func(s *shop, ada uuid.UUID, o *order.Order) {
			_, err := s.PostCredit(s.ctx, ada, oms.CreditEntry{Kind: crm.Receipt, Amount: eur("50.00"), Reason: "transfer"})
			require.NoError(s.t, err)
			require.NoError(s.t, s.onAccount(o, false))
		},
		"a card": func(s *shop, _ uuid.UUID, o *order.Order) { s.pay(o) },
	} {
		t.Run(name, func(t *testing.T) {
			s, ada := onCredit(t, "50.00")
			within := s.orderOf(ada, 2)
			require.Empty(t, within.Holds, "39.80 of 50.00")
			require.NoError(t, s.onAccount(within, false))

			o := s.orderOf(ada, 1)
			require.Len(t, o.Holds, 1, "19.90 of 10.20 that are left")
			require.Equal(t, order.HoldCreditLimit, o.Holds[0].Type)
			for waits, err := range s.Orders(s.ctx, order.Filter{OnHold: order.HoldCreditLimit}) {
				require.NoError(t, err)
				require.Equal(t, o.ID, waits.ID, "it is in the queue of who sees to it")
			}
			refusedWithout[*crm.CreditLimitError](s, func() error { return s.onAccount(o, false) })

			pay(s, ada, o)
			require.Equal(t, order.HoldReleased, s.order(o.ID).Holds[0].Status)
			_, err := s.Ship(s.ctx, o.ID, oms.Shipping{})
			require.NoError(t, err)
			s.clean()
		})
	}
}

func TestOrdersWithoutAnAccountAreNotHeldForIt(t *testing.T) {
	t.Parallel()
	s, _ := onCredit(t, "1.00")
	require.Empty(t, s.place(line("TEE-M", 9)).Holds, "nobody's")
	require.Empty(t, s.orderOf(s.customer("eve@example.com").ID, 9).Holds, "a customer without an account")
	s.clean()
}

// TestAChangeAboveTheAccountIsHeld: what was enough for the order is not for what it
// becomes.
func TestAChangeAboveTheAccountIsHeld(t *testing.T) {
	t.Parallel()
	s, ada := onCredit(t, "50.00")
	o := s.orderOf(ada, 1)
	require.NoError(t, s.onAccount(o, false))
	o = s.changed(o, order.Step{Type: order.StepQuantity, LineID: o.Lines[0].ID, Quantity: quantity.Of(2)})
	require.Empty(t, o.Holds, "19.90 more, of 30.10 that are left")
	o = s.changed(o, order.Step{Type: order.StepQuantity, LineID: o.Lines[0].ID, Quantity: quantity.Of(4)})
	require.Len(t, o.Holds, 1)
	require.Equal(t, order.HoldCreditLimit, o.Holds[0].Type)
	s.clean()
}

// TestACompanysOrderIsHeldForTheCompanysAccount and not for the buyer's own.
func TestACompanysOrderIsHeldForTheCompanysAccount(t *testing.T) {
	t.Parallel()
	b := newBuying(newShop(t, strict), "UTC")
	for id, limit := range map[uuid.UUID]string{b.company: "30.00", b.buyer: "1.00"} {
		_, err := b.SetCreditLimit(b.ctx, id, oms.CreditLimit{Limit: eur(limit)})
		require.NoError(t, err)
	}
	require.Empty(t, b.buy(b.buyer, line("TEE-M", 1)).Holds)
	require.Len(t, b.buy(b.buyer, line("TEE-M", 2)).Holds, 1)
}
