package payment

import (
	"fmt"
	"slices"

	"github.com/google/uuid"

	"github.com/go-oms/oms/money"
)

// Problem is a contradiction that a person must look into: between reports,
// between a report and what was asked, or in what they add up to.
type Problem struct {
	OpID uuid.UUID // zero when it is about the tender
	What string
}

// String returns the problem in a sentence's worth of words.
func (p Problem) String() string {
	if p.OpID == uuid.Nil {
		return p.What
	}
	return fmt.Sprintf("operation %s: %s", p.OpID, p.What)
}

// Problems returns what is wrong with the tender, computed from its operations and
// reports alone: nothing is stored, and nothing goes away until a fact makes it.
//
//   - Reports with different verdicts on one operation, or with different refs in
//     the verdict that stands.
//   - A success with another amount than was asked for.
//   - A report of no operation of this tender, or in no state that we know.
//   - An operation in doubt that nobody asks about any more.
//   - More authorized than the tender was to carry, more captured than authorized,
//     more refunded than captured: only facts can do that, [Tender.PlanCapture]
//     and its like cannot.
func (t *Tender) Problems() []Problem {
	var found []Problem
	for i := range t.Ops {
		found = t.opProblems(found, &t.Ops[i])
	}
	for i := range t.Reports {
		r := &t.Reports[i]
		if !slices.ContainsFunc(t.Ops, func(op Op) bool { return t.concerns(r, &op) }) {
			found = append(found, Problem{What: fmt.Sprintf("event %q is about an operation that this payment does not have", r.EventID)})
		}
		if r.State.rank() < 0 {
			found = append(found, Problem{What: fmt.Sprintf("event %q has no state that we know: %q", r.EventID, r.State)})
		}
	}
	return t.totalProblems(found)
}

func (t *Tender) opProblems(found []Problem, op *Op) []Problem {
	add := func(format string, args ...any) {
		found = append(found, Problem{OpID: op.ID, What: string(op.Kind) + ": " + fmt.Sprintf(format, args...)})
	}
	var verdicts []State
	var refs []string
	for i := range t.Reports {
		r := &t.Reports[i]
		if !r.State.Final() || !t.concerns(r, op) {
			continue
		}
		if !slices.Contains(verdicts, r.State) {
			verdicts = append(verdicts, r.State)
		}
		if r.State == op.State && r.Ref != "" && !slices.Contains(refs, r.Ref) {
			refs = append(refs, r.Ref)
		}
		if r.State != Succeeded || r.Amount == (money.Money{}) || r.Amount == op.Amount {
			continue
		}
		if op.countable(r.Amount) {
			add("%s was asked for, the gateway says %s", op.Amount, r.Amount)
		} else {
			add("%s was asked for, the gateway says %s, which cannot be counted", op.Amount, r.Amount)
		}
	}
	if slices.Sort(verdicts); len(verdicts) > 1 {
		add("different verdicts %s: %s stands", verdicts, op.State)
	}
	if slices.Sort(refs); len(refs) > 1 {
		add("the gateway knows it under different ids: %q", refs)
	}
	if (op.State == Sending || op.State == InDoubt) && op.NextAt.IsZero() {
		add("nobody knows whether it took place; find out and confirm it by hand")
	}
	return found
}

func (t *Tender) totalProblems(found []Problem) []Problem {
	for _, c := range []struct {
		more, than money.Money
		what       string
	}{
		{t.Totals.Authorized, t.Amount, "%s is authorized, more than the %s that the payment was to carry"},
		{t.Totals.Captured, t.Totals.Authorized, "%s is captured, more than the %s that is authorized"},
		{t.Totals.Refunded, t.Totals.Captured, "%s is refunded, more than the %s that is captured"},
	} {
		if order, err := c.more.Cmp(c.than); err != nil || order > 0 {
			found = append(found, Problem{What: fmt.Sprintf(c.what, c.more, c.than)})
		}
	}
	return found
}
