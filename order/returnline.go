package order

import (
	"fmt"

	"github.com/go-oms/oms/fault"
	"github.com/go-oms/oms/quantity"
)

// Settled returns the units that came, in whatever condition.
func (l ReturnLine) Settled() quantity.Quantity { return l.Good.Add(l.Damaged).Add(l.Dismissed) }

// Outstanding returns the units still to come.
func (l ReturnLine) Outstanding() quantity.Quantity {
	return l.Quantity.Sub(l.Settled()).Sub(l.Canceled)
}

// Receive records units that came: good, damaged and dismissed. The error is a
// [*QuantityError] unless their sum is above zero and at most what is
// outstanding; then nothing has changed.
func (l *ReturnLine) Receive(good, damaged, dismissed quantity.Quantity) error {
	for _, part := range [...]quantity.Quantity{good, damaged, dismissed} {
		if part.Sign() < 0 {
			return l.refuse("receive", part)
		}
	}
	sum := good.Add(damaged).Add(dismissed)
	if sum.Sign() <= 0 || l.Outstanding().Less(sum) {
		return l.refuse("receive", sum)
	}
	l.Good, l.Damaged, l.Dismissed = l.Good.Add(good), l.Damaged.Add(damaged), l.Dismissed.Add(dismissed)
	return nil
}

// Cancel records units that will not come, under the same rules.
func (l *ReturnLine) Cancel(q quantity.Quantity) error {
	if q.Sign() <= 0 || l.Outstanding().Less(q) {
		return l.refuse("cancel the return of", q)
	}
	l.Canceled = l.Canceled.Add(q)
	return nil
}

func (l *ReturnLine) refuse(what string, asked quantity.Quantity) error {
	return &QuantityError{LineID: l.LineID, What: what, Asked: asked, Allowed: l.Outstanding()}
}

// Check returns a *fault.InvalidError unless the quantity is above zero, no part is
// negative, and the parts are at most the quantity.
func (l ReturnLine) Check() error {
	if l.Quantity.Sign() <= 0 || l.Quantity.Check() != nil {
		return fault.Invalid("quantity", l.Quantity, "more than zero and in range")
	}
	for _, part := range [...]quantity.Quantity{l.Good, l.Damaged, l.Dismissed, l.Canceled} {
		if part.Sign() < 0 {
			return fault.Invalid("quantity", part, "zero or more")
		}
	}
	if l.Outstanding().Sign() < 0 {
		return fault.Invalid("quantity", l.Settled().Add(l.Canceled), fmt.Sprintf("at most %s", l.Quantity))
	}
	return nil
}
