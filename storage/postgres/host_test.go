package postgres_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/go-oms/oms"
	"github.com/go-oms/oms/fault"
	"github.com/go-oms/oms/internal/pgtest"
	"github.com/go-oms/oms/inventory"
	"github.com/go-oms/oms/money"
	"github.com/go-oms/oms/order"
	"github.com/go-oms/oms/payment"
	"github.com/go-oms/oms/payment/sandbox"
	"github.com/go-oms/oms/quantity"
	"github.com/go-oms/oms/storage"
)

// times is how often something is done: short in every run of the tests.
func times(short, full int) int {
	if long {
		return full
	}
	return short
}

// host returns a shop as programs make them.
func host(store storage.Store, card payment.Gateway, now func() time.Time) (*oms.Client, error) {
	return oms.New(oms.Config{
		Store: store, Now: now, Gateways: oms.Gateways{"card": card},
		Prices: order.PriceList{"TEE": money.MustParse("19.90 EUR"), "MUG": money.MustParse("8.50 EUR")},
	})
}

// stocked receives more than a load sells.
func stocked(t *testing.T, shop *oms.Client) {
	t.Helper()
	for _, sku := range []string{"TEE", "MUG"} {
		err := shop.Inventory.Receive(t.Context(), inventory.Receipt{SKU: sku, Location: "main", Quantity: quantity.Of(10_000_000)})
		require.NoError(t, err)
	}
}

// load is callers who place orders and pay for them, one after the other, and repeat
// with the key what fails for the moment.
type load struct {
	shop *oms.Client
	tell func(what string, id uuid.UUID) // of each acknowledgement, before the next one; nil for nobody

	mu    sync.Mutex
	known map[string]uuid.UUID // orders by the key they were placed with
	paid  map[uuid.UUID]bool
	kinds map[string]int // of errors
	wrong []error        // those that no outage explains
}

func newLoad(shop *oms.Client) *load {
	return &load{shop: shop, known: map[string]uuid.UUID{}, paid: map[uuid.UUID]bool{}, kinds: map[string]int{}}
}

// run ends when the context does and the commands under way have.
func (l *load) run(ctx context.Context, callers int) {
	var wg sync.WaitGroup
	for caller := range callers {
		wg.Go(func() {
			for n := 0; ctx.Err() == nil; n++ {
				l.sell(ctx, fmt.Sprintf("%d/%d", caller, n))
			}
		})
	}
	wg.Wait()
}

func (l *load) sell(ctx context.Context, key string) {
	var o *order.Order
	lines := []oms.CartLine{{SKU: "TEE", Quantity: quantity.Of(1)}, {SKU: "MUG", Quantity: quantity.Of(2)}}
	if !l.patiently(ctx, func() (done bool, err error) {
		o, err = l.shop.Place(context.Background(), oms.Cart{Key: key, Lines: lines})
		return true, err
	}) {
		return
	}
	l.acknowledge("placed", o.ID, func() { l.known[key] = o.ID })
	if l.patiently(ctx, func() (bool, error) {
		paid, err := l.shop.Pay(context.Background(), o.ID, oms.Payment{Key: "pay " + key, Gateway: "card", Source: "tok_visa"})
		return err == nil && paid.Op.State == payment.Succeeded, err
	}) {
		l.acknowledge("paid", o.ID, func() { l.paid[o.ID] = true })
	}
}

// patiently repeats until it is done, and gives up when the load ends.
func (l *load) patiently(ctx context.Context, try func() (done bool, err error)) bool {
	for n := 0; n < 2000; n++ {
		done, err := try()
		if err != nil {
			l.failed(err)
		} else if done {
			return true
		} else if n > 20 {
			return false // it is left to Run
		}
		select {
		case <-ctx.Done():
			return false
		case <-time.After(5 * time.Millisecond):
		}
	}
	l.failed(errors.New("the callers have lost their patience"))
	return false
}

func (l *load) failed(err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	kind := fault.KindOf(err)
	l.kinds[kind.String()]++
	var classified fault.Classified
	if !errors.As(err, &classified) || kind != fault.Transient && kind != fault.Unknown {
		l.wrong = append(l.wrong, err)
	}
}

func (l *load) acknowledge(what string, id uuid.UUID, note func()) {
	l.mu.Lock()
	defer l.mu.Unlock()
	note()
	if l.tell != nil {
		l.tell(what, id)
	}
}

// acknowledged returns how many answers there were.
func (l *load) acknowledged() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.known) + len(l.paid)
}

// until waits until there are n more answers, and returns how long that took.
func (l *load) until(t *testing.T, n int) time.Duration {
	t.Helper()
	began, from := time.Now(), l.acknowledged()
	require.Eventually(t, func() bool { return l.acknowledged() >= from+n }, time.Minute, time.Millisecond, "service does not resume")
	return time.Since(began)
}

// during runs the load beside what happens, and returns when both have ended.
func (l *load) during(t *testing.T, callers int, happens func()) {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	var wg sync.WaitGroup
	wg.Go(func() { l.run(ctx, callers) })
	func() {
		defer wg.Wait()
		defer stop()
		happens()
	}()
	require.Empty(t, l.wrong)
}

// ledger is what must be true of a shop afterwards.
type ledger struct {
	shop *oms.Client // of another process, later
	card *sandbox.Gateway
}

// finish lets Run do what was left, and returns what that was.
func (b ledger) finish(t *testing.T) (work oms.Work) {
	t.Helper()
	for range 20 {
		pass, err := b.shop.RunOnce(t.Context())
		require.NoError(t, err)
		require.Zero(t, pass.Failed)
		if !pass.Any() {
			return work
		}
		work.Payments += pass.Payments
	}
	require.Fail(t, "Run does not come to an end")
	return work
}

// holds looks for everything that was acknowledged, for money that nobody or somebody
// twice was charged, and for orders that are not whole.
func (b ledger) holds(t *testing.T, placed map[string]uuid.UUID, paid map[uuid.UUID]bool) (orders int) {
	t.Helper()
	ctx := t.Context()
	there := map[uuid.UUID]*order.Order{}
	numbers := map[string]*order.Order{}
	for o, err := range b.shop.Orders(ctx, order.Filter{}) {
		require.NoError(t, err)
		there[o.ID], numbers[o.Number] = o, o
	}
	for key, id := range placed {
		require.Contains(t, there, id, "order %s was acknowledged and is lost", key)
	}
	charges := map[string]int{}
	for _, c := range b.card.Charges() {
		if o := numbers[c.Order]; o != nil && c.Captured.Sign() > 0 {
			charges[c.Order]++
			require.Equal(t, o.Totals.Total.String(), c.Captured.String(), o.Number)
			require.Equal(t, order.PaymentPaid, o.PaymentStatus, "%s is charged for", o.Number)
		}
	}
	for id := range there {
		o := there[id]
		require.LessOrEqual(t, charges[o.Number], 1, "%s is charged for twice", o.Number)
		if o.PaymentStatus == order.PaymentPaid || paid[id] {
			require.Equal(t, order.PaymentPaid, o.PaymentStatus, "%s was acknowledged as paid", o.Number)
			require.Equal(t, 1, charges[o.Number], o.Number)
		}
	}
	report, err := b.shop.Verify(ctx, oms.VerifyOptions{})
	require.NoError(t, err)
	require.Empty(t, report.Violations)
	require.Empty(t, report.Incomplete)
	return len(there)
}

// once returns whether no two orders were placed with one key: an order for each key
// that was given and answered, and at most one for each that was not.
func (b ledger) once(t *testing.T, l *load, callers int) {
	t.Helper()
	orders := b.holds(t, maps.Clone(l.known), maps.Clone(l.paid))
	require.GreaterOrEqual(t, orders, len(l.known))
	require.LessOrEqual(t, orders, len(l.known)+callers, "an order was placed twice")
}

// leakless fails a test that leaves goroutines or connections behind. It is called
// when the server runs and before the store is opened.
func leakless(t *testing.T, dsn string) {
	t.Helper()
	before := []goleak.Option{
		goleak.IgnoreCurrent(),
		goleak.IgnoreAnyFunction("os/exec.(*Cmd).Wait"), // of servers that were started again
	}
	t.Cleanup(func() {
		goleak.VerifyNone(t, before...)
		ctx := context.Background()
		require.Eventually(t, func() bool {
			conn, err := pgx.Connect(ctx, dsn)
			if err != nil {
				return false
			}
			defer func() { _ = conn.Close(ctx) }()
			var others int
			err = conn.QueryRow(ctx, `SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()
				AND pid <> pg_backend_pid() AND backend_type = 'client backend'`).Scan(&others)
			return err == nil && others == 0
		}, 20*time.Second, 10*time.Millisecond, "connections are left open")
	})
}

// cluster starts a server of the test's own.
func cluster(t *testing.T, options pgtest.Options) *pgtest.Cluster {
	t.Helper()
	if _, err := pgtest.Find(); err != nil {
		pgtest.New(t) // says what is missing
		t.Skip("skipped: a server that runs elsewhere is not stopped")
	}
	c, err := pgtest.Start(t.Context(), options)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, c.Close()) })
	return c
}

// later is the clock of a process that looks after the others' grace has passed.
func later() time.Time { return time.Now().Add(time.Hour) }

// single is a store that lists one tenant.
type single struct {
	storage.Store
	tenant string
}

func (s single) Tenants(context.Context) ([]string, error) { return []string{s.tenant}, nil }

// among reports whether err's text has one of the words.
func among(err error, words ...string) bool {
	for _, w := range words {
		if err != nil && strings.Contains(err.Error(), w) {
			return true
		}
	}
	return false
}
