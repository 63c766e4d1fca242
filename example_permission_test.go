package oms_test

import (
	"context"
	"errors"
	"fmt"

	"github.com/google/uuid"

	"github.com/go-oms/oms"
	"github.com/go-oms/oms/event"
	"github.com/go-oms/oms/fault"
	"github.com/go-oms/oms/storage/memory"
)

// A table of roles says what the staff may do. What somebody may not ask for says who
// may.
func ExampleRoles() {
	ctx := context.Background()
	shop := exampleShop(func(cfg *oms.Config) { cfg.Authorizer = oms.DefaultRoles() })
	o := paidTees(shop, 1)

	jo := shop.As(event.Actor{Kind: event.Staff, ID: "jo", Roles: []string{"support"}})
	must(jo.AddNote(ctx, o.ID, oms.Note{Text: "He called."}))
	_, err := jo.Refund(ctx, o.ID, oms.Refund{})
	fmt.Println(err)

	var forbidden *oms.ForbiddenError
	if errors.As(err, &forbidden) {
		fmt.Println(forbidden.Command, forbidden.Roles, fault.KindOf(err))
	}
	// Output:
	// oms: order.refund is not allowed for an actor of kind staff: want role finance or manager
	// order.refund [finance manager] rejected
}

// Mistakes in a table are found when the shop is made, all of them.
func ExampleRoles_Check() {
	_, err := oms.New(oms.Config{Store: memory.New(), Authorizer: oms.Roles{
		"clerk":   {"order.*", "retrun.receive"},
		"shopper": {"order.place", "order.refund"},
	}})
	fmt.Println(err)
	// Output:
	// oms: Roles["clerk"]: "retrun.receive" is no command, see Permissions
	// oms: Roles["shopper"]: "order.refund" is not for shoppers
}

// A role of a host's own is a row more in the table.
func ExampleDefaultRoles() {
	roles := clerks()
	fmt.Println(roles.Who("order.ship"))
	fmt.Println(roles.Who("order.refund"))
	// Output:
	// [clerk manager warehouse]
	// [manager]
}

// Anything with the one method decides, such as a function that asks a service of the
// host's for permissions.
func ExampleAuthorizerFunc() {
	ctx := context.Background()
	shop := exampleShop(func(cfg *oms.Config) {
		cfg.Authorizer = oms.AuthorizerFunc(func(_ context.Context, a event.Actor, command string) error {
			if a.Kind == event.Staff {
				fmt.Println(a, "asks for", command, "in", a.Tenant)
			}
			return nil
		})
	})
	_, err := shop.Tenant("acme").As(event.Actor{Kind: event.Staff, ID: "jo"}).Order(ctx, uuid.Max)
	fmt.Println(err)
	// Output:
	// staff:jo asks for order.read in acme
	// order ffffffff-ffff-ffff-ffff-ffffffffffff: not found
}

// Everything that can be asked of a shop has a name.
func ExamplePermissions() {
	for _, p := range oms.Permissions() {
		if p.Shopper && len(p.Methods) > 1 {
			fmt.Println(p.Command, len(p.Methods), "methods")
		}
	}
	// Output:
	// draft.read 2 methods
	// order.read 12 methods
	// subscription.read 2 methods
	// company.read 2 methods
	// customer.read 8 methods
}
