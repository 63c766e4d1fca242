package storage

import (
	"github.com/google/uuid"

	"github.com/go-oms/oms/event"
	"github.com/go-oms/oms/inventory"
)

// Ledger answers what [Check] asks about the stored books of one tenant. It speaks of
// what was committed before the batch, never of the batch itself. What its pointers
// lead to is not changed.
type Ledger interface {
	// Key returns what is stored under a command's key; nil when it is free.
	Key(key string) *Key
	// Version returns the stored version; 0 of what does not exist.
	Version(v Versioned) int64
	// Owner returns whose a reference is: the id of an order, customer or report;
	// the zero id when it is nobody's.
	Owner(r Reference) uuid.UUID
	// Reservation returns a reservation as stored, of which Quantity, Status and
	// ExpiresAt are looked at; nil for one that does not exist. The owner says where
	// to look.
	Reservation(owner string, id uuid.UUID) *inventory.Reservation
	// Uses returns what a coupon's counter stands at.
	Uses(c CouponCounter) int64
	// Level returns a level; an empty one of that SKU and location when there is none.
	Level(sku, location string) inventory.Level
}

// Versioned names what carries a version: an aggregate by its id, an item by its SKU
// (a SKU is registered once, whatever the item's id), a lease by its name.
type Versioned struct {
	Kind string    // event.Order … for an aggregate, event.Item with a Name, LeaseKind
	ID   uuid.UUID // of an aggregate
	Name string    // of an item or lease
}

// LeaseKind is the Kind of a lease.
const LeaseKind = "lease"

// String returns the id or name.
func (v Versioned) String() string {
	if v.Name != "" || v.Kind == LeaseKind {
		return v.Name
	}
	return v.ID.String()
}

// Reference is a text that at most one order, customer or report may have.
type Reference struct {
	Unique Unique
	Within string // the channel of an OrderExternalRef, the gateway of a ReportEvent
	Value  string // an email as crm.NormalizeEmail gives it
}

// Unique is what a reference is.
type Unique uint8

// The unique references. All but an order's number are optional: an empty one is
// nobody's and never asked about.
const (
	OrderNumber Unique = iota
	OrderCart
	OrderExternalRef
	CustomerEmail
	CustomerExternalRef
	ReportEvent
)

// taken returns the error about a reference that somebody else has.
func (r Reference) taken() error {
	switch r.Unique {
	case OrderNumber:
		return &DuplicateError{Kind: event.Order, Field: "number", Value: r.Value}
	case OrderCart:
		return &DuplicateError{Kind: event.Order, Field: "cart_id", Value: r.Value}
	case OrderExternalRef:
		return &DuplicateError{Kind: event.Order, Field: "external_ref", Value: r.Value}
	case CustomerEmail:
		return &DuplicateError{Kind: event.Customer, Field: "email"}
	case CustomerExternalRef:
		return &DuplicateError{Kind: event.Customer, Field: "external_ref"}
	default:
		return &DuplicateError{Kind: "report", Field: "event_id", Value: r.Value}
	}
}

// CouponCounter names a counter of coupon uses: that over all orders, or a
// customer's own.
type CouponCounter struct {
	Code       string
	CustomerID uuid.UUID // of an own one
	Own        bool
}
