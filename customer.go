package oms

import (
	"context"

	"github.com/google/uuid"

	"github.com/go-oms/oms/crm"
	"github.com/go-oms/oms/event"
	"github.com/go-oms/oms/fault"
	"github.com/go-oms/oms/storage"
)

// CustomerDetails is what a shop knows of a customer.
type CustomerDetails struct {
	Key      string       `json:"-"`
	Customer crm.Customer `json:"customer"`
}

// SaveCustomer records a customer, or replaces what is known of him. Without an ID
// a new one is given. Email and external reference are unique in the tenant: a
// taken one is a *storage.DuplicateError.
func (c *Client) SaveCustomer(ctx context.Context, p CustomerDetails) (*crm.Customer, error) {
	customer := p.Customer.Normalize()
	if c.actor.Kind == event.Shopper && c.actor.ID != customer.ID.String() {
		return nil, fault.NotFound("customer", customer.ID)
	}
	return do(ctx, c, request{name: "customer.save", key: p.Key, body: customer}, flow[*crm.Customer]{
		decide: func(ctx context.Context, cmd event.Command) (*crm.Customer, *storage.Batch, error) {
			saved := customer
			if saved.ID == uuid.Nil {
				saved.ID = cmd.IDs.Next()
			}
			if saved.CreatedAt.IsZero() {
				saved.CreatedAt = cmd.At
			}
			saved.CreatedAt = event.Moment(saved.CreatedAt)
			if err := saved.Check(); err != nil {
				return nil, nil, err
			}
			return &saved, &storage.Batch{Result: jsonResult(saved.ID), CRM: crm.Changes{Customers: []crm.Customer{saved}}}, nil
		},
		replay: func(ctx context.Context, result []byte) (*crm.Customer, error) {
			// The key keeps no personal data: the answer is the row as it is now.
			id, err := jsonReplay[uuid.UUID](ctx, result)
			if err != nil {
				return nil, err
			}
			return c.store.Customer(ctx, id)
		},
	})
}
