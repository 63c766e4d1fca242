package order

import (
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/go-oms/oms/money"
	"github.com/go-oms/oms/quantity"
)

// DraftStatus is where a draft, or the quote that it has become, stands.
type DraftStatus string

// The statuses. The last five are over.
const (
	DraftEdited    DraftStatus = "draft"     // it can be changed and placed
	QuoteRequested DraftStatus = "requested" // the buyer has asked for a price
	QuoteOffered   DraftStatus = "offered"   // the seller has named one
	QuoteCountered DraftStatus = "countered" // the buyer has named another one
	DraftOrdered   DraftStatus = "ordered"   // it has become an order
	QuoteDeclined  DraftStatus = "declined"  // one of the two did not want it
	DraftExpired   DraftStatus = "expired"   // its time is over
	DraftDiscarded DraftStatus = "discarded" // it was thrown away
	DraftMerged    DraftStatus = "merged"    // its lines went into another draft
)

// Draft is what may become an order: a cart that is kept, and what buyer and seller say
// to each other about its price. It is a value to be copied ([Draft.Clone]) and changed
// as a whole.
//
// It holds no personal data: the customer and his addresses are named by id.
type Draft struct {
	ID         uuid.UUID   `json:"id"`
	Version    int64       `json:"version"` // counts the draft's events
	CustomerID uuid.UUID   `json:"customer_id,omitzero"`
	Channel    string      `json:"channel,omitempty"`
	Status     DraftStatus `json:"status"`

	Lines    []DraftLine `json:"lines"`               // what the buyer wants
	ShipToID uuid.UUID   `json:"ship_to_id,omitzero"` // in the customer's address book
	BillToID uuid.UUID   `json:"bill_to_id,omitzero"` // likewise
	Shipping string      `json:"shipping,omitempty"`  // code of the shipping method
	Coupons  []string    `json:"coupons,omitempty"`   // codes, for a draft that is no quote
	Metadata Metadata    `json:"metadata,omitempty"`  // the host's, for the order
	Reserve  bool        `json:"reserve,omitempty"`   // its stock is kept as long as it is open
	Offer    *Offer      `json:"offer,omitempty"`     // what the seller said last
	Total    money.Money `json:"total"`               // that of the offer, or what it cost when it was saved

	// ExpiresAt is the first moment at which nobody can go on with it. Only an open one
	// has it.
	ExpiresAt  time.Time `json:"expires_at,omitzero"`
	OrderID    uuid.UUID `json:"order_id,omitzero"`    // what it became
	MergedInto uuid.UUID `json:"merged_into,omitzero"` // where its lines went
	CreatedAt  time.Time `json:"created_at"`
}

// DraftLine is goods that a buyer wants.
type DraftLine struct {
	SKU       string            `json:"sku"`
	Quantity  quantity.Quantity `json:"quantity"`
	Backorder bool              `json:"backorder,omitempty"` // see the cart's
	// UnitPrice is what the buyer of a quote asks to pay; the zero Money asks for
	// nothing.
	UnitPrice money.Money `json:"unit_price"`
}

// Offer is what a seller would sell for: an order's figures but for its taxes.
type Offer struct {
	Lines     []OfferLine     `json:"lines"`
	Shipping  []OfferedCharge `json:"shipping,omitempty"` // at most one
	Fees      []OfferedCharge `json:"fees,omitempty"`
	Discounts []OfferedCharge `json:"discounts,omitempty"` // positive
	// Country is where the goods would go. An offer for one country is none for another.
	Country string `json:"country,omitempty"`
	// PromiseIn is how long after the order it would be there; zero promises nothing.
	PromiseIn time.Duration `json:"promise_in,omitempty"`
	By        string        `json:"by,omitempty"` // who made it, as actors are written
}

// OfferLine is goods at the seller's price.
type OfferLine struct {
	SKU         string            `json:"sku"`
	Title       string            `json:"title,omitempty"`
	TaxCategory string            `json:"tax_category,omitempty"`
	Quantity    quantity.Quantity `json:"quantity"`
	Backorder   bool              `json:"backorder,omitempty"`
	UnitPrice   money.Money       `json:"unit_price"`
}

// OfferedCharge is an amount of an offer beside its goods.
type OfferedCharge struct {
	Code   string      `json:"code"`
	Label  string      `json:"label,omitempty"`
	Amount money.Money `json:"amount"`
}

// Open reports whether something can still come of the draft, its time apart.
func (d *Draft) Open() bool { return slices.Contains(openDrafts, d.Status) }

// Clone returns a copy that shares nothing that changes.
func (d *Draft) Clone() *Draft {
	c := *d
	c.Lines, c.Coupons, c.Metadata = slices.Clone(d.Lines), slices.Clone(d.Coupons), d.Metadata.Clone()
	if d.Offer != nil {
		offer := *d.Offer
		offer.Lines = slices.Clone(offer.Lines)
		offer.Shipping, offer.Fees, offer.Discounts = slices.Clone(offer.Shipping), slices.Clone(offer.Fees), slices.Clone(offer.Discounts)
		c.Offer = &offer
	}
	return &c
}

// Goods are the lines that the draft is about at the moment: the seller's where there
// is an offer to answer, else the buyer's.
func (d *Draft) Goods() []DraftLine {
	if d.Status != QuoteOffered || d.Offer == nil {
		return d.Lines
	}
	lines := make([]DraftLine, len(d.Offer.Lines))
	for i, l := range d.Offer.Lines {
		lines[i] = DraftLine{SKU: l.SKU, Quantity: l.Quantity, Backorder: l.Backorder, UnitPrice: l.UnitPrice}
	}
	return lines
}

// DraftDelta is what a change did to a draft: the payload of its events.
type DraftDelta struct {
	// Draft is the draft after the change.
	Draft Draft `json:"draft"`
	// Reason is why, in the words of who asked.
	Reason string `json:"reason,omitempty"`
}

// Delta returns the payload of the event that led to the draft as it is.
func (d *Draft) Delta(reason string) *DraftDelta {
	return &DraftDelta{Draft: *d.Clone(), Reason: reason}
}

// ApplyDraft returns the draft after the delta. Applying the deltas of all its events in
// order of version gives the stored one.
func ApplyDraft(_ *Draft, d *DraftDelta) *Draft { return d.Draft.Clone() }

// DraftFilter selects drafts; a zero field does not restrict.
type DraftFilter struct {
	CustomerID uuid.UUID
	Statuses   []DraftStatus
	// ExpiresTo asks for open ones that expire before that time, who goes first first.
	// Without it drafts come in order of id, which is that of making.
	ExpiresTo time.Time
	// After continues behind the draft with that ExpiresAt and ID.
	After *DraftCursor
	Limit int // 0: all
}

// DraftCursor is a place between two drafts of a listing.
type DraftCursor struct {
	ExpiresAt time.Time // looked at where the filter has ExpiresTo
	ID        uuid.UUID
}
