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
	// settle does what a database does of itself after a while.
	settle(ctx context.Context) error
	// rows returns how many rows there are.
	rows(ctx context.Context) (int64, error)
	// watch counts updated rows from now on; updated ends that and returns them.
	watch(ctx context.Context) error
	updated(ctx context.Context) (int64, error)
	close() error
}

// meter drives one side and notes what it took.
type meter struct {
	name    string // of its figures in the result
	side    side
	skus    int // how many there are to choose from
	hot     bool
	callers int
	crew    []*worker                     // other processes that do the work; nil: this one does
	remote  bool                          // the database has processes of its own
	server  func() (time.Duration, error) // their CPU; nil: not known

	shared bool // another meter counts the rows of this side

	placed atomic.Int64 // orders begun, measured or not: the source of n
	acked  atomic.Int64 // orders that were answered

	turns   []turn
	written float64 // rows per order
}

// turn is what came of one slice.
type turn struct {
	Took   []time.Duration // what each order took
	Wall   time.Duration
	CPU    time.Duration // of the processes that placed them
	Server time.Duration // of the database's
}

// apart returns a further meter over the same side, whose orders have numbers of
// their own.
func (m *meter) apart(name string, nth int64) *meter {
	other := &meter{
		name: name, side: m.side, skus: m.skus, hot: m.hot, callers: m.callers, remote: m.remote, server: m.server, shared: true,
	}
	other.placed.Store(nth << apart)
	return other
}

// apart is how many bits the numbers of one meter have for themselves.
const apart = 40

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
func (m *meter) run(ctx context.Context, d time.Duration) (turn, error) {
	runtime.GC() // what the side before has left behind
	before, err := cpuTime()
	if err != nil {
		return turn{}, err
	}
	start := time.Now()
	took, err := m.drive(func(r *rand.Rand, until func() bool) (took []time.Duration, err error) {
		for began := time.Now(); err == nil && began.Sub(start) < d && until(); {
			if err = m.one(ctx, r); err == nil {
				now := time.Now()
				took = append(took, now.Sub(began))
				began = now
			}
		}
		return took, err
	})
	t := turn{Took: took, Wall: time.Since(start)}
	if err == nil {
		t.CPU, err = cpuTime()
		t.CPU -= before
	}
	return t, err
}

// some places n orders, by all callers together.
func (m *meter) some(ctx context.Context, n int64) error {
	if m.crew != nil {
		return m.together(task{Some: n / int64(len(m.crew))}, nil)
	}
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
	server := m.server
	if server == nil {
		server = func() (time.Duration, error) { return 0, nil }
	}
	before, err := server()
	if err != nil {
		return err
	}
	var t turn
	if m.crew != nil {
		err = m.together(task{For: d}, &t)
	} else {
		t, err = m.run(ctx, d)
	}
	if err != nil {
		return err
	}
	after, err := server()
	t.Server = after - before
	m.turns = append(m.turns, t)
	return err
}

// samples is how many orders the rows are counted over.
const samples = 256

// count finds out how many rows an order writes: those that are there afterwards
// and were not before, and those that are updated while orders are placed and
// watched.
func (m *meter) count(ctx context.Context) error {
	before, err := m.side.rows(ctx)
	if err != nil {
		return err
	}
	if err := m.side.watch(ctx); err != nil {
		return err
	}
	acked := m.acked.Load()
	if err := m.some(ctx, samples); err != nil {
		return err
	}
	updated, err := m.side.updated(ctx)
	if err != nil {
		return err
	}
	after, err := m.side.rows(ctx)
	m.written = float64(after-before+updated) / float64(m.acked.Load()-acked)
	return err
}

// figures sums up what was measured: the latencies of all turns together, and of
// the others the median turn.
func (m *meter) figures() Figures {
	var (
		took                []time.Duration
		rate, client, whole []float64
	)
	for _, t := range m.turns {
		n := float64(len(t.Took))
		if n == 0 {
			continue
		}
		took = append(took, t.Took...)
		rate = append(rate, n/t.Wall.Seconds())
		client = append(client, micros(t.CPU)/n)
		whole = append(whole, micros(t.CPU+t.Server)/n)
	}
	f := Figures{Orders: int64(len(took)), RowsPerOrder: round(m.written, 2)}
	f.P50, f.P99 = percentiles(took)
	f.OrdersPerSecond, f.CPUPerOrder = round(median(rate), 0), round(median(whole), 1)
	if m.remote {
		f.Shares = &Shares{Client: round(median(client), 1)}
	}
	if m.server != nil {
		rest := round(f.CPUPerOrder-f.Client, 1)
		f.Server = &rest
	}
	return f
}

// percentiles returns the median and the 99th percentile in microseconds.
func percentiles(took []time.Duration) (p50, p99 int64) {
	if len(took) == 0 {
		return 0, 0
	}
	slices.Sort(took)
	at := func(percent int) int64 { return took[min(len(took)-1, len(took)*percent/100)].Microseconds() }
	return at(50), at(99)
}

// median is zero without values.
func median(values []float64) float64 {
	if len(values) == 0 {
		return 0
	}
	slices.Sort(values)
	n := len(values)
	return (values[(n-1)/2] + values[n/2]) / 2
}

func micros(d time.Duration) float64 { return float64(d.Nanoseconds()) / 1000 }

// cpuTime is the user and system time that the process has used so far.
func cpuTime() (time.Duration, error) {
	used, ok := usage.Now()
	if !ok {
		return 0, errors.New("bench: this system does not say how much processor time a process has used")
	}
	return used.CPU, nil
}
