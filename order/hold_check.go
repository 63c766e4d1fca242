package order

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// rules returns the built-in rules and the host's.
func (r HoldRegistry) rules() map[string]HoldRule {
	all := BuiltinHoldRules()
	maps.Copy(all, r.Rules)
	return all
}

// asked returns the actions that somebody asks for in any of the workflows.
func (r HoldRegistry) asked() map[string]bool {
	actions := map[string]bool{}
	for _, w := range r.Workflows {
		for i := range w.Actions {
			if a := &w.Actions[i]; !a.Automatic {
				actions[a.Name] = true
			}
		}
	}
	return actions
}

// holdCheck collects the mistakes of a set of types of hold.
type holdCheck struct {
	types    []HoldType
	rules    map[string]HoldRule
	actions  map[string]bool
	mistakes mistakes
}

// checkHoldTypes returns a *HoldTypesError with every mistake, or nil.
func checkHoldTypes(types []HoldType, reg HoldRegistry) error {
	c := &holdCheck{types: types, rules: reg.rules(), actions: reg.asked()}
	c.registry(reg)
	for i := range types {
		t := &types[i]
		where := holdAt(t.Code)
		if !isName(t.Code) {
			c.mistakes.add(MistakeName, where, "cannot be a code: want %s", nameRule)
		}
		if slices.ContainsFunc(types[:i], func(o HoldType) bool { return o.Code == t.Code }) {
			c.mistakes.add(MistakeDuplicateHold, where, "is declared twice")
		}
		c.scopes(t)
		c.blocks(t)
		c.opens(t)
		c.releases(t)
		c.tiers(t)
	}
	c.cycles()
	if len(c.mistakes) == 0 {
		return nil
	}
	return &HoldTypesError{Mistakes: c.mistakes}
}

func holdAt(code string) string { return fmt.Sprintf("hold %q", code) }

func (c *holdCheck) registry(reg HoldRegistry) {
	builtin := BuiltinHoldRules()
	for _, name := range slices.Sorted(maps.Keys(reg.Rules)) {
		where := fmt.Sprintf("registry rule %q", name)
		switch {
		case builtin[name] != nil:
			c.mistakes.add(MistakeBuiltin, where, "is built in and cannot be replaced: take another name")
		case !isName(name):
			c.mistakes.add(MistakeName, where, "cannot be a name: want %s", nameRule)
		case reg.Rules[name] == nil:
			c.mistakes.add(MistakeNilRule, where, "has no function")
		}
	}
}

func (c *holdCheck) scopes(t *HoldType) {
	for i, s := range t.Scopes {
		if s != HoldsOrder && s != HoldsLine && s != HoldsFulfillment {
			c.mistakes.add(MistakeHoldScope, holdAt(t.Code), "has the scope %q: want order, line or fulfillment", s)
		}
		if slices.Contains(t.Scopes[:i], s) {
			c.mistakes.add(MistakeRepeated, holdAt(t.Code), "lists the scope %q twice", s)
		}
	}
	if !t.On(HoldsOrder) && (t.Opens.OnPlace != "" || t.Opens.OnChange != "") {
		c.mistakes.add(MistakeHoldScope, holdAt(t.Code), "cannot be on an order, which is what its rules would open it on")
	}
}

func (c *holdCheck) blocks(t *HoldType) {
	where := holdAt(t.Code)
	switch {
	case len(t.Blocks) == 0 && !t.Watch:
		c.mistakes.add(MistakeHoldsNothing, where, "blocks nothing, and does not only watch")
	case len(t.Blocks) > 0 && t.Watch:
		c.mistakes.add(MistakeHoldsNothing, where, "only watches, and blocks something")
	}
	for i, what := range t.Blocks {
		switch {
		case slices.Contains(t.Blocks[:i], what):
			c.mistakes.add(MistakeRepeated, where, "blocks %q twice", what)
		case what == ActionDeliver:
			c.mistakes.add(MistakeHoldsFact, where, "blocks %q, which reports what has happened", what)
		case what != BlockAll && what != BlockChange && what != BlockCapture && !c.actions[what]:
			c.mistakes.add(MistakeUnknownAction, where, "blocks %q, which nobody can ask for", what)
		}
	}
	switch reject := t.OnReject; {
	case reject == "":
	case !c.actions[reject]:
		c.mistakes.add(MistakeUnknownAction, where, "takes the action %q when it is rejected, which nobody can ask for", reject)
	case t.blocks(reject):
		c.mistakes.add(MistakeRejectBlocked, where, "takes the action %q when it is rejected, and blocks it", reject)
	}
}

func (c *holdCheck) opens(t *HoldType) {
	where := holdAt(t.Code)
	for _, name := range []string{t.Opens.OnPlace, t.Opens.OnChange} {
		if _, ok := c.rules[name]; name != "" && !ok {
			c.mistakes.add(MistakeUnknownRule, where, "is opened by the rule %q, which is unknown", name)
		}
	}
	for i, code := range t.Opens.After {
		if c.find(code) == nil {
			c.mistakes.add(MistakeUnknownHold, where, "follows the hold %q, which is not declared", code)
		}
		if slices.Contains(t.Opens.After[:i], code) {
			c.mistakes.add(MistakeRepeated, where, "follows the hold %q twice", code)
		}
	}
	c.roles(where, t.Opens.Roles)
}

func (c *holdCheck) releases(t *HoldType) {
	where := holdAt(t.Code)
	if _, ok := c.rules[t.Releases.When]; t.Releases.When != "" && !ok {
		c.mistakes.add(MistakeUnknownRule, where, "is released by the rule %q, which is unknown", t.Releases.When)
	}
	if t.Releases.After < 0 {
		c.mistakes.add(MistakeHoldAfter, where, "is released after %s: want more than zero, or zero for never", t.Releases.After)
	}
	if t.Releases.BeforePromise < 0 {
		c.mistakes.add(MistakeHoldAfter, where, "is released %s before the promise: want more than zero, or zero for never", t.Releases.BeforePromise)
	}
	c.roles(where, t.Releases.Roles)
}

func (c *holdCheck) roles(where string, roles []string) {
	for i, role := range roles {
		if strings.TrimSpace(role) == "" {
			c.mistakes.add(MistakeEmptyRole, where, "lists a role without a name")
		}
		if slices.Contains(roles[:i], role) {
			c.mistakes.add(MistakeRepeated, where, "lists the role %q twice", role)
		}
	}
}

func (c *holdCheck) tiers(t *HoldType) {
	for i := range t.Tiers {
		tier := &t.Tiers[i]
		where := fmt.Sprintf("%s tier %q", holdAt(t.Code), tier.Name)
		if !isName(tier.Name) {
			c.mistakes.add(MistakeName, where, "cannot be a name: want %s", nameRule)
		}
		if slices.ContainsFunc(t.Tiers[:i], func(o HoldTier) bool { return o.Name == tier.Name }) {
			c.mistakes.add(MistakeTier, where, "is declared twice")
		}
		if len(tier.Roles) == 0 {
			c.mistakes.add(MistakeTier, where, "has no role that could approve")
		}
		c.roles(where, tier.Roles)
	}
}

func (c *holdCheck) find(code string) *HoldType {
	if i := slices.IndexFunc(c.types, func(t HoldType) bool { return t.Code == code }); i >= 0 {
		return &c.types[i]
	}
	return nil
}

// cycles finds types that could open one another for ever, each circle once.
func (c *holdCheck) cycles() {
	done := map[string]bool{}
	var path []string
	var walk func(code string)
	walk = func(code string) {
		if i := slices.Index(path, code); i >= 0 {
			circle := append(slices.Clone(path[i:]), code)
			c.mistakes.add(MistakeHoldCycle, holdAt(code), "would open itself again: %s", strings.Join(circle, " follows "))
			return
		}
		t := c.find(code)
		if done[code] || t == nil {
			return
		}
		path = append(path, code)
		for _, before := range t.Opens.After {
			walk(before)
		}
		path = path[:len(path)-1]
		done[code] = true
	}
	for i := range c.types {
		walk(c.types[i].Code)
	}
}
