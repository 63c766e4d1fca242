package order

import (
	"time"

	"github.com/google/uuid"

	"github.com/go-oms/oms/event"
	"github.com/go-oms/oms/money"
)

// CodeStoreCredit is the code of what a customer was given as store credit for what he
// sent back: a fee above zero, whose Source is the return. What he has paid for the goods
// stays with the shop for it.
const CodeStoreCredit = "store_credit"

// StoreCredit returns what was given as store credit for returns of the order.
func (o *Order) StoreCredit() money.Money {
	return o.fees(func(a *Adjustment) bool { return a.Code == CodeStoreCredit && a.Source != uuid.Nil })
}

// GivesStoreCredit reports whether the customer wants store credit for anything that he
// sent back, or sends back.
func (o *Order) GivesStoreCredit() bool {
	for i := range o.Returns {
		for _, l := range o.Returns[i].Lines {
			if l.Resolution == ToStoreCredit {
				return true
			}
		}
	}
	return false
}

// SettleStoreCredit makes store credit of what returns have brought that are to be
// resolved by it, and returns how much more it is now, or less below zero. Over is what
// was taken for the order beyond what is due: no more is given than would be refunded
// otherwise, and what is given is due from then on, so that it is never refunded as well.
// What was given for goods that turned out not to come is taken back. Calling it again,
// with what is over then, changes nothing.
func (o *Order) SettleStoreCredit(ids *event.IDs, over money.Money, at time.Time) (money.Money, error) {
	var sum adder
	total := money.Zero(o.Currency)
	for i := range o.Returns {
		r := &o.Returns[i]
		want, concerned := o.wantedCredit(r, &sum)
		if !concerned {
			continue
		}
		more := sum.sub(want, o.fees(func(a *Adjustment) bool { return a.Code == CodeStoreCredit && a.Source == r.ID }))
		if more.Sign() > 0 {
			if more = lesser(more, over); more.Sign() < 0 {
				more = money.Zero(o.Currency)
			}
			over = sum.sub(over, more)
		}
		if sum.err != nil {
			return total, sum.err
		}
		if more.IsZero() {
			continue
		}
		if err := o.charge(ids, Adjustment{Code: CodeStoreCredit, Label: r.Reason, Amount: more, Source: r.ID}, at); err != nil {
			return total, err
		}
		total = sum.add(total, more)
	}
	return total, sum.err
}

// wantedCredit is what a return has brought that goes into store credit: the credit of
// those lines less their fees, and less the way back where no other line pays for it.
func (o *Order) wantedCredit(r *Return, sum *adder) (want money.Money, concerned bool) {
	lines, others := make(map[uuid.UUID]bool, len(r.Lines)), false
	for _, l := range r.Lines {
		if l.Resolution == ToStoreCredit {
			lines[l.LineID] = true
		} else {
			others = true
		}
	}
	if len(lines) == 0 {
		return money.Zero(o.Currency), false
	}
	want = o.creditedBy(func(a *Adjustment) bool { return a.Source == r.ID && lines[a.LineID] })
	for i := range r.Lines {
		if l := &r.Lines[i]; lines[l.LineID] && l.Fee != (money.Money{}) {
			want = sum.sub(want, l.Fee)
		}
	}
	if r.Charged != (money.Money{}) && !others {
		want = sum.sub(want, r.Charged)
	}
	if want.Sign() < 0 {
		want = money.Zero(o.Currency)
	}
	return want, true
}
