package oms_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/go-oms/oms"
	"github.com/go-oms/oms/crm"
	"github.com/go-oms/oms/event"
	"github.com/go-oms/oms/fault"
	"github.com/go-oms/oms/money"
	"github.com/go-oms/oms/order"
	"github.com/go-oms/oms/storage"
)

func (s *shop) merge(from, into uuid.UUID) *oms.Merged {
	s.t.Helper()
	merged, err := s.MergeCustomers(s.ctx, oms.Merge{From: from, Into: into})
	require.NoError(s.t, err)
	s.clean()
	return merged
}

// save saves a customer's details.
func (s *shop) save(c crm.Customer) *crm.Customer {
	s.t.Helper()
	saved, err := s.SaveCustomer(s.ctx, oms.CustomerDetails{Customer: c})
	require.NoError(s.t, err)
	s.clean()
	return saved
}

func (s *shop) address(customer uuid.UUID, a crm.Address) *crm.Address {
	s.t.Helper()
	saved, err := s.SaveAddress(s.ctx, customer, oms.SavedAddress{Address: a})
	require.NoError(s.t, err)
	s.clean()
	return saved
}

func TestMergingBringsEverythingTogether(t *testing.T) {
	s := newShop(t)
	s.receive("TEE-M", 20)
	ada := s.save(crm.Customer{Email: "ada@example.com", Name: "Ada"})
	twin := s.save(crm.Customer{Email: "a.l@example.com", ExternalRef: "T-1", Name: "A. L.", Country: "GB"})
	home := s.address(ada.ID, crm.Address{Label: "home", City: "London", DefaultShipping: true})
	work := s.address(twin.ID, crm.Address{Label: "work", City: "Leeds", DefaultShipping: true, DefaultBilling: true})
	_, err := s.AddCustomerNote(s.ctx, twin.ID, oms.CustomerNote{Text: "tall"})
	require.NoError(t, err)
	_, err = s.RecordConsent(s.ctx, twin.ID, oms.Decision{Purpose: "news", Status: crm.Granted})
	require.NoError(t, err)
	own, other := s.bought(ada.ID), s.bought(twin.ID)

	merged := s.merge(twin.ID, ada.ID)
	require.Equal(t, []uuid.UUID{other.ID}, merged.Orders)
	want := crm.Customer{
		ID: ada.ID, Version: 3, Email: "ada@example.com", ExternalRef: "T-1", Name: "Ada", Country: "GB",
		CreatedAt: ada.CreatedAt, UpdatedAt: s.clock.Now(),
	}
	require.Equal(t, want, *merged.Customer)
	require.Equal(t, []string{own.Number, other.Number}, s.ordersOf(ada.ID))
	require.Empty(t, s.ordersOf(twin.ID))

	// Whoever asks for the other finds her.
	for name, find := range map[string]func() (*crm.Customer, error){
		"id":        func() (*crm.Customer, error) { return s.Customer(s.ctx, twin.ID) },
		"email":     func() (*crm.Customer, error) { return s.CustomerByEmail(s.ctx, "A.L@example.com") },
		"her email": func() (*crm.Customer, error) { return s.CustomerByEmail(s.ctx, "ada@example.com") },
		"reference": func() (*crm.Customer, error) { return s.CustomerByRef(s.ctx, "T-1") },
	} {
		found, err := find()
		require.NoError(t, err, name)
		require.Equal(t, want, *found, name)
	}
	work.CustomerID, work.DefaultShipping = ada.ID, false
	for _, id := range []uuid.UUID{ada.ID, twin.ID} {
		book, err := s.Addresses(s.ctx, id)
		require.NoError(t, err)
		require.Equal(t, []crm.Address{*home, *work}, book)
		notes, err := s.CustomerNotes(s.ctx, id)
		require.NoError(t, err)
		require.Len(t, notes, 1)
		consents, err := s.Consents(s.ctx, id)
		require.NoError(t, err)
		require.True(t, crm.Allows(consents, "news", "email"))
	}
	require.Equal(t, "customer.merged", s.told(twin.ID)[4])
	timeline, err := s.CustomerTimeline(s.ctx, ada.ID)
	require.NoError(t, err)
	var types []string
	for _, e := range timeline {
		types = append(types, e.Type)
	}
	require.ElementsMatch(t, []string{
		"customer.created", "customer.created", "customer.address_saved", "customer.address_saved", "customer.noted", "customer.consented",
		"order.placed", "order.placed", "customer.merged", "customer.absorbed", "order.reassigned",
	}, types)
}

func TestAMergedCustomerIsOver(t *testing.T) {
	s := newShop(t)
	a, b, c := s.customer("a@example.com"), s.customer("b@example.com"), s.customer("c@example.com")
	s.merge(a.ID, b.ID)
	s.merge(b.ID, c.ID) // a chain
	for name, command := range map[string]func() error{
		"save": func() error {
			_, err := s.SaveCustomer(s.ctx, oms.CustomerDetails{Customer: crm.Customer{ID: a.ID, Name: "A"}})
			return err
		},
		"address": func() error {
			_, err := s.SaveAddress(s.ctx, a.ID, oms.SavedAddress{Address: crm.Address{City: "London"}})
			return err
		},
		"remove": func() error {
			return s.RemoveAddress(s.ctx, a.ID, oms.AddressRemoval{AddressID: uuid.New()})
		},
		"note": func() error { _, err := s.AddCustomerNote(s.ctx, a.ID, oms.CustomerNote{Text: "x"}); return err },
		"consent": func() error {
			_, err := s.RecordConsent(s.ctx, a.ID, oms.Decision{Purpose: "news", Status: crm.Granted})
			return err
		},
		"claim": func() error { _, err := s.ClaimOrders(s.ctx, a.ID, oms.Claim{Email: "a@example.com"}); return err },
		"into":  func() error { _, err := s.MergeCustomers(s.ctx, oms.Merge{From: c.ID, Into: a.ID}); return err },
	} {
		over := refusedWithout[*crm.MergedError](s, command)
		require.Equal(t, crm.MergedError{ID: a.ID, Into: c.ID}, *over, name)
	}
	found, err := s.CustomerByEmail(s.ctx, "a@example.com")
	require.NoError(t, err)
	require.Equal(t, c.ID, found.ID)
}

// However long a chain of merges is, it leads to its end; books in which it has none
// are broken.
func TestAChainOfMergesEnds(t *testing.T) {
	s := newShop(t)
	ids := make([]uuid.UUID, 1500)
	for i := range ids {
		ids[i] = uuid.New()
	}
	chain := func(version int64, last uuid.UUID) {
		var b storage.Batch
		for i, id := range ids {
			x := crm.Customer{ID: id, Version: version, CreatedAt: s.clock.Now(), UpdatedAt: s.clock.Now(), MergedInto: last}
			if i+1 < len(ids) {
				x.MergedInto = ids[i+1]
			}
			b.CRM.Customers = append(b.CRM.Customers, x)
			b.Events = append(b.Events, event.Event{
				Aggregate: event.Customer, ID: id, Version: version, Type: oms.CustomerMerged, Payload: crm.Diff(nil, &x),
				ActorKind: event.System, At: s.clock.Now(), RecordedAt: s.clock.Now(),
			})
		}
		require.NoError(t, s.store.Commit(s.ctx, &b))
	}
	chain(1, uuid.Nil)
	left, err := s.Customer(s.ctx, ids[0])
	require.NoError(t, err)
	require.Equal(t, ids[len(ids)-1], left.ID)
	chain(2, ids[7])
	_, err = s.Customer(s.ctx, ids[0])
	require.ErrorContains(t, err, "in a circle")
}

func TestMergesThatMakeNoSenseAreRefused(t *testing.T) {
	s := newShop(t)
	a, b, c := s.customer("a@example.com"), s.customer("b@example.com"), s.customer("c@example.com")
	merge := func(p oms.Merge) func() error {
		return func() error { _, err := s.MergeCustomers(s.ctx, p); return err }
	}
	refusedWithout[*fault.InvalidError](s, merge(oms.Merge{From: a.ID, Into: a.ID}))
	refusedWithout[*fault.NotFoundError](s, merge(oms.Merge{From: uuid.New(), Into: a.ID}))
	refusedWithout[*fault.NotFoundError](s, merge(oms.Merge{From: a.ID, Into: uuid.New()}))
	refusedWithout[*fault.StaleError](s, merge(oms.Merge{From: a.ID, Into: b.ID, FromVersion: 4}))
	refusedWithout[*fault.StaleError](s, merge(oms.Merge{From: a.ID, Into: b.ID, IntoVersion: 4}))
	s.merge(a.ID, b.ID)
	elsewhere := refusedWithout[*crm.MergedError](s, merge(oms.Merge{From: a.ID, Into: c.ID}))
	require.Equal(t, crm.MergedError{ID: a.ID, Into: b.ID}, *elsewhere)
	refusedWithout[*crm.MergedError](s, merge(oms.Merge{From: b.ID, Into: a.ID}))
}

func TestMergingAgainBringsWhatCameSince(t *testing.T) {
	s := newShop(t)
	s.receive("TEE-M", 20)
	a, b, c := s.customer("a@example.com"), s.customer("b@example.com"), s.customer("c@example.com")
	s.merge(a.ID, b.ID)
	s.merge(b.ID, c.ID)
	version := s.merge(a.ID, c.ID).Customer.Version
	require.EqualValues(t, 2, version, "there was nothing to bring")
	late := s.bought(a.ID)
	s.clock.Add(25 * time.Hour)
	report, err := s.Verify(s.ctx, oms.VerifyOptions{})
	require.NoError(t, err)
	require.Len(t, report.Violations, 1, "nobody sees that order any more")
	require.Equal(t, "customer.merges", report.Violations[0].Check)
	require.Contains(t, report.Violations[0].Where, late.ID.String())
	merged := s.merge(a.ID, c.ID)
	require.Equal(t, []uuid.UUID{late.ID}, merged.Orders)
	require.Equal(t, version+1, merged.Customer.Version)
	require.Equal(t, c.ID, s.order(late.ID).CustomerID)
}

func TestWhatAMergedCustomerHadComesBack(t *testing.T) {
	s := newShop(t)
	ada := s.save(crm.Customer{Email: "ada@example.com", ExternalRef: "1"})
	twin := s.save(crm.Customer{Email: "twin@example.com", ExternalRef: "2"})
	eve := s.customer("eve@example.com")
	s.merge(twin.ID, ada.ID)
	refusedWithout[*storage.DuplicateError](s, func() error {
		_, err := s.SaveCustomer(s.ctx, oms.CustomerDetails{Customer: crm.Customer{ID: eve.ID, Email: "twin@example.com"}})
		return err
	})
	saved := s.save(crm.Customer{ID: ada.ID, Email: "twin@example.com", ExternalRef: "2"})
	require.Equal(t, "twin@example.com", saved.Email)
	row, err := s.store.Customer(s.ctx, twin.ID)
	require.NoError(t, err)
	require.Empty(t, row.Email+row.ExternalRef)
	found, err := s.CustomerByRef(s.ctx, "2")
	require.NoError(t, err)
	require.Equal(t, ada.ID, found.ID)
	s.save(crm.Customer{ID: eve.ID, Email: "ada@example.com"}) // given up, and free
}

// A shopper who is still let in under his old id finds himself and no orders.
func TestUnderAnOldIDThereAreNoOrders(t *testing.T) {
	s := newShop(t)
	s.receive("TEE-M", 5)
	ada, twin := s.customer("ada@example.com"), s.customer("twin@example.com")
	o := s.bought(ada.ID)
	s.merge(twin.ID, ada.ID)
	old := s.shopper(twin.ID)
	found, err := old.Customer(s.ctx, twin.ID)
	require.NoError(t, err)
	require.Equal(t, ada.ID, found.ID)
	var missing *fault.NotFoundError
	_, err = old.Order(s.ctx, o.ID)
	require.ErrorAs(t, err, &missing)
	has := func(c *oms.Client, id uuid.UUID) bool {
		entries, err := c.CustomerTimeline(s.ctx, id)
		require.NoError(t, err)
		return slices.ContainsFunc(entries, func(e oms.TimelineEntry) bool { return e.Aggregate == event.Order })
	}
	require.False(t, has(old, twin.ID))
	require.True(t, has(s.shopper(ada.ID), ada.ID))
	require.True(t, has(s.Client, twin.ID))
}

// A repetition that comes late tells of who is left by then.
func TestARepetitionFindsWhoIsLeft(t *testing.T) {
	s := newShop(t)
	s.receive("TEE-M", 5)
	o := s.guest("b@example.com")
	a, c := s.customer("a@example.com"), s.customer("c@example.com")
	details := oms.CustomerDetails{Key: "save", Customer: crm.Customer{Email: "b@example.com"}}
	b, err := s.SaveCustomer(s.ctx, details)
	require.NoError(t, err)
	claim, merge := oms.Claim{Key: "claim", Email: "b@example.com"}, oms.Merge{Key: "merge", From: a.ID, Into: b.ID}
	_, err = s.ClaimOrders(s.ctx, b.ID, claim)
	require.NoError(t, err)
	_, err = s.MergeCustomers(s.ctx, merge)
	require.NoError(t, err)
	s.merge(b.ID, c.ID)
	saved, err := s.SaveCustomer(s.ctx, details)
	require.NoError(t, err)
	claimed, err := s.ClaimOrders(s.ctx, b.ID, claim)
	require.NoError(t, err)
	require.Equal(t, []uuid.UUID{o.ID}, claimed.Orders)
	merged, err := s.MergeCustomers(s.ctx, merge)
	require.NoError(t, err)
	for _, found := range []*crm.Customer{saved, claimed.Customer, merged.Customer} {
		require.Equal(t, c.ID, found.ID)
	}
	s.clean()
}

func TestGuestOrdersOfAMergedEmailAreClaimed(t *testing.T) {
	s := newShop(t)
	s.receive("TEE-M", 5)
	o := s.guest("twin@example.com")
	ada, twin := s.customer("ada@example.com"), s.customer("twin@example.com")
	s.merge(twin.ID, ada.ID)
	claimed, err := s.ClaimOrders(s.ctx, ada.ID, oms.Claim{Email: "twin@example.com"})
	require.NoError(t, err)
	require.Equal(t, []uuid.UUID{o.ID}, claimed.Orders)
	s.clean()
}

// A coupon that was used up under one name stays used up under the other.
func TestMergingLosesNoUseOfACoupon(t *testing.T) {
	s := newShop(t, func(cfg *oms.Config) {
		cfg.Promotions = must(order.NewCoupons([]order.Coupon{{
			Code: "TWICE", Kind: order.FixedAmount, Amount: money.MustParse("1.00 EUR"), PerCustomer: 2, Limit: 9,
		}}))
	})
	s.receive("TEE-M", 20)
	ada, twin := s.customer("ada@example.com"), s.customer("twin@example.com")
	use := func(id uuid.UUID) error {
		_, err := s.Place(s.ctx, oms.Cart{CustomerID: id, Coupons: []string{"TWICE"}, Lines: []oms.CartLine{line("TEE-M", 1)}})
		return err
	}
	require.NoError(t, use(ada.ID))
	require.NoError(t, use(twin.ID))
	require.NoError(t, use(twin.ID))
	s.merge(twin.ID, ada.ID)
	uses, err := s.store.CouponUses(s.ctx, []string{"TWICE"}, ada.ID)
	require.NoError(t, err)
	require.Equal(t, order.Uses{All: 3, ByCustomer: 3}, uses["TWICE"])
	var used *order.CouponError
	for _, id := range []uuid.UUID{ada.ID, twin.ID} {
		require.ErrorAs(t, use(id), &used)
		require.Equal(t, "used up by this customer", used.Reason)
	}
	left, err := s.store.CouponsOf(s.ctx, twin.ID)
	require.NoError(t, err)
	require.Empty(t, left)
	s.clean()
}

// Two who are merged into each other at once: one of the two merges wins.
func TestMergesThatCrossEachOther(t *testing.T) {
	s := newShop(t)
	s.receive("TEE-M", 200)
	for range 20 {
		a, b := s.save(crm.Customer{}), s.save(crm.Customer{})
		s.bought(a.ID)
		s.bought(b.ID)
		errs := together(2, func(i int) error {
			from, into := a.ID, b.ID
			if i == 1 {
				from, into = b.ID, a.ID
			}
			_, err := s.MergeCustomers(s.ctx, oms.Merge{From: from, Into: into})
			return err
		})
		var over *crm.MergedError
		require.ErrorAs(t, errors.Join(errs...), &over)
		require.NotEqual(t, errs[0] == nil, errs[1] == nil, "%v", errs)
		left, err := s.Customer(s.ctx, a.ID)
		require.NoError(t, err)
		require.Len(t, s.ordersOf(left.ID), 2)
		s.clean()
	}
}

// Saves, claims, decisions, orders and a merge at once: nothing is lost, and who
// comes too late is told who is left.
func TestAMergeBesideEverythingElse(t *testing.T) {
	s := newShop(t)
	s.receive("TEE-M", 500)
	for range 10 {
		ada, twin := s.save(crm.Customer{Name: "Ada"}), s.save(crm.Customer{Email: "twin@example.com"})
		s.guest("twin@example.com")
		placed := make([]*order.Order, 2)
		errs := together(7, func(i int) (err error) {
			switch i {
			case 0:
				_, err = s.MergeCustomers(s.ctx, oms.Merge{From: twin.ID, Into: ada.ID})
			case 1:
				_, err = s.ClaimOrders(s.ctx, twin.ID, oms.Claim{Email: "twin@example.com"})
			case 2:
				_, err = s.SaveCustomer(s.ctx, oms.CustomerDetails{Customer: crm.Customer{ID: twin.ID, Email: "twin@example.com", Name: "T"}})
			case 3:
				_, err = s.SaveAddress(s.ctx, twin.ID, oms.SavedAddress{Address: crm.Address{City: "London", DefaultShipping: true}})
			case 4:
				_, err = s.SaveAddress(s.ctx, ada.ID, oms.SavedAddress{Address: crm.Address{City: "Leeds", DefaultShipping: true}})
			default:
				placed[i-5], err = s.Place(s.ctx, oms.Cart{CustomerID: twin.ID, Lines: []oms.CartLine{line("TEE-M", 1)}})
			}
			return err
		})
		for i, err := range errs {
			var over *crm.MergedError
			require.True(t, err == nil || i > 0 && errors.As(err, &over), "%d: %v", i, err)
		}
		s.clean()
		s.merge(twin.ID, ada.ID)
		_, err := s.ClaimOrders(s.ctx, ada.ID, oms.Claim{Email: "twin@example.com"})
		require.NoError(t, err)
		require.Len(t, s.ordersOf(ada.ID), 3)
		for _, o := range placed {
			require.Equal(t, ada.ID, s.order(o.ID).CustomerID)
		}
		history, err := s.store.History(s.ctx, event.Customer, ada.ID)
		require.NoError(t, err)
		require.NotEmpty(t, history)
		s.save(crm.Customer{ID: ada.ID, Name: "Ada"}) // the email is free for the next round
		s.clean()
	}
}
