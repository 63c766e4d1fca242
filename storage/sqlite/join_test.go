package sqlite_test

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/go-oms/oms/fault"
	"github.com/go-oms/oms/inventory"
	"github.com/go-oms/oms/order"
	"github.com/go-oms/oms/storage"
	"github.com/go-oms/oms/storage/sqlite"
	"github.com/go-oms/oms/storage/storagetest"
)

// begin begins a transaction that ends with the test, and makes the host's table
// in it the first time.
func begin(t testing.TB, s *sqlite.Store) *sql.Tx {
	t.Helper()
	tx, err := s.Begin(t.Context())
	require.NoError(t, err)
	t.Cleanup(func() { _ = tx.Rollback() })
	hostExec(t, tx, `CREATE TABLE IF NOT EXISTS host (what TEXT NOT NULL)`)
	return tx
}

func hostExec(t testing.TB, tx *sql.Tx, query string, args ...any) {
	t.Helper()
	_, err := tx.Exec(query, args...)
	require.NoError(t, err)
}

// hosts returns what the host's table holds for anyone who looks from outside.
func hosts(t testing.TB, s *sqlite.Store) (rows []string) {
	t.Helper()
	tx := begin(t, s)
	answer, err := tx.Query(`SELECT what FROM host ORDER BY rowid`)
	require.NoError(t, err)
	defer func() { require.NoError(t, answer.Close()) }()
	for answer.Next() {
		var what string
		require.NoError(t, answer.Scan(&what))
		rows = append(rows, what)
	}
	require.NoError(t, answer.Err())
	require.NoError(t, tx.Rollback())
	return rows
}

func TestOrderAndHostRowCommitTogether(t *testing.T) {
	s := open(t, nil)
	o, batch := placed(t, s)
	tx := begin(t, s)
	hostExec(t, tx, `INSERT INTO host VALUES ('loyalty points')`)
	require.NoError(t, s.Join(tx).Commit(t.Context(), batch))
	hostExec(t, tx, `INSERT INTO host VALUES ('and more after the batch')`)
	require.NoError(t, tx.Commit())

	require.Equal(t, []string{"loyalty points", "and more after the batch"}, hosts(t, s))
	require.Equal(t, o.Number, orderOf(t, s, o.ID).Number)
	require.Equal(t, "1", allocated(t, s, "TEE"))
}

func TestOrderAndHostRowVanishTogether(t *testing.T) {
	s := open(t, nil)
	o, batch := placed(t, s)
	tx := begin(t, s)
	hostExec(t, tx, `INSERT INTO host VALUES ('loyalty points')`)
	require.NoError(t, s.Join(tx).Commit(t.Context(), batch))
	require.NoError(t, tx.Rollback())

	_, err := s.Order(t.Context(), o.ID)
	var missing *fault.NotFoundError
	require.ErrorAs(t, err, &missing)
	require.Equal(t, "0", allocated(t, s, "TEE"))
	_, err = s.Key(t.Context(), batch.Command.Key)
	require.ErrorAs(t, err, &missing, "the key is free again")
	require.Empty(t, hosts(t, s))
	require.NoError(t, s.Commit(t.Context(), batch), "and the same batch can be written")
}

func TestRefusedBatchLeavesTheHostsWrites(t *testing.T) {
	s := open(t, nil)
	clerk := storagetest.NewClerk(1)
	require.NoError(t, s.Commit(t.Context(), clerk.Receive("TEE", storagetest.Main, 1)))
	tx := begin(t, s)
	joined := s.Join(tx)
	hostExec(t, tx, `INSERT INTO host VALUES ('before')`)
	first, batch := clerk.Place(storagetest.Line{SKU: "TEE"})
	require.NoError(t, joined.Commit(t.Context(), batch))

	_, tooMuch := clerk.Place(storagetest.Line{SKU: "TEE"})
	var short *inventory.ShortageError
	require.ErrorAs(t, joined.Commit(t.Context(), tooMuch), &short)
	require.Equal(t, "TEE", short.Shorts[0].SKU)
	_, err := joined.Key(t.Context(), tooMuch.Command.Key)
	var missing *fault.NotFoundError
	require.ErrorAs(t, err, &missing, "nothing of it is left in the transaction")

	hostExec(t, tx, `INSERT INTO host VALUES ('after')`)
	require.NoError(t, tx.Commit())
	require.Equal(t, []string{"before", "after"}, hosts(t, s))
	require.Equal(t, []string{first.Number}, numbers(t, s))
}

func TestNumbersInTheHostsTransactionStayUnique(t *testing.T) {
	s := open(t, nil)
	take := func(s storage.Store) int64 {
		n, err := s.Numbers(t.Context(), "orders", 3)
		require.NoError(t, err)
		return n
	}
	require.EqualValues(t, 1, take(s))

	kept := begin(t, s)
	require.EqualValues(t, 4, take(s.Join(kept)))
	require.EqualValues(t, 7, take(s.Join(kept)), "the transaction sees its own")
	require.NoError(t, kept.Commit())
	require.EqualValues(t, 10, take(s))

	given := begin(t, s)
	require.EqualValues(t, 13, take(s.Join(given)))
	require.NoError(t, given.Rollback())
	require.EqualValues(t, 13, take(s), "they came back with everything that bore them")
}

func TestJoinedReadersSeeTheTransaction(t *testing.T) {
	s := open(t, nil)
	o, batch := placed(t, s)
	tx := begin(t, s)
	joined := s.Join(tx)
	require.True(t, joined.InTx())
	require.True(t, joined.Tenant("other").InTx())
	require.False(t, s.InTx())
	require.NoError(t, joined.Commit(t.Context(), batch))

	require.Equal(t, o.Number, orderOf(t, joined, o.ID).Number)
	require.Equal(t, []string{o.Number}, numbers(t, joined))
	_, err := s.Order(t.Context(), o.ID)
	var missing *fault.NotFoundError
	require.ErrorAs(t, err, &missing, "nobody else does")

	// A walk is done with its rows before it yields: the host may write in between.
	n := 0
	for _, err := range joined.Stream(t.Context(), 0, 0) {
		require.NoError(t, err)
		hostExec(t, tx, `INSERT INTO host VALUES ('in between')`)
		n++
	}
	require.Equal(t, 2, n)
	require.NoError(t, joined.Snapshot(t.Context(), func(b storage.Books) error {
		for m, err := range b.AllMoves(t.Context()) {
			require.NoError(t, err)
			hostExec(t, tx, `INSERT INTO host VALUES (?)`, m.SKU)
		}
		return nil
	}))
	require.NoError(t, tx.Commit())
	require.Equal(t, []string{"in between", "in between", "TEE", "TEE"}, hosts(t, s))
}

func TestUnjoinedCallDuringTheTransactionIsTransient(t *testing.T) {
	s := open(t, &sqlite.Options{BusyTimeout: 100 * time.Millisecond})
	o, batch := placed(t, s)
	tx := begin(t, s)
	began := time.Now()
	var busy *sqlite.BusyError
	err := s.Commit(t.Context(), batch)
	require.ErrorAs(t, err, &busy)
	require.Equal(t, fault.Transient, fault.KindOf(err))
	require.Less(t, time.Since(began), 5*time.Second)
	require.ErrorAs(t, second(s.Numbers(t.Context(), "orders", 1)), &busy)
	require.ErrorAs(t, second(s.Begin(t.Context())), &busy)
	require.Equal(t, "0", allocated(t, s, "TEE"), "reading goes on")

	require.NoError(t, tx.Rollback())
	require.NoError(t, s.Commit(t.Context(), batch), "the same call, repeated")
	require.Equal(t, o.Number, orderOf(t, s, o.ID).Number)
}

func TestWithdrawnWhileTheFileIsBusy(t *testing.T) {
	s := open(t, nil)
	o, batch := placed(t, s)
	tx := begin(t, s)
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	err := s.Commit(ctx, batch)
	require.ErrorIs(t, err, context.DeadlineExceeded)
	require.Equal(t, fault.Transient, fault.KindOf(err))
	require.NoError(t, tx.Rollback())

	_, other := storagetest.NewClerk(2).Place(storagetest.Line{SKU: "TEE"})
	require.NoError(t, s.Commit(t.Context(), other), "the queue goes on")
	_, err = s.Order(t.Context(), o.ID)
	var missing *fault.NotFoundError
	require.ErrorAs(t, err, &missing, "what was withdrawn is never written")
}

func TestJoinedContextThatEnds(t *testing.T) {
	s := open(t, nil)
	_, batch := placed(t, s)
	tx := begin(t, s)
	hostExec(t, tx, `INSERT INTO host VALUES ('kept')`)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	err := s.Join(tx).Commit(ctx, batch)
	require.ErrorIs(t, err, context.Canceled)
	require.Equal(t, fault.Transient, fault.KindOf(err))
	require.NoError(t, tx.Commit())
	require.Equal(t, []string{"kept"}, hosts(t, s))
	require.Empty(t, numbers(t, s))
}

func TestEndedTransaction(t *testing.T) {
	s := open(t, nil)
	_, batch := placed(t, s)
	tx := begin(t, s)
	joined := s.Join(tx)
	require.NoError(t, tx.Commit())
	err := joined.Commit(t.Context(), batch)
	require.ErrorIs(t, err, sql.ErrTxDone)
	require.NotEqual(t, fault.None, fault.KindOf(err))
	require.ErrorIs(t, second(joined.Locations(t.Context())), sql.ErrTxDone)
}

// outside are the cases of the contract that do not hold inside a transaction,
// with the reason.
var outside = map[string]string{
	"snapshot: it is as of one moment while writers go on": "a transaction sees what it writes itself",
}

// TestContractInTheHostsTransaction holds the joined store against the contract.
func TestContractInTheHostsTransaction(t *testing.T) {
	for _, c := range storagetest.Cases() {
		t.Run(c.Name, func(t *testing.T) {
			t.Parallel()
			if why := outside[c.Name]; why != "" {
				t.Skip(why)
			}
			if raceDetector && strings.HasPrefix(c.Name, "field: ") {
				t.Skip("one goroutine and hundreds of batches: minutes under the race detector")
			}
			ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
			defer cancel()
			s := open(t, nil)
			tx := begin(t, s)
			require.NoError(t, c.Check(ctx, s.Join(tx)))
			require.NoError(t, tx.Commit())
		})
	}
}

func TestJoinedListing(t *testing.T) {
	s := open(t, nil)
	clerk := storagetest.NewClerk(1)
	tx := begin(t, s)
	joined := s.Join(tx)
	require.NoError(t, joined.Commit(t.Context(), clerk.Receive("TEE", storagetest.Main, 100)))
	var want []string
	for range 5 {
		o, batch := clerk.Place(storagetest.Line{SKU: "TEE"})
		require.NoError(t, joined.Commit(t.Context(), batch))
		want = append(want, o.Number)
	}
	require.Equal(t, want, numbers(t, joined))
	slices.Reverse(want)
	var got []string
	for o, err := range joined.Orders(t.Context(), order.Filter{Limit: 2}) {
		require.NoError(t, errors.Join(err))
		got = append(got, o.Number)
	}
	require.Equal(t, want[:2], got)
}
