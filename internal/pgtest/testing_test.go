package pgtest

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"
)

func TestEachTestHasItsOwnDatabase(t *testing.T) {
	ctx := t.Context()
	first, second := New(t), New(t)
	require.NotEqual(t, first, second)
	require.NoError(t, query(ctx, first, "CREATE TABLE t (n int)", nil))
	require.ErrorContains(t, query(ctx, second, "SELECT n FROM t", nil), "does not exist")
}

func TestADatabaseIsDroppedAfterItsTest(t *testing.T) {
	var dsn string
	t.Run("a test", func(t *testing.T) {
		dsn = New(t)
		connect(t, dsn) // and forgets to close
	})
	require.ErrorContains(t, query(t.Context(), dsn, "SELECT 1", nil), "does not exist")
}

func TestPreparedOnce(t *testing.T) {
	ctx := t.Context()
	calls := 0
	prepare := func(ctx context.Context, dsn string) error {
		calls++
		return query(ctx, dsn, "CREATE TABLE t AS SELECT 7 AS n", nil)
	}
	for range 2 {
		var n int
		dsn := Prepared(t, "seven", prepare)
		require.NoError(t, query(ctx, dsn, "UPDATE t SET n = n + 1 RETURNING n", []any{&n}))
		require.Equal(t, 8, n)
	}
	require.Equal(t, 1, calls)
}

func TestAServerThatRunsAnywayIsUsedAndLeftClean(t *testing.T) {
	c := started(t, Options{NoFsync: true})
	t.Setenv(Given, c.DSN())
	ctx := t.Context()
	names := func() (names []string) {
		require.NoError(t, query(ctx, c.DSN(), "SELECT array_agg(datname::text ORDER BY datname) FROM pg_database", []any{&names}))
		return names
	}
	before := names()
	var s server
	prepare := func(ctx context.Context, dsn string) error { return query(ctx, dsn, "CREATE TABLE t (n int)", nil) }
	dsn, drop, err := s.database(ctx, "t", prepare)
	require.NoError(t, err)
	require.NoError(t, query(ctx, dsn, "INSERT INTO t VALUES (1)", nil))
	require.Len(t, names(), len(before)+2, "the template and its copy")
	require.NoError(t, drop(ctx))

	failed := errors.New("no such schema")
	_, _, err = s.database(ctx, "u", func(context.Context, string) error { return failed })
	require.ErrorIs(t, err, failed)
	require.NoError(t, s.close())
	require.Nil(t, s.cluster)
	require.Equal(t, before, names())
}

func TestAnAddressOfAnotherDatabase(t *testing.T) {
	for address, host := range map[string]string{
		"postgres://u:p@host:5433/old?sslmode=disable": "host",
		"postgres:///?host=/tmp/x&user=u":              "/tmp/x",
		"postgres://u@host":                            "host",
		"host=/tmp/x dbname=old user=u":                "/tmp/x",
	} {
		other, err := otherDatabase(address, "new")
		require.NoError(t, err)
		config, err := pgx.ParseConfig(other)
		require.NoError(t, err)
		require.Equal(t, []string{"new", host, "u"}, []string{config.Database, config.Host, config.User}, other)
	}
	_, err := otherDatabase("postgres://host:notaport/x", "new")
	require.ErrorContains(t, err, Given)
}

// verdict is a testing.TB that remembers how the test ended.
type verdict struct {
	testing.TB
	skipped, failed string
}

func (v *verdict) Helper()                      {}
func (v *verdict) Skipf(f string, args ...any)  { v.skipped = fmt.Sprintf(f, args...) }
func (v *verdict) Fatalf(f string, args ...any) { v.failed = fmt.Sprintf(f, args...) }

func TestAbsencePassesNowhereUnnoticed(t *testing.T) {
	for name, c := range map[string]struct {
		env     map[string]string
		skipped bool
	}{
		"at home":              {nil, true},
		"in CI":                {map[string]string{"CI": "true"}, false},
		"where it is required": {map[string]string{Required: "1"}, false},
		"with other variables": {map[string]string{"HOME": "/root"}, true},
	} {
		t.Run(name, func(t *testing.T) {
			v := &verdict{TB: t}
			absent(v, ErrNotFound, func(name string) string { return c.env[name] })
			require.Equal(t, c.skipped, v.skipped != "")
			require.Equal(t, !c.skipped, v.failed != "")
			require.Contains(t, v.skipped+v.failed, ErrNotFound.Error())
		})
	}
}
