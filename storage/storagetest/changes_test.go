package storagetest

import (
	"reflect"
	"strings"
	"sync"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/go-oms/oms/fulfillment"
	"github.com/go-oms/oms/money"
	"github.com/go-oms/oms/order"
	"github.com/go-oms/oms/payment"
	"github.com/go-oms/oms/storage"
	"github.com/go-oms/oms/storage/memory"
)

// remembering is a store that gives one field of a row as it first was.
type remembering struct {
	mu    sync.Mutex
	first map[uuid.UUID]any
	path  string
}

// restore sets the field of the row, a pointer, to what it was when the row was
// read for the first time: before its change.
func (r *remembering) restore(id uuid.UUID, row any) {
	r.mu.Lock()
	defer r.mu.Unlock()
	first, ok := r.first[id]
	if !ok {
		r.first[id] = deepCopyOf(row)
		return
	}
	was := map[string]reflect.Value{}
	leaves(reflect.ValueOf(first).Elem(), "", func(path string, v reflect.Value) { was[path] = v })
	leaves(reflect.ValueOf(row).Elem(), "", func(path string, v reflect.Value) {
		if plain(path) == r.path {
			v.Set(was[path])
		}
	})
}

// forgetting are the hooks of a store that does not write a field's changes.
func forgetting(path string) *hooks {
	r := &remembering{first: map[uuid.UUID]any{}, path: path}
	h := &hooks{
		order: func(ctx ctxt, s store, id uuid.UUID) (*order.Order, error) {
			o, err := s.Order(ctx, id)
			if err == nil {
				r.restore(id, o)
			}
			return o, err
		},
		tender: func(ctx ctxt, s store, id uuid.UUID) (*payment.Tender, error) {
			x, err := s.Tender(ctx, id)
			if err == nil {
				r.restore(id, x)
			}
			return x, err
		},
		fulfillment: func(ctx ctxt, s store, id uuid.UUID) (*fulfillment.Fulfillment, error) {
			f, err := s.Fulfillment(ctx, id)
			if err == nil {
				r.restore(id, f)
			}
			return f, err
		},
	}
	h.commit = func(ctx ctxt, s store, b *storage.Batch) error {
		if err := s.Commit(ctx, b); err != nil || b.Command.Name == "change" {
			return err
		}
		for i := range b.Orders {
			_, _ = h.order(ctx, s, b.Orders[i].Delta.Order.ID)
			_, _ = h.tender(ctx, s, b.Payments[i].Delta.Tender.ID)
			_, _ = h.fulfillment(ctx, s, b.Fulfillments[i].Delta.Fulfillment.ID)
		}
		return nil
	}
	return h
}

// A store that forgets to write one field of an aggregate when it changes fails
// the case about that aggregate's changes, which names the field.
func TestEveryForgottenFieldOfAChangeIsCaught(t *testing.T) {
	sample := &rows{}
	require.NoError(t, sample.apply(fullBatch(1, money.EUR)))
	for _, c := range []changing{changedOrder(), changedTender(), changedFulfillment()} {
		seen := map[string]bool{}
		leaves(reflect.ValueOf(c.row(sample)).Elem(), "", func(at string, _ reflect.Value) {
			path := plain(at)
			if seen[path] || under(c.frozen, path) {
				return
			}
			seen[path] = true
			t.Run(c.name+"/"+path, func(t *testing.T) {
				t.Parallel()
				require.NoError(t, c.one(t.Context(), memory.New(), 1<<16, at))
				err := c.one(t.Context(), plant(memory.New(), forgetting(path)), 1<<16, at)
				require.ErrorContains(t, err, path[strings.LastIndexByte(path, '.')+1:])
			})
		})
		require.Greater(t, len(seen), 10)
	}
}

// A store that drops the changes of a kind of row fails that kind's case.
func TestEveryDroppedChangeIsCaught(t *testing.T) {
	for _, c := range changes() {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			dropping := &hooks{commit: func(ctx ctxt, s store, b *storage.Batch) error {
				if b.Command.Name == "change" {
					b = &storage.Batch{Command: b.Command}
				}
				return s.Commit(ctx, b)
			}}
			require.Error(t, c.check(t.Context(), plant(memory.New(), dropping), 1<<16))
		})
	}
}
