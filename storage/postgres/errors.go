package postgres

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/go-oms/oms/fault"
	"github.com/go-oms/oms/storage/internal/sqlstore"
)

// ErrClosed is the cause of the transient error that a closed store answers with.
var ErrClosed = errors.New("postgres: the store is closed")

var (
	errFailed  = errors.New("a statement of it has failed")
	errEnded   = errors.New("it has ended")
	errNoPlace = errors.New("no transaction id")
)

// SchemaError reports a database whose schema is not the one this version of the
// library works with. Its kind is fault.Rejected.
type SchemaError struct {
	Have int // of the database; 0 when it was never migrated
	Want int // of this library
}

func (e *SchemaError) Error() string {
	if e.Have > e.Want {
		return fmt.Sprintf("postgres: the database has schema %d and this program knows %d: use a newer program", e.Have, e.Want)
	}
	return fmt.Sprintf("postgres: the database has schema %d and this program needs %d: call Migrate", e.Have, e.Want)
}

// Fault returns fault.Rejected.
func (e *SchemaError) Fault() fault.Kind { return fault.Rejected }

// ConnectError reports that the server cannot be reached. Nothing was written. Its kind
// is fault.Transient.
type ConnectError struct {
	Op  string
	Err error
}

func (e *ConnectError) Error() string {
	return "postgres: " + e.Op + ": no connection: see that the server runs and that the address is right: " + e.Err.Error()
}

// Unwrap returns the cause.
func (e *ConnectError) Unwrap() error { return e.Err }

// Fault returns fault.Transient.
func (e *ConnectError) Fault() fault.Kind { return fault.Transient }

// LoginError reports that the server does not let the program in: a wrong role or
// password, or no such database. Nothing was written. Its kind is fault.Rejected.
type LoginError struct {
	Op  string
	Err error
}

func (e *LoginError) Error() string {
	return "postgres: " + e.Op + ": not let in: see the role, its password and the database's name: " + e.Err.Error()
}

// Unwrap returns the cause.
func (e *LoginError) Unwrap() error { return e.Err }

// Fault returns fault.Rejected.
func (e *LoginError) Fault() fault.Kind { return fault.Rejected }

// PoolError reports that no connection became free in time: all of them are in use.
// Nothing was written. Its kind is fault.Transient.
type PoolError struct {
	Op  string
	Err error
}

func (e *PoolError) Error() string {
	return "postgres: " + e.Op + ": every connection is in use: allow more, or fewer callers: " + e.Err.Error()
}

// Unwrap returns the cause.
func (e *PoolError) Unwrap() error { return e.Err }

// Fault returns fault.Transient.
func (e *PoolError) Fault() fault.Kind { return fault.Transient }

// BusyError reports that other transactions were in the way for too long: a lock that
// did not come, a deadlock, a statement over its time. Nothing was written. Its kind
// is fault.Transient.
type BusyError struct {
	Op  string
	Err error
}

func (e *BusyError) Error() string {
	return "postgres: " + e.Op + ": other transactions are in the way: " + e.Err.Error()
}

// Unwrap returns the server's error.
func (e *BusyError) Unwrap() error { return e.Err }

// Fault returns fault.Transient.
func (e *BusyError) Fault() fault.Kind { return fault.Transient }

// FullError reports that the server has run out of disk, memory or connections.
// Nothing was written. Its kind is fault.Transient.
type FullError struct {
	Op  string
	Err error
}

func (e *FullError) Error() string {
	return "postgres: " + e.Op + ": the server has no room left: " + e.Err.Error()
}

// Unwrap returns the server's error.
func (e *FullError) Unwrap() error { return e.Err }

// Fault returns fault.Transient.
func (e *FullError) Fault() fault.Kind { return fault.Transient }

// ReadOnlyError reports a write to a store that was opened for reading. Its kind is
// fault.Rejected.
type ReadOnlyError struct{ Op string }

func (e *ReadOnlyError) Error() string {
	return "postgres: " + e.Op + ": the store was opened for reading"
}

// Fault returns fault.Rejected.
func (e *ReadOnlyError) Fault() fault.Kind { return fault.Rejected }

// StandbyError reports a server that only answers questions, such as a standby.
// Nothing was written. It may be promoted, and the name of a primary may lead to
// another server: its kind is fault.Transient.
type StandbyError struct {
	Op  string
	Err error
}

func (e *StandbyError) Error() string {
	return "postgres: " + e.Op + ": the server takes no writes: connect to the primary " +
		"(target_session_attrs=read-write with several hosts finds it): " + e.Err.Error()
}

// Unwrap returns the server's error.
func (e *StandbyError) Unwrap() error { return e.Err }

// Fault returns fault.Transient.
func (e *StandbyError) Fault() fault.Kind { return fault.Transient }

// RightsError reports that the role may not do what was asked. Nothing was written.
// Its kind is fault.Rejected.
type RightsError struct {
	Op  string
	Err error
}

func (e *RightsError) Error() string {
	return "postgres: " + e.Op + ": the role has no right to it: grant it USAGE on the schema and " +
		"SELECT, INSERT, UPDATE, DELETE on its tables, and let Migrate run as their owner: " + e.Err.Error()
}

// Unwrap returns the server's error.
func (e *RightsError) Unwrap() error { return e.Err }

// Fault returns fault.Rejected.
func (e *RightsError) Fault() fault.Kind { return fault.Rejected }

// AbortedError reports a host's transaction that takes no more statements: one of the
// host's has failed in it, or it has ended. Its kind is fault.Rejected: the host rolls
// back and begins again.
type AbortedError struct {
	Op  string
	Err error
}

func (e *AbortedError) Error() string {
	return "postgres: " + e.Op + ": the host's transaction takes no more statements: roll it back and begin another one: " + e.Err.Error()
}

// Unwrap returns the server's error.
func (e *AbortedError) Unwrap() error { return e.Err }

// Fault returns fault.Rejected.
func (e *AbortedError) Fault() fault.Kind { return fault.Rejected }

// DurabilityError reports a server that may forget what it has acknowledged. Its kind
// is fault.Rejected.
type DurabilityError struct{ Setting, Value string }

func (e *DurabilityError) Error() string {
	return fmt.Sprintf("postgres: with %s %s the server may lose acknowledged commits; AllowRelaxedDurability accepts that",
		e.Setting, e.Value)
}

// Fault returns fault.Rejected.
func (e *DurabilityError) Fault() fault.Kind { return fault.Rejected }

// RestoredError reports books that come from a server whose transaction ids were
// higher: new events would be sorted in front of old ones. Its kind is fault.Rejected:
// Migrate mends it. It is found when a store is opened: programs that run while books are
// restored in place of theirs must be started again.
type RestoredError struct{ Tenant string }

func (e *RestoredError) Error() string {
	return "postgres: the books come from another server, whose transaction ids were higher: call Migrate before writing"
}

// Fault returns fault.Rejected.
func (e *RestoredError) Fault() fault.Kind { return fault.Rejected }

// code returns the server's code of an error; "" for an error of another origin.
func code(err error) string {
	var e *pgconn.PgError
	if errors.As(err, &e) {
		return e.Code
	}
	return ""
}

// Codes of PostgreSQL, Appendix A of its manual.
const (
	divisionByZero      = "22012"
	outOfRange          = "22003"
	untranslatable      = "22P05"
	badText             = "22021"
	readOnlyTransaction = "25006"
	notSupported        = "0A000"
	abortedTransaction  = "25P02"
	noStatement         = "26000"
	serialization       = "40001"
	deadlock            = "40P01"
	lockTimeout         = "55P03"
	canceled            = "57014"
	noTable             = "42P01"
	noRights            = "42501"
	noDatabase          = "3D000"
	noSchema            = "3F000"
	tooManyConnections  = "53300"
)

// constraint marks errors that a batch is to blame for: a key that is taken, a check
// that fails, a guard.
func constraint(err error) error {
	switch c := code(err); {
	case strings.HasPrefix(c, "23"), c == divisionByZero, c == outOfRange:
		return &sqlstore.ConstraintError{Err: err}
	case c == badText, c == untranslatable:
		return fault.Invalid("text", "…", "UTF-8 without zero bytes")
	default:
		return err
	}
}

// again reports whether the server says that the same transaction may succeed when
// it is tried again. Nothing was committed.
func again(err error) bool {
	switch code(err) {
	case serialization, deadlock, noStatement:
		return true
	default:
		return false
	}
}

// takesNoWrites reports whether the server is one that only answers questions. A
// standby says of a transaction that asks to write that it does not support the
// setting.
func takesNoWrites(err error) bool {
	var e *pgconn.PgError
	return errors.As(err, &e) &&
		(e.Code == readOnlyTransaction || e.Code == notSupported && e.Routine == "call_bool_check_hook")
}

// classify gives an error its kind. It is for errors after which nothing has been
// written.
func classify(op string, err error) error {
	if err == nil || fault.KindOf(err) == fault.Rejected {
		return err
	}
	var classified fault.Classified
	if errors.As(err, &classified) {
		return err
	}
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return &fault.TransientError{Op: "postgres: " + op, Err: err}
	}
	var connect *pgconn.ConnectError
	c := code(err)
	switch {
	case strings.HasPrefix(c, "28"), c == noDatabase:
		return &LoginError{Op: op, Err: err}
	case strings.HasPrefix(c, "53"):
		return &FullError{Op: op, Err: err}
	case errors.As(err, &connect):
		return &ConnectError{Op: op, Err: err}
	case c == serialization, c == deadlock, c == lockTimeout, c == canceled:
		return &BusyError{Op: op, Err: err}
	case takesNoWrites(err):
		return &StandbyError{Op: op, Err: err}
	case c == abortedTransaction, errors.Is(err, sql.ErrTxDone):
		return &AbortedError{Op: op, Err: err}
	case c == noRights:
		return &RightsError{Op: op, Err: err}
	case c == noTable, c == noSchema:
		return &SchemaError{Want: newest()}
	case strings.HasPrefix(c, "XX"):
		return &sqlstore.DamageError{Where: "the server", Err: err}
	case c == badText, c == untranslatable:
		return fault.Invalid("text", "…", "UTF-8 without zero bytes")
	default:
		return &fault.TransientError{Op: "postgres: " + op, Err: err}
	}
}
