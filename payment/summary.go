package payment

import (
	"bytes"
	"slices"

	"github.com/go-oms/oms/money"
)

// Summary is how an order stands with its payments.
type Summary struct {
	Totals // summed over the tenders

	// How many operations wait, and for whom. An operation counts once.
	InDoubt        int // created, sent or in doubt: the library is at it
	Waiting        int // for the gateway, or the person who is it
	ActionRequired int // for the payer
	ByHand         int // in doubt, and left to a person

	// Failed counts the authorizations and sales that were declined or canceled.
	Failed int
}

// Held returns what is authorized and not captured.
func (s Summary) Held() money.Money { return less(s.Authorized, s.Captured) }

// Kept returns what is captured and neither refunded nor paid out.
func (s Summary) Kept() money.Money { return less(less(s.Captured, s.Refunded), s.PaidOut) }

// InFlight reports whether an operation has no verdict yet.
func (s Summary) InFlight() bool { return s.InDoubt+s.Waiting+s.ActionRequired+s.ByHand > 0 }

// Summarize adds up the tenders of an order in that currency. A tender of another
// currency is a *money.CurrencyMismatchError; sums out of range are a
// *money.OverflowError.
func Summarize(currency money.Currency, tenders []*Tender) (Summary, error) {
	s := Summary{Totals: noTotals(currency)}
	for _, t := range tenders {
		if err := s.add(t.Totals); err != nil {
			return Summary{}, err
		}
		for i := range t.Ops {
			s.count(&t.Ops[i])
		}
	}
	return s, nil
}

func (s *Summary) count(op *Op) {
	switch {
	case op.State.Final():
		if op.State != Succeeded && (op.Kind == Authorize || op.Kind == Sale) {
			s.Failed++
		}
	case op.State == Waiting:
		s.Waiting++
	case op.State == ActionRequired:
		s.ActionRequired++
	case op.NextAt.IsZero():
		s.ByHand++
	default:
		s.InDoubt++
	}
}

func (t *Totals) add(o Totals) error {
	for _, sum := range []struct {
		to *money.Money
		m  money.Money
	}{
		{&t.Authorized, o.Authorized},
		{&t.Captured, o.Captured},
		{&t.Refunded, o.Refunded},
		{&t.PaidOut, o.PaidOut},
		{&t.Voided, o.Voided},
		{&t.AuthorizingNow, o.AuthorizingNow},
		{&t.CapturingNow, o.CapturingNow},
		{&t.RefundingNow, o.RefundingNow},
		{&t.VoidingNow, o.VoidingNow},
	} {
		var err error
		if *sum.to, err = sum.to.Add(sum.m); err != nil {
			return err
		}
	}
	return nil
}

// Share is a tender's part of an amount.
type Share struct {
	Tender *Tender
	Amount money.Money
}

// SplitRefund shares a refund over the tenders of an order, the newest first, none
// beyond what can be refunded of it. Plan each share with [Tender.PlanRefund].
// More than there is in all is a *[CapError].
func SplitRefund(tenders []*Tender, amount money.Money) ([]Share, error) {
	newest := slices.SortedFunc(slices.Values(tenders), func(a, b *Tender) int { return older(b, a) })
	return split(Refund, newest, amount, (*Tender).Refundable)
}

// SplitCapture shares a capture over the tenders of an order, the oldest first,
// none beyond what can be captured of it; capsOf returns the capabilities of the
// tender's gateway. Plan each share with [Tender.PlanCapture]. More than there is
// in all is a *[CapError].
func SplitCapture(tenders []*Tender, amount money.Money, capsOf func(*Tender) Capabilities) ([]Share, error) {
	oldest := slices.SortedFunc(slices.Values(tenders), older)
	return split(Capture, oldest, amount, func(t *Tender) money.Money { return t.Capturable(capsOf(t)) })
}

func split(kind Kind, tenders []*Tender, amount money.Money, room func(*Tender) money.Money) ([]Share, error) {
	if err := payable(amount); err != nil {
		return nil, err
	}
	allowed, rest := money.Zero(amount.Currency()), amount
	var shares []Share
	for _, t := range tenders {
		r := room(t)
		var err error
		if allowed, err = allowed.Add(r); err != nil {
			return nil, err
		}
		if piece := smaller(rest, r); piece.Sign() > 0 {
			shares = append(shares, Share{Tender: t, Amount: piece})
			rest = less(rest, piece)
		}
	}
	if rest.Sign() > 0 {
		return nil, &CapError{Kind: kind, Asked: amount, Allowed: allowed}
	}
	return shares, nil
}

// older orders tenders by when they were made, those of one moment by id.
func older(a, b *Tender) int {
	if c := a.CreatedAt.Compare(b.CreatedAt); c != 0 {
		return c
	}
	return bytes.Compare(a.ID[:], b.ID[:])
}
