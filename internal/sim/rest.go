package sim

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/go-oms/oms"
	"github.com/go-oms/oms/fault"
	"github.com/go-oms/oms/order"
	"github.com/go-oms/oms/payment"
)

// rest turns the faults off, lets the processes run until there is nothing to do any
// more, and then looks at everything.
func (w *world) rest() {
	w.swarm.quiet = true
	w.current = nil
	for _, a := range w.actors {
		w.land(a)
	}
	for _, p := range w.procs {
		p.skew, p.newest = 0, true
		p.start()
	}
	w.settle()
	w.people()
	w.settle()
	w.books(w.options.Seed%2 == 0)
	w.finish()
	w.settle()
	w.people()
	w.settle()
	w.finished()
	w.books(w.options.Seed%2 == 1)
	w.digest()
}

// books looks at everything that must be true whenever nothing is under way. Whole
// books take long to verify: half of the worlds do it while orders still wait for
// people, the others when all are over.
func (w *world) books(whole bool) {
	w.promised()
	w.goods()
	w.gateway()
	w.carrier()
	w.discounts()
	if whole {
		w.verify()
	}
}

// discounts counts the orders that had the coupon.
func (w *world) discounts() {
	n := 0
	for o, err := range w.base.Orders(sure, order.Filter{}) {
		if err != nil {
			w.fail("order.kept", "%v", err)
		}
		if o.Totals.Discount.Sign() != 0 {
			n++
		}
	}
	if n > couponLimit {
		w.fail("order.coupon", "%d orders have a coupon that %d may have", n, couponLimit)
	}
}

// carrier holds the carrier's books against ours: every label that was sold is one that
// somebody sends a parcel with.
func (w *world) carrier() {
	for _, tracking := range slices.Sorted(maps.Keys(w.labels)) {
		if _, err := w.base.FulfillmentByTracking(sure, "post", tracking); err != nil {
			w.fail("carrier.known", "label %s was sold, and no shipment has it: %v", tracking, err)
		}
	}
}

// people do what is left to people: they give back what a gateway declined to give back
// by itself.
func (w *world) people() {
	for _, id := range w.orders {
		o := w.order(id)
		due := max(w.minor(o.Totals.Total)-w.minor(o.Totals.Credited), 0)
		if w.kept(o) <= due {
			continue
		}
		if over := o.Status == order.StatusCanceled || o.Status == order.StatusExpired; over && !w.declinedRefund(o) {
			w.fail("gateway.returned", "order %s is %s and keeps %d, which nobody declined to give back", o.Number, o.Status, w.kept(o))
		}
		w.letGo(o)
		if _, err := w.truth.Refund(sure, id, oms.Refund{Reason: "too much"}); err != nil && fault.KindOf(err) == fault.Rejected {
			w.fail("liveness.refund", "order %s keeps %d of %d and cannot give it back: %v", o.Number, w.kept(o), due, err)
		}
	}
}

// declinedRefund reports whether the gateway would not give something back: only that is
// left to people when an order is called off.
func (w *world) declinedRefund(o *order.Order) bool {
	tenders, err := w.base.Tenders(sure, o.ID)
	if err != nil {
		w.fail("order.kept", "%v", err)
	}
	for _, t := range tenders {
		for _, op := range t.Ops {
			if op.Kind == payment.Refund && op.State != payment.Succeeded {
				return true
			}
		}
	}
	return false
}

// order reads an order that was acknowledged.
func (w *world) order(id uuid.UUID) *order.Order {
	o, err := w.base.Order(sure, id)
	if err != nil {
		w.fail("answer.kept", "order %s: %v", id, err)
	}
	return o
}

// kept is what the gateway has taken for an order and not given back.
func (w *world) kept(o *order.Order) (kept int64) {
	for _, c := range w.card.Charges() {
		if c.Order == o.Number {
			kept += w.minor(c.Captured) - w.minor(c.Refunded) - w.minor(c.PaidOut)
		}
	}
	return kept
}

// gateway holds the gateway's books against ours, which must agree now: nothing was
// taken that is not owed, and whoever's order is over has all of his money back.
func (w *world) gateway() {
	for _, id := range w.orders {
		o := w.order(id)
		w.charged(o)
		tenders, err := w.base.Tenders(sure, id)
		if err != nil {
			w.fail("order.kept", "%v", err)
		}
		var books int64
		for _, t := range tenders {
			books += w.minor(t.Totals.Captured) - w.minor(t.Totals.Refunded) - w.minor(t.Totals.PaidOut)
			for _, op := range t.Ops {
				if !op.State.Final() {
					w.fail("liveness.doubt", "order %s: %s of %s is still %s", o.Number, op.Kind, op.Amount, op.State)
				}
			}
		}
		kept := w.kept(o)
		due := w.minor(o.Totals.Total) - w.minor(o.Totals.Credited)
		switch {
		case kept != books:
			w.fail("gateway.books", "order %s: the gateway keeps %d, the books say %d", o.Number, kept, books)
		case kept > max(due, 0):
			w.fail("gateway.owed", "order %s keeps %d, of which only %d is owed", o.Number, kept, due)
		case (o.Status == order.StatusCanceled || o.Status == order.StatusExpired) && kept != 0:
			w.fail("gateway.owed", "order %s is %s and keeps %d", o.Number, o.Status, kept)
		}
	}
}

// finish drives every order to its end, as a diligent shop would: what is held is let
// go, what can be sent is sent, and the rest is called off.
func (w *world) finish() {
	for _, id := range w.orders {
		w.letGo(w.order(id))
		for range 4 {
			o := w.order(id)
			if !isOpen(o) {
				break
			}
			if !w.further(o) {
				break
			}
		}
	}
}

// letGo lifts the holds of an order.
func (w *world) letGo(o *order.Order) {
	for _, h := range o.Holds {
		if h.Status == order.HoldOpen {
			_, err := w.truth.ReleaseHold(sure, o.ID, h.ID, oms.HoldRelease{Reason: "in the end"})
			w.must("ReleaseHold", err)
		}
	}
}

// further takes an order a step further; false when there is none left.
func (w *world) further(o *order.Order) bool {
	due := w.minor(o.Totals.Total) - w.minor(o.Totals.Credited)
	switch {
	case has(o, func(l *order.Line) bool { return l.Open().Sign() > 0 }):
		for _, place := range []string{"main", "north"} {
			if _, err := w.truth.Ship(sure, o.ID, oms.Shipping{Carrier: "post", Location: place}); err == nil {
				return true
			}
		}
		var lines []oms.LineQuantity
		for i := range o.Lines {
			if l := &o.Lines[i]; l.Open().Sign() > 0 {
				lines = append(lines, oms.LineQuantity{LineID: l.ID, Quantity: l.Open()})
			}
		}
		_, err := w.truth.Cancel(sure, o.ID, oms.Cancellation{Reason: "in the end", Lines: lines})
		w.must("Cancel", err)
		return true
	case w.kept(o) < due:
		if _, err := w.truth.Capture(sure, o.ID, oms.Capture{}); err == nil {
			return true
		}
		_, err := w.truth.Pay(sure, o.ID, oms.Payment{Gateway: "card", Source: "tok_visa"})
		w.must("Pay", err)
		return true
	case has(o, func(l *order.Line) bool { return l.Delivered != l.Shipped }):
		_, err := w.truth.Deliver(sure, o.ID, oms.Delivery{})
		w.must("Deliver", err)
		return true
	}
	return false
}

// must refuses an error of a command that nothing forbids.
func (w *world) must(name string, err error) {
	if err != nil {
		w.fail("liveness."+name, "%v", err)
	}
}

// finished holds that every order is over: nothing of it is left that nobody can end.
func (w *world) finished() {
	for _, id := range w.orders {
		if o := w.order(id); isOpen(o) {
			w.fail("liveness.end", "order %s is still %s, %s, %s and cannot be brought to its end", o.Number, o.Status, o.PaymentStatus, o.FulfillmentStatus)
		}
	}
}

// settle lets Run work until it is quiet. Time goes on in between, as banks and
// retries need it.
func (w *world) settle() {
	quiet := 0
	for round := 0; quiet < 3; round++ {
		if round == 40 {
			w.fail("liveness.quiet", "Run has still something to do after %d rounds", round)
		}
		w.card.SettleAll()
		for _, d := range w.card.Webhooks() {
			if _, err := w.truth.Webhook(sure, "card", d); err != nil {
				w.fail("liveness.webhook", "%v", err)
			}
		}
		w.giveUp()
		idle := true
		for _, p := range w.procs {
			work, err := p.client.RunOnce(sure)
			if err != nil {
				w.fail("liveness.run", "%v", err)
			}
			idle = idle && !work.Any() && work.Failed == 0
		}
		if quiet++; !idle {
			quiet = 0
		}
		w.now = w.now.Add(25 * time.Hour)
	}
}

// giveUp has the payers come back who are still asked to do something, without having
// done it: a bank does not wait for ever.
func (w *world) giveUp() {
	for _, id := range w.orders {
		tenders, err := w.base.Tenders(sure, id)
		if err != nil {
			w.fail("order.kept", "%v", err)
		}
		for _, t := range tenders {
			for _, op := range t.Ops {
				if op.State != payment.ActionRequired {
					continue
				}
				if _, err := w.truth.Continue(sure, oms.Comeback{Op: op.ID, Params: map[string][]string{"result": {"failed"}}}); err != nil &&
					fault.KindOf(err) != fault.Rejected {
					w.fail("liveness.continue", "%v", err)
				}
			}
		}
	}
}

// keysKept is how long a key is kept at least.
const keysKept = 89 * 24 * time.Hour

// promised holds what callers were told against what is stored in the end.
func (w *world) promised() {
	for _, p := range w.ledger.list {
		if _, err := w.base.Key(sure, p.key); p.told && err != nil && w.now.Sub(p.at) < keysKept {
			w.fail("answer.kept", "%s %s was acknowledged: %v", p.name, p.key, err)
		}
	}
}

// goods counts every unit: what came in is there, or has left.
func (w *world) goods() {
	for _, sku := range w.shop.skus {
		var came int64
		for _, r := range w.ledger.received[sku] {
			if _, err := w.base.Key(sure, r.key); err == nil {
				came += r.units
			}
		}
		var left, back, damaged int64
		for o, err := range w.base.Orders(sure, order.Filter{}) {
			if err != nil {
				w.fail("order.kept", "%v", err)
			}
			if o.Origin == order.FromImport {
				continue
			}
			for i := range o.Lines {
				if l := &o.Lines[i]; l.SKU == sku {
					left += whole(l.Shipped)
					back += whole(l.ReturnReceived) + whole(l.ReturnDamaged)
					damaged += whole(l.ReturnDamaged)
				}
			}
		}
		levels, err := w.base.Levels(sure, []string{sku})
		if err != nil {
			w.fail("order.kept", "%v", err)
		}
		var there, apart int64
		for _, l := range levels {
			there += whole(l.OnHand)
			apart += whole(l.Unavailable)
		}
		if apart != damaged {
			w.fail("stock.damaged", "%s: %d came back damaged, and %d are kept apart", sku, damaged, apart)
		}
		if there != came-left+back {
			w.fail("stock.goods", "%s: %d came, %d left, %d came back, and %d are there", sku, came, left, back, there)
		}
	}
}

// verify holds the books against every invariant that the library knows.
func (w *world) verify() {
	report, err := w.truth.Verify(sure, oms.VerifyOptions{})
	if err != nil {
		w.fail("verify", "%v", err)
	}
	for _, v := range report.Violations {
		if !w.excused(v) {
			w.fail("verify."+v.Check, "%s: %s", v.Where, v.Detail)
		}
	}
	if len(report.Incomplete) > 0 {
		w.fail("verify.incomplete", "%v", report.Incomplete)
	}
}

// excused is what Verify rightly tells a person and nobody can prevent: a process that
// was so slow, or whose clock was so far off, that another one had asked the gateway
// meanwhile and was told that the payment never came, sends it all the same. The money
// is in the books; what gateway.books says is not excused.
func (w *world) excused(v oms.Violation) bool {
	late := w.swarm.struck[Slow] + w.swarm.struck[ClockSkewed] + w.swarm.struck[ClockBack] + w.swarm.struck[ClockJumps]
	return v.Check == "payment.doubt" && strings.Contains(v.Detail, "different verdicts") && late > 0
}

// digest adds the whole history to the trace.
func (w *world) digest() {
	for e, err := range w.base.Stream(sure, 0, 0) {
		if err != nil {
			w.fail("order.kept", "%v", err)
		}
		w.note(e.Aggregate, e.ID.String(), fmt.Sprint(e.Version), e.Type, e.Cause)
	}
	for _, s := range w.sinks {
		for e := range w.base.Stream(sure, 0, 0) {
			if s.versions[e.ID] < e.Version {
				w.fail("liveness.outbox", "%s never got version %d of %s %s", s.name, e.Version, e.Aggregate, e.ID)
			}
		}
	}
}
