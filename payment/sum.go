package payment

import "github.com/go-oms/oms/money"

// Sum returns where the money stands after the operations, in that currency. It
// looks at nothing else, so that totals can always be computed again:
//
//	Authorized = Σ settled authorizations and sales − Σ settled voids
//	Captured   = Σ settled captures and sales
//
// An operation without a verdict counts with the amount asked for in the in-flight
// totals, a sale in both AuthorizingNow and CapturingNow. What was declined or
// canceled counts nowhere. Sums that would leave the range of package money stop
// there, which only reports of absurd amounts can bring about.
func Sum(currency money.Currency, ops []Op) Totals {
	t := noTotals(currency)
	for i := range ops {
		t.count(&ops[i])
	}
	t.Authorized = less(t.Authorized, t.Voided)
	return t
}

func noTotals(currency money.Currency) Totals {
	z := money.Zero(currency)
	return Totals{
		Authorized: z, Captured: z, Refunded: z, PaidOut: z, Voided: z,
		AuthorizingNow: z, CapturingNow: z, RefundingNow: z, VoidingNow: z,
	}
}

func (t *Totals) count(op *Op) {
	switch {
	case op.State == Succeeded:
		t.settle(op.Kind, op.settled())
	case !op.State.Final():
		t.fly(op.Kind, op.Amount)
	}
}

func (t *Totals) settle(kind Kind, amount money.Money) {
	switch kind {
	case Authorize:
		t.Authorized = plus(t.Authorized, amount)
	case Sale:
		t.Authorized = plus(t.Authorized, amount)
		t.Captured = plus(t.Captured, amount)
	case Capture:
		t.Captured = plus(t.Captured, amount)
	case Void:
		t.Voided = plus(t.Voided, amount)
	case Refund:
		t.Refunded = plus(t.Refunded, amount)
	case Payout:
		t.PaidOut = plus(t.PaidOut, amount)
	}
}

func (t *Totals) fly(kind Kind, amount money.Money) {
	switch kind {
	case Authorize:
		t.AuthorizingNow = plus(t.AuthorizingNow, amount)
	case Sale:
		t.AuthorizingNow = plus(t.AuthorizingNow, amount)
		t.CapturingNow = plus(t.CapturingNow, amount)
	case Capture:
		t.CapturingNow = plus(t.CapturingNow, amount)
	case Void:
		t.VoidingNow = plus(t.VoidingNow, amount)
	case Refund, Payout:
		t.RefundingNow = plus(t.RefundingNow, amount)
	}
}

// settled is what took place of a successful operation. One that was written
// without a word on it, such as an imported one, settled whole.
func (o *Op) settled() money.Money {
	if o.Settled == (money.Money{}) {
		return o.Amount
	}
	return o.Settled
}

// taken is what the operation counts with against a cap: settled, in flight or
// nothing.
func (o *Op) taken() money.Money {
	switch {
	case o.State == Succeeded:
		return o.settled()
	case o.State.Final():
		return money.Zero(o.Amount.Currency())
	default:
		return o.Amount
	}
}

// plus adds what is positive or zero and stops at the end of the range.
func plus(a, b money.Money) money.Money {
	sum, err := a.Add(b)
	if err != nil {
		return larger(a, b)
	}
	return sum
}

// less subtracts and stops at zero.
func less(a, b money.Money) money.Money {
	rest, err := a.Sub(b)
	if err != nil || rest.Sign() < 0 {
		return money.Zero(a.Currency())
	}
	return rest
}

// larger and smaller compare amounts of one currency; of two that cannot be
// compared they return the first.
func larger(a, b money.Money) money.Money {
	if c, err := a.Cmp(b); err == nil && c < 0 {
		return b
	}
	return a
}

func smaller(a, b money.Money) money.Money {
	if c, err := a.Cmp(b); err == nil && c > 0 {
		return b
	}
	return a
}
