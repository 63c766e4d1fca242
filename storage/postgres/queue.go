package postgres

import (
	"context"
	"math/rand/v2"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/go-oms/oms/fault"
	"github.com/go-oms/oms/storage"
	"github.com/go-oms/oms/storage/internal/sqlstore"
)

// request is a batch in the queue.
type request struct {
	plan  *sqlstore.Plan
	batch *storage.Batch
	state atomic.Int32
	done  chan error
	err   error // the outcome, told once the group has ended
}

// The states of a request. Whoever moves it on from waiting owns it: a flusher by
// taking it up, its caller by giving up.
const (
	waiting int32 = iota
	taken
	withdrawn
)

// queue is what the callers of one tenant want to have written. It has no goroutine
// while it is empty: the caller who finds fewer flushers at work than there may be
// starts one, which takes what there is and ends when there is nothing.
type queue struct {
	db     *database
	tenant string

	mu      sync.Mutex
	waiting []*request
	working int
	closed  bool
}

func (db *database) queue(tenant string) *queue {
	if q, ok := db.queues.Load(tenant); ok {
		return q.(*queue)
	}
	q, _ := db.queues.LoadOrStore(tenant, &queue{db: db, tenant: tenant, closed: db.isClosed()})
	return q.(*queue)
}

// write hands a batch to a flusher and waits for the outcome. A caller whose context
// ends before it is taken up withdraws it; then it is not settled: the queue may still
// hold on to the plan.
func (q *queue) write(ctx context.Context, plan *sqlstore.Plan, b *storage.Batch) (err error, settled bool) {
	if err := ctx.Err(); err != nil {
		return &fault.TransientError{Op: "postgres: commit", Err: err}, true
	}
	r := &request{plan: plan, batch: b, done: make(chan error, 1)}
	if err := q.put(r); err != nil {
		return err, true
	}
	select {
	case err := <-r.done:
		return err, true
	case <-ctx.Done():
		if r.state.CompareAndSwap(waiting, withdrawn) {
			return &fault.TransientError{Op: "postgres: commit", Err: ctx.Err()}, false
		}
		return <-r.done, true
	}
}

func (q *queue) put(r *request) error {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.closed {
		return &fault.TransientError{Op: "postgres: commit", Err: ErrClosed}
	}
	q.waiting = append(q.waiting, r)
	if q.working < q.db.options.Flushers {
		q.working++
		q.db.flushers.Add(1)
		go q.flush()
	}
	return nil
}

func (q *queue) close() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.closed = true
}

// flush writes group after group until nobody waits. It takes a connection first, so
// that callers may still withdraw, and others join, while there is none.
func (q *queue) flush() {
	defer q.db.flushers.Done()
	f := &flusher{db: q.db, tenant: q.tenant}
	for q.more() {
		ctx, cancel := context.WithTimeout(context.Background(), q.db.options.CommitTimeout)
		var group []*request
		err := q.db.lendWriting(ctx, func(pg *pgconn.PgConn) {
			if group = q.take(); len(group) > 0 {
				f.write(ctx, q.db.wire(pg), group)
			}
		})
		cancel()
		if err != nil {
			for group := q.take(); len(group) > 0; group = q.take() {
				for _, r := range group { // they all wait for the same thing
					r.done <- err
				}
			}
		}
	}
}

// more reports whether anybody waits; the flusher has ended where nobody does.
func (q *queue) more() bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	if len(q.waiting) == 0 {
		q.working--
		return false
	}
	return true
}

// take returns who waits, in order of arrival, as many as share a transaction. Before
// that it lets those run who may be about to join: callers who were answered with the
// last group, mostly.
func (q *queue) take() (group []*request) {
	runtime.Gosched()
	q.mu.Lock()
	defer q.mu.Unlock()
	n := 0
	for _, r := range q.waiting {
		if len(group) == q.db.options.Group {
			break
		}
		n++
		if r.state.CompareAndSwap(waiting, taken) {
			group = append(group, r)
		}
	}
	left := copy(q.waiting, q.waiting[n:])
	clear(q.waiting[left:])
	q.waiting = q.waiting[:left]
	return group
}

// lendWriting is lend for flushers, who finish what was queued before Close.
func (db *database) lendWriting(ctx context.Context, fn func(*pgconn.PgConn)) error {
	within, cancel := context.WithTimeout(ctx, db.options.PoolTimeout)
	defer cancel()
	lent := false
	err := db.link.lend(within, func(pg *pgconn.PgConn) {
		lent = true
		fn(pg)
	})
	if err != nil && !lent {
		return db.unlent(ctx, "commit", err)
	}
	return nil
}

// tries is how often a transaction is tried again that the server has refused for
// reasons of its own.
const tries = 8

// backoff waits before a transaction is tried again: longer each time, and never as
// long as another one that met it.
func backoff(ctx context.Context, try int) error {
	ceiling := time.Millisecond << min(try, 7)
	return pause(ctx, ceiling/2+rand.N(ceiling)/2)
}
