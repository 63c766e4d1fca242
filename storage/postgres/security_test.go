package postgres_test

import (
	"context"
	"net/url"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/stretchr/testify/require"

	"github.com/go-oms/oms/internal/pgtest"
	"github.com/go-oms/oms/order"
	"github.com/go-oms/oms/storage/postgres"
	"github.com/go-oms/oms/storage/storagetest"
)

// asRole makes a role that may make schemas in a database and nothing else, and
// returns the address by which it comes in.
func asRole(t testing.TB, dsn string) string {
	t.Helper()
	config, err := pgx.ParseConfig(dsn)
	require.NoError(t, err)
	role := config.Database + "_role"
	execute(t, dsn, `CREATE ROLE `+role+` LOGIN; GRANT CREATE ON DATABASE `+config.Database+` TO `+role)
	t.Cleanup(func() { execute(t, dsn, `DROP OWNED BY `+role+` CASCADE; DROP ROLE `+role) })
	if !strings.Contains(dsn, "://") {
		return dsn + " user=" + role
	}
	u, err := url.Parse(dsn)
	require.NoError(t, err)
	q := u.Query()
	q.Set("user", role)
	u.User, u.RawQuery = nil, q.Encode()
	return u.String()
}

// secured opens a store in a schema of its own whose tables are under row level
// security and belong to a role that is held by it.
func secured(t testing.TB, role, schema string) *postgres.Store {
	t.Helper()
	s, err := postgres.Open(t.Context(), role, relaxed(func(o *postgres.Options) { o.Schema, o.RowSecurity = schema, true }))
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, s.Close()) })
	require.NoError(t, s.Migrate(t.Context()))
	return s
}

// some are the cases of the contract that other tests do not repeat: those about fields
// are about columns and not about the way that statements take.
func some(t *testing.T, run func(t *testing.T, c storagetest.Case)) {
	for _, c := range storagetest.Cases() {
		if strings.HasPrefix(c.Name, "field: ") && !long {
			continue
		}
		t.Run(c.Name, func(t *testing.T) {
			t.Parallel()
			run(t, c)
		})
	}
}

func TestContractUnderRowSecurity(t *testing.T) {
	stores := newSchemas(t, nil)
	role := asRole(t, stores.dsn)
	some(t, func(t *testing.T, c storagetest.Case) {
		require.NoError(t, c.Check(t.Context(), secured(t, role, stores.lend(t))))
	})
}

// What the server lets a statement see that has forgotten its tenant.
func TestRowSecurityHoldsStatementsToTheirTenant(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	dsn := pgtest.New(t)
	role := asRole(t, dsn)
	s := secured(t, role, "books")
	for i, tenant := range []string{"", "a", "b"} {
		_, batch := storagetest.NewClerk(uint32(1 + i)).Place()
		require.NoError(t, s.Tenant(tenant).Commit(ctx, batch))
	}
	require.Empty(t, column(t, dsn, `SELECT relname::text FROM pg_class JOIN pg_attribute ON attrelid = pg_class.oid AND attname = 'tenant'
		WHERE relnamespace = 'books'::regnamespace AND relkind = 'r' AND relname <> 'oms_tenants' AND NOT (relrowsecurity AND relforcerowsecurity)`))

	c, err := pgx.Connect(ctx, role)
	require.NoError(t, err)
	defer func() { require.NoError(t, c.Close(context.Background())) }()
	seen := func(tx pgx.Tx) (tenants []string, err error) {
		rows, err := tx.Query(ctx, `SELECT tenant FROM books.oms_orders`)
		if err != nil {
			return nil, err
		}
		return pgx.CollectRows(rows, pgx.RowTo[string])
	}
	within := func(fn func(tx pgx.Tx)) {
		tx, err := c.Begin(ctx)
		require.NoError(t, err)
		fn(tx)
		require.NoError(t, tx.Rollback(ctx))
	}
	within(func(tx pgx.Tx) {
		_, err := seen(tx)
		require.ErrorContains(t, err, "oms.tenant", "without a tenant there is no answer")
	})
	for _, tenant := range []string{"", "a", "b"} {
		within(func(tx pgx.Tx) {
			_, err := tx.Exec(ctx, `SELECT set_config('oms.tenant', $1, true)`, "t"+tenant)
			require.NoError(t, err)
			tenants, err := seen(tx)
			require.NoError(t, err)
			require.Equal(t, []string{tenant}, tenants)
			tag, err := tx.Exec(ctx, `DELETE FROM books.oms_orders`)
			require.NoError(t, err)
			require.EqualValues(t, 1, tag.RowsAffected())
			_, err = tx.Exec(ctx, `INSERT INTO books.oms_numbers (tenant, series, last) VALUES ('c', 'x', 1)`)
			var refused *pgconn.PgError
			require.ErrorAs(t, err, &refused)
			require.Equal(t, "42501", refused.Code, "a row of another tenant cannot be written")
		})
	}
	within(func(tx pgx.Tx) { // the setting of an earlier transaction is not that of this one
		tenants, err := seen(tx)
		require.Empty(t, tenants)
		require.NoError(t, err)
	})

	// Another process finds out by itself, and Migrate has nothing left to do.
	again, err := postgres.Open(ctx, role, relaxed(func(o *postgres.Options) { o.Schema = "books" }))
	require.NoError(t, err)
	defer func() { require.NoError(t, again.Close()) }()
	require.NoError(t, again.Migrate(ctx))
	_, batch := storagetest.NewClerk(9).Place()
	require.NoError(t, again.Tenant("a").Commit(ctx, batch))
	n := 0
	for _, err := range again.Tenant("a").Orders(ctx, order.Filter{}) {
		require.NoError(t, err)
		n++
	}
	require.Equal(t, 2, n)
	sv, err := again.Server(ctx)
	require.NoError(t, err)
	require.False(t, sv.BypassesSecurity)
}
