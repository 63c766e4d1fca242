package order

import (
	"time"

	"github.com/google/uuid"

	"github.com/go-oms/oms/event"
	"github.com/go-oms/oms/money"
	"github.com/go-oms/oms/quantity"
)

// CodeExchange is the code of what goods that are sent back pay for others: a fee
// above zero on the order that they came from, below zero on the one of the others.
// Both name the return as their Source.
const CodeExchange = "exchange"

// ReturnTo returns the return whose value goes to another order, or nil. The pointer
// is into o.
func (o *Order) ReturnTo(outbound uuid.UUID) *Return {
	for i := range o.Returns {
		if o.Returns[i].Outbound == outbound {
			return &o.Returns[i]
		}
	}
	return nil
}

// Undecided reports whether it is still open what the return is worth: units are to
// come, or a person has to look at what came.
func (r *Return) Undecided() bool {
	for _, l := range r.Lines {
		came := quantity.Sum(l.Taken(), l.Kept, l.Excused)
		if l.Outstanding().Sign() > 0 || l.Acceptance == ManualReview && came.Sign() > 0 {
			return true
		}
	}
	return false
}

// ReturnValue returns what a return will have brought the customer when all that is
// still to come has come in good condition, and all that waits for a person was
// accepted: the credit of the goods less the fees. Once nothing is undecided it is what
// it has brought him. It never is below zero.
func (o *Order) ReturnValue(id uuid.UUID) (money.Money, error) {
	after := o.Clone()
	r := after.Return(id)
	if r == nil {
		return money.Zero(o.Currency), nil
	}
	for i := range r.Lines {
		l := &r.Lines[i]
		if rest := l.Outstanding(); rest.Sign() > 0 {
			if err := after.MoveReturn(r, l, RestockUnits, rest); err != nil {
				return money.Money{}, err
			}
		}
		if l.Acceptance == ManualReview {
			l.Acceptance = Accepted
		}
	}
	if err := after.SettleReturn(event.NewIDs(id), r, r.RequestedAt); err != nil {
		return money.Money{}, err
	}
	return after.brought(r)
}

// brought is the credit that was given for a return, less its fees.
func (o *Order) brought(r *Return) (money.Money, error) {
	var sum adder
	net := o.creditedBy(func(a *Adjustment) bool { return a.Source == r.ID })
	for i := range r.Lines {
		if fee := r.Lines[i].Fee; fee != (money.Money{}) {
			net = sum.sub(net, fee)
		}
	}
	if r.Charged != (money.Money{}) {
		net = sum.sub(net, r.Charged)
	}
	if net.Sign() < 0 {
		net = money.Zero(o.Currency)
	}
	return net, sum.err
}

// Exchanged returns what a return has paid for other goods: as much as was charged for
// it on the order that the goods came from, or allowed for it on the other.
func (o *Order) Exchanged(source uuid.UUID) money.Money {
	sum := o.fees(func(a *Adjustment) bool { return a.Code == CodeExchange && a.Source == source })
	return sum.Abs()
}

// Owed returns what the customer owes for what he keeps of the order, before what an
// exchange pays of it: Due without the allowances.
func (o *Order) Owed() money.Money {
	allowed := o.fees(func(a *Adjustment) bool {
		return a.Code == CodeExchange && a.Source != uuid.Nil && o.Return(a.Source) == nil
	})
	owed, err := o.Due().Sub(allowed)
	if err != nil {
		return money.Money{}
	}
	return owed
}

// Spent returns what the goods that the customer keeps of the order come to, however
// they are paid for: Due without what goods that were sent back have paid for others, or
// have become store credit.
// It never is below zero.
func (o *Order) Spent() money.Money {
	exchanged := o.fees(func(a *Adjustment) bool {
		return (a.Code == CodeExchange || a.Code == CodeStoreCredit) && a.Source != uuid.Nil
	})
	spent, err := o.Due().Sub(exchanged)
	if err != nil || spent.Sign() < 0 {
		return money.Zero(o.Currency)
	}
	return spent
}

// fees sums the fees that are chosen.
func (o *Order) fees(chosen func(*Adjustment) bool) money.Money {
	var sum adder
	total := money.Zero(o.Currency)
	for i := range o.Adjustments {
		if a := &o.Adjustments[i]; a.Kind == Fee && chosen(a) {
			total = sum.add(total, a.Amount)
		}
	}
	return total
}

// BeginExchange lets a return pay for an order that is being placed: value, or the
// order's total where that is less.
func (o *Order) BeginExchange(ids *event.IDs, source uuid.UUID, value money.Money, at time.Time) error {
	if _, err := value.Cmp(o.Totals.Total); err != nil {
		return err
	}
	part := lesser(value, o.Totals.Total)
	if part.Sign() <= 0 {
		return nil
	}
	return o.charge(ids, Adjustment{Code: CodeExchange, Amount: part.Neg(), Source: source}, at)
}

// SettleExchange makes the money of both orders of an exchange follow what stands in
// the return, and reports which of them it changed. Calling it again changes nothing.
//
// What the outbound order was allowed at the beginning stays allowed as long as the
// goods are on their way. It falls, and never rises again, to what they can still
// bring, and to what is owed for the outbound order: what was called off or sent back
// of that is not paid for. The original order is charged for it as the credit for
// the goods is given, so that this credit is spent once; what it is beyond that is
// the customer's, to be refunded.
func SettleExchange(ids *event.IDs, original *Order, r *Return, outbound *Order, at time.Time) (charged, allowed bool, err error) {
	value, err := original.ReturnValue(r.ID)
	if err != nil {
		return false, false, err
	}
	brought, err := original.brought(r)
	if err != nil {
		return false, false, err
	}
	was, had := outbound.Exchanged(r.ID), original.Exchanged(r.ID)
	is := lesser(lesser(was, value), outbound.positiveDue())
	has := lesser(brought, is)
	if allowed, err = outbound.exchange(ids, r, was, is, at); err != nil {
		return false, false, err
	}
	charged, err = original.exchange(ids, r, had.Neg(), has.Neg(), at)
	return charged, allowed, err
}

// exchange brings an allowance, or below zero a charge, from what it was to what it is.
func (o *Order) exchange(ids *event.IDs, r *Return, was, is money.Money, at time.Time) (bool, error) {
	more, err := was.Sub(is)
	if err != nil || more.IsZero() {
		return false, err
	}
	return true, o.charge(ids, Adjustment{Code: CodeExchange, Amount: more, Source: r.ID}, at)
}
