package memory

import (
	"context"
	"iter"
	"slices"
	"strings"

	"github.com/google/uuid"

	"github.com/go-oms/oms/event"
	"github.com/go-oms/oms/fault"
	"github.com/go-oms/oms/storage"
)

// History returns an aggregate's events by version; none for an unknown id.
func (s *Store) History(ctx context.Context, kind string, id event.ID) (events []event.Event, err error) {
	err = s.read(ctx, "history", func(t *tenant) {
		for _, e := range t.streams[aggregate{kind, uuid.UUID(id)}] {
			events = append(events, *e)
		}
	})
	return events, err
}

// Stream yields the tenant's events after position in delivery order, at most
// limit of them; no limit when 0. Positions count the tenant's events from 1.
func (s *Store) Stream(ctx context.Context, position int64, limit int) iter.Seq2[event.Event, error] {
	return func(yield func(event.Event, error) bool) {
		position := max(position, 0)
		for left := limit; ; {
			var page []*event.Event
			err := s.read(ctx, "stream", func(t *tenant) {
				page = t.events[min(position, int64(len(t.events))):]
			})
			if err != nil {
				yield(event.Event{}, err)
				return
			}
			page = page[:min(len(page), scanned)]
			if limit > 0 {
				page = page[:min(len(page), left)]
			}
			if len(page) == 0 {
				return
			}
			for _, e := range page {
				if !yield(*e, nil) {
					return
				}
			}
			position += int64(len(page))
			left -= len(page)
		}
	}
}

// Key returns what is stored under an idempotency key.
func (s *Store) Key(ctx context.Context, key string) (found *storage.Key, err error) {
	err = s.read(ctx, "key", func(t *tenant) {
		if k := t.keys[key]; k != nil {
			found = copyKey(k)
		}
	})
	if err == nil && found == nil {
		err = fault.NotFound("key", key)
	}
	return found, err
}

func copyKey(k *storage.Key) *storage.Key {
	c := *k
	c.Result = slices.Clone(k.Result)
	return &c
}

// Lease returns the lease of that name; its zero value with the name when nobody
// has ever held it.
func (s *Store) Lease(ctx context.Context, name string) (lease storage.Lease, err error) {
	err = s.read(ctx, "lease", func(t *tenant) { lease = t.leases[name] })
	if err != nil {
		return storage.Lease{}, err
	}
	lease.Name = name
	return lease, nil
}

// Leases returns the leases whose names begin with prefix, by name.
func (s *Store) Leases(ctx context.Context, prefix string) (leases []storage.Lease, err error) {
	err = s.read(ctx, "leases", func(t *tenant) {
		for name, lease := range t.leases {
			if strings.HasPrefix(name, prefix) {
				leases = append(leases, lease)
			}
		}
	})
	slices.SortFunc(leases, func(x, y storage.Lease) int { return strings.Compare(x.Name, y.Name) })
	return leases, err
}
