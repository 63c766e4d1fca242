package bench

import (
	"context"
	"errors"
	"math/rand/v2"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/go-oms/oms/cmd/oms/internal/usage"
)

// side is one way of placing orders. place is called by many at once.
type side interface {
	// place records an order of three lines and returns when it is kept. No two
	// calls have the same n.
	place(ctx context.Context, n int64, skus [3]int) error
	// rows returns how many rows there are.
	rows(ctx context.Context) (int64, error)
	// watch counts updated rows from now on; updated ends that and returns them.
	watch(ctx context.Context) error
	updated(ctx context.Context) (int64, error)
	close() error
}

// meter drives one side and notes what it took.
type meter struct {
	side    side
	skus    int // how many there are to choose from
	hot     bool
	callers int

	placed atomic.Int64 // orders begun, measured or not: the source of n
	acked  atomic.Int64 // orders that were answered

	latencies []time.Duration // of the measured orders
	wall, cpu time.Duration
	written   float64 // rows per order
}

// choose returns three different SKUs for order n: any, or one that all orders
// want and two others.
func (m *meter) choose(r *rand.Rand) (skus [3]int) {
	first := r.IntN(m.skus)
	if m.hot {
		first = 0
	}
	second := (first + 1 + r.IntN(m.skus-2)) % m.skus
	third := (second + 1) % m.skus
	if third == first {
		third = (third + 1) % m.skus
	}
	return [3]int{first, second, third}
}

// run lets every caller place orders, one after the other, until the time is over.
func (m *meter) run(ctx context.Context, d time.Duration) ([]time.Duration, error) {
	return m.drive(func(r *rand.Rand, until func() bool) (took []time.Duration, err error) {
		for start := time.Now(); err == nil && time.Since(start) < d && until(); {
			began := time.Now()
			if err = m.one(ctx, r); err == nil {
				took = append(took, time.Since(began))
			}
		}
		return took, err
	})
}

// some places n orders, by all callers together.
func (m *meter) some(ctx context.Context, n int64) error {
	var left atomic.Int64
	left.Store(n)
	_, err := m.drive(func(r *rand.Rand, until func() bool) (_ []time.Duration, err error) {
		for err == nil && until() && left.Add(-1) >= 0 {
			err = m.one(ctx, r)
		}
		return nil, err
	})
	return err
}

func (m *meter) one(ctx context.Context, r *rand.Rand) error {
	err := m.side.place(ctx, m.placed.Add(1), m.choose(r))
	if err == nil {
		m.acked.Add(1)
	}
	return err
}

// drive runs a loop per caller; all end when one fails.
func (m *meter) drive(loop func(r *rand.Rand, until func() bool) ([]time.Duration, error)) ([]time.Duration, error) {
	var (
		failed atomic.Bool
		all    sync.WaitGroup
		took   = make([][]time.Duration, m.callers)
		errs   = make([]error, m.callers)
		seed   = uint64(m.placed.Load())
	)
	for i := range m.callers {
		all.Go(func() {
			r := rand.New(rand.NewPCG(seed, uint64(i)))
			took[i], errs[i] = loop(r, func() bool { return !failed.Load() })
			if errs[i] != nil {
				failed.Store(true)
			}
		})
	}
	all.Wait()
	return slices.Concat(took...), errors.Join(errs...)
}

// slice measures for a while.
func (m *meter) slice(ctx context.Context, d time.Duration) error {
	runtime.GC() // what the side before has left behind
	before, err := cpuTime()
	if err != nil {
		return err
	}
	began := time.Now()
	took, err := m.run(ctx, d)
	if err != nil {
		return err
	}
	m.wall += time.Since(began)
	after, err := cpuTime()
	if err != nil {
		return err
	}
	m.cpu += after - before
	m.latencies = append(m.latencies, took...)
	return nil
}

// samples is how many orders the updated rows are counted over.
const samples = 256

// count finds out how many rows an order writes: those that are there now and
// were not before, and those that are updated while orders are placed and watched.
func (m *meter) count(ctx context.Context, before, ordersBefore int64) error {
	after, err := m.side.rows(ctx)
	if err != nil {
		return err
	}
	m.written = float64(after-before) / float64(m.acked.Load()-ordersBefore)
	if err := m.side.watch(ctx); err != nil {
		return err
	}
	if err := m.some(ctx, samples); err != nil {
		return err
	}
	updated, err := m.side.updated(ctx)
	m.written += float64(updated) / samples
	return err
}

// figures sums up what was measured.
func (m *meter) figures() Figures {
	slices.Sort(m.latencies)
	n := len(m.latencies)
	at := func(percent int) int64 {
		if n == 0 {
			return 0
		}
		return m.latencies[min(n-1, n*percent/100)].Microseconds()
	}
	f := Figures{Orders: int64(n), P50: at(50), P99: at(99), RowsPerOrder: round(m.written, 2)}
	if n > 0 {
		f.OrdersPerSecond = round(float64(n)/m.wall.Seconds(), 0)
		f.CPUPerOrder = round(float64(m.cpu.Nanoseconds())/1000/float64(n), 1)
	}
	return f
}

// cpuTime is the user and system time that the process has used so far.
func cpuTime() (time.Duration, error) {
	used, ok := usage.Now()
	if !ok {
		return 0, errors.New("bench: this system does not say how much processor time a process has used")
	}
	return used.CPU, nil
}
