package sqlite

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	engine "zombiezen.com/go/sqlite"

	"github.com/go-oms/oms/storage"
	"github.com/go-oms/oms/storage/internal/sqlstore"
)

// DamageError reports a file, or a row of it, that cannot be read as what it must be.
// Reading again gives the same: its kind is fault.Rejected.
type DamageError = sqlstore.DamageError

// Integrity reads the whole file and reports what is wrong with its pages, the first
// ten things. It takes some seconds for each gigabyte, and holds nobody up.
func (s *Store) Integrity(ctx context.Context) (storage.Finding, error) {
	f := storage.Finding{Topic: storage.Integrity, Name: "pages", Want: "ok"}
	c, err := connect(ctx, s.db.path, &s.db.options, false)
	if err != nil {
		return f, classify("integrity", err)
	}
	defer func() { _ = c.close() }()
	c.engine.SetInterrupt(ctx.Done())
	found, err := c.list("PRAGMA integrity_check(10)")
	switch err = classify("integrity", err); {
	case ctx.Err() != nil:
		return f, classify("integrity", ctx.Err())
	case errors.As(err, new(*DamageError)):
		found = append(found, err.Error())
	case err != nil:
		return f, err
	}
	f.Value = strings.Join(found, "; ")
	f.OK = f.Value == f.Want
	return f, nil
}

// list returns the first column of all rows.
func (c *conn) list(sql string) (answers []string, err error) {
	rows, err := c.Query(&sqlstore.Query{SQL: sql, Once: true}, nil)
	if err != nil {
		return nil, err
	}
	for rows.Next() {
		answers = append(answers, rows.Text(0))
	}
	return answers, rows.Close()
}

// qAnatomy lists the parts of a schema.
const qAnatomy = `SELECT type || ' ' || name FROM sqlite_master WHERE name NOT LIKE 'sqlite_%'
	UNION SELECT 'column ' || t.name || '.' || c.name FROM sqlite_master t, pragma_table_info(t.name) c WHERE t.type = 'table'`

// modelled returns the parts of a schema that all migrations have made.
func modelled(steps []migration) ([]string, error) {
	model, err := engine.OpenConn(":memory:", engine.OpenReadWrite)
	if err != nil {
		return nil, err
	}
	c := newConn(model)
	defer func() { _ = c.close() }()
	for _, m := range steps {
		if err := c.script(statements(m.sql)...); err != nil {
			return nil, fmt.Errorf("%s: %w", m.name, err)
		}
	}
	return c.list(qAnatomy)
}

// anatomy reports what a schema has not that its migrations make: steps that are not
// noted, tables, columns and indexes.
func (db *database) anatomy(ctx context.Context, version int) ([]storage.Finding, error) {
	all, err := migrations()
	if err != nil {
		return nil, classify("schema", err)
	}
	c, err := db.readers.borrow(ctx)
	if err != nil {
		return nil, classify("schema", err)
	}
	noted, err := c.list("SELECT name FROM oms_schema")
	var have []string
	if err == nil {
		have, err = c.list(qAnatomy)
	}
	db.readers.free <- c
	if err != nil {
		return nil, classify("schema", err)
	}
	var steps, parts []string
	for _, m := range all[:min(version, len(all))] {
		if !slices.Contains(noted, m.name) {
			steps = append(steps, m.name)
		}
	}
	if version == len(all) { // what an older one consists of is not known any more
		want, err := db.model()
		if err != nil {
			return nil, classify("schema", err)
		}
		for _, part := range want {
			if !slices.Contains(have, part) {
				parts = append(parts, part)
			}
		}
	}
	without := func(name, want string, list []string) storage.Finding {
		f := storage.Finding{Topic: storage.Schema, Name: name, Value: want, Want: want, OK: len(list) == 0}
		if !f.OK {
			f.Value = "without " + strings.Join(list[:min(len(list), 5)], ", ")
		}
		return f
	}
	return []storage.Finding{
		without("migrations", "all "+strconv.Itoa(version), steps),
		without("tables", "as the migrations make them", parts),
	}, nil
}
