package fulfillment_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/go-oms/oms/fault"
	"github.com/go-oms/oms/fulfillment"
	"github.com/go-oms/oms/fulfillment/sandbox"
	"github.com/go-oms/oms/money"
)

// A stub answers Buy and Find as told and counts the calls.
type stub struct {
	fulfillment.Carrier
	can        fulfillment.Capabilities
	buy        func(fulfillment.BuyRequest) (fulfillment.Label, error)
	find       func(string) ([]fulfillment.Label, error)
	buys, asks int
}

func (s *stub) Capabilities() fulfillment.Capabilities { return s.can }

func (s *stub) Buy(_ context.Context, r fulfillment.BuyRequest) (fulfillment.Label, error) {
	s.buys++
	return s.buy(r)
}

func (s *stub) Find(_ context.Context, reference string) ([]fulfillment.Label, error) {
	s.asks++
	return s.find(reference)
}

func sells(r fulfillment.BuyRequest) (fulfillment.Label, error) {
	return fulfillment.Label{Ref: "l", Reference: r.Reference, Tracking: "T", Cost: eur("5.00")}, nil
}

func TestPerformBuyReports(t *testing.T) {
	fails := func(err error) func(fulfillment.BuyRequest) (fulfillment.Label, error) {
		return func(fulfillment.BuyRequest) (fulfillment.Label, error) { return fulfillment.Label{}, err }
	}
	says := func(o fulfillment.Outcome) error {
		return fmt.Errorf("adapter: %w", &fulfillment.CarrierError{Op: "buy", Outcome: o, Reason: fulfillment.ReasonDeclined})
	}
	_, moneyError := money.Parse("no amount")
	for name, c := range map[string]struct {
		buy  func(fulfillment.BuyRequest) (fulfillment.Label, error)
		want fulfillment.LabelState
	}{
		"sold":                     {sells, fulfillment.LabelBought},
		"refused":                  {fails(says(fulfillment.Refused)), fulfillment.LabelRefused},
		"not sent":                 {fails(says(fulfillment.NotSent)), fulfillment.LabelUnsent},
		"unknown":                  {fails(says(fulfillment.Unknown)), fulfillment.LabelDoubtful},
		"unclassified":             {fails(errors.New("EOF")), fulfillment.LabelDoubtful},
		"a context's":              {fails(context.DeadlineExceeded), fulfillment.LabelDoubtful},
		"raised while reading":     {fails(moneyError), fulfillment.LabelDoubtful},
		"another domain's verdict": {fails(fault.Invalid("x", 1, "y")), fulfillment.LabelDoubtful},
		"the label of another": {func(fulfillment.BuyRequest) (fulfillment.Label, error) {
			return fulfillment.Label{Ref: "l", Reference: "b"}, nil
		}, fulfillment.LabelDoubtful},
	} {
		t.Run(name, func(t *testing.T) {
			s := &stub{buy: c.buy}
			report := fulfillment.PerformBuy(t.Context(), s, fulfillment.BuyRequest{Reference: "a"})
			require.Equal(t, c.want, report.State)
			require.Equal(t, 1, s.buys)
			require.Equal(t, c.want == fulfillment.LabelBought, report.Problem == "")
		})
	}
}

func TestBoughtLabelsAreLookedOver(t *testing.T) {
	for name, c := range map[string]struct {
		problem string
		can     fulfillment.Capabilities
		max     money.Money
		label   fulfillment.Label
	}{
		"as expected":       {"", fulfillment.Capabilities{Tracking: true}, eur("5.00"), fulfillment.Label{Reference: "a", Tracking: "T", Cost: eur("5.00")}},
		"no limit":          {"", fulfillment.Capabilities{}, money.Money{}, fulfillment.Label{Reference: "a", Cost: eur("5.00")}},
		"cost not known":    {"", fulfillment.Capabilities{}, eur("5.00"), fulfillment.Label{Reference: "a"}},
		"too dear":          {"cost 5.01 EUR", fulfillment.Capabilities{}, eur("5.00"), fulfillment.Label{Reference: "a", Cost: eur("5.01")}},
		"a limit of zero":   {"cost 5.01 EUR", fulfillment.Capabilities{}, eur("0.00"), fulfillment.Label{Reference: "a", Cost: eur("5.01")}},
		"another currency":  {"cost 1.00 USD", fulfillment.Capabilities{}, eur("5.00"), fulfillment.Label{Reference: "a", Cost: money.MustParse("1.00 USD")}},
		"no number":         {"no tracking number", fulfillment.Capabilities{Tracking: true}, money.Money{}, fulfillment.Label{Reference: "a"}},
		"untracked carrier": {"", fulfillment.Capabilities{}, money.Money{}, fulfillment.Label{Reference: "a"}},
	} {
		t.Run(name, func(t *testing.T) {
			s := &stub{can: c.can, buy: func(fulfillment.BuyRequest) (fulfillment.Label, error) { return c.label, nil }}
			report := fulfillment.PerformBuy(t.Context(), s, fulfillment.BuyRequest{Reference: "a", MaxCost: c.max})
			require.Equal(t, fulfillment.LabelBought, report.State)
			require.Equal(t, c.label, report.Label)
			if c.problem == "" {
				require.Empty(t, report.Problem)
			}
			require.Contains(t, report.Problem, c.problem)
		})
	}
}

func TestPerformFindReports(t *testing.T) {
	label := func(ref string, voided bool) fulfillment.Label {
		return fulfillment.Label{Ref: ref, Reference: "a", Voided: voided}
	}
	for name, c := range map[string]struct {
		finds bool
		found []fulfillment.Label
		err   error
		want  fulfillment.LabelState
	}{
		"one":                        {true, []fulfillment.Label{label("l", false)}, nil, fulfillment.LabelBought},
		"one beside a voided one":    {true, []fulfillment.Label{label("k", true), label("l", false)}, nil, fulfillment.LabelBought},
		"one, by a forgetful find":   {false, []fulfillment.Label{label("l", false)}, nil, fulfillment.LabelBought},
		"none, surely":               {true, nil, nil, fulfillment.LabelUnsent},
		"a voided one only":          {true, []fulfillment.Label{label("k", true)}, nil, fulfillment.LabelUnsent},
		"none, which proves nothing": {false, nil, nil, fulfillment.LabelDoubtful},
		"refused to say":             {true, nil, &fulfillment.CarrierError{Outcome: fulfillment.Refused}, fulfillment.LabelDoubtful},
		"not reached":                {true, nil, &fulfillment.CarrierError{Outcome: fulfillment.NotSent}, fulfillment.LabelDoubtful},
	} {
		t.Run(name, func(t *testing.T) {
			s := &stub{can: fulfillment.Capabilities{Finds: c.finds}, find: func(string) ([]fulfillment.Label, error) { return c.found, c.err }}
			report := fulfillment.PerformFind(t.Context(), s, fulfillment.BuyRequest{Reference: "a"})
			require.Equal(t, c.want, report.State)
			if c.want == fulfillment.LabelBought {
				require.Equal(t, "l", report.Label.Ref)
				require.Empty(t, report.Problem)
			}
		})
	}
	s := &stub{find: func(string) ([]fulfillment.Label, error) {
		return []fulfillment.Label{label("l", false), label("m", false)}, nil
	}}
	report := fulfillment.PerformFind(t.Context(), s, fulfillment.BuyRequest{Reference: "a"})
	require.Equal(t, fulfillment.LabelBought, report.State)
	require.Contains(t, report.Problem, "2 labels")
}

func TestPerformResolveNeverBuysTwice(t *testing.T) {
	none := func(string) ([]fulfillment.Label, error) { return nil, nil }
	one := func(r string) ([]fulfillment.Label, error) { return []fulfillment.Label{{Ref: "l", Reference: r}}, nil }
	for name, c := range map[string]struct {
		can        fulfillment.Capabilities
		find       func(string) ([]fulfillment.Label, error)
		buys, asks int
		want       fulfillment.LabelState
	}{
		"knows its references": {fulfillment.Capabilities{Idempotent: true}, none, 1, 0, fulfillment.LabelBought},
		"surely none":          {fulfillment.Capabilities{Finds: true}, none, 1, 1, fulfillment.LabelBought},
		"found":                {fulfillment.Capabilities{Finds: true}, one, 0, 1, fulfillment.LabelBought},
		"knows nothing":        {fulfillment.Capabilities{}, none, 0, 1, fulfillment.LabelDoubtful},
	} {
		t.Run(name, func(t *testing.T) {
			s := &stub{can: c.can, find: c.find, buy: sells}
			report := fulfillment.PerformResolve(t.Context(), s, fulfillment.BuyRequest{Reference: "a"})
			require.Equal(t, c.want, report.State)
			require.Equal(t, []int{c.buys, c.asks}, []int{s.buys, s.asks})
		})
	}
}

// A refusal of a repeated request says nothing about the first one.
func TestPerformResolveBelievesNoRefusalAlone(t *testing.T) {
	none := func(string) ([]fulfillment.Label, error) { return nil, nil }
	one := func(r string) ([]fulfillment.Label, error) { return []fulfillment.Label{{Ref: "l", Reference: r}}, nil }
	refuses := func(fulfillment.BuyRequest) (fulfillment.Label, error) {
		return fulfillment.Label{}, &fulfillment.CarrierError{Op: "buy", Outcome: fulfillment.Refused, Reason: fulfillment.ReasonDeclined}
	}
	for name, c := range map[string]struct {
		find  func(string) ([]fulfillment.Label, error)
		finds bool
		want  fulfillment.LabelState
	}{
		"the first one bought it": {one, true, fulfillment.LabelBought},
		"surely none":             {none, true, fulfillment.LabelRefused},
		"perhaps":                 {none, false, fulfillment.LabelDoubtful},
	} {
		t.Run(name, func(t *testing.T) {
			s := &stub{can: fulfillment.Capabilities{Idempotent: true, Finds: c.finds}, find: c.find, buy: refuses}
			report := fulfillment.PerformResolve(t.Context(), s, fulfillment.BuyRequest{Reference: "a"})
			require.Equal(t, c.want, report.State)
			require.Equal(t, []int{1, 1}, []int{s.buys, s.asks})
		})
	}
}

// However answers get lost, a shipment has one label in the end, and one only.
func TestLostAnswersEndInOneLabel(t *testing.T) {
	for name, script := range map[string][]sandbox.Kind{
		"all is well":               {},
		"lost after the effect":     {sandbox.LoseLate},
		"lost before the effect":    {sandbox.LoseEarly},
		"lost again and again":      {sandbox.LoseLate, sandbox.LoseLate, sandbox.LoseEarly},
		"not sent, then lost":       {sandbox.NotSent, sandbox.LoseLate, sandbox.NotSent},
		"lost on the way, not sent": {sandbox.LoseEarly, sandbox.NotSent, sandbox.LoseLate},
	} {
		for _, idempotent := range []bool{true, false} {
			t.Run(fmt.Sprintf("%s, idempotent %t", name, idempotent), func(t *testing.T) {
				carrier := sandbox.New()
				for _, kind := range script {
					carrier.Script("buy", sandbox.Fault{Kind: kind})
				}
				can := carrier.Capabilities()
				can.Idempotent = idempotent
				f, id := plan(t, fresh(), of(tee, 2))
				r, err := f.Request(id, fulfillment.Address{}, fulfillment.Address{}, money.EUR)
				require.NoError(t, err)

				report := fulfillment.PerformBuy(t.Context(), carrier, r)
				for range 10 {
					f, err = f.RecordReport(id, report, noon)
					require.NoError(t, err)
					require.NoError(t, f.Check())
					if f.Shipment(id).NextAt.IsZero() {
						break
					}
					report = fulfillment.PerformResolve(t.Context(), limited{carrier, can}, r)
				}
				require.Equal(t, fulfillment.Shipped, f.Shipment(id).Status)
				require.Equal(t, "PX123", f.Shipment(id).Tracking, "the first label that was sold")
				_, err = carrier.Track(t.Context(), "PX124")
				require.Error(t, err, "a second label was bought")
			})
		}
	}
}

type limited struct {
	*sandbox.Carrier
	can fulfillment.Capabilities
}

func (l limited) Capabilities() fulfillment.Capabilities { return l.can }

func TestCarrierError(t *testing.T) {
	cause := errors.New("connection reset")
	for outcome, want := range map[fulfillment.Outcome]fault.Kind{
		fulfillment.Unknown: fault.Unknown, fulfillment.NotSent: fault.Transient, fulfillment.Refused: fault.Rejected,
	} {
		err := fmt.Errorf("post: %w", &fulfillment.CarrierError{Op: "buy", Outcome: outcome, Reason: fulfillment.ReasonLost, Message: "m", Err: cause})
		require.Equal(t, want, fault.KindOf(err))
		require.Equal(t, outcome, fulfillment.OutcomeOf(err))
		require.ErrorIs(t, err, cause)
		require.EqualError(t, err, "post: carrier: buy: "+outcome.String()+": answer_lost: m: connection reset")
	}
}
