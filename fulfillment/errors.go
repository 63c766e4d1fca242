package fulfillment

import (
	"fmt"
	"strings"

	"github.com/google/uuid"

	"github.com/go-oms/oms/fault"
	"github.com/go-oms/oms/quantity"
)

// QuantityError reports a line of which more was asked than is open: not shipped,
// not canceled and in no shipment under way. Its kind is fault.Rejected.
type QuantityError struct {
	LineID uuid.UUID
	SKU    string
	Asked  quantity.Quantity
	Open   quantity.Quantity
}

func (e *QuantityError) Error() string {
	return fmt.Sprintf("fulfillment: line %s (%s): asked for %s, open are %s", e.LineID, e.SKU, e.Asked, e.Open)
}

// Fault returns fault.Rejected.
func (e *QuantityError) Fault() fault.Kind { return fault.Rejected }

// ParcelError reports parcels that do not hold exactly what the shipment is to
// carry. Its kind is fault.Rejected.
type ParcelError struct {
	LineID uuid.UUID
	SKU    string
	Packed quantity.Quantity // in all parcels together
	Wanted quantity.Quantity // in the shipment
}

func (e *ParcelError) Error() string {
	return fmt.Sprintf("fulfillment: line %s (%s): the parcels hold %s, the shipment %s", e.LineID, e.SKU, e.Packed, e.Wanted)
}

// Fault returns fault.Rejected.
func (e *ParcelError) Fault() fault.Kind { return fault.Rejected }

// NothingOpenError reports a fulfilment order of which nothing is left to ship or
// to cancel. Its kind is fault.Rejected.
type NothingOpenError struct {
	ID     uuid.UUID
	Status Status
}

func (e *NothingOpenError) Error() string {
	return fmt.Sprintf("fulfillment %s: nothing is open (status %s)", e.ID, e.Status)
}

// Fault returns fault.Rejected.
func (e *NothingOpenError) Fault() fault.Kind { return fault.Rejected }

// UnknownMethodError reports a shipping method that is not configured. Its kind is
// fault.Rejected.
type UnknownMethodError struct {
	Code      string
	Available []string // the codes on offer for the same request
}

func (e *UnknownMethodError) Error() string {
	return fmt.Sprintf("fulfillment: no shipping method %q: %s", e.Code, choices(e.Available))
}

// Fault returns fault.Rejected.
func (e *UnknownMethodError) Fault() fault.Kind { return fault.Rejected }

// UnservedError reports a shipping method that has no price for a request: no
// zone holds the destination, no band the goods, or the currency is another.
// Its kind is fault.Rejected.
type UnservedError struct {
	Code      string
	Reason    string
	Available []string // the codes on offer for the same request; set by [Methods]
}

func (e *UnservedError) Error() string {
	return fmt.Sprintf("fulfillment: shipping method %q: %s: %s", e.Code, e.Reason, choices(e.Available))
}

// Fault returns fault.Rejected.
func (e *UnservedError) Fault() fault.Kind { return fault.Rejected }

func choices(codes []string) string {
	if len(codes) == 0 {
		return "none is on offer"
	}
	return "on offer: " + strings.Join(codes, ", ")
}
