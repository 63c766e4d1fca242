package postgres_test

import (
	"context"
	"database/sql"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	_ "github.com/jackc/pgx/v5/stdlib" // the driver of package database/sql
	"github.com/stretchr/testify/require"

	"github.com/go-oms/oms/event"
	"github.com/go-oms/oms/fault"
	"github.com/go-oms/oms/inventory"
	"github.com/go-oms/oms/order"
	"github.com/go-oms/oms/storage"
	"github.com/go-oms/oms/storage/postgres"
	"github.com/go-oms/oms/storage/storagetest"
)

// shop is a store and a host that writes into the same database.
type shop struct {
	*postgres.Store
	dsn string
	db  *sql.DB
}

func openShop(t testing.TB) *shop {
	t.Helper()
	dsn := prepared(t)
	s, err := postgres.Open(t.Context(), dsn, relaxed(nil))
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, s.Close()) })
	db, err := sql.Open("pgx", dsn)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, db.Close()) })
	_, err = db.Exec(`CREATE TABLE IF NOT EXISTS host (n bigint GENERATED ALWAYS AS IDENTITY, what text NOT NULL)`)
	require.NoError(t, err)
	return &shop{s, dsn, db}
}

// hosts returns what the host's table holds for anyone who looks from outside.
func (s *shop) hosts(t testing.TB) (rows []string) {
	t.Helper()
	answer, err := s.db.Query(`SELECT what FROM host ORDER BY n`)
	require.NoError(t, err)
	defer func() { require.NoError(t, answer.Close()) }()
	for answer.Next() {
		var what string
		require.NoError(t, answer.Scan(&what))
		rows = append(rows, what)
	}
	require.NoError(t, answer.Err())
	return rows
}

// hostTx is a transaction of the host's, of either kind.
type hostTx struct {
	store    storage.Store
	exec     func(query string) error
	commit   func() error
	rollback func() error
}

func (h hostTx) write(t testing.TB, what string) {
	t.Helper()
	require.NoError(t, h.exec(`INSERT INTO host (what) VALUES ('`+what+`')`))
}

// kinds are the ways in which a host may hold his transaction.
var kinds = map[string]func(t testing.TB, s *shop) hostTx{
	"sql": func(t testing.TB, s *shop) hostTx {
		tx, err := s.db.Begin()
		require.NoError(t, err)
		t.Cleanup(func() { _ = tx.Rollback() })
		return hostTx{
			store: s.Join(tx), commit: tx.Commit, rollback: tx.Rollback,
			exec: func(query string) error {
				_, err := tx.Exec(query)
				return err
			},
		}
	},
	"pgx": func(t testing.TB, s *shop) hostTx {
		conn, err := pgx.Connect(t.Context(), s.dsn)
		require.NoError(t, err)
		t.Cleanup(func() { _ = conn.Close(context.Background()) })
		ctx := context.Background()
		tx, err := conn.Begin(ctx)
		require.NoError(t, err)
		return hostTx{
			store:    s.JoinPgx(tx),
			commit:   func() error { return tx.Commit(ctx) },
			rollback: func() error { return tx.Rollback(ctx) },
			exec: func(query string) error {
				_, err := tx.Exec(ctx, query)
				return err
			},
		}
	},
}

// joined runs a test for either kind of transaction.
func joined(t *testing.T, test func(t *testing.T, s *shop, begin func() hostTx)) {
	for name, begin := range kinds {
		t.Run(name, func(t *testing.T) {
			s := openShop(t)
			test(t, s, func() hostTx { return begin(t, s) })
		})
	}
}

// placed stocks a SKU and returns an order that takes one of it, not yet committed.
func placed(t testing.TB, s storage.Store) (*order.Order, *storage.Batch) {
	t.Helper()
	clerk := storagetest.NewClerk(1)
	require.NoError(t, s.Commit(t.Context(), clerk.Receive("TEE", storagetest.Main, 100)))
	return clerk.Place(storagetest.Line{SKU: "TEE"})
}

func allocated(t testing.TB, s storage.Store, sku string) string {
	t.Helper()
	levels, err := s.Levels(t.Context(), []string{sku})
	require.NoError(t, err)
	require.Len(t, levels, 1)
	return levels[0].Allocated.String()
}

func isThere(t testing.TB, s storage.Store, id uuid.UUID) bool {
	t.Helper()
	_, err := s.Order(t.Context(), id)
	var missing *fault.NotFoundError
	if err != nil {
		require.ErrorAs(t, err, &missing)
	}
	return err == nil
}

func TestOrderAndHostRowCommitTogether(t *testing.T) {
	joined(t, func(t *testing.T, s *shop, begin func() hostTx) {
		o, batch := placed(t, s)
		tx := begin()
		tx.write(t, "loyalty points")
		require.NoError(t, tx.store.Commit(t.Context(), batch))
		require.True(t, isThere(t, tx.store, o.ID), "the transaction sees its own")
		require.False(t, isThere(t, s, o.ID), "nobody else does")
		tx.write(t, "and more after the batch")
		require.NoError(t, tx.commit())

		require.Equal(t, []string{"loyalty points", "and more after the batch"}, s.hosts(t))
		require.True(t, isThere(t, s, o.ID))
		require.Equal(t, "1", allocated(t, s, "TEE"))
	})
}

func TestOrderAndHostRowVanishTogether(t *testing.T) {
	joined(t, func(t *testing.T, s *shop, begin func() hostTx) {
		o, batch := placed(t, s)
		tx := begin()
		tx.write(t, "loyalty points")
		require.NoError(t, tx.store.Commit(t.Context(), batch))
		require.NoError(t, tx.rollback())

		require.False(t, isThere(t, s, o.ID))
		require.Equal(t, "0", allocated(t, s, "TEE"))
		require.Empty(t, s.hosts(t))
		require.NoError(t, s.Commit(t.Context(), batch), "and the same batch can be written")
	})
}

func TestRefusedBatchLeavesTheHostsWrites(t *testing.T) {
	joined(t, func(t *testing.T, s *shop, begin func() hostTx) {
		clerk := storagetest.NewClerk(1)
		require.NoError(t, s.Commit(t.Context(), clerk.Receive("TEE", storagetest.Main, 1)))
		tx := begin()
		tx.write(t, "before")
		first, batch := clerk.Place(storagetest.Line{SKU: "TEE"})
		require.NoError(t, tx.store.Commit(t.Context(), batch))

		second, tooMuch := clerk.Place(storagetest.Line{SKU: "TEE"})
		var short *inventory.ShortageError
		require.ErrorAs(t, tx.store.Commit(t.Context(), tooMuch), &short)
		var replay *event.Replay
		require.ErrorAs(t, tx.store.Commit(t.Context(), batch), &replay)
		tx.write(t, "after")
		require.NoError(t, tx.commit())
		require.Equal(t, []string{"before", "after"}, s.hosts(t))
		require.True(t, isThere(t, s, first.ID))
		require.False(t, isThere(t, s, second.ID))
	})
}

func TestNumbersInTheHostsTransactionStayUnique(t *testing.T) {
	joined(t, func(t *testing.T, s *shop, begin func() hostTx) {
		take := func(s storage.Store) int64 {
			n, err := s.Numbers(t.Context(), "orders", 3)
			require.NoError(t, err)
			return n
		}
		require.EqualValues(t, 1, take(s))
		kept := begin()
		require.EqualValues(t, 4, take(kept.store))
		require.EqualValues(t, 7, take(kept.store), "the transaction sees its own")
		require.NoError(t, kept.commit())
		require.EqualValues(t, 10, take(s))

		given := begin()
		require.EqualValues(t, 13, take(given.store))
		require.NoError(t, given.rollback())
		require.EqualValues(t, 13, take(s), "they came back with everything that bore them")
	})
}

func TestAbortedAndEndedTransactionsAreTold(t *testing.T) {
	joined(t, func(t *testing.T, s *shop, begin func() hostTx) {
		_, batch := placed(t, s)
		tx := begin()
		require.Error(t, tx.exec(`INSERT INTO no_such_table VALUES (1)`))
		var aborted *postgres.AbortedError
		require.ErrorAs(t, tx.store.Commit(t.Context(), batch), &aborted)
		require.Equal(t, fault.Rejected, fault.KindOf(aborted))
		_, err := tx.store.Levels(t.Context(), []string{"TEE"})
		require.ErrorAs(t, err, &aborted)
		require.NoError(t, tx.rollback())

		tx = begin()
		require.NoError(t, tx.commit())
		err = tx.store.Commit(t.Context(), batch)
		require.Equal(t, fault.Rejected, fault.KindOf(err), "%v", err)
		require.NoError(t, s.Commit(t.Context(), batch), "nothing of it was written")
	})
}

// The connection of a transaction that has ended may be in another one already.
func TestAnEndedTransactionOfPgxIsNotMistakenForTheNext(t *testing.T) {
	s := openShop(t)
	_, batch := placed(t, s)
	conn, err := pgx.Connect(t.Context(), s.dsn)
	require.NoError(t, err)
	defer func() { require.NoError(t, conn.Close(context.Background())) }()
	tx, err := conn.Begin(t.Context())
	require.NoError(t, err)
	stale := s.JoinPgx(tx)
	require.NoError(t, tx.Commit(t.Context()))
	next, err := conn.Begin(t.Context())
	require.NoError(t, err)
	var ended *postgres.AbortedError
	require.ErrorAs(t, stale.Commit(t.Context(), batch), &ended)
	require.NoError(t, next.Commit(t.Context()))
	require.NoError(t, s.Commit(t.Context(), batch), "nothing of it was written")
}

func TestJoinedContextThatEnds(t *testing.T) {
	joined(t, func(t *testing.T, s *shop, begin func() hostTx) {
		_, batch := placed(t, s)
		tx := begin()
		tx.write(t, "kept")
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		err := tx.store.Commit(ctx, batch)
		require.ErrorIs(t, err, context.Canceled)
		require.Equal(t, fault.Transient, fault.KindOf(err))
		require.NoError(t, tx.commit())
		require.Equal(t, []string{"kept"}, s.hosts(t))
	})
}

// A host's transaction that began to write before somebody else changed an order, and
// then changes it too, has the lower transaction id and the later event.
func TestEventsOfAnOlderTransactionComeBehindWhatItHasRead(t *testing.T) {
	joined(t, func(t *testing.T, s *shop, begin func() hostTx) {
		clerk := storagetest.NewClerk(1)
		o, batch := clerk.Place()
		require.NoError(t, s.Commit(t.Context(), batch))
		tx := begin()
		tx.write(t, "the transaction has its id")

		paid, batch := clerk.Change(o, func(o *order.Order) { o.Status = "paid" })
		require.NoError(t, s.Commit(t.Context(), batch))
		shipped, batch := clerk.Change(paid, func(o *order.Order) { o.Status = "shipped" })
		require.NoError(t, tx.store.Commit(t.Context(), batch))
		_, batch = clerk.Change(shipped, func(o *order.Order) { o.Status = "delivered" })
		require.NoError(t, tx.store.Commit(t.Context(), batch))

		impatient, err := postgres.Open(t.Context(), s.dsn, relaxed(func(o *postgres.Options) { o.HorizonTimeout = time.Millisecond }))
		require.NoError(t, err)
		defer func() { require.NoError(t, impatient.Close()) }()
		require.Equal(t, []int64{1}, versions(t, impatient), "what may still be followed is held back")
		require.NoError(t, tx.commit())
		require.Equal(t, []int64{1, 2, 3, 4}, versions(t, s))
	})
}

// versions returns the versions of the stream's events, in order of delivery.
func versions(t testing.TB, s storage.Store) (list []int64) {
	t.Helper()
	for e, err := range s.Stream(t.Context(), 0, 0) {
		require.NoError(t, err)
		list = append(list, e.Version)
	}
	return list
}

// outside are the cases of the contract that do not hold inside a transaction, with
// the reason.
var outside = map[string]string{
	"snapshot: it is as of one moment while writers go on": "a transaction sees what it writes itself",
}

func TestContractInTheHostsTransaction(t *testing.T) {
	stores := newSchemas(t, nil)
	dsn := stores.dsn
	for _, c := range storagetest.Cases() {
		t.Run(c.Name, func(t *testing.T) {
			t.Parallel()
			if why := outside[c.Name]; why != "" {
				t.Skip(why)
			}
			s := stores.open(t)
			conn, err := pgx.Connect(t.Context(), dsn)
			require.NoError(t, err)
			defer func() { require.NoError(t, conn.Close(context.Background())) }()
			tx, err := conn.Begin(t.Context())
			require.NoError(t, err)
			require.NoError(t, c.Check(t.Context(), s.JoinPgx(tx)))
			require.NoError(t, tx.Commit(t.Context()))
		})
	}
}
