package memory

import (
	"cmp"
	"context"
	"strings"

	"github.com/google/uuid"

	"github.com/go-oms/oms/crm"
	"github.com/go-oms/oms/fault"
)

// Customer returns the customer with that id.
func (s *Store) Customer(ctx context.Context, id uuid.UUID) (*crm.Customer, error) {
	return s.oneCustomer(ctx, id.String, func(*tenant) uuid.UUID { return id })
}

// CustomerBy finds a customer by email (compared in lower case) or external
// reference; exactly one of the two is given.
func (s *Store) CustomerBy(ctx context.Context, email, externalRef string) (*crm.Customer, error) {
	if (email == "") == (externalRef == "") {
		return nil, fault.Invalid("email", email, "exactly one of email and external reference")
	}
	name := func() string { return cmp.Or(email, externalRef) }
	return s.oneCustomer(ctx, name, func(t *tenant) uuid.UUID {
		if email != "" {
			return t.byEmail[strings.ToLower(email)]
		}
		return t.byCustomerRef[externalRef]
	})
}

func (s *Store) oneCustomer(
	ctx context.Context, name func() string, find func(*tenant) uuid.UUID,
) (found *crm.Customer, err error) {
	err = s.read(ctx, "customer", func(t *tenant) {
		if c := t.customers[find(t)]; c != nil {
			own := *c
			found = &own
		}
	})
	if err == nil && found == nil {
		err = fault.NotFound("customer", name())
	}
	return found, err
}
