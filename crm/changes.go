package crm

import (
	"context"
	"iter"
	"time"

	"github.com/google/uuid"
)

// Changes is what a batch writes about customers. The zero Changes is nothing.
type Changes struct {
	// Customers are upserted by ID, one after the other: an email or external
	// reference that one gives up is free for those behind it. Version is the
	// version after the change.
	Customers []Customer
	// Addresses are upserted by ID; Removed are the ids of those that go.
	Addresses []Address
	Removed   []uuid.UUID
	// Notes and Consents are inserted. Of one that is there already only CustomerID
	// changes: they are history.
	Notes    []Note
	Consents []Consent
}

// Reader reads customers. Every method is safe for concurrent use; a customer who
// does not exist is a *fault.NotFoundError, which repeats no email or reference,
// and has no addresses, notes and consents. Readers do not follow merges.
type Reader interface {
	Customer(ctx context.Context, id uuid.UUID) (*Customer, error)
	// CustomerBy finds one by email (compared in lower case) or external
	// reference; exactly one of the two is given.
	CustomerBy(ctx context.Context, email, externalRef string) (*Customer, error)
	// Customers yields customers in descending (CreatedAt, ID) order, newest first,
	// or ascending when the filter says so, reading page by page.
	Customers(ctx context.Context, f Filter) iter.Seq2[*Customer, error]
	// SavedAddresses returns a customer's address book by id.
	SavedAddresses(ctx context.Context, customerID uuid.UUID) ([]Address, error)
	// CustomerNotes returns the notes on a customer by At and id.
	CustomerNotes(ctx context.Context, customerID uuid.UUID) ([]Note, error)
	// Consents returns a customer's decisions by RecordedAt and id.
	Consents(ctx context.Context, customerID uuid.UUID) ([]Consent, error)
}

// Filter selects customers; a zero field does not restrict.
type Filter struct {
	// Merged includes those who were merged into others.
	Merged bool
	// Member takes only companies that he is a member of.
	Member uuid.UUID
	// After continues behind the customer with that CreatedAt and ID.
	After     *Cursor
	Limit     int // 0: all
	Ascending bool
}

// Cursor is a place between two customers of a listing.
type Cursor struct {
	CreatedAt time.Time
	ID        uuid.UUID
}
