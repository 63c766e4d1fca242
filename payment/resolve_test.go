package payment_test

import (
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/go-oms/oms/fault"
	"github.com/go-oms/oms/money"
	"github.com/go-oms/oms/payment"
	"github.com/go-oms/oms/payment/sandbox"
)

func with(change func(*payment.Capabilities)) sandbox.Option { return sandbox.WithCapabilities(change) }

// lostForever makes a sale whose every call is lost, and returns what was done at
// which time after the beginning, until a person has to do it.
func lostForever(t *testing.T, step, look sandbox.Step, options ...sandbox.Option) (w *world, log []string) {
	w = newWorld(t, eur("10.00"), "tok_visa", options...)
	for range 40 {
		w.gw.Script(payment.Sale, step)
		w.gw.ScriptLookup(look)
	}
	op, err := w.tender.PlanSale(eur("10.00"), w.caps, w.cmd)
	require.NoError(t, err)
	for range 60 {
		next := w.tender.Next(op.ID, w.caps, w.now)
		switch next.Do {
		case payment.DoWait:
			w.now = next.Until
		case payment.DoByHand, payment.DoNothing:
			return w, append(log, next.Do.String())
		default:
			log = append(log, next.Do.String()+" "+w.now.Sub(noon).String())
			w.call(op.ID, next.Do)
		}
	}
	t.Fatal("it never ends")
	return nil, nil
}

func TestLadderOfDoubt(t *testing.T) {
	lost := sandbox.Step{LoseAnswer: true}
	for _, c := range []struct {
		name    string
		options []sandbox.Option
		want    []string
	}{
		{"keys and lookup", nil, []string{
			"send 0s", "send 0s", "look up 5m0s", "look up 1h5m0s", "look up 25h5m0s", "look up 49h5m0s",
			"look up 73h5m0s", "look up 97h5m0s", "look up 121h5m0s", "by hand",
		}},
		{"replays errors", []sandbox.Option{with(func(c *payment.Capabilities) { c.ReplaysErrors = true })}, []string{
			"send 0s", "look up 5m0s", "look up 1h5m0s", "look up 25h5m0s", "look up 49h5m0s",
			"look up 73h5m0s", "look up 97h5m0s", "look up 121h5m0s", "by hand",
		}},
		{"lookup only", []sandbox.Option{with(func(c *payment.Capabilities) { c.KeyTTL = 0 })}, []string{
			"send 0s", "look up 5m0s", "look up 1h5m0s", "look up 25h5m0s", "look up 49h5m0s",
			"look up 73h5m0s", "look up 97h5m0s", "look up 121h5m0s", "by hand",
		}},
		{"keys only, for a day", []sandbox.Option{with(func(c *payment.Capabilities) { c.LookupByID = false })}, []string{
			"send 0s", "send 0s", "send 5m0s", "send 1h5m0s", "by hand",
		}},
		{"neither", []sandbox.Option{with(func(c *payment.Capabilities) { c.KeyTTL, c.LookupByID = 0, false })}, []string{
			"send 0s", "by hand",
		}},
		{"found later", []sandbox.Option{with(func(c *payment.Capabilities) { c.KeyTTL, c.FindDelay = 0, 30*time.Minute })}, []string{
			"send 0s", "look up 30m0s", "look up 1h30m0s", "look up 25h30m0s", "look up 49h30m0s",
			"look up 73h30m0s", "look up 97h30m0s", "look up 121h30m0s", "by hand",
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			w, log := lostForever(t, lost, lost, c.options...)
			require.Equal(t, c.want, log)
			op := w.tender.Ops[0]
			require.Equal(t, payment.InDoubt, op.State)
			require.True(t, op.NextAt.IsZero())
			require.Equal(t, eur("10.00"), w.tender.Totals.CapturingNow, "it still counts against the caps")
			problems := w.tender.Problems()
			require.Len(t, problems, 1)
			require.Contains(t, problems[0].What, "confirm it by hand")
			require.Len(t, w.gw.Charges(), 1, "whatever happened, the payer was charged once")
		})
	}
}

func TestLadderOfWhatCannotBeSent(t *testing.T) {
	w, log := lostForever(t, sandbox.Step{NotSent: true}, sandbox.Step{})
	require.Equal(t, []string{"send 0s", "send 10s", "send 30s", "send 1m10s"}, log[:4])
	require.Equal(t, 24, len(log)-1)
	require.Equal(t, "by hand", log[24])
	require.Empty(t, w.gw.Charges())
	require.NoError(t, w.tender.Withdraw(w.tender.Ops[0].ID, w.cmd), "it certainly never arrived")
	require.Equal(t, payment.Canceled, w.tender.Ops[0].State)
}

// TestDeadProcess has the process die between Start and the answer.
func TestDeadProcess(t *testing.T) {
	for _, arrived := range []bool{false, true} {
		w := newWorld(t, eur("10.00"), "tok_visa")
		op, err := w.tender.PlanSale(eur("10.00"), w.caps, w.cmd)
		require.NoError(t, err)
		require.NoError(t, w.tender.Start(op.ID, payment.DoSend, w.caps, w.now))
		if arrived {
			payment.Perform(t.Context(), w.gw, payment.Call{Tender: w.tender, Op: op.ID, Do: payment.DoSend, Now: w.clock})
		}
		require.Equal(t, payment.Step{Do: payment.DoWait, Until: noon.Add(payment.Grace)}, w.tender.Next(op.ID, w.caps, w.now))
		w.now = noon.Add(payment.Grace)
		require.Equal(t, payment.DoSend, w.tender.Next(op.ID, w.caps, w.now).Do, "the same key, once")
		require.NoError(t, w.tender.Start(op.ID, payment.DoSend, w.caps, w.now))
		require.Equal(t, payment.InDoubt, w.op(op.ID).State, "the first call may have arrived")
		w.now = w.now.Add(payment.Grace) // and dies again
		require.Equal(t, payment.DoLookup, w.tender.Next(op.ID, w.caps, w.now).Do)
		w.finish(op.ID)
		require.Equal(t, payment.Succeeded, w.op(op.ID).State)
		require.Len(t, w.gw.Charges(), 1)
	}
}

// TestMissIsNotAMiss has Lookup miss an operation that is there: before FindDelay
// has passed that proves nothing.
func TestMissIsNotAMiss(t *testing.T) {
	w := newWorld(t, eur("10.00"), sandbox.TokenLost, with(func(c *payment.Capabilities) {
		c.KeyTTL, c.FindDelay = 0, time.Hour
	}))
	op, err := w.tender.PlanSale(eur("10.00"), w.caps, w.cmd)
	require.NoError(t, err)
	w.call(op.ID, payment.DoSend)
	w.now = w.now.Add(30 * time.Minute)
	w.call(op.ID, payment.DoLookup)
	require.Equal(t, payment.InDoubt, w.op(op.ID).State)
	require.Equal(t, "the gateway did not find it", w.last.Report.Note)
	w.finish(op.ID)
	require.Equal(t, payment.Succeeded, w.op(op.ID).State)
}

// TestMissIsAMiss has Lookup be sure: the same request goes out again while its
// key lives, and is given up after that.
func TestMissIsAMiss(t *testing.T) {
	w := newWorld(t, eur("10.00"), "tok_visa", with(func(c *payment.Capabilities) { c.ReplaysErrors = true }))
	w.gw.Script(payment.Sale, sandbox.Step{LoseRequest: true})
	op, err := w.tender.PlanSale(eur("10.00"), w.caps, w.cmd)
	require.NoError(t, err)
	w.call(op.ID, payment.DoSend)
	w.now = w.op(op.ID).NextAt
	w.call(op.ID, payment.DoLookup)
	require.Equal(t, payment.Created, w.last.Report.State)
	require.Equal(t, payment.InDoubt, w.op(op.ID).State)
	require.Equal(t, payment.DoSend, w.tender.Next(op.ID, w.caps, w.now).Do)
	w.finish(op.ID)
	require.Equal(t, payment.Succeeded, w.op(op.ID).State)

	w = newWorld(t, eur("10.00"), "tok_visa", with(func(c *payment.Capabilities) { c.KeyTTL = time.Minute }))
	w.gw.Script(payment.Sale, sandbox.Step{LoseRequest: true}, sandbox.Step{LoseRequest: true})
	op, err = w.tender.PlanSale(eur("10.00"), w.caps, w.cmd)
	require.NoError(t, err)
	w.finish(op.ID)
	require.Equal(t, payment.Canceled, w.op(op.ID).State)
	require.Empty(t, w.gw.Charges())
}

// TestRefusedRepetition has the gateway refuse a repeated request: that says
// nothing about the first one, which was carried out.
func TestRefusedRepetition(t *testing.T) {
	w := newWorld(t, eur("10.00"), sandbox.TokenLost)
	op, err := w.tender.PlanSale(eur("10.00"), w.caps, w.cmd)
	require.NoError(t, err)
	w.call(op.ID, payment.DoSend)
	w.gw.Script(payment.Sale, sandbox.Step{Refuse: payment.ReasonState})
	w.call(op.ID, payment.DoSend)
	require.Equal(t, payment.InDoubt, w.op(op.ID).State)
	w.gw.Script(payment.Sale, sandbox.Step{NotSent: true})
	w.call(op.ID, payment.DoSend)
	require.Equal(t, payment.InDoubt, w.op(op.ID).State, "nor does one that could not be sent")
	require.Error(t, w.tender.Withdraw(op.ID, w.cmd))
	w.finish(op.ID)
	require.Equal(t, payment.Succeeded, w.op(op.ID).State)
	require.Len(t, w.gw.Charges(), 1)
}

func TestWaiting(t *testing.T) {
	w := newWorld(t, eur("10.00"), sandbox.TokenPending)
	op := w.send(w.tender.PlanSale(eur("10.00"), w.caps, w.cmd))
	require.Equal(t, payment.Waiting, op.State)
	require.Equal(t, noon.Add(time.Hour), op.NextAt)
	w.now = op.NextAt
	w.call(op.ID, payment.DoLookup)
	require.Equal(t, w.now.Add(24*time.Hour), w.op(op.ID).NextAt)
	w.now = w.op(op.ID).NextAt
	w.call(op.ID, payment.DoLookup)
	require.Equal(t, payment.Succeeded, w.op(op.ID).State)
	require.Equal(t, eur("10.00"), w.tender.Totals.Captured)

	blind := newWorld(t, eur("10.00"), sandbox.TokenPending, with(func(c *payment.Capabilities) {
		c.LookupByID, c.LookupByRef = false, false
	}))
	op = blind.send(blind.tender.PlanSale(eur("10.00"), blind.caps, blind.cmd))
	require.True(t, op.NextAt.IsZero(), "nobody can be asked")
	require.Equal(t, payment.DoByHand, blind.tender.Next(op.ID, blind.caps, blind.now).Do)
	require.Empty(t, blind.tender.Problems(), "to wait is no problem")
}

func TestWebhookSettlesFirst(t *testing.T) {
	w := newWorld(t, eur("10.00"), sandbox.TokenLost)
	op, err := w.tender.PlanSale(eur("10.00"), w.caps, w.cmd)
	require.NoError(t, err)
	w.call(op.ID, payment.DoSend)
	reports, err := w.gw.ParseWebhook(t.Context(), w.gw.Webhooks()[0])
	require.NoError(t, err)
	for range 2 {
		for _, r := range reports {
			r.ReceivedAt = w.now
			_, problem := w.tender.Record(r)
			require.Empty(t, problem)
		}
	}
	require.Equal(t, payment.Succeeded, w.op(op.ID).State)
	require.Equal(t, payment.DoNothing, w.tender.Next(op.ID, w.caps, w.now).Do)
	w.tender.Schedule(op.ID, w.caps, 0, w.now)
	require.True(t, w.op(op.ID).NextAt.IsZero())
}

func TestAction(t *testing.T) {
	for params, want := range map[string]payment.State{"": payment.Succeeded, "failed": payment.Declined} {
		w := newWorld(t, eur("10.00"), sandbox.TokenAction)
		op := w.send(w.tender.PlanSale(eur("10.00"), w.caps, w.cmd))
		require.Equal(t, payment.ActionRequired, op.State)
		require.Equal(t, payment.Redirect, w.last.Action.Kind)
		require.Contains(t, w.last.Action.URL, op.Ref)
		require.NoError(t, w.tender.Start(op.ID, payment.DoContinue, w.caps, w.now))
		p := payment.Perform(t.Context(), w.gw, payment.Call{
			Tender: w.tender, Op: op.ID, Do: payment.DoContinue, Now: w.clock, Params: map[string][]string{"result": {params}},
		})
		w.tender.Take(p, w.caps, w.now)
		require.Equal(t, want, w.op(op.ID).State)
	}
}

func TestStartRefuses(t *testing.T) {
	w := newWorld(t, eur("10.00"), "tok_visa")
	op, err := w.tender.PlanSale(eur("10.00"), w.caps, w.cmd)
	require.NoError(t, err)
	for name, c := range map[string]struct {
		op uuid.UUID
		do payment.Do
	}{
		"unknown":           {uuid.UUID{15: 9}, payment.DoSend},
		"looking at unsent": {op.ID, payment.DoLookup},
		"waiting":           {op.ID, payment.DoWait},
		"nothing":           {op.ID, payment.DoNothing},
	} {
		before := w.tender.Clone()
		require.Equal(t, fault.Rejected, fault.KindOf(w.tender.Start(c.op, c.do, w.caps, w.now)), name)
		require.Equal(t, before, w.tender, name)
	}
	w.send(op, nil)
	require.Error(t, w.tender.Start(op.ID, payment.DoSend, w.caps, w.now), "it has its verdict")

	waiting := newWorld(t, eur("10.00"), sandbox.TokenPending)
	op = waiting.send(waiting.tender.PlanSale(eur("10.00"), waiting.caps, waiting.cmd))
	require.Error(t, waiting.tender.Start(op.ID, payment.DoSend, waiting.caps, waiting.now), "the gateway has it")
}

func TestNextOfNothing(t *testing.T) {
	w := newWorld(t, eur("10.00"), "tok_visa")
	require.Equal(t, payment.DoNothing, w.tender.Next(uuid.UUID{15: 9}, w.caps, w.now).Do)
	before := w.tender.Clone()
	w.tender.Schedule(uuid.UUID{15: 9}, w.caps, 0, w.now)
	require.Equal(t, before, w.tender)
}

func TestAfter(t *testing.T) {
	w := newWorld(t, eur("10.00"), "tok_visa")
	op, err := w.tender.PlanSale(eur("10.00"), w.caps, w.cmd)
	require.NoError(t, err)
	require.NoError(t, w.tender.Start(op.ID, payment.DoSend, w.caps, w.now))
	g := answering{caps: w.caps, err: &payment.GatewayError{Outcome: payment.NotSent, Reason: payment.ReasonThrottled, After: time.Hour}}
	p := payment.Perform(t.Context(), g, payment.Call{Tender: w.tender, Op: op.ID, Do: payment.DoSend, Now: w.clock})
	w.tender.Take(p, w.caps, w.now)
	require.Equal(t, noon.Add(time.Hour), w.op(op.ID).NextAt)
}

func TestWithdraw(t *testing.T) {
	w := newWorld(t, eur("10.00"), sandbox.TokenLost)
	op, err := w.tender.PlanSale(eur("10.00"), w.caps, w.cmd)
	require.NoError(t, err)
	planned := w.tender.Clone()
	require.NoError(t, planned.Withdraw(op.ID, w.cmd))
	require.Equal(t, payment.Canceled, planned.Op(op.ID).State)
	require.Equal(t, eur("0.00"), planned.Totals.CapturingNow)
	require.Error(t, planned.Withdraw(op.ID, w.cmd), "it has its verdict")
	require.Error(t, planned.Withdraw(uuid.UUID{15: 9}, w.cmd))
	_, problem := planned.Record(report(op.ID, "late", payment.Succeeded))
	require.Contains(t, problem, "different verdicts", "should it turn up after all, somebody must know")

	require.NoError(t, w.tender.Start(op.ID, payment.DoSend, w.caps, w.now))
	require.Error(t, w.tender.Withdraw(op.ID, w.cmd), "it is on its way")
}

func TestConfirm(t *testing.T) {
	w, _ := lostForever(t, sandbox.Step{LoseAnswer: true}, sandbox.Step{LoseAnswer: true})
	op := w.tender.Ops[0]
	for name, c := range map[string]payment.Confirmation{
		"no verdict":     {State: payment.InDoubt},
		"other currency": {State: payment.Succeeded, Amount: money.MustParse("10.00 USD")},
		"nothing":        {State: payment.Succeeded, Amount: eur("0.00")},
		"negative":       {State: payment.Succeeded, Amount: eur("-1.00")},
	} {
		_, err := w.tender.Confirm(op.ID, c, w.cmd)
		require.Equal(t, fault.Rejected, fault.KindOf(err), name)
	}
	_, err := w.tender.Confirm(uuid.UUID{15: 9}, payment.Confirmation{State: payment.Succeeded}, w.cmd)
	require.Equal(t, fault.Rejected, fault.KindOf(err))

	r, err := w.tender.Confirm(op.ID, payment.Confirmation{State: payment.Succeeded, Ref: "seen", Note: "statement 7"}, w.cmd)
	require.NoError(t, err)
	require.Equal(t, payment.Typed, r.Channel)
	again, err := w.tender.Confirm(op.ID, payment.Confirmation{State: payment.Succeeded, Ref: "seen", Note: "statement 7"}, w.cmd)
	require.NoError(t, err)
	require.Equal(t, r.EventID, again.EventID, "the same command makes the same report")
	changed, problem := w.tender.Record(r)
	require.True(t, changed)
	require.Empty(t, problem)
	require.Equal(t, eur("10.00"), w.tender.Totals.Captured)
	require.Empty(t, w.tender.Problems())
	changed, _ = w.tender.Record(again)
	require.False(t, changed)
}

// TestKeyDiesAfterAMiss has the key end between a certain miss and the next step:
// the request must not go out again.
func TestKeyDiesAfterAMiss(t *testing.T) {
	w := newWorld(t, eur("10.00"), "tok_visa", with(func(c *payment.Capabilities) {
		c.ReplaysErrors, c.KeyTTL = true, 6*time.Minute
	}))
	w.gw.Script(payment.Sale, sandbox.Step{LoseRequest: true})
	op, err := w.tender.PlanSale(eur("10.00"), w.caps, w.cmd)
	require.NoError(t, err)
	w.call(op.ID, payment.DoSend)
	w.now = noon.Add(5 * time.Minute)
	w.call(op.ID, payment.DoLookup)
	require.Equal(t, payment.DoSend, w.tender.Next(op.ID, w.caps, w.now).Do)
	w.now = noon.Add(6 * time.Minute)
	require.Equal(t, payment.DoLookup, w.tender.Next(op.ID, w.caps, w.now).Do)
	w.finish(op.ID)
	require.Equal(t, payment.Canceled, w.op(op.ID).State)
}

// TestFindDelayCountsFromSending has the answer be lost after ten minutes of
// waiting: they count.
func TestFindDelayCountsFromSending(t *testing.T) {
	w := newWorld(t, eur("10.00"), "tok_visa", with(func(c *payment.Capabilities) {
		c.KeyTTL, c.FindDelay = 0, 30*time.Minute
	}))
	w.gw.Script(payment.Sale, sandbox.Step{LoseAnswer: true, Delay: 10 * time.Minute})
	op, err := w.tender.PlanSale(eur("10.00"), w.caps, w.cmd)
	require.NoError(t, err)
	w.call(op.ID, payment.DoSend)
	require.Equal(t, noon.Add(10*time.Minute), w.now)
	require.Equal(t, noon.Add(30*time.Minute), w.op(op.ID).NextAt)
}
