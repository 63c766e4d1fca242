package bench

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
)

// pgCounter counts the rows of a PostgreSQL database, whoever else writes it,
// through a connection that it opens for each question.
type pgCounter struct{ dsn string }

// do runs something on a connection.
func (c *pgCounter) do(ctx context.Context, fn func(*pgx.Conn) error) error {
	conn, err := pgx.Connect(ctx, c.dsn)
	if err != nil {
		return err
	}
	return errors.Join(fn(conn), conn.Close(ctx))
}

// tableNames lists all tables but the system's own.
func tableNames(ctx context.Context, conn *pgx.Conn) ([]string, error) {
	rows, err := conn.Query(ctx, `SELECT quote_ident(schemaname) || '.' || quote_ident(tablename) FROM pg_tables
		WHERE schemaname NOT IN ('pg_catalog', 'information_schema') ORDER BY 1`)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowTo[string])
}

// each calls fn for every table.
func (c *pgCounter) each(ctx context.Context, fn func(conn *pgx.Conn, table string) error) error {
	return c.do(ctx, func(conn *pgx.Conn) error {
		tables, err := tableNames(ctx, conn)
		for _, table := range tables {
			if err == nil {
				err = fn(conn, table)
			}
		}
		return err
	})
}

// number returns the only column of the only row.
func (c *pgCounter) number(ctx context.Context, sql string) (n int64, err error) {
	err = c.do(ctx, func(conn *pgx.Conn) error { return conn.QueryRow(ctx, sql).Scan(&n) })
	if err != nil {
		err = fmt.Errorf("%s: %w", sql, err)
	}
	return n, err
}

// settle does what autovacuum would do within minutes: the planner then knows how
// large the tables are, and plans from when they were empty are made anew.
func (c *pgCounter) settle(ctx context.Context) error { return c.run(ctx, "VACUUM ANALYZE") }

// rows returns how many rows all tables have together.
func (c *pgCounter) rows(ctx context.Context) (n int64, err error) {
	err = c.each(ctx, func(conn *pgx.Conn, table string) error {
		var rows int64
		err := conn.QueryRow(ctx, "SELECT count(*) FROM "+table).Scan(&rows)
		n += rows
		return err
	})
	return n, err
}

// watch lets the server itself count the rows that are updated.
func (c *pgCounter) watch(ctx context.Context) error {
	err := c.run(ctx, `CREATE SEQUENCE bench_updates`, `CREATE FUNCTION bench_count() RETURNS trigger LANGUAGE plpgsql AS
		$$ BEGIN PERFORM nextval('bench_updates'); RETURN NULL; END $$`)
	if err != nil {
		return err
	}
	return c.each(ctx, func(conn *pgx.Conn, table string) error {
		_, err := conn.Exec(ctx, "CREATE TRIGGER bench_count AFTER UPDATE ON "+table+" FOR EACH ROW EXECUTE FUNCTION bench_count()")
		return err
	})
}

// updated returns what was counted since watch and leaves nothing of it behind.
func (c *pgCounter) updated(ctx context.Context) (n int64, err error) {
	n, err = c.number(ctx, "SELECT last_value - CASE WHEN is_called THEN 0 ELSE 1 END FROM bench_updates")
	if err == nil {
		err = c.run(ctx, "DROP FUNCTION bench_count CASCADE", "DROP SEQUENCE bench_updates")
	}
	return n, err
}

func (c *pgCounter) run(ctx context.Context, statements ...string) error {
	return c.do(ctx, func(conn *pgx.Conn) error {
		for _, sql := range statements {
			if _, err := conn.Exec(ctx, sql); err != nil {
				return fmt.Errorf("%s: %w", sql, err)
			}
		}
		return nil
	})
}
