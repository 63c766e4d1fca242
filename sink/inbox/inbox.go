package inbox

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"github.com/go-oms/oms/fault"
)

// Inbox is a table of what consumers have had, in their own database. It keeps no
// state: a value may be used by many at once.
type Inbox struct{ note, forget string }

// SQLite is an inbox in a SQLite database.
func SQLite() Inbox { return inbox("?1", "?2", "?3") }

// PostgreSQL is an inbox in a PostgreSQL database.
func PostgreSQL() Inbox { return inbox("$1", "$2", "$3") }

func inbox(a, b, c string) Inbox {
	return Inbox{
		note:   "INSERT INTO oms_inbox (consumer, event_id, had_at) VALUES (" + a + ", " + b + ", " + c + ") ON CONFLICT DO NOTHING",
		forget: "DELETE FROM oms_inbox WHERE consumer = " + a + " AND had_at < " + b,
	}
}

// Schema is the statement that makes the table, unless it is there. It belongs to the
// consumer's own migrations.
func (Inbox) Schema() string {
	return `CREATE TABLE IF NOT EXISTS oms_inbox (
	consumer TEXT NOT NULL,
	event_id TEXT NOT NULL,
	had_at   BIGINT NOT NULL, -- microseconds since 1970
	PRIMARY KEY (consumer, event_id)
)`
}

// Once calls fn unless the consumer has had the event, and notes that it has: both in
// the caller's transaction, so that after its commit the effect and the note are
// there, and after a rollback neither. It reports whether fn was called. Several may
// try the same event at once: on PostgreSQL the others wait, on SQLite there is one
// writer.
//
// The id names the event among all that the consumer gets: the CloudEvent's. When fn
// fails, its error is returned as it is and everything since the call is undone, in
// a transaction that goes on. Errors of the database are *fault.TransientError.
func (b Inbox) Once(ctx context.Context, tx *sql.Tx, consumer, id string, at time.Time, fn func() error) (called bool, err error) {
	switch {
	case b.note == "":
		return false, fault.Invalid("inbox", "its zero value", "inbox.SQLite() or inbox.PostgreSQL()")
	case consumer == "":
		return false, fault.Invalid("consumer", consumer, "a name")
	case id == "":
		return false, fault.Invalid("id", id, "the id of an event")
	}
	if err := exec(ctx, tx, "SAVEPOINT oms_inbox"); err != nil {
		return false, err
	}
	kept := false
	defer func() {
		// Also when fn panics: who catches that may still commit.
		calm := context.WithoutCancel(ctx)
		if !kept {
			if undoErr := exec(calm, tx, "ROLLBACK TO SAVEPOINT oms_inbox"); undoErr != nil {
				err = errors.Join(err, undoErr)
				return
			}
		}
		if endErr := exec(calm, tx, "RELEASE SAVEPOINT oms_inbox"); endErr != nil {
			err = errors.Join(err, endErr)
		}
	}()
	result, err := tx.ExecContext(ctx, b.note, consumer, id, at.UnixMicro())
	if err != nil {
		return false, &fault.TransientError{Op: "inbox: note", Err: err}
	}
	fresh, err := result.RowsAffected()
	if err != nil {
		return false, &fault.TransientError{Op: "inbox: note", Err: err}
	}
	if fresh == 0 {
		return false, nil
	}
	err = fn()
	kept = err == nil
	return true, err
}

// Forget removes what a consumer had before a time and returns how many that were.
// What was forgotten has its effect again if it comes again: keep more than the
// longest that an event can be on its way, such as 90 days.
func (b Inbox) Forget(ctx context.Context, tx *sql.Tx, consumer string, before time.Time) (int64, error) {
	if b.forget == "" {
		return 0, fault.Invalid("inbox", "its zero value", "inbox.SQLite() or inbox.PostgreSQL()")
	}
	result, err := tx.ExecContext(ctx, b.forget, consumer, before.UnixMicro())
	if err != nil {
		return 0, &fault.TransientError{Op: "inbox: forget", Err: err}
	}
	return result.RowsAffected()
}

func exec(ctx context.Context, tx *sql.Tx, statement string) error {
	if _, err := tx.ExecContext(ctx, statement); err != nil {
		return &fault.TransientError{Op: "inbox: " + statement, Err: err}
	}
	return nil
}
