package sim

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/go-oms/oms"
	"github.com/go-oms/oms/event"
	"github.com/go-oms/oms/fault"
	"github.com/go-oms/oms/fulfillment"
	"github.com/go-oms/oms/order"
	"github.com/go-oms/oms/storage"
)

// ledger is what callers were told: what was promised to them must hold whatever
// happens afterwards.
type ledger struct {
	promises map[string]*promise
	list     []*promise // in order of asking
	received map[string][]receipt
}

// receipt is goods that came in, if the key was done.
type receipt struct {
	key   string
	units int64
}

// promise is a command under its key.
type promise struct {
	key, name string
	calls     bool // it goes on outside after its commit
	at        time.Time
	doubted   bool   // an earlier try may have been done
	told      bool   // it was acknowledged
	answer    answer // the first one
}

// answer is what an acknowledgement said.
type answer struct {
	order   uuid.UUID
	version int64 // of the order; 0 where the answer is not one
	text    string
}

// ask is a command as an actor gives it.
type ask struct {
	name  string
	key   string
	calls bool
	order uuid.UUID // that it is about; zero for none
	do    func(context.Context, *oms.Client) (answer, error)
	// acknowledged is told the first answer.
	acknowledged func(answer)
}

// give gives a command and repeats it, with its key, as a careful caller does: when he
// is not told what became of it, and now and then for no reason.
func (w *world) give(c ask) error {
	a := w.current
	p := w.ledger.promises[c.key]
	if p == nil {
		p = &promise{key: c.key, name: c.name, calls: c.calls, at: w.now}
		w.ledger.promises[c.key] = p
		w.ledger.list = append(w.ledger.list, p)
	}
	for try := 0; ; try++ {
		err := w.try(c, p)
		kind := fault.KindOf(err)
		again := kind == fault.Unknown || kind == fault.Transient
		switch {
		case again && w.swarm.strikes(Gone):
			w.note("gives up", c.name, c.key)
			return err
		case again && try >= 5, !again && a.rng.IntN(8) > 0:
			return err
		case try >= 5:
			return err
		}
		if a.rng.IntN(3) == 0 && len(w.procs) > 1 && !w.swarm.quiet {
			w.move(a)
		}
	}
}

// move has the caller ask another process the next time.
func (w *world) move(a *actor) {
	a.proc = w.procs[a.rng.IntN(len(w.procs))]
	a.life = a.proc.life
}

// try gives a command once and judges the answer.
func (w *world) try(c ask, p *promise) (err error) {
	a := w.current
	w.enter()
	w.note("asks", c.name, c.key)
	var got answer
	died := w.survive(func() { got, err = c.do(a.ctx, a.proc.client) })
	w.land(a)
	if died {
		p.doubted = true
		w.note("died", c.name, c.key)
		return &fault.UnknownError{Op: c.name, Err: errDied}
	}
	w.note("told", c.name, c.key, text(err), got.text)
	w.judge(c, p, got, err)
	if err == nil {
		w.done[c.name]++
	}
	w.touch(c.order)
	if got.order != c.order {
		w.touch(got.order)
	}
	return err
}

var errDied = errors.New("sim: the process is gone")

// survive does something in the current process and reports whether that died.
func (w *world) survive(do func()) (died bool) {
	defer func() {
		switch p := recover().(type) {
		case nil:
		case crashed:
			died = true
			w.current.life = w.current.proc.life
		default:
			panic(p)
		}
	}()
	do()
	return false
}

// judge holds an answer against what is stored and what was said before.
func (w *world) judge(c ask, p *promise, got answer, err error) {
	kind := fault.KindOf(err)
	if err != nil && !classified(err) {
		w.fail("answer.kind", "%s %s: an error without a kind: %v", c.name, c.key, err)
	}
	_, missing := w.base.Key(sure, c.key)
	switch {
	case err == nil && missing != nil:
		w.fail("answer.kept", "%s %s was acknowledged and its key is not stored", c.name, c.key)
	case refusedWhole(err) && missing == nil && !isReused(err):
		w.fail("answer.refused", "%s %s was refused and has been done: %v", c.name, c.key, err)
	case kind == fault.Transient && !p.doubted && !p.told && missing == nil && !saysHow(err):
		w.fail("answer.transient", "%s %s: nothing was done, it says, and it was: %v", c.name, c.key, err)
	case kind == fault.Conflict:
		w.fail("answer.conflict", "%s %s relied on no version and is told of a conflict: %v", c.name, c.key, err)
	case isDuplicate(err, "number"):
		w.fail("order.number", "%s %s: a number was given twice: %v", c.name, c.key, err)
	case p.told && kind == fault.Rejected && !p.calls:
		w.fail("answer.same", "%s %s was acknowledged and is refused now: %v", c.name, c.key, err)
	}
	if err != nil {
		p.doubted = p.doubted || kind == fault.Unknown || p.calls && missing == nil
		return
	}
	w.keep(c, p, got)
}

// keep notes an acknowledgement, or compares it with the first one.
func (w *world) keep(c ask, p *promise, got answer) {
	if p.told {
		if got != p.answer {
			w.fail("answer.same", "%s %s was answered %q first and now %q", c.name, c.key, p.answer.text, got.text)
		}
		return
	}
	p.told, p.answer = true, got
	if got.version > 0 {
		w.caused(c, got)
	}
	w.permitted(c)
	if c.acknowledged != nil {
		c.acknowledged(got)
	}
}

// caused finds the event that an acknowledgement speaks of.
func (w *world) caused(c ask, got answer) {
	history, err := w.base.History(sure, event.Order, got.order)
	if err != nil || int64(len(history)) < got.version {
		w.fail("answer.kept", "%s %s: order %s has no version %d", c.name, c.key, got.order, got.version)
	}
	if e := history[got.version-1]; e.Cause != c.key {
		w.fail("answer.kept", "%s %s: version %d of order %s was caused by %q", c.name, c.key, got.version, got.order, e.Cause)
	}
	var then *order.Order
	for _, e := range history[:got.version] {
		if then, err = order.Apply(then, e.Payload.(*order.Delta)); err != nil {
			w.fail("answer.kept", "order %s: %v", got.order, err)
		}
	}
	if stored, _ := ofOrder(then, nil); stored != got {
		w.fail("answer.true", "%s %s was answered %q, and the books say %q", c.name, c.key, got.text, stored.text)
	}
}

// permitted holds a command that was done against what forbids it: a hold that was in
// force before it, and goods that leave before their money is secured.
func (w *world) permitted(c ask) {
	if c.order == uuid.Nil || !forbidden[c.name] {
		return
	}
	history, err := w.base.History(sure, event.Order, c.order)
	if err != nil {
		w.fail("order.kept", "%v", err)
	}
	var before *order.Order
	for _, e := range history {
		if e.Cause == c.key {
			break
		}
		if before, err = order.Apply(before, e.Payload.(*order.Delta)); err != nil {
			w.fail("order.kept", "%v", err)
		}
	}
	for _, h := range before.Holds {
		if h.Status == order.HoldOpen && h.Type == order.HoldManual {
			w.fail("order.held", "%s %s was done while order %s is on hold", c.name, c.key, before.Number)
		}
	}
	if due := w.minor(before.Totals.Total) - w.minor(before.Totals.Credited); c.name == "Ship" && due > 0 {
		switch before.PaymentStatus {
		case order.PaymentPending, order.PaymentPartiallyAuthorized, order.PaymentVoided:
			w.fail("order.unpaid", "%s: order %s left while its payment is %s", c.key, before.Number, before.PaymentStatus)
		}
	}
}

// forbidden are the commands that a manual hold forbids.
var forbidden = map[string]bool{"Ship": true, "Change": true, "Pay": true, "Capture": true, "UndoChange": true}

// classified reports whether an error says what may be concluded from it.
func classified(err error) bool {
	var c fault.Classified
	return errors.As(err, &c) || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded)
}

// saysHow reports whether an error says how far a command has come outside: that the
// gateway or carrier was not reached, and will be asked again.
func saysHow(err error) bool {
	return strings.Contains(err.Error(), "was not reached")
}

func isReused(err error) bool { return errors.As(err, new(*fault.KeyReusedError)) }

func isDuplicate(err error, field string) bool {
	var taken *storage.DuplicateError
	return errors.As(err, &taken) && taken.Field == field
}

// refusedWhole reports whether an error says that nothing was done. A decline and a
// label that was refused are recorded.
func refusedWhole(err error) bool {
	if fault.KindOf(err) != fault.Rejected {
		return false
	}
	return !errors.As(err, new(*oms.DeclinedError)) && !errors.As(err, new(*oms.LabelError))
}

// ofOrder is the answer of a command about an order.
func ofOrder(o *order.Order, err error) (answer, error) {
	if err != nil || o == nil {
		return answer{}, err
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s v%d %s %s %s %s", o.Number, o.Version, o.Status, o.PaymentStatus, o.Totals.Total, o.Totals.Credited)
	for _, l := range o.Lines {
		fmt.Fprintf(&b, " %s:%s/%s/%s", l.SKU, l.Quantity, l.Open(), l.Shipped)
	}
	for i := range o.Holds {
		fmt.Fprintf(&b, " %s:%s", o.Holds[i].Type, o.Holds[i].Status)
	}
	return answer{o.ID, o.Version, b.String()}, nil
}

// ofPaid is the answer of a command that asked the gateway: how things stand, which
// moves on.
func ofPaid(p *oms.Paid, err error) (answer, error) {
	if err != nil || p == nil {
		return answer{}, err
	}
	return answer{order: p.Order.ID, text: p.Op.ID.String()}, nil
}

func ofShipment(s *fulfillment.Shipment, err error) (answer, error) {
	if err != nil || s == nil {
		return answer{}, err
	}
	return answer{text: s.ID.String() + s.Tracking}, nil
}

func ofReturn(id uuid.UUID) func(*order.Return, error) (answer, error) {
	return func(r *order.Return, err error) (answer, error) {
		if err != nil || r == nil {
			return answer{}, err
		}
		return answer{order: id, text: r.ID.String()}, nil
	}
}
