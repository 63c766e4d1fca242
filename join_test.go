package oms_test

import (
	"database/sql"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/go-oms/oms"
	"github.com/go-oms/oms/crm"
	"github.com/go-oms/oms/fault"
	"github.com/go-oms/oms/inventory"
	"github.com/go-oms/oms/order"
	"github.com/go-oms/oms/storage"
	"github.com/go-oms/oms/storage/sqlite"
)

// hosted is a shop on a SQLite file with a table of the host's own.
func hosted(t *testing.T) (*shop, *sqlite.Store) {
	t.Helper()
	store, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "shop.db"), &sqlite.Options{BusyTimeout: 200 * time.Millisecond})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, store.Close()) })
	require.NoError(t, store.Migrate(t.Context()))
	s := openShop(t, store)
	s.receive("TEE-M", 5)
	tx := begin(t, store)
	_, err = tx.Exec(`CREATE TABLE loyalty (order_number TEXT)`)
	require.NoError(t, err)
	require.NoError(t, tx.Commit())
	return s, store
}

func begin(t *testing.T, store *sqlite.Store) *sql.Tx {
	t.Helper()
	tx, err := store.Begin(t.Context())
	require.NoError(t, err)
	return tx
}

func loyalty(t *testing.T, store *sqlite.Store) []string {
	t.Helper()
	tx := begin(t, store)
	defer func() { require.NoError(t, tx.Rollback()) }()
	rows, err := tx.Query(`SELECT order_number FROM loyalty ORDER BY 1`)
	require.NoError(t, err)
	defer rows.Close()
	var numbers []string
	for rows.Next() {
		var n string
		require.NoError(t, rows.Scan(&n))
		numbers = append(numbers, n)
	}
	require.NoError(t, rows.Err())
	return numbers
}

func TestTheHostsRowAndTheOrderCommitOrVanishTogether(t *testing.T) {
	s, store := hosted(t)
	cart := oms.Cart{Lines: []oms.CartLine{line("TEE-M", 1)}}
	for _, commit := range []bool{true, false} {
		tx := begin(t, store)
		joined := s.With(store.Join(tx))
		o, err := joined.Place(s.ctx, cart)
		require.NoError(t, err)
		_, err = tx.Exec(`INSERT INTO loyalty VALUES (?)`, o.Number)
		require.NoError(t, err)
		seen, err := joined.Order(s.ctx, o.ID)
		require.NoError(t, err, "the transaction sees its own order")
		require.Equal(t, o.Number, seen.Number)
		if commit {
			require.NoError(t, tx.Commit())
			s.order(o.ID)
			continue
		}
		require.NoError(t, tx.Rollback())
		_, err = s.Order(s.ctx, o.ID)
		var missing *fault.NotFoundError
		require.ErrorAs(t, err, &missing)
	}
	require.Len(t, loyalty(t, store), 1)
	require.EqualValues(t, 1_000_000, s.level("TEE-M").Allocated.Micro())
	s.clean()
}

func TestARefusedOrderLeavesTheHostsWritesUsable(t *testing.T) {
	s, store := hosted(t)
	tx := begin(t, store)
	_, err := tx.Exec(`INSERT INTO loyalty VALUES ('before')`)
	require.NoError(t, err)
	_, err = s.With(store.Join(tx)).Place(s.ctx, oms.Cart{Lines: []oms.CartLine{line("TEE-M", 99)}})
	var shortage *inventory.ShortageError
	require.ErrorAs(t, err, &shortage)
	_, err = tx.Exec(`INSERT INTO loyalty VALUES ('after')`)
	require.NoError(t, err)
	require.NoError(t, tx.Commit())
	require.Equal(t, []string{"after", "before"}, loyalty(t, store))
	s.clean()
}

func TestOrderNumbersStayUniqueWhenTheHostRollsBack(t *testing.T) {
	s, store := hosted(t)
	numbers := make(map[string]bool)
	cart := oms.Cart{Lines: []oms.CartLine{line("TEE-M", 1)}}
	for i := range 4 {
		tx := begin(t, store)
		o, err := s.With(store.Join(tx)).Place(s.ctx, cart)
		require.NoError(t, err)
		if i%2 == 0 {
			require.NoError(t, tx.Rollback())
		} else {
			require.NoError(t, tx.Commit())
			require.False(t, numbers[o.Number])
			numbers[o.Number] = true
		}
		if i == 1 {
			o, err := s.Place(s.ctx, cart)
			require.NoError(t, err)
			require.False(t, numbers[o.Number])
			numbers[o.Number] = true
		}
	}
	require.Len(t, numbers, 3)
	s.clean()
}

func TestNothingOutsideIsCalledInTheHostsTransaction(t *testing.T) {
	s, store := hosted(t)
	o := s.place(line("TEE-M", 1))
	tx := begin(t, store)
	joined := s.With(store.Join(tx))
	_, err := joined.Pay(s.ctx, o.ID, oms.Payment{Gateway: "card", Source: "tok_visa"})
	require.ErrorIs(t, err, oms.ErrInTx)
	_, err = joined.Capture(s.ctx, o.ID, oms.Capture{})
	require.ErrorIs(t, err, oms.ErrInTx)
	_, err = joined.Refund(s.ctx, o.ID, oms.Refund{})
	require.ErrorIs(t, err, oms.ErrInTx)
	_, err = joined.Ship(s.ctx, o.ID, oms.Shipping{Carrier: "post"})
	require.ErrorIs(t, err, oms.ErrInTx)
	_, err = joined.RunOnce(s.ctx)
	require.ErrorIs(t, err, oms.ErrInTx)
	require.Equal(t, fault.Rejected, fault.KindOf(err))
	require.NoError(t, tx.Rollback())
	require.Empty(t, s.card.Charges())
	s.clean()
}

// TestCancelingInTheHostsTransactionLeavesTheMoneyToRun cancels a paid order: what
// goes back is planned in the host's transaction and asked for after it.
func TestCancelingInTheHostsTransactionLeavesTheMoneyToRun(t *testing.T) {
	s, store := hosted(t)
	o := s.place(line("TEE-M", 1))
	s.pay(o)
	tx := begin(t, store)
	_, err := s.With(store.Join(tx)).Cancel(s.ctx, o.ID, oms.Cancellation{Reason: "changed"})
	require.NoError(t, err)
	require.NoError(t, tx.Commit())
	s.clean()
	require.Equal(t, order.PaymentOverpaid, s.order(o.ID).PaymentStatus)
	_, err = s.RunOnce(s.ctx)
	require.NoError(t, err)
	s.clean()
	require.Equal(t, order.PaymentRefunded, s.order(o.ID).PaymentStatus)
}

func TestAnUnjoinedCallBesideTheTransactionEndsInTime(t *testing.T) {
	s, store := hosted(t)
	tx := begin(t, store)
	began := time.Now()
	_, err := s.Place(s.ctx, oms.Cart{Lines: []oms.CartLine{line("TEE-M", 1)}})
	require.Equal(t, fault.Transient, fault.KindOf(err), "%v", err)
	require.Less(t, time.Since(began), 20*time.Second)
	require.NoError(t, tx.Rollback())
	_, err = s.Place(s.ctx, oms.Cart{Lines: []oms.CartLine{line("TEE-M", 1)}})
	require.NoError(t, err)
	s.clean()
}

// What becomes of customers in the host's transaction is there with it or not at
// all, and what is refused leaves the transaction usable.
func TestCustomersInTheHostsTransaction(t *testing.T) {
	s, store := hosted(t)
	guest := s.guest("twin@example.com")
	ada, twin := s.customer("ada@example.com"), s.customer("twin@example.com")
	for _, commit := range []bool{false, true} {
		before := s.dump()
		tx := begin(t, store)
		joined := s.With(store.Join(tx))
		_, err := joined.SaveCustomer(s.ctx, oms.CustomerDetails{Customer: crm.Customer{Email: ada.Email}})
		var taken *storage.DuplicateError
		require.ErrorAs(t, err, &taken)
		claimed, err := joined.ClaimOrders(s.ctx, twin.ID, oms.Claim{Email: twin.Email})
		require.NoError(t, err)
		require.Equal(t, []uuid.UUID{guest.ID}, claimed.Orders)
		home, err := joined.SaveAddress(s.ctx, twin.ID, oms.SavedAddress{Address: crm.Address{City: "London"}})
		require.NoError(t, err)
		merged, err := joined.MergeCustomers(s.ctx, oms.Merge{From: twin.ID, Into: ada.ID})
		require.NoError(t, err)
		require.Equal(t, []uuid.UUID{guest.ID}, merged.Orders)
		o, err := joined.Place(s.ctx, oms.Cart{CustomerID: ada.ID, ShipToSaved: home.ID, Lines: []oms.CartLine{line("TEE-M", 1)}})
		require.NoError(t, err)
		require.Equal(t, "London", o.ShipTo.City)
		if !commit {
			require.NoError(t, tx.Rollback())
			require.Equal(t, before, s.dump())
			s.clean()
			continue
		}
		require.NoError(t, tx.Commit())
		require.Equal(t, []string{guest.Number, o.Number}, s.ordersOf(ada.ID))
		s.clean()
	}
}
