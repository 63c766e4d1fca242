package sqlstore

import (
	"errors"
	"fmt"

	"github.com/google/uuid"
)

// Query is one statement. Backends keep what they prepared by its address. Its
// parameters are ?1, ?2, ….
type Query struct {
	SQL string
	// Postgres is the statement for PostgreSQL where the two languages differ, empty
	// where they do not.
	Postgres string
	// Once marks a statement that is not worth keeping, or that several walks have
	// open at the same time: it is prepared for each use.
	Once bool
}

func query(sql string) *Query { return &Query{SQL: sql} }

func once(sql string) *Query { return &Query{SQL: sql, Once: true} }

// either is a statement that the two languages say differently.
func either(sqlite, postgres string) *Query { return &Query{SQL: sqlite, Postgres: postgres} }

// Kind says what a [Value] is.
type Kind uint8

// The kinds of value. The zero Kind is NULL.
const (
	Null Kind = iota
	Int
	Text
	Blob
	ID // 16 bytes
)

// Value is one parameter of a statement.
type Value struct {
	Kind Kind
	I    int64
	S    string
	B    []byte // of a Blob or ID, and of a Text that was made as bytes; never empty then
}

// Conn runs statements in one transaction of one connection. It is used by one
// goroutine. Errors of the database are of the backend's types; a broken
// constraint is a *[ConstraintError].
type Conn interface {
	// Exec runs a statement and returns how many rows it touched.
	Exec(q *Query, args []Value) (int64, error)
	// Query runs a statement that returns rows. Other statements may run before
	// they are closed, but not the same one, unless it is marked Once.
	Query(q *Query, args []Value) (Rows, error)
}

// Forward is a Conn to a server some way off: statements that are going to be asked
// can be sent together.
type Forward interface {
	// Ahead sends the statements. The next Query of each, in their order, is answered
	// from what has come back. The last ones end the transaction with them: whatever is
	// asked behind them sees a moment of its own.
	Ahead(calls []Call, last bool) error
}

// Rows is the answer to a query. Columns count from 0.
type Rows interface {
	Next() bool // advances to the next row
	Int(col int) int64
	Text(col int) string
	Blob(col int, into []byte) []byte // appends
	ID(col int) (uuid.UUID, error)    // zero for NULL
	Null(col int) bool
	Close() error // the first error met; may be called twice
}

// ConstraintError reports that the database refused a row.
type ConstraintError struct{ Err error }

func (e *ConstraintError) Error() string { return e.Err.Error() }

// Unwrap returns the database's error.
func (e *ConstraintError) Unwrap() error { return e.Err }

// errRefused is the outcome of a plan whose statement touched another number of
// rows than it must.
var errRefused = errors.New("a precondition of the batch does not hold")

// Refused reports whether the error of a plan means that the batch is to blame
// and not the database: [Explain] knows more.
func Refused(err error) bool {
	var constraint *ConstraintError
	return errors.Is(err, errRefused) || errors.As(err, &constraint)
}

// DamageError reports a stored value that cannot be what was written. Its cause
// is a damaged or tampered database.
type DamageError struct {
	Where string
	Err   error
}

func (e *DamageError) Error() string {
	return fmt.Sprintf("storage: %s is damaged: %v", e.Where, e.Err)
}

// Unwrap returns the cause.
func (e *DamageError) Unwrap() error { return e.Err }

// Rejected returns true: reading again gives the same.
func (e *DamageError) Rejected() bool { return true }
