package oms

import (
	"context"
	"fmt"
	"strings"

	"github.com/go-oms/oms/fault"
	"github.com/go-oms/oms/order"
)

// FraudScreen looks at an order before it is placed, once for each call of Place or
// Enter that gets that far. It is called before anything is written, must be safe for
// concurrent use, and must heed its context, which ends after Config.FraudPatience.
// Where it fails or takes longer, the order is placed with an open hold of type order.HoldFraud, as for a verdict of
// review: what could not be looked at is looked at by a person.
//
// order.ScreenRules is one that goes by rules.
type FraudScreen interface {
	Screen(ctx context.Context, s order.Screening) (order.Verdict, error)
}

// ScreenedError reports an order that the fraud screen does not want. Its kind is
// fault.Rejected.
type ScreenedError struct {
	Reasons []string // the screen's codes
}

func (e *ScreenedError) Error() string {
	return fmt.Sprintf("oms: the fraud screen rejects the order: %s", strings.Join(e.Reasons, ", "))
}

// Fault returns fault.Rejected.
func (e *ScreenedError) Fault() fault.Kind { return fault.Rejected }

// screening is what the screen has said during one command: it is not asked again
// when the command starts again.
type screening struct {
	asked   bool
	verdict order.Verdict
}

// unscreened is why an order is to be reviewed that the screen has not judged.
const unscreened = "screen_failed"

// screen asks the fraud screen and returns why the order is to be reviewed, if it is.
func (c *Client) screen(ctx context.Context, o *order.Order, s *screening) (review []string, err error) {
	screen := c.core.cfg.FraudScreen
	if screen == nil {
		return nil, nil
	}
	if !s.asked {
		patient, cancel := context.WithTimeout(ctx, c.core.cfg.FraudPatience)
		defer cancel()
		s.verdict, err = screen.Screen(patient, order.Screening{Order: o.Clone(), Actor: c.actor, Past: c.store})
		if ctx.Err() != nil {
			return nil, classify(ctx, ctx.Err())
		}
		if err != nil || patient.Err() != nil {
			c.core.cfg.Logger.Warn("oms: fraud screen", "order", o.ID, "error", err)
			s.verdict = order.Verdict{Outcome: order.ScreenReview, Reasons: []string{unscreened}}
		}
		s.asked = true
	}
	reasons := s.verdict.Reasons
	switch s.verdict.Outcome {
	case order.ScreenPass:
		return nil, nil
	case order.ScreenReject:
		return nil, &ScreenedError{Reasons: reasons}
	case order.ScreenReview:
		if len(reasons) == 0 {
			reasons = []string{string(order.ScreenReview)}
		}
		return reasons, nil
	}
	return []string{unscreened}, nil
}
