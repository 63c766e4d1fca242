package storagetest

import (
	"context"
	"errors"
	"iter"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/google/uuid"

	"github.com/go-oms/oms/crm"
	"github.com/go-oms/oms/event"
	"github.com/go-oms/oms/fault"
	"github.com/go-oms/oms/fulfillment"
	"github.com/go-oms/oms/inventory"
	"github.com/go-oms/oms/order"
	"github.com/go-oms/oms/payment"
	"github.com/go-oms/oms/reporting"
	"github.com/go-oms/oms/storage"
)

// shelf is books with a fault, as planted is a store with one.
type shelf struct {
	storage.Books
	orders      func(iter.Seq2[*order.Order, error]) iter.Seq2[*order.Order, error]
	facts       func(iter.Seq2[reporting.Fact, error]) iter.Seq2[reporting.Fact, error]
	tenders     func(b storage.Books, by storage.Sort) storage.Sort
	moves       func(iter.Seq2[inventory.Move, error]) iter.Seq2[inventory.Move, error]
	leases      func(iter.Seq2[storage.Lease, error]) iter.Seq2[storage.Lease, error]
	keys        func(iter.Seq2[storage.Key, error]) iter.Seq2[storage.Key, error]
	fulfillment func(iter.Seq2[*fulfillment.Fulfillment, error]) iter.Seq2[*fulfillment.Fulfillment, error]
	customers   func(iter.Seq2[*crm.Customer, error]) iter.Seq2[*crm.Customer, error]
	saved       func(iter.Seq2[crm.Address, error]) iter.Seq2[crm.Address, error]
	last        func(int64) int64
}

func (b shelf) AllOrders(ctx ctxt) iter.Seq2[*order.Order, error] {
	if b.orders != nil {
		return b.orders(b.Books.AllOrders(ctx))
	}
	return b.Books.AllOrders(ctx)
}

func (b shelf) AllFacts(ctx ctxt) iter.Seq2[reporting.Fact, error] {
	if b.facts != nil {
		return b.facts(b.Books.AllFacts(ctx))
	}
	return b.Books.AllFacts(ctx)
}

func (b shelf) AllTenders(ctx ctxt, by storage.Sort) iter.Seq2[*payment.Tender, error] {
	if b.tenders != nil {
		by = b.tenders(b.Books, by)
	}
	return b.Books.AllTenders(ctx, by)
}

func (b shelf) AllFulfillments(ctx ctxt, by storage.Sort) iter.Seq2[*fulfillment.Fulfillment, error] {
	if b.fulfillment != nil {
		return b.fulfillment(b.Books.AllFulfillments(ctx, by))
	}
	return b.Books.AllFulfillments(ctx, by)
}

func (b shelf) AllMoves(ctx ctxt) iter.Seq2[inventory.Move, error] {
	if b.moves != nil {
		return b.moves(b.Books.AllMoves(ctx))
	}
	return b.Books.AllMoves(ctx)
}

func (b shelf) AllLeases(ctx ctxt) iter.Seq2[storage.Lease, error] {
	if b.leases != nil {
		return b.leases(b.Books.AllLeases(ctx))
	}
	return b.Books.AllLeases(ctx)
}

func (b shelf) AllKeys(ctx ctxt) iter.Seq2[storage.Key, error] {
	if b.keys != nil {
		return b.keys(b.Books.AllKeys(ctx))
	}
	return b.Books.AllKeys(ctx)
}

func (b shelf) AllCustomers(ctx ctxt) iter.Seq2[*crm.Customer, error] {
	if b.customers != nil {
		return b.customers(b.Books.AllCustomers(ctx))
	}
	return b.Books.AllCustomers(ctx)
}

func (b shelf) AllSavedAddresses(ctx ctxt) iter.Seq2[crm.Address, error] {
	if b.saved != nil {
		return b.saved(b.Books.AllSavedAddresses(ctx))
	}
	return b.Books.AllSavedAddresses(ctx)
}

func (b shelf) LastPosition(ctx ctxt) (int64, error) {
	last, err := b.Books.LastPosition(ctx)
	if b.last != nil {
		last = b.last(last)
	}
	return last, err
}

// shelved are hooks whose snapshots have that fault.
func shelved(set func(b *shelf)) func() *hooks {
	return hooked(func(h *hooks) {
		h.snapshot = func(ctx ctxt, s store, fn func(storage.Books) error) error {
			return s.Snapshot(ctx, func(b storage.Books) error {
				wrong := shelf{Books: b}
				set(&wrong)
				return fn(wrong)
			})
		}
	})
}

// change is rewalk with the walk to come.
func change[T any](f func(l []T) []T) func(iter.Seq2[T, error]) iter.Seq2[T, error] {
	return func(seq iter.Seq2[T, error]) iter.Seq2[T, error] { return rewalk(seq, f) }
}

func drop[T any](l []T) []T { return l[:max(0, len(l)-1)] }

func turn[T any](l []T) []T {
	slices.Reverse(l)
	return l
}

func snapshotFaults() []mistake {
	return []mistake{
		{name: "leaves a lease out of a snapshot", hooks: shelved(func(b *shelf) { b.leases = change(drop[storage.Lease]) })},
		{name: "leaves an order out of a snapshot", hooks: shelved(func(b *shelf) { b.orders = change(drop[*order.Order]) })},
		{name: "leaves a key's result out of a snapshot", hooks: shelved(func(b *shelf) {
			b.keys = change(func(l []storage.Key) []storage.Key {
				for i := range l {
					l[i].Result = nil
				}
				return l
			})
		})},
		{name: "gives orders backwards in a snapshot", hooks: shelved(func(b *shelf) { b.orders = change(turn[*order.Order]) })},
		{name: "gives tenders by id whatever is asked for", hooks: shelved(func(b *shelf) {
			b.tenders = func(storage.Books, storage.Sort) storage.Sort { return storage.ByID }
		})},
		{name: "gives movements in order of recording in a snapshot", hooks: shelved(func(b *shelf) {
			b.moves = change(func(l []inventory.Move) []inventory.Move {
				slices.SortStableFunc(l, func(x, y inventory.Move) int { return x.RecordedAt.Compare(y.RecordedAt) })
				return l
			})
		})},
		{name: "miscounts positions in a snapshot", hooks: shelved(func(b *shelf) { b.last = func(n int64) int64 { return n - 1 } })},
		{name: "has a position without events", hooks: shelved(func(b *shelf) { b.last = func(n int64) int64 { return max(n, 1) } })},
		{name: "reads a snapshot live", hooks: hooked(func(h *hooks) {
			h.snapshot = func(ctx ctxt, s store, fn func(storage.Books) error) error {
				return s.Snapshot(ctx, func(b storage.Books) error {
					return fn(shelf{Books: b, orders: func(iter.Seq2[*order.Order, error]) iter.Seq2[*order.Order, error] {
						var live []*order.Order
						err := s.Snapshot(ctx, func(b storage.Books) (err error) {
							live, err = collect(b.AllOrders(ctx))
							return err
						})
						return func(yield func(*order.Order, error) bool) {
							if err != nil {
								yield(nil, err)
								return
							}
							for _, o := range live {
								if !yield(o, nil) {
									return
								}
							}
						}
					}})
				})
			}
		})},
		{name: "locks writers out of a snapshot", hooks: func() *hooks {
			var reading atomic.Int32
			return &hooks{
				snapshot: func(ctx ctxt, s store, fn func(storage.Books) error) error {
					reading.Add(1)
					defer reading.Add(-1)
					return s.Snapshot(ctx, fn)
				},
				commit: func(ctx ctxt, s store, b *storage.Batch) error {
					if reading.Load() > 0 {
						return &fault.TransientError{Op: "commit", Err: errWrong}
					}
					return s.Commit(ctx, b)
				},
			}
		}},
		{name: "keeps the error of a snapshot's function to itself", hooks: hooked(func(h *hooks) {
			h.snapshot = func(ctx ctxt, s store, fn func(storage.Books) error) error {
				if err := s.Snapshot(ctx, fn); fault.KindOf(err) == fault.Transient {
					return err
				}
				return nil
			}
		})},
		{name: "leaves a fact out of a snapshot", hooks: shelved(func(b *shelf) { b.facts = change(drop[reporting.Fact]) })},
		{name: "gives facts backwards in a snapshot", hooks: shelved(func(b *shelf) { b.facts = change(turn[reporting.Fact]) })},
	}
}

func contextFaults() []mistake {
	return []mistake{
		{name: "commits after the context has ended", hooks: hooked(func(h *hooks) {
			h.commit = func(ctx ctxt, s store, b *storage.Batch) error { return s.Commit(context.WithoutCancel(ctx), b) }
		})},
		{name: "commits and then looks at the context", hooks: hooked(func(h *hooks) {
			h.commit = func(ctx ctxt, s store, b *storage.Batch) error {
				err := s.Commit(context.WithoutCancel(ctx), b)
				if ctx.Err() != nil {
					return &fault.TransientError{Op: "commit", Err: ctx.Err()}
				}
				return err
			}
		})},
		{name: "takes numbers after the context has ended", hooks: hooked(func(h *hooks) {
			h.numbers = func(ctx ctxt, s store, series string, n int64) (int64, error) {
				first, err := s.Numbers(context.WithoutCancel(ctx), series, n)
				return first, errors.Join(err, ctx.Err())
			}
		})},
		{name: "reads a lease after the context has ended", hooks: hooked(func(h *hooks) {
			h.lease = func(ctx ctxt, s store, name string) (storage.Lease, error) {
				return s.Lease(context.WithoutCancel(ctx), name)
			}
		})},
		{name: "streams after the context has ended", hooks: hooked(func(h *hooks) {
			h.stream = func(ctx ctxt, s store, position int64, limit int) iter.Seq2[event.Event, error] {
				return s.Stream(context.WithoutCancel(ctx), position, limit)
			}
		})},
	}
}

func ownershipFaults() []mistake {
	return []mistake{
		{name: "sorts the movements of the batch it is given", hooks: hooked(func(h *hooks) {
			h.commit = func(ctx ctxt, s store, b *storage.Batch) error {
				slices.SortFunc(b.Inventory.Moves, func(x, y inventory.Move) int { return slices.Compare(x.ID[:], y.ID[:]) })
				return s.Commit(ctx, b)
			}
		})},
		{name: "keeps the orders of the batch it is given", hooks: func() *hooks {
			var mu sync.Mutex
			kept := map[uuid.UUID]*order.Delta{}
			return &hooks{
				commit: func(ctx ctxt, s store, b *storage.Batch) error {
					err := s.Commit(ctx, b)
					mu.Lock()
					defer mu.Unlock()
					for i := range b.Orders {
						if d := b.Orders[i].Delta; d.Order.Version == 1 && err == nil {
							kept[d.Order.ID] = d
						}
					}
					return err
				},
				order: func(ctx ctxt, s store, id uuid.UUID) (*order.Order, error) {
					o, err := s.Order(ctx, id)
					mu.Lock()
					defer mu.Unlock()
					if d := kept[id]; d != nil && o != nil && o.Version == 1 {
						o.Lines = d.Lines
					}
					return o, err
				},
			}
		}},
		{name: "gives everyone the same order", hooks: func() *hooks {
			var mu sync.Mutex
			given := map[aggregateAt]*order.Order{}
			return &hooks{order: func(ctx ctxt, s store, id uuid.UUID) (*order.Order, error) {
				o, err := s.Order(ctx, id)
				if err != nil {
					return nil, err
				}
				mu.Lock()
				defer mu.Unlock()
				at := aggregateAt{s, id, o.Version}
				if given[at] == nil {
					given[at] = o
				}
				return given[at], nil
			}}
		}},
		{name: "lists what it keeps", hooks: func() *hooks {
			var mu sync.Mutex
			given := map[aggregateAt]*order.Order{}
			keep := func(s store, o *order.Order) *order.Order {
				mu.Lock()
				defer mu.Unlock()
				at := aggregateAt{s, o.ID, o.Version}
				if given[at] == nil {
					given[at] = o
				}
				return given[at]
			}
			return &hooks{
				orders: func(ctx ctxt, s store, f order.Filter) iter.Seq2[*order.Order, error] {
					return rewalk(s.Orders(ctx, f), func(l []*order.Order) []*order.Order {
						return each(l, func(o *order.Order) *order.Order { return keep(s, o) })
					})
				},
				order: func(ctx ctxt, s store, id uuid.UUID) (*order.Order, error) {
					o, err := s.Order(ctx, id)
					if err != nil {
						return nil, err
					}
					return keep(s, o).Clone(), nil
				},
			}
		}},
		{name: "gives everyone the same scans in a snapshot", hooks: func() *hooks {
			given := map[uuid.UUID][]fulfillment.Scan{}
			return shelved(func(b *shelf) {
				b.fulfillment = change(func(l []*fulfillment.Fulfillment) []*fulfillment.Fulfillment {
					for _, f := range l {
						for i := range f.Shipments {
							s := &f.Shipments[i]
							if given[s.ID] == nil {
								given[s.ID] = s.Scans
							}
							s.Scans = given[s.ID]
						}
					}
					return l
				})
			})()
		}},
	}
}

type aggregateAt struct {
	store   store
	id      uuid.UUID
	version int64
}
