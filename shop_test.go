package oms_test

import (
	"context"
	"encoding/binary"
	"errors"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/go-oms/oms"
	"github.com/go-oms/oms/crm"
	"github.com/go-oms/oms/fulfillment"
	shipping "github.com/go-oms/oms/fulfillment/sandbox"
	"github.com/go-oms/oms/internal/pgtest"
	"github.com/go-oms/oms/inventory"
	"github.com/go-oms/oms/money"
	"github.com/go-oms/oms/order"
	gateway "github.com/go-oms/oms/payment/sandbox"
	"github.com/go-oms/oms/quantity"
	"github.com/go-oms/oms/storage"
	"github.com/go-oms/oms/storage/memory"
	"github.com/go-oms/oms/storage/postgres"
	"github.com/go-oms/oms/storage/sqlite"
)

// clock is a clock that moves only when it is told to.
type clock struct {
	mu  sync.Mutex
	now time.Time
	ids uint64
}

func newClock() *clock { return &clock{now: time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)} }

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) Add(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// NewID makes UUIDv7-shaped ids that grow and repeat from run to run.
func (c *clock) NewID() uuid.UUID {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.ids++
	var id uuid.UUID
	binary.BigEndian.PutUint64(id[:8], uint64(c.now.UnixMilli())<<16)
	binary.BigEndian.PutUint32(id[8:12], uint32(c.ids))
	id[6] = id[6]&0x0f | 0x70
	id[8] = id[8]&0x3f | 0x80
	return id
}

// shop is a shop on a fresh store with everything a test may need.
type shop struct {
	*oms.Client
	t     *testing.T
	ctx   context.Context
	store storage.Store
	clock *clock
	card  *gateway.Gateway
	post  *shipping.Carrier

	trusting bool // clean looks at nothing
}

func TestMain(m *testing.M) { os.Exit(pgtest.Main(m)) }

// newShop opens a shop on a fresh store; change may alter its configuration. The
// store is in memory, a SQLite file when OMS_TEST_STORE is "sqlite", or a PostgreSQL
// database when it is "postgres": every rule of this package holds on all of them.
func newShop(t *testing.T, change ...func(*oms.Config)) *shop {
	t.Helper()
	return openShop(t, newStore(t), change...)
}

func newStore(t *testing.T) storage.Store {
	t.Helper()
	switch backend := os.Getenv("OMS_TEST_STORE"); backend {
	case "", "memory":
		return memory.New()
	case "sqlite":
		return newSQLite(t)
	case "postgres":
		return newPostgres(t)
	default:
		t.Fatalf("OMS_TEST_STORE is %q: want memory, sqlite or postgres", backend)
		return nil
	}
}

func newSQLite(t *testing.T) storage.Store {
	t.Helper()
	store, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "shop.db"), nil)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, store.Close()) })
	require.NoError(t, store.Migrate(t.Context()))
	return store
}

// swift is a store on a server that may forget what it acknowledged, which is much
// faster and what no test is about: whatever else is found counts.
type swift struct{ storage.Store }

func (s swift) Examine(ctx context.Context) ([]storage.Finding, error) {
	findings, err := s.Store.(storage.Doctor).Examine(ctx)
	for i := range findings {
		findings[i].OK = findings[i].OK || findings[i].Name == "fsync"
	}
	return findings, err
}

func (s swift) Tenant(id string) storage.Store { return swift{s.Store.Tenant(id)} }

// newPostgres opens a store in a database of its own. What tests write on the server
// at the same time holds events back for a moment: there is patience for that.
func newPostgres(t *testing.T) storage.Store {
	t.Helper()
	options := &postgres.Options{AllowRelaxedDurability: true, HorizonTimeout: 20 * time.Second, PoolTimeout: 5 * time.Minute, Conns: 4}
	dsn := pgtest.Prepared(t, "schema", func(ctx context.Context, dsn string) error {
		store, err := postgres.Open(ctx, dsn, options)
		if err != nil {
			return err
		}
		return errors.Join(store.Migrate(ctx), store.Close())
	})
	store, err := postgres.Open(t.Context(), dsn, options)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, store.Close()) })
	return swift{store}
}

func openShop(t *testing.T, store storage.Store, change ...func(*oms.Config)) *shop {
	t.Helper()
	s := &shop{t: t, ctx: context.Background(), store: store, clock: newClock()}
	s.card = gateway.New(gateway.WithClock(s.clock.Now))
	s.post = shipping.NewWith(shipping.Config{Now: s.clock.Now})
	cfg := oms.Config{
		Store: store,
		Prices: order.PriceList{
			"TEE-M": money.MustParse("19.90 EUR"), "MUG": money.MustParse("8.50 EUR"), "PIN": money.MustParse("0.99 EUR"),
		},
		Methods:  s.methods(),
		Split:    oms.SoldIn{"MUG": "mugs"},
		Gateways: oms.Gateways{"card": s.card},
		Carriers: oms.Carriers{"post": s.post},
		Now:      s.clock.Now,
		NewID:    s.clock.NewID,
	}
	for _, c := range change {
		c(&cfg)
	}
	client, err := oms.New(cfg)
	require.NoError(t, err)
	s.Client = client
	return s
}

func (s *shop) methods() fulfillment.Methods {
	return fulfillment.Methods{
		fulfillment.FlatRate{Offer: fulfillment.Offer{Code: "standard", Label: "Standard"}, Price: money.MustParse("4.90 EUR")},
	}
}

func (s *shop) receive(sku string, n int32) {
	s.t.Helper()
	err := s.Inventory.Receive(s.ctx, inventory.Receipt{SKU: sku, Location: "main", Quantity: quantity.Of(n)})
	require.NoError(s.t, err)
}

func (s *shop) place(lines ...oms.CartLine) *order.Order {
	s.t.Helper()
	o, err := s.Place(s.ctx, oms.Cart{
		ShipTo: order.Address{Name: "Ada", City: "London", Country: "GB"}, Lines: lines,
	})
	require.NoError(s.t, err)
	s.clean()
	return o
}

func line(sku string, n int32) oms.CartLine { return oms.CartLine{SKU: sku, Quantity: quantity.Of(n)} }

func (s *shop) pay(o *order.Order) *oms.Paid {
	s.t.Helper()
	paid, err := s.Pay(s.ctx, o.ID, oms.Payment{Gateway: "card", Source: "tok_visa"})
	require.NoError(s.t, err)
	s.clean()
	return paid
}

// shipped places, pays and ships an order.
func (s *shop) shipped(lines ...oms.CartLine) *order.Order {
	s.t.Helper()
	o := s.place(lines...)
	s.pay(o)
	_, err := s.Ship(s.ctx, o.ID, oms.Shipping{Carrier: "post"})
	require.NoError(s.t, err)
	s.clean()
	return s.order(o.ID)
}

func (s *shop) order(id uuid.UUID) *order.Order {
	s.t.Helper()
	o, err := s.Order(s.ctx, id)
	require.NoError(s.t, err)
	return o
}

// customer saves a new customer with that email.
func (s *shop) customer(email string) *crm.Customer {
	s.t.Helper()
	c, err := s.SaveCustomer(s.ctx, oms.CustomerDetails{Customer: crm.Customer{Email: email}})
	require.NoError(s.t, err)
	s.clean()
	return c
}

// level returns the level of a SKU at "main".
func (s *shop) level(sku string) inventory.Level {
	s.t.Helper()
	levels, err := s.store.Levels(s.ctx, []string{sku})
	require.NoError(s.t, err)
	require.Len(s.t, levels, 1)
	return levels[0]
}

// clean holds the books against every invariant: it is called after each command,
// so that a fold that drifts is found by the command that made it drift.
func (s *shop) clean() {
	s.t.Helper()
	if s.trusting {
		return
	}
	report, err := s.Verify(s.ctx, oms.VerifyOptions{})
	require.NoError(s.t, err)
	require.Empty(s.t, report.Violations)
	require.Empty(s.t, report.Incomplete)
	requireCatalogued(s.t, s.store.Stream(s.ctx, 0, 0))
}
