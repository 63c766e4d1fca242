package sandbox_test

import (
	"context"
	"errors"
	"net/url"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/go-oms/oms/money"
	"github.com/go-oms/oms/payment"
	"github.com/go-oms/oms/payment/paymenttest"
	"github.com/go-oms/oms/payment/sandbox"
)

func harness(options ...sandbox.Option) paymenttest.Harness {
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	clock := func() time.Time { return now }
	g := sandbox.New(append([]sandbox.Option{sandbox.WithClock(clock)}, options...)...)
	return paymenttest.Harness{
		Gateway: g, Source: "tok_visa",
		Declined: sandbox.TokenFunds, Pending: sandbox.TokenPending, Action: sandbox.TokenAction,
		Lose: func(kind payment.Kind, done bool) {
			g.Script(kind, sandbox.Step{LoseAnswer: done, LoseRequest: !done})
		},
		Settle: func(_ context.Context, op uuid.UUID) error {
			if !g.Settle(op) {
				return errors.New("nothing waits")
			}
			return nil
		},
		Proved: url.Values{}, NotProved: url.Values{"result": {"failed"}},
		Webhooks: g.Webhooks, Sign: g.Sign,
		Books: func() (money.Money, error) { return g.Moved(money.EUR) },
		Held:  func() (money.Money, error) { return g.Held(money.EUR) },
		Now:   clock, Pass: func(d time.Duration) { now = now.Add(d) },
	}
}

// TestConformance runs the contract on the whole sandbox and on ones that can do
// less, so that every case is run by one of them.
func TestConformance(t *testing.T) {
	for name, change := range map[string]func(*payment.Capabilities){
		"whole": func(*payment.Capabilities) {},
		"whole amounts only": func(c *payment.Capabilities) {
			c.PartialCapture, c.MultipleCaptures, c.VoidRest, c.PartialRefund = false, false, false, false
		},
		"one capture":    func(c *payment.Capabilities) { c.MultipleCaptures = false },
		"sales only":     func(c *payment.Capabilities) { c.Holds, c.Payouts = false, false },
		"holds only":     func(c *payment.Capabilities) { c.Sales = false },
		"no lookup":      func(c *payment.Capabilities) { c.LookupByID, c.LookupByRef = false, false },
		"no keys":        func(c *payment.Capabilities) { c.KeyTTL = 0 },
		"replays errors": func(c *payment.Capabilities) { c.ReplaysErrors = true },
		"found later":    func(c *payment.Capabilities) { c.FindDelay = 10 * time.Minute },
		"short keys":     func(c *payment.Capabilities) { c.KeyTTL = time.Minute },
		"two currencies": func(c *payment.Capabilities) { c.Currencies = twoCurrencies },
	} {
		t.Run(name, func(t *testing.T) {
			paymenttest.Run(t, func(*testing.T) paymenttest.Harness {
				return harness(sandbox.WithCapabilities(change))
			})
		})
	}
}

func twoCurrencies(c money.Currency) (int, bool) {
	switch c {
	case money.EUR:
		return 2, true
	case "HUF":
		return 0, true
	}
	return 0, false
}
