package carriertest_test

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/go-oms/oms/fulfillment"
	"github.com/go-oms/oms/money"
)

// changedRates plants a change of every rate list.
func changedRates(change func([]fulfillment.Rate)) func(*faulty, fulfillment.Carrier) {
	return func(f *faulty, good fulfillment.Carrier) {
		f.rates = func(ctx context.Context, c fulfillment.Consignment) ([]fulfillment.Rate, []fulfillment.Problem, error) {
			rates, problems, err := good.Rates(ctx, c)
			change(rates)
			return rates, problems, err
		}
	}
}

// changedRequests plants a change of every purchase before it reaches the carrier.
func changedRequests(change func(*fulfillment.BuyRequest)) func(*faulty, fulfillment.Carrier) {
	return func(f *faulty, good fulfillment.Carrier) {
		f.buy = func(ctx context.Context, r fulfillment.BuyRequest) (fulfillment.Label, error) {
			r.Parcels = slices.Clone(r.Parcels)
			change(&r)
			return good.Buy(ctx, r)
		}
	}
}

// changedLabels plants a change of every label that is sold.
func changedLabels(change func(*fulfillment.Label)) func(*faulty, fulfillment.Carrier) {
	return func(f *faulty, good fulfillment.Carrier) {
		f.buy = func(ctx context.Context, r fulfillment.BuyRequest) (fulfillment.Label, error) {
			l, err := good.Buy(ctx, r)
			if err == nil {
				change(&l)
			}
			return l, err
		}
	}
}

// changedErrors plants a change of every purchase's error.
func changedErrors(change func(context.Context, error) error) func(*faulty, fulfillment.Carrier) {
	return func(f *faulty, good fulfillment.Carrier) {
		f.buy = func(ctx context.Context, r fulfillment.BuyRequest) (fulfillment.Label, error) {
			l, err := good.Buy(ctx, r)
			return l, change(ctx, err)
		}
	}
}

// changedScans plants a change of every list of scans.
func changedScans(change func([]fulfillment.Scan) []fulfillment.Scan) func(*faulty, fulfillment.Carrier) {
	return func(f *faulty, good fulfillment.Carrier) {
		f.track = func(ctx context.Context, tracking string) ([]fulfillment.Scan, error) {
			scans, err := good.Track(ctx, tracking)
			return change(scans), err
		}
	}
}

// changedFinds plants a change of every list of found labels.
func changedFinds(change func(reference string, found []fulfillment.Label) []fulfillment.Label) func(*faulty, fulfillment.Carrier) {
	return func(f *faulty, good fulfillment.Carrier) {
		f.find = func(ctx context.Context, reference string) ([]fulfillment.Label, error) {
			found, err := good.Find(ctx, reference)
			return change(reference, found), err
		}
	}
}

var plantsOnQuestions = []planted{
	{"capabilities do not change", onSandbox, func(f *faulty, good fulfillment.Carrier) {
		asked := 0
		var mu sync.Mutex
		f.capabilities = func() fulfillment.Capabilities {
			mu.Lock()
			defer mu.Unlock()
			c := good.Capabilities()
			asked++
			// Only the second answer differs, and no other case asks for it twice.
			c.Voids = c.Voids && asked != 2
			return c
		}
	}},
	{"missing rates are said to be unsupported", onManual, func(f *faulty, _ fulfillment.Carrier) {
		f.rates = func(context.Context, fulfillment.Consignment) ([]fulfillment.Rate, []fulfillment.Problem, error) {
			return nil, nil, nil
		}
	}},
	{"missing tracking is said to be unsupported", onManual, func(f *faulty, _ fulfillment.Carrier) {
		f.track = func(context.Context, string) ([]fulfillment.Scan, error) { return nil, nil }
	}},
	{"rates are in the currency asked for", onSandbox, changedRates(func(rates []fulfillment.Rate) {
		for i := range rates {
			units, _ := rates[i].Cost.Minor()
			rates[i].Cost, _ = money.Minor(units, money.USD)
		}
	})},
	{"rates name their service", onSandbox, changedRates(func(rates []fulfillment.Rate) { rates[0].Service = "" })},
	{"rates come cheapest first", onSandbox, changedRates(slices.Reverse[[]fulfillment.Rate])},
}

var plantsOnPurchases = []planted{
	{"a label names the reference it was bought under", onSandbox, changedLabels(func(l *fulfillment.Label) { l.Reference = "" })},
	{"every reference has a label of its own", onSandbox, changedLabels(func(l *fulfillment.Label) { l.Tracking = "PX123" })},
	{"labels have tracking numbers", onSandbox, changedLabels(func(l *fulfillment.Label) { l.Tracking = "" })},
	{"parcel numbers match the parcels", onSandbox, changedLabels(func(l *fulfillment.Label) { l.Parcels = append(l.Parcels, "more") })},
	{"a label's cost is in the currency asked for", onSandbox, changedLabels(func(l *fulfillment.Label) {
		l.Cost = money.MustParse("1.00 USD")
	})},
	{"one reference buys one label", onSandbox, func(f *faulty, good fulfillment.Carrier) {
		var mu sync.Mutex
		bought := map[string]int{}
		f.buy = func(ctx context.Context, r fulfillment.BuyRequest) (fulfillment.Label, error) {
			mu.Lock()
			defer mu.Unlock()
			asked := r.Reference
			// Another consignment is still recognised: that rule has a fault of its own.
			if bought[asked]++; bought[asked] > 1 && r.Parcels[0].Grams == request("").Parcels[0].Grams {
				r.Reference = fmt.Sprint(asked, "-", bought[asked])
			}
			l, err := good.Buy(ctx, r)
			if err == nil {
				l.Reference = asked
			}
			return l, err
		}
	}},
	{"a reference never buys a second label for another consignment", onSandbox, func(f *faulty, good fulfillment.Carrier) {
		f.buy = func(ctx context.Context, r fulfillment.BuyRequest) (fulfillment.Label, error) {
			l, err := good.Buy(ctx, r)
			if reasonOf(err) != fulfillment.ReasonReference {
				return l, err
			}
			r.Reference += "-again"
			return good.Buy(ctx, r)
		}
	}},
	{"a price above the limit is refused", onSandbox, changedRequests(func(r *fulfillment.BuyRequest) { r.MaxCost = money.Money{} })},
	{"a price above the limit buys nothing", onSandbox, func(f *faulty, good fulfillment.Carrier) {
		f.buy = func(ctx context.Context, r fulfillment.BuyRequest) (fulfillment.Label, error) {
			l, err := good.Buy(ctx, r)
			if reasonOf(err) == fulfillment.ReasonPrice {
				r.MaxCost = money.Money{}
				if _, failed := good.Buy(ctx, r); failed != nil {
					return l, failed
				}
			}
			return l, err
		}
	}},
	{"a purchase needs a reference", onSandbox, changedRequests(func(r *fulfillment.BuyRequest) {
		if r.Reference == "" {
			r.Reference = "made up"
		}
	})},
	{"impossible parcels are refused", onSandbox, changedRequests(func(r *fulfillment.BuyRequest) {
		if len(r.Parcels) == 0 {
			r.Parcels = []fulfillment.Parcel{{}}
		}
	})},
	{"impossible parcels are refused", onManual, changedRequests(func(r *fulfillment.BuyRequest) {
		for i := range r.Parcels {
			r.Parcels[i].Grams = max(r.Parcels[i].Grams, 0)
		}
	})},
	{"requests are left as they were", onSandbox, func(f *faulty, good fulfillment.Carrier) {
		f.buy = func(ctx context.Context, r fulfillment.BuyRequest) (fulfillment.Label, error) {
			defer func() {
				if len(r.Parcels) > 0 {
					r.Parcels[0].Tracking = "written by the carrier"
				}
			}()
			return good.Buy(ctx, r)
		}
	}},
}

var plantsOnOutcomes = []planted{
	{"a lost answer is an unknown outcome", onSandbox, changedErrors(func(_ context.Context, err error) error {
		if err != nil && fulfillment.OutcomeOf(err) == fulfillment.Unknown {
			return carrierError(fulfillment.NotSent, fulfillment.ReasonUnreachable)
		}
		return err
	})},
	{"a label whose answer was lost is found", onSandbox, changedFinds(func(reference string, found []fulfillment.Label) []fulfillment.Label {
		if reference == "lost" {
			return nil
		}
		return found
	})},
	{"finding shows what was bought", onSandbox, changedFinds(func(_ string, found []fulfillment.Label) []fulfillment.Label {
		for i := range found {
			found[i].Ref = "another"
		}
		return found
	})},
	{"finding invents nothing", onSandbox, func(f *faulty, good fulfillment.Carrier) {
		f.find = func(ctx context.Context, reference string) ([]fulfillment.Label, error) {
			found, err := good.Find(ctx, reference)
			if len(found) == 0 && err == nil {
				return good.Find(ctx, "other")
			}
			return found, err
		}
	}},
	{"a purchase that did not arrive was not sent", onSandbox, changedErrors(func(ctx context.Context, err error) error {
		if ctx.Err() == nil && err != nil && fulfillment.OutcomeOf(err) == fulfillment.NotSent {
			return errPlanted
		}
		return err
	})},
	{"a decline is a refusal", onSandbox, changedErrors(func(_ context.Context, err error) error {
		if reasonOf(err) == fulfillment.ReasonDeclined {
			return errPlanted
		}
		return err
	})},
	{"an ended context buys nothing and says so", onSandbox, func(f *faulty, good fulfillment.Carrier) {
		f.buy = func(ctx context.Context, r fulfillment.BuyRequest) (fulfillment.Label, error) {
			_, err := good.Buy(context.WithoutCancel(ctx), r)
			if ctx.Err() != nil && err == nil {
				return fulfillment.Label{}, carrierError(fulfillment.NotSent, fulfillment.ReasonUnreachable)
			}
			if err != nil {
				return fulfillment.Label{}, err
			}
			return good.Buy(ctx, r)
		}
	}},
}

var plantsAfterwards = []planted{
	{"a voided label is found as voided", onSandbox, changedFinds(func(_ string, found []fulfillment.Label) []fulfillment.Label {
		for i := range found {
			found[i].Voided = false
		}
		return found
	})},
	{"voiding may be repeated", onSandbox, func(f *faulty, good fulfillment.Carrier) {
		voided := map[string]bool{}
		f.void = func(ctx context.Context, ref string) (fulfillment.VoidResult, error) {
			if voided[ref] {
				return fulfillment.VoidRejected, nil
			}
			voided[ref] = true
			return good.Void(ctx, ref)
		}
	}},
	{"voiding an unknown label is refused", onSandbox, func(f *faulty, good fulfillment.Carrier) {
		f.void = func(ctx context.Context, ref string) (fulfillment.VoidResult, error) {
			result, err := good.Void(ctx, ref)
			if err != nil {
				return fulfillment.Voided, nil
			}
			return result, nil
		}
	}},
	{"a label without scans can be tracked", onSandbox, func(f *faulty, good fulfillment.Carrier) {
		f.track = func(ctx context.Context, tracking string) ([]fulfillment.Scan, error) {
			scans, err := good.Track(ctx, tracking)
			if err == nil && len(scans) == 0 {
				err = errPlanted
			}
			return scans, err
		}
	}},
	{"tracking an unknown number is refused", onSandbox, func(f *faulty, good fulfillment.Carrier) {
		f.track = func(ctx context.Context, tracking string) ([]fulfillment.Scan, error) {
			scans, err := good.Track(ctx, tracking)
			if reasonOf(err) == fulfillment.ReasonUnknown {
				return nil, nil
			}
			return scans, err
		}
	}},
	{"scans have a time and a known status", onSandbox, changedScans(func(scans []fulfillment.Scan) []fulfillment.Scan {
		for i := range scans {
			scans[i].Status = "somewhere"
		}
		return scans
	})},
	{"scans come oldest first", onSandbox, changedScans(func(scans []fulfillment.Scan) []fulfillment.Scan {
		slices.Reverse(scans)
		return scans
	})},
	{"scans are not forgotten", onSandbox, changedScans(func(scans []fulfillment.Scan) []fulfillment.Scan {
		return scans[max(0, len(scans)-1):]
	})},
	{"the same scan is told in the same words", onSandbox, func(f *faulty, good fulfillment.Carrier) {
		polls := 0
		f.track = func(ctx context.Context, tracking string) ([]fulfillment.Scan, error) {
			scans, err := good.Track(ctx, tracking)
			polls++
			for i := range scans {
				scans[i].EventID = fmt.Sprint(time.Duration(polls), "-", i)
			}
			return scans, err
		}
	}},
}

// changedReturns plants a change of how return labels are sold.
func changedReturns(sell func(context.Context, fulfillment.ReturnLabeler, fulfillment.BuyRequest) (fulfillment.Label, error)) func(*faulty, fulfillment.Carrier) {
	return func(f *faulty, good fulfillment.Carrier) {
		f.back = func(ctx context.Context, r fulfillment.BuyRequest) (fulfillment.Label, error) {
			return sell(ctx, good.(fulfillment.ReturnLabeler), r)
		}
	}
}

// soldAs sells under another reference and says that it was the one asked for.
func soldAs(ctx context.Context, good fulfillment.ReturnLabeler, r fulfillment.BuyRequest, reference string) (fulfillment.Label, error) {
	asked := r.Reference
	r.Reference = reference
	l, err := good.BuyReturn(ctx, r)
	if err == nil {
		l.Reference = asked
	}
	return l, err
}

var plantsOnReturns = []planted{
	{"a return label names the reference it was bought under", onSandbox, changedReturns(
		func(ctx context.Context, good fulfillment.ReturnLabeler, r fulfillment.BuyRequest) (fulfillment.Label, error) {
			l, err := good.BuyReturn(ctx, r)
			l.Reference = ""
			return l, err
		})},
	{"one reference buys one return label", onSandbox, func(f *faulty, good fulfillment.Carrier) {
		bought := map[string]bool{}
		f.back = func(ctx context.Context, r fulfillment.BuyRequest) (fulfillment.Label, error) {
			labeler := good.(fulfillment.ReturnLabeler)
			if bought[r.Reference] {
				return soldAs(ctx, labeler, r, r.Reference+"-again")
			}
			bought[r.Reference] = true
			return labeler.BuyReturn(ctx, r)
		}
	}},
	{"a return label is found", onSandbox, changedReturns(
		func(ctx context.Context, good fulfillment.ReturnLabeler, r fulfillment.BuyRequest) (fulfillment.Label, error) {
			if r.Reference == "back found" {
				return soldAs(ctx, good, r, "elsewhere")
			}
			return good.BuyReturn(ctx, r)
		})},
	{"a lost answer about a return label is an unknown outcome", onSandbox, changedReturns(
		func(ctx context.Context, good fulfillment.ReturnLabeler, r fulfillment.BuyRequest) (fulfillment.Label, error) {
			l, err := good.BuyReturn(ctx, r)
			if err != nil && fulfillment.OutcomeOf(err) == fulfillment.Unknown {
				err = carrierError(fulfillment.NotSent, fulfillment.ReasonUnreachable)
			}
			return l, err
		})},
	{"a reference is of one direction", onSandbox, changedReturns(
		func(ctx context.Context, good fulfillment.ReturnLabeler, r fulfillment.BuyRequest) (fulfillment.Label, error) {
			l, err := good.BuyReturn(ctx, r)
			if reasonOf(err) == fulfillment.ReasonReference {
				return soldAs(ctx, good, r, r.Reference+"-back")
			}
			return l, err
		})},
}
