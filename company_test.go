package oms_test

import (
	"errors"
	"fmt"
	"iter"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
	_ "time/tzdata" // the zones, whatever the system has

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/go-oms/oms"
	"github.com/go-oms/oms/crm"
	"github.com/go-oms/oms/event"
	"github.com/go-oms/oms/fault"
	"github.com/go-oms/oms/money"
	"github.com/go-oms/oms/order"
	"github.com/go-oms/oms/quantity"
)

// buying is a company with people in it.
type buying struct {
	*shop
	company, buyer, viewer, admin uuid.UUID
}

// buying opens a shop with a company whose zone and limits those are.
func newBuying(s *shop, zone string, limits ...crm.SpendingLimit) *buying {
	s.t.Helper()
	s.receive("TEE-M", 900)
	s.receive("MUG", 900)
	b := &buying{shop: s, company: s.customer("purchasing@acme.example").ID}
	_, err := s.SetCompany(s.ctx, b.company, oms.CompanyTerms{Zone: zone, Limits: limits})
	require.NoError(s.t, err)
	ids := []*uuid.UUID{&b.buyer, &b.viewer, &b.admin}
	for i, role := range []crm.MemberRole{crm.Buyer, crm.Viewer, crm.Admin} { // in this order: the ids repeat from run to run
		*ids[i] = s.customer(string(role) + "@acme.example").ID
		b.member(*ids[i], role)
	}
	s.clean()
	return b
}

func (b *buying) member(who uuid.UUID, role crm.MemberRole, limits ...crm.SpendingLimit) {
	b.t.Helper()
	_, err := b.SetMember(b.ctx, b.company, oms.Membership{Member: crm.Member{CustomerID: who, Role: role, Limits: limits}})
	require.NoError(b.t, err)
}

func per(period crm.Period, limit string) crm.SpendingLimit {
	return crm.SpendingLimit{Per: period, Amount: eur(limit)}
}

func (b *buying) cart(who uuid.UUID, lines ...oms.CartLine) oms.Cart {
	return oms.Cart{CustomerID: who, CompanyID: b.company, Lines: lines}
}

func (b *buying) buy(who uuid.UUID, lines ...oms.CartLine) *order.Order {
	b.t.Helper()
	o, err := b.Place(b.ctx, b.cart(who, lines...))
	require.NoError(b.t, err)
	b.clean()
	return o
}

func (b *buying) overspent(who uuid.UUID, lines ...oms.CartLine) *crm.SpendingLimitError {
	b.t.Helper()
	return refusedWithout[*crm.SpendingLimitError](b.shop, func() error {
		_, err := b.Place(b.ctx, b.cart(who, lines...))
		return err
	})
}

// left are what the limits leave, as text.
func (b *buying) left(who uuid.UUID) string {
	b.t.Helper()
	list, err := b.Spending(b.ctx, b.company, who)
	require.NoError(b.t, err)
	texts := make([]string, len(list))
	for i, s := range list {
		texts[i] = string(s.Limit.Per) + " " + s.Window + " " + s.Left.String()
	}
	return strings.Join(texts, ", ")
}

func as(id uuid.UUID) event.Actor { return event.Actor{Kind: event.Shopper, ID: id.String()} }

func TestAnOrderOfACompanyIsItsBuyers(t *testing.T) {
	b := newBuying(newShop(t), "")
	o := b.buy(b.buyer, line("MUG", 1))
	require.Equal(t, b.company, o.CompanyID)
	require.Equal(t, "2026-03-01", o.CompanyDay)
	require.Equal(t, o, b.order(o.ID))

	stranger := b.customer("eve@example.com").ID
	for name, cart := range map[string]oms.Cart{
		"a stranger":              b.cart(stranger, line("MUG", 1)),
		"a viewer":                b.cart(b.viewer, line("MUG", 1)),
		"the company itself":      b.cart(b.company, line("MUG", 1)),
		"a person as the company": {CustomerID: b.buyer, CompanyID: stranger, Lines: []oms.CartLine{line("MUG", 1)}},
		"no company":              {CustomerID: b.buyer, CompanyID: uuid.New(), Lines: []oms.CartLine{line("MUG", 1)}},
	} {
		refused := refusedWithout[*crm.MemberError](b.shop, func() error { _, err := b.Place(b.ctx, cart); return err })
		require.Equal(t, &crm.MemberError{
			CompanyID: cart.CompanyID, CustomerID: cart.CustomerID, Roles: []crm.MemberRole{crm.Buyer, crm.Admin},
		}, refused, name)
		refusedWithout[*crm.MemberError](b.shop, func() error { _, err := b.Price(b.ctx, cart); return err })
	}
	refusedWithout[*fault.InvalidError](b.shop, func() error { _, err := b.Place(b.ctx, b.cart(uuid.Nil, line("MUG", 1))); return err })
	refusedWithout[*crm.MemberError](b.shop, func() error {
		_, err := b.Enter(b.ctx, oms.Entry{CustomerID: stranger, CompanyID: b.company, Lines: []oms.EntryLine{
			{SKU: "MUG", Quantity: quantity.Of(1), UnitPrice: eur("5.00")},
		}})
		return err
	})

	_, err := b.RemoveMember(b.ctx, b.company, oms.MemberRemoval{CustomerID: b.buyer})
	require.NoError(t, err)
	refusedWithout[*crm.MemberError](b.shop, func() error { _, err := b.Place(b.ctx, b.cart(b.buyer, line("MUG", 1))); return err })
	_, err = b.As(as(b.buyer)).Order(b.ctx, o.ID)
	require.NoError(t, err, "what he bought he still sees")
}

// TestWhoSeesOrdersOfACompany: buyers see their own orders, viewers and admins all.
func TestWhoSeesOrdersOfACompany(t *testing.T) {
	b := newBuying(newShop(t), "")
	other := b.customer("other@acme.example").ID
	b.member(other, crm.Buyer)
	stranger := b.customer("eve@example.com").ID
	o := b.buy(b.buyer, line("MUG", 1))
	private, err := b.Place(b.ctx, oms.Cart{CustomerID: b.buyer, Lines: []oms.CartLine{line("MUG", 1)}})
	require.NoError(t, err)
	for who, sees := range map[uuid.UUID]bool{b.buyer: true, b.viewer: true, b.admin: true, other: false, stranger: false, b.company: false} {
		c := b.As(as(who))
		reads := map[string]func() error{
			"Order":         func() error { _, err := c.Order(b.ctx, o.ID); return err },
			"OrderByNumber": func() error { _, err := c.OrderByNumber(b.ctx, o.Number); return err },
			"Payments":      func() error { _, err := c.Payments(b.ctx, o.ID); return err },
			"Fulfillments":  func() error { _, err := c.Fulfillments(b.ctx, o.ID); return err },
			"Timeline":      func() error { _, err := c.Timeline(b.ctx, o.ID); return err },
			"Notes":         func() error { _, err := c.Notes(b.ctx, o.ID); return err },
			"Exchanges":     func() error { _, err := c.Exchanges(b.ctx, o.ID); return err },
		}
		for name, read := range reads {
			var missing *fault.NotFoundError
			require.Equal(t, !sees, errors.As(read(), &missing), "%s %s", name, who)
		}
		want := 0
		if sees {
			want = 1
		}
		require.Len(t, listed(t, c.Orders(b.ctx, order.Filter{CompanyID: b.company})), want)
		_, err := c.Order(b.ctx, private.ID)
		require.Equal(t, who == b.buyer, err == nil, "what a member buys for himself is his alone")
		_, err = c.Cancel(b.ctx, o.ID, oms.Cancellation{Version: 99})
		var missing *fault.NotFoundError
		require.Equal(t, who != b.buyer, errors.As(err, &missing), "seeing an order is not acting on it")
	}
}

func listed(t *testing.T, seq iter.Seq2[*order.Order, error]) (list []*order.Order) {
	t.Helper()
	for o, err := range seq {
		require.NoError(t, err)
		list = append(list, o)
	}
	return list
}

func TestACompanyPaysFromItsOwnAccount(t *testing.T) {
	b := newBuying(newShop(t), "")
	_, err := b.SetCreditLimit(b.ctx, b.company, oms.CreditLimit{Limit: eur("100.00")})
	require.NoError(t, err)
	_, err = b.SetCreditLimit(b.ctx, b.buyer, oms.CreditLimit{Limit: eur("5000.00")})
	require.NoError(t, err)
	o := b.buy(b.buyer, line("TEE-M", 4))
	require.NoError(t, b.onAccount(o, false))
	require.Equal(t, "79.60 EUR", b.account(b.company)[0])
	require.Equal(t, "0.00 EUR", b.account(b.buyer)[0])
	more := b.buy(b.admin, line("TEE-M", 2))
	full := refusedWithout[*crm.CreditLimitError](b.shop, func() error { return b.onAccount(more, false) })
	require.Equal(t, b.company, full.CustomerID)
}

func TestSpendingLimitsOfAMember(t *testing.T) {
	b := newBuying(newShop(t), "")
	b.member(b.buyer, crm.Buyer, per(crm.PerOrder, "50.00"), per(crm.PerDay, "80.00"), per(crm.PerMonth, "100.00"))
	e := b.overspent(b.buyer, line("TEE-M", 3))
	require.Equal(t, crm.Spending{MemberID: b.buyer, Limit: per(crm.PerOrder, "50.00"), Spent: eur("0.00"), Left: eur("50.00")}, e.Spending)
	require.Equal(t, eur("59.70"), e.Asked)

	b.buy(b.buyer, line("TEE-M", 2))
	b.buy(b.buyer, line("TEE-M", 2))
	e = b.overspent(b.buyer, line("MUG", 1))
	require.Equal(t, crm.Spending{
		MemberID: b.buyer, Limit: per(crm.PerDay, "80.00"), Window: "2026-03-01", Spent: eur("79.60"), Left: eur("0.40"),
	}, e.Spending)
	b.buy(b.admin, line("TEE-M", 9)) // has no limit
	b.clock.Add(24 * time.Hour)
	require.Equal(t, "day 2026-03-02 80.00 EUR, month 2026-03 20.40 EUR, order  50.00 EUR", b.left(b.buyer))
	b.buy(b.buyer, line("MUG", 2))
	e = b.overspent(b.buyer, line("MUG", 1))
	require.Equal(t, "2026-03", e.Window)
	b.clock.Add(30 * 24 * time.Hour)
	b.buy(b.buyer, line("MUG", 1))
}

// A limit of the company is one for all of its members together, and what was spent
// before there was a limit counts.
func TestSpendingLimitsOfACompany(t *testing.T) {
	b := newBuying(newShop(t), "")
	b.buy(b.buyer, line("TEE-M", 2))
	_, err := b.SetCompany(b.ctx, b.company, oms.CompanyTerms{Limits: []crm.SpendingLimit{per(crm.PerMonth, "60.00")}})
	require.NoError(t, err)
	b.buy(b.admin, line("TEE-M", 1))
	e := b.overspent(b.buyer, line("MUG", 1))
	require.Equal(t, uuid.Nil, e.MemberID)
	require.Equal(t, [2]money.Money{eur("59.70"), eur("0.30")}, [2]money.Money{e.Spent, e.Left})

	_, err = b.Place(b.ctx, oms.Cart{CustomerID: b.buyer, Lines: []oms.CartLine{line("TEE-M", 5)}})
	require.NoError(t, err, "what he buys for himself is no business of the company's")
	_, err = b.SetCompany(b.ctx, b.company, oms.CompanyTerms{Limits: []crm.SpendingLimit{per(crm.PerMonth, "20.00")}})
	require.NoError(t, err)
	require.Equal(t, "month 2026-03 -39.70 EUR", b.left(uuid.Nil))
}

// What is called off, credited or sent back is given back: to the day and the month in
// which it was bought.
func TestSpendingIsGivenBack(t *testing.T) {
	b := newBuying(newShop(t), "", per(crm.PerDay, "100.00"), per(crm.PerMonth, "100.00"))
	whole := b.buy(b.buyer, line("TEE-M", 2))
	part := b.buy(b.buyer, line("TEE-M", 3))
	require.Equal(t, "day 2026-03-01 0.50 EUR, month 2026-03 0.50 EUR", b.left(uuid.Nil))
	_, err := b.Cancel(b.ctx, whole.ID, oms.Cancellation{})
	require.NoError(t, err)
	b.clean()
	_, err = b.Cancel(b.ctx, part.ID, oms.Cancellation{Lines: []oms.LineQuantity{{LineID: part.Lines[0].ID, Quantity: quantity.Of(1)}}})
	require.NoError(t, err)
	b.clean()
	require.Equal(t, "day 2026-03-01 60.20 EUR, month 2026-03 60.20 EUR", b.left(uuid.Nil))

	b.pay(part)
	_, err = b.Ship(b.ctx, part.ID, oms.Shipping{Carrier: "post"})
	require.NoError(t, err)
	b.clock.Add(48 * time.Hour)
	r, err := b.RequestReturn(b.ctx, part.ID, oms.ReturnRequest{Lines: []oms.LineQuantity{{LineID: part.Lines[0].ID, Quantity: quantity.Of(1)}}})
	require.NoError(t, err)
	_, err = b.ReceiveReturn(b.ctx, part.ID, r.ID, oms.Reception{Location: "main"})
	require.NoError(t, err)
	b.clean()
	require.Equal(t, "day 2026-03-03 100.00 EUR, month 2026-03 80.10 EUR", b.left(uuid.Nil), "the day it was bought on is over")
}

func TestAChangeStaysWithinTheLimits(t *testing.T) {
	b := newBuying(newShop(t), "", per(crm.PerDay, "60.00"))
	o := b.buy(b.buyer, line("TEE-M", 2))
	add := func(n int32) oms.ChangeRequest {
		return oms.ChangeRequest{Steps: []order.Step{{Type: order.StepAdd, SKU: "TEE-M", Quantity: quantity.Of(n)}}}
	}
	refusedWithout[*crm.SpendingLimitError](b.shop, func() error { _, err := b.Change(b.ctx, o.ID, add(2)); return err })
	changed, err := b.Change(b.ctx, o.ID, add(1))
	require.NoError(t, err)
	b.clean()
	require.Equal(t, "day 2026-03-01 0.30 EUR", b.left(uuid.Nil))
	_, err = b.UndoChange(b.ctx, o.ID, changed.Changes[0].ID, oms.ChangeDecision{})
	require.NoError(t, err)
	b.clean()
	b.buy(b.admin, line("TEE-M", 1))
	undone := b.order(o.ID).Changes[1].ID
	refusedWithout[*crm.SpendingLimitError](b.shop, func() error {
		_, err := b.UndoChange(b.ctx, o.ID, undone, oms.ChangeDecision{})
		return err
	})
}

// TestADayIsOneOfTheCalendar: the clocks of Berlin go forward on 29 March and back on 25
// October, so that the days are 23 and 25 hours long, and months begin at midnight there.
func TestADayIsOneOfTheCalendar(t *testing.T) {
	for _, test := range []struct{ zone, at, day string }{
		{"Europe/Berlin", "2026-03-28T22:59:59Z", "2026-03-28"},
		{"Europe/Berlin", "2026-03-28T23:00:00Z", "2026-03-29"},
		{"Europe/Berlin", "2026-03-29T21:59:59Z", "2026-03-29"},
		{"Europe/Berlin", "2026-03-29T22:00:00Z", "2026-03-30"},
		{"Europe/Berlin", "2026-10-24T22:00:00Z", "2026-10-25"},
		{"Europe/Berlin", "2026-10-25T22:59:59Z", "2026-10-25"},
		{"Europe/Berlin", "2026-10-25T23:00:00Z", "2026-10-26"},
		{"Europe/Berlin", "2026-03-31T22:00:00Z", "2026-04-01"},
		{"America/Sao_Paulo", "2026-03-01T02:59:59Z", "2026-02-28"},
		{"Pacific/Apia", "2026-12-31T11:00:00Z", "2027-01-01"},
		{"", "2028-02-29T23:59:59Z", "2028-02-29"},
	} {
		at, err := time.Parse(time.RFC3339, test.at)
		require.NoError(t, err)
		day, err := (&crm.Company{Zone: test.zone}).Day(at)
		require.NoError(t, err)
		require.Equal(t, test.day, day, "%v", test)
	}

	b := newBuying(newShop(t), "Europe/Berlin", per(crm.PerDay, "20.00"), per(crm.PerMonth, "45.00"))
	b.clock.Add(time.Date(2026, 3, 31, 21, 59, 0, 0, time.UTC).Sub(b.clock.Now()))
	b.buy(b.buyer, line("TEE-M", 1))
	b.overspent(b.buyer, line("MUG", 1))
	past := b.cart(b.buyer, line("MUG", 1))
	past.At = b.clock.Now().Add(-72 * time.Hour)
	refusedWithout[*crm.SpendingLimitError](b.shop, func() error { _, err := b.Place(b.ctx, past); return err })
	b.clock.Add(time.Minute) // April in Berlin
	require.Equal(t, "2026-04-01", b.buy(b.buyer, line("TEE-M", 1)).CompanyDay)
	require.Equal(t, "day 2026-04-01 0.10 EUR, month 2026-04 25.10 EUR", b.left(uuid.Nil))
}

// TestManyOrdersShareOneLimit has 64 orders at once on a limit for ten: all of them see
// that nothing was spent.
func TestManyOrdersShareOneLimit(t *testing.T) {
	for name, limits := range map[string]func(*buying){
		"of the member": func(b *buying) { b.member(b.buyer, crm.Buyer, per(crm.PerDay, "199.00")) },
		"of the company": func(b *buying) {
			_, err := b.SetCompany(b.ctx, b.company, oms.CompanyTerms{Limits: []crm.SpendingLimit{per(crm.PerMonth, "199.00")}})
			require.NoError(b.t, err)
		},
	} {
		t.Run(name, func(t *testing.T) {
			const many, within = 64, 10
			store := crowded{newStore(t), new(atomic.Int64), make(chan struct{})}
			b := newBuying(openShop(t, store), "")
			limits(b)
			store.left.Store(many)
			errs := make([]error, many)
			var wg sync.WaitGroup
			for i := range many {
				wg.Go(func() { _, errs[i] = b.Place(b.ctx, b.cart(b.buyer, line("TEE-M", 1))) })
			}
			wg.Wait()
			got := 0
			for _, err := range errs {
				var full *crm.SpendingLimitError
				if err == nil {
					got++
				} else {
					require.True(t, errors.As(err, &full), "%v", err)
				}
			}
			require.Equal(t, within, got)
			b.clean()
		})
	}
}

// TestManyChangesShareOneLimit makes 24 orders dearer at once, which there is enough for
// in five of them.
func TestManyChangesShareOneLimit(t *testing.T) {
	const many, within = 24, 5
	store := crowded{newStore(t), new(atomic.Int64), make(chan struct{})}
	b := newBuying(openShop(t, store), "")
	orders := make([]*order.Order, many)
	for i := range orders {
		orders[i] = b.buy(b.buyer, line("TEE-M", 1))
	}
	limit, err := orders[0].Totals.Total.MulDiv(many+within, 1, money.HalfUp)
	require.NoError(t, err)
	b.member(b.buyer, crm.Buyer, crm.SpendingLimit{Per: crm.PerMonth, Amount: limit})
	store.left.Store(many)
	errs := make([]error, many)
	var wg sync.WaitGroup
	for i, o := range orders {
		wg.Go(func() {
			_, errs[i] = b.Change(b.ctx, o.ID, oms.ChangeRequest{Steps: []order.Step{{Type: order.StepAdd, SKU: "TEE-M", Quantity: quantity.Of(1)}}})
		})
	}
	wg.Wait()
	got := 0
	for _, err := range errs {
		var full *crm.SpendingLimitError
		if err == nil {
			got++
		} else {
			require.True(t, errors.As(err, &full), "%v", err)
		}
	}
	require.Equal(t, within, got)
	b.clean()
}

func TestWhatACompanyCannotBe(t *testing.T) {
	b := newBuying(newShop(t), "")
	set := func(id uuid.UUID, p oms.CompanyTerms) func() error {
		return func() error { _, err := b.SetCompany(b.ctx, id, p); return err }
	}
	join := func(m crm.Member) func() error {
		return func() error { _, err := b.SetMember(b.ctx, b.company, oms.Membership{Member: m}); return err }
	}
	many := func(n int) (limits []crm.SpendingLimit) {
		for i := range n {
			limits = append(limits, crm.SpendingLimit{Per: crm.PerDay, Amount: money.MustParse(fmt.Sprintf("1 P%c%c/0", 'A'+i/26, 'A'+i%26))})
		}
		return limits
	}
	other := b.customer("other@example.com").ID
	require.NoError(t, set(other, oms.CompanyTerms{Limits: many(crm.MaxLimits)})())
	for name, command := range map[string]func() error{
		"a zone that is none":    set(b.company, oms.CompanyTerms{Zone: "Mars/Olympus"}),
		"the process's own zone": set(b.company, oms.CompanyTerms{Zone: "Local"}),
		"a period that is none":  set(b.company, oms.CompanyTerms{Limits: []crm.SpendingLimit{{Per: "week", Amount: eur("1.00")}}}),
		"a limit of nothing":     set(b.company, oms.CompanyTerms{Limits: []crm.SpendingLimit{per(crm.PerDay, "0.00")}}),
		"two limits in one":      set(b.company, oms.CompanyTerms{Limits: []crm.SpendingLimit{per(crm.PerDay, "1.00"), per(crm.PerDay, "2.00")}}),
		"too many limits":        set(b.company, oms.CompanyTerms{Limits: many(crm.MaxLimits + 1)}),
		"a member as a company":  set(b.buyer, oms.CompanyTerms{}),
		"itself as a member":     join(crm.Member{CustomerID: b.company, Role: crm.Buyer}),
		"a company as a member":  join(crm.Member{CustomerID: other, Role: crm.Buyer}),
		"a role that is none":    join(crm.Member{CustomerID: b.buyer, Role: "owner"}),
		"a member of a person": func() error {
			_, err := b.SetMember(b.ctx, b.buyer, oms.Membership{Member: crm.Member{CustomerID: b.admin, Role: crm.Buyer}})
			return err
		},
		"merging it": func() error { _, err := b.MergeCustomers(b.ctx, oms.Merge{From: other, Into: b.buyer}); return err },
		"merging into it": func() error {
			_, err := b.MergeCustomers(b.ctx, oms.Merge{From: b.buyer, Into: other})
			return err
		},
	} {
		t.Run(name, func(*testing.T) { refusedWithout[*fault.InvalidError](b.shop, command) })
	}
	refusedWithout[*fault.NotFoundError](b.shop, join(crm.Member{CustomerID: uuid.New(), Role: crm.Buyer}))
	refusedWithout[*crm.MemberError](b.shop, func() error {
		_, err := b.RemoveMember(b.ctx, b.company, oms.MemberRemoval{CustomerID: other})
		return err
	})
	kept, err := b.SaveCustomer(b.ctx, oms.CustomerDetails{Customer: crm.Customer{ID: b.company, Name: "Acme"}})
	require.NoError(t, err)
	require.Len(t, kept.Company.Members, 3, "details of a customer leave his company alone")
}

// TestAMemberIsMerged: who is left of a member is the member, with what he spent.
func TestAMemberIsMerged(t *testing.T) {
	b := newBuying(newShop(t), "", per(crm.PerMonth, "100.00"))
	b.member(b.buyer, crm.Buyer, per(crm.PerDay, "50.00"))
	o := b.buy(b.buyer, line("TEE-M", 2))
	twin := b.customer("twin@acme.example").ID
	_, err := b.MergeCustomers(b.ctx, oms.Merge{From: b.buyer, Into: twin})
	require.NoError(t, err)
	b.clean()
	require.Equal(t, "day 2026-03-01 10.20 EUR, month 2026-03 60.20 EUR", b.left(twin))
	b.overspent(twin, line("TEE-M", 1))
	_, err = b.Cancel(b.ctx, o.ID, oms.Cancellation{})
	require.NoError(t, err)
	b.clean()
	b.buy(twin, line("TEE-M", 2))
	of, err := b.As(as(twin)).Companies(b.ctx, twin)
	require.NoError(t, err)
	require.Equal(t, b.company, of[0].CompanyID)
	refusedWithout[*crm.MemberError](b.shop, func() error { _, err := b.Place(b.ctx, b.cart(b.buyer, line("MUG", 1))); return err })
}

func TestWhoKnowsWhatIsSpent(t *testing.T) {
	b := newBuying(newShop(t), "", per(crm.PerDay, "100.00"))
	stranger := b.customer("eve@example.com").ID
	for _, test := range []struct {
		who, about uuid.UUID
		knows      bool
	}{
		{b.buyer, b.buyer, true}, {b.buyer, b.admin, false}, {b.buyer, uuid.Nil, false}, {b.viewer, b.buyer, true},
		{b.admin, uuid.Nil, true}, {stranger, stranger, false}, {stranger, b.buyer, false},
	} {
		_, err := b.As(as(test.who)).Spending(b.ctx, b.company, test.about)
		var missing *fault.NotFoundError
		require.Equal(t, !test.knows, errors.As(err, &missing), "%v", test)
	}
	_, err := b.As(as(stranger)).Companies(b.ctx, b.buyer)
	require.Equal(t, fault.NotFound("customer", b.buyer), err)
}

// TestAReplacementIsTheCompanys: what is sent again was bought for it, is seen like the
// claim, spends nothing, and comes back to its account.
func TestAReplacementIsTheCompanys(t *testing.T) {
	b := newBuying(newShop(t), "", per(crm.PerMonth, "50.00"))
	o := b.sentTo(b.buyer, b.company, line("TEE-M", 2))
	b.clock.Add(60 * 24 * time.Hour) // another month
	claim := b.claimed(o, order.ClaimDamaged, 1)
	out := b.resolve(o, claim, oms.ClaimResolution{Awards: award(o, 0, 1)}).Replacement
	require.Equal(t, [2]string{b.company.String(), o.CompanyDay}, [2]string{out.CompanyID.String(), out.CompanyDay})
	require.Equal(t, "month 2026-04 50.00 EUR", b.left(uuid.Nil))
	seen, err := b.As(event.Actor{Kind: event.Shopper, ID: b.viewer.String()}).Claims(b.ctx, o.ID)
	require.NoError(t, err)
	require.Equal(t, out.ID, seen[0].Replacement.ID)
	_, err = b.As(event.Actor{Kind: event.Shopper, ID: uuid.NewString()}).Claims(b.ctx, o.ID)
	require.Equal(t, fault.NotFound("order", o.ID), err)
}

// TestWhoLeftACompanyDoesNotPayOnItsAccount: nor does who only looks on.
func TestWhoLeftACompanyDoesNotPayOnItsAccount(t *testing.T) {
	b := newBuying(newShop(t), "")
	_, err := b.SetCreditLimit(b.ctx, b.company, oms.CreditLimit{Limit: eur("100.00")})
	require.NoError(t, err)
	o, other := b.buy(b.buyer, line("TEE-M", 1)), b.buy(b.buyer, line("TEE-M", 1))
	shopper := b.As(event.Actor{Kind: event.Shopper, ID: b.buyer.String()})
	pay := func(o *order.Order) error {
		_, err := shopper.Pay(b.ctx, o.ID, oms.Payment{Gateway: oms.GatewayAccount})
		return err
	}
	b.member(b.buyer, crm.Viewer)
	refusedWithout[*crm.MemberError](b.shop, func() error { return pay(o) })
	b.member(b.buyer, crm.Buyer)
	require.NoError(t, pay(o))
	_, err = b.RemoveMember(b.ctx, b.company, oms.MemberRemoval{CustomerID: b.buyer})
	require.NoError(t, err)
	refusedWithout[*crm.MemberError](b.shop, func() error { return pay(other) })
	require.NoError(t, b.onAccount(other, false), "staff knows what it does")
	b.clean()
}
