package paymenttest_test

import (
	"context"
	"errors"
	"net/url"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/go-oms/oms/money"
	"github.com/go-oms/oms/payment"
	"github.com/go-oms/oms/payment/paymenttest"
	"github.com/go-oms/oms/payment/sandbox"
)

// fault is one way to break the contract and the cases that state the rule.
type fault struct {
	name   string
	can    func(*payment.Capabilities) // what the sandbox underneath can do
	broken broken
	caught []string
}

func faults() []fault {
	double := func(r *payment.Result) {
		twice, err := r.Amount.Add(r.Amount)
		if err == nil {
			r.Amount = twice
		}
	}
	var once sync.Mutex
	return []fault{
		{"charges again for the same key", nil, broken{in: func(_ *context.Context, r *request) { *r = anew(*r) }}, []string{
			"key/sale", "key/authorize", "key/capture", "key/refund", "key/void", "key/at-once", "payout/key", "key/decline",
			"lost/key", "lookup/by-id", "lookup/follow-ups", "lookup/captures", "lost/found", "pending/key",
			"resolve/sale-lost-after", "resolve/sale-lost-twice", "resolve/capture-lost-after", "resolve/refund-lost-after",
			"resolve/payout-lost-after", "resolve/payout-lost-twice", "resolve/capture-lost-twice", "resolve/refund-lost-twice",
			"resolve/void-lost-after", "resolve/void-lost-twice", "resolve/void-lost-before-and-after",
			"resolve/sale-lost-before-and-after", "resolve/capture-lost-before-and-after",
			"resolve/refund-lost-before-and-after", "resolve/payout-lost-before-and-after",
			"resolve/authorize-lost-twice", "resolve/authorize-lost-before-and-after", "resolve/authorize-lost-after",
		}},
		{"does not look at what the key was used for", nil, broken{out: func(b *broken, r request, result *payment.Result, err *error) {
			var e *payment.GatewayError
			if errors.As(*err, &e) && e.Reason == payment.ReasonKeyReused {
				*result, *err = b.send(context.Background(), anew(r))
			}
		}}, []string{"key/other-amount", "key/other-kind"}},
		{"captures what it should refuse", nil, broken{out: instead(payment.Capture, payment.Sale)}, []string{
			"capture/too-much", "capture/too-much-in-all", "capture/of-nothing", "capture/without-of", "capture/at-once", "void/releases",
		}},
		{
			"captures a part though it cannot", func(c *payment.Capabilities) { c.PartialCapture = false },
			broken{out: instead(payment.Capture, payment.Sale)},
			[]string{"capture/no-part"},
		},
		{
			"captures again though it cannot", func(c *payment.Capabilities) { c.MultipleCaptures = false },
			broken{out: instead(payment.Capture, payment.Sale)},
			[]string{"capture/not-several"},
		},
		{
			"captures all instead of a part", nil,
			broken{in: func(_ *context.Context, r *request) {
				if r.kind == payment.Capture {
					r.amount = money.MustParse("10.00 EUR")
				}
			}, out: func(_ *broken, r request, result *payment.Result, _ *error) { result.Amount = r.amount }},
			[]string{"capture/part", "capture/several", "void/rest", "resolve/capture-lost-before"},
		},
		{"voids what it should refuse", nil, broken{out: instead(payment.Void, payment.Void)}, []string{
			"void/captured", "void/again", "void/of-nothing",
		}},
		{"refunds what it should refuse", nil, broken{out: instead(payment.Refund, payment.Payout)}, []string{
			"refund/too-much", "refund/too-much-in-all", "refund/of-nothing", "refund/without-of", "refund/not-captured", "refund/at-once",
		}},
		{
			"refunds a part though it cannot", func(c *payment.Capabilities) { c.PartialRefund = false },
			broken{out: instead(payment.Refund, payment.Payout)},
			[]string{"refund/no-part"},
		},
		{"pays out what it should refuse", nil, broken{out: instead(payment.Payout, payment.Payout)}, []string{"payout/zero"}},
		{"forgets to move what it pays out", nil, broken{out: func(b *broken, r request, _ *payment.Result, err *error) {
			if r.kind == payment.Payout && *err == nil {
				b.sale(r.amount)
			}
		}}, []string{"payout/gives", "resolve/payout-lost-before"}},
		{"forgets to move what it refunds", nil, broken{out: func(b *broken, r request, _ *payment.Result, err *error) {
			if r.kind == payment.Refund && *err == nil {
				b.sale(r.amount)
			}
		}}, []string{"refund/whole", "refund/of-capture", "refund/parts", "resolve/refund-lost-before"}},
		{
			"sells though it cannot", func(c *payment.Capabilities) { c.Sales = false },
			broken{out: instead(payment.Sale, payment.Authorize)},
			[]string{"sale/unsupported"},
		},
		{
			"holds though it cannot", func(c *payment.Capabilities) { c.Holds = false },
			broken{out: instead(payment.Authorize, payment.Sale)},
			[]string{"authorize/unsupported"},
		},
		{"takes what it should refuse", nil, broken{out: instead(payment.Sale, payment.Sale)}, []string{"amount/zero", "amount/too-fine"}},
		{"takes currencies that it does not take", func(c *payment.Capabilities) {
			c.Currencies = func(c money.Currency) (int, bool) { return 2, c == money.EUR }
		}, broken{out: instead(payment.Sale, payment.Sale)}, []string{"amount/other-currency"}},
		{"says twice the amount", nil, broken{out: func(_ *broken, _ request, r *payment.Result, _ *error) { double(r) }}, []string{
			"amount/exact", "sale/takes", "sale/answers", "authorize/holds", "capture/whole", "refund/whole", "payout/gives",
			"resolve/void-lost-before", "resolve/authorize-lost-before", "resolve/sale-lost-before",
		}},
		{"takes the money while it authorizes", nil, broken{out: func(b *broken, r request, _ *payment.Result, err *error) {
			if r.kind == payment.Authorize && *err == nil {
				b.sale(r.amount)
			}
		}}, []string{"authorize/holds", "authorize/declined", "resolve/authorize-lost-before"}},
		{"takes the money while it declines", nil, broken{out: func(b *broken, r request, result *payment.Result, err *error) {
			if result.State == payment.Declined && *err == nil {
				b.sale(r.amount)
			}
		}}, []string{"sale/declined", "authorize/declined"}},
		{"answers a decline with an error", nil, broken{out: func(_ *broken, _ request, r *payment.Result, err *error) {
			if r.State == payment.Declined {
				*err = errForeign
			}
		}}, []string{"sale/declined", "authorize/declined", "key/decline", "lookup/declined"}},
		{"declines without a code", nil, broken{out: func(_ *broken, _ request, r *payment.Result, _ *error) {
			if r.State == payment.Declined {
				r.Decline = nil
			}
		}}, []string{"sale/declined", "authorize/declined"}},
		{
			"does not look at the context", nil,
			broken{in: func(ctx *context.Context, _ *request) { *ctx = context.Background() }},
			[]string{"context/ended"},
		},
		{"claims what changes", nil, broken{caps: alternating()}, []string{"capabilities/true"}},
		{"uses one ref for everything", nil, broken{out: func(_ *broken, r request, result *payment.Result, _ *error) {
			if r.of != "" {
				result.Ref = r.of
			}
		}}, []string{"capture/whole", "capture/several", "refund/whole"}},
		{"takes equal requests for the same", nil, broken{in: func(_ *context.Context, r *request) {
			r.id.ID = uuid.NewSHA1(uuid.Nil, []byte(string(r.kind)+r.amount.String()+r.of))
		}}, []string{"capture/same-amount-twice", "refund/same-amount-twice", "lookup/not-by-amount", "void/again"}},
		{"finds nothing", nil, broken{lookup: func(_ *broken, _ *payment.LookupRequest, found *payment.Snapshot) {
			*found = payment.Snapshot{Consistent: true}
		}}, []string{
			"lookup/by-id", "lookup/by-ref", "lookup/follow-ups", "lookup/captures", "lookup/declined",
			"lost/found", "pending/waits", "action/again",
		}},
		{"finds what is not there", nil, broken{lookup: func(_ *broken, _ *payment.LookupRequest, found *payment.Snapshot) {
			if !found.Found {
				*found = payment.Snapshot{Found: true, Result: payment.Result{State: payment.Succeeded, Ref: "made-up"}}
			}
		}}, []string{"lookup/unknown", "lost/not-found"}},
		{"is never sure of a miss", nil, broken{lookup: func(_ *broken, _ *payment.LookupRequest, found *payment.Snapshot) {
			found.Consistent = false
		}}, []string{"lookup/unknown"}},
		{"finds by amount", nil, broken{out: func(b *broken, r request, _ *payment.Result, _ *error) {
			once.Lock()
			defer once.Unlock()
			b.asked = append(b.asked, r)
		}, lookup: func(b *broken, r *payment.LookupRequest, found *payment.Snapshot) {
			for _, w := range b.asked {
				if w.amount == found.Result.Amount {
					r.Op, r.Ref = w.id, ""
					*found, _ = b.Gateway.Lookup(context.Background(), *r)
					return
				}
			}
		}}, []string{"lookup/not-by-amount"}},
		{"charges while it looks", nil, broken{lookup: func(b *broken, _ *payment.LookupRequest, _ *payment.Snapshot) {
			b.sale(money.MustParse("1.00 EUR"))
		}}, []string{"lookup/changes-nothing"}},
		{"calls a lost answer a refusal", nil, broken{out: func(_ *broken, r request, _ *payment.Result, err *error) {
			if *err != nil && payment.OutcomeOf(*err) == payment.Unknown {
				*err = &payment.GatewayError{Op: r.kind, Outcome: payment.Refused}
			}
		}}, []string{"lost/unknown", "lost/key", "resolve/sale-lost-after", "resolve/authorize-lost-after", "resolve/void-lost-after"}},
		{"repeats by itself with a new key", nil, broken{out: func(b *broken, r request, result *payment.Result, err *error) {
			if *err != nil && payment.OutcomeOf(*err) == payment.Unknown {
				*result, *err = b.send(context.Background(), anew(r))
			}
		}}, []string{"lost/unknown", "lost/key", "lost/key-before", "lost/not-found", "resolve/sale-lost-after", "resolve/payout-lost-after"}},
		{"calls what waits a success", nil, broken{out: func(_ *broken, _ request, r *payment.Result, _ *error) {
			if r.State == payment.Waiting {
				r.State = payment.Succeeded
			}
		}}, []string{"pending/waits"}},
		{
			"does not say where to send the payer", nil,
			broken{out: func(_ *broken, _ request, r *payment.Result, _ *error) { r.Action = nil }},
			[]string{"action/proved", "action/not-proved", "action/again"},
		},
		{"charges again when the payer comes back twice", nil, broken{resume: func(b *broken, _ payment.ContinueRequest, r *payment.Result) {
			if r.State == payment.Succeeded {
				b.sale(r.Amount)
			}
		}}, []string{"action/proved"}},
		{"does not mind who the payer is", nil, broken{resume: func(_ *broken, _ payment.ContinueRequest, r *payment.Result) {
			r.State = payment.Succeeded
		}}, []string{"action/not-proved"}},
		{"does not look at signatures", nil, broken{parse: func(b *broken, d *payment.Delivery) { *d = b.Sign(d.Body, start) }}, []string{
			"webhook/tampered", "webhook/unsigned", "webhook/old", "webhook/ahead",
		}},
		{"tells of no operation", nil, broken{parsed: func(reports *[]payment.Report, _ *error) {
			for i := range *reports {
				(*reports)[i].OpID, (*reports)[i].Ref = uuid.Nil, ""
			}
		}}, []string{"webhook/reports", "webhook/any-order"}},
		{"makes up event ids", nil, broken{parsed: func(reports *[]payment.Report, _ *error) {
			for i := range *reports {
				(*reports)[i].EventID = uuid.NewString()
			}
		}}, []string{"webhook/same-event"}},
		{"rejects with any error", nil, broken{parsed: func(_ *[]payment.Report, err *error) {
			if *err != nil {
				*err = errForeign
			}
		}}, []string{"webhook/garbage", "webhook/tampered"}},
		{
			"acknowledges what is not stored", nil,
			broken{answered: func(a *payment.Acknowledgement) { a.Status = 200 }},
			[]string{"webhook/acknowledge"},
		},
	}
}

func alternating() func(payment.Capabilities) payment.Capabilities {
	calls := 0
	return func(c payment.Capabilities) payment.Capabilities {
		calls++
		c.PartialRefund = calls%2 == 0
		return c
	}
}

var start = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

func harness(f fault) paymenttest.Harness {
	now := start
	clock := func() time.Time { return now }
	options := []sandbox.Option{sandbox.WithClock(clock)}
	if f.can != nil {
		options = append(options, sandbox.WithCapabilities(f.can))
	}
	g := sandbox.New(options...)
	b := f.broken
	b.Gateway = g
	return paymenttest.Harness{
		Gateway: &b, Source: "tok_visa",
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

// TestFaultsAreCaught plants every fault and wants the cases that state the rule
// to catch it; the same cases pass without it.
func TestFaultsAreCaught(t *testing.T) {
	cases := map[string]paymenttest.Case{}
	for _, c := range paymenttest.Cases() {
		require.NotContains(t, cases, c.Name, "two cases of one name")
		require.NotEmpty(t, c.Rule, c.Name)
		cases[c.Name] = c
	}
	caught := map[string]bool{}
	for _, f := range faults() {
		t.Run(f.name, func(t *testing.T) {
			require.NotEmpty(t, f.caught)
			for _, name := range f.caught {
				c, ok := cases[name]
				require.True(t, ok, "no case %q", name)
				clean := harness(fault{can: f.can})
				require.Empty(t, c.Skip(clean), name)
				require.NoError(t, c.Check(t.Context(), clean), "%s: without the fault", name)
				require.Error(t, c.Check(t.Context(), harness(f)), "%s: the fault went unnoticed", name)
				caught[name] = true
			}
		})
	}
	var unproved []string
	for name := range cases {
		if !caught[name] {
			unproved = append(unproved, name)
		}
	}
	require.Empty(t, unproved, "nothing proves that these cases can fail")
}

// TestSkips runs down what a bare harness cannot bring about.
func TestSkips(t *testing.T) {
	h := harness(fault{})
	bare := paymenttest.Harness{Gateway: h.Gateway, Source: h.Source}
	for _, c := range paymenttest.Cases() {
		switch c.Name {
		case "key/at-once":
			require.Equal(t, "the harness does not give: Books", c.Skip(bare))
		case "sale/takes":
			require.Equal(t, "the gateway's answers wait, and the harness does not settle them", c.Skip(bare))
		case "capture/no-part":
			require.Equal(t, "the gateway can: capture a part", c.Skip(h))
		case "sale/answers":
			require.Empty(t, c.Skip(bare))
		}
	}
}
