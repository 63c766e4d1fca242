package fulfillment

import (
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/go-oms/oms/event"
	"github.com/go-oms/oms/fault"
	"github.com/go-oms/oms/money"
)

// maxText is the longest free text that is kept of a carrier, in bytes. Longer
// ones are cut: a fact is not refused for its wording.
const maxText = 240

// Label is a label that a carrier sold.
type Label struct {
	Ref       string      // the carrier's id of the label
	Reference string      // the reference it was bought under: the shipment's id
	Tracking  string      // empty where the carrier does not track
	Parcels   []string    // tracking numbers of the single parcels, where they differ
	URL       string      // where to print it
	Service   string      // of the carrier
	Cost      money.Money // zero Money when the carrier does not say
	Voided    bool        // bought and given back
}

// RecordLabel returns f after the shipment's label was bought: the shipment has
// left at the given time and what it holds counts as shipped. Scans that came
// before the label count now.
//
// It records a fact and does not refuse it. The same label twice changes nothing
// and returns f itself. A label that contradicts what is known (a second one, or
// one for a shipment that was given up and whose goods are taken meanwhile) is
// noted as the shipment's Problem. The error is a *fault.NotFoundError.
func (f *Fulfillment) RecordLabel(id uuid.UUID, l Label, at time.Time) (*Fulfillment, error) {
	was := f.Shipment(id)
	if was == nil {
		return nil, fault.NotFound("shipment", id)
	}
	if was.Status.Sent() {
		return f.recordSecond(was, l), nil
	}
	late := was.Status == LabelFailed && !f.fits(was)
	if late && l.Ref != "" && l.Ref == was.LabelRef {
		return f, nil
	}
	next := f.Clone()
	s := next.Shipment(id)
	s.take(l)
	if late {
		s.Problem = clip("label "+l.Ref+" was bought after the shipment was given up and its goods are taken: void it", maxText)
		return next, nil
	}
	for _, c := range s.Contents() {
		line := next.Line(c.LineID)
		line.Shipped = line.Shipped.Add(c.Quantity)
	}
	s.Attempts++
	s.NextAt, s.Problem, s.ShippedAt = time.Time{}, "", event.Moment(at)
	s.Status = Advance(Shipped, s.Scans)
	s.DeliveredAt = deliveredAt(s.Status, s.Scans)
	next.Status = DeriveStatus(next.Lines, next.Shipments)
	return next, nil
}

// recordSecond returns f after a label for a shipment that has one.
func (f *Fulfillment) recordSecond(was *Shipment, l Label) *Fulfillment {
	problem := clip("a second label was bought: "+l.Ref+" "+l.Tracking+": void one of them", maxText)
	if l.Ref == was.LabelRef && (l.Tracking == "" || l.Tracking == was.Tracking) || was.Problem == problem {
		return f
	}
	next := f.Clone()
	next.Shipment(was.ID).Problem = problem
	return next
}

// take copies the label to the shipment; what the label leaves empty stays.
func (s *Shipment) take(l Label) {
	s.LabelRef, s.LabelURL, s.Cost = l.Ref, l.URL, l.Cost
	if l.Tracking != "" {
		s.Tracking = l.Tracking
	}
	if l.Service != "" {
		s.Service = l.Service
	}
	for i := range min(len(l.Parcels), len(s.Parcels)) {
		if l.Parcels[i] != s.Tracking {
			s.Parcels[i].Tracking = l.Parcels[i]
		}
	}
}

// fits reports whether everything that a shipment without claim holds is open.
func (f *Fulfillment) fits(s *Shipment) bool {
	return !slices.ContainsFunc(s.Contents(), func(c LineQuantity) bool {
		return c.Quantity.Cmp(f.open(*f.Line(c.LineID))) > 0
	})
}

// RecordLabelFailure returns f after the carrier refused the label, or a person
// gave it up: what the shipment holds is open again. A shipment that has left or
// failed is not changed: f itself. The error is a *fault.NotFoundError.
func (f *Fulfillment) RecordLabelFailure(id uuid.UUID, problem string) (*Fulfillment, error) {
	return f.attempt(id, problem, func(s *Shipment) { s.Status, s.NextAt = LabelFailed, time.Time{} })
}

// RecordLabelInDoubt returns f after an attempt whose answer was lost: the label
// may have been bought. Run looks into it at the time that [NextLabel] gives. A
// shipment that has left or failed is not changed: f itself. The error is a
// *fault.NotFoundError.
func (f *Fulfillment) RecordLabelInDoubt(id uuid.UUID, problem string, at time.Time) (*Fulfillment, error) {
	return f.attempt(id, problem, func(s *Shipment) {
		s.Status, s.NextAt = LabelInDoubt, NextLabel(LabelInDoubt, s.Attempts, at)
	})
}

// RecordLabelUnsent returns f after an attempt that did not reach the carrier. It
// says nothing about attempts before it: a doubt stays. Run tries again at the
// time that [NextLabel] gives. A shipment that has left or failed is not changed:
// f itself. The error is a *fault.NotFoundError.
func (f *Fulfillment) RecordLabelUnsent(id uuid.UUID, problem string, at time.Time) (*Fulfillment, error) {
	return f.attempt(id, problem, func(s *Shipment) { s.NextAt = NextLabel(s.Status, s.Attempts, at) })
}

func (f *Fulfillment) attempt(id uuid.UUID, problem string, change func(*Shipment)) (*Fulfillment, error) {
	was := f.Shipment(id)
	if was == nil {
		return nil, fault.NotFound("shipment", id)
	}
	if !was.Status.InFlight() {
		return f, nil
	}
	next := f.Clone()
	s := next.Shipment(id)
	s.Attempts++
	s.Problem = clip(problem, maxText)
	change(s)
	next.Status = DeriveStatus(next.Lines, next.Shipments)
	return next, nil
}

// RecordReport records what one call of [PerformBuy], [PerformFind] or
// [PerformResolve] found out, at the time it did. See [Fulfillment.RecordLabel]
// and the other three for what follows.
func (f *Fulfillment) RecordReport(id uuid.UUID, r LabelReport, at time.Time) (*Fulfillment, error) {
	switch r.State {
	case LabelBought:
		next, err := f.RecordLabel(id, r.Label, at)
		if err == nil && r.Problem != "" && next != f {
			next.Shipment(id).Problem = clip(r.Problem, maxText)
		}
		return next, err
	case LabelRefused:
		return f.RecordLabelFailure(id, r.Problem)
	case LabelUnsent:
		return f.RecordLabelUnsent(id, r.Problem, at)
	default:
		return f.RecordLabelInDoubt(id, r.Problem, at)
	}
}

var (
	// doubts and retries are the pauses after the first, second … fruitless attempt.
	doubts = [...]time.Duration{
		5 * time.Minute, time.Hour, 24 * time.Hour, 24 * time.Hour, 24 * time.Hour, 24 * time.Hour, 24 * time.Hour,
	}
	retries = [...]time.Duration{
		time.Minute, 5 * time.Minute, 15 * time.Minute, time.Hour, 4 * time.Hour, 12 * time.Hour, 24 * time.Hour, 24 * time.Hour,
	}
)

// NextLabel returns when to look again into a label that is wanted or in doubt,
// after that many attempts of which the last was at the given time. In doubt: 5
// minutes, 1 hour, then daily five times, the schedule that payment systems use
// for unknown outcomes. Wanted and not sent: sooner, over three days. After that
// the zero time: it is left to a person.
func NextLabel(status ShipmentStatus, attempts int, at time.Time) time.Time {
	pauses := retries[:]
	if status == LabelInDoubt {
		pauses = doubts[:]
	}
	if !status.InFlight() || attempts < 1 || attempts > len(pauses) {
		return time.Time{}
	}
	return event.Moment(at).Add(pauses[attempts-1])
}

// Request returns what to ask the carrier for the shipment's label: the same at
// every attempt, with the shipment's id as its reference. Addresses are not part
// of a fulfilment order and come from the caller. The error is a
// *fault.NotFoundError.
func (f *Fulfillment) Request(id uuid.UUID, from, to Address, currency money.Currency) (BuyRequest, error) {
	s := f.Shipment(id)
	if s == nil {
		return BuyRequest{}, fault.NotFound("shipment", id)
	}
	return BuyRequest{
		Reference: s.ID.String(), Service: s.Service, MaxCost: s.MaxCost, Tracking: s.Tracking, At: s.CreatedAt,
		Consignment: Consignment{From: from, To: to, Parcels: s.Parcels, Currency: currency},
	}, nil
}

// Check returns an error that names the first contradiction inside f, or nil: the
// lines distinct and positive, nothing shipped and canceled beyond them, what
// counts as shipped exactly what shipments hold, and every status as derived.
func (f *Fulfillment) Check() error {
	for i, l := range f.Lines {
		switch {
		case f.Line(l.LineID) != &f.Lines[i]:
			return fmt.Errorf("fulfillment %s: line %s stands twice", f.ID, l.LineID)
		case l.Quantity.Sign() <= 0 || l.Quantity.Check() != nil || l.Shipped.Sign() < 0 || l.Canceled.Sign() < 0:
			return fmt.Errorf("fulfillment %s: line %s: quantities out of range", f.ID, l.LineID)
		case f.open(l).Sign() < 0:
			return fmt.Errorf("fulfillment %s: line %s: %s shipped, canceled or under way beyond the %s asked for",
				f.ID, l.LineID, f.open(l).Neg(), l.Quantity)
		case f.sent(l.LineID) != l.Shipped:
			return fmt.Errorf("fulfillment %s: line %s: %s shipped, its shipments hold %s", f.ID, l.LineID, l.Shipped, f.sent(l.LineID))
		}
	}
	for i := range f.Shipments {
		s := &f.Shipments[i]
		if want := Advance(s.Status.label(), s.Scans); s.Status != want {
			return fmt.Errorf("shipment %s: status %s, its scans say %s", s.ID, s.Status, want)
		}
		for _, c := range s.Contents() {
			if f.Line(c.LineID) == nil {
				return fmt.Errorf("shipment %s: holds line %s, which its fulfilment order has not", s.ID, c.LineID)
			}
		}
	}
	if want := DeriveStatus(f.Lines, f.Shipments); f.Status != want {
		return fmt.Errorf("fulfillment %s: status %s, its lines say %s", f.ID, f.Status, want)
	}
	return nil
}

// Claim returns f with the shipment's next look put off: whoever commits it is the
// one who asks the carrier until then. It is refused with a *fault.StaleError when
// somebody else has claimed it, or when there is nothing to look for any more.
func (f *Fulfillment) Claim(id uuid.UUID, now time.Time) (*Fulfillment, error) {
	next := f.Clone()
	s := next.Shipment(id)
	if s == nil {
		return nil, fault.NotFound("shipment", id)
	}
	if !s.Status.InFlight() || s.NextAt.IsZero() || now.Before(s.NextAt) {
		return nil, &fault.StaleError{Kind: "shipment", ID: id.String(), Expected: f.Version, Actual: f.Version}
	}
	s.NextAt = event.Moment(now).Add(LabelGrace)
	return next, nil
}
