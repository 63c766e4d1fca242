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

// ClaimVerdict is what the customer gets for the units of a claim.
type ClaimVerdict struct {
	Awards []ClaimAward // units that none of them names get nothing; none at all: the claim is rejected
	// Back asks for the goods. They are credited already: what comes brings nothing
	// more, and the credit of what does not come is taken back.
	Back      bool
	ExpiresAt time.Time // when goods that are asked back are given up; zero for never
	Answer    string    // why units get nothing
	At        time.Time
}

// ClaimAward is what the customer gets for units of one line of a claim.
type ClaimAward struct {
	LineID uuid.UUID         `json:"line_id"`
	Refund quantity.Quantity `json:"refund,omitzero"` // units that are credited
	// Amount is what is credited for them, where it is less than their share of the
	// line's total. The customer keeps such units.
	Amount  money.Money       `json:"amount,omitzero"`
	Replace quantity.Quantity `json:"replace,omitzero"` // units that are sent again
}

// ResolveClaim gives a verdict about an open claim, once, and makes the order's money
// follow it. It returns the return with the units that are to be sent again, or nil:
// their credit is for the goods in their place to cost ([Order.Replace]), as in an
// exchange. Where the claim has other units, too, it is a return of its own. It is pure.
//
// Units are credited at once: as many as the line has, each at its share of what the
// line cost, and never more than is due. Those that are not asked back are gone for good:
// lost at the shop's risk where they are missing, else left with the customer.
//
// The error is a [*ClaimStateError], a *fault.NotFoundError for a return that is no
// claim or a line that is not in it, a [*QuantityError] for more units than were claimed,
// a [*CreditError] for more money than their share, or a *fault.InvalidError; then the
// order must be thrown away.
func (o *Order) ResolveClaim(ids *event.IDs, id uuid.UUID, v ClaimVerdict) (replaced *Return, err error) {
	r := o.Return(id)
	if r == nil {
		return nil, fault.NotFound("claim", id)
	}
	if err := r.opened("resolve"); err != nil {
		return nil, err
	}
	awards, err := v.check(o, r)
	if err != nil {
		return nil, err
	}
	again, err := o.judgeClaim(r, v, awards)
	if err != nil {
		return nil, err
	}
	if err := o.payClaim(ids, r, v, awards); err != nil {
		return nil, err
	}
	if len(again) == 0 {
		return nil, nil
	}
	if len(r.Lines) > 0 {
		part := r.Clone()
		part.ID, part.Lines = ids.Next(), again
		part.Claim.Of, part.Claim.Answer = r.ID, ""
		part.Unasked, part.Problem = nil, "" // came with the claim, once
		o.Returns = append(o.Returns, part)
		r = &o.Returns[len(o.Returns)-1]
	} else {
		r.Lines = again
	}
	if err := o.leaveClaimed(r, v); err != nil {
		return nil, err
	}
	return r, o.SettleReturn(ids, r, v.At)
}

// check looks at the awards one by one, and returns one for each line of the claim.
func (v *ClaimVerdict) check(o *Order, r *Return) ([]ClaimAward, error) {
	awards := make([]ClaimAward, len(r.Lines))
	for i := range r.Lines {
		awards[i].LineID = r.Lines[i].LineID
	}
	for i, a := range v.Awards {
		at := fmt.Sprintf("awards[%d]", i)
		n := r.place(a.LineID)
		if n < 0 {
			return nil, fault.NotFound("line", a.LineID)
		}
		l := &r.Lines[n]
		units := a.Refund.Add(a.Replace)
		switch {
		case a.Refund.Sign() < 0 || a.Replace.Sign() < 0 || units.Sign() == 0 || l.Quantity.Less(units):
			return nil, l.refuse("award", units, l.Quantity)
		case awards[n] != (ClaimAward{LineID: a.LineID}):
			return nil, fault.Invalid(at+".line_id", a.LineID, "each line once")
		case a.Amount == (money.Money{}):
		case a.Refund.IsZero():
			return nil, fault.Invalid(at+".amount", a.Amount, "none without units that are refunded")
		case v.Back:
			return nil, fault.Invalid(at+".amount", a.Amount, "none for goods that are asked back: their whole share is credited")
		}
		awards[n] = a
	}
	silent := false
	for i, a := range awards {
		silent = silent || a.Refund.Add(a.Replace).Less(r.Lines[i].Quantity)
	}
	switch {
	case silent && v.Answer == "":
		return nil, fault.Invalid("answer", "", "why units get nothing")
	case v.Back && r.Claim.Kind == ClaimMissing:
		return nil, fault.Invalid("back", true, "false: the goods are missing")
	case v.Back && len(v.Awards) == 0:
		return nil, fault.Invalid("back", true, "false: nothing is given for the goods")
	}
	return awards, nil
}

// place returns where the return has a line, or -1.
func (r *Return) place(lineID uuid.UUID) int {
	for i := range r.Lines {
		if r.Lines[i].LineID == lineID {
			return i
		}
	}
	return -1
}

// judgeClaim closes the claim and gives back what gets nothing. What is to be sent again
// leaves the claim, and is returned.
func (o *Order) judgeClaim(r *Return, v ClaimVerdict, awards []ClaimAward) (again []ReturnLine, err error) {
	as := ClaimResolved
	if len(v.Awards) == 0 {
		as = ClaimRejected
	}
	r.Claim.close(as, v.Answer, v.At)
	r.Instant = v.Back
	if v.Back {
		r.ExpiresAt = v.ExpiresAt
	}
	var rest []ReturnLine
	for i := range r.Lines {
		l, a := r.Lines[i], awards[i]
		if a.Replace.Sign() > 0 {
			part := l
			part.Quantity, part.Resolution, part.Acceptance = a.Replace, ToExchange, Accepted
			again = append(again, part)
			if l.Quantity = l.Quantity.Sub(a.Replace); l.Quantity.IsZero() {
				continue
			}
		}
		nothing := l.Quantity.Sub(a.Refund)
		l.Acceptance, l.Resolution = Accepted, ToTenders
		if a.Refund.IsZero() {
			l.Acceptance, l.Resolution = Rejected, NoCredit
		}
		if nothing.Sign() > 0 {
			if err := o.MoveReturn(r, &l, CancelUnits, nothing); err != nil {
				return nil, err
			}
		}
		rest = append(rest, l)
	}
	r.Lines = rest
	return again, nil
}

// payClaim credits what the claim itself brings the customer.
func (o *Order) payClaim(ids *event.IDs, r *Return, v ClaimVerdict, awards []ClaimAward) error {
	for _, a := range awards {
		if a.Amount == (money.Money{}) {
			continue
		}
		if err := o.grant(ids, r, a, v.At); err != nil {
			return err
		}
	}
	if err := o.leaveClaimed(r, v); err != nil {
		return err
	}
	return o.SettleReturn(ids, r, v.At)
}

// leaveClaimed gives up what is outstanding of accepted lines, unless it is asked back.
func (o *Order) leaveClaimed(r *Return, v ClaimVerdict) error {
	move := KeepUnits
	if r.Claim.Kind == ClaimMissing {
		move = ExcuseUnits
	}
	for i := range r.Lines {
		l := &r.Lines[i]
		if rest := l.Outstanding(); !v.Back && rest.Sign() > 0 {
			if err := o.MoveReturn(r, l, move, rest); err != nil {
				return err
			}
		}
	}
	return nil
}

// grant credits less than their share for units that the customer keeps. Of all units
// of a line such units count as the last ones: what is granted is a part of their share,
// and what other units bring, in any parts, is at most the share of the others.
func (o *Order) grant(ids *event.IDs, r *Return, a ClaimAward, at time.Time) error {
	line, l := o.Line(a.LineID), r.Line(a.LineID)
	end := line.Quantity.Sub(o.grantedUnits(line.ID))
	begin := end.Sub(a.Refund)
	before, err := line.Total.Part(line.Quantity.Micro(), 0, begin.Micro())
	if err != nil {
		return err
	}
	share, err := line.Total.Part(line.Quantity.Micro(), begin.Micro(), end.Micro())
	if err != nil {
		return err
	}
	due, err := o.goodsDue()
	if err != nil {
		return err
	}
	if err := o.creditable("claimed units", a.Amount, lesser(share, due)); err != nil {
		return err
	}
	tax, err := taxShare(line.Total, line.Tax, before, a.Amount)
	if err != nil {
		return err
	}
	l.Resolution, l.Granted = NoCredit, a.Amount
	return o.credit(ids, Adjustment{Scope: OnOrder}, a.Amount, tax, CreditParams{Code: CodeClaim, Label: r.Reason, Source: r.ID, At: at})
}

// grantedUnits returns how many units of a line something was granted for.
func (o *Order) grantedUnits(lineID uuid.UUID) quantity.Quantity {
	var units quantity.Quantity
	for i := range o.Returns {
		for _, l := range o.Returns[i].Lines {
			if l.LineID == lineID && !l.Granted.IsZero() {
				units = units.Add(l.Kept).Add(l.Excused)
			}
		}
	}
	return units
}
