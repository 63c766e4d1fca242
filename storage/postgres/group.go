package postgres

import (
	"context"
	"errors"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/go-oms/oms/fault"
	"github.com/go-oms/oms/inventory"
	"github.com/go-oms/oms/storage"
	"github.com/go-oms/oms/storage/internal/sqlstore"
)

// write writes what a group of callers wants and tells each its outcome.
func (f *flusher) write(ctx context.Context, w *wire, group []*request) {
	// A plan may be used again as soon as its caller has been answered: it is looked at
	// before that only.
	var together, alone []*request
	for _, r := range group {
		if r.plan.Lonely() {
			alone = append(alone, r)
		} else {
			together = append(together, r)
		}
	}
	if len(together) > 1 {
		together = f.together(ctx, w, together)
	}
	alone = append(together, alone...)
	for _, r := range alone {
		r.done <- f.alone(ctx, w, r)
	}
}

// together writes several batches in one transaction of two exchanges, and returns
// those it has to leave: the database refused the whole for a reason that the checks
// cannot see, or a key was used before.
func (f *flusher) together(ctx context.Context, w *wire, group []*request) (left []*request) {
	for try := 0; ; try++ {
		outcome, left, err := f.transaction(ctx, w, group)
		switch {
		case err == nil:
			for _, r := range outcome {
				r.done <- r.err
			}
			return left
		case sqlstore.Refused(err), fault.KindOf(err) == fault.Rejected, ofOne(err):
			return group
		case again(err) && try < tries && !w.pg.IsClosed() && backoff(ctx, try) == nil:
		default:
			err = classify("commit", err)
			for _, r := range group {
				r.done <- err
			}
			return nil
		}
	}
}

// ofOne reports whether an error of the server's may be about one statement, such as a
// lock that did not come, and not about the server.
func ofOne(err error) bool {
	var told *pgconn.PgError
	if !errors.As(err, &told) || fault.KindOf(classify("commit", err)) == fault.Unknown {
		return false
	}
	return told.Code == lockTimeout || strings.HasPrefix(told.Code, "54")
}

// transaction is one try of together. What one caller is refused for, such as stock
// that is gone, may be the work of another one, so nobody is told before the whole is
// durable.
func (f *flusher) transaction(ctx context.Context, w *wire, group []*request) (settled, left []*request, err error) {
	if err := f.load(ctx, w, group); err != nil {
		return nil, nil, err
	}
	var plans, dropped []*sqlstore.Plan
	var refused []*request
	places := f.db.base.Load() << placeBits
	for _, r := range group {
		if r.err = nil; !f.loader.Claimed(r.plan) {
			left = append(left, r)
			continue
		}
		levels, err := storage.Check(f.staged, r.batch)
		if r.err = err; err != nil {
			dropped, refused = append(dropped, r.plan), append(refused, r)
			continue
		}
		f.staged.Apply(r.batch, levels)
		plans = append(plans, r.plan)
		places = r.plan.Number(places)
		settled = append(settled, r)
	}
	if len(plans) == 0 {
		f.undo(ctx, w)
	} else {
		f.calls = f.calls[:0]
		f.add(f.loader.Unclaim(dropped))
		f.add(f.merger.Merge(plans, func(sku, location string) inventory.Level { return f.staged.Level(sku, location) }))
		if err := f.conclude(ctx, w); err != nil {
			return nil, nil, err
		}
	}
	certain, doubtful := f.doubt(ctx, w, refused)
	return append(settled, certain...), append(left, doubtful...), nil
}

// doubt tells those refusals from the others that may have another reason: a reference
// that is taken comes before stock that is gone, and no group has looked at it.
func (f *flusher) doubt(ctx context.Context, w *wire, refused []*request) (certain, doubtful []*request) {
	f.calls = append(f.calls[:0], f.db.prelude(f.tenant, nil)...)
	first := len(f.calls)
	var asked []*request // for each call
	for _, r := range refused {
		before := len(f.calls)
		f.add(f.loader.References(r.plan))
		for range f.calls[before:] {
			asked = append(asked, r)
		}
	}
	if len(asked) == 0 {
		return refused, nil
	}
	answers, err := w.exchange(ctx, f.calls)
	if err != nil {
		f.undo(ctx, w)
		return nil, refused
	}
	taken := map[*request]bool{}
	for i, r := range asked {
		taken[r] = taken[r] || !r.plan.Owns(answers[first+i])
	}
	for _, r := range refused {
		if taken[r] {
			doubtful = append(doubtful, r)
		} else {
			certain = append(certain, r)
		}
	}
	return certain, doubtful
}

// load is the first exchange. Nothing is durable before the second one, so its errors
// mean that nothing was written.
func (f *flusher) load(ctx context.Context, w *wire, group []*request) error {
	if f.staged == nil {
		f.staged = sqlstore.NewStaged()
	}
	f.staged.Reset()
	plans := make([]*sqlstore.Plan, len(group))
	for i, r := range group {
		plans[i] = r.plan
	}
	f.calls = append(f.calls[:0], f.db.prelude(f.tenant, qBegin)...)
	first := len(f.calls)
	f.add(f.loader.Load(plans, f.staged))
	answers, err := w.exchange(ctx, f.calls)
	if err == nil {
		err = f.loader.Take(func(i int) sqlstore.Rows { return answers[first+i] })
	}
	if err == nil {
		return nil
	}
	var told *pgconn.PgError
	var damaged *sqlstore.DamageError
	if errors.As(err, &told) || errors.As(err, &damaged) {
		f.undo(ctx, w)
	} else {
		_ = w.pg.Close(ctx)
	}
	return constraint(err)
}
