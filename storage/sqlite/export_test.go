package sqlite

import (
	"context"
	"strconv"

	"github.com/go-oms/oms/storage"
	"github.com/go-oms/oms/storage/internal/sqlstore"
)

// LimitPages lets the file grow by that many pages more, as far as the writer is
// concerned, and returns what takes the limit away.
func LimitPages(s *Store, more int) (restore func()) {
	set := func(sql func(c *conn) string) {
		_ = s.db.write(context.Background(), &onWriter{func(c *conn) error {
			_, err := c.ask(sql(c))
			return err
		}})
	}
	set(func(c *conn) string {
		pages, _ := c.ask("PRAGMA page_count")
		n, _ := strconv.Atoi(pages)
		return "PRAGMA max_page_count = " + strconv.Itoa(n+more)
	})
	return func() { set(func(*conn) string { return "PRAGMA max_page_count = 1000000000" }) }
}

// OnWriter runs fn inside a group on the writing connection.
func OnWriter(s *Store, fn func(run func(sql string) error) error) error {
	return s.db.write(context.Background(), &onWriter{func(c *conn) error {
		return fn(func(sql string) error { return c.script(sql) })
	}})
}

type onWriter struct{ fn func(*conn) error }

func (j *onWriter) Run(c sqlstore.Conn, _ *sqlstore.Tx) error    { return j.fn(c.(*conn)) }
func (j *onWriter) Explain(_ sqlstore.Conn, refusal error) error { return refusal }

// Enqueue puts a batch into the writer's queue and returns what waits for the
// outcome.
func Enqueue(s *Store, b *storage.Batch) (outcome func() error, err error) {
	plan, err := s.db.plans.Compile(s.Bound, false, b)
	if err != nil {
		return nil, err
	}
	r := &request{job: plan, done: make(chan error, 1)}
	if err := s.db.writer.put(context.Background(), r); err != nil {
		return nil, err
	}
	return func() error { return <-r.done }, nil
}

// Prepared returns the statements that the store's connections keep prepared.
func Prepared(s *Store) (list []string) {
	add := func(c *conn) {
		for q := range c.kept {
			list = append(list, q.SQL)
		}
	}
	_ = s.db.write(context.Background(), &onWriter{func(c *conn) error {
		add(c)
		return nil
	}})
	for range cap(s.db.readers.free) {
		c := <-s.db.readers.free
		if c != nil {
			add(c)
		}
		s.db.readers.free <- c
	}
	return list
}
