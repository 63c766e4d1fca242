package sqlstore

import (
	"cmp"
	"context"
	"strings"

	"github.com/google/uuid"

	"github.com/go-oms/oms/crm"
	"github.com/go-oms/oms/fault"
)

const selectCustomer = `SELECT id, ` + customerColumns + ` FROM oms_customers WHERE tenant = ?1`

var (
	qCustomerByID    = query(selectCustomer + ` AND id = ?2`)
	qCustomerByEmail = query(selectCustomer + ` AND email_key = ?2`)
	qCustomerByRef   = query(selectCustomer + ` AND external_ref = ?2`)
)

// Customer returns the customer with that id.
func (r *Reader) Customer(ctx context.Context, id uuid.UUID) (*crm.Customer, error) {
	a := r.args()
	a.id(&id)
	return r.customer(ctx, id.String(), qCustomerByID, a)
}

// CustomerBy finds a customer by email (compared in lower case) or external
// reference; exactly one of the two is given.
func (r *Reader) CustomerBy(ctx context.Context, email, externalRef string) (*crm.Customer, error) {
	if (email == "") == (externalRef == "") {
		return nil, fault.Invalid("email", email, "exactly one of email and external reference")
	}
	a, q := r.args(), qCustomerByRef
	if email != "" {
		q = qCustomerByEmail
		a.text(strings.ToLower(email))
	} else {
		a.text(externalRef)
	}
	return r.customer(ctx, cmp.Or(email, externalRef), q, a)
}

func (r *Reader) customer(ctx context.Context, name string, q *Query, a *args) (found *crm.Customer, err error) {
	err = r.read(ctx, "customer", func(c Conn) error {
		return each(c, q, a.values, "a customer", func(row *row) { found = row.customer() })
	})
	if err == nil && found == nil {
		err = fault.NotFound("customer", name)
	}
	return found, err
}

func (r *row) customer() *crm.Customer {
	c := &crm.Customer{ID: r.id(), ExternalRef: r.text()}
	_ = r.text() // the email in lower case
	c.Email, c.Name, c.Phone, c.Country, c.CreatedAt = r.text(), r.text(), r.text(), r.text(), r.time()
	return c
}
