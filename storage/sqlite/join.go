package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"net/url"
	"path/filepath"
	"strconv"
	"strings"
	"sync"

	_ "modernc.org/sqlite" // the database/sql driver over the same engine

	"github.com/go-oms/oms/fault"
	"github.com/go-oms/oms/storage"
	"github.com/go-oms/oms/storage/internal/sqlstore"
)

// Begin begins a transaction of the host's, which holds the file's only write
// lock until it ends: keep it short, and let nothing in it wait for a call on a
// store that is not joined to it. Where the lock is not to be had within
// [Options].BusyTimeout the error is a *BusyError.
//
// The transaction is on a database/sql handle of the store's own, so that the
// host's statements and those of a joined store meet in one transaction.
func (s *Store) Begin(ctx context.Context) (*sql.Tx, error) {
	if s.db.options.ReadOnly {
		return nil, &ReadOnlyError{Op: "begin", Err: errors.New("it was opened for reading")}
	}
	if err := s.db.ready(ctx); err != nil {
		return nil, err
	}
	handle, err := s.db.sql()
	if err != nil {
		return nil, classify("begin", err)
	}
	tx, err := handle.BeginTx(ctx, nil)
	return tx, classify("begin", err)
}

// sql returns the handle for the host's transactions.
func (db *database) sql() (*sql.DB, error) {
	db.mu.Lock()
	defer db.mu.Unlock()
	if db.handle != nil {
		return db.handle, nil
	}
	if db.readers.isClosed() {
		return nil, &fault.TransientError{Op: "sqlite: begin", Err: ErrClosed}
	}
	dsn, err := db.dsn()
	if err != nil {
		return nil, err
	}
	db.handle, err = sql.Open("sqlite", dsn)
	return db.handle, err
}

func (db *database) dsn() (string, error) {
	path, err := filepath.Abs(db.path)
	if err != nil {
		return "", err
	}
	path = filepath.ToSlash(path)
	if !strings.HasPrefix(path, "/") {
		path = "/" + path // a drive letter
	}
	o := &db.options
	query := url.Values{"_txlock": {"immediate"}, "_pragma": {
		"busy_timeout(" + strconv.FormatInt(o.BusyTimeout.Milliseconds(), 10) + ")",
		"synchronous(" + o.Synchronous + ")",
		"foreign_keys(1)",
		"temp_store(2)",
		"wal_autocheckpoint(" + strconv.Itoa(o.CheckpointPages) + ")",
	}}
	return (&url.URL{Scheme: "file", Path: path, RawQuery: query.Encode()}).String(), nil
}

// Join returns the store inside a transaction from [Store.Begin]. A commit of the
// joined store runs in a savepoint: a batch that is refused leaves what the host
// wrote before as it was. Nothing is durable until the host commits, and an error
// of his commit is his: the outcome is unknown then, and calling again with the
// same keys tells.
//
// The joined store sees what the transaction has written and is bound to the same
// tenant. It is done with every row before it returns, so the host's next
// statement finds the transaction free. Walks read everything they yield ahead.
func (s *Store) Join(tx *sql.Tx) storage.Store {
	return (&joining{db: s.db, tx: tx}).store(s.Bound)
}

// joining is one use of a host's transaction. It is the sqlstore.Source of joined
// stores.
type joining struct {
	db *database
	tx *sql.Tx
	mu sync.Mutex // held while the transaction is used
}

// joined is a store inside a host's transaction.
type joined struct {
	*sqlstore.Reader
	joining *joining
}

var _ storage.Store = (*joined)(nil)

func (j *joining) store(tenant string) *joined {
	return &joined{Reader: &sqlstore.Reader{Source: j, Bound: tenant}, joining: j}
}

// Read calls fn with the transaction, which sees one moment and its own writes.
func (j *joining) Read(ctx context.Context, op string, fn func(sqlstore.Conn) error) error {
	if err := ctx.Err(); err != nil {
		return classify(op, err)
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	return classify(op, fn(&txConn{ctx: ctx, tx: j.tx}))
}

// Scan is Read without the lock, which a walk must not keep while its caller does
// other things. Each statement is atomic in itself.
func (j *joining) Scan(ctx context.Context, op string, fn func(sqlstore.Conn) error) error {
	if err := ctx.Err(); err != nil {
		return classify(op, err)
	}
	return classify(op, fn(&txConn{ctx: ctx, tx: j.tx}))
}

// Fail gives an error of the transaction its kind.
func (j *joining) Fail(op string, err error) error { return classify(op, err) }

// InTx returns true.
func (s *joined) InTx() bool { return true }

// Tenant returns the same joined store bound to another tenant.
func (s *joined) Tenant(id string) storage.Store { return s.joining.store(id) }

// Commit writes the batch into the transaction, or nothing of it.
func (s *joined) Commit(ctx context.Context, b *storage.Batch) error {
	if err := sqlstore.CheckTenant(s.Bound); err != nil {
		return err
	}
	plan, err := s.joining.db.plans.Compile(s.Bound, false, b)
	if err != nil {
		return err
	}
	return s.joining.write(ctx, plan)
}

// Numbers takes numbers inside the transaction: they come back with a rollback,
// together with everything that bears them.
func (s *joined) Numbers(ctx context.Context, series string, n int64) (int64, error) {
	if err := sqlstore.CheckTenant(s.Bound); err != nil {
		return 0, err
	}
	j := &numbers{tenant: s.Bound, series: series, n: n}
	err := s.joining.write(ctx, j)
	return j.first, err
}

// write runs a job inside a savepoint. Undoing must not depend on the context
// that may have been what failed.
func (j *joining) write(ctx context.Context, work job) error {
	if err := ctx.Err(); err != nil {
		return classify("commit", err)
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	c := &txConn{ctx: ctx, tx: j.tx}
	calm := &txConn{ctx: context.WithoutCancel(ctx), tx: j.tx}
	if err := calm.run(qSave); err != nil {
		return classify("commit", err)
	}
	err := work.Run(c, &sqlstore.Tx{})
	if err == nil {
		return classify("commit", calm.run(qRelease))
	}
	if e := calm.run(qUndo); e != nil {
		return classify("commit", e)
	}
	if sqlstore.Refused(err) {
		err = work.Explain(calm, err)
	}
	if e := calm.run(qRelease); e != nil {
		return classify("commit", e)
	}
	return classify("commit", err)
}
