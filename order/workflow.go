package order

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"time"
)

// Workflow is the life of an order as data: the states it can be in and the
// actions that lead from one to the next. [Compile] checks it completely and
// makes the [Machine] that runs it.
//
// ID and Version name it. An order is pinned to both when it starts, so a changed
// workflow needs a new version; [Workflows] keeps the old ones at hand.
//
// The order of Actions counts in one place: of several automatic actions that are
// possible in a state, the first listed is taken.
type Workflow struct {
	ID      string   `json:"id"`
	Version int      `json:"version"` // from 1
	States  []State  `json:"states"`
	Actions []Action `json:"actions"`
}

// State is one state of a workflow.
type State struct {
	Name  string    `json:"name"`            // a letter, then letters, digits and underscores; at most 64
	Label string    `json:"label,omitempty"` // for people; the name when empty
	Kind  StateKind `json:"kind,omitempty"`
	// Timeout is what happens to an order that stays here too long; nil is nothing.
	Timeout *Timeout `json:"timeout,omitempty"`
}

// StateKind says what part a state plays.
type StateKind string

// The kinds of state. The zero StateKind means Normal.
const (
	Initial StateKind = "initial" // where orders start: exactly one
	Normal  StateKind = "normal"
	// Final is where orders end. No action leads from a final state to another
	// one, but actions that stay in it are allowed: a completed order can still
	// be returned, refunded and remarked upon.
	Final StateKind = "final"
)

// Timeout is an action asked for by the system once an order has been in a state
// for the time After. Its guards are asked as always.
type Timeout struct {
	After  time.Duration // more than zero; in JSON a text such as "72h"
	Action string        // must lead from the state to another one
}

// clone returns a copy that shares nothing.
func (w Workflow) clone() Workflow {
	w.States = slices.Clone(w.States)
	for i := range w.States {
		if t := w.States[i].Timeout; t != nil {
			c := *t
			w.States[i].Timeout = &c
		}
	}
	w.Actions = slices.Clone(w.Actions)
	for i := range w.Actions {
		a := &w.Actions[i]
		a.From, a.Guards = slices.Clone(a.From), slices.Clone(a.Guards)
		a.Effects, a.Roles = slices.Clone(a.Effects), slices.Clone(a.Roles)
	}
	return w
}

// Fingerprint returns a digest of everything in the workflow that decides: two
// workflows with the same one behave alike. Labels do not count, so they can be
// reworded without a new version.
func (w Workflow) Fingerprint() string {
	w = w.clone()
	for i := range w.States {
		s := &w.States[i]
		s.Label, s.Kind = "", s.Kind.orNormal()
	}
	for i := range w.Actions {
		w.Actions[i].Label = ""
	}
	data, err := json.Marshal(w)
	if err != nil { // strings, numbers and slices of them always have a JSON form
		panic(fmt.Sprintf("order: workflow without a JSON form: %v", err))
	}
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

func (k StateKind) orNormal() StateKind {
	if k == "" {
		return Normal
	}
	return k
}

// MapStates checks a plan to move orders from one workflow to another: mapping
// must name a state of to for every state of from, and nothing else, and must
// neither reopen nor close orders, since no effect would run. The error is a
// *[WorkflowError] with every mistake.
func MapStates(from, to Workflow, mapping map[string]string) error {
	var mistakes mistakes
	target := make(map[string]State, len(to.States))
	for _, s := range to.States {
		target[s.Name] = s
	}
	known := make(map[string]bool, len(from.States))
	for _, s := range from.States {
		known[s.Name] = true
		name, mapped := mapping[s.Name]
		next, declared := target[name]
		where := fmt.Sprintf("state %q", s.Name)
		switch {
		case !mapped:
			mistakes.add(MistakeUnmappedState, where, "no state is given for it")
		case !declared:
			mistakes.add(MistakeUnknownState, where, "is mapped to %q, which is not a state of %s version %d", name, to.ID, to.Version)
		case (s.Kind == Final) != (next.Kind == Final):
			mistakes.add(MistakeFinalMapping, where, "is mapped to %q, but only one of the two is final", name)
		}
	}
	var unknown []string
	for name := range mapping {
		if !known[name] {
			unknown = append(unknown, name)
		}
	}
	slices.Sort(unknown)
	for _, name := range unknown {
		mistakes.add(MistakeUnknownState, fmt.Sprintf("state %q", name), "is not a state of %s version %d", from.ID, from.Version)
	}
	return mistakes.err(to)
}
