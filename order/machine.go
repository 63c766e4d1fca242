package order

import (
	"context"
	"errors"
	"slices"
	"sync"

	"github.com/looplab/fsm"

	"github.com/go-oms/oms/event"
	"github.com/go-oms/oms/fault"
)

// Machine runs a workflow that was checked. It is the one place where an order's
// status is assigned.
//
// Its methods work on the order they are given, so pass a clone ([Order.Clone])
// and drop it when an error comes back. A change goes in three steps: [Machine.Fire]
// the action, with the facts as they are before; change the order; [Machine.Settle]
// what follows by itself, with the facts as they are then.
//
// A Machine does not change and is safe for concurrent use, if the host's guards are.
type Machine struct {
	workflow    Workflow
	fingerprint string
	initial     string
	states      map[string]*node
	steps       map[edge]*step
	events      fsm.Events
	pool        sync.Pool // of *runner
}

// node is a state with what can be done in it, as listed in the workflow.
type node struct {
	State
	steps     []*step
	automatic []*step
}

type edge struct{ from, action string }

// step is an action from one of its states.
type step struct {
	action *Action
	from   string
	to     string
	guards []boundGuard
}

type boundGuard struct {
	name  string
	allow Guard
}

// Compile checks a workflow and returns the machine that runs it. The check is
// complete: a *[WorkflowError] has every mistake. The zero Registry knows the
// built-in guards and effects.
func Compile(w Workflow, reg Registry) (*Machine, error) {
	if err := checkWorkflow(w, reg); err != nil {
		return nil, err
	}
	m := &Machine{
		workflow: w.clone(), fingerprint: w.Fingerprint(),
		states: make(map[string]*node, len(w.States)), steps: make(map[edge]*step),
	}
	for _, s := range m.workflow.States {
		m.states[s.Name] = &node{State: s}
		if s.Kind == Initial {
			m.initial = s.Name
		}
	}
	guards := reg.guards()
	for i := range m.workflow.Actions {
		m.link(&m.workflow.Actions[i], guards)
	}
	m.pool.New = func() any { return newRunner(m) }
	return m, nil
}

func (m *Machine) link(a *Action, guards map[string]Guard) {
	bound := make([]boundGuard, len(a.Guards))
	for i, name := range a.Guards {
		bound[i] = boundGuard{name, guards[name]}
	}
	for _, from := range a.From {
		s := &step{action: a, from: from, to: a.leads(from), guards: bound}
		m.steps[edge{from, a.Name}] = s
		m.events = append(m.events, fsm.EventDesc{Name: a.Name, Src: []string{from}, Dst: s.to})
		n := m.states[from]
		n.steps = append(n.steps, s)
		if a.Automatic {
			n.automatic = append(n.automatic, s)
		}
	}
}

// ID returns the id of the workflow.
func (m *Machine) ID() string { return m.workflow.ID }

// Version returns the version of the workflow.
func (m *Machine) Version() int { return m.workflow.Version }

// Fingerprint returns the fingerprint of the workflow.
func (m *Machine) Fingerprint() string { return m.fingerprint }

// Workflow returns a copy of the workflow.
func (m *Machine) Workflow() Workflow { return m.workflow.clone() }

// State returns the state with that name, and whether there is one.
func (m *Machine) State(name string) (State, bool) {
	n, ok := m.states[name]
	if !ok {
		return State{}, false
	}
	s := n.State
	if s.Timeout != nil {
		t := *s.Timeout
		s.Timeout = &t
	}
	return s, true
}

// Follows reports whether one command can bring an order from one status to
// another: by one action, or none, and whatever automatic actions follow. An
// empty from is an order that is being placed. Guards are not asked.
func (m *Machine) Follows(from, to string) bool {
	if from == "" {
		return m.initial == to || m.followsAutomatically(m.initial, to)
	}
	n, ok := m.states[from]
	if !ok {
		return false
	}
	if from == to || m.followsAutomatically(from, to) {
		return true
	}
	for _, s := range n.steps {
		if s.to == to || m.followsAutomatically(s.to, to) {
			return true
		}
	}
	return false
}

// followsAutomatically ends because automatic actions have no cycles.
func (m *Machine) followsAutomatically(from, to string) bool {
	for _, s := range m.states[from].automatic {
		if s.to == to || m.followsAutomatically(s.to, to) {
			return true
		}
	}
	return false
}

// Start puts a new order into the initial state and pins it to the workflow. An
// order that has a status already is refused with a *[NotAllowedError].
func (m *Machine) Start(o *Order) error {
	if o.Status != "" {
		return &NotAllowedError{
			OrderID: o.ID, Status: o.Status, Action: "start",
			Denials: []Denial{{Action: "start", Code: DeniedStarted, Message: "the order has started already"}},
		}
	}
	o.Workflow, o.WorkflowVersion = m.workflow.ID, m.workflow.Version
	m.enter(o, m.initial, &Facts{})
	return nil
}

// Fire takes the action, if the order's status, the actor, the reason and the
// guards allow it: it assigns the status and, on reaching a final state, when and
// why it was closed (f.At and f.Reason). It returns the names of the effects that
// the caller must now carry out, in this order.
//
// The errors are *[NotAllowedError], with every reason, and
// *[WorkflowMismatchError]; the order is as it was then.
func (m *Machine) Fire(o *Order, action string, f Facts) ([]string, error) {
	if err := m.owns(o); err != nil {
		return nil, err
	}
	s, denials, err := m.fire(context.Background(), o.Status, action, &f)
	switch {
	case err != nil:
		return nil, &fault.TransientError{Op: "order: " + action, Err: err}
	case len(denials) > 0:
		return nil, m.notAllowed(o, action, &f, denials)
	}
	m.enter(o, s.to, &f)
	return slices.Clone(s.action.Effects), nil
}

// Settle takes automatic actions until none is possible, and returns them with
// their effects, which the caller must carry out. It asks f for new facts after
// each of them. Without automatic actions in the order's state it does nothing
// and does not ask.
//
// The error is a *[WorkflowMismatchError].
func (m *Machine) Settle(o *Order, f func(*Order) Facts) ([]Fired, error) {
	if err := m.owns(o); err != nil {
		return nil, err
	}
	var fired []Fired
	// Automatic actions have no cycles: there are fewer of them in a row than states.
	for range m.states {
		n := m.states[o.Status]
		if len(n.automatic) == 0 {
			break
		}
		facts := f(o)
		i := slices.IndexFunc(n.automatic, func(s *step) bool { return s.open(&facts) })
		if i < 0 {
			break
		}
		next := n.automatic[i]
		s, denials, err := m.fire(context.Background(), o.Status, next.action.Name, &facts)
		if err != nil {
			return fired, &fault.TransientError{Op: "order: " + next.action.Name, Err: err}
		}
		if len(denials) > 0 { // a guard that is not pure changed its mind
			break
		}
		fired = append(fired, Fired{s.action.Name, s.from, s.to, slices.Clone(s.action.Effects)})
		m.enter(o, s.to, &facts)
	}
	return fired, nil
}

// Allowed lists the actions of the order's state as the workflow lists them, each
// with the reasons against it. It is empty for an order that does not belong to
// the machine.
func (m *Machine) Allowed(o *Order, f Facts) []Allowance {
	if m.owns(o) != nil {
		return nil
	}
	steps := m.states[o.Status].steps
	list := make([]Allowance, 0, len(steps))
	for _, s := range steps {
		denials := s.denials(&f, false)
		list = append(list, Allowance{
			Action: s.action.Name, To: s.to, Automatic: s.action.Automatic,
			ReasonRequired: s.action.ReasonRequired, Allowed: len(denials) == 0, Denials: denials,
		})
	}
	return list
}

// enter is the one function that assigns Order.Status.
func (m *Machine) enter(o *Order, status string, f *Facts) {
	if m.states[status].Kind == Final && o.Status != status {
		o.ClosedAt, o.CloseReason = event.Moment(f.At), f.Reason
	}
	o.Status = status
}

func (m *Machine) owns(o *Order) error {
	if o.Workflow == m.workflow.ID && o.WorkflowVersion == m.workflow.Version {
		if _, ok := m.states[o.Status]; ok {
			return nil
		}
	}
	return &WorkflowMismatchError{
		OrderID: o.ID, Workflow: o.Workflow, WorkflowVersion: o.WorkflowVersion, Status: o.Status,
		Machine: m.workflow.ID, MachineVersion: m.workflow.Version,
	}
}

func (m *Machine) notAllowed(o *Order, action string, f *Facts, denials []Denial) error {
	e := &NotAllowedError{OrderID: o.ID, Status: o.Status, Action: action, Denials: denials}
	for _, s := range m.states[o.Status].steps {
		if len(s.denials(f, false)) == 0 {
			e.Allowed = append(e.Allowed, s.action.Name)
		}
	}
	return e
}

// open reports whether all guards allow the step: the cheap question.
func (s *step) open(f *Facts) bool {
	for _, g := range s.guards {
		if g.allow(*f) != nil {
			return false
		}
	}
	return true
}

// denials returns every reason against the step. asked is whether somebody asks
// for it now, so that a missing reason counts.
func (s *step) denials(f *Facts, asked bool) []Denial {
	var all []Denial
	if !s.permits(f.Actor) {
		all = append(all, Denial{Code: DeniedRole, Message: "the actor has none of the roles that may do this"})
	}
	if asked && s.action.ReasonRequired && f.Reason == "" {
		all = append(all, Denial{Code: DeniedReason, Message: "a reason is required"})
	}
	for _, g := range s.guards {
		if d := g.allow(*f); d != nil {
			all = append(all, Denial{Guard: g.name, Code: d.Code, Message: d.Message})
		}
	}
	for i := range all {
		d := &all[i]
		d.Action = s.action.Name
		if d.Code == "" {
			d.Code = DeniedNoDetail
		}
		if d.Message == "" {
			d.Message = d.Code
		}
	}
	return all
}

// permits reports whether the actor has one of the action's roles. The system,
// which carries out timeouts and automatic actions, needs none.
func (s *step) permits(a event.Actor) bool {
	if len(s.action.Roles) == 0 || a.Kind == event.System || a.Kind == "" {
		return true
	}
	return slices.ContainsFunc(s.action.Roles, a.Has)
}

// refusal returns the denial for an action that the state does not have.
func (m *Machine) refusal(action string, known bool) []Denial {
	if known {
		return []Denial{{Action: action, Code: DeniedState, Message: "the status does not allow it"}}
	}
	return []Denial{{Action: action, Code: DeniedUnknown, Message: "the workflow has no such action"}}
}

// refused translates the library's verdict on an action it does not have.
func (m *Machine) refused(action string, err error) []Denial {
	var invalid fsm.InvalidEventError
	var unknown fsm.UnknownEventError
	switch {
	case errors.As(err, &invalid):
		return m.refusal(action, true)
	case errors.As(err, &unknown):
		return m.refusal(action, false)
	}
	return nil
}
