package memory

import (
	"context"
	"math"
	"slices"
	"strings"
	"sync"

	"github.com/go-oms/oms/fault"
	"github.com/go-oms/oms/storage"
)

var _ storage.Store = (*Store)(nil)

// maxTenant is the longest tenant id, in bytes.
const maxTenant = 64

// Store is a storage.Store in memory, bound to one tenant. It is a small handle:
// all tenants of one New share the same books. It is safe for concurrent use.
type Store struct {
	db     *database
	tenant string
}

type database struct {
	mu      sync.RWMutex
	tenants map[string]*tenant // those that were ever written to
}

// New returns an empty store, bound to the tenant "".
func New() *Store {
	return &Store{db: &database{tenants: map[string]*tenant{}}}
}

// Migrate does nothing and returns nil: there is no schema. It lets a host treat
// all backends alike.
func (s *Store) Migrate(context.Context) error { return nil }

// Tenant returns the same store bound to another tenant. Every method of a store
// bound to an id of more than 64 bytes answers *fault.InvalidError.
func (s *Store) Tenant(id string) storage.Store { return &Store{db: s.db, tenant: id} }

// Tenants returns the ids of the tenants that have any data, in order.
func (s *Store) Tenants(ctx context.Context) ([]string, error) {
	if err := ended(ctx, "tenants"); err != nil {
		return nil, err
	}
	s.db.mu.RLock()
	defer s.db.mu.RUnlock()
	var ids []string
	for id, t := range s.db.tenants {
		if !t.empty() {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	return ids, nil
}

// InTx returns false: there are no transactions to join.
func (s *Store) InTx() bool { return false }

// Commit writes the batch, or nothing of it.
func (s *Store) Commit(ctx context.Context, b *storage.Batch) error {
	if err := s.valid(); err != nil {
		return err
	}
	s.db.mu.Lock()
	defer s.db.mu.Unlock()
	if err := ended(ctx, "commit"); err != nil {
		return err
	}
	t := s.db.tenants[s.tenant]
	if t == nil {
		t = newTenant()
	}
	p, err := check(t, b)
	if err != nil {
		return err
	}
	s.db.tenants[s.tenant] = t
	t.apply(b, p)
	return nil
}

// Numbers takes n consecutive numbers of a series and returns the first. An n
// below 1, or one that would pass the largest int64, is *fault.InvalidError.
func (s *Store) Numbers(ctx context.Context, series string, n int64) (int64, error) {
	if err := s.valid(); err != nil {
		return 0, err
	}
	s.db.mu.Lock()
	defer s.db.mu.Unlock()
	if err := ended(ctx, "numbers"); err != nil {
		return 0, err
	}
	t := s.db.tenants[s.tenant]
	if t == nil {
		t = newTenant()
	}
	last := t.numbers[series]
	if n < 1 || n > math.MaxInt64-last {
		return 0, fault.Invalid("n", n, "1 or more, with the numbers taken so far within an int64")
	}
	s.db.tenants[s.tenant] = t
	t.numbers[series] = last + n
	return last + 1, nil
}

// read calls fn with the tenant while no one writes. What fn keeps must be
// immutable or a copy.
func (s *Store) read(ctx context.Context, op string, fn func(t *tenant)) error {
	if err := s.valid(); err != nil {
		return err
	}
	if err := ended(ctx, op); err != nil {
		return err
	}
	s.db.mu.RLock()
	defer s.db.mu.RUnlock()
	t := s.db.tenants[s.tenant]
	if t == nil {
		t = &tenant{}
	}
	fn(t)
	return nil
}

func (s *Store) valid() error {
	if len(s.tenant) > maxTenant {
		return fault.Invalid("tenant", strings.ToValidUTF8(s.tenant[:maxTenant], "")+"…", "at most 64 bytes")
	}
	return nil
}

// ended returns a transient error when the context is over.
func ended(ctx context.Context, op string) error {
	if err := ctx.Err(); err != nil {
		return &fault.TransientError{Op: "memory: " + op, Err: err}
	}
	return nil
}
