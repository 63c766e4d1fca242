//go:build amd64 || arm64

package oms_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/require"

	"github.com/go-oms/oms"
	"github.com/go-oms/oms/event"
	"github.com/go-oms/oms/fault"
	"github.com/go-oms/oms/internal/pgtest"
	"github.com/go-oms/oms/inventory"
	"github.com/go-oms/oms/order"
	"github.com/go-oms/oms/quantity"
	"github.com/go-oms/oms/storage"
	"github.com/go-oms/oms/storage/postgres"
)

// TestEveryCommandAtEveryCut cuts the connection to PostgreSQL at each socket
// operation that a command leads to: before a write, in the middle of it, after it and
// on a read. Then the command is repeated with its key. It must have had its effect
// exactly once, every error on the way must say what the caller may conclude and be
// right about it, and the books must be clean. Each command meets the cuts twice:
// as the first of a program, which has to connect and to prepare its statements, and
// as one of many. At every other cut the next connection is cut as well.
//
// Short of time it takes a spread of the points. OMS_LONG=1 takes every one,
// in some minutes.
func TestEveryCommandAtEveryCut(t *testing.T) {
	if os.Getenv("OMS_TEST_STORE") != "" {
		t.Skip("skipped: another run of these tests does it")
	}
	all := os.Getenv("OMS_LONG") != ""
	l := newCable(t)
	for i, name := range slices.Sorted(maps.Keys(breakables())) {
		t.Run(name, func(t *testing.T) {
			for _, cold := range []bool{false, true} {
				if all || cold == (i%2 == 0) {
					l.sweep(t, breakables()[name], cold, i, all)
				}
			}
			t.Logf("%d cuts so far", l.points)
		})
	}
	t.Logf("%d cuts, of which callers saw %d %v; of %d commits without an answer %d had been done",
		l.points, l.refused, l.kinds, l.silent, l.done)
	require.Empty(t, l.problems)
	require.Greater(t, l.points, 100)
	// Otherwise the cuts were made where nothing could go wrong.
	require.NotZero(t, l.done)
	require.Greater(t, l.silent, l.done)
	require.NotZero(t, l.kinds[fault.Transient.String()])
	if all {
		require.Greater(t, l.points, 1000)
		require.NotZero(t, l.kinds[fault.Unknown.String()])
	}
}

// The cuts find a store that forgets its keys, one that takes silence for success, and
// one that takes it for a failure.
func TestTheCutsFindWhatIsWrong(t *testing.T) {
	if os.Getenv("OMS_TEST_STORE") != "" {
		t.Skip("skipped: another run of these tests does it")
	}
	for name, plant := range map[string]func(context.Context, storage.Store, *storage.Batch) error{
		"forgetful": func(ctx context.Context, s storage.Store, b *storage.Batch) error {
			keyless := *b
			keyless.Command.Key = ""
			return s.Commit(ctx, &keyless)
		},
		"sure of itself": func(ctx context.Context, s storage.Store, b *storage.Batch) error {
			if err := s.Commit(ctx, b); fault.KindOf(err) != fault.Unknown {
				return err
			}
			return nil
		},
		"careless": func(ctx context.Context, s storage.Store, b *storage.Batch) error {
			err := s.Commit(ctx, b)
			if fault.KindOf(err) == fault.Unknown {
				return &fault.TransientError{Op: "commit", Err: err}
			}
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			l := newCable(t)
			l.plant = plant
			c := breakables()["Inventory.Receive"]
			want, _ := l.experiment(t, c, false, nil)
			cuts := l.faults.Cuts()
			// Whether the server gets to commit before it notices the cut is chance.
			for round := 0; round < 20 && len(l.problems) == 0; round++ {
				for _, cut := range cuts {
					if got, _ := l.experiment(t, c, false, &cut); got != want {
						l.problems = append(l.problems, "another effect")
					}
				}
			}
			require.NotEmpty(t, l.problems)
		})
	}
}

// cable is a shop whose connections to PostgreSQL can be cut. Every experiment has a
// tenant of its own.
type cable struct {
	*shop
	faults  pgtest.Faults
	config  *pgxpool.Config
	options postgres.Options
	pg      *postgres.Store // over connections that can be cut
	safe    *postgres.Store // over others
	server  *pgx.Conn
	plant   func(context.Context, storage.Store, *storage.Batch) error
	tenants int
	points  int
	refused int            // points at which the first answer was an error
	kinds   map[string]int // of those

	mu       sync.Mutex
	twice    bool            // the connection that follows is cut too
	open     map[string]bool // tenants and keys of commits that had no answer
	silent   int
	done     int // commits that had no answer and were done
	problems []string
}

func newCable(t *testing.T) *cable {
	t.Helper()
	dsn := pgtest.New(t)
	config, err := pgxpool.ParseConfig(dsn)
	require.NoError(t, err)
	l := &cable{config: config, kinds: map[string]int{}, open: map[string]bool{}}
	l.options = postgres.Options{AllowRelaxedDurability: true, HorizonTimeout: 20 * time.Second, Conns: 2}
	l.safe, err = postgres.Open(t.Context(), dsn, &l.options)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, l.safe.Close()) })
	require.NoError(t, l.safe.Migrate(t.Context()))
	l.server, err = pgx.Connect(t.Context(), dsn)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, l.server.Close(context.Background())) })
	config.ConnConfig.DialFunc = l.faults.Dial
	l.pg, err = postgres.OpenConfig(t.Context(), config, &l.options)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, l.pg.Close()) })
	l.shop = openShop(t, l.safe, approval, careful)
	return l
}

// tenant returns the shop of a fresh tenant, over connections that can be cut.
func (l *cable) tenant(t *testing.T) *shop {
	l.tenants++
	id := fmt.Sprint("experiment ", l.tenants)
	s := *l.shop
	s.t = t
	s.opens(watched{l.pg.Tenant(id), l, id})
	return &s
}

// sweep cuts a command off at its points, or at five of them, which are others for
// each command.
func (l *cable) sweep(t *testing.T, c breakable, cold bool, number int, all bool) {
	want, _ := l.experiment(t, c, cold, nil)
	cuts := l.faults.Cuts()
	require.NotEmpty(t, cuts)
	step := 1
	if !all {
		step = max(1, len(cuts)/5)
	}
	for n := number % step; n < len(cuts); n += step {
		l.mu.Lock()
		l.twice = n/step%2 == 1
		l.mu.Unlock()
		got, cut := l.experiment(t, c, cold, &cuts[n])
		if cut {
			l.points++
		}
		require.Equal(t, want, got, "cold: %t, cut %d %s", cold, cuts[n].At, cuts[n].Mode)
		require.Empty(t, l.problems, "cold: %t, cut %d %s", cold, cuts[n].At, cuts[n].Mode)
	}
}

// experiment prepares a command in a tenant of its own, gives it over a line that is
// cut, or watched only, and repeats it until it succeeds. It returns the effects, and
// whether there was a cut.
func (l *cable) experiment(t *testing.T, c breakable, cold bool, cut *pgtest.Cut) (effects string, was bool) {
	t.Helper()
	s := l.tenant(t)
	s.trusting = true
	do, _ := c.prepare(s)
	s.trusting = false
	if cold {
		var hangUp func()
		do, hangUp = l.afresh(s, do)
		defer hangUp()
	}
	before := s.gatewayBooks()
	l.begin(cut)
	err := do()
	was = l.faults.Rest()
	if err != nil {
		l.refused++
		l.kinds[fault.KindOf(err).String()]++
		requireKind(t, err, "%+v", cut)
	}
	for try := 0; err != nil && try < 5; try++ {
		if err = do(); err != nil {
			requireKind(t, err, "repeated after %+v", cut)
			s.clock.Add(time.Hour)
			require.NoError(t, s.runs())
		}
	}
	require.NoError(t, err, "after %+v", cut)
	if c.outside {
		for range 3 {
			s.clock.Add(2 * time.Hour)
			require.NoError(t, s.runs(), "after %+v", cut)
		}
	}
	s.clean()
	return s.effects() + before.since(s.gatewayBooks()), was
}

// begin cuts the line at a point, or watches it only.
func (l *cable) begin(cut *pgtest.Cut) {
	if cut != nil {
		l.faults.Arm(*cut)
	} else {
		l.faults.Watch()
	}
}

// afresh makes a command the first of a program, which connects before it.
func (l *cable) afresh(s *shop, do func() error) (again func() error, hangUp func()) {
	id := s.store.(alone).id
	var own *postgres.Store
	return func() error {
			if own == nil {
				opened, err := postgres.OpenConfig(s.ctx, l.config, &l.options)
				if err != nil {
					return err
				}
				own = opened
				s.opens(watched{own.Tenant(id), l, id})
			}
			return do()
		}, func() {
			if own != nil {
				require.NoError(s.t, own.Close())
			}
		}
}

// watched is a store whose failed commits are held against the books.
type watched struct {
	storage.Store
	cable  *cable
	tenant string
}

// opens puts the shop on another handle of its store.
func (s *shop) opens(w watched) {
	s.store, s.Client = alone{w, w.tenant}, s.Client.Tenant(w.tenant).With(w)
}

// Examine finds nothing: the test's server may forget.
func (w watched) Examine(context.Context) ([]storage.Finding, error) { return nil, nil }

func (w watched) Tenant(id string) storage.Store { return watched{w.Store.Tenant(id), w.cable, id} }

func (w watched) Commit(ctx context.Context, b *storage.Batch) error {
	commit := w.cable.plant
	if commit == nil {
		commit = func(ctx context.Context, s storage.Store, b *storage.Batch) error { return s.Commit(ctx, b) }
	}
	err := commit(ctx, w.Store, b)
	if err != nil && !errors.As(err, new(*event.Replay)) && b.Command.Key != "" {
		w.cable.failed(w.tenant, b.Command.Key, err)
	}
	return err
}

// failed finds an error that says of a commit that was done that it was not.
func (l *cable) failed(tenant, key string, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.settle()
	_, missing := l.safe.Tenant(tenant).Key(context.Background(), key)
	var unused *fault.NotFoundError
	if missing != nil && !errors.As(missing, &unused) {
		l.problems = append(l.problems, missing.Error())
	}
	doubt := tenant + "/" + key
	switch {
	case fault.KindOf(err) == fault.Unknown:
		if l.silent++; missing == nil && !l.open[doubt] {
			l.done++
		}
		l.open[doubt] = true
		if l.twice {
			l.faults.Arm(pgtest.Cut{At: 0, Mode: pgtest.BeforeWrite})
		}
	case missing == nil && !l.open[doubt]:
		l.problems = append(l.problems, fmt.Sprintf("it was done, and the caller is told %q", err))
	}
}

// settle waits until the server has noticed every cut and done what it was told.
func (l *cable) settle() {
	for range 2000 {
		var busy bool
		err := l.server.QueryRow(context.Background(), `SELECT EXISTS (SELECT 1 FROM pg_stat_activity WHERE datname = current_database()
			AND pid <> pg_backend_pid() AND backend_type = 'client backend' AND state <> 'idle')`).Scan(&busy)
		if err != nil {
			l.problems = append(l.problems, err.Error())
			return
		}
		if !busy {
			return
		}
		time.Sleep(time.Millisecond)
	}
	l.problems = append(l.problems, "the server does not come to rest")
}

// TestAGroupAtEveryCut cuts the connection while several callers place orders at the
// same time, whose batches share transactions. Each of them gets an answer; those who
// are not told that their order is there repeat it with its key. Everybody has one
// order at the end, and whoever wants more than there is, none.
func TestAGroupAtEveryCut(t *testing.T) {
	if os.Getenv("OMS_TEST_STORE") != "" {
		t.Skip("skipped: another run of these tests does it")
	}
	l := newCable(t)
	for range 2 { // the second time the statements are prepared
		l.crowd(t, nil)
	}
	cuts := l.faults.Cuts()
	step := 1
	if os.Getenv("OMS_LONG") == "" {
		step = max(1, len(cuts)/20)
	}
	for n := 0; n < len(cuts); n += step {
		l.crowd(t, &cuts[n])
	}
	t.Logf("%d cuts, of which callers saw %d %v; of %d commits without an answer %d had been done",
		l.points, l.refused, l.kinds, l.silent, l.done)
	require.Empty(t, l.problems)
	require.NotZero(t, l.points)
	require.NotZero(t, l.refused)
}

// crowd lets callers place orders over a line that is cut, or watched only.
func (l *cable) crowd(t *testing.T, cut *pgtest.Cut) {
	t.Helper()
	const callers = 8
	s := l.tenant(t)
	s.receive("TEE-M", callers)
	l.begin(cut)
	var wg sync.WaitGroup
	orders, errs := make([]*order.Order, callers), make([][]error, callers)
	for i := range callers {
		wg.Go(func() {
			for range 10 {
				var err error
				orders[i], err = s.Place(s.ctx, oms.Cart{Key: fmt.Sprint("caller ", i), Lines: []oms.CartLine{line("TEE-M", 1)}})
				if err == nil {
					return
				}
				errs[i] = append(errs[i], err)
			}
		})
	}
	var greedy error
	wg.Go(func() {
		for range 10 {
			_, greedy = s.Place(s.ctx, oms.Cart{Key: "greedy", Lines: []oms.CartLine{line("TEE-M", callers+1)}})
			if fault.KindOf(greedy) == fault.Rejected {
				return
			}
		}
	})
	wg.Wait()
	if l.faults.Rest() {
		l.points++
	}
	var short *inventory.ShortageError
	require.ErrorAs(t, greedy, &short, "%+v", cut)
	ids := map[string]bool{}
	for i, o := range orders {
		for _, err := range errs[i] {
			l.refused++
			l.kinds[fault.KindOf(err).String()]++
			requireKind(t, err, "%+v", cut)
		}
		require.NotNil(t, o, "%+v: %v", cut, errs[i])
		ids[o.ID.String()] = true
	}
	require.Len(t, ids, callers, "%+v", cut)
	count := 0
	for _, err := range s.Orders(s.ctx, order.Filter{}) {
		require.NoError(t, err)
		count++
	}
	require.Equal(t, callers, count, "%+v", cut)
	require.Equal(t, quantity.Of(callers), s.level("TEE-M").Allocated, "%+v", cut)
	s.clean()
	require.Empty(t, l.problems, "%+v", cut)
}
