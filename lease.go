package oms

import (
	"context"
	"sync"
	"time"

	"github.com/go-oms/oms/event"
	"github.com/go-oms/oms/fault"
	"github.com/go-oms/oms/storage"
)

// claim is a lease this process holds.
type claim struct {
	client *Client
	lease  storage.Lease
}

// claimed does a task under its lease, or nothing when another process holds it.
func (c *Client) claimed(ctx context.Context, t task) (Work, error) {
	now := event.Moment(c.core.cfg.Now())
	lease, err := c.store.Lease(ctx, t.name)
	if err != nil {
		return Work{}, err
	}
	if lease.Owner != "" && lease.Until.After(now) {
		return Work{}, nil
	}
	held := &claim{client: c, lease: lease}
	next := lease
	next.Owner, next.Until = c.core.owner, now.Add(leaseFor)
	if err := held.change(ctx, next); err != nil {
		if fault.KindOf(err) == fault.Conflict {
			return Work{}, nil // somebody else was faster
		}
		return Work{}, err
	}
	work, err := t.do(ctx, held)
	free := held.lease
	free.Owner, free.Until = "", time.Time{}
	if freeErr := held.change(context.WithoutCancel(ctx), free); err == nil && fault.KindOf(freeErr) != fault.Conflict {
		err = freeErr
	}
	return work, err
}

// change writes the lease, and others with it, if nobody else has taken it since.
func (h *claim) change(ctx context.Context, next storage.Lease, with ...storage.LeaseChange) error {
	next.Version = h.lease.Version + 1
	changes := append([]storage.LeaseChange{{Before: h.lease, After: next}}, with...)
	err := h.client.store.Commit(ctx, &storage.Batch{Leases: changes})
	if err == nil {
		h.lease = next
	}
	return err
}

// keep renews the claim beside work that may take long: for as long as that, and
// until done is called, which waits for it. The context ends with that time, or when
// the claim is lost.
func (h *claim) keep(ctx context.Context, long time.Duration) (_ context.Context, done func()) {
	ctx, cancel := context.WithTimeout(ctx, long)
	var renewing sync.WaitGroup
	renewing.Go(func() {
		ticker := time.NewTicker(leaseFor / 3)
		defer ticker.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-ticker.C:
			}
			if err := h.renew(ctx); fault.KindOf(err) == fault.Conflict {
				cancel()
			}
		}
	})
	return ctx, func() {
		cancel()
		renewing.Wait()
	}
}

// renew makes the claim last from now.
func (h *claim) renew(ctx context.Context) error {
	next := h.lease
	next.Until = h.client.now().Add(leaseFor)
	return h.change(ctx, next)
}
