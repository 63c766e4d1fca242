package order

import (
	"slices"
	"time"

	"github.com/go-oms/oms/event"
)

// HoldType is a kind of hold, as data: what it blocks, what opens it and what lifts
// it. [CompileHolds] checks a set of them.
type HoldType struct {
	Code   string      `json:"code"`             // spelled like a state's name
	Label  string      `json:"label,omitempty"`  // for people; the code when empty
	Scopes []HoldScope `json:"scopes,omitempty"` // what it can be on; empty is the order alone
	// Blocks are the actions of the workflow that it blocks, and BlockChange,
	// BlockCapture and BlockAll. Facts, such as a delivery, are never blocked, nor is
	// what happens by itself. A hold on a line or fulfilment order blocks only what
	// is about its units: shipping, changing, cancelling and returning them.
	Blocks []string `json:"blocks"`
	// Watch makes it one that blocks nothing and only tells, by its events and in lists
	// of orders on hold, such as [HoldJeopardy].
	Watch    bool        `json:"watch,omitempty"`
	Opens    HoldOpening `json:"opens,omitzero"`
	Releases HoldEnd     `json:"releases,omitzero"`
	// Tiers make it an approval: it is released once every tier has approved, in
	// this order.
	Tiers []HoldTier `json:"tiers,omitempty"`
	// OnePerson lets one person approve for several tiers.
	OnePerson bool `json:"one_person,omitempty"`
	// OnReject is the action of the workflow that a rejection takes, such as cancel;
	// empty leaves the order as it is, blocked.
	OnReject string `json:"on_reject,omitempty"`
}

// What holds can block beside the actions of a workflow.
const (
	BlockChange  = ActionChange // editing the order
	BlockCapture = "capture"    // taking money that is held
	// BlockAll is all that can be blocked but for notes and what ends an order or a
	// part of it: cancelling and expiring are blocked only where a type names them.
	BlockAll = "*"
)

// HoldOpening says what opens a hold beside a person. The zero HoldOpening is by hand
// only. Rules are names: of the built-in rules, or of the host's. What they open is on
// the whole order.
type HoldOpening struct {
	OnPlace  string   `json:"on_place,omitempty"`  // the rule that is asked when an order is placed
	OnChange string   `json:"on_change,omitempty"` // the rule that is asked when the units of an order were changed
	After    []string `json:"after,omitempty"`     // types of holds whose release opens one of this type on the same target
	Roles    []string `json:"roles,omitempty"`     // who may open it by hand: actors with any of them, and the system; empty is everybody
}

// HoldEnd says what lifts a hold beside the approval of its tiers.
type HoldEnd struct {
	// Roles are who may release or reject it by hand: actors with any of them, and
	// the system. Empty is everybody, or nobody where the type has tiers.
	Roles []string      `json:"roles,omitempty"`
	After time.Duration `json:"after,omitempty"` // it releases itself so long after it was opened; 0 never
	// BeforePromise releases it by itself so long before the order's PromisedAt, where
	// there is one; 0 never.
	BeforePromise time.Duration `json:"before_promise,omitempty"`
	When          string        `json:"when,omitempty"` // the rule that releases it; it is asked after every command about the order
}

// HoldTier is one level of approval.
type HoldTier struct {
	Name  string   `json:"name"`
	Roles []string `json:"roles"` // who may approve for it: actors with any of them
}

// The built-in types of hold.
const (
	HoldPayment     = "payment"      // the money is not there
	HoldFraud       = "fraud"        // somebody has to look whether it is fraud
	HoldCreditLimit = "credit_limit" // the customer owes too much
	HoldAddress     = "address"      // nobody can deliver there
	HoldApproval    = "approval"     // somebody has to agree
	HoldStock       = "stock"        // it leaves only when everything is there
	HoldExchange    = "exchange"     // it leaves when the goods it is exchanged for have come
	HoldManual      = "manual"       // whatever a person wants to wait for
)

// The types of [PromiseHolds].
const (
	HoldPromise  = "promise"  // what was promised can still be kept
	HoldJeopardy = "jeopardy" // it hardly can: units have not left, and their time on the way is all that is left
)

// PromiseHolds returns two types that watch over promises, to be added to those of a
// shop. An order with a PromisedAt is placed under HoldPromise. When no more is left
// until then than lead, the time that goods are on their way, and units of it have not
// left, that is lifted and HoldJeopardy opened. Both are lifted when nothing is left to
// be shipped. They block nothing.
func PromiseHolds(lead time.Duration) []HoldType {
	return []HoldType{
		{
			Code: HoldPromise, Label: "Promised", Watch: true, Opens: HoldOpening{OnPlace: RulePromised},
			Releases: HoldEnd{When: RuleNothingOpen, BeforePromise: lead},
		},
		{
			Code: HoldJeopardy, Label: "In jeopardy", Watch: true, Opens: HoldOpening{After: []string{HoldPromise}},
			Releases: HoldEnd{When: RuleNothingOpen},
		},
	}
}

// BuiltinHolds returns the built-in types, to be used as they are or changed. None of
// them opens by itself. Where workflows are given, they block and take only actions
// that one of those has. The slice is the caller's.
func BuiltinHolds(workflows ...Workflow) []HoldType {
	types := builtinHolds()
	if len(workflows) == 0 {
		return types
	}
	asked := HoldRegistry{Workflows: workflows}.asked()
	for i := range types {
		t := &types[i]
		t.Blocks = slices.DeleteFunc(t.Blocks, func(what string) bool {
			return what != BlockAll && what != BlockChange && what != BlockCapture && !asked[what]
		})
		if !asked[t.OnReject] {
			t.OnReject = ""
		}
	}
	return slices.DeleteFunc(types, func(t HoldType) bool { return len(t.Blocks) == 0 })
}

func builtinHolds() []HoldType {
	return []HoldType{
		{
			Code: HoldPayment, Label: "Payment", Blocks: []string{ActionShip},
			Releases: HoldEnd{When: RuleMoneySecured},
		},
		{
			Code: HoldFraud, Label: "Fraud review", Blocks: []string{ActionShip, BlockCapture, BlockChange},
			Releases: HoldEnd{Roles: []string{"fraud", "manager"}}, OnReject: ActionCancel,
		},
		{
			Code: HoldCreditLimit, Label: "Credit limit", Blocks: []string{ActionShip, BlockChange},
			Releases: HoldEnd{Roles: []string{"finance", "manager"}, When: RuleMoneySecured}, OnReject: ActionCancel,
		},
		{
			Code: HoldAddress, Label: "Address", Blocks: []string{ActionShip},
			Scopes: []HoldScope{HoldsOrder, HoldsFulfillment},
		},
		{
			Code: HoldApproval, Label: "Approval", Blocks: []string{ActionPay, BlockCapture, ActionShip, BlockChange},
			Tiers: []HoldTier{{Name: "manager", Roles: []string{"manager"}}}, OnReject: ActionCancel,
		},
		{
			Code: HoldStock, Label: "Stock", Blocks: []string{ActionShip},
			Scopes: []HoldScope{HoldsOrder, HoldsLine}, Releases: HoldEnd{When: RuleStockFilled},
		},
		{Code: HoldExchange, Label: "Exchange", Blocks: []string{ActionShip}},
		{
			Code: HoldManual, Label: "Manual", Blocks: []string{BlockAll},
			Scopes: []HoldScope{HoldsOrder, HoldsLine, HoldsFulfillment},
		},
	}
}

// On reports whether a hold of the type can be on that.
func (t HoldType) On(scope HoldScope) bool {
	return slices.Contains(t.scopes(), scope)
}

func (t HoldType) scopes() []HoldScope {
	if len(t.Scopes) == 0 {
		return []HoldScope{HoldsOrder}
	}
	return t.Scopes
}

// blocks reports whether the type blocks what is asked for.
func (t *HoldType) blocks(what string) bool {
	return slices.Contains(t.Blocks, what) || slices.Contains(t.Blocks, BlockAll) && !endsOrNotes(what)
}

func endsOrNotes(what string) bool {
	switch what {
	case ActionCancel, ActionCancelLines, ActionExpire, ActionNote:
		return true
	}
	return false
}

// permits reports whether an actor has one of the roles. The system, which does what
// was configured, needs none.
func permits(roles []string, a event.Actor) bool {
	return a.Kind == event.System || a.Kind == "" || slices.ContainsFunc(roles, a.Has)
}
