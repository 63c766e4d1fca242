package oms

import (
	"context"
	"sync"

	"github.com/go-oms/oms/storage"
)

// block is how many order numbers an unjoined client takes at once. What a
// process does not use when it ends is a gap.
const block = 64

// numbers hands out order numbers from blocks taken ahead, per tenant.
type numbers struct {
	mu     sync.Mutex
	blocks map[string]*numberBlock
}

type numberBlock struct {
	next, end int64
	fetching  chan struct{} // closed when the fetch under way is over
}

// take returns the next order number of a tenant. The store is asked without the
// lock held; others wait for that answer instead of asking again. A single number
// is taken from a store that is joined to the host's transaction, or that is not
// the configured one: nothing of it is kept.
func (n *numbers) take(ctx context.Context, store storage.Store, tenant string, single bool) (int64, error) {
	if single {
		return store.Numbers(ctx, "order", 1)
	}
	for {
		n.mu.Lock()
		if n.blocks == nil {
			n.blocks = make(map[string]*numberBlock)
		}
		b := n.blocks[tenant]
		if b == nil {
			b = &numberBlock{}
			n.blocks[tenant] = b
		}
		if b.next < b.end {
			number := b.next
			b.next++
			n.mu.Unlock()
			return number, nil
		}
		if wait := b.fetching; wait != nil {
			n.mu.Unlock()
			select {
			case <-wait:
				continue
			case <-ctx.Done():
				return 0, ctx.Err()
			}
		}
		b.fetching = make(chan struct{})
		n.mu.Unlock()

		first, err := store.Numbers(ctx, "order", block)

		n.mu.Lock()
		close(b.fetching)
		b.fetching = nil
		if err == nil {
			b.next, b.end = first, first+block
		}
		n.mu.Unlock()
		if err != nil {
			return 0, err
		}
	}
}
