package payment

import (
	"context"
	"net/http"
	"net/url"
	"time"

	"github.com/google/uuid"

	"github.com/go-oms/oms/money"
)

// Gateway moves money on our behalf: an adapter to a payment service, or to a
// person with a cash box. It is safe for concurrent use.
//
// Its methods answer a verdict, or that there is none:
//
//   - A [Result] is a fact, and so is a refusal by the bank: a decline is a
//     Result with State Declined and a nil error.
//   - An error means that the gateway gave no verdict. A *[GatewayError] says
//     whether the request may have been carried out; any other error counts as
//     "it may have", see [OutcomeOf].
//
// A gateway sends each request once. It keeps Identity.ID with what it made, as
// key and as reference, so that the same request sent again has no second
// effect (within Capabilities.KeyTTL) and so that Lookup finds it. It never
// makes up a key of its own and leaves every repetition to its caller.
type Gateway interface {
	// Capabilities says what the gateway can do. The answer does not change.
	Capabilities() Capabilities
	// Authorize holds an amount, or takes it at once.
	Authorize(ctx context.Context, r AuthorizeRequest) (Result, error)
	// Capture takes an authorized amount, or a part of it.
	Capture(ctx context.Context, r CaptureRequest) (Result, error)
	// Void gives up what is authorized and not captured.
	Void(ctx context.Context, r VoidRequest) (Result, error)
	// Refund gives back a captured amount, or a part of it.
	Refund(ctx context.Context, r RefundRequest) (Result, error)
	// Lookup says what the gateway knows of an operation, and changes nothing.
	// It finds it by Ref when that is known and by Identity.ID otherwise, never
	// by its amount.
	Lookup(ctx context.Context, r LookupRequest) (Snapshot, error)
}

// Continuer is a gateway whose payer may have to do something before there is a
// verdict. It goes with Capabilities.Continues.
type Continuer interface {
	// Continue takes an operation up again once the payer is back. Doing so
	// twice answers twice the same.
	Continue(ctx context.Context, r ContinueRequest) (Result, error)
}

// Receiver is a gateway that tells of its own accord. It goes with
// Capabilities.Webhooks.
type Receiver interface {
	// ParseWebhook checks who sent a delivery and reads the reports in it. They
	// come without ID, TenderID, Gateway and ReceivedAt, which are the caller's
	// to fill in, and with an OpID, a Ref or both. A delivery that is not the
	// gateway's, or that is too old or ahead of its time, is a *[SignatureError];
	// one that cannot be read is a *fault.InvalidError. A delivery about
	// something that is no payment has no reports.
	ParseWebhook(ctx context.Context, d Delivery) ([]Report, error)
	// Acknowledge returns the answer that the gateway expects; err is what came
	// of storing the reports, nil when they are stored.
	Acknowledge(err error) Acknowledgement
}

// Payouter is a gateway that can give money without a capture to refer to. It
// goes with Capabilities.Payouts.
type Payouter interface {
	Payout(ctx context.Context, r PayoutRequest) (Result, error)
}

// Identity says which operation a request is. A request that is sent again is the
// same but for Attempt and Opaque, which no gateway may count into what it
// compares under a key.
type Identity struct {
	// ID is the operation's id. Its text, 36 characters, is what the gateway is
	// given as idempotency key and as reference.
	ID      uuid.UUID
	Order   string // the order's number, for the gateway's own pages and the payer's statement
	Attempt int    // 1 for the first call about the operation; for logs, never part of the key
}

// Key returns the idempotency key.
func (i Identity) Key() string { return i.ID.String() }

// AuthorizeRequest asks to hold an amount.
type AuthorizeRequest struct {
	Op      Identity
	Amount  money.Money
	Capture bool   // take it at once: a sale
	Source  string // the payer's token
	Opaque  []byte // the last one the gateway gave for this tender
}

// CaptureRequest asks to take an authorized amount.
type CaptureRequest struct {
	Op     Identity
	Amount money.Money
	Of     string // the authorization's Ref
	Final  bool   // nothing more can be captured of it: the gateway has no MultipleCaptures
	Opaque []byte
}

// VoidRequest asks to give up an authorized amount.
type VoidRequest struct {
	Op     Identity
	Amount money.Money // all that is left of it
	Of     string      // the authorization's Ref
	Opaque []byte
}

// RefundRequest asks to give back a captured amount.
type RefundRequest struct {
	Op     Identity
	Amount money.Money
	Of     string // the capture's or sale's Ref
	Opaque []byte
}

// PayoutRequest asks to give money without a capture to refer to.
type PayoutRequest struct {
	Op     Identity
	Amount money.Money
	Source string // the receiver's token
	Opaque []byte
}

// ContinueRequest carries what the payer brought back.
type ContinueRequest struct {
	Op     Identity
	Ref    string
	Params url.Values // of the request that brought the payer's browser back
	Opaque []byte
}

// LookupRequest asks for one operation.
type LookupRequest struct {
	Op     Identity
	Kind   Kind
	Ref    string // the operation's own, empty when unknown
	Of     string // that of the capture or authorization it refers to
	Opaque []byte
}

// Result is a gateway's verdict on an operation, or how far it has come.
type Result struct {
	State  State  // Succeeded, Declined, Canceled, Waiting or ActionRequired
	Ref    string // the gateway's id of the operation, which no other of its operations has
	Amount money.Money
	// AuthorizedUntil is when a hold lapses; zero when it does not or nobody says.
	AuthorizedUntil time.Time
	Method          string // such as "card", "bank_transfer"
	Action          *Action
	Decline         *Decline
	At              time.Time // when it happened at the gateway; zero for just now
	// Opaque is kept for the tender and handed back with its next request; nil
	// leaves the one before.
	Opaque []byte
}

// Snapshot is what a gateway knows of an operation.
type Snapshot struct {
	Found  bool
	Result Result // when Found
	// Consistent means that a miss is a miss: whatever was sent longer than
	// Capabilities.FindDelay ago would have been found.
	Consistent bool
}

// Action is what the payer must do. It may hold a link that is a secret, so it is
// never stored: Lookup gives it again.
type Action struct {
	Kind   ActionKind
	URL    string
	Method string            // of the HTTP request that a redirect makes; empty for GET
	Fields map[string]string // to post with a redirect, or to show with instructions
}

// ActionKind says how an action is brought to the payer.
type ActionKind string

// The kinds of action.
const (
	Redirect     ActionKind = "redirect"     // send the payer's browser to URL
	Instructions ActionKind = "instructions" // show the payer Fields
)

// Delivery is one HTTP request from a gateway, as it came: no byte of Body may be
// changed before its signature is checked.
type Delivery struct {
	Header http.Header
	Body   []byte
}

// Acknowledgement is the answer to a delivery.
type Acknowledgement struct {
	Status      int // of HTTP
	ContentType string
	Body        []byte
}
