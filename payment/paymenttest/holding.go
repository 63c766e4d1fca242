package paymenttest

import (
	"context"

	"github.com/go-oms/oms/money"
	"github.com/go-oms/oms/payment"
)

func basicCases() []Case {
	return []Case{
		{"capabilities/true", "What Capabilities claims is there, and the claim does not change.", nil, func(s *scene) {
			c := s.caps
			_, pays := s.h.Gateway.(payment.Payouter)
			_, continues := s.h.Gateway.(payment.Continuer)
			_, receives := s.h.Gateway.(payment.Receiver)
			s.must(c.Sales || c.Holds, "a gateway that neither sells nor holds")
			s.must(pays || !c.Payouts, "Payouts is claimed, but there is no method Payout")
			s.must(continues || !c.Continues, "Continues is claimed, but there is no method Continue")
			s.must(receives || !c.Webhooks, "Webhooks is claimed, but there are no methods of a Receiver")
			s.must(c.KeyTTL >= 0 && c.FindDelay >= 0, "a negative KeyTTL or FindDelay")
			again := s.h.Gateway.Capabilities()
			c.Currencies, again.Currencies = nil, nil
			s.must(sameCapabilities(c, again), "Capabilities answered twice, differently")
		}},
		{"sale/takes", "A sale takes the amount, and the answer says so.", []need{sales, verdict}, func(s *scene) {
			s.do(payment.Sale, s.money(1000), "")
			s.moved(s.money(1000))
		}},
		{"sale/answers", "A sale is answered by a result, be it that it waits.", []need{sales}, func(s *scene) {
			r := s.answer(s.want(payment.Sale, s.money(1000), ""))
			s.must(r.State == payment.Succeeded || r.State == payment.Waiting, "the accepted token led to %q", r.State)
			s.must(r.Ref != "" && r.Amount == s.money(1000), "the answer has ref %q and amount %s", r.Ref, r.Amount)
			s.must(r.State == payment.Succeeded || !s.caps.Synchronous, "a synchronous gateway that waits")
		}},
		{"sale/unsupported", "A gateway without Sales refuses one.", []need{unable("sell", func(c payment.Capabilities) bool { return c.Sales })}, func(s *scene) {
			s.refused(s.want(payment.Sale, s.money(1000), ""))
		}},
		{"sale/declined", "A decline is a result with a code, and moves nothing.", []need{sales, decline}, func(s *scene) {
			w := s.want(payment.Sale, s.money(1000), "")
			w.source = s.h.Declined
			s.declined(w)
		}},
		{"authorize/holds", "An authorization moves nothing.", []need{holds, verdict}, func(s *scene) {
			s.do(payment.Authorize, s.money(1000), "")
			s.moved(s.nothing())
			s.holds(s.money(1000))
		}},
		{"authorize/declined", "A decline is a result with a code, and moves nothing.", []need{holds, decline}, func(s *scene) {
			w := s.want(payment.Authorize, s.money(1000), "")
			w.source = s.h.Declined
			s.declined(w)
		}},
		{"authorize/unsupported", "A gateway without Holds refuses an authorization.", []need{unable("hold", func(c payment.Capabilities) bool { return c.Holds })}, func(s *scene) {
			s.refused(s.want(payment.Authorize, s.money(1000), ""))
		}},
		{"amount/zero", "No amount and less than none are refused.", nil, func(s *scene) {
			s.refused(s.want(s.taking(), s.nothing(), ""))
			s.refused(s.want(s.taking(), s.money(-1000), ""))
			s.moved(s.nothing())
		}},
		{"amount/exact", "Currencies of no, two and three digits go through exactly.", nil, func(s *scene) {
			for _, text := range []string{"1235 JPY", "12.35 EUR", "1.230 KWD", "99.99 USD"} {
				m := money.MustParse(text)
				if s.caps.Check(m) != nil {
					continue
				}
				r := s.answer(s.want(s.taking(), m, ""))
				s.must(r.Amount == m, "%s was asked for, the answer says %s", m, r.Amount)
			}
		}},
		{"amount/too-fine", "An amount finer than the gateway counts is refused, not rounded.", nil, func(s *scene) {
			m, err := money.FromScaled(1000001, money.MaxExtra, s.h.Currency)
			s.must(err == nil, "the harness's currency: %v", err)
			s.must(s.caps.Check(m) != nil, "Check accepts %s", m)
			s.refused(s.want(s.taking(), m, ""))
			s.moved(s.nothing())
		}},
		{"amount/other-currency", "A currency that the gateway does not take is refused.", []need{choosy}, func(s *scene) {
			for _, m := range otherAmounts() {
				if s.caps.Check(m) != nil {
					s.refused(s.want(s.taking(), m, ""))
				}
			}
			s.moved(s.nothing())
		}},
		{"context/ended", "A request whose context has ended is not carried out.", nil, func(s *scene) {
			ctx, cancel := context.WithCancel(s.ctx)
			cancel()
			r, err := s.askWith(ctx, s.want(s.taking(), s.money(1000), ""))
			s.must(err != nil, "the context had ended, and the answer is %q", r.State)
			s.must(payment.OutcomeOf(err) != payment.Refused, "the context had ended, and that became a refusal: %v", err)
			s.moved(s.nothing())
		}},
	}
}

// otherAmounts are in currencies that many gateways do not take.
func otherAmounts() []money.Money {
	var all []money.Money
	for _, text := range []string{"1000 JPY", "10.00 HUF", "1.000 KWD", "10 PTS/0"} {
		all = append(all, money.MustParse(text))
	}
	return all
}

// choosy is for gateways that do not take every currency.
func choosy(_ Harness, caps payment.Capabilities) string {
	for _, m := range otherAmounts() {
		if caps.Check(m) != nil {
			return ""
		}
	}
	return "the gateway takes every currency that was tried"
}

// taking is the kind that a gateway of any kind can do first.
func (s *scene) taking() payment.Kind {
	if s.caps.Sales {
		return payment.Sale
	}
	return payment.Authorize
}

func (s *scene) declined(w want) payment.Result {
	r := s.answer(w)
	s.must(r.State == payment.Declined, "the declined token led to %q", r.State)
	s.must(r.Decline != nil && r.Decline.Code != "", "a decline without a code")
	s.moved(s.nothing())
	return r
}

func sameCapabilities(a, b payment.Capabilities) bool {
	return a.Sales == b.Sales && a.Holds == b.Holds && a.Refund == b.Refund &&
		a.PartialCapture == b.PartialCapture && a.MultipleCaptures == b.MultipleCaptures &&
		a.VoidRest == b.VoidRest && a.PartialRefund == b.PartialRefund && a.Payouts == b.Payouts &&
		a.Continues == b.Continues && a.Webhooks == b.Webhooks && a.Synchronous == b.Synchronous &&
		a.LookupByID == b.LookupByID && a.LookupByRef == b.LookupByRef && a.KeyTTL == b.KeyTTL &&
		a.ReplaysErrors == b.ReplaysErrors && a.FindDelay == b.FindDelay
}

func captureCases() []Case {
	return []Case{
		{"capture/whole", "A capture takes what is authorized, under a ref of its own.", []need{holds, verdict}, func(s *scene) {
			a := s.do(payment.Authorize, s.money(1000), "")
			c := s.do(payment.Capture, s.money(1000), a.Ref)
			s.must(c.Ref != a.Ref, "the capture has the authorization's ref %q", c.Ref)
			s.moved(s.money(1000))
		}},
		{"capture/part", "A capture takes a part and no more.", []need{holds, parts, verdict}, func(s *scene) {
			a := s.do(payment.Authorize, s.money(1000), "")
			s.do(payment.Capture, s.money(400), a.Ref)
			s.moved(s.money(400))
		}},
		{"capture/no-part", "A gateway without PartialCapture refuses one.", []need{holds, noParts, verdict}, func(s *scene) {
			a := s.do(payment.Authorize, s.money(1000), "")
			s.refused(s.want(payment.Capture, s.money(400), a.Ref))
			s.moved(s.nothing())
		}},
		{"capture/several", "Captures add up to what is authorized, each with a ref of its own.", []need{holds, parts, several, verdict}, func(s *scene) {
			a := s.do(payment.Authorize, s.money(1000), "")
			first := s.do(payment.Capture, s.money(300), a.Ref)
			second := s.do(payment.Capture, s.money(700), a.Ref)
			s.must(first.Ref != second.Ref, "two captures under the ref %q", first.Ref)
			s.moved(s.money(1000))
		}},
		{"capture/same-amount-twice", "Two captures of one amount are two.", []need{holds, parts, several, verdict}, func(s *scene) {
			a := s.do(payment.Authorize, s.money(1000), "")
			s.do(payment.Capture, s.money(300), a.Ref)
			s.do(payment.Capture, s.money(300), a.Ref)
			s.moved(s.money(600))
		}},
		{"capture/not-several", "A gateway without MultipleCaptures refuses a second one.", []need{holds, parts, notSeveral, verdict}, func(s *scene) {
			a := s.do(payment.Authorize, s.money(1000), "")
			s.do(payment.Capture, s.money(300), a.Ref)
			s.refused(s.want(payment.Capture, s.money(300), a.Ref))
			s.moved(s.money(300))
		}},
		{"capture/too-much", "More than is authorized is refused.", []need{holds, verdict}, func(s *scene) {
			a := s.do(payment.Authorize, s.money(1000), "")
			s.refused(s.want(payment.Capture, s.money(1001), a.Ref))
			s.moved(s.nothing())
		}},
		{"capture/too-much-in-all", "More in all than is authorized is refused.", []need{holds, parts, several, verdict}, func(s *scene) {
			a := s.do(payment.Authorize, s.money(1000), "")
			s.do(payment.Capture, s.money(600), a.Ref)
			s.refused(s.want(payment.Capture, s.money(401), a.Ref))
			s.moved(s.money(600))
		}},
		{"capture/of-nothing", "A capture of an authorization that does not exist is refused.", []need{holds}, func(s *scene) {
			s.refused(s.want(payment.Capture, s.money(1000), "no-such-authorization"))
			s.moved(s.nothing())
		}},
		{"capture/without-of", "A capture that refers to nothing is refused.", []need{holds}, func(s *scene) {
			s.refused(s.want(payment.Capture, s.money(1000), ""))
			s.moved(s.nothing())
		}},
	}
}

func voidCases() []Case {
	return []Case{
		{"void/releases", "What is voided cannot be captured.", []need{holds, verdict}, func(s *scene) {
			a := s.do(payment.Authorize, s.money(1000), "")
			s.do(payment.Void, s.money(1000), a.Ref)
			s.holds(s.nothing())
			s.refused(s.want(payment.Capture, s.money(1000), a.Ref))
			s.moved(s.nothing())
		}},
		{"void/again", "What is voided cannot be voided once more under another key.", []need{holds, verdict}, func(s *scene) {
			a := s.do(payment.Authorize, s.money(1000), "")
			s.do(payment.Void, s.money(1000), a.Ref)
			s.refused(s.want(payment.Void, s.money(1000), a.Ref))
			s.moved(s.nothing())
		}},
		{"void/captured", "What is captured cannot be voided.", []need{holds, verdict}, func(s *scene) {
			a := s.do(payment.Authorize, s.money(1000), "")
			s.do(payment.Capture, s.money(1000), a.Ref)
			s.refused(s.want(payment.Void, s.money(1000), a.Ref))
			s.moved(s.money(1000))
		}},
		{"void/rest", "What a partial capture left can be voided, the captured stays.", []need{holds, parts, voidRest, verdict}, func(s *scene) {
			a := s.do(payment.Authorize, s.money(1000), "")
			s.do(payment.Capture, s.money(400), a.Ref)
			s.do(payment.Void, s.money(600), a.Ref)
			s.moved(s.money(400))
			s.holds(s.nothing())
		}},
		{"void/of-nothing", "A void of an authorization that does not exist is refused.", []need{holds}, func(s *scene) {
			s.refused(s.want(payment.Void, s.money(1000), "no-such-authorization"))
		}},
	}
}
