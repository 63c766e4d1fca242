package storagetest

import (
	"errors"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/go-oms/oms/event"
	"github.com/go-oms/oms/fault"
	"github.com/go-oms/oms/inventory"
	"github.com/go-oms/oms/order"
	"github.com/go-oms/oms/quantity"
	"github.com/go-oms/oms/storage"
)

// lag is the time between a check and the write that relies on it in a store that
// does not do both at once.
const lag = 3 * time.Millisecond

// late are hooks of a store that checks a batch, and later writes what change
// makes of it without checking again. Where there is nobody else it is right.
func late(concerns func(b *storage.Batch) bool, change func(ctx ctxt, s store, b *storage.Batch)) func() *hooks {
	return hooked(func(h *hooks) {
		var writing sync.Mutex
		h.commit = func(ctx ctxt, s store, b *storage.Batch) error {
			if !concerns(b) {
				return s.Commit(ctx, b)
			}
			if err := dry(ctx, s, b); err != nil {
				return err
			}
			time.Sleep(lag)
			c := deepCopy(b)
			writing.Lock()
			defer writing.Unlock()
			change(ctx, s, c)
			return s.Commit(ctx, c)
		}
	})
}

func concurrencyFaults() []mistake {
	return []mistake{
		{name: "promises stock by an earlier look", hooks: late(
			func(b *storage.Batch) bool { return has(b, inventory.Allocate) },
			func(ctx ctxt, s store, b *storage.Batch) {
				for _, d := range inventory.Sum(b.Inventory.Moves) {
					if _, short, _ := d.Apply(levelOf(ctx, s, d.SKU, d.Location)); short != nil {
						asFacts(b)
						return
					}
				}
			})},
		{name: "loses movements that meet", hooks: func() *hooks {
			var taking atomic.Int32
			return &hooks{commit: func(ctx ctxt, s store, b *storage.Batch) error {
				if !has(b, inventory.Release) {
					return s.Commit(ctx, b)
				}
				defer taking.Add(-1)
				if taking.Add(1) > 1 {
					b = deepCopy(b)
					b.Inventory.Moves[0].Allocated = quantity.Of(0)
				}
				time.Sleep(lag)
				return s.Commit(ctx, b)
			}}
		}},
		{name: "checks a key by an earlier look", hooks: late(
			func(b *storage.Batch) bool { return b.Command.Key != "" && len(b.Orders) == 1 },
			func(ctx ctxt, s store, b *storage.Batch) {
				if _, err := s.Key(ctx, b.Command.Key); err == nil {
					b.Command.Key = ""
				}
			})},
		{name: "checks a version by an earlier look", hooks: late(
			func(b *storage.Batch) bool { return len(b.Events) == 1 && b.Events[0].Version > 1 },
			func(ctx ctxt, s store, b *storage.Batch) {
				history, _ := s.History(ctx, event.Order, b.Events[0].ID)
				if next := int64(len(history)) + 1; len(b.Orders) == 1 {
					b.Events[0].Version, b.Orders[0].Delta.Order.Version = next, next
				}
			})},
		{name: "checks a lease by an earlier look", hooks: late(
			func(b *storage.Batch) bool { return len(b.Leases) == 1 },
			func(ctx ctxt, s store, b *storage.Batch) {
				l := &b.Leases[0]
				l.Before, _ = s.Lease(ctx, l.After.Name)
				l.After.Version = l.Before.Version + 1
			})},
		{name: "checks a cart by an earlier look", hooks: late(
			func(b *storage.Batch) bool { return len(b.Orders) == 1 && b.Orders[0].Delta.Order.CartID != "" },
			func(ctx ctxt, s store, b *storage.Batch) {
				o := &b.Orders[0].Delta.Order
				if _, err := s.OrderBy(ctx, order.Ref{CartID: o.CartID}); err == nil && o.Version == 1 {
					o.CartID = o.ID.String()
				}
			})},
		{name: "checks an email by an earlier look", hooks: late(
			func(b *storage.Batch) bool {
				return len(b.CRM.Customers) == 1 && len(b.Orders) == 0 && b.CRM.Customers[0].Version == 1
			},
			func(ctx ctxt, s store, b *storage.Batch) {
				c := &b.CRM.Customers[0]
				if _, err := s.CustomerBy(ctx, c.Email, ""); err == nil {
					c.Email = c.ID.String() + "@example.com"
				}
			})},
		{name: "checks a coupon by an earlier look", hooks: late(
			func(b *storage.Batch) bool { return len(b.Orders) == 1 && len(b.Orders[0].Coupons) > 0 },
			func(_ ctxt, _ store, b *storage.Batch) {
				for i := range b.Orders[0].Coupons {
					b.Orders[0].Coupons[i].Limit = 0
				}
			})},
		{name: "takes numbers by an earlier look", hooks: func() *hooks {
			var mu sync.Mutex
			type series struct {
				store store
				name  string
			}
			last := map[series]int64{}
			return &hooks{numbers: func(ctx ctxt, s store, name string, n int64) (int64, error) {
				if ctx.Err() != nil {
					return s.Numbers(ctx, name, n)
				}
				mu.Lock()
				first := last[series{s, name}] + 1
				mu.Unlock()
				time.Sleep(lag)
				mu.Lock()
				last[series{s, name}] = first + n - 1
				mu.Unlock()
				_, err := s.Numbers(ctx, name, n)
				return first, err
			}}
		}},
		{name: "writes a batch in two steps", hooks: hooked(func(h *hooks) {
			h.commit = func(ctx ctxt, s store, b *storage.Batch) error {
				if len(b.Inventory.Moves) != 2 || !has(b, inventory.Adjust) || len(b.Inventory.Levels) > 0 {
					return s.Commit(ctx, b)
				}
				if err := dry(ctx, s, b); err != nil {
					return err
				}
				first, second := deepCopy(b), &storage.Batch{}
				first.Inventory.Moves, second.Inventory.Moves = b.Inventory.Moves[:1], slices.Clone(b.Inventory.Moves[1:])
				err := s.Commit(ctx, first)
				time.Sleep(lag)
				return errors.Join(err, s.Commit(ctx, second))
			}
		})},
		{name: "mixes tenants that write together", hooks: func() *hooks {
			var mu sync.Mutex
			var current store
			return &hooks{commit: func(ctx ctxt, s store, b *storage.Batch) error {
				mu.Lock()
				current = s
				mu.Unlock()
				if b.Orders != nil && len(b.Orders[0].Delta.Lines) == 0 {
					time.Sleep(lag)
				}
				mu.Lock()
				defer mu.Unlock()
				return current.Commit(ctx, b)
			}}
		}},
		{name: "answers two who meet on a version with a wrong kind", hooks: func() *hooks {
			var meeting atomic.Int32
			return &hooks{commit: func(ctx ctxt, s store, b *storage.Batch) error {
				defer meeting.Add(-1)
				n := meeting.Add(1)
				if len(b.Events) == 1 && b.Events[0].Version == 2 {
					time.Sleep(lag)
				}
				err := s.Commit(ctx, b)
				var stale *fault.StaleError
				if errors.As(err, &stale) && n > 1 && stale.Kind == event.Order {
					return &fault.UnknownError{Op: "commit", Err: errWrong}
				}
				return err
			}}
		}},
	}
}
