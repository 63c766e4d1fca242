package payment

import (
	"time"

	"github.com/google/uuid"

	"github.com/go-oms/oms/money"
)

// Kind is what an operation asks a gateway to do.
type Kind string

// The kinds of operation.
const (
	Authorize Kind = "authorize" // hold an amount
	Sale      Kind = "sale"      // authorize and capture at once
	Capture   Kind = "capture"   // take an authorized amount, or a part of it
	Void      Kind = "void"      // give up what is authorized and not captured
	Refund    Kind = "refund"    // give back a captured amount, or a part of it
	Payout    Kind = "payout"    // give money without a capture to refer to: a blind return
)

// State is how far an operation has come. Facts only ever move it up this list
// (see [Fold]): of two final facts the later in the list wins.
type State string

// The states of an operation.
const (
	Created        State = "created"         // committed, not yet sent
	Sending        State = "sending"         // being sent, or the process died on it
	InDoubt        State = "in_doubt"        // the answer was lost: it may have happened
	Waiting        State = "pending"         // the gateway is working on it
	ActionRequired State = "action_required" // the payer must do something, see [Action]
	Canceled       State = "canceled"        // never took place
	Declined       State = "declined"        // the gateway or bank said no
	Succeeded      State = "succeeded"
)

// Final reports whether the state is a verdict.
func (s State) Final() bool { return s == Canceled || s == Declined || s == Succeeded }

// Tender is one means of paying one order: an aggregate of its own with the
// operations on it. Amounts are in the order's currency.
type Tender struct {
	ID      uuid.UUID   `json:"id"`
	OrderID uuid.UUID   `json:"order_id"`
	Version int64       `json:"version"`
	Gateway string      `json:"gateway"` // its name in the host's configuration
	Method  string      `json:"method,omitempty"`
	Amount  money.Money `json:"amount"` // what it is meant to carry
	Totals  Totals      `json:"totals"` // derived from the operations by Fold
	// AuthorizedUntil is when the authorization lapses; zero when it does not or
	// the gateway does not say.
	AuthorizedUntil time.Time `json:"authorized_until,omitzero"`
	CreatedAt       time.Time `json:"created_at"`

	Ops     []Op     `json:"ops,omitempty"`     // in order of creation
	Reports []Report `json:"reports,omitempty"` // in order of arrival

	// Kept in a row of its own and absent from events: the payer's token and what
	// the gateway wants to have handed back.
	Source string `json:"-"`
	Opaque []byte `json:"-"`
}

// Totals is where the money of a tender stands; every field is positive or zero.
// The in-flight fields count operations without a verdict: they count against
// every cap and never as paid.
type Totals struct {
	Authorized money.Money `json:"authorized"` // held or taken, voids subtracted
	Captured   money.Money `json:"captured"`   // gross
	Refunded   money.Money `json:"refunded"`
	PaidOut    money.Money `json:"paid_out"` // payouts without a capture
	Voided     money.Money `json:"voided"`

	AuthorizingNow money.Money `json:"authorizing_now"`
	CapturingNow   money.Money `json:"capturing_now"`
	RefundingNow   money.Money `json:"refunding_now"` // payouts included
	VoidingNow     money.Money `json:"voiding_now"`
}

// Op is one request to a gateway. It is committed before the call and its id is
// what the gateway is given as key and reference, so that a lost answer can be
// looked up.
type Op struct {
	ID        uuid.UUID   `json:"id"`
	Kind      Kind        `json:"kind"`
	Amount    money.Money `json:"amount"`
	State     State       `json:"state"`
	Settled   money.Money `json:"settled"`       // what took place by the gateway's word: zero until success, then mostly Amount
	On        uuid.UUID   `json:"on,omitzero"`   // the capture or sale a refund refers to, or the authorization of a capture or void
	Ref       string      `json:"ref,omitempty"` // the gateway's id
	Decline   *Decline    `json:"decline,omitempty"`
	Attempts  int         `json:"attempts,omitempty"` // calls about it, questions included
	NextAt    time.Time   `json:"next_at,omitzero"`   // when Run looks at it again; zero once final or left to a person
	CreatedAt time.Time   `json:"created_at"`
	SentAt    time.Time   `json:"sent_at,omitzero"` // when it was last handed to the gateway
	SettledAt time.Time   `json:"settled_at,omitzero"`
}

// Decline is a refusal by the gateway or the bank behind it.
type Decline struct {
	Code        string `json:"code"`                   // one of the Decline… codes
	Retry       Retry  `json:"retry,omitempty"`        // may it be tried again
	GatewayCode string `json:"gateway_code,omitempty"` // as the gateway said it
	Message     string `json:"message,omitempty"`      // for the operator
}

// Retry is advice on trying a declined payment again.
type Retry string

// The advices. Without advice nothing is retried by itself.
const (
	RetryNever       Retry = "never"
	RetryLater       Retry = "later"
	RetryOtherMethod Retry = "other_method"
	RetryWithPayer   Retry = "with_authentication"
)

// Channel says how a report reached us.
type Channel string

// The channels.
const (
	Answer  Channel = "answer"  // the answer to our call
	Webhook Channel = "webhook" // the gateway told us
	Looked  Channel = "lookup"  // we asked
	Typed   Channel = "manual"  // a person recorded it
)

// Report is a fact about an operation, as told by its gateway. Reports are stored
// before anything follows from them and are never refused; the same report
// (Gateway, EventID) is stored once. A report without a TenderID is parked until
// its operation is known.
type Report struct {
	ID       uuid.UUID   `json:"id"`
	TenderID uuid.UUID   `json:"tender_id,omitzero"`
	OpID     uuid.UUID   `json:"op_id,omitzero"`
	Gateway  string      `json:"gateway"`
	EventID  string      `json:"event_id"` // the gateway's id of the event, or one we derive
	Channel  Channel     `json:"channel"`
	State    State       `json:"state"`
	Ref      string      `json:"ref,omitempty"`
	Amount   money.Money `json:"amount"` // the zero Money when the gateway does not say
	Decline  *Decline    `json:"decline,omitempty"`
	// AuthorizedUntil and Method are zero where the gateway does not say.
	AuthorizedUntil time.Time `json:"authorized_until,omitzero"`
	Method          string    `json:"method,omitempty"`
	Note            string    `json:"note,omitempty"` // why there is no verdict, for the operator
	At              time.Time `json:"at"`
	ReceivedAt      time.Time `json:"received_at"`
}

// Delta is everything that a change did to a tender: the payload of its events
// and what a store writes.
type Delta struct {
	Tender  Tender   `json:"tender"`            // after the change, without its slices
	Ops     []Op     `json:"ops,omitempty"`     // new and changed ones, whole
	Reports []Report `json:"reports,omitempty"` // appended
}

// Changes is what a batch writes about one tender. The zero Changes is nothing.
type Changes struct {
	Delta *Delta
	// Secret replaces the tender's Source and Opaque when set.
	Secret *Secret
	// Parked are reports whose operation is not known yet; Matched are the ids
	// of parked reports that Delta has taken over.
	Parked  []Report
	Matched []uuid.UUID
}

// Secret is the part of a tender that events must not carry.
type Secret struct {
	TenderID uuid.UUID
	Source   string
	Opaque   []byte
}
