package postgres

import (
	"context"
	"strconv"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/go-oms/oms/storage/internal/sqlstore"
)

// source lends connections for reading. It is the sqlstore.Source of a store.
type source struct {
	db     *database
	tenant string
}

var (
	_ sqlstore.Source  = (*source)(nil)
	_ sqlstore.Horizon = (*source)(nil)

	qBegin    = &sqlstore.Query{SQL: "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE"}
	qMoment   = &sqlstore.Query{SQL: "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"}
	qCommit   = &sqlstore.Query{SQL: "COMMIT"}
	qSettings = &sqlstore.Query{SQL: `SELECT set_config('lock_timeout', ?1, true), set_config('statement_timeout', ?2, true),
		set_config('idle_in_transaction_session_timeout', ?3, true)`}
	qScope = &sqlstore.Query{SQL: `SELECT set_config('oms.tenant', ?1, true)`}
)

// prelude returns what every transaction begins with: the settings that connections
// which are not the store's own do not have, and the tenant where the server guards
// it.
func (db *database) prelude(tenant string, begin *sqlstore.Query) []call {
	var calls []call
	if begin != nil {
		calls = append(calls, call{statement: db.statements.of(begin, 0)})
	}
	if !db.ours || db.options.Pooled {
		o := &db.options
		calls = append(calls, call{statement: db.statements.of(qSettings, 0), args: []sqlstore.Value{
			milliseconds(o.LockTimeout), milliseconds(o.StatementTimeout), milliseconds(o.IdleTimeout),
		}})
	}
	if db.options.RowSecurity || db.secured.Load() {
		calls = append(calls, call{
			statement: db.statements.of(qScope, 0), args: []sqlstore.Value{scope(tenant)},
		})
	}
	return calls
}

// scope is the tenant as the server's policies know it: see unsecured.
func scope(tenant string) sqlstore.Value { return sqlstore.Value{Kind: sqlstore.Text, S: "t" + tenant} }

func milliseconds(d time.Duration) sqlstore.Value {
	return sqlstore.Value{Kind: sqlstore.Text, S: strconv.FormatInt(max(1, d.Milliseconds()), 10)}
}

// Read lends a connection for one transaction that sees one moment.
func (s *source) Read(ctx context.Context, op string, fn func(sqlstore.Conn) error) error {
	return s.view(ctx, op, qMoment, false, fn)
}

// One lends a connection for one statement.
func (s *source) One(ctx context.Context, op string, fn func(sqlstore.Conn) error) error {
	return s.view(ctx, op, nil, false, fn)
}

// Scan is Read with cursors: long answers are fetched piece by piece.
func (s *source) Scan(ctx context.Context, op string, fn func(sqlstore.Conn) error) error {
	return s.view(ctx, op, qMoment, true, fn)
}

// Fail gives an error of a connection its kind.
func (s *source) Fail(op string, err error) error { return classify(op, err) }

// Base returns what the server's transaction ids are raised by.
func (s *source) Base(ctx context.Context) (int64, error) {
	if err := s.db.ready(ctx); err != nil {
		return 0, err
	}
	return s.db.base.Load(), nil
}

// Wait pauses for longer and longer, for the HorizonTimeout in all.
func (s *source) Wait() func(context.Context) bool {
	left, next := s.db.options.HorizonTimeout, time.Millisecond
	return func(ctx context.Context) bool {
		if left <= 0 {
			return false
		}
		d := min(next, left)
		left, next = left-d, 2*next
		return pause(ctx, d) == nil
	}
}

func (s *source) view(ctx context.Context, op string, begin *sqlstore.Query, cursors bool, fn func(sqlstore.Conn) error) error {
	if err := s.db.ready(ctx); err != nil {
		return err
	}
	return s.db.view(ctx, op, s.tenant, begin, cursors, fn)
}

func (db *database) view(
	ctx context.Context, op, tenant string, begin *sqlstore.Query, cursors bool, fn func(sqlstore.Conn) error,
) error {
	var failed error
	err := db.lend(ctx, op, func(pg *pgconn.PgConn) {
		c := &reading{ctx: ctx, wire: db.wire(pg), tenant: tenant, begin: begin, cursors: cursors}
		c.pending = db.prelude(tenant, begin)
		failed = fn(c)
		if ended := c.end(begin != nil); failed == nil {
			failed = ended
		}
	})
	if err != nil {
		return err
	}
	return classify(op, failed)
}

// reading is a connection in a transaction that only reads. What the transaction
// begins with goes with its first statement.
type reading struct {
	ctx     context.Context
	wire    *wire
	tenant  string
	begin   *sqlstore.Query // nil outside a transaction
	pending []call
	began   bool
	cursors bool
	opened  int // cursors so far
	ahead   map[*sqlstore.Query][]*answer
}

// Ahead sends statements that are going to be asked. The last ones take the end of the
// transaction with them, which saves an exchange.
func (c *reading) Ahead(calls []sqlstore.Call, last bool) error {
	sent := c.pending
	before := len(sent)
	for i := range calls {
		sent = append(sent, call{statement: c.wire.db.statements.of(calls[i].Query, 0), args: calls[i].Args})
	}
	last = last && c.begin != nil && !c.cursors
	if last {
		sent = append(sent, call{statement: c.wire.db.statements.of(qCommit, 0)})
	}
	answers, err := c.wire.exchange(c.ctx, sent)
	c.pending, c.began = nil, true
	if err != nil {
		return err
	}
	if last {
		c.pending, c.began = c.wire.db.prelude(c.tenant, c.begin), false
	}
	if c.ahead == nil {
		c.ahead = map[*sqlstore.Query][]*answer{}
	}
	for i, a := range answers[before : before+len(calls)] {
		q := calls[i].Query
		c.ahead[q] = append(c.ahead[q], a)
	}
	return nil
}

// ask runs one statement, and what is pending in front of it.
func (c *reading) ask(st *statement, args []sqlstore.Value) (*answer, error) {
	calls := append(c.pending, call{statement: st, args: args})
	answers, err := c.wire.exchange(c.ctx, calls)
	c.pending, c.began = nil, true
	if err != nil {
		return nil, err
	}
	return answers[len(answers)-1], nil
}

// Exec runs a statement and returns how many rows it touched.
func (c *reading) Exec(q *sqlstore.Query, args []sqlstore.Value) (int64, error) {
	a, err := c.ask(c.wire.db.statements.of(q, 0), args)
	if err != nil {
		return 0, err
	}
	return a.tag.RowsAffected(), nil
}

// Query runs a statement that returns rows. In a walk, those marked Once are fetched
// piece by piece.
func (c *reading) Query(q *sqlstore.Query, args []sqlstore.Value) (sqlstore.Rows, error) {
	if sent := c.ahead[q]; len(sent) > 0 {
		c.ahead[q] = sent[1:]
		return sent[0], nil
	}
	st := c.wire.db.statements.of(q, 0)
	if !c.cursors || !q.Once {
		return c.ask(st, args)
	}
	c.opened++
	name := "oms_walk_" + strconv.Itoa(c.opened)
	if _, err := c.ask(&statement{sql: "DECLARE " + name + " NO SCROLL CURSOR FOR " + st.sql}, args); err != nil {
		return nil, err
	}
	return &walk{conn: c, name: name}, nil
}

// end ends the transaction. One that failed, or whose context ended, is rolled back
// or its connection dropped.
func (c *reading) end(transaction bool) error {
	if !c.began || !transaction {
		return nil
	}
	if c.wire.pg.TxStatus() == 'T' {
		_, err := c.wire.exchange(c.ctx, []call{{statement: c.wire.db.statements.of(qCommit, 0)}})
		if err == nil {
			return nil
		}
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(c.ctx), time.Second)
	defer cancel()
	c.wire.rollback(ctx)
	return nil
}

// fetched is how many rows of a walk come at a time.
const fetched = 500

// walk is the answer to a query, fetched piece by piece.
type walk struct {
	conn  *reading
	name  string
	piece *answer
	last  bool
	err   error
}

func (w *walk) Next() bool {
	for w.err == nil {
		if w.piece != nil && w.piece.Next() {
			return true
		}
		if w.last {
			return false
		}
		fetch := &statement{sql: "FETCH " + strconv.Itoa(fetched) + " FROM " + w.name}
		if w.piece, w.err = w.conn.ask(fetch, nil); w.err == nil {
			w.last = w.piece.tag.RowsAffected() < fetched
		}
	}
	return false
}

func (w *walk) Int(col int) int64                { return w.piece.Int(col) }
func (w *walk) Text(col int) string              { return w.piece.Text(col) }
func (w *walk) Blob(col int, into []byte) []byte { return w.piece.Blob(col, into) }
func (w *walk) ID(col int) (uuid.UUID, error)    { return w.piece.ID(col) }
func (w *walk) Null(col int) bool                { return w.piece.Null(col) }

// Close closes the cursor. The first error met is told.
func (w *walk) Close() error {
	if w.name != "" && w.err == nil && w.conn.wire.pg.TxStatus() == 'T' {
		_, w.err = w.conn.ask(&statement{sql: "CLOSE " + w.name}, nil)
	}
	w.name, w.last = "", true
	return w.err
}

// pause waits a moment, or until the context ends.
func pause(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
