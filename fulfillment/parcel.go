package fulfillment

import (
	"fmt"
	"slices"

	"github.com/google/uuid"

	"github.com/go-oms/oms/fault"
	"github.com/go-oms/oms/quantity"
)

// The largest parcel: a thousand tonnes, a kilometre each way.
const (
	MaxGrams       = 1_000_000_000
	MaxMillimetres = 1_000_000
)

// Check returns a *fault.InvalidError unless weight and size are from zero to
// [MaxGrams] and [MaxMillimetres] and the contents are positive.
func (p Parcel) Check() error {
	for _, m := range [...]struct {
		field      string
		value, max int64
	}{
		{"grams", p.Grams, MaxGrams},
		{"length_mm", p.Length, MaxMillimetres},
		{"width_mm", p.Width, MaxMillimetres},
		{"height_mm", p.Height, MaxMillimetres},
	} {
		if m.value < 0 || m.value > m.max {
			return fault.Invalid(m.field, m.value, fmt.Sprintf("from 0 to %d", m.max))
		}
	}
	for i, c := range p.Contents {
		if c.Quantity.Sign() <= 0 || c.Quantity.Check() != nil {
			return fault.Invalid(fmt.Sprintf("contents[%d].quantity", i), c.Quantity, "more than zero")
		}
	}
	return nil
}

// Billable returns the weight in grams that a carrier charges for: the greater of
// actual and dimensional weight, rounded up to whole steps. The divisor is in
// cubic centimetres a kilogram, as carriers publish it (5000 and 6000 are
// usual); 0 means that size does not count. A step of 0 means whole grams.
//
//	dimensional grams = length × width × height in mm³ ÷ divisor
//
// The error is a *fault.InvalidError.
func Billable(p Parcel, divisor, step int64) (int64, error) {
	if err := p.Check(); err != nil {
		return 0, err
	}
	if divisor < 0 {
		return 0, fault.Invalid("divisor", divisor, "zero or more")
	}
	if step < 0 || step > MaxGrams {
		return 0, fault.Invalid("step", step, fmt.Sprintf("from 0 to %d", MaxGrams))
	}
	grams := p.Grams
	if divisor > 0 {
		// At most 10^18, which an int64 holds.
		volume := p.Length * p.Width * p.Height
		dimensional := volume / divisor
		if volume%divisor > 0 {
			dimensional++
		}
		grams = max(grams, dimensional)
	}
	if rest := grams % max(step, 1); rest > 0 {
		grams += step - rest
	}
	return grams, nil
}

// Contents returns what the shipment carries, summed over its parcels by order
// line, in the order in which the lines first appear.
func (s *Shipment) Contents() []LineQuantity {
	all := contents(s.Parcels)
	var sums []LineQuantity
	for _, c := range all {
		if !slices.ContainsFunc(sums, func(q LineQuantity) bool { return q.LineID == c.LineID }) {
			sums = append(sums, LineQuantity{c.LineID, total(all, c.LineID)})
		}
	}
	return sums
}

// Grams returns the weight of all parcels, 0 when one of them is unknown.
func (s *Shipment) Grams() int64 {
	var sum int64
	for _, p := range s.Parcels {
		if p.Grams == 0 {
			return 0
		}
		sum += p.Grams
	}
	return sum
}

func (s *Shipment) holds(lineID uuid.UUID) quantity.Quantity {
	var sum quantity.Quantity
	for i := range s.Parcels {
		for _, c := range s.Parcels[i].Contents {
			if c.LineID == lineID {
				sum = sum.Add(c.Quantity)
			}
		}
	}
	return sum
}

// pack returns the parcels for a shipment of what is wanted, with the SKUs of f.
func (f *Fulfillment) pack(parcels []Parcel, wanted []LineQuantity) ([]Parcel, error) {
	packed := slices.Clone(parcels)
	switch {
	case len(packed) == 0:
		packed = []Parcel{{Contents: f.everything(wanted)}}
	case len(packed) == 1 && len(packed[0].Contents) == 0:
		packed[0].Contents = f.everything(wanted)
	}
	for i := range packed {
		packed[i].Contents = slices.Clone(packed[i].Contents)
		if len(packed[i].Contents) == 0 {
			return nil, fault.Invalid(fmt.Sprintf("parcels[%d].contents", i), "", "at least one line")
		}
		for j := range packed[i].Contents {
			line := f.Line(packed[i].Contents[j].LineID)
			if line == nil {
				return nil, fault.NotFound("fulfillment line", packed[i].Contents[j].LineID)
			}
			packed[i].Contents[j].SKU = line.SKU
		}
	}
	return packed, f.compare(contents(packed), wanted)
}

func (f *Fulfillment) everything(wanted []LineQuantity) []ParcelLine {
	lines := make([]ParcelLine, len(wanted))
	for i, w := range wanted {
		lines[i] = ParcelLine{LineID: w.LineID, SKU: f.Line(w.LineID).SKU, Quantity: w.Quantity}
	}
	return lines
}

func (f *Fulfillment) compare(packed, wanted []LineQuantity) error {
	for _, l := range f.Lines {
		have, want := total(packed, l.LineID), total(wanted, l.LineID)
		if have != want {
			return &ParcelError{LineID: l.LineID, SKU: l.SKU, Packed: have, Wanted: want}
		}
	}
	return nil
}

// contents returns everything in the parcels, unsummed.
func contents(parcels []Parcel) []LineQuantity {
	var all []LineQuantity
	for i := range parcels {
		for _, c := range parcels[i].Contents {
			all = append(all, LineQuantity{c.LineID, c.Quantity})
		}
	}
	return all
}

func total(quantities []LineQuantity, lineID uuid.UUID) quantity.Quantity {
	var sum quantity.Quantity
	for _, q := range quantities {
		if q.LineID == lineID {
			sum = sum.Add(q.Quantity)
		}
	}
	return sum
}
