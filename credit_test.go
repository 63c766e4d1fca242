package oms_test

import (
	"context"
	"errors"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/go-oms/oms"
	"github.com/go-oms/oms/crm"
	"github.com/go-oms/oms/fault"
	"github.com/go-oms/oms/money"
	"github.com/go-oms/oms/order"
	"github.com/go-oms/oms/storage"
)

func eur(text string) money.Money { return money.MustParse(text + " EUR") }

// borrower is a customer with that limit.
func (s *shop) borrower(limit string) uuid.UUID {
	s.t.Helper()
	id := s.customer("ada@example.com").ID
	_, err := s.SetCreditLimit(s.ctx, id, oms.CreditLimit{Limit: eur(limit)})
	require.NoError(s.t, err)
	return id
}

func (s *shop) orderOf(customer uuid.UUID, units int32) *order.Order {
	s.t.Helper()
	o, err := s.Place(s.ctx, oms.Cart{CustomerID: customer, Lines: []oms.CartLine{line("TEE-M", units)}})
	require.NoError(s.t, err)
	return o
}

func (s *shop) onAccount(o *order.Order, hold bool) error {
	_, err := s.Pay(s.ctx, o.ID, oms.Payment{Gateway: oms.GatewayAccount, Hold: hold})
	return err
}

// account are the outstanding, held and available amounts.
func (s *shop) account(customer uuid.UUID) [3]string {
	s.t.Helper()
	s.clean()
	balances, err := s.Credit(s.ctx, customer)
	require.NoError(s.t, err)
	require.Len(s.t, balances, 1)
	b := balances[0]
	return [3]string{b.Outstanding.String(), b.Held.String(), b.Available.String()}
}

func TestAnOrderOnAccountFromHoldToReceipt(t *testing.T) {
	s := newShop(t)
	s.receive("TEE-M", 9)
	ada := s.borrower("500.00")
	o := s.orderOf(ada, 2)
	total := o.Totals.Total
	require.NoError(t, s.onAccount(o, true))
	rest, err := eur("500.00").Sub(total)
	require.NoError(t, err)
	require.Equal(t, [3]string{"0.00 EUR", total.String(), rest.String()}, s.account(ada))
	paid, err := s.Capture(s.ctx, o.ID, oms.Capture{})
	require.NoError(t, err)
	require.Equal(t, total, paid.Tender.Totals.Captured)
	require.Equal(t, [3]string{total.String(), "0.00 EUR", rest.String()}, s.account(ada), "a charge counts the order once, not twice")
	_, err = s.PostCredit(s.ctx, ada, oms.CreditEntry{Kind: crm.Receipt, Amount: total, Reason: "transfer 7"})
	require.NoError(t, err)
	require.Equal(t, [3]string{"0.00 EUR", "0.00 EUR", "500.00 EUR"}, s.account(ada))
}

func TestCanceledOrderKeepsItsHold(t *testing.T) {
	for name, hold := range map[string]bool{"held": true, "charged": false} {
		t.Run(name, func(t *testing.T) {
			s := newShop(t)
			s.receive("TEE-M", 9)
			ada := s.borrower("500.00")
			o := s.orderOf(ada, 2)
			require.NoError(t, s.onAccount(o, hold))
			_, err := s.Cancel(s.ctx, o.ID, oms.Cancellation{Reason: "changed mind"})
			require.NoError(t, err)
			require.Equal(t, [3]string{"0.00 EUR", "0.00 EUR", "500.00 EUR"}, s.account(ada))
		})
	}
}

func TestLimitCountedTwiceOnRetry(t *testing.T) {
	s := newShop(t)
	s.receive("TEE-M", 9)
	ada := s.borrower("500.00")
	o := s.orderOf(ada, 1)
	for range 3 {
		paid, err := s.Pay(s.ctx, o.ID, oms.Payment{Key: "pay", Gateway: oms.GatewayAccount})
		require.NoError(t, err)
		require.Equal(t, o.Totals.Total, paid.Op.Settled)
	}
	require.Equal(t, o.Totals.Total.String(), s.account(ada)[0])
}

func TestStoreCreditIssuedTwice(t *testing.T) {
	s := newShop(t)
	ada := s.customer("ada@example.com").ID
	for range 3 {
		_, err := s.PostCredit(s.ctx, ada, oms.CreditEntry{Key: "k", Kind: crm.StoreCredit, Amount: eur("7.00"), Reason: "goodwill"})
		require.NoError(t, err)
	}
	require.Equal(t, [3]string{"-7.00 EUR", "0.00 EUR", "7.00 EUR"}, s.account(ada))
}

func TestWhatAnAccountDoesNotCarryIsRefused(t *testing.T) {
	s := newShop(t)
	s.receive("TEE-M", 9)
	ada := s.borrower("1.00")
	o := s.orderOf(ada, 1)
	tooMuch := refusedWithout[*crm.CreditLimitError](s, func() error { return s.onAccount(o, false) })
	require.Equal(t, &crm.CreditLimitError{CustomerID: ada, Asked: o.Totals.Total, Available: eur("1.00")}, tooMuch)

	bob := s.customer("bob@example.com").ID
	_, err := s.SetCreditLimit(s.ctx, bob, oms.CreditLimit{Limit: money.MustParse("900.00 USD")})
	require.NoError(t, err)
	his := s.orderOf(bob, 1)
	wrong := refusedWithout[*crm.AccountError](s, func() error { return s.onAccount(his, false) })
	require.Equal(t, []money.Currency{"USD"}, wrong.Allowed)

	guest := s.orderOf(uuid.Nil, 1)
	refusedWithout[*fault.InvalidError](s, func() error { return s.onAccount(guest, false) })
	refusedWithout[*fault.InvalidError](s, func() error {
		_, err := s.SetCreditLimit(s.ctx, ada, oms.CreditLimit{Limit: eur("-1.00")})
		return err
	})
	for _, e := range []oms.CreditEntry{
		{Kind: crm.Receipt, Amount: eur("1.00")}, {Kind: "gift", Amount: eur("1.00"), Reason: "r"},
		{Kind: crm.Receipt, Amount: eur("-1.00"), Reason: "r"}, {Kind: crm.Correction, Amount: eur("0.00"), Reason: "r"},
	} {
		refusedWithout[*fault.InvalidError](s, func() error { _, err := s.PostCredit(s.ctx, ada, e); return err })
	}
	refusedWithout[*fault.InvalidError](s, func() error {
		_, err := s.MergeCustomers(s.ctx, oms.Merge{From: ada, Into: bob})
		return err
	})
}

func TestALoweredLimitTakesNothingBack(t *testing.T) {
	s := newShop(t)
	s.receive("TEE-M", 9)
	ada := s.borrower("500.00")
	o := s.orderOf(ada, 1)
	require.NoError(t, s.onAccount(o, true))
	b, err := s.SetCreditLimit(s.ctx, ada, oms.CreditLimit{Limit: eur("0.00")})
	require.NoError(t, err)
	require.Equal(t, o.Totals.Total.Neg(), b.Available)
	next := s.orderOf(ada, 1)
	refusedWithout[*crm.CreditLimitError](s, func() error { return s.onAccount(next, true) })
	_, err = s.Capture(s.ctx, o.ID, oms.Capture{})
	require.NoError(t, err, "what was promised is charged")
	s.clean()
}

// crowded is a store whose first readers of counters wait for one another, once it is
// told how many they are: all of them decide by the same figures.
type crowded struct {
	storage.Store
	left *atomic.Int64
	full chan struct{}
}

func (c crowded) Tenant(id string) storage.Store {
	return crowded{c.Store.Tenant(id), c.left, c.full}
}

func (c crowded) Examine(ctx context.Context) ([]storage.Finding, error) {
	return c.Store.(storage.Doctor).Examine(ctx)
}

func (c crowded) CouponUses(ctx context.Context, codes []string, customer uuid.UUID) (map[string]order.Uses, error) {
	uses, err := c.Store.CouponUses(ctx, codes, customer)
	switch left := c.left.Add(-1); {
	case left == 0:
		close(c.full)
	case left > 0:
		<-c.full
	}
	return uses, err
}

// TestManyOrdersShareOneAccount has 64 orders at once on an account that carries ten:
// all of them see it empty.
func TestManyOrdersShareOneAccount(t *testing.T) {
	const many, carried = 64, 10
	store := crowded{newStore(t), new(atomic.Int64), make(chan struct{})}
	s := openShop(t, store)
	s.receive("TEE-M", many+1)
	ada := s.borrower("0.00")
	orders := make([]*order.Order, many)
	for i := range orders {
		orders[i] = s.orderOf(ada, 1)
	}
	limit, err := orders[0].Totals.Total.MulDiv(carried, 1, money.HalfUp)
	require.NoError(t, err)
	_, err = s.SetCreditLimit(s.ctx, ada, oms.CreditLimit{Limit: limit})
	require.NoError(t, err)
	store.left.Store(many)
	errs := make([]error, many)
	var wg sync.WaitGroup
	for i, o := range orders {
		wg.Go(func() { errs[i] = s.onAccount(o, i%2 == 0) })
	}
	wg.Wait()
	got := 0
	for _, err := range errs {
		var full *crm.CreditLimitError
		if err == nil {
			got++
		} else {
			require.True(t, errors.As(err, &full), "%v", err)
		}
	}
	require.Equal(t, carried, got)
	require.Equal(t, "0.00 EUR", s.account(ada)[2])
}

// ousted is a store in which others are faster each time: every payment on an account
// finds the counter where it was not when it was read.
type ousted struct{ storage.Store }

func (o ousted) Commit(ctx context.Context, b *storage.Batch) error {
	for i := range b.Orders {
		for _, u := range b.Orders[i].Coupons {
			if u.Limit > 0 {
				return &order.CouponError{Code: u.Code, Reason: "used up"}
			}
		}
	}
	return o.Store.Commit(ctx, b)
}

func (o ousted) Examine(ctx context.Context) ([]storage.Finding, error) {
	return o.Store.(storage.Doctor).Examine(ctx)
}

// Who is outrun each time is told to try again, in words about his account or limit: there
// is no coupon in it.
func TestWhoIsOutrunTriesAgain(t *testing.T) {
	b := newBuying(openShop(t, ousted{newStore(t)}), "")
	_, err := b.SetCreditLimit(b.ctx, b.company, oms.CreditLimit{Limit: eur("500.00")})
	require.NoError(t, err)
	o := b.buy(b.buyer, line("MUG", 1))
	b.member(b.buyer, crm.Buyer, per(crm.PerDay, "50.00"))
	for _, command := range []func() error{
		func() error { return b.onAccount(o, false) },
		func() error { _, err := b.Place(b.ctx, b.cart(b.buyer, line("MUG", 1))); return err },
	} {
		before := b.dump()
		err := command()
		var coupon *order.CouponError
		require.False(t, errors.As(err, &coupon), "%v", err)
		require.Equal(t, fault.Transient, fault.KindOf(err))
		require.Equal(t, before, b.dump())
	}
}

// TestALimitIsLoweredWhileOrdersPay lowers a limit while payments come: whatever comes
// first, nothing is paid above the limit that stood when it was paid.
func TestALimitIsLoweredWhileOrdersPay(t *testing.T) {
	const many = 12
	s := newShop(t)
	s.receive("TEE-M", many+1)
	ada := s.borrower("500.00")
	orders := make([]*order.Order, many)
	for i := range orders {
		orders[i] = s.orderOf(ada, 1)
	}
	total := orders[0].Totals.Total
	limit, err := total.MulDiv(3, 1, money.HalfUp)
	require.NoError(t, err)
	errs := make([]error, many)
	var lowered error
	var wg sync.WaitGroup
	for i, o := range orders {
		wg.Go(func() { errs[i] = s.onAccount(o, false) })
	}
	var then []crm.Balance
	wg.Go(func() {
		if _, lowered = s.SetCreditLimit(s.ctx, ada, oms.CreditLimit{Limit: limit}); lowered == nil {
			then, lowered = s.Credit(s.ctx, ada)
		}
	})
	wg.Wait()
	require.NoError(t, lowered)
	paid := money.Zero("EUR")
	for _, err := range errs {
		if err == nil {
			paid, err = paid.Add(total)
			require.NoError(t, err)
			continue
		}
		var full *crm.CreditLimitError
		require.True(t, errors.As(err, &full) || fault.KindOf(err) != fault.Rejected, "%v", err)
	}
	s.clean()
	require.Equal(t, paid.String(), s.account(ada)[0])
	most := limit // what was paid before the limit fell may be more
	if before, err := then[0].Outstanding.Cmp(limit); err == nil && before > 0 {
		most = then[0].Outstanding
	}
	above, err := paid.Cmp(most)
	require.NoError(t, err)
	require.LessOrEqual(t, above, 0)
}

// TestAnAccountIsNeverOverdrawn runs random programmes: after each step Verify holds the
// balance against the payments and the journal.
func TestAnAccountIsNeverOverdrawn(t *testing.T) {
	for seed := range uint64(6) {
		random := rand.New(rand.NewPCG(seed, 7))
		s := newShop(t)
		s.receive("TEE-M", 500)
		ada := s.borrower("100.00")
		var orders []*order.Order
		for range 25 {
			var err error
			switch pick := random.IntN(6); {
			case pick < 2 || len(orders) == 0:
				o := s.orderOf(ada, 1+random.Int32N(2))
				orders = append(orders, o)
				err = s.onAccount(o, random.IntN(2) == 0)
			case pick == 2:
				_, err = s.Capture(s.ctx, orders[random.IntN(len(orders))].ID, oms.Capture{})
			case pick == 3:
				_, err = s.Cancel(s.ctx, orders[random.IntN(len(orders))].ID, oms.Cancellation{})
			case pick == 4:
				_, err = s.Refund(s.ctx, orders[random.IntN(len(orders))].ID, oms.Refund{Amount: eur("3.00"), Reason: "goodwill"})
			default:
				_, err = s.PostCredit(s.ctx, ada, oms.CreditEntry{Kind: crm.Receipt, Amount: eur("11.00"), Reason: "transfer"})
			}
			if err != nil {
				require.Equal(t, fault.Rejected, fault.KindOf(err), "%v", err)
			}
			s.clean()
			balances, err := s.Credit(s.ctx, ada)
			require.NoError(t, err)
			require.GreaterOrEqual(t, balances[0].Available.Sign(), 0)
		}
	}
}
