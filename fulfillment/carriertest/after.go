package carriertest

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"time"

	"github.com/go-oms/oms/fulfillment"
)

var voidCases = []Case{
	{"a voided label is found as voided", func(ctx context.Context, h Harness) error {
		if _, err := voided(ctx, h); err != nil {
			return err
		}
		if !h.Carrier.Capabilities().Finds {
			return skip("Find proves nothing")
		}
		found, err := h.Carrier.Find(ctx, "a")
		if err != nil {
			return fmt.Errorf("find: %w", err)
		}
		if len(found) != 1 {
			return skip("the label is not found, which is another case's matter")
		}
		if !found[0].Voided {
			return errors.New("the label was voided and is found as valid")
		}
		return nil
	}},
	{"voiding may be repeated", func(ctx context.Context, h Harness) error {
		label, err := voided(ctx, h)
		if err != nil {
			return err
		}
		again, err := h.Carrier.Void(ctx, label.Ref)
		if err == nil && again != fulfillment.Voided {
			return fmt.Errorf("voided, then %q", again)
		}
		return err
	}},
	{"voiding an unknown label is refused", func(ctx context.Context, h Harness) error {
		if !h.Carrier.Capabilities().Voids {
			return skip("the carrier does not take labels back")
		}
		_, err := h.Carrier.Void(ctx, "no such label")
		return wantReason(err, fulfillment.ReasonUnknown)
	}},
}

// voided returns a label that was bought and given back.
func voided(ctx context.Context, h Harness) (fulfillment.Label, error) {
	if !h.Carrier.Capabilities().Voids {
		return fulfillment.Label{}, skip("the carrier does not take labels back")
	}
	label, err := buy(ctx, h, "a")
	if err != nil {
		return label, err
	}
	result, err := h.Carrier.Void(ctx, label.Ref)
	if err != nil {
		return label, fmt.Errorf("void: %w", err)
	}
	if result != fulfillment.Voided {
		return label, skip("the carrier does not void at once: " + string(result))
	}
	return label, nil
}

var trackCases = []Case{
	{"a label without scans can be tracked", func(ctx context.Context, h Harness) error {
		label, err := tracked(ctx, h)
		if err != nil {
			return err
		}
		_, err = h.Carrier.Track(ctx, label.Tracking)
		return err
	}},
	{"tracking an unknown number is refused", func(ctx context.Context, h Harness) error {
		if !h.Carrier.Capabilities().Tracking {
			return skip("the carrier does not track")
		}
		_, err := h.Carrier.Track(ctx, "no such number")
		return wantReason(err, fulfillment.ReasonUnknown)
	}},
	{"scans have a time and a known status", func(ctx context.Context, h Harness) error {
		return eachPoll(ctx, h, func(_, scans []fulfillment.Scan) error {
			for _, s := range scans {
				if s.At.IsZero() || !s.Status.Sent() {
					return fmt.Errorf("a scan without a time or with an unknown status: %+v", s)
				}
			}
			return nil
		})
	}},
	{"scans come oldest first", func(ctx context.Context, h Harness) error {
		return eachPoll(ctx, h, func(_, scans []fulfillment.Scan) error {
			if !slices.IsSortedFunc(scans, func(a, b fulfillment.Scan) int { return a.At.Compare(b.At) }) {
				return fmt.Errorf("not in order of time: %+v", scans)
			}
			return nil
		})
	}},
	{"scans are not forgotten", func(ctx context.Context, h Harness) error {
		return eachPoll(ctx, h, func(before, scans []fulfillment.Scan) error {
			for _, b := range before {
				if !slices.ContainsFunc(scans, func(s fulfillment.Scan) bool { return s.At.Equal(b.At) && s.Status == b.Status }) {
					return fmt.Errorf("%s at %s is no longer there", b.Status, b.At)
				}
			}
			return nil
		})
	}},
	{"the same scan is told in the same words", func(ctx context.Context, h Harness) error {
		label, err := tracked(ctx, h)
		if err != nil {
			return err
		}
		if h.Advance == nil {
			return skip("the harness cannot move time")
		}
		h.Advance(journey)
		first, errFirst := h.Carrier.Track(ctx, label.Tracking)
		second, errSecond := h.Carrier.Track(ctx, label.Tracking)
		if !reflect.DeepEqual(first, second) {
			return fmt.Errorf("%+v became %+v", first, second)
		}
		return errors.Join(errFirst, errSecond)
	}},
}

// tracked returns a label whose parcel the carrier tracks.
func tracked(ctx context.Context, h Harness) (fulfillment.Label, error) {
	if !h.Carrier.Capabilities().Tracking {
		return fulfillment.Label{}, skip("the carrier does not track")
	}
	label, err := buy(ctx, h, "a")
	if err == nil && label.Tracking == "" {
		err = skip("the label has no number, which is another case's matter")
	}
	return label, err
}

// journey is long enough for every parcel to arrive, and polls is how often it is
// looked at on its way.
const (
	journey = 10 * 24 * time.Hour
	polls   = 40
)

// eachPoll tracks a parcel on its way and checks each answer with the one before.
func eachPoll(ctx context.Context, h Harness, check func(before, scans []fulfillment.Scan) error) error {
	label, err := tracked(ctx, h)
	if err != nil {
		return err
	}
	if h.Advance == nil {
		return skip("the harness cannot move time")
	}
	var before []fulfillment.Scan
	for range polls {
		h.Advance(journey / polls)
		scans, err := h.Carrier.Track(ctx, label.Tracking)
		if err != nil {
			return fmt.Errorf("track: %w", err)
		}
		if err := check(before, scans); err != nil {
			return err
		}
		before = scans
	}
	if len(before) == 0 {
		return skip("the parcel was never scanned")
	}
	return nil
}
