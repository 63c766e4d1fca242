package sqlite_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	engine "zombiezen.com/go/sqlite"
	"zombiezen.com/go/sqlite/sqlitex"

	"github.com/go-oms/oms/fault"
	"github.com/go-oms/oms/storage"
	"github.com/go-oms/oms/storage/sqlite"
	"github.com/go-oms/oms/storage/storagetest"
)

func TestDurabilityIsSetAndReadBack(t *testing.T) {
	d, err := open(t, nil).Durability(t.Context())
	require.NoError(t, err)
	require.Equal(t, sqlite.Durability{
		JournalMode: "wal", Synchronous: "full", ForeignKeys: true, BusyTimeout: 5 * time.Second,
		CheckpointPages: 8000, Durable: true,
	}, d)

	d, err = open(t, &sqlite.Options{
		JournalMode: "DELETE", Synchronous: "EXTRA", BusyTimeout: time.Second, CheckpointPages: 4000,
	}).Durability(t.Context())
	require.NoError(t, err)
	require.Equal(t, sqlite.Durability{
		JournalMode: "delete", Synchronous: "extra", ForeignKeys: true, BusyTimeout: time.Second,
		CheckpointPages: 4000, Durable: true,
	}, d)
}

func TestWeakDurabilityIsRefusedUnlessAskedFor(t *testing.T) {
	for _, o := range []sqlite.Options{
		{JournalMode: "WAL", Synchronous: "NORMAL"},
		{JournalMode: "WAL", Synchronous: "OFF"},
		{JournalMode: "DELETE", Synchronous: "FULL"},
		{JournalMode: "TRUNCATE", Synchronous: "FULL"},
	} {
		name := o.JournalMode + "+" + o.Synchronous
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "shop.db")
			_, err := sqlite.Open(t.Context(), path, &o)
			var weak *sqlite.DurabilityError
			require.ErrorAs(t, err, &weak)
			require.Equal(t, fault.Rejected, fault.KindOf(err))
			require.False(t, weak.Durable)

			o.AllowRelaxedDurability = true
			s, err := sqlite.Open(t.Context(), path, &o)
			require.NoError(t, err)
			defer func() { require.NoError(t, s.Close()) }()
			findings, err := s.Examine(t.Context())
			require.NoError(t, err)
			require.True(t, refused(findings, storage.Durability), "doctor is told: %v", findings)
		})
	}
}

func refused(findings []storage.Finding, topic string) bool {
	for _, f := range findings {
		if f.Topic == topic && !f.OK {
			return true
		}
	}
	return false
}

func TestOptionsAreChecked(t *testing.T) {
	path := filepath.Join(t.TempDir(), "shop.db")
	for field, o := range map[string]*sqlite.Options{
		"JournalMode":     {JournalMode: "MEMORY"},
		"Synchronous":     {Synchronous: "MOSTLY"},
		"BusyTimeout":     {BusyTimeout: -1},
		"Readers":         {Readers: -1},
		"Group":           {Group: -1},
		"CacheMiB":        {CacheMiB: -1},
		"CheckpointPages": {CheckpointPages: 100},
	} {
		_, err := sqlite.Open(t.Context(), path, o)
		var invalid *fault.InvalidError
		require.ErrorAs(t, err, &invalid, field)
		require.Equal(t, field, invalid.Field)
	}
	for _, path := range []string{"", ":memory:", "file::memory:?cache=shared", "a\x00b"} {
		_, err := sqlite.Open(t.Context(), path, nil)
		var invalid *fault.InvalidError
		require.ErrorAs(t, err, &invalid, "%q", path)
	}
	require.NoFileExists(t, path)
}

func TestPathsThatNeedCare(t *testing.T) {
	for _, name := range []string{"a b.db", "100%.db", "what?.db", "#1 & co.db", "büro.db", "file:x.db"} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), name)
			s, err := sqlite.Open(t.Context(), path, nil)
			require.NoError(t, err)
			defer func() { require.NoError(t, s.Close()) }()
			require.NoError(t, s.Migrate(t.Context()))
			tx, err := s.Begin(t.Context())
			require.NoError(t, err)
			o, batch := placed(t, s.Join(tx))
			require.NoError(t, s.Join(tx).Commit(t.Context(), batch))
			require.NoError(t, tx.Commit())
			require.FileExists(t, path)
			require.Equal(t, o.Number, orderOf(t, s, o.ID).Number, "both ways into the engine name the same file")
		})
	}
}

func TestNotADatabase(t *testing.T) {
	path := filepath.Join(t.TempDir(), "shop.db")
	require.NoError(t, os.WriteFile(path, []byte("Dear Sir or Madam, this is not what you are looking for."), 0o600))
	_, err := sqlite.Open(t.Context(), path, nil)
	require.Error(t, err)
	require.Equal(t, fault.Rejected, fault.KindOf(err))

	_, err = sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "missing", "shop.db"), nil)
	var readOnly *sqlite.ReadOnlyError
	require.ErrorAs(t, err, &readOnly)
}

// pragma runs a statement on a connection beside the store's.
func pragma(t testing.TB, path, sql string) (answer string) {
	t.Helper()
	c, err := engine.OpenConn(path, engine.OpenReadWrite)
	require.NoError(t, err)
	require.NoError(t, sqlitex.ExecuteTransient(c, sql, &sqlitex.ExecOptions{
		ResultFunc: func(s *engine.Stmt) error {
			answer = s.ColumnText(0)
			return nil
		},
	}))
	require.NoError(t, c.Close())
	return answer
}

func TestReadOnly(t *testing.T) {
	ctx := t.Context()
	path := filepath.Join(t.TempDir(), "shop.db")
	s, err := sqlite.Open(ctx, path, nil)
	require.NoError(t, err)
	require.NoError(t, s.Migrate(ctx))
	o, batch := placed(t, s)
	require.NoError(t, s.Commit(ctx, batch))
	require.NoError(t, s.Close())

	s, err = sqlite.Open(ctx, path, &sqlite.Options{ReadOnly: true})
	require.NoError(t, err)
	defer func() { require.NoError(t, s.Close()) }()
	require.NoError(t, s.Migrate(ctx), "there is nothing to do")
	require.Equal(t, o.Number, orderOf(t, s, o.ID).Number)

	_, batch = storagetest.NewClerk(7).Place(storagetest.Line{SKU: "TEE"})
	var readOnly *sqlite.ReadOnlyError
	err = s.Commit(ctx, batch)
	require.ErrorAs(t, err, &readOnly)
	require.Equal(t, fault.Rejected, fault.KindOf(err))
	_, err = s.Numbers(ctx, "orders", 1)
	require.ErrorAs(t, err, &readOnly)
	_, err = s.Begin(ctx)
	require.ErrorAs(t, err, &readOnly)
	_, err = s.Durability(ctx)
	require.NoError(t, err)
}

func TestFileThatMayNotBeWritten(t *testing.T) {
	if os.Geteuid() == 0 {
		t.Skip("root may write everything")
	}
	ctx := t.Context()
	folder := t.TempDir()
	path := filepath.Join(folder, "shop.db")
	s, err := sqlite.Open(ctx, path, nil)
	require.NoError(t, err)
	require.NoError(t, s.Migrate(ctx))
	require.NoError(t, s.Close())
	require.NoError(t, os.Chmod(path, 0o400))
	s, err = sqlite.Open(ctx, path, nil)
	if err == nil {
		_, batch := placed(t, s)
		err = s.Commit(ctx, batch)
		require.NoError(t, s.Close())
	}
	var readOnly *sqlite.ReadOnlyError
	require.ErrorAs(t, err, &readOnly)
}

// TestFullDisk lets the file grow to a few pages more than it has. max_page_count
// belongs to a connection, so it is the hook that sets it.
func TestFullDisk(t *testing.T) {
	ctx := t.Context()
	s := open(t, nil)
	clerk := storagetest.NewClerk(1)
	require.NoError(t, s.Commit(ctx, clerk.Receive("TEE", storagetest.Main, 1_000_000)))
	var placedIDs []string
	restore := sqlite.LimitPages(s, 4)
	var failed error
	for i := 0; failed == nil && i < 1000; i++ {
		o, batch := clerk.Place(storagetest.Line{SKU: "TEE"})
		if failed = s.Commit(ctx, batch); failed == nil {
			placedIDs = append(placedIDs, o.Number)
		}
	}
	var full *sqlite.FullError
	require.ErrorAs(t, failed, &full)
	require.Equal(t, fault.Transient, fault.KindOf(failed))
	require.NotEmpty(t, placedIDs)

	require.Equal(t, placedIDs, numbers(t, s), "nothing is half-written and nothing acknowledged is lost")
	require.Equal(t, fmt.Sprint(len(placedIDs)), allocated(t, s, "TEE"))

	restore()
	o, batch := clerk.Place(storagetest.Line{SKU: "TEE"})
	require.NoError(t, s.Commit(ctx, batch), "there is room again")
	require.Equal(t, o.Number, orderOf(t, s, o.ID).Number)
}

func TestClosedStore(t *testing.T) {
	s, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "shop.db"), nil)
	require.NoError(t, err)
	require.NoError(t, s.Migrate(t.Context()))
	require.NoError(t, s.Close())
	require.NoError(t, s.Close(), "closing twice is harmless")
	_, batch := storagetest.NewClerk(1).Place()
	for what, err := range map[string]error{
		"commit":   s.Commit(t.Context(), batch),
		"numbers":  second(s.Numbers(t.Context(), "orders", 1)),
		"read":     second(s.Locations(t.Context())),
		"snapshot": s.Snapshot(t.Context(), func(storage.Books) error { return nil }),
		"begin":    second(s.Begin(t.Context())),
	} {
		require.ErrorIs(t, err, sqlite.ErrClosed, what)
		require.Equal(t, fault.Transient, fault.KindOf(err), what)
	}
}

func TestUnmigrated(t *testing.T) {
	s, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "shop.db"), nil)
	require.NoError(t, err)
	defer func() { require.NoError(t, s.Close()) }()
	_, batch := storagetest.NewClerk(1).Place()
	for what, err := range map[string]error{
		"commit":   s.Commit(t.Context(), batch),
		"numbers":  second(s.Numbers(t.Context(), "orders", 1)),
		"read":     second(s.Locations(t.Context())),
		"snapshot": s.Snapshot(t.Context(), func(storage.Books) error { return nil }),
		"begin":    second(s.Begin(t.Context())),
	} {
		var schema *sqlite.SchemaError
		require.ErrorAs(t, err, &schema, what)
		require.Equal(t, sqlite.SchemaError{Have: 0, Want: len(migrated(t))}, *schema)
		require.Contains(t, err.Error(), "call Migrate")
		require.Equal(t, fault.Rejected, fault.KindOf(err), what)
	}
	findings, err := s.Examine(t.Context())
	require.NoError(t, err)
	require.True(t, refused(findings, storage.Schema))
	require.False(t, refused(findings, storage.Durability))

	require.NoError(t, s.Migrate(t.Context()))
	require.NoError(t, second(s.Locations(context.Background())), "the same store, without opening it again")
}
