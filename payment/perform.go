package payment

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"

	"github.com/go-oms/oms/event"
	"github.com/go-oms/oms/fault"
)

// Call is one call to a gateway about one operation.
type Call struct {
	Tender *Tender // with the operation started ([Tender.Start]) and committed
	Op     uuid.UUID
	Do     Do         // DoSend, DoLookup or DoContinue
	Order  string     // the order's number
	Params url.Values // with DoContinue: what the payer brought back

	ReportID uuid.UUID        // for the report
	Now      func() time.Time // the clock
}

// Performed is what came of a call.
type Performed struct {
	Report Report
	Action *Action       // what the payer must do; after success, such as the terms of an invoice, what he should know
	Opaque []byte        // to be kept for the tender; nil leaves the one before
	After  time.Duration // how long the gateway wants to be left in peace
	Err    error         // why there is no verdict, for the log; nil when there is one
}

// Perform makes one call and turns whatever comes of it into a report, which
// [Tender.Take] records; it never repeats anything. Whatever is not certain is in
// doubt:
//
//   - An answer in a state that we know is reported as it is, any other as in doubt.
//   - Begun later than the operation's NextAt, such as by a process that stood still
//     for a while: in doubt, and the gateway is not called. Others look at the
//     operation by then, and may be told that it never came; and its key may be
//     forgotten, so that it would take place twice.
//   - Not sent: Created, the gateway does not have it. If an earlier call may have
//     reached it, still in doubt.
//   - Refused: Declined, as the gateway's no. To a repeated request a refusal says
//     nothing about the first one, nor does it when the gateway has seen the key
//     before: in doubt.
//   - Any other error: in doubt.
//   - Not found by Lookup: Created while the key lives, so that the same request
//     may be sent again, and Canceled after that; but in doubt as long as the
//     gateway may have missed it.
//
// Only a Call that breaks its contract (no such operation, not started) gives no
// report: then Err says so and Report is zero.
func Perform(ctx context.Context, g Gateway, c Call) Performed {
	op := c.Tender.Op(c.Op)
	if op == nil {
		return Performed{Err: fault.NotFound("operation", c.Op)}
	}
	if op.Attempts == 0 || op.State.Final() {
		return Performed{Err: fault.Invalid("operation", op.State, "an operation that was started")}
	}
	var p Performed
	switch err := ctx.Err(); {
	case err != nil:
		p = c.failed(op, &GatewayError{Op: op.Kind, Outcome: NotSent, Err: err})
	case c.Do == DoLookup:
		p = c.lookUp(ctx, g, op)
	case c.Do == DoSend && c.overdue(op):
		p = Performed{Report: Report{State: InDoubt, Note: errOverdue.Error()}, Err: errOverdue}
	default:
		p = c.send(ctx, g, op)
	}
	c.stamp(&p.Report, op)
	return p
}

// Take records what came of a call: the report, what the gateway wants to have
// back, and when to look again. It answers as [Tender.Record] does.
func (t *Tender) Take(p Performed, caps Capabilities, now time.Time) (changed bool, problem string) {
	if p.Report.EventID == "" {
		return false, ""
	}
	changed, problem = t.Record(p.Report)
	if p.Opaque != nil {
		t.Opaque = p.Opaque
	}
	before := t.Problems()
	t.Schedule(p.Report.OpID, caps, p.After, now)
	for _, late := range t.Problems() {
		if problem == "" && !slices.Contains(before, late) {
			problem = late.String()
		}
	}
	return changed, problem
}

// stamp completes the report of a call.
func (c Call) stamp(r *Report, op *Op) {
	r.ID, r.TenderID, r.OpID, r.Gateway = c.ReportID, c.Tender.ID, op.ID, c.Tender.Gateway
	r.EventID = callEvent(op.ID, op.Attempts)
	r.Channel = Answer
	if c.Do == DoLookup {
		r.Channel = Looked
	}
	r.ReceivedAt = event.Moment(c.Now())
	if r.At = told(r.At); r.At.IsZero() {
		r.At = r.ReceivedAt
	}
	r.AuthorizedUntil, r.Note = told(r.AuthorizedUntil), clip(r.Note)
}

var errOverdue = errors.New("payment: not sent, since others may look at the operation by now")

func (c Call) overdue(op *Op) bool { return !op.NextAt.IsZero() && !c.Now().Before(op.NextAt) }

func (c Call) send(ctx context.Context, g Gateway, op *Op) Performed {
	result, err := c.transmit(ctx, g, op)
	if err != nil {
		return c.failed(op, err)
	}
	return answered(result)
}

// transmit hands the operation to the gateway's method for it. The requests hold
// nothing that could differ when the same operation is sent again.
func (c Call) transmit(ctx context.Context, g Gateway, op *Op) (Result, error) {
	id, opaque, of := c.identity(op), c.Tender.Opaque, c.refOf(op)
	if c.Do == DoContinue {
		continuer, ok := g.(Continuer)
		if !ok || !g.Capabilities().Continues {
			return Result{}, unsupported(op.Kind)
		}
		return continuer.Continue(ctx, ContinueRequest{Op: id, Ref: op.Ref, Params: c.Params, Opaque: opaque})
	}
	switch op.Kind {
	case Authorize, Sale:
		return g.Authorize(ctx, AuthorizeRequest{
			Op: id, Amount: op.Amount, Capture: op.Kind == Sale, Source: c.Tender.Source, Opaque: opaque,
		})
	case Capture:
		final := !g.Capabilities().MultipleCaptures
		return g.Capture(ctx, CaptureRequest{Op: id, Amount: op.Amount, Of: of, Final: final, Opaque: opaque})
	case Void:
		return g.Void(ctx, VoidRequest{Op: id, Amount: op.Amount, Of: of, Opaque: opaque})
	case Refund:
		return g.Refund(ctx, RefundRequest{Op: id, Amount: op.Amount, Of: of, Opaque: opaque})
	case Payout:
		if payouter, ok := g.(Payouter); ok && g.Capabilities().Payouts {
			return payouter.Payout(ctx, PayoutRequest{Op: id, Amount: op.Amount, Source: c.Tender.Source, Opaque: opaque})
		}
	}
	return Result{}, unsupported(op.Kind)
}

func (c Call) identity(op *Op) Identity {
	return Identity{ID: op.ID, Order: c.Order, Attempt: op.Attempts}
}

func (c Call) refOf(op *Op) string {
	if of := c.Tender.Op(op.On); of != nil {
		return of.Ref
	}
	return ""
}

func answered(r Result) Performed {
	p := Performed{
		Report: Report{
			State: r.State, Ref: r.Ref, Amount: r.Amount, Decline: r.Decline,
			AuthorizedUntil: r.AuthorizedUntil, Method: r.Method, At: r.At,
		},
		Opaque: r.Opaque,
	}
	switch r.State {
	case Succeeded, ActionRequired, Waiting:
		p.Action = r.Action
	case Declined:
		if r.Decline == nil {
			p.Report.Decline = &Decline{Code: DeclineGeneric}
		}
	case Canceled:
	default:
		p.Err = fmt.Errorf("payment: the gateway answered in the state %q, which is none of a result", r.State)
		p.Report = Report{State: InDoubt, Ref: r.Ref, Note: p.Err.Error()}
	}
	return p
}

// failed says what a call without a verdict leaves us with. An operation that is
// still in the state Sending was never sent before, see [Tender.Start].
func (c Call) failed(op *Op, err error) Performed {
	p := Performed{Report: Report{State: InDoubt, Note: err.Error()}, Err: err}
	var e *GatewayError
	if errors.As(err, &e) {
		p.After = max(e.After, 0)
	}
	if c.Do != DoSend || op.State != Sending || e == nil {
		return p
	}
	switch {
	case e.Outcome == NotSent:
		p.Report.State = Created
	case e.Outcome == Refused && e.Reason != ReasonKeyReused:
		p.Report.State = Declined
		p.Report.Decline = &Decline{Code: DeclineRefused, GatewayCode: e.gatewayCode(), Message: clip(e.Error())}
	}
	return p
}

func (e *GatewayError) gatewayCode() string {
	if e.Code != "" {
		return e.Code
	}
	return string(e.Reason)
}

func (c Call) lookUp(ctx context.Context, g Gateway, op *Op) Performed {
	asked, caps := c.Now(), g.Capabilities()
	found, err := g.Lookup(ctx, LookupRequest{
		Op: c.identity(op), Kind: op.Kind, Ref: op.Ref, Of: c.refOf(op), Opaque: c.Tender.Opaque,
	})
	if err != nil {
		return c.failed(op, err)
	}
	if found.Found {
		return answered(found.Result)
	}
	p := Performed{Report: Report{State: InDoubt, Note: "the gateway did not find it"}}
	certain := found.Consistent && asked.Sub(op.SentAt) >= caps.FindDelay
	switch {
	case !certain || op.State != InDoubt:
		// A gateway that had the operation and now misses it contradicts itself.
	case caps.keyLives(*op, asked):
		p.Report.State = Created
	default:
		p.Report.State = Canceled
	}
	return p
}

// maxNote is the most bytes of a foreign text that the books keep.
const maxNote = 500

// clip shortens a text to what the books keep, in whole characters.
func clip(text string) string {
	text = strings.ToValidUTF8(text, "\uFFFD")
	if len(text) <= maxNote {
		return text
	}
	end := maxNote
	for !utf8.RuneStart(text[end]) {
		end--
	}
	return text[:end]
}
