package order

import (
	"slices"

	"github.com/google/uuid"

	"github.com/go-oms/oms/fault"
	"github.com/go-oms/oms/quantity"
)

// askBack asks for the units of all steps that have the same reason, at the first of
// them: they come in one parcel.
func (a *amendment) askBack(s *Step, _ *Line) error {
	ask := a.in.Return
	ask.Reason, ask.Lines, ask.At = s.Code, nil, a.at()
	for i := range a.steps {
		other := &a.steps[i]
		if other.Type != StepReturn || other.Code != s.Code {
			continue
		}
		if len(ask.Lines) == 0 && other != s {
			return nil // which has asked for these, too
		}
		l := a.line(other.LineID)
		if l == nil {
			return fault.NotFound("line", other.LineID)
		}
		ask.Lines = append(ask.Lines, ReturnAskLine{LineID: l.ID, Quantity: or(other.Quantity, l.Returnable())})
	}
	r, err := a.order.RequestReturn(a.ids().Next(), a.in.Returns, ask)
	if err != nil {
		return err
	}
	a.asked = append(a.asked, r.ID)
	for _, l := range r.Lines {
		a.inverse = append(a.inverse, Step{Type: StepCallOff, LineID: l.LineID, Quantity: l.Quantity, ReturnID: r.ID})
	}
	return a.settle(r)
}

func (a *amendment) receive(s *Step, l *Line) error {
	switch s.As {
	case RestockUnits, DamagedUnits, QuarantineUnits, ScrapUnits, DismissUnits:
	default:
		return fault.Invalid("as", s.As, "restock, damaged, quarantine, scrap or dismiss")
	}
	if s.Location == "" {
		return fault.Invalid("location", "", "where the goods came in")
	}
	r, q, err := a.moveBack(s)
	if err != nil {
		return err
	}
	r.ReceivedAt, r.Location = a.at(), s.Location
	if s.As != DismissUnits {
		came := Arrival{Quantity: q, As: s.As, Location: s.Location, Reason: r.Reason}
		a.stock = append(a.stock, StockDelta{LineID: l.ID, SKU: l.SKU, Arrivals: []Arrival{came}})
	}
	return a.settle(r)
}

func (a *amendment) writeOff(s *Step, _ *Line) error {
	switch s.As {
	case LoseUnits, ExcuseUnits, KeepUnits:
	default:
		return fault.Invalid("as", s.As, "lose, excuse or keep")
	}
	r, _, err := a.moveBack(s)
	if err != nil {
		return err
	}
	return a.settle(r)
}

func (a *amendment) callOff(s *Step, _ *Line) error {
	off := *s
	off.As = CancelUnits
	r, q, err := a.moveBack(&off)
	if err != nil {
		return err
	}
	a.inverse = append(a.inverse, Step{Type: StepReturn, LineID: s.LineID, Quantity: q, Code: r.Reason})
	return a.settle(r)
}

// moveBack moves the units of a step that is about a return, and returns how many.
func (a *amendment) moveBack(s *Step) (*Return, quantity.Quantity, error) {
	r, l := a.returned(s)
	if l == nil {
		return nil, quantity.Quantity{}, fault.NotFound("return", s.ReturnID)
	}
	q := or(s.Quantity, l.Outstanding())
	return r, q, a.order.MoveReturn(r, l, s.As, q)
}

// returned finds the return that a step is about, and the line in it.
func (a *amendment) returned(s *Step) (*Return, *ReturnLine) {
	ids := a.asked
	if s.ReturnID != uuid.Nil {
		ids = []uuid.UUID{s.ReturnID}
	}
	for _, id := range slices.Backward(ids) {
		if r := a.order.Return(id); r != nil && r.Line(s.LineID) != nil {
			return r, r.Line(s.LineID)
		}
	}
	return nil, nil
}

// Plain reports whether a step could ask for units of a line as the return does: by the
// rules, for money, when they have come.
func (r *Return) Plain(lineID uuid.UUID) bool {
	l := r.Line(lineID)
	return l != nil && (l.Resolution == "" || l.Resolution == ToTenders) &&
		r.Claim.Kind == "" && r.Outbound == uuid.Nil && !r.Instant && r.Override == ""
}

// settle lets the money follow what stands in a return.
func (a *amendment) settle(r *Return) error {
	a.credited = nil // is looked for anew
	return a.order.SettleReturn(a.ids(), r, a.at())
}
