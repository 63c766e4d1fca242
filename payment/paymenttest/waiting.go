package paymenttest

import (
	"errors"
	"net/http"
	"time"

	"github.com/google/uuid"

	"github.com/go-oms/oms/event"
	"github.com/go-oms/oms/fault"
	"github.com/go-oms/oms/payment"
)

func waitingCases() []Case {
	return []Case{
		{"pending/waits", "What waits has moved nothing; settled, it is found settled.", []need{settles, byRef}, func(s *scene) {
			w := s.pending()
			r := s.answer(w)
			s.must(r.State == payment.Waiting, "the waiting token led to %q", r.State)
			s.must(r.Ref != "", "it waits without a ref to look it up by")
			s.moved(s.nothing())
			err := s.h.Settle(s.ctx, w.id.ID)
			s.must(err == nil, "settling: %v", err)
			s.success(w, s.found(w, r.Ref))
			if w.kind == payment.Sale {
				s.moved(w.amount)
			}
		}},
		{"pending/key", "What waits, sent again, still is one.", []need{settles, byRef, keys}, func(s *scene) {
			w := s.pending()
			r := s.answer(w)
			s.same(r, s.answer(w))
			err := s.h.Settle(s.ctx, w.id.ID)
			s.must(err == nil, "settling: %v", err)
			s.success(w, s.found(w, r.Ref))
			if w.kind == payment.Sale {
				s.moved(w.amount)
			}
		}},
		{"action/proved", "The payer is sent somewhere, and once back the operation succeeds, told twice or not.", []need{acting, continues}, func(s *scene) {
			w, r := s.acted()
			first := s.proceed(w, r, s.h.Proved)
			s.success(w, first)
			s.same(first, s.proceed(w, r, s.h.Proved))
			if w.kind == payment.Sale {
				s.moved(w.amount)
			}
		}},
		{"action/not-proved", "A payer who cannot prove who he is pays nothing.", []need{failing, continues}, func(s *scene) {
			w, r := s.acted()
			r = s.proceed(w, r, s.h.NotProved)
			s.must(r.State == payment.Declined || r.State == payment.Canceled, "the payer failed, and that led to %q", r.State)
			s.moved(s.nothing())
		}},
		{"action/again", "The action is told again to whoever looks it up.", []need{acting, continues, byRef}, func(s *scene) {
			w, r := s.acted()
			again := s.found(w, r.Ref)
			s.must(again.State == payment.ActionRequired && again.Action != nil, "looked up, it is %q, action %v", again.State, again.Action)
		}},
	}
}

func (s *scene) pending() want {
	w := s.want(s.taking(), s.money(1000), "")
	w.source = s.h.Pending
	return w
}

func (s *scene) acted() (want, payment.Result) {
	w := s.want(s.taking(), s.money(1000), "")
	w.source = s.h.Action
	r := s.answer(w)
	s.must(r.State == payment.ActionRequired, "the token that needs the payer led to %q", r.State)
	s.must(r.Action != nil && r.Action.Kind != "", "the payer must do something, and nobody says what")
	s.must(r.Action.Kind != payment.Redirect || r.Action.URL != "", "a redirect without a URL")
	s.moved(s.nothing())
	return w, r
}

func (s *scene) proceed(w want, r payment.Result, params map[string][]string) payment.Result {
	c, ok := s.h.Gateway.(payment.Continuer)
	s.must(ok, "Continues is claimed, but there is no method Continue")
	next, err := c.Continue(s.ctx, payment.ContinueRequest{Op: w.id, Ref: r.Ref, Params: params, Opaque: r.Opaque})
	s.must(err == nil, "continuing: %v", err)
	return next
}

func webhookCases() []Case {
	return []Case{
		{"webhook/reports", "A delivery tells which operation, which state and which event.", []need{webhooks, telling, verdict}, func(s *scene) {
			w := s.want(s.taking(), s.money(1000), "")
			r := s.done(w)
			found := false
			for _, report := range s.told() {
				s.must(report.EventID != "", "a report without an event id")
				s.must(report.OpID != uuid.Nil || report.Ref != "", "a report of no operation")
				s.must(report.Channel == payment.Webhook, "a webhook's report says channel %q", report.Channel)
				about := report.OpID == w.id.ID || report.OpID == uuid.Nil && report.Ref == r.Ref
				found = found || about && report.State == payment.Succeeded && report.Amount == w.amount
			}
			s.must(found, "nobody was told that the operation succeeded")
		}},
		{"webhook/same-event", "The same delivery, read twice, has the same event ids.", []need{webhooks, telling, verdict}, func(s *scene) {
			s.do(s.taking(), s.money(1000), "")
			for _, d := range s.deliveries() {
				first, again := s.read(d), s.read(d)
				s.must(len(first) == len(again), "the same delivery had %d reports, then %d", len(first), len(again))
				for i := range first {
					s.must(first[i].EventID == again[i].EventID, "the same event is %q, then %q", first[i].EventID, again[i].EventID)
				}
			}
		}},
		{"webhook/any-order", "Deliveries lead to the same books in any order, any number of times.", []need{webhooks, telling, verdict}, (*scene).anyOrder},
		{"webhook/tampered", "A delivery whose body was changed is refused.", []need{webhooks, telling, verdict}, func(s *scene) {
			d := s.delivery()
			d.Body[len(d.Body)/2] ^= 1
			s.forged(d, "the body was changed")
		}},
		{"webhook/unsigned", "A delivery without its headers is refused.", []need{webhooks, telling, verdict}, func(s *scene) {
			d := s.delivery()
			d.Header = http.Header{}
			s.forged(d, "the headers are missing")
		}},
		{"webhook/old", "A delivery that was signed too long ago is refused.", []need{webhooks, signing, verdict}, func(s *scene) {
			s.forged(s.h.Sign(s.delivery().Body, s.h.Now().Add(-10*time.Minute)), "it is ten minutes old")
		}},
		{"webhook/ahead", "A delivery that was signed in the future is refused.", []need{webhooks, signing, verdict}, func(s *scene) {
			s.forged(s.h.Sign(s.delivery().Body, s.h.Now().Add(10*time.Minute)), "it comes from the future")
		}},
		{"webhook/garbage", "A signed delivery that cannot be read is rejected.", []need{webhooks, signing}, func(s *scene) {
			for _, body := range []string{"", "{", "null", `{"id":1}`, "\x00\xff"} {
				reports, err := s.receiver().ParseWebhook(s.ctx, s.h.Sign([]byte(body), s.h.Now()))
				s.must(err != nil || len(reports) == 0, "%q was read as %d reports", body, len(reports))
				s.must(err == nil || fault.KindOf(err) == fault.Rejected, "%q: want a rejection, got %v", body, err)
			}
		}},
		{"webhook/acknowledge", "Success is acknowledged, and failure so that the delivery comes again.", []need{webhooks}, func(s *scene) {
			r := s.receiver()
			s.must(r.Acknowledge(nil).Status/100 == 2, "stored reports are answered with %d", r.Acknowledge(nil).Status)
			lost := r.Acknowledge(&fault.TransientError{Op: "storing", Err: errors.New("busy")})
			s.must(lost.Status/100 != 2, "reports that could not be stored are answered with %d", lost.Status)
		}},
	}
}

// anyOrder plays two lives of one tender: told once in order, and told twice
// backwards.
func (s *scene) anyOrder() {
	c := &clock{s: s}
	t, err := payment.New(uuid.UUID{15: 1}, "gateway", s.money(1000), s.h.Source, c.command())
	s.must(err == nil, "%v", err)
	op := s.plan(c, t, s.taking())
	s.done(want{
		kind: t.Op(op).Kind, id: payment.Identity{ID: op, Order: "T-1", Attempt: 1},
		amount: s.money(1000), source: s.h.Source,
	})
	reports := s.told()
	forth, back := t.Clone(), t.Clone()
	for _, r := range reports {
		forth.Record(r)
	}
	for i := range 2 * len(reports) {
		back.Record(reports[len(reports)-1-i%len(reports)])
	}
	s.must(forth.Totals == back.Totals && forth.Op(op).State == back.Op(op).State,
		"told in order it is %q, backwards %q", forth.Op(op).State, back.Op(op).State)
	s.must(forth.Op(op).State == payment.Succeeded, "told everything it is %q", forth.Op(op).State)
	s.must(len(forth.Problems()) == 0, "problems: %v", forth.Problems())
}

func (s *scene) receiver() payment.Receiver {
	r, ok := s.h.Gateway.(payment.Receiver)
	s.must(ok, "Webhooks is claimed, but there are no methods of a Receiver")
	return r
}

func (s *scene) read(d payment.Delivery) []payment.Report {
	reports, err := s.receiver().ParseWebhook(s.ctx, d)
	s.must(err == nil, "reading a delivery: %v", err)
	for i := range reports {
		reports[i].ID = uuid.UUID{15: byte(i + 1)}
		reports[i].Gateway = "gateway"
		reports[i].ReceivedAt = event.Moment(s.h.Now())
	}
	return reports
}

func (s *scene) deliveries() []payment.Delivery {
	d := s.h.Webhooks()
	s.must(len(d) > 0, "there are no deliveries")
	return d
}

func (s *scene) told() []payment.Report {
	var all []payment.Report
	for _, d := range s.deliveries() {
		all = append(all, s.read(d)...)
	}
	s.must(len(all) > 0, "the deliveries say nothing")
	return all
}

// delivery brings a delivery about that is good as it is.
func (s *scene) delivery() payment.Delivery {
	s.do(s.taking(), s.money(1000), "")
	d := s.deliveries()[0]
	s.read(d)
	return d
}

func (s *scene) forged(d payment.Delivery, why string) {
	_, err := s.receiver().ParseWebhook(s.ctx, d)
	var refused *payment.SignatureError
	s.must(errors.As(err, &refused), "%s: want a *payment.SignatureError, got %v", why, err)
}
