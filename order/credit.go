package order

import (
	"fmt"
	"slices"
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

// UncreditLine takes back the credit of the last q units of a line that were credited,
// and returns the amount: the line stands as if they had never been credited. It is a
// credit of fewer than zero units. The error is a *fault.NotFoundError for a line of
// another order, or a [*QuantityError] for more units than are credited.
func (o *Order) UncreditLine(
	ids *event.IDs, lineID uuid.UUID, q quantity.Quantity, p CreditParams,
) (money.Money, error) {
	line := o.Line(lineID)
	if line == nil {
		return money.Money{}, fault.NotFound("line", lineID)
	}
	from := o.CreditedUnits(lineID)
	if q.Sign() <= 0 || from.Less(q) {
		return money.Money{}, line.refuse("take back the credit of", q, from)
	}
	left, err := line.Total.Part(line.Quantity.Micro(), 0, from.Sub(q).Micro())
	if err != nil {
		return money.Money{}, err
	}
	left = lesser(left, line.Credited)
	amount, err := line.Credited.Sub(left)
	if err != nil {
		return money.Money{}, err
	}
	return amount, o.uncredit(ids, line, q, amount, p)
}

// uncreditLast takes back what was credited for just the last q of from credited units,
// also where it was less than their share, since no more was due then.
func (o *Order) uncreditLast(ids *event.IDs, line *Line, from, q quantity.Quantity, p CreditParams) (money.Money, error) {
	if q.Sign() <= 0 || from.Less(q) {
		return money.Money{}, line.refuse("take back the credit of", q, from)
	}
	amount, err := o.creditOf(line, from, q)
	if err != nil {
		return money.Money{}, err
	}
	return amount, o.uncredit(ids, line, q, amount, p)
}

// uncredit takes an amount of a line's credit back, which is for q units.
func (o *Order) uncredit(ids *event.IDs, line *Line, q quantity.Quantity, amount money.Money, p CreditParams) error {
	left, err := line.Credited.Sub(amount)
	if err != nil {
		return err
	}
	tax, err := taxShare(line.Total, line.Tax, left, amount)
	if err != nil {
		return err
	}
	a := Adjustment{Scope: OnLine, LineID: line.ID, Quantity: q.Neg()}
	if err := o.credit(ids, a, amount.Neg(), tax.Neg(), p); err != nil {
		return err
	}
	line.Credited = left
	return nil
}

// creditOf is what was credited for the last q of from credited units of a line.
func (o *Order) creditOf(line *Line, from, q quantity.Quantity) (money.Money, error) {
	sum := adder{}
	amount, runs := money.Zero(o.Currency), o.creditRuns(line.ID, &sum)
	for i := len(runs) - 1; i >= 0 && q.Sign() > 0; i-- {
		run := runs[i]
		from = from.Sub(run.units)
		if run.units.Cmp(q) <= 0 {
			amount, q = sum.add(amount, run.amount), q.Sub(run.units)
			continue
		}
		keep, err := line.Total.Part(line.Quantity.Micro(), from.Micro(), from.Add(run.units).Sub(q).Micro())
		if err != nil {
			return money.Money{}, err
		}
		amount, q = sum.add(amount, sum.sub(run.amount, lesser(keep, run.amount))), quantity.Quantity{}
	}
	return amount, sum.err
}

// creditRun is units of a line that were credited at once.
type creditRun struct {
	units  quantity.Quantity
	amount money.Money
}

// creditRuns returns what is credited of a line, the first first: what was taken back
// is not there any more.
func (o *Order) creditRuns(lineID uuid.UUID, sum *adder) (runs []creditRun) {
	for i := range o.Adjustments {
		a := &o.Adjustments[i]
		switch {
		case a.Kind != Credit || a.LineID != lineID || a.Scope != OnLine:
		case a.Quantity.Sign() > 0:
			runs = append(runs, creditRun{a.Quantity, a.Amount.Neg()})
		default:
			units, back := a.Quantity.Neg(), a.Amount
			for units.Sign() > 0 && len(runs) > 0 {
				top := &runs[len(runs)-1]
				if units.Less(top.units) {
					top.units, units = top.units.Sub(units), quantity.Quantity{}
					break
				}
				units, back = units.Sub(top.units), sum.sub(back, top.amount)
				runs = runs[:len(runs)-1]
			}
			if n := len(runs); units.IsZero() && n > 0 { // not just what they were credited
				runs[n-1].amount = sum.sub(runs[n-1].amount, back)
			}
		}
	}
	return runs
}

// Uncredit takes back a credit on shipping or on the whole order: a further entry of
// the opposite amount, whose Source is the credit. The error is a *fault.NotFoundError
// for an entry that is no such credit, or that is taken back already.
func (o *Order) Uncredit(ids *event.IDs, id uuid.UUID, at time.Time) error {
	if !o.uncreditable(id) {
		return fault.NotFound("credit", id)
	}
	i := slices.IndexFunc(o.Adjustments, func(a Adjustment) bool { return a.ID == id })
	found := o.Adjustments[i]
	return o.credit(ids, Adjustment{Scope: found.Scope}, found.Amount, found.TaxPart,
		CreditParams{Code: found.Code, Label: found.Label, Source: id, At: at})
}

// uncreditable reports whether there is such a credit that was not taken back.
func (o *Order) uncreditable(id uuid.UUID) (found bool) {
	for i := range o.Adjustments {
		a := &o.Adjustments[i]
		switch {
		case a.Kind != Credit || a.Scope == OnLine:
		case a.Amount.Sign() <= 0 && a.ID == id:
			found = true
		case a.Amount.Sign() > 0 && a.Source == id:
			return false
		}
	}
	return found
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
	if due := o.Owed(); due.Sign() > 0 {
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
