package postgres_test

import (
	"database/sql"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	_ "modernc.org/sqlite"

	"github.com/go-oms/oms/event"
	"github.com/go-oms/oms/internal/pgtest"
	"github.com/go-oms/oms/inventory"
	"github.com/go-oms/oms/order"
	"github.com/go-oms/oms/storage"
	"github.com/go-oms/oms/storage/postgres"
	"github.com/go-oms/oms/storage/sqlite"
	"github.com/go-oms/oms/storage/storagetest"
)

// rules are questions to the catalogue whose every answer is a breach.
var rules = []string{
	`SELECT relname || ': not prefixed' FROM ours WHERE relkind IN ('r', 'p') AND relname NOT LIKE 'oms\_%'`,
	`SELECT relname || ': a trigger' FROM pg_trigger JOIN ours ON tgrelid = ours.oid`,
	`SELECT relname || ': a rule or view' FROM ours WHERE relkind IN ('v', 'm') OR relhasrules`,
	`SELECT relname || ': a sequence' FROM ours WHERE relkind = 'S'`,
	`SELECT relname || ': not kept when the power fails' FROM ours WHERE relpersistence <> 'p'`,
	`SELECT relname || ': no primary key' FROM ours WHERE relkind IN ('r', 'p') AND NOT EXISTS (
		SELECT 1 FROM pg_index WHERE indrelid = ours.oid AND indisprimary)`,
	`SELECT relname || ': no tenant that is NOT NULL' FROM tenants WHERE NOT EXISTS (
		SELECT 1 FROM pg_attribute WHERE attrelid = tenants.oid AND attname = 'tenant' AND attnotnull AND atttypid = 'text'::regtype)`,
	`SELECT relname || ': index ' || i.indexrelid::regclass || ' does not begin with the tenant' FROM tenants
		JOIN pg_index i ON i.indrelid = tenants.oid LEFT JOIN pg_attribute a ON a.attrelid = tenants.oid AND a.attnum = i.indkey[0]
		WHERE a.attname IS DISTINCT FROM 'tenant'`,
	`SELECT relname || ': foreign key ' || conname FROM pg_constraint JOIN ours ON conrelid = ours.oid
		WHERE contype = 'f' AND NOT EXISTS (SELECT 1 FROM pg_attribute WHERE attrelid = ours.oid AND attnum = conkey[1] AND attname = 'tenant')`,
	`SELECT relname || ': exclusion ' || conname FROM pg_constraint JOIN ours ON conrelid = ours.oid WHERE contype = 'x'`,
	`SELECT relname || ': deferrable ' || conname FROM pg_constraint JOIN ours ON conrelid = ours.oid WHERE condeferrable`,
	`SELECT relname || ': column ' || attname || ' is ' || format_type(atttypid, atttypmod) FROM columns
		WHERE atttypid NOT IN ('text'::regtype, 'bigint'::regtype, 'uuid'::regtype, 'bytea'::regtype)`,
	`SELECT relname || ': column ' || attname || ' is not sorted by its bytes' FROM columns
		WHERE atttypid = 'text'::regtype AND attcollation <> '"C"'::regcollation AND relname <> 'oms_schema'`,
	`SELECT relname || ': column ' || attname || ' counts by itself' FROM columns WHERE attidentity <> '' OR attgenerated <> ''`,
	`SELECT relname || ': column ' || attname || ' defaults to ' || pg_get_expr(adbin, adrelid) FROM columns
		JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum WHERE pg_get_expr(adbin, adrelid) NOT IN ('0', '''0''::bigint')`,
}

const catalogue = `WITH ours AS (SELECT * FROM pg_class WHERE relnamespace = current_schema()::regnamespace),
	tenants AS (SELECT * FROM ours WHERE relkind IN ('r', 'p') AND relname NOT IN ('oms_schema', 'oms_base')),
	columns AS (SELECT a.*, relname FROM pg_attribute a JOIN ours ON attrelid = ours.oid
		WHERE relkind IN ('r', 'p') AND attnum > 0 AND NOT attisdropped) `

// breaches lists what a schema has against its own rules.
func breaches(t *testing.T, dsn string) (found []string) {
	t.Helper()
	found = column(t, dsn, catalogue+strings.Join(rules, " UNION ALL "))
	slices.Sort(found)
	return found
}

func TestSchemaKeepsItsRules(t *testing.T) {
	t.Parallel()
	dsn := prepared(t)
	require.Empty(t, breaches(t, dsn))
	require.Greater(t, len(column(t, dsn, catalogue+`SELECT relname::text FROM tenants`)), 20)

	for _, planted := range []struct{ sql, breach string }{
		{`CREATE TABLE extra (tenant text COLLATE "C" NOT NULL PRIMARY KEY)`, `extra: not prefixed`},
		{`CREATE TABLE oms_a (id text COLLATE "C" NOT NULL PRIMARY KEY)`, `oms_a: no tenant that is NOT NULL`},
		{`CREATE TABLE oms_b (id bigint PRIMARY KEY, tenant text COLLATE "C" NOT NULL)`, `oms_b: index oms_b_pkey does not begin with the tenant`},
		{`CREATE TABLE oms_c (tenant text COLLATE "C" NOT NULL)`, `oms_c: no primary key`},
		{`CREATE INDEX oms_d ON oms_items (title)`, `oms_items: index oms_d does not begin with the tenant`},
		{`CREATE INDEX oms_e ON oms_items (lower(tenant), sku)`, `oms_items: index oms_e does not begin with the tenant`},
		{`CREATE UNIQUE INDEX oms_f ON oms_orders (number, tenant)`, `oms_orders: index oms_f does not begin with the tenant`},
		{`ALTER TABLE oms_items ADD COLUMN weight real`, `oms_items: column weight is real`},
		{`ALTER TABLE oms_items ADD COLUMN price numeric(12,2)`, `oms_items: column price is numeric(12,2)`},
		{`ALTER TABLE oms_items ADD COLUMN pieces int`, `oms_items: column pieces is integer`},
		{`ALTER TABLE oms_items ADD COLUMN seen timestamptz`, `oms_items: column seen is timestamp with time zone`},
		{`ALTER TABLE oms_items ADD COLUMN brand text`, `oms_items: column brand is not sorted by its bytes`},
		{`ALTER TABLE oms_items ADD COLUMN serial bigint GENERATED ALWAYS AS IDENTITY`, `oms_items: column serial counts by itself`},
		{`ALTER TABLE oms_items ADD COLUMN made bigint DEFAULT extract(epoch FROM now())::bigint`,
			`oms_items: column made defaults to (EXTRACT(epoch FROM now()))::bigint`},
		{`CREATE SEQUENCE oms_g`, `oms_g: a sequence`},
		{`CREATE VIEW oms_h AS SELECT 1`, `oms_h: a rule or view`},
		{`CREATE FUNCTION nothing() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
			CREATE TRIGGER oms_i BEFORE INSERT ON oms_items FOR EACH ROW EXECUTE FUNCTION nothing()`, `oms_items: a trigger`},
		{`ALTER TABLE oms_lines ADD CONSTRAINT oms_j FOREIGN KEY (id) REFERENCES oms_k (id)`, `oms_lines: foreign key oms_j`},
		{`CREATE UNLOGGED TABLE oms_l (tenant text COLLATE "C" NOT NULL PRIMARY KEY)`, `oms_l: not kept when the power fails`},
		{`ALTER TABLE oms_items ADD CONSTRAINT oms_m UNIQUE (tenant, title) DEFERRABLE`, `oms_items: deferrable oms_m`},
	} {
		if strings.Contains(planted.sql, "oms_k") {
			execute(t, dsn, `CREATE TABLE oms_k (id uuid PRIMARY KEY)`)
		}
		execute(t, dsn, planted.sql)
		require.Contains(t, breaches(t, dsn), planted.breach)
	}
}

// shape lists the columns of all tables as "table.column", those of SQLite's journals
// that are numbered by the file and not by the store apart.
func shape(list []string) (shape []string) {
	for _, c := range list {
		if c != "oms_base.one" && c != "oms_base.base" {
			shape = append(shape, c)
		}
	}
	slices.Sort(shape)
	return shape
}

// The two schemas have the same tables and columns, so that neither is changed without
// the other.
func TestSchemaIsThatOfSQLite(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "shop.db")
	s, err := sqlite.Open(t.Context(), path, nil)
	require.NoError(t, err)
	require.NoError(t, s.Migrate(t.Context()))
	require.NoError(t, s.Close())
	db, err := sql.Open("sqlite", path)
	require.NoError(t, err)
	defer func() { require.NoError(t, db.Close()) }()
	rows, err := db.Query(`SELECT m.name || '.' || c.name || CASE WHEN c."notnull" OR c.pk > 0 THEN ' NOT NULL' ELSE '' END
		FROM sqlite_master m, pragma_table_info(m.name) c WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%'`)
	require.NoError(t, err)
	defer func() { require.NoError(t, rows.Close()) }()
	var columns []string
	for rows.Next() {
		var c string
		require.NoError(t, rows.Scan(&c))
		columns = append(columns, c)
	}
	require.NoError(t, rows.Err())

	dsn := prepared(t)
	const all = catalogue + `SELECT relname || '.' || attname || CASE WHEN attnotnull THEN ' NOT NULL' ELSE '' END FROM columns
		WHERE relname <> 'oms_base'`
	require.Equal(t, shape(columns), shape(column(t, dsn, all)))

	execute(t, dsn, `ALTER TABLE oms_items ADD COLUMN brand text COLLATE "C"; ALTER TABLE oms_lines DROP COLUMN title`)
	drifted := shape(column(t, dsn, all))
	require.Contains(t, drifted, "oms_items.brand")
	require.NotContains(t, drifted, "oms_lines.title")
}

// personal lists the columns with texts and bytes of the tables that the list of
// personal data names, and the listed columns that do not exist. impersonal are those
// that tell of nobody.
func personal(t *testing.T, dsn string) (unlisted, missing []string) {
	t.Helper()
	impersonal := []string{"tenant", "id", "customer_id", "order_id", "tender_id", "merged_into", "credit", "company_terms", "author", "purpose", "channel", "status",
		"subscription"}
	listed := map[string][]string{}
	for _, c := range storage.PersonalData() {
		listed[c.Table] = append(listed[c.Table], c.Column)
	}
	for table, columns := range listed {
		have := column(t, dsn, catalogue+`SELECT attname::text FROM columns WHERE relname = $1`, table)
		for _, c := range columns {
			if !slices.Contains(have, c) {
				missing = append(missing, table+"."+c)
			}
		}
		for _, c := range column(t, dsn, catalogue+`SELECT attname::text FROM columns WHERE relname = $1 AND atttypid <> 'bigint'::regtype`, table) {
			if !slices.Contains(columns, c) && !slices.Contains(impersonal, c) {
				unlisted = append(unlisted, table+"."+c)
			}
		}
	}
	return unlisted, missing
}

func TestTheListOfPersonalDataIsTheSchemas(t *testing.T) {
	t.Parallel()
	dsn := prepared(t)
	unlisted, missing := personal(t, dsn)
	require.Empty(t, unlisted)
	require.Empty(t, missing)

	execute(t, dsn, `ALTER TABLE oms_customers ADD COLUMN birthday text; ALTER TABLE oms_addresses ADD COLUMN photo bytea;
		ALTER TABLE oms_notes RENAME COLUMN text TO words`)
	unlisted, missing = personal(t, dsn)
	require.ElementsMatch(t, []string{"oms_customers.birthday", "oms_addresses.photo", "oms_notes.words"}, unlisted)
	require.Equal(t, []string{"oms_notes.text"}, missing)
}

// The tables that only ever grow may be partitioned: by ranges of ids, which grow with
// time and keep histories whole, and by ranges of places in the order of recording.
func TestGrowingTablesCanBePartitioned(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	dsn := pgtest.New(t)
	s, err := postgres.Open(ctx, dsn, relaxed(nil))
	require.NoError(t, err)
	defer func() { require.NoError(t, s.Close()) }()
	require.NoError(t, s.Migrate(ctx))
	soon := column(t, dsn, `SELECT ((pg_current_xact_id()::text::bigint + 12) << 20)::text`)[0]
	var swap strings.Builder
	for _, x := range []struct{ table, key, middle string }{
		{"oms_events", "aggregate_id", "'00000003-0000-7000-8000-000000000000'"}, {"oms_moves", "seq", soon},
	} {
		fmt.Fprintf(&swap, `ALTER TABLE %[1]s RENAME TO %[1]s_old;
			CREATE TABLE %[1]s (LIKE %[1]s_old INCLUDING ALL) PARTITION BY RANGE (%[2]s);
			CREATE TABLE %[1]s_1 PARTITION OF %[1]s FOR VALUES FROM (MINVALUE) TO (%[3]s);
			CREATE TABLE %[1]s_2 PARTITION OF %[1]s FOR VALUES FROM (%[3]s) TO (MAXVALUE);
			DROP TABLE %[1]s_old;`, x.table, x.key, x.middle)
	}
	execute(t, dsn, swap.String())

	for number := range uint32(5) {
		clerk := storagetest.NewClerk(number + 1)
		require.NoError(t, s.Commit(ctx, clerk.Receive(fmt.Sprint("SKU ", number), storagetest.Main, 10)))
		o, batch := clerk.Place(storagetest.Line{SKU: fmt.Sprint("SKU ", number)})
		require.NoError(t, s.Commit(ctx, batch))
		after, batch := clerk.Change(o, func(o *order.Order) { o.Status = "packed" })
		require.NoError(t, s.Commit(ctx, batch))
		history, err := s.History(ctx, event.Order, o.ID)
		require.NoError(t, err)
		require.Len(t, history, 2)
		require.Equal(t, after.Version, history[1].Version)
	}
	var stream []int64
	moves := map[uuid.UUID]bool{}
	for e, err := range s.Stream(ctx, 0, 0) {
		require.NoError(t, err)
		stream = append(stream, e.Position)
	}
	for m, err := range s.Moves(ctx, inventory.MoveFilter{}) {
		require.NoError(t, err)
		moves[m.ID] = true
	}
	require.Len(t, stream, 15)
	require.Len(t, moves, 10)
	require.True(t, slices.IsSorted(stream))
	for _, table := range []string{"oms_events_1", "oms_events_2", "oms_moves_1", "oms_moves_2"} {
		require.NotEqual(t, []string{"0"}, column(t, dsn, `SELECT count(*)::text FROM `+table), "%s is used", table)
	}
}
