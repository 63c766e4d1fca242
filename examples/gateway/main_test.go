package main

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/go-oms/oms/fault"
	"github.com/go-oms/oms/money"
	"github.com/go-oms/oms/payment"
	"github.com/go-oms/oms/payment/paymenttest"
)

const want = `first answer: outcome unknown
same key: succeeded paid with 1990 cents taken
declined: insufficient_funds
slow: pending then, by webhook, paid
refunded: 5.00 EUR
the service keeps 3480 cents
`

func TestRun(t *testing.T) {
	var out bytes.Buffer
	require.NoError(t, run(t.Context(), &out))
	require.Equal(t, want, out.String())
}

// harness is the adapter, the service behind it, and what the suite may do to that.
func harness(t *testing.T) paymenttest.Harness {
	s := &service{apiKey: "sk", secret: []byte("whsec")}
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	books := func(signs map[string]int64) func() (money.Money, error) {
		return func() (money.Money, error) { return money.Minor(s.total(signs), money.EUR) }
	}
	return paymenttest.Harness{
		Gateway: &Pennypay{URL: server.URL, APIKey: "sk", Secret: s.secret, HTTP: server.Client()},
		Source:  "tok_ok", Declined: "tok_empty", Pending: "tok_slow",
		Lose: func(_ payment.Kind, done bool) {
			s.loseNext(map[bool]string{true: "after", false: "before"}[done])
		},
		Settle: func(_ context.Context, op uuid.UUID) error {
			if !s.settle(op.String()) {
				return errors.New("nothing waits")
			}
			return nil
		},
		Webhooks: func() []payment.Delivery {
			var all []payment.Delivery
			requests, bodies := s.webhooks()
			for i, r := range requests {
				all = append(all, payment.Delivery{Header: r.Header, Body: bodies[i]})
			}
			return all
		},
		Sign: func(body []byte, at time.Time) payment.Delivery {
			return payment.Delivery{Header: s.sign(body, at).Header, Body: bytes.Clone(body)}
		},
		Books: books(taken),
		Held:  books(map[string]int64{"authorize": 1, "capture": -1, "void": -1}),
	}
}

func TestPennypayIsAGateway(t *testing.T) {
	paymenttest.Run(t, harness)
}

func TestFailuresSayWhatMayHaveHappened(t *testing.T) {
	gone := httptest.NewServer(nil)
	gone.Close()
	for name, c := range map[string]struct {
		answer  http.HandlerFunc
		url     string
		outcome payment.Outcome
		reason  payment.Reason
	}{
		"not listening": {url: gone.URL, outcome: payment.NotSent, reason: payment.ReasonUnavailable},
		"too many":      {answer: status(429, `{}`), outcome: payment.NotSent, reason: payment.ReasonThrottled},
		"broken":        {answer: status(502, `<html>`), outcome: payment.Unknown, reason: payment.ReasonUnavailable},
		"cut off":       {answer: status(200, `{"id":`), outcome: payment.Unknown, reason: payment.ReasonUnavailable},
		"new words":     {answer: status(200, `{"status":"hovering","currency":"EUR"}`), outcome: payment.Unknown, reason: payment.ReasonInvalid},
		"not known":     {answer: status(401, `{"error":"credentials"}`), outcome: payment.Refused, reason: payment.ReasonCredentials},
	} {
		t.Run(name, func(t *testing.T) {
			if c.url == "" {
				server := httptest.NewServer(c.answer)
				defer server.Close()
				c.url = server.URL
			}
			p := &Pennypay{URL: c.url, HTTP: http.DefaultClient}
			_, err := p.Authorize(t.Context(), payment.AuthorizeRequest{
				Op: payment.Identity{ID: uuid.New()}, Amount: money.MustParse("1.00 EUR"), Capture: true,
			})
			var failed *payment.GatewayError
			require.ErrorAs(t, err, &failed)
			require.Equal(t, c.outcome, failed.Outcome)
			require.Equal(t, c.reason, failed.Reason)
		})
	}
}

func status(code int, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(code)
		_, _ = w.Write([]byte(body))
	}
}

// On a connection that was used before, net/http would send the request again by
// itself if it could.
func TestALostRequestIsNotRepeated(t *testing.T) {
	h := harness(t)
	sale := func() error {
		_, err := h.Gateway.Authorize(t.Context(), payment.AuthorizeRequest{
			Op: payment.Identity{ID: uuid.New()}, Amount: money.MustParse("1.00 EUR"), Source: h.Source, Capture: true,
		})
		return err
	}
	require.NoError(t, sale())
	h.Lose(payment.Sale, false)
	require.Equal(t, payment.Unknown, payment.OutcomeOf(sale()))
	taken, err := h.Books()
	require.NoError(t, err)
	require.Equal(t, money.MustParse("1.00 EUR"), taken)
}

// A delivery that was not read is not in the books: an answer of 200 would lose it.
func TestAWebhookThatIsNotReadIsNotAcknowledged(t *testing.T) {
	w := httptest.NewRecorder()
	webhooks(nil).ServeHTTP(w, httptest.NewRequest(http.MethodPost, "/", bytes.NewReader(make([]byte, 1<<20+1))))
	require.Equal(t, http.StatusBadRequest, w.Code)
}

// FuzzParseWebhook wants a delivery that the service did not sign never to be read,
// and one that it did to be a report or to be refused.
func FuzzParseWebhook(f *testing.F) {
	p := &Pennypay{Secret: []byte("whsec")}
	for _, seed := range []string{
		`{"id":"e","operation":{"key":"01920000-0000-7000-8000-00000000000a","status":"succeeded","amount":1990,"currency":"EUR"}}`,
		`{"id":"e","operation":{"key":"01920000-0000-7000-8000-00000000000a","status":"declined","amount":-9223372036854775808,"currency":""}}`,
		`{}`, ``,
	} {
		f.Add([]byte(seed), "", "")
		f.Add([]byte(seed), "1772366400", "00")
	}
	f.Fuzz(func(t *testing.T, body []byte, stamp, signature string) {
		forged := payment.Delivery{Header: http.Header{"Pennypay-Time": {stamp}, "Pennypay-Signature": {signature}}, Body: body}
		reports, err := p.ParseWebhook(t.Context(), forged)
		var refused *payment.SignatureError
		require.ErrorAs(t, err, &refused)
		require.Empty(t, reports)

		r := (&service{secret: p.Secret}).sign(body, time.Now())
		reports, err = p.ParseWebhook(t.Context(), payment.Delivery{Header: r.Header, Body: body})
		if err != nil {
			require.Equal(t, fault.Rejected, fault.KindOf(err))
			return
		}
		require.Len(t, reports, 1)
		require.NotEmpty(t, reports[0].EventID)
	})
}
