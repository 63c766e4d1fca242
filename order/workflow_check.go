package order

import (
	"fmt"
	"slices"
	"strings"
)

// workflowCheck collects the mistakes of one workflow.
type workflowCheck struct {
	w        Workflow
	mistakes mistakes
	states   map[string]*State // the first of each name
	guards   map[string]Guard
	effects  map[string]bool
	seen     map[edge]bool
}

// checkWorkflow returns a *WorkflowError with every mistake in the workflow, or nil.
func checkWorkflow(w Workflow, reg Registry) error {
	c := &workflowCheck{
		w: w, states: make(map[string]*State, len(w.States)), guards: reg.guards(),
		effects: make(map[string]bool), seen: make(map[edge]bool),
	}
	if !isName(w.ID) {
		c.mistakes.add(MistakeName, "workflow", "%q cannot be its id: want %s", w.ID, nameRule)
	}
	if w.Version < 1 {
		c.mistakes.add(MistakeVersion, "workflow", "%d cannot be its version: want 1 or more", w.Version)
	}
	c.registry(reg)
	c.listStates()
	for i := range w.Actions {
		c.action(&w.Actions[i])
	}
	c.timeouts()
	c.paths()
	c.forestalled()
	c.cycles()
	return c.mistakes.err(w)
}

const nameRule = "a letter, then letters, digits and underscores, at most 64"

func isName(s string) bool {
	if s == "" || len(s) > 64 {
		return false
	}
	for i, r := range []byte(s) {
		letter := r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z'
		if !letter && (i == 0 || r != '_' && (r < '0' || r > '9')) {
			return false
		}
	}
	return true
}

func (c *workflowCheck) registry(reg Registry) {
	builtin := BuiltinGuards()
	names := make([]string, 0, len(reg.Guards))
	for name := range reg.Guards {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		where := fmt.Sprintf("registry guard %q", name)
		switch {
		case builtin[name] != nil:
			c.mistakes.add(MistakeBuiltin, where, "is built in and cannot be replaced: take another name")
		case !isName(name):
			c.mistakes.add(MistakeName, where, "cannot be a name: want %s", nameRule)
		case reg.Guards[name] == nil:
			c.mistakes.add(MistakeNilGuard, where, "has no function")
		}
	}
	for _, name := range builtinEffects() {
		c.effects[name] = true
	}
	for _, name := range reg.Effects {
		where := fmt.Sprintf("registry effect %q", name)
		switch {
		case slices.Contains(builtinEffects(), name):
			c.mistakes.add(MistakeBuiltin, where, "is built in and cannot be replaced: take another name")
		case !isName(name):
			c.mistakes.add(MistakeName, where, "cannot be a name: want %s", nameRule)
		}
		c.effects[name] = true
	}
}

func (c *workflowCheck) listStates() {
	if len(c.w.States) == 0 {
		c.mistakes.add(MistakeNoStates, "workflow", "has no states")
		return
	}
	var initial, final []string
	for i := range c.w.States {
		s := &c.w.States[i]
		where := stateAt(s.Name)
		if !isName(s.Name) {
			c.mistakes.add(MistakeName, where, "cannot be a name: want %s", nameRule)
		}
		if c.states[s.Name] != nil {
			c.mistakes.add(MistakeDuplicateState, where, "is declared twice")
			continue
		}
		c.states[s.Name] = s
		switch s.Kind {
		case Initial:
			initial = append(initial, s.Name)
		case Final:
			final = append(final, s.Name)
		case Normal, "":
		default:
			c.mistakes.add(MistakeKind, where, "has the kind %q: want initial, normal or final", s.Kind)
		}
	}
	switch {
	case len(initial) == 0:
		c.mistakes.add(MistakeNoInitial, "workflow", "has no initial state")
	case len(initial) > 1:
		c.mistakes.add(MistakeSeveralInitial, "workflow", "has several initial states: %s", strings.Join(initial, ", "))
	}
	if len(final) == 0 {
		c.mistakes.add(MistakeNoFinal, "workflow", "has no final state")
	}
}

func (c *workflowCheck) action(a *Action) {
	where := actionAt(a.Name)
	if !isName(a.Name) {
		c.mistakes.add(MistakeName, where, "cannot be a name: want %s", nameRule)
	}
	if len(a.From) == 0 {
		c.mistakes.add(MistakeNoSource, where, "starts in no state")
	}
	if a.To != "" && c.states[a.To] == nil {
		c.mistakes.add(MistakeUnknownState, where, "leads to %q, which is not a state", a.To)
	}
	for _, from := range a.From {
		c.source(a, from)
	}
	c.names(where, "guard", a.Guards, MistakeUnknownGuard, func(s string) bool { _, ok := c.guards[s]; return ok })
	c.names(where, "effect", a.Effects, MistakeUnknownEffect, func(s string) bool { return c.effects[s] })
	c.names(where, "role", a.Roles, MistakeEmptyRole, func(s string) bool { return strings.TrimSpace(s) != "" })
	if a.Automatic && (len(a.Roles) > 0 || a.ReasonRequired) {
		c.mistakes.add(MistakeAutomaticAsks, where, "is automatic: nobody asks for it, so it can want no role and no reason")
	}
}

func (c *workflowCheck) source(a *Action, from string) {
	where := actionAt(a.Name)
	state := c.states[from]
	if state == nil {
		c.mistakes.add(MistakeUnknownState, where, "starts in %q, which is not a state", from)
		return
	}
	if c.seen[edge{from, a.Name}] {
		c.mistakes.add(MistakeDuplicateAction, where, "starts in %q twice: give the other way another name", from)
	}
	c.seen[edge{from, a.Name}] = true
	if state.Kind == Final && a.leads(from) != from {
		c.mistakes.add(MistakeFinalLeft, where, "leads from %q, which is final, to %q", from, a.To)
	}
}

func (c *workflowCheck) names(where, what string, list []string, code string, known func(string) bool) {
	for i, name := range list {
		if !known(name) {
			c.mistakes.add(code, where, "lists the %s %q, which is unknown", what, name)
		}
		if slices.Contains(list[:i], name) {
			c.mistakes.add(MistakeRepeated, where, "lists the %s %q twice", what, name)
		}
	}
}

func (c *workflowCheck) timeouts() {
	for i := range c.w.States {
		s := &c.w.States[i]
		if s.Timeout == nil {
			continue
		}
		where := stateAt(s.Name)
		if s.Timeout.After <= 0 {
			c.mistakes.add(MistakeTimeoutAfter, where, "has a timeout after %s: want more than zero", s.Timeout.After)
		}
		a := c.from(s.Name, s.Timeout.Action)
		switch {
		case a == nil:
			c.mistakes.add(MistakeTimeoutAction, where, "has a timeout with the action %q, which does not start in it", s.Timeout.Action)
		case a.leads(s.Name) == s.Name:
			c.mistakes.add(MistakeTimeoutStays, where, "has a timeout with the action %q, which does not leave it", s.Timeout.Action)
		}
	}
}

// from returns the action of that name that starts in the state, or nil.
func (c *workflowCheck) from(state, action string) *Action {
	for i := range c.w.Actions {
		if a := &c.w.Actions[i]; a.Name == action && slices.Contains(a.From, state) {
			return a
		}
	}
	return nil
}

func stateAt(name string) string  { return fmt.Sprintf("state %q", name) }
func actionAt(name string) string { return fmt.Sprintf("action %q", name) }
