package payment

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/go-oms/oms/event"
	"github.com/go-oms/oms/money"
)

// ladder is the order of the states: [State] says what follows from it.
var ladder = [...]State{Created, Sending, InDoubt, Waiting, ActionRequired, Canceled, Declined, Succeeded}

// rank is the state's place on the ladder, -1 for no state.
func (s State) rank() int { return slices.Index(ladder[:], s) }

// Record takes a report up and folds it in. It reports whether the tender has
// changed, which a report that is there already does not, and which new problem
// the report opened, empty when none (see [Tender.Problems]).
//
// Reports are facts: none is refused, and they may come in any order and any
// number of times with the same result. The report's operation is the one of its
// OpID, or else every one that was ever told to have its Ref.
func (t *Tender) Record(r Report) (changed bool, problem string) {
	r.TenderID = t.ID
	if r.Gateway == "" {
		r.Gateway = t.Gateway
	}
	r.ReceivedAt = event.Moment(r.ReceivedAt)
	if r.At = told(r.At); r.At.IsZero() {
		r.At = r.ReceivedAt
	}
	r.AuthorizedUntil = told(r.AuthorizedUntil)
	if r.Note = clip(r.Note); r.Decline != nil {
		decline := *r.Decline
		decline.Message = clip(decline.Message)
		r.Decline = &decline
	}
	for i := range t.Reports {
		if known := &t.Reports[i]; known.Gateway == r.Gateway && known.EventID == r.EventID {
			if !known.says(&r) {
				return false, fmt.Sprintf("event %q was told twice, differently: the first one stands", r.EventID)
			}
			return false, ""
		}
	}
	before := t.Problems()
	t.Reports = append(t.Reports, r)
	Fold(t)
	var fresh []string
	for _, p := range t.Problems() {
		if !slices.Contains(before, p) {
			fresh = append(fresh, p.String())
		}
	}
	return true, strings.Join(fresh, "; ")
}

// told returns a time that somebody told us as the books keep it. A year that has
// no four digits cannot be written down and counts as not told.
func told(t time.Time) time.Time {
	if t = event.Moment(t); t.Year() < 1 || t.Year() > 9999 {
		return time.Time{}
	}
	return t
}

// Fold brings the tender's operations, totals, AuthorizedUntil and Method to what
// its reports say. What it computes depends on the set of reports and not on
// their order, and computing it again changes nothing:
//
//   - An operation's State is the highest on the list of [State] that it had or
//     that a report says: a success that comes after a decline stands, a decline
//     that comes after a success does not.
//   - Its Settled is zero before success. After it, it is the amount that the
//     gateway says; of several the largest, Amount when it does not say or says
//     what cannot be counted: another currency, less than zero, a fraction of a
//     minor unit. Whatever is not Amount is a problem, see [Tender.Problems].
//   - Its Ref is that of the report with the highest state, of equal ones the
//     first in the alphabet; its Decline and SettledAt those of the earliest
//     report with its state.
//   - AuthorizedUntil is when the first of the open authorizations lapses, each
//     by the latest date told. Method is told by the earliest report that does.
//
// What no report says is left as it is.
func Fold(t *Tender) {
	for i := range t.Ops {
		t.fold(&t.Ops[i])
	}
	t.Totals = Sum(t.Amount.Currency(), t.Ops)
	t.foldLapse()
	t.foldMethod()
}

func (t *Tender) fold(op *Op) {
	var about []*Report
	for i := range t.Reports {
		if r := &t.Reports[i]; t.concerns(r, op) {
			about = append(about, r)
		}
	}
	for _, r := range about {
		if r.State.rank() > op.State.rank() {
			op.State = r.State
		}
	}
	op.Settled = op.foldSettled(about)
	op.foldRef(about)
	op.foldVerdict(about)
}

// concerns reports whether the report is about the operation. A report without an
// OpID is matched by all refs that were ever told of the operation, not by its
// present one: the set only grows, so that the order of arrival makes no
// difference.
func (t *Tender) concerns(r *Report, op *Op) bool {
	if r.OpID == op.ID {
		return true
	}
	if r.OpID != uuid.Nil || r.Ref == "" {
		return false
	}
	if r.Ref == op.Ref {
		return true
	}
	for i := range t.Reports {
		if other := &t.Reports[i]; other.OpID == op.ID && other.Ref == r.Ref {
			return true
		}
	}
	return false
}

func (o *Op) foldSettled(about []*Report) money.Money {
	zero := money.Zero(o.Amount.Currency())
	if o.State != Succeeded {
		return zero
	}
	told, amount := false, zero
	for _, r := range about {
		if r.State == Succeeded && o.countable(r.Amount) {
			told, amount = true, larger(amount, r.Amount)
		}
	}
	switch {
	case told:
		return amount
	case o.Settled.IsZero():
		return o.Amount
	default:
		return o.Settled
	}
}

// countable reports whether a told amount can stand in the operation's books.
func (o *Op) countable(m money.Money) bool {
	return m.Currency() == o.Amount.Currency() && m.Sign() >= 0 && m.IsMinor()
}

func (o *Op) foldRef(about []*Report) {
	best := -1
	for _, r := range about {
		rank := r.State.rank()
		if r.Ref != "" && rank >= 0 && (rank > best || rank == best && r.Ref < o.Ref) {
			best, o.Ref = rank, r.Ref
		}
	}
}

func (o *Op) foldVerdict(about []*Report) {
	if !o.State.Final() {
		return
	}
	o.NextAt = time.Time{}
	var first, declining *Report
	for _, r := range about {
		if r.State != o.State {
			continue
		}
		if first == nil || r.earlier(first) {
			first = r
		}
		if r.Decline != nil && (declining == nil || r.earlier(declining)) {
			declining = r
		}
	}
	if first != nil {
		o.SettledAt, o.Decline = first.At, nil
	}
	if declining != nil && o.State != Succeeded {
		o.Decline = declining.Decline
	}
}

// earlier orders reports by when they say it happened, and those that say the
// same by what is unique about them.
func (r *Report) earlier(other *Report) bool {
	if !r.At.Equal(other.At) {
		return r.At.Before(other.At)
	}
	if r.Gateway != other.Gateway {
		return r.Gateway < other.Gateway
	}
	return r.EventID < other.EventID
}

func (t *Tender) foldLapse() {
	said := false
	var first time.Time
	for i := range t.Ops {
		op := &t.Ops[i]
		if op.Kind != Authorize {
			continue
		}
		var latest time.Time
		for j := range t.Reports {
			if r := &t.Reports[j]; r.AuthorizedUntil.After(latest) && t.concerns(r, op) {
				latest = r.AuthorizedUntil
			}
		}
		said = said || !latest.IsZero()
		open := op.State == Succeeded && t.open(op).Sign() > 0
		if open && !latest.IsZero() && (first.IsZero() || latest.Before(first)) {
			first = latest
		}
	}
	if said {
		t.AuthorizedUntil = first
	}
}

// open is what is authorized and by now neither captured nor voided.
func (t *Tender) open(a *Op) money.Money {
	rest := a.settled()
	for i := range t.Ops {
		if op := &t.Ops[i]; op.On == a.ID && op.State == Succeeded {
			rest = less(rest, op.settled())
		}
	}
	return rest
}

func (t *Tender) foldMethod() {
	var first *Report
	for i := range t.Reports {
		if r := &t.Reports[i]; r.Method != "" && (first == nil || r.earlier(first)) {
			first = r
		}
	}
	if first != nil {
		t.Method = first.Method
	}
}

// says reports whether two reports of one event say the same. When they came and
// by which id they are kept does not matter, nor what was found out about whose
// they are.
func (r *Report) says(other *Report) bool {
	return r.State == other.State && r.Amount == other.Amount && r.At.Equal(other.At) &&
		(r.Ref == other.Ref || r.Ref == "" || other.Ref == "") &&
		(r.OpID == other.OpID || r.OpID == uuid.Nil || other.OpID == uuid.Nil)
}
