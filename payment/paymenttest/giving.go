package paymenttest

import "github.com/go-oms/oms/payment"

// sold brings a captured amount about and returns the ref to refund.
func (s *scene) sold(minor int64) string {
	if s.caps.Sales {
		return s.do(payment.Sale, s.money(minor), "").Ref
	}
	a := s.do(payment.Authorize, s.money(minor), "")
	return s.do(payment.Capture, s.money(minor), a.Ref).Ref
}

func refundCases() []Case {
	return []Case{
		{"refund/whole", "A refund gives back what was taken, under a ref of its own.", []need{refunds, verdict}, func(s *scene) {
			sold := s.sold(1000)
			r := s.do(payment.Refund, s.money(1000), sold)
			s.must(r.Ref != sold, "the refund has the sale's ref %q", r.Ref)
			s.moved(s.nothing())
		}},
		{"refund/of-capture", "A capture is refunded by its own ref.", []need{refunds, holds, verdict}, func(s *scene) {
			a := s.do(payment.Authorize, s.money(1000), "")
			c := s.do(payment.Capture, s.money(1000), a.Ref)
			s.do(payment.Refund, s.money(1000), c.Ref)
			s.moved(s.nothing())
		}},
		{"refund/parts", "Refunds in parts add up to what was taken.", []need{refunds, partRefund, verdict}, func(s *scene) {
			sold := s.sold(1000)
			s.do(payment.Refund, s.money(300), sold)
			s.moved(s.money(700))
			s.do(payment.Refund, s.money(700), sold)
			s.moved(s.nothing())
		}},
		{"refund/same-amount-twice", "Two refunds of one amount are two.", []need{refunds, partRefund, verdict}, func(s *scene) {
			sold := s.sold(1000)
			s.do(payment.Refund, s.money(300), sold)
			s.do(payment.Refund, s.money(300), sold)
			s.moved(s.money(400))
		}},
		{"refund/no-part", "A gateway without PartialRefund refuses one.", []need{refunds, noPartRefund, verdict}, func(s *scene) {
			s.refused(s.want(payment.Refund, s.money(300), s.sold(1000)))
			s.moved(s.money(1000))
		}},
		{"refund/too-much", "More than was taken is refused.", []need{refunds, verdict}, func(s *scene) {
			s.refused(s.want(payment.Refund, s.money(1001), s.sold(1000)))
			s.moved(s.money(1000))
		}},
		{"refund/too-much-in-all", "More in all than was taken is refused.", []need{refunds, partRefund, verdict}, func(s *scene) {
			sold := s.sold(1000)
			s.do(payment.Refund, s.money(600), sold)
			s.refused(s.want(payment.Refund, s.money(401), sold))
			s.moved(s.money(400))
		}},
		{"refund/not-captured", "An authorization cannot be refunded.", []need{refunds, holds, verdict}, func(s *scene) {
			a := s.do(payment.Authorize, s.money(1000), "")
			s.refused(s.want(payment.Refund, s.money(1000), a.Ref))
			s.moved(s.nothing())
		}},
		{"refund/of-nothing", "A refund of what does not exist is refused.", []need{refunds}, func(s *scene) {
			s.refused(s.want(payment.Refund, s.money(1000), "no-such-capture"))
			s.moved(s.nothing())
		}},
		{"refund/without-of", "A refund that refers to nothing is refused.", []need{refunds}, func(s *scene) {
			s.refused(s.want(payment.Refund, s.money(1000), ""))
			s.moved(s.nothing())
		}},
	}
}

func payoutCases() []Case {
	return []Case{
		{"payout/gives", "A payout gives money without a capture to refer to.", []need{payouts, verdict}, func(s *scene) {
			s.do(payment.Payout, s.money(1000), "")
			s.moved(s.money(-1000))
		}},
		{"payout/key", "The same payout sent again gives nothing more.", []need{payouts, keys}, func(s *scene) {
			s.twice(s.want(payment.Payout, s.money(1000), ""))
			s.once(s.money(-1000))
		}},
		{"payout/zero", "A payout of nothing is refused.", []need{payouts}, func(s *scene) {
			s.refused(s.want(payment.Payout, s.nothing(), ""))
			s.moved(s.nothing())
		}},
	}
}
