package order

import (
	"slices"
	"time"

	"github.com/google/uuid"
)

// Holds is a set of types of hold that was checked. It is the one place where holds
// are opened and resolved. A Holds does not change and is safe for concurrent use, if
// the host's rules are. Its methods work on the order they are given, so pass a clone
// ([Order.Clone]) and drop it when an error comes back.
//
// A hold whose type is not in the set any more blocks everything that can be blocked,
// and everybody may release it.
type Holds struct {
	types []HoldType
	rules map[string]HoldRule
}

// OpenBy reports whether any type of hold is opened by the rule.
func (h *Holds) OpenBy(rule string) bool {
	return slices.ContainsFunc(h.types, func(t HoldType) bool { return t.Opens.OnPlace == rule || t.Opens.OnChange == rule })
}

// HoldRegistry gives meaning to the names in types of hold.
type HoldRegistry struct {
	// Rules are the host's own, beside the built-in ones, which cannot be replaced.
	Rules map[string]HoldRule
	// Workflows are the ones that orders follow: holds block their actions.
	Workflows []Workflow
}

// CompileHolds checks types of hold. The check is complete: a *[HoldTypesError] has
// every mistake.
func CompileHolds(types []HoldType, reg HoldRegistry) (*Holds, error) {
	if err := checkHoldTypes(types, reg); err != nil {
		return nil, err
	}
	h := &Holds{types: slices.Clone(types), rules: reg.rules()}
	for i := range h.types {
		h.types[i] = h.types[i].clone()
	}
	return h, nil
}

func (t HoldType) clone() HoldType {
	t.Scopes, t.Blocks = slices.Clone(t.Scopes), slices.Clone(t.Blocks)
	t.Opens.After, t.Opens.Roles = slices.Clone(t.Opens.After), slices.Clone(t.Opens.Roles)
	t.Releases.Roles, t.Tiers = slices.Clone(t.Releases.Roles), slices.Clone(t.Tiers)
	for i := range t.Tiers {
		t.Tiers[i].Roles = slices.Clone(t.Tiers[i].Roles)
	}
	return t
}

// Types returns a copy of the types, in the order they were listed.
func (h *Holds) Types() []HoldType {
	types := slices.Clone(h.types)
	for i := range types {
		types[i] = types[i].clone()
	}
	return types
}

// Check returns a *[HeldError] with every hold that blocks what is asked for, or nil.
// What is an action of the workflow, [BlockChange] or [BlockCapture]. Units are the
// lines that it is about, if it is about units: holds on other lines do not block it.
// A hold on a fulfilment order is one on the lines that asks says it asks for. A hold
// whose time has come by now blocks nothing, released or not.
func (h *Holds) Check(o *Order, what string, units []uuid.UUID, asks func(fulfillment uuid.UUID) []uuid.UUID, now time.Time) error {
	var found []Held
	for i := range o.Holds {
		hold := &o.Holds[i]
		if hold.InForce() && !hold.lapsed(now) && h.of(hold).blocks(what) && hold.touches(units, asks) {
			found = append(found, h.held(hold))
		}
	}
	if len(found) == 0 {
		return nil
	}
	return &HeldError{OrderID: o.ID, Action: what, Holds: found}
}

// touches reports whether a hold is on the whole order or on one of the lines.
func (h *Hold) touches(units []uuid.UUID, asks func(uuid.UUID) []uuid.UUID) bool {
	switch h.Scope {
	case HoldsLine:
		return slices.Contains(units, h.Target)
	case HoldsFulfillment:
		return slices.ContainsFunc(asks(h.Target), func(line uuid.UUID) bool { return slices.Contains(units, line) })
	default:
		return true
	}
}

// held says who may lift a hold.
func (h *Holds) held(hold *Hold) Held {
	t := h.of(hold)
	held := Held{ID: hold.ID, Type: hold.Type, Scope: hold.Scope, Target: hold.Target, Status: hold.Status}
	if next := t.next(hold); next != nil && hold.Status == HoldOpen {
		held.Roles = next.Roles
	} else {
		held.Roles = t.Releases.Roles
	}
	held.Roles = slices.Clone(held.Roles)
	return held
}

// next returns the tier that is to approve, or nil when none is left.
func (t *HoldType) next(hold *Hold) *HoldTier {
	if n := len(hold.Approvals); n < len(t.Tiers) {
		return &t.Tiers[n]
	}
	return nil
}

// named returns the type with that code, or nil.
func (h *Holds) named(code string) *HoldType {
	if i := slices.IndexFunc(h.types, func(t HoldType) bool { return t.Code == code }); i >= 0 {
		return &h.types[i]
	}
	return nil
}

// of returns the type of a hold: for one that is not configured any more, one that
// blocks everything.
func (h *Holds) of(hold *Hold) *HoldType {
	if t := h.named(hold.Type); t != nil {
		return t
	}
	return &HoldType{Code: hold.Type, Blocks: []string{BlockAll}, Scopes: []HoldScope{hold.Scope}}
}
