package paymenttest

import (
	"sync"

	"github.com/go-oms/oms/money"
	"github.com/go-oms/oms/payment"
)

// twice asks for the same thing again, as a retry does.
func (s *scene) twice(w want) payment.Result {
	first := s.answer(w)
	w.id.Attempt++
	w.opaque = first.Opaque
	s.same(first, s.answer(w))
	return first
}

// once is moved for a gateway whose answers are verdicts; those that wait have
// moved nothing yet.
func (s *scene) once(m money.Money) {
	if s.caps.Synchronous || s.h.Settle != nil {
		s.moved(m)
	}
}

func keyCases() []Case {
	return []Case{
		{"key/sale", "The same sale sent again is answered the same and takes nothing more.", []need{sales, keys}, func(s *scene) {
			s.twice(s.want(payment.Sale, s.money(1000), ""))
			s.once(s.money(1000))
		}},
		{"key/authorize", "The same authorization sent again is answered the same, and is one.", []need{holds, keys, verdict}, func(s *scene) {
			r := s.twice(s.want(payment.Authorize, s.money(1000), ""))
			s.holds(s.money(1000))
			s.do(payment.Capture, s.money(1000), r.Ref)
			s.refused(s.want(payment.Capture, s.money(1000), r.Ref))
			s.moved(s.money(1000))
		}},
		{"key/capture", "The same capture sent again takes nothing more.", []need{holds, parts, keys, verdict}, func(s *scene) {
			a := s.do(payment.Authorize, s.money(1000), "")
			s.twice(s.want(payment.Capture, s.money(400), a.Ref))
			s.once(s.money(400))
		}},
		{"key/void", "The same void sent again is answered the same.", []need{holds, keys, verdict}, func(s *scene) {
			a := s.do(payment.Authorize, s.money(1000), "")
			s.twice(s.want(payment.Void, s.money(1000), a.Ref))
		}},
		{"key/refund", "The same refund sent again gives nothing more.", []need{refunds, partRefund, keys, verdict}, func(s *scene) {
			sold := s.sold(1000)
			s.twice(s.want(payment.Refund, s.money(400), sold))
			s.once(s.money(600))
		}},
		{"key/decline", "A declined request sent again is answered the same.", []need{sales, keys, decline}, func(s *scene) {
			w := s.want(payment.Sale, s.money(1000), "")
			w.source = s.h.Declined
			s.twice(w)
			s.moved(s.nothing())
		}},
		{"key/other-amount", "A key that was used for another amount is refused.", []need{keys, verdict}, func(s *scene) {
			w := s.want(s.taking(), s.money(1000), "")
			s.done(w)
			w.amount = s.money(2000)
			s.refused(w)
			if w.kind == payment.Sale {
				s.moved(s.money(1000))
			}
		}},
		{"key/other-kind", "A key that was used for another kind of request is refused.", []need{refunds, sales, keys, verdict}, func(s *scene) {
			w := s.want(payment.Sale, s.money(1000), "")
			sold := s.done(w)
			w.kind, w.of, w.source = payment.Refund, sold.Ref, ""
			s.refused(w)
			s.moved(s.money(1000))
		}},
		{"key/at-once", "The same sale sent eight times at once takes the amount once.", []need{sales, keys, books, verdict}, func(s *scene) {
			w := s.want(payment.Sale, s.money(1000), "")
			s.atOnce(8, func(int) want { return w })
			s.done(w)
			s.moved(s.money(1000))
		}},
		{"refund/at-once", "Eight refunds at once give back no more than was taken.", []need{refunds, partRefund, books, verdict}, func(s *scene) {
			sold := s.sold(1000)
			wants := make([]want, 8)
			for i := range wants {
				wants[i] = s.want(payment.Refund, s.money(300), sold)
			}
			s.atOnce(len(wants), func(i int) want { return wants[i] })
			left := s.books()
			rest, err := left.Sub(s.begin)
			s.must(err == nil && rest.Sign() >= 0, "more was given back than was taken: %s is left", rest)
		}},
		{"capture/at-once", "Eight captures at once take no more than is authorized.", []need{holds, parts, several, books, verdict}, func(s *scene) {
			a := s.do(payment.Authorize, s.money(1000), "")
			wants := make([]want, 8)
			for i := range wants {
				wants[i] = s.want(payment.Capture, s.money(300), a.Ref)
			}
			s.atOnce(len(wants), func(i int) want { return wants[i] })
			taken, err := s.books().Sub(s.begin)
			over, sub := taken.Sub(s.money(1000))
			s.must(err == nil && sub == nil && over.Sign() <= 0, "1000 minor units were authorized and %s taken", taken)
		}},
	}
}

// atOnce makes n requests at the same time and does not look at the answers.
func (s *scene) atOnce(n int, nth func(i int) want) {
	var all sync.WaitGroup
	for i := range n {
		w := nth(i)
		all.Go(func() {
			if _, err := s.ask(w); err != nil {
				return // some must fail; the books tell whether the right ones did
			}
		})
	}
	all.Wait()
}
