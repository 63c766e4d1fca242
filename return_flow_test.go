package oms_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/go-oms/oms"
	"github.com/go-oms/oms/event"
	"github.com/go-oms/oms/fault"
	"github.com/go-oms/oms/fulfillment"
	shipping "github.com/go-oms/oms/fulfillment/sandbox"
	"github.com/go-oms/oms/inventory"
	"github.com/go-oms/oms/money"
	"github.com/go-oms/oms/order"
	"github.com/go-oms/oms/payment"
	"github.com/go-oms/oms/quantity"
)

// asked is a return of n units of an order of five that were paid and shipped.
func (s *shop) asked(n int32, change ...func(*oms.ReturnRequest)) (*order.Order, *order.Return) {
	s.t.Helper()
	s.receive("TEE-M", 5)
	o := s.shipped(line("TEE-M", 5))
	p := oms.ReturnRequest{Lines: units(o, n)}
	for _, c := range change {
		c(&p)
	}
	r, err := s.RequestReturn(s.ctx, o.ID, p)
	require.NoError(s.t, err)
	s.clean()
	return o, r
}

func (s *shop) due(o *order.Order) string { return s.order(o.ID).Due().String() }

// TestUnitReturnedTwice: a unit that came back can neither be asked for nor come
// back again, whatever the way.
func TestUnitReturnedTwice(t *testing.T) {
	s := newShop(t)
	o, r := s.asked(5)
	line := o.Lines[0].ID
	_, err := s.ReceiveReturn(s.ctx, o.ID, r.ID, oms.Reception{Location: "main", Lines: []oms.ReceptionLine{
		{LineID: line, Good: quantity.Of(2), Quarantined: quantity.Of(1)}, {LineID: line, Dismissed: quantity.Of(2)},
	}})
	require.NoError(t, err)
	s.clean()
	level := s.level("TEE-M")

	var refused *order.QuantityError
	_, err = s.RequestReturn(s.ctx, o.ID, oms.ReturnRequest{Lines: units(o, 1)})
	require.ErrorAs(t, err, &refused)
	require.Equal(t, "0", refused.Allowed.String())
	_, err = s.ReceiveReturn(s.ctx, o.ID, r.ID, oms.Reception{Location: "main", Lines: []oms.ReceptionLine{{LineID: line, Good: quantity.Of(1)}}})
	require.ErrorAs(t, err, &refused)
	_, err = s.ReceiveReturn(s.ctx, o.ID, r.ID, oms.Reception{Location: "main"})
	require.Equal(t, fault.Rejected, fault.KindOf(err))
	_, err = s.WriteOffReturn(s.ctx, o.ID, r.ID, oms.ReturnWriteOff{As: order.KeepUnits, Lines: units(o, 1)})
	require.ErrorAs(t, err, &refused)
	require.Equal(t, level, s.level("TEE-M"))
	require.Equal(t, "39.80 EUR", s.due(o))
	s.clean()
}

// TestUnitWrittenOffTwice: a unit that was given up for good is given up once, and
// credited at most once.
func TestUnitWrittenOffTwice(t *testing.T) {
	for as, due := range map[order.ReturnMove]string{
		order.LoseUnits: "99.50 EUR", order.ExcuseUnits: "39.80 EUR", order.KeepUnits: "39.80 EUR",
	} {
		t.Run(string(as), func(t *testing.T) {
			s := newShop(t)
			o, r := s.asked(3)
			for range 3 {
				_, err := s.WriteOffReturn(s.ctx, o.ID, r.ID, oms.ReturnWriteOff{As: as, Lines: units(o, 1)})
				require.NoError(t, err)
				s.clean()
			}
			var refused *order.QuantityError
			_, err := s.WriteOffReturn(s.ctx, o.ID, r.ID, oms.ReturnWriteOff{As: as, Lines: units(o, 1)})
			require.ErrorAs(t, err, &refused)
			_, err = s.WriteOffReturn(s.ctx, o.ID, r.ID, oms.ReturnWriteOff{As: as})
			require.Equal(t, fault.Rejected, fault.KindOf(err))
			_, err = s.RequestReturn(s.ctx, o.ID, oms.ReturnRequest{Lines: units(o, 3)})
			require.ErrorAs(t, err, &refused)
			require.Equal(t, "2", refused.Allowed.String())
			require.Equal(t, "3", s.order(o.ID).Lines[0].WrittenOff.String())
			require.Equal(t, due, s.due(o))
		})
	}
}

// TestRefundAboveWhatWasPaidInParts: an order that was paid in two parts and came
// back in three gives back what was paid, and not a cent more.
func TestRefundAboveWhatWasPaidInParts(t *testing.T) {
	s := newShop(t)
	s.receive("TEE-M", 3)
	o := s.place(line("TEE-M", 3))
	for _, amount := range []string{"20.00 EUR", "39.70 EUR"} {
		_, err := s.Pay(s.ctx, o.ID, oms.Payment{Gateway: "card", Source: "tok_visa", Amount: money.MustParse(amount)})
		require.NoError(t, err)
	}
	_, err := s.Ship(s.ctx, o.ID, oms.Shipping{Carrier: "post"})
	require.NoError(t, err)
	for range 3 {
		r, err := s.RequestReturn(s.ctx, o.ID, oms.ReturnRequest{Lines: units(o, 1), Instant: true})
		require.NoError(t, err)
		_, err = s.Refund(s.ctx, o.ID, oms.Refund{})
		require.NoError(t, err)
		_, err = s.ReceiveReturn(s.ctx, o.ID, r.ID, oms.Reception{Location: "main"})
		require.NoError(t, err)
		s.clean()
	}
	refunded := money.Zero("EUR")
	tenders, err := s.Payments(s.ctx, o.ID)
	require.NoError(t, err)
	for _, tender := range tenders {
		require.Equal(t, tender.Totals.Captured, tender.Totals.Refunded, "no tender gives back more than it took")
		refunded, err = refunded.Add(tender.Totals.Refunded)
		require.NoError(t, err)
	}
	require.Equal(t, "59.70 EUR", refunded.String())
	for _, p := range []oms.Refund{{}, {Amount: money.MustParse("0.01 EUR"), Reason: "one more"}} {
		_, err = s.Refund(s.ctx, o.ID, p)
		require.Equal(t, fault.Rejected, fault.KindOf(err), "%v", err)
	}
	var capped *payment.CapError
	require.ErrorAs(t, err, &capped)
	require.Equal(t, order.PaymentRefunded, s.order(o.ID).PaymentStatus)
	s.clean()
}

func TestDispositionsMoveStock(t *testing.T) {
	s := newShop(t)
	o, r := s.asked(5)
	r, err := s.ReceiveReturn(s.ctx, o.ID, r.ID, oms.Reception{Location: "main", Lines: []oms.ReceptionLine{{
		LineID: o.Lines[0].ID, Good: quantity.Of(1), Damaged: quantity.Of(1), Quarantined: quantity.Of(1), Scrapped: quantity.Of(1), Wrong: quantity.Of(1),
	}}, Unasked: []order.UnaskedGoods{{SKU: "MUG", Quantity: quantity.Of(2)}, {SKU: "SOCK", Quantity: quantity.Of(1)}}})
	require.NoError(t, err)
	s.clean()
	require.Equal(t, order.WrongItem, r.Lines[0].Reception())
	require.NotEmpty(t, r.Problem)
	require.Len(t, r.Unasked, 2)
	level := s.level("TEE-M")
	require.Equal(t, "3", level.OnHand.String())
	require.Equal(t, "2", level.Unavailable.String())
	require.Equal(t, "2", s.level("SOCK").Unavailable.Add(quantity.Of(1)).String(), "an unknown item is registered and kept apart")
	require.Equal(t, "2", s.level("MUG").Unavailable.String())
	require.Equal(t, "19.90 EUR", s.due(o), "four of five are credited")

	// What nobody had asked for is a fact at any time, when the return is over, too.
	r, err = s.ReceiveReturn(s.ctx, o.ID, r.ID, oms.Reception{Location: "main", Unasked: []order.UnaskedGoods{{SKU: "MUG", Quantity: quantity.Of(1)}}})
	require.NoError(t, err)
	require.Equal(t, "3", r.Unasked[0].Quantity.String())
	require.Equal(t, "19.90 EUR", s.due(o))
	s.clean()
}

func TestInstantCreditIsTakenBack(t *testing.T) {
	s := newShop(t, func(cfg *oms.Config) {
		cfg.Returns.Fee = order.RestockingFee{PPM: 100_000}
	})
	o, r := s.asked(3, func(p *oms.ReturnRequest) { p.Instant = true })
	require.Equal(t, "45.77 EUR", s.due(o)) // 3 × 19.90 less a tenth
	_, err := s.Refund(s.ctx, o.ID, oms.Refund{})
	require.NoError(t, err)
	_, err = s.ReceiveReturn(s.ctx, o.ID, r.ID, oms.Reception{Location: "main", Lines: []oms.ReceptionLine{{
		LineID: o.Lines[0].ID, Good: quantity.Of(1), Dismissed: quantity.Of(1),
	}}})
	require.NoError(t, err)
	s.clean()
	require.Equal(t, "63.68 EUR", s.due(o))
	_, err = s.CancelReturn(s.ctx, o.ID, r.ID, oms.ReturnCancellation{})
	require.NoError(t, err)
	s.clean()
	require.Equal(t, "81.59 EUR", s.due(o))
	require.Equal(t, order.PaymentPartiallyRefunded, s.order(o.ID).PaymentStatus, "what he has too much is owed again")
	// The one that was called off may come back after all.
	r, err = s.RequestReturn(s.ctx, o.ID, oms.ReturnRequest{Lines: units(o, 1)})
	require.NoError(t, err)
	_, err = s.ReceiveReturn(s.ctx, o.ID, r.ID, oms.Reception{Location: "main"})
	require.NoError(t, err)
	require.Equal(t, "63.68 EUR", s.due(o))
	s.clean()
}

func TestReturnsExpire(t *testing.T) {
	s := newShop(t, func(cfg *oms.Config) { cfg.Returns.ExpireAfter = 48 * time.Hour })
	o, late := s.asked(2, func(p *oms.ReturnRequest) { p.Instant = true })
	coming, err := s.RequestReturn(s.ctx, o.ID, oms.ReturnRequest{Lines: units(o, 1)})
	require.NoError(t, err)
	coming, err = s.LabelReturn(s.ctx, o.ID, coming.ID, oms.ReturnLabeling{Carrier: "post"})
	require.NoError(t, err)
	_, err = s.TrackReturn(s.ctx, oms.Tracking{Carrier: "post", Tracking: coming.Label.Tracking, Scan: fulfillment.Scan{
		Status: fulfillment.InTransit, At: s.clock.Now(),
	}})
	require.NoError(t, err)
	s.clean()
	require.Equal(t, "1", s.order(o.ID).Lines[0].ReturnInTransit.String())

	_, err = s.ExpireReturn(s.ctx, o.ID, late.ID, oms.Expiry{})
	require.Equal(t, fault.Rejected, fault.KindOf(err), "its time has not come")
	work, err := s.RunOnce(s.ctx)
	require.NoError(t, err)
	require.Zero(t, work.Returns)
	s.clock.Add(49 * time.Hour)
	work, err = s.RunOnce(s.ctx)
	require.NoError(t, err)
	require.Equal(t, 1, work.Returns)
	require.Zero(t, work.Failed)
	work, err = s.RunOnce(s.ctx)
	require.NoError(t, err)
	require.Zero(t, work.Returns, "what is on its way is waited for, and nothing expires twice")
	s.clean()
	o = s.order(o.ID)
	require.Equal(t, order.ReturnExpired, o.Return(late.ID).Status)
	require.Equal(t, order.ComingBack, o.Return(coming.ID).Lines[0].Reception())
	require.Equal(t, "99.50 EUR", o.Due().String())
	require.Equal(t, "4", o.Lines[0].Returnable().String(), "they can be asked for again")

	_, err = s.RequestReturn(s.ctx, o.ID, oms.ReturnRequest{Lines: units(o, 2), Version: late.RequestedAt.Unix()})
	require.Equal(t, fault.Conflict, fault.KindOf(err))
}

func TestReturnLabelsWhoseAnswerIsLost(t *testing.T) {
	s := newShop(t)
	o, r := s.asked(2)
	s.post.Script("buy", shipping.Fault{Kind: shipping.LoseLate})
	label := oms.ReturnLabeling{Key: "label", Carrier: "post"}
	_, err := s.LabelReturn(s.ctx, o.ID, r.ID, label)
	require.Equal(t, fault.Unknown, fault.KindOf(err))
	r = s.order(o.ID).Return(r.ID)
	require.Equal(t, order.ReturnLabelInDoubt, r.Label.State)
	_, err = s.LabelReturn(s.ctx, o.ID, r.ID, label)
	require.Equal(t, fault.Unknown, fault.KindOf(err), "the repetition asks nobody before its time")
	_, err = s.LabelReturn(s.ctx, o.ID, r.ID, oms.ReturnLabeling{Carrier: "post"})
	require.Equal(t, fault.Rejected, fault.KindOf(err), "one label at a time")
	s.clock.Add(time.Hour)
	work, err := s.RunOnce(s.ctx)
	require.NoError(t, err)
	require.Equal(t, 1, work.Labels)
	r, err = s.LabelReturn(s.ctx, o.ID, r.ID, label)
	require.NoError(t, err)
	require.Equal(t, order.ReturnLabelBought, r.Label.State)
	found, err := s.post.Find(s.ctx, r.Label.ID.String())
	require.NoError(t, err)
	require.Len(t, found, 1, "one label was bought")
	require.Equal(t, found[0].Tracking, r.Label.Tracking)
	s.clean()
}

func TestReturnLabelsThatAreRefused(t *testing.T) {
	s := newShop(t)
	o, r := s.asked(2)
	s.post.Script("buy", shipping.Fault{Kind: shipping.Refuse}, shipping.Fault{Kind: shipping.NotSent})
	_, err := s.LabelReturn(s.ctx, o.ID, r.ID, oms.ReturnLabeling{Carrier: "post"})
	var refused *oms.ReturnLabelError
	require.ErrorAs(t, err, &refused)
	require.Equal(t, fault.Rejected, fault.KindOf(err))
	_, err = s.LabelReturn(s.ctx, o.ID, r.ID, oms.ReturnLabeling{Carrier: "post"})
	require.Equal(t, fault.Transient, fault.KindOf(err))
	s.clock.Add(time.Hour)
	_, err = s.RunOnce(s.ctx)
	require.NoError(t, err)
	require.Equal(t, order.ReturnLabelBought, s.order(o.ID).Return(r.ID).Label.State)
	for what, p := range map[string]oms.ReturnLabeling{"carrier": {Carrier: "pigeon"}, "grams": {Carrier: "post", Grams: -1}} {
		_, err = s.LabelReturn(s.ctx, o.ID, r.ID, p)
		var invalid *fault.InvalidError
		require.ErrorAs(t, err, &invalid)
		require.Equal(t, what, invalid.Field)
	}
	s.clean()
}

func TestScansOfAReturn(t *testing.T) {
	s := newShop(t)
	o, r := s.asked(2)
	r, err := s.LabelReturn(s.ctx, o.ID, r.ID, oms.ReturnLabeling{Carrier: "post"})
	require.NoError(t, err)
	scan := func(status fulfillment.ShipmentStatus) (*order.Return, error) {
		return s.TrackReturn(s.ctx, oms.Tracking{Carrier: "post", Tracking: r.Label.Tracking, Scan: fulfillment.Scan{Status: status, At: s.clock.Now()}})
	}
	_, err = s.TrackReturn(s.ctx, oms.Tracking{Carrier: "post", Tracking: "?", Scan: fulfillment.Scan{Status: fulfillment.InTransit}})
	var missing *fault.NotFoundError
	require.ErrorAs(t, err, &missing)
	_, err = scan("eaten")
	require.Equal(t, fault.Rejected, fault.KindOf(err))
	for _, status := range []fulfillment.ShipmentStatus{fulfillment.Delivered, fulfillment.InTransit, fulfillment.InTransit, fulfillment.Lost, fulfillment.Lost} {
		r, err = scan(status)
		require.NoError(t, err)
		require.Equal(t, order.ComingBack, r.Lines[0].Reception())
		s.clean()
	}
	require.Contains(t, r.Problem, "lost")
	_, err = s.ReceiveReturn(s.ctx, o.ID, r.ID, oms.Reception{Location: "main"})
	require.NoError(t, err)
	r, err = scan(fulfillment.InTransit)
	require.NoError(t, err, "a late scan is a fact, and changes nothing")
	require.Equal(t, order.ReceptionDone, r.Lines[0].Reception())
	s.clean()
}

func TestReturnPolicyOfAShop(t *testing.T) {
	_, err := oms.New(oms.Config{Store: newStore(t), Returns: order.ReturnPolicy{ExpireAfter: -1}})
	require.ErrorContains(t, err, "Config.Returns")

	s := newShop(t, func(cfg *oms.Config) {
		cfg.Returns.Rules = []order.ReturnRule{{Rule: order.RuleWindow, Days: 10, Override: true}}
	})
	s.receive("TEE-M", 5)
	o := s.shipped(line("TEE-M", 5))
	s.clock.Add(9 * 24 * time.Hour)
	_, err = s.Deliver(s.ctx, o.ID, oms.Delivery{})
	require.NoError(t, err)
	s.clock.Add(9 * 24 * time.Hour)
	_, err = s.RequestReturn(s.ctx, o.ID, oms.ReturnRequest{Lines: units(o, 1)})
	require.NoError(t, err, "the time begins with the delivery")
	s.clock.Add(25 * time.Hour)
	var refused *order.ReturnRefusedError
	_, err = s.RequestReturn(s.ctx, o.ID, oms.ReturnRequest{Lines: units(o, 1)})
	require.ErrorAs(t, err, &refused)
	require.Equal(t, order.RuleWindow, refused.Refusals[0].Rule)
	long := oms.ReturnRequest{Lines: units(o, 1), Override: string(make([]byte, 300))}
	_, err = s.RequestReturn(s.ctx, o.ID, long)
	require.Equal(t, fault.Rejected, fault.KindOf(err))
	r, err := s.RequestReturn(s.ctx, o.ID, oms.ReturnRequest{Lines: units(o, 1), Override: "an old customer", Note: "called twice"})
	require.NoError(t, err)
	require.Equal(t, "an old customer", r.Override)
	notes, err := s.Notes(s.ctx, o.ID)
	require.NoError(t, err)
	require.Equal(t, "called twice", notes[0].Text)
	s.clean()
}

func TestShoppersAskAndStaffDecides(t *testing.T) {
	s := newShop(t, careful)
	o, r := s.asked(1)
	shopper := s.As(event.Actor{Kind: event.Shopper, ID: "nobody"})
	_, err := shopper.ReviewReturn(s.ctx, o.ID, r.ID, oms.ReturnReview{Accept: true})
	require.ErrorContains(t, err, "actor")
	_, err = shopper.WriteOffReturn(s.ctx, o.ID, r.ID, oms.ReturnWriteOff{As: order.KeepUnits})
	require.ErrorContains(t, err, "actor")
	_, err = shopper.LabelReturn(s.ctx, o.ID, r.ID, oms.ReturnLabeling{Carrier: "post"})
	require.ErrorContains(t, err, "actor")
	_, err = shopper.ReceiveBlind(s.ctx, oms.BlindReturn{Location: "main", Lines: []oms.PastBack{{SKU: "TEE-M", Quantity: quantity.Of(1)}}})
	require.ErrorContains(t, err, "actor")
	_, err = s.WriteOffReturn(s.ctx, o.ID, r.ID, oms.ReturnWriteOff{As: order.RestockUnits})
	require.Equal(t, fault.Rejected, fault.KindOf(err), "goods do not come by being written off")
}

func TestBlindReturns(t *testing.T) {
	s := newShop(t)
	s.receive("TEE-M", 1)
	back := func(d inventory.Disposition) oms.PastBack {
		return oms.PastBack{SKU: "TEE-M", Quantity: quantity.Of(1), UnitPrice: money.MustParse("10.00 EUR"), Disposition: d}
	}
	o, err := s.ReceiveBlind(s.ctx, oms.BlindReturn{Location: "main", Lines: []oms.PastBack{back(""), back(inventory.ToScrap), back(inventory.ToQuarantine)}})
	require.NoError(t, err)
	s.clean()
	require.Equal(t, order.FromBlind, o.Origin)
	require.Equal(t, "-30.00 EUR", o.Due().String())
	require.Equal(t, "3", s.level("TEE-M").OnHand.String())
	require.Equal(t, "1", s.level("TEE-M").Unavailable.String())
	for _, bad := range []oms.BlindReturn{
		{Location: "main"},
		{Lines: []oms.PastBack{back("")}},
		{Location: "main", Lines: []oms.PastBack{back("burnt")}},
		{Location: "main", Lines: []oms.PastBack{back("cancel")}},
	} {
		_, err := s.ReceiveBlind(s.ctx, bad)
		require.Equal(t, fault.Rejected, fault.KindOf(err), "%v", err)
	}
}
