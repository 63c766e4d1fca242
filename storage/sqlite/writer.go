package sqlite

import (
	"context"
	"errors"
	"runtime"
	"sync"
	"sync/atomic"

	engine "zombiezen.com/go/sqlite"

	"github.com/go-oms/oms/fault"
	"github.com/go-oms/oms/storage/internal/sqlstore"
)

// request is a job in the queue.
type request struct {
	job   sqlstore.Job
	state atomic.Int32
	done  chan error
	err   error // the outcome, told once the group has ended
}

// The states of a request. Whoever moves it on from waiting owns it: the writer
// by taking it up, its caller by giving up.
const (
	waiting int32 = iota
	taken
	withdrawn
)

func (r *request) take() bool { return r.state.CompareAndSwap(waiting, taken) }

// writer is the goroutine that writes, and its queue.
type writer struct {
	connect func() (*conn, error)
	group   int // how many jobs share a transaction at most

	mu     sync.RWMutex // held for reading while something is put into the queue
	closed bool
	queue  chan *request
	ended  chan struct{} // closed when the goroutine is over

	conn    *conn // nil after a failure: the next group connects again
	careful int   // for how many more groups each job gets a savepoint
}

func newWriter(c *conn, group int, connect func() (*conn, error)) *writer {
	w := &writer{
		connect: connect, group: group, conn: c,
		queue: make(chan *request, 4*group), ended: make(chan struct{}),
	}
	go w.loop()
	return w
}

// write hands a job to the writer and waits for the outcome. A caller whose
// context ends before the writer has taken the job up withdraws it.
func (w *writer) write(ctx context.Context, j sqlstore.Job) error {
	r := &request{job: j, done: make(chan error, 1)}
	if err := w.put(ctx, r); err != nil {
		return err
	}
	select {
	case err := <-r.done:
		return err
	case <-ctx.Done():
		if r.state.CompareAndSwap(waiting, withdrawn) {
			return &fault.TransientError{Op: "sqlite: commit", Err: ctx.Err()}
		}
		return <-r.done
	}
}

func (w *writer) put(ctx context.Context, r *request) error {
	if err := ctx.Err(); err != nil {
		return &fault.TransientError{Op: "sqlite: commit", Err: err}
	}
	w.mu.RLock()
	defer w.mu.RUnlock()
	if w.closed {
		return &fault.TransientError{Op: "sqlite: commit", Err: ErrClosed}
	}
	select {
	case w.queue <- r:
		return nil
	case <-ctx.Done():
		return &fault.TransientError{Op: "sqlite: commit", Err: ctx.Err()}
	}
}

// close lets the writer finish what is queued and ends it.
func (w *writer) close() error {
	w.mu.Lock()
	if w.closed {
		w.mu.Unlock()
		<-w.ended
		return nil
	}
	w.closed = true
	close(w.queue)
	w.mu.Unlock()
	<-w.ended
	if w.conn == nil {
		return nil
	}
	return w.conn.close()
}

func (w *writer) loop() {
	defer close(w.ended)
	for first := range w.queue {
		if first.state.Load() == waiting {
			w.write1(first)
		}
	}
}

var (
	qBegin    = &sqlstore.Query{SQL: "BEGIN IMMEDIATE"}
	qCookie   = &sqlstore.Query{SQL: "PRAGMA schema_version"}
	qCommit   = &sqlstore.Query{SQL: "COMMIT"}
	qRollback = &sqlstore.Query{SQL: "ROLLBACK"}
	qSave     = &sqlstore.Query{SQL: "SAVEPOINT oms_batch"}
	qRelease  = &sqlstore.Query{SQL: "RELEASE oms_batch"}
	qUndo     = &sqlstore.Query{SQL: "ROLLBACK TO oms_batch"}
)

// write1 writes one group: the first request and whatever has queued up by the
// time the writer gets to it. It begins before it takes anything up, so that
// callers may still withdraw while the file is busy.
func (w *writer) write1(first *request) {
	if err := w.begin(); err != nil {
		if w.conn != nil && !w.conn.engine.AutocommitEnabled() {
			w.reset() // it has begun all the same, and nobody could begin again
		}
		w.refuse(first, classify("begin", err))
		return
	}
	group := make([]*request, 0, 16)
	var tx sqlstore.Tx
	for r := first; r != nil; r = w.next(len(group)) {
		if !r.take() {
			continue
		}
		group = append(group, r)
		err := w.attempt(r, &tx)
		if errors.Is(err, errStartOver) {
			tx, err = sqlstore.Tx{}, w.startOver(group)
		}
		if err != nil {
			w.abandon(group, classify("write", err))
			return
		}
	}
	w.commit(group)
	w.careful = max(0, w.careful-1)
}

// caution is for how many groups the writer makes savepoints after a refusal.
const caution = 32

// errStartOver says that a job was refused where there was no savepoint to return
// to. It stays inside the writer.
var errStartOver = errors.New("start over with savepoints")

// startOver undoes what the group has written and writes it again with a
// savepoint for each job.
func (w *writer) startOver(group []*request) error {
	w.careful = caution
	if err := w.conn.run(qRollback); err != nil {
		return err
	}
	if err := w.conn.begin(); err != nil {
		return err
	}
	var tx sqlstore.Tx
	for _, r := range group {
		if err := w.attempt(r, &tx); err != nil {
			return err
		}
	}
	return nil
}

// next returns a request that waits already, or nil. Before it finds none it lets
// those run who may be about to put one into the queue: callers who were answered
// with the last group, mostly. That doubles the groups of 64 callers on two cores.
func (w *writer) next(size int) *request {
	if size >= w.group {
		return nil
	}
	if r := w.poll(); r != nil {
		return r
	}
	runtime.Gosched()
	return w.poll()
}

func (w *writer) poll() *request {
	select {
	case r := <-w.queue:
		return r // nil when the queue was closed and is empty
	default:
		return nil
	}
}

func (w *writer) begin() (err error) {
	if w.conn == nil {
		if w.conn, err = w.connect(); err != nil {
			return err
		}
	}
	return w.conn.begin()
}

// refuse answers everybody who waits: they all wait for the same thing.
func (w *writer) refuse(first *request, err error) {
	for r, n := first, len(w.queue); ; n-- {
		if r != nil && r.take() {
			r.done <- err
		}
		if n == 0 {
			return
		}
		r = <-w.queue
	}
}

// attempt runs one job so that it fails alone, and keeps its outcome. The error is
// the database's and ends the group.
//
// A savepoint would do that for every job, but keeping the pages that it may have
// to restore costs as much as two of an order's seventeen rows, and most jobs are
// never refused. So the writer goes without until one is, writes that group again
// with savepoints, and keeps making them for a while.
func (w *writer) attempt(r *request, tx *sqlstore.Tx) error {
	if w.careful > 0 {
		return w.attemptSaved(r, tx)
	}
	r.err = r.job.Run(w.conn, tx)
	if blames(r.err) {
		return errStartOver
	}
	return r.err
}

// blames reports whether an error of a job is the job's own.
func blames(err error) bool {
	return err != nil && (sqlstore.Refused(err) || fault.KindOf(err) == fault.Rejected)
}

func (w *writer) attemptSaved(r *request, tx *sqlstore.Tx) error {
	if err := w.conn.run(qSave); err != nil {
		return err
	}
	r.err = r.job.Run(w.conn, tx)
	if r.err == nil {
		return w.conn.run(qRelease)
	}
	if !blames(r.err) {
		return r.err
	}
	if err := w.conn.run(qUndo); err != nil {
		return err
	}
	if sqlstore.Refused(r.err) {
		r.err = r.job.Explain(w.conn, r.err)
		if code(r.err) != engine.ResultOK {
			return r.err
		}
	}
	return w.conn.run(qRelease)
}

// commit makes the group durable and tells everybody.
func (w *writer) commit(group []*request) {
	err := w.conn.run(qCommit)
	switch {
	case err == nil:
		for _, r := range group {
			r.done <- r.err
		}
	case code(err).ToPrimary() == engine.ResultBusy && w.conn.run(qRollback) == nil:
		// Only a rollback journal can be refused like this, before anything is written.
		w.tell(group, &BusyError{Op: "commit", Err: err})
	default:
		w.reset()
		w.tell(group, &fault.UnknownError{Op: "sqlite: commit", Err: err})
	}
}

// abandon rolls the group back.
func (w *writer) abandon(group []*request, err error) {
	if e := w.conn.run(qRollback); e != nil && !w.conn.engine.AutocommitEnabled() {
		w.reset()
	}
	w.tell(group, err)
}

// tell answers everybody of a failed group alike: what one was refused for, such
// as a key that is there or stock that is gone, may be the work of another one
// that never became durable.
func (w *writer) tell(group []*request, err error) {
	for _, r := range group {
		r.done <- err
	}
}

// reset drops a connection whose state nobody knows.
func (w *writer) reset() {
	_ = w.conn.close()
	w.conn = nil
}
