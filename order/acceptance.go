package order

import (
	"fmt"
	"strings"

	"github.com/google/uuid"

	"github.com/go-oms/oms/fault"
	"github.com/go-oms/oms/quantity"
)

// Acceptance is whether a line of a return is taken back. Credit is given for
// accepted lines only.
type Acceptance string

// The states of the acceptance. Accepted and rejected are final.
const (
	AcceptancePending Acceptance = "pending"       // decided when the goods come
	Accepted          Acceptance = "accepted"      //
	Rejected          Acceptance = "rejected"      //
	ManualReview      Acceptance = "manual_review" // a person decides: [Order.ReviewReturn]
)

// Acceptances returns every state.
func Acceptances() []Acceptance {
	return []Acceptance{AcceptancePending, Accepted, Rejected, ManualReview}
}

// AcceptanceMove is what can be decided about a line of a return.
type AcceptanceMove string

// The moves.
const (
	AcceptLine AcceptanceMove = "accept"
	RejectLine AcceptanceMove = "reject"
	ReviewLine AcceptanceMove = "review"
)

// AcceptanceMoves returns every move.
func AcceptanceMoves() []AcceptanceMove { return []AcceptanceMove{AcceptLine, RejectLine, ReviewLine} }

// Next returns where a move leads, or false where it is not allowed. The zero
// Acceptance, of returns that were recorded before there was one, is pending.
func (a Acceptance) Next(move AcceptanceMove) (Acceptance, bool) {
	switch a {
	case "", AcceptancePending, ManualReview:
	default:
		return a, false
	}
	switch move {
	case AcceptLine:
		return Accepted, true
	case RejectLine:
		return Rejected, true
	case ReviewLine:
		return ManualReview, a != ManualReview
	}
	return a, false
}

// AcceptanceError reports a decision about a line of a return that was made
// already. Nothing was changed. Its kind is fault.Rejected.
type AcceptanceError struct {
	ReturnID uuid.UUID
	LineID   uuid.UUID
	State    Acceptance
	Move     AcceptanceMove
	Allowed  []AcceptanceMove // in that state
}

func (e *AcceptanceError) Error() string {
	return fmt.Sprintf("return %s, line %s is %s: cannot %s: allowed are %s", e.ReturnID, e.LineID, e.State, e.Move, sentence(e.Allowed))
}

// Fault returns fault.Rejected.
func (e *AcceptanceError) Fault() fault.Kind { return fault.Rejected }

// decide makes a move of the acceptance.
func (l *ReturnLine) decide(r *Return, move AcceptanceMove) error {
	next, ok := l.Acceptance.Next(move)
	if !ok {
		e := &AcceptanceError{ReturnID: r.ID, LineID: l.LineID, State: l.Acceptance, Move: move}
		for _, m := range AcceptanceMoves() {
			if _, ok := l.Acceptance.Next(m); ok {
				e.Allowed = append(e.Allowed, m)
			}
		}
		return e
	}
	l.Acceptance = next
	return nil
}

// inspected decides about a line by what came: units that were taken, or that the
// shop gives the customer the credit for, accept it, and one of which all was refused
// is rejected. A line that a person has to look at stays.
func (l *ReturnLine) inspected() {
	switch pending := l.Acceptance == "" || l.Acceptance == AcceptancePending; {
	case !pending:
	case quantity.Sum(l.Taken(), l.Kept, l.Excused).Sign() > 0:
		l.Acceptance = Accepted
	case l.Dismissed.Sign() > 0 && l.Outstanding().Sign() == 0:
		l.Acceptance = Rejected
	}
}

// ReviewReturn decides about a line that waits for a person. What is rejected and
// has not come is called off; what has come stays where it was put, without credit.
// The error is an [*AcceptanceError], or a [*ClaimStateError] for a claim, which is
// resolved instead; then nothing has changed.
func (o *Order) ReviewReturn(r *Return, l *ReturnLine, move AcceptanceMove) error {
	if err := r.decided(string(move)); err != nil {
		return err
	}
	if l.Acceptance != ManualReview || move == ReviewLine {
		return &AcceptanceError{ReturnID: r.ID, LineID: l.LineID, State: l.Acceptance, Move: move}
	}
	if rest := l.Outstanding(); move == RejectLine && rest.Sign() > 0 {
		if err := o.MoveReturn(r, l, CancelUnits, rest); err != nil {
			return err
		}
	}
	return l.decide(r, move)
}

// sentence lists words for an error.
func sentence[T ~string](words []T) string {
	if len(words) == 0 {
		return "none"
	}
	list := make([]string, len(words))
	for i, w := range words {
		list[i] = string(w)
	}
	return strings.Join(list, ", ")
}
