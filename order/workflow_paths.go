package order

import (
	"slices"
	"strings"
)

// paths reports states that cannot be reached and states that cannot be left for
// a final one. Guards are taken to allow everything.
func (c *workflowCheck) paths() {
	forth, back := map[string][]string{}, map[string][]string{}
	for i := range c.w.Actions {
		a := &c.w.Actions[i]
		for _, from := range a.From {
			to := a.leads(from)
			if c.states[from] != nil && c.states[to] != nil {
				forth[from] = append(forth[from], to)
				back[to] = append(back[to], from)
			}
		}
	}
	reached, ending := map[string]bool{}, map[string]bool{}
	var anyInitial, anyFinal bool
	for i := range c.w.States {
		switch s := &c.w.States[i]; s.Kind {
		case Initial:
			anyInitial = true
			walk(forth, s.Name, reached)
		case Final:
			anyFinal = true
			walk(back, s.Name, ending)
		}
	}
	for i := range c.w.States {
		s := &c.w.States[i]
		if c.states[s.Name] != s {
			continue
		}
		if anyInitial && !reached[s.Name] {
			c.mistakes.add(MistakeUnreachable, stateAt(s.Name), "cannot be reached from the initial state")
		}
		if anyFinal && !ending[s.Name] {
			c.mistakes.add(MistakeTrap, stateAt(s.Name), "leads to no final state")
		}
	}
}

// walk marks everything that can be reached from a place, itself included.
func walk(next map[string][]string, from string, seen map[string]bool) {
	open := []string{from}
	for len(open) > 0 {
		at := open[len(open)-1]
		open = open[:len(open)-1]
		if !seen[at] {
			seen[at] = true
			open = append(open, next[at]...)
		}
	}
}

// forestalled reports automatic actions that never fire: whenever their guards
// allow them, those of one listed earlier allow it too.
func (c *workflowCheck) forestalled() {
	for i := range c.w.States {
		s := &c.w.States[i]
		if c.states[s.Name] != s {
			continue
		}
		earlier := c.automatic(s.Name)
		for j, later := range earlier {
			k := slices.IndexFunc(earlier[:j], func(a *Action) bool { return a.Name != later.Name && subset(a.Guards, later.Guards) })
			if k >= 0 {
				c.mistakes.add(MistakeNeverFires, actionAt(later.Name),
					"never fires in %q: %q is listed before it and needs no more", s.Name, earlier[k].Name)
			}
		}
	}
}

func subset(part, whole []string) bool {
	return !slices.ContainsFunc(part, func(s string) bool { return !slices.Contains(whole, s) })
}

// automatic returns the automatic actions that start in the state.
func (c *workflowCheck) automatic(state string) []*Action {
	var list []*Action
	for i := range c.w.Actions {
		if a := &c.w.Actions[i]; a.Automatic && slices.Contains(a.From, state) {
			list = append(list, a)
		}
	}
	return list
}

// cycles reports chains of automatic actions that come back to where they began,
// each once. Guards do not excuse one: what they say may stay the same.
func (c *workflowCheck) cycles() {
	done := map[string]bool{}
	var path []string
	var visit func(state string)
	visit = func(state string) {
		if i := slices.Index(path, state); i >= 0 {
			loop := append(slices.Clone(path[i:]), state)
			c.mistakes.add(MistakeAutomaticCycle, stateAt(state), "automatic actions lead back to it: %s", strings.Join(loop, " → "))
			return
		}
		if done[state] {
			return
		}
		path = append(path, state)
		for _, a := range c.automatic(state) {
			if to := a.leads(state); c.states[to] != nil {
				visit(to)
			}
		}
		path = path[:len(path)-1]
		done[state] = true
	}
	for i := range c.w.States {
		visit(c.w.States[i].Name)
	}
}
