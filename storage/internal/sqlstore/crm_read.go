package sqlstore

import (
	"context"
	"iter"
	"strconv"

	"github.com/google/uuid"

	"github.com/go-oms/oms/crm"
	"github.com/go-oms/oms/fault"
)

const selectCustomer = `SELECT id, ` + customerColumns + ` FROM oms_customers WHERE tenant = ?1`

var (
	qCustomerByID    = query(selectCustomer + ` AND id = ?2`)
	qCustomerByEmail = query(selectCustomer + ` AND email_key = ?2`)
	qCustomerByRef   = query(selectCustomer + ` AND external_ref = ?2`)
	qSavedOf         = query(selectSaved + ` AND customer_id = ?2 ORDER BY id`)
	qCustomerNotes   = query(`SELECT id, ` + customerNoteColumns + ` FROM oms_customer_notes
		WHERE tenant = ?1 AND customer_id = ?2 ORDER BY at, id`)
	qConsents = query(`SELECT id, ` + consentColumns + ` FROM oms_consents
		WHERE tenant = ?1 AND customer_id = ?2 ORDER BY recorded_at, id`)
)

const selectSaved = `SELECT id, ` + savedColumns + ` FROM oms_customer_addresses WHERE tenant = ?1`

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
		return nil, fault.Invalid("email", "…", "exactly one of email and external reference")
	}
	a := r.args()
	if email != "" {
		a.text(crm.NormalizeEmail(email))
		return r.customer(ctx, "with that email", qCustomerByEmail, a)
	}
	a.text(externalRef)
	return r.customer(ctx, "with that external reference", qCustomerByRef, a)
}

func (r *Reader) customer(ctx context.Context, name string, q *Query, a *args) (found *crm.Customer, err error) {
	err = r.one(ctx, "customer", func(c Conn) error {
		return each(c, q, a.values, "a customer", func(row *row) { found = row.customer() })
	})
	if err == nil && found == nil {
		err = fault.NotFound("customer", name)
	}
	return found, err
}

// Customers yields customers in order of (CreatedAt, ID), reading page by page.
func (r *Reader) Customers(ctx context.Context, f crm.Filter) iter.Seq2[*crm.Customer, error] {
	if f.After != nil {
		after := *f.After
		f.After = &after
	}
	return func(yield func(*crm.Customer, error) bool) {
		left, after := limitOf(f.Limit), f.After
		pages(func() (page []*crm.Customer, err error) {
			if left == 0 {
				return nil, nil
			}
			q, a := r.customerListing(&f, after, int(min(left, pageSize)))
			err = r.one(ctx, "customers", func(c Conn) error {
				page = nil
				return each(c, q, a.values, "a customer", func(row *row) { page = append(page, row.customer()) })
			})
			if n := len(page); n > 0 {
				after = &crm.Cursor{CreatedAt: page[n-1].CreatedAt, ID: page[n-1].ID}
				left -= int64(n)
			}
			return page, err
		})(yield)
	}
}

func (r *Reader) customerListing(f *crm.Filter, after *crm.Cursor, size int) (*Query, *args) {
	w := conditions{args: r.args()}
	if !f.Merged {
		w.and("merged_into IS NULL", func(*args) {})
	}
	if f.Member != (uuid.UUID{}) {
		// Companies are few, and have an index of their own; an id is in none of their other fields.
		w.and("company_terms IS NOT NULL AND company_terms LIKE ?", func(a *args) { a.text("%\"" + f.Member.String() + "\"%") })
	}
	behind, direction := "<", " DESC"
	if f.Ascending {
		behind, direction = ">", ""
	}
	if after != nil {
		w.and("(created_at, id) "+behind+" (?, ?)", func(a *args) {
			a.time(after.CreatedAt)
			a.id(&after.ID)
		})
	}
	return once(selectCustomer + w.sql.String() +
		" ORDER BY created_at" + direction + ", id" + direction + " LIMIT " + strconv.Itoa(size)), w.args
}

// SavedAddresses returns a customer's address book by id.
func (r *Reader) SavedAddresses(ctx context.Context, customerID uuid.UUID) ([]crm.Address, error) {
	return ofCustomer(ctx, r, qSavedOf, customerID, "an address", (*row).saved)
}

// CustomerNotes returns the notes on a customer by At and id.
func (r *Reader) CustomerNotes(ctx context.Context, customerID uuid.UUID) ([]crm.Note, error) {
	return ofCustomer(ctx, r, qCustomerNotes, customerID, "a note", func(row *row) crm.Note {
		return crm.Note{ID: row.id(), CustomerID: row.id(), Author: row.text(), Text: row.text(), At: row.time()}
	})
}

// Consents returns a customer's decisions by RecordedAt and id.
func (r *Reader) Consents(ctx context.Context, customerID uuid.UUID) ([]crm.Consent, error) {
	return ofCustomer(ctx, r, qConsents, customerID, "a consent", func(row *row) crm.Consent {
		return crm.Consent{
			ID: row.id(), CustomerID: row.id(), Purpose: row.text(), Channel: row.text(), Status: crm.ConsentStatus(row.text()),
			Source: row.text(), Proof: row.text(), At: row.time(), RecordedAt: row.time(),
		}
	})
}

// ofCustomer reads what belongs to one customer.
func ofCustomer[T any](
	ctx context.Context, r *Reader, q *Query, customerID uuid.UUID, what string, one func(*row) T,
) (list []T, err error) {
	a := r.args()
	a.id(&customerID)
	err = r.one(ctx, what, func(c Conn) error {
		list = nil
		return each(c, q, a.values, what, func(row *row) { list = append(list, one(row)) })
	})
	return list, err
}

func (r *row) customer() *crm.Customer {
	c := &crm.Customer{ID: r.id(), Version: r.int(), ExternalRef: r.text()}
	_ = r.text() // the email in its stored form
	c.Email, c.Name, c.Phone, c.Country = r.text(), r.text(), r.text(), r.text()
	c.MergedInto, c.CreatedAt, c.UpdatedAt = r.id(), r.time(), r.time()
	r.json(&c.Credit)
	r.json(&c.Company)
	return c
}

func (r *row) saved() crm.Address {
	return crm.Address{
		ID: r.id(), CustomerID: r.id(), Label: r.text(), Name: r.text(), Company: r.text(), Line1: r.text(), Line2: r.text(),
		City: r.text(), Region: r.text(), PostalCode: r.text(), Country: r.text(), Phone: r.text(),
		DefaultShipping: r.bool(), DefaultBilling: r.bool(),
	}
}
