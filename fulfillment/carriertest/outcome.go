package carriertest

import (
	"context"
	"fmt"

	"github.com/go-oms/oms/fulfillment"
)

var outcomeCases = []Case{
	{"a lost answer is an unknown outcome", checkLost},
	{"a label whose answer was lost is found", checkLostFound},
	{"finding shows what was bought", checkFind},
	{"finding invents nothing", func(ctx context.Context, h Harness) error {
		if _, err := buy(ctx, h, "other"); err != nil {
			return err
		}
		return wantNothing(ctx, h, "never bought")
	}},
	{"a purchase that did not arrive was not sent", checkUnreachable},
	{"a decline is a refusal", checkDeclined},
	{"an ended context buys nothing and says so", checkCanceled},
}

func checkLost(ctx context.Context, h Harness) error {
	if h.Lose == nil {
		return skip("the harness cannot lose answers")
	}
	for _, applied := range []bool{true, false} {
		h.Lose(applied)
		_, err := h.Carrier.Buy(ctx, h.Request(fmt.Sprint("lost-", applied)))
		if err := wantOutcome(err, fulfillment.Unknown); err != nil {
			return fmt.Errorf("lost with applied=%t: %w", applied, err)
		}
	}
	return nil
}

func checkLostFound(ctx context.Context, h Harness) error {
	if h.Lose == nil || !h.Carrier.Capabilities().Finds {
		return skip("the harness cannot lose answers or Find proves nothing")
	}
	h.Lose(true)
	if _, err := h.Carrier.Buy(ctx, h.Request("lost")); err == nil {
		return skip("the answer was not lost")
	}
	return wantFound(ctx, h, "lost", "")
}

func checkFind(ctx context.Context, h Harness) error {
	if !h.Carrier.Capabilities().Finds {
		return skip("Find proves nothing")
	}
	label, err := buy(ctx, h, "a")
	if err != nil {
		return err
	}
	return wantFound(ctx, h, "a", label.Ref)
}

// wantFound returns an error unless Find shows exactly one label, with that id
// where one is given.
func wantFound(ctx context.Context, h Harness, reference, ref string) error {
	found, err := h.Carrier.Find(ctx, reference)
	switch {
	case err != nil:
		return fmt.Errorf("find: %w", err)
	case len(found) != 1:
		return fmt.Errorf("%d labels were found, not 1", len(found))
	case ref != "" && found[0].Ref != ref:
		return fmt.Errorf("%s was bought and %s was found", ref, found[0].Ref)
	}
	return nil
}

func checkUnreachable(ctx context.Context, h Harness) error {
	if h.Unreachable == nil {
		return skip("the harness cannot make the carrier unreachable")
	}
	h.Unreachable()
	_, err := h.Carrier.Buy(ctx, h.Request("a"))
	return wantOutcome(err, fulfillment.NotSent)
}

func checkDeclined(ctx context.Context, h Harness) error {
	if h.Decline == nil {
		return skip("the harness cannot make the carrier decline")
	}
	h.Decline()
	_, err := h.Carrier.Buy(ctx, h.Request("a"))
	return wantOutcome(err, fulfillment.Refused)
}

func checkCanceled(ctx context.Context, h Harness) error {
	ended, cancel := context.WithCancel(ctx)
	cancel()
	_, err := h.Carrier.Buy(ended, h.Request("a"))
	if err := wantOutcome(err, fulfillment.NotSent); err != nil {
		return err
	}
	return wantNothing(ctx, h, "a")
}
