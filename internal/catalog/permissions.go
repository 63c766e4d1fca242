package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/go-oms/oms"
)

// permissionsPage is docs/permissions.md.
func permissionsPage() string {
	var b strings.Builder
	b.WriteString("# Permissions\n\n" + generated + "\n")
	for _, p := range permissionProse {
		b.WriteString(wrap(p) + "\n\n")
	}
	b.WriteString("```go\n" + clerksCode + "```\n\n")
	b.WriteString(wrap("Run asks once, as `shop.run`, and only an actor of all tenants may have it run. What it then does it does as the system, and nobody is "+
		"asked. Carts are the host's: `inventory.reserve` and `inventory.release` believe the id of a cart that they are told, so that the host hands over none "+
		"but the shopper's own.") + "\n\n")
	roles := oms.DefaultRoles()
	names := slices.Sorted(maps.Keys(roles))
	b.WriteString("## The built-in roles\n\n" + wrap("`oms.DefaultRoles`, command by command. The system may do everything.") + "\n\n")
	fmt.Fprintf(&b, "| command | asked for by | %s |\n|---|---|%s\n", strings.Join(names, " | "), strings.Repeat(":-:|", len(names)))
	for _, p := range oms.Permissions() {
		who := roles.Who(p.Command)
		fmt.Fprintf(&b, "| `%s` | %s |", p.Command, quoted(p.Methods))
		for _, name := range names {
			mark := " "
			if slices.Contains(who, name) {
				mark = " ✓ "
			}
			b.WriteString(mark + "|")
		}
		b.WriteString("\n")
	}
	return b.String()
}

// permissionProse says what the table means.
var permissionProse = []string{
	"Whoever asks is an `event.Actor`: a kind, an id of the host's, roles, and the tenant that he belongs to. The host has authenticated him and derives " +
		"a client for him, `shop.Tenant(\"acme\").As(actor)`, for each request. Whatever is asked of that client, a command or a read, is decided in this order:",
	"1. An actor who belongs to another tenant is refused. He belongs to the tenant of the client that `As` was called on, unless his `Tenant` names one; " +
		"`event.AnyTenant` is for those who work for all. The system may work everywhere.",
	"2. A shopper is refused what shoppers never do, whatever his roles and the authorizer say: everything without a mark in the column below.",
	"3. `Config.Authorizer` is asked, exactly once, by the name of the command. It may be a table of roles, `oms.Roles`, or anything else with one method. " +
		"Without one everything is allowed.",
	"4. What a shopper may do he may do with what is his own; members who see all orders of a [company](companies.md) read those, too. Orders, payments, addresses and customers that are not are not found: with the same error, " +
		"word for word, and after the same reads as for an id that does not exist. What is in another tenant does not exist.",
	"Refused before anything was read is a `*oms.ForbiddenError`: it names the command, the actor's kind, and the roles that would do. Nothing is written.",
	"A table of roles is data. A name stands for one command, `order.*` for a group, `*.read` for the same in every group and `*` for everything; `oms.New` " +
		"names every entry that no command has. A role named like a kind, `shopper`, `staff` or `integration`, is that of every actor of that kind and of no " +
		"others; all other roles are those in `Actor.Roles`. The steps of an order's workflow have roles of their own, beside `order.act`: see [workflow.md](workflow.md).",
}

// clerksCode is a function of the guides' tests.
const clerksCode = `// clerks is the built-in table with a role more, and with one that may do less.
func clerks() oms.Roles {
	roles := oms.DefaultRoles()
	roles["clerk"] = append(roles["support"], "order.ship", "return.receive")
	roles["finance"] = []string{"order.read", "payment.*", "report.run"}
	return roles
}
`
