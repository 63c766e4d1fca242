package order

import (
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/go-oms/oms/fault"
)

// DraftMove is something that is done to a draft.
type DraftMove string

// The moves.
const (
	MoveSave    DraftMove = "save"    // change what is wanted
	MovePlace   DraftMove = "place"   // make it an order at today's prices
	MoveMerge   DraftMove = "merge"   // let another draft take it in
	MoveRequest DraftMove = "request" // ask the seller for a price
	MoveOffer   DraftMove = "offer"   // name the seller's price
	MoveCounter DraftMove = "counter" // answer an offer with another price
	MoveAccept  DraftMove = "accept"  // make it an order at the offered price
	MoveDecline DraftMove = "decline" // end the talk about a price
	MoveDiscard DraftMove = "discard" // throw it away
	MoveExpire  DraftMove = "expire"  // end it when its time is over
)

// draftStep is from which statuses a move can be made, and to which it leads.
type draftStep struct {
	from []DraftStatus
	to   DraftStatus
}

var openDrafts = []DraftStatus{DraftEdited, QuoteRequested, QuoteOffered, QuoteCountered}

// draftSteps is the whole life of drafts and quotes but for their expiry.
var draftSteps = map[DraftMove]draftStep{
	MoveSave:    {[]DraftStatus{DraftEdited}, DraftEdited},
	MovePlace:   {[]DraftStatus{DraftEdited}, DraftOrdered},
	MoveMerge:   {[]DraftStatus{DraftEdited}, DraftMerged},
	MoveRequest: {[]DraftStatus{DraftEdited}, QuoteRequested},
	MoveOffer:   {openDrafts, QuoteOffered},
	MoveCounter: {[]DraftStatus{QuoteOffered}, QuoteCountered},
	MoveAccept:  {[]DraftStatus{QuoteOffered}, DraftOrdered},
	MoveDecline: {[]DraftStatus{QuoteRequested, QuoteOffered, QuoteCountered}, QuoteDeclined},
	MoveDiscard: {openDrafts, DraftDiscarded},
}

// StatusAt is the status by the clock: an open draft whose time is over has expired,
// whether or not that was recorded.
func (d *Draft) StatusAt(now time.Time) DraftStatus {
	if d.Open() && !d.ExpiresAt.After(now) {
		return DraftExpired
	}
	return d.Status
}

// Can returns a *[DraftStatusError] where the move cannot be made now.
func (d *Draft) Can(move DraftMove, now time.Time) error {
	m := draftSteps[move]
	if status := d.StatusAt(now); !slices.Contains(m.from, status) {
		return &DraftStatusError{ID: d.ID, Asked: move, Status: status, Allowed: slices.Clone(m.from), OrderID: d.OrderID}
	}
	return nil
}

func (d *Draft) move(move DraftMove, now time.Time) error {
	if err := d.Can(move, now); err != nil {
		return err
	}
	d.Status = draftSteps[move].to
	if !d.Open() {
		d.ExpiresAt = time.Time{}
	}
	return nil
}

// until makes the draft last until a time to come.
func (d *Draft) until(field string, expires, now time.Time) error {
	if !expires.After(now) {
		return fault.Invalid(field, expires.Format(time.RFC3339), "a time after "+now.Format(time.RFC3339))
	}
	d.ExpiresAt = expires
	return nil
}

// Begin makes a new draft one that can be changed and placed until it expires.
func (d *Draft) Begin(expires, now time.Time) error {
	d.Status, d.CreatedAt = DraftEdited, now
	return d.until("expires_at", expires, now)
}

// Keep says until when a draft that can be changed lasts from now on.
func (d *Draft) Keep(expires, now time.Time) error {
	if err := d.Can(MoveSave, now); err != nil {
		return err
	}
	return d.until("expires_at", expires, now)
}

// Place records the order that a draft has become.
func (d *Draft) Place(orderID uuid.UUID, now time.Time) error {
	if err := d.move(MovePlace, now); err != nil {
		return err
	}
	d.OrderID = orderID
	return nil
}

// Merge closes a draft whose lines went into another one.
func (d *Draft) Merge(into uuid.UUID, now time.Time) error {
	if err := d.move(MoveMerge, now); err != nil {
		return err
	}
	d.MergedInto = into
	return nil
}

// Request asks the seller for a price.
func (d *Draft) Request(expires, now time.Time) error {
	if err := d.move(MoveRequest, now); err != nil {
		return err
	}
	if err := d.negotiable(); err != nil {
		return err
	}
	return d.until("expires_at", expires, now)
}

// negotiable refuses a draft that no quote can be made of.
func (d *Draft) negotiable() error {
	switch {
	case d.CustomerID == uuid.Nil:
		return fault.Invalid("customer_id", d.CustomerID, "a customer, who can accept")
	case len(d.Coupons) > 0:
		return fault.Invalid("coupons", len(d.Coupons), "none: a quote's discounts are the seller's")
	}
	return nil
}

// Offered names the seller's price, for an open draft in whatever status.
func (d *Draft) Offered(offer Offer, until, now time.Time) error {
	if err := d.move(MoveOffer, now); err != nil {
		return err
	}
	if err := d.negotiable(); err != nil {
		return err
	}
	d.Offer = &offer
	return d.until("valid_until", until, now)
}

// Counter answers an offer with what the buyer would buy for.
func (d *Draft) Counter(lines []DraftLine, expires, now time.Time) error {
	if err := d.move(MoveCounter, now); err != nil {
		return err
	}
	d.Lines = slices.Clone(lines)
	return d.until("expires_at", expires, now)
}

// Accept records the order that an offer has become.
func (d *Draft) Accept(orderID uuid.UUID, now time.Time) error {
	if err := d.move(MoveAccept, now); err != nil {
		return err
	}
	d.OrderID = orderID
	return nil
}

// Decline ends a quote.
func (d *Draft) Decline(now time.Time) error { return d.move(MoveDecline, now) }

// Discard throws an open draft or quote away.
func (d *Draft) Discard(now time.Time) error { return d.move(MoveDiscard, now) }

// Expire ends an open draft whose time is over.
func (d *Draft) Expire(now time.Time) error {
	if !d.Open() || d.ExpiresAt.After(now) {
		return &DraftStatusError{ID: d.ID, Asked: MoveExpire, Status: d.Status, Allowed: []DraftStatus{DraftExpired}, OrderID: d.OrderID}
	}
	d.Status, d.ExpiresAt = DraftExpired, time.Time{}
	return nil
}
