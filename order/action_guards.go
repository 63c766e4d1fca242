package order

import (
	"maps"

	"github.com/go-oms/oms/money"
)

// The built-in guards. Each allows what its name says.
const (
	// GuardMoneySecured: what is owed is held, taken or promised on terms.
	GuardMoneySecured = "money_secured"
	// GuardMoneySettled: exactly what is owed was taken, and nothing is under way.
	GuardMoneySettled = "money_settled"
	// GuardMoneyDue: less was taken than is owed.
	GuardMoneyDue = "money_due"
	// GuardMoneyToReturn: some of what was taken was not given back, or the order
	// is one that may pay out without having taken anything.
	GuardMoneyToReturn = "money_to_return"
	// GuardUnpaid: the money is not secured, and no gateway may still say that it is.
	GuardUnpaid = "unpaid"
	// GuardPastExpiry: the order has an ExpiresAt and it has come.
	GuardPastExpiry = "past_expiry"
	// GuardSomethingToShip: units are allocated or wait in a warehouse.
	GuardSomethingToShip = "something_to_ship"
	// GuardNothingShipped: no unit ever left.
	GuardNothingShipped = "nothing_shipped"
	// GuardSomethingOpen: units are neither shipped nor canceled.
	GuardSomethingOpen = "something_open"
	// GuardSomethingToDeliver: shipped units were not delivered.
	GuardSomethingToDeliver = "something_to_deliver"
	// GuardSomethingToReturn: units were shipped, or the order is a blind return,
	// which knows no sale. How many may still come back is counted line by line.
	GuardSomethingToReturn = "something_to_return"
	// GuardAllCanceled: there are lines, and all their units were canceled.
	GuardAllCanceled = "all_canceled"
	// GuardAllArrived: every unit was canceled, delivered, came back or was written off.
	GuardAllArrived = "all_arrived"
)

// BuiltinGuards returns the built-in guards by name. They are always known to
// [Compile]; this is for those who want to ask one themselves. The map is the
// caller's.
func BuiltinGuards() map[string]Guard {
	return map[string]Guard{
		GuardMoneySecured:       moneySecured,
		GuardMoneySettled:       moneySettled,
		GuardMoneyDue:           moneyDue,
		GuardMoneyToReturn:      moneyToReturn,
		GuardUnpaid:             unpaid,
		GuardPastExpiry:         pastExpiry,
		GuardSomethingToShip:    unless("nothing_to_ship", "no unit is allocated or ready to ship", func(p Progress) bool { return p.Ready }),
		GuardNothingShipped:     unless("shipped", "units have been shipped", func(p Progress) bool { return !p.Shipped }),
		GuardSomethingOpen:      unless("nothing_open", "every unit is shipped or canceled", func(p Progress) bool { return p.Open }),
		GuardSomethingToDeliver: unless("nothing_to_deliver", "no shipped unit is still to be delivered", func(p Progress) bool { return p.Undelivered }),
		GuardSomethingToReturn:  somethingToReturn,
		GuardAllCanceled:        unless("not_canceled", "not every unit is canceled", func(p Progress) bool { return p.AllCanceled }),
		GuardAllArrived:         unless("not_arrived", "units are still to be shipped or delivered", func(p Progress) bool { return p.AllArrived }),
	}
}

// Registry gives meaning to the names in a workflow, beyond the built-in ones,
// which are always known and cannot be replaced: a host that wants another rule
// gives it another name. The zero Registry adds nothing.
type Registry struct {
	Guards map[string]Guard
	// Effects are the names of the host's own effects. What they do is up to the
	// caller of [Machine.Fire], which gets the names back.
	Effects []string
}

// guards returns the built-in guards and the host's.
func (r Registry) guards() map[string]Guard {
	all := BuiltinGuards()
	maps.Copy(all, r.Guards)
	return all
}

func builtinEffects() []string { return []string{EffectReleaseStock, EffectReturnMoney} }

// unless returns a guard that denies when the progress is not as asked.
func unless(code, message string, ok func(Progress) bool) Guard {
	return func(f Facts) *Denial {
		if ok(f.Progress) {
			return nil
		}
		return Deny(code, message)
	}
}

// unclear denies because amounts could not be added up, which takes an order with
// two currencies or one beyond all range.
func unclear(err error) *Denial {
	return Deny("money_unclear", "the order's money does not add up: "+err.Error())
}

func moneySecured(f Facts) *Denial {
	missing, err := f.unsecured()
	switch {
	case err != nil:
		return unclear(err)
	case missing.Sign() > 0:
		return Deny("money_outstanding", "money is outstanding")
	}
	return nil
}

func moneySettled(f Facts) *Denial {
	unpaid, err := f.unpaid()
	switch {
	case err != nil:
		return unclear(err)
	case f.Money.comingIn() || !f.Money.RefundingNow.IsZero():
		return Deny("money_moving", "a payment or refund is under way")
	case unpaid.Sign() > 0:
		return Deny("money_due", "money is still to be taken")
	case unpaid.Sign() < 0:
		return Deny("money_owed", "money is still to be given back")
	}
	return nil
}

func moneyDue(f Facts) *Denial {
	unpaid, err := f.unpaid()
	switch {
	case err != nil:
		return unclear(err)
	case unpaid.Sign() <= 0:
		return Deny("nothing_due", "nothing is left to pay")
	}
	return nil
}

func moneyToReturn(f Facts) *Denial {
	if f.Order != nil && (f.Order.Origin == FromBlind || f.Order.Origin == FromBooks) {
		return nil
	}
	m := &f.Money
	left, err := money.Sum(m.Captured, m.Refunded.Neg(), m.RefundingNow.Neg())
	switch {
	case err != nil:
		return unclear(err)
	case left.Sign() <= 0:
		return Deny("nothing_captured", "no money was taken that could be given back")
	}
	return nil
}

func unpaid(f Facts) *Denial {
	missing, err := f.unsecured()
	switch {
	case err != nil:
		return unclear(err)
	case f.Money.comingIn():
		return Deny("money_moving", "a payment is under way")
	case missing.Sign() <= 0:
		return Deny("money_secured", "the money is secured")
	}
	return nil
}

func pastExpiry(f Facts) *Denial {
	switch {
	case f.Order == nil:
		return unclear(errNoOrder)
	case f.Order.ExpiresAt.IsZero():
		return Deny("never_expires", "the order has no expiry")
	case f.Now.Before(f.Order.ExpiresAt):
		return Deny("not_expired", "the order has not expired yet")
	}
	return nil
}

func somethingToReturn(f Facts) *Denial {
	if f.Progress.Shipped || f.Order != nil && f.Order.Origin == FromBlind {
		return nil
	}
	return Deny("nothing_shipped", "no unit was shipped that could come back")
}
