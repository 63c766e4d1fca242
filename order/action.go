package order

// The names by which the flows of this module ask the workflow. A workflow that
// lacks one of them refuses the flow in every state. Placing is not an action:
// an order starts in the initial state, and automatic actions take it from there.
const (
	ActionPay         = "pay"          // take or secure money
	ActionConfirm     = "confirm"      // the money is secured, the goods may go
	ActionShip        = "ship"         // hand units to a carrier
	ActionDeliver     = "deliver"      // shipped units have arrived
	ActionComplete    = "complete"     // nothing is left to do
	ActionCancel      = "cancel"       // call off the whole order
	ActionCancelLines = "cancel_lines" // call off some units
	ActionVoid        = "void"         // every unit was called off, so the order is
	ActionExpire      = "expire"       // it was not paid in time
	ActionReturn      = "return"       // ask for, send or receive units back
	ActionRefund      = "refund"       // give money back
	ActionNote        = "note"         // add a remark
	ActionChange      = "change"       // change what was agreed on
)

// The effects that this module's flows carry out, each as a part of the batch
// that changes the status.
const (
	EffectReleaseStock = "release_stock" // give back what is allocated and not shipped
	EffectReturnMoney  = "return_money"  // void what is held, refund what was taken
)

// Action leads from one state to another, or stays: something that an actor asks
// for or, when Automatic, that happens as soon as its guards allow it. Guards and
// Effects are names that a [Registry] gives meaning to.
type Action struct {
	Name  string   `json:"name"`            // spelled like a state's
	Label string   `json:"label,omitempty"` // for people; the name when empty
	From  []string `json:"from"`
	To    string   `json:"to,omitempty"` // empty stays in whichever state the order is in
	// Guards must all allow the action. They are asked in this order.
	Guards  []string `json:"guards,omitempty"`
	Effects []string `json:"effects,omitempty"` // carried out in this order
	// Roles are who may ask: actors with any of them, and the system; empty is
	// everybody. They come on top of the host's authorizer.
	Roles          []string `json:"roles,omitempty"`
	Automatic      bool     `json:"automatic,omitempty"`
	ReasonRequired bool     `json:"reason_required,omitempty"`
}

// leads returns the state the action leads to from a state.
func (a *Action) leads(from string) string {
	if a.To == "" {
		return from
	}
	return a.To
}

// Allowance is what an order's state says about one action. Whether a reason was
// given is not looked at: ReasonRequired says that one will be needed.
type Allowance struct {
	Action         string
	To             string // the state after it
	Automatic      bool
	ReasonRequired bool
	Allowed        bool
	Denials        []Denial // why not; empty when allowed
}

// Fired is an automatic action that took place.
type Fired struct {
	Action   string
	From, To string
	Effects  []string // to be carried out by the caller, in this order
}

// Guard decides whether an action may take place. It is a pure function of the
// facts, reads the order in them and never changes it, and returns nil to allow.
// Of the Denial it returns, Code and Message are kept; the machine fills in the
// rest. It may be called from several goroutines at once, and more than once for
// one action.
type Guard func(Facts) *Denial

// Denial is one reason why an action is not allowed.
type Denial struct {
	Action  string
	Guard   string // the guard that denied; empty for the machine's own reasons
	Code    string // for programs
	Message string // for people
}

// The codes of the machine's own denials.
const (
	DeniedRole     = "role_required"   // the actor has none of the action's roles
	DeniedReason   = "reason_required" // no reason was given
	DeniedState    = "wrong_state"     // the workflow has the action, but not from this state
	DeniedUnknown  = "unknown_action"  // the workflow does not have the action
	DeniedStarted  = "already_started" // the order has a status already
	DeniedHeld     = "on_hold"         // a hold blocks the action
	DeniedNoDetail = "denied"          // a guard denied and gave no code
)

// Deny returns a denial for a guard to return.
func Deny(code, message string) *Denial { return &Denial{Code: code, Message: message} }
