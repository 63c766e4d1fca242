package inventory

import (
	"cmp"
	"slices"

	"github.com/go-oms/oms/quantity"
)

// Delta is the sum of a batch's movements at one level.
type Delta struct {
	SKU, Location                                         string
	OnHand, Unavailable, Allocated, Reserved, Backordered quantity.Quantity
	// Takes is set when a movement promises from what is available: the level
	// must not end with less than nothing available.
	Takes bool
	// Backorders is set when a movement promises beyond it: the level must not
	// end above its backorder limit.
	Backorders bool
}

// promises reports what a kind of movement promises: from stock, beyond stock.
func (k MoveKind) promises() (takes, backorders bool) {
	switch k {
	case Reserve, Allocate, BackorderFill:
		return true, false
	case Backorder:
		return false, true
	default:
		return false, false
	}
}

// Sum adds up movements per level, in order of SKU and location: the order in
// which every backend touches the rows. It is what a batch does to stock; asking
// for one SKU on two lines is one demand.
func Sum(moves []Move) []Delta {
	deltas := make([]Delta, 0, len(moves))
	for i := range moves {
		m := &moves[i]
		takes, backorders := m.Kind.promises()
		deltas = append(deltas, Delta{
			SKU: m.SKU, Location: m.Location,
			OnHand: m.OnHand, Unavailable: m.Unavailable, Allocated: m.Allocated,
			Reserved: m.Reserved, Backordered: m.Backordered,
			Takes: takes, Backorders: backorders,
		})
	}
	slices.SortStableFunc(deltas, func(a, b Delta) int {
		return cmp.Or(cmp.Compare(a.SKU, b.SKU), cmp.Compare(a.Location, b.Location))
	})
	summed := deltas[:0]
	for _, d := range deltas {
		if n := len(summed); n > 0 && summed[n-1].SKU == d.SKU && summed[n-1].Location == d.Location {
			summed[n-1] = summed[n-1].plus(d)
		} else {
			summed = append(summed, d)
		}
	}
	return summed
}

func (d Delta) plus(o Delta) Delta {
	d.OnHand = d.OnHand.Add(o.OnHand)
	d.Unavailable = d.Unavailable.Add(o.Unavailable)
	d.Allocated = d.Allocated.Add(o.Allocated)
	d.Reserved = d.Reserved.Add(o.Reserved)
	d.Backordered = d.Backordered.Add(o.Backordered)
	d.Takes = d.Takes || o.Takes
	d.Backorders = d.Backorders || o.Backorders
	return d
}

// Apply returns the level after the delta. It is the reference for what every
// backend's conditional write does. A promise that the level does not cover is a
// Short; a column other than OnHand that would end below zero, or a figure out of
// range, is a reason in broken: the books contradict each other.
func (d Delta) Apply(l Level) (after Level, short *Short, broken string) {
	after = l
	after.OnHand = l.OnHand.Add(d.OnHand)
	after.Unavailable = l.Unavailable.Add(d.Unavailable)
	after.Allocated = l.Allocated.Add(d.Allocated)
	after.Reserved = l.Reserved.Add(d.Reserved)
	after.Backordered = l.Backordered.Add(d.Backordered)
	if d.Takes && after.Available().Sign() < 0 {
		taken := l.Available().Sub(after.Available())
		return l, &Short{SKU: d.SKU, Location: d.Location, Requested: taken, Available: atLeastZero(l.Available())}, ""
	}
	if d.Backorders && l.BackorderLimit.Sign() >= 0 && after.Backordered.Cmp(l.BackorderLimit) > 0 {
		room := atLeastZero(l.BackorderLimit.Sub(l.Backordered))
		return l, &Short{SKU: d.SKU, Location: d.Location, Requested: d.Backordered, Available: room}, ""
	}
	switch {
	case after.Unavailable.Sign() < 0:
		broken = "unavailable below zero"
	case after.Allocated.Sign() < 0:
		broken = "allocated below zero"
	case after.Reserved.Sign() < 0:
		broken = "reserved below zero"
	case after.Backordered.Sign() < 0:
		broken = "backordered below zero"
	case after.OnHand.Check() != nil:
		broken = "on hand out of range"
	default:
		return after, nil, ""
	}
	return l, nil, "level " + d.SKU + " at " + d.Location + ": " + broken
}

func atLeastZero(q quantity.Quantity) quantity.Quantity {
	if q.Sign() < 0 {
		return quantity.Quantity{}
	}
	return q
}
