package postgres

import (
	"testing"

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
