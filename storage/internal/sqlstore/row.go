package sqlstore

import (
	"encoding/json"
	"time"

	"github.com/google/uuid"

	"github.com/go-oms/oms/money"
	"github.com/go-oms/oms/quantity"
)

// row reads the columns of the current row from left to right.
type row struct {
	Rows
	col int
	buf []byte
	err error // the first value that cannot be what was written

	// memo holds the last text of each column in a walk over many rows, most of
	// which repeat it; nil elsewhere.
	memo []string
}

func (r *row) next() int {
	r.col++
	return r.col - 1
}

func (r *row) int() int64     { return r.Int(r.next()) }
func (r *row) bool() bool     { return r.int() != 0 }
func (r *row) skipNull() bool { return r.Null(r.col) }

// text returns a text, "" for NULL.
func (r *row) text() string {
	col := r.next()
	if col >= len(r.memo) {
		return r.Text(col)
	}
	r.buf = r.Blob(col, r.buf[:0])
	if string(r.buf) != r.memo[col] {
		r.memo[col] = string(r.buf)
	}
	return r.memo[col]
}

func (r *row) id() uuid.UUID {
	id, err := r.ID(r.next())
	if err != nil {
		r.fail(err)
	}
	return id
}

// scratch returns a column's bytes until the next column is read.
func (r *row) scratch() []byte {
	r.buf = r.Blob(r.next(), r.buf[:0])
	return r.buf
}

func (r *row) bytes() []byte {
	b := r.Blob(r.next(), nil)
	if len(b) == 0 {
		return nil
	}
	return b
}

func (r *row) time() time.Time { return time.UnixMicro(r.int()).UTC() }

func (r *row) optTime() time.Time {
	if r.skipNull() {
		r.col++
		return time.Time{}
	}
	return r.time()
}

func (r *row) qty() quantity.Quantity { return quantity.FromMicro(r.int()) }

func (r *row) currency() money.Currency { return money.Currency(r.text()) }

func (r *row) amount(c money.Currency) money.Money { return r.scaled(c, 0) }
func (r *row) price(c money.Currency) money.Money  { return r.scaled(c, money.MaxExtra) }

func (r *row) scaled(c money.Currency, extra int) money.Money {
	if r.skipNull() {
		r.col++
		return money.Money{}
	}
	m, err := money.FromScaled(r.int(), extra, c)
	if err != nil {
		r.fail(err)
	}
	return m
}

// json reads a JSON column into v, which stays as it is for NULL.
func (r *row) json(v any) {
	if r.skipNull() {
		r.col++
		return
	}
	if err := json.Unmarshal(r.scratch(), v); err != nil {
		r.fail(err)
	}
}

func (r *row) fail(err error) {
	if r.err == nil {
		r.err = err
	}
}

// each runs a query and calls fn at every row of the answer.
func each(c Conn, q *Query, values []Value, what string, fn func(r *row)) error {
	rows, err := c.Query(q, values)
	if err != nil {
		return err
	}
	r := row{Rows: rows}
	for rows.Next() {
		r.col = 0
		fn(&r)
		if r.err != nil {
			_ = rows.Close()
			return &DamageError{Where: what, Err: r.err}
		}
	}
	return rows.Close()
}
