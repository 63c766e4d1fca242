package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/go-oms/oms/fault"
	"github.com/go-oms/oms/storage"
	"github.com/go-oms/oms/storage/internal/sqlstore"
)

var _ storage.Store = (*Store)(nil)

// Store is a storage.Store in one SQLite file, bound to one tenant. It is a small
// handle: all tenants of one Open share the file and its connections. It is safe
// for concurrent use.
type Store struct {
	*sqlstore.Reader
	db *database
}

// database is the open file.
type database struct {
	path    string
	options Options
	writer  *writer // nil when the file was opened for reading
	readers *readers
	plans   sqlstore.Compiler
	tenants sync.Map    // those known to be registered: string → struct{}
	checked atomic.Bool // the schema was found to be ours

	model func() ([]string, error) // the parts of a schema as it should be

	mu     sync.Mutex
	handle *sql.DB // for the host's transactions; nil until the first
}

// Open opens the file and creates it when it is not there. It does not create the
// schema: see [Store.Migrate]. The store is bound to the tenant "".
func Open(ctx context.Context, path string, opts *Options) (*Store, error) {
	o, err := opts.withDefaults()
	if err != nil {
		return nil, err
	}
	if path == "" || strings.Contains(path, ":memory:") || strings.ContainsRune(path, 0) {
		return nil, fault.Invalid("path", path, "the path of a file; package memory keeps books without one")
	}
	db := &database{path: path, options: o}
	db.model = sync.OnceValues(func() ([]string, error) {
		steps, err := migrations()
		if err != nil {
			return nil, err
		}
		return modelled(steps)
	})
	c, err := connect(ctx, path, &o, true)
	if err != nil {
		return nil, classify(opening, err)
	}
	if err := db.inspect(c); err != nil {
		_ = c.close()
		return nil, classify(opening, err)
	}
	db.readers = newReaders(db, o.Readers)
	if o.ReadOnly {
		if err := c.close(); err != nil {
			return nil, classify(opening, err)
		}
	} else {
		db.writer = newWriter(c, o.Group, func() (*conn, error) {
			return connect(context.WithoutCancel(ctx), path, &db.options, true)
		})
	}
	return db.store(""), nil
}

// inspect refuses a file that may forget what it acknowledged, or whose schema is
// newer than this program.
func (db *database) inspect(c *conn) error {
	d, err := c.durability()
	if err != nil {
		return err
	}
	if !d.Durable && !db.options.AllowRelaxedDurability && !db.options.ReadOnly {
		return &DurabilityError{Durability: d}
	}
	have, err := c.schema()
	if err != nil {
		return err
	}
	if have > newest() {
		return &SchemaError{Have: have, Want: newest()}
	}
	db.checked.Store(have == newest())
	return nil
}

func (db *database) store(tenant string) *Store {
	return &Store{Reader: &sqlstore.Reader{Source: db.readers, Bound: tenant}, db: db}
}

// Close lets queued commits finish, waits for readers, and closes the file.
// Transactions from Begin must have ended. Calls after it are answered with a
// transient error whose cause is [ErrClosed].
func (s *Store) Close() error {
	var errs []error
	if s.db.writer != nil {
		errs = append(errs, s.db.writer.close())
	}
	errs = append(errs, s.db.readers.close())
	s.db.mu.Lock()
	defer s.db.mu.Unlock()
	if s.db.handle != nil {
		errs = append(errs, s.db.handle.Close())
		s.db.handle = nil
	}
	return errors.Join(errs...)
}

// Tenant returns the same store bound to another tenant. Every method of a store
// bound to an id of more than 64 bytes answers *fault.InvalidError.
func (s *Store) Tenant(id string) storage.Store { return s.db.store(id) }

// InTx returns false: see [Store.Join] for a store that is in a transaction.
func (s *Store) InTx() bool { return false }

// Commit writes the batch, or nothing of it. Batches of concurrent callers share
// a transaction; each has its own outcome.
func (s *Store) Commit(ctx context.Context, b *storage.Batch) error {
	if err := sqlstore.CheckTenant(s.Bound); err != nil {
		return err
	}
	_, known := s.db.tenants.Load(s.Bound)
	plan, err := s.db.plans.Compile(s.Bound, known, b)
	if err != nil {
		return err
	}
	err = s.db.write(ctx, plan)
	if err == nil && plan.Registers() {
		s.db.tenants.Store(s.Bound, struct{}{})
	}
	// A withdrawn request may still be queued, but its plan is never looked at.
	s.db.plans.Release(plan)
	return err
}

// Numbers takes n consecutive numbers of a series and returns the first. An n
// below 1, or one that would pass the largest int64, is *fault.InvalidError.
func (s *Store) Numbers(ctx context.Context, series string, n int64) (first int64, err error) {
	if err := sqlstore.CheckTenant(s.Bound); err != nil {
		return 0, err
	}
	j := &sqlstore.NumbersJob{Tenant: s.Bound, Series: series, N: n}
	err = s.db.write(ctx, j)
	return j.First, err
}

func (db *database) write(ctx context.Context, j sqlstore.Job) error {
	if err := db.ready(ctx); err != nil {
		return err
	}
	if db.writer == nil {
		return &ReadOnlyError{Op: "commit", Err: errors.New("it was opened for reading")}
	}
	return db.writer.write(ctx, j)
}
