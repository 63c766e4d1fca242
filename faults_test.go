//go:build amd64 || arm64

package oms_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/go-oms/oms"
	"github.com/go-oms/oms/event"
	"github.com/go-oms/oms/fault"
	"github.com/go-oms/oms/money"
	gateway "github.com/go-oms/oms/payment/sandbox"
	"github.com/go-oms/oms/storage"
	"github.com/go-oms/oms/storage/sqlite"
)

// TestEveryCommandAtEveryPointOfFailure lets each operation on the disk that a
// command leads to fail, one after the other and in every way that a disk can fail,
// and interrupts each of its statements, COMMIT among them: before it has taken
// effect and after. Then the command is repeated with its key. It must have had its
// effect exactly once, every error on the way must say what the caller may
// conclude, and the books must be clean.
//
// Short of time it takes a spread of the points. OMS_TEST_FAULTS=all takes every
// one, with a write-ahead log and with a rollback journal, in some minutes.
func TestEveryCommandAtEveryPointOfFailure(t *testing.T) {
	if os.Getenv("OMS_TEST_STORE") != "" {
		t.Skip("it chooses its store itself: the other run of these tests has it")
	}
	all := os.Getenv("OMS_TEST_FAULTS") == "all"
	journals := []string{"WAL"}
	if all {
		journals = append(journals, "DELETE")
	}
	points := 0
	for _, journal := range journals {
		t.Run(journal, func(t *testing.T) {
			l := newLaboratory(t, journal)
			for i, name := range slices.Sorted(maps.Keys(breakables())) {
				t.Run(name, func(t *testing.T) { l.command(t, name, i, all) })
			}
			points += l.points
			t.Logf("%d points, %d of them were seen by the caller: %v; %d were a COMMIT", l.points, l.refused, l.kinds, l.commits)
			require.Positive(t, l.commits)
		})
	}
	t.Logf("%d points of failure in all", points)
	require.Greater(t, points, 200)
}

// breakable is a command that is broken off.
type breakable struct {
	prepare func(*shop) (do func() error, args []any)
	outside bool // it calls a gateway or a carrier: Run may have to finish it
}

// breakables are the commands: all that have a key, and those that are repeatable by
// what they are about.
func breakables() map[string]breakable {
	list := map[string]breakable{}
	for name, c := range keyed {
		list[name] = breakable{outside: outside[name], prepare: func(s *shop) (func() error, []any) {
			args := c.args(s)
			return func() error { return s.call(name, args).err }, args
		}}
	}
	pending := func(s *shop, source string) *oms.Paid {
		s.receive("TEE-M", 2)
		paid, err := s.Pay(s.ctx, s.place(line("TEE-M", 2)).ID, oms.Payment{Gateway: "card", Source: source})
		require.NoError(s.t, err)
		return paid
	}
	list["Webhook"] = breakable{outside: true, prepare: func(s *shop) (func() error, []any) {
		s.card.Webhooks()
		s.card.Settle(pending(s, gateway.TokenPending).Op.ID)
		hooks := s.card.Webhooks()
		return func() error {
			for _, hook := range hooks {
				if _, err := s.Webhook(s.ctx, "card", hook); err != nil {
					return err
				}
			}
			return nil
		}, nil
	}}
	list["Continue"] = breakable{outside: true, prepare: func(s *shop) (func() error, []any) {
		op := pending(s, gateway.TokenAction).Op.ID
		return func() error {
			_, err := s.Continue(s.ctx, oms.Comeback{Op: op})
			return err
		}, nil
	}}
	list["Cancel paid"] = breakable{outside: true, prepare: func(s *shop) (func() error, []any) {
		id := pending(s, "tok_visa").Order.ID
		return func() error {
			_, err := s.Cancel(s.ctx, id, oms.Cancellation{Key: "k", Reason: "changed"})
			return err
		}, nil
	}}
	list["RunOnce"] = breakable{outside: true, prepare: func(s *shop) (func() error, []any) {
		s.card.Settle(pending(s, gateway.TokenPending).Op.ID)
		s.receive("MUG", 1)
		s.place(line("MUG", 1)) // expires
		s.clock.Add(25 * time.Hour)
		return s.runs, nil
	}}
	return list
}

// outside are the commands that call a gateway or a carrier.
var outside = map[string]bool{
	"Pay": true, "Capture": true, "Refund": true, "Confirm": true, "Cancel": true, "Expire": true, "Ship": true, "LabelReturn": true, "MergeCustomers": false,
}

// runs lets Run work once, for the shop's tenant alone where it is one of many.
func (s *shop) runs() error {
	client := s.Client
	if only, ok := s.store.(alone); ok {
		client = s.With(only)
	}
	_, err := client.RunOnce(s.ctx)
	return err
}

// laboratory is a shop on a disk that fails. Every experiment has a tenant of its
// own.
type laboratory struct {
	*shop
	disk    *faultyDisk
	store   *sqlite.Store
	tenants int
	points  int
	commits int            // points that were the end of a transaction
	refused int            // points at which the first answer was an error
	kinds   map[string]int // of those
}

func newLaboratory(t *testing.T, journal string) *laboratory {
	t.Helper()
	folder := t.TempDir()
	disk := faulty(t, folder)
	store, err := sqlite.Open(t.Context(), filepath.Join(folder, "shop.db"), &sqlite.Options{
		BusyTimeout: 20 * time.Millisecond, JournalMode: journal, Synchronous: "EXTRA",
	})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, store.Close()) })
	require.NoError(t, store.Migrate(t.Context()))
	return &laboratory{shop: openShop(t, store, approval, careful), disk: disk, store: store, kinds: map[string]int{}}
}

// tenant returns the shop of a fresh tenant.
func (l *laboratory) tenant(t *testing.T) *shop {
	l.tenants++
	id := fmt.Sprint("experiment ", l.tenants)
	s := *l.shop
	s.t, s.Client, s.store = t, l.Client.Tenant(id), alone{l.store.Tenant(id), id}
	return &s
}

// command breaks one command off at its points.
func (l *laboratory) command(t *testing.T, name string, number int, all bool) {
	c := breakables()[name]
	want := l.experiment(t, c, func() {})
	breaks := map[string]func(at int){
		"statement": l.disk.interruptAt,
	}
	for _, h := range harms {
		breaks["disk "+h.name] = func(at int) { l.disk.arm(at, h) }
	}
	for i, kind := range slices.Sorted(maps.Keys(breaks)) {
		step, first := 1, 1
		if !all { // another part of the points for each way
			step = spread
			first = 1 + (i*7+number*3)%step
		}
		for at := first; ; at += step {
			reached := false
			got := l.experiment(t, c, func() { breaks[kind](at) }, func(what string, broken bool, err error) {
				reached = broken
				if broken {
					l.points++
				}
				if broken && strings.HasPrefix(what, "COMMIT") {
					l.commits++
				}
				if err != nil {
					l.refused++
					l.kinds[fault.KindOf(err).String()]++
					requireKind(t, err, "%s %d: %s", kind, at, what)
				}
			})
			require.Equal(t, want, got, "%s %d", kind, at)
			if !reached {
				break
			}
		}
	}
}

// spread is of how many points one is taken when time is short.
const spread = 48

// experiment prepares a command in a tenant of its own, breaks the disk, gives the
// command, mends the disk and repeats the command until it succeeds. It returns the
// effects.
func (l *laboratory) experiment(t *testing.T, c breakable, breaks func(), tell ...func(what string, broken bool, err error)) string {
	t.Helper()
	s := l.tenant(t)
	s.trusting = true // what leads up to the command is tested elsewhere
	do, _ := c.prepare(s)
	before := s.gatewayBooks()
	breaks()
	err := do()
	what, wrong := l.disk.mend()
	for _, f := range tell {
		f(what, wrong, err)
	}
	for range 5 {
		if err = do(); err == nil {
			break
		}
		requireKind(t, err, "repeated after %s", what)
		s.clock.Add(time.Hour)
		require.NoError(t, s.runs())
	}
	require.NoError(t, err, "after %s", what)
	if c.outside {
		for range 3 {
			s.clock.Add(2 * time.Hour)
			require.NoError(t, s.runs(), "after %s", what)
		}
	}
	s.trusting = false
	s.clean()
	return s.effects() + before.since(s.gatewayBooks())
}

// TestTheHostsTransactionAtEveryPointOfFailure lets each operation on the disk fail
// that a host's transaction with an order in it leads to, his COMMIT among them. When
// he repeats the transaction with the same key, order and row are there once.
func TestTheHostsTransactionAtEveryPointOfFailure(t *testing.T) {
	if os.Getenv("OMS_TEST_STORE") != "" {
		t.Skip("it chooses its store itself: the other run of these tests has it")
	}
	step := 7
	if os.Getenv("OMS_TEST_FAULTS") == "all" {
		step = 1
	}
	folder := t.TempDir()
	disk := faulty(t, folder)
	s := hostedOn(t, sqliteHost(t, folder))
	s.receive("TEE-M", 100_000)
	n, commits := 0, 0
	transact := func() error {
		tx, err := s.host.Begin(s.ctx)
		if err != nil {
			requireKind(t, err, "begin")
			return err
		}
		defer func() { _ = tx.Rollback() }()
		o, err := s.joined(tx).Place(s.ctx, oms.Cart{Key: fmt.Sprint("order ", n), Lines: []oms.CartLine{line("TEE-M", 1)}})
		if err != nil {
			requireKind(t, err, "place")
			return err
		}
		_, err = tx.Exec(`INSERT INTO loyalty SELECT '` + o.Number + `' WHERE NOT EXISTS (SELECT 1 FROM loyalty WHERE order_number = '` + o.Number + `')`)
		if err != nil {
			return err
		}
		if err = tx.Commit(); err != nil {
			commits++
		}
		return err
	}
	for i, how := range harms {
		for at := 1 + i%step; ; at += step {
			n++
			disk.arm(at, how)
			err := transact()
			what, reached := disk.mend()
			for range 3 {
				if err == nil {
					break
				}
				err = transact()
			}
			require.NoError(t, err, "%s %d: %s", how.name, at, what)
			if !reached {
				break
			}
		}
	}
	require.Len(t, s.loyalty(), n)
	require.EqualValues(t, n*1_000_000, s.level("TEE-M").Allocated.Micro())
	require.Positive(t, commits)
	s.clean()
	t.Logf("%d transactions, of which %d failed at COMMIT", n, commits)
}

// requireKind refuses an error that does not say what may be concluded, or that says
// that the command was refused: nothing was wrong with it.
func requireKind(t *testing.T, err error, format string, args ...any) {
	t.Helper()
	var classified fault.Classified
	said := errors.As(err, &classified) || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded)
	require.True(t, said, "%v: an error without a kind: %v", fmt.Sprintf(format, args...), err)
	kind := fault.KindOf(err)
	require.True(t, kind == fault.Transient || kind == fault.Unknown || kind == fault.Conflict, "%v: %v: %v", fmt.Sprintf(format, args...), kind, err)
}

// moved is what the gateway has done so far.
type moved struct {
	charges int
	money   money.Money
	held    money.Money
}

func (s *shop) gatewayBooks() moved {
	s.t.Helper()
	took, err := s.card.Moved(money.EUR)
	require.NoError(s.t, err)
	held, err := s.card.Held(money.EUR)
	require.NoError(s.t, err)
	return moved{len(s.card.Charges()), took, held}
}

func (m moved) since(now moved) string {
	took, _ := now.money.Sub(m.money)
	held, _ := now.held.Sub(m.held)
	return fmt.Sprintf("the gateway: %d charges, %s taken, %s held", now.charges-m.charges, took, held)
}

// effects are what a tenant's books say, less ids, versions and times, and less what
// says how often somebody had to try.
func (s *shop) effects() string {
	s.t.Helper()
	var b strings.Builder
	say := func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) }
	require.NoError(s.t, s.store.Snapshot(s.ctx, func(books storage.Books) error {
		for o, err := range books.AllOrders(s.ctx) {
			require.NoError(s.t, err)
			notes, err := s.store.Notes(s.ctx, o.ID)
			require.NoError(s.t, err)
			say("order %s %s %s %s, %s less %s, %d notes, %d returns, customer %t", o.Status, o.PaymentStatus, o.FulfillmentStatus, o.ReturnStatus,
				o.Totals.Total, o.Totals.Credited, len(notes), len(o.Returns), o.CustomerID != event.ID{})
			for _, l := range o.Lines {
				say("- %s %s %+v", l.SKU, l.Quantity, l.Counts)
			}
			for _, r := range o.Returns {
				say("- return %s", r.Status)
			}
		}
		for t, err := range books.AllTenders(s.ctx, storage.ByOrder) {
			require.NoError(s.t, err)
			say("tender %+v", t.Totals)
			for _, op := range t.Ops {
				say("- %s %s %s", op.Kind, op.Amount, op.State)
			}
		}
		for f, err := range books.AllFulfillments(s.ctx, storage.ByOrder) {
			require.NoError(s.t, err)
			say("fulfilment %s %s", f.Location, f.Status)
			for _, p := range f.Shipments {
				say("- %s %d scans", p.Status, len(p.Scans))
			}
		}
		for level, err := range books.AllLevels(s.ctx) {
			require.NoError(s.t, err)
			say("%+v", level)
		}
		for m, err := range books.AllMoves(s.ctx) {
			require.NoError(s.t, err)
			say("move %s %s %s %s %s %s", m.SKU, m.Kind, m.OnHand, m.Allocated, m.Reserved, m.Backordered)
		}
		for r, err := range books.AllReservations(s.ctx) {
			require.NoError(s.t, err)
			say("reservation %s %s %s %s", r.SKU, r.Kind, r.Status, r.Quantity)
		}
		for item, err := range books.AllItems(s.ctx) {
			require.NoError(s.t, err)
			say("item %s %d", item.SKU, item.Version)
		}
		return s.sayCustomers(books, say)
	}))
	locations, err := s.store.Locations(s.ctx)
	require.NoError(s.t, err)
	say("%+v", locations)
	return b.String()
}

func (s *shop) sayCustomers(books storage.Books, say func(string, ...any)) error {
	for c, err := range books.AllCustomers(s.ctx) {
		require.NoError(s.t, err)
		notes, err := s.store.CustomerNotes(s.ctx, c.ID)
		require.NoError(s.t, err)
		consents, err := s.store.Consents(s.ctx, c.ID)
		require.NoError(s.t, err)
		say("customer %d %s, %d notes, %d consents, merged %t", c.Version, c.Email, len(notes), len(consents), c.Merged())
	}
	for a, err := range books.AllSavedAddresses(s.ctx) {
		require.NoError(s.t, err)
		say("address %s", a.City)
	}
	return nil
}
