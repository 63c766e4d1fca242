package sqlstore

import (
	"context"
	"database/sql"
	"fmt"

	"github.com/google/uuid"
)

// TxConn runs statements in a host's transaction of package database/sql.
type TxConn struct {
	Ctx context.Context // of the one call that it serves
	Tx  *sql.Tx
	// Text returns the statement in the database's words; nil: as it is.
	Text func(*Query) string
	// Mark tells errors that a batch is to blame for: see [ConstraintError].
	Mark func(error) error
	// TextIDs says that ids are given to the driver as text.
	TextIDs bool
}

func (c *TxConn) text(q *Query) string {
	if c.Text == nil {
		return q.SQL
	}
	return c.Text(q)
}

// Exec runs a statement and returns how many rows it touched.
func (c *TxConn) Exec(q *Query, args []Value) (int64, error) {
	result, err := c.Tx.ExecContext(c.Ctx, c.text(q), c.plain(args)...)
	if err != nil {
		return 0, c.Mark(err)
	}
	return result.RowsAffected()
}

// Query runs a statement and reads the whole answer, so that the transaction is
// free for the host's next statement.
func (c *TxConn) Query(q *Query, args []Value) (Rows, error) {
	answer, err := c.Tx.QueryContext(c.Ctx, c.text(q), c.plain(args)...)
	if err != nil {
		return nil, c.Mark(err)
	}
	defer func() { _ = answer.Close() }()
	columns, err := answer.Columns()
	if err != nil {
		return nil, err
	}
	read := &readRows{}
	for answer.Next() {
		values, into := make([]any, len(columns)), make([]any, len(columns))
		for i := range values {
			into[i] = &values[i]
		}
		if err := answer.Scan(into...); err != nil {
			return nil, err
		}
		read.rows = append(read.rows, values)
	}
	return read, c.Mark(answer.Err())
}

func (c *TxConn) plain(args []Value) []any {
	list := make([]any, len(args))
	for i := range args {
		switch v := &args[i]; v.Kind {
		case Int:
			list[i] = v.I
		case Text:
			if list[i] = v.S; v.B != nil {
				list[i] = string(v.B)
			}
		case Blob:
			list[i] = v.B
		case ID:
			if list[i] = v.B; c.TextIDs {
				list[i] = uuid.UUID(v.B).String()
			}
		}
	}
	return list
}

// readRows is an answer that was read already.
type readRows struct {
	rows [][]any
	row  []any
}

func (r *readRows) Next() bool {
	if len(r.rows) == 0 {
		return false
	}
	r.row, r.rows = r.rows[0], r.rows[1:]
	return true
}

func (r *readRows) Int(col int) int64 {
	n, _ := r.row[col].(int64)
	return n
}

func (r *readRows) Text(col int) string {
	switch v := r.row[col].(type) {
	case string:
		return v
	case []byte:
		return string(v)
	case nil:
		return ""
	default:
		return fmt.Sprint(v)
	}
}

func (r *readRows) Blob(col int, into []byte) []byte {
	switch v := r.row[col].(type) {
	case []byte:
		return append(into, v...)
	case string:
		return append(into, v...)
	default:
		return into
	}
}

func (r *readRows) ID(col int) (id uuid.UUID, err error) {
	switch v := r.row[col].(type) {
	case nil:
		return id, nil
	case []byte:
		return uuid.FromBytes(v)
	case string:
		return uuid.Parse(v)
	default:
		return id, fmt.Errorf("an id that is a %T", v)
	}
}

func (r *readRows) Null(col int) bool { return r.row[col] == nil }
func (r *readRows) Close() error      { return nil }
