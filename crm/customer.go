package crm

import (
	"context"
	"time"

	"github.com/google/uuid"
)

// Customer is who buys. The row holds personal data: events and orders refer to
// it by id alone.
type Customer struct {
	ID          uuid.UUID `json:"id"`
	ExternalRef string    `json:"external_ref,omitempty"` // the host's id; unique in the tenant when set
	Email       string    `json:"email,omitempty"`        // lower case; unique in the tenant when set
	Name        string    `json:"name,omitempty"`
	Phone       string    `json:"phone,omitempty"`
	Country     string    `json:"country,omitempty"`
	CreatedAt   time.Time `json:"created_at"`
}

// Changes is what a batch writes about customers. The zero Changes is nothing.
type Changes struct{ Customers []Customer } // upserted by ID

// Reader reads customers. Every method is safe for concurrent use; a customer who
// does not exist is a *fault.NotFoundError.
type Reader interface {
	Customer(ctx context.Context, id uuid.UUID) (*Customer, error)
	// CustomerBy finds one by email (compared in lower case) or external
	// reference; exactly one of the two is given.
	CustomerBy(ctx context.Context, email, externalRef string) (*Customer, error)
}
