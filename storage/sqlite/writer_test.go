package sqlite_test

import (
	"errors"
	"fmt"
	"sync"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/go-oms/oms/event"
	"github.com/go-oms/oms/fault"
	"github.com/go-oms/oms/inventory"
	"github.com/go-oms/oms/order"
	"github.com/go-oms/oms/storage"
	"github.com/go-oms/oms/storage/sqlite"
	"github.com/go-oms/oms/storage/storagetest"
)

// together holds the writer up until all batches are queued, in this order, so
// that they are one group, and returns their outcomes.
func together(t testing.TB, s *sqlite.Store, batches ...*storage.Batch) (errs []error) {
	t.Helper()
	tx, err := s.Begin(t.Context())
	require.NoError(t, err)
	var outcomes []func() error
	for _, b := range batches {
		outcome, err := sqlite.Enqueue(s, b)
		require.NoError(t, err)
		outcomes = append(outcomes, outcome)
	}
	require.NoError(t, tx.Rollback())
	for _, outcome := range outcomes {
		errs = append(errs, outcome())
	}
	return errs
}

func TestBatchesOfOneGroupFailAlone(t *testing.T) {
	s := open(t, nil)
	clerk := storagetest.NewClerk(1)
	require.NoError(t, s.Commit(t.Context(), clerk.Receive("TEE", storagetest.Main, 3)))
	old, batch := clerk.Place(storagetest.Line{SKU: "TEE"})
	require.NoError(t, s.Commit(t.Context(), batch))

	first, good := clerk.Place(storagetest.Line{SKU: "TEE"})
	_, greedy := clerk.Place(storagetest.Line{SKU: "TEE", Units: 5})
	_, twin := clerk.Place(storagetest.Line{SKU: "TEE"})
	twin.Orders[0].Delta.Order.Number = first.Number
	stale := &storage.Batch{
		Command: clerk.Command("order.look"),
		Expect:  []storage.Expect{{Aggregate: event.Order, ID: old.ID, Version: 7}},
	}
	forged := *good
	forged.Command.Body[0]++
	last, good2 := clerk.Place(storagetest.Line{SKU: "TEE"})
	_, late := clerk.Place(storagetest.Line{SKU: "TEE"})

	errs := together(t, s, good, greedy, twin, good, stale, &forged, good2, late)
	require.NoError(t, errs[0])
	var short *inventory.ShortageError
	require.ErrorAs(t, errs[1], &short)
	require.Equal(t, "1", short.Shorts[0].Available.String(), "what the group's first left over")
	var taken *storage.DuplicateError
	require.ErrorAs(t, errs[2], &taken)
	var replay *event.Replay
	require.ErrorAs(t, errs[3], &replay, "the first of the group has used the key")
	require.Equal(t, good.Result, replay.Result)
	var moved *fault.StaleError
	require.ErrorAs(t, errs[4], &moved)
	var reused *fault.KeyReusedError
	require.ErrorAs(t, errs[5], &reused)
	require.NoError(t, errs[6])
	require.ErrorAs(t, errs[7], &short)

	require.Equal(t, []string{old.Number, first.Number, last.Number}, numbers(t, s))
	require.Equal(t, "3", allocated(t, s, "TEE"))
}

// TestFailedCommitIsEverybodys makes COMMIT itself fail, by a reference that is
// checked no earlier.
func TestFailedCommitIsEverybodys(t *testing.T) {
	s := open(t, nil)
	o, batch := placed(t, s)
	tx := begin(t, s)
	hostExec(t, tx, `CREATE TABLE host_a (id INTEGER PRIMARY KEY)`)
	hostExec(t, tx, `CREATE TABLE host_b (a INTEGER REFERENCES host_a DEFERRABLE INITIALLY DEFERRED)`)
	hostExec(t, tx, `CREATE TRIGGER host_t AFTER INSERT ON oms_notes BEGIN INSERT INTO host_b VALUES (1); END`)
	require.NoError(t, tx.Commit())

	clerk := storagetest.NewClerk(9)
	_, poison := clerk.Place(storagetest.Line{SKU: "TEE"})
	d := poison.Orders[0].Delta
	note := order.Note{ID: clerk.ID(), OrderID: d.Order.ID, Text: "x", At: storagetest.Start}
	d.Notes, poison.Orders[0].Notes = []uuid.UUID{note.ID}, []order.Note{note}
	other := *batch
	other.Command.Key = "another use of the same number"

	errs := together(t, s, batch, poison, &other)
	for i, err := range errs {
		require.Equal(t, fault.Unknown, fault.KindOf(err), "batch %d: %v", i, err)
		var unknown *fault.UnknownError
		require.ErrorAs(t, err, &unknown)
	}
	require.Empty(t, numbers(t, s))
	require.NoError(t, s.Commit(t.Context(), batch), "the writer connects again, and the same key decides")
	require.Equal(t, o.Number, orderOf(t, s, o.ID).Number)
	require.ErrorAs(t, s.Commit(t.Context(), batch), new(*event.Replay))
}

// TestDatabaseErrorEndsTheGroup lets one job break the transaction for all.
func TestDatabaseErrorEndsTheGroup(t *testing.T) {
	s := open(t, nil)
	o, batch := placed(t, s)
	tx := begin(t, s)
	hostExec(t, tx, `CREATE TRIGGER host_t AFTER INSERT ON oms_notes BEGIN SELECT RAISE(ROLLBACK, 'gone'); END`)
	require.NoError(t, tx.Commit())
	clerk := storagetest.NewClerk(9)
	_, poison := clerk.Place(storagetest.Line{SKU: "TEE"})
	d := poison.Orders[0].Delta
	note := order.Note{ID: clerk.ID(), OrderID: d.Order.ID, Text: "x", At: storagetest.Start}
	d.Notes, poison.Orders[0].Notes = []uuid.UUID{note.ID}, []order.Note{note}

	errs := together(t, s, batch, poison)
	require.Error(t, errs[1])
	if errs[0] != nil {
		require.Equal(t, fault.Transient, fault.KindOf(errs[0]))
		require.NoError(t, s.Commit(t.Context(), batch))
	}
	require.Equal(t, []string{o.Number}, numbers(t, s))
}

func TestManyBuyersFewUnits(t *testing.T) {
	s := open(t, nil)
	clerk := storagetest.NewClerk(1)
	require.NoError(t, s.Commit(t.Context(), clerk.Receive("TEE", storagetest.Main, 100)))
	var mu sync.Mutex
	outcomes := map[string]int{}
	var wg sync.WaitGroup
	for buyer := range 100 {
		wg.Go(func() {
			clerk := storagetest.NewClerk(uint32(100 + buyer))
			for range 20 {
				_, b := clerk.Place(storagetest.Line{SKU: "TEE"})
				err := s.Commit(t.Context(), b)
				what := fmt.Sprintf("%T", err)
				if short := new(inventory.ShortageError); errors.As(err, &short) {
					what = "short"
				}
				mu.Lock()
				outcomes[what]++
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	require.Equal(t, map[string]int{"<nil>": 100, "short": 1900}, outcomes)
	require.Equal(t, "100", allocated(t, s, "TEE"))
	require.Len(t, numbers(t, s), 100)
}
