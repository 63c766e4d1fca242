package storagetest

import (
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/go-oms/oms/crm"
	"github.com/go-oms/oms/event"
	"github.com/go-oms/oms/fault"
	"github.com/go-oms/oms/order"
	"github.com/go-oms/oms/storage"
)

func customerCases() []Case {
	return []Case{
		named("customer: one who does not exist is not found", func(t *try) {
			_, err := t.store.Customer(t.ctx, t.ID())
			t.missing("an unknown id", err)
			_, err = t.store.CustomerBy(t.ctx, "nobody@example.com", "")
			t.missing("an unknown email", err)
			_, err = t.store.CustomerBy(t.ctx, "", "none")
			t.missing("an unknown reference", err)
		}),
		named("customer: one is found by email in any case, or by external reference", customerBy),
		named("customer: exactly one of email and reference is asked for", func(t *try) {
			t.commit(t.customers(crm.Customer{ID: t.ID()}))
			for _, ask := range [][2]string{{"", ""}, {"a@example.com", "1"}} {
				if _, err := t.store.CustomerBy(t.ctx, ask[0], ask[1]); fault.KindOf(err) != fault.Rejected {
					t.fail("customer by %q and %q: got %v, want a rejection", ask[0], ask[1], err)
				}
			}
		}),
		named("customer: no error repeats an email or a reference", customerErrors),
		named("customer: a change comes with its event and an event with its change", customerRecorded),
		named("version: a customer's event must follow the stored one", customerFollows),
		named("customer: an address is saved once by its id until it is removed", savedAddress),
		named("customer: of a note or consent that is there only the customer changes", movedHistory),
		named("customer: addresses, notes and consents come in their order", belongings),
		named("customer: a listing is in order of creation and goes on behind a cursor", customerListing),
		named("customer: one who was merged is listed when asked for", mergedListing),
		named("customer: companies are found by their members", memberListing),
		named("order: guest orders are found by the email of an address in any case", guestOrders),
	}
}

// customers returns the batch that writes the customers, each as his next version
// unless it has one already.
func (t *try) customers(list ...crm.Customer) *storage.Batch {
	b := &storage.Batch{Command: t.Command("crm.put")}
	for i := range list {
		t.addCustomer(b, list[i])
	}
	return b
}

// addCustomer adds a customer's next version, and its event, to a batch.
func (t *try) addCustomer(b *storage.Batch, c crm.Customer) {
	if c.CreatedAt.IsZero() {
		c.CreatedAt = b.Command.At
	}
	if c.Version == 0 {
		history, err := t.store.History(t.ctx, event.Customer, c.ID)
		t.ok("history", err)
		c.Version = int64(len(history)) + 1
	}
	b.CRM.Customers = append(b.CRM.Customers, c)
	b.Events = append(b.Events, b.Command.Event(event.Customer, c.ID, c.Version, "saved", crm.Diff(nil, &c)))
}

func customerBy(t *try) {
	ada := crm.Customer{ID: t.ID(), Version: 1, Email: "ada@example.com", ExternalRef: "Ref-1", Name: "Ada", CreatedAt: t.Now}
	bob := crm.Customer{ID: t.ID(), Version: 1, Email: "ref-1", ExternalRef: "ada@example.com", CreatedAt: t.Now}
	t.commit(t.customers(ada, bob))
	find := func(email, ref string, want crm.Customer) {
		c, err := t.store.CustomerBy(t.ctx, email, ref)
		t.ok("customer by "+email+ref, err)
		t.equal("customer by "+email+ref, c, &want)
	}
	find("ada@example.com", "", ada)
	find("ADA@Example.com", "", ada)
	find("", "Ref-1", ada)
	find("", "ada@example.com", bob)
	_, err := t.store.CustomerBy(t.ctx, "", "ref-1")
	t.missing("a reference in another case", err)
}

func customerErrors(t *try) {
	const email, ref = "canary@example.com", "canary-7"
	t.commit(t.customers(crm.Customer{ID: t.ID(), Email: email, ExternalRef: ref}))
	_, byEmail := t.store.CustomerBy(t.ctx, "x"+email, "")
	_, byRef := t.store.CustomerBy(t.ctx, "", "x"+ref)
	_, both := t.store.CustomerBy(t.ctx, email, ref)
	for what, err := range map[string]error{
		"email not found": byEmail, "reference not found": byRef, "both": both,
		"email taken":     t.store.Commit(t.ctx, t.customers(crm.Customer{ID: t.ID(), Email: email})),
		"reference taken": t.store.Commit(t.ctx, t.customers(crm.Customer{ID: t.ID(), ExternalRef: ref})),
	} {
		if fault.KindOf(err) != fault.Rejected || strings.Contains(err.Error(), "canary") {
			t.fail("%s: got %v, want a rejection that does not repeat it", what, err)
		}
	}
}

func customerRecorded(t *try) {
	c := crm.Customer{ID: t.ID()}
	for what, spoil := range map[string]func(b *storage.Batch){
		"no event":        func(b *storage.Batch) { b.Events = nil },
		"no change":       func(b *storage.Batch) { b.CRM.Customers = nil },
		"another version": func(b *storage.Batch) { b.CRM.Customers[0].Version = 2 },
	} {
		b := t.customers(c)
		spoil(b)
		refused[*storage.BookError](t, what, t.store.Commit(t.ctx, b), fault.Rejected)
		_, err := t.store.Customer(t.ctx, c.ID)
		t.missing("the customer with "+what, err)
	}
	t.commit(t.customers(c))
}

func customerFollows(t *try) {
	c := crm.Customer{ID: t.ID()}
	t.commit(t.customers(c))
	t.stale("the same version again", t.customers(crm.Customer{ID: c.ID, Version: 1}))
	t.stale("a version left out", t.customers(crm.Customer{ID: c.ID, Version: 3}))
	t.commit(t.customers(crm.Customer{ID: c.ID, Version: 2}))
}

// book reads a customer's addresses.
func (t *try) book(customer uuid.UUID) []crm.Address {
	list, err := t.store.SavedAddresses(t.ctx, customer)
	t.ok("saved addresses", err)
	return list
}

func savedAddress(t *try) {
	ada, bob := t.ID(), t.ID()
	put := func(c crm.Changes) { t.commit(&storage.Batch{Command: t.Command("crm.put"), CRM: c}) }
	home := crm.Address{ID: t.ID(), CustomerID: ada, Label: "home", City: "London", DefaultShipping: true}
	work := crm.Address{ID: t.ID(), CustomerID: ada, Label: "work", City: "London"}
	put(crm.Changes{Addresses: []crm.Address{home, work}})
	t.equal("both", t.book(ada), []crm.Address{home, work})
	home.City, home.DefaultShipping = "Paris", false
	put(crm.Changes{Addresses: []crm.Address{home}})
	t.equal("one changed", t.book(ada), []crm.Address{home, work})
	work.CustomerID = bob
	put(crm.Changes{Addresses: []crm.Address{work}, Removed: []uuid.UUID{home.ID, t.ID()}})
	t.equal("one removed, one moved", len(t.book(ada)), 0)
	t.equal("the moved one", t.book(bob), []crm.Address{work})
	t.equal("nobody's", len(t.book(t.ID())), 0)
}

func movedHistory(t *try) {
	ada, bob := t.ID(), t.ID()
	note := crm.Note{ID: t.ID(), CustomerID: ada, Author: "staff:1", Text: "tall", At: t.Now}
	consent := crm.Consent{
		ID: t.ID(), CustomerID: ada, Purpose: "news", Status: crm.Granted, Source: "shop", Proof: "form", At: t.Now, RecordedAt: t.Now,
	}
	put := func(n crm.Note, c crm.Consent) {
		t.commit(&storage.Batch{Command: t.Command("crm.put"), CRM: crm.Changes{Notes: []crm.Note{n}, Consents: []crm.Consent{c}}})
	}
	put(note, consent)
	n, c := note, consent
	n.CustomerID, n.Author, n.Text, n.At = bob, "staff:2", "small", t.Now.Add(time.Hour)
	c.CustomerID, c.Purpose, c.Channel, c.Status, c.Source, c.Proof = bob, "ads", "sms", crm.Withdrawn, "x", "y"
	c.At, c.RecordedAt = t.Now.Add(time.Hour), t.Now.Add(time.Hour)
	put(n, c)
	note.CustomerID, consent.CustomerID = bob, bob
	for _, customer := range []uuid.UUID{ada, bob} {
		notes, err := t.store.CustomerNotes(t.ctx, customer)
		t.ok("notes", err)
		consents, err := t.store.Consents(t.ctx, customer)
		t.ok("consents", err)
		if customer == ada {
			t.equal("what is left", len(notes)+len(consents), 0)
			continue
		}
		t.equal("notes", notes, []crm.Note{note})
		t.equal("consents", consents, []crm.Consent{consent})
	}
}

func belongings(t *try) {
	ada := t.ID()
	var c crm.Changes
	for i, minute := range []int{2, 3, 1, 1} {
		c.Addresses = append(c.Addresses, crm.Address{ID: t.ID(), CustomerID: ada})
		c.Notes = append(c.Notes, crm.Note{ID: t.ID(), CustomerID: ada, At: later(minute)})
		c.Consents = append(c.Consents, crm.Consent{ID: t.ID(), CustomerID: ada, At: later(i), RecordedAt: later(minute)})
	}
	slices.Reverse(c.Addresses)
	t.commit(&storage.Batch{Command: t.Command("crm.put"), CRM: crm.Changes{Addresses: c.Addresses, Notes: c.Notes, Consents: c.Consents}})
	slices.Reverse(c.Addresses)
	t.equal("addresses", t.book(ada), c.Addresses)
	notes, err := t.store.CustomerNotes(t.ctx, ada)
	t.ok("notes", err)
	t.equal("notes", notes, []crm.Note{c.Notes[2], c.Notes[3], c.Notes[0], c.Notes[1]})
	consents, err := t.store.Consents(t.ctx, ada)
	t.ok("consents", err)
	t.equal("consents", consents, []crm.Consent{c.Consents[2], c.Consents[3], c.Consents[0], c.Consents[1]})
}

func customerListing(t *try) {
	var want []uuid.UUID
	created := []int{3, 1, 2, 2}
	ids := []uuid.UUID{t.ID(), t.ID(), t.ID(), t.ID()}
	for i, minute := range created {
		t.commit(t.customers(crm.Customer{ID: ids[i], Name: "x", CreatedAt: later(minute)}))
	}
	want = []uuid.UUID{ids[1], ids[2], ids[3], ids[0]}
	listing := func(what string, f crm.Filter, want []uuid.UUID) {
		got := each(all(t, what, t.store.Customers(t.ctx, f)), func(c *crm.Customer) uuid.UUID { return c.ID })
		t.equal(what, got, want)
	}
	listing("ascending", crm.Filter{Ascending: true}, want)
	listing("newest first", crm.Filter{}, reversed(want))
	listing("two of them", crm.Filter{Ascending: true, Limit: 2}, want[:2])
	at := &crm.Cursor{CreatedAt: later(2), ID: ids[2]}
	listing("behind a cursor", crm.Filter{Ascending: true, After: at}, want[2:])
	listing("behind a cursor, newest first", crm.Filter{After: at}, want[:1])
	one := all(t, "one", t.store.Customers(t.ctx, crm.Filter{Limit: 1}))[0]
	whole, err := t.store.Customer(t.ctx, one.ID)
	t.ok("customer", err)
	t.equal("the whole row", one, whole)
}

func mergedListing(t *try) {
	ada, bob := crm.Customer{ID: t.ID()}, crm.Customer{ID: t.ID()}
	bob.MergedInto = ada.ID
	t.commit(t.customers(ada, bob))
	t.equal("those on their own", len(all(t, "customers", t.store.Customers(t.ctx, crm.Filter{}))), 1)
	t.equal("all", len(all(t, "customers", t.store.Customers(t.ctx, crm.Filter{Merged: true}))), 2)
}

func memberListing(t *try) {
	ada, bob := crm.Customer{ID: t.ID(), Email: "ada", ExternalRef: "ada", CreatedAt: later(1)}, crm.Customer{ID: t.ID(), Email: "bob", ExternalRef: "bob", CreatedAt: later(2)}
	small := crm.Customer{ID: t.ID(), Email: "small", ExternalRef: "small", CreatedAt: later(3), Company: &crm.Company{Members: []crm.Member{{CustomerID: ada.ID, Role: crm.Buyer}}}}
	large := crm.Customer{ID: t.ID(), Email: "large", ExternalRef: "large", CreatedAt: later(4), Company: &crm.Company{Members: []crm.Member{
		{CustomerID: ada.ID, Role: crm.Admin}, {CustomerID: bob.ID, Role: crm.Viewer},
	}}}
	t.commit(t.customers(ada, bob, small, large))
	of := func(member uuid.UUID, want ...uuid.UUID) {
		got := each(all(t, "companies", t.store.Customers(t.ctx, crm.Filter{Member: member, Ascending: true})), func(c *crm.Customer) uuid.UUID { return c.ID })
		t.equal("companies", got, want)
	}
	of(ada.ID, small.ID, large.ID)
	of(bob.ID, large.ID)
	of(small.ID)
	large.Company = &crm.Company{Members: large.Company.Members[:1]}
	t.commit(t.customers(large))
	of(bob.ID)
}

func guestOrders(t *try) {
	place := func(customer uuid.UUID, emails ...string) *order.Order {
		o, b := t.Place()
		d := &b.Orders[0].Delta.Order
		d.CustomerID = customer
		for i, email := range emails {
			id := t.ID()
			if i == 0 {
				d.ShipToID = id
			} else {
				d.BillToID = id
			}
			b.Orders[0].Addresses = append(b.Orders[0].Addresses, order.Address{ID: id, Email: email})
		}
		t.commit(b)
		return o
	}
	none := uuid.UUID{}
	ship := place(none, "Ada@Example.com ")
	bill := place(none, "bob@example.com", "ada@example.COM")
	twice := place(none, "ada@example.com", "ada@example.com")
	known := place(t.ID(), "ada@example.com")
	place(none, "eve@example.com")
	place(none)
	guests := order.Filter{GuestEmail: " ADA@example.com", Ascending: true}
	t.listing("guests", guests, []*order.Order{ship, bill, twice})
	_, b := t.Change(t.order(ship.ID), func(o *order.Order) { o.CustomerID = known.ID })
	t.commit(b)
	guests.Ascending = false
	t.listing("once one is claimed", guests, []*order.Order{twice, bill})
	guests.After = &order.Cursor{PlacedAt: twice.PlacedAt, ID: twice.ID}
	t.listing("behind a cursor", guests, []*order.Order{bill})
	t.listing("nobody", order.Filter{GuestEmail: "nobody@example.com"}, nil)
	t.listing("a guest's with a customer", order.Filter{GuestEmail: "ada@example.com", CustomerID: known.ID}, nil)
}
