package order

import (
	"time"

	"github.com/google/uuid"

	"github.com/go-oms/oms/fault"
	"github.com/go-oms/oms/money"
	"github.com/go-oms/oms/quantity"
)

// Change is something that is to be done to a placed order, or was: an ordered list of
// steps, as data. [Preview] says what it would lead to without doing anything. What was
// agreed on at placing stays as it was: a change appends lines, credits and charges, and
// moves units; prices, discounts and taxes of placed units are never reckoned again.
//
// A change that is open waits to be applied. It keeps no stock and forbids nothing; an
// order has at most one, and one whose ExpiresAt has come is open no more.
type Change struct {
	ID          uuid.UUID    `json:"id"`
	Status      ChangeStatus `json:"status"`
	BaseVersion int64        `json:"base_version"` // of the order that the steps were made for
	Steps       []Step       `json:"steps"`
	// Inverse are the steps that take the change back when carried out from the last to
	// the first, noted when it was applied.
	Inverse   []Step      `json:"inverse,omitempty"`
	Due       money.Money `json:"due"` // by how much it moves what is owed, as last previewed
	Undoes    uuid.UUID   `json:"undoes,omitzero"`
	UndoneBy  uuid.UUID   `json:"undone_by,omitzero"`
	Reason    string      `json:"reason,omitempty"`
	By        string      `json:"by"` // the actor who made it, "kind:id"
	At        time.Time   `json:"at"`
	ExpiresAt time.Time   `json:"expires_at,omitzero"`
	EndedAt   time.Time   `json:"ended_at,omitzero"`    // applied or discarded
	EndReason string      `json:"end_reason,omitempty"` // of whoever decided on a change that was open
}

// ChangeStatus says what became of a change.
type ChangeStatus string

// The statuses of a change.
const (
	ChangeOpen      ChangeStatus = "open"
	ChangeApplied   ChangeStatus = "applied"
	ChangeDiscarded ChangeStatus = "discarded"
)

// IsOpen reports whether the change can still be applied at that time.
func (c *Change) IsOpen(now time.Time) bool {
	return c.Status == ChangeOpen && (c.ExpiresAt.IsZero() || now.Before(c.ExpiresAt))
}

// Change returns the change with that id, or nil. The pointer is into o.
func (o *Order) Change(id uuid.UUID) *Change {
	for i := range o.Changes {
		if o.Changes[i].ID == id {
			return &o.Changes[i]
		}
	}
	return nil
}

// OpenChange returns the change that is open at that time, or nil.
func (o *Order) OpenChange(now time.Time) *Change {
	for i := range o.Changes {
		if o.Changes[i].IsOpen(now) {
			return &o.Changes[i]
		}
	}
	return nil
}

// Step is one thing that a change does. Which fields it needs depends on its type; the
// others are left empty.
type Step struct {
	Type     StepType          `json:"type"`
	LineID   uuid.UUID         `json:"line_id,omitzero"`
	SKU      string            `json:"sku,omitempty"`
	Quantity quantity.Quantity `json:"quantity,omitzero"`
	// Price is a unit price where it is about goods, and an amount elsewhere.
	Price money.Money `json:"price"`
	Tax   money.Money `json:"tax"`             // in the Price that is credited
	Code  string      `json:"code,omitempty"`  // of a fee, a discount, a way of delivery
	Label string      `json:"label,omitempty"` // for people
	// AddressID names a row of addresses: what it says is personal data.
	AddressID uuid.UUID `json:"address_id,omitzero"`
	// Adjustment names the credit that is taken back.
	Adjustment uuid.UUID `json:"adjustment,omitzero"`
	Backorder  bool      `json:"backorder,omitempty"` // units that are not there may be backordered
	// ReturnID names the return that units are in. Zero is the one that the change asks for.
	ReturnID uuid.UUID  `json:"return_id,omitzero"`
	As       ReturnMove `json:"as,omitempty"`       // what becomes of units of a return
	Location string     `json:"location,omitempty"` // where goods came in
}

// StepType says what a step does.
type StepType string

// The types of steps. Of those about a line, a Quantity of zero means all units that
// can be meant.
const (
	// StepAdd adds Quantity units of SKU as a further line, at Price or, without one,
	// at what the pricer says now.
	StepAdd StepType = "add"
	// StepQuantity makes Quantity the units of the line that are not canceled. More
	// units are a further line at the line's own unit price; fewer are canceled.
	StepQuantity StepType = "quantity"
	// StepCancel cancels units of the line that are not shipped; their share of what
	// the line cost is credited, at most what is due. Price is for steps that undo
	// others, whose credit it bounds instead.
	StepCancel StepType = "cancel"
	// StepReinstate takes the cancellation of units back, and their credit.
	StepReinstate StepType = "reinstate"
	// StepPrice charges another unit price for units that are not shipped: they are
	// canceled, and are a further line at Price.
	StepPrice StepType = "price"
	// StepReplace cancels units that are not shipped for as many of SKU, at Price or
	// what the pricer says now.
	StepReplace StepType = "replace"
	// StepFee charges Price, or allows it where it is below zero, on the whole order.
	StepFee StepType = "fee"
	// StepDiscount credits Price on the whole order: at most what is due.
	StepDiscount StepType = "discount"
	// StepShipping credits what is left of the price of delivery and charges Price for
	// the way of delivery Code.
	StepShipping StepType = "shipping"
	// StepAddress sends what is not shipped to the address AddressID. It is in the same
	// country: taxes and the price of delivery were reckoned for that.
	StepAddress StepType = "address"
	// StepReturn asks shipped units of the line back, as the policy for returns allows.
	// Code is the reason; the steps of a change that have the same are one return. What
	// comes is credited: there is no other resolution, and no credit in advance.
	StepReturn StepType = "return"
	// StepReceive says that units of a return came in at Location, and by As what becomes of
	// them: restock, damaged, quarantine, scrap or, without credit, dismiss. What came is a
	// fact: a change that says so is not undone.
	StepReceive StepType = "receive"
	// StepWriteOff says that units of a return will never come: by As, lose, or with a credit
	// excuse or keep. It is not undone either.
	StepWriteOff StepType = "write_off"
	// StepCallOff calls off that units of a return are to come.
	StepCallOff StepType = "call_off"
	// StepUncredit takes the credit Adjustment back: how a discount is undone.
	StepUncredit StepType = "uncredit"
	// StepShippingBack credits Price of what delivery costs, with the Tax in it, takes the
	// credit Adjustment on it back, where there is one, and makes Code the way of
	// delivery again, or none: how another way of delivery is undone.
	StepShippingBack StepType = "shipping_back"
)

// Problem says why a step of a change cannot be carried out.
type Problem struct {
	Step int   // its place in the change, from 0
	Err  error // a typed error of package order or fault
}

// ChangeError reports a change that cannot be applied, with everything that is in its
// way; errors.As finds the errors of its problems. Nothing was written. Its kind is
// fault.Rejected.
type ChangeError struct {
	OrderID  uuid.UUID
	Problems []Problem
}

func (e *ChangeError) Error() string {
	text := "order " + e.OrderID.String() + ": the change cannot be made"
	for _, p := range e.Problems {
		text += "; " + stepAt(p.Step) + ": " + p.Err.Error()
	}
	return text
}

// Unwrap returns the errors of the problems.
func (e *ChangeError) Unwrap() []error {
	errs := make([]error, len(e.Problems))
	for i, p := range e.Problems {
		errs[i] = p.Err
	}
	return errs
}

// Fault returns fault.Rejected.
func (e *ChangeError) Fault() fault.Kind { return fault.Rejected }
