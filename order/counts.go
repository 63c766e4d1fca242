package order

import (
	"fmt"

	"github.com/google/uuid"

	"github.com/go-oms/oms/fault"
	"github.com/go-oms/oms/quantity"
)

// QuantityError reports units that cannot be moved because there are not as many
// where they would come from. Nothing was changed. Its kind is fault.Rejected.
type QuantityError struct {
	LineID  uuid.UUID
	What    string // the move, such as "cancel"
	Asked   quantity.Quantity
	Allowed quantity.Quantity // the most that would have been accepted
}

func (e *QuantityError) Error() string {
	if e.Asked.Sign() <= 0 && e.Allowed.Sign() > 0 {
		return fmt.Sprintf("line %s: cannot %s %s: want more than zero, at most %s", e.LineID, e.What, e.Asked, e.Allowed)
	}
	return fmt.Sprintf("line %s: cannot %s %s: at most %s", e.LineID, e.What, e.Asked, e.Allowed)
}

// Fault returns fault.Rejected.
func (e *QuantityError) Fault() fault.Kind { return fault.Rejected }

// Sum returns the sum of the partition, which is the ordered quantity.
func (c Counts) Sum() quantity.Quantity { return c.Open().Add(c.Shipped).Add(c.Canceled) }

// Open returns the units that are neither shipped nor canceled: those that can
// still be canceled.
func (c Counts) Open() quantity.Quantity {
	return c.Unsourced.Add(c.Backordered).Add(c.Preordered).Add(c.Allocated).Add(c.Released)
}

// Coming returns the units that are to come back and have not yet.
func (c Counts) Coming() quantity.Quantity { return c.ReturnRequested.Add(c.ReturnInTransit) }

// Returning returns the units of all returns: asked for, on their way, received
// in whatever condition, or written off. A unit is in one of them at most once.
func (c Counts) Returning() quantity.Quantity {
	return c.Coming().Add(c.ReturnReceived).Add(c.ReturnDamaged).Add(c.ReturnDismissed).Add(c.WrittenOff)
}

// Returnable returns the shipped units that no return has asked for.
func (c Counts) Returnable() quantity.Quantity { return c.Shipped.Sub(c.Returning()) }

// Came returns the units that came back and were accepted, sellable or not.
func (c Counts) Came() quantity.Quantity { return c.ReturnReceived.Add(c.ReturnDamaged) }

// negative returns the name of a field below zero, or "".
func (c Counts) negative() string {
	for _, part := range [...]struct {
		name  string
		units quantity.Quantity
	}{
		{"unsourced", c.Unsourced},
		{"backordered", c.Backordered},
		{"preordered", c.Preordered},
		{"allocated", c.Allocated},
		{"released", c.Released},
		{"shipped", c.Shipped},
		{"canceled", c.Canceled},
		{"delivered", c.Delivered},
		{"return_requested", c.ReturnRequested},
		{"return_in_transit", c.ReturnInTransit},
		{"return_received", c.ReturnReceived},
		{"return_damaged", c.ReturnDamaged},
		{"return_dismissed", c.ReturnDismissed},
		{"written_off", c.WrittenOff},
	} {
		if part.units.Sign() < 0 {
			return part.name
		}
	}
	return ""
}

// Check verifies the units of the line: the partition adds up to the ordered
// quantity, which is above zero; delivered and returned units are at most the
// shipped ones; nothing is negative. The error is an [*InvariantError].
func (l *Line) Check() error {
	if l.Quantity.Sign() <= 0 || l.Quantity.Check() != nil {
		return l.broken("line.quantity", l.Quantity, "more than zero and in range")
	}
	if name := l.negative(); name != "" {
		return l.broken("line."+name, "negative", "zero or more")
	}
	if sum := l.Sum(); sum != l.Quantity {
		return l.broken("line.partition", sum, l.Quantity)
	}
	if l.Shipped.Less(l.Delivered) {
		return l.broken("line.delivered", l.Delivered, "at most shipped "+l.Shipped.String())
	}
	if returning := l.Returning(); l.Shipped.Less(returning) {
		return l.broken("line.returns", returning, "at most shipped "+l.Shipped.String())
	}
	return nil
}

func (l *Line) broken(rule string, have, want any) error {
	return &InvariantError{LineID: l.ID, Rule: rule, Have: fmt.Sprint(have), Want: fmt.Sprint(want)}
}
