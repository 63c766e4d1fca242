package order

import (
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/go-oms/oms/money"
	"github.com/go-oms/oms/quantity"
)

// Return is goods on their way back, or back. What it may still become and what
// is credited for it follows from the units of its lines.
type Return struct {
	ID          uuid.UUID    `json:"id"`
	Status      ReturnState  `json:"status"`
	Reason      string       `json:"reason,omitempty"` // a code of the policy's reasons, or any text where it lists none
	RequestedAt time.Time    `json:"requested_at"`
	ReceivedAt  time.Time    `json:"received_at,omitzero"`
	Location    string       `json:"location,omitempty"` // where the goods came in
	Lines       []ReturnLine `json:"lines"`

	Receipt  string   `json:"receipt,omitempty"`  // the proof of purchase that was shown, a reference
	Evidence []string `json:"evidence,omitempty"` // references to pictures and the like
	Override string   `json:"override,omitempty"` // why staff took it against the rules
	Instant  bool     `json:"instant,omitempty"`  // credited before the goods came
	// ExpiresAt is when what has not come by then is given up; zero for never.
	ExpiresAt time.Time `json:"expires_at,omitzero"`
	// Shipping is what the customer pays for the way back; Charged is what was
	// charged of it so far, never more than the credit for the goods.
	Shipping money.Money `json:"shipping"`
	Charged  money.Money `json:"charged"`

	Label   ReturnLabel    `json:"label,omitzero"`
	Unasked []UnaskedGoods `json:"unasked,omitempty"` // what came and nobody had asked for
	Problem string         `json:"problem,omitempty"` // what a person should look into

	// Outbound is the order that the value of the goods goes to, in an exchange.
	Outbound uuid.UUID `json:"outbound,omitzero"`

	// Claim is what the customer says is wrong with the units, where he does. What is
	// then asked back is credited already.
	Claim Claim `json:"claim,omitzero"`
}

// ReturnState is the state of one return, derived from its lines.
type ReturnState string

// The states of a return.
const (
	ReturnRequested ReturnState = "requested"
	ReturnPartly    ReturnState = "partly_received"
	ReturnReceived  ReturnState = "received"
	ReturnCanceled  ReturnState = "canceled"
	ReturnExpired   ReturnState = "expired" // nothing came in time
	ReturnClosed    ReturnState = "closed"  // nothing came: lost on the way, or left with the customer
)

// ReturnLine is one position of a return. LineID is zero in a blind return, which
// knows no sale; SKU and UnitPrice then say what came back and at which price.
//
// The quantities from Good to Short are a partition of what is settled or given
// up; the rest of Quantity is still to come.
type ReturnLine struct {
	LineID    uuid.UUID         `json:"line_id,omitzero"`
	SKU       string            `json:"sku"`
	Quantity  quantity.Quantity `json:"quantity"`
	UnitPrice money.Money       `json:"unit_price"`

	Good        quantity.Quantity `json:"good,omitzero"`        // received and restocked
	Damaged     quantity.Quantity `json:"damaged,omitzero"`     // received, not sellable
	Quarantined quantity.Quantity `json:"quarantined,omitzero"` // received, to be inspected
	Scrapped    quantity.Quantity `json:"scrapped,omitzero"`    // received and thrown away
	Dismissed   quantity.Quantity `json:"dismissed,omitzero"`   // received and refused, no credit
	Canceled    quantity.Quantity `json:"canceled,omitzero"`    // called off
	Expired     quantity.Quantity `json:"expired,omitzero"`     // did not come in time
	Lost        quantity.Quantity `json:"lost,omitzero"`        // lost on the way back, no credit
	Excused     quantity.Quantity `json:"excused,omitzero"`     // lost on the way back, credited all the same
	Kept        quantity.Quantity `json:"kept,omitzero"`        // left with the customer, credited all the same
	Wrong       quantity.Quantity `json:"wrong,omitzero"`       // something else came in their place
	Short       quantity.Quantity `json:"short,omitzero"`       // the parcel held fewer

	InTransit quantity.Quantity `json:"in_transit,omitzero"` // of those still to come

	Acceptance Acceptance `json:"acceptance,omitempty"` // empty means pending
	Resolution Resolution `json:"resolution,omitempty"` // empty means ToTenders
	Review     string     `json:"review,omitempty"`     // the rule that sent the line to a person

	// The restocking fee that was agreed on: a part of the credit, or so much a unit.
	FeePPM  int64       `json:"fee_ppm,omitempty"`
	FeeUnit money.Money `json:"fee_unit"`

	Credited quantity.Quantity `json:"credited,omitzero"` // units that credit is given for
	Fee      money.Money       `json:"fee"`               // the restocking fee charged for them

	// Granted is what a claim has brought the customer for units that he keeps, where it
	// was less than their share of the line's total.
	Granted money.Money `json:"granted"`
}

// UnaskedGoods is what came with a return and nobody had asked for. It is in
// quarantine at the place where the return came in, and nothing is credited.
type UnaskedGoods struct {
	SKU      string            `json:"sku"`
	Quantity quantity.Quantity `json:"quantity"`
}

// Resolution is what the customer gets for what he sends back.
type Resolution string

// The resolutions. ToTenders and NoCredit can be asked for, and ToStoreCredit where the
// order has a customer; ToExchange is that of the returns of exchanges. ToReplacement is
// known by name and refused with a [*ResolutionError].
const (
	ToTenders     Resolution = "original"     // credited; a refund goes to where the money came from
	NoCredit      Resolution = "none"         // nothing
	ToStoreCredit Resolution = "store_credit" // credited; the credit goes to the account of the order's customer
	ToReplacement Resolution = "replacement"  // the same again
	ToExchange    Resolution = "exchange"     // credited; the credit pays for other goods
)

// ReturnLabel is the label that a customer's parcel comes back with. Its zero
// value means that there is none.
type ReturnLabel struct {
	ID        uuid.UUID        `json:"id"` // the reference that it is bought under
	State     ReturnLabelState `json:"state"`
	Carrier   string           `json:"carrier"` // its name in the host's configuration
	Service   string           `json:"service,omitempty"`
	Tracking  string           `json:"tracking,omitempty"`
	Ref       string           `json:"ref,omitempty"` // the carrier's id of the label
	URL       string           `json:"url,omitempty"`
	Grams     int64            `json:"grams,omitempty"` // of the parcel; 0 when unknown
	MaxCost   money.Money      `json:"max_cost"`        // zero Money for no limit
	Cost      money.Money      `json:"cost"`            // zero Money when unknown
	Attempts  int              `json:"attempts,omitempty"`
	NextAt    time.Time        `json:"next_at,omitzero"` // when Run looks at it again
	Problem   string           `json:"problem,omitempty"`
	CreatedAt time.Time        `json:"created_at"`
}

// ReturnLabelState is how far the purchase of a return's label has come.
type ReturnLabelState string

// The states of a return's label.
const (
	ReturnLabelWanted  ReturnLabelState = "wanted"   // committed, the carrier is being asked
	ReturnLabelInDoubt ReturnLabelState = "in_doubt" // the carrier's answer was lost
	ReturnLabelBought  ReturnLabelState = "bought"
	ReturnLabelFailed  ReturnLabelState = "failed" // the carrier refused: another one can be asked for
)

// InFlight reports whether nobody knows yet whether there is a label.
func (s ReturnLabelState) InFlight() bool {
	return s == ReturnLabelWanted || s == ReturnLabelInDoubt
}

// Line returns the position that sends units of an order's line back, or nil. The
// pointer is into r.
func (r *Return) Line(lineID uuid.UUID) *ReturnLine {
	for i := range r.Lines {
		if r.Lines[i].LineID == lineID {
			return &r.Lines[i]
		}
	}
	return nil
}

// DueAt returns when somebody must look at the return though nobody asks: its
// label, or the end of its time while units are to come that no carrier has. The
// zero time means never.
func (r *Return) DueAt() time.Time {
	var due time.Time
	if r.Label.State.InFlight() {
		due = r.Label.NextAt
	}
	waiting := slices.ContainsFunc(r.Lines, func(l ReturnLine) bool { return l.Awaited().Sign() > 0 })
	if !r.ExpiresAt.IsZero() && waiting && (due.IsZero() || r.ExpiresAt.Before(due)) {
		due = r.ExpiresAt
	}
	return due
}

// Open reports whether units are still to come.
func (r *Return) Open() bool {
	return slices.ContainsFunc(r.Lines, func(l ReturnLine) bool { return l.Outstanding().Sign() > 0 })
}

// Clone returns a copy that shares nothing that changes.
func (r Return) Clone() Return {
	r.Lines, r.Evidence, r.Unasked = slices.Clone(r.Lines), slices.Clone(r.Evidence), slices.Clone(r.Unasked)
	return r
}

func (r Return) equal(other Return) bool {
	return r.ID == other.ID && r.Status == other.Status && r.Reason == other.Reason &&
		r.RequestedAt.Equal(other.RequestedAt) && r.ReceivedAt.Equal(other.ReceivedAt) &&
		r.Location == other.Location && slices.Equal(r.Lines, other.Lines) &&
		r.Receipt == other.Receipt && slices.Equal(r.Evidence, other.Evidence) && r.Override == other.Override &&
		r.Instant == other.Instant && r.ExpiresAt.Equal(other.ExpiresAt) &&
		r.Shipping == other.Shipping && r.Charged == other.Charged && r.Label.equal(other.Label) &&
		slices.Equal(r.Unasked, other.Unasked) && r.Problem == other.Problem && r.Outbound == other.Outbound &&
		r.Claim.equal(other.Claim)
}

func (l ReturnLabel) equal(other ReturnLabel) bool {
	times := l.NextAt.Equal(other.NextAt) && l.CreatedAt.Equal(other.CreatedAt)
	l.NextAt, l.CreatedAt = other.NextAt, other.CreatedAt
	return times && l == other
}
