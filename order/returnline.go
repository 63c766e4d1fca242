package order

import (
	"fmt"

	"github.com/go-oms/oms/fault"
	"github.com/go-oms/oms/quantity"
)

// Settled returns the units that came, in whatever condition.
func (l ReturnLine) Settled() quantity.Quantity { return l.Taken().Add(l.Dismissed) }

// Taken returns the units that came and were not refused.
func (l ReturnLine) Taken() quantity.Quantity {
	return quantity.Sum(l.Good, l.Damaged, l.Quarantined, l.Scrapped)
}

// GivenUp returns the units that will not come any more.
func (l ReturnLine) GivenUp() quantity.Quantity {
	return quantity.Sum(l.Canceled, l.Expired, l.Lost, l.Excused, l.Kept, l.Wrong, l.Short)
}

// Outstanding returns the units still to come.
func (l ReturnLine) Outstanding() quantity.Quantity {
	return l.Quantity.Sub(l.Settled()).Sub(l.GivenUp())
}

// Awaited returns the units still to come that are not on their way yet.
func (l ReturnLine) Awaited() quantity.Quantity { return l.Outstanding().Sub(l.InTransit) }

// Receive records units that came: good, damaged and dismissed. The error is a
// [*QuantityError] unless their sum is above zero and at most what is
// outstanding; then nothing has changed.
func (l *ReturnLine) Receive(good, damaged, dismissed quantity.Quantity) error {
	for _, part := range [...]quantity.Quantity{good, damaged, dismissed} {
		if part.Sign() < 0 {
			return l.refuse("receive", part, l.Outstanding())
		}
	}
	sum := good.Add(damaged).Add(dismissed)
	if sum.Sign() <= 0 || l.Outstanding().Less(sum) {
		return l.refuse("receive", sum, l.Outstanding())
	}
	l.leave(sum, true)
	l.Good, l.Damaged, l.Dismissed = l.Good.Add(good), l.Damaged.Add(damaged), l.Dismissed.Add(dismissed)
	return nil
}

// Cancel records units that will not come, under the same rules.
func (l *ReturnLine) Cancel(q quantity.Quantity) error { return l.Move(CancelUnits, q) }

// leave takes units off those that are on their way: these first when something is
// heard of them, and last when they are given up at home.
func (l *ReturnLine) leave(q quantity.Quantity, transitFirst bool) {
	from := q
	if !transitFirst {
		from = q.Sub(quantity.Min(q, l.Awaited()))
	}
	l.InTransit = l.InTransit.Sub(quantity.Min(from, l.InTransit))
}

func (l *ReturnLine) refuse(what string, asked, allowed quantity.Quantity) error {
	return &QuantityError{LineID: l.LineID, What: what, Asked: asked, Allowed: allowed}
}

// Check returns a *fault.InvalidError unless the quantity is above zero, no part is
// negative, and the parts are at most the quantity.
func (l ReturnLine) Check() error {
	if l.Quantity.Sign() <= 0 || l.Quantity.Check() != nil {
		return fault.Invalid("quantity", l.Quantity, "more than zero and in range")
	}
	for _, part := range [...]quantity.Quantity{
		l.Good, l.Damaged, l.Quarantined, l.Scrapped, l.Dismissed, l.Canceled, l.Expired,
		l.Lost, l.Excused, l.Kept, l.Wrong, l.Short, l.InTransit, l.Credited,
	} {
		if part.Sign() < 0 {
			return fault.Invalid("quantity", part, "zero or more")
		}
	}
	if l.Outstanding().Sign() < 0 {
		return fault.Invalid("quantity", l.Settled().Add(l.GivenUp()), fmt.Sprintf("at most %s", l.Quantity))
	}
	if l.Outstanding().Less(l.InTransit) {
		return fault.Invalid("in_transit", l.InTransit, fmt.Sprintf("at most %s", l.Outstanding()))
	}
	return nil
}
