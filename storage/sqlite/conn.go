package sqlite

import (
	"context"
	"fmt"
	"time"
	"unsafe"

	"github.com/google/uuid"
	engine "zombiezen.com/go/sqlite"

	"github.com/go-oms/oms/storage/internal/sqlstore"
)

// conn is one connection of the engine with its prepared statements. It is used
// by one goroutine at a time.
type conn struct {
	engine *engine.Conn
	kept   map[*sqlstore.Query]*engine.Stmt
	open   map[*engine.Stmt]struct{} // those that are prepared for one use
	cookie int64                     // of the tables when their version was last looked at; 0 when it never was
}

// connect opens the file and makes the settings that belong to a connection.
func connect(ctx context.Context, path string, o *Options, writes bool) (*conn, error) {
	flags := engine.OpenReadWrite
	switch {
	case o.ReadOnly:
		flags = engine.OpenReadOnly
	case writes:
		flags |= engine.OpenCreate
	}
	e, err := engine.OpenConn(path, flags)
	if err != nil {
		return nil, err
	}
	e.SetBusyTimeout(o.BusyTimeout)
	c := newConn(e)
	if err := c.set(ctx, o, writes); err != nil {
		_ = c.close()
		return nil, err
	}
	return c, nil
}

func newConn(e *engine.Conn) *conn {
	return &conn{engine: e, kept: map[*sqlstore.Query]*engine.Stmt{}, open: map[*engine.Stmt]struct{}{}}
}

// script runs statements that return nothing worth reading.
func (c *conn) script(statements ...string) error {
	for _, sql := range statements {
		if err := c.run(&sqlstore.Query{SQL: sql, Once: true}); err != nil {
			return err
		}
	}
	return nil
}

// run executes a statement without parameters.
func (c *conn) run(q *sqlstore.Query) error {
	_, err := c.Exec(q, nil)
	return err
}

// begin begins to write. What another process has done to the tables since is looked
// at: a program must not write to a schema that it does not know.
func (c *conn) begin() error {
	if err := c.run(qBegin); err != nil {
		return err
	}
	rows, err := c.Query(qCookie, nil)
	if err != nil {
		return err
	}
	var cookie int64
	if rows.Next() {
		cookie = rows.Int(0)
	}
	if err := rows.Close(); err != nil || cookie == c.cookie {
		return err
	}
	have, err := c.schema()
	if err != nil {
		return err
	}
	if have > newest() {
		return &SchemaError{Have: have, Want: newest()}
	}
	c.cookie = cookie
	return nil
}

// ask returns the first column of the first row, as text.
func (c *conn) ask(sql string) (answer string, err error) {
	rows, err := c.Query(&sqlstore.Query{SQL: sql, Once: true}, nil)
	if err != nil {
		return "", err
	}
	if rows.Next() {
		answer = rows.Text(0)
	}
	return answer, rows.Close()
}

func (c *conn) prepare(q *sqlstore.Query) (*engine.Stmt, error) {
	if q.Once {
		s, _, err := c.engine.PrepareTransient(q.SQL)
		if err == nil {
			c.open[s] = struct{}{}
		}
		return s, err
	}
	if s := c.kept[q]; s != nil {
		return s, nil
	}
	s, err := c.engine.Prepare(q.SQL)
	if err == nil {
		c.kept[q] = s
	}
	return s, err
}

// done ends one use of a statement.
func (c *conn) done(s *engine.Stmt, once bool) error {
	if once {
		delete(c.open, s)
		return s.Finalize()
	}
	return s.Reset()
}

func bind(s *engine.Stmt, args []sqlstore.Value) {
	for i := range args {
		switch v := &args[i]; v.Kind {
		case sqlstore.Int:
			s.BindInt64(i+1, v.I)
		case sqlstore.Text:
			if v.B != nil { // BindText copies before it returns
				s.BindText(i+1, unsafe.String(&v.B[0], len(v.B)))
			} else {
				s.BindText(i+1, v.S)
			}
		case sqlstore.Blob, sqlstore.ID:
			s.BindBytes(i+1, v.B)
		default:
			s.BindNull(i + 1)
		}
	}
}

// Exec runs a statement and returns how many rows it touched.
func (c *conn) Exec(q *sqlstore.Query, args []sqlstore.Value) (int64, error) {
	s, err := c.prepare(q)
	if err != nil {
		return 0, err
	}
	bind(s, args)
	for more := true; more && err == nil; {
		more, err = s.Step()
	}
	n := int64(c.engine.Changes())
	if ended := c.done(s, q.Once); err == nil {
		err = ended
	}
	return n, constraint(err)
}

// Query runs a statement that returns rows.
func (c *conn) Query(q *sqlstore.Query, args []sqlstore.Value) (sqlstore.Rows, error) {
	s, err := c.prepare(q)
	if err != nil {
		return nil, err
	}
	bind(s, args)
	return &rows{conn: c, stmt: s, once: q.Once}, nil
}

// close closes the connection and whatever walk was left open on it.
func (c *conn) close() error {
	for s := range c.open {
		_ = c.done(s, true)
	}
	return c.engine.Close()
}

// rows walks the answer to a query.
type rows struct {
	conn *conn
	stmt *engine.Stmt // nil once closed
	once bool
	err  error
}

func (r *rows) Next() bool {
	if r.stmt == nil {
		return false
	}
	more, err := r.stmt.Step()
	if err != nil {
		r.err = constraint(err)
	}
	return more && err == nil
}

func (r *rows) Int(col int) int64   { return r.stmt.ColumnInt64(col) }
func (r *rows) Text(col int) string { return r.stmt.ColumnText(col) }
func (r *rows) Null(col int) bool   { return r.stmt.ColumnIsNull(col) }

func (r *rows) Blob(col int, into []byte) []byte {
	n := r.stmt.ColumnLen(col)
	if n == 0 {
		return into
	}
	if cap(into)-len(into) < n {
		into = append(make([]byte, 0, len(into)+n), into...)
	}
	return into[:len(into)+r.stmt.ColumnBytes(col, into[len(into):len(into)+n])]
}

func (r *rows) ID(col int) (id uuid.UUID, err error) {
	if n := r.stmt.ColumnLen(col); n != 0 && n != len(id) {
		return id, fmt.Errorf("an id of %d bytes", n)
	}
	r.stmt.ColumnBytes(col, id[:])
	return id, nil
}

func (r *rows) Close() error {
	if r.stmt == nil {
		return r.err
	}
	err := r.conn.done(r.stmt, r.once)
	r.stmt = nil
	if r.err == nil {
		r.err = err
	}
	return r.err
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
