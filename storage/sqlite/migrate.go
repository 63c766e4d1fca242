package sqlite

import (
	"context"
	"embed"
	"fmt"
	"io/fs"
	"strconv"
	"strings"

	"github.com/go-oms/oms/storage/internal/sqlstore"
)

//go:embed migrations/*.sql
var embedded embed.FS

// Migrations returns the migrations as files named 0001_name.sql, each one step,
// for hosts that run such things themselves. They must then be followed by what
// Migrate writes: a row (version, name) for each into
//
//	CREATE TABLE oms_schema (version INTEGER NOT NULL PRIMARY KEY, name TEXT NOT NULL)
func Migrations() fs.FS {
	files, err := fs.Sub(embedded, "migrations")
	if err != nil {
		panic("sqlite: the migrations are not embedded: " + err.Error())
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

// Migrate brings the schema up to date, each step in a transaction of its own.
// It may be called by many processes at once and changes nothing when there is
// nothing to do. A database of a newer schema is a *SchemaError.
func (s *Store) Migrate(ctx context.Context) error {
	if s.db.options.ReadOnly {
		return s.db.ready(ctx)
	}
	steps, err := migrations()
	if err != nil {
		return classify("migrate", err)
	}
	c, err := connect(ctx, s.db.path, &s.db.options, true)
	if err != nil {
		return classify("migrate", err)
	}
	for done := false; !done && err == nil; {
		if err = ctx.Err(); err == nil {
			done, err = c.migrate(steps)
		}
	}
	if closed := c.close(); err == nil {
		err = closed
	}
	if err == nil {
		s.db.checked.Store(true)
	}
	return classify("migrate", err)
}

// migrate takes one step, or finds that there is none left.
func (c *conn) migrate(steps []migration) (done bool, err error) {
	if err := c.run(qBegin); err != nil {
		return false, err
	}
	defer func() {
		if err != nil {
			_ = c.run(qRollback)
		}
	}()
	have, err := c.schema()
	switch {
	case err != nil:
		return false, err
	case have > len(steps):
		return false, &SchemaError{Have: have, Want: len(steps)}
	case have == len(steps):
		return true, c.run(qRollback)
	}
	step := steps[have]
	err = c.script(`CREATE TABLE IF NOT EXISTS oms_schema (version INTEGER NOT NULL PRIMARY KEY, name TEXT NOT NULL) STRICT`)
	if err != nil {
		return false, err
	}
	for _, sql := range statements(step.sql) {
		if err := c.script(sql); err != nil {
			return false, fmt.Errorf("%s: %w", step.name, err)
		}
	}
	_, err = c.Exec(&sqlstore.Query{SQL: `INSERT INTO oms_schema (version, name) VALUES (?1, ?2)`, Once: true},
		[]sqlstore.Value{{Kind: sqlstore.Int, I: int64(have + 1)}, {Kind: sqlstore.Text, S: step.name}})
	if err != nil {
		return false, err
	}
	return false, c.run(qCommit)
}

// statements splits a migration. Its comments are lines of their own, and a
// semicolon ends a line only where it ends a statement.
func statements(sql string) []string {
	var lines []string
	for line := range strings.Lines(sql) {
		if !strings.HasPrefix(line, "--") {
			lines = append(lines, line)
		}
	}
	var list []string
	for part := range strings.SplitSeq(strings.Join(lines, ""), ";\n") {
		if strings.TrimSpace(part) != "" {
			list = append(list, part)
		}
	}
	return list
}

// schema returns the version of the database's schema; 0 when it has none.
func (c *conn) schema() (version int, err error) {
	found, err := c.ask(`SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = 'oms_schema'`)
	if err != nil || found == "0" {
		return 0, err
	}
	text, err := c.ask(`SELECT COALESCE(max(version), 0) FROM oms_schema`)
	if err != nil {
		return 0, err
	}
	return strconv.Atoi(text)
}

// ready returns a *SchemaError unless the database has the schema of this
// package. Once it has, it is not asked again.
func (db *database) ready(ctx context.Context) error {
	if db.checked.Load() {
		return nil
	}
	have, err := db.schema(ctx)
	if err != nil {
		return err
	}
	if have != newest() {
		return &SchemaError{Have: have, Want: newest()}
	}
	db.checked.Store(true)
	return nil
}

// schema returns the version of the database's schema; 0 when it has none.
func (db *database) schema(ctx context.Context) (int, error) {
	c, err := db.readers.borrow(ctx)
	if err != nil {
		return 0, classify("schema", err)
	}
	have, err := c.schema()
	db.readers.free <- c
	return have, classify("schema", err)
}
