package order

import (
	"context"
	"errors"

	"github.com/looplab/fsm"
)

// runner is one looplab/fsm machine with room for the facts of one firing. To
// build one costs some fifteen firings, so they are pooled. It is used by one
// goroutine at a time.
//
// Guards run in the callback before the event, the only one that can still veto.
type runner struct {
	fsm     *fsm.FSM
	facts   Facts
	step    *step
	denials []Denial
}

var errDenied = errors.New("denied")

func newRunner(m *Machine) *runner {
	r := &runner{}
	r.fsm = fsm.NewFSM(m.initial, m.events, fsm.Callbacks{
		"before_event": func(_ context.Context, e *fsm.Event) {
			r.step = m.steps[edge{e.Src, e.Event}]
			if r.denials = r.step.denials(&r.facts, true); len(r.denials) > 0 {
				e.Cancel(errDenied)
			}
		},
	})
	return r
}

// fire takes the action from a state. It returns the step that was taken, or the
// reasons against it, or an error of the machinery.
//
// A runner whose context ended within the transition is stuck for good; it is
// left to the garbage collector, and so is one whose guard panicked.
func (m *Machine) fire(ctx context.Context, from, action string, f *Facts) (*step, []Denial, error) {
	r := m.pool.Get().(*runner)
	r.fsm.SetState(from)
	r.facts = *f
	err := r.fsm.Event(ctx, action)
	s, denials := r.step, r.denials
	r.facts, r.step, r.denials = Facts{}, nil, nil

	taken, reusable := verdict(err)
	if reusable {
		m.pool.Put(r)
	}
	switch {
	case taken:
		return s, nil, nil
	case len(denials) > 0:
		return nil, denials, nil
	}
	if denials = m.refused(action, err); denials != nil {
		return nil, denials, nil
	}
	return nil, nil, err
}

// verdict says what looplab/fsm's answer to an event means: whether the transition
// took place, and whether the machine is at rest and can be used again.
func verdict(err error) (taken, reusable bool) {
	if err == nil {
		return true, true
	}
	var same fsm.NoTransitionError
	if errors.As(err, &same) { // from a state to itself
		return same.Err == nil, same.Err == nil
	}
	var canceled fsm.CanceledError
	var invalid fsm.InvalidEventError
	var unknown fsm.UnknownEventError
	return false, errors.As(err, &canceled) || errors.As(err, &invalid) || errors.As(err, &unknown)
}
