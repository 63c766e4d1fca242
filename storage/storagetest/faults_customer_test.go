package storagetest

import (
	"errors"
	"iter"
	"slices"
	"strings"

	"github.com/google/uuid"

	"github.com/go-oms/oms/crm"
	"github.com/go-oms/oms/event"
	"github.com/go-oms/oms/fault"
	"github.com/go-oms/oms/order"
	"github.com/go-oms/oms/storage"
)

func customerFaults() []mistake {
	return slices.Concat(customerWriteFaults(), customerReadFaults(), customerListingFaults(), guestFaults())
}

func customerWriteFaults() []mistake {
	return []mistake{
		{name: "writes a customer without an event", hooks: overlooks(func(_ ctxt, _ store, b *storage.Batch, _ *storage.BookError) {
			for i := range b.CRM.Customers {
				c := &b.CRM.Customers[i]
				c.Version = 1
				b.Events = append(b.Events, b.Command.Event(event.Customer, c.ID, 1, "made up", crm.Diff(nil, c)))
			}
		})},
		{name: "takes an email for taken that was just given up", hooks: refuses(func(ctx ctxt, s store, b *storage.Batch) error {
			for _, c := range b.CRM.Customers {
				if holder, err := s.CustomerBy(ctx, c.Email, ""); err == nil && holder.ID != c.ID && len(b.CRM.Customers) > 1 {
					return &storage.DuplicateError{Kind: "customer", Field: "email"}
				}
			}
			return nil
		})},
		{name: "keeps removed addresses", hooks: commits(func(_ ctxt, _ store, b *storage.Batch) { b.CRM.Removed = nil })},
		{name: "saves a changed address beside the old one", hooks: commits(func(ctx ctxt, s store, b *storage.Batch) {
			for i := range b.CRM.Addresses {
				a := &b.CRM.Addresses[i]
				book, _ := s.SavedAddresses(ctx, a.CustomerID)
				if slices.ContainsFunc(book, func(x crm.Address) bool { return x.ID == a.ID && x != *a }) {
					a.ID = uuid.New()
				}
			}
		})},
		{name: "rewrites a note", hooks: func() *hooks {
			last := map[uuid.UUID]crm.Note{}
			return &hooks{
				commit: func(ctx ctxt, s store, b *storage.Batch) error {
					for _, n := range b.CRM.Notes {
						last[n.ID] = n
					}
					return s.Commit(ctx, b)
				},
				remarks: func(ctx ctxt, s store, id uuid.UUID) ([]crm.Note, error) {
					notes, err := s.CustomerNotes(ctx, id)
					for i := range notes {
						notes[i] = last[notes[i].ID]
					}
					return notes, err
				},
			}
		}},
		{name: "leaves a note with the customer who was merged", hooks: commits(func(ctx ctxt, s store, b *storage.Batch) {
			b.CRM.Notes = slices.DeleteFunc(b.CRM.Notes, func(n crm.Note) bool { return n.Text == "small" })
		})},
		{name: "withdraws a consent that was granted", hooks: hooked(func(h *hooks) {
			h.consents = func(ctx ctxt, s store, id uuid.UUID) ([]crm.Consent, error) {
				list, err := s.Consents(ctx, id)
				for i := range list {
					if list[i].Proof == "form" {
						list[i].Status = crm.Withdrawn
					}
				}
				return list, err
			}
		})},
	}
}

func customerReadFaults() []mistake {
	return []mistake{
		{name: "repeats an email in an error", hooks: hooked(func(h *hooks) {
			h.customerBy = func(ctx ctxt, s store, email, ref string) (*crm.Customer, error) {
				c, err := s.CustomerBy(ctx, email, ref)
				if is[*fault.NotFoundError](err) {
					return nil, fault.NotFound("customer", email+ref)
				}
				return c, err
			}
		})},
		{name: "repeats a taken email", hooks: overlooked(func(e *storage.DuplicateError, b *storage.Batch) error {
			if e.Kind == "customer" {
				return &storage.DuplicateError{Kind: e.Kind, Field: e.Field, Value: b.CRM.Customers[0].Email}
			}
			return e
		})},
		{name: "gives addresses backwards", hooks: hooked(func(h *hooks) {
			h.saved = func(ctx ctxt, s store, id uuid.UUID) ([]crm.Address, error) {
				list, err := s.SavedAddresses(ctx, id)
				return turn(list), err
			}
		})},
		{name: "gives notes on customers by id", hooks: hooked(func(h *hooks) {
			h.remarks = func(ctx ctxt, s store, id uuid.UUID) ([]crm.Note, error) {
				list, err := s.CustomerNotes(ctx, id)
				slices.SortFunc(list, func(a, b crm.Note) int { return strings.Compare(a.ID.String(), b.ID.String()) })
				return list, err
			}
		})},
		{name: "gives consents by the time of deciding", hooks: hooked(func(h *hooks) {
			h.consents = func(ctx ctxt, s store, id uuid.UUID) ([]crm.Consent, error) {
				list, err := s.Consents(ctx, id)
				slices.SortStableFunc(list, func(a, b crm.Consent) int { return a.At.Compare(b.At) })
				return list, err
			}
		})},
		{name: "lists coupons that a customer gave back", hooks: hooked(func(h *hooks) {
			h.couponsOf = func(ctx ctxt, s store, id uuid.UUID) (map[string]int64, error) {
				uses, err := s.CouponsOf(ctx, id)
				if len(uses) > 0 {
					uses["B"] += 0
				}
				return uses, err
			}
		})},
		{name: "leaves a customer out of a snapshot", hooks: shelved(func(b *shelf) { b.customers = change(drop[*crm.Customer]) })},
		{name: "gives customers backwards in a snapshot", hooks: shelved(func(b *shelf) { b.customers = change(turn[*crm.Customer]) })},
		{name: "gives address books by id in a snapshot", hooks: shelved(func(b *shelf) {
			b.saved = change(func(l []crm.Address) []crm.Address {
				slices.SortFunc(l, func(a, b crm.Address) int { return strings.Compare(a.ID.String(), b.ID.String()) })
				return l
			})
		})},
	}
}

// people are hooks that change what a listing of customers is asked for.
func people(change func(f *crm.Filter)) func() *hooks {
	return hooked(func(h *hooks) {
		h.customers = func(ctx ctxt, s store, f crm.Filter) iter.Seq2[*crm.Customer, error] {
			change(&f)
			return s.Customers(ctx, f)
		}
	})
}

func customerListingFaults() []mistake {
	return []mistake{
		{name: "ignores the direction of a listing of customers", hooks: people(func(f *crm.Filter) { f.Ascending = true })},
		{name: "ignores the limit of a listing of customers", hooks: people(func(f *crm.Filter) { f.Limit = 0 })},
		{name: "ignores the cursor of a listing of customers", hooks: people(func(f *crm.Filter) { f.After = nil })},
		{name: "lists customers who were merged", hooks: people(func(f *crm.Filter) { f.Merged = true })},
		{name: "never lists customers who were merged", hooks: people(func(f *crm.Filter) { f.Merged = false })},
		{name: "ignores whose companies are asked for", hooks: people(func(f *crm.Filter) { f.Member = uuid.UUID{} })},
		{name: "lists customers by id", hooks: hooked(func(h *hooks) {
			h.customers = func(ctx ctxt, s store, f crm.Filter) iter.Seq2[*crm.Customer, error] {
				return rewalk(s.Customers(ctx, f), func(l []*crm.Customer) []*crm.Customer {
					slices.SortFunc(l, func(a, b *crm.Customer) int { return strings.Compare(a.ID.String(), b.ID.String()) })
					return l
				})
			}
		})},
		{name: "lists customers without their names", hooks: hooked(func(h *hooks) {
			h.customers = func(ctx ctxt, s store, f crm.Filter) iter.Seq2[*crm.Customer, error] {
				return rewalk(s.Customers(ctx, f), func(l []*crm.Customer) []*crm.Customer {
					for _, c := range l {
						c.Name = ""
					}
					return l
				})
			}
		})},
	}
}

func guestFaults() []mistake {
	addressed := func(o *order.Order, email string) bool {
		has := func(a *order.Address) bool {
			return a != nil && crm.NormalizeEmail(a.Email) == crm.NormalizeEmail(email)
		}
		return has(o.ShipTo) || has(o.BillTo)
	}
	return []mistake{
		{name: "compares guests' emails by case", hooks: filters(func(f *order.Filter) {
			if strings.ToLower(f.GuestEmail) != f.GuestEmail {
				f.GuestEmail = "nobody"
			}
		})},
		{name: "ignores a listing's guest", hooks: filters(func(f *order.Filter) { f.GuestEmail = "" })},
		{name: "takes orders with a customer for a guest's", hooks: hooked(func(h *hooks) {
			h.orders = func(ctx ctxt, s store, f order.Filter) iter.Seq2[*order.Order, error] {
				email := f.GuestEmail
				f.GuestEmail = ""
				return rewalk(s.Orders(ctx, f), func(l []*order.Order) []*order.Order {
					return slices.DeleteFunc(l, func(o *order.Order) bool { return email != "" && !addressed(o, email) })
				})
			}
		})},
		{name: "knows guests by where their orders are shipped alone", hooks: lists(func(f *order.Filter, l []*order.Order) []*order.Order {
			return slices.DeleteFunc(l, func(o *order.Order) bool {
				return f.GuestEmail != "" && !addressed(&order.Order{ShipTo: o.ShipTo}, f.GuestEmail)
			})
		})},
	}
}

// overlooked are hooks that answer another error where a reference is taken.
func overlooked(answer func(e *storage.DuplicateError, b *storage.Batch) error) func() *hooks {
	return func() *hooks {
		return &hooks{commit: func(ctx ctxt, s store, b *storage.Batch) error {
			err := s.Commit(ctx, b)
			var taken *storage.DuplicateError
			if errors.As(err, &taken) {
				return answer(taken, b)
			}
			return err
		}}
	}
}
