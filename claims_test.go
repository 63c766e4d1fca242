package oms_test

import (
	"slices"
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

// claimed files a claim about n units of an order.
func (s *shop) claimed(o *order.Order, kind order.ClaimKind, n int32) *order.Return {
	s.t.Helper()
	r, err := s.FileClaim(s.ctx, o.ID, oms.ClaimFiling{Kind: kind, Lines: units(o, n), Evidence: []string{"photo/1"}})
	require.NoError(s.t, err)
	s.clean()
	return r
}

// resolve gives a verdict that must be accepted.
func (s *shop) resolve(o *order.Order, claim *order.Return, p oms.ClaimResolution) *oms.ClaimCase {
	s.t.Helper()
	found, err := s.ResolveClaim(s.ctx, o.ID, claim.ID, p)
	require.NoError(s.t, err)
	s.clean()
	return found
}

// award refunds and replaces units of an order's first line.
func award(o *order.Order, refund, replace int32) []order.ClaimAward {
	return []order.ClaimAward{{LineID: o.Lines[0].ID, Refund: quantity.Of(refund), Replace: quantity.Of(replace)}}
}

func TestClaimRefunded(t *testing.T) {
	s := newShop(t)
	o := s.sent(3)
	claim := s.claimed(o, order.ClaimMissing, 2)
	require.Equal(t, order.ReturnClaimed, claim.Status)
	require.Equal(t, "59.70 EUR", s.due(o), "nothing is given before the verdict")
	found := s.resolve(o, claim, oms.ClaimResolution{Awards: award(o, 2, 0)})
	require.Equal(t, order.ClaimResolved, found.Claim.Claim.Status)
	require.Equal(t, quantity.Of(2), found.Claim.Lines[0].Excused)
	require.Equal(t, "19.90 EUR", s.due(o))
	_, err := s.Refund(s.ctx, o.ID, oms.Refund{})
	require.NoError(t, err)
	s.clean()
	require.Equal(t, "19.90 EUR", s.balance(o))
	require.Equal(t, quantity.Of(17), s.level("TEE-M").OnHand, "what is missing does not come back")
}

func TestClaimRefundedInPart(t *testing.T) {
	s := newShop(t)
	o := s.sent(2)
	claim := s.claimed(o, order.ClaimDamaged, 1)
	p := oms.ClaimResolution{Awards: award(o, 1, 0)}
	p.Awards[0].Amount = money.MustParse("19.91 EUR")
	var tooMuch *order.CreditError
	_, err := s.ResolveClaim(s.ctx, o.ID, claim.ID, p)
	require.ErrorAs(t, err, &tooMuch, "a cent more than the unit has cost")
	require.Equal(t, "19.90 EUR", tooMuch.Allowed.String())
	p.Awards[0].Amount = money.MustParse("5.00 EUR")
	found := s.resolve(o, claim, p)
	require.Equal(t, quantity.Of(1), found.Claim.Lines[0].Kept)
	require.Equal(t, "34.80 EUR", s.due(o))
}

func TestClaimReplaced(t *testing.T) {
	s := newShop(t)
	o := s.sent(2)
	claim := s.claimed(o, order.ClaimDamaged, 1)
	found := s.resolve(o, claim, oms.ClaimResolution{Awards: award(o, 0, 1)})
	out := found.Replacement
	require.Equal(t, order.FromClaim, out.Origin)
	require.Equal(t, o.ID, out.Original)
	require.Equal(t, out.ID, found.Replaced.Outbound)
	require.Equal(t, claim.ID, found.Replaced.ID, "nothing else was claimed")
	require.Equal(t, o.Lines[0].UnitPrice, out.Lines[0].UnitPrice)
	require.Equal(t, "Ada", s.order(out.ID).ShipTo.Name)
	require.Equal(t, "0.00 EUR", s.due(out), "it costs nothing")
	require.Equal(t, "39.80 EUR", s.due(o), "what was paid has paid for it")
	_, err := s.Refund(s.ctx, o.ID, oms.Refund{})
	require.Error(t, err, "and is not given back as well")
	require.Equal(t, quantity.Of(1), s.level("TEE-M").Allocated)
	_, err = s.Ship(s.ctx, out.ID, oms.Shipping{Carrier: "post"})
	require.NoError(t, err)
	s.clean()
	require.Equal(t, "39.80 EUR", s.balance(o, out))
}

func TestClaimRefundedAndReplaced(t *testing.T) {
	s := newShop(t)
	o := s.sent(4)
	claim := s.claimed(o, order.ClaimWrong, 4)
	found := s.resolve(o, claim, oms.ClaimResolution{Awards: award(o, 1, 2), Answer: "one was right"})
	require.NotEqual(t, claim.ID, found.Replaced.ID)
	require.Equal(t, claim.ID, found.Replaced.Claim.Of)
	require.Equal(t, quantity.Of(1), found.Claim.Lines[0].Kept)
	require.Equal(t, quantity.Of(1), found.Claim.Lines[0].Canceled, "the customer may still send it back")
	require.Equal(t, quantity.Of(2), found.Replaced.Lines[0].Quantity)
	require.Equal(t, "0.00 EUR", s.due(found.Replacement))
	_, err := s.Refund(s.ctx, o.ID, oms.Refund{})
	require.NoError(t, err)
	s.clean()
	require.Equal(t, "59.70 EUR", s.balance(o, found.Replacement), "three are paid: one as sent and two sent again")
	r, err := s.RequestReturn(s.ctx, o.ID, oms.ReturnRequest{Lines: units(o, 1)})
	require.NoError(t, err)
	_, err = s.ReceiveReturn(s.ctx, o.ID, r.ID, oms.Reception{Location: "main"})
	require.NoError(t, err)
	s.clean()
}

// TestReplacementCalledOff: its value is the customer's again, once.
func TestReplacementCalledOff(t *testing.T) {
	for name, c := range map[string]struct {
		off  int32
		kept string
	}{"whole": {0, "19.90 EUR"}, "in part": {1, "39.80 EUR"}} {
		t.Run(name, func(t *testing.T) {
			s := newShop(t)
			o := s.sent(3)
			out := s.resolve(o, s.claimed(o, order.ClaimDamaged, 2), oms.ClaimResolution{Awards: award(o, 0, 2)}).Replacement
			p := oms.Cancellation{Reason: "regret"}
			if c.off > 0 {
				p.Lines = units(out, c.off)
			}
			_, err := s.Cancel(s.ctx, out.ID, p)
			require.NoError(t, err)
			s.clean()
			for i := range 2 {
				_, err = s.Refund(s.ctx, o.ID, oms.Refund{})
				require.Equal(t, i == 0, err == nil, "%v", err)
			}
			_, err = s.RunOnce(s.ctx)
			require.NoError(t, err)
			s.clean()
			require.Equal(t, c.kept, s.balance(o, out))
		})
	}
}

func TestReplacementWithoutStock(t *testing.T) {
	s := newShop(t)
	s.receive("TEE-M", 1)
	o := s.shipped(line("TEE-M", 1))
	claim := s.claimed(o, order.ClaimMissing, 1)
	was := s.order(o.ID)
	var short *inventory.ShortageError
	_, err := s.ResolveClaim(s.ctx, o.ID, claim.ID, oms.ClaimResolution{Awards: award(o, 0, 1)})
	require.ErrorAs(t, err, &short)
	require.Equal(t, was, s.order(o.ID), "nothing was written")
	require.NoError(t, s.Inventory.SetPolicy(s.ctx, inventory.Policy{SKU: "TEE-M", Location: "main", BackorderLimit: inventory.Unlimited()}))
	_, err = s.ResolveClaim(s.ctx, o.ID, claim.ID, oms.ClaimResolution{Awards: award(o, 0, 1)})
	require.ErrorAs(t, err, &short, "nobody said that it may wait")
	found := s.resolve(o, claim, oms.ClaimResolution{Awards: award(o, 0, 1), Backorder: true})
	require.Equal(t, quantity.Of(1), found.Replacement.Lines[0].Backordered)
	s.receive("TEE-M", 1)
	_, err = s.RunOnce(s.ctx)
	require.NoError(t, err)
	_, err = s.Ship(s.ctx, found.Replacement.ID, oms.Shipping{Carrier: "post"})
	require.NoError(t, err)
	s.clean()
}

// TestUnitClaimedOnce: a unit is in one claim, return or exchange at most, whichever
// comes first, before the verdict and after.
func TestUnitClaimedOnce(t *testing.T) {
	s := newShop(t)
	o := s.sent(2)
	claim := s.claimed(o, order.ClaimDamaged, 2)
	var refused *order.QuantityError
	for range 2 {
		_, err := s.FileClaim(s.ctx, o.ID, oms.ClaimFiling{Kind: order.ClaimMissing, Lines: units(o, 1)})
		require.ErrorAs(t, err, &refused)
		_, err = s.RequestReturn(s.ctx, o.ID, oms.ReturnRequest{Lines: units(o, 1)})
		require.ErrorAs(t, err, &refused)
		_, err = s.Exchange(s.ctx, o.ID, oms.Exchange{Lines: units(o, 1), For: []oms.CartLine{line("MUG", 1)}})
		require.ErrorAs(t, err, &refused)
		if s.order(o.ID).Return(claim.ID).Claimed() {
			s.resolve(o, claim, oms.ClaimResolution{Awards: award(o, 1, 1)})
		}
	}
	for name, take := range map[string]func(o *order.Order) error{
		"returned": func(o *order.Order) error {
			_, err := s.RequestReturn(s.ctx, o.ID, oms.ReturnRequest{Lines: units(o, 1)})
			return err
		},
		"exchanged": func(o *order.Order) error {
			_, err := s.Exchange(s.ctx, o.ID, oms.Exchange{Lines: units(o, 1), For: []oms.CartLine{line("MUG", 1)}})
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			o := s.shipped(line("TEE-M", 1))
			require.NoError(t, take(o))
			_, err := s.FileClaim(s.ctx, o.ID, oms.ClaimFiling{Kind: order.ClaimDamaged, Lines: units(o, 1)})
			require.ErrorAs(t, err, &refused)
			s.clean()
		})
	}
}

func TestUnshippedUnitClaimed(t *testing.T) {
	s := newShop(t)
	s.receive("TEE-M", 3)
	o := s.place(line("TEE-M", 3))
	s.pay(o)
	_, err := s.FileClaim(s.ctx, o.ID, oms.ClaimFiling{Kind: order.ClaimMissing, Lines: units(o, 1)})
	require.Equal(t, fault.Rejected, fault.KindOf(err), "%v", err)
	_, err = s.Ship(s.ctx, o.ID, oms.Shipping{Carrier: "post", Lines: units(o, 2)})
	require.NoError(t, err)
	var refused *order.QuantityError
	_, err = s.FileClaim(s.ctx, o.ID, oms.ClaimFiling{Kind: order.ClaimMissing, Lines: units(o, 3)})
	require.ErrorAs(t, err, &refused)
	require.Equal(t, quantity.Of(2), refused.Allowed)
	s.clean()
}

// TestClaimsAndTheirTime is the table of what is heard when.
func TestClaimsAndTheirTime(t *testing.T) {
	const day = 24 * time.Hour
	for name, c := range map[string]struct {
		kind      order.ClaimKind
		promise   time.Duration // after placing; none when zero
		delivered time.Duration // after placing; never when zero
		at        time.Duration
		rule      string // that refuses; none when empty
		override  bool   // staff may hear it
	}{
		"late, without a promise":          {order.ClaimLate, 0, 0, 9 * day, order.RulePromise, false},
		"late, before the promise is over": {order.ClaimLate, 5 * day, 0, 4 * day, order.RulePromise, false},
		"late, when it is":                 {order.ClaimLate, 5 * day, 0, 6 * day, "", false},
		"late, and came in time":           {order.ClaimLate, 5 * day, 3 * day, 6 * day, order.RulePromise, false},
		"late, and came late":              {order.ClaimLate, 5 * day, 6 * day, 7 * day, "", false},
		"missing, still on its way":        {order.ClaimMissing, 5 * day, 0, 4 * day, order.RulePromise, true},
		"missing, as the parcel came":      {order.ClaimMissing, 5 * day, 3 * day, 4 * day, "", false},
		"missing, as none came":            {order.ClaimMissing, 5 * day, 0, 6 * day, "", false},
		"damaged, within the window":       {order.ClaimDamaged, 0, 3 * day, 16 * day, "", false},
		"damaged, after it":                {order.ClaimDamaged, 0, 3 * day, 17 * day, order.RuleWindow, true},
		"missing, long after the promise":  {order.ClaimMissing, 5 * day, 0, 19 * day, order.RuleWindow, true},
	} {
		t.Run(name, func(t *testing.T) {
			s := newShop(t, func(cfg *oms.Config) { cfg.Claims.Days = 14 })
			s.receive("TEE-M", 1)
			began := s.clock.Now()
			entry := oms.Entry{Lines: []oms.EntryLine{{SKU: "TEE-M", Quantity: quantity.Of(1), UnitPrice: money.MustParse("19.90 EUR")}}}
			if c.promise > 0 {
				entry.PromisedAt = began.Add(c.promise)
			}
			o, err := s.Enter(s.ctx, entry)
			require.NoError(t, err)
			s.pay(o)
			_, err = s.Ship(s.ctx, o.ID, oms.Shipping{Carrier: "post"})
			require.NoError(t, err)
			if c.delivered > 0 {
				s.clock.Add(c.delivered)
				_, err = s.Deliver(s.ctx, o.ID, oms.Delivery{})
				require.NoError(t, err)
			}
			s.clock.Add(began.Add(c.at).Sub(s.clock.Now()))
			p := oms.ClaimFiling{Kind: c.kind, Lines: units(o, 1)}
			if c.rule != "" {
				was := s.order(o.ID)
				var refused *order.ClaimRefusedError
				_, err = s.FileClaim(s.ctx, o.ID, p)
				require.ErrorAs(t, err, &refused)
				require.Equal(t, c.rule, refused.Refusals[0].Rule)
				require.Equal(t, c.override, refused.Refusals[0].Override)
				require.Equal(t, was, s.order(o.ID))
				p.Override = "the carrier says so"
			}
			r, err := s.FileClaim(s.ctx, o.ID, p)
			if c.rule != "" && !c.override {
				require.Error(t, err)
				return
			}
			require.NoError(t, err)
			require.Equal(t, p.Override, r.Override)
			s.clean()
		})
	}
}

func TestClaimResolvedOnce(t *testing.T) {
	s := newShop(t)
	o := s.sent(2)
	claim := s.claimed(o, order.ClaimDamaged, 2)
	p := oms.ClaimResolution{Key: "once", Awards: award(o, 1, 1)}
	first := s.resolve(o, claim, p)
	_, err := s.Cancel(s.ctx, first.Replacement.ID, oms.Cancellation{Reason: "regret"})
	require.NoError(t, err)
	again := s.resolve(o, claim, p)
	require.Equal(t, first.Claim, again.Claim)
	require.Equal(t, first.Replaced, again.Replaced, "as it was then")
	require.Equal(t, first.Replacement.ID, again.Replacement.ID)
	require.Equal(t, first.Replacement.Status, again.Replacement.Status)

	var over *order.ClaimStateError
	for _, act := range []func() error{
		func() error { p.Key = "twice"; _, err := s.ResolveClaim(s.ctx, o.ID, claim.ID, p); return err },
		func() error { _, err := s.WithdrawClaim(s.ctx, o.ID, claim.ID, oms.ClaimWithdrawal{}); return err },
	} {
		require.ErrorAs(t, act(), &over)
		require.Equal(t, order.ClaimResolved, over.Status)
	}
	s.clean()
}

// TestOpenClaimIsNoReturn: nothing that can be done with a return happens to units that
// wait for a verdict.
func TestOpenClaimIsNoReturn(t *testing.T) {
	s := newShop(t)
	o := s.sent(1)
	claim := s.claimed(o, order.ClaimDamaged, 1)
	for name, act := range map[string]func() error{
		"receive": func() error {
			_, err := s.ReceiveReturn(s.ctx, o.ID, claim.ID, oms.Reception{Location: "main"})
			return err
		},
		"cancel": func() error { _, err := s.CancelReturn(s.ctx, o.ID, claim.ID, oms.ReturnCancellation{}); return err },
		"review": func() error {
			_, err := s.ReviewReturn(s.ctx, o.ID, claim.ID, oms.ReturnReview{Accept: true})
			return err
		},
		"write off": func() error {
			_, err := s.WriteOffReturn(s.ctx, o.ID, claim.ID, oms.ReturnWriteOff{As: order.KeepUnits})
			return err
		},
	} {
		var open *order.ClaimStateError
		require.ErrorAs(t, act(), &open, name)
	}
	_, err := s.ResolveClaim(s.ctx, o.ID, uuid.New(), oms.ClaimResolution{Answer: "no"})
	var missing *fault.NotFoundError
	require.ErrorAs(t, err, &missing)
	require.Equal(t, "19.90 EUR", s.due(o))
	s.clean()
}

func TestClaimRejectedOrWithdrawn(t *testing.T) {
	s := newShop(t)
	o := s.sent(1)
	claim := s.claimed(o, order.ClaimDamaged, 1)
	_, err := s.ResolveClaim(s.ctx, o.ID, claim.ID, oms.ClaimResolution{})
	var invalid *fault.InvalidError
	require.ErrorAs(t, err, &invalid)
	require.Equal(t, "answer", invalid.Field)
	found := s.resolve(o, claim, oms.ClaimResolution{Answer: "worn"})
	require.Equal(t, order.ClaimRejected, found.Claim.Claim.Status)
	require.Equal(t, "worn", found.Claim.Claim.Answer)
	require.Equal(t, "19.90 EUR", s.due(o))
	claim = s.claimed(o, order.ClaimDamaged, 1)
	claim, err = s.WithdrawClaim(s.ctx, o.ID, claim.ID, oms.ClaimWithdrawal{Reason: "it was the cat"})
	require.NoError(t, err)
	require.Equal(t, order.ClaimWithdrawn, claim.Claim.Status)
	_, err = s.RequestReturn(s.ctx, o.ID, oms.ReturnRequest{Lines: units(o, 1)})
	require.NoError(t, err, "the unit is the customer's again")
	s.clean()
}

// TestClaimedGoodsAskedBack: they bring nothing more when they come, and what does not
// come is owed again.
func TestClaimedGoodsAskedBack(t *testing.T) {
	for name, replace := range map[string]int32{"refunded": 0, "replaced": 1} {
		for end, come := range map[string]bool{"come": true, "do not come": false} {
			t.Run(name+" and "+end, func(t *testing.T) {
				s := newShop(t, func(cfg *oms.Config) { cfg.Returns.ExpireAfter = 24 * time.Hour })
				o := s.sent(2)
				claim := s.claimed(o, order.ClaimDamaged, 1)
				found := s.resolve(o, claim, oms.ClaimResolution{Back: true, Awards: award(o, 1-replace, replace)})
				both := []*order.Order{o}
				if replace > 0 {
					both = append(both, found.Replacement)
					_, err := s.Ship(s.ctx, found.Replacement.ID, oms.Shipping{Carrier: "post"})
					require.NoError(t, err)
				} else {
					_, err := s.Refund(s.ctx, o.ID, oms.Refund{})
					require.NoError(t, err)
				}
				paid, due := s.balance(both...), s.due(o)
				if come {
					_, err := s.ReceiveReturn(s.ctx, o.ID, claim.ID, oms.Reception{
						Location: "main", Lines: []oms.ReceptionLine{{LineID: o.Lines[0].ID, Damaged: quantity.Of(1)}},
					})
					require.NoError(t, err)
					require.Equal(t, due, s.due(o), "no further credit")
				} else {
					s.clock.Add(25 * time.Hour)
					_, err := s.RunOnce(s.ctx)
					require.NoError(t, err)
					require.Equal(t, "39.80 EUR", s.due(o))
					if replace > 0 {
						require.Equal(t, "19.90 EUR", s.due(found.Replacement))
					}
				}
				s.clean()
				require.Equal(t, paid, s.balance(both...))
				_, err := s.Refund(s.ctx, o.ID, oms.Refund{})
				require.Error(t, err, "nothing is left to give")
			})
		}
	}
	s := newShop(t)
	o := s.sent(1)
	_, err := s.ResolveClaim(s.ctx, o.ID, s.claimed(o, order.ClaimMissing, 1).ID, oms.ClaimResolution{Back: true, Awards: award(o, 1, 0)})
	require.Equal(t, fault.Rejected, fault.KindOf(err), "what is missing cannot be sent back")
}

func TestClaimsByShoppers(t *testing.T) {
	s := newShop(t, func(cfg *oms.Config) { cfg.Claims.NeedsEvidence = []order.ClaimKind{order.ClaimDamaged} })
	id := uuid.New()
	s.receive("TEE-M", 5)
	o, err := s.Place(s.ctx, oms.Cart{CustomerID: id, Lines: []oms.CartLine{line("TEE-M", 1)}})
	require.NoError(t, err)
	s.pay(o)
	_, err = s.Ship(s.ctx, o.ID, oms.Shipping{Carrier: "post"})
	require.NoError(t, err)
	shopper := s.As(event.Actor{Kind: event.Shopper, ID: id.String()})
	other := s.As(event.Actor{Kind: event.Shopper, ID: uuid.NewString()})
	for field, p := range map[string]oms.ClaimFiling{
		"kind":     {Kind: "ugly", Lines: units(o, 1)},
		"lines":    {Kind: order.ClaimLate},
		"evidence": {Kind: order.ClaimDamaged, Lines: units(o, 1)},
		"override": {Kind: order.ClaimMissing, Lines: units(o, 1), Override: "please"},
	} {
		var invalid *fault.InvalidError
		_, err = shopper.FileClaim(s.ctx, o.ID, p)
		require.ErrorAs(t, err, &invalid)
		require.Equal(t, field, invalid.Field)
	}
	p := oms.ClaimFiling{Kind: order.ClaimDamaged, Lines: units(o, 1), Evidence: []string{"photo/1"}}
	_, err = other.FileClaim(s.ctx, o.ID, p)
	require.Equal(t, fault.NotFound("order", o.ID), err)
	claim, err := shopper.FileClaim(s.ctx, o.ID, p)
	require.NoError(t, err)
	_, err = shopper.ResolveClaim(s.ctx, o.ID, claim.ID, oms.ClaimResolution{Awards: award(o, 1, 0)})
	var forbidden *oms.ForbiddenError
	require.ErrorAs(t, err, &forbidden)
	_, err = other.Claims(s.ctx, o.ID)
	require.Equal(t, fault.NotFound("order", o.ID), err)
	list, err := shopper.Claims(s.ctx, o.ID)
	require.NoError(t, err)
	require.Equal(t, claim.ID, list[0].Claim.ID)
	queue := 0
	for waiting, err := range s.Orders(s.ctx, order.Filter{Claimed: true}) {
		require.NoError(t, err)
		require.Equal(t, o.ID, waiting.ID)
		queue++
	}
	require.Equal(t, 1, queue)
	_, err = shopper.WithdrawClaim(s.ctx, o.ID, claim.ID, oms.ClaimWithdrawal{})
	require.NoError(t, err)
	for range s.Orders(s.ctx, order.Filter{Claimed: true}) {
		require.Fail(t, "nothing waits any more")
	}
	s.clean()
}

// TestVerifyLooksAtClaims: a claim that does not stand as its state says is found.
func TestVerifyLooksAtClaims(t *testing.T) {
	cent := money.MustParse("0.01 EUR")
	for name, tamper := range map[string]func(open, resolved, part *order.Return){
		"no such kind":             func(open, _, _ *order.Return) { open.Claim.Kind = "ugly" },
		"no such state":            func(_, resolved, _ *order.Return) { resolved.Claim.Status = "asleep" },
		"open and closed":          func(open, _, _ *order.Return) { open.Claim.ClosedAt = open.RequestedAt },
		"open and credited":        func(open, _, _ *order.Return) { open.Lines[0].Credited = quantity.Of(1) },
		"open and decided":         func(open, _, _ *order.Return) { open.Lines[0].Acceptance = order.Accepted },
		"open and sent again":      func(open, _, _ *order.Return) { open.Outbound = uuid.New() },
		"rejected and kept":        func(_, resolved, _ *order.Return) { resolved.Claim.Status = order.ClaimRejected },
		"resolved and in review":   func(_, resolved, _ *order.Return) { resolved.Lines[0].Acceptance = order.ManualReview },
		"granted, not credited":    func(_, resolved, _ *order.Return) { resolved.Lines[0].Granted = cent },
		"credited, not granted":    func(_, resolved, _ *order.Return) { resolved.Lines[0].Granted = money.Money{} },
		"a part of nothing":        func(_, _, part *order.Return) { part.Claim.Of = uuid.New() },
		"a part of another kind":   func(_, _, part *order.Return) { part.Claim.Kind = order.ClaimLate },
		"a part that was not sent": func(_, _, part *order.Return) { part.Outbound = uuid.Nil },
	} {
		t.Run(name, func(t *testing.T) {
			s := newShop(t)
			o := s.sent(4)
			claim := s.claimed(o, order.ClaimDamaged, 2)
			p := oms.ClaimResolution{Awards: award(o, 1, 1)}
			p.Awards[0].Amount = money.MustParse("5.00 EUR")
			s.resolve(o, claim, p)
			s.claimed(o, order.ClaimDamaged, 1)
			store := &tampered{Store: s.store, order: once(func(o *order.Order) bool {
				if len(o.Returns) == 3 {
					tamper(&o.Returns[2], &o.Returns[0], &o.Returns[1])
				}
				return len(o.Returns) == 3
			})}
			report, err := s.With(store).Verify(s.ctx, oms.VerifyOptions{})
			require.NoError(t, err)
			require.True(t, slices.ContainsFunc(report.Violations, func(v oms.Violation) bool { return v.Check == "order.claims" }), "%v", report.Violations)
		})
	}
}

// TestClaimDecidedByTwoAtOnce: one verdict counts, whoever is first, and a unit is
// claimed or returned by whoever is.
func TestClaimDecidedByTwoAtOnce(t *testing.T) {
	for range 10 {
		s := newShop(t)
		o := s.sent(1)
		claim := s.claimed(o, order.ClaimDamaged, 1)
		both := func(acts ...func() error) {
			t.Helper()
			errs := make([]error, len(acts))
			var all sync.WaitGroup
			for i, act := range acts {
				all.Go(func() { errs[i] = act() })
			}
			all.Wait()
			require.True(t, (errs[0] == nil) != (errs[1] == nil), "%v", errs)
			s.clean()
		}
		verdict := func(p oms.ClaimResolution) func() error {
			return func() error { _, err := s.ResolveClaim(s.ctx, o.ID, claim.ID, p); return err }
		}
		both(verdict(oms.ClaimResolution{Awards: award(o, 1, 0)}), verdict(oms.ClaimResolution{Awards: award(o, 0, 1)}))
		o = s.shipped(line("TEE-M", 1))
		both(
			func() error {
				_, err := s.FileClaim(s.ctx, o.ID, oms.ClaimFiling{Kind: order.ClaimWrong, Lines: units(o, 1)})
				return err
			},
			func() error {
				_, err := s.RequestReturn(s.ctx, o.ID, oms.ReturnRequest{Lines: units(o, 1)})
				return err
			},
		)
	}
}

// TestAClaimIsDecidedWhereNoFurtherReturnFits: only units that are sent again beside others
// need one.
func TestAClaimIsDecidedWhereNoFurtherReturnFits(t *testing.T) {
	for name, p := range map[string]oms.ClaimResolution{
		"rejected": {Answer: "worn"}, "refunded": {Awards: []order.ClaimAward{{Refund: quantity.Of(2)}}},
		"replaced": {Awards: []order.ClaimAward{{Replace: quantity.Of(2)}}},
	} {
		t.Run(name, func(t *testing.T) {
			s := newShop(t, func(cfg *oms.Config) { cfg.Limits.MaxReturns = 1 })
			o := s.sent(2)
			claim := s.claimed(o, order.ClaimDamaged, 2)
			if len(p.Awards) > 0 {
				p.Awards[0].LineID = o.Lines[0].ID
			}
			refusedWithout[*fault.InvalidError](s, func() error {
				_, err := s.ResolveClaim(s.ctx, o.ID, claim.ID, oms.ClaimResolution{Awards: award(o, 1, 1)})
				return err
			})
			s.resolve(o, claim, p)
		})
	}
}

// TestWhatNobodyAskedForCameWithAClaimOnce: not with the units that are sent again, too.
func TestWhatNobodyAskedForCameWithAClaimOnce(t *testing.T) {
	s := newShop(t)
	o := s.sent(2)
	claim := s.claimed(o, order.ClaimWrong, 2)
	_, err := s.ReceiveReturn(s.ctx, o.ID, claim.ID, oms.Reception{
		Location: "main", Unasked: []order.UnaskedGoods{{SKU: "MUG", Quantity: quantity.Of(1)}},
	})
	require.NoError(t, err)
	found := s.resolve(o, claim, oms.ClaimResolution{Awards: award(o, 1, 1)})
	require.Len(t, found.Claim.Unasked, 1)
	require.Empty(t, found.Replaced.Unasked)
	require.Empty(t, found.Replaced.Problem)
}

// TestNothingIsSentAgainUnderAHold: what keeps the goods of an order keeps those in their
// place, and no refund.
func TestNothingIsSentAgainUnderAHold(t *testing.T) {
	s := newShop(t)
	o := s.sent(2)
	claim := s.claimed(o, order.ClaimMissing, 1)
	held, err := s.Hold(s.ctx, o.ID, oms.HoldRequest{Type: order.HoldFraud})
	require.NoError(t, err)
	again := oms.ClaimResolution{Awards: award(o, 0, 1)}
	refusedWithout[*order.HeldError](s, func() error { _, err := s.ResolveClaim(s.ctx, o.ID, claim.ID, again); return err })
	_, err = s.ReleaseHold(s.ctx, o.ID, held.Holds[len(held.Holds)-1].ID, oms.HoldRelease{Reason: "known"})
	require.NoError(t, err)
	s.resolve(o, claim, again)
}
