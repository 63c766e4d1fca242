package postgres_test

import (
	"context"
	"fmt"
	"io/fs"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/go-oms/oms/fault"
	"github.com/go-oms/oms/internal/pgtest"
	"github.com/go-oms/oms/storage"
	"github.com/go-oms/oms/storage/postgres"
	"github.com/go-oms/oms/storage/storagetest"
)

func postgresMigrations(t *testing.T) []string {
	t.Helper()
	names, err := fs.Glob(postgres.Migrations(), "*.sql")
	require.NoError(t, err)
	return names
}

// A host that runs the migrations itself gets the same schema.
func TestMigrationsAreReadable(t *testing.T) {
	t.Parallel()
	dsn := pgtest.New(t)
	execute(t, dsn, `CREATE TABLE oms_schema (version bigint NOT NULL PRIMARY KEY, name text NOT NULL)`)
	for i, name := range postgresMigrations(t) {
		require.Regexp(t, fmt.Sprintf(`^%04d_[a-z_]+\.sql$`, i+1), name)
		text, err := fs.ReadFile(postgres.Migrations(), name)
		require.NoError(t, err)
		execute(t, dsn, string(text))
		execute(t, dsn, fmt.Sprintf(`INSERT INTO oms_schema VALUES (%d, '%s')`, i+1, name[:len(name)-len(".sql")]))
	}
	s, err := postgres.Open(t.Context(), dsn, relaxed(nil))
	require.NoError(t, err)
	defer func() { require.NoError(t, s.Close()) }()
	_, batch := storagetest.NewClerk(1).Place()
	require.NoError(t, s.Commit(t.Context(), batch))
	require.NoError(t, s.Migrate(t.Context()), "there is nothing to do")
}

// Books that come from a server with higher transaction ids are refused until Migrate
// has raised those of this one: new events would come in front of old ones.
func TestBooksFromAnotherServer(t *testing.T) {
	t.Parallel()
	for _, rowSecurity := range []bool{false, true} {
		t.Run(fmt.Sprint("row security ", rowSecurity), func(t *testing.T) {
			ctx := context.Background()
			admin := pgtest.New(t)
			dsn := asRole(t, admin)
			opened := func() *postgres.Store {
				s, err := postgres.Open(ctx, dsn, relaxed(func(o *postgres.Options) { o.Schema, o.RowSecurity = "books", rowSecurity }))
				require.NoError(t, err)
				t.Cleanup(func() { require.NoError(t, s.Close()) })
				return s
			}
			first := opened()
			require.NoError(t, first.Migrate(ctx))
			clerk := storagetest.NewClerk(1)
			require.NoError(t, first.Tenant("a").Commit(ctx, clerk.Receive("TEE", storagetest.Main, 5)))
			require.NoError(t, first.Close())
			execute(t, admin, `UPDATE books.oms_events SET position = position + (1000000::bigint << 20)`)

			s := opened()
			refusedAs[*postgres.RestoredError](t, second(s.Locations(ctx)), fault.Rejected, "call Migrate")
			_, batch := clerk.Place(storagetest.Line{SKU: "TEE"})
			refusedAs[*postgres.RestoredError](t, s.Tenant("a").Commit(ctx, batch), fault.Rejected, "call Migrate")
			require.NoError(t, s.Migrate(ctx))
			require.NoError(t, s.Tenant("a").Commit(ctx, batch))
			require.NoError(t, s.Migrate(ctx), "twice is once")
			other := opened()
			_, batch = clerk.Place(storagetest.Line{SKU: "TEE"})
			require.NoError(t, other.Tenant("a").Commit(ctx, batch))
			types := []string{}
			positions := []int64{}
			for e, err := range s.Tenant("a").Stream(ctx, 0, 0) {
				require.NoError(t, err)
				types, positions = append(types, e.Type), append(positions, e.Position)
			}
			require.Equal(t, []string{"registered", "placed", "placed"}, types)
			require.True(t, slices.IsSorted(positions))
		})
	}
}

// The statements of a command do not grow with its lines beyond what their fixed sizes
// ask for, and its exchanges with the server not at all.
func TestStatementsDoNotGrowWithTheLines(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	s, wire := tapped(t, prepared(t), nil)
	clerk := storagetest.NewClerk(1)
	var lines []storagetest.Line
	alike := len(reading(t, s, wire, clerk))
	stock := &storage.Batch{Command: clerk.Command("stock")}
	for i := range 1000 {
		sku := fmt.Sprintf("SKU %04d", i)
		b := clerk.Receive(sku, storagetest.Main, 1000)
		stock.Inventory.Moves = append(stock.Inventory.Moves, b.Inventory.Moves...)
		stock.Inventory.Items = append(stock.Inventory.Items, b.Inventory.Items...)
		stock.Events = append(stock.Events, b.Events...)
		lines = append(lines, storagetest.Line{SKU: sku})
	}
	require.NoError(t, s.Commit(ctx, stock))
	// rows is how many statements write n rows of one table: by 64, 16, 8, 4, 3, 2, 1.
	rows := func(n int) (statements int) {
		for _, size := range []int{64, 16, 8, 4, 3, 2, 1} {
			statements, n = statements+n/size, n%size
		}
		return statements
	}
	for _, n := range []int{1, 10, 100, 1000} {
		_, b := clerk.Place(lines[:n]...)
		require.NoError(t, s.Commit(ctx, b)) // once, so that all is prepared
		o, b := clerk.Place(lines[:n]...)
		wire.reset()
		require.NoError(t, s.Commit(ctx, b))
		require.Len(t, wire.heard(), 1, "%d lines", n)
		// Lines, their taxes and shipping, movements and reservations go by the size;
		// key, order, facts, event, begin and commit are one each; each level is one.
		require.LessOrEqual(t, len(wire.statements()), 3*rows(n)+rows(n+1)+rows(n)+n+12, "%d lines", n)
		wire.reset()
		stored, err := s.Order(ctx, o.ID)
		require.NoError(t, err)
		require.Len(t, stored.Lines, n)
		require.Len(t, wire.heard(), alike, "as many exchanges as for an order without lines")
	}
}

// reading returns the exchanges that reading an order without lines takes.
func reading(t *testing.T, s *postgres.Store, wire *tap, clerk *storagetest.Clerk) []*trip {
	t.Helper()
	o, b := clerk.Place()
	require.NoError(t, s.Commit(t.Context(), b))
	for range 2 {
		wire.reset()
		_, err := s.Order(t.Context(), o.ID)
		require.NoError(t, err)
	}
	return wire.heard()
}
