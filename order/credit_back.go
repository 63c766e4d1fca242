package order

import (
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/go-oms/oms/event"
	"github.com/go-oms/oms/fault"
	"github.com/go-oms/oms/money"
	"github.com/go-oms/oms/quantity"
)

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
