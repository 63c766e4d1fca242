package carriertest

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/go-oms/oms/fulfillment"
)

// Harness is a fresh carrier and what can be done to it.
type Harness struct {
	Carrier fulfillment.Carrier
	// Request returns a request with that reference that the carrier accepts,
	// each time with slices of its own.
	Request func(reference string) fulfillment.BuyRequest
	// Lose makes the answer of the next Buy get lost, after it took effect or
	// before. Nil skips the cases about lost answers.
	Lose func(applied bool)
	// Unreachable makes the next Buy fail to reach the carrier. Nil skips.
	Unreachable func()
	// Decline makes the carrier decline the next Buy. Nil skips.
	Decline func()
	// Advance moves the carrier's time on, so that its parcels get scanned. Nil
	// skips the cases about the scans' contents.
	Advance func(time.Duration)
}

// Case is one rule and the check that proves it. Check returns nil when the
// carrier keeps the rule, a *[SkipError] when it cannot be told, and otherwise what is
// wrong.
type Case struct {
	Name  string
	Check func(ctx context.Context, h Harness) error
}

// SkipError says why a case does not apply.
type SkipError struct{ Reason string }

func (s *SkipError) Error() string { return "skipped: " + s.Reason }

func skip(reason string) error { return &SkipError{Reason: reason} }

// Cases returns the suite.
func Cases() []Case {
	var all []Case
	for _, part := range [][]Case{capabilityCases, rateCases, buyCases, outcomeCases, voidCases, trackCases, returnCases} {
		all = append(all, part...)
	}
	return all
}

// Run runs the suite, each case as a subtest with a harness of its own.
func Run(t *testing.T, newHarness func(t *testing.T) Harness) {
	t.Helper()
	for _, c := range Cases() {
		t.Run(c.Name, func(t *testing.T) {
			err := c.Check(t.Context(), newHarness(t))
			var skipped *SkipError
			if errors.As(err, &skipped) {
				t.Skip(skipped.Reason)
			}
			if err != nil {
				t.Fatal(err)
			}
		})
	}
}
