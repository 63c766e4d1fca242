package storage

import (
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/go-oms/oms/crm"
	"github.com/go-oms/oms/event"
	"github.com/go-oms/oms/fault"
	"github.com/go-oms/oms/fulfillment"
	"github.com/go-oms/oms/inventory"
	"github.com/go-oms/oms/order"
	"github.com/go-oms/oms/payment"
)

// Batch is one change to the books: everything a command decided to write.
//
// A store checks, in this order, and writes nothing when a check fails:
//
//  1. The command's key. Used before with the same name and body: *event.Replay with
//     the first result. With another: *fault.KeyReusedError. A batch without a
//     key is not recorded and not checked.
//  2. Every Expect, and every aggregate with events, items and customers among
//     them: its stored version must be one below its first event's. Every lease
//     must be at the version of its Before. *fault.StaleError.
//  3. Unique references of orders and customers, and the gateway's id of a report,
//     unless the batch matches that very report: *[DuplicateError]. For a report it
//     says that the fact is known already. Customers are looked at one after the
//     other: what one of them gives up is free for those behind it.
//  4. Reservations: each Before must be what is stored (*fault.StaleError).
//  5. Coupons: no counter above its limit (*order.CouponError).
//  6. Stock: the movements are summed per level and applied once. Where a level
//     is promised from, Available (for a backorder the room below its limit)
//     must not end below zero: *inventory.ShortageError with every short level.
//     No column of a level but OnHand may end below zero: *[BookError].
//
// An order, subscription, draft, tender, fulfilment order, item or customer that a
// batch changes has its event in the batch, and the other way round: *[BookError].
//
// The order of checks decides which error a batch with several faults gets.
type Batch struct {
	Command event.Command
	Result  []byte // stored under the key and answered to a repetition

	Expect []Expect

	Orders        []order.Changes
	Inventory     inventory.Changes
	Payments      []payment.Changes
	Fulfillments  []fulfillment.Changes
	CRM           crm.Changes
	Subscriptions []order.Subscription // whole, as they are to be stored
	Drafts        []order.Draft        // likewise
	Leases        []LeaseChange
	Events        []event.Event // each aggregate's in order of version, without gaps

	// ForgetKeys removes the keys recorded before that time when set.
	ForgetKeys time.Time
}

// Expect is a row the decision relied on and did not write: it must still be at
// that version, which is 0 for one that must not exist.
type Expect struct {
	Aggregate string
	ID        uuid.UUID
	Version   int64
}

// Lease is a claim on a piece of work and the place reached in it. One holder at
// a time: a claim is a batch that is refused when the version has moved.
type Lease struct {
	Name     string
	Version  int64 // 0 when it was never held
	Owner    string
	Until    time.Time // a lease past this time is free
	Position int64     // the place reached, such as the last event delivered
	Attempts int       // failed in a row
	Problem  string    // of the last failed attempt
	NextAt   time.Time // not before
}

// LeaseChange replaces a lease; Before.Version must still be the stored one
// (*fault.StaleError). After.Version is Before.Version+1.
type LeaseChange struct{ Before, After Lease }

// DuplicateError reports a reference that is taken. Its kind is fault.Rejected.
type DuplicateError struct {
	Kind  string // "order", "customer", "report"
	Field string // "number", "cart_id", "external_ref", "email" …
	Value string // empty for a customer's, which is personal data
}

func (e *DuplicateError) Error() string {
	if e.Value == "" {
		return fmt.Sprintf("%s: %s is taken", e.Kind, e.Field)
	}
	return fmt.Sprintf("%s: %s %q is taken", e.Kind, e.Field, e.Value)
}

// Fault returns fault.Rejected.
func (e *DuplicateError) Fault() fault.Kind { return fault.Rejected }

// BookError reports a batch that contradicts the books, such as a release of more
// than is allocated. It marks a bug or a damaged database; nothing was written.
// Its kind is fault.Rejected.
type BookError struct{ What string }

func (e *BookError) Error() string { return "storage: refused to write: " + e.What }

// Fault returns fault.Rejected.
func (e *BookError) Fault() fault.Kind { return fault.Rejected }
