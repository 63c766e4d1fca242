package order

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/go-oms/oms/fault"
)

// small returns a workflow without mistakes: a → b → z, and a note in b.
func small() Workflow {
	return Workflow{
		ID: "small", Version: 1,
		States: []State{{Name: "a", Kind: Initial}, {Name: "b"}, {Name: "z", Kind: Final}},
		Actions: []Action{
			{Name: "go", From: []string{"a"}, To: "b"},
			{Name: "stop", From: []string{"b"}, To: "z"},
			{Name: "note", From: []string{"b"}},
		},
	}
}

func yes(Facts) *Denial { return nil }

func codes(t *testing.T, err error) []string {
	t.Helper()
	if err == nil {
		return nil
	}
	var bad *WorkflowError
	require.ErrorAs(t, err, &bad)
	require.Equal(t, fault.Rejected, fault.KindOf(err))
	var list []string
	for _, m := range bad.Mistakes {
		require.NotEmpty(t, m.Where)
		require.NotEmpty(t, m.Message)
		require.Contains(t, err.Error(), m.String())
		list = append(list, m.Code)
	}
	return list
}

func TestCompileFindsEveryMistake(t *testing.T) {
	t.Parallel()
	add := func(w *Workflow, a ...Action) { w.Actions = append(w.Actions, a...) }
	tests := []struct {
		name  string
		spoil func(*Workflow, *Registry)
		want  []string
	}{
		{"none", func(*Workflow, *Registry) {}, nil},
		{"version", func(w *Workflow, _ *Registry) { w.Version = 0 }, []string{MistakeVersion}},
		{"id", func(w *Workflow, _ *Registry) { w.ID = "" }, []string{MistakeName}},
		{
			"empty state name", func(w *Workflow, _ *Registry) {
				w.States[1].Name = ""
				w.Actions = nil
				add(w, Action{Name: "go", From: []string{"a"}, To: "z"})
			},
			[]string{MistakeName, MistakeUnreachable, MistakeTrap},
		},
		{"state name", func(w *Workflow, _ *Registry) {
			w.States[1].Name, w.Actions[0].To, w.Actions[1].From, w.Actions[2].From = "b b", "b b", []string{"b b"}, []string{"b b"}
		}, []string{MistakeName}},
		{"action name", func(w *Workflow, _ *Registry) { w.Actions[2].Name = "" }, []string{MistakeName}},
		{"no states", func(w *Workflow, _ *Registry) { w.States, w.Actions = nil, nil }, []string{MistakeNoStates}},
		{"duplicate state", func(w *Workflow, _ *Registry) { w.States = append(w.States, State{Name: "b"}) }, []string{MistakeDuplicateState}},
		{"kind", func(w *Workflow, _ *Registry) { w.States[1].Kind = "odd" }, []string{MistakeKind}},
		{"no initial", func(w *Workflow, _ *Registry) { w.States[0].Kind = Normal }, []string{MistakeNoInitial}},
		{"several initial", func(w *Workflow, _ *Registry) { w.States[1].Kind = Initial }, []string{MistakeSeveralInitial}},
		{"no final", func(w *Workflow, _ *Registry) { w.States[2].Kind = Normal }, []string{MistakeNoFinal}},
		{"unreachable", func(w *Workflow, _ *Registry) {
			w.States = append(w.States, State{Name: "c"})
			add(w, Action{Name: "leave", From: []string{"c"}, To: "z"})
		}, []string{MistakeUnreachable}},
		{"trap", func(w *Workflow, _ *Registry) {
			w.States = append(w.States, State{Name: "c"}, State{Name: "d"})
			add(w, Action{Name: "enter", From: []string{"a"}, To: "c"}, Action{Name: "on", From: []string{"c"}, To: "d"}, Action{Name: "back", From: []string{"d"}, To: "c"})
		}, []string{MistakeTrap, MistakeTrap}},
		{"final left", func(w *Workflow, _ *Registry) { add(w, Action{Name: "reopen", From: []string{"z"}, To: "b"}) }, []string{MistakeFinalLeft}},
		{"final stays", func(w *Workflow, _ *Registry) {
			add(w, Action{Name: "refund", From: []string{"z"}}, Action{Name: "look", From: []string{"z"}, To: "z"})
		}, nil},
		{"unknown target", func(w *Workflow, _ *Registry) { add(w, Action{Name: "jump", From: []string{"a"}, To: "x"}) }, []string{MistakeUnknownState}},
		{"unknown source", func(w *Workflow, _ *Registry) { add(w, Action{Name: "jump", From: []string{"x"}, To: "z"}) }, []string{MistakeUnknownState}},
		{"unknown guard", func(w *Workflow, _ *Registry) { w.Actions[0].Guards = []string{"money_securd"} }, []string{MistakeUnknownGuard}},
		{"empty guard", func(w *Workflow, _ *Registry) { w.Actions[0].Guards = []string{""} }, []string{MistakeUnknownGuard}},
		{"unknown effect", func(w *Workflow, _ *Registry) { w.Actions[0].Effects = []string{"explode"} }, []string{MistakeUnknownEffect}},
		{"the host's names", func(w *Workflow, r *Registry) {
			w.Actions[0].Guards, w.Actions[0].Effects = []string{"mine", GuardUnpaid}, []string{"send_gift", EffectReturnMoney}
			r.Guards, r.Effects = map[string]Guard{"mine": yes}, []string{"send_gift"}
		}, nil},
		{"guard replaced", func(_ *Workflow, r *Registry) { r.Guards = map[string]Guard{GuardMoneySecured: yes} }, []string{MistakeBuiltin}},
		{"effect replaced", func(_ *Workflow, r *Registry) { r.Effects = []string{EffectReturnMoney} }, []string{MistakeBuiltin}},
		{"nil guard", func(_ *Workflow, r *Registry) { r.Guards = map[string]Guard{"mine": nil} }, []string{MistakeNilGuard}},
		{"guard name", func(_ *Workflow, r *Registry) { r.Guards = map[string]Guard{"": yes} }, []string{MistakeName}},
		{"effect name", func(_ *Workflow, r *Registry) { r.Effects = []string{"a b"} }, []string{MistakeName}},
		{"no source", func(w *Workflow, _ *Registry) { add(w, Action{Name: "idle", To: "z"}) }, []string{MistakeNoSource}},
		{"duplicate action", func(w *Workflow, _ *Registry) { add(w, Action{Name: "go", From: []string{"a"}, To: "z"}) }, []string{MistakeDuplicateAction}},
		{"duplicate automatic", func(w *Workflow, _ *Registry) {
			w.Actions[0].Automatic = true
			add(w, Action{Name: "go", From: []string{"a"}, To: "z", Automatic: true})
		}, []string{MistakeDuplicateAction}},
		{"duplicate source", func(w *Workflow, _ *Registry) { w.Actions[0].From = []string{"a", "a"} }, []string{MistakeDuplicateAction}},
		{"guard twice", func(w *Workflow, _ *Registry) { w.Actions[0].Guards = []string{GuardUnpaid, GuardUnpaid} }, []string{MistakeRepeated}},
		{"effect twice", func(w *Workflow, _ *Registry) { w.Actions[0].Effects = []string{EffectReturnMoney, EffectReturnMoney} }, []string{MistakeRepeated}},
		{"role twice", func(w *Workflow, _ *Registry) { w.Actions[0].Roles = []string{"boss", "boss"} }, []string{MistakeRepeated}},
		{"empty role", func(w *Workflow, _ *Registry) { w.Actions[0].Roles = []string{" "} }, []string{MistakeEmptyRole}},
		{"automatic with role", func(w *Workflow, _ *Registry) { w.Actions[0].Automatic, w.Actions[0].Roles = true, []string{"boss"} }, []string{MistakeAutomaticAsks}},
		{"automatic with reason", func(w *Workflow, _ *Registry) { w.Actions[0].Automatic, w.Actions[0].ReasonRequired = true, true }, []string{MistakeAutomaticAsks}},
		{"automatic loop", func(w *Workflow, _ *Registry) { w.Actions[2].Automatic = true }, []string{MistakeAutomaticCycle}},
		{"automatic loop in final", func(w *Workflow, _ *Registry) { add(w, Action{Name: "spin", From: []string{"z"}, Automatic: true}) }, []string{MistakeAutomaticCycle}},
		{"automatic cycle", func(w *Workflow, _ *Registry) {
			w.Actions[0].Automatic = true
			add(w, Action{Name: "back", From: []string{"b"}, To: "a", Automatic: true, Guards: []string{GuardUnpaid}})
		}, []string{MistakeAutomaticCycle}},
		{"half automatic cycle", func(w *Workflow, _ *Registry) {
			w.Actions[0].Automatic = true
			add(w, Action{Name: "back", From: []string{"b"}, To: "a"})
		}, nil},
		{"never fires", func(w *Workflow, _ *Registry) {
			w.Actions[0].Automatic, w.Actions[0].Guards = true, []string{GuardUnpaid}
			add(w, Action{Name: "late", From: []string{"a"}, To: "z", Automatic: true, Guards: []string{GuardPastExpiry, GuardUnpaid}})
		}, []string{MistakeNeverFires}},
		{"the narrower first", func(w *Workflow, _ *Registry) {
			add(w, Action{Name: "early", From: []string{"b"}, To: "z", Automatic: true, Guards: []string{GuardPastExpiry, GuardUnpaid}},
				Action{Name: "late", From: []string{"b"}, To: "z", Automatic: true, Guards: []string{GuardUnpaid}})
		}, nil},
		{"timeout", func(w *Workflow, _ *Registry) { w.States[1].Timeout = &Timeout{time.Hour, "stop"} }, nil},
		{"timeout after", func(w *Workflow, _ *Registry) { w.States[1].Timeout = &Timeout{0, "stop"} }, []string{MistakeTimeoutAfter}},
		{"timeout action", func(w *Workflow, _ *Registry) { w.States[1].Timeout = &Timeout{time.Hour, "go"} }, []string{MistakeTimeoutAction}},
		{"timeout stays", func(w *Workflow, _ *Registry) { w.States[1].Timeout = &Timeout{time.Hour, "note"} }, []string{MistakeTimeoutStays}},
		{"many at once", func(w *Workflow, _ *Registry) {
			w.Version = -1
			w.Actions[0].Guards = []string{"x"}
			w.Actions[1].To = "nowhere"
		}, []string{MistakeVersion, MistakeUnknownGuard, MistakeUnknownState, MistakeTrap, MistakeTrap, MistakeUnreachable}},
	}
	seen := map[string]bool{}
	for _, test := range tests {
		for _, code := range test.want {
			seen[code] = true
		}
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			w, reg := small(), Registry{}
			test.spoil(&w, &reg)
			m, err := Compile(w, reg)
			require.Equal(t, test.want, codes(t, err))
			require.Equal(t, err == nil, m != nil)
		})
	}
	for _, code := range []string{
		MistakeVersion, MistakeName, MistakeNoStates, MistakeDuplicateState, MistakeKind, MistakeNoInitial,
		MistakeSeveralInitial, MistakeNoFinal, MistakeUnreachable, MistakeTrap, MistakeFinalLeft, MistakeUnknownState,
		MistakeUnknownGuard, MistakeUnknownEffect, MistakeBuiltin, MistakeNilGuard, MistakeNoSource, MistakeDuplicateAction,
		MistakeRepeated, MistakeEmptyRole, MistakeAutomaticAsks, MistakeAutomaticCycle, MistakeNeverFires,
		MistakeTimeoutAfter, MistakeTimeoutAction, MistakeTimeoutStays,
	} {
		require.True(t, seen[code], "no broken workflow for %q", code)
	}
}

func TestAutomaticCycleNamesTheWay(t *testing.T) {
	t.Parallel()
	w := small()
	w.Actions[0].Automatic = true
	w.Actions = append(w.Actions, Action{Name: "back", From: []string{"b"}, To: "a", Automatic: true})
	_, err := Compile(w, Registry{})
	require.ErrorContains(t, err, "a → b → a")
}

// A machine has its own copy: what becomes of the definition afterwards is no
// business of it, and what it hands out is no way into it.
func TestMachineIsApart(t *testing.T) {
	t.Parallel()
	w := small()
	w.States[0].Timeout = &Timeout{time.Hour, "go"}
	w.Actions[0].Effects = []string{EffectReleaseStock}
	m, err := Compile(w, Registry{})
	require.NoError(t, err)
	want := m.Workflow()

	w.Actions[0].To, w.Actions[0].From[0], w.States[0].Timeout.Action = "z", "b", "x"
	got := m.Workflow()
	require.Equal(t, want, got)
	got.Actions[0].Effects[0] = "x"
	state, _ := m.State("a")
	state.Timeout.After = 0
	o := orderIn(m, "a")
	effects, err := m.Fire(o, "go", factsOf(MoneyFacts{})(o))
	require.NoError(t, err)
	effects[0] = "x"
	require.Equal(t, "b", o.Status)
	require.Equal(t, want, m.Workflow())
}

func TestMapStates(t *testing.T) {
	t.Parallel()
	from, to := small(), small()
	to.Version = 2
	to.States = append(to.States, State{Name: "c"})
	require.NoError(t, MapStates(from, to, map[string]string{"a": "a", "b": "c", "z": "z"}))

	tests := []struct {
		name    string
		mapping map[string]string
		want    []string
	}{
		{"nothing", nil, []string{MistakeUnmappedState, MistakeUnmappedState, MistakeUnmappedState}},
		{"one missing", map[string]string{"a": "a", "z": "z"}, []string{MistakeUnmappedState}},
		{"unknown target", map[string]string{"a": "a", "b": "x", "z": "z"}, []string{MistakeUnknownState}},
		{"unknown source", map[string]string{"a": "a", "b": "b", "z": "z", "q": "b"}, []string{MistakeUnknownState}},
		{"closing", map[string]string{"a": "z", "b": "b", "z": "z"}, []string{MistakeFinalMapping}},
		{"reopening", map[string]string{"a": "a", "b": "b", "z": "b"}, []string{MistakeFinalMapping}},
	}
	for _, test := range tests {
		require.Equal(t, test.want, codes(t, MapStates(from, to, test.mapping)), test.name)
	}
}

func TestWorkflows(t *testing.T) {
	t.Parallel()
	build := func(version int, change func(*Workflow)) *Machine {
		w := small()
		w.Version = version
		change(&w)
		m, err := Compile(w, Registry{})
		require.NoError(t, err)
		return m
	}
	same := func(*Workflow) {}
	v1, v2, v10 := build(1, same), build(2, same), build(10, same)
	set, err := NewWorkflows(v10, v1, v2, build(1, func(w *Workflow) { w.States[0].Label = "Reworded" }))
	require.NoError(t, err)

	got, err := set.Pick("small", 2)
	require.NoError(t, err)
	require.Same(t, v2, got)
	got, err = set.Latest("small")
	require.NoError(t, err)
	require.Same(t, v10, got)

	for _, f := range []func() error{
		func() error { _, err := set.Pick("small", 3); return err },
		func() error { _, err := set.Pick("other", 1); return err },
		func() error { _, err := set.Latest("other"); return err },
		func() error { _, err := new(Workflows).Pick("small", 1); return err },
	} {
		var missing *fault.NotFoundError
		require.ErrorAs(t, f(), &missing)
		require.Equal(t, "workflow", missing.Kind)
	}

	_, err = NewWorkflows(v1, build(1, func(w *Workflow) { w.Actions[0].Guards = []string{GuardUnpaid} }))
	var conflict *WorkflowConflictError
	require.ErrorAs(t, err, &conflict)
	require.Equal(t, fault.Rejected, fault.KindOf(err))
	require.NotEqual(t, conflict.Known, conflict.Other)
	require.Contains(t, err.Error(), conflict.Known[:12])
}
