package oms_test

import (
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/go-oms/oms"
	"github.com/go-oms/oms/fault"
	"github.com/go-oms/oms/inventory"
	"github.com/go-oms/oms/money"
	"github.com/go-oms/oms/order"
	"github.com/go-oms/oms/quantity"
)

// swap takes units of an order's first line back over the counter, in good condition.
func swap(o *order.Order, n int32, with ...order.Step) []order.Step {
	return append([]order.Step{
		{Type: order.StepReturn, LineID: o.Lines[0].ID, Quantity: quantity.Of(n)},
		{Type: order.StepReceive, LineID: o.Lines[0].ID, Quantity: quantity.Of(n), As: order.RestockUnits, Location: "main"},
	}, with...)
}

// TestASwapAtTheCounterIsOneChange: goods come back and others go out, and the
// difference alone is paid back.
func TestASwapAtTheCounterIsOneChange(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	s.receive("TEE-M", 5)
	s.receive("MUG", 3)
	o := s.place(line("TEE-M", 2), line("MUG", 1))
	s.pay(o)
	_, err := s.Ship(s.ctx, o.ID, oms.Shipping{Carrier: "post", Lines: units(o, 2)})
	require.NoError(t, err)
	before := s.level("TEE-M")
	held := s.order(o.ID)

	steps := swap(o, 1, order.Step{Type: order.StepAdd, SKU: "MUG", Quantity: quantity.Of(1)})
	seen, err := s.PreviewChange(s.ctx, o.ID, oms.ChangeRequest{Steps: steps})
	require.NoError(t, err)
	require.Empty(t, seen.Problems)
	require.Equal(t, money.MustParse("-11.40 EUR"), seen.Due, "a mug costs 8.50, a tee 19.90")
	require.Len(t, seen.Money, 1)
	require.Equal(t, money.MustParse("11.40 EUR"), seen.Money[0].Amount)
	require.Equal(t, held, s.order(o.ID), "a preview writes nothing")

	o = s.changed(o, steps...)
	require.Equal(t, order.ReturnReceived, o.Returns[0].Status)
	require.Equal(t, before.OnHand.Add(quantity.Of(1)), s.level("TEE-M").OnHand)
	require.Equal(t, quantity.Of(2), s.level("MUG").Allocated)
	tenders, err := s.Payments(s.ctx, o.ID)
	require.NoError(t, err)
	require.Equal(t, money.MustParse("11.40 EUR"), tenders[0].Totals.Refunded)

	_, err = s.UndoChange(s.ctx, o.ID, o.Changes[0].ID, oms.ChangeDecision{})
	require.Equal(t, fault.Rejected, fault.KindOf(err), "goods that came do not un-come")
	require.ErrorContains(t, err, "fact")
	s.clean()
}

// TestUndoingAnAskedReturn calls it off, and undoing that asks again.
func TestUndoingAnAskedReturn(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	s.receive("TEE-M", 5)
	o := s.shipped(line("TEE-M", 3))
	o = s.changed(o, order.Step{Type: order.StepReturn, LineID: o.Lines[0].ID, Quantity: quantity.Of(2), Code: "too big"})
	require.Equal(t, quantity.Of(2), o.Returns[0].Lines[0].Outstanding())

	o, err := s.UndoChange(s.ctx, o.ID, o.Changes[0].ID, oms.ChangeDecision{})
	require.NoError(t, err)
	s.clean()
	require.Equal(t, order.ReturnCanceled, o.Returns[0].Status)
	require.Equal(t, quantity.Of(3), o.Lines[0].Returnable())

	o, err = s.UndoChange(s.ctx, o.ID, o.Changes[1].ID, oms.ChangeDecision{})
	require.NoError(t, err)
	s.clean()
	require.Len(t, o.Returns, 2)
	require.Equal(t, "too big", o.Returns[1].Reason)
	require.Equal(t, quantity.Of(2), o.Returns[1].Lines[0].Outstanding())
}

// TestAReturnInAChangeIsAskedAsReturnsAre: the policy and the holds have their say, and
// the preview names them.
func TestAReturnInAChangeIsAskedAsReturnsAre(t *testing.T) {
	t.Parallel()
	s := newShop(t, func(c *oms.Config) {
		c.Returns = order.ReturnPolicy{Rules: []order.ReturnRule{{Rule: order.RuleFinalSale, SKUs: []string{"MUG"}}}}
	})
	s.receive("TEE-M", 5)
	s.receive("MUG", 5)
	o := s.shipped(line("TEE-M", 1), line("MUG", 1))
	p := oms.ChangeRequest{Steps: []order.Step{{Type: order.StepReturn, LineID: o.Lines[1].ID}}}
	seen, err := s.PreviewChange(s.ctx, o.ID, p)
	require.NoError(t, err)
	require.Len(t, seen.Problems, 1)
	_, err = s.Change(s.ctx, o.ID, p)
	var refused *order.ReturnRefusedError
	require.ErrorAs(t, err, &refused)
	require.Equal(t, order.RuleFinalSale, refused.Refusals[0].Rule)

	o, err = s.Hold(s.ctx, o.ID, oms.HoldRequest{Type: order.HoldManual})
	require.NoError(t, err)
	_, err = s.Change(s.ctx, o.ID, oms.ChangeRequest{Steps: []order.Step{{Type: order.StepReturn, LineID: o.Lines[0].ID}}})
	var held *order.HeldError
	require.ErrorAs(t, err, &held)
	s.clean()
}

// TestGoodsThatComeBackAreForWhoWaits: what a change takes in is not what it gives out.
func TestGoodsThatComeBackAreForWhoWaits(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	s.receive("TEE-M", 1)
	s.receive("MUG", 1)
	o := s.place(line("TEE-M", 1), line("MUG", 1))
	s.pay(o)
	_, err := s.Ship(s.ctx, o.ID, oms.Shipping{Carrier: "post", Lines: units(o, 1)})
	require.NoError(t, err)
	_, err = s.Change(s.ctx, o.ID, oms.ChangeRequest{Steps: swap(o, 1, order.Step{Type: order.StepAdd, SKU: "TEE-M", Quantity: quantity.Of(1)})})
	var short *inventory.ShortageError
	require.ErrorAs(t, err, &short)
	require.Empty(t, s.order(o.ID).Returns, "all or nothing")
	s.clean()
}

// TestWhatPaysForOtherGoodsIsNotPaidBackByAChange: goods of an exchange that come in by a
// change pay for what was taken for them, and bring no money as well.
func TestWhatPaysForOtherGoodsIsNotPaidBackByAChange(t *testing.T) {
	t.Parallel()
	for as, step := range map[string]order.Step{
		"restocked": {Type: order.StepReceive, As: order.RestockUnits, Location: "main"},
		"left":      {Type: order.StepWriteOff, As: order.KeepUnits},
	} {
		t.Run(as, func(t *testing.T) {
			s := newShop(t)
			o := s.sent(2)
			e := s.exchange(o, 1, oms.Exchange{For: []oms.CartLine{line("TEE-M", 1)}})
			step.ReturnID, step.LineID = e.Return.ID, o.Lines[0].ID
			seen, err := s.PreviewChange(s.ctx, o.ID, oms.ChangeRequest{Steps: []order.Step{step}})
			require.NoError(t, err)
			require.Empty(t, seen.Money)
			require.True(t, seen.Due.IsZero(), "%s", seen.Due)
			changed := s.changed(o, step)
			require.True(t, changed.Changes[0].Due.IsZero())
			require.Equal(t, "39.80 EUR", s.balance(o, e.Order))
			require.Equal(t, "39.80 EUR", s.due(o))
			require.Equal(t, "0.00 EUR", s.due(e.Order))
		})
	}
}

// TestStoreCreditByAChangeIsNotPaidBack: it is what the customer had asked for.
func TestStoreCreditByAChangeIsNotPaidBack(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	s.receive("TEE-M", 5)
	ada := s.customer("ada@example.com").ID
	o := s.sentTo(ada, uuid.Nil, line("TEE-M", 2))
	r, err := s.RequestReturn(s.ctx, o.ID, forCredit(o, 1))
	require.NoError(t, err)
	s.changed(o, order.Step{Type: order.StepReceive, ReturnID: r.ID, LineID: o.Lines[0].ID, As: order.RestockUnits, Location: "main"})
	require.Equal(t, []string{"19.90 EUR"}, s.available(ada))
	s.nothingBack(o, false)
}

// TestACalledOffReturnIsNotAskedForAsAnother: undoing would make money of what was to be
// store credit, nothing or other goods.
func TestACalledOffReturnIsNotAskedForAsAnother(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	s.receive("TEE-M", 9)
	ada := s.customer("ada@example.com").ID
	o := s.sentTo(ada, uuid.Nil, line("TEE-M", 4))
	for name, want := range map[string]order.Resolution{"store credit": order.ToStoreCredit, "nothing": order.NoCredit, "money": order.ToTenders} {
		p := forCredit(o, 1)
		p.Resolution = want
		r, err := s.RequestReturn(s.ctx, o.ID, p)
		require.NoError(t, err)
		o = s.changed(o, order.Step{Type: order.StepCallOff, ReturnID: r.ID, LineID: o.Lines[0].ID})
		undo := func() error {
			_, err := s.UndoChange(s.ctx, o.ID, o.Changes[len(o.Changes)-1].ID, oms.ChangeDecision{})
			return err
		}
		if want == order.ToTenders {
			require.NoError(t, undo(), name)
			continue
		}
		refusedWithout[*fault.InvalidError](s, undo)
	}
	s.clean()
}
