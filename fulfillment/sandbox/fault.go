package sandbox

import (
	"context"
	"errors"

	"github.com/go-oms/oms/fulfillment"
)

// Fault is one way for a call to go wrong. The zero Fault is none: a call that
// goes well.
type Fault struct {
	Kind Kind
	Rise int64 // raises the price of a Buy by so many minor units per parcel
}

// Kind is how a call fails.
type Kind uint8

// The kinds.
const (
	Fine      Kind = iota
	NotSent        // no connection: nothing happened, and the caller knows
	Refuse         // the carrier says no
	LoseEarly      // lost on the way there: nothing happened, and the caller cannot know
	LoseLate       // lost on the way back: it happened, and the caller cannot know
)

// Script makes the next calls of an operation ("rates", "buy", "void", "track",
// "find") go as the faults say, one call each; later ones go well.
func (c *Carrier) Script(op string, faults ...Fault) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.faults[op] = append(c.faults[op], faults...)
}

// call does one call under the lock, with its scripted fault.
func (c *Carrier) call(ctx context.Context, op string, do func(Fault) error) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return &fulfillment.CarrierError{Op: op, Outcome: fulfillment.NotSent, Reason: fulfillment.ReasonUnreachable, Err: err}
	}
	var f Fault
	if script := c.faults[op]; len(script) > 0 {
		f, c.faults[op] = script[0], script[1:]
	}
	switch f.Kind {
	case NotSent:
		return &fulfillment.CarrierError{Op: op, Outcome: fulfillment.NotSent, Reason: fulfillment.ReasonUnreachable, Message: "scripted"}
	case Refuse:
		return refused(op, fulfillment.ReasonDeclined, errors.New("scripted"))
	case LoseEarly:
		return lost(op)
	case LoseLate:
		if err := do(f); err != nil {
			return err
		}
		return lost(op)
	}
	return do(f)
}

func refused(op string, reason fulfillment.Reason, err error) error {
	return &fulfillment.CarrierError{Op: op, Outcome: fulfillment.Refused, Reason: reason, Err: err}
}

func lost(op string) error {
	return &fulfillment.CarrierError{Op: op, Outcome: fulfillment.Unknown, Reason: fulfillment.ReasonLost, Message: "scripted"}
}
