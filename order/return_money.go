package order

import (
	"time"

	"github.com/google/uuid"

	"github.com/go-oms/oms/event"
	"github.com/go-oms/oms/money"
	"github.com/go-oms/oms/quantity"
)

// The codes of what returns bring into the books.
const (
	CodeReturn         = "return"          // the credit for the goods
	CodeRestocking     = "restocking"      // the fee for taking them back
	CodeReturnShipping = "return_shipping" // the way back, where the customer pays it
)

// SettleReturn makes the order's money follow what stands in a return: it credits
// the units that credit is due for and has not been given, takes back what was given
// for units that it is not due for any more, and charges the fees. Calling it again
// changes nothing.
//
// Credit is due for accepted lines whose resolution is [ToTenders], [ToExchange] or [ToStoreCredit]: for the units
// that came and were taken, that the customer keeps, or that were lost at the shop's
// risk; in an instant return for those still to come, too. What is given is the share
// of the line's total ([Order.CreditLine]), so that however units are spread over
// returns and receptions, all of them come to what one return would.
//
// Taking back is the exact inverse: the line stands as if the units had never been
// credited. It is a credit of fewer than zero units.
//
// The restocking fee of a line is reckoned over all its units that came back under
// the same terms; those of all lines are at most what was credited for the order's
// returns. The charge for the way back is at most what the return's credit leaves.
func (o *Order) SettleReturn(ids *event.IDs, r *Return, at time.Time) error {
	for i := range r.Lines {
		l := &r.Lines[i]
		if l.LineID == uuid.Nil {
			continue
		}
		p := CreditParams{Code: r.code(), Label: r.Reason, Source: r.ID, At: at}
		switch due := l.creditable(r.Instant); due.Cmp(l.Credited) {
		case 1:
			if _, err := o.CreditLine(ids, l.LineID, due.Sub(l.Credited), p); err != nil {
				return err
			}
		case -1:
			if _, err := o.UncreditLine(ids, l.LineID, l.Credited.Sub(due), p); err != nil {
				return err
			}
		}
		l.Credited = l.creditable(r.Instant)
	}
	if err := o.chargeRestocking(ids, r, at); err != nil {
		return err
	}
	return o.chargeWayBack(ids, r, at)
}

// code is that of the credits for the return.
func (r *Return) code() string {
	if r.Claim.Kind != "" {
		return CodeClaim
	}
	return CodeReturn
}

// creditable returns the units of the line that credit is due for.
func (l *ReturnLine) creditable(instant bool) quantity.Quantity {
	return quantity.Sum(l.chargeable(instant), l.cleared(l.Kept), l.cleared(l.Excused))
}

// chargeable returns those of them that are, or will be, taken back.
func (l *ReturnLine) chargeable(instant bool) quantity.Quantity {
	units := l.Taken()
	if instant {
		units = units.Add(l.Outstanding())
	}
	return l.cleared(units)
}

// cleared is q where the line is one that is credited, else nothing.
func (l *ReturnLine) cleared(q quantity.Quantity) quantity.Quantity {
	if l.Acceptance == Accepted && (l.Resolution == "" || l.Resolution == ToTenders || l.Resolution == ToExchange || l.Resolution == ToStoreCredit) {
		return q
	}
	return quantity.Quantity{}
}

// chargeRestocking charges what the order's restocking fees have grown by, or gives
// back what they have shrunk by, on the lines of the return that it comes from.
func (o *Order) chargeRestocking(ids *event.IDs, r *Return, at time.Time) error {
	fees, err := o.restocking()
	if err != nil || len(fees) == 0 {
		return err
	}
	var sum adder
	want, charged := money.Zero(o.Currency), money.Zero(o.Currency)
	for _, f := range fees {
		want, charged = sum.add(want, f.want), sum.add(charged, f.charged)
	}
	want = lesser(want, o.creditedBy(func(*Adjustment) bool { return true }))
	more := sum.sub(want, charged)
	if sum.err != nil || more.IsZero() {
		return sum.err
	}
	left := more
	for i := range r.Lines {
		l := &r.Lines[i]
		part := left
		if own := fees[l.LineID]; own != nil && i < len(r.Lines)-1 {
			part = nearer(sum.sub(own.want, own.charged), left)
		}
		if part.IsZero() || l.LineID == uuid.Nil {
			continue
		}
		if l.Fee == (money.Money{}) {
			l.Fee = money.Zero(o.Currency)
		}
		l.Fee, left = sum.add(l.Fee, part), sum.sub(left, part)
	}
	if sum.err != nil {
		return sum.err
	}
	return o.charge(ids, Adjustment{Code: CodeRestocking, Label: r.Reason, Amount: more, Source: r.ID}, at)
}

// nearer returns the part of own that lies between zero and limit.
func nearer(own, limit money.Money) money.Money {
	switch {
	case own.Sign() != limit.Sign():
		return money.Zero(limit.Currency())
	case own.Sign() < 0 == below(own, limit):
		return limit
	}
	return own
}

// restockingFee is what the returns of one line come to, and what was charged of it.
type restockingFee struct {
	want, charged money.Money
	units         map[feeTerms]quantity.Quantity
}

type feeTerms struct {
	ppm  int64
	unit money.Money
}

// restocking returns the fees of every line that has any. Units under the same terms
// are reckoned together, so that returning them in parts costs what returning them at
// once does.
func (o *Order) restocking() (map[uuid.UUID]*restockingFee, error) {
	var fees map[uuid.UUID]*restockingFee
	var sum adder
	for i := range o.Returns {
		for j := range o.Returns[i].Lines {
			l := &o.Returns[i].Lines[j]
			terms := feeTerms{l.FeePPM, l.FeeUnit}
			if terms == (feeTerms{}) || l.LineID == uuid.Nil {
				continue
			}
			if fees == nil {
				fees = make(map[uuid.UUID]*restockingFee)
			}
			f := fees[l.LineID]
			if f == nil {
				f = &restockingFee{money.Zero(o.Currency), money.Zero(o.Currency), map[feeTerms]quantity.Quantity{}}
				fees[l.LineID] = f
			}
			f.units[terms] = f.units[terms].Add(l.chargeable(o.Returns[i].Instant))
			if l.Fee != (money.Money{}) {
				f.charged = sum.add(f.charged, l.Fee)
			}
		}
	}
	for id, f := range fees {
		line := o.Line(id)
		if line == nil {
			continue
		}
		for terms, units := range f.units {
			fee, err := o.feeOf(line, terms.ppm, terms.unit, units)
			if err != nil {
				return nil, err
			}
			f.want = sum.add(f.want, fee)
		}
	}
	return fees, sum.err
}

// feeOf returns the restocking fee for so many units of a line.
func (o *Order) feeOf(line *Line, ppm int64, unit money.Money, units quantity.Quantity) (money.Money, error) {
	switch {
	case units.Sign() <= 0:
	case unit != (money.Money{}):
		return unit.MulDiv(units.Micro(), quantity.PerUnit, o.Terms.Rounding)
	case ppm > 0:
		price, err := line.Total.Part(line.Quantity.Micro(), 0, units.Micro())
		if err != nil {
			return price, err
		}
		return price.MulDiv(ppm, million, o.Terms.Rounding)
	}
	return money.Zero(o.Currency), nil
}

// chargeWayBack charges what the customer pays for sending the return, as far as
// its credit goes.
func (o *Order) chargeWayBack(ids *event.IDs, r *Return, at time.Time) error {
	if r.Shipping == (money.Money{}) {
		return nil
	}
	var sum adder
	left := o.creditedBy(func(a *Adjustment) bool { return a.Source == r.ID })
	var units quantity.Quantity
	for i := range r.Lines {
		l := &r.Lines[i]
		units = units.Add(l.chargeable(r.Instant))
		if l.Fee != (money.Money{}) {
			left = sum.sub(left, l.Fee)
		}
	}
	want := lesser(r.Shipping, left)
	if units.Sign() <= 0 || want.Sign() < 0 {
		want = money.Zero(o.Currency)
	}
	if r.Charged == (money.Money{}) {
		r.Charged = money.Zero(o.Currency)
	}
	more := sum.sub(want, r.Charged)
	if sum.err != nil || more.IsZero() {
		return sum.err
	}
	r.Charged = want
	return o.charge(ids, Adjustment{Code: CodeReturnShipping, Label: r.Reason, Amount: more, Source: r.ID}, at)
}

// creditedBy sums the credits of returns that are chosen.
func (o *Order) creditedBy(chosen func(*Adjustment) bool) money.Money {
	var sum adder
	total := money.Zero(o.Currency)
	for i := range o.Adjustments {
		if a := &o.Adjustments[i]; a.Kind == Credit && o.Return(a.Source) != nil && chosen(a) {
			total = sum.sub(total, a.Amount)
		}
	}
	return total
}

// returnFees sums what was charged for returns. It is owed beside the goods: no
// credit for goods gives it back.
func (o *Order) returnFees() money.Money {
	var sum adder
	total := money.Zero(o.Currency)
	if len(o.Returns) == 0 && o.Original == uuid.Nil {
		return total // asked for each line of a large change
	}
	for i := range o.Adjustments {
		if a := &o.Adjustments[i]; a.Kind == Fee && a.Source != uuid.Nil {
			total = sum.add(total, a.Amount)
		}
	}
	return total
}
