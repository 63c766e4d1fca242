package order

import (
	"slices"
	"strings"

	"github.com/google/uuid"

	"github.com/go-oms/oms/event"
	"github.com/go-oms/oms/fault"
)

// HoldParams says what to open.
type HoldParams struct {
	Type   string
	Scope  HoldScope
	Target uuid.UUID // a line or fulfilment order of the order; zero for the whole order
	Reason string
}

// Open opens a hold by hand. The errors are *fault.InvalidError for a type or scope
// that is not configured and for a type whose rule would release it at once,
// *fault.NotFoundError for a line that the order does not have, *[HoldRoleError] and
// *[HoldThereError]. That a fulfilment order is the order's is for the caller to know.
func (h *Holds) Open(o *Order, p HoldParams, f Facts, cmd event.Command) (*Hold, error) {
	t := h.named(p.Type)
	if t == nil {
		return nil, fault.Invalid("type", p.Type, "one of "+h.codes())
	}
	if !t.On(p.Scope) {
		return nil, fault.Invalid("scope", p.Scope, t.Code+" can be on "+joinScopes(t.scopes()))
	}
	if p.Scope == HoldsLine && o.Line(p.Target) == nil {
		return nil, fault.NotFound("line", p.Target)
	}
	if roles := t.Opens.Roles; len(roles) > 0 && !permits(roles, cmd.Actor) {
		return nil, &HoldRoleError{Type: t.Code, Asked: "open", Roles: slices.Clone(roles)}
	}
	if there := o.holdOn(t.Code, p.Scope, p.Target); there != nil {
		return nil, &HoldThereError{Hold: there.ID, Type: there.Type, Status: there.Status}
	}
	if h.over(t, f) {
		return nil, fault.Invalid("type", t.Code, "a hold that does not end at once: "+t.Releases.When+" is met")
	}
	return o.open(t, p, cmd.Actor.String(), cmd), nil
}

// open appends a hold to the order.
func (o *Order) open(t *HoldType, p HoldParams, by string, cmd event.Command) *Hold {
	hold := Hold{
		ID: cmd.IDs.Next(), Type: t.Code, Scope: p.Scope, Target: p.Target, Status: HoldOpen,
		Reason: p.Reason, OpenedBy: by, OpenedAt: cmd.At,
	}
	if t.Releases.After > 0 {
		hold.ExpiresAt = event.Moment(cmd.Now.Add(t.Releases.After))
	}
	if lead := t.Releases.BeforePromise; lead > 0 && !o.PromisedAt.IsZero() {
		if by := o.PromisedAt.Add(-lead); hold.ExpiresAt.IsZero() || by.Before(hold.ExpiresAt) {
			hold.ExpiresAt = by
		}
	}
	o.Holds = append(o.Holds, hold)
	return &o.Holds[len(o.Holds)-1]
}

// HoldMoment is when rules that open holds are asked.
type HoldMoment string

// The moments; the empty one is none.
const (
	HoldOnPlace  HoldMoment = "place"
	HoldOnChange HoldMoment = "change" // units were added, changed or called off
)

// rule names the rule that opens a hold of the type at a moment, if any.
func (t *HoldType) rule(moment HoldMoment) string {
	switch moment {
	case HoldOnPlace:
		return t.Opens.OnPlace
	case HoldOnChange:
		return t.Opens.OnChange
	}
	return ""
}

// Asks reports whether any rule is asked at that moment.
func (h *Holds) Asks(moment HoldMoment) bool {
	return moment != "" && slices.ContainsFunc(h.types, func(t HoldType) bool { return t.rule(moment) != "" })
}

// Ask opens the holds whose rules are met at that moment, and returns how many. One
// that is in force already, or whose release is met at once, is not opened.
func (h *Holds) Ask(o *Order, moment HoldMoment, f Facts, cmd event.Command) int {
	opened := 0
	for i := range h.types {
		t := &h.types[i]
		rule := t.rule(moment)
		if rule == "" || !h.rules[rule](f) || h.over(t, f) || o.holdOn(t.Code, HoldsOrder, uuid.Nil) != nil {
			continue
		}
		o.open(t, HoldParams{Scope: HoldsOrder, Reason: rule}, cmd.Actor.String(), cmd)
		opened++
	}
	return opened
}

// over reports whether the type's release is met.
func (h *Holds) over(t *HoldType, f Facts) bool {
	return t.Releases.When != "" && h.rules[t.Releases.When](f)
}

// Settle releases the open holds whose rule is met or whose time has come, and returns
// how many.
func (h *Holds) Settle(o *Order, f Facts, cmd event.Command) int {
	released := 0
	for i := range o.Holds {
		hold := &o.Holds[i]
		if hold.Status != HoldOpen {
			continue
		}
		t := h.of(hold)
		switch {
		case h.over(t, f):
			hold.resolve(HoldReleased, event.Actor{Kind: event.System}, cmd.At, t.Releases.When)
		case hold.lapsed(cmd.Now):
			hold.resolve(HoldReleased, event.Actor{Kind: event.System}, cmd.At, "in time")
		default:
			continue
		}
		released++
	}
	return released
}

// Follow opens the holds that follow the release of those that are in force in before
// and not in o, and returns how many.
func (h *Holds) Follow(before, o *Order, f Facts, cmd event.Command) int {
	opened := 0
	for i := range o.Holds {
		hold := o.Holds[i]
		if was := before.Hold(hold.ID); hold.InForce() || was == nil || !was.InForce() {
			continue
		}
		for j := range h.types {
			t := &h.types[j]
			if !slices.Contains(t.Opens.After, hold.Type) || h.over(t, f) {
				continue
			}
			p := HoldParams{Scope: hold.Scope, Target: hold.Target, Reason: "after " + hold.Type}
			if o.holdOn(t.Code, p.Scope, p.Target) == nil {
				o.open(t, p, hold.OpenedBy, cmd)
				opened++
			}
		}
	}
	return opened
}

// Release lifts a hold by hand, one that was rejected included. The errors are
// *fault.NotFoundError, *[HoldOverError] and *[HoldRoleError].
func (h *Holds) Release(o *Order, id uuid.UUID, reason string, cmd event.Command) error {
	hold, t, err := h.find(o, id, "release")
	if err != nil {
		return err
	}
	if !t.mayResolve(cmd.Actor) {
		return &HoldRoleError{Type: t.Code, Asked: "release", Roles: slices.Clone(t.Releases.Roles)}
	}
	hold.resolve(HoldReleased, cmd.Actor, cmd.At, reason)
	return nil
}

// Reject says no to an open hold, for good. It returns the action of the workflow that
// the caller is to take then, if any. Who may approve next may reject, too. The errors
// are those of Release.
func (h *Holds) Reject(o *Order, id uuid.UUID, reason string, cmd event.Command) (action string, err error) {
	hold, t, err := h.find(o, id, "reject")
	if err != nil {
		return "", err
	}
	if hold.Status != HoldOpen {
		return "", &HoldOverError{Hold: id, Status: hold.Status, Asked: "reject"}
	}
	roles := t.Releases.Roles
	tier := t.next(hold)
	if tier != nil {
		roles = slices.Concat(tier.Roles, roles)
	}
	if !t.mayResolve(cmd.Actor) && (tier == nil || !permits(tier.Roles, cmd.Actor)) {
		return "", &HoldRoleError{Type: t.Code, Asked: "reject", Roles: roles}
	}
	hold.resolve(HoldRejected, cmd.Actor, cmd.At, reason)
	return t.OnReject, nil
}

// Approve gives the approval of the next tier; that of the last one releases the hold.
// Placer is the actor who placed the order. The errors are *[ApprovalError] and those
// of Release.
func (h *Holds) Approve(o *Order, id uuid.UUID, placer, reason string, cmd event.Command) error {
	hold, t, err := h.find(o, id, "approve")
	if err != nil {
		return err
	}
	if hold.Status != HoldOpen {
		return &HoldOverError{Hold: id, Status: hold.Status, Asked: "approve"}
	}
	tier, by := t.next(hold), cmd.Actor.String()
	refused := func(code string) error {
		e := &ApprovalError{Hold: id, Code: code}
		if tier != nil {
			e.Tier = tier.Name
		}
		return e
	}
	switch {
	case tier == nil:
		return refused(ApprovalNoTiers)
	case !slices.ContainsFunc(tier.Roles, cmd.Actor.Has):
		return &HoldRoleError{Type: t.Code, Asked: "approve", Roles: slices.Clone(tier.Roles), Tier: tier.Name}
	case cmd.Actor.ID == "":
		return refused(ApprovalNobody)
	case by == placer || by == hold.OpenedBy:
		return refused(ApprovalByRequester)
	case !t.OnePerson && slices.ContainsFunc(hold.Approvals, func(a Approval) bool { return a.By == by }):
		return refused(ApprovalTwice)
	}
	hold.Approvals = append(slices.Clip(hold.Approvals), Approval{Tier: tier.Name, By: by, At: cmd.At})
	if t.next(hold) == nil {
		hold.resolve(HoldReleased, cmd.Actor, cmd.At, reason)
	}
	return nil
}

// find returns a hold that is in force, and its type.
func (h *Holds) find(o *Order, id uuid.UUID, asked string) (*Hold, *HoldType, error) {
	hold := o.Hold(id)
	if hold == nil {
		return nil, nil, fault.NotFound("hold", id)
	}
	if !hold.InForce() {
		return nil, nil, &HoldOverError{Hold: id, Status: hold.Status, Asked: asked}
	}
	return hold, h.of(hold), nil
}

// mayResolve reports whether an actor may release the hold by hand.
func (t *HoldType) mayResolve(a event.Actor) bool {
	if len(t.Releases.Roles) == 0 && len(t.Tiers) == 0 {
		return true
	}
	return permits(t.Releases.Roles, a)
}

func (h *Holds) codes() string {
	codes := make([]string, len(h.types))
	for i := range h.types {
		codes[i] = h.types[i].Code
	}
	if len(codes) == 0 {
		return "none: no types of hold are configured"
	}
	return strings.Join(codes, ", ")
}

func joinScopes(scopes []HoldScope) string {
	texts := make([]string, len(scopes))
	for i, s := range scopes {
		texts[i] = "one " + string(s)
	}
	return strings.Join(texts, " or ")
}
