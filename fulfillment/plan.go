package fulfillment

import (
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/go-oms/oms/event"
	"github.com/go-oms/oms/fault"
	"github.com/go-oms/oms/money"
	"github.com/go-oms/oms/quantity"
)

// LabelGrace is how long a planned shipment is left to the caller who planned it.
// After that its label counts as forgotten and is looked into again.
const LabelGrace = 2 * time.Minute

// maxName is the longest name of a carrier or service and the longest tracking
// number, in bytes.
const maxName = 64

// Create returns a new fulfilment order: what a location is asked to send. Lines
// are taken as they are and must be distinct and positive ([Fulfillment.Check]).
func Create(cmd event.Command, orderID uuid.UUID, location string, lines []Line) *Fulfillment {
	return &Fulfillment{
		ID: cmd.IDs.Next(), OrderID: orderID, Location: location,
		Status: DeriveStatus(lines, nil), Lines: slices.Clone(lines), CreatedAt: cmd.At,
	}
}

// LineQuantity is so much of an order line.
type LineQuantity struct {
	LineID   uuid.UUID
	Quantity quantity.Quantity // more than zero
}

// Pick is what leaves together, and with whom.
type Pick struct {
	// Lines is what leaves. None: what the parcels hold, or else everything open.
	Lines []LineQuantity
	// Parcels is how it is packed. Their contents must add up to what leaves; a
	// single parcel without contents holds everything, and so does the one
	// parcel of unknown weight and size that stands for none at all.
	Parcels []Parcel
	// Carrier is its name in the host's configuration; empty when nobody is asked
	// for a label, and staff records one with [Fulfillment.RecordLabel].
	Carrier string
	Service string // of the carrier; empty for its usual one
	// Tracking is the number that staff typed; carriers that number parcels
	// themselves replace it.
	Tracking string
	MaxCost  money.Money // what the label may cost; zero Money for no limit
}

// Plan returns f with one shipment more, and the shipment's id. The shipment wants
// a label and is under way from now on: what it holds is no longer open. f is
// not changed.
//
// The error is a *QuantityError for more than is open, a *NothingOpenError when
// everything is asked for and nothing is open, a *ParcelError for parcels that
// do not add up, a *fault.NotFoundError for a line of another fulfilment order,
// or a *fault.InvalidError.
func (f *Fulfillment) Plan(cmd event.Command, p Pick) (*Fulfillment, uuid.UUID, error) {
	if err := p.check(); err != nil {
		return nil, uuid.Nil, err
	}
	asked := p.Lines
	if len(asked) == 0 {
		asked = contents(p.Parcels)
	}
	wanted, err := f.take(asked)
	if err != nil {
		return nil, uuid.Nil, err
	}
	parcels, err := f.pack(p.Parcels, wanted)
	if err != nil {
		return nil, uuid.Nil, err
	}
	next := f.Clone()
	s := Shipment{
		ID: cmd.IDs.Next(), Status: LabelWanted, Carrier: p.Carrier, Service: p.Service, Tracking: p.Tracking,
		MaxCost: p.MaxCost, Parcels: parcels, CreatedAt: cmd.At,
	}
	if p.Carrier != "" {
		s.NextAt = cmd.Now.Add(LabelGrace)
	}
	next.Shipments = append(next.Shipments, s)
	next.Status = DeriveStatus(next.Lines, next.Shipments)
	return next, s.ID, nil
}

// Cancel returns f with so much of its lines given up, or everything open when
// lines is empty. What is in a shipment under way cannot be given up. f is not
// changed. The errors are those of [Fulfillment.Plan].
func (f *Fulfillment) Cancel(lines []LineQuantity) (*Fulfillment, error) {
	taken, err := f.take(lines)
	if err != nil {
		return nil, err
	}
	next := f.Clone()
	for _, t := range taken {
		line := next.Line(t.LineID)
		line.Canceled = line.Canceled.Add(t.Quantity)
	}
	next.Status = DeriveStatus(next.Lines, next.Shipments)
	return next, nil
}

// Open returns what can still be shipped or canceled, line by line: ordered minus
// shipped, canceled and under way. Lines of which nothing is open are left out.
func (f *Fulfillment) Open() []LineQuantity {
	var open []LineQuantity
	for _, l := range f.Lines {
		if left := f.open(l); left.Sign() > 0 {
			open = append(open, LineQuantity{l.LineID, left})
		}
	}
	return open
}

func (f *Fulfillment) open(l Line) quantity.Quantity {
	left := l.Quantity.Sub(l.Shipped).Sub(l.Canceled)
	for i := range f.Shipments {
		if f.Shipments[i].Status.InFlight() {
			left = left.Sub(f.Shipments[i].holds(l.LineID))
		}
	}
	return left
}

// take returns what was asked for, summed by line in the order of the lines, or
// everything open when nothing was.
func (f *Fulfillment) take(asked []LineQuantity) ([]LineQuantity, error) {
	if len(asked) == 0 {
		open := f.Open()
		if len(open) == 0 {
			return nil, &NothingOpenError{ID: f.ID, Status: f.Status}
		}
		return open, nil
	}
	for i, a := range asked {
		if a.Quantity.Sign() <= 0 {
			return nil, fault.Invalid(fmt.Sprintf("lines[%d].quantity", i), a.Quantity, "more than zero")
		}
		if f.Line(a.LineID) == nil {
			return nil, fault.NotFound("fulfillment line", a.LineID)
		}
	}
	var taken []LineQuantity
	for _, l := range f.Lines {
		sum := total(asked, l.LineID)
		if sum.IsZero() {
			continue
		}
		if open := f.open(l); sum.Cmp(open) > 0 {
			return nil, &QuantityError{LineID: l.LineID, SKU: l.SKU, Asked: sum, Open: open}
		}
		taken = append(taken, LineQuantity{l.LineID, sum})
	}
	return taken, nil
}

func (p *Pick) check() error {
	for _, text := range [...]struct{ field, value string }{
		{"carrier", p.Carrier}, {"service", p.Service}, {"tracking", p.Tracking},
	} {
		if text.value != clip(text.value, maxName) {
			return fault.Invalid(text.field, clip(text.value, maxName)+"…", fmt.Sprintf("at most %d bytes of UTF-8", maxName))
		}
	}
	if p.MaxCost.Sign() < 0 {
		return fault.Invalid("max_cost", p.MaxCost, "zero or more")
	}
	for i := range p.Parcels {
		if err := p.Parcels[i].Check(); err != nil {
			return fmt.Errorf("parcels[%d]: %w", i, err)
		}
	}
	return nil
}
