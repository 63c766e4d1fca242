package sqlite_test

import (
	"database/sql"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
	_ "modernc.org/sqlite"

	"github.com/go-oms/oms/fault"
	"github.com/go-oms/oms/storage/sqlite"
)

// journals are the tables whose integer key is the order of recording in the
// whole file; their unique keys begin with the tenant like all others.
var journals = []string{"oms_events", "oms_moves"}

// breaches lists what a schema has against its own rules.
func breaches(t *testing.T, db *sql.DB) (found []string) {
	t.Helper()
	breach := func(format string, a ...any) { found = append(found, fmt.Sprintf(format, a...)) }
	for _, table := range column(t, db, `SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'`) {
		if !strings.HasPrefix(table, "oms_") {
			breach("%s: not prefixed", table)
		}
		if table == "oms_schema" {
			continue // of the file, not of a tenant
		}
		first := column(t, db, `SELECT name FROM pragma_table_info(?) WHERE pk = 1`, table)
		if !slices.Contains(journals, table) && !slices.Equal(first, []string{"tenant"}) {
			breach("%s: primary key begins with %v", table, first)
		}
		if !slices.Contains(column(t, db, `SELECT name FROM pragma_table_info(?)`, table), "tenant") {
			breach("%s: no tenant", table)
		}
		for _, c := range column(t, db, `SELECT name || ' ' || type FROM pragma_table_info(?)`, table) {
			if kind := c[strings.LastIndex(c, " ")+1:]; !slices.Contains([]string{"TEXT", "INTEGER", "BLOB"}, kind) {
				breach("%s: column %s", table, c)
			}
		}
		if !slices.Equal(column(t, db, `SELECT strict FROM pragma_table_list WHERE name = ?`, table), []string{"1"}) {
			breach("%s: not STRICT", table)
		}
		for _, index := range column(t, db, `SELECT name FROM pragma_index_list(?)`, table) {
			if !slices.Equal(column(t, db, `SELECT name FROM pragma_index_info(?) WHERE seqno = 0`, index), []string{"tenant"}) {
				breach("%s: index %s does not begin with the tenant", table, index)
			}
		}
	}
	for _, trigger := range column(t, db, `SELECT name FROM sqlite_master WHERE type IN ('trigger', 'view')`) {
		breach("%s: a trigger or view", trigger)
	}
	return found
}

func column(t *testing.T, db *sql.DB, query string, args ...any) (list []string) {
	t.Helper()
	rows, err := db.Query(query, args...)
	require.NoError(t, err)
	defer func() { require.NoError(t, rows.Close()) }()
	for rows.Next() {
		var s string
		require.NoError(t, rows.Scan(&s))
		list = append(list, s)
	}
	require.NoError(t, rows.Err())
	return list
}

func TestSchemaKeepsItsRules(t *testing.T) {
	path := filepath.Join(t.TempDir(), "shop.db")
	s, err := sqlite.Open(t.Context(), path, nil)
	require.NoError(t, err)
	require.NoError(t, s.Migrate(t.Context()))
	require.NoError(t, s.Close())
	db, err := sql.Open("sqlite", path)
	require.NoError(t, err)
	defer func() { require.NoError(t, db.Close()) }()

	require.Empty(t, breaches(t, db))
	require.Greater(t, len(column(t, db, `SELECT name FROM sqlite_master WHERE type = 'table'`)), 20)

	for planted, sql := range map[string]string{
		"extra: not prefixed":                                    `CREATE TABLE extra (tenant TEXT NOT NULL PRIMARY KEY) STRICT`,
		"oms_a: primary key begins with [id]":                    `CREATE TABLE oms_a (id TEXT PRIMARY KEY, tenant TEXT) STRICT`,
		"oms_b: no tenant":                                       `CREATE TABLE oms_b (id TEXT PRIMARY KEY) STRICT`,
		"oms_c: column price REAL":                               `CREATE TABLE oms_c (tenant TEXT PRIMARY KEY, price REAL) STRICT`,
		"oms_d: column price NUMERIC":                            `CREATE TABLE oms_d (tenant TEXT PRIMARY KEY, price NUMERIC)`,
		"oms_e: not STRICT":                                      `CREATE TABLE oms_e (tenant TEXT PRIMARY KEY)`,
		"oms_items: index oms_f does not begin with the tenant":  `CREATE INDEX oms_f ON oms_items (title)`,
		"oms_g: a trigger or view":                               `CREATE VIEW oms_g AS SELECT 1`,
		"oms_orders: index oms_h does not begin with the tenant": `CREATE UNIQUE INDEX oms_h ON oms_orders (number, tenant)`,
	} {
		_, err := db.Exec(sql)
		require.NoError(t, err)
		require.Contains(t, breaches(t, db), planted)
	}
}

// migrated returns the names of all migrations, in order.
func migrated(t *testing.T) (names []string) {
	t.Helper()
	files, err := fs.Glob(sqlite.Migrations(), "*.sql")
	require.NoError(t, err)
	for _, file := range files {
		names = append(names, strings.TrimSuffix(file, ".sql"))
	}
	return names
}

func TestMigrateIsIdempotentAndSafeFromManyAtOnce(t *testing.T) {
	path := filepath.Join(t.TempDir(), "shop.db")
	var wg sync.WaitGroup
	errs := make([]error, 8)
	for i := range errs {
		wg.Go(func() {
			s, err := sqlite.Open(t.Context(), path, nil)
			if err != nil {
				errs[i] = err
				return
			}
			if errs[i] = s.Migrate(t.Context()); errs[i] == nil {
				errs[i] = s.Migrate(t.Context())
			}
			if err := s.Close(); errs[i] == nil {
				errs[i] = err
			}
		})
	}
	wg.Wait()
	for _, err := range errs {
		require.NoError(t, err)
	}
	require.Equal(t, strings.Join(migrated(t), ","), pragma(t, path, `SELECT group_concat(name) FROM (SELECT name FROM oms_schema ORDER BY version)`))
}

func TestNewerSchemaIsRefused(t *testing.T) {
	path := filepath.Join(t.TempDir(), "shop.db")
	s, err := sqlite.Open(t.Context(), path, nil)
	require.NoError(t, err)
	require.NoError(t, s.Migrate(t.Context()))
	pragma(t, path, `INSERT INTO oms_schema VALUES (99, 'from the future')`)
	want := sqlite.SchemaError{Have: 99, Want: len(migrated(t))}
	var schema *sqlite.SchemaError
	require.ErrorAs(t, s.Migrate(t.Context()), &schema)
	require.Equal(t, want, *schema)
	require.NoError(t, s.Close())

	_, err = sqlite.Open(t.Context(), path, nil)
	require.ErrorAs(t, err, &schema)
	require.Equal(t, want, *schema)
	require.Contains(t, err.Error(), "newer program")
	require.Equal(t, fault.Rejected, fault.KindOf(err))
}

func TestMigrationThatFailsLeavesNothing(t *testing.T) {
	path := filepath.Join(t.TempDir(), "shop.db")
	s, err := sqlite.Open(t.Context(), path, nil)
	require.NoError(t, err)
	defer func() { require.NoError(t, s.Close()) }()
	pragma(t, path, `CREATE TABLE oms_shipments (mine TEXT)`) // in the way of the last statements
	require.Error(t, s.Migrate(t.Context()))
	require.Equal(t, "oms_shipments", pragma(t, path, `SELECT group_concat(name) FROM sqlite_master`))

	pragma(t, path, `DROP TABLE oms_shipments`)
	require.NoError(t, s.Migrate(t.Context()))
}

func TestMigrationsAreReadable(t *testing.T) {
	names := migrated(t)
	require.Equal(t, "0001_books", names[0])
	for i, name := range names {
		require.Regexp(t, fmt.Sprintf("^%04d_[a-z_]+$", i+1), name)
	}

	// A host that runs them itself gets the same schema.
	path := filepath.Join(t.TempDir(), "own.db")
	migrateByHand(t, path, names)
	s, err := sqlite.Open(t.Context(), path, nil)
	require.NoError(t, err)
	defer func() { require.NoError(t, s.Close()) }()
	_, batch := placed(t, s)
	require.NoError(t, s.Commit(t.Context(), batch))
}

// migrateByHand makes a file with the schema of those migrations, as a host may that
// does it himself, and runs further statements on it.
func migrateByHand(t *testing.T, path string, names []string, further ...string) {
	t.Helper()
	db, err := sql.Open("sqlite", path)
	require.NoError(t, err)
	defer func() { require.NoError(t, db.Close()) }()
	_, err = db.Exec(`CREATE TABLE IF NOT EXISTS oms_schema (version INTEGER NOT NULL PRIMARY KEY, name TEXT NOT NULL)`)
	require.NoError(t, err)
	for _, name := range names {
		text, err := fs.ReadFile(sqlite.Migrations(), name+".sql")
		require.NoError(t, err)
		_, err = db.Exec(string(text))
		require.NoError(t, err)
		_, err = db.Exec(`INSERT INTO oms_schema SELECT COALESCE(max(version), 0) + 1, ?1 FROM oms_schema`, name)
		require.NoError(t, err)
	}
	for _, sql := range further {
		_, err = db.Exec(sql)
		require.NoError(t, err)
	}
}
