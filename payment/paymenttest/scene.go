package paymenttest

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/go-oms/oms/money"
	"github.com/go-oms/oms/payment"
)

// scene is one case being played.
type scene struct {
	ctx   context.Context
	h     Harness
	caps  payment.Capabilities
	begin money.Money // of the books
	held  money.Money // at the beginning
}

// failure is a broken rule on its way out of a case.
type failure struct{ what string }

func (f failure) Error() string { return f.what }

func newScene(ctx context.Context, h Harness) *scene {
	if h.Currency == "" {
		h.Currency = money.EUR
	}
	if h.Now == nil {
		h.Now = time.Now
	}
	s := &scene{ctx: ctx, h: h, caps: h.Gateway.Capabilities()}
	if h.Books != nil {
		s.begin = s.books()
	}
	if h.Held != nil {
		s.held = s.holding()
	}
	return s
}

func (s *scene) fail(format string, args ...any) { panic(failure{fmt.Sprintf(format, args...)}) }

func (s *scene) must(ok bool, format string, args ...any) {
	if !ok {
		s.fail(format, args...)
	}
}

// want is an operation to ask for.
type want struct {
	kind   payment.Kind
	id     payment.Identity
	amount money.Money
	source string
	of     string
	opaque []byte
}

func (s *scene) want(kind payment.Kind, amount money.Money, of string) want {
	id, err := uuid.NewV7()
	s.must(err == nil, "no id: %v", err)
	return want{
		kind: kind, id: payment.Identity{ID: id, Order: "T-1", Attempt: 1},
		amount: amount, source: s.h.Source, of: of,
	}
}

// ask makes the request.
func (s *scene) ask(w want) (payment.Result, error) { return s.askWith(s.ctx, w) }

func (s *scene) askWith(ctx context.Context, w want) (payment.Result, error) {
	g := s.h.Gateway
	switch w.kind {
	case payment.Authorize, payment.Sale:
		return g.Authorize(ctx, payment.AuthorizeRequest{
			Op: w.id, Amount: w.amount, Capture: w.kind == payment.Sale, Source: w.source, Opaque: w.opaque,
		})
	case payment.Capture:
		final := !s.caps.MultipleCaptures
		return g.Capture(ctx, payment.CaptureRequest{Op: w.id, Amount: w.amount, Of: w.of, Final: final, Opaque: w.opaque})
	case payment.Void:
		return g.Void(ctx, payment.VoidRequest{Op: w.id, Amount: w.amount, Of: w.of, Opaque: w.opaque})
	case payment.Refund:
		return g.Refund(ctx, payment.RefundRequest{Op: w.id, Amount: w.amount, Of: w.of, Opaque: w.opaque})
	default:
		p, ok := g.(payment.Payouter)
		s.must(ok, "Payouts is claimed, but there is no method Payout")
		return p.Payout(ctx, payment.PayoutRequest{Op: w.id, Amount: w.amount, Source: w.source, Opaque: w.opaque})
	}
}

// answer asks and wants no error.
func (s *scene) answer(w want) payment.Result {
	r, err := s.ask(w)
	s.must(err == nil, "%s of %s: %v", w.kind, w.amount, err)
	return r
}

// done asks and wants a success, after settling what waits.
func (s *scene) done(w want) payment.Result {
	r := s.answer(w)
	if r.State == payment.Waiting && s.h.Settle != nil {
		err := s.h.Settle(s.ctx, w.id.ID)
		s.must(err == nil, "settling %s: %v", w.kind, err)
		r = s.found(w, r.Ref)
	}
	s.success(w, r)
	return r
}

func (s *scene) success(w want, r payment.Result) {
	s.must(r.State == payment.Succeeded, "%s of %s: want success, got %q", w.kind, w.amount, r.State)
	s.must(r.Amount == w.amount, "%s of %s: the answer says %s", w.kind, w.amount, r.Amount)
	s.must(r.Ref != "", "%s: a success without a ref", w.kind)
	s.must(r.Decline == nil, "%s: a success with a decline", w.kind)
}

func (s *scene) do(kind payment.Kind, amount money.Money, of string) payment.Result {
	return s.done(s.want(kind, amount, of))
}

// refused asks and wants a refusal.
func (s *scene) refused(w want) {
	r, err := s.ask(w)
	s.must(err != nil, "%s of %s: want a refusal, got %q", w.kind, w.amount, r.State)
	s.must(payment.OutcomeOf(err) == payment.Refused, "%s of %s: want a refusal, got %v", w.kind, w.amount, err)
}

// lost asks and wants to be left without a verdict.
func (s *scene) lost(w want) {
	r, err := s.ask(w)
	s.must(err != nil, "%s: the answer was to be lost, got %q", w.kind, r.State)
	s.must(payment.OutcomeOf(err) == payment.Unknown, "%s: a lost answer must leave the outcome unknown, got %v", w.kind, err)
}

func (s *scene) look(w want, ref string) payment.Snapshot {
	found, err := s.h.Gateway.Lookup(s.ctx, payment.LookupRequest{Op: w.id, Kind: w.kind, Ref: ref, Of: w.of})
	s.must(err == nil, "looking up %s: %v", w.kind, err)
	return found
}

func (s *scene) found(w want, ref string) payment.Result {
	found := s.look(w, ref)
	s.must(found.Found, "looking up %s: not found", w.kind)
	return found.Result
}

// late lets the time pass that Lookup may need to find things.
func (s *scene) late() {
	if s.caps.FindDelay == 0 {
		return
	}
	s.must(s.h.Pass != nil, "the gateway has a FindDelay, so the harness must give Pass")
	s.h.Pass(s.caps.FindDelay)
}

func (s *scene) books() money.Money {
	m, err := s.h.Books()
	s.must(err == nil, "the gateway's books: %v", err)
	return m
}

// moved wants the gateway's own books to have moved by that much. Without books it
// says nothing.
func (s *scene) moved(want money.Money) {
	if s.h.Books == nil {
		return
	}
	by, err := s.books().Sub(s.begin)
	s.must(err == nil, "the gateway's books: %v", err)
	s.must(by == want, "by the gateway's own books %s was moved, want %s", by, want)
}

func (s *scene) holding() money.Money {
	m, err := s.h.Held()
	s.must(err == nil, "the gateway's books: %v", err)
	return m
}

// holds wants the gateway's own books to hold that much more than at the
// beginning. Without them it says nothing.
func (s *scene) holds(want money.Money) {
	if s.h.Held == nil {
		return
	}
	more, err := s.holding().Sub(s.held)
	s.must(err == nil, "the gateway's books: %v", err)
	s.must(more == want, "by the gateway's own books %s is held, want %s", more, want)
}

func (s *scene) money(minor int64) money.Money {
	m, err := money.Minor(minor, s.h.Currency)
	s.must(err == nil, "the harness's currency: %v", err)
	return m
}

func (s *scene) nothing() money.Money { return s.money(0) }

// same wants two answers to one request to be the same.
func (s *scene) same(first, again payment.Result) {
	s.must(first.State == again.State && first.Ref == again.Ref && first.Amount == again.Amount,
		"the same request was answered %q %q %s, then %q %q %s",
		first.State, first.Ref, first.Amount, again.State, again.Ref, again.Amount)
}
