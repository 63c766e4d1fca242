package order

import (
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/go-oms/oms/event"
	"github.com/go-oms/oms/fault"
	"github.com/go-oms/oms/quantity"
)

// amendment is an order in the course of a change.
type amendment struct {
	order    *Order
	places   map[uuid.UUID]int               // of the lines, once looked for
	credited map[uuid.UUID]quantity.Quantity // units, by line, once looked for
	counted  map[uuid.UUID]bool              // the lines whose quantity was set
	in       *Basis
	steps    []Step
	asked    []uuid.UUID // the returns that the change asks for
	added    []PricedLine
	back     []bool // whether the added ones may be backordered
	delivery *Charge
	stock    []StockDelta
	inverse  []Step
	problems []Problem
}

// amend carries out the steps on a copy of the order, but for what they add.
func amend(o *Order, steps []Step, in *Basis) *amendment {
	copied := o.cloneFor(len(in.Priced.Lines), len(steps)+len(in.Priced.Taxes))
	a := &amendment{order: copied, in: in, steps: steps, inverse: make([]Step, 0, 2*len(steps)), stock: make([]StockDelta, 0, 2*len(steps))}
	if len(steps) == 0 {
		a.problems = append(a.problems, Problem{Err: fault.Invalid("steps", "none", "at least one step")})
	}
	for i := range steps {
		if err := a.step(&steps[i]); err != nil {
			var invalid *fault.InvalidError
			if errors.As(err, &invalid) {
				err = fault.Invalid(stepAt(i)+"."+invalid.Field, invalid.Value, invalid.Allowed)
			}
			a.problems = append(a.problems, Problem{Step: i, Err: err})
		}
	}
	return a
}

func stepAt(i int) string { return fmt.Sprintf("steps[%d]", i) }

func (a *amendment) step(s *Step) error {
	switch s.Type {
	case StepAdd:
		return a.add(s)
	case StepFee:
		return a.fee(s)
	case StepDiscount:
		return a.discount(s)
	case StepShipping:
		return a.shipping(s)
	case StepAddress:
		return a.address(s)
	case StepUncredit:
		return a.uncredit(s)
	case StepShippingBack:
		return a.shippingBack(s)
	}
	handle, known := lineSteps[s.Type]
	if !known {
		return fault.Invalid("type", s.Type, "a type of steps")
	}
	l := a.line(s.LineID)
	if l == nil {
		return fault.NotFound("line", s.LineID)
	}
	if s.Quantity.Sign() < 0 || s.Quantity.Check() != nil {
		return fault.Invalid("quantity", s.Quantity, "zero or more")
	}
	return handle(a, s, l)
}

var lineSteps = map[StepType]func(*amendment, *Step, *Line) error{
	StepQuantity:  (*amendment).quantity,
	StepCancel:    (*amendment).cancel,
	StepReinstate: (*amendment).reinstate,
	StepPrice:     (*amendment).price,
	StepReplace:   (*amendment).replace,
	StepReturn:    (*amendment).askBack,
	StepReceive:   (*amendment).receive,
	StepWriteOff:  (*amendment).writeOff,
	StepCallOff:   (*amendment).callOff,
}

func (a *amendment) address(s *Step) error {
	if s.AddressID == uuid.Nil {
		return fault.Invalid("address_id", s.AddressID, "an address")
	}
	a.inverse = append(a.inverse, Step{Type: StepAddress, AddressID: a.order.ShipToID})
	a.order.ShipToID, a.order.ShipTo = s.AddressID, nil
	return nil
}

// ids is the source of ids. While there is none, what takes them is thrown away.
func (a *amendment) ids() *event.IDs {
	if a.in.Priced.IDs == nil {
		return event.NewIDs(uuid.UUID{})
	}
	return a.in.Priced.IDs
}

// at is the time of the change.
func (a *amendment) at() time.Time { return a.in.Priced.Header.PlacedAt }

// append puts what was priced behind the lines and entries of the order.
func (a *amendment) append(priced Assembly) error {
	more, err := Assemble(priced)
	if err != nil {
		return err
	}
	o := a.order
	for i := range more.Lines {
		l := &more.Lines[i]
		l.Position = len(o.Lines) + 1
		o.Lines = append(o.Lines, *l)
		a.inverse = append(a.inverse, Step{Type: StepCancel, LineID: l.ID, Quantity: l.Quantity, Price: l.Total})
		a.stock = append(a.stock, StockDelta{LineID: l.ID, SKU: l.SKU, Wanted: l.Quantity, Backorder: a.back[i]})
	}
	o.Adjustments = append(o.Adjustments, more.Adjustments...)
	if more.Shipping != "" {
		o.Shipping = more.Shipping
		a.charged(more)
	}
	return o.Totals.charge(more.Totals)
}

// deltas sums up what the change does to the units of each line.
func (a *amendment) deltas() []StockDelta {
	sums := make(map[uuid.UUID]*StockDelta, len(a.stock))
	for i := range a.stock {
		d := &a.stock[i]
		if x := sums[d.LineID]; x != nil {
			x.Wanted, x.Backorder, x.Freed = x.Wanted.Add(d.Wanted), x.Backorder || d.Backorder, x.Freed.plus(d.Freed)
			x.Arrivals = append(x.Arrivals, d.Arrivals...)
		} else {
			sums[d.LineID] = d
		}
	}
	all := make([]StockDelta, 0, len(sums))
	for i := range a.order.Lines {
		if d := sums[a.order.Lines[i].ID]; d != nil {
			all = append(all, *d)
		}
	}
	return all
}

// plus adds up what was freed.
func (c Counts) plus(d Counts) Counts {
	c.Unsourced, c.Backordered, c.Preordered = c.Unsourced.Add(d.Unsourced), c.Backordered.Add(d.Backordered), c.Preordered.Add(d.Preordered)
	c.Allocated, c.Released = c.Allocated.Add(d.Allocated), c.Released.Add(d.Released)
	return c
}
