package paymenttest

import (
	"context"
	"net/url"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/go-oms/oms/money"
	"github.com/go-oms/oms/payment"
)

// Harness is a fresh gateway and what the suite may do to the world around it. A
// field that is left out skips the cases that need it.
type Harness struct {
	Gateway  payment.Gateway
	Currency money.Currency // to pay in, EUR when empty
	Source   string         // a token that is accepted

	Declined string // a token that is declined at once
	Pending  string // a token whose payment waits
	Action   string // a token that needs the payer

	// Lose makes the next call of a kind lose its answer: after the work was done,
	// or before it was begun.
	Lose func(kind payment.Kind, done bool)
	// Settle brings a waiting operation to its success, as the bank would.
	Settle func(ctx context.Context, op uuid.UUID) error
	// Proved and NotProved are what the payer brings back from an action.
	Proved, NotProved url.Values

	// Webhooks returns the deliveries so far, signed now.
	Webhooks func() []payment.Delivery
	// Sign makes a delivery with a good signature of that time.
	Sign func(body []byte, at time.Time) payment.Delivery

	// Books returns what the gateway took and neither refunded nor paid out, by its
	// own books: not by what the adapter says.
	Books func() (money.Money, error)
	// Held returns what is authorized and neither captured nor voided, by the
	// gateway's own books.
	Held func() (money.Money, error)
	// Now is the clock of both sides, the system's when nil.
	Now func() time.Time
	// Pass lets that time pass on both sides.
	Pass func(d time.Duration)

	// Except names cases that the gateway fails on purpose, each with the reason. A
	// case that is named and does not fail is a failure itself.
	Except map[string]string
}

// Case is one rule of the contract.
type Case struct {
	Name  string
	Rule  string // the rule in one sentence
	needs []need
	check func(*scene)
}

// Skip returns why the case cannot be run with the harness, empty when it can.
func (c Case) Skip(h Harness) string {
	caps := h.Gateway.Capabilities()
	for _, n := range c.needs {
		if reason := n(h, caps); reason != "" {
			return reason
		}
	}
	return ""
}

// Check runs the case and returns how the rule was broken, nil when it holds.
func (c Case) Check(ctx context.Context, h Harness) (err error) {
	defer func() {
		switch broken := recover().(type) {
		case nil:
		case failure:
			err = broken
		default:
			panic(broken)
		}
	}()
	c.check(newScene(ctx, h))
	return nil
}

// Run runs every case as a subtest with a harness of its own.
func Run(t *testing.T, fresh func(t *testing.T) Harness) {
	t.Helper()
	cases := Cases()
	for name := range fresh(t).Except {
		require.True(t, slices.ContainsFunc(cases, func(c Case) bool { return c.Name == name }),
			"Except names no case: %q", name)
	}
	for _, c := range cases {
		t.Run(c.Name, func(t *testing.T) {
			h := fresh(t)
			require.NotNil(t, h.Gateway, "the harness has no gateway")
			if reason := c.Skip(h); reason != "" {
				t.Skip(reason)
			}
			err := c.Check(t.Context(), h)
			if reason := h.Except[c.Name]; reason != "" {
				require.Error(t, err, "excepted (%s), and does not fail", reason)
				t.Skip("fails on purpose: " + reason)
			}
			require.NoError(t, err, c.Rule)
		})
	}
}

// Cases returns the whole contract.
func Cases() []Case {
	return slices.Concat(
		basicCases(), keyCases(), captureCases(), voidCases(), refundCases(), payoutCases(),
		lookupCases(), lostCases(), waitingCases(), webhookCases(),
	)
}

// need says why a case cannot be run, empty when it can.
type need func(h Harness, caps payment.Capabilities) string

func able(what string, has func(payment.Capabilities) bool) need {
	return func(_ Harness, caps payment.Capabilities) string {
		if !has(caps) {
			return "the gateway cannot: " + what
		}
		return ""
	}
}

func unable(what string, has func(payment.Capabilities) bool) need {
	return func(_ Harness, caps payment.Capabilities) string {
		if has(caps) {
			return "the gateway can: " + what
		}
		return ""
	}
}

func given(what string, has func(Harness) bool) need {
	return func(h Harness, _ payment.Capabilities) string {
		if !has(h) {
			return "the harness does not give: " + what
		}
		return ""
	}
}

// What cases need.
var (
	sales        = able("sell", func(c payment.Capabilities) bool { return c.Sales })
	holds        = able("hold", func(c payment.Capabilities) bool { return c.Holds })
	refunds      = able("refund", func(c payment.Capabilities) bool { return c.Refund })
	parts        = able("capture a part", func(c payment.Capabilities) bool { return c.PartialCapture })
	noParts      = unable("capture a part", func(c payment.Capabilities) bool { return c.PartialCapture })
	several      = able("capture several times", func(c payment.Capabilities) bool { return c.MultipleCaptures })
	notSeveral   = unable("capture several times", func(c payment.Capabilities) bool { return c.MultipleCaptures })
	voidRest     = able("void the rest", func(c payment.Capabilities) bool { return c.VoidRest })
	partRefund   = able("refund a part", func(c payment.Capabilities) bool { return c.PartialRefund })
	noPartRefund = unable("refund a part", func(c payment.Capabilities) bool { return c.PartialRefund })
	payouts      = able("pay out", func(c payment.Capabilities) bool { return c.Payouts })
	byID         = able("look up by id", func(c payment.Capabilities) bool { return c.LookupByID })
	byRef        = able("look up by ref", func(c payment.Capabilities) bool { return c.LookupByRef })
	keys         = able("look at keys", func(c payment.Capabilities) bool { return c.KeyTTL > 0 })
	webhooks     = able("tell by webhook", func(c payment.Capabilities) bool { return c.Webhooks })
	continues    = able("continue", func(c payment.Capabilities) bool { return c.Continues })

	// verdict is for cases that go on after a success: one must be had.
	verdict = func(h Harness, caps payment.Capabilities) string {
		if !caps.Synchronous && h.Settle == nil {
			return "the gateway's answers wait, and the harness does not settle them"
		}
		return ""
	}
	books   = given("Books", func(h Harness) bool { return h.Books != nil })
	losing  = given("Lose", func(h Harness) bool { return h.Lose != nil })
	settles = given("Pending and Settle", func(h Harness) bool { return h.Pending != "" && h.Settle != nil })
	acting  = given("Action and Proved", func(h Harness) bool { return h.Action != "" && h.Proved != nil })
	failing = given("Action and NotProved", func(h Harness) bool { return h.Action != "" && h.NotProved != nil })
	decline = given("Declined", func(h Harness) bool { return h.Declined != "" })
	telling = given("Webhooks", func(h Harness) bool { return h.Webhooks != nil })
	signing = given("Sign and Webhooks", func(h Harness) bool { return h.Sign != nil && h.Webhooks != nil })
)
