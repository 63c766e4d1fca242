package postgres_test

import (
	"context"
	"fmt"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/go-oms/oms/internal/pgtest"
	"github.com/go-oms/oms/storage"
	"github.com/go-oms/oms/storage/postgres"
	"github.com/go-oms/oms/storage/storagetest"
)

func TestMain(m *testing.M) { os.Exit(pgtest.Main(m)) }

// long says that the forms of tests are wanted that take their time.
var long = os.Getenv("OMS_LONG") != ""

// relaxed is how tests open servers whose durability is not what they test, with
// patience for what the tests beside them do on the same server.
func relaxed(change func(*postgres.Options)) *postgres.Options {
	o := &postgres.Options{AllowRelaxedDurability: true, HorizonTimeout: 20 * time.Second, Conns: 4}
	if change != nil {
		change(o)
	}
	return o
}

// prepared returns the address of a database with the schema and nothing in it.
func prepared(t testing.TB) string {
	t.Helper()
	return pgtest.Prepared(t, "schema", func(ctx context.Context, dsn string) error {
		s, err := postgres.Open(ctx, dsn, relaxed(nil))
		if err != nil {
			return err
		}
		defer func() { _ = s.Close() }()
		return s.Migrate(ctx)
	})
}

// open returns a migrated store in a database of its own.
func open(t testing.TB, change func(*postgres.Options)) *postgres.Store {
	t.Helper()
	s, err := postgres.Open(t.Context(), prepared(t), relaxed(change))
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, s.Close()) })
	return s
}

// schemas opens stores in schemas of one database, which are lent to one case after
// the other: to empty one is much cheaper than to make one, or a database.
type schemas struct {
	dsn    string // of a role that sees everything
	change func(*postgres.Options)

	mu   sync.Mutex
	free []string
	made int
}

func newSchemas(t testing.TB, change func(*postgres.Options)) *schemas {
	return &schemas{dsn: pgtest.New(t), change: change}
}

func (x *schemas) open(t testing.TB) *postgres.Store {
	t.Helper()
	s, _ := x.tapped(t)
	return s
}

// tapped is open for a store whose wire is listened to.
func (x *schemas) tapped(t testing.TB) (*postgres.Store, *tap) {
	t.Helper()
	schema := x.lend(t)
	s, wire := tapped(t, x.dsn, func(o *postgres.Options) {
		o.Schema = schema
		if x.change != nil {
			x.change(o)
		}
	})
	require.NoError(t, s.Migrate(t.Context()))
	wire.reset()
	return s, wire
}

// lend returns a schema in which there is nothing but, where it was lent before, the
// empty tables. The case gives it back.
func (x *schemas) lend(t testing.TB) (schema string) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if n := len(x.free); n > 0 {
		schema, x.free = x.free[n-1], x.free[:n-1]
	} else {
		x.made++
		schema = fmt.Sprint("case_", x.made)
	}
	t.Cleanup(func() {
		empty(t, x.dsn, schema)
		x.mu.Lock()
		defer x.mu.Unlock()
		x.free = append(x.free, schema)
	})
	return schema
}

// empty takes every row of every tenant out of a schema.
func empty(t testing.TB, dsn, schema string) {
	var deletes []string
	for _, table := range column(t, dsn, `SELECT tablename FROM pg_tables WHERE schemaname = $1`, schema) {
		if table != "oms_schema" && table != "oms_base" {
			deletes = append(deletes, "DELETE FROM "+schema+"."+table)
		}
	}
	execute(t, dsn, strings.Join(deletes, ";"))
}

// column returns the answer to a question of one column, asked by a role that sees
// everything.
func column(t testing.TB, dsn, sql string, args ...any) (list []string) {
	t.Helper()
	ctx := context.Background() // clean-ups ask too
	c, err := pgx.Connect(ctx, dsn)
	require.NoError(t, err)
	defer func() { require.NoError(t, c.Close(ctx)) }()
	rows, err := c.Query(ctx, sql, args...)
	require.NoError(t, err)
	list, err = pgx.CollectRows(rows, pgx.RowTo[string])
	require.NoError(t, err)
	return list
}

// execute runs statements on a connection of their own.
func execute(t testing.TB, dsn, sql string) {
	t.Helper()
	ctx := context.Background()
	c, err := pgx.Connect(ctx, dsn)
	require.NoError(t, err)
	defer func() { require.NoError(t, c.Close(ctx)) }()
	_, err = c.PgConn().Exec(ctx, sql).ReadAll()
	require.NoError(t, err)
}

// TestContract is the whole contract, and listens meanwhile: every statement keeps to
// its tenant, see tenant_test.go.
func TestContract(t *testing.T) {
	stores := newSchemas(t, nil)
	storagetest.Run(t, func(t testing.TB) storage.Store {
		s, wire := stores.tapped(t)
		t.Cleanup(func() { require.Empty(t, strays(wire.statements())) })
		return s
	})
}
