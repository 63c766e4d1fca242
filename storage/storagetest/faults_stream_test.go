package storagetest

import (
	"context"
	"errors"
	"iter"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/google/uuid"

	"github.com/go-oms/oms/event"
	"github.com/go-oms/oms/fault"
	"github.com/go-oms/oms/order"
	"github.com/go-oms/oms/storage"
)

// streams are hooks that change what the stream yields.
func streams(change func(position int64, limit int, l []event.Event) []event.Event) func() *hooks {
	return hooked(func(h *hooks) {
		h.stream = func(ctx ctxt, s store, position int64, limit int) iter.Seq2[event.Event, error] {
			return rewalk(s.Stream(ctx, position, limit), func(l []event.Event) []event.Event { return change(position, limit, l) })
		}
	})
}

func eventFaults() []mistake {
	return []mistake{
		{name: "gives a history in order of text", hooks: hooked(func(h *hooks) {
			h.history = func(ctx ctxt, s store, aggregate string, id uuid.UUID) ([]event.Event, error) {
				list, err := s.History(ctx, aggregate, id)
				if len(list) > 9 { // where "10" comes before "9"
					list[8], list[9] = list[9], list[8]
				}
				return list, err
			}
		})},
		{name: "finds a history by id alone", hooks: hooked(func(h *hooks) {
			h.history = func(ctx ctxt, s store, aggregate string, id uuid.UUID) ([]event.Event, error) {
				list, err := s.History(ctx, aggregate, id)
				if err == nil && len(list) == 0 {
					return s.History(ctx, event.Order, id)
				}
				return list, err
			}
		})},
		{name: "gives payloads of an item as a value", hooks: streams(func(_ int64, _ int, l []event.Event) []event.Event {
			for i := range l {
				if l[i].Aggregate == event.Item {
					l[i].Payload = "item"
				}
			}
			return l
		})},
		{name: "gives the stream in order of aggregate", hooks: streams(func(_ int64, _ int, l []event.Event) []event.Event {
			slices.SortStableFunc(l, func(a, b event.Event) int { return strings.Compare(a.Aggregate, b.Aggregate) })
			return l
		})},
		{name: "gives positions that stand still", hooks: streams(func(_ int64, _ int, l []event.Event) []event.Event {
			for i := range l {
				if l[i].Aggregate == event.Payment {
					l[i].Position--
				}
			}
			return l
		})},
		{name: "gives events without their time", hooks: streams(func(_ int64, _ int, l []event.Event) []event.Event {
			for i := range l {
				l[i].RecordedAt = time.Time{}
			}
			return l
		})},
		{name: "loses the position of the stream", hooks: hooked(func(h *hooks) {
			h.stream = func(ctx ctxt, s store, position int64, limit int) iter.Seq2[event.Event, error] {
				return s.Stream(ctx, position-1, limit)
			}
		})},
		{name: "ignores the limit of the stream", hooks: hooked(func(h *hooks) {
			h.stream = func(ctx ctxt, s store, position int64, _ int) iter.Seq2[event.Event, error] {
				return s.Stream(ctx, position, 0)
			}
		})},
		{name: "ends the stream after a page", hooks: hooked(func(h *hooks) {
			h.stream = func(ctx ctxt, s store, position int64, limit int) iter.Seq2[event.Event, error] {
				if limit == 0 || limit > 500 {
					limit = 500
				}
				return s.Stream(ctx, position, limit)
			}
		})},
		{name: "locks writers out of the stream", hooks: func() *hooks {
			var walking atomic.Int32
			return &hooks{
				stream: func(ctx ctxt, s store, position int64, limit int) iter.Seq2[event.Event, error] {
					return func(yield func(event.Event, error) bool) {
						if limit == 3 {
							walking.Add(1)
							defer walking.Add(-1)
						}
						s.Stream(ctx, position, limit)(yield)
					}
				},
				commit: func(ctx ctxt, s store, b *storage.Batch) error {
					if walking.Load() > 0 {
						return &fault.TransientError{Op: "commit", Err: errWrong}
					}
					return s.Commit(ctx, b)
				},
			}
		}},
		{name: "shows the newest event while an older one is on its way", hooks: func() *hooks {
			var underway atomic.Int32
			return &hooks{
				commit: func(ctx ctxt, s store, b *storage.Batch) error {
					underway.Add(1)
					defer underway.Add(-1)
					time.Sleep(100 * time.Microsecond)
					err := s.Commit(ctx, b)
					time.Sleep(100 * time.Microsecond)
					return err
				},
				stream: func(ctx ctxt, s store, position int64, limit int) iter.Seq2[event.Event, error] {
					return rewalk(s.Stream(ctx, position, limit), func(l []event.Event) []event.Event {
						if underway.Load() > 0 && len(l) > 1 {
							l = slices.Delete(l, len(l)-2, len(l)-1)
						}
						return l
					})
				},
			}
		}},
	}
}

func keyFaults() []mistake {
	replies := func(change func(b *storage.Batch, r *event.Replay) error) func() *hooks {
		return hooked(func(h *hooks) {
			h.commit = func(ctx ctxt, s store, b *storage.Batch) error {
				err := s.Commit(ctx, b)
				var r *event.Replay
				if errors.As(err, &r) {
					return change(b, r)
				}
				return err
			}
		})
	}
	return []mistake{
		{name: "forgets the key", hooks: commits(func(_ ctxt, _ store, b *storage.Batch) { b.Command.Key = "" })},
		{name: "answers a repetition with its own result", hooks: replies(func(b *storage.Batch, _ *event.Replay) error {
			return &event.Replay{Result: b.Result}
		})},
		{name: "answers a repetition with success", hooks: replies(func(*storage.Batch, *event.Replay) error { return nil })},
		{name: "answers to another command", hooks: reused(func(k *storage.Key, cmd *event.Command) bool { return k.Body == cmd.Body })},
		{name: "answers to another body", hooks: reused(func(k *storage.Key, cmd *event.Command) bool { return k.Command == cmd.Name })},
		{name: "records batches without a key", hooks: commits(func(_ ctxt, _ store, b *storage.Batch) {
			if b.Command.Key == "" && len(b.Orders) > 0 {
				b.Command.Key = "made up for " + b.Orders[0].Delta.Order.Number
			}
		})},
		{name: "uses up the key of a refused batch", hooks: hooked(func(h *hooks) {
			h.commit = func(ctx ctxt, s store, b *storage.Batch) error {
				err := s.Commit(ctx, b)
				if err != nil && b.Command.Key != "" && len(b.Inventory.Moves) == 1 {
					_ = s.Commit(ctx, &storage.Batch{Command: b.Command})
				}
				return err
			}
		})},
		{name: "finds unknown keys empty", hooks: hooked(func(h *hooks) {
			h.key = func(ctx ctxt, s store, key string) (*storage.Key, error) {
				k, err := s.Key(ctx, key)
				if is[*fault.NotFoundError](err) && key == "" {
					return &storage.Key{}, nil
				}
				return k, err
			}
		})},
		{name: "forgets no keys", hooks: commits(func(_ ctxt, _ store, b *storage.Batch) { b.ForgetKeys = time.Time{} })},
		{name: "forgets keys of that very time", hooks: commits(func(_ ctxt, _ store, b *storage.Batch) {
			if !b.ForgetKeys.IsZero() {
				b.ForgetKeys = b.ForgetKeys.Add(time.Microsecond)
			}
		})},
		{name: "knows no free lease", hooks: hooked(func(h *hooks) {
			h.lease = func(ctx ctxt, s store, name string) (storage.Lease, error) {
				l, err := s.Lease(ctx, name)
				if l.Version == 0 && name == "run/expire" {
					l.Name = ""
				}
				return l, err
			}
		})},
		{name: "lists leases backwards", hooks: hooked(func(h *hooks) {
			h.leases = func(ctx ctxt, s store, prefix string) ([]storage.Lease, error) {
				leases, err := s.Leases(ctx, prefix)
				slices.Reverse(leases)
				return leases, err
			}
		})},
		{name: "lists leases without case", hooks: hooked(func(h *hooks) {
			h.leases = func(ctx ctxt, s store, prefix string) ([]storage.Lease, error) {
				all, err := s.Leases(ctx, "")
				return slices.DeleteFunc(all, func(l storage.Lease) bool {
					return !strings.HasPrefix(strings.ToLower(l.Name), strings.ToLower(prefix))
				}), err
			}
		})},
		{name: "lists leases by a pattern", hooks: hooked(func(h *hooks) {
			h.leases = func(ctx ctxt, s store, prefix string) ([]storage.Lease, error) {
				if prefix == "%" {
					prefix = ""
				}
				return s.Leases(ctx, prefix)
			}
		})},
		{name: "lists a lease that only begins like the prefix's first letters", hooks: hooked(func(h *hooks) {
			h.leases = func(ctx ctxt, s store, prefix string) ([]storage.Lease, error) {
				return s.Leases(ctx, strings.TrimSuffix(prefix, "/"))
			}
		})},
		{name: "lists another tenant's leases", hooks: hooked(func(h *hooks) {
			h.leases = func(ctx ctxt, s store, prefix string) ([]storage.Lease, error) {
				own, err := s.Leases(ctx, prefix)
				if err != nil {
					return nil, err
				}
				others, err := s.Tenant("other").Leases(ctx, prefix)
				return append(own, others...), err
			}
		})},
		{name: "lists leases after the context has ended", hooks: hooked(func(h *hooks) {
			h.leases = func(ctx ctxt, s store, prefix string) ([]storage.Lease, error) {
				return s.Leases(context.WithoutCancel(ctx), prefix)
			}
		})},
		{name: "gives a lease to everyone", hooks: commits(func(ctx ctxt, s store, b *storage.Batch) {
			for i := range b.Leases {
				l := &b.Leases[i]
				l.Before, _ = s.Lease(ctx, l.After.Name)
				l.After.Version = l.Before.Version + 1
			}
		})},
		{name: "gives an expired lease to everyone", hooks: commits(func(ctx ctxt, s store, b *storage.Batch) {
			for i := range b.Leases {
				l := &b.Leases[i]
				if held, _ := s.Lease(ctx, l.After.Name); held.Version > 0 && held.Until.Before(Start) {
					l.Before, l.After.Version = held, held.Version+1
				}
			}
		})},
		{name: "numbers from 0", hooks: hooked(func(h *hooks) {
			h.numbers = func(ctx ctxt, s store, series string, n int64) (int64, error) {
				first, err := s.Numbers(ctx, series, n)
				return first - 1, err
			}
		})},
		{name: "numbers all series together", hooks: hooked(func(h *hooks) {
			h.numbers = func(ctx ctxt, s store, _ string, n int64) (int64, error) { return s.Numbers(ctx, "all", n) }
		})},
	}
}

// reused is a store that answers a used key to more commands than the same one.
func reused(same func(k *storage.Key, cmd *event.Command) bool) func() *hooks {
	return hooked(func(h *hooks) {
		h.commit = func(ctx ctxt, s store, b *storage.Batch) error {
			err := s.Commit(ctx, b)
			var e *fault.KeyReusedError
			if errors.As(err, &e) {
				if k, _ := s.Key(ctx, e.Key); same(k, &b.Command) {
					return &event.Replay{Result: k.Result}
				}
			}
			return err
		}
	})
}

func tenantFaults() []mistake {
	return []mistake{
		{name: "has one tenant for all", hooks: hooked(func(h *hooks) { h.tenant = func(s store, _ string) store { return s } })},
		{name: "takes tenants for the same without case", hooks: hooked(func(h *hooks) {
			h.tenant = func(s store, id string) store {
				if id == "A" {
					id = "a"
				}
				return s.Tenant(id)
			}
		})},
		{name: "numbers all tenants together", hooks: func() *hooks {
			var mu sync.Mutex
			last := map[string]int64{}
			return &hooks{numbers: func(ctx ctxt, s store, series string, n int64) (int64, error) {
				if _, err := s.Numbers(ctx, series, n); err != nil {
					return 0, err
				}
				mu.Lock()
				defer mu.Unlock()
				last[series] += n
				return last[series] - n + 1, nil
			}}
		}},
		{name: "reads another tenant's leases", hooks: hooked(func(h *hooks) {
			h.lease = func(ctx ctxt, s store, name string) (storage.Lease, error) {
				l, err := s.Lease(ctx, name)
				if err == nil && l.Version == 0 {
					return s.Tenant("").Lease(ctx, name)
				}
				return l, err
			}
		})},
		{name: "compares carts of all tenants", hooks: refuses(func(ctx ctxt, s store, b *storage.Batch) error {
			for i := range b.Orders {
				o := &b.Orders[i].Delta.Order
				if x, err := s.Tenant("").OrderBy(ctx, order.Ref{CartID: o.CartID}); err == nil && x.ID != o.ID {
					return &storage.DuplicateError{Kind: "order", Field: "cart_id", Value: o.CartID}
				}
			}
			return nil
		})},
		{name: "binds the store that is asked for another tenant", hooks: func() *hooks {
			var bound atomic.Pointer[string]
			h := &hooks{tenant: func(s store, id string) store {
				bound.Store(&id)
				return s.Tenant(id)
			}}
			h.order = func(ctx ctxt, s store, id uuid.UUID) (*order.Order, error) {
				if name := bound.Load(); name != nil && *name == "" {
					return s.Tenant("nowhere").Order(ctx, id)
				}
				return s.Order(ctx, id)
			}
			return h
		}},
		{name: "lists tenants backwards", hooks: hooked(func(h *hooks) {
			h.tenants = func(ctx ctxt, s store) ([]string, error) {
				ids, err := s.Tenants(ctx)
				slices.Reverse(ids)
				return ids, err
			}
		})},
		{name: "lists tenants that were only asked for", hooks: func() *hooks {
			asked := []string{}
			return &hooks{
				tenant: func(s store, id string) store {
					asked = append(asked, id)
					return s.Tenant(id)
				},
				tenants: func(ctx ctxt, s store) ([]string, error) {
					ids, err := s.Tenants(ctx)
					ids = append(ids, asked...)
					slices.Sort(ids)
					return slices.Compact(ids), err
				},
			}
		}},
		{name: "cuts tenant ids", hooks: hooked(func(h *hooks) {
			h.tenant = func(s store, id string) store { return s.Tenant(id[:min(len(id), 64)]) }
		})},
	}
}
