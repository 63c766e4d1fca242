package order

import (
	"fmt"

	"github.com/go-oms/oms/fault"
)

// Workflows holds the machines of a shop, several versions of a workflow among
// them: an order stays with the version it was started in. It does not change
// and is safe for concurrent use. The zero Workflows is empty.
type Workflows struct {
	machines map[workflowKey]*Machine
	latest   map[string]*Machine
}

type workflowKey struct {
	id      string
	version int
}

// NewWorkflows returns a set of the machines. Two with the same id and version
// must have the same fingerprint: *[WorkflowConflictError].
func NewWorkflows(machines ...*Machine) (*Workflows, error) {
	w := &Workflows{machines: make(map[workflowKey]*Machine), latest: make(map[string]*Machine)}
	for _, m := range machines {
		key := workflowKey{m.ID(), m.Version()}
		if known, ok := w.machines[key]; ok {
			if known.Fingerprint() != m.Fingerprint() {
				return nil, &WorkflowConflictError{key.id, key.version, known.Fingerprint(), m.Fingerprint()}
			}
			continue
		}
		w.machines[key] = m
		if last, ok := w.latest[key.id]; !ok || last.Version() < key.version {
			w.latest[key.id] = m
		}
	}
	return w, nil
}

// Pick returns the machine of a workflow's version: the way to that of an
// existing order. It returns a *fault.NotFoundError for one that is not there.
func (w *Workflows) Pick(id string, version int) (*Machine, error) {
	if m, ok := w.machines[workflowKey{id, version}]; ok {
		return m, nil
	}
	return nil, fault.NotFound("workflow", fmt.Sprintf("%s version %d", id, version))
}

// Latest returns the machine of a workflow's highest version: the one for new
// orders. It returns a *fault.NotFoundError for an unknown id.
func (w *Workflows) Latest(id string) (*Machine, error) {
	if m, ok := w.latest[id]; ok {
		return m, nil
	}
	return nil, fault.NotFound("workflow", id)
}
