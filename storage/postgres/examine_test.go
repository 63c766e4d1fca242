package postgres_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/require"

	"github.com/go-oms/oms/internal/pgtest"
	"github.com/go-oms/oms/storage"
	"github.com/go-oms/oms/storage/postgres"
	"github.com/go-oms/oms/storage/storagetest"
)

// findings are what Examine says, by topic and name.
type findings map[string]storage.Finding

func examine(t *testing.T, s *postgres.Store) findings {
	t.Helper()
	list, err := s.Examine(t.Context())
	require.NoError(t, err)
	found := findings{}
	for _, f := range list {
		name := f.Topic + "/" + f.Name
		require.NotContains(t, found, name)
		require.NotEmpty(t, f.Value, name)
		require.NotEmpty(t, f.Want, name)
		found[name] = f
	}
	return found
}

// bad returns the names of what is not as it should be.
func (f findings) bad() (names []string) {
	for name, finding := range f {
		if !finding.OK {
			names = append(names, name)
		}
	}
	return names
}

// connected opens a store on a database as it is, and changes settings of the server
// before that.
func connected(t *testing.T, dsn string, change func(*postgres.Options), statements ...string) *postgres.Store {
	t.Helper()
	executes(t, dsn, statements...)
	s, err := postgres.Open(t.Context(), dsn, relaxed(change))
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, s.Close()) })
	return s
}

// executes runs statements on a connection of their own.
func executes(t *testing.T, dsn string, statements ...string) {
	t.Helper()
	c := connect(t, dsn)
	for _, sql := range statements {
		_, err := c.Exec(t.Context(), sql)
		require.NoError(t, err, sql)
	}
	require.NoError(t, c.Close(t.Context()))
}

func connect(t *testing.T, dsn string) *pgx.Conn {
	t.Helper()
	c, err := pgx.Connect(t.Context(), dsn)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, c.Close(context.Background())) })
	return c
}

// database returns the name of the database of an address, quoted.
func database(t *testing.T, dsn string) string {
	t.Helper()
	config, err := pgx.ParseConfig(dsn)
	require.NoError(t, err)
	return pgx.Identifier{config.Database}.Sanitize()
}

func TestExamineFindsADurableServerInOrder(t *testing.T) {
	dsn := started(t, pgtest.Options{}).DSN()
	s, err := postgres.Open(t.Context(), dsn, nil) // refuses whatever may forget
	require.NoError(t, err)
	defer func() { require.NoError(t, s.Close()) }()
	require.Equal(t, []string{"schema/version"}, examine(t, s).bad(), "it works before Migrate")
	require.NoError(t, s.Migrate(t.Context()))
	found := examine(t, s)
	require.Empty(t, found.bad())
	for name, value := range map[string]string{
		"durability/fsync": "on", "durability/full_page_writes": "on", "durability/synchronous_commit": "on",
		"server/writes": "by the primary", "server/clock": "as this program's", "server/lock_timeout": "5s", "server/statement_timeout": "30s",
		"server/idle_in_transaction_session_timeout": "30s", "schema/books": "of this server", "security/row_security": "off",
		"security/role": "postgres can bypass row level security", "events/oldest_transaction": "none", "events/held_back": "0",
	} {
		require.Equal(t, value, found[name].Value, name)
	}
	require.Regexp(t, `^1[4-9]\.\d+$`, found["server/server_version"].Value)
}

// started is a server of the test's own.
func started(t *testing.T, options pgtest.Options) *pgtest.Cluster {
	t.Helper()
	c, err := pgtest.Start(t.Context(), options)
	if errors.Is(err, pgtest.ErrNotFound) {
		pgtest.New(t) // skips, or fails where PostgreSQL is required
	}
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, c.Close()) })
	return c
}

func TestExamineFindsWhatMayForget(t *testing.T) {
	dsn := prepared(t)
	found := examine(t, connected(t, dsn, nil))
	require.Equal(t, "off", found["durability/fsync"].Value)
	require.Contains(t, found.bad(), "durability/fsync", "the server of the tests is quick and forgets")

	found = examine(t, connected(t, dsn, nil, "ALTER DATABASE "+database(t, dsn)+" SET synchronous_commit = off"))
	require.Equal(t, "off", found["durability/synchronous_commit"].Value)
	require.Contains(t, found.bad(), "durability/synchronous_commit")

	found = examine(t, connected(t, dsn, nil, "ALTER DATABASE "+database(t, dsn)+" SET synchronous_commit = local"))
	require.NotContains(t, found.bad(), "durability/synchronous_commit")
}

func TestExamineFindsServersThatTakeNoWrites(t *testing.T) {
	dsn := prepared(t)
	reading := func(o *postgres.Options) { o.ReadOnly = true }
	found := examine(t, connected(t, dsn, reading, "ALTER DATABASE "+database(t, dsn)+" SET default_transaction_read_only = on"))
	require.Contains(t, found.bad(), "server/writes")
	require.Contains(t, found["server/writes"].Value, "default_transaction_read_only")

	primary := started(t, pgtest.Options{NoFsync: true})
	receive(t, migrated(t, primary.DSN()))
	standby, err := primary.Standby(t.Context())
	require.NoError(t, err)
	found = examine(t, connected(t, standby.DSN(), reading))
	require.Equal(t, "refused by a standby", found["server/writes"].Value)
	require.ElementsMatch(t, []string{"server/writes", "durability/fsync"}, found.bad(), "all else can be told there, too")
	require.Empty(t, slices.DeleteFunc(examine(t, connected(t, primary.DSN(), nil)).bad(), func(name string) bool { return name == "durability/fsync" }))
}

func migrated(t *testing.T, dsn string) *postgres.Store {
	t.Helper()
	s := connected(t, dsn, nil)
	require.NoError(t, s.Migrate(t.Context()))
	return s
}

func TestExamineFindsLimitsThatAreNotThoseAskedFor(t *testing.T) {
	dsn := prepared(t)
	s := connected(t, dsn, func(o *postgres.Options) { o.LockTimeout, o.Conns = 1500*time.Millisecond, 1 })
	found := examine(t, s)
	require.Equal(t, "1.5s", found["server/lock_timeout"].Value)
	require.True(t, found["server/lock_timeout"].OK)

	// The connections of a host's pool have no limits of ours: transactions set them.
	config, err := pgxpool.ParseConfig(dsn)
	require.NoError(t, err)
	pool, err := pgxpool.NewWithConfig(t.Context(), config)
	require.NoError(t, err)
	defer pool.Close()
	s, err = postgres.OpenPool(t.Context(), pool, relaxed(nil))
	require.NoError(t, err)
	require.Equal(t, "30s", examine(t, s)["server/statement_timeout"].Value)

	// Somebody takes them away behind the store's back, as a pooler does.
	config.AfterConnect = func(ctx context.Context, c *pgx.Conn) error {
		_, err := c.Exec(ctx, "SET statement_timeout = 0")
		return err
	}
	s, err = postgres.OpenConfig(t.Context(), config, relaxed(nil))
	require.NoError(t, err)
	defer func() { require.NoError(t, s.Close()) }()
	found = examine(t, s)
	require.Equal(t, "0s", found["server/statement_timeout"].Value)
	require.Contains(t, found.bad(), "server/statement_timeout")
	require.NotContains(t, found.bad(), "server/lock_timeout")
}

func TestExamineComparesTheClocks(t *testing.T) {
	dsn := prepared(t)
	for ahead, want := range map[time.Duration]string{time.Hour: " behind this program", -time.Hour: " ahead of this program"} {
		s := connected(t, dsn, func(o *postgres.Options) { o.Now = func() time.Time { return time.Now().Add(ahead) } })
		found := examine(t, s)
		require.Contains(t, found.bad(), "server/clock")
		require.Regexp(t, `^(1h0m0|59m59).*s`+want+`$`, found["server/clock"].Value)
	}
	s := connected(t, dsn, func(o *postgres.Options) { o.Now = func() time.Time { return time.Now().Add(500 * time.Millisecond) } })
	require.NotContains(t, examine(t, s).bad(), "server/clock")
}

func TestExamineTellsOfAnotherSchema(t *testing.T) {
	dsn := prepared(t)
	s := connected(t, dsn, nil)
	executes(t, dsn, "INSERT INTO oms_schema (version, name) VALUES (99, '0099_future')")
	found := examine(t, s)
	require.Equal(t, "99", found["schema/version"].Value)
	require.Contains(t, found.bad(), "schema/version")
	require.NotContains(t, found, "security/role", "nothing else in it can be trusted")
}

func TestExamineTellsOfRestoredBooks(t *testing.T) {
	dsn := prepared(t)
	receive(t, connected(t, dsn, nil))
	executes(t, dsn, "UPDATE oms_events SET position = position + ((CAST(1 AS bigint) << 40) << 2)")
	s := connected(t, dsn, nil)
	found := examine(t, s)
	require.Contains(t, found.bad(), "schema/books")
	require.NoError(t, s.Migrate(t.Context()))
	require.NotContains(t, examine(t, s).bad(), "schema/books", "Migrate has mended it")
}

func TestExamineTellsHowFarRowSecurityGoes(t *testing.T) {
	dsn := prepared(t)
	secure := func(o *postgres.Options) { o.RowSecurity = true }
	s := connected(t, dsn, secure)
	require.Contains(t, examine(t, s).bad(), "security/row_security", "asked for, and not made yet")
	require.NoError(t, s.Migrate(t.Context()))
	found := examine(t, s)
	require.Equal(t, "on", found["security/row_security"].Value)
	require.NotContains(t, found.bad(), "security/row_security")
	require.Contains(t, found.bad(), "security/role", "a superuser is above it")

	role := strings.Replace(database(t, dsn), "oms_test", "oms_role", 1) // roles are of the whole server
	executes(t, dsn, "CREATE ROLE "+role+" LOGIN", "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO "+role)
	admin := connect(t, dsn)
	t.Cleanup(func() {
		for _, sql := range []string{"DROP OWNED BY " + role, "DROP ROLE " + role} {
			_, err := admin.Exec(context.Background(), sql)
			require.NoError(t, err)
		}
	})
	config, err := pgxpool.ParseConfig(dsn)
	require.NoError(t, err)
	config.ConnConfig.User = strings.Trim(role, `"`)
	s, err = postgres.OpenConfig(t.Context(), config, relaxed(secure))
	require.NoError(t, err)
	defer func() { require.NoError(t, s.Close()) }()
	found = examine(t, s)
	require.NotContains(t, found.bad(), "security/role")
	require.Contains(t, found["security/role"].Value, " is held")

	executes(t, dsn, "ALTER ROLE "+role+" BYPASSRLS")
	require.Contains(t, examine(t, s).bad(), "security/role")

	executes(t, dsn, "ALTER ROLE "+role+" NOBYPASSRLS", "GRANT postgres TO "+role)
	require.Contains(t, examine(t, s).bad(), "security/role", "it may become one that is above")

	executes(t, dsn, "ALTER TABLE oms_levels NO FORCE ROW LEVEL SECURITY")
	found = examine(t, s)
	require.Contains(t, found.bad(), "security/row_security")
	require.Regexp(t, `^on for \d+ of \d+ tables$`, found["security/row_security"].Value)
}

func TestExamineTellsWhatHoldsEventsBack(t *testing.T) {
	dsn := prepared(t)
	now := time.Now
	s := connected(t, dsn, func(o *postgres.Options) { o.Now = func() time.Time { return now() } })
	long := connect(t, dsn)
	tx, err := long.Begin(t.Context())
	require.NoError(t, err)
	_, err = tx.Exec(t.Context(), "SELECT pg_current_xact_id()")
	require.NoError(t, err)
	receive(t, s)
	found := examine(t, s)
	require.Regexp(t, `^\d+(ms|\.\d+s|s) old, process \d+$`, found["events/oldest_transaction"].Value)
	require.Regexp(t, `^1, for `, found["events/held_back"].Value)
	require.Equal(t, "0", examine(t, s.Tenant("other").(*postgres.Store))["events/held_back"].Value, "of the store's tenant")
	require.NotContains(t, found.bad(), "events/held_back", "it is not long yet")
	now = func() time.Time { return time.Now().Add(2 * time.Minute) }
	require.Contains(t, examine(t, s).bad(), "events/held_back")

	require.NoError(t, tx.Commit(t.Context()))
	require.Equal(t, "0", examine(t, s)["events/held_back"].Value)
}

// receive records an event, now.
func receive(t *testing.T, s storage.Store) {
	t.Helper()
	clerk := storagetest.NewClerk(1)
	clerk.Now = time.Now()
	require.NoError(t, s.Commit(t.Context(), clerk.Receive("TEE", storagetest.Main, 1)))
}
