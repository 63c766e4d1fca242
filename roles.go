package oms

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/go-oms/oms/event"
)

// Roles is an Authorizer made of a table: what each role may do, by the names that
// [Permissions] lists. "order.*" is a whole group, "*.read" the same in every group
// and "*" everything. It is plain data: print it, keep it in a file, change a copy
// of [DefaultRoles]. Nobody changes a table that is in use.
//
// An actor may do what any of his roles may. A role that is named like a kind of
// actor, such as "shopper", is that of every actor of the kind and of no others. The
// system may do everything: it is the library's Run, and the host's own code where
// it asks on nobody's behalf.
type Roles map[string][]string

// DefaultRoles returns a table that suits many shops, for a host to change.
func DefaultRoles() Roles {
	roles := Roles{
		"support": {
			"draft.*", "quote.*", "order.reorder", "order.read", "order.place", "order.place_split", "order.price", "order.price_split", "order.enter", "order.cancel", "order.note", "order.act", "payment.read",
			"order.preview_change", "order.open_change", "order.discard_change", "order.hold",
			"claim.*", "return.request", "return.exchange", "return.cancel", "return.review", "return.label", "subscription.*", "company.read", "customer.*", "inventory.available", "inventory.reserve", "inventory.release",
		},
		"warehouse": {"order.read", "order.ship", "order.deliver", "order.note", "return.receive", "return.blind", "return.write_off", "return.track", "shipment.track", "inventory.*"},
		"finance": {
			"order.read", "order.note", "order.capture", "order.refund", "order.hold", "order.approve", "order.reject_hold", "order.release_hold", "payment.read", "payment.confirm", "credit.*", "company.*", "customer.read", "report.run", "books.verify",
		},
		"manager":     {"*"},
		"auditor":     {"*.read", "customer.read_notes", "inventory.available", "report.run", "books.verify", "events.lag", "events.letters"},
		"integration": {"payment.webhook", "shipment.track", "return.track", "inventory.available"},
	}
	for _, p := range Permissions() {
		if p.Shopper {
			roles[string(event.Shopper)] = append(roles[string(event.Shopper)], p.Command)
		}
	}
	return roles
}

// Authorize allows what one of the actor's roles may do. Anything else is a
// *[ForbiddenError] with the roles that would do.
func (r Roles) Authorize(_ context.Context, a event.Actor, command string) error {
	if a.Kind == event.System || a.Kind == "" {
		return nil
	}
	for role, patterns := range r {
		if plays(a, role) && lists(patterns, command) {
			return nil
		}
	}
	who := slices.DeleteFunc(r.Who(command), func(role string) bool {
		return event.ActorKind(role).Known() && event.ActorKind(role) != a.Kind
	})
	return &ForbiddenError{Command: command, Kind: a.Kind, Roles: who}
}

// Who lists the roles that may do something, by name.
func (r Roles) Who(command string) []string {
	var who []string
	for _, role := range slices.Sorted(maps.Keys(r)) {
		if lists(r[role], command) {
			who = append(who, role)
		}
	}
	return who
}

// Check returns an error that names every mistake in the table: what no command is
// called, what shoppers are never allowed, and what has no name. New calls it.
func (r Roles) Check() error {
	var wrong []error
	mistake := func(role, text string) {
		wrong = append(wrong, fmt.Errorf("oms: Roles[%q]: %s", role, text))
	}
	for _, role := range slices.Sorted(maps.Keys(r)) {
		switch role {
		case "":
			mistake(role, "a role needs a name")
		case string(event.System):
			mistake(role, "the system may do everything as it is")
		}
		for _, pattern := range r[role] {
			all, forShoppers := matching(pattern)
			switch {
			case all == 0:
				mistake(role, fmt.Sprintf("%q is no command, see Permissions", pattern))
			case role == string(event.Shopper) && forShoppers == 0:
				mistake(role, fmt.Sprintf("%q is not for shoppers", pattern))
			}
		}
	}
	return errors.Join(wrong...)
}

// plays reports whether the actor has the role, by his kind or by name.
func plays(a event.Actor, role string) bool {
	if kind := event.ActorKind(role); kind.Known() {
		return a.Kind == kind
	}
	return a.Has(role)
}

// lists reports whether one of the patterns is about the command.
func lists(patterns []string, command string) bool {
	return slices.ContainsFunc(patterns, func(p string) bool { return means(p, command) })
}

func means(pattern, command string) bool {
	if pattern == "*" || pattern == command {
		return true
	}
	group, act, _ := strings.Cut(command, ".")
	if all, ok := strings.CutSuffix(pattern, ".*"); ok {
		return all == group
	}
	same, ok := strings.CutPrefix(pattern, "*.")
	return ok && same == act
}

// matching counts the commands that a pattern is about, and those for shoppers among
// them.
func matching(pattern string) (all, forShoppers int) {
	for _, p := range Permissions() {
		if means(pattern, p.Command) {
			all++
			if p.Shopper {
				forShoppers++
			}
		}
	}
	return all, forShoppers
}
