package oms_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/go-oms/oms"
	"github.com/go-oms/oms/fault"
	"github.com/go-oms/oms/money"
	"github.com/go-oms/oms/order"
	"github.com/go-oms/oms/quantity"
)

// TestClaimsConserveMoneyAndUnits: whatever becomes of claims, of what is sent again for
// them and of what is asked back, among returns for money or store credit, exchanges, and
// changes that say what came of them, the customer has paid for what he keeps and what is
// on his account, less what was granted, to the minor unit.
func TestClaimsConserveMoneyAndUnits(t *testing.T) {
	prices := map[string][2]string{
		"JPY": {"33.333333 JPY", "101 JPY"},
		"EUR": {"3.333333 EUR", "10.01 EUR"},
		"KWD": {"1.111111 KWD", "2.3335 KWD"},
	}
	done := map[string]int{}
	for currency, list := range prices {
		for seed := range uint64(16) {
			t.Run(fmt.Sprint(currency, seed), func(t *testing.T) { randomClaims(t, list, rand.New(rand.NewPCG(seed, 2)), done) })
		}
	}
	for _, step := range claimSteps {
		require.Greater(t, done[step], 5, "%s: the programmes do not do what they are for", step)
	}
}

var claimSteps = []string{
	"claim", "claim", "claim", "resolve", "resolve", "resolve", "withdraw", "return", "exchange", "receive", "cancel return", "cancel", "ship", "ship",
	"store credit", "store credit", "receive by change", "receive by change", "keep by change",
}

func randomClaims(t *testing.T, prices [2]string, r *rand.Rand, done map[string]int) {
	s := newShop(t, func(cfg *oms.Config) {
		cfg.Prices = order.PriceList{"A": money.MustParse(prices[0]), "B": money.MustParse(prices[1])}
	})
	s.receive("A", 500)
	s.receive("B", 500)
	ada := s.customer("ada@example.com").ID
	orders := []uuid.UUID{s.sentTo(ada, uuid.Nil, line("A", 7)).ID}
	granted := money.Zero(s.order(orders[0]).Currency)
	// Each step may be refused: what matters is that the books add up behind it.
	for range 40 {
		o := s.order(orders[r.IntN(len(orders))])
		back, claim := uuid.Nil, uuid.Nil
		for _, x := range o.Returns {
			if x.Claimed() {
				claim = x.ID
			} else if x.Open() {
				back = x.ID
			}
		}
		var err error
		step := claimSteps[r.IntN(len(claimSteps))]
		switch step {
		case "claim":
			_, err = s.FileClaim(s.ctx, o.ID, oms.ClaimFiling{
				Kind: order.ClaimKinds()[r.IntN(3)], Lines: units(o, 1+r.Int32N(3)),
			})
		case "resolve":
			a := order.ClaimAward{LineID: o.Lines[0].ID, Refund: quantity.Of(r.Int32N(3)), Replace: quantity.Of(r.Int32N(3))}
			if r.IntN(3) == 0 {
				a.Amount, err = money.Minor(1+r.Int64N(400), o.Currency)
				require.NoError(t, err)
			}
			var found *oms.ClaimCase
			found, err = s.ResolveClaim(s.ctx, o.ID, claim, oms.ClaimResolution{
				Awards: []order.ClaimAward{a}, Back: r.IntN(3) == 0, Answer: "why",
			})
			if err == nil && a.Amount != (money.Money{}) {
				granted, err = granted.Add(a.Amount)
				require.NoError(t, err)
			}
			if err == nil && found.Replacement != nil {
				orders = append(orders, found.Replacement.ID)
			}
		case "withdraw":
			_, err = s.WithdrawClaim(s.ctx, o.ID, claim, oms.ClaimWithdrawal{})
		case "return":
			_, err = s.RequestReturn(s.ctx, o.ID, oms.ReturnRequest{Lines: units(o, 1), Instant: r.IntN(2) == 0})
		case "store credit":
			p := forCredit(o, 1)
			p.Instant = r.IntN(2) == 0
			_, err = s.RequestReturn(s.ctx, o.ID, p)
		case "receive by change":
			err = s.cameBack(o, back, order.Step{Type: order.StepReceive, As: order.RestockUnits, Location: "main"})
		case "keep by change":
			err = s.cameBack(o, back, order.Step{Type: order.StepWriteOff, As: order.KeepUnits})
		case "exchange":
			var e *oms.Exchanged
			e, err = s.Exchange(s.ctx, o.ID, oms.Exchange{Lines: units(o, 1), OnReceipt: r.IntN(2) == 0, For: []oms.CartLine{line("B", 1)}})
			if err == nil {
				orders = append(orders, e.Order.ID)
			}
		case "receive":
			_, err = s.ReceiveReturn(s.ctx, o.ID, back, oms.Reception{
				Location: "main", Lines: []oms.ReceptionLine{{LineID: o.Lines[0].ID, Good: quantity.Of(1)}},
			})
		case "cancel return":
			_, err = s.CancelReturn(s.ctx, o.ID, back, oms.ReturnCancellation{})
		case "cancel":
			_, err = s.Cancel(s.ctx, o.ID, oms.Cancellation{Reason: "regret", Lines: units(o, 1)})
		case "ship":
			s.evenUp(o.ID)
			_, err = s.Ship(s.ctx, o.ID, oms.Shipping{Carrier: "post"})
		}
		require.NotEqual(t, fault.Unknown, fault.KindOf(err), "%v", err)
		if err == nil {
			done[step]++
		}
		s.clean()
	}
	s.settleAll(orders)
	paid, kept := s.paidFor(orders)
	kept, err := money.Sum(kept, granted.Neg(), s.storeCredit(ada, orders))
	require.NoError(t, err)
	require.Equal(t, kept, paid)
}

// cameBack says by a change what became of a unit of a return.
func (s *shop) cameBack(o *order.Order, id uuid.UUID, step order.Step) error {
	step.ReturnID, step.LineID, step.Quantity = id, o.Lines[0].ID, quantity.Of(1)
	_, err := s.Change(s.ctx, o.ID, oms.ChangeRequest{Steps: []order.Step{step}})
	return err
}

// storeCredit is what orders say that they gave a customer, which is what he has.
func (s *shop) storeCredit(customer uuid.UUID, orders []uuid.UUID) money.Money {
	s.t.Helper()
	given := money.Zero(s.order(orders[0]).Currency)
	has := given
	var err error
	for _, id := range orders {
		given, err = given.Add(s.order(id).StoreCredit())
		require.NoError(s.t, err)
	}
	balances, err := s.Credit(s.ctx, customer)
	require.NoError(s.t, err)
	for _, b := range balances {
		has, err = has.Add(b.Available)
		require.NoError(s.t, err)
	}
	require.Equal(s.t, given, has)
	return given
}

// settleAll ends what is open of claims and returns, and pays or refunds what is due.
func (s *shop) settleAll(orders []uuid.UUID) {
	s.t.Helper()
	for range 2 { // calling a return off may call an order off, which moves value on
		for _, id := range orders {
			for _, back := range s.order(id).Returns {
				var err error
				switch {
				case back.Claimed():
					_, err = s.WithdrawClaim(s.ctx, id, back.ID, oms.ClaimWithdrawal{})
				case back.Open():
					_, err = s.CancelReturn(s.ctx, id, back.ID, oms.ReturnCancellation{})
				}
				require.NoError(s.t, err)
			}
		}
	}
	_, err := s.RunOnce(s.ctx)
	require.NoError(s.t, err)
	for _, id := range orders {
		s.evenUp(id)
	}
	s.clean()
}

// paidFor is what the customer has paid over these orders and was not given back, and
// what the units that he keeps have cost: those that were not called off, did not come
// back, and that no claim has brought their share for.
func (s *shop) paidFor(orders []uuid.UUID) (paid, kept money.Money) {
	s.t.Helper()
	paid = money.Zero(s.order(orders[0]).Currency)
	kept = paid
	for _, id := range orders {
		tenders, err := s.Payments(s.ctx, id)
		require.NoError(s.t, err)
		for _, x := range tenders {
			paid, err = money.Sum(paid, x.Totals.Captured, x.Totals.Refunded.Neg())
			require.NoError(s.t, err)
		}
		o := s.order(id)
		for _, l := range o.Lines {
			gone := l.Canceled.Add(l.ReturnReceived)
			for _, r := range o.Returns {
				for _, x := range r.Lines {
					if x.LineID == l.ID && x.Granted.IsZero() {
						gone = gone.Add(x.Kept).Add(x.Excused)
					}
				}
			}
			part, err := l.Total.Part(l.Quantity.Micro(), gone.Micro(), l.Quantity.Micro())
			require.NoError(s.t, err)
			kept, err = kept.Add(part)
			require.NoError(s.t, err)
		}
	}
	return paid, kept
}
