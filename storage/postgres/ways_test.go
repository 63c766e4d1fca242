package postgres_test

import (
	"context"
	"database/sql"
	"errors"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/require"

	"github.com/go-oms/oms/internal/pgtest"
	"github.com/go-oms/oms/storage/postgres"
	"github.com/go-oms/oms/storage/storagetest"
)

// fewer are the cases about commits, crowds, contexts, snapshots and the like.
func fewer(t *testing.T, run func(t *testing.T, c storagetest.Case)) {
	some(t, func(t *testing.T, c storagetest.Case) {
		if !long && !strings.HasPrefix(c.Name, "c") && !strings.HasPrefix(c.Name, "s") {
			t.Skip("the way that statements take is that of the others")
		}
		run(t, c)
	})
}

func TestContractThroughAPoolOfTheHosts(t *testing.T) {
	stores := newSchemas(t, nil)
	fewer(t, func(t *testing.T, c storagetest.Case) {
		schema := stores.lend(t)
		pool, err := pgxpool.New(t.Context(), stores.dsn)
		require.NoError(t, err)
		t.Cleanup(pool.Close)
		s, err := postgres.OpenPool(t.Context(), pool, relaxed(func(o *postgres.Options) { o.Schema = schema }))
		require.NoError(t, err)
		t.Cleanup(func() { require.NoError(t, s.Close()) })
		require.NoError(t, s.Migrate(t.Context()))
		require.NoError(t, c.Check(t.Context(), s))
	})
}

func TestContractThroughAHandleOfTheHosts(t *testing.T) {
	stores := newSchemas(t, nil)
	fewer(t, func(t *testing.T, c storagetest.Case) {
		schema := stores.lend(t)
		handle, err := sql.Open("pgx", stores.dsn)
		require.NoError(t, err)
		t.Cleanup(func() { require.NoError(t, handle.Close()) })
		s, err := postgres.OpenDB(t.Context(), handle, relaxed(func(o *postgres.Options) { o.Schema = schema }))
		require.NoError(t, err)
		t.Cleanup(func() { require.NoError(t, s.Close()) })
		require.NoError(t, s.Migrate(t.Context()))
		require.NoError(t, c.Check(t.Context(), s))
	})
}

// Behind pgbouncer a connection of the server's is another one in every transaction:
// nothing that was prepared or set on it is there in the next.
func TestContractThroughAPooler(t *testing.T) {
	ctx := context.Background()
	c, err := pgtest.Start(ctx, pgtest.Options{NoFsync: true})
	if errors.Is(err, pgtest.ErrNotFound) {
		t.Skip(err)
	}
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, c.Close()) })
	pooler, err := c.Pooler(ctx)
	if errors.Is(err, pgtest.ErrNotFound) {
		t.Skip(err)
	}
	require.NoError(t, err)
	stores := &schemas{dsn: c.DSN()}
	config, err := pgx.ParseConfig(c.DSN())
	require.NoError(t, err)
	t.Run("cases", func(t *testing.T) {
		some(t, func(t *testing.T, c storagetest.Case) {
			schema := stores.lend(t)
			s, err := postgres.Open(t.Context(), pooler.DSN(config.Database), relaxed(func(o *postgres.Options) { o.Schema, o.Pooled = schema, true }))
			require.NoError(t, err)
			t.Cleanup(func() { require.NoError(t, s.Close()) })
			require.NoError(t, s.Migrate(t.Context()))
			require.NoError(t, c.Check(t.Context(), s))
		})
	})
}
