package order

import (
	"fmt"
	"strings"

	"github.com/go-oms/oms/fault"
)

// WorkflowError reports every mistake found in a workflow. Its kind is
// fault.Rejected.
type WorkflowError struct {
	ID       string
	Version  int
	Mistakes []Mistake // at least one, in order of the definition
}

func (e *WorkflowError) Error() string {
	texts := make([]string, len(e.Mistakes))
	for i, m := range e.Mistakes {
		texts[i] = m.String()
	}
	return fmt.Sprintf("workflow %q version %d: %s", e.ID, e.Version, strings.Join(texts, "; "))
}

// Fault returns fault.Rejected.
func (e *WorkflowError) Fault() fault.Kind { return fault.Rejected }

// Mistake is one mistake in a workflow.
type Mistake struct {
	Code    string // one of the Mistake… codes
	Where   string // such as `state "pending"` or `action "ship"`
	Message string
}

// String returns "where: message".
func (m Mistake) String() string { return m.Where + ": " + m.Message }

// The codes of mistakes.
const (
	MistakeVersion         = "version"          // not 1 or more
	MistakeName            = "name"             // empty, too long, or with other characters than allowed
	MistakeNoStates        = "no_states"        // no state is declared
	MistakeDuplicateState  = "duplicate_state"  // a state is declared twice
	MistakeKind            = "kind"             // an unknown kind of state
	MistakeNoInitial       = "no_initial"       // no state is initial
	MistakeSeveralInitial  = "several_initial"  // more than one state is initial
	MistakeNoFinal         = "no_final"         // no state is final
	MistakeUnreachable     = "unreachable"      // no path leads to the state from the initial one
	MistakeTrap            = "trap"             // no path leads from the state to a final one
	MistakeFinalLeft       = "final_left"       // an action leads out of a final state
	MistakeUnknownState    = "unknown_state"    // an action or a mapping names a state that is not declared
	MistakeUnknownGuard    = "unknown_guard"    // neither built in nor in the registry
	MistakeUnknownEffect   = "unknown_effect"   // neither built in nor in the registry
	MistakeBuiltin         = "builtin"          // the registry redefines a built-in name
	MistakeNilGuard        = "nil_guard"        // the registry names a guard and has none
	MistakeNoSource        = "no_source"        // the action starts in no state
	MistakeDuplicateAction = "duplicate_action" // the same action twice from one state
	MistakeRepeated        = "repeated"         // a guard, effect or role listed twice
	MistakeEmptyRole       = "empty_role"       // a role without a name
	MistakeAutomaticAsks   = "automatic_asks"   // an automatic action with roles or a reason: nobody asks for it
	MistakeAutomaticCycle  = "automatic_cycle"  // automatic actions that could fire one another for ever
	MistakeNeverFires      = "never_fires"      // an automatic action that an earlier one always forestalls
	MistakeTimeoutAfter    = "timeout_after"    // a timeout of no time
	MistakeTimeoutAction   = "timeout_action"   // a timeout with an action not possible in the state
	MistakeTimeoutStays    = "timeout_stays"    // a timeout that would strike again and again
	MistakeUnmappedState   = "unmapped_state"   // see [MapStates]
	MistakeFinalMapping    = "final_mapping"    // see [MapStates]

	// Those of types of hold.
	MistakeDuplicateHold = "duplicate_hold" // a type is declared twice
	MistakeUnknownHold   = "unknown_hold"   // a type follows one that is not declared
	MistakeHoldCycle     = "hold_cycle"     // types that could open one another for ever
	MistakeHoldScope     = "hold_scope"     // an unknown scope
	MistakeHoldsNothing  = "holds_nothing"  // a type that blocks nothing
	MistakeUnknownAction = "unknown_action" // neither an action that somebody asks for in a workflow nor one of Block…
	MistakeHoldsFact     = "holds_fact"     // a fact is not blocked
	MistakeUnknownRule   = "unknown_rule"   // neither built in nor in the registry
	MistakeNilRule       = "nil_rule"       // the registry names a rule and has none
	MistakeHoldAfter     = "hold_after"     // a release after less than no time
	MistakeTier          = "tier"           // a tier without roles, or named twice
	MistakeRejectBlocked = "reject_blocked" // a rejection that takes an action which its own type blocks
)

type mistakes []Mistake

func (m *mistakes) add(code, where, format string, args ...any) {
	*m = append(*m, Mistake{Code: code, Where: where, Message: fmt.Sprintf(format, args...)})
}

func (m mistakes) err(w Workflow) error {
	if len(m) == 0 {
		return nil
	}
	return &WorkflowError{ID: w.ID, Version: w.Version, Mistakes: m}
}

// WorkflowConflictError reports two different workflows with the same id and
// version. Its kind is fault.Rejected: give the changed one a new version.
type WorkflowConflictError struct {
	ID      string
	Version int
	// The fingerprints of the two.
	Known, Other string
}

func (e *WorkflowConflictError) Error() string {
	return fmt.Sprintf("workflow %q version %d exists with other content (%.12s, not %.12s): a change needs a new version",
		e.ID, e.Version, e.Known, e.Other)
}

// Fault returns fault.Rejected.
func (e *WorkflowConflictError) Fault() fault.Kind { return fault.Rejected }
