package payment_test

import (
	"errors"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/go-oms/oms/fault"
	"github.com/go-oms/oms/money"
	"github.com/go-oms/oms/payment"
	"github.com/go-oms/oms/payment/sandbox"
)

// refusedAbove wants a *CapError that allows so much, and nothing changed.
func (w *world) refusedAbove(allowed string, plan func(*payment.Tender) error) {
	w.Helper()
	before := w.tender.Clone()
	err := plan(w.tender)
	var limit *payment.CapError
	require.ErrorAs(w, err, &limit)
	require.Equal(w, eur(allowed), limit.Allowed)
	require.Equal(w, w.tender.ID, limit.TenderID)
	require.Equal(w, fault.Rejected, fault.KindOf(err))
	require.Equal(w, before, w.tender, "a refused plan changes nothing")
}

func TestCapsOfHolds(t *testing.T) {
	w := newWorld(t, eur("100.00"), "tok_visa")
	sale := func(amount string) func(*payment.Tender) error {
		return func(t *payment.Tender) error {
			_, err := t.PlanSale(eur(amount), w.caps, w.cmd)
			return err
		}
	}
	w.refusedAbove("100.00", sale("100.01"))
	op, err := w.tender.PlanAuthorize(eur("70.00"), w.caps, w.cmd)
	require.NoError(t, err)
	require.Equal(t, payment.Created, op.State)
	require.Equal(t, noon, op.NextAt, "it is due at once should nobody send it")
	require.Equal(t, eur("70.00"), w.tender.Totals.AuthorizingNow)
	w.refusedAbove("30.00", sale("30.01"))
	w.send(op, nil)
	w.refusedAbove("30.00", sale("30.01"))
	w.send(w.tender.PlanSale(eur("30.00"), w.caps, w.cmd))
	w.refusedAbove("0.00", sale("0.01"))

	declined := newWorld(t, eur("100.00"), sandbox.TokenDeclined)
	declined.send(declined.tender.PlanSale(eur("100.00"), w.caps, w.cmd))
	_, err = declined.tender.PlanSale(eur("100.00"), w.caps, w.cmd)
	require.NoError(t, err, "what was declined takes up no room")
}

func TestCapsOfCaptures(t *testing.T) {
	w := newWorld(t, eur("100.00"), "tok_visa")
	capture := func(amount string) func(*payment.Tender) error {
		return func(t *payment.Tender) error {
			_, err := t.PlanCapture(eur(amount), w.caps, w.cmd)
			return err
		}
	}
	op, err := w.tender.PlanAuthorize(eur("100.00"), w.caps, w.cmd)
	require.NoError(t, err)
	w.refusedAbove("0.00", capture("0.01")) // an authorization in flight cannot be captured
	w.send(op, nil)
	w.refusedAbove("100.00", capture("100.01"))
	w.sendAll(w.tender.PlanCapture(eur("30.00"), w.caps, w.cmd))
	w.refusedAbove("70.00", capture("70.01"))

	w.gw.Script(payment.Capture, sandbox.Step{LoseAnswer: true})
	ops, err := w.tender.PlanCapture(eur("50.00"), w.caps, w.cmd)
	require.NoError(t, err)
	require.Empty(t, w.call(ops[0].ID, payment.DoSend))
	require.Equal(t, payment.InDoubt, w.op(ops[0].ID).State)
	w.refusedAbove("20.00", capture("20.01")) // what is in doubt counts as taken
	require.Equal(t, eur("20.00"), w.tender.Capturable(w.caps))
	require.Equal(t, eur("30.00"), w.tender.Totals.Captured, "and not as paid")

	w.sendAll(w.tender.PlanVoid(w.caps, w.cmd))
	require.Equal(t, eur("20.00"), w.tender.Totals.Voided)
	w.refusedAbove("0.00", capture("0.01"))
	ops, err = w.tender.PlanVoid(w.caps, w.cmd)
	require.NoError(t, err)
	require.Empty(t, ops, "nothing is left to void")
}

func TestCaptureOverSeveralAuthorizations(t *testing.T) {
	w := newWorld(t, eur("100.00"), "tok_visa")
	first := w.send(w.tender.PlanAuthorize(eur("40.00"), w.caps, w.cmd))
	second := w.send(w.tender.PlanAuthorize(eur("60.00"), w.caps, w.cmd))
	ops, err := w.tender.PlanCapture(eur("70.00"), w.caps, w.cmd)
	require.NoError(t, err)
	require.Len(t, ops, 2)
	require.Equal(t, []any{first.ID, eur("40.00"), second.ID, eur("30.00")}, []any{ops[0].On, ops[0].Amount, ops[1].On, ops[1].Amount})
	w.sendAll(ops, nil)
	moved, err := w.gw.Moved(money.EUR)
	require.NoError(t, err)
	require.Equal(t, eur("70.00"), moved)
}

func TestCapsOfRefunds(t *testing.T) {
	w := newWorld(t, eur("100.00"), "tok_visa")
	refund := func(amount string, on uuid.UUID) func(*payment.Tender) error {
		return func(t *payment.Tender) error {
			_, err := t.PlanRefund(eur(amount), on, w.caps, w.cmd)
			return err
		}
	}
	w.refusedAbove("0.00", refund("0.01", uuid.Nil))
	w.send(w.tender.PlanAuthorize(eur("100.00"), w.caps, w.cmd))
	w.sendAll(w.tender.PlanCapture(eur("30.00"), w.caps, w.cmd))
	w.sendAll(w.tender.PlanCapture(eur("50.00"), w.caps, w.cmd))
	older, newer := w.tender.Ops[1].ID, w.tender.Ops[2].ID
	w.refusedAbove("80.00", refund("80.01", uuid.Nil))
	w.refusedAbove("30.00", refund("30.01", older))

	ops, err := w.tender.PlanRefund(eur("60.00"), uuid.Nil, w.caps, w.cmd)
	require.NoError(t, err)
	require.Len(t, ops, 2, "the newest capture first")
	require.Equal(t, []any{newer, eur("50.00"), older, eur("10.00")}, []any{ops[0].On, ops[0].Amount, ops[1].On, ops[1].Amount})
	w.send(ops[0], nil)
	w.gw.Script(payment.Refund, sandbox.Step{LoseRequest: true})
	require.Empty(t, w.call(ops[1].ID, payment.DoSend))
	w.refusedAbove("20.00", refund("20.01", uuid.Nil)) // the one in doubt counts
	w.refusedAbove("0.00", refund("0.01", newer))
	require.Equal(t, eur("20.00"), w.tender.Refundable())
	require.Equal(t, eur("10.00"), w.tender.Totals.RefundingNow)
}

func TestCapsOfPayouts(t *testing.T) {
	w := newWorld(t, eur("50.00"), "tok_visa")
	payout := func(amount string) func(*payment.Tender) error {
		return func(t *payment.Tender) error {
			_, err := t.PlanPayout(eur(amount), w.caps, w.cmd)
			return err
		}
	}
	w.send(w.tender.PlanPayout(eur("20.00"), w.caps, w.cmd))
	require.Equal(t, eur("20.00"), w.tender.Totals.PaidOut)
	_, err := w.tender.PlanPayout(eur("10.00"), w.caps, w.cmd)
	require.NoError(t, err)
	w.refusedAbove("20.00", payout("20.01"))
}

func TestPlansRespectCapabilities(t *testing.T) {
	unsupported := func(t *testing.T, err error) {
		t.Helper()
		var e *payment.GatewayError
		require.ErrorAs(t, err, &e)
		require.Equal(t, payment.ReasonUnsupported, e.Reason)
		require.Equal(t, fault.Rejected, fault.KindOf(err))
	}
	invalid := func(t *testing.T, err error) {
		t.Helper()
		var e *fault.InvalidError
		require.ErrorAs(t, err, &e)
	}
	w := newWorld(t, eur("100.00"), "tok_visa")
	w.send(w.tender.PlanAuthorize(eur("100.00"), w.caps, w.cmd))
	plain := w.tender
	none := payment.Capabilities{}
	_, err := plain.Clone().PlanSale(eur("1.00"), none, w.cmd)
	unsupported(t, err)
	_, err = plain.Clone().PlanAuthorize(eur("1.00"), none, w.cmd)
	unsupported(t, err)
	_, err = plain.Clone().PlanCapture(eur("1.00"), none, w.cmd)
	unsupported(t, err)
	_, err = plain.Clone().PlanRefund(eur("1.00"), uuid.Nil, none, w.cmd)
	unsupported(t, err)
	_, err = plain.Clone().PlanPayout(eur("1.00"), none, w.cmd)
	unsupported(t, err)

	whole := w.caps
	whole.PartialCapture, whole.PartialRefund = false, false
	_, err = plain.Clone().PlanCapture(eur("99.00"), whole, w.cmd)
	invalid(t, err)
	_, err = plain.Clone().PlanCapture(eur("100.00"), whole, w.cmd)
	require.NoError(t, err)

	w.sendAll(w.tender.PlanCapture(eur("40.00"), w.caps, w.cmd))
	once := w.caps
	once.MultipleCaptures, once.VoidRest = false, false
	w.refusedAbove("0.00", func(t *payment.Tender) error {
		_, err := t.PlanCapture(eur("1.00"), once, w.cmd)
		return err
	})
	require.Equal(t, eur("0.00"), w.tender.Capturable(once))
	w.refusedAbove("0.00", func(t *payment.Tender) error {
		_, err := t.PlanVoid(once, w.cmd)
		return err
	})
	_, err = w.tender.Clone().PlanRefund(eur("39.00"), uuid.Nil, whole, w.cmd)
	invalid(t, err)
	_, err = w.tender.Clone().PlanRefund(eur("40.00"), uuid.Nil, whole, w.cmd)
	require.NoError(t, err)
}

func TestAmountsThatCannotBeMoved(t *testing.T) {
	w := newWorld(t, eur("100.00"), "tok_visa")
	for _, amount := range []money.Money{
		{}, eur("0.00"), eur("-1.00"), eur("1.001"), money.MustParse("1.00 USD"), money.MustParse("1 JPY"),
	} {
		before := w.tender.Clone()
		for _, plan := range []func() error{
			func() error { _, err := w.tender.PlanSale(amount, w.caps, w.cmd); return err },
			func() error { _, err := w.tender.PlanAuthorize(amount, w.caps, w.cmd); return err },
			func() error { _, err := w.tender.PlanCapture(amount, w.caps, w.cmd); return err },
			func() error { _, err := w.tender.PlanRefund(amount, uuid.Nil, w.caps, w.cmd); return err },
			func() error { _, err := w.tender.PlanPayout(amount, w.caps, w.cmd); return err },
			func() error { _, err := w.tender.Enter(payment.Sale, amount, uuid.Nil, "", w.cmd); return err },
		} {
			require.Equal(t, fault.Rejected, fault.KindOf(plan()), "%s", amount)
			require.Equal(t, before, w.tender)
		}
	}
	strict := w.caps
	strict.Currencies = func(c money.Currency) (int, bool) { return 0, c == money.EUR }
	_, err := w.tender.PlanSale(eur("1.50"), strict, w.cmd)
	require.Equal(t, fault.Rejected, fault.KindOf(err), "the gateway counts whole euro")
}

func TestEnter(t *testing.T) {
	cmd := command(1)
	cmd.At = noon.AddDate(-1, 0, 0)
	tender, err := payment.New(uuid.UUID{15: 1}, "past", eur("100.00"), "", cmd)
	require.NoError(t, err)
	auth, err := tender.Enter(payment.Authorize, eur("60.00"), uuid.Nil, "A", cmd)
	require.NoError(t, err)
	require.Equal(t, payment.Op{
		ID: auth.ID, Kind: payment.Authorize, Amount: eur("60.00"), Settled: eur("60.00"), State: payment.Succeeded,
		Ref: "A", CreatedAt: cmd.At, SettledAt: cmd.At,
	}, auth)
	capture, err := tender.Enter(payment.Capture, eur("50.00"), auth.ID, "", cmd)
	require.NoError(t, err)
	_, err = tender.Enter(payment.Void, eur("10.00"), auth.ID, "", cmd)
	require.NoError(t, err)
	sale, err := tender.Enter(payment.Sale, eur("40.00"), uuid.Nil, "", cmd)
	require.NoError(t, err)
	_, err = tender.Enter(payment.Refund, eur("40.00"), sale.ID, "", cmd)
	require.NoError(t, err)
	_, err = tender.Enter(payment.Payout, eur("5.00"), uuid.Nil, "", cmd)
	require.NoError(t, err)
	require.Equal(t, eur("90.00"), tender.Totals.Authorized)
	require.Equal(t, eur("90.00"), tender.Totals.Captured)
	require.Equal(t, eur("40.00"), tender.Totals.Refunded)
	require.Equal(t, eur("5.00"), tender.Totals.PaidOut)
	require.Empty(t, tender.Problems())
	folded := tender.Clone()
	payment.Fold(folded)
	require.Equal(t, tender, folded)

	var limit *payment.CapError
	for _, c := range []struct {
		kind payment.Kind
		on   uuid.UUID
	}{
		{payment.Capture, auth.ID}, {payment.Void, auth.ID}, {payment.Refund, sale.ID},
	} {
		_, err = tender.Enter(c.kind, eur("0.01"), c.on, "", cmd)
		require.ErrorAs(t, err, &limit, c.kind)
	}
	var invalid *fault.InvalidError
	for _, c := range []struct {
		kind payment.Kind
		on   uuid.UUID
	}{
		{payment.Capture, uuid.Nil},
		{payment.Capture, sale.ID},
		{payment.Refund, auth.ID},
		{payment.Refund, capture.On},
		{payment.Void, capture.ID},
		{"steal", uuid.Nil},
	} {
		_, err = tender.Enter(c.kind, eur("0.01"), c.on, "", cmd)
		require.ErrorAs(t, err, &invalid, c.kind)
	}
}

// TestLadderOfMoney plays random operations with random outcomes and wants, after
// every step, refunded ≤ captured ≤ authorized ≤ meant, in-flight included, by our
// books, and our books to be the gateway's once everything has its verdict.
func TestLadderOfMoney(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		w := newWorld(t, eur("100.00"), "tok_visa")
		for range rapid.IntRange(1, 15).Draw(rt, "steps") {
			kind := rapid.SampledFrom([]payment.Kind{
				payment.Authorize, payment.Sale, payment.Capture, payment.Refund, payment.Void,
			}).Draw(rt, "kind")
			amount, err := money.Minor(rapid.Int64Range(1, 6000).Draw(rt, "amount"), money.EUR)
			require.NoError(rt, err)
			w.gw.Script(kind, rapid.SampledFrom([]sandbox.Step{
				{},
				{},
				{LoseAnswer: true},
				{LoseRequest: true},
				{NotSent: true},
				{Decline: payment.DeclineGeneric},
				{Pending: true},
				{Refuse: payment.ReasonState},
			}).Draw(rt, "step"))
			ops, err := w.plan(kind, amount)
			var limit *payment.CapError
			require.True(rt, err == nil || errors.As(err, &limit), "%v", err)
			for _, op := range ops {
				w.call(op.ID, payment.DoSend)
			}
			checkLadder(rt, w.tender)
			if rapid.Bool().Draw(rt, "settle") {
				w.gw.SettleAll()
			}
		}
		w.gw.SettleAll()
		for _, op := range w.tender.Ops {
			w.finish(op.ID)
		}
		checkLadder(rt, w.tender)
		require.Empty(rt, w.tender.Problems())
		ours, err := w.tender.Totals.Captured.Sub(w.tender.Totals.Refunded)
		require.NoError(rt, err)
		theirs, err := w.gw.Moved(money.EUR)
		require.NoError(rt, err)
		require.Equal(rt, theirs, ours)
		held, err := w.gw.Held(money.EUR)
		require.NoError(rt, err)
		ours, err = w.tender.Totals.Authorized.Sub(w.tender.Totals.Captured)
		require.NoError(rt, err)
		require.Equal(rt, held, ours)
	})
}

func (w *world) plan(kind payment.Kind, amount money.Money) ([]payment.Op, error) {
	switch kind {
	case payment.Authorize, payment.Sale:
		plan := w.tender.PlanAuthorize
		if kind == payment.Sale {
			plan = w.tender.PlanSale
		}
		op, err := plan(amount, w.caps, w.cmd)
		if err != nil {
			return nil, err
		}
		return []payment.Op{op}, nil
	case payment.Capture:
		return w.tender.PlanCapture(amount, w.caps, w.cmd)
	case payment.Refund:
		return w.tender.PlanRefund(amount, uuid.Nil, w.caps, w.cmd)
	default:
		return w.tender.PlanVoid(w.caps, w.cmd)
	}
}

// finish does what Next says until the operation has its verdict.
func (w *world) finish(op uuid.UUID) {
	for range 40 {
		step := w.tender.Next(op, w.caps, w.now)
		switch step.Do {
		case payment.DoNothing:
			return
		case payment.DoWait:
			w.now = step.Until
		case payment.DoByHand:
			require.Fail(w, "left to a person", "%v", w.op(op))
		default:
			w.call(op, step.Do)
		}
	}
	require.Fail(w, "no verdict")
}

func checkLadder(t require.TestingT, tender *payment.Tender) {
	s := tender.Totals
	rest, err := money.Sum(tender.Amount, s.Authorized.Neg(), s.AuthorizingNow.Neg())
	require.NoError(t, err)
	require.GreaterOrEqual(t, rest.Sign(), 0, "authorized above what was meant")
	rest, err = money.Sum(s.Authorized, s.AuthorizingNow, s.Captured.Neg(), s.CapturingNow.Neg())
	require.NoError(t, err)
	require.GreaterOrEqual(t, rest.Sign(), 0, "captured above authorized")
	rest, err = money.Sum(s.Captured, s.Refunded.Neg(), s.RefundingNow.Neg())
	require.NoError(t, err)
	require.GreaterOrEqual(t, rest.Sign(), 0, "refunded above captured")
	require.Equal(t, payment.Sum(money.EUR, tender.Ops), s)
}

// TestReportOfEnteredRef matches a report to an imported operation by the ref it
// was entered with.
func TestReportOfEnteredRef(t *testing.T) {
	cmd := command(1)
	tender, err := payment.New(uuid.UUID{15: 1}, "past", eur("100.00"), "", cmd)
	require.NoError(t, err)
	_, err = tender.Enter(payment.Sale, eur("60.00"), uuid.Nil, "old-7", cmd)
	require.NoError(t, err)
	_, problem := tender.Record(report(uuid.Nil, "e", payment.Declined, ref("old-7")))
	require.Empty(t, tender.Ops[0].Decline)
	require.Equal(t, payment.Succeeded, tender.Ops[0].State)
	require.Empty(t, problem)
	_, problem = tender.Record(report(uuid.Nil, "f", payment.Succeeded, ref("old-8")))
	require.Contains(t, problem, "does not have")
}

// TestCapsWithoutReferences has operations that refer to nothing, as another
// program's books may: they count all the same, in flight or not.
func TestCapsWithoutReferences(t *testing.T) {
	w := newWorld(t, eur("100.00"), "tok_visa")
	w.send(w.tender.PlanAuthorize(eur("100.00"), w.caps, w.cmd))
	foreign := func(kind payment.Kind, n byte, amount string, state payment.State) {
		w.tender.Ops = append(w.tender.Ops, payment.Op{ID: uuid.UUID{15: n}, Kind: kind, Amount: eur(amount), State: state, NextAt: noon})
		payment.Fold(w.tender)
	}
	foreign(payment.Capture, 1, "60.00", payment.InDoubt)
	require.Equal(t, eur("40.00"), w.tender.Capturable(w.caps))
	w.sendAll(w.tender.PlanCapture(eur("40.00"), w.caps, w.cmd))
	foreign(payment.Refund, 2, "15.00", payment.Waiting)
	require.Equal(t, eur("25.00"), w.tender.Refundable())
	foreign(payment.Refund, 3, "5.00", payment.Succeeded)
	require.Equal(t, eur("20.00"), w.tender.Refundable())
}
