package storagetest

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"sync"

	"github.com/google/uuid"

	"github.com/go-oms/oms/fault"
	"github.com/go-oms/oms/inventory"
	"github.com/go-oms/oms/order"
	"github.com/go-oms/oms/storage"
)

// try is one run of a case. Its methods end the case at the first thing that is
// not as it must be, by a panic that the case turns into its error.
type try struct {
	*Clerk
	ctx   context.Context
	store storage.Store
}

type failure struct{ error }

// named makes a case of a check.
func named(name string, check func(t *try)) Case {
	return Case{name, func(ctx context.Context, s storage.Store) (err error) {
		defer func() {
			switch v := recover().(type) {
			case nil:
			case failure:
				err = v.error
			default:
				panic(v)
			}
		}()
		check(&try{Clerk: NewClerk(1), ctx: ctx, store: s})
		return nil
	}}
}

func (t *try) fail(format string, args ...any) { panic(failure{fmt.Errorf(format, args...)}) }

// ok ends the case on an error.
func (t *try) ok(what string, err error) {
	if err != nil {
		t.fail("%s: %w", what, err)
	}
}

// equal ends the case unless both are equal, field by field.
func (t *try) equal(what string, got, want any) {
	if d := diff(what, got, want); d != "" {
		t.fail("%s", d)
	}
}

// commit commits batches that must be accepted.
func (t *try) commit(batches ...*storage.Batch) {
	for _, b := range batches {
		t.ok("commit of "+b.Command.Name, t.store.Commit(t.ctx, b))
	}
}

// refused returns the error of that type that must be in the chain, which must be
// of that kind.
func refused[E error](t *try, what string, err error, kind fault.Kind) E {
	var e E
	if !errors.As(err, &e) {
		t.fail("%s: got %v, want a %T", what, err, e)
	}
	if k := fault.KindOf(err); k != kind {
		t.fail("%s: %v is %v, want %v", what, err, k, kind)
	}
	return e
}

// stale ends the case unless the batch is refused as a conflict.
func (t *try) stale(what string, b *storage.Batch) *fault.StaleError {
	return refused[*fault.StaleError](t, what, t.store.Commit(t.ctx, b), fault.Conflict)
}

func (t *try) missing(what string, err error) {
	refused[*fault.NotFoundError](t, what, err, fault.Rejected)
}

// order reads an order that must be there.
func (t *try) order(id uuid.UUID) *order.Order {
	o, err := t.store.Order(t.ctx, id)
	t.ok("order", err)
	if o == nil {
		t.fail("order %s: got neither an order nor an error", id)
	}
	return o
}

// placed commits a new order over the lines.
func (t *try) placed(lines ...Line) *order.Order {
	o, b := t.Place(lines...)
	t.commit(b)
	return o
}

// stock takes units of a SKU into stock.
func (t *try) stock(sku string, units int32) { t.commit(t.Receive(sku, Main, units)) }

// level reads the level of a SKU at Main; an empty one when there is none.
func (t *try) level(sku string) inventory.Level {
	levels, err := t.store.Levels(t.ctx, []string{sku})
	t.ok("levels", err)
	for _, l := range levels {
		if l.SKU == sku && l.Location == Main {
			return l
		}
	}
	return inventory.Level{SKU: sku, Location: Main}
}

// all collects a walk that must not fail.
func all[T any](t *try, what string, seq iter.Seq2[T, error]) []T {
	list, err := collect(seq)
	t.ok(what, err)
	return list
}

// first returns the first of a walk that must yield something.
func first[T any](t *try, what string, seq iter.Seq2[T, error]) T {
	list := all(t, what, seq)
	if len(list) == 0 {
		t.fail("%s: nothing is there", what)
	}
	return list[0]
}

// each returns what f makes of every element.
func each[T, R any](list []T, f func(T) R) []R {
	out := make([]R, len(list))
	for i, v := range list {
		out[i] = f(v)
	}
	return out
}

func orderID(o *order.Order) uuid.UUID { return o.ID }

// together calls f from n goroutines at once and returns their errors.
func together(n int, f func(i int) error) []error {
	errs := make([]error, n)
	var ready, done sync.WaitGroup
	gate := make(chan struct{})
	for i := range n {
		ready.Add(1)
		done.Go(func() {
			ready.Done()
			<-gate
			errs[i] = f(i)
		})
	}
	ready.Wait()
	close(gate)
	done.Wait()
	return errs
}
