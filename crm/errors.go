package crm

import (
	"fmt"

	"github.com/google/uuid"

	"github.com/go-oms/oms/fault"
)

// MergedError reports a change of a customer who was merged into another and so is
// over. Its kind is fault.Rejected.
type MergedError struct {
	ID   uuid.UUID // who was merged
	Into uuid.UUID // who is left of them: the end of the chain
}

func (e *MergedError) Error() string {
	return fmt.Sprintf("customer %s was merged into customer %s", e.ID, e.Into)
}

// Fault returns fault.Rejected.
func (e *MergedError) Fault() fault.Kind { return fault.Rejected }

// ClaimError reports a claim of guest orders by an email that is not the
// customer's. It does not repeat the email. Its kind is fault.Rejected.
type ClaimError struct{ CustomerID uuid.UUID }

func (e *ClaimError) Error() string {
	return fmt.Sprintf("customer %s: the email of the claim is not the customer's own", e.CustomerID)
}

// Fault returns fault.Rejected.
func (e *ClaimError) Fault() fault.Kind { return fault.Rejected }
