package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"net/url"
	"path/filepath"
	"strconv"
	"strings"

	_ "modernc.org/sqlite" // the database/sql driver over the same engine

	"github.com/go-oms/oms/fault"
	"github.com/go-oms/oms/storage"
	"github.com/go-oms/oms/storage/internal/sqlstore"
)

// Begin begins a transaction of the host's, which holds the file's only write
// lock until it ends: keep it short, and let nothing in it wait for a call on a
// store that is not joined to it. Where the lock is not to be had within
// [Options].BusyTimeout the error is a *BusyError, and where a newer program has
// migrated the file a *SchemaError.
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
	if err != nil {
		return nil, classify("begin", err)
	}
	var have int
	if err = tx.QueryRowContext(ctx, `SELECT COALESCE(max(version), 0) FROM oms_schema`).Scan(&have); err == nil && have > newest() {
		err = &SchemaError{Have: have, Want: newest()}
	}
	if err != nil {
		return nil, errors.Join(classify("begin", err), tx.Rollback())
	}
	return tx, nil
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
	j := &sqlstore.Joining{
		Plans: &s.db.plans,
		Conn: func(ctx context.Context, _ string) (sqlstore.Conn, error) {
			return &sqlstore.TxConn{Ctx: ctx, Tx: tx, Mark: constraint}, nil
		},
		Classify: classify,
	}
	return j.Store(s.Bound)
}
