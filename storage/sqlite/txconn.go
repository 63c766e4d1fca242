package sqlite

import (
	"context"
	"database/sql"
	"fmt"

	"github.com/go-oms/oms/storage/internal/sqlstore"
)

// txConn runs statements in a host's transaction.
type txConn struct {
	ctx context.Context // of the one call that it serves
	tx  *sql.Tx
}

func (c *txConn) run(q *sqlstore.Query) error {
	_, err := c.Exec(q, nil)
	return err
}

// Exec runs a statement and returns how many rows it touched.
func (c *txConn) Exec(q *sqlstore.Query, args []sqlstore.Value) (int64, error) {
	result, err := c.tx.ExecContext(c.ctx, q.SQL, plain(args)...)
	if err != nil {
		return 0, constraint(err)
	}
	return result.RowsAffected()
}

// Query runs a statement and reads the whole answer, so that the transaction is
// free for the host's next statement.
func (c *txConn) Query(q *sqlstore.Query, args []sqlstore.Value) (sqlstore.Rows, error) {
	answer, err := c.tx.QueryContext(c.ctx, q.SQL, plain(args)...)
	if err != nil {
		return nil, constraint(err)
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
	return read, constraint(answer.Err())
}

func plain(args []sqlstore.Value) []any {
	list := make([]any, len(args))
	for i := range args {
		switch v := &args[i]; v.Kind {
		case sqlstore.Int:
			list[i] = v.I
		case sqlstore.Text:
			if list[i] = v.S; v.B != nil {
				list[i] = string(v.B)
			}
		case sqlstore.Blob:
			list[i] = v.B
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

func (r *readRows) Null(col int) bool { return r.row[col] == nil }
func (r *readRows) Close() error      { return nil }
