package order

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/looplab/fsm"
	"github.com/stretchr/testify/require"

	"github.com/go-oms/oms/event"
	"github.com/go-oms/oms/fault"
)

func TestVerdict(t *testing.T) {
	t.Parallel()
	boom := errors.New("boom")
	tests := []struct {
		err             error
		taken, reusable bool
	}{
		{nil, true, true},
		{fsm.NoTransitionError{}, true, true},
		{fsm.NoTransitionError{Err: boom}, false, false},
		{fsm.CanceledError{Err: errDenied}, false, true},
		{fsm.InvalidEventError{Event: "x", State: "y"}, false, true},
		{fsm.UnknownEventError{Event: "x"}, false, true},
		{fsm.InTransitionError{Event: "x"}, false, false},
		{fsm.InternalError{}, false, false},
		{fsm.AsyncError{}, false, false},
		{context.Canceled, false, false},
		{fmt.Errorf("wrapped: %w", context.DeadlineExceeded), false, false},
		{boom, false, false},
	}
	for _, test := range tests {
		taken, reusable := verdict(test.err)
		require.Equal(t, test.taken, taken, "%v", test.err)
		require.Equal(t, test.reusable, reusable, "%v", test.err)
	}
}

// A looplab/fsm machine whose context ends within a transition is stuck. That is
// why such a one must not get back into the pool, and this is the test that the
// one below tests something.
func TestEndedContextLeavesTheLibraryStuck(t *testing.T) {
	t.Parallel()
	m := defaultMachine(t)
	r := newRunner(m)
	o := orderIn(m, StatusPending)
	r.facts = allowing(o, ActionCancel)
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	r.fsm.SetState(StatusPending)
	require.ErrorIs(t, r.fsm.Event(ctx, ActionCancel), context.Canceled)
	var stuck fsm.InTransitionError
	require.ErrorAs(t, r.fsm.Event(context.Background(), ActionCancel), &stuck)
}

func TestEndedContextIsNeverPooled(t *testing.T) {
	t.Parallel()
	m := defaultMachine(t)
	built := 0
	build := m.pool.New
	m.pool.New = func() any { built++; return build() }
	ended, cancel := context.WithCancel(context.Background())
	cancel()
	o := orderIn(m, StatusPending)
	f := allowing(o, ActionCancel)
	const rounds = 50
	for range rounds {
		_, denials, err := m.fire(ended, StatusPending, ActionCancel, &f)
		require.ErrorIs(t, err, context.Canceled)
		require.Empty(t, denials)
		s, denials, err := m.fire(context.Background(), StatusPending, ActionCancel, &f)
		require.NoError(t, err)
		require.Empty(t, denials)
		require.Equal(t, StatusCanceled, s.to)
	}
	require.GreaterOrEqual(t, built, rounds, "each ended one was replaced")
}

// A guard of the host that panics takes its machine with it, and nothing else.
func TestPanickingGuard(t *testing.T) {
	t.Parallel()
	w := small()
	w.Actions[0].Guards = []string{"fragile"}
	m, err := Compile(w, Registry{Guards: map[string]Guard{"fragile": func(f Facts) *Denial {
		if f.Host["break"] {
			panic("broken guard")
		}
		return nil
	}}})
	require.NoError(t, err)
	o := orderIn(m, "a")
	f := NewFacts(o, MoneyFacts{}, event.Actor{}, testNow)
	f.Host = map[string]bool{"break": true}
	require.PanicsWithValue(t, "broken guard", func() { _, _ = m.Fire(o, "go", f) })
	require.Equal(t, "a", o.Status)
	f.Host = nil
	_, err = m.Fire(o, "go", f)
	require.NoError(t, err)
	require.Equal(t, "b", o.Status)
}

// A pooled machine keeps nothing of the order it fired for.
func TestRunnerForgets(t *testing.T) {
	t.Parallel()
	m := defaultMachine(t)
	var last *runner
	build := m.pool.New
	m.pool.New = func() any { last = build().(*runner); return last }
	o := orderIn(m, StatusPending)
	f := allowing(o, ActionCancel)
	_, err := m.Fire(o, ActionShip, f)
	require.Equal(t, fault.Rejected, fault.KindOf(err))
	require.Equal(t, Facts{}, last.facts)
	require.Nil(t, last.step)
	require.Nil(t, last.denials)
}
