package postgres

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/go-oms/oms/storage"
)

// CommitTogether puts batches into the queue so that one flusher takes them as a
// group, in that order, and returns what waits for their outcomes.
func CommitTogether(t testing.TB, s *Store, batches ...*storage.Batch) (outcomes []func() error) {
	t.Helper()
	q := s.db.queue(s.Bound)
	q.mu.Lock()
	defer q.mu.Unlock()
	for _, b := range batches {
		plan, err := s.db.plans.Compile(s.Bound, true, b)
		if err != nil {
			t.Fatal(err)
		}
		r := &request{plan: plan, batch: b, done: make(chan error, 1)}
		q.waiting = append(q.waiting, r)
		outcomes = append(outcomes, func() error { return <-r.done })
	}
	q.working++
	s.db.flushers.Add(1)
	go q.flush()
	return outcomes
}

// MigrateBroken migrates as Migrate does, but for the connection's end behind the n-th
// of the statements that are to run, from 1. It returns how many there are.
func MigrateBroken(ctx context.Context, s *Store, n int) (statements int, err error) {
	steps, err := migrations()
	if err != nil {
		return 0, err
	}
	have, err := s.db.schema(ctx)
	if err != nil {
		return 0, err
	}
	for i := have; i < len(steps); i++ {
		list := strings.SplitAfter(steps[i].sql, ";\n")
		list = list[:len(list)-1] // nothing follows the last
		if at := n - statements; at >= 1 && at <= len(list) {
			list = slices.Insert(list, at, "SELECT pg_terminate_backend(pg_backend_pid());\n")
			steps[i].sql = strings.Join(list, "")
			statements--
		}
		statements += len(list)
	}
	for done := false; !done && err == nil; {
		failed := s.db.lend(ctx, "migrate", func(pg *pgconn.PgConn) { done, err = s.db.migrate(ctx, pg, steps) })
		err = errors.Join(err, failed)
	}
	return statements, err
}
