package postgres

import (
	"context"
	"database/sql"
	"errors"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/go-oms/oms/fault"
	"github.com/go-oms/oms/storage"
	"github.com/go-oms/oms/storage/internal/sqlstore"
)

var _ storage.Store = (*Store)(nil)

// Store is a storage.Store in a PostgreSQL database, bound to one tenant. It is a
// small handle: all tenants of one Open share its connections. It is safe for
// concurrent use.
type Store struct {
	*sqlstore.Reader
	db *database
}

// database is what the handles of one Open share.
type database struct {
	link       link
	ours       bool // the connections are the store's own, and have its settings
	options    Options
	statements statements
	plans      sqlstore.Compiler
	checked    atomic.Bool  // the schema was found to be ours
	base       atomic.Int64 // once checked
	secured    atomic.Bool  // the tables are under row level security

	tenants sync.Map // those known to be registered: string → struct{}
	queues  sync.Map // string → *queue

	closed   chan struct{} // closed by Close
	closing  sync.Once
	flushers sync.WaitGroup
}

// Open connects to the server that dsn names: a URL, or keys and values, as libpq
// takes them; several hosts with target_session_attrs=read-write find the primary.
// It does not create the schema: see [Store.Migrate]. The store is bound to the
// tenant "".
func Open(ctx context.Context, dsn string, opts *Options) (*Store, error) {
	config, err := pgxpool.ParseConfig(dsn)
	if err != nil {
		// The driver's words may repeat the password.
		return nil, fault.Invalid("dsn", "…", "an address as PostgreSQL's own programs take it, such as postgres://user@host/shop")
	}
	return OpenConfig(ctx, config, opts)
}

// OpenConfig is [Open] for a pool's configuration from pgxpool.ParseConfig, for hosts
// that set what an address cannot say, such as their own dialer. Its hooks are called
// as well as the store's.
func OpenConfig(ctx context.Context, config *pgxpool.Config, opts *Options) (*Store, error) {
	o, err := opts.withDefaults()
	if err != nil {
		return nil, err
	}
	config = config.Copy()
	db := newDatabase(nil, o)
	db.ours = true
	if o.Conns == 0 {
		o.Conns = max(int(config.MaxConns), 8*runtime.GOMAXPROCS(0))
	}
	config.MaxConns = int32(o.Conns)
	config.ConnConfig.DefaultQueryExecMode = pgx.QueryExecModeExec
	if config.ConnConfig.ConnectTimeout == 0 {
		config.ConnConfig.ConnectTimeout = 5 * time.Second
	}
	notice := config.ConnConfig.OnNotice
	config.ConnConfig.OnNotice = func(c *pgconn.PgConn, n *pgconn.Notice) {
		if n.SeverityUnlocalized == "WARNING" {
			c.CustomData()[warnedKey] = n
		}
		if notice != nil {
			notice(c, n)
		}
	}
	if !o.Pooled {
		connected := config.AfterConnect
		config.AfterConnect = func(ctx context.Context, c *pgx.Conn) error {
			if err := db.set(ctx, c.PgConn()); err != nil || connected == nil {
				return err
			}
			return connected(ctx, c)
		}
	}
	pool, err := pgxpool.NewWithConfig(ctx, config)
	if err != nil {
		return nil, classify("open", err)
	}
	db.link = &poolLink{pool: pool, own: true}
	return db.open(ctx)
}

// OpenPool uses a pool of the host's, which stays his to close.
func OpenPool(ctx context.Context, pool *pgxpool.Pool, opts *Options) (*Store, error) {
	o, err := opts.withDefaults()
	if err != nil {
		return nil, err
	}
	if pool == nil {
		return nil, fault.Invalid("pool", nil, "a pool")
	}
	return newDatabase(&poolLink{pool: pool}, o).open(ctx)
}

// OpenDB uses a handle of the host's over pgx's driver for database/sql, which stays
// his to close.
func OpenDB(ctx context.Context, handle *sql.DB, opts *Options) (*Store, error) {
	o, err := opts.withDefaults()
	if err != nil {
		return nil, err
	}
	if handle == nil {
		return nil, fault.Invalid("handle", nil, "a handle")
	}
	return newDatabase(&handleLink{db: handle}, o).open(ctx)
}

func newDatabase(l link, o Options) *database {
	db := &database{link: l, options: o, closed: make(chan struct{})}
	db.statements.schema = o.Schema
	db.plans.Postgres = true
	return db
}

func (db *database) open(ctx context.Context) (*Store, error) {
	if err := db.inspect(ctx); err != nil {
		db.link.close()
		return nil, err
	}
	return db.store(""), nil
}

func (db *database) store(tenant string) *Store {
	return &Store{Reader: &sqlstore.Reader{Source: &source{db: db, tenant: tenant}, Bound: tenant}, db: db}
}

// Close lets queued commits finish and closes the connections that are the store's
// own. Calls after it are answered with a transient error whose cause is [ErrClosed].
func (s *Store) Close() error {
	s.db.closing.Do(func() {
		close(s.db.closed)
		s.db.queues.Range(func(_, q any) bool {
			q.(*queue).close()
			return true
		})
		s.db.flushers.Wait()
		s.db.link.close()
	})
	return nil
}

func (db *database) isClosed() bool {
	select {
	case <-db.closed:
		return true
	default:
		return false
	}
}

// Tenant returns the same store bound to another tenant. Every method of a store
// bound to an id of more than 64 bytes answers *fault.InvalidError.
func (s *Store) Tenant(id string) storage.Store { return s.db.store(id) }

// InTx returns false: see [Store.Join] for a store that is in a transaction.
func (s *Store) InTx() bool { return false }

// Commit writes the batch, or nothing of it. Batches of concurrent callers of one
// tenant share a transaction; each has its own outcome.
func (s *Store) Commit(ctx context.Context, b *storage.Batch) error {
	if err := s.db.writable(ctx, s.Bound); err != nil {
		return err
	}
	_, known := s.db.tenants.Load(s.Bound)
	plan, err := s.db.plans.Compile(s.Bound, known, b)
	if err != nil {
		return err
	}
	err, settled := s.db.queue(s.Bound).write(ctx, plan, b)
	if err == nil && plan.Registers() {
		s.db.tenants.Store(s.Bound, struct{}{})
	}
	if settled {
		s.db.plans.Release(plan)
	}
	return err
}

// writable refuses what cannot be written anyhow.
func (db *database) writable(ctx context.Context, tenant string) error {
	if err := sqlstore.CheckTenant(tenant); err != nil {
		return err
	}
	if db.options.ReadOnly {
		return &ReadOnlyError{Op: "commit"}
	}
	return db.ready(ctx)
}

// Numbers takes n consecutive numbers of a series and returns the first. An n
// below 1, or one that would pass the largest int64, is *fault.InvalidError. Numbers
// whose answer is lost are gaps.
func (s *Store) Numbers(ctx context.Context, series string, n int64) (first int64, err error) {
	if err := s.db.writable(ctx, s.Bound); err != nil {
		return 0, err
	}
	for try := 0; ; try++ {
		err = s.db.view(ctx, "numbers", s.Bound, qBegin, false, func(c sqlstore.Conn) (err error) {
			if first, err = sqlstore.Numbers(c, s.Bound, series, n); err != nil {
				return err
			}
			_, err = c.Exec(qCommit, nil)
			return err
		})
		if !again(err) || try >= tries || backoff(ctx, try) != nil {
			return first, err
		}
	}
}

// lend borrows a connection for fn.
func (db *database) lend(ctx context.Context, op string, fn func(*pgconn.PgConn)) error {
	if db.isClosed() {
		return &fault.TransientError{Op: "postgres: " + op, Err: ErrClosed}
	}
	within, cancel := context.WithTimeout(ctx, db.options.PoolTimeout)
	defer cancel()
	lent := false
	err := db.link.lend(within, func(pg *pgconn.PgConn) {
		lent = true
		fn(pg)
	})
	if err != nil && !lent {
		return db.unlent(ctx, op, err)
	}
	return nil
}

// unlent says why there was no connection.
func (db *database) unlent(ctx context.Context, op string, err error) error {
	var connect *pgconn.ConnectError
	switch {
	case db.isClosed():
		return &fault.TransientError{Op: "postgres: " + op, Err: ErrClosed}
	case errors.As(err, &connect) || code(err) != "":
		return classify(op, err)
	case ctx.Err() == nil && errors.Is(err, context.DeadlineExceeded):
		return &PoolError{Op: op, Err: err}
	default:
		return classify(op, err)
	}
}
