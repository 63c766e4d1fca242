package carriertest_test

import (
	"context"
	"errors"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/go-oms/oms/fulfillment"
	"github.com/go-oms/oms/fulfillment/carriertest"
	"github.com/go-oms/oms/fulfillment/manual"
	"github.com/go-oms/oms/fulfillment/sandbox"
	"github.com/go-oms/oms/money"
)

func request(reference string) fulfillment.BuyRequest {
	return fulfillment.BuyRequest{
		Reference: reference, Tracking: "typed-" + reference,
		Consignment: fulfillment.Consignment{
			To:      fulfillment.Address{Name: "Ada", City: "London", Country: "GB"},
			Parcels: []fulfillment.Parcel{{Grams: 1200, Length: 300, Width: 200, Height: 100}}, Currency: money.GBP,
		},
	}
}

func onSandbox(wrap func(fulfillment.Carrier) fulfillment.Carrier) carriertest.Harness {
	carrier := sandbox.New()
	return carriertest.Harness{
		Carrier: wrap(carrier), Request: request, Advance: carrier.Advance,
		Lose: func(applied bool) {
			kind := sandbox.LoseEarly
			if applied {
				kind = sandbox.LoseLate
			}
			carrier.Script("buy", sandbox.Fault{Kind: kind})
		},
		Unreachable: func() { carrier.Script("buy", sandbox.Fault{Kind: sandbox.NotSent}) },
		Decline:     func() { carrier.Script("buy", sandbox.Fault{Kind: sandbox.Refuse}) },
	}
}

func onManual(wrap func(fulfillment.Carrier) fulfillment.Carrier) carriertest.Harness {
	return carriertest.Harness{Carrier: wrap(manual.New()), Request: request}
}

func asIs(c fulfillment.Carrier) fulfillment.Carrier { return c }

func TestSandbox(t *testing.T) {
	carriertest.Run(t, func(*testing.T) carriertest.Harness { return onSandbox(asIs) })
}

func TestManual(t *testing.T) {
	carriertest.Run(t, func(*testing.T) carriertest.Harness { return onManual(asIs) })
}

// A faulty carrier replaces what it has a function for.
type faulty struct {
	fulfillment.Carrier
	capabilities func() fulfillment.Capabilities
	rates        func(context.Context, fulfillment.Consignment) ([]fulfillment.Rate, []fulfillment.Problem, error)
	buy          func(context.Context, fulfillment.BuyRequest) (fulfillment.Label, error)
	back         func(context.Context, fulfillment.BuyRequest) (fulfillment.Label, error)
	void         func(context.Context, string) (fulfillment.VoidResult, error)
	track        func(context.Context, string) ([]fulfillment.Scan, error)
	find         func(context.Context, string) ([]fulfillment.Label, error)
}

func (f *faulty) Capabilities() fulfillment.Capabilities {
	if f.capabilities != nil {
		return f.capabilities()
	}
	return f.Carrier.Capabilities()
}

func (f *faulty) Rates(ctx context.Context, c fulfillment.Consignment) ([]fulfillment.Rate, []fulfillment.Problem, error) {
	if f.rates != nil {
		return f.rates(ctx, c)
	}
	return f.Carrier.Rates(ctx, c)
}

func (f *faulty) Buy(ctx context.Context, r fulfillment.BuyRequest) (fulfillment.Label, error) {
	if f.buy != nil {
		return f.buy(ctx, r)
	}
	return f.Carrier.Buy(ctx, r)
}

func (f *faulty) BuyReturn(ctx context.Context, r fulfillment.BuyRequest) (fulfillment.Label, error) {
	if f.back != nil {
		return f.back(ctx, r)
	}
	if labeler, ok := f.Carrier.(fulfillment.ReturnLabeler); ok {
		return labeler.BuyReturn(ctx, r)
	}
	return fulfillment.Label{}, carrierError(fulfillment.Refused, fulfillment.ReasonUnsupported)
}

func (f *faulty) Void(ctx context.Context, ref string) (fulfillment.VoidResult, error) {
	if f.void != nil {
		return f.void(ctx, ref)
	}
	return f.Carrier.Void(ctx, ref)
}

func (f *faulty) Track(ctx context.Context, tracking string) ([]fulfillment.Scan, error) {
	if f.track != nil {
		return f.track(ctx, tracking)
	}
	return f.Carrier.Track(ctx, tracking)
}

func (f *faulty) Find(ctx context.Context, reference string) ([]fulfillment.Label, error) {
	if f.find != nil {
		return f.find(ctx, reference)
	}
	return f.Carrier.Find(ctx, reference)
}

// planted is a fault and the one case that must catch it.
type planted struct {
	caughtBy string
	on       func(func(fulfillment.Carrier) fulfillment.Carrier) carriertest.Harness
	plant    func(f *faulty, good fulfillment.Carrier)
}

var plants = slices.Concat(plantsOnQuestions, plantsOnPurchases, plantsOnOutcomes, plantsAfterwards, plantsOnReturns)

func TestEveryRuleCatchesItsFault(t *testing.T) {
	for _, p := range plants {
		t.Run(p.caughtBy, func(t *testing.T) {
			require.Equal(t, []string{p.caughtBy}, failures(t, func() carriertest.Harness {
				return p.on(func(good fulfillment.Carrier) fulfillment.Carrier {
					f := &faulty{Carrier: good}
					p.plant(f, good)
					return f
				})
			}))
		})
	}
}

func TestEveryRuleHasAPlantedFault(t *testing.T) {
	var rules, caught []string
	for _, c := range carriertest.Cases() {
		rules = append(rules, c.Name)
	}
	for _, p := range plants {
		if !slices.Contains(caught, p.caughtBy) {
			caught = append(caught, p.caughtBy)
		}
	}
	require.ElementsMatch(t, rules, caught)
}

// The suite as a whole holds for both carriers, so that a failure above is the
// planted fault's; and what it skips on the sandbox is what the sandbox has not.
func TestSoundCarriersFailNothing(t *testing.T) {
	require.Empty(t, failures(t, func() carriertest.Harness { return onSandbox(asIs) }))
	require.Empty(t, failures(t, func() carriertest.Harness { return onManual(asIs) }))
	require.Equal(t, []string{
		"missing rates are said to be unsupported", "missing tracking is said to be unsupported",
	}, skipped(t, func() carriertest.Harness { return onSandbox(asIs) }))
}

func failures(t *testing.T, harness func() carriertest.Harness) []string {
	t.Helper()
	return outcomes(t, harness, func(err error) bool {
		var skip *carriertest.SkipError
		return err != nil && !errors.As(err, &skip)
	})
}

func skipped(t *testing.T, harness func() carriertest.Harness) []string {
	t.Helper()
	return outcomes(t, harness, func(err error) bool {
		var skip *carriertest.SkipError
		return errors.As(err, &skip)
	})
}

func outcomes(t *testing.T, harness func() carriertest.Harness, pick func(error) bool) []string {
	t.Helper()
	names := []string{}
	for _, c := range carriertest.Cases() {
		if err := c.Check(t.Context(), harness()); pick(err) {
			t.Logf("%s: %v", c.Name, err)
			names = append(names, c.Name)
		}
	}
	return names
}

func carrierError(outcome fulfillment.Outcome, reason fulfillment.Reason) error {
	return &fulfillment.CarrierError{Op: "buy", Outcome: outcome, Reason: reason, Message: "planted"}
}

// reasonOf returns why the error was refused, or nothing.
func reasonOf(err error) fulfillment.Reason {
	var e *fulfillment.CarrierError
	if errors.As(err, &e) && e.Outcome == fulfillment.Refused {
		return e.Reason
	}
	return ""
}

var errPlanted = errors.New("planted")
