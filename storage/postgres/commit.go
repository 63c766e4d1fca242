package postgres

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/go-oms/oms/fault"
	"github.com/go-oms/oms/storage"
	"github.com/go-oms/oms/storage/internal/sqlstore"
)

// flusher writes groups of batches of one tenant, one after the other. Its memory is
// used again.
type flusher struct {
	db     *database
	tenant string

	calls    []call
	sequence []sqlstore.Call
	merger   sqlstore.Merger
	loader   sqlstore.Loader
	staged   *sqlstore.Staged
}

// alone writes one batch in one exchange: the server is told to begin, all that is to
// be written and to commit before it has answered anything. It fails by itself where
// a precondition does not hold.
func (f *flusher) alone(ctx context.Context, w *wire, r *request) error {
	if r.plan.Doubtful() {
		return f.explain(ctx, w, r, errors.New("the batch contradicts itself"))
	}
	var last error
	moot := 0
	for try := range tries {
		err := f.attempt(ctx, w, r)
		switch {
		case err == nil:
			return nil
		case sqlstore.Refused(err):
			answer := f.explain(ctx, w, r, err)
			var unexplained errMoot
			if !errors.As(answer, &unexplained) {
				return answer
			}
			last = unexplained.error // it may hold again: somebody gave back what was missing
			if moot++; moot == 3 {
				if code(err) == divisionByZero { // it was a condition, and it held each time we looked
					return &BusyError{Op: "commit", Err: err}
				}
				return last
			}
		case again(err):
			last = classify("commit", err)
		default:
			return classify("commit", err)
		}
		if w.pg.IsClosed() || backoff(ctx, try) != nil {
			break
		}
	}
	return last
}

// attempt is one try of alone. Its error is of kind fault.Unknown where the batch may
// have been committed.
func (f *flusher) attempt(ctx context.Context, w *wire, r *request) error {
	r.plan.Number(f.db.base.Load() << placeBits)
	f.calls = append(f.calls[:0], f.db.prelude(f.tenant, qBegin)...)
	f.sequence = r.plan.Pipeline(f.sequence[:0])
	f.add(f.sequence)
	return f.conclude(ctx, w)
}

// placeBits is how many rows a transaction has places for in the order of recording.
const placeBits = 20

func (f *flusher) add(sequence []sqlstore.Call) {
	for i := range sequence {
		c := &sequence[i]
		f.calls = append(f.calls, call{statement: f.db.statements.of(c.Query, c.Must), args: c.Args})
	}
}

// conclude sends the calls and a commit in one exchange.
func (f *flusher) conclude(ctx context.Context, w *wire) error {
	commit := len(f.calls)
	f.calls = append(f.calls, call{statement: f.db.statements.of(qCommit, 0)})
	delete(w.pg.CustomData(), warnedKey)
	answers, err := w.exchange(ctx, f.calls)
	if err == nil {
		return f.confirm(w, answers)
	}
	var failed *failure
	var told *pgconn.PgError
	errors.As(err, &failed)
	switch {
	case errors.As(err, &told) && told.SeverityUnlocalized != "FATAL" && told.SeverityUnlocalized != "PANIC" && (failed.at < commit || again(err)):
		f.undo(ctx, w)
		return constraint(err) // a statement was refused, so nothing was committed
	case failed.unsent:
		return classify("commit", err)
	default:
		_ = w.pg.Close(ctx)
		return &fault.UnknownError{Op: "postgres: commit", Err: err}
	}
}

// warnedKey is where a connection keeps the last warning.
const warnedKey = namespace + "/warning"

// confirm looks at what the server says about a commit that did not fail. A commit
// that rolls back, or that warns, is not one to rely on.
func (f *flusher) confirm(w *wire, answers []*answer) error {
	if tag := answers[len(answers)-1].tag.String(); tag != "COMMIT" {
		return &fault.UnknownError{Op: "postgres: commit", Err: fmt.Errorf("the server answered %s", tag)}
	}
	if warning, ok := w.pg.CustomData()[warnedKey].(*pgconn.Notice); ok {
		return &fault.UnknownError{Op: "postgres: commit", Err: fmt.Errorf("the server warned: %s", warning.Message)}
	}
	return nil
}

// undo ends a transaction that failed, whatever became of the context.
func (f *flusher) undo(ctx context.Context, w *wire) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	w.rollback(ctx)
}

// errMoot is the answer to a refusal that nothing explains any more.
type errMoot struct{ error }

func (e errMoot) Unwrap() error { return e.error }

// explain says why the database refused a batch, by looking at the books as they are
// now.
func (f *flusher) explain(ctx context.Context, w *wire, r *request, refusal error) error {
	c := &reading{ctx: ctx, wire: w, pending: f.db.prelude(f.tenant, qMoment)}
	err := r.plan.Explain(c, refusal)
	if ended := c.end(true); ended != nil {
		return classify("commit", ended)
	}
	var unexplained *storage.BookError
	if errors.As(err, &unexplained) && unexplained.What == refusal.Error() {
		return errMoot{err}
	}
	return classify("commit", err)
}
