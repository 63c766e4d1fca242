package oms

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/go-oms/oms/event"
	"github.com/go-oms/oms/fault"
)

// Sink receives events. Deliver is called with a few events, those of one aggregate
// in order of version, and returns nil once it has them safely; after an error the
// same events come again, but for those that a *[DeliveryError] says are safe. The
// same event may come more than once: (Aggregate, ID, Version) is its identity.
//
// One process at a time delivers to a sink, one call after the other. A call keeps
// its claim for up to five minutes; then its context ends, and Deliver must return.
type Sink interface {
	Deliver(ctx context.Context, tenant string, events []event.Event) error
}

// SinkFunc is a Sink made of a function.
type SinkFunc func(ctx context.Context, tenant string, events []event.Event) error

// Deliver calls f.
func (f SinkFunc) Deliver(ctx context.Context, tenant string, events []event.Event) error {
	return f(ctx, tenant, events)
}

// Patient is a Sink that says how long an event is tried. What it does not take does
// not hold up the others for ever: see [Parking]. Every other sink stops at the event
// that it does not take and tries again until it does, after a second first and
// at last once an hour, so that nothing is ever left out.
type Patient interface {
	Sink
	// Waits are the pauses between the tries of one event. After the last of them
	// the event is a dead letter.
	Waits() []time.Duration
}

// Parking makes a sink [Patient]. An event that fails holds up the others for the
// first two of the waits, in case the sink takes nothing at all for a while. When it
// fails again it is parked: the others go on, and it is tried after the rest of the
// waits. After the last one it is a dead letter, which nobody tries until
// [Client.Redrive]. Later events of a parked event's aggregate wait behind it: they
// never overtake each other.
func Parking(s Sink, waits ...time.Duration) Sink { return parking{s, slices.Clone(waits)} }

type parking struct {
	Sink
	waits []time.Duration
}

func (p parking) Waits() []time.Duration { return p.waits }

// DeliveryError is how a Sink tells more than that it failed. Its kind is
// fault.Rejected when the same again will fail again, and fault.Transient otherwise.
type DeliveryError struct {
	// Delivered is how many events, from the first, are safe all the same. The one
	// behind them is the one that failed.
	Delivered int
	// Refused says that the event will never be taken: it is a dead letter at once.
	Refused bool
	// Stop says that the sink takes nothing any more until Client.Redrive.
	Stop bool
	// After is how long the sink wants to be left alone at least.
	After time.Duration
	// Err is what went wrong; its text is kept.
	Err error
}

func (e *DeliveryError) Error() string {
	if e.Err == nil {
		return "oms: not delivered"
	}
	return e.Err.Error()
}

// Unwrap returns the cause.
func (e *DeliveryError) Unwrap() error { return e.Err }

// Fault returns fault.Rejected when the event is refused or the sink stops, and
// fault.Transient otherwise.
func (e *DeliveryError) Fault() fault.Kind {
	if e.Refused || e.Stop {
		return fault.Rejected
	}
	return fault.Transient
}

// The names of the leases that keep a sink's place: one for its line, and numbered
// ones for the aggregates that are parked beside it.
const (
	linePrefix = "sink:"
	slotPrefix = "parked:"
)

func sinkLease(sink string) string { return linePrefix + sink }

// backoff is how long a failing sink without waits of its own is left alone:
// doubling from a second to an hour.
func backoff(attempts int) time.Duration {
	return min(time.Second<<min(attempts-1, 12), time.Hour)
}

// never is when a sink that has stopped, or whose aggregate waits for Redrive, is
// tried next.
var never = time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)

// nextTry is how long an event that failed so often is left alone; false when the
// sink's patience is at its end.
func nextTry(s Sink, attempts int, e *DeliveryError) (time.Duration, bool) {
	wait := backoff(attempts)
	if patient, ok := s.(Patient); ok {
		waits := patient.Waits()
		if attempts > len(waits) {
			return 0, false
		}
		wait = waits[attempts-1]
	}
	return max(wait, e.After), !e.Refused
}

// problemText is an error's text as every store can keep it: short, valid, and without
// the zero byte, which PostgreSQL has no place for.
func problemText(err error) string {
	text := err.Error()
	text = text[:min(len(text), 500)]
	return strings.ReplaceAll(strings.ToValidUTF8(text, ""), "\x00", "")
}
