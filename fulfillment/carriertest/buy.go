package carriertest

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"sync"

	"github.com/go-oms/oms/fulfillment"
	"github.com/go-oms/oms/money"
)

var buyCases = []Case{
	{"a label names the reference it was bought under", checkReference},
	{"every reference has a label of its own", checkDistinct},
	{"labels have tracking numbers", checkTracking},
	{"parcel numbers match the parcels", checkParcelNumbers},
	{"a label's cost is in the currency asked for", checkCostCurrency},
	{"one reference buys one label", checkIdempotent},
	{"a reference never buys a second label for another consignment", checkReused},
	{"a price above the limit is refused", checkLimit},
	{"a price above the limit buys nothing", checkLimitBuysNothing},
	{"a purchase needs a reference", checkNeedsReference},
	{"impossible parcels are refused", checkParcels},
	{"requests are left as they were", checkUntouched},
}

func checkReference(ctx context.Context, h Harness) error {
	label, err := buy(ctx, h, "a")
	if err == nil && label.Reference != "a" {
		return fmt.Errorf("asked under %q, the label says %q", "a", label.Reference)
	}
	return err
}

func checkDistinct(ctx context.Context, h Harness) error {
	a, errA := buy(ctx, h, "a")
	b, errB := buy(ctx, h, "b")
	if err := errors.Join(errA, errB); err != nil {
		return err
	}
	if a.Ref == b.Ref || a.Ref == "" {
		return fmt.Errorf("two labels with the ids %q and %q", a.Ref, b.Ref)
	}
	if h.Carrier.Capabilities().Tracking && a.Tracking != "" && a.Tracking == b.Tracking {
		return fmt.Errorf("two labels with the tracking number %q", a.Tracking)
	}
	return nil
}

func checkTracking(ctx context.Context, h Harness) error {
	if !h.Carrier.Capabilities().Tracking {
		return skip("the carrier does not number parcels")
	}
	label, err := buy(ctx, h, "a")
	if err == nil && label.Tracking == "" {
		return errors.New("a label without a tracking number")
	}
	return err
}

func checkParcelNumbers(ctx context.Context, h Harness) error {
	r := h.Request("a")
	r.Parcels = append(r.Parcels, r.Parcels[0])
	label, err := h.Carrier.Buy(ctx, r)
	switch {
	case fulfillment.OutcomeOf(err) == fulfillment.Refused:
		return skip("the carrier takes single parcels only")
	case err != nil:
		return err
	case len(label.Parcels) != 0 && len(label.Parcels) != len(r.Parcels):
		return fmt.Errorf("%d parcels, %d numbers", len(r.Parcels), len(label.Parcels))
	}
	return nil
}

func checkCostCurrency(ctx context.Context, h Harness) error {
	label, err := buy(ctx, h, "a")
	if err != nil {
		return err
	}
	asked, got := h.Request("a").Currency, label.Cost.Currency()
	if got == "" {
		return skip("the carrier does not say what labels cost")
	}
	if asked != "" && got != asked {
		return fmt.Errorf("asked for %s, the label cost %s", asked, label.Cost)
	}
	return nil
}

func checkIdempotent(ctx context.Context, h Harness) error {
	if !h.Carrier.Capabilities().Idempotent {
		return skip("the carrier does not recognise references")
	}
	const callers = 8
	var labels [callers]fulfillment.Label
	var errs [callers]error
	var wg sync.WaitGroup
	for i := range callers {
		wg.Go(func() { labels[i], errs[i] = h.Carrier.Buy(ctx, h.Request("a")) })
	}
	wg.Wait()
	for i := range callers {
		if errs[i] != nil {
			return fmt.Errorf("the same purchase again: %w", errs[i])
		}
		if labels[i].Ref != labels[0].Ref || labels[i].Tracking != labels[0].Tracking {
			return fmt.Errorf("one reference bought %s (%s) and %s (%s)",
				labels[0].Ref, labels[0].Tracking, labels[i].Ref, labels[i].Tracking)
		}
	}
	return nil
}

func checkReused(ctx context.Context, h Harness) error {
	if !h.Carrier.Capabilities().Idempotent {
		return skip("the carrier does not recognise references")
	}
	first, err := buy(ctx, h, "a")
	if err != nil {
		return err
	}
	other := h.Request("a")
	other.Parcels[0].Grams++
	second, err := h.Carrier.Buy(ctx, other)
	if err != nil {
		return wantReason(err, fulfillment.ReasonReference)
	}
	if second.Ref != first.Ref {
		return fmt.Errorf("one reference bought %s and, for another consignment, %s", first.Ref, second.Ref)
	}
	return nil
}

func checkLimit(ctx context.Context, h Harness) error {
	r, err := tooDear(ctx, h)
	if err != nil {
		return err
	}
	_, err = h.Carrier.Buy(ctx, r)
	return wantReason(err, fulfillment.ReasonPrice)
}

func checkLimitBuysNothing(ctx context.Context, h Harness) error {
	r, err := tooDear(ctx, h)
	if err != nil {
		return err
	}
	if _, err := h.Carrier.Buy(ctx, r); fulfillment.OutcomeOf(err) != fulfillment.Refused {
		return skip("the purchase was not refused, which is another case's matter")
	}
	return wantNothing(ctx, h, r.Reference)
}

// tooDear returns a request whose limit is one minor unit below the price.
func tooDear(ctx context.Context, h Harness) (fulfillment.BuyRequest, error) {
	r := h.Request("dear")
	if !h.Carrier.Capabilities().Rates {
		return r, skip("the carrier has no rates to compare with")
	}
	rates, _, err := h.Carrier.Rates(ctx, r.Consignment)
	if err != nil {
		return r, fmt.Errorf("rates: %w", err)
	}
	if len(rates) == 0 {
		return r, skip("the carrier gave no rates")
	}
	cost, err := rates[0].Cost.Minor()
	if err != nil || cost < 1 {
		return r, skip("the cheapest rate is free")
	}
	r.Service = rates[0].Service
	r.MaxCost, err = money.Minor(cost-1, rates[0].Cost.Currency())
	return r, err
}

func checkNeedsReference(ctx context.Context, h Harness) error {
	_, err := h.Carrier.Buy(ctx, h.Request(""))
	return wantReason(err, fulfillment.ReasonRequest)
}

func checkParcels(ctx context.Context, h Harness) error {
	none := h.Request("none")
	none.Parcels = nil
	_, err := h.Carrier.Buy(ctx, none)
	if err = wantReason(err, fulfillment.ReasonRequest); err != nil {
		return fmt.Errorf("no parcels: %w", err)
	}
	negative := h.Request("negative")
	negative.Parcels[0].Grams = -1
	_, err = h.Carrier.Buy(ctx, negative)
	if err = wantReason(err, fulfillment.ReasonRequest); err != nil {
		return fmt.Errorf("a parcel of -1 g: %w", err)
	}
	return nil
}

func checkUntouched(ctx context.Context, h Harness) error {
	r, want := h.Request("a"), h.Request("a")
	if _, err := h.Carrier.Buy(ctx, r); err != nil {
		return err
	}
	if !reflect.DeepEqual(r, want) {
		return fmt.Errorf("the request %+v became %+v", want, r)
	}
	return nil
}

// buy buys a label that ought to be sold.
func buy(ctx context.Context, h Harness, reference string) (fulfillment.Label, error) {
	label, err := h.Carrier.Buy(ctx, h.Request(reference))
	if err != nil {
		return label, fmt.Errorf("buy: %w", err)
	}
	return label, nil
}

// wantNothing returns an error when Find shows a label that counts.
func wantNothing(ctx context.Context, h Harness, reference string) error {
	labels, err := h.Carrier.Find(ctx, reference)
	if err != nil {
		return fmt.Errorf("find: %w", err)
	}
	labels = slices.DeleteFunc(labels, func(l fulfillment.Label) bool { return l.Voided })
	if len(labels) > 0 {
		return fmt.Errorf("label %s was bought", labels[0].Ref)
	}
	return nil
}
