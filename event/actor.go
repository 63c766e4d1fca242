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

// Known reports whether it is one of the kinds above.
func (k ActorKind) Known() bool {
	switch k {
	case System, Staff, Shopper, Integration:
		return true
	default:
		return false
	}
}

// AnyTenant is the Tenant of an actor who works for all of them, such as the
// staff of the house that runs the shops.
const AnyTenant = "*"

// Actor is the party that asks. The host authenticates it; the library records
// it and asks the host's authorizer about it. The zero Actor is the system.
type Actor struct {
	Kind  ActorKind
	ID    string // the host's id of the party; never a name or an email
	Roles []string
	// Tenant is the one that the actor belongs to. A shop that is bound to an actor
	// fills it in where it is empty; an actor of another tenant is refused there,
	// unless it is AnyTenant or the system.
	Tenant string
}

// Has reports whether the actor carries the role.
func (a Actor) Has(role string) bool { return slices.Contains(a.Roles, role) }

// WorksFor reports whether the actor may be active in a tenant: the system and
// actors of AnyTenant in every one, all others in their own.
func (a Actor) WorksFor(tenant string) bool {
	return a.Kind == System || a.Kind == "" || a.Tenant == AnyTenant || a.Tenant == tenant
}

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
