package sqlstore

import (
	"context"
	"sync"

	"github.com/go-oms/oms/storage"
)

// Job is what one caller wants to have written: all of it, or nothing.
type Job interface {
	// Run writes. When it fails, what it wrote is undone.
	Run(Conn, *Tx) error
	// Explain says why the database refused the job; it is called after that.
	Explain(c Conn, refusal error) error
}

// NumbersJob takes N consecutive numbers of a series; First is the first of them.
type NumbersJob struct {
	Tenant, Series string
	N, First       int64
}

// Run takes the numbers.
func (j *NumbersJob) Run(c Conn, _ *Tx) (err error) {
	j.First, err = Numbers(c, j.Tenant, j.Series, j.N)
	return err
}

// Explain returns the refusal.
func (j *NumbersJob) Explain(_ Conn, refusal error) error { return refusal }

// Joining is one use of a host's transaction. It is the Source of joined stores.
type Joining struct {
	Plans *Compiler
	// Conn returns the transaction for one call, or why it is none.
	Conn func(ctx context.Context, tenant string) (Conn, error)
	// Classify gives an error of the transaction its kind.
	Classify func(op string, err error) error
	// Begin is called in every savepoint before something is written; nil: nothing.
	Begin func(c Conn, tenant string, tx *Tx) error

	mu sync.Mutex // held while the transaction is used
}

// Store returns the store inside the transaction, bound to a tenant.
func (j *Joining) Store(tenant string) storage.Store {
	return &joined{Reader: &Reader{Source: &joinedSource{j, tenant}, Bound: tenant}, joining: j}
}

// joinedSource reads in the transaction, which sees its own writes.
type joinedSource struct {
	*Joining
	tenant string
}

// Read calls fn with the transaction.
func (j *joinedSource) Read(ctx context.Context, op string, fn func(Conn) error) error {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.Scan(ctx, op, fn)
}

// One is Read.
func (j *joinedSource) One(ctx context.Context, op string, fn func(Conn) error) error {
	return j.Read(ctx, op, fn)
}

// Scan is Read without the lock, which a walk must not keep while its caller does
// other things. Each statement is atomic in itself.
func (j *joinedSource) Scan(ctx context.Context, op string, fn func(Conn) error) error {
	err := ctx.Err()
	if err == nil {
		var c Conn
		if c, err = j.Conn(ctx, j.tenant); err == nil {
			err = fn(c)
		}
	}
	return j.Classify(op, err)
}

// Fail gives an error of the transaction its kind.
func (j *joinedSource) Fail(op string, err error) error { return j.Classify(op, err) }

// joined is a store inside a host's transaction.
type joined struct {
	*Reader
	joining *Joining
}

// InTx returns true.
func (s *joined) InTx() bool { return true }

// Tenant returns the same joined store bound to another tenant.
func (s *joined) Tenant(id string) storage.Store { return s.joining.Store(id) }

// Commit writes the batch into the transaction, or nothing of it.
func (s *joined) Commit(ctx context.Context, b *storage.Batch) error {
	if err := CheckTenant(s.Bound); err != nil {
		return err
	}
	plan, err := s.joining.Plans.Compile(s.Bound, false, b)
	if err != nil {
		return err
	}
	return s.joining.write(ctx, s.Bound, plan)
}

// Numbers takes numbers inside the transaction: they come back with a rollback,
// together with everything that bears them.
func (s *joined) Numbers(ctx context.Context, series string, n int64) (int64, error) {
	if err := CheckTenant(s.Bound); err != nil {
		return 0, err
	}
	j := &NumbersJob{Tenant: s.Bound, Series: series, N: n}
	err := s.joining.write(ctx, s.Bound, j)
	return j.First, err
}

var (
	qSave    = query("SAVEPOINT omsbatch")
	qRelease = query("RELEASE SAVEPOINT omsbatch")
	qUndo    = query("ROLLBACK TO SAVEPOINT omsbatch")
)

// write runs a job inside a savepoint. Undoing must not depend on the context that
// may have been what failed.
func (j *Joining) write(ctx context.Context, tenant string, work Job) error {
	if err := ctx.Err(); err != nil {
		return j.Classify("commit", err)
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	c, err := j.Conn(ctx, tenant)
	if err != nil {
		return j.Classify("commit", err)
	}
	calm, err := j.Conn(context.WithoutCancel(ctx), tenant)
	if err != nil {
		return j.Classify("commit", err)
	}
	return j.Classify("commit", j.attempt(c, calm, tenant, work))
}

func (j *Joining) attempt(c, calm Conn, tenant string, work Job) error {
	run := func(q *Query) error {
		_, err := calm.Exec(q, nil)
		return err
	}
	if err := run(qSave); err != nil {
		return err
	}
	tx := &Tx{}
	var err error
	if j.Begin != nil {
		err = j.Begin(c, tenant, tx)
	}
	if err == nil {
		err = work.Run(c, tx)
	}
	if err == nil {
		return run(qRelease)
	}
	if e := run(qUndo); e != nil {
		return e
	}
	if Refused(err) {
		err = work.Explain(calm, err)
	}
	if e := run(qRelease); e != nil {
		return e
	}
	return err
}
