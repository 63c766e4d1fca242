package order

import (
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/go-oms/oms/fault"
)

// Claim is what a customer says is wrong with units that were sent to him. It makes a
// [Return] a claim: its units are in no other return, and wait for a verdict
// ([Order.ResolveClaim]) instead of for the goods. The zero Claim is none.
type Claim struct {
	Kind   ClaimKind  `json:"kind"`
	Status ClaimState `json:"status"`
	// Answer is why units got nothing, for the customer: a code or a short text.
	Answer   string    `json:"answer,omitempty"`
	ClosedAt time.Time `json:"closed_at,omitzero"`
	// Of is the claim that these units were a part of, where it was resolved by a refund
	// of the others.
	Of uuid.UUID `json:"of,omitzero"`
}

// ClaimKind is what is wrong.
type ClaimKind string

// The kinds of claims.
const (
	ClaimMissing ClaimKind = "missing" // not in the parcel, or the parcel did not come
	ClaimWrong   ClaimKind = "wrong"   // something else was sent
	ClaimDamaged ClaimKind = "damaged"
	ClaimLate    ClaimKind = "late" // after the time that was promised, or not yet
)

// ClaimKinds returns every kind.
func ClaimKinds() []ClaimKind { return []ClaimKind{ClaimMissing, ClaimWrong, ClaimDamaged, ClaimLate} }

// ClaimState is how far a claim has come. All states but the first are final.
type ClaimState string

// The states of a claim.
const (
	ClaimOpen      ClaimState = "open"     // waits for staff
	ClaimResolved  ClaimState = "resolved" // some units at least were refunded or replaced
	ClaimRejected  ClaimState = "rejected"
	ClaimWithdrawn ClaimState = "withdrawn"
)

// CodeClaim is the code of what is credited for claimed units, and of the discount that
// makes goods in their place cost just that.
const CodeClaim = "claim"

// ReturnClaimed is the state of a return that is an open claim.
const ReturnClaimed ReturnState = "claimed"

// ClaimStateError reports something that an open claim is wanted for, or that is to
// happen to the units of one before it is resolved. Nothing was changed. Its kind is
// fault.Rejected.
type ClaimStateError struct {
	ClaimID uuid.UUID
	Status  ClaimState
	What    string // what was asked for, such as "resolve"
}

func (e *ClaimStateError) Error() string {
	want := "want an open claim"
	if e.Status == ClaimOpen {
		want = "want one that is resolved or withdrawn"
	}
	return fmt.Sprintf("claim %s is %s: cannot %s: %s", e.ClaimID, e.Status, e.What, want)
}

// Fault returns fault.Rejected.
func (e *ClaimStateError) Fault() fault.Kind { return fault.Rejected }

// ClaimRefusedError reports a claim that is refused: every line and rule. Nothing was
// changed. Its kind is fault.Rejected.
type ClaimRefusedError struct {
	OrderID  uuid.UUID
	Refusals []ReturnRefusal // at least one
}

func (e *ClaimRefusedError) Error() string {
	return fmt.Sprintf("order %s: the claim is refused%s", e.OrderID, refusals(e.Refusals))
}

// Fault returns fault.Rejected.
func (e *ClaimRefusedError) Fault() fault.Kind { return fault.Rejected }

// Claimed reports whether the return is a claim that waits for its verdict.
func (r *Return) Claimed() bool { return r.Claim.Status == ClaimOpen }

// state derives the state of the return.
func (r *Return) state() ReturnState {
	if r.Claimed() {
		return ReturnClaimed
	}
	return DeriveReturnState(r.Lines)
}

// decided refuses what cannot happen to units that a verdict is awaited for.
func (r *Return) decided(what string) error {
	if r.Claimed() {
		return &ClaimStateError{ClaimID: r.ID, Status: r.Claim.Status, What: what}
	}
	return nil
}

// opened refuses what only an open claim can be asked for.
func (r *Return) opened(what string) error {
	switch {
	case r.Claim.Kind == "":
		return fault.NotFound("claim", r.ID)
	case !r.Claimed():
		return &ClaimStateError{ClaimID: r.ID, Status: r.Claim.Status, What: what}
	}
	return nil
}

// close ends a claim.
func (c *Claim) close(as ClaimState, answer string, at time.Time) {
	c.Status, c.Answer, c.ClosedAt = as, answer, at
}

func (c Claim) equal(other Claim) bool {
	closed := c.ClosedAt.Equal(other.ClosedAt)
	c.ClosedAt = other.ClosedAt
	return closed && c == other
}

// WithdrawClaim gives an open claim up: its units can be returned, or claimed again. It
// is pure. The error is a [*ClaimStateError], or a *fault.NotFoundError for a return
// that is no claim.
func (o *Order) WithdrawClaim(r *Return, at time.Time) error {
	if err := r.opened("withdraw"); err != nil {
		return err
	}
	r.Claim.close(ClaimWithdrawn, "", at)
	for i := range r.Lines {
		if err := o.forgo(r, &r.Lines[i]); err != nil {
			return err
		}
	}
	return nil
}

// forgo gives what is outstanding of a claim's line back to the customer, who gets
// nothing for it.
func (o *Order) forgo(r *Return, l *ReturnLine) error {
	l.Acceptance = Rejected
	return o.MoveReturn(r, l, CancelUnits, l.Outstanding())
}
