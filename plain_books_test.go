package oms_test

import (
	"math/big"
	"slices"

	"github.com/google/uuid"

	"github.com/go-oms/oms/money"
	"github.com/go-oms/oms/order"
)

// plainBooks are orders and stock as a clerk would keep them on paper: whole units and
// minor units of money in int64, and none of the library's arithmetic. The rules are
// written down a second time here, so that a mistake has to be made twice to pass.
type plainBooks struct {
	terms  order.Terms
	rates  []int64 // of taxes, in parts per million
	prices map[string]plainPrice
	stock  map[string]*plainStock
	orders []*plainOrder
}

// plainPrice is a price of units minor units divided by 10 to the power of extra.
type plainPrice struct {
	units int64
	extra int
}

type plainStock struct{ onHand, damaged, promised int64 }

func (s *plainStock) free() int64 { return s.onHand - s.damaged - s.promised }

type plainOrder struct {
	id              uuid.UUID
	status          string
	total, credited int64
	lines           []*plainLine
	tenders         []plainTender
	returns         []plainReturn
	changes         []plainChange
}

type plainLine struct {
	id                                    uuid.UUID
	sku                                   string
	price                                 plainPrice
	ordered, canceled, shipped, delivered int64
	coming, came, damaged, dismissed      int64
	total, credited, creditedN            int64 // money, given back, and for how many units
	runs                                  []plainRun
}

type plainTender struct{ held, voided, taken, back int64 }

type plainReturn struct {
	id    uuid.UUID
	units map[int]int64 // outstanding, by line
}

// plainRun is n units that were credited at once.
type plainRun struct{ n, amount int64 }

func (o *plainOrder) due() int64 { return o.total - o.credited }

func (o *plainOrder) sums() (s plainTender) {
	for _, t := range o.tenders {
		s.held, s.voided, s.taken, s.back = s.held+t.held, s.voided+t.voided, s.taken+t.taken, s.back+t.back
	}
	return s
}

func (o *plainOrder) kept() int64 { s := o.sums(); return s.taken - s.back }

func (l *plainLine) open() int64 { return l.ordered - l.canceled - l.shipped }

func (l *plainLine) returnable() int64 {
	return l.shipped - l.coming - l.came - l.damaged - l.dismissed
}

func (o *plainOrder) secured() bool { s := o.sums(); return s.held+s.taken-s.back >= o.due() }

func (o *plainOrder) every(ok func(*plainLine) bool) bool {
	for _, l := range o.lines {
		if !ok(l) {
			return false
		}
	}
	return true
}

func (o *plainOrder) closed() bool {
	return o.status != order.StatusPending && o.status != order.StatusConfirmed && o.status != order.StatusInProgress
}

// settle takes the steps that an order takes by itself.
func (o *plainOrder) settle() {
	if !o.closed() && len(o.lines) > 0 && o.every(func(l *plainLine) bool { return l.canceled == l.ordered }) {
		o.status = order.StatusCanceled
	}
	if o.status == order.StatusPending && o.secured() {
		o.status = order.StatusConfirmed
	}
	arrived := o.every(func(l *plainLine) bool {
		return l.open() == 0 && l.delivered+l.came+l.damaged+l.dismissed >= l.shipped
	})
	if (o.status == order.StatusConfirmed || o.status == order.StatusInProgress) && arrived && o.kept() == o.due() {
		o.status = order.StatusCompleted
	}
}

// credit gives back what the next n units of a line cost: the difference of cumulative
// shares, rounded half up, and never more than is due.
func (o *plainOrder) credit(l *plainLine, n int64) { o.creditMost(l, n, max(o.due(), 0)) }

func (o *plainOrder) creditMost(l *plainLine, n, most int64) {
	amount := min(part(l.total, l.creditedN+n, l.ordered)-part(l.total, l.creditedN, l.ordered), most)
	l.runs = append(slices.Clone(l.runs), plainRun{n, amount})
	l.creditedN += n
	l.credited += amount
	o.credited += amount
}

// uncredit takes back what the last n units were credited, which was noted unit by unit
// in runs.
func (o *plainOrder) uncredit(l *plainLine, n int64) {
	l.runs = slices.Clone(l.runs)
	for n > 0 {
		last := len(l.runs) - 1
		run := l.runs[last]
		l.creditedN -= run.n
		keep := int64(0)
		if l.runs = l.runs[:last]; run.n > n {
			keep = min(part(l.total, l.creditedN+run.n-n, l.ordered)-part(l.total, l.creditedN, l.ordered), run.amount)
			l.runs = append(l.runs, plainRun{run.n - n, keep})
			l.creditedN += run.n - n
		}
		l.credited -= run.amount - keep
		o.credited -= run.amount - keep
		n -= min(n, run.n)
	}
}

// giveBack voids what is held where the rest covers what is due, and refunds what was
// taken beyond it, as far as that has just been freed, the newest payment first.
func (o *plainOrder) giveBack(freed int64) {
	for i := range o.tenders {
		s, t := o.sums(), &o.tenders[i]
		if rest := s.held + s.taken - s.back - t.held; o.due() <= 0 || rest >= o.due() {
			t.held, t.voided = 0, t.voided+t.held
		}
	}
	o.refund(min(o.kept()-max(o.due(), 0), freed))
}

func (o *plainOrder) refund(amount int64) {
	for i := len(o.tenders) - 1; i >= 0 && amount > 0; i-- {
		t := &o.tenders[i]
		share := min(amount, t.taken-t.back)
		t.back += share
		amount -= share
	}
}

func part(total, n, of int64) int64 {
	return rounded(big.NewRat(total*n, of), money.HalfUp)
}

// rounded rounds an amount of zero or more.
func rounded(r *big.Rat, mode money.Rounding) int64 {
	floor := new(big.Int).Quo(r.Num(), r.Denom())
	rest := new(big.Rat).Sub(r, new(big.Rat).SetInt(floor))
	half := rest.Cmp(big.NewRat(1, 2))
	up := half > 0
	switch mode {
	case money.HalfUp:
		up = half >= 0
	case money.HalfEven:
		up = half > 0 || half == 0 && floor.Bit(0) == 1
	case money.Up:
		up = rest.Sign() > 0
	case money.Down:
		up = false
	}
	if up {
		return floor.Int64() + 1
	}
	return floor.Int64()
}

// price reckons what goods cost together, and the tax in it. The line
// sums are those of the goods where tax is rounded line by line, else nil.
func (b *plainBooks) price(lines []*plainLine) (total, tax int64, each []int64) {
	var bases, counts []int64
	for _, l := range lines {
		exact := big.NewRat(l.price.units*l.ordered, 1)
		for range l.price.extra {
			exact.Mul(exact, big.NewRat(1, 10))
		}
		bases, counts = append(bases, rounded(exact, b.terms.Rounding)), append(counts, l.ordered)
	}
	var sum int64
	for _, base := range bases {
		sum += base
	}
	if b.terms.Level == order.PerOrder {
		tax = b.tax(sum, 1)
	}
	for i, base := range bases {
		own := base
		if b.terms.Level != order.PerOrder {
			n := int64(1)
			if b.terms.Level == order.PerUnit {
				n = counts[i]
			}
			t := b.tax(base, n)
			tax += t
			if !b.terms.TaxIncluded {
				own += t
			}
		}
		each = append(each, own)
	}
	if total = sum; !b.terms.TaxIncluded {
		total += tax
	}
	if b.terms.Level == order.PerOrder && !b.terms.TaxIncluded {
		return total, tax, nil
	}
	return total, tax, each
}

// tax is the tax on a price of n units: on top of it each tax is rounded by itself, in
// it all of them together.
func (b *plainBooks) tax(base, n int64) (tax int64) {
	var all int64
	for _, rate := range b.rates {
		all += rate
		if !b.terms.TaxIncluded {
			tax += n * rounded(new(big.Rat).Mul(big.NewRat(base, n), big.NewRat(rate, 1_000_000)), b.terms.Rounding)
		}
	}
	if b.terms.TaxIncluded {
		tax = min(base, n*rounded(new(big.Rat).Mul(big.NewRat(base, n), big.NewRat(all, 1_000_000+all)), b.terms.Rounding))
	}
	return tax
}

// paymentStatus and fulfillmentStatus say in a word what the figures say.
func (o *plainOrder) paymentStatus() order.PaymentStatus {
	s, due := o.sums(), o.due()
	kept := s.taken - s.back
	switch {
	case kept > 0 && kept > due:
		return order.PaymentOverpaid
	case s.back > 0 && kept > 0:
		return order.PaymentPartiallyRefunded
	case s.back > 0 && s.held == 0:
		return order.PaymentRefunded
	case kept > 0 && kept == due:
		return order.PaymentPaid
	case kept > 0:
		return order.PaymentPartiallyPaid
	case s.held > 0 && s.held < due:
		return order.PaymentPartiallyAuthorized
	case s.held > 0:
		return order.PaymentAuthorized
	case s.voided > 0:
		return order.PaymentVoided
	case due == 0:
		return order.PaymentNone
	}
	return order.PaymentPending
}

func (o *plainOrder) fulfillmentStatus() order.FulfillmentStatus {
	var open, shipped, delivered int64
	for _, l := range o.lines {
		open, shipped, delivered = open+l.open(), shipped+l.shipped, delivered+l.delivered
	}
	switch {
	case open > 0 && shipped > 0:
		return order.PartiallyFulfilled
	case open > 0:
		return order.Unfulfilled
	case shipped == 0:
		return order.FulfillmentVoid
	case delivered == shipped:
		return order.Delivered
	case delivered > 0:
		return order.PartiallyDelivered
	}
	return order.Fulfilled
}
