package sqlite

import (
	"context"
	"sync"

	"github.com/go-oms/oms/fault"
	"github.com/go-oms/oms/storage/internal/sqlstore"
)

// readers is a pool of reading connections. It is the sqlstore.Source of a store.
type readers struct {
	db   *database
	free chan *conn // nil stands for one that is not open

	mu     sync.Mutex
	closed bool
	used   sync.WaitGroup // walks with connections of their own
}

func newReaders(db *database, n int) *readers {
	r := &readers{db: db, free: make(chan *conn, n)}
	for range n {
		r.free <- nil
	}
	return r
}

var (
	qBeginRead = &sqlstore.Query{SQL: "BEGIN"}
	qEndRead   = &sqlstore.Query{SQL: "COMMIT"}
)

// Read lends a connection of the pool for one transaction.
func (r *readers) Read(ctx context.Context, op string, fn func(sqlstore.Conn) error) error {
	if err := r.db.ready(ctx); err != nil {
		return err
	}
	c, err := r.borrow(ctx)
	if err != nil {
		return classify(op, err)
	}
	err = c.view(fn)
	if !c.engine.AutocommitEnabled() {
		// What failed has left the transaction open: nobody could begin another one.
		_ = c.close()
		c = nil
	}
	r.free <- c
	return classify(op, err)
}

// One is Read.
func (r *readers) One(ctx context.Context, op string, fn func(sqlstore.Conn) error) error {
	return r.Read(ctx, op, fn)
}

func (r *readers) borrow(ctx context.Context) (c *conn, err error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	select {
	case c = <-r.free:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	if r.isClosed() {
		r.free <- c
		return nil, &fault.TransientError{Op: "sqlite: read", Err: ErrClosed}
	}
	if c == nil {
		if c, err = connect(ctx, r.db.path, &r.db.options, false); err != nil {
			r.free <- nil
		}
	}
	return c, err
}

func (r *readers) isClosed() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.closed
}

// Scan lends a connection of its own for one transaction.
func (r *readers) Scan(ctx context.Context, op string, fn func(sqlstore.Conn) error) error {
	if err := r.db.ready(ctx); err != nil {
		return err
	}
	r.mu.Lock()
	if r.closed {
		r.mu.Unlock()
		return &fault.TransientError{Op: "sqlite: " + op, Err: ErrClosed}
	}
	r.used.Add(1)
	r.mu.Unlock()
	defer r.used.Done()
	c, err := connect(ctx, r.db.path, &r.db.options, false)
	if err != nil {
		return classify(op, err)
	}
	err = c.view(fn)
	if closed := c.close(); err == nil {
		err = closed
	}
	return classify(op, err)
}

// Fail gives an error of a connection its kind.
func (r *readers) Fail(op string, err error) error { return classify(op, err) }

// view runs fn in a transaction that sees one moment.
func (c *conn) view(fn func(sqlstore.Conn) error) error {
	if err := c.run(qBeginRead); err != nil {
		return err
	}
	err := fn(c)
	if ended := c.run(qEndRead); err == nil {
		err = ended
	}
	return err
}

// close waits for the connections that are lent and closes all.
func (r *readers) close() (err error) {
	r.mu.Lock()
	if r.closed {
		r.mu.Unlock()
		return nil
	}
	r.closed = true
	r.mu.Unlock()
	r.used.Wait()
	for range cap(r.free) {
		if c := <-r.free; c != nil {
			if e := c.close(); err == nil {
				err = e
			}
		}
	}
	for range cap(r.free) {
		r.free <- nil
	}
	return err
}
