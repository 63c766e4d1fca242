package oms_test

import (
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/go-oms/oms"
	"github.com/go-oms/oms/event"
	"github.com/go-oms/oms/fault"
	"github.com/go-oms/oms/storage/memory"
)

// built are the built-in roles, spelled out: what each may do, and nothing else. A
// new command that a wildcard gives to a role has to be added here, too.
var built = map[string][]string{
	"shopper": {
		"claim.file", "claim.withdraw",
		"company.read", "customer.consent", "customer.read", "customer.remove_address", "customer.save", "customer.save_address",
		"draft.discard", "draft.place", "draft.price", "draft.read", "draft.save",
		"inventory.available", "inventory.release", "inventory.reserve",
		"order.cancel", "order.note", "order.pay", "order.place", "order.place_split", "order.price", "order.price_split", "order.read", "order.reorder",
		"payment.continue", "payment.read", "quote.accept", "quote.counter", "quote.decline", "quote.request", "return.cancel", "return.exchange", "return.request",
		"subscription.cancel", "subscription.change", "subscription.create", "subscription.pause", "subscription.read", "subscription.resume",
		"subscription.skip",
	},
	"support": {
		"claim.file", "claim.resolve", "claim.withdraw",
		"company.read", "customer.claim_orders", "customer.consent", "customer.merge", "customer.note", "customer.read", "customer.read_notes",
		"customer.remove_address", "customer.save", "customer.save_address",
		"draft.discard", "draft.merge", "draft.place", "draft.price", "draft.read", "draft.save",
		"inventory.available", "inventory.release", "inventory.reserve",
		"order.act", "order.cancel", "order.discard_change", "order.enter", "order.hold", "order.note", "order.open_change",
		"order.place", "order.place_split", "order.preview_change", "order.price", "order.price_split", "order.read", "order.reorder",
		"payment.read", "quote.accept", "quote.counter", "quote.decline", "quote.offer", "quote.request", "return.cancel", "return.exchange", "return.label", "return.request", "return.review",
		"subscription.cancel", "subscription.change", "subscription.create", "subscription.pause", "subscription.read", "subscription.resume",
		"subscription.skip",
	},
	"warehouse": {
		"inventory.adjust", "inventory.available", "inventory.count", "inventory.quarantine", "inventory.read", "inventory.receive",
		"inventory.release", "inventory.reserve", "inventory.set_item", "inventory.set_location", "inventory.set_policy", "inventory.void_expired",
		"order.deliver", "order.note", "order.read", "order.ship", "return.blind", "return.receive", "return.track", "return.write_off", "shipment.track",
	},
	"finance": {
		"books.verify", "company.read", "company.remove_member", "company.set", "company.set_member", "credit.post", "credit.set_limit", "customer.read", "order.approve", "order.capture", "order.hold", "order.note", "order.read", "order.refund",
		"order.reject_hold", "order.release_hold", "payment.confirm", "payment.read", "report.run",
	},
	"auditor": {
		"books.verify", "company.read", "customer.read", "customer.read_notes", "draft.read", "events.lag", "events.letters", "inventory.available", "inventory.read",
		"order.read", "payment.read", "report.run", "subscription.read",
	},
	"integration": {"inventory.available", "payment.webhook", "return.track", "shipment.track"},
}

// playing is the actor who has a role.
func playing(role string) event.Actor {
	switch kind := event.ActorKind(role); kind {
	case event.Shopper, event.Integration:
		return event.Actor{Kind: kind, ID: "7", Tenant: event.AnyTenant}
	default:
		return event.Actor{Kind: event.Staff, ID: "7", Roles: []string{role}, Tenant: event.AnyTenant}
	}
}

// TestEveryCommandByEveryRole asks for every method as every built-in role. The table
// decides, and what is refused has written nothing and says who may.
func TestEveryCommandByEveryRole(t *testing.T) {
	require.ElementsMatch(t, append(slices.Collect(maps.Keys(built)), "manager"), slices.Collect(maps.Keys(oms.DefaultRoles())))
	for name := range exportedMethods() {
		command := permissionOf(name)
		if command == "" {
			continue
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, oms.DefaultRoles())
			args := w.ada.args(name)
			for _, role := range slices.Sorted(maps.Keys(oms.DefaultRoles())) {
				before := w.books("a")
				err := w.call(w.shop.Tenant("a").As(playing(role)), name, args).err
				var forbidden *oms.ForbiddenError
				isForbidden := errors.As(err, &forbidden)
				if may := role == "manager" || slices.Contains(built[role], command); may {
					require.False(t, isForbidden, "%s: %v", role, err)
					continue
				}
				require.True(t, isForbidden, "%s: %v", role, err)
				require.Equal(t, command, forbidden.Command)
				require.Equal(t, playing(role).Kind, forbidden.Kind)
				require.Equal(t, before, w.books("a"), "%s: it was refused and has written something", role)
				for _, who := range forbidden.Roles {
					require.True(t, who == "manager" || slices.Contains(built[who], command), "%s would not do", who)
				}
				if role != "shopper" {
					require.Contains(t, forbidden.Roles, "manager")
				}
			}
		})
	}
}

func TestARoleOfAKindIsOfThatKindAlone(t *testing.T) {
	ctx, roles := t.Context(), oms.Roles{"shopper": {"order.cancel"}, "staff": {"order.read"}, "boss": {"order.*"}}
	require.NoError(t, roles.Authorize(ctx, event.Actor{Kind: event.Shopper}, "order.cancel"))
	require.NoError(t, roles.Authorize(ctx, event.Actor{Kind: event.Staff}, "order.read"))
	require.NoError(t, roles.Authorize(ctx, event.Actor{}, "order.refund"), "the system")
	err := roles.Authorize(ctx, event.Actor{Kind: event.Staff, Roles: []string{"shopper"}}, "order.cancel")
	require.Equal(t, &oms.ForbiddenError{Command: "order.cancel", Kind: event.Staff, Roles: []string{"boss"}}, err,
		"nobody of the staff becomes a shopper, who is held to his own orders, by a role")
	err = roles.Authorize(ctx, event.Actor{Kind: event.Staff}, "order.refund")
	require.EqualError(t, err, "oms: order.refund is not allowed for an actor of kind staff: want role boss")
	err = oms.DefaultRoles().Authorize(ctx, event.Actor{Kind: event.Staff}, "order.note")
	require.EqualError(t, err,
		"oms: order.note is not allowed for an actor of kind staff: want role finance, manager, support or warehouse")
	require.Equal(t, fault.Rejected, fault.KindOf(err))
	err = oms.Roles{}.Authorize(ctx, event.Actor{Kind: event.Integration}, "order.note")
	require.EqualError(t, err, "oms: order.note is not allowed for an actor of kind integration: no role allows it")
}

func TestPatternsMeanWhatTheySay(t *testing.T) {
	for _, c := range []struct {
		pattern string
		who     map[string]bool
	}{
		{"*", map[string]bool{"order.place": true, "customer.read": true, "shop.run": true}},
		{"order.*", map[string]bool{"order.place": true, "order.read": true, "customer.read": false, "shop.run": false}},
		{"*.read", map[string]bool{"order.read": true, "customer.read": true, "customer.read_notes": false, "order.place": false}},
		{"order.place", map[string]bool{"order.place": true, "order.price": false}},
	} {
		roles := oms.Roles{"r": {c.pattern}}
		require.NoError(t, roles.Check(), c.pattern)
		for command, may := range c.who {
			require.Equal(t, may, len(roles.Who(command)) == 1, "%s %s", c.pattern, command)
		}
	}
}

func TestAWrongTableIsNamedWhole(t *testing.T) {
	_, err := oms.New(oms.Config{Store: memory.New(), Authorizer: oms.Roles{
		"clerk":   {"order.plase", "order.*", "*.red", "orders.*", "", "order", "*.*"},
		"shopper": {"order.read", "order.refund", "*.read", "events.*"},
		"":        {"*"},
		"system":  {"order.read"},
	}})
	require.EqualError(t, err, `oms: Roles[""]: a role needs a name
oms: Roles["clerk"]: "order.plase" is no command, see Permissions
oms: Roles["clerk"]: "*.red" is no command, see Permissions
oms: Roles["clerk"]: "orders.*" is no command, see Permissions
oms: Roles["clerk"]: "" is no command, see Permissions
oms: Roles["clerk"]: "order" is no command, see Permissions
oms: Roles["clerk"]: "*.*" is no command, see Permissions
oms: Roles["shopper"]: "order.refund" is not for shoppers
oms: Roles["shopper"]: "events.*" is not for shoppers
oms: Roles["system"]: the system may do everything as it is`)
	_, err = oms.New(oms.Config{Authorizer: oms.AuthorizerFunc(nil)})
	require.ErrorContains(t, err, "nil AuthorizerFunc")
	require.ErrorContains(t, err, "Config.Store", "all mistakes are told at once")
	require.NoError(t, oms.DefaultRoles().Check())
}

// A table is data: it can be kept in a file.
func TestATableOfRolesHasAJSONForm(t *testing.T) {
	data, err := json.Marshal(oms.DefaultRoles())
	require.NoError(t, err)
	var roles oms.Roles
	require.NoError(t, json.Unmarshal(data, &roles))
	require.Equal(t, oms.DefaultRoles(), roles)
}
