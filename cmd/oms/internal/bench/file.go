package bench

import (
	"context"
	"fmt"
	"time"

	"zombiezen.com/go/sqlite"
)

// file counts the rows of a database, whoever else writes it, through a
// connection that it opens for each question.
type file struct{ path string }

func (f file) open() (*sqlite.Conn, error) {
	c, err := sqlite.OpenConn(f.path, sqlite.OpenReadWrite)
	if err != nil {
		return nil, err
	}
	c.SetBusyTimeout(10 * time.Second)
	return c, nil
}

// settle has nothing to do: the schema says all that SQLite's planner must know.
func (f file) settle(context.Context) error { return nil }

// rows returns how many rows all tables have together.
func (f file) rows(context.Context) (n int64, err error) {
	err = f.each(func(c *sqlite.Conn, table string) error {
		rows, err := number(c, "SELECT count(*) FROM "+table)
		n += rows
		return err
	})
	return n, err
}

// watch lets the database itself count the rows that are updated.
func (f file) watch(context.Context) error {
	for _, sql := range []string{"CREATE TABLE bench_updates (n INTEGER NOT NULL)", "INSERT INTO bench_updates VALUES (0)"} {
		if _, err := f.ask(sql); err != nil {
			return err
		}
	}
	return f.each(func(c *sqlite.Conn, table string) error {
		if table == "bench_updates" {
			return nil
		}
		return script(c, "CREATE TRIGGER bench_"+table+" AFTER UPDATE ON "+table+
			" BEGIN UPDATE bench_updates SET n = n + 1; END")
	})
}

// updated returns what was counted since watch and leaves nothing of it behind.
func (f file) updated(context.Context) (n int64, err error) {
	err = f.each(func(c *sqlite.Conn, table string) (err error) {
		if table != "bench_updates" {
			return script(c, "DROP TRIGGER bench_"+table)
		}
		n, err = number(c, "SELECT n FROM bench_updates")
		return err
	})
	if err == nil {
		_, err = f.ask("DROP TABLE bench_updates")
	}
	return n, err
}

// each calls fn for every table.
func (f file) each(fn func(c *sqlite.Conn, table string) error) (err error) {
	c, err := f.open()
	if err != nil {
		return err
	}
	defer func() {
		if closed := c.Close(); err == nil {
			err = closed
		}
	}()
	s, _, err := c.PrepareTransient("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
	if err != nil {
		return err
	}
	var tables []string
	for more := true; more && err == nil; {
		if more, err = s.Step(); more {
			tables = append(tables, s.ColumnText(0))
		}
	}
	if done := s.Finalize(); err == nil {
		err = done
	}
	for _, table := range tables {
		if err == nil {
			err = fn(c, table)
		}
	}
	return err
}

// ask returns the first column of the first row of an answer, as text.
func (f file) ask(sql string) (text string, err error) {
	c, err := f.open()
	if err != nil {
		return "", err
	}
	text, err = answer(c, sql)
	if closed := c.Close(); err == nil {
		err = closed
	}
	return text, err
}

// script runs statements that answer nothing.
func script(c *sqlite.Conn, statements ...string) error {
	for _, sql := range statements {
		if _, err := answer(c, sql); err != nil {
			return err
		}
	}
	return nil
}

// number returns the first column of the only row.
func number(c *sqlite.Conn, sql string) (n int64, err error) {
	text, err := answer(c, sql)
	if err == nil {
		_, err = fmt.Sscan(text, &n)
	}
	return n, err
}

// answer returns the first column of the first row as text.
func answer(c *sqlite.Conn, sql string) (text string, err error) {
	s, _, err := c.PrepareTransient(sql)
	if err != nil {
		return "", fmt.Errorf("%s: %w", sql, err)
	}
	more, err := s.Step()
	if more {
		text = s.ColumnText(0)
	}
	for more && err == nil {
		more, err = s.Step()
	}
	if done := s.Finalize(); err == nil {
		err = done
	}
	return text, err
}
