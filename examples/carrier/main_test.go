package main

import (
	"bytes"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/go-oms/oms/fulfillment"
	"github.com/go-oms/oms/fulfillment/carriertest"
	"github.com/go-oms/oms/money"
)

const want = `offer: ground 4.50 EUR
offer: air 11.40 EUR
first answer: outcome unknown
labels finished by Run: 1
same key: KL0001-1 4.50 EUR with 1 label sold
tracked: in_progress fulfilled
tracked: in_progress fulfilled
tracked: completed delivered
`

func TestRun(t *testing.T) {
	var out bytes.Buffer
	require.NoError(t, run(t.Context(), &out))
	require.Equal(t, want, out.String())
}

// harness is the adapter, the carrier behind it, and what the suite may do to that.
func harness(t *testing.T) carriertest.Harness {
	s := &service{now: time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)}
	server := httptest.NewServer(s.handler())
	t.Cleanup(server.Close)
	wire := &breaking{next: server.Client().Transport}
	return carriertest.Harness{
		Carrier: &Kiteline{URL: server.URL, HTTP: &http.Client{Transport: wire}},
		Request: func(reference string) fulfillment.BuyRequest {
			return fulfillment.BuyRequest{
				Reference:   reference,
				Consignment: fulfillment.Consignment{Parcels: []fulfillment.Parcel{{Grams: 1200}}, Currency: money.EUR},
			}
		},
		Lose: func(applied bool) {
			s.fail(map[bool]string{true: "lost after", false: "lost before"}[applied])
		},
		Unreachable: func() { wire.broken = true },
		Decline:     func() { s.fail("declined") },
		Advance:     s.advance,
	}
}

// breaking is a network whose next connection is refused.
type breaking struct {
	next   http.RoundTripper
	broken bool
}

func (b *breaking) RoundTrip(r *http.Request) (*http.Response, error) {
	if b.broken {
		b.broken = false
		return nil, &net.OpError{Op: "dial", Net: "tcp", Err: errors.New("connection refused")}
	}
	return b.next.RoundTrip(r)
}

func TestKitelineIsACarrier(t *testing.T) {
	carriertest.Run(t, harness)
}

func TestAnswersThatNobodyCanReadAreInDoubt(t *testing.T) {
	for name, c := range map[string]struct {
		status int
		body   string
	}{
		"broken":           {502, "<html>"},
		"cut off":          {200, `{"id":`},
		"half a refusal":   {422, `{`},
		"without a number": {200, `{"id":"lab_1","cents":450}`},
	} {
		t.Run(name, func(t *testing.T) {
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				w.WriteHeader(c.status)
				_, _ = w.Write([]byte(c.body))
			}))
			defer server.Close()
			k := &Kiteline{URL: server.URL, HTTP: server.Client()}
			_, err := k.Buy(t.Context(), harness(t).Request("a"))
			require.Equal(t, fulfillment.Unknown, fulfillment.OutcomeOf(err))
		})
	}
}

func TestACodeThatIsNewIsAnException(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write([]byte(`[{"code":"CUSTOMS","place":"Dover","at":"2026-03-02T12:00:00Z"}]`))
	}))
	defer server.Close()
	scans, err := (&Kiteline{URL: server.URL, HTTP: server.Client()}).Track(t.Context(), "KL1")
	require.NoError(t, err)
	require.Len(t, scans, 1)
	require.Equal(t, fulfillment.Exception, scans[0].Status)
}
