package order

import (
	"fmt"
	"strings"

	"github.com/google/uuid"

	"github.com/go-oms/oms/fault"
)

// Held is a hold that blocks something, and who may lift it.
type Held struct {
	ID     uuid.UUID
	Type   string
	Scope  HoldScope
	Target uuid.UUID
	Status HoldStatus
	// Roles are who may release it, or approve next: actors with any of them. Empty
	// is everybody.
	Roles []string
}

// String names the hold and who may lift it.
func (h Held) String() string {
	on := ""
	if h.Scope != HoldsOrder {
		on = fmt.Sprintf(" on %s %s", h.Scope, h.Target)
	}
	return fmt.Sprintf("hold %s (%s, %s)%s, which %s may lift", h.ID, h.Type, h.Status, on, whoMay(h.Roles))
}

// HeldError reports what holds block. Its kind is fault.Rejected: ask again once they
// are released.
type HeldError struct {
	OrderID uuid.UUID
	Action  string // of the workflow, or BlockChange or BlockCapture
	Holds   []Held // at least one
}

func (e *HeldError) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "order %s: %s is blocked by ", e.OrderID, e.Action)
	for i, h := range e.Holds {
		if i > 0 {
			b.WriteString(" and ")
		}
		b.WriteString(h.String())
	}
	return b.String()
}

// Fault returns fault.Rejected.
func (e *HeldError) Fault() fault.Kind { return fault.Rejected }

// HoldRoleError reports an actor who may not do that with a hold of the type. Its kind
// is fault.Rejected.
type HoldRoleError struct {
	Type  string
	Asked string   // "open", "release", "reject" or "approve"
	Roles []string // who may: actors with any of them; empty is nobody by hand
	Tier  string   // the tier that is to approve, where that was asked
}

func (e *HoldRoleError) Error() string {
	who := "nobody: its tiers approve it"
	if len(e.Roles) > 0 {
		who = whoMay(e.Roles)
	}
	text := fmt.Sprintf("hold %s: the actor may not %s it; who may: %s", e.Type, e.Asked, who)
	if e.Tier != "" {
		text += " for tier " + e.Tier
	}
	return text
}

// Fault returns fault.Rejected.
func (e *HoldRoleError) Fault() fault.Kind { return fault.Rejected }

// HoldThereError reports a hold that cannot be opened, since one of its type is in
// force there. Its kind is fault.Rejected.
type HoldThereError struct {
	Hold   uuid.UUID // the one that is there
	Type   string
	Status HoldStatus
}

func (e *HoldThereError) Error() string {
	return fmt.Sprintf("hold %s of type %s is there and %s: one of a type can be in force on one target", e.Hold, e.Type, e.Status)
}

// Fault returns fault.Rejected.
func (e *HoldThereError) Fault() fault.Kind { return fault.Rejected }

// HoldOverError reports a hold that was resolved before. Its kind is fault.Rejected.
type HoldOverError struct {
	Hold   uuid.UUID
	Status HoldStatus
	Asked  string
}

func (e *HoldOverError) Error() string {
	return fmt.Sprintf("hold %s is %s: there is nothing to %s", e.Hold, e.Status, e.Asked)
}

// Fault returns fault.Rejected.
func (e *HoldOverError) Fault() fault.Kind { return fault.Rejected }

// ApprovalError reports somebody who has the role and all the same may not approve.
// Its kind is fault.Rejected.
type ApprovalError struct {
	Hold uuid.UUID
	Tier string // the tier that is to approve; empty where the type has none
	Code string // one of the Approval… codes
}

// The codes of approvals that are refused.
const (
	ApprovalByRequester = "requester"  // who placed the order, or opened the hold, asks for it
	ApprovalTwice       = "same_actor" // the actor has approved for another tier
	ApprovalNoTiers     = "no_tiers"   // the type is released, not approved
	ApprovalNobody      = "nobody"     // the actor has no id, so that nobody can tell who it was
)

func (e *ApprovalError) Error() string {
	why := map[string]string{
		ApprovalByRequester: "who asks for an approval cannot give it",
		ApprovalTwice:       "one person cannot approve for two tiers",
		ApprovalNoTiers:     "its type has no tiers: release it",
		ApprovalNobody:      "an approval is given by a person: an actor with an id",
	}[e.Code]
	return fmt.Sprintf("hold %s: %s", e.Hold, why)
}

// Fault returns fault.Rejected.
func (e *ApprovalError) Fault() fault.Kind { return fault.Rejected }

// HoldTypesError reports every mistake found in a set of types of hold. Its kind is
// fault.Rejected.
type HoldTypesError struct {
	Mistakes []Mistake // at least one, in order of the definition
}

func (e *HoldTypesError) Error() string {
	texts := make([]string, len(e.Mistakes))
	for i, m := range e.Mistakes {
		texts[i] = m.String()
	}
	return "holds: " + strings.Join(texts, "; ")
}

// Fault returns fault.Rejected.
func (e *HoldTypesError) Fault() fault.Kind { return fault.Rejected }

func whoMay(roles []string) string {
	if len(roles) == 0 {
		return "anybody of the staff"
	}
	return "an actor with the role " + strings.Join(roles, " or ")
}
