package sqlite

import (
	"context"
	"slices"
	"strconv"
	"strings"

	engine "zombiezen.com/go/sqlite"

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

// MigrateBroken migrates a file as Migrate does, but for a statement that fails, or
// calls kill where there is one, behind the n-th of those that are to run, from 1. It
// returns how many there were.
func MigrateBroken(ctx context.Context, path string, n int, kill func()) (ran int, err error) {
	options, err := new(Options).withDefaults()
	if err != nil {
		return 0, err
	}
	c, err := connect(ctx, path, &options, true)
	if err != nil {
		return 0, err
	}
	defer func() { _ = c.close() }()
	broken := "SELECT 1 FROM absent"
	if kill != nil {
		broken = "SELECT broken()"
		if err := c.engine.CreateFunction("broken", &engine.FunctionImpl{
			Scalar: func(engine.Context, []engine.Value) (engine.Value, error) {
				kill()
				return engine.Value{}, nil
			},
		}); err != nil {
			return 0, err
		}
	}
	steps, err := migrations()
	if err != nil {
		return 0, err
	}
	have, err := c.schema()
	if err != nil {
		return 0, err
	}
	for i := have; i < len(steps); i++ {
		list := statements(steps[i].sql)
		if at := n - ran; at >= 1 && at <= len(list) {
			steps[i].sql = strings.Join(slices.Insert(slices.Clone(list), at, broken), ";\n") + ";\n"
		}
		ran += len(list)
	}
	for done := false; !done && err == nil; {
		done, err = c.migrate(steps)
	}
	return ran, err
}
