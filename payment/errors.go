package payment

import (
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/go-oms/oms/fault"
	"github.com/go-oms/oms/money"
)

// Outcome says what may have become of a request that got no verdict.
type Outcome uint8

// The outcomes. The zero Outcome is the careful one.
const (
	// Unknown means that the request may have been carried out.
	Unknown Outcome = iota
	// NotSent means that the gateway certainly never had it: the connection was
	// refused, the name did not resolve, the gateway asked to come back later.
	NotSent
	// Refused means that the gateway read it and will not carry it out: it is
	// malformed, or not possible as things stand.
	Refused
)

// String returns the outcome's name.
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

// Reason says why a gateway gave no verdict.
type Reason string

// The reasons.
const (
	ReasonInvalid     Reason = "invalid"     // the request is malformed
	ReasonState       Reason = "state"       // not possible as things stand, such as a void after the capture
	ReasonAmount      Reason = "amount"      // more than there is
	ReasonCurrency    Reason = "currency"    // not taken, or finer than it is counted
	ReasonKeyReused   Reason = "key_reused"  // the key was used for another request
	ReasonNotFound    Reason = "not_found"   // what the request refers to
	ReasonUnsupported Reason = "unsupported" // the gateway cannot do that
	ReasonCredentials Reason = "credentials" // the gateway does not know us
	ReasonThrottled   Reason = "throttled"   // too many requests, see After
	ReasonUnavailable Reason = "unavailable" // not reachable, or broken
)

// GatewayError says that a gateway gave no verdict and why. Its kind follows from
// its Outcome: fault.Unknown, fault.Transient for NotSent, fault.Rejected for
// Refused.
type GatewayError struct {
	Op      Kind // empty for a lookup
	Outcome Outcome
	Reason  Reason
	Code    string        // as the gateway said it, such as an HTTP status
	After   time.Duration // not before; zero when the gateway does not say
	Err     error
}

func (e *GatewayError) Error() string {
	text := "payment: "
	if e.Op != "" {
		text += string(e.Op) + ": "
	}
	text += e.Outcome.String()
	if e.Reason != "" {
		text += ": " + string(e.Reason)
	}
	if e.Code != "" {
		text += " (" + e.Code + ")"
	}
	if e.Err != nil {
		text += ": " + e.Err.Error()
	}
	return text
}

// Unwrap returns the cause.
func (e *GatewayError) Unwrap() error { return e.Err }

// Fault returns the kind.
func (e *GatewayError) Fault() fault.Kind {
	switch e.Outcome {
	case NotSent:
		return fault.Transient
	case Refused:
		return fault.Rejected
	default:
		return fault.Unknown
	}
}

// OutcomeOf returns what may have become of a request that ended in err: the
// Outcome of the first *GatewayError in its chain, and Unknown for any other
// error, so that a careless adapter leads to a question and never to a second
// charge. It is not meant for a nil err.
func OutcomeOf(err error) Outcome {
	var e *GatewayError
	if errors.As(err, &e) {
		return e.Outcome
	}
	return Unknown
}

// CapError reports an operation that would move more than there is, counting what
// is in flight as moved. Its kind is fault.Rejected.
type CapError struct {
	TenderID uuid.UUID // zero where it is about all tenders of an order
	Kind     Kind
	Asked    money.Money
	Allowed  money.Money // the most that would be accepted now
}

func (e *CapError) Error() string {
	if e.TenderID == uuid.Nil {
		return fmt.Sprintf("payment: %s of %s: at most %s is possible", e.Kind, e.Asked, e.Allowed)
	}
	return fmt.Sprintf("payment %s: %s of %s: at most %s is possible", e.TenderID, e.Kind, e.Asked, e.Allowed)
}

// Fault returns fault.Rejected.
func (e *CapError) Fault() fault.Kind { return fault.Rejected }

// SignatureError reports a delivery that cannot be proved to be the gateway's, or
// whose time is too far from ours. Its kind is fault.Rejected.
type SignatureError struct{ Reason string }

func (e *SignatureError) Error() string { return "payment: webhook refused: " + e.Reason }

// Fault returns fault.Rejected.
func (e *SignatureError) Fault() fault.Kind { return fault.Rejected }
