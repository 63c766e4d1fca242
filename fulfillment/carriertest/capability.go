package carriertest

import (
	"context"
	"errors"
	"fmt"

	"github.com/go-oms/oms/fulfillment"
	"github.com/go-oms/oms/money"
)

var capabilityCases = []Case{
	{"capabilities do not change", func(_ context.Context, h Harness) error {
		if first, second := h.Carrier.Capabilities(), h.Carrier.Capabilities(); first != second {
			return fmt.Errorf("%+v became %+v", first, second)
		}
		return nil
	}},
	{"missing rates are said to be unsupported", func(ctx context.Context, h Harness) error {
		if h.Carrier.Capabilities().Rates {
			return skip("the carrier has rates")
		}
		_, _, err := h.Carrier.Rates(ctx, h.Request("rates").Consignment)
		return wantReason(err, fulfillment.ReasonUnsupported)
	}},
	{"missing tracking is said to be unsupported", func(ctx context.Context, h Harness) error {
		if h.Carrier.Capabilities().Tracking {
			return skip("the carrier tracks")
		}
		_, err := h.Carrier.Track(ctx, "anything")
		return wantReason(err, fulfillment.ReasonUnsupported)
	}},
}

var rateCases = []Case{
	{"rates are in the currency asked for", func(ctx context.Context, h Harness) error {
		return eachRate(ctx, h, func(asked money.Currency, _, is fulfillment.Rate) error {
			if is.Cost.Currency() != asked {
				return fmt.Errorf("asked for %s, service %s costs %s", asked, is.Service, is.Cost)
			}
			return nil
		})
	}},
	{"rates name their service", func(ctx context.Context, h Harness) error {
		return eachRate(ctx, h, func(_ money.Currency, _, is fulfillment.Rate) error {
			if is.Service == "" {
				return fmt.Errorf("a rate of %s without a service", is.Cost)
			}
			return nil
		})
	}},
	{"rates come cheapest first", func(ctx context.Context, h Harness) error {
		return eachRate(ctx, h, func(_ money.Currency, before, is fulfillment.Rate) error {
			if order, err := before.Cost.Cmp(is.Cost); err == nil && order > 0 {
				return fmt.Errorf("%s before %s", before.Cost, is.Cost)
			}
			return nil
		})
	}},
}

// eachRate checks each rate with the one before it, the zero Rate before the first.
func eachRate(ctx context.Context, h Harness, check func(asked money.Currency, before, is fulfillment.Rate) error) error {
	if !h.Carrier.Capabilities().Rates {
		return skip("the carrier has no rates")
	}
	consignment := h.Request("rates").Consignment
	rates, _, err := h.Carrier.Rates(ctx, consignment)
	if err != nil {
		return fmt.Errorf("rates: %w", err)
	}
	if len(rates) == 0 {
		return errors.New("no rates")
	}
	var before fulfillment.Rate
	for _, rate := range rates {
		if err := check(consignment.Currency, before, rate); err != nil {
			return err
		}
		before = rate
	}
	return nil
}

// wantOutcome returns an error unless err says so.
func wantOutcome(err error, want fulfillment.Outcome) error {
	if err == nil {
		return fmt.Errorf("want %q, got success", want)
	}
	if got := fulfillment.OutcomeOf(err); got != want {
		return fmt.Errorf("want %q, got %q: %w", want, got, err)
	}
	return nil
}

// wantReason returns an error unless err is a refusal for that reason.
func wantReason(err error, want fulfillment.Reason) error {
	if wrong := wantOutcome(err, fulfillment.Refused); wrong != nil {
		return wrong
	}
	var e *fulfillment.CarrierError
	if errors.As(err, &e) && e.Reason != want {
		return fmt.Errorf("want the reason %q, got %q: %w", want, e.Reason, err)
	}
	return nil
}
