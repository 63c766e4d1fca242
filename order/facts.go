package order

import (
	"errors"
	"time"

	"github.com/go-oms/oms/event"
	"github.com/go-oms/oms/money"
	"github.com/go-oms/oms/quantity"
)

// Facts is everything a guard may look at. It is filled before the decision, so
// that guards are pure. [NewFacts] makes one; the caller adds At, Reason and Host
// where they apply.
type Facts struct {
	Order    *Order // read only
	Progress Progress
	Money    MoneyFacts

	Actor  event.Actor
	Now    time.Time // when it is recorded
	At     time.Time // when it happened in the business
	Reason string

	// Available is what is left of the account in the order's currency that the customer,
	// or the company that he buys for, has with the shop: where a hold asks for it, and when
	// the order is placed or changed. It is nil otherwise, and without an account.
	Available *money.Money

	// Host holds the host's own facts by name, for the host's own guards. An
	// absent one is false.
	Host map[string]bool
}

// NewFacts returns the facts about an order as it stands. Guards look at the
// Progress that is computed here, so make new facts after changing the order. It
// allocates nothing.
func NewFacts(o *Order, m MoneyFacts, actor event.Actor, now time.Time) Facts {
	f := Facts{Order: o, Money: m, Actor: actor, Now: now, At: now}
	if o != nil {
		f.Progress = ProgressOf(o.Lines)
	}
	return f
}

// MoneyFacts is where the money of an order stands, summed over its means of
// payment, in the order's currency. Every field is positive or zero; the zero
// MoneyFacts is an order nobody has paid. What is owed is not among them: that is
// Totals.Total − Totals.Credited of the order.
type MoneyFacts struct {
	Authorized money.Money // held or taken: captures included, voids and lapsed holds not
	Captured   money.Money // gross
	Refunded   money.Money // of the captured
	PaidOut    money.Money // given back without a capture
	// OnTerms is promised for later and trusted, beyond Authorized: an invoice or
	// cash on delivery. It falls as it is taken.
	OnTerms money.Money

	// Requests to a gateway without a verdict. A bank transfer that is merely
	// awaited is none of them.
	AuthorizingNow money.Money // sales included
	CapturingNow   money.Money
	RefundingNow   money.Money // payouts included
	VoidingNow     money.Money
}

var errNoOrder = errors.New("facts without an order")

// unsecured returns the part of what is owed that is neither held, taken nor
// promised; it is negative when more than enough is. Money on its way out does
// not count, nor does money that may be on its way in.
func (f Facts) unsecured() (money.Money, error) {
	if f.Order == nil {
		return money.Money{}, errNoOrder
	}
	t, m := &f.Order.Totals, &f.Money
	return money.Sum(t.Total, t.Credited.Neg(),
		m.Authorized.Neg(), m.OnTerms.Neg(), m.VoidingNow,
		m.Refunded, m.PaidOut, m.RefundingNow)
}

// unpaid returns the part of what is owed that was not taken; it is negative when
// more than that was.
func (f Facts) unpaid() (money.Money, error) {
	if f.Order == nil {
		return money.Money{}, errNoOrder
	}
	t, m := &f.Order.Totals, &f.Money
	return money.Sum(t.Total, t.Credited.Neg(), m.Captured.Neg(), m.Refunded, m.PaidOut)
}

// comingIn reports whether a gateway may still say that money was held or taken.
func (m MoneyFacts) comingIn() bool { return !m.AuthorizingNow.IsZero() || !m.CapturingNow.IsZero() }

// Progress is how far the units of an order's lines have come. It is reckoned
// line by line, since units of different items do not add up.
type Progress struct {
	Lines       int  // how many there are
	Open        bool // some unit is neither shipped nor canceled
	Ready       bool // some unit can be shipped: it is allocated, or with a warehouse
	Shipped     bool // some unit was ever shipped
	Undelivered bool // some shipped unit was not delivered: it is on its way, lost or back
	AllCanceled bool // there are lines, and every unit of them was canceled
	// AllArrived says that every unit was canceled, delivered, came back or was
	// written off. It is true without lines: there is nothing to wait for.
	AllArrived bool
}

// ProgressOf returns the progress of the lines.
//
// A line counts as arrived when delivered and returned units together make up the
// shipped ones. A unit that was delivered and then returned counts twice there,
// so a line whose rest is still on its way may count early; the alternative, to
// wait for the delivery of a parcel that was refused at the door, would wait for
// ever.
func ProgressOf(lines []Line) Progress {
	p := Progress{Lines: len(lines), AllCanceled: len(lines) > 0, AllArrived: true}
	for i := range lines {
		l := &lines[i]
		open := l.Quantity.Sub(l.Shipped).Sub(l.Canceled).Sign() > 0
		back := quantity.Sum(l.Came(), l.ReturnDismissed, l.WrittenOff)
		transit := l.Delivered.Add(back).Less(l.Shipped)

		p.Open = p.Open || open
		p.Ready = p.Ready || l.Allocated.Sign() > 0 || l.Released.Sign() > 0
		p.Shipped = p.Shipped || l.Shipped.Sign() > 0
		p.Undelivered = p.Undelivered || l.Delivered.Less(l.Shipped)
		p.AllCanceled = p.AllCanceled && !l.Canceled.Less(l.Quantity)
		p.AllArrived = p.AllArrived && !open && !transit
	}
	return p
}
