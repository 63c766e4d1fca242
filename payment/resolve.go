package payment

import (
	"strconv"
	"time"

	"github.com/google/uuid"

	"github.com/go-oms/oms/event"
	"github.com/go-oms/oms/fault"
)

// Do is what to do next about an operation.
type Do uint8

// The things to do.
const (
	DoNothing  Do = iota // it has its verdict
	DoSend               // send the request, always with the same key
	DoLookup             // ask the gateway what it knows
	DoContinue           // hand on what the payer brought back; never what [Tender.Next] answers
	DoWait               // not before Step.Until
	DoByHand             // a person must find out: [Tender.Schedule] takes it off the list
)

// String returns the name of what is to do.
func (d Do) String() string {
	return [...]string{"nothing", "send", "look up", "continue", "wait", "by hand"}[min(d, DoByHand)]
}

// Step is what to do next, and when.
type Step struct {
	Do    Do
	Until time.Time // with DoWait
}

// Grace is how long a call may take before its operation counts as lost.
const Grace = 5 * time.Minute

// The ladders of waiting, by the number of calls that were made.
var (
	doubtLadder   = [...]time.Duration{5 * time.Minute, time.Hour, day, day, day, day, day}
	waitingLadder = [...]time.Duration{time.Hour, day, day, day, day, day, day, day, day, day, day, day, day, day}
)

const (
	day = 24 * time.Hour

	unsentFirst = 10 * time.Second // doubled with every try
	unsentMost  = time.Hour
	unsentTries = 24
)

// Next returns what to do now about an operation of the tender. It decides by what
// is known of the last call:
//
//   - never sent, or certainly not arrived: send.
//   - the answer to the first call was lost, and the gateway looks at keys and does
//     not repeat its own failures: send once more, with the same key.
//   - otherwise in doubt: look it up. Once Lookup has missed it for certain, send
//     again with the same key while the key lives.
//   - in doubt at a gateway that cannot be asked: send again while the key lives.
//   - waiting for the gateway or the payer: look it up.
//
// Where none of this is possible, or the ladder is at its end, it is left to a
// person. A report may settle the operation any time before. An id that the tender
// does not have needs nothing.
func (t *Tender) Next(op uuid.UUID, caps Capabilities, now time.Time) Step {
	o := t.Op(op)
	switch {
	case o == nil || o.State.Final():
		return Step{Do: DoNothing}
	case o.NextAt.IsZero():
		return Step{Do: DoByHand}
	case now.Before(o.NextAt):
		return Step{Do: DoWait, Until: o.NextAt}
	}
	return Step{Do: t.due(o, caps, now)}
}

func (t *Tender) due(o *Op, caps Capabilities, now time.Time) Do {
	switch o.State {
	case Created:
		return DoSend
	case Waiting, ActionRequired:
		if caps.canLook(*o) {
			return DoLookup
		}
		return DoByHand
	}
	keyLives := caps.keyLives(*o, now)
	switch absent := t.absent(o); {
	case absent && (o.State == Sending || keyLives):
		return DoSend
	case keyLives && !caps.ReplaysErrors && o.Attempts <= 1:
		return DoSend
	case caps.canLook(*o):
		return DoLookup
	case keyLives:
		return DoSend
	}
	return DoByHand
}

// absent reports whether the last call left the certainty that the gateway does
// not have the operation.
func (t *Tender) absent(o *Op) bool {
	id := callEvent(o.ID, o.Attempts)
	for i := range t.Reports {
		if r := &t.Reports[i]; r.Gateway == t.Gateway && r.EventID == id {
			return r.State == Created
		}
	}
	return false
}

// callEvent names the report of one call: no call gives two.
func callEvent(op uuid.UUID, attempt int) string {
	return "call:" + op.String() + ":" + strconv.Itoa(attempt)
}

// Start marks that a call about the operation is about to be made: DoSend,
// DoLookup or DoContinue. Commit the tender after it and before [Perform]; should
// the process die, the operation comes up again after [Grace]. A repetition of
// a call whose answer is not known puts the operation in doubt.
func (t *Tender) Start(op uuid.UUID, do Do, caps Capabilities, now time.Time) error {
	o := t.Op(op)
	if o == nil {
		return fault.NotFound("operation", op)
	}
	if o.State.Final() {
		return fault.Invalid("operation", o.State, "an operation without a verdict")
	}
	now = event.Moment(now)
	fresh := o.State == Created || o.State == Sending && t.absent(o)
	switch do {
	case DoSend:
		if o.State == Waiting || o.State == ActionRequired {
			return fault.Invalid("operation", o.State, "an operation that the gateway does not have yet")
		}
		o.SentAt = now
		if fresh {
			o.State = Sending
		} else {
			o.State = InDoubt
		}
	case DoLookup, DoContinue:
		if fresh {
			return fault.Invalid("operation", o.State, "an operation that was sent")
		}
		if o.State == Sending {
			o.State = InDoubt
		}
	default:
		return fault.Invalid("do", do, "send, look up or continue")
	}
	o.Attempts++
	o.NextAt = now.Add(max(Grace, caps.FindDelay))
	t.Totals = Sum(t.Amount.Currency(), t.Ops)
	return nil
}

// Schedule sets when the operation is looked at again after a call or a report:
// after 5 minutes, an hour, then daily for five days when it is in doubt (the
// first time at once where the same key can be sent again), after an hour and then
// daily for two weeks when it waits, with doubling pauses when it could not be
// sent; never before after has passed. When the ladder is at its end, or there is
// nothing to ask, NextAt becomes zero: the operation is left to a person, which
// [Tender.Problems] says if it is in doubt.
func (t *Tender) Schedule(op uuid.UUID, caps Capabilities, after time.Duration, now time.Time) {
	o := t.Op(op)
	if o == nil {
		return
	}
	now = event.Moment(now)
	wait, ok := t.pause(o, caps, now)
	next := now.Add(max(wait, after))
	if !ok || t.due(o, caps, next) == DoByHand {
		next = time.Time{}
	}
	o.NextAt = next
}

func (t *Tender) pause(o *Op, caps Capabilities, now time.Time) (wait time.Duration, ok bool) {
	calls := max(o.Attempts, 1) - 1
	switch {
	case o.State.Final():
		return 0, false
	case o.State == Created:
		return 0, true
	case o.State == Waiting || o.State == ActionRequired:
		return rung(waitingLadder[:], calls)
	case o.State == Sending && t.absent(o):
		return min(unsentFirst<<min(calls, 16), unsentMost), o.Attempts < unsentTries
	}
	if caps.KeyTTL > 0 && !caps.ReplaysErrors {
		if calls == 0 && caps.keyLives(*o, now) {
			return 0, true
		}
		calls = max(calls-1, 0) // the repetition at once is no rung
	}
	wait, ok = rung(doubtLadder[:], calls)
	if t.absent(o) {
		wait = 0
	}
	return max(wait, caps.FindDelay-now.Sub(o.SentAt)), ok
}

func rung(ladder []time.Duration, n int) (time.Duration, bool) {
	if n >= len(ladder) {
		return 0, false
	}
	return ladder[n], true
}
