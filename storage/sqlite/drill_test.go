package sqlite_test

import (
	"context"
	"database/sql"
	"fmt"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/go-oms/oms"
	"github.com/go-oms/oms/event"
	"github.com/go-oms/oms/inventory"
	"github.com/go-oms/oms/money"
	"github.com/go-oms/oms/order"
	"github.com/go-oms/oms/quantity"
	"github.com/go-oms/oms/sink/cloudevents"
	"github.com/go-oms/oms/sink/inbox"
	"github.com/go-oms/oms/storage/sqlite"
)

// consumer is another program with a database of its own, which writes a line for
// each event that it has had.
type consumer struct {
	inbox.Consumer
	came atomic.Int64 // deliveries, repeated ones too
}

func newConsumer(t *testing.T) *consumer {
	t.Helper()
	db, err := sql.Open("sqlite", filepath.Join(t.TempDir(), "effects.db"))
	require.NoError(t, err)
	db.SetMaxOpenConns(1)
	t.Cleanup(func() { require.NoError(t, db.Close()) })
	for _, statement := range []string{inbox.SQLite().Schema(), "CREATE TABLE effects (event TEXT NOT NULL)"} {
		_, err := db.Exec(statement)
		require.NoError(t, err)
	}
	return &consumer{Consumer: inbox.Consumer{
		Name: "effects", DB: db, Inbox: inbox.SQLite(),
		Handle: func(ctx context.Context, tx *sql.Tx, tenant string, e event.Event) error {
			_, err := tx.ExecContext(ctx, "INSERT INTO effects VALUES (?)", cloudevents.ID(tenant, e))
			return err
		},
	}}
}

func (c *consumer) Deliver(ctx context.Context, tenant string, events []event.Event) error {
	c.came.Add(int64(len(events)))
	return c.Consumer.Deliver(ctx, tenant, events)
}

// effects counts the lines, and those that are there twice.
func (c *consumer) effects(t *testing.T) (all, twice int) {
	t.Helper()
	require.NoError(t, c.DB.QueryRow("SELECT count(*), count(*) - count(DISTINCT event) FROM effects").Scan(&all, &twice))
	return all, twice
}

func drilled(t *testing.T, path string, sink oms.Sink, late *atomic.Int64) *oms.Client {
	t.Helper()
	s, err := sqlite.Open(t.Context(), path, nil)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, s.Close()) })
	require.NoError(t, s.Migrate(t.Context()))
	shop, err := oms.New(oms.Config{
		Store: s, Prices: order.PriceList{"TEE": money.MustParse("10.00 EUR")}, Sinks: oms.Sinks{"effects": sink},
		Now: func() time.Time { return time.Now().Add(time.Duration(late.Load())) },
	})
	require.NoError(t, err)
	return shop
}

// The drill: a backup is taken while buyers buy and events go out, the file is lost,
// and the shop goes on with the copy. What was acknowledged before the backup began is
// there, the books are clean, and events that come again have no second effect.
func TestARestoredBackupGoesOn(t *testing.T) {
	const buyers, before, after = 4, 40, 10
	ctx := t.Context()
	dir := t.TempDir()
	effects := newConsumer(t)
	shop := drilled(t, filepath.Join(dir, "shop.db"), effects, new(atomic.Int64))
	require.NoError(t, shop.Inventory.Receive(ctx, inventory.Receipt{SKU: "TEE", Location: "main", Quantity: quantity.Of(100_000)}))

	var mu sync.Mutex
	var acknowledged []uuid.UUID
	enough := make(chan struct{})
	var placed atomic.Int64
	var buying sync.WaitGroup
	saved := make(chan struct{})
	for buyer := range buyers {
		buying.Go(func() {
			left := after
			for n := 0; left > 0; n++ {
				o, err := shop.Place(ctx, oms.Cart{
					Key: fmt.Sprintf("%d/%d", buyer, n), Lines: []oms.CartLine{{SKU: "TEE", Quantity: quantity.Of(1)}},
				})
				if err != nil {
					t.Errorf("buyer %d: %v", buyer, err)
					return
				}
				mu.Lock()
				acknowledged = append(acknowledged, o.ID)
				mu.Unlock()
				if placed.Add(1) == before {
					close(enough)
				}
				select {
				case <-saved:
					left--
				default:
				}
			}
		})
	}
	buying.Go(func() { // events go out meanwhile
		for {
			if _, err := shop.RunOnce(ctx); err != nil {
				t.Errorf("run: %v", err)
				return
			}
			select {
			case <-saved:
				return
			case <-time.After(time.Millisecond):
			}
		}
	})

	<-enough
	mu.Lock()
	known := append([]uuid.UUID(nil), acknowledged...)
	mu.Unlock()
	copied := filepath.Join(dir, "saved.db")
	made, err := shopStore(t, filepath.Join(dir, "shop.db")).Backup(ctx, copied)
	require.NoError(t, err)
	require.GreaterOrEqual(t, made.Events, int64(len(known)))
	close(saved)
	buying.Wait()
	for range 3 { // the rest goes out, too: the consumer knows more than the copy
		_, err = shop.RunOnce(ctx)
		require.NoError(t, err)
	}
	had, twice := effects.effects(t)
	require.Zero(t, twice)
	came := effects.came.Load()

	var late atomic.Int64
	restored := drilled(t, copied, effects, &late)
	verifyClean(t, restored)
	for _, id := range known {
		_, err := restored.Order(ctx, id)
		require.NoError(t, err, "acknowledged before the backup began")
	}
	var kept int64
	for _, err := range restored.Orders(ctx, order.Filter{}) {
		require.NoError(t, err)
		kept++
	}
	require.Less(t, kept, placed.Load(), "the copy is of a moment, and the buyers went on")

	// The buyers ask again with their keys, as after any answer that was lost.
	o, err := restored.Place(ctx, oms.Cart{Key: "0/0", Lines: []oms.CartLine{{SKU: "TEE", Quantity: quantity.Of(1)}}})
	require.NoError(t, err)
	require.Contains(t, known, o.ID, "what is there is not done again")
	lag, err := restored.Lag(ctx)
	require.NoError(t, err)
	require.Positive(t, lag[0].Behind, "the copy does not know what has gone out since")
	late.Store(int64(time.Hour)) // the leases have ended that the lost process had taken
	for range 3 {
		_, err = restored.RunOnce(ctx)
		require.NoError(t, err)
	}
	require.Greater(t, effects.came.Load(), came, "events came again")
	again, twice := effects.effects(t)
	require.Zero(t, twice)
	require.Equal(t, had, again, "and had no second effect")
	verifyClean(t, restored)
}

// shopStore opens the file once more, as another program does.
func shopStore(t *testing.T, path string) *sqlite.Store {
	t.Helper()
	s, err := sqlite.Open(t.Context(), path, &sqlite.Options{ReadOnly: true})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, s.Close()) })
	return s
}
