package oms_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/go-oms/oms"
	"github.com/go-oms/oms/crm"
	"github.com/go-oms/oms/event"
	"github.com/go-oms/oms/fault"
	"github.com/go-oms/oms/order"
	"github.com/go-oms/oms/storage"
)

// guest places an order without a customer.
func (s *shop) guest(email string) *order.Order {
	s.t.Helper()
	o, err := s.Place(s.ctx, oms.Cart{
		ShipTo: order.Address{Name: "Ada", City: "London", Country: "GB", Email: email}, Lines: []oms.CartLine{line("TEE-M", 1)},
	})
	require.NoError(s.t, err)
	s.clean()
	return o
}

// bought places an order of a customer.
func (s *shop) bought(customer uuid.UUID) *order.Order {
	s.t.Helper()
	o, err := s.Place(s.ctx, oms.Cart{CustomerID: customer, Lines: []oms.CartLine{line("TEE-M", 1)}})
	require.NoError(s.t, err)
	s.clean()
	return o
}

// ordersOf returns the numbers of a customer's orders, oldest first.
func (s *shop) ordersOf(customer uuid.UUID) (numbers []string) {
	s.t.Helper()
	for o, err := range s.Orders(s.ctx, order.Filter{CustomerID: customer, Ascending: true}) {
		require.NoError(s.t, err)
		numbers = append(numbers, o.Number)
	}
	return numbers
}

// told returns the types of a customer's events.
func (s *shop) told(customer uuid.UUID) (types []string) {
	s.t.Helper()
	history, err := s.store.History(s.ctx, event.Customer, customer)
	require.NoError(s.t, err)
	for _, e := range history {
		types = append(types, e.Type)
	}
	return types
}

// refusedWithout runs a command that must be refused and write nothing.
func refusedWithout[E error](s *shop, command func() error) E {
	s.t.Helper()
	before := s.dump()
	err := command()
	var want E
	require.ErrorAs(s.t, err, &want)
	require.Contains(s.t, []fault.Kind{fault.Rejected, fault.Conflict}, fault.KindOf(err))
	require.Equal(s.t, before, s.dump(), "a refused command wrote something")
	s.clean()
	return want
}

// dump is everything that the books have, as text.
func (s *shop) dump() string {
	s.t.Helper()
	var b strings.Builder
	require.NoError(s.t, s.store.Snapshot(s.ctx, func(books storage.Books) error {
		for c, err := range books.AllCustomers(s.ctx) {
			require.NoError(s.t, err)
			row, err := json.Marshal(c)
			require.NoError(s.t, err)
			fmt.Fprintf(&b, "%s\n", row)
			notes, err := s.store.CustomerNotes(s.ctx, c.ID)
			require.NoError(s.t, err)
			consents, err := s.store.Consents(s.ctx, c.ID)
			require.NoError(s.t, err)
			coupons, err := s.store.CouponsOf(s.ctx, c.ID)
			require.NoError(s.t, err)
			fmt.Fprintf(&b, "%+v\n%+v\n%+v\n", notes, consents, coupons)
		}
		for a, err := range books.AllSavedAddresses(s.ctx) {
			require.NoError(s.t, err)
			fmt.Fprintf(&b, "%+v\n", a)
		}
		for o, err := range books.AllOrders(s.ctx) {
			require.NoError(s.t, err)
			fmt.Fprintf(&b, "%s %d %s\n", o.ID, o.Version, o.CustomerID)
		}
		for k, err := range books.AllKeys(s.ctx) {
			require.NoError(s.t, err)
			fmt.Fprintf(&b, "%s\n", k.Key)
		}
		last, err := books.LastPosition(s.ctx)
		fmt.Fprintln(&b, last)
		return err
	}))
	return b.String()
}

func (s *shop) shopper(id uuid.UUID) *oms.Client {
	return s.As(event.Actor{Kind: event.Shopper, ID: id.String()})
}

func TestACustomerHasAHistory(t *testing.T) {
	s := newShop(t)
	ada := s.customer("Ada@Example.com ")
	require.Equal(t, int64(1), ada.Version)
	require.Equal(t, "ada@example.com", ada.Email)
	s.clock.Add(time.Minute)
	changed := *ada
	changed.Name, changed.Phone = "Ada", "+44 20 7946 0000"
	changed.Version, changed.MergedInto, changed.CreatedAt = 77, uuid.New(), time.Time{}
	saved, err := s.SaveCustomer(s.ctx, oms.CustomerDetails{Customer: changed, Version: 1})
	require.NoError(t, err)
	s.clean()
	require.Equal(t, int64(2), saved.Version)
	require.Equal(t, ada.CreatedAt, saved.CreatedAt, "what is not given is not forgotten")
	require.Equal(t, s.clock.Now(), saved.UpdatedAt)
	require.False(t, saved.Merged(), "a merge is a command of its own")
	require.Equal(t, []string{"customer.created", "customer.changed"}, s.told(ada.ID))
	history, err := s.store.History(s.ctx, event.Customer, ada.ID)
	require.NoError(t, err)
	require.Equal(t, []string{"name", "phone"}, history[1].Payload.(*crm.Delta).Changed)

	// The same again is no change.
	same, err := s.SaveCustomer(s.ctx, oms.CustomerDetails{Key: "same", Customer: *saved, Version: 2})
	require.NoError(t, err)
	require.Equal(t, saved, same)
	require.Len(t, s.told(ada.ID), 2)
	again, err := s.SaveCustomer(s.ctx, oms.CustomerDetails{Key: "same", Customer: *saved, Version: 2})
	require.NoError(t, err)
	require.Equal(t, same, again)

	refusedWithout[*fault.StaleError](s, func() error {
		_, err := s.SaveCustomer(s.ctx, oms.CustomerDetails{Customer: *ada, Version: 1})
		return err
	})
	refusedWithout[*fault.StaleError](s, func() error {
		_, err := s.SaveCustomer(s.ctx, oms.CustomerDetails{Customer: crm.Customer{ID: uuid.New()}, Version: 1})
		return err
	})
}

func TestACustomerKnownFromLongAgoBeginsThere(t *testing.T) {
	s := newShop(t)
	since := s.clock.Now().AddDate(-5, 0, 0)
	ada, err := s.SaveCustomer(s.ctx, oms.CustomerDetails{Customer: crm.Customer{CreatedAt: since}})
	require.NoError(t, err)
	require.Equal(t, since, ada.CreatedAt)
	entries, err := s.CustomerTimeline(s.ctx, ada.ID)
	require.NoError(t, err)
	require.Equal(t, since, entries[0].At)
	require.Equal(t, s.clock.Now(), entries[0].RecordedAt)
	s.clean()
}

func TestTwoCustomersDoNotShareAnEmailOrAReference(t *testing.T) {
	s := newShop(t)
	_, err := s.SaveCustomer(s.ctx, oms.CustomerDetails{Customer: crm.Customer{Email: "ada@example.com", ExternalRef: "7"}})
	require.NoError(t, err)
	bob := s.customer("bob@example.com")
	for field, c := range map[string]crm.Customer{
		"email": {Email: " ADA@example.com"}, "external_ref": {ExternalRef: "7"},
	} {
		for _, id := range []uuid.UUID{uuid.Nil, uuid.New(), bob.ID} {
			c.ID = id
			e := refusedWithout[*storage.DuplicateError](s, func() error {
				_, err := s.SaveCustomer(s.ctx, oms.CustomerDetails{Customer: c})
				return err
			})
			require.Equal(t, storage.DuplicateError{Kind: "customer", Field: field}, *e)
			require.NotContains(t, e.Error(), "ada")
		}
	}
	refusedWithout[*fault.InvalidError](s, func() error {
		_, err := s.SaveCustomer(s.ctx, oms.CustomerDetails{Customer: crm.Customer{ID: bob.ID, Phone: "call me"}})
		return err
	})
}

func TestOneOfManyGetsAnEmail(t *testing.T) {
	s := newShop(t)
	var won, taken int
	for _, err := range together(16, func(int) error {
		_, err := s.SaveCustomer(s.ctx, oms.CustomerDetails{Customer: crm.Customer{Email: "ada@example.com"}})
		return err
	}) {
		var duplicate *storage.DuplicateError
		switch {
		case err == nil:
			won++
		case errors.As(err, &duplicate):
			taken++
		}
	}
	require.Equal(t, 1, won)
	require.Equal(t, 15, taken)
	s.clean()
}

// together calls f n times at once and returns the errors.
func together(n int, f func(i int) error) []error {
	errs := make([]error, n)
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() { errs[i] = f(i) })
	}
	wg.Wait()
	return errs
}

func TestAShopperMaySaveHimselfAndNobodyElse(t *testing.T) {
	s := newShop(t)
	s.receive("TEE-M", 5)
	ada, eve := s.customer("ada@example.com"), s.customer("eve@example.com")
	_, err := s.SaveCustomer(s.ctx, oms.CustomerDetails{Customer: crm.Customer{ID: ada.ID, Email: ada.Email, ExternalRef: "A-1"}})
	require.NoError(t, err)
	o := s.bought(ada.ID)
	home, err := s.shopper(ada.ID).SaveAddress(s.ctx, ada.ID, oms.SavedAddress{Address: crm.Address{City: "London"}})
	require.NoError(t, err)
	_, err = s.shopper(ada.ID).RecordConsent(s.ctx, ada.ID, oms.Decision{Purpose: "news", Status: crm.Granted})
	require.NoError(t, err)
	_, err = s.AddCustomerNote(s.ctx, ada.ID, oms.CustomerNote{Text: "tall"})
	require.NoError(t, err)

	asAda, asEve := s.shopper(ada.ID), s.shopper(eve.ID)
	for name, command := range map[string]func(c *oms.Client) error{
		"save": func(c *oms.Client) error {
			_, err := c.SaveCustomer(s.ctx, oms.CustomerDetails{Customer: crm.Customer{ID: ada.ID, Email: ada.Email, Name: "Ada"}})
			return err
		},
		"read": func(c *oms.Client) error { _, err := c.Customer(s.ctx, ada.ID); return err },
		"by email": func(c *oms.Client) error {
			_, err := c.CustomerByEmail(s.ctx, ada.Email)
			return err
		},
		"by reference": func(c *oms.Client) error { _, err := c.CustomerByRef(s.ctx, "A-1"); return err },
		"addresses":    func(c *oms.Client) error { _, err := c.Addresses(s.ctx, ada.ID); return err },
		"save address": func(c *oms.Client) error {
			_, err := c.SaveAddress(s.ctx, ada.ID, oms.SavedAddress{Address: crm.Address{ID: home.ID, City: "Paris"}})
			return err
		},
		"consent": func(c *oms.Client) error {
			_, err := c.RecordConsent(s.ctx, ada.ID, oms.Decision{Purpose: "news", Status: crm.Withdrawn})
			return err
		},
		"consents": func(c *oms.Client) error { _, err := c.Consents(s.ctx, ada.ID); return err },
		"timeline": func(c *oms.Client) error { _, err := c.CustomerTimeline(s.ctx, ada.ID); return err },
		"order":    func(c *oms.Client) error { _, err := c.Order(s.ctx, o.ID); return err },
	} {
		refusedWithout[*fault.NotFoundError](s, func() error { return command(asEve) })
		require.NoError(t, command(asAda), name)
	}
	kept, err := s.Customer(s.ctx, ada.ID)
	require.NoError(t, err)
	require.Equal(t, "A-1", kept.ExternalRef, "the reference is the shop's")
	refusedWithout[*fault.InvalidError](s, func() error {
		_, err := asAda.SaveCustomer(s.ctx, oms.CustomerDetails{Customer: crm.Customer{ID: ada.ID, ExternalRef: "A-2"}})
		return err
	})

	for _, command := range []func(c *oms.Client) error{
		func(c *oms.Client) error {
			_, err := c.AddCustomerNote(s.ctx, ada.ID, oms.CustomerNote{Text: "me"})
			return err
		},
		func(c *oms.Client) error {
			_, err := c.ClaimOrders(s.ctx, ada.ID, oms.Claim{Email: ada.Email})
			return err
		},
		func(c *oms.Client) error {
			_, err := c.MergeCustomers(s.ctx, oms.Merge{From: eve.ID, Into: ada.ID})
			return err
		},
	} {
		refusedWithout[*oms.ForbiddenError](s, func() error { return command(asAda) })
	}
	refusedWithout[*oms.ForbiddenError](s, func() error { _, err := asAda.CustomerNotes(s.ctx, ada.ID); return err })
	var seen []uuid.UUID
	for c, err := range asAda.Customers(s.ctx, crm.Filter{}) {
		require.NoError(t, err)
		seen = append(seen, c.ID)
	}
	require.Equal(t, []uuid.UUID{ada.ID}, seen)
	entries, err := asAda.CustomerTimeline(s.ctx, ada.ID)
	require.NoError(t, err)
	for _, e := range entries {
		require.NotEqual(t, "customer.noted", e.Type)
	}
}

func TestCustomerNotesStayOutOfTheHistory(t *testing.T) {
	s := newShop(t)
	ada := s.customer("ada@example.com")
	note, err := s.AddCustomerNote(s.ctx, ada.ID, oms.CustomerNote{Text: "has measles"})
	require.NoError(t, err)
	s.clean()
	notes, err := s.CustomerNotes(s.ctx, ada.ID)
	require.NoError(t, err)
	require.Equal(t, []crm.Note{*note}, notes)
	require.Equal(t, []string{"customer.created", "customer.noted"}, s.told(ada.ID))
	refusedWithout[*fault.InvalidError](s, func() error {
		_, err := s.AddCustomerNote(s.ctx, ada.ID, oms.CustomerNote{})
		return err
	})
	refusedWithout[*fault.NotFoundError](s, func() error {
		_, err := s.AddCustomerNote(s.ctx, uuid.New(), oms.CustomerNote{Text: "who"})
		return err
	})
}

func TestConsentsAreAppended(t *testing.T) {
	s := newShop(t)
	ada := s.customer("ada@example.com")
	decide := func(status crm.ConsentStatus, at time.Time) {
		_, err := s.RecordConsent(s.ctx, ada.ID, oms.Decision{Purpose: "news", Channel: "email", Status: status, At: at})
		require.NoError(t, err)
		s.clean()
	}
	now := s.clock.Now()
	decide(crm.Granted, time.Time{})
	decide(crm.Withdrawn, now.Add(-time.Hour)) // recorded late
	consents, err := s.Consents(s.ctx, ada.ID)
	require.NoError(t, err)
	require.Len(t, consents, 2)
	require.True(t, crm.Allows(consents, "news", "email"))
	s.clock.Add(time.Hour)
	decide(crm.Withdrawn, time.Time{})
	consents, err = s.Consents(s.ctx, ada.ID)
	require.NoError(t, err)
	require.False(t, crm.Allows(consents, "news", "email"))
	for _, wrong := range []oms.Decision{
		{Status: crm.Granted},
		{Purpose: "news"},
		{Purpose: "news", Status: "maybe"},
		{Purpose: "news", Status: crm.Granted, Proof: strings.Repeat("x", crm.MaxProof+1)},
	} {
		refusedWithout[*fault.InvalidError](s, func() error {
			_, err := s.RecordConsent(s.ctx, ada.ID, wrong)
			return err
		})
	}
}

func TestNoDecisionIsOfTheFuture(t *testing.T) {
	s := newShop(t)
	ada := s.customer("ada@example.com")
	granted, err := s.RecordConsent(s.ctx, ada.ID, oms.Decision{
		Purpose: "news", Status: crm.Granted, At: s.clock.Now().AddDate(50, 0, 0),
	})
	require.NoError(t, err)
	require.Equal(t, s.clock.Now(), granted.At)
	s.clock.Add(time.Hour)
	_, err = s.RecordConsent(s.ctx, ada.ID, oms.Decision{Purpose: "news", Status: crm.Withdrawn})
	require.NoError(t, err)
	consents, err := s.Consents(s.ctx, ada.ID)
	require.NoError(t, err)
	require.False(t, crm.Allows(consents, "news", "email"))
	s.clean()
}

// The price of somebody else's cart would tell which coupons he has used up.
func TestAShopperPricesHisOwnCartsOnly(t *testing.T) {
	s := newShop(t)
	s.receive("TEE-M", 5)
	ada, eve := s.customer("ada@example.com"), s.customer("eve@example.com")
	cart := oms.Cart{CustomerID: ada.ID, Lines: []oms.CartLine{line("TEE-M", 1)}}
	refusedWithout[*fault.NotFoundError](s, func() error { _, err := s.shopper(eve.ID).Price(s.ctx, cart); return err })
	for _, c := range []*oms.Client{s.Client, s.shopper(ada.ID)} {
		_, err := c.Price(s.ctx, cart)
		require.NoError(t, err)
	}
	cart.CustomerID = uuid.Nil
	_, err := s.shopper(eve.ID).Price(s.ctx, cart)
	require.NoError(t, err, "before he logs in")
}

func TestCustomersAreListedInPages(t *testing.T) {
	s := newShop(t)
	var want []uuid.UUID
	for i := range 5 {
		want = append(want, s.customer(fmt.Sprintf("c%d@example.com", i)).ID)
		s.clock.Add(time.Minute)
	}
	var got []uuid.UUID
	var after *crm.Cursor
	for range 3 {
		for c, err := range s.Customers(s.ctx, crm.Filter{Ascending: true, Limit: 2, After: after}) {
			require.NoError(t, err)
			got = append(got, c.ID)
			after = &crm.Cursor{CreatedAt: c.CreatedAt, ID: c.ID}
		}
	}
	require.Equal(t, want, got)
}

func TestAShopperWhoIsNewBringsNoReferenceAndNoPast(t *testing.T) {
	s := newShop(t)
	id := uuid.New()
	refusedWithout[*fault.InvalidError](s, func() error {
		_, err := s.shopper(id).SaveCustomer(s.ctx, oms.CustomerDetails{Customer: crm.Customer{ID: id, ExternalRef: "A-1"}})
		return err
	})
	saved, err := s.shopper(id).SaveCustomer(s.ctx, oms.CustomerDetails{
		Customer: crm.Customer{ID: id, Name: "Ada", CreatedAt: s.clock.Now().AddDate(-9, 0, 0)},
	})
	require.NoError(t, err)
	require.Equal(t, s.clock.Now(), saved.CreatedAt)
	s.clean()
}

func TestCustomersOfTenantsDoNotMeet(t *testing.T) {
	s := newShop(t)
	s.receive("TEE-M", 5)
	ada, twin := s.customer("ada@example.com"), s.customer("twin@example.com")
	home := s.address(ada.ID, crm.Address{City: "London"})
	s.guest("ada@example.com")
	other := s.Tenant("acme")
	own, err := other.SaveCustomer(s.ctx, oms.CustomerDetails{Customer: crm.Customer{Email: "ada@example.com"}})
	require.NoError(t, err, "each tenant has its own emails")
	claimed, err := other.ClaimOrders(s.ctx, own.ID, oms.Claim{Email: "ada@example.com"})
	require.NoError(t, err)
	require.Empty(t, claimed.Orders)
	for name, command := range map[string]func() error{
		"read":      func() error { _, err := other.Customer(s.ctx, ada.ID); return err },
		"by email":  func() error { _, err := other.CustomerByEmail(s.ctx, "twin@example.com"); return err },
		"addresses": func() error { _, err := other.Addresses(s.ctx, ada.ID); return err },
		"save address": func() error {
			_, err := other.SaveAddress(s.ctx, own.ID, oms.SavedAddress{Address: crm.Address{ID: home.ID, City: "Paris"}})
			return err
		},
		"remove address": func() error { return other.RemoveAddress(s.ctx, own.ID, oms.AddressRemoval{AddressID: home.ID}) },
		"note": func() error {
			_, err := other.AddCustomerNote(s.ctx, ada.ID, oms.CustomerNote{Text: "x"})
			return err
		},
		"consent": func() error {
			_, err := other.RecordConsent(s.ctx, ada.ID, oms.Decision{Purpose: "news", Status: crm.Granted})
			return err
		},
		"claim": func() error {
			_, err := other.ClaimOrders(s.ctx, ada.ID, oms.Claim{Email: "ada@example.com"})
			return err
		},
		"merge": func() error {
			_, err := other.MergeCustomers(s.ctx, oms.Merge{From: twin.ID, Into: own.ID})
			return err
		},
		"into":     func() error { _, err := other.MergeCustomers(s.ctx, oms.Merge{From: own.ID, Into: ada.ID}); return err },
		"timeline": func() error { _, err := other.CustomerTimeline(s.ctx, ada.ID); return err },
		"place": func() error {
			_, err := other.Price(s.ctx, oms.Cart{CustomerID: own.ID, ShipToSaved: home.ID, Lines: []oms.CartLine{line("TEE-M", 1)}})
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			refusedWithout[*fault.NotFoundError](s, command)
		})
	}
}
