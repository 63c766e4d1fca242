package postgres_test

import (
	"context"
	"database/sql"
	"net/url"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/require"
	_ "modernc.org/sqlite"

	"github.com/go-oms/oms/fault"
	"github.com/go-oms/oms/internal/pgtest"
	"github.com/go-oms/oms/order"
	"github.com/go-oms/oms/storage"
	"github.com/go-oms/oms/storage/postgres"
	"github.com/go-oms/oms/storage/storagetest"
)

// with returns an address with another part.
func with(t *testing.T, dsn, key, value string) string {
	t.Helper()
	if !strings.Contains(dsn, "://") {
		return dsn + " " + key + "=" + value
	}
	u, err := url.Parse(dsn)
	require.NoError(t, err)
	q := u.Query()
	if key == "dbname" {
		u.Path = "/" + value
	} else {
		q.Set(key, value)
	}
	u.RawQuery = q.Encode()
	return u.String()
}

// refusedAs ends the test unless an error is of that type and kind and says what to do.
func refusedAs[E error](t *testing.T, err error, kind fault.Kind, says string) {
	t.Helper()
	var e E
	require.ErrorAs(t, err, &e)
	require.Equal(t, kind, fault.KindOf(err), "%v", err)
	require.ErrorContains(t, err, says)
	require.NotContains(t, err.Error(), "s3cret")
}

func TestAddressesThatLeadNowhere(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	dsn := prepared(t)
	_, err := postgres.Open(ctx, "postgres://ada:s3cret@host:port/shop", nil)
	refusedAs[*fault.InvalidError](t, err, fault.Rejected, "postgres://user@host/shop")
	_, err = postgres.Open(ctx, "host=x password=s3cret port=many", nil)
	refusedAs[*fault.InvalidError](t, err, fault.Rejected, "dsn")
	_, err = postgres.Open(ctx, "postgres://ada:s3cret@127.0.0.1:1/shop?connect_timeout=2", nil)
	refusedAs[*postgres.ConnectError](t, err, fault.Transient, "see that the server runs")
	_, err = postgres.Open(ctx, "host="+filepath.Join(t.TempDir(), "nobody")+" user=ada password=s3cret dbname=shop", nil)
	refusedAs[*postgres.ConnectError](t, err, fault.Transient, "see that the server runs")
	_, err = postgres.Open(ctx, with(t, dsn, "dbname", "nowhere"), nil)
	refusedAs[*postgres.LoginError](t, err, fault.Rejected, "the database's name")
	_, err = postgres.Open(ctx, with(t, dsn, "user", "nobody"), nil)
	refusedAs[*postgres.LoginError](t, err, fault.Rejected, "see the role")
}

func TestHandlesThatAreNone(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	_, err := postgres.OpenPool(ctx, nil, nil)
	refusedAs[*fault.InvalidError](t, err, fault.Rejected, "pool")
	_, err = postgres.OpenDB(ctx, nil, nil)
	refusedAs[*fault.InvalidError](t, err, fault.Rejected, "handle")
	other, err := sql.Open("sqlite", filepath.Join(t.TempDir(), "shop.db"))
	require.NoError(t, err)
	defer func() { require.NoError(t, other.Close()) }()
	_, err = postgres.OpenDB(ctx, other, nil)
	refusedAs[*fault.InvalidError](t, err, fault.Rejected, "pgx's stdlib driver")
	for field, o := range map[string]*postgres.Options{
		"Schema": {Schema: "Shop; DROP"}, "LockTimeout": {LockTimeout: -1}, "Group": {Group: 2000}, "Flushers": {Flushers: -1}, "Conns": {Conns: -1},
	} {
		_, err := postgres.Open(ctx, "postgres://x/y", o)
		var invalid *fault.InvalidError
		require.ErrorAs(t, err, &invalid)
		require.Equal(t, field, invalid.Field)
	}
}

// everywhere are the calls of a store of each way that it takes.
func everywhere(ctx context.Context, s *postgres.Store) map[string]error {
	_, batch := storagetest.NewClerk(1).Place()
	_, numbers := s.Numbers(ctx, "orders", 1)
	_, read := s.Locations(ctx)
	var walk error
	for _, err := range s.Orders(ctx, order.Filter{}) {
		walk = err
	}
	return map[string]error{
		"commit": s.Commit(ctx, batch), "numbers": numbers, "read": read, "walk": walk,
		"snapshot": s.Snapshot(ctx, func(storage.Books) error { return nil }),
	}
}

func TestARoleWithoutRights(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	dsn := prepared(t)
	role := asRole(t, dsn)
	s, err := postgres.Open(ctx, role, relaxed(nil))
	if err == nil {
		defer func() { require.NoError(t, s.Close()) }()
		_, err = s.Locations(ctx)
	}
	refusedAs[*postgres.RightsError](t, err, fault.Rejected, "grant it")

	execute(t, dsn, `GRANT SELECT ON ALL TABLES IN SCHEMA public TO `+column(t, dsn, `SELECT current_database()::text`)[0]+`_role`)
	s, err = postgres.Open(ctx, role, relaxed(nil))
	require.NoError(t, err)
	defer func() { require.NoError(t, s.Close()) }()
	for what, err := range everywhere(ctx, s) {
		if what == "commit" || what == "numbers" {
			refusedAs[*postgres.RightsError](t, err, fault.Rejected, "grant it")
		} else {
			require.NoError(t, err, what)
		}
	}
}

func TestServersThatTakeNoWrites(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	dsn := prepared(t)
	s, err := postgres.Open(ctx, dsn, relaxed(nil))
	require.NoError(t, err)
	defer func() { require.NoError(t, s.Close()) }()
	execute(t, dsn, `DO $$ BEGIN EXECUTE 'ALTER DATABASE ' || current_database() || ' SET default_transaction_read_only = on'; END $$`)
	_, err = postgres.Open(ctx, dsn, relaxed(nil))
	refusedAs[*postgres.StandbyError](t, err, fault.Transient, "connect to the primary")
	reader, err := postgres.Open(ctx, dsn, relaxed(func(o *postgres.Options) { o.ReadOnly = true }))
	require.NoError(t, err)
	defer func() { require.NoError(t, reader.Close()) }()
	for what, err := range everywhere(ctx, reader) {
		if what == "commit" || what == "numbers" {
			refusedAs[*postgres.ReadOnlyError](t, err, fault.Rejected, "opened for reading")
		} else {
			require.NoError(t, err, what)
		}
	}
}

func TestDurabilityIsAskedFor(t *testing.T) {
	t.Parallel()
	dsn := prepared(t)
	if column(t, dsn, `SELECT current_setting('fsync')`)[0] == "on" {
		t.Skip("the server given is durable")
	}
	_, err := postgres.Open(t.Context(), dsn, nil)
	refusedAs[*postgres.DurabilityError](t, err, fault.Rejected, "AllowRelaxedDurability")
}

func TestAClosedStore(t *testing.T) {
	t.Parallel()
	s, err := postgres.Open(t.Context(), prepared(t), relaxed(nil))
	require.NoError(t, err)
	require.NoError(t, s.Close())
	require.NoError(t, s.Close(), "closing twice is harmless")
	for what, err := range everywhere(t.Context(), s) {
		require.ErrorIs(t, err, postgres.ErrClosed, what)
		require.Equal(t, fault.Transient, fault.KindOf(err), what)
	}
}

func TestAnExhaustedPool(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	config, err := pgxpool.ParseConfig(prepared(t))
	require.NoError(t, err)
	config.MaxConns = 1
	pool, err := pgxpool.NewWithConfig(ctx, config)
	require.NoError(t, err)
	defer pool.Close()
	s, err := postgres.OpenPool(ctx, pool, relaxed(func(o *postgres.Options) { o.PoolTimeout = 300 * time.Millisecond }))
	require.NoError(t, err)
	defer func() { require.NoError(t, s.Close()) }()
	require.NoError(t, second(s.Locations(ctx)))
	held, err := pool.Acquire(ctx)
	require.NoError(t, err)
	for what, err := range everywhere(ctx, s) {
		var full *postgres.PoolError
		require.ErrorAs(t, err, &full, what)
		require.Equal(t, fault.Transient, fault.KindOf(err), what)
	}
	short, cancel := context.WithTimeout(ctx, 20*time.Millisecond)
	defer cancel()
	for what, err := range everywhere(short, s) {
		require.ErrorIs(t, err, context.DeadlineExceeded, what)
		require.Equal(t, fault.Transient, fault.KindOf(err), what)
	}
	held.Release()
	n := 0
	for _, err := range s.Orders(ctx, order.Filter{}) {
		require.NoError(t, err)
		n++
	}
	require.Zero(t, n, "nobody who gave up was written")
	for what, err := range everywhere(ctx, s) {
		require.NoError(t, err, what)
	}
}

func second[T any](_ T, err error) error { return err }

func TestTextsThatNoDatabaseTakes(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	s, err := postgres.Open(ctx, prepared(t), relaxed(nil))
	require.NoError(t, err)
	defer func() { require.NoError(t, s.Close()) }()
	clerk := storagetest.NewClerk(1)
	for _, text := range []string{"a\x00b", "\xff", "caf\xc3"} {
		_, b := clerk.Place()
		b.Orders[0].Delta.Order.Channel = text
		refusedAs[*fault.InvalidError](t, s.Commit(ctx, b), fault.Rejected, "UTF-8 without zero bytes")
		_, err := s.Key(ctx, text)
		refusedAs[*fault.InvalidError](t, err, fault.Rejected, "UTF-8 without zero bytes")
		_, err = s.Numbers(ctx, text, 1)
		refusedAs[*fault.InvalidError](t, err, fault.Rejected, "UTF-8 without zero bytes")
	}
}

// A context that ends at any moment of a call leaves nothing half done, and the store
// works on.
func TestContextsThatEndAtAnyMoment(t *testing.T) {
	t.Parallel()
	s := open(t, nil)
	clerk := storagetest.NewClerk(1)
	require.NoError(t, s.Commit(t.Context(), clerk.Receive("TEE", storagetest.Main, 1000)))
	for i := range 60 {
		ctx, cancel := context.WithTimeout(t.Context(), time.Duration(i)*100*time.Microsecond)
		o, b := clerk.Place(storagetest.Line{SKU: "TEE"})
		err := s.Commit(ctx, b)
		if err != nil {
			require.Contains(t, []fault.Kind{fault.Transient, fault.Unknown}, fault.KindOf(err))
		}
		for what, err := range map[string]error{"read": second(s.Locations(ctx)), "snapshot": s.Snapshot(ctx, func(storage.Books) error { return nil })} {
			if err != nil {
				require.Equal(t, fault.Transient, fault.KindOf(err), "%s: %v", what, err)
			}
		}
		cancel()
		_, stored := s.Order(t.Context(), o.ID)
		if fault.KindOf(err) != fault.Unknown {
			require.Equal(t, err == nil, stored == nil, "%v", err)
		}
	}
}

func TestSchemasThatDoNotFit(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	dsn := pgtest.New(t)
	s, err := postgres.Open(ctx, dsn, relaxed(nil))
	require.NoError(t, err)
	defer func() { require.NoError(t, s.Close()) }()
	for _, err := range everywhere(ctx, s) {
		refusedAs[*postgres.SchemaError](t, err, fault.Rejected, "call Migrate")
	}
	require.NoError(t, s.Migrate(ctx))
	for what, err := range everywhere(ctx, s) {
		require.NoError(t, err, what)
	}
	execute(t, dsn, `INSERT INTO oms_schema VALUES (99, 'from the future')`)
	_, err = postgres.Open(ctx, dsn, relaxed(nil))
	refusedAs[*postgres.SchemaError](t, err, fault.Rejected, "use a newer program")
	refusedAs[*postgres.SchemaError](t, s.Migrate(ctx), fault.Rejected, "use a newer program")
	execute(t, dsn, `DELETE FROM oms_schema`)
	older, err := postgres.Open(ctx, dsn, relaxed(nil))
	require.NoError(t, err)
	defer func() { require.NoError(t, older.Close()) }()
	refusedAs[*postgres.SchemaError](t, second(older.Locations(ctx)), fault.Rejected, "call Migrate")
}

// Ten processes migrate an empty database at once, in a schema of its own or not.
func TestMigrateFromManyAtOnce(t *testing.T) {
	t.Parallel()
	for _, schema := range []string{"", "shop"} {
		dsn := pgtest.New(t)
		errs := make(chan error)
		const processes = 10
		for range processes {
			go func() {
				s, err := postgres.Open(context.Background(), dsn, relaxed(func(o *postgres.Options) { o.Schema, o.Conns = schema, 1 }))
				if err == nil {
					err = s.Migrate(context.Background())
				}
				if err == nil {
					err = second(s.Locations(context.Background()))
				}
				if s != nil {
					_ = s.Close()
				}
				errs <- err
			}()
		}
		for range processes {
			require.NoError(t, <-errs)
		}
		in := "public"
		if schema != "" {
			in = schema
		}
		c, err := pgx.Connect(t.Context(), dsn)
		require.NoError(t, err)
		var steps, tables int
		require.NoError(t, c.QueryRow(t.Context(), `SELECT (SELECT count(*) FROM `+in+`.oms_schema), (SELECT count(*) FROM pg_tables
			WHERE schemaname = '`+in+`' AND tablename LIKE 'oms\_%')`).Scan(&steps, &tables))
		require.NoError(t, c.Close(t.Context()))
		require.Equal(t, len(postgresMigrations(t)), steps)
		require.Greater(t, tables, 20)
	}
}
