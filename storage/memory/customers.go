package memory

import (
	"cmp"
	"context"
	"iter"
	"slices"

	"github.com/google/uuid"

	"github.com/go-oms/oms/crm"
	"github.com/go-oms/oms/fault"
)

// applyCustomers writes what a batch says about customers.
func (t *tenant) applyCustomers(c *crm.Changes) {
	for i := range c.Customers {
		t.putCustomer(c.Customers[i])
	}
	for _, a := range c.Addresses {
		var was uuid.UUID
		if known := t.saved.rows[a.ID]; known != nil {
			was = known.CustomerID
		}
		t.saved.put(a.ID, was, a.CustomerID, a)
	}
	for _, id := range c.Removed {
		if known := t.saved.rows[id]; known != nil {
			t.saved.remove(id, known.CustomerID)
		}
	}
	for _, n := range c.Notes {
		var was uuid.UUID
		if known := t.remarks.rows[n.ID]; known != nil {
			moved := *known
			moved.CustomerID, was = n.CustomerID, known.CustomerID
			n = moved
		}
		t.remarks.put(n.ID, was, n.CustomerID, n)
	}
	for _, x := range c.Consents {
		var was uuid.UUID
		if known := t.consents.rows[x.ID]; known != nil {
			moved := *known
			moved.CustomerID, was = x.CustomerID, known.CustomerID
			x = moved
		}
		t.consents.put(x.ID, was, x.CustomerID, x)
	}
}

func (t *tenant) putCustomer(c crm.Customer) {
	if old := t.customers[c.ID]; old != nil {
		delete(t.byEmail, crm.NormalizeEmail(old.Email))
		delete(t.byCustomerRef, old.ExternalRef)
	}
	t.customers[c.ID] = copyCustomer(&c)
	if c.Email != "" {
		t.byEmail[crm.NormalizeEmail(c.Email)] = c.ID
	}
	if c.ExternalRef != "" {
		t.byCustomerRef[c.ExternalRef] = c.ID
	}
}

// Customer returns the customer with that id.
func (s *Store) Customer(ctx context.Context, id uuid.UUID) (*crm.Customer, error) {
	return s.oneCustomer(ctx, id.String, func(*tenant) uuid.UUID { return id })
}

// CustomerBy finds a customer by email (compared in lower case) or external
// reference; exactly one of the two is given.
func (s *Store) CustomerBy(ctx context.Context, email, externalRef string) (*crm.Customer, error) {
	if (email == "") == (externalRef == "") {
		return nil, fault.Invalid("email", "…", "exactly one of email and external reference")
	}
	name := func() string {
		if email != "" {
			return "with that email"
		}
		return "with that external reference"
	}
	return s.oneCustomer(ctx, name, func(t *tenant) uuid.UUID {
		if email != "" {
			return t.byEmail[crm.NormalizeEmail(email)]
		}
		return t.byCustomerRef[externalRef]
	})
}

func (s *Store) oneCustomer(
	ctx context.Context, name func() string, find func(*tenant) uuid.UUID,
) (found *crm.Customer, err error) {
	err = s.read(ctx, "customer", func(t *tenant) {
		if c := t.customers[find(t)]; c != nil {
			found = copyCustomer(c)
		}
	})
	if err == nil && found == nil {
		err = fault.NotFound("customer", name())
	}
	return found, err
}

func copyCustomer(c *crm.Customer) *crm.Customer {
	own := *c
	if c.Credit != nil {
		own.Credit = &crm.Credit{Accounts: slices.Clone(c.Credit.Accounts)}
	}
	own.Company = c.Company.Clone()
	return &own
}

// Customers yields customers in order of (CreatedAt, ID), as of the moment the
// walk begins.
func (s *Store) Customers(ctx context.Context, f crm.Filter) iter.Seq2[*crm.Customer, error] {
	if f.After != nil {
		after := *f.After
		f.After = &after
	}
	return func(yield func(*crm.Customer, error) bool) {
		var list []*crm.Customer
		err := s.read(ctx, "customers", func(t *tenant) {
			for _, c := range t.customers {
				if (f.Merged || !c.Merged()) && (f.After == nil || behind(c, &f)) && (f.Member == (uuid.UUID{}) || c.Company.Member(f.Member) != nil) {
					list = append(list, c)
				}
			}
		})
		if err != nil {
			yield(nil, err)
			return
		}
		slices.SortFunc(list, func(a, b *crm.Customer) int {
			if !f.Ascending {
				a, b = b, a
			}
			return cmp.Or(a.CreatedAt.Compare(b.CreatedAt), compareID(a.ID, b.ID))
		})
		for i, c := range atMost(list, f.Limit) {
			if i%orderPage == 0 && ended(ctx, "customers") != nil {
				yield(nil, ended(ctx, "customers"))
				return
			}
			if !yield(copyCustomer(c), nil) {
				return
			}
		}
	}
}

// behind reports whether a customer comes after the filter's cursor.
func behind(c *crm.Customer, f *crm.Filter) bool {
	place := cmp.Or(c.CreatedAt.Compare(f.After.CreatedAt), compareID(c.ID, f.After.ID))
	return f.Ascending && place > 0 || !f.Ascending && place < 0
}

// SavedAddresses returns a customer's address book by id.
func (s *Store) SavedAddresses(ctx context.Context, customerID uuid.UUID) (list []crm.Address, err error) {
	err = s.read(ctx, "addresses", func(t *tenant) { list = t.saved.list(customerID) })
	slices.SortFunc(list, func(a, b crm.Address) int { return compareID(a.ID, b.ID) })
	return list, err
}

// CustomerNotes returns the notes on a customer by At and id.
func (s *Store) CustomerNotes(ctx context.Context, customerID uuid.UUID) (list []crm.Note, err error) {
	err = s.read(ctx, "customer notes", func(t *tenant) { list = t.remarks.list(customerID) })
	slices.SortFunc(list, func(a, b crm.Note) int { return cmp.Or(a.At.Compare(b.At), compareID(a.ID, b.ID)) })
	return list, err
}

// Consents returns a customer's decisions by RecordedAt and id.
func (s *Store) Consents(ctx context.Context, customerID uuid.UUID) (list []crm.Consent, err error) {
	err = s.read(ctx, "consents", func(t *tenant) { list = t.consents.list(customerID) })
	slices.SortFunc(list, func(a, b crm.Consent) int {
		return cmp.Or(a.RecordedAt.Compare(b.RecordedAt), compareID(a.ID, b.ID))
	})
	return list, err
}
