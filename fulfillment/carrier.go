package fulfillment

import (
	"context"
	"time"

	"github.com/go-oms/oms/money"
)

// Carrier sells labels and says where parcels are. Prices here are what the
// merchant pays; what the customer pays is a [Method]'s business. Every method is
// safe for concurrent use and returns soon after its context ends.
//
// Errors are *[CarrierError] and say what the caller may conclude. Any other
// error counts as outcome unknown. An adapter may repeat a call by itself only
// when it surely was not sent. What a carrier cannot do it answers with
// [ReasonUnsupported] and says so in its capabilities. Package carriertest states
// these rules as a suite.
type Carrier interface {
	Capabilities() Capabilities
	// Rates returns what the consignment would cost, cheapest first, and where
	// parts of the answer are missing the problems. It buys nothing.
	Rates(ctx context.Context, c Consignment) ([]Rate, []Problem, error)
	// Buy buys one label. It is refused with [ReasonPrice] when it would cost
	// more than MaxCost. The reference goes to the carrier, so that Find can
	// find the label when the answer is lost.
	Buy(ctx context.Context, r BuyRequest) (Label, error)
	// Void gives a label back. Repeating it does no harm.
	Void(ctx context.Context, labelRef string) (VoidResult, error)
	// Track returns the scans known so far, oldest first; none for a label that
	// was not scanned yet.
	Track(ctx context.Context, tracking string) ([]Scan, error)
	// Find returns the labels bought under a reference, voided ones included, and
	// none when there are none. It resolves a Buy whose answer was lost.
	Find(ctx context.Context, reference string) ([]Label, error)
}

// Capabilities is what a carrier can do. It does not change while it is in use.
type Capabilities struct {
	Rates    bool // Rates answers with prices
	Tracking bool // labels have tracking numbers of the carrier's own, and Track answers
	Voids    bool // Void gives labels back
	// Idempotent: a second Buy under the same reference buys nothing. For the same
	// request it returns the first label, for another it returns that or is
	// refused with [ReasonReference].
	Idempotent bool
	// Finds: Find surely shows a label that was bought [LabelGrace] ago, so that
	// finding none proves that none was bought.
	Finds bool
}

// Address is where a consignment starts or ends. It passes through to the carrier
// and is not stored.
type Address struct {
	Name, Company            string
	Line1, Line2             string
	City, Region, PostalCode string
	Country                  string // ISO 3166-1 alpha-2
	Phone, Email             string
}

// Consignment is what a carrier is asked to take.
type Consignment struct {
	From, To Address
	Parcels  []Parcel       // at least one
	Currency money.Currency // for prices; empty for the carrier's own
}

// BuyRequest asks for one label for all parcels of a consignment.
type BuyRequest struct {
	Reference string // the shipment's id; unique in the tenant
	Consignment
	Service  string      // empty for the carrier's usual one
	MaxCost  money.Money // zero Money for no limit
	Tracking string      // typed by staff, for carriers that do not number themselves
	At       time.Time   // when the consignment leaves
}

// Rate is what a consignment would cost.
type Rate struct {
	Service          string
	Label            string // for people
	Cost             money.Money
	MinDays, MaxDays int // on the way; 0 when unknown
}

// Problem is why a part of the rates is missing, such as a sub-carrier that did
// not answer.
type Problem struct{ Service, Message string }

// VoidResult is what became of a label that was given back.
type VoidResult string

// The results of Void. Pending is not final: the carrier decides later.
const (
	Voided            VoidResult = "voided"
	VoidPending       VoidResult = "pending"
	VoidRejected      VoidResult = "rejected"       // too late: it is on its way
	VoidNotApplicable VoidResult = "not_applicable" // there is nothing to give back
)
