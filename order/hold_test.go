package order_test

import (
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/go-oms/oms/event"
	"github.com/go-oms/oms/fault"
	"github.com/go-oms/oms/money"
	"github.com/go-oms/oms/order"
	"github.com/go-oms/oms/quantity"
)

var holdsAt = time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)

// by returns a command of a member of the staff.
func by(id string, roles ...string) event.Command {
	return event.Command{
		Actor: event.Actor{Kind: event.Staff, ID: id, Roles: roles}, Now: holdsAt, At: holdsAt,
		IDs: event.NewIDs(uuid.New()),
	}
}

// owing are facts by which no built-in rule releases a hold.
var owing order.Facts

func defaults() order.HoldRegistry {
	return order.HoldRegistry{Workflows: []order.Workflow{order.DefaultWorkflow()}}
}

func compiled(t *testing.T, types ...order.HoldType) *order.Holds {
	t.Helper()
	h, err := order.CompileHolds(types, defaults())
	require.NoError(t, err)
	return h
}

func heldOrder() *order.Order {
	return &order.Order{ID: uuid.New(), Currency: money.EUR, Lines: []order.Line{{ID: uuid.New()}, {ID: uuid.New()}}}
}

func TestHoldTypesAreCheckedWhole(t *testing.T) {
	t.Parallel()
	ok := func(code string, change func(*order.HoldType)) order.HoldType {
		h := order.HoldType{Code: code, Blocks: []string{order.ActionShip}}
		if change != nil {
			change(&h)
		}
		return h
	}
	one := func(change func(*order.HoldType)) []order.HoldType { return []order.HoldType{ok("a", change)} }
	for name, c := range map[string]struct {
		types []order.HoldType
		code  string
		where string
	}{
		"a code":              {[]order.HoldType{ok("no way", nil)}, order.MistakeName, `hold "no way"`},
		"a code twice":        {[]order.HoldType{ok("a", nil), ok("a", nil)}, order.MistakeDuplicateHold, `hold "a"`},
		"no blocks":           {one(func(h *order.HoldType) { h.Blocks = nil }), order.MistakeHoldsNothing, `hold "a"`},
		"an unknown action":   {one(func(h *order.HoldType) { h.Blocks = []string{"fly"} }), order.MistakeUnknownAction, `hold "a"`},
		"an automatic action": {one(func(h *order.HoldType) { h.Blocks = []string{order.ActionConfirm} }), order.MistakeUnknownAction, `hold "a"`},
		"a fact":              {one(func(h *order.HoldType) { h.Blocks = []string{order.ActionDeliver} }), order.MistakeHoldsFact, `hold "a"`},
		"an action twice":     {one(func(h *order.HoldType) { h.Blocks = []string{"ship", "ship"} }), order.MistakeRepeated, `hold "a"`},
		"a scope":             {one(func(h *order.HoldType) { h.Scopes = []order.HoldScope{"shop"} }), order.MistakeHoldScope, `hold "a"`},
		"a scope twice":       {one(func(h *order.HoldType) { h.Scopes = []order.HoldScope{"line", "line"} }), order.MistakeRepeated, `hold "a"`},
		"a rule without its scope": {one(func(h *order.HoldType) {
			h.Scopes, h.Opens.OnPlace = []order.HoldScope{order.HoldsLine}, order.RuleAlways
		}), order.MistakeHoldScope, `hold "a"`},
		"an unknown opening rule":  {one(func(h *order.HoldType) { h.Opens.OnPlace = "moon" }), order.MistakeUnknownRule, `hold "a"`},
		"an unknown changing rule": {one(func(h *order.HoldType) { h.Opens.OnChange = "moon" }), order.MistakeUnknownRule, `hold "a"`},
		"an unknown ending rule":   {one(func(h *order.HoldType) { h.Releases.When = "moon" }), order.MistakeUnknownRule, `hold "a"`},
		"an unknown forerunner":    {one(func(h *order.HoldType) { h.Opens.After = []string{"b"} }), order.MistakeUnknownHold, `hold "a"`},
		"a forerunner twice": {append(one(func(h *order.HoldType) { h.Opens.After = []string{"b", "b"} }), ok("b", nil)),
			order.MistakeRepeated, `hold "a"`},
		"itself": {one(func(h *order.HoldType) { h.Opens.After = []string{"a"} }), order.MistakeHoldCycle, `hold "a"`},
		"a circle": {[]order.HoldType{
			ok("a", func(h *order.HoldType) { h.Opens.After = []string{"c"} }),
			ok("b", func(h *order.HoldType) { h.Opens.After = []string{"a"} }),
			ok("c", func(h *order.HoldType) { h.Opens.After = []string{"b"} }),
		}, order.MistakeHoldCycle, `hold "a"`},
		"time that runs back": {one(func(h *order.HoldType) { h.Releases.After = -1 }), order.MistakeHoldAfter, `hold "a"`},
		"an opener's role":    {one(func(h *order.HoldType) { h.Opens.Roles = []string{" "} }), order.MistakeEmptyRole, `hold "a"`},
		"a role twice":        {one(func(h *order.HoldType) { h.Releases.Roles = []string{"x", "x"} }), order.MistakeRepeated, `hold "a"`},
		"a tier without a role": {one(func(h *order.HoldType) { h.Tiers = []order.HoldTier{{Name: "t"}} }),
			order.MistakeTier, `hold "a" tier "t"`},
		"a tier twice": {one(func(h *order.HoldType) {
			h.Tiers = []order.HoldTier{{Name: "t", Roles: []string{"x"}}, {Name: "t", Roles: []string{"y"}}}
		}), order.MistakeTier, `hold "a" tier "t"`},
		"a tier without a name": {one(func(h *order.HoldType) { h.Tiers = []order.HoldTier{{Roles: []string{"x"}}} }),
			order.MistakeName, `hold "a" tier ""`},
		"an unknown outcome": {one(func(h *order.HoldType) { h.OnReject = "burn" }), order.MistakeUnknownAction, `hold "a"`},
		"an outcome it blocks": {one(func(h *order.HoldType) { h.Blocks, h.OnReject = []string{"cancel"}, "cancel" }),
			order.MistakeRejectBlocked, `hold "a"`},
	} {
		_, err := order.CompileHolds(c.types, defaults())
		var wrong *order.HoldTypesError
		require.ErrorAs(t, err, &wrong, name)
		require.Len(t, wrong.Mistakes, 1, "%s: %v", name, err)
		require.Equal(t, c.code, wrong.Mistakes[0].Code, name)
		require.Equal(t, c.where, wrong.Mistakes[0].Where, name)
		require.Equal(t, fault.Rejected, fault.KindOf(err))
	}

	reg := defaults()
	reg.Rules = map[string]order.HoldRule{order.RuleAlways: func(order.Facts) bool { return false }, "none": nil, "a b": order.TotalAbove(money.Zero(money.EUR))}
	_, err := order.CompileHolds(one(func(h *order.HoldType) { h.Blocks, h.Opens.OnPlace = nil, "moon" }), reg)
	var wrong *order.HoldTypesError
	require.ErrorAs(t, err, &wrong)
	var codes []string
	for _, m := range wrong.Mistakes {
		codes = append(codes, m.Code)
	}
	require.Equal(t, []string{
		order.MistakeName, order.MistakeBuiltin, order.MistakeNilRule, order.MistakeHoldsNothing, order.MistakeUnknownRule,
	}, codes, "all mistakes at once")
}

func TestBuiltinHoldsFitTheWorkflow(t *testing.T) {
	t.Parallel()
	compiled(t, order.BuiltinHolds()...)
	for _, h := range order.BuiltinHolds() {
		require.Empty(t, h.Opens.OnPlace+h.Opens.OnChange, "%s opens by itself", h.Code)
	}
	bare := order.DefaultWorkflow()
	bare.Actions = nil
	types := order.BuiltinHolds(bare)
	_, err := order.CompileHolds(types, order.HoldRegistry{Workflows: []order.Workflow{bare}})
	require.NoError(t, err, "a workflow without any of the actions")
	require.Len(t, types, 4, "fraud, credit limit, approval and manual block more than actions")
}

func TestOneHoldOfATypeIsInForceOnATarget(t *testing.T) {
	t.Parallel()
	h, o := compiled(t, order.BuiltinHolds()...), heldOrder()
	open := func(code string, scope order.HoldScope, target uuid.UUID) error {
		_, err := h.Open(o, order.HoldParams{Type: code, Scope: scope, Target: target}, owing, by("1"))
		return err
	}
	require.NoError(t, open(order.HoldManual, order.HoldsOrder, uuid.Nil))
	require.NoError(t, open(order.HoldManual, order.HoldsLine, o.Lines[0].ID))
	require.NoError(t, open(order.HoldManual, order.HoldsLine, o.Lines[1].ID))
	require.NoError(t, open(order.HoldStock, order.HoldsOrder, uuid.Nil))
	var there *order.HoldThereError
	require.ErrorAs(t, open(order.HoldManual, order.HoldsLine, o.Lines[1].ID), &there)
	require.Equal(t, o.Holds[2].ID, there.Hold)
	_, err := h.Reject(o, o.Holds[0].ID, "", by("1"))
	require.NoError(t, err)
	require.ErrorAs(t, open(order.HoldManual, order.HoldsOrder, uuid.Nil), &there, "what was refused is in force")
	require.NoError(t, h.Release(o, o.Holds[0].ID, "", by("1")))
	require.NoError(t, open(order.HoldManual, order.HoldsOrder, uuid.Nil))

	refusal(t, open("none", order.HoldsOrder, uuid.Nil), "type")
	refusal(t, open(order.HoldFraud, order.HoldsLine, o.Lines[0].ID), "scope")
	var missing *fault.NotFoundError
	require.ErrorAs(t, open(order.HoldManual, order.HoldsLine, uuid.New()), &missing)
}

func TestHoldsOnLinesBlockTheirUnitsAlone(t *testing.T) {
	t.Parallel()
	h, o := compiled(t, order.BuiltinHolds()...), heldOrder()
	first, second, parcel := o.Lines[0].ID, o.Lines[1].ID, uuid.New()
	asks := func(id uuid.UUID) []uuid.UUID {
		require.Equal(t, parcel, id)
		return []uuid.UUID{second}
	}
	blocks := func(what string, units ...uuid.UUID) bool {
		err := h.Check(o, what, units, asks, holdsAt)
		var held *order.HeldError
		if err != nil {
			require.ErrorAs(t, err, &held)
			require.Equal(t, what, held.Action)
		}
		return err != nil
	}
	_, err := h.Open(o, order.HoldParams{Type: order.HoldManual, Scope: order.HoldsLine, Target: first}, owing, by("1"))
	require.NoError(t, err)
	require.True(t, blocks(order.ActionShip, first))
	require.True(t, blocks(order.ActionShip, second, first))
	require.False(t, blocks(order.ActionShip, second))
	require.False(t, blocks(order.ActionPay), "not about units")
	require.False(t, blocks(order.ActionCancel, first, second), "everything but what ends an order")

	_, err = h.Open(o, order.HoldParams{Type: order.HoldManual, Scope: order.HoldsFulfillment, Target: parcel}, owing, by("1"))
	require.NoError(t, err)
	require.True(t, blocks(order.ActionShip, second), "the fulfilment order asks for it")
	_, err = h.Open(o, order.HoldParams{Type: order.HoldAddress, Scope: order.HoldsOrder}, owing, by("1"))
	require.NoError(t, err)
	require.True(t, blocks(order.ActionShip))
	require.False(t, blocks(order.ActionReturn))
}

func TestAHoldOfATypeThatIsGoneBlocksEverything(t *testing.T) {
	t.Parallel()
	o := heldOrder()
	o.Holds = []order.Hold{{ID: uuid.New(), Type: "old", Scope: order.HoldsOrder, Status: order.HoldOpen}}
	h := compiled(t)
	require.Error(t, h.Check(o, order.ActionShip, nil, nil, holdsAt))
	require.Error(t, h.Check(o, order.BlockChange, nil, nil, holdsAt))
	require.NoError(t, h.Release(o, o.Holds[0].ID, "the type is gone", by("1")))
	require.NoError(t, h.Check(o, order.ActionShip, nil, nil, holdsAt))
}

func TestReleasingAndRejectingTakeARole(t *testing.T) {
	t.Parallel()
	h := compiled(t,
		order.HoldType{Code: "open", Blocks: []string{order.BlockAll}},
		order.HoldType{Code: "closed", Blocks: []string{order.BlockAll}, Opens: order.HoldOpening{Roles: []string{"x"}},
			Releases: order.HoldEnd{Roles: []string{"x"}}, OnReject: order.ActionCancel},
		order.HoldType{Code: "tiers", Blocks: []string{order.BlockAll}, Tiers: []order.HoldTier{{Name: "t", Roles: []string{"y"}}}},
	)
	system := by("")
	system.Actor = event.Actor{Kind: event.System}
	var role *order.HoldRoleError
	for _, c := range []struct {
		code, roleOf  string
		release, deny bool
	}{
		{"open", "", true, true}, {"open", "z", true, true},
		{"closed", "", false, false}, {"closed", "y", false, false}, {"closed", "x", true, true},
		{"tiers", "x", false, false}, {"tiers", "y", false, true},
	} {
		o := heldOrder()
		hold, err := h.Open(o, order.HoldParams{Type: c.code, Scope: order.HoldsOrder}, owing, system)
		require.NoError(t, err)
		err = h.Release(o.Clone(), hold.ID, "", by("1", c.roleOf))
		require.Equal(t, c.release, err == nil, "%+v: %v", c, err)
		if err != nil {
			require.ErrorAs(t, err, &role)
		}
		action, err := h.Reject(o, hold.ID, "", by("1", c.roleOf))
		require.Equal(t, c.deny, err == nil, "%+v: %v", c, err)
		if err != nil {
			require.ErrorAs(t, err, &role)
			require.Equal(t, order.HoldOpen, o.Holds[0].Status)
			continue
		}
		require.Equal(t, c.code == "closed", action == order.ActionCancel)
		require.Error(t, h.Check(o, order.ActionShip, nil, nil, holdsAt), "a rejected hold goes on blocking")
	}
	_, err := h.Open(heldOrder(), order.HoldParams{Type: "closed", Scope: order.HoldsOrder}, owing, by("1", "y"))
	require.ErrorAs(t, err, &role)
	require.Equal(t, []string{"x"}, role.Roles)

	o := heldOrder()
	hold, err := h.Open(o, order.HoldParams{Type: "open", Scope: order.HoldsOrder}, owing, by("1"))
	require.NoError(t, err)
	id := hold.ID
	require.NoError(t, h.Release(o, id, "seen", by("2")))
	require.Equal(t, "staff:2", o.Holds[0].ResolvedBy)
	require.Equal(t, "seen", o.Holds[0].Resolution)
	var over *order.HoldOverError
	require.ErrorAs(t, h.Release(o, id, "", by("2")), &over)
	_, err = h.Reject(o, id, "", by("2"))
	require.ErrorAs(t, err, &over)
	require.ErrorAs(t, h.Approve(o, id, "", "", by("2")), &over)
	var missing *fault.NotFoundError
	require.ErrorAs(t, h.Release(o, uuid.New(), "", by("2")), &missing)
}

func TestApprovalsNeedSomebodyElseForEachTier(t *testing.T) {
	t.Parallel()
	approval := order.HoldType{Code: "two", Blocks: []string{order.ActionShip}, Tiers: []order.HoldTier{
		{Name: "lead", Roles: []string{"lead"}}, {Name: "money", Roles: []string{"money", "owner"}},
	}}
	h := compiled(t, append(order.BuiltinHolds(), approval)...)
	o := heldOrder()
	hold, err := h.Open(o, order.HoldParams{Type: "two", Scope: order.HoldsOrder}, owing, by("opener"))
	require.NoError(t, err)
	id := hold.ID
	refused := func(code string, cmd event.Command) {
		t.Helper()
		err := h.Approve(o, id, "staff:placer", "", cmd)
		var approval *order.ApprovalError
		require.ErrorAs(t, err, &approval)
		require.Equal(t, code, approval.Code)
	}
	wrongRole := func(tier string, cmd event.Command) {
		t.Helper()
		var role *order.HoldRoleError
		require.ErrorAs(t, h.Approve(o, id, "staff:placer", "", cmd), &role)
		require.Equal(t, tier, role.Tier)
	}
	nobody := by("", "lead")
	wrongRole("lead", by("3", "money"))
	refused(order.ApprovalByRequester, by("placer", "lead", "money"))
	refused(order.ApprovalByRequester, by("opener", "lead"))
	refused(order.ApprovalNobody, nobody)
	require.NoError(t, h.Approve(o, id, "staff:placer", "", by("both", "lead", "money")))
	require.Equal(t, order.HoldOpen, o.Holds[0].Status)
	require.Error(t, h.Check(o, order.ActionShip, nil, nil, holdsAt), "one of two tiers is not enough")
	wrongRole("money", by("4", "lead"))
	refused(order.ApprovalTwice, by("both", "lead", "money"))
	before := o.Clone()
	require.NoError(t, h.Approve(o, id, "staff:placer", "fine", by("5", "owner")))
	require.Equal(t, order.HoldReleased, o.Holds[0].Status)
	require.Len(t, before.Holds[0].Approvals, 1, "a clone shares no approvals")
	require.NoError(t, h.Check(o, order.ActionShip, nil, nil, holdsAt))

	approval.OnePerson, approval.Code = true, "one"
	h = compiled(t, append(order.BuiltinHolds(), approval)...)
	o = heldOrder()
	hold, err = h.Open(o, order.HoldParams{Type: "one", Scope: order.HoldsOrder}, owing, by("opener"))
	require.NoError(t, err)
	id = hold.ID
	require.NoError(t, h.Approve(o, id, "staff:placer", "", by("both", "lead", "money")))
	require.NoError(t, h.Approve(o, id, "staff:placer", "", by("both", "lead", "money")))
	require.Equal(t, order.HoldReleased, o.Holds[0].Status)

	hold, err = h.Open(o, order.HoldParams{Type: order.HoldManual, Scope: order.HoldsOrder}, owing, by("opener"))
	require.NoError(t, err)
	id = hold.ID
	refused(order.ApprovalNoTiers, by("5", "owner"))
}

func TestHoldsOpenAndEndByRuleAndTime(t *testing.T) {
	t.Parallel()
	h := compiled(t,
		order.HoldType{Code: "stock", Blocks: []string{"ship"}, Opens: order.HoldOpening{OnPlace: order.RuleStockMissing}, Releases: order.HoldEnd{When: order.RuleStockFilled}},
		order.HoldType{Code: "day", Blocks: []string{"ship"}, Opens: order.HoldOpening{OnPlace: order.RuleAlways}, Releases: order.HoldEnd{After: 24 * time.Hour}},
		order.HoldType{Code: "paid", Blocks: []string{"ship"}, Opens: order.HoldOpening{OnPlace: order.RuleAlways}, Releases: order.HoldEnd{When: order.RuleMoneySecured}},
		order.HoldType{Code: "next", Blocks: []string{"ship"}, Opens: order.HoldOpening{After: []string{"day"}, OnChange: order.RuleAlways}},
	)
	o := heldOrder()
	o.Lines[0].Backordered = quantity.Of(1)
	cmd := by("1")
	facts := func() order.Facts { return order.NewFacts(o, order.MoneyFacts{}, cmd.Actor, cmd.Now) }
	require.True(t, h.Asks(order.HoldOnPlace))
	require.False(t, h.Asks(""))
	require.False(t, compiled(t, order.BuiltinHolds()...).Asks(order.HoldOnPlace))
	require.Equal(t, 2, h.Ask(o, order.HoldOnPlace, facts(), cmd), "nothing is owed: the money is secured at once")
	require.Equal(t, []string{"stock", "day"}, []string{o.Holds[0].Type, o.Holds[1].Type})
	require.Equal(t, holdsAt.Add(24*time.Hour), o.Holds[1].ExpiresAt)
	require.Equal(t, 0, h.Ask(o, order.HoldOnPlace, facts(), cmd), "one of a type")
	require.Equal(t, 0, h.Settle(o, facts(), cmd))

	o.Lines[0].Backordered = quantity.Quantity{}
	require.Equal(t, 1, h.Settle(o, facts(), cmd))
	require.Equal(t, order.HoldReleased, o.Holds[0].Status)
	require.Equal(t, order.RuleStockFilled, o.Holds[0].Resolution)
	require.Equal(t, "system", o.Holds[0].ResolvedBy)

	late := cmd
	late.Now = holdsAt.Add(24*time.Hour - 1)
	require.Equal(t, 0, h.Settle(o, facts(), late))
	require.Error(t, h.Check(o, "ship", nil, nil, late.Now))
	late.Now = holdsAt.Add(24 * time.Hour)
	require.NoError(t, h.Check(o, "ship", nil, nil, late.Now), "its time has come, released or not")
	before := o.Clone()
	require.Equal(t, 1, h.Settle(o, facts(), late))
	require.Equal(t, 1, h.Follow(before, o, facts(), late))
	require.Equal(t, "next", o.Holds[2].Type)
	require.Equal(t, "staff:1", o.Holds[2].OpenedBy, "who asked for what was held asks for this, too")
	require.Equal(t, 0, h.Follow(before, o, facts(), late), "one of a type")
	require.Equal(t, 0, h.Ask(o, order.HoldOnChange, facts(), cmd), "one of a type")
	require.NoError(t, h.Release(o, o.Holds[2].ID, "", cmd))
	require.Equal(t, 1, h.Ask(o, order.HoldOnChange, facts(), cmd))
}

func TestHoldRules(t *testing.T) {
	t.Parallel()
	rules := order.BuiltinHoldRules()
	above := order.TotalAbove(money.MustParse("10.00 EUR"))
	o := heldOrder()
	facts := order.Facts{Order: o}
	for total, want := range map[string]bool{"10.00 EUR": false, "10.01 EUR": true, "1.00 USD": true} {
		o.Totals.Total = money.MustParse(total)
		require.Equal(t, want, above(facts), total)
	}
	require.True(t, above(order.Facts{}))
	o.Totals = order.Totals{Total: money.MustParse("5 EUR"), Credited: money.Zero(money.EUR)}
	require.True(t, rules[order.RuleMoneyOutstanding](facts))
	require.False(t, rules[order.RuleMoneySecured](facts))
	facts.Money.Authorized = money.MustParse("5 EUR")
	require.False(t, rules[order.RuleMoneyOutstanding](facts))
	require.True(t, rules[order.RuleMoneySecured](facts))
	require.True(t, rules[order.RuleAddressIncomplete](facts))
	o.ShipTo = &order.Address{Line1: "1 Street", City: "London", Country: "GB"}
	require.False(t, rules[order.RuleAddressIncomplete](facts))
	o.ShipTo.City = ""
	require.True(t, rules[order.RuleAddressIncomplete](facts))
	for _, rule := range []string{order.RuleStockMissing, order.RuleAddressIncomplete, order.RuleMoneyOutstanding} {
		require.True(t, rules[rule](order.Facts{}), "%s of nothing", rule)
	}
}

func TestAHoldThatWouldEndAtOnceIsNotOpened(t *testing.T) {
	t.Parallel()
	h, o := compiled(t, order.BuiltinHolds()...), heldOrder()
	_, err := h.Open(o, order.HoldParams{Type: order.HoldPayment, Scope: order.HoldsOrder}, order.Facts{Order: o}, by("1"))
	refusal(t, err, "type")
	require.Empty(t, o.Holds)
}

func TestHoldsAreInTheDelta(t *testing.T) {
	t.Parallel()
	types := order.BuiltinHolds()
	for i := range types {
		if types[i].Code == order.HoldApproval {
			types[i].Tiers = append(types[i].Tiers, order.HoldTier{Name: "owner", Roles: []string{"owner"}})
		}
	}
	h, o := compiled(t, types...), heldOrder()
	history := []*order.Order{o}
	step := func(change func(*order.Order)) {
		next := history[len(history)-1].Clone()
		change(next)
		history = append(history, next)
	}
	for _, code := range []string{order.HoldManual, order.HoldApproval, order.HoldFraud} {
		step(func(o *order.Order) {
			_, err := h.Open(o, order.HoldParams{Type: code, Scope: order.HoldsOrder, Reason: "why"}, owing, by("1"))
			require.NoError(t, err)
		})
	}
	step(func(o *order.Order) { require.NoError(t, h.Approve(o, o.Holds[1].ID, "", "", by("2", "manager"))) })
	step(func(o *order.Order) { require.NoError(t, h.Approve(o, o.Holds[1].ID, "", "", by("5", "owner"))) })
	step(func(o *order.Order) { require.NoError(t, h.Release(o, o.Holds[0].ID, "done", by("3"))) })
	step(func(o *order.Order) {
		_, err := h.Reject(o, o.Holds[2].ID, "no", by("4", "manager"))
		require.NoError(t, err)
	})
	var folded *order.Order
	for i, o := range history {
		var before *order.Order
		if i > 0 {
			before = history[i-1]
		}
		d := order.Diff(before, o)
		require.Empty(t, d.Order.Holds, "a delta's order has no slices")
		require.Len(t, d.Holds, min(i, 1), "the one that changed, whole")
		next, err := order.Apply(folded, d)
		require.NoError(t, err)
		require.Equal(t, o, next)
		folded = next
	}
	require.Panics(t, func() { order.Diff(folded, history[1]) }, "holds are never dropped")
}
