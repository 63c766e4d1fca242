package order

import (
	"fmt"
	"slices"

	"github.com/google/uuid"

	"github.com/go-oms/oms/money"
	"github.com/go-oms/oms/quantity"
)

// CheckClaims verifies that the order's claims stand as their states say: units of an
// open one wait, untouched; one that was rejected or withdrawn has given all of them
// back and brought nothing; what is a part of another belongs to a resolved one; and what
// was granted is in the books, at most the share of the units that it was granted for.
// The error, an [*InvariantError], is the first that was found.
func (o *Order) CheckClaims() error {
	for i := range o.Returns {
		r := &o.Returns[i]
		rule, have := r.claimed()
		switch {
		case rule != "":
		case r.Claim.Of != uuid.Nil && !o.isPart(r):
			rule, have = "of", r.Claim.Of
		case r.grants(o.Currency) != o.grantsOf(r):
			rule, have = "granted", o.grantsOf(r)
		}
		if rule != "" {
			return o.broken("claim."+rule, have, fmt.Sprintf("what suits return %s, whose claim is %q", r.ID, r.Claim.Status))
		}
	}
	return o.checkGrants()
}

// claimed names the first part of the return that does not suit the state of its claim.
func (r *Return) claimed() (rule string, have any) {
	c := r.Claim
	switch {
	case c == (Claim{}):
		return "", nil
	case !slices.Contains(ClaimKinds(), c.Kind):
		return "kind", c.Kind
	case (c.Status == ClaimOpen) != c.ClosedAt.IsZero():
		return "closed_at", c.ClosedAt
	case c.Status != ClaimResolved && r.Outbound != uuid.Nil:
		return "outbound", r.Outbound
	}
	for _, l := range r.Lines {
		brought := !l.Credited.IsZero() || !l.Granted.IsZero()
		switch c.Status {
		case ClaimOpen:
			if brought || l.Outstanding() != l.Quantity || l.Acceptance != ManualReview {
				return "lines", l.Outstanding()
			}
		case ClaimRejected, ClaimWithdrawn:
			if brought || l.Canceled != l.Quantity {
				return "lines", l.Canceled
			}
		case ClaimResolved:
			if l.Acceptance != Accepted && l.Acceptance != Rejected {
				return "acceptance", l.Acceptance
			}
		default:
			return "status", c.Status
		}
	}
	return "", nil
}

// isPart reports whether the return is units that were sent again of a claim.
func (o *Order) isPart(r *Return) bool {
	of := o.Return(r.Claim.Of)
	return of != nil && r.Outbound != uuid.Nil &&
		of.Claim.Kind == r.Claim.Kind && of.Claim.Status == ClaimResolved && r.Claim.Status == ClaimResolved && of.Claim.Of == uuid.Nil
}

// grants sums what the lines of a claim say was granted.
func (r *Return) grants(c money.Currency) money.Money {
	var sum adder
	total := money.Zero(c)
	for _, l := range r.Lines {
		if !l.Granted.IsZero() {
			total = sum.add(total, l.Granted)
		}
	}
	return total
}

// grantsOf sums what the books say was granted for a claim.
func (o *Order) grantsOf(r *Return) money.Money {
	var sum adder
	total := money.Zero(o.Currency)
	for i := range o.Adjustments {
		if a := &o.Adjustments[i]; a.Kind == Credit && a.Code == CodeClaim && a.Scope == OnOrder && a.Source == r.ID {
			total = sum.sub(total, a.Amount)
		}
	}
	return total
}

// checkGrants holds what was granted on each line against the share of those units.
func (o *Order) checkGrants() error {
	type granted struct {
		units  quantity.Quantity
		amount money.Money
	}
	lines := make(map[uuid.UUID]granted)
	var sum adder
	for i := range o.Returns {
		for _, l := range o.Returns[i].Lines {
			if l.Granted.IsZero() {
				continue
			}
			g, known := lines[l.LineID]
			if !known {
				g.amount = money.Zero(o.Currency)
			}
			lines[l.LineID] = granted{g.units.Add(l.Kept).Add(l.Excused), sum.add(g.amount, l.Granted)}
		}
	}
	for id, g := range lines {
		line := o.Line(id)
		if line == nil {
			return o.broken("claim.line_id", id, "a line of the order")
		}
		all := line.Quantity.Micro()
		share, err := line.Total.Part(all, all-g.units.Micro(), all)
		if err != nil || sum.err != nil || below(share, g.amount) {
			return o.broken("claim.granted", g.amount, fmt.Sprintf("at most %s, the share of %s units of line %s", share, g.units, id))
		}
	}
	return nil
}
