package inventory

import (
	"fmt"
	"strings"

	"github.com/google/uuid"

	"github.com/go-oms/oms/fault"
)

// UnknownSKUError reports every SKU of a request that is not registered. Its kind
// is fault.Rejected.
type UnknownSKUError struct{ SKUs []string }

func (e *UnknownSKUError) Error() string {
	return "inventory: not registered: " + strings.Join(e.SKUs, ", ")
}

// Fault returns fault.Rejected.
func (e *UnknownSKUError) Fault() fault.Kind { return fault.Rejected }

// PlanError reports a [Sourcing] whose plan does not serve exactly what was
// wanted: the fault of that implementation, not of the order. Its kind is
// fault.Rejected; nothing was written.
type PlanError struct {
	LineID uuid.UUID
	SKU    string
	What   string // what is wrong with it
}

func (e *PlanError) Error() string {
	return fmt.Sprintf("inventory: sourcing plan for %s, line %s: %s", e.SKU, e.LineID, e.What)
}

// Fault returns fault.Rejected.
func (e *PlanError) Fault() fault.Kind { return fault.Rejected }
