package payment_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/go-oms/oms/fault"
	"github.com/go-oms/oms/payment"
)

// answering is a gateway that answers everything the same.
type answering struct {
	caps   payment.Capabilities
	result payment.Result
	found  payment.Snapshot
	err    error
}

func (a answering) Capabilities() payment.Capabilities { return a.caps }

func (a answering) Authorize(context.Context, payment.AuthorizeRequest) (payment.Result, error) {
	return a.result, a.err
}

func (a answering) Capture(context.Context, payment.CaptureRequest) (payment.Result, error) {
	return a.result, a.err
}

func (a answering) Void(context.Context, payment.VoidRequest) (payment.Result, error) {
	return a.result, a.err
}

func (a answering) Refund(context.Context, payment.RefundRequest) (payment.Result, error) {
	return a.result, a.err
}

func (a answering) Lookup(context.Context, payment.LookupRequest) (payment.Snapshot, error) {
	return a.found, a.err
}

// TestPerform goes through what a call can come to, for an operation that is sent
// for the first time and for one that is in doubt.
func TestPerform(t *testing.T) {
	refused := func(reason payment.Reason) error {
		return &payment.GatewayError{Outcome: payment.Refused, Reason: reason, Code: "422"}
	}
	for _, c := range []struct {
		name           string
		g              answering
		do             payment.Do
		first, doubted payment.State
	}{
		{"success", answering{result: payment.Result{State: payment.Succeeded}}, payment.DoSend, payment.Succeeded, payment.Succeeded},
		{"decline", answering{result: payment.Result{State: payment.Declined}}, payment.DoSend, payment.Declined, payment.Declined},
		{"canceled", answering{result: payment.Result{State: payment.Canceled}}, payment.DoSend, payment.Canceled, payment.Canceled},
		{"waiting", answering{result: payment.Result{State: payment.Waiting}}, payment.DoSend, payment.Waiting, payment.Waiting},
		{"action", answering{result: payment.Result{State: payment.ActionRequired}}, payment.DoSend, payment.ActionRequired, payment.ActionRequired},
		{"no state", answering{}, payment.DoSend, payment.InDoubt, payment.InDoubt},
		{"state of ours", answering{result: payment.Result{State: payment.Created}}, payment.DoSend, payment.InDoubt, payment.InDoubt},
		{"unclassified", answering{err: errors.New("EOF")}, payment.DoSend, payment.InDoubt, payment.InDoubt},
		{"deadline", answering{err: context.DeadlineExceeded}, payment.DoSend, payment.InDoubt, payment.InDoubt},
		{"transient of another package", answering{err: &fault.TransientError{Op: "x", Err: errors.New("y")}}, payment.DoSend, payment.InDoubt, payment.InDoubt},
		{"unknown", answering{err: &payment.GatewayError{}}, payment.DoSend, payment.InDoubt, payment.InDoubt},
		{"not sent", answering{err: &payment.GatewayError{Outcome: payment.NotSent}}, payment.DoSend, payment.Created, payment.InDoubt},
		{"refused", answering{err: refused(payment.ReasonState)}, payment.DoSend, payment.Declined, payment.InDoubt},
		{"key seen before", answering{err: refused(payment.ReasonKeyReused)}, payment.DoSend, payment.InDoubt, payment.InDoubt},
		{"found", answering{found: payment.Snapshot{Found: true, Result: payment.Result{State: payment.Succeeded}}}, payment.DoLookup, "", payment.Succeeded},
		{"not found", answering{found: payment.Snapshot{Consistent: true}}, payment.DoLookup, "", payment.Canceled},
		{"not found, key lives", answering{caps: payment.Capabilities{KeyTTL: time.Hour}, found: payment.Snapshot{Consistent: true}}, payment.DoLookup, "", payment.Created},
		{"not found, not sure", answering{}, payment.DoLookup, "", payment.InDoubt},
		{"not found, too early", answering{caps: payment.Capabilities{FindDelay: time.Hour}, found: payment.Snapshot{Consistent: true}}, payment.DoLookup, "", payment.InDoubt},
		{"lookup refused", answering{err: refused(payment.ReasonState)}, payment.DoLookup, "", payment.InDoubt},
		{"lookup not sent", answering{err: &payment.GatewayError{Outcome: payment.NotSent}}, payment.DoLookup, "", payment.InDoubt},
		{"not a Continuer", answering{caps: payment.Capabilities{Continues: true}}, payment.DoContinue, "", payment.InDoubt},
	} {
		for _, doubted := range []bool{false, true} {
			want := c.first
			if doubted {
				want = c.doubted
			}
			if want == "" {
				continue
			}
			w := newWorld(t, eur("10.00"), "tok_visa")
			op, err := w.tender.PlanSale(eur("10.00"), w.caps, w.cmd)
			require.NoError(t, err)
			require.NoError(t, w.tender.Start(op.ID, payment.DoSend, w.caps, w.now))
			if doubted {
				require.NoError(t, w.tender.Start(op.ID, c.do, w.caps, w.now))
			}
			p := payment.Perform(t.Context(), c.g, payment.Call{
				Tender: w.tender, Op: op.ID, Do: c.do, ReportID: uuid.UUID{15: 7}, Now: w.clock,
			})
			require.Equal(t, want, p.Report.State, "%s, in doubt before: %v", c.name, doubted)
			require.Equal(t, uuid.UUID{15: 7}, p.Report.ID)
			require.Equal(t, op.ID, p.Report.OpID)
			require.Equal(t, noon, p.Report.ReceivedAt)
			require.Equal(t, noon, p.Report.At)
			if want == payment.Declined {
				require.NotNil(t, p.Report.Decline, c.name)
				require.NotEmpty(t, p.Report.Decline.Code, c.name)
			}
			if want == payment.InDoubt {
				require.NotEmpty(t, p.Report.Note, "%s: the operator is told why", c.name)
			}
		}
	}
}

func TestPerformBrokenContract(t *testing.T) {
	w := newWorld(t, eur("10.00"), "tok_visa")
	op, err := w.tender.PlanSale(eur("10.00"), w.caps, w.cmd)
	require.NoError(t, err)
	before := w.tender.Clone()
	for name, id := range map[string]uuid.UUID{"unknown": {15: 9}, "not started": op.ID} {
		p := payment.Perform(t.Context(), w.gw, payment.Call{Tender: w.tender, Op: id, Do: payment.DoSend, Now: w.clock})
		require.Equal(t, fault.Rejected, fault.KindOf(p.Err), name)
		changed, _ := w.tender.Take(p, w.caps, w.now)
		require.False(t, changed)
	}
	require.Equal(t, before, w.tender)
	require.Empty(t, w.gw.Charges(), "and nothing was sent")
}

func TestPerformAfterTheEnd(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	w := newWorld(t, eur("10.00"), "tok_visa")
	op, err := w.tender.PlanSale(eur("10.00"), w.caps, w.cmd)
	require.NoError(t, err)
	require.NoError(t, w.tender.Start(op.ID, payment.DoSend, w.caps, w.now))
	g := answering{result: payment.Result{State: payment.Succeeded}}
	p := payment.Perform(ctx, g, payment.Call{Tender: w.tender, Op: op.ID, Do: payment.DoSend, Now: w.clock})
	require.Equal(t, payment.Created, p.Report.State, "the gateway was not called")
	require.ErrorIs(t, p.Err, context.Canceled)
}

func TestTakeKeepsOpaque(t *testing.T) {
	w := newWorld(t, eur("10.00"), "tok_visa")
	op, err := w.tender.PlanSale(eur("10.00"), w.caps, w.cmd)
	require.NoError(t, err)
	require.NoError(t, w.tender.Start(op.ID, payment.DoSend, w.caps, w.now))
	before := w.tender.Clone()
	g := answering{result: payment.Result{State: payment.Waiting, Opaque: []byte("next")}}
	call := payment.Call{Tender: w.tender, Op: op.ID, Do: payment.DoSend, Now: w.clock}
	w.tender.Take(payment.Perform(t.Context(), g, call), w.caps, w.now)
	require.Equal(t, "next", string(w.tender.Opaque))
	change := payment.Change(before, w.tender)
	require.Equal(t, &payment.Secret{TenderID: w.tender.ID, Source: "tok_visa", Opaque: []byte("next")}, change.Secret)
	require.Nil(t, change.Delta.Tender.Opaque)
	require.Empty(t, change.Delta.Tender.Source)
}

func TestNotesAreShort(t *testing.T) {
	w := newWorld(t, eur("10.00"), "tok_visa")
	op, err := w.tender.PlanSale(eur("10.00"), w.caps, w.cmd)
	require.NoError(t, err)
	require.NoError(t, w.tender.Start(op.ID, payment.DoSend, w.caps, w.now))
	g := answering{err: errors.New("x" + strings.Repeat("ü", 1000) + "\xff")}
	p := payment.Perform(t.Context(), g, payment.Call{Tender: w.tender, Op: op.ID, Do: payment.DoSend, Now: w.clock})
	require.True(t, utf8.ValidString(p.Report.Note))
	require.Len(t, p.Report.Note, 499)
}

func TestGatewayErrors(t *testing.T) {
	cause := errors.New("cause")
	for outcome, kind := range map[payment.Outcome]fault.Kind{
		payment.Unknown: fault.Unknown, payment.NotSent: fault.Transient, payment.Refused: fault.Rejected,
	} {
		err := error(&payment.GatewayError{Op: payment.Capture, Outcome: outcome, Reason: payment.ReasonState, Code: "409", Err: cause})
		require.Equal(t, kind, fault.KindOf(err))
		require.Equal(t, outcome, payment.OutcomeOf(errors.Join(errors.New("outer"), err)))
		require.ErrorIs(t, err, cause)
		require.Equal(t, "payment: capture: "+outcome.String()+": state (409): cause", err.Error())
	}
	require.Equal(t, payment.Unknown, payment.OutcomeOf(cause))
	require.Equal(t, payment.Unknown, payment.OutcomeOf(&fault.InvalidError{}))
	require.Equal(t, fault.Rejected, fault.KindOf(&payment.SignatureError{Reason: "old"}))
	limit := &payment.CapError{Kind: payment.Refund, Asked: eur("2.00"), Allowed: eur("1.00")}
	require.Equal(t, "payment: refund of 2.00 EUR: at most 1.00 EUR is possible", limit.Error())
}
