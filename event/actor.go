package event

import "slices"

// ActorKind says what sort of party an actor is.
type ActorKind string

// The kinds of actor. Shopper commands are answered only about the shopper's
// own orders; system is the library's own Run.
const (
	System      ActorKind = "system"
	Staff       ActorKind = "staff"
	Shopper     ActorKind = "shopper"
	Integration ActorKind = "integration"
)

// Actor is the party that asks. The host authenticates it; the library records
// it and asks the host's authorizer about it. The zero Actor is the system.
type Actor struct {
	Kind  ActorKind
	ID    string // the host's id of the party; never a name or an email
	Roles []string
}

// Has reports whether the actor carries the role.
func (a Actor) Has(role string) bool { return slices.Contains(a.Roles, role) }

// String returns "kind" or "kind:id".
func (a Actor) String() string {
	kind := a.Kind
	if kind == "" {
		kind = System
	}
	if a.ID == "" {
		return string(kind)
	}
	return string(kind) + ":" + a.ID
}
