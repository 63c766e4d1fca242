package sqlstore_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/go-oms/oms/event"
	"github.com/go-oms/oms/fault"
	"github.com/go-oms/oms/inventory"
	"github.com/go-oms/oms/storage"
	"github.com/go-oms/oms/storage/internal/sqlstore"
	"github.com/go-oms/oms/storage/memory"
	"github.com/go-oms/oms/storage/storagetest"
)

// stage checks a batch against the ledger and advances it by what passes.
func stage(s *sqlstore.Staged, b *storage.Batch) error {
	levels, err := storage.Check(s, b)
	if err == nil {
		s.Apply(b, levels)
	}
	return err
}

// outcomes counts by the type of error.
type outcomes map[string]int

func (o outcomes) add(err error) { o[fmt.Sprintf("%T", err)]++ }

// all fails the test unless every kind of outcome was met.
func (o outcomes) all(t *testing.T) {
	t.Helper()
	for _, err := range []error{
		nil, (*event.Replay)(nil), (*fault.KeyReusedError)(nil), (*fault.StaleError)(nil), (*storage.DuplicateError)(nil),
		(*inventory.ShortageError)(nil), (*storage.BookError)(nil),
	} {
		require.Positive(t, o[fmt.Sprintf("%T", err)], "%T was never met in %v", err, o)
	}
	require.Positive(t, o["*order.CouponError"], "%v", o)
}

// TestStagingIsCommittingOneByOne holds the outcomes of one group, error by error,
// against those of the memory store.
func TestStagingIsCommittingOneByOne(t *testing.T) {
	met := outcomes{}
	rapid.Check(t, func(t *rapid.T) {
		s, store, staged := newScene(t), memory.New(), sqlstore.NewStaged()
		batches := s.batches(40)
		for i, b := range batches {
			want := store.Commit(t.Context(), b)
			require.Equal(t, want, stage(staged, b), "batch %d", i)
			met.add(want)
		}
		same(t, store, staged, batches)
	})
	met.all(t)
}

// TestAGroupNeedsToReadWhatNeedsLists does the same in groups, each of which begins
// with what was read of the store as Needs says.
func TestAGroupNeedsToReadWhatNeedsLists(t *testing.T) {
	for _, references := range []bool{true, false} {
		t.Run(fmt.Sprint("references read: ", references), func(t *testing.T) {
			met := outcomes{}
			rapid.Check(t, func(t *rapid.T) {
				s, store, staged := newScene(t), memory.New(), sqlstore.NewStaged()
				for range rapid.IntRange(1, 8).Draw(t, "groups") {
					group := s.batches(6)
					load(t, staged, store, group, references)
					for i, b := range group {
						want, got := store.Commit(t.Context(), b), stage(staged, b)
						met.add(want)
						switch {
						case !leftToTheWrite(b, want, references):
							require.Equal(t, want, got, "batch %d of the group", i)
						case got == nil:
							// The write of the group fails; those behind come in another.
							load(t, staged, store, group[i+1:], references)
						}
					}
				}
			})
			met.all(t)
		})
	}
}

// leftToTheWrite reports whether a refusal is one that unique keys of a database make.
func leftToTheWrite(b *storage.Batch, err error, references bool) bool {
	var duplicate *storage.DuplicateError
	var stale *fault.StaleError
	switch {
	case errors.As(err, &duplicate):
		return !references
	case errors.As(err, &stale):
		for i := range b.Events {
			if e := &b.Events[i]; e.Aggregate == stale.Kind && e.ID.String() == stale.ID {
				return e.Version == 1
			}
		}
	}
	return false
}

// load makes the ledger what the batches need of the store.
func load(t *rapid.T, staged *sqlstore.Staged, store storage.Store, batches []*storage.Batch, references bool) {
	ctx := t.Context()
	staged.Reset()
	var n sqlstore.Needs
	n.Collect(batches...)
	for _, key := range n.Keys {
		if k, err := store.Key(ctx, key); err == nil {
			staged.PutKey(*k)
		}
	}
	for _, a := range n.Aggregates {
		history, err := store.History(ctx, a.Kind, a.ID)
		require.NoError(t, err)
		if len(history) > 0 {
			staged.PutVersion(a, history[len(history)-1].Version)
		}
	}
	items, err := store.Items(ctx, n.Items)
	require.NoError(t, err)
	for i := range items {
		staged.PutVersion(storage.Versioned{Kind: event.Item, Name: items[i].SKU}, items[i].Version)
	}
	for _, name := range n.Leases {
		lease, err := store.Lease(ctx, name)
		require.NoError(t, err)
		staged.PutVersion(storage.Versioned{Kind: storage.LeaseKind, Name: name}, lease.Version)
	}
	for _, c := range n.Coupons {
		uses, err := store.CouponUses(ctx, []string{c.Code}, c.CustomerID)
		require.NoError(t, err)
		if c.Own {
			staged.PutUses(c, uses[c.Code].ByCustomer)
		} else {
			staged.PutUses(c, uses[c.Code].All)
		}
	}
	loadStock(t, staged, store, &n)
	if references {
		loadOwners(t, staged, store, batches)
	}
}

// loadOwners puts in whose the references are that the batches claim.
func loadOwners(t *rapid.T, staged *sqlstore.Staged, store storage.Store, batches []*storage.Batch) {
	owners := map[storage.Reference]uuid.UUID{}
	require.NoError(t, store.Snapshot(t.Context(), func(books storage.Books) error {
		for o, err := range books.AllOrders(t.Context()) {
			if err != nil {
				return err
			}
			for _, r := range storage.OrderReferences(o) {
				owners[r] = o.ID
			}
		}
		for c, err := range books.AllCustomers(t.Context()) {
			if err != nil {
				return err
			}
			for _, r := range storage.CustomerReferences(c) {
				owners[r] = c.ID
			}
		}
		for x, err := range books.AllTenders(t.Context(), storage.ByID) {
			if err != nil {
				return err
			}
			for i := range x.Reports {
				owners[storage.ReportReference(&x.Reports[i])] = x.Reports[i].ID
			}
		}
		return nil
	}))
	parked, err := store.ParkedReports(t.Context(), 1000)
	require.NoError(t, err)
	for i := range parked {
		owners[storage.ReportReference(&parked[i])] = parked[i].ID
	}
	for _, r := range sqlstore.References(batches...) {
		if id, owned := owners[r]; owned {
			staged.PutOwner(r, id)
		}
	}
}

func loadStock(t *rapid.T, staged *sqlstore.Staged, store storage.Store, n *sqlstore.Needs) {
	for _, k := range n.Levels {
		levels, err := store.Levels(t.Context(), []string{k.SKU})
		require.NoError(t, err)
		for _, l := range levels {
			if l.Location == k.Location {
				staged.PutLevel(l)
			}
		}
	}
	needed := map[sqlstore.ReservationKey]bool{}
	for _, k := range n.Reservations {
		needed[k] = true
	}
	require.NoError(t, store.Snapshot(t.Context(), func(books storage.Books) error {
		for r, err := range books.AllReservations(t.Context()) {
			if err != nil {
				return err
			}
			if needed[sqlstore.ReservationKey{Owner: r.Owner, ID: r.ID}] {
				staged.PutReservation(&r)
			}
		}
		return nil
	}))
}

// same holds what the staged ledger has come to against what the store has.
func same(t *rapid.T, store storage.Store, staged *sqlstore.Staged, batches []*storage.Batch) {
	read := sqlstore.NewStaged()
	load(t, read, store, batches, true)
	var n sqlstore.Needs
	n.Collect(batches...)
	for _, key := range n.Keys {
		require.Equal(t, read.Key(key), staged.Key(key))
	}
	for _, a := range n.Aggregates {
		require.Equal(t, read.Version(a), staged.Version(a), "%s %s", a.Kind, a)
	}
	for _, c := range n.Coupons {
		require.Equal(t, read.Uses(c), staged.Uses(c), "%v", c)
	}
	for _, r := range sqlstore.References(batches...) {
		require.Equal(t, read.Owner(r), staged.Owner(r), "%v", r)
	}
	for _, l := range n.Levels {
		require.Equal(t, read.Level(l.SKU, l.Location), staged.Level(l.SKU, l.Location))
	}
	for _, r := range n.Reservations {
		require.Equal(t, read.Reservation(r.Owner, r.ID), staged.Reservation(r.Owner, r.ID))
	}
}

func TestALaterBatchOfTheGroupSeesTheEarlierOnes(t *testing.T) {
	clerk := storagetest.NewClerk(1)
	staged := sqlstore.NewStaged()
	require.NoError(t, stage(staged, clerk.Receive("A", storagetest.Main, 3)))
	_, first := clerk.Place(storagetest.Line{SKU: "A", Units: 2})
	require.NoError(t, stage(staged, first))

	_, again := clerk.Place(storagetest.Line{SKU: "A", Units: 2})
	again.Command = first.Command
	var replay *event.Replay
	require.ErrorAs(t, stage(staged, again), &replay)
	require.Equal(t, first.Result, replay.Result)

	_, second := clerk.Place(storagetest.Line{SKU: "A", Units: 2})
	var shortage *inventory.ShortageError
	require.ErrorAs(t, stage(staged, second), &shortage, "one unit is left")
	_, third := clerk.Place(storagetest.Line{SKU: "A"})
	require.NoError(t, stage(staged, third), "a refused batch takes nothing")

	staged.Reset()
	require.ErrorAs(t, stage(staged, third), &shortage)
	require.Empty(t, shortage.Shorts[0].Available)
	require.Nil(t, staged.Key(first.Command.Key))
}

// BenchmarkStaging measures what a group of 32 orders of three lines costs beside its
// statements.
func BenchmarkStaging(b *testing.B) {
	clerk := storagetest.NewClerk(1)
	group := make([]*storage.Batch, 32)
	for i := range group {
		line := func(n int) storagetest.Line { return storagetest.Line{SKU: fmt.Sprintf("SKU-%04d", 3*i+n)} }
		_, group[i] = clerk.Place(line(0), line(1), line(2))
	}
	staged := sqlstore.NewStaged()
	var n sqlstore.Needs
	b.ReportAllocs()
	for b.Loop() {
		n.Collect(group...)
		staged.Reset()
		for _, l := range n.Levels {
			level := inventory.Level{SKU: l.SKU, Location: l.Location}
			level.OnHand = level.OnHand.Add(group[0].Inventory.Moves[0].Allocated)
			staged.PutLevel(level)
		}
		for _, batch := range group {
			if err := stage(staged, batch); err != nil {
				b.Fatal(err)
			}
		}
	}
}
