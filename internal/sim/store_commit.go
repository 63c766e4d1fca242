package sim

import (
	"context"
	"fmt"

	"github.com/go-oms/oms/fault"
	"github.com/go-oms/oms/storage"
)

var (
	commitFaults = []Fault{
		CommitFails, CommitRefused, CommitLost, CommitSilent, CommitLate, CommitCancel, CommitLeft, CrashBefore, CrashAfter, DiskFull,
	}
	numbersFaults = []Fault{NumbersFail, NumbersLost}
)

// Commit writes the batch, unless something comes between.
func (s *store) Commit(ctx context.Context, b *storage.Batch) error {
	w := s.w
	w.point()
	a := w.current
	f := w.swarm.one(commitFaults)
	switch f {
	case CommitFails:
		return s.refused(b, f, &fault.TransientError{Op: "sim: commit", Err: errRefuse})
	case CommitRefused:
		return s.refused(b, f, &fault.StaleError{Kind: "serialization", ID: "commit", Expected: 0, Actual: -1})
	case CommitLost:
		return s.refused(b, f, &fault.UnknownError{Op: "sim: commit", Err: errLine})
	case CommitCancel:
		a.ctx.cancel()
	case CrashBefore:
		w.crash()
	case CommitLate:
		a.late = append(a.late, func() { w.noted(b, "late", s.tenant.Commit(sure, b)) })
		return s.refused(b, f, &fault.UnknownError{Op: "sim: commit", Err: errLine})
	case DiskFull:
		w.full = w.steps + 50 + int64(w.swarm.rng.IntN(300))
	}
	if w.full > w.steps && !w.swarm.quiet {
		return s.refused(b, DiskFull, &fault.TransientError{Op: "sim: commit", Err: errDisk})
	}
	err := w.noted(b, string(f), s.tenant.Commit(ctx, b))
	switch f {
	case CrashAfter:
		w.crash()
	case CommitSilent:
		return &fault.UnknownError{Op: "sim: commit", Err: errLine}
	case CommitLeft:
		a.ctx.cancel()
	}
	return err
}

func (s *store) refused(b *storage.Batch, f Fault, err error) error {
	return s.w.noted(b, string(f), err)
}

// noted writes a commit down.
func (w *world) noted(b *storage.Batch, how string, err error) error {
	what := b.Command.Name
	if len(b.Leases) > 0 && what == "" {
		what = "lease " + b.Leases[0].After.Name
	}
	if err != nil {
		w.note("commit", what, b.Command.Key, how, err.Error())
		return err
	}
	w.note("commit", what, b.Command.Key, how, "done")
	return nil
}

// land lets the commits take place that are still under way for an actor. A server
// does not keep one for longer than the caller waits for his command.
func (w *world) land(a *actor) {
	late := a.late
	a.late = nil
	for _, commit := range late {
		commit()
	}
}

// Numbers takes numbers of a series.
func (s *store) Numbers(ctx context.Context, series string, n int64) (int64, error) {
	w := s.w
	if err := s.before(ctx, "numbers", true); err != nil {
		return 0, err
	}
	f := w.swarm.one(numbersFaults)
	if f == NumbersFail {
		return 0, &fault.TransientError{Op: "sim: numbers", Err: errLine}
	}
	first, err := s.tenant.Numbers(ctx, series, n)
	w.note("numbers", series, fmt.Sprint(first))
	if f == NumbersLost {
		return 0, &fault.UnknownError{Op: "sim: numbers", Err: errLine}
	}
	return first, err
}
