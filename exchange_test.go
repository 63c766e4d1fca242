package oms_test

import (
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/go-oms/oms"
	"github.com/go-oms/oms/event"
	"github.com/go-oms/oms/fault"
	"github.com/go-oms/oms/inventory"
	"github.com/go-oms/oms/money"
	"github.com/go-oms/oms/order"
	"github.com/go-oms/oms/quantity"
)

// sent is an order of n tees that was paid and shipped, in a shop with mugs and tees
// to take for them.
func (s *shop) sent(n int32) *order.Order {
	s.t.Helper()
	s.receive("TEE-M", 20)
	s.receive("MUG", 20)
	return s.order(s.shipped(line("TEE-M", n)).ID)
}

// exchange takes other goods for n units of an order.
func (s *shop) exchange(o *order.Order, n int32, p oms.Exchange) *oms.Exchanged {
	s.t.Helper()
	p.Lines = units(o, n)
	e, err := s.Exchange(s.ctx, o.ID, p)
	require.NoError(s.t, err)
	s.clean()
	return e
}

// back takes all that is outstanding of an exchange's return.
func (s *shop) back(o *order.Order, e *oms.Exchanged) {
	s.t.Helper()
	_, err := s.ReceiveReturn(s.ctx, o.ID, e.Return.ID, oms.Reception{Location: "main"})
	require.NoError(s.t, err)
	s.clean()
}

// balance is what the customer has paid over these orders and was not given back.
func (s *shop) balance(orders ...*order.Order) string {
	s.t.Helper()
	sum := money.Zero("EUR")
	for _, o := range orders {
		tenders, err := s.Payments(s.ctx, o.ID)
		require.NoError(s.t, err)
		for _, x := range tenders {
			sum, err = money.Sum(sum, x.Totals.Captured, x.Totals.Refunded.Neg())
			require.NoError(s.t, err)
		}
	}
	return sum.String()
}

func TestEvenExchange(t *testing.T) {
	s := newShop(t)
	o := s.sent(2)
	e := s.exchange(o, 1, oms.Exchange{For: []oms.CartLine{line("TEE-M", 1)}})
	require.Equal(t, order.FromExchange, e.Order.Origin)
	require.Equal(t, o.ID, e.Order.Original)
	require.Equal(t, e.Order.ID, e.Return.Outbound)
	require.Equal(t, "0.00 EUR", e.Difference.String())
	require.Equal(t, "0.00 EUR", s.due(e.Order), "nothing is due")
	require.Equal(t, "39.80 EUR", s.due(o), "the credit is not given before the goods have come")

	_, err := s.Ship(s.ctx, e.Order.ID, oms.Shipping{Carrier: "post"})
	require.NoError(t, err)
	s.back(o, e)
	require.Equal(t, "39.80 EUR", s.due(o), "the credit has paid for the other order")
	_, err = s.Refund(s.ctx, o.ID, oms.Refund{})
	require.Error(t, err, "and is not given twice")
	require.Equal(t, "39.80 EUR", s.balance(o, e.Order))
}

func TestUnevenExchange(t *testing.T) {
	for name, c := range map[string]struct {
		take             oms.CartLine
		difference, kept string
	}{
		"dearer":  {line("TEE-M", 2), "19.90 EUR", "39.80 EUR"},
		"cheaper": {line("MUG", 1), "-11.40 EUR", "8.50 EUR"},
	} {
		t.Run(name, func(t *testing.T) {
			s := newShop(t)
			o := s.sent(1)
			e := s.exchange(o, 1, oms.Exchange{For: []oms.CartLine{c.take}})
			require.Equal(t, c.difference, e.Difference.String())
			if e.Difference.Sign() > 0 {
				require.Equal(t, c.difference, s.due(e.Order))
				_, err := s.Ship(s.ctx, e.Order.ID, oms.Shipping{Carrier: "post"})
				require.Error(t, err, "it is not paid")
				s.pay(e.Order)
			} else {
				_, err := s.Refund(s.ctx, o.ID, oms.Refund{})
				require.Error(t, err, "nothing has come")
			}
			s.back(o, e)
			if e.Difference.Sign() < 0 {
				_, err := s.Refund(s.ctx, o.ID, oms.Refund{})
				require.NoError(t, err)
				s.clean()
			}
			_, err := s.Ship(s.ctx, e.Order.ID, oms.Shipping{Carrier: "post"})
			require.NoError(t, err)
			s.clean()
			require.Equal(t, c.kept, s.balance(o, e.Order))
		})
	}
}

func TestExchangeOnReceipt(t *testing.T) {
	s := newShop(t)
	o := s.sent(2)
	e := s.exchange(o, 1, oms.Exchange{For: []oms.CartLine{line("TEE-M", 1)}, OnReceipt: true})
	var held *order.HeldError
	_, err := s.Ship(s.ctx, e.Order.ID, oms.Shipping{Carrier: "post"})
	require.ErrorAs(t, err, &held)
	s.back(o, e)
	require.Nil(t, s.order(e.Order.ID).HoldOf(order.HoldExchange), "released by what came, at once")
	_, err = s.Ship(s.ctx, e.Order.ID, oms.Shipping{Carrier: "post"})
	require.NoError(t, err)
	s.clean()
	require.Equal(t, "39.80 EUR", s.balance(o, e.Order))
}

func TestExchangeWhoseGoodsDoNotCome(t *testing.T) {
	for name, onReceipt := range map[string]bool{"now": false, "on receipt": true} {
		t.Run(name, func(t *testing.T) {
			s := newShop(t)
			o := s.sent(1)
			e := s.exchange(o, 1, oms.Exchange{For: []oms.CartLine{line("TEE-M", 2)}, OnReceipt: onReceipt})
			s.pay(e.Order)
			level := s.level("TEE-M")
			_, err := s.CancelReturn(s.ctx, o.ID, e.Return.ID, oms.ReturnCancellation{})
			require.NoError(t, err)
			s.clean()
			_, err = s.RunOnce(s.ctx)
			require.NoError(t, err)
			s.clean()
			out := s.order(e.Order.ID)
			require.Equal(t, "19.90 EUR", s.due(o))
			if onReceipt {
				require.Equal(t, order.StatusCanceled, out.Status)
				require.Equal(t, "0.00 EUR", out.Due().String())
				require.Equal(t, "19.90 EUR", s.balance(o, out), "the difference went back")
				require.Equal(t, level.Allocated.Sub(quantity.Of(2)), s.level("TEE-M").Allocated)
			} else {
				require.Equal(t, "39.80 EUR", out.Due().String(), "all of it is due")
				_, err = s.Ship(s.ctx, out.ID, oms.Shipping{Carrier: "post"})
				require.Error(t, err)
				s.pay(out)
				require.Equal(t, "59.70 EUR", s.balance(o, out))
			}
		})
	}
}

// TestExchangedOrderCalledOff: the value of the goods is the customer's again, once.
func TestExchangedOrderCalledOff(t *testing.T) {
	for name, first := range map[string]bool{"before the goods come": true, "after": false} {
		t.Run(name, func(t *testing.T) {
			s := newShop(t)
			o := s.sent(1)
			e := s.exchange(o, 1, oms.Exchange{For: []oms.CartLine{line("TEE-M", 2)}, Shipping: "standard"})
			s.pay(e.Order)
			call := func() {
				_, err := s.Cancel(s.ctx, e.Order.ID, oms.Cancellation{Reason: "regret"})
				require.NoError(t, err)
				s.clean()
			}
			if first {
				call()
			}
			s.back(o, e)
			if !first {
				call()
			}
			_, err := s.Refund(s.ctx, o.ID, oms.Refund{})
			require.NoError(t, err)
			_, err = s.RunOnce(s.ctx)
			require.NoError(t, err)
			s.clean()
			require.Equal(t, "0.00 EUR", s.balance(o, e.Order))
			require.Equal(t, "0.00 EUR", s.due(o))
			require.Equal(t, "0.00 EUR", s.due(e.Order))
		})
	}
}

// TestExchangedGoodsSentBack: what was taken for goods is exchanged again, and then
// sent back: the value goes the whole way back to where it was paid.
func TestExchangedGoodsSentBack(t *testing.T) {
	s := newShop(t)
	a := s.sent(1)
	ab := s.exchange(a, 1, oms.Exchange{For: []oms.CartLine{line("TEE-M", 1)}})
	s.back(a, ab)
	_, err := s.Ship(s.ctx, ab.Order.ID, oms.Shipping{Carrier: "post"})
	require.NoError(t, err)
	b := s.order(ab.Order.ID)
	bc := s.exchange(b, 1, oms.Exchange{For: []oms.CartLine{line("MUG", 2)}})
	require.Equal(t, "-2.90 EUR", bc.Difference.String())
	s.back(b, bc)
	require.Equal(t, "17.00 EUR", s.due(a), "the mugs are worth less, and nothing was paid on the orders between")
	_, err = s.Ship(s.ctx, bc.Order.ID, oms.Shipping{Carrier: "post"})
	require.NoError(t, err)
	c := s.order(bc.Order.ID)
	r, err := s.RequestReturn(s.ctx, c.ID, oms.ReturnRequest{Lines: units(c, 1)})
	require.NoError(t, err)
	_, err = s.ReceiveReturn(s.ctx, c.ID, r.ID, oms.Reception{Location: "main"})
	require.NoError(t, err)
	s.clean()
	_, err = s.Refund(s.ctx, a.ID, oms.Refund{})
	require.NoError(t, err)
	s.clean()
	require.Equal(t, "8.50 EUR", s.balance(a, b, c), "one mug is what is kept")
	for _, o := range []*order.Order{b, c} {
		require.Equal(t, "0.00 EUR", s.due(o))
	}
}

func TestExchangeForAnUnknownSKU(t *testing.T) {
	s := newShop(t)
	o := s.sent(2)
	var unknown *order.UnknownSKUError
	_, err := s.Exchange(s.ctx, o.ID, oms.Exchange{Lines: units(o, 1), For: []oms.CartLine{line("NOPE", 1)}})
	require.ErrorAs(t, err, &unknown)
	var short *inventory.ShortageError
	_, err = s.Exchange(s.ctx, o.ID, oms.Exchange{Lines: units(o, 1), For: []oms.CartLine{line("TEE-M", 100)}})
	require.ErrorAs(t, err, &short)
	require.Equal(t, o, s.order(o.ID), "nothing was written")
	s.clean()
}

// TestUnitExchangedAndReturned: a unit that is exchanged can neither be returned nor
// exchanged again, before it comes or after.
func TestUnitExchangedAndReturned(t *testing.T) {
	s := newShop(t)
	o := s.sent(2)
	e := s.exchange(o, 2, oms.Exchange{For: []oms.CartLine{line("MUG", 1)}})
	for range 2 {
		var refused *order.QuantityError
		_, err := s.RequestReturn(s.ctx, o.ID, oms.ReturnRequest{Lines: units(o, 1)})
		require.ErrorAs(t, err, &refused)
		_, err = s.Exchange(s.ctx, o.ID, oms.Exchange{Lines: units(o, 1), For: []oms.CartLine{line("MUG", 1)}})
		require.ErrorAs(t, err, &refused)
		if s.order(o.ID).Returns[0].Open() {
			s.back(o, e)
		}
	}
}

func TestExchangeReplayedAndStale(t *testing.T) {
	s := newShop(t)
	o := s.sent(2)
	p := oms.Exchange{Key: "once", Version: o.Version, Lines: units(o, 1), For: []oms.CartLine{line("MUG", 1)}}
	first, err := s.Exchange(s.ctx, o.ID, p)
	require.NoError(t, err)
	s.back(o, first)
	again, err := s.Exchange(s.ctx, o.ID, p)
	require.NoError(t, err)
	require.Equal(t, first.Order.ID, again.Order.ID)
	require.Equal(t, first.Return, again.Return, "as it was then")
	require.Equal(t, first.Difference, again.Difference)
	require.Len(t, s.order(o.ID).Returns, 1)

	var stale *fault.StaleError
	p.Key = "twice"
	_, err = s.Exchange(s.ctx, o.ID, p)
	require.ErrorAs(t, err, &stale)
	s.clean()
}

func TestExchangeByShoppers(t *testing.T) {
	s := newShop(t)
	id := uuid.New()
	s.receive("TEE-M", 5)
	o, err := s.Place(s.ctx, oms.Cart{CustomerID: id, Lines: []oms.CartLine{line("TEE-M", 1)}})
	require.NoError(t, err)
	s.pay(o)
	_, err = s.Ship(s.ctx, o.ID, oms.Shipping{Carrier: "post"})
	require.NoError(t, err)
	p := oms.Exchange{Lines: units(o, 1), For: []oms.CartLine{line("TEE-M", 1)}}
	shopper := s.As(event.Actor{Kind: event.Shopper, ID: id.String()})
	_, err = shopper.Exchange(s.ctx, o.ID, p)
	var invalid *fault.InvalidError
	require.ErrorAs(t, err, &invalid)
	require.Equal(t, "on_receipt", invalid.Field)
	p.OnReceipt = true
	e, err := shopper.Exchange(s.ctx, o.ID, p)
	require.NoError(t, err)
	_, err = s.As(event.Actor{Kind: event.Shopper, ID: uuid.NewString()}).Exchanges(s.ctx, o.ID)
	require.Equal(t, fault.NotFound("order", o.ID), err)
	list, err := shopper.Exchanges(s.ctx, o.ID)
	require.NoError(t, err)
	require.Equal(t, e.Order.ID, list[0].Order.ID)
	s.clean()
}

// TestExchangesConserveMoneyAndUnits: whatever becomes of exchanges, of their returns
// and of what was taken, the customer has paid for what he keeps, to the minor unit.
func TestExchangesConserveMoneyAndUnits(t *testing.T) {
	prices := map[string][3]string{
		"JPY": {"33.333333 JPY", "101 JPY", "7.5 JPY"},
		"EUR": {"3.333333 EUR", "10.01 EUR", "0.005 EUR"},
		"KWD": {"1.111111 KWD", "2.3335 KWD", "0.0015 KWD"},
	}
	for currency, list := range prices {
		for seed := range uint64(12) {
			t.Run(fmt.Sprint(currency, seed), func(t *testing.T) { randomExchanges(t, list, rand.New(rand.NewPCG(seed, 1))) })
		}
	}
}

func randomExchanges(t *testing.T, prices [3]string, r *rand.Rand) {
	skus := []string{"A", "B", "C"}
	s := newShop(t, func(cfg *oms.Config) {
		cfg.Prices = order.PriceList{
			"A": money.MustParse(prices[0]), "B": money.MustParse(prices[1]), "C": money.MustParse(prices[2]),
		}
	})
	for _, sku := range skus {
		s.receive(sku, 500)
	}
	orders := []uuid.UUID{s.shipped(line("A", 7)).ID}
	// Each step may be refused: what matters is that the books add up behind it.
	for range 30 {
		o := s.order(orders[r.IntN(len(orders))])
		var err error
		switch r.IntN(8) {
		case 0, 1:
			var e *oms.Exchanged
			e, err = s.Exchange(s.ctx, o.ID, oms.Exchange{
				Lines: units(o, 1+r.Int32N(3)), OnReceipt: r.IntN(2) == 0, For: []oms.CartLine{line(skus[r.IntN(3)], 1+r.Int32N(4))},
			})
			if err == nil {
				orders = append(orders, e.Order.ID)
			}
		case 2:
			_, err = s.RequestReturn(s.ctx, o.ID, oms.ReturnRequest{Lines: units(o, 1+r.Int32N(2)), Instant: r.IntN(2) == 0})
		case 3, 4:
			if len(o.Returns) > 0 {
				_, err = s.ReceiveReturn(s.ctx, o.ID, o.Returns[r.IntN(len(o.Returns))].ID, oms.Reception{
					Location: "main", Lines: []oms.ReceptionLine{{LineID: o.Lines[0].ID, Good: quantity.Of(1)}},
				})
			}
		case 5:
			if len(o.Returns) > 0 {
				_, err = s.CancelReturn(s.ctx, o.ID, o.Returns[r.IntN(len(o.Returns))].ID, oms.ReturnCancellation{})
			}
		case 6:
			_, err = s.Cancel(s.ctx, o.ID, oms.Cancellation{Reason: "regret", Lines: units(o, 1+r.Int32N(2))})
		case 7:
			s.evenUp(o.ID)
			_, err = s.Ship(s.ctx, o.ID, oms.Shipping{Carrier: "post"})
		}
		require.NotEqual(t, fault.Unknown, fault.KindOf(err), "%v", err)
		s.clean()
	}
	s.settleAll(orders)
	paid, kept := s.paidFor(orders)
	require.Equal(t, kept, paid)
}

// evenUp pays what is due on an order, or has refunded what was paid too much.
func (s *shop) evenUp(id uuid.UUID) {
	_, _ = s.Pay(s.ctx, id, oms.Payment{Gateway: "card", Source: "tok_visa"})
	_, _ = s.Refund(s.ctx, id, oms.Refund{})
}

// Commands on both ends of an exchange at once exclude each other: what each decides
// depends on how the other order stands.
func TestBothEndsOfAnExchangeAtOnce(t *testing.T) {
	for range 20 {
		s := newShop(t)
		o := s.sent(1)
		e := s.exchange(o, 1, oms.Exchange{For: []oms.CartLine{line("MUG", 2)}})
		var both sync.WaitGroup
		var back, off error
		both.Go(func() {
			_, back = s.ReceiveReturn(s.ctx, o.ID, e.Return.ID, oms.Reception{Location: "main"})
		})
		both.Go(func() { _, off = s.Cancel(s.ctx, e.Order.ID, oms.Cancellation{Reason: "regret"}) })
		both.Wait()
		require.NoError(t, back)
		require.NoError(t, off)
		s.clean()
		_, err := s.Refund(s.ctx, o.ID, oms.Refund{})
		require.NoError(t, err)
		require.Equal(t, "0.00 EUR", s.balance(o, e.Order))
	}
}

// TestCompletedOrderIsOwedAgain: what was given in advance for goods that then did not
// come can be paid, though the order was complete.
func TestCompletedOrderIsOwedAgain(t *testing.T) {
	s := newShop(t)
	o := s.sent(1)
	e := s.exchange(o, 1, oms.Exchange{For: []oms.CartLine{line("TEE-M", 1)}})
	_, err := s.Ship(s.ctx, e.Order.ID, oms.Shipping{Carrier: "post"})
	require.NoError(t, err)
	_, err = s.Deliver(s.ctx, e.Order.ID, oms.Delivery{})
	require.NoError(t, err)
	require.Equal(t, order.StatusCompleted, s.order(e.Order.ID).Status)
	_, err = s.Pay(s.ctx, e.Order.ID, oms.Payment{Gateway: "card", Source: "tok_visa"})
	require.Error(t, err, "nothing is due")
	_, err = s.CancelReturn(s.ctx, o.ID, e.Return.ID, oms.ReturnCancellation{})
	require.NoError(t, err)
	s.clean()
	require.Equal(t, "19.90 EUR", s.due(e.Order))
	s.pay(e.Order)
	require.Equal(t, "39.80 EUR", s.balance(o, e.Order))
	require.Equal(t, order.StatusCompleted, s.order(e.Order.ID).Status)
}

// TestExchangeWhoseReturnExpires: what nobody has sent in time is due on the order that
// has left already, and calls off the one that waits.
func TestExchangeWhoseReturnExpires(t *testing.T) {
	for name, onReceipt := range map[string]bool{"now": false, "on receipt": true} {
		t.Run(name, func(t *testing.T) {
			s := newShop(t, func(cfg *oms.Config) { cfg.Returns.ExpireAfter = 24 * time.Hour })
			o := s.sent(1)
			e := s.exchange(o, 1, oms.Exchange{For: []oms.CartLine{line("TEE-M", 1)}, OnReceipt: onReceipt})
			if !onReceipt {
				_, err := s.Ship(s.ctx, e.Order.ID, oms.Shipping{Carrier: "post"})
				require.NoError(t, err)
			}
			s.clock.Add(25 * time.Hour)
			work, err := s.RunOnce(s.ctx)
			require.NoError(t, err)
			require.Equal(t, 1, work.Returns)
			s.clean()
			out := s.order(e.Order.ID)
			require.Equal(t, order.ReturnExpired, s.order(o.ID).Return(e.Return.ID).Status)
			if onReceipt {
				require.Equal(t, order.StatusCanceled, out.Status)
				require.Equal(t, "0.00 EUR", out.Due().String())
				require.True(t, s.level("TEE-M").Allocated.IsZero())
			} else {
				require.Equal(t, "19.90 EUR", out.Due().String())
				s.pay(out)
			}
			_, err = s.RequestReturn(s.ctx, o.ID, oms.ReturnRequest{Lines: units(o, 1)})
			require.NoError(t, err, "the unit can be asked for again")
		})
	}
}

// TestExchangeOnReceiptOfAPart: where a part has come the order may leave, once the rest
// of it is paid.
func TestExchangeOnReceiptOfAPart(t *testing.T) {
	s := newShop(t)
	o := s.sent(2)
	e := s.exchange(o, 2, oms.Exchange{For: []oms.CartLine{line("TEE-M", 2)}, OnReceipt: true})
	_, err := s.ReceiveReturn(s.ctx, o.ID, e.Return.ID, oms.Reception{
		Location: "main", Lines: []oms.ReceptionLine{{LineID: o.Lines[0].ID, Good: quantity.Of(1)}},
	})
	require.NoError(t, err)
	s.clean()
	require.NotNil(t, s.order(e.Order.ID).HoldOf(order.HoldExchange), "the other is still to come")
	_, err = s.CancelReturn(s.ctx, o.ID, e.Return.ID, oms.ReturnCancellation{})
	require.NoError(t, err)
	s.clean()
	out := s.order(e.Order.ID)
	require.Nil(t, out.HoldOf(order.HoldExchange))
	require.NotEqual(t, order.StatusCanceled, out.Status)
	require.Equal(t, "19.90 EUR", out.Due().String())
	_, err = s.Ship(s.ctx, out.ID, oms.Shipping{Carrier: "post"})
	require.Error(t, err, "the rest is not paid")
	s.pay(out)
	_, err = s.Ship(s.ctx, out.ID, oms.Shipping{Carrier: "post"})
	require.NoError(t, err)
	s.clean()
	require.Equal(t, "59.70 EUR", s.balance(o, out), "two of which one was exchanged, and another one")
}

// TestShopWithoutExchangeHolds: where orders cannot be kept for goods, no exchange waits
// for them, and nothing is half done.
func TestShopWithoutExchangeHolds(t *testing.T) {
	s := newShop(t, func(cfg *oms.Config) {
		cfg.Holds = []order.HoldType{{Code: "other", Blocks: []string{order.ActionShip}}}
	})
	o := s.sent(1)
	_, err := s.Exchange(s.ctx, o.ID, oms.Exchange{Lines: units(o, 1), For: []oms.CartLine{line("MUG", 1)}, OnReceipt: true})
	var invalid *fault.InvalidError
	require.ErrorAs(t, err, &invalid)
	require.Equal(t, "on_receipt.type", invalid.Field)
	require.Equal(t, o, s.order(o.ID), "nothing was written")
	s.clean()
	e := s.exchange(o, 1, oms.Exchange{For: []oms.CartLine{line("MUG", 1)}})
	s.back(o, e)
	_, err = s.Ship(s.ctx, e.Order.ID, oms.Shipping{Carrier: "post"})
	require.NoError(t, err)
	s.clean()
}
