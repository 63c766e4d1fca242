package sqlite

import (
	"context"
	"errors"
	"fmt"

	engine "zombiezen.com/go/sqlite"

	"github.com/go-oms/oms/fault"
	"github.com/go-oms/oms/storage/internal/sqlstore"
)

// ErrClosed is the cause of the transient error that a closed store answers with.
var ErrClosed = errors.New("sqlite: the store is closed")

// SchemaError reports a database whose schema is not the one this version of the
// library works with. Its kind is fault.Rejected.
type SchemaError struct {
	Have int // of the database; 0 when it was never migrated
	Want int // of this library
}

func (e *SchemaError) Error() string {
	if e.Have > e.Want {
		return fmt.Sprintf("sqlite: the database has schema %d and this program knows %d: use a newer program", e.Have, e.Want)
	}
	return fmt.Sprintf("sqlite: the database has schema %d and this program needs %d: call Migrate", e.Have, e.Want)
}

// Fault returns fault.Rejected.
func (e *SchemaError) Fault() fault.Kind { return fault.Rejected }

// BusyError reports that another process, or a transaction of the host's, held
// the file for longer than [Options].BusyTimeout. Nothing was written. Its kind
// is fault.Transient.
type BusyError struct {
	Op  string
	Err error
}

func (e *BusyError) Error() string { return "sqlite: " + e.Op + ": the file is busy: " + e.Err.Error() }

// Unwrap returns the engine's error.
func (e *BusyError) Unwrap() error { return e.Err }

// Fault returns fault.Transient.
func (e *BusyError) Fault() fault.Kind { return fault.Transient }

// FullError reports that the disk, or the size that the file may have, is used
// up. Nothing was written. Its kind is fault.Transient: the same request succeeds
// once there is room.
type FullError struct {
	Op  string
	Err error
}

func (e *FullError) Error() string { return "sqlite: " + e.Op + ": no room left: " + e.Err.Error() }

// Unwrap returns the engine's error.
func (e *FullError) Unwrap() error { return e.Err }

// Fault returns fault.Transient.
func (e *FullError) Fault() fault.Kind { return fault.Transient }

// ReadOnlyError reports a write to a file that may only be read. Its kind is
// fault.Rejected.
type ReadOnlyError struct {
	Op  string
	Err error
}

func (e *ReadOnlyError) Error() string {
	return "sqlite: " + e.Op + ": the file cannot be written: " + e.Err.Error()
}

// Unwrap returns the engine's error.
func (e *ReadOnlyError) Unwrap() error { return e.Err }

// Fault returns fault.Rejected.
func (e *ReadOnlyError) Fault() fault.Kind { return fault.Rejected }

// DurabilityError reports settings under which an acknowledged commit may be lost
// when the power fails. Its kind is fault.Rejected.
type DurabilityError struct{ Durability }

func (e *DurabilityError) Error() string {
	return fmt.Sprintf("sqlite: journal_mode %s with synchronous %s may lose acknowledged commits; "+
		"AllowRelaxedDurability accepts that", e.JournalMode, e.Synchronous)
}

// Fault returns fault.Rejected.
func (e *DurabilityError) Fault() fault.Kind { return fault.Rejected }

// code returns the engine's result code of an error, from whichever of the two
// ways into the engine it came, and ResultOK for an error of another origin.
func code(err error) engine.ResultCode {
	var driver interface {
		error
		Code() int
	}
	if errors.As(err, &driver) {
		return engine.ResultCode(driver.Code())
	}
	if c := engine.ErrCode(err); c != engine.ResultError {
		return c
	}
	return engine.ResultOK
}

// constraint marks errors that a batch is to blame for.
func constraint(err error) error {
	if err != nil && code(err).ToPrimary() == engine.ResultConstraint {
		return &sqlstore.ConstraintError{Err: err}
	}
	return err
}

// opening is the operation of [Open], of which a file that cannot be opened is the
// answer. Later on the same is a disk, a folder or a limit of open files that may be
// mended.
const opening = "open"

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
		return &fault.TransientError{Op: "sqlite: " + op, Err: err}
	}
	primary := code(err).ToPrimary()
	if primary == engine.ResultCantOpen && op != opening {
		return &fault.TransientError{Op: "sqlite: " + op, Err: err}
	}
	switch primary {
	case engine.ResultBusy, engine.ResultLocked:
		return &BusyError{Op: op, Err: err}
	case engine.ResultFull:
		return &FullError{Op: op, Err: err}
	case engine.ResultReadOnly, engine.ResultPerm, engine.ResultCantOpen, engine.ResultAuth:
		return &ReadOnlyError{Op: op, Err: err}
	case engine.ResultCorrupt, engine.ResultNotADB:
		return &sqlstore.DamageError{Where: "the file", Err: err}
	default:
		return &fault.TransientError{Op: "sqlite: " + op, Err: err}
	}
}
