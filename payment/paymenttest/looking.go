package paymenttest

import (
	"time"

	"github.com/google/uuid"

	"github.com/go-oms/oms/event"
	"github.com/go-oms/oms/money"
	"github.com/go-oms/oms/payment"
)

func lookupCases() []Case {
	return []Case{
		{"lookup/by-id", "An operation is found by its id alone, as it was answered.", []need{byID, verdict}, func(s *scene) {
			w := s.want(s.taking(), s.money(1000), "")
			r := s.done(w)
			s.late()
			s.same(r, s.found(w, ""))
		}},
		{"lookup/by-ref", "An operation is found by its ref, as it was answered.", []need{byRef, verdict}, func(s *scene) {
			w := s.want(s.taking(), s.money(1000), "")
			r := s.done(w)
			s.same(r, s.found(w, r.Ref))
		}},
		{"lookup/follow-ups", "Refunds are found by their ids too.", []need{byID, refunds, partRefund, verdict}, func(s *scene) {
			w := s.want(payment.Refund, s.money(300), s.sold(1000))
			r := s.done(w)
			s.late()
			s.same(r, s.found(w, ""))
		}},
		{"lookup/captures", "Captures are found by their ids too.", []need{byID, holds, parts, verdict}, func(s *scene) {
			a := s.do(payment.Authorize, s.money(1000), "")
			w := s.want(payment.Capture, s.money(300), a.Ref)
			r := s.done(w)
			s.late()
			s.same(r, s.found(w, ""))
		}},
		{"lookup/not-by-amount", "Two operations of one amount are not taken for each other.", []need{byID, verdict}, func(s *scene) {
			first, second := s.want(s.taking(), s.money(1000), ""), s.want(s.taking(), s.money(1000), "")
			a, b := s.done(first), s.done(second)
			s.must(a.Ref != b.Ref, "two operations under the ref %q", a.Ref)
			s.late()
			s.same(a, s.found(first, ""))
			s.same(b, s.found(second, ""))
		}},
		{"lookup/declined", "A declined operation is found, declined.", []need{byID, decline}, func(s *scene) {
			w := s.want(s.taking(), s.money(1000), "")
			w.source = s.h.Declined
			s.declined(w)
			s.late()
			r := s.found(w, "")
			s.must(r.State == payment.Declined, "it was declined, and is found as %q", r.State)
		}},
		{"lookup/unknown", "What was never asked for is not found, which is no error.", []need{byID}, func(s *scene) {
			found := s.look(s.want(s.taking(), s.money(1000), ""), "")
			s.must(!found.Found, "found what was never asked for: %q", found.Result.State)
			s.must(found.Consistent, "a gateway that is looked up by id must be sure of a miss after its FindDelay")
		}},
		{"lookup/changes-nothing", "Looking moves nothing.", []need{byID, sales, verdict}, func(s *scene) {
			w := s.want(payment.Sale, s.money(1000), "")
			s.done(w)
			s.late()
			for range 3 {
				s.found(w, "")
			}
			s.moved(s.money(1000))
		}},
	}
}

func lostCases() []Case {
	cases := []Case{
		{"lost/unknown", "A lost answer leaves the outcome unknown.", []need{losing}, func(s *scene) {
			s.h.Lose(s.taking(), true)
			s.lost(s.want(s.taking(), s.money(1000), ""))
			s.h.Lose(s.taking(), false)
			s.lost(s.want(s.taking(), s.money(1000), ""))
		}},
		{"lost/found", "What was done and not answered is found by its id.", []need{losing, byID}, func(s *scene) {
			w := s.want(s.taking(), s.money(1000), "")
			s.h.Lose(w.kind, true)
			s.lost(w)
			s.late()
			s.found(w, "")
		}},
		{"lost/not-found", "What did not arrive is not found.", []need{losing, byID}, func(s *scene) {
			w := s.want(s.taking(), s.money(1000), "")
			s.h.Lose(w.kind, false)
			s.lost(w)
			s.late()
			s.must(!s.look(w, "").Found, "found what did not arrive")
		}},
		{"lost/key", "The same request after a lost answer takes the amount once.", []need{losing, keys, sales, verdict}, func(s *scene) {
			w := s.want(payment.Sale, s.money(1000), "")
			s.h.Lose(w.kind, true)
			s.lost(w)
			s.done(w)
			s.moved(s.money(1000))
		}},
		{"lost/key-before", "The same request after a lost request takes the amount once.", []need{losing, keys, sales, verdict}, func(s *scene) {
			w := s.want(payment.Sale, s.money(1000), "")
			s.h.Lose(w.kind, false)
			s.lost(w)
			s.moved(s.nothing())
			s.done(w)
			s.moved(s.money(1000))
		}},
	}
	for _, k := range []struct {
		kind  payment.Kind
		needs []need
		moves int64
		holds int64
	}{
		{payment.Sale, []need{sales}, 1000, 0},
		{payment.Authorize, []need{holds}, 0, 1000},
		{payment.Capture, []need{holds, parts}, 400, 600},
		{payment.Void, []need{holds}, 0, 0},
		{payment.Refund, []need{refunds, partRefund}, 600, 0},
		{payment.Payout, []need{payouts}, -1000, 0},
	} {
		for _, l := range []struct {
			name string
			lose []bool // done or not, one for each answer that is lost
		}{
			{"before", []bool{false}},
			{"after", []bool{true}},
			{"twice", []bool{true, true}},
			{"before-and-after", []bool{false, true}},
		} {
			cases = append(cases, Case{
				"resolve/" + string(k.kind) + "-lost-" + l.name,
				"What was lost is found out, and takes place once.",
				append([]need{losing, resolvable, verdict}, k.needs...),
				func(s *scene) { s.resolve(k.kind, l.lose, s.money(k.moves), s.money(k.holds)) },
			})
		}
	}
	return cases
}

func resolvable(_ Harness, caps payment.Capabilities) string {
	if caps.KeyTTL <= 0 && !caps.LookupByID {
		return "the gateway neither looks at keys nor can be looked up by id"
	}
	return ""
}

// resolve plays an operation whose answers are lost, as the library itself does,
// until it has its verdict.
func (s *scene) resolve(kind payment.Kind, lose []bool, moves, holds money.Money) {
	c := &clock{s: s}
	t, err := payment.New(uuid.UUID{15: 1}, "gateway", s.money(1000), s.h.Source, c.command())
	s.must(err == nil, "%v", err)
	op := s.plan(c, t, kind)
	for _, done := range lose {
		s.h.Lose(kind, done)
	}
	before := s.begin
	if s.h.Books != nil {
		before = s.books()
	}
	s.drive(c, t, op)
	if s.caps.KeyTTL == 0 && !lose[0] && t.Op(op).State == payment.Canceled {
		// Without keys the request is not sent again once Lookup is sure of a miss.
		s.begin = before
		s.moved(s.nothing())
		return
	}
	s.must(t.Op(op).State == payment.Succeeded, "%s ended as %q", kind, t.Op(op).State)
	s.must(len(t.Problems()) == 0, "problems: %v", t.Problems())
	s.moved(moves)
	if s.caps.MultipleCaptures || kind != payment.Capture {
		s.holds(holds) // a last capture may give the rest up
	}
}

// plan plans the operation, after what must come before it.
func (s *scene) plan(c *clock, t *payment.Tender, kind payment.Kind) uuid.UUID {
	var ops []payment.Op
	var op payment.Op
	var err error
	switch kind {
	case payment.Sale:
		op, err = t.PlanSale(s.money(1000), s.caps, c.command())
	case payment.Authorize:
		op, err = t.PlanAuthorize(s.money(1000), s.caps, c.command())
	case payment.Payout:
		op, err = t.PlanPayout(s.money(1000), s.caps, c.command())
	case payment.Capture:
		s.drive(c, t, s.plan(c, t, payment.Authorize))
		ops, err = t.PlanCapture(s.money(400), s.caps, c.command())
	case payment.Void:
		s.drive(c, t, s.plan(c, t, payment.Authorize))
		ops, err = t.PlanVoid(s.caps, c.command())
	case payment.Refund:
		s.drive(c, t, s.plan(c, t, s.taking()))
		if !s.caps.Sales {
			s.drive(c, t, s.planWhole(c, t))
		}
		ops, err = t.PlanRefund(s.money(400), uuid.Nil, s.caps, c.command())
	}
	s.must(err == nil, "planning %s: %v", kind, err)
	if len(ops) > 0 {
		op = ops[0]
	}
	return op.ID
}

func (s *scene) planWhole(c *clock, t *payment.Tender) uuid.UUID {
	ops, err := t.PlanCapture(s.money(1000), s.caps, c.command())
	s.must(err == nil, "planning capture: %v", err)
	return ops[0].ID
}

// drive does what payment.Next says until there is a verdict.
func (s *scene) drive(c *clock, t *payment.Tender, op uuid.UUID) {
	for range 30 {
		step := t.Next(op, s.caps, c.now())
		switch step.Do {
		case payment.DoNothing:
			return
		case payment.DoWait:
			if t.Op(op).State == payment.Waiting && s.h.Settle != nil {
				err := s.h.Settle(s.ctx, op)
				s.must(err == nil, "settling: %v", err)
			}
			c.until(step.Until)
		case payment.DoByHand:
			s.fail("%s is left to a person: %v", t.Op(op).Kind, t.Problems())
		default:
			err := t.Start(op, step.Do, s.caps, c.now())
			s.must(err == nil, "starting %s: %v", t.Op(op).Kind, err)
			p := payment.Perform(s.ctx, s.h.Gateway, payment.Call{
				Tender: t.Clone(), Op: op, Do: step.Do, Order: "T-1", ReportID: c.command().IDs.Next(), Now: c.now,
			})
			_, problem := t.Take(p, s.caps, c.now())
			s.must(problem == "", "%s: %s", t.Op(op).Kind, problem)
		}
	}
	s.fail("%s has no verdict after 30 steps", t.Op(op).Kind)
}

// clock is the scene's: where the world's cannot be moved, it runs ahead of it.
type clock struct {
	s     *scene
	ahead time.Duration
}

func (c *clock) now() time.Time { return event.Moment(c.s.h.Now().Add(c.ahead)) }

func (c *clock) until(t time.Time) {
	d := t.Sub(c.now())
	if c.s.h.Pass != nil {
		c.s.h.Pass(d)
	} else {
		c.ahead += d
	}
}

func (c *clock) command() event.Command {
	id, err := uuid.NewV7()
	c.s.must(err == nil, "no id: %v", err)
	return event.Command{Name: "test", Key: id.String(), Now: c.now(), At: c.now(), IDs: event.NewIDs(id)}
}
