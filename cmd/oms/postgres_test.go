package main

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/go-oms/oms/internal/pgtest"
	"github.com/go-oms/oms/storage/postgres"
)

func TestMain(m *testing.M) { os.Exit(pgtest.Main(m)) }

// durable returns the address of an empty database of a server that forgets nothing.
func durable(t *testing.T) string {
	t.Helper()
	c, err := pgtest.Start(t.Context(), pgtest.Options{})
	if errors.Is(err, pgtest.ErrNotFound) {
		pgtest.New(t) // skips, or fails where PostgreSQL is required
	}
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, c.Close()) })
	return c.DSN()
}

// execute runs statements behind the tool's back.
func execute(t *testing.T, dsn string, statements ...string) {
	t.Helper()
	c, err := pgx.Connect(t.Context(), dsn)
	require.NoError(t, err)
	for _, sql := range statements {
		_, err := c.Exec(t.Context(), sql)
		require.NoError(t, err, sql)
	}
	require.NoError(t, c.Close(t.Context()))
}

// Every command that takes a file takes the address of a database, too.
func TestTheToolOnPostgreSQL(t *testing.T) {
	dsn := durable(t)
	ask := func(t *testing.T, args ...string) string {
		t.Helper()
		code, out, errs := tool(t, append(args, "--db", dsn)...)
		require.Zero(t, code, out+errs)
		return out
	}
	t.Run("migrate", func(t *testing.T) {
		require.Equal(t, address(dsn).String()+" is up to date.\n", ask(t, "migrate"))
		require.Contains(t, ask(t, "migrate", "--json"), `"synchronous_commit"`)
	})
	store, err := postgres.Open(t.Context(), dsn, nil)
	require.NoError(t, err)
	l := liveOn(t, store)
	t.Run("doctor", func(t *testing.T) {
		var d diagnosis
		decode(t, ask(t, "doctor", "--json"), &d)
		require.True(t, d.OK, d.Findings)
		require.Equal(t, "on", examined(t, d, "fsync").Value)
		require.Len(t, d.Tenants, 2)
		for _, s := range d.Tenants {
			require.EqualValues(t, 2, s.Orders)
			require.Len(t, s.Sinks, 1)
			require.EqualValues(t, l.events, s.Sinks[0].Behind)
		}
		require.Contains(t, ask(t, "doctor"), "nobody is there")
	})
	t.Run("verify", func(t *testing.T) {
		require.Contains(t, ask(t, "verify"), "The books are clean.")
	})
	t.Run("order show", func(t *testing.T) {
		require.Contains(t, ask(t, "order", "show", l.whole.Number), "id "+l.whole.ID.String())
	})
	t.Run("report", func(t *testing.T) {
		require.Contains(t, ask(t, "report", "orders", "--tenant", "acme", "--measures", "orders"), "\nTotal             2\n")
	})
	t.Run("import, in a schema of its own", func(t *testing.T) {
		require.NotContains(t, ask(t, "import", "online-retail", "--schema", "year", madeYear), "fsync", "the disk is not ours")
		require.Contains(t, ask(t, "import", "online-retail", "--schema", "year", madeYear), "\n68 rows, worth -59.83"[1:])
		require.Contains(t, ask(t, "verify", "--schema", "year"), "The books are clean.")
	})
	t.Run("demo, beside the others", func(t *testing.T) {
		t.Chdir(t.TempDir())
		out := ask(t, "demo", "--schema", "demo", "--orders", "40", "--seed", "4")
		require.Contains(t, out, "The books are clean.")
		require.Contains(t, out, "oms verify --db '"+address(dsn).String()+"' --schema demo")
		require.FileExists(t, "shop.html")

		code, out, errs := tool(t, "demo", "--db", dsn, "--schema", "demo", "--force")
		require.Equal(t, 1, code)
		require.Empty(t, out)
		require.Contains(t, errs, "there are books in ")
		require.FileExists(t, "shop.html", "nothing was taken away")
	})
}

func TestTheToolFindsWhatIsWrongWithADatabase(t *testing.T) {
	dsn := pgtest.New(t)
	code, out, errs := tool(t, "doctor", "--db", dsn, "--json")
	require.Equal(t, 1, code, errs)
	var d diagnosis
	decode(t, out, &d)
	require.False(t, examined(t, d, "fsync").OK)
	require.Equal(t, "0", examined(t, d, "version").Value, "it was never migrated")
	code, _, errs = tool(t, "migrate", "--db", dsn)
	require.Equal(t, 1, code)
	require.Contains(t, errs, "fsync off")

	execute(t, dsn, "CREATE TABLE oms_schema (version bigint NOT NULL PRIMARY KEY, name text NOT NULL)",
		"INSERT INTO oms_schema (version, name) VALUES (99, '0099_future')")
	code, out, errs = tool(t, "doctor", "--db", dsn, "--json")
	require.Equal(t, 1, code, errs)
	decode(t, out, &d)
	require.Equal(t, "99", examined(t, d, "version").Value)
	for _, args := range [][]string{{"verify"}, {"order", "show", "1001"}, {"report", "sales"}, {"demo"}} {
		code, out, errs := tool(t, append(args, "--db", dsn)...)
		require.NotZero(t, code, args)
		require.Contains(t, strings.Join(strings.Fields(out+errs), " "), "schema 99", args)
	}
}

func TestTheToolSaysShortlyWhyThereIsNoDatabase(t *testing.T) {
	dsn := pgtest.New(t)
	folder := t.TempDir()
	for name, c := range map[string]struct{ db, says string }{
		"nobody there":     {"postgres://ada:hunter2@/shop?host=" + folder, "no connection"},
		"no such database": {dsn + "&dbname=nothing_of_this_name", "the database's name"},
		"no such role":     {strings.Replace(dsn, "user=postgres", "user=nobody_of_this_name", 1) + "&password=hunter2", "the role"},
		"no address":       {"postgres://ada:hunter2@[::1/shop", "an address as PostgreSQL's own programs take it"},
		"half an address":  {"host=127.0.0.1 port=no password=hunter2", "an address as PostgreSQL's own programs take it"},
	} {
		t.Run(name, func(t *testing.T) {
			for _, args := range [][]string{{"migrate"}, {"doctor"}, {"verify"}, {"order", "show", "1001"}, {"report", "sales"}, {"demo"}} {
				code, out, errs := tool(t, append(args, "--db", c.db)...)
				require.NotZero(t, code, args)
				require.Contains(t, out+errs, c.says, args)
				require.NotContains(t, out+errs, "hunter2", args)
				require.Less(t, len(errs), 500, args)
			}
		})
	}
}

func TestFlagsOfAServerAreNotForFiles(t *testing.T) {
	file := filepath.Join(t.TempDir(), "shop.db")
	for _, flag := range []string{"--schema=oms", "--pooled", "--row-security"} {
		code, _, errs := tool(t, "migrate", "--db", file, flag)
		require.Equal(t, 1, code)
		require.Contains(t, errs, "PostgreSQL")
		require.NoFileExists(t, file)
	}
}

func TestMigrateGetPrintsWhatPostgreSQLNeeds(t *testing.T) {
	code, out, errs := tool(t, "migrate", "get", "--store", "postgres")
	require.Zero(t, code, errs)
	require.Contains(t, out, "-- 0001_books\n")
	require.Contains(t, out, "CREATE TABLE oms_base")

	code, out, errs = tool(t, "migrate", "get", "--store", "postgres", "--list")
	require.Zero(t, code, errs)
	require.True(t, strings.HasPrefix(out, "0001_books\n"), out)
	require.NotContains(t, out, "CREATE")
}
