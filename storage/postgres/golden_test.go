package postgres_test

import (
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/go-oms/oms"
	"github.com/go-oms/oms/internal/golden"
	"github.com/go-oms/oms/internal/pgtest"
	"github.com/go-oms/oms/inventory"
	"github.com/go-oms/oms/money"
	"github.com/go-oms/oms/quantity"
	"github.com/go-oms/oms/storage/postgres"
	"github.com/go-oms/oms/storage/storagetest"
)

// reopened opens a store on a database that is there.
func reopened(t *testing.T, dsn string) *postgres.Store {
	t.Helper()
	s, err := postgres.Open(t.Context(), dsn, relaxed(nil))
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, s.Close()) })
	return s
}

// Books of every schema that was ever released, restored on another server, are
// brought up to date with all that is in them, and work on.
func TestBooksOfEveryReleasedSchemaAreBroughtUpToDate(t *testing.T) {
	t.Parallel()
	for _, b := range golden.All(t) {
		t.Run(b.Name, func(t *testing.T) {
			b.Unedited(t, postgres.Migrations())
			dsn := pgtest.New(t)
			execute(t, dsn, string(b.Data))
			s := reopened(t, dsn)
			if b.Schema < len(postgresMigrations(t)) {
				var old *postgres.SchemaError
				_, err := s.Locations(t.Context())
				require.ErrorAs(t, err, &old)
				require.Equal(t, b.Schema, old.Have)
			}
			require.NoError(t, s.Migrate(t.Context()))
			b.Kept(t, s)

			shop, err := oms.New(oms.Config{Store: s})
			require.NoError(t, err)
			require.NoError(t, shop.Inventory.Receive(t.Context(), inventory.Receipt{SKU: "TEE", Location: "main", Quantity: quantity.Of(1)}))
			_, err = shop.Enter(t.Context(), oms.Entry{
				Lines: []oms.EntryLine{{SKU: "TEE", Quantity: quantity.Of(1), UnitPrice: money.MustParse("10.00 EUR")}},
			})
			require.NoError(t, err)
			report, err := shop.Verify(t.Context(), oms.VerifyOptions{})
			require.NoError(t, err)
			for _, v := range report.Violations {
				require.Equal(t, "store.durability", v.Check, v.Detail)
			}
		})
	}
}

// dumped lists what a database consists of.
func dumped(t *testing.T, dsn string) string {
	t.Helper()
	return strings.Join(column(t, dsn, `SELECT line FROM (
		SELECT format('%s.%s %s %s %s', table_name, column_name, data_type, is_nullable, column_default) AS line
			FROM information_schema.columns WHERE table_schema = 'public'
		UNION ALL SELECT indexdef FROM pg_indexes WHERE schemaname = 'public'
		UNION ALL SELECT format('%s %s', version, name) FROM oms_schema
	) lines ORDER BY line`), "\n")
}

// Wherever the connection ends in a migration, what is there is a schema that there
// is, and the next call goes on to the very same one.
func TestAMigrationIsResumedFromEveryStatement(t *testing.T) {
	t.Parallel()
	type start struct {
		name, sql string
		schema    int
	}
	starts := []start{{name: "nothing"}}
	for _, b := range golden.All(t) {
		starts = append(starts, start{b.Name, string(b.Data), b.Schema})
	}
	for _, from := range starts {
		t.Run(from.name, func(t *testing.T) {
			made := func(t *testing.T) (string, *postgres.Store) {
				dsn := pgtest.New(t)
				execute(t, dsn, from.sql)
				return dsn, reopened(t, dsn)
			}
			dsn, s := made(t)
			statements, err := postgres.MigrateBroken(t.Context(), s, 0)
			require.NoError(t, err)
			want := dumped(t, dsn)
			for n := 1; n <= statements; n += times(7, 1) {
				t.Run(strconv.Itoa(n), func(t *testing.T) {
					dsn, s := made(t)
					_, err := postgres.MigrateBroken(t.Context(), s, n)
					require.Error(t, err)
					var behind *postgres.SchemaError
					_, err = reopened(t, dsn).Locations(t.Context())
					require.ErrorAs(t, err, &behind)
					require.GreaterOrEqual(t, behind.Have, from.schema)
					require.NoError(t, reopened(t, dsn).Migrate(t.Context()))
					require.Equal(t, want, dumped(t, dsn))
					s = reopened(t, dsn)
					_, batch := storagetest.NewClerk(1).Place()
					require.NoError(t, s.Commit(t.Context(), batch))
				})
			}
		})
	}
}
