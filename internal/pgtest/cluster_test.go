package pgtest

import (
	"context"
	"os"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"
)

// started returns a cluster that ends with the test.
func started(t *testing.T, options Options) *Cluster {
	t.Helper()
	if _, err := Find(); err != nil {
		absent(t, err, os.Getenv)
	}
	c, err := Start(t.Context(), options)
	require.NoError(t, err)
	t.Cleanup(func() {
		require.NoError(t, c.Close())
		require.NoError(t, c.Close(), "closing twice is no error")
		require.NoDirExists(t, c.place.root)
	})
	return c
}

func connect(t *testing.T, dsn string) *pgx.Conn {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), dsn)
	require.NoError(t, err)
	t.Cleanup(func() { _ = conn.Close(context.Background()) }) // the server may be gone
	return conn
}

func setting(t *testing.T, conn *pgx.Conn, name string) (value string) {
	t.Helper()
	require.NoError(t, conn.QueryRow(t.Context(), "SELECT current_setting($1)", name).Scan(&value))
	return value
}

func TestAServerIsSetAsDocumented(t *testing.T) {
	c := started(t, Options{Loopback: true, Settings: map[string]string{"application_name": "it's set"}})
	conn := connect(t, c.Loopback("postgres"))
	for name, want := range map[string]string{
		"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on", "max_connections": "200", "shared_buffers": "128MB",
		"server_encoding": "UTF8", "lc_collate": "C", "ssl": "off", "listen_addresses": "127.0.0.1", "TimeZone": "UTC",
		"application_name": "it's set",
	} {
		if name == "lc_collate" { // no setting any more in PostgreSQL 16
			var collate string
			require.NoError(t, conn.QueryRow(t.Context(), "SELECT datcollate FROM pg_database WHERE datname = 'postgres'").Scan(&collate))
			require.Equal(t, want, collate)
			continue
		}
		require.Equal(t, want, setting(t, conn, name), name)
	}
	require.Less(t, len(c.home)+len("/.s.PGSQL.65535.lock"), 100)
	var processes int
	require.NoError(t, conn.QueryRow(t.Context(), "SELECT count(*) FROM pg_stat_activity WHERE client_addr = '127.0.0.1'").Scan(&processes))
	require.Equal(t, 1, processes, "it came by TCP")
}

func TestWithoutFsync(t *testing.T) {
	require.Equal(t, "off", setting(t, connect(t, started(t, Options{NoFsync: true}).DSN()), "fsync"))
}

func TestADatabaseIsACopyOfItsTemplate(t *testing.T) {
	ctx := t.Context()
	c := started(t, Options{NoFsync: true})
	first, err := c.Database(ctx, "first", "")
	require.NoError(t, err)
	require.NoError(t, query(ctx, first, "CREATE TABLE t AS SELECT 7 AS n", nil))
	second, err := c.Database(ctx, `se"cond`, "first")
	require.NoError(t, err)
	var n int
	require.NoError(t, query(ctx, second, "SELECT n FROM t", []any{&n}))
	require.Equal(t, 7, n)
	_, err = c.Database(ctx, "first", "")
	require.ErrorContains(t, err, "already exists")
}

func TestWhatIsAnsweredSurvivesEveryEnd(t *testing.T) {
	ctx := t.Context()
	c := started(t, Options{})
	require.NoError(t, query(ctx, c.DSN(), "CREATE TABLE t (n int)", nil))
	for n, end := range []func() error{c.Stop, c.Kill, func() error { return nil }, c.Kill} {
		conn := connect(t, c.DSN())
		_, err := conn.Exec(ctx, "INSERT INTO t VALUES ($1)", n)
		require.NoError(t, err)
		tx, err := conn.Begin(ctx)
		require.NoError(t, err)
		_, err = tx.Exec(ctx, "INSERT INTO t VALUES (-1)")
		require.NoError(t, err)

		require.NoError(t, end())
		require.NoError(t, c.Restart(ctx))
		require.Error(t, tx.Commit(ctx))
		var rows []int
		require.NoError(t, query(ctx, c.DSN(), "SELECT array_agg(n ORDER BY n) FROM t", []any{&rows}))
		require.Len(t, rows, n+1)
		require.Equal(t, 0, rows[0])
	}
	require.Contains(t, c.Log(), "automatic recovery in progress", "it was a crash to PostgreSQL")
	require.NoError(t, c.Stop())
	require.NoError(t, c.Stop(), "stopping twice is no error")
	require.Error(t, query(ctx, c.DSN(), "SELECT 1", nil))
}

func TestAServerThatDoesNotStartSaysWhy(t *testing.T) {
	if _, err := Find(); err != nil {
		absent(t, err, os.Getenv)
	}
	before, _ := filepath.Glob(filepath.Join(os.TempDir(), "oms-pg-*"))
	_, err := Start(t.Context(), Options{Settings: map[string]string{"max_connections": "many"}})
	require.ErrorContains(t, err, "max_connections", "the log is in the error")
	after, _ := filepath.Glob(filepath.Join(os.TempDir(), "oms-pg-*"))
	require.Subset(t, before, after, "nothing is left")

	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = Start(ctx, Options{})
	require.ErrorIs(t, err, context.Canceled)
}

func TestAStandbyTakesOver(t *testing.T) {
	ctx := t.Context()
	c := started(t, Options{})
	require.NoError(t, query(ctx, c.DSN(), "CREATE TABLE t (n int)", nil))
	standby, err := c.Standby(ctx)
	require.NoError(t, err)
	either := c.Failover(standby, "postgres")
	require.NoError(t, query(ctx, either, "INSERT INTO t VALUES (1)", nil))
	err = query(ctx, standby.DSN(), "INSERT INTO t VALUES (2)", nil)
	require.ErrorContains(t, err, "read-only", "it only follows")

	require.NoError(t, standby.Stop())
	waiting, cancel := context.WithTimeout(ctx, 200*time.Millisecond)
	defer cancel()
	require.Error(t, query(waiting, c.DSN(), "INSERT INTO t VALUES (3)", nil), "the primary waits for it")
	require.NoError(t, standby.Restart(ctx))
	require.NoError(t, query(ctx, c.DSN(), "INSERT INTO t VALUES (4)", nil))

	require.NoError(t, c.Kill())
	require.NoError(t, standby.Promote(ctx))
	require.NoError(t, query(ctx, either, "INSERT INTO t VALUES (5)", nil))
	var rows []int
	require.NoError(t, query(ctx, standby.DSN(), "SELECT array_agg(n ORDER BY n) FROM t", []any{&rows}))
	require.Subset(t, rows, []int{1, 4, 5})
}

func TestThePoolerLendsConnectionsForATransaction(t *testing.T) {
	if _, err := FindPooler(); err != nil {
		absent(t, err, os.Getenv)
	}
	ctx := t.Context()
	c := started(t, Options{NoFsync: true})
	_, err := c.Database(ctx, "shop", "")
	require.NoError(t, err)
	p, err := c.Pooler(ctx)
	require.NoError(t, err)
	backend := func(conn interface {
		QueryRow(context.Context, string, ...any) pgx.Row
	}) (pid int) {
		require.NoError(t, conn.QueryRow(ctx, "SELECT pg_backend_pid()", pgx.QueryExecModeExec).Scan(&pid))
		return pid
	}
	first, second := connect(t, p.DSN("shop")), connect(t, p.DSN("shop"))
	require.Equal(t, "shop", first.Config().Database)
	require.Equal(t, backend(first), backend(second), "one after the other they share one")
	tx, err := first.Begin(ctx)
	require.NoError(t, err)
	require.NotEqual(t, backend(tx), backend(second), "within a transaction they do not")
	require.NoError(t, tx.Commit(ctx))

	_, err = pgx.Connect(ctx, p.DSN("shop")+"&lock_timeout=5")
	require.ErrorContains(t, err, "unsupported startup parameter")
	lenient, err := c.Pooler(ctx, "lock_timeout")
	require.NoError(t, err)
	connect(t, lenient.DSN("shop")+"&lock_timeout=5")

	require.NoError(t, p.Stop())
	require.Error(t, query(ctx, p.DSN("shop"), "SELECT 1", nil))
}

func TestCPUCountsWhatHasEndedToo(t *testing.T) {
	c := started(t, Options{})
	if runtime.GOOS != "linux" {
		_, err := c.CPU()
		require.Error(t, err)
		return
	}
	ctx := t.Context()
	used := func() time.Duration {
		t.Helper()
		cpu, err := c.CPU()
		require.NoError(t, err)
		return cpu
	}
	const work = "SELECT count(*) FROM generate_series(1, 3000000)"
	before := used()
	conn := connect(t, c.DSN())
	began := time.Now()
	_, err := conn.Exec(ctx, work)
	require.NoError(t, err)
	took := time.Since(began)
	live := used() - before
	require.Greater(t, live, 100*time.Millisecond)
	require.Less(t, live, 3*took)
	require.NoError(t, conn.Close(ctx))
	last := used()
	require.NoError(t, c.Restart(ctx))
	require.GreaterOrEqual(t, used(), last-20*time.Millisecond, "of a server that has ended")
	require.NoError(t, c.Kill())
	require.GreaterOrEqual(t, used()-before, live-20*time.Millisecond)
}

func TestTheNewestProgramsAreTaken(t *testing.T) {
	root := t.TempDir()
	var patterns []string
	for _, v := range []string{"9.6", "14", "15"} {
		require.NoError(t, os.MkdirAll(filepath.Join(root, v, "bin"), 0o755))
	}
	patterns = append(patterns, filepath.Join(root, "*", "bin"))
	var versions []string
	for _, folder := range within(patterns) {
		versions = append(versions, filepath.Base(filepath.Dir(folder)))
	}
	require.Equal(t, []string{"15", "14", "9.6"}, versions)
	require.InDelta(t, 17, version("/opt/homebrew/opt/postgresql@17/bin"), 0)
	require.InDelta(t, 16, version("/usr/pgsql-16/bin"), 0)
	require.InDelta(t, 0, version("/usr/bin"), 0)
	require.False(t, isComplete(root))

	bin, err := Find()
	if err != nil {
		require.ErrorIs(t, err, ErrNotFound)
		return
	}
	require.True(t, isComplete(bin))
}
