package order

import (
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/go-oms/oms/event"
	"github.com/go-oms/oms/fault"
	"github.com/go-oms/oms/money"
	"github.com/go-oms/oms/quantity"
)

// CreditParams say why and when something is given back.
type CreditParams struct {
	Code   string // the reason, such as "return" or "goodwill"
	Label  string
	Source uuid.UUID // the return it follows from
	At     time.Time
}

// CreditError reports a credit of more than there is to give back. Nothing was
// changed. Its kind is fault.Rejected.
type CreditError struct {
	OrderID uuid.UUID
	What    string // "shipping" or "order"
	Asked   money.Money
	Allowed money.Money // the most that would have been accepted
}

func (e *CreditError) Error() string {
	return fmt.Sprintf("order %s: cannot credit %s of the %s: more than zero, at most %s",
		e.OrderID, e.Asked, e.What, e.Allowed)
}

// Fault returns fault.Rejected.
func (e *CreditError) Fault() fault.Kind { return fault.Rejected }

// CreditedUnits returns how many units of a line have been given credit for.
func (o *Order) CreditedUnits(lineID uuid.UUID) quantity.Quantity {
	var units quantity.Quantity
	for i := range o.Adjustments {
		if a := &o.Adjustments[i]; a.Kind == Credit && a.LineID == lineID && a.Scope == OnLine {
			units = units.Add(a.Quantity)
		}
	}
	return units
}

// CreditLine gives back the share of the line's Total for its next q units,
// canceled or returned, and returns the amount, which may be zero. The shares are
// differences of cumulative ones ([money.Money.Part]): however the units are
// divided, crediting all of them gives back exactly the line's Total. The tax part
// is the share of the line's Tax for that amount, cumulative likewise.
//
// No more is given back than is due, the fees of returns apart: what was credited on
// the whole order before counts.
//
// The error is a *fault.NotFoundError for a line of another order, or a
// [*QuantityError] for more units than have not been credited; then the order has
// not changed.
func (o *Order) CreditLine(
	ids *event.IDs, lineID uuid.UUID, q quantity.Quantity, p CreditParams,
) (money.Money, error) {
	line := o.Line(lineID)
	if line == nil {
		return money.Money{}, fault.NotFound("line", lineID)
	}
	return o.creditLine(ids, line, o.CreditedUnits(lineID), q, nil, p)
}

// creditLine credits q units of a line of which from are credited already: at most what
// is due, or else most where that is given.
func (o *Order) creditLine(
	ids *event.IDs, line *Line, from, q quantity.Quantity, most *money.Money, p CreditParams,
) (money.Money, error) {
	if left := line.Quantity.Sub(from); q.Sign() <= 0 || left.Less(q) {
		return money.Money{}, line.refuse("credit", q, left)
	}
	share, err := line.Total.Part(line.Quantity.Micro(), from.Micro(), from.Add(q).Micro())
	if err != nil {
		return money.Money{}, err
	}
	if most == nil {
		due, err := o.goodsDue()
		if err != nil {
			return money.Money{}, err
		}
		most = &due
	}
	amount := lesser(share, *most)
	tax, err := taxShare(line.Total, line.Tax, line.Credited, amount)
	if err != nil {
		return money.Money{}, err
	}
	credited, err := line.Credited.Add(amount)
	if err != nil {
		return money.Money{}, err
	}
	a := Adjustment{Scope: OnLine, LineID: line.ID, Quantity: q}
	if err := o.credit(ids, a, amount, tax, p); err != nil {
		return money.Money{}, err
	}
	line.Credited = credited
	return amount, nil
}

// CreditShipping gives back a part of what shipping cost, tax included; the zero
// Money means all that is left of it. It returns the amount, which may be zero
// then. As with CreditLine, parts add up to the whole, and no more is given back
// than is due. The error is a [*CreditError], or a *fault.InvalidError for
// an amount of another currency or finer than its minor units.
func (o *Order) CreditShipping(ids *event.IDs, amount money.Money, p CreditParams) (money.Money, error) {
	total, tax, before, err := o.shippingSums()
	if err != nil {
		return money.Money{}, err
	}
	var sum adder
	left := lesser(sum.sub(total, before), o.positiveDue())
	if amount == (money.Money{}) {
		amount = left
	} else if err := o.creditable("shipping", amount, left); err != nil {
		return money.Money{}, err
	}
	if sum.err != nil {
		return money.Money{}, sum.err
	}
	part, err := taxShare(total, tax, before, amount)
	if err != nil {
		return money.Money{}, err
	}
	return amount, o.credit(ids, Adjustment{Scope: OnShipping}, amount, part, p)
}

// creditDelivery gives back a part of what shipping cost, with the tax that is in it.
func (o *Order) creditDelivery(ids *event.IDs, amount, tax money.Money, p CreditParams) error {
	total, _, before, err := o.shippingSums()
	if err != nil {
		return err
	}
	var sum adder
	if err := o.creditable("shipping", amount, lesser(sum.sub(total, before), o.positiveDue())); err != nil {
		return err
	}
	if tax.Currency() != o.Currency || !tax.IsMinor() || tax.Sign() < 0 || below(amount, tax) {
		return fault.Invalid("tax", tax, "zero or more, at most "+amount.String())
	}
	return o.credit(ids, Adjustment{Scope: OnShipping}, amount, tax, p)
}

// CreditOrder gives back an amount that belongs to no line, such as goodwill or a
// fee: above zero and at most Due. taxPart is the tax in it, zero Money for none.
// The error is a [*CreditError], or a *fault.InvalidError.
func (o *Order) CreditOrder(ids *event.IDs, amount, taxPart money.Money, p CreditParams) error {
	return o.creditWhole(ids, amount, taxPart, o.positiveDue(), p)
}

// CreditBeyond is CreditOrder without the limit of Due: for goods that came back
// without a known sale, and for books that are taken over as they are.
func (o *Order) CreditBeyond(ids *event.IDs, amount, taxPart money.Money, p CreditParams) error {
	return o.creditWhole(ids, amount, taxPart, amount, p)
}

func (o *Order) creditWhole(ids *event.IDs, amount, taxPart, limit money.Money, p CreditParams) error {
	if err := o.creditable("order", amount, limit); err != nil {
		return err
	}
	if taxPart == (money.Money{}) {
		taxPart = money.Zero(o.Currency)
	}
	if taxPart.Currency() != o.Currency || !taxPart.IsMinor() || taxPart.Sign() < 0 || below(amount, taxPart) {
		return fault.Invalid("tax_part", taxPart, "zero or more, at most "+amount.String())
	}
	return o.credit(ids, Adjustment{Scope: OnOrder}, amount, taxPart, p)
}

// Charge adds a fee or an allowance to a placed order, such as a difference that
// was agreed on later: an explicit change of its totals.
func (o *Order) Charge(ids *event.IDs, c Charge, at time.Time) error {
	if c.Amount.Currency() != o.Currency || !c.Amount.IsMinor() || c.Amount.IsZero() {
		return fault.Invalid("amount", c.Amount, "an amount in "+string(o.Currency)+" other than zero")
	}
	return o.charge(ids, Adjustment{Code: c.Code, Label: c.Label, Amount: c.Amount}, at)
}

// charge appends a fee on the order and sums it up.
func (o *Order) charge(ids *event.IDs, a Adjustment, at time.Time) error {
	var sum adder
	fees, total := sum.add(o.Totals.Fees, a.Amount), sum.add(o.Totals.Total, a.Amount)
	if sum.err != nil {
		return sum.err
	}
	o.Totals.Fees, o.Totals.Total = fees, total
	a.ID, a.Scope, a.Kind, a.TaxPart, a.At = ids.Next(), OnOrder, Fee, money.Zero(o.Currency), event.Moment(at)
	o.Adjustments = append(o.Adjustments, a)
	return nil
}

// creditable refuses an amount that cannot be given back.
func (o *Order) creditable(what string, amount, limit money.Money) error {
	if amount.Currency() != o.Currency || !amount.IsMinor() {
		return fault.Invalid("amount", amount, "minor units of "+string(o.Currency))
	}
	if amount.Sign() <= 0 || below(limit, amount) {
		return &CreditError{OrderID: o.ID, What: what, Asked: amount, Allowed: limit}
	}
	return nil
}

// credit appends the entry and sums it up.
func (o *Order) credit(ids *event.IDs, a Adjustment, amount, tax money.Money, p CreditParams) error {
	credited, err := o.Totals.Credited.Add(amount)
	if err != nil {
		return err
	}
	o.Totals.Credited = credited
	a.ID, a.Kind, a.At, a.Amount, a.TaxPart = ids.Next(), Credit, event.Moment(p.At), amount.Neg(), tax.Neg()
	a.Code, a.Label, a.Source = p.Code, p.Label, p.Source
	o.Adjustments = append(o.Adjustments, a)
	return nil
}

// positiveDue is what is due for what the customer keeps, however it is paid for, or
// zero where nothing is.
func (o *Order) positiveDue() money.Money {
	due := o.Owed()
	if len(o.Returns) > 0 {
		if less, err := due.Sub(o.StoreCredit()); err == nil {
			due = less // what became store credit is not given a second time
		}
	}
	if due.Sign() > 0 {
		return due
	}
	return money.Zero(o.Currency)
}

// goodsDue is what is due without the fees of returns, or zero where nothing is.
func (o *Order) goodsDue() (money.Money, error) {
	due, err := o.Due().Sub(o.returnFees())
	if err != nil || due.Sign() > 0 {
		return due, err
	}
	return money.Zero(o.Currency), nil
}

// shippingSums returns what shipping cost after discount and with tax, the tax in
// it, and what was credited of it.
func (o *Order) shippingSums() (total, tax, credited money.Money, err error) {
	var sum adder
	total = money.Zero(o.Currency)
	tax, credited = total, total
	for i := range o.Adjustments {
		a := &o.Adjustments[i]
		if a.Scope != OnShipping {
			continue
		}
		switch a.Kind {
		case Credit:
			credited = sum.sub(credited, a.Amount)
			continue
		case Tax:
			tax = sum.add(tax, a.Amount)
		}
		if !a.Included {
			total = sum.add(total, a.Amount)
		}
	}
	return total, tax, credited, sum.err
}

// taxShare returns the tax in the part of total that follows on before. Reckoned
// from amounts, it is never more than its part, which separate roundings of
// amount and tax by units could make it.
func taxShare(total, tax, before, amount money.Money) (money.Money, error) {
	if total.IsZero() {
		return tax.Sub(tax)
	}
	after, err := before.Add(amount)
	if err != nil {
		return money.Money{}, err
	}
	var minor [3]int64
	for i, m := range [...]money.Money{total, before, after} {
		if minor[i], err = m.Minor(); err != nil {
			return money.Money{}, err
		}
	}
	return tax.Part(minor[0], minor[1], minor[2])
}
