package sandbox_test

import (
	"context"
	"encoding/json"
	"errors"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/go-oms/oms/fault"
	"github.com/go-oms/oms/money"
	"github.com/go-oms/oms/payment"
	"github.com/go-oms/oms/payment/sandbox"
)

var noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

func sale(n byte, source string) payment.AuthorizeRequest {
	return payment.AuthorizeRequest{
		Op: payment.Identity{ID: uuid.UUID{15: n}, Order: "1001"}, Amount: money.MustParse("10.00 EUR"), Capture: true, Source: source,
	}
}

func TestTokens(t *testing.T) {
	for token, want := range map[string]payment.Result{
		"tok_visa":                   {State: payment.Succeeded},
		"anything":                   {State: payment.Succeeded},
		sandbox.TokenPending:         {State: payment.Waiting},
		sandbox.TokenPendingDeclined: {State: payment.Waiting},
		sandbox.TokenAction:          {State: payment.ActionRequired},
		sandbox.TokenDeclined:        {State: payment.Declined, Decline: &payment.Decline{Code: payment.DeclineGeneric}},
		sandbox.TokenFunds:           {State: payment.Declined, Decline: &payment.Decline{Code: payment.DeclineFunds, Retry: payment.RetryLater}},
		sandbox.TokenExpired:         {State: payment.Declined, Decline: &payment.Decline{Code: payment.DeclineExpired, Retry: payment.RetryOtherMethod}},
		sandbox.TokenStolen:          {State: payment.Declined, Decline: &payment.Decline{Code: payment.DeclineLost, Retry: payment.RetryNever}},
	} {
		g := sandbox.New(sandbox.WithClock(func() time.Time { return noon }))
		r, err := g.Authorize(t.Context(), sale(1, token))
		require.NoError(t, err, token)
		require.Equal(t, want.State, r.State, token)
		if want.Decline != nil {
			want.Decline.GatewayCode = "sandbox_" + want.Decline.Code
		}
		require.Equal(t, want.Decline, r.Decline, token)
		again, err := g.Authorize(t.Context(), sale(1, token))
		require.NoError(t, err)
		require.Equal(t, r, again, token)
		moved, err := g.Moved(money.EUR)
		require.NoError(t, err)
		require.Equal(t, want.State == payment.Succeeded, moved == money.MustParse("10.00 EUR"), token)
	}
}

func TestLosses(t *testing.T) {
	for token, want := range map[string]struct {
		outcome payment.Outcome
		charged int
		then    bool // the second call succeeds
	}{
		sandbox.TokenLost:        {payment.Unknown, 1, true},
		sandbox.TokenLostBefore:  {payment.Unknown, 0, true},
		sandbox.TokenLostAlways:  {payment.Unknown, 1, false},
		sandbox.TokenUnreachable: {payment.NotSent, 0, true},
	} {
		g := sandbox.New(sandbox.WithClock(func() time.Time { return noon }))
		_, err := g.Authorize(t.Context(), sale(1, token))
		require.Error(t, err, token)
		require.Equal(t, want.outcome, payment.OutcomeOf(err), token)
		require.Len(t, g.Charges(), want.charged, token)
		_, err = g.Authorize(t.Context(), sale(1, token))
		require.Equal(t, want.then, err == nil, token)
		require.Len(t, g.Charges(), 1, token)
	}
}

func TestPendingSettles(t *testing.T) {
	for token, want := range map[string]payment.State{
		sandbox.TokenPending: payment.Succeeded, sandbox.TokenPendingDeclined: payment.Declined,
	} {
		g := sandbox.New(sandbox.WithClock(func() time.Time { return noon }))
		_, err := g.Authorize(t.Context(), sale(1, token))
		require.NoError(t, err)
		for _, state := range []payment.State{payment.Waiting, want, want} {
			found, err := g.Lookup(t.Context(), payment.LookupRequest{Op: sale(1, token).Op})
			require.NoError(t, err)
			require.Equal(t, state, found.Result.State)
		}
		require.False(t, g.Settle(sale(1, token).Op.ID), "it is settled")
		_, err = g.Authorize(t.Context(), sale(2, token))
		require.NoError(t, err)
		require.Equal(t, 1, g.SettleAll())
		require.Len(t, g.Webhooks(), 4)
		require.Empty(t, g.Webhooks(), "they were taken")
	}
}

func TestSlow(t *testing.T) {
	slept := time.Duration(0)
	g := sandbox.New(sandbox.WithSleep(func(ctx context.Context, d time.Duration) error {
		slept += d
		return ctx.Err()
	}))
	r, err := g.Authorize(t.Context(), sale(1, sandbox.TokenSlow))
	require.NoError(t, err)
	require.Equal(t, payment.Succeeded, r.State)
	require.Equal(t, 30*time.Second, slept)

	impatient := sandbox.New()
	ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
	defer cancel()
	_, err = impatient.Authorize(ctx, sale(1, sandbox.TokenSlow))
	require.ErrorIs(t, err, context.DeadlineExceeded)
	require.Equal(t, payment.Unknown, payment.OutcomeOf(err), "nobody told the caller that it was done")
	require.Len(t, impatient.Charges(), 1)
}

func TestKeysAreForgotten(t *testing.T) {
	now := noon
	g := sandbox.New(sandbox.WithClock(func() time.Time { return now }))
	first, err := g.Authorize(t.Context(), sale(1, "tok_visa"))
	require.NoError(t, err)
	now = now.Add(24*time.Hour - time.Microsecond)
	again, err := g.Authorize(t.Context(), sale(1, "tok_visa"))
	require.NoError(t, err)
	require.Equal(t, first, again)
	now = now.Add(time.Microsecond)
	anew, err := g.Authorize(t.Context(), sale(1, "tok_visa"))
	require.NoError(t, err)
	require.NotEqual(t, first.Ref, anew.Ref)
	require.Len(t, g.Charges(), 2, "whoever repeats a request after the key's end pays twice")
}

func TestAuthorizationsLapse(t *testing.T) {
	now := noon
	g := sandbox.New(sandbox.WithClock(func() time.Time { return now }), sandbox.WithHold(time.Hour))
	r := sale(1, "tok_visa")
	r.Capture = false
	a, err := g.Authorize(t.Context(), r)
	require.NoError(t, err)
	require.Equal(t, noon.Add(time.Hour), a.AuthorizedUntil)
	now = now.Add(time.Hour)
	_, err = g.Capture(t.Context(), payment.CaptureRequest{Op: payment.Identity{ID: uuid.UUID{15: 2}}, Amount: r.Amount, Of: a.Ref})
	var e *payment.GatewayError
	require.ErrorAs(t, err, &e)
	require.Equal(t, payment.ReasonState, e.Reason)
}

func TestScriptedAmount(t *testing.T) {
	g := sandbox.New(sandbox.WithClock(func() time.Time { return noon }))
	g.Script(payment.Sale, sandbox.Step{Settle: money.MustParse("9.00 EUR")})
	r, err := g.Authorize(t.Context(), sale(1, "tok_visa"))
	require.NoError(t, err)
	require.Equal(t, money.MustParse("9.00 EUR"), r.Amount)
	require.Equal(t, []sandbox.Charge{{
		Ref: r.Ref, Op: uuid.UUID{15: 1}, Order: "1001", Source: "tok_visa",
		Authorized: r.Amount, Captured: r.Amount,
		Refunded: money.MustParse("0.00 EUR"), Voided: money.MustParse("0.00 EUR"), PaidOut: money.MustParse("0.00 EUR"),
	}}, g.Charges())
}

// TestManyAtOnce sells and refunds from many goroutines and wants the books to add
// up, whoever came first.
func TestManyAtOnce(t *testing.T) {
	g := sandbox.New(sandbox.WithClock(func() time.Time { return noon }))
	var all sync.WaitGroup
	for n := range 50 {
		all.Go(func() {
			r, err := g.Authorize(t.Context(), sale(byte(n), "tok_visa"))
			if err != nil {
				t.Error(err)
				return
			}
			_, err = g.Refund(t.Context(), payment.RefundRequest{
				Op: payment.Identity{ID: uuid.UUID{14: 1, 15: byte(n)}}, Amount: money.MustParse("4.00 EUR"), Of: r.Ref,
			})
			if err != nil {
				t.Error(err)
			}
			g.Webhooks()
			g.Charges()
		})
	}
	all.Wait()
	moved, err := g.Moved(money.EUR)
	require.NoError(t, err)
	require.Equal(t, money.MustParse("300.00 EUR"), moved)
	require.Len(t, g.Charges(), 50)
}

func TestSignatures(t *testing.T) {
	now := noon
	g := sandbox.New(sandbox.WithClock(func() time.Time { return now }), sandbox.WithSecret([]byte("s3cret")))
	_, err := g.Authorize(t.Context(), sale(1, "tok_visa"))
	require.NoError(t, err)
	good := g.Webhooks()[0]
	reports, err := g.ParseWebhook(t.Context(), good)
	require.NoError(t, err)
	require.Len(t, reports, 1)
	require.Equal(t, payment.Report{
		OpID: uuid.UUID{15: 1}, EventID: reports[0].EventID, Channel: payment.Webhook, State: payment.Succeeded,
		Ref: reports[0].Ref, Amount: money.MustParse("10.00 EUR"), Method: "card", At: noon,
	}, reports[0])

	for name, offset := range map[string]time.Duration{"oldest": -300 * time.Second, "newest": 300 * time.Second} {
		_, err = g.ParseWebhook(t.Context(), g.Sign(good.Body, now.Add(offset)))
		require.NoError(t, err, name)
	}
	other := sandbox.New(sandbox.WithClock(func() time.Time { return now }))
	for name, d := range map[string]payment.Delivery{
		"too old":         g.Sign(good.Body, now.Add(-301*time.Second)),
		"too new":         g.Sign(good.Body, now.Add(301*time.Second)),
		"other secret":    other.Sign(good.Body, now),
		"no header":       {Body: good.Body},
		"not hexadecimal": forge(good, "t=1772366400,v1=zz"),
		"no time":         forge(good, "v1=00"),
		"no signature":    forge(good, "t=1772366400"),
		"empty signature": forge(good, "t=1772366400,v1="),
		"not a number":    forge(good, "t=now,v1=00"),
		"other body":      {Header: good.Header, Body: append([]byte(" "), good.Body...)},
	} {
		_, err := g.ParseWebhook(t.Context(), d)
		var refused *payment.SignatureError
		require.ErrorAs(t, err, &refused, name)
	}
}

func forge(d payment.Delivery, signature string) payment.Delivery {
	header := d.Header.Clone()
	header.Set(sandbox.SignatureHeader, signature)
	return payment.Delivery{Header: header, Body: d.Body}
}

func TestUnreadableNotices(t *testing.T) {
	g := sandbox.New(sandbox.WithClock(func() time.Time { return noon }))
	for _, body := range []string{
		``, `{`, `[]`, `{"id":"e","state":"succeeded"}`, `{"id":"","op":"00000000-0000-0000-0000-000000000001","state":"succeeded"}`,
		`{"id":"e","op":"00000000-0000-0000-0000-000000000001","state":"created"}`,
		`{"id":"e","op":"x","state":"succeeded"}`, `{"id":"e","ref":"r","state":"succeeded","amount":{"amount":1,"currency":"EUR"}}`,
		string(make([]byte, 70_000)),
	} {
		_, err := g.ParseWebhook(t.Context(), g.Sign([]byte(body), noon))
		var invalid *fault.InvalidError
		require.ErrorAs(t, err, &invalid, "%.80q", body)
		require.Less(t, len(err.Error()), 1000)
	}
}

func TestAcknowledge(t *testing.T) {
	g := sandbox.New()
	require.Equal(t, 200, g.Acknowledge(nil).Status)
	require.Equal(t, 400, g.Acknowledge(&payment.SignatureError{}).Status)
	require.Equal(t, 503, g.Acknowledge(errors.New("disk full")).Status)
}

// FuzzParseWebhook wants any delivery to be read or rejected, and never more than
// what was signed to be believed.
func FuzzParseWebhook(f *testing.F) {
	g := sandbox.New(sandbox.WithClock(func() time.Time { return noon }))
	_, err := g.Authorize(f.Context(), sale(1, "tok_visa"))
	require.NoError(f, err)
	for _, d := range g.Webhooks() {
		f.Add(d.Body, d.Header.Get(sandbox.SignatureHeader), true)
		f.Add(d.Body, "t=1772366400,v1=", false)
	}
	f.Add([]byte(`{"id":"e","ref":"r","state":"declined","decline":{"code":"x"},"at":-1}`), "", true)
	f.Add([]byte(`{"id":"e","ref":"r","state":"succeeded","at":9223372036854775807,"authorized_until":-9223372036854775808}`), "", true)
	f.Fuzz(func(t *testing.T, body []byte, signature string, signed bool) {
		d := payment.Delivery{Header: map[string][]string{sandbox.SignatureHeader: {signature}}, Body: body}
		if signed {
			d = g.Sign(body, noon)
		}
		reports, err := g.ParseWebhook(t.Context(), d)
		if err != nil {
			require.Equal(t, fault.Rejected, fault.KindOf(err))
			require.Empty(t, reports)
			return
		}
		claim := d.Header.Get(sandbox.SignatureHeader)
		stamp, _, _ := strings.Cut(strings.TrimPrefix(claim, "t="), ",")
		seconds, err := strconv.ParseInt(stamp, 10, 64)
		require.NoError(t, err)
		require.True(t, strings.EqualFold(g.Sign(body, time.Unix(seconds, 0)).Header.Get(sandbox.SignatureHeader), claim))
		require.Len(t, reports, 1)
		require.NotEmpty(t, reports[0].EventID)
		require.True(t, reports[0].OpID != uuid.Nil || reports[0].Ref != "")
		tender := &payment.Tender{ID: uuid.UUID{15: 9}, Amount: money.MustParse("10.00 EUR"), Ops: []payment.Op{
			{ID: uuid.UUID{15: 1}, Kind: payment.Sale, Amount: money.MustParse("10.00 EUR"), State: payment.Sending},
		}}
		tender.Record(reports[0])
		once := tender.Clone()
		tender.Record(reports[0])
		require.Equal(t, once, tender)
		_, err = json.Marshal(payment.Diff(nil, tender))
		require.NoError(t, err, "what was read can be kept")
	})
}

// TestWaitingCounts has a refund wait: what waits cannot be refunded again.
func TestWaitingCounts(t *testing.T) {
	g := sandbox.New(sandbox.WithClock(func() time.Time { return noon }))
	sold, err := g.Authorize(t.Context(), sale(1, "tok_visa"))
	require.NoError(t, err)
	refund := func(n byte, amount string) error {
		_, err := g.Refund(t.Context(), payment.RefundRequest{
			Op: payment.Identity{ID: uuid.UUID{15: n}}, Amount: money.MustParse(amount), Of: sold.Ref,
		})
		return err
	}
	g.Script(payment.Refund, sandbox.Step{Pending: true})
	require.NoError(t, refund(2, "6.00 EUR"))
	require.Equal(t, payment.Refused, payment.OutcomeOf(refund(3, "4.01 EUR")))
	require.NoError(t, refund(3, "4.00 EUR"))
}
