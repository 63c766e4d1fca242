package sqlite_test

import (
	"context"
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/go-oms/oms/fault"
	"github.com/go-oms/oms/internal/golden"
	"github.com/go-oms/oms/inventory"
	"github.com/go-oms/oms/order"
	"github.com/go-oms/oms/quantity"
	"github.com/go-oms/oms/storage/sqlite"
	"github.com/go-oms/oms/storage/storagetest"
)

// unpacked writes the books of a released schema to a file.
func unpacked(t *testing.T, b golden.Books) (path string) {
	t.Helper()
	path = filepath.Join(t.TempDir(), b.Name+".db")
	require.NoError(t, os.WriteFile(path, b.Data, 0o600))
	return path
}

// Books of every schema that was ever released are brought up to date with all that
// is in them, and work on.
func TestBooksOfEveryReleasedSchemaAreBroughtUpToDate(t *testing.T) {
	for _, b := range golden.All(t) {
		t.Run(b.Name, func(t *testing.T) {
			b.Unedited(t, sqlite.Migrations())
			path := unpacked(t, b)
			s, err := sqlite.Open(t.Context(), path, nil)
			require.NoError(t, err)
			if b.Schema < len(migrated(t)) {
				var old *sqlite.SchemaError
				_, err := s.Locations(t.Context())
				require.ErrorAs(t, err, &old)
				require.Equal(t, b.Schema, old.Have)
			}
			require.NoError(t, s.Migrate(t.Context()))
			b.Kept(t, s)
			require.NoError(t, s.Close())
			require.Equal(t, "ok", pragma(t, path, "PRAGMA integrity_check"))

			shop := migratedShop(t, path)
			require.NoError(t, shop.Inventory.Receive(t.Context(), inventory.Receipt{SKU: "TEE", Location: "main", Quantity: quantity.Of(1)}))
			placeOrder(t, shop, [16]byte{}, order.Address{Name: "A"}, nil)
			verifyClean(t, shop)
		})
	}
}

// dumped writes a whole file as text: what it consists of and every row. When the
// migration was done is not part of it.
func dumped(t *testing.T, path string) string {
	t.Helper()
	db, err := sql.Open("sqlite", path)
	require.NoError(t, err)
	defer func() { require.NoError(t, db.Close()) }()
	var text strings.Builder
	for _, line := range column(t, db, `SELECT type || ' ' || name || ': ' || COALESCE(sql, '') FROM sqlite_master ORDER BY 1`) {
		fmt.Fprintln(&text, line)
	}
	for _, table := range column(t, db, `SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY 1`) {
		var row []string
		for _, name := range column(t, db, `SELECT name FROM pragma_table_info(?)`, table) {
			if table == "oms_events" && name == "recorded_at" {
				name = `iif(cause LIKE 'migration %', 0, recorded_at)`
			}
			row = append(row, "quote("+name+")")
		}
		for _, line := range column(t, db, `SELECT `+strings.Join(row, ` || ',' || `)+` AS line FROM `+table+` ORDER BY 1`) {
			fmt.Fprintln(&text, table, line)
		}
	}
	return text.String()
}

// Wherever a migration fails or its process is killed, what is there is a schema that
// there is, and the next call goes on to the very same file.
func TestAMigrationIsResumedFromEveryStatement(t *testing.T) {
	for i, b := range golden.All(t) {
		t.Run(b.Name, func(t *testing.T) {
			whole := unpacked(t, b)
			statements, err := sqlite.MigrateBroken(t.Context(), whole, 0, nil)
			require.NoError(t, err)
			want := dumped(t, whole)
			for n := 1; n <= statements; n++ {
				t.Run(strconv.Itoa(n), func(t *testing.T) {
					path := unpacked(t, b)
					_, err := sqlite.MigrateBroken(t.Context(), path, n, nil)
					require.ErrorContains(t, err, "no such table: absent")
					resumed(t, path, want)
				})
				if i > 0 {
					continue // the first has the statements of all
				}
				t.Run(strconv.Itoa(n)+" killed", func(t *testing.T) {
					path := unpacked(t, b)
					cmd := process(t, "migrate "+strconv.Itoa(n), path)
					require.Error(t, cmd.Run())
					require.False(t, cmd.ProcessState.Success())
					require.Equal(t, -1, cmd.ProcessState.ExitCode(), "it was killed")
					resumed(t, path, want)
				})
			}
		})
	}
}

func resumed(t *testing.T, path, want string) {
	t.Helper()
	require.NotEqual(t, strconv.Itoa(len(migrated(t))), pragma(t, path, "SELECT max(version) FROM oms_schema"), "it broke off")
	s, err := sqlite.Open(t.Context(), path, nil)
	require.NoError(t, err)
	require.NoError(t, s.Migrate(t.Context()))
	require.NoError(t, s.Close())
	require.Equal(t, want, dumped(t, path))
}

// killedMigration is a further process that is killed in the middle.
func killedMigration(ctx context.Context, statement, path string) error {
	n, err := strconv.Atoi(statement)
	if err != nil {
		return err
	}
	self, err := os.FindProcess(os.Getpid())
	if err != nil {
		return err
	}
	_, err = sqlite.MigrateBroken(ctx, path, n, func() {
		_ = self.Kill()
		select {}
	})
	return err
}

// A program of an older schema that has the file open is refused from the moment that
// a newer one has migrated it: what it would write no longer has all that belongs to it.
func TestAnOlderProgramStopsWritingWhenTheFileIsMigrated(t *testing.T) {
	path := filepath.Join(t.TempDir(), "shop.db")
	s, err := sqlite.Open(t.Context(), path, nil)
	require.NoError(t, err)
	defer func() { require.NoError(t, s.Close()) }()
	require.NoError(t, s.Migrate(t.Context()))
	clerk := storagetest.NewClerk(1)
	require.NoError(t, s.Commit(t.Context(), clerk.Receive("TEE", storagetest.Main, 100)))
	_, batch := clerk.Place(storagetest.Line{SKU: "TEE"})
	require.NoError(t, s.Commit(t.Context(), batch))
	tx, err := s.Begin(t.Context())
	require.NoError(t, err)
	require.NoError(t, tx.Rollback())

	newer, err := sql.Open("sqlite", path)
	require.NoError(t, err)
	defer func() { require.NoError(t, newer.Close()) }()
	for _, statement := range []string{
		"CREATE TABLE oms_future (tenant TEXT NOT NULL PRIMARY KEY) STRICT, WITHOUT ROWID",
		"INSERT INTO oms_schema (version, name) VALUES (99, '0099_future')",
	} {
		_, err = newer.Exec(statement)
		require.NoError(t, err)
	}
	before := dumped(t, path)
	for range 2 {
		var refused *sqlite.SchemaError
		_, batch = clerk.Place(storagetest.Line{SKU: "TEE"})
		err = s.Commit(t.Context(), batch)
		require.ErrorAs(t, err, &refused)
		require.Equal(t, fault.Rejected, fault.KindOf(err))
		require.Equal(t, 99, refused.Have)
		_, err = s.Numbers(t.Context(), "orders", 1)
		require.ErrorAs(t, err, &refused)
		_, err = s.Begin(t.Context())
		require.ErrorAs(t, err, &refused, "nor in a transaction of the host's")
		require.ErrorAs(t, s.Migrate(t.Context()), &refused)
		_, err = sqlite.Open(t.Context(), path, nil)
		require.ErrorAs(t, err, &refused)
	}
	require.Equal(t, before, dumped(t, path))
}
