package postgres

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/go-oms/oms/storage/internal/sqlstore"
)

//go:embed migrations/*.sql
var embedded embed.FS

// Migrations returns the migrations as files named 0001_name.sql, each one step,
// for hosts that run such things themselves, with the search_path on the schema of
// their choice. They must then be followed by what Migrate writes: a row (version,
// name) for each into
//
//	CREATE TABLE oms_schema (version bigint NOT NULL PRIMARY KEY, name text NOT NULL)
func Migrations() fs.FS {
	files, err := fs.Sub(embedded, "migrations")
	if err != nil {
		panic("postgres: the migrations are not embedded: " + err.Error())
	}
	return files
}

// migration is one step. Its version is its place in the list, from 1.
type migration struct{ name, sql string }

func migrations() ([]migration, error) {
	entries, err := fs.ReadDir(Migrations(), ".")
	if err != nil {
		return nil, err
	}
	var list []migration
	for i, e := range entries { // in order of name
		number, _, _ := strings.Cut(e.Name(), "_")
		if n, err := strconv.Atoi(number); err != nil || n != i+1 {
			return nil, fmt.Errorf("migration %s: want number %04d", e.Name(), i+1)
		}
		sql, err := fs.ReadFile(Migrations(), e.Name())
		if err != nil {
			return nil, err
		}
		list = append(list, migration{strings.TrimSuffix(e.Name(), ".sql"), string(sql)})
	}
	return list, nil
}

// newest returns the schema version that this package works with.
func newest() int {
	entries, err := fs.ReadDir(Migrations(), ".")
	if err != nil {
		return 0
	}
	return len(entries)
}

// Migrate brings the schema up to date, each step in a transaction of its own, and
// fits the books to the server they are on: see [RestoredError]. It may be called by
// many processes at once and changes nothing when there is nothing to do. A database
// of a newer schema is a *SchemaError.
func (s *Store) Migrate(ctx context.Context) error {
	if s.db.options.ReadOnly {
		return s.db.ready(ctx)
	}
	steps, err := migrations()
	if err != nil {
		return classify("migrate", err)
	}
	for try := 0; ; {
		done := false
		var failed error
		err := s.db.lend(ctx, "migrate", func(pg *pgconn.PgConn) {
			done, failed = s.db.migrate(ctx, pg, steps)
		})
		switch {
		case err != nil:
			return err
		case failed == nil && done:
			return s.db.look(ctx)
		case failed == nil:
		case elsewhere(failed) && try < 100:
			try++
			if err := backoff(ctx, 5); err != nil {
				return classify("migrate", err)
			}
		default:
			return classify("migrate", failed)
		}
	}
}

// elsewhere reports whether another process has made the same step meanwhile.
func elsewhere(err error) bool {
	c := code(err)
	return again(err) || c == lockTimeout || strings.HasPrefix(c, "23") || c == "42P07" || c == "42P06" || c == "XX000"
}

// migrate takes one step, or finds that there is none left. The row of the step comes
// first: its key is what keeps two processes from making the same one.
func (db *database) migrate(ctx context.Context, pg *pgconn.PgConn, steps []migration) (done bool, err error) {
	run := func(sql string) {
		if err == nil {
			_, err = pg.Exec(ctx, sql).ReadAll()
		}
	}
	defer func() {
		w := db.wire(pg)
		w.rollback(context.WithoutCancel(ctx))
	}()
	run("BEGIN")
	run("SET LOCAL statement_timeout = 0")
	if db.options.Schema != "" {
		run("CREATE SCHEMA IF NOT EXISTS " + db.options.Schema)
		run("SET LOCAL search_path TO " + db.options.Schema)
	}
	run(`CREATE TABLE IF NOT EXISTS oms_schema (version bigint NOT NULL PRIMARY KEY, name text NOT NULL)`)
	if err != nil {
		return false, err
	}
	have, err := ask(ctx, pg, `SELECT COALESCE(max(version), 0) FROM oms_schema`)
	switch {
	case err != nil:
		return false, err
	case have > int64(len(steps)):
		return false, &SchemaError{Have: int(have), Want: len(steps)}
	case have == int64(len(steps)):
		return true, db.settle(ctx, pg)
	}
	step := steps[have]
	run(fmt.Sprintf(`INSERT INTO oms_schema (version, name) VALUES (%d, '%s')`, have+1, step.name))
	run(step.sql)
	if err != nil {
		return false, fmt.Errorf("%s: %w", step.name, err)
	}
	run("COMMIT")
	return false, err
}

// settle does what is not a step: it raises the base where the books come from a
// server with higher transaction ids, and puts tables under row level security.
func (db *database) settle(ctx context.Context, pg *pgconn.PgConn) error {
	last, err := db.last(&reading{ctx: ctx, wire: db.wire(pg)})
	if err != nil {
		return err
	}
	statements := []string{fmt.Sprintf(`UPDATE oms_base SET base = %[1]d - CAST(CAST(pg_current_xact_id() AS text) AS bigint) + 1
		WHERE %[1]d >= base + CAST(CAST(pg_current_xact_id() AS text) AS bigint)`, last)}
	if db.options.RowSecurity {
		secured, err := db.unsecured(ctx, pg)
		if err != nil {
			return err
		}
		statements = append(statements, secured...)
	}
	for _, sql := range append(statements, "COMMIT") {
		if _, err := pg.Exec(ctx, sql).ReadAll(); err != nil {
			return err
		}
	}
	return nil
}

// unsecured returns what puts the tables under row level security that are not yet.
// The list of tenants is not: it is what a process finds its tenants by. The setting
// has a letter in front of the tenant, so that none is not the same as the empty one.
func (db *database) unsecured(ctx context.Context, pg *pgconn.PgConn) (statements []string, err error) {
	results, err := pg.Exec(ctx, `SELECT c.relname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'tenant'
		WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('r', 'p') AND c.relname LIKE 'oms\_%'
			AND c.relname <> 'oms_tenants' AND NOT (c.relrowsecurity AND c.relforcerowsecurity) ORDER BY 1`).ReadAll()
	if err != nil {
		return nil, err
	}
	for _, row := range results[0].Rows {
		table := string(row[0])
		statements = append(statements,
			"ALTER TABLE "+table+" ENABLE ROW LEVEL SECURITY", "ALTER TABLE "+table+" FORCE ROW LEVEL SECURITY",
			"DROP POLICY IF EXISTS oms_tenant ON "+table,
			"CREATE POLICY oms_tenant ON "+table+" USING ('t' || tenant = current_setting('oms.tenant')) "+
				"WITH CHECK ('t' || tenant = current_setting('oms.tenant'))")
	}
	return statements, nil
}

// ask returns the first column of the first row, a whole number.
func ask(ctx context.Context, pg *pgconn.PgConn, sql string) (int64, error) {
	results, err := pg.Exec(ctx, sql).ReadAll()
	if err != nil {
		return 0, err
	}
	if len(results) == 0 || len(results[0].Rows) == 0 {
		return 0, errors.New("no answer")
	}
	return strconv.ParseInt(string(results[0].Rows[0][0]), 10, 64)
}

// ready returns a *SchemaError unless the database has the schema of this package.
// Once it has, it is not asked again.
func (db *database) ready(ctx context.Context) error {
	if db.checked.Load() {
		return nil
	}
	return db.look(ctx)
}

var (
	qSchema = &sqlstore.Query{SQL: `SELECT COALESCE(max(version), 0), (SELECT count(*) FROM pg_class
		WHERE oid = to_regclass(?1) AND relrowsecurity) FROM oms_schema`}
	qBase = &sqlstore.Query{SQL: `SELECT base, base + CAST(CAST(pg_snapshot_xmax(pg_current_snapshot()) AS text) AS bigint) FROM oms_base`}

	qSecured = &sqlstore.Query{SQL: `SELECT count(*) FROM pg_policy WHERE polrelid = CAST('oms_events' AS regclass)`}
	qTenants = &sqlstore.Query{SQL: `SELECT tenant FROM oms_tenants ORDER BY tenant`}
	qLast    = &sqlstore.Query{SQL: `SELECT COALESCE(max(GREATEST((SELECT max(position) FROM oms_events e WHERE e.tenant = t.tenant),
		(SELECT max(seq) FROM oms_moves m WHERE m.tenant = t.tenant))), 0) >> 20 FROM oms_tenants t`}
	qLastOf = &sqlstore.Query{SQL: `SELECT GREATEST((SELECT COALESCE(max(position), 0) FROM oms_events WHERE tenant = ?1),
		(SELECT COALESCE(max(seq), 0) FROM oms_moves WHERE tenant = ?1)) >> 20`}
)

// look reads what the schema is and where its transaction ids begin.
func (db *database) look(ctx context.Context) error {
	have, err := db.schema(ctx)
	if err != nil {
		return err
	}
	if have != newest() {
		return &SchemaError{Have: have, Want: newest()}
	}
	restored := false
	err = db.view(ctx, "schema", "", qMoment, false, func(c sqlstore.Conn) error {
		last, err := db.last(c)
		if err != nil {
			return err
		}
		rows, err := c.Query(qBase, nil)
		if err == nil && rows.Next() {
			db.base.Store(rows.Int(0))
			restored = last >= rows.Int(1)
		}
		return err
	})
	switch {
	case err != nil:
		return err
	case restored:
		return &RestoredError{}
	}
	db.checked.Store(true)
	return nil
}

// last returns the highest id of a transaction that events are numbered by, with the
// base that was added then. Where the server keeps tenants apart it is asked about each.
func (db *database) last(c sqlstore.Conn) (last int64, err error) {
	number := func(q *sqlstore.Query, args ...sqlstore.Value) error {
		rows, err := c.Query(q, args)
		if err == nil && rows.Next() {
			last = max(last, rows.Int(0))
		}
		return err
	}
	if err := number(qSecured); err != nil {
		return 0, err
	}
	if last == 0 {
		err := number(qLast)
		return last, err
	}
	last = 0
	rows, err := c.Query(qTenants, nil)
	if err != nil {
		return 0, err
	}
	for rows.Next() {
		tenant := rows.Text(0)
		if _, err := c.Query(qScope, []sqlstore.Value{scope(tenant)}); err != nil {
			return 0, err
		}
		if err := number(qLastOf, sqlstore.Value{Kind: sqlstore.Text, S: tenant}); err != nil {
			return 0, err
		}
	}
	return last, nil
}

// schema returns the version of the database's schema; 0 when it has none.
func (db *database) schema(ctx context.Context) (have int, err error) {
	err = db.view(ctx, "schema", "", nil, false, func(c sqlstore.Conn) error {
		rows, err := c.Query(qSchema, []sqlstore.Value{{Kind: sqlstore.Text, S: db.table("oms_orders")}})
		switch {
		case code(err) == noTable || code(err) == noSchema:
			return nil
		case err != nil:
			return err
		}
		if rows.Next() {
			have = int(rows.Int(0))
			if rows.Int(1) != 0 {
				db.secured.Store(true)
			}
		}
		return nil
	})
	return have, err
}

// table returns a table's name with that of its schema, where there is one.
func (db *database) table(name string) string {
	if db.options.Schema == "" {
		return name
	}
	return db.options.Schema + "." + name
}
