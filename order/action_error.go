package order

import (
	"fmt"
	"strings"

	"github.com/google/uuid"

	"github.com/go-oms/oms/fault"
)

// NotAllowedError reports an action that the order's workflow does not allow as
// things stand. Its kind is fault.Rejected.
type NotAllowedError struct {
	OrderID uuid.UUID
	Status  string
	Action  string
	Allowed []string // the actions that are allowed now
	Denials []Denial // why this one is not: at least one
}

func (e *NotAllowedError) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "order %s: %s is not allowed in status %q", e.OrderID, e.Action, e.Status)
	for i, d := range e.Denials {
		b.WriteString([]string{": ", ", "}[min(i, 1)])
		b.WriteString(d.Message)
	}
	if len(e.Allowed) > 0 {
		b.WriteString("; allowed are " + strings.Join(e.Allowed, ", "))
	}
	return b.String()
}

// Fault returns fault.Rejected.
func (e *NotAllowedError) Fault() fault.Kind { return fault.Rejected }

// Denied reports whether one of the denials has the code.
func (e *NotAllowedError) Denied(code string) bool {
	for _, d := range e.Denials {
		if d.Code == code {
			return true
		}
	}
	return false
}

// WorkflowMismatchError reports an order asked of a machine it does not belong
// to: pinned to another workflow or version, or in a status that the workflow
// does not declare. Its kind is fault.Rejected.
type WorkflowMismatchError struct {
	OrderID         uuid.UUID
	Workflow        string // the order's
	WorkflowVersion int
	Status          string
	Machine         string // the machine's
	MachineVersion  int
}

func (e *WorkflowMismatchError) Error() string {
	return fmt.Sprintf("order %s: status %q of workflow %s version %d is unknown to workflow %s version %d",
		e.OrderID, e.Status, e.Workflow, e.WorkflowVersion, e.Machine, e.MachineVersion)
}

// Fault returns fault.Rejected.
func (e *WorkflowMismatchError) Fault() fault.Kind { return fault.Rejected }
