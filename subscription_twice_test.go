package oms_test

import (
	"context"
	"errors"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/go-oms/oms"
	"github.com/go-oms/oms/fault"
	"github.com/go-oms/oms/order"
	"github.com/go-oms/oms/payment"
	gateway "github.com/go-oms/oms/payment/sandbox"
	"github.com/go-oms/oms/storage"
	"github.com/go-oms/oms/storage/memory"
	"github.com/go-oms/oms/storage/sqlite"
)

// unruly is a store of a process that often loses the answer to a commit, or never
// gets it out, and to which every lease is free: whoever asks for one has it, as if
// several processes were sure to be alone.
type unruly struct {
	storage.Store
	odds *odds
}

// odds are shared by all processes.
type odds struct {
	mu     sync.Mutex
	random *rand.Rand
	in     int // one of that many goes wrong; 0: none
	lost   int
	done   int // of them, those that were done
}

func (o *odds) fails() (fails, done bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.in == 0 || o.random.IntN(o.in) > 0 {
		return false, false
	}
	o.lost++
	return true, o.random.IntN(2) == 0
}

func (s unruly) Lease(_ context.Context, name string) (storage.Lease, error) {
	return storage.Lease{Name: name}, nil
}

func (s unruly) Commit(ctx context.Context, b *storage.Batch) error {
	if len(b.Leases) > 0 {
		return nil
	}
	fails, done := s.odds.fails()
	switch {
	case !fails:
		return s.Store.Commit(ctx, b)
	case !done:
		return &fault.TransientError{Op: "commit", Err: errors.New("the process died")}
	}
	if err := s.Store.Commit(ctx, b); err != nil {
		return err
	}
	s.odds.mu.Lock()
	s.odds.done++
	s.odds.mu.Unlock()
	return &fault.UnknownError{Op: "commit", Err: errors.New("the answer was lost")}
}

func (s unruly) Tenant(id string) storage.Store { return unruly{s.Store.Tenant(id), s.odds} }

// Several processes run the same subscription at once, none of which knows of the
// others, and crash or lose answers of the store and of the gateway all the time.
// Each date has one order, which is charged once.
func TestRecurringOrderChargedTwiceForOneDate(t *testing.T) {
	const processes, days = 4, 6
	open := map[string]func(t *testing.T) func() storage.Store{
		"memory": func(*testing.T) func() storage.Store {
			store := memory.New()
			return func() storage.Store { return store }
		},
		"sqlite": func(t *testing.T) func() storage.Store {
			path := filepath.Join(t.TempDir(), "shop.db")
			return func() storage.Store {
				store, err := sqlite.Open(t.Context(), path, nil)
				require.NoError(t, err)
				t.Cleanup(func() { require.NoError(t, store.Close()) })
				require.NoError(t, store.Migrate(t.Context()))
				return store
			}
		},
	}
	for name, opened := range open {
		t.Run(name, func(t *testing.T) {
			next := opened(t)
			s := openShop(t, next())
			s.receive("TEE-M", 1000)
			sub := s.monthly(func(p *oms.Subscription) { p.Schedule.Unit, p.Schedule.Count = order.Day, days })
			luck := &odds{random: rand.New(rand.NewPCG(1, 2))}
			clients := make([]*oms.Client, processes)
			for i := range clients {
				client, err := oms.New(oms.Config{
					Store: unruly{next(), luck}, Prices: order.PriceList{"TEE-M": sub.Lines[0].UnitPrice}, Methods: s.methods(),
					Gateways: oms.Gateways{"card": s.card}, Now: s.clock.Now, NewID: s.clock.NewID,
				})
				require.NoError(t, err)
				clients[i] = client
			}
			s.clock.Add(sub.Next.Sub(s.clock.Now()))
			for day := range days {
				luck.in = 4
				s.card.Script(payment.Sale, []gateway.Step{{LoseAnswer: true}, {LoseRequest: true}, {}}[day%3])
				for _, wait := range []time.Duration{0, time.Minute, 10 * time.Minute, time.Hour, time.Hour} {
					s.clock.Add(wait)
					var running sync.WaitGroup
					for _, client := range clients {
						running.Go(func() {
							for range 3 {
								_, _ = client.RunOnce(t.Context())
							}
						})
					}
					running.Wait()
				}
				luck.in = 0
				for range 5 { // whoever is left finishes
					_, err := clients[day%processes].RunOnce(t.Context())
					require.NoError(t, err)
					s.clock.Add(time.Hour)
				}
				s.clean()
				s.clock.Add(sub.Next.AddDate(0, 0, day+1).Sub(s.clock.Now()))
			}
			require.Greater(t, luck.lost, days)
			require.Positive(t, luck.done)
			s.onceADate(sub, days)
		})
	}
}

// onceADate holds the orders and the gateway's own books against the dates.
func (s *shop) onceADate(sub *order.Subscription, dates int) {
	s.t.Helper()
	placed, charged := map[string]int{}, map[string]int{}
	for _, o := range s.orders() {
		require.True(s.t, strings.HasPrefix(o.CartID, "sub/"+sub.ID.String()+"/"))
		require.Equal(s.t, order.PaymentPaid, o.PaymentStatus, o.CartID)
		placed[o.CartID]++
		for _, c := range s.taken() {
			if c.Order == o.Number {
				require.Equal(s.t, o.Totals.Total, c.Captured)
				charged[o.CartID]++
			}
		}
	}
	require.Len(s.t, placed, dates)
	require.Len(s.t, s.taken(), dates)
	for cart, n := range placed {
		require.Equal(s.t, 1, n, "orders of %s", cart)
		require.Equal(s.t, 1, charged[cart], "charges of %s", cart)
	}
	now := s.subscription(sub.ID)
	require.Equal(s.t, order.SubscriptionCompleted, now.Status)
	require.Equal(s.t, dates, now.Runs)
}
