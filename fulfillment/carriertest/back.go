package carriertest

import (
	"context"
	"errors"
	"fmt"

	"github.com/go-oms/oms/fulfillment"
)

var returnCases = []Case{
	{"a return label names the reference it was bought under", func(ctx context.Context, h Harness) error {
		label, err := buyBack(ctx, h, "back")
		if err == nil && label.Reference != "back" {
			return fmt.Errorf("asked under %q, the label says %q", "back", label.Reference)
		}
		return err
	}},
	{"one reference buys one return label", func(ctx context.Context, h Harness) error {
		if !h.Carrier.Capabilities().Idempotent {
			return skip("the carrier does not recognise references")
		}
		first, err := buyBack(ctx, h, "back once")
		if err != nil {
			return err
		}
		again, err := buyBack(ctx, h, "back once")
		if err == nil && again.Ref != first.Ref {
			return fmt.Errorf("one reference bought %s and %s", first.Ref, again.Ref)
		}
		return err
	}},
	{"a return label is found", func(ctx context.Context, h Harness) error {
		if !h.Carrier.Capabilities().Finds {
			return skip("Find proves nothing")
		}
		if _, err := buyBack(ctx, h, "back found"); err != nil {
			return err
		}
		return wantFound(ctx, h, "back found", "")
	}},
	{"a lost answer about a return label is an unknown outcome", func(ctx context.Context, h Harness) error {
		if _, err := buyBack(ctx, h, "back"); err != nil {
			return err
		}
		if h.Lose == nil {
			return skip("the harness cannot lose answers")
		}
		h.Lose(true)
		_, err := h.Carrier.(fulfillment.ReturnLabeler).BuyReturn(ctx, h.Request("back lost"))
		return wantOutcome(err, fulfillment.Unknown)
	}},
	{"a reference is of one direction", func(ctx context.Context, h Harness) error {
		if !h.Carrier.Capabilities().Idempotent {
			return skip("the carrier does not recognise references")
		}
		if _, err := buyBack(ctx, h, "back"); err != nil {
			return err
		}
		if _, err := buy(ctx, h, "there"); err != nil {
			return err
		}
		_, err := h.Carrier.(fulfillment.ReturnLabeler).BuyReturn(ctx, h.Request("there"))
		return wantReason(err, fulfillment.ReasonReference)
	}},
}

// buyBack buys a return label that ought to be sold.
func buyBack(ctx context.Context, h Harness, reference string) (fulfillment.Label, error) {
	labeler, ok := h.Carrier.(fulfillment.ReturnLabeler)
	if !ok {
		return fulfillment.Label{}, skip("the carrier sells no return labels")
	}
	label, err := labeler.BuyReturn(ctx, h.Request(reference))
	var e *fulfillment.CarrierError
	if errors.As(err, &e) && e.Reason == fulfillment.ReasonUnsupported {
		return label, skip("the carrier sells no return labels")
	}
	if err != nil {
		return label, fmt.Errorf("buy a return label: %w", err)
	}
	return label, nil
}
