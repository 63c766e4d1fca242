package bench

import (
	"context"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/go-oms/oms/internal/pgtest"
)

func TestADSNLeadsToAnotherDatabaseOfTheSameServer(t *testing.T) {
	for _, dsn := range []string{
		"postgres://ann:secret@db.example:6543/shop?sslmode=require&application_name=x",
		"postgresql://ann:secret@db.example:6543/?sslmode=require&application_name=x&dbname=shop",
		"host=db.example port=6543 user=ann password=secret dbname=shop sslmode=require application_name=x",
	} {
		other, err := withDatabase(dsn, "bench_1")
		require.NoError(t, err)
		config, err := pgx.ParseConfig(other)
		require.NoError(t, err, other)
		require.Equal(t, "bench_1", config.Database, dsn)
		require.Equal(t, "db.example", config.Host)
		require.EqualValues(t, 6543, config.Port)
		require.Equal(t, "ann", config.User)
		require.Equal(t, "secret", config.Password)
		require.Equal(t, "x", config.RuntimeParams["application_name"])
	}
	_, err := withDatabase("postgres://%zz", "bench_1")
	require.Error(t, err)
	require.NotContains(t, err.Error(), "%zz", "a DSN may contain a password")
}

func TestAServerIsLeftAsItWas(t *testing.T) {
	ctx := context.Background()
	dsn := pgtest.New(t)
	at := &pgCounter{dsn: dsn}
	const databases = "SELECT count(*) FROM pg_database WHERE datname LIKE 'oms\\_bench\\_%'"
	before, err := at.number(ctx, databases)
	require.NoError(t, err)

	s, err := newServer(ctx, dsn)
	require.NoError(t, err)
	require.Nil(t, s.cpu, "nobody can look into a server of others")
	own, err := s.database(ctx, "mine")
	require.NoError(t, err)
	require.NoError(t, (&pgCounter{dsn: own}).run(ctx, "CREATE TABLE t (n bigint)", "INSERT INTO t VALUES (1), (2)"))
	rows, err := (&pgCounter{dsn: own}).rows(ctx)
	require.NoError(t, err)
	require.EqualValues(t, 2, rows)
	rows, err = at.rows(ctx)
	require.NoError(t, err)
	require.Zero(t, rows, "the database that was given is not touched")
	require.NoError(t, s.close(ctx))

	after, err := at.number(ctx, databases)
	require.NoError(t, err)
	require.Equal(t, before, after)
}

func TestUpdatedRowsAreCountedAndNothingIsLeftBehind(t *testing.T) {
	ctx := context.Background()
	c := &pgCounter{dsn: pgtest.New(t)}
	require.NoError(t, c.run(ctx, "CREATE TABLE t (n bigint)", "INSERT INTO t VALUES (1), (2), (3)"))
	for _, where := range []struct {
		sql  string
		want int64
	}{{"UPDATE t SET n = n + 1 WHERE n > 1", 2}, {"INSERT INTO t VALUES (9)", 0}} {
		require.NoError(t, c.watch(ctx))
		require.NoError(t, c.run(ctx, where.sql))
		n, err := c.updated(ctx)
		require.NoError(t, err)
		require.Equal(t, where.want, n)
	}
	left, err := c.number(ctx, `SELECT (SELECT count(*) FROM pg_trigger WHERE tgname LIKE 'bench%') +
		(SELECT count(*) FROM pg_proc WHERE proname LIKE 'bench%') + (SELECT count(*) FROM pg_class WHERE relname LIKE 'bench%')`)
	require.NoError(t, err)
	require.Zero(t, left)
}
