package fulfillment

import (
	"errors"
	"fmt"

	"github.com/go-oms/oms/fault"
)

// Outcome is what an error of a carrier says about the effect of the call.
type Outcome uint8

// The outcomes. The zero Outcome is the careful one.
const (
	Unknown Outcome = iota // it may have happened: ask, never just repeat
	NotSent                // the carrier surely never saw it: repeat
	Refused                // the carrier saw it and surely did nothing
)

// String returns the outcome in words.
func (o Outcome) String() string {
	switch o {
	case NotSent:
		return "not sent"
	case Refused:
		return "refused"
	default:
		return "outcome unknown"
	}
}

// Reason is why a carrier refused.
type Reason string

// The reasons that callers tell apart. Carriers may have more.
const (
	ReasonUnsupported Reason = "unsupported"       // the carrier cannot do this at all
	ReasonRequest     Reason = "invalid_request"   // wrong parcels, address, service …
	ReasonPrice       Reason = "price_above_max"   // it would cost more than MaxCost
	ReasonReference   Reason = "reference_reused"  // bought before for something else
	ReasonUnknown     Reason = "unknown_label"     // no such label or tracking number
	ReasonUnreachable Reason = "unreachable"       // no connection, rate limit, maintenance
	ReasonDeclined    Reason = "declined"          // account, balance, embargo …
	ReasonLost        Reason = "answer_lost"       // sent, and no answer came
	ReasonDoubtful    Reason = "unexpected_answer" // an answer nobody can read
)

// CarrierError is an error of a [Carrier]: no verdict but a statement about what
// happened. Its kind follows from its outcome: unknown, transient for not sent,
// rejected for refused.
type CarrierError struct {
	Op      string // "buy", "void" …
	Outcome Outcome
	Reason  Reason
	Message string // the carrier's words or what was wrong
	Err     error  // the cause, if any
}

func (e *CarrierError) Error() string {
	text := fmt.Sprintf("carrier: %s: %s: %s", e.Op, e.Outcome, e.Reason)
	if e.Message != "" {
		text += ": " + e.Message
	}
	if e.Err != nil {
		text += ": " + e.Err.Error()
	}
	return text
}

// Unwrap returns the cause.
func (e *CarrierError) Unwrap() error { return e.Err }

// Fault returns the kind that follows from the outcome.
func (e *CarrierError) Fault() fault.Kind {
	switch e.Outcome {
	case NotSent:
		return fault.Transient
	case Refused:
		return fault.Rejected
	default:
		return fault.Unknown
	}
}

// OutcomeOf returns the outcome of the *[CarrierError] in err's chain and Unknown
// for every other error: one that nobody classified proves nothing, be it a
// context's or a money error raised while an answer was being read.
func OutcomeOf(err error) Outcome {
	var e *CarrierError
	if errors.As(err, &e) {
		return e.Outcome
	}
	return Unknown
}
