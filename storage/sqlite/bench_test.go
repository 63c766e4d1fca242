package sqlite_test

import (
	"errors"
	"fmt"
	"iter"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/go-oms/oms/event"
	"github.com/go-oms/oms/inventory"
	"github.com/go-oms/oms/money"
	"github.com/go-oms/oms/order"
	"github.com/go-oms/oms/quantity"
	"github.com/go-oms/oms/reporting"
	"github.com/go-oms/oms/storage"
	"github.com/go-oms/oms/storage/sqlite"
	"github.com/go-oms/oms/storage/storagetest"
)

const benchSKUs = 1000

// stocked returns a store with plenty of every SKU.
func stocked(b *testing.B) *sqlite.Store {
	s := open(b, nil)
	clerk := storagetest.NewClerk(1)
	for i := range benchSKUs {
		require.NoError(b, s.Commit(b.Context(), clerk.Receive(benchSKU(i), storagetest.Main, 1_000_000_000)))
	}
	return s
}

func benchSKU(i int) string { return fmt.Sprintf("SKU-%05d", i) }

// placing returns the batch of a plain order of three lines, as a flow makes it.
// It writes 17 rows: key, order, 3 lines, facts, address, 3 reservations, 3 movements,
// 3 levels, event.
func placing(number int64, skus [3]string, at time.Time) *storage.Batch {
	id := uuid.Must(uuid.NewV7())
	ids := event.NewIDs(id)
	cmd := event.Command{
		Name: "order.place", Key: ids.Next().String(), IDs: ids, Now: at, At: at,
		Actor: event.Actor{Kind: event.Shopper, ID: "visitor-1"},
	}
	address := order.Address{
		ID: ids.Next(), Name: "Ada Lovelace", Line1: "12 St James's Square", City: "London",
		PostalCode: "SW1Y 4JH", Country: "GB", Email: "ada@example.com",
	}
	zero, price := money.Zero(money.EUR), money.MustParse("19.90 EUR")
	o := &order.Order{
		ID: ids.Next(), Version: 1, Number: fmt.Sprint(100000 + number), Channel: "web", Origin: order.FromShop,
		ShipToID: address.ID, Workflow: "shop", WorkflowVersion: 1, Status: "placed",
		PaymentStatus: order.PaymentPending, FulfillmentStatus: order.Unfulfilled, ReturnStatus: order.NotReturned,
		Currency: money.EUR, PlacedAt: at, Country: "GB", Lines: make([]order.Line, 0, 3),
		Totals: order.Totals{
			Goods: money.MustParse("59.70 EUR"), Discount: zero, Shipping: zero, Fees: zero, Tax: zero,
			TaxIncluded: zero, Total: money.MustParse("59.70 EUR"), Credited: zero,
		},
	}
	b := &storage.Batch{Command: cmd, Result: o.ID[:]}
	b.Inventory.Moves = make([]inventory.Move, 0, 3)
	b.Inventory.Reservations = make([]inventory.ReservationChange, 0, 3)
	owner, one := o.ID.String(), quantity.Of(1)
	for i, sku := range skus {
		line := order.Line{
			ID: ids.Next(), Position: i + 1, SKU: sku, Title: "A thing of beauty", Quantity: one, UnitPrice: price,
			Subtotal: price, Discount: zero, Tax: zero, Total: price, Credited: zero,
		}
		line.Allocated = one
		o.Lines = append(o.Lines, line)
		b.Inventory.Moves = append(b.Inventory.Moves, inventory.Move{
			ID: ids.Next(), SKU: sku, Location: storagetest.Main, Kind: inventory.Allocate, Allocated: one,
			OrderID: o.ID, LineID: line.ID, Cause: cmd.Key, Actor: "shopper:visitor-1", At: at, RecordedAt: at,
		})
		b.Inventory.Reservations = append(b.Inventory.Reservations, inventory.ReservationChange{
			After: inventory.Reservation{
				ID: ids.Next(), Kind: inventory.ForOrder, Owner: owner, LineID: line.ID, SKU: sku,
				Location: storagetest.Main, Quantity: one, Status: inventory.Pending, CreatedAt: at,
			},
		})
	}
	d := order.Diff(nil, o)
	b.Orders = []order.Changes{{Delta: d, Addresses: []order.Address{address}}}
	b.Events = []event.Event{cmd.Event(event.Order, o.ID, 1, "placed", d)}
	return b
}

func cpu() time.Duration {
	var r syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &r); err != nil {
		return 0
	}
	return time.Duration(r.Utime.Nano() + r.Stime.Nano())
}

// callers runs fn b.N times on n goroutines and reports the CPU time of each.
func callers(b *testing.B, n int, fn func(i int64) error) {
	var next atomic.Int64
	var wg sync.WaitGroup
	b.ResetTimer()
	began := cpu()
	for range n {
		wg.Go(func() {
			for i := next.Add(1); i <= int64(b.N); i = next.Add(1) {
				if err := fn(i); err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	wg.Wait()
	b.ReportMetric(float64((cpu()-began).Nanoseconds())/1000/float64(b.N), "cpu-µs/op")
}

// BenchmarkCommit places plain orders of three lines. What building a batch costs
// is in it, and reported by BenchmarkCommit/nothing.
func BenchmarkCommit(b *testing.B) {
	for _, c := range []struct {
		name          string
		callers, skus int
	}{{"callers=64", 64, benchSKUs}, {"callers=64,hot", 64, 1}, {"callers=1", 1, benchSKUs}} {
		b.Run(c.name, func(b *testing.B) {
			s := stocked(b)
			at := time.Now().UTC().Truncate(time.Microsecond)
			callers(b, c.callers, func(i int64) error { return s.Commit(b.Context(), placing(i, spread(c.skus), at)) })
		})
	}
	b.Run("callers=64,reading", func(b *testing.B) {
		s := stocked(b)
		at := time.Now().UTC().Truncate(time.Microsecond)
		ctx := b.Context()
		callers(b, 64, func(i int64) error {
			skus := spread(benchSKUs)
			expired := inventory.ReservationFilter{Kind: inventory.ForCart, SKUs: skus[:], ExpiredBefore: at}
			if err := errors.Join(second(s.Items(ctx, skus[:])), second(s.Levels(ctx, skus[:])),
				second(s.Locations(ctx)), second(s.Reservations(ctx, expired))); err != nil {
				return err
			}
			return s.Commit(ctx, placing(i, skus, at))
		})
	})
	b.Run("nothing", func(b *testing.B) {
		at := time.Now().UTC().Truncate(time.Microsecond)
		callers(b, 64, func(i int64) error {
			placing(i, spread(benchSKUs), at)
			return nil
		})
	})
}

// spread returns three SKUs: any, or a hot one and two others.
func spread(skus int) [3]string {
	n := rand.IntN(benchSKUs - 3)
	if skus == 1 {
		return [3]string{benchSKU(benchSKUs - 1), benchSKU(n), benchSKU(n + 1)}
	}
	return [3]string{benchSKU(n), benchSKU(rand.IntN(benchSKUs)), benchSKU(rand.IntN(benchSKUs))}
}

// BenchmarkRead reads what placing an order of three lines reads, and a whole order.
func BenchmarkRead(b *testing.B) {
	s := stocked(b)
	at := time.Now().UTC().Truncate(time.Microsecond)
	var ids []uuid.UUID
	for i := range int64(2000) {
		batch := placing(i, spread(benchSKUs), at)
		require.NoError(b, s.Commit(b.Context(), batch))
		ids = append(ids, batch.Orders[0].Delta.Order.ID)
	}
	lists := make([][]string, 1024)
	for i := range lists {
		skus := spread(benchSKUs)
		lists[i] = skus[:]
	}
	ctx := b.Context()
	for _, c := range []struct {
		name string
		read func(i int64) error
	}{
		{"items", func(i int64) error { return second(s.Items(ctx, lists[i%1024])) }},
		{"levels", func(i int64) error { return second(s.Levels(ctx, lists[i%1024])) }},
		{"locations", func(int64) error { return second(s.Locations(ctx)) }},
		{"expired", func(i int64) error {
			return second(s.Reservations(ctx, inventory.ReservationFilter{
				Kind: inventory.ForCart, SKUs: lists[i%1024], ExpiredBefore: at,
			}))
		}},
		{"order", func(i int64) error { return second(s.Order(ctx, ids[i%2000])) }},
	} {
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			callers(b, 64, c.read)
		})
	}
}

func second[T any](_ T, err error) error { return err }

// BenchmarkReports reads a shop with 3,000 orders of three lines, each paid, as what
// reports are made of.
func BenchmarkReports(b *testing.B) {
	const orders = 3000
	s, clerk := stocked(b), storagetest.NewClerk(2)
	at := time.Now().UTC().Truncate(time.Microsecond)
	for i := range orders {
		batch := placing(int64(i), [3]string{benchSKU(i % benchSKUs), benchSKU(i * 7 % benchSKUs), benchSKU(i * 11 % benchSKUs)},
			at.Add(time.Duration(i)*time.Second))
		o := &batch.Orders[0].Delta.Order
		o.CustomerID = uuid.UUID{1, byte(i % 256), byte(i % 3)}
		require.NoError(b, s.Commit(b.Context(), batch))
		_, batch = clerk.Pay(o)
		require.NoError(b, s.Commit(b.Context(), batch))
	}
	all := reporting.Period{}
	for name, walk := range map[string]func() (int, error){
		"facts":        func() (int, error) { return count(s.Facts(b.Context(), all)) },
		"orders":       func() (int, error) { return count(s.OrderFacts(b.Context(), reporting.OrderScope{})) },
		"orders,paid":  func() (int, error) { return count(s.OrderFacts(b.Context(), reporting.OrderScope{Paid: true})) },
		"orders,first": func() (int, error) { return count(s.OrderFacts(b.Context(), reporting.OrderScope{First: true})) },
		"orders,first of a period": func() (int, error) {
			return count(s.OrderFacts(b.Context(), reporting.OrderScope{First: true, Period: reporting.Period{From: at}}))
		},
		"payments": func() (int, error) { return count(s.PaymentFacts(b.Context(), all)) },
		"stock":    func() (int, error) { return count(s.StockFacts(b.Context())) },
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			rows := 0
			for b.Loop() {
				n, err := walk()
				require.NoError(b, err)
				rows += n
			}
			require.GreaterOrEqual(b, rows, min(orders, benchSKUs))
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(rows), "ns/row")
		})
	}
}

func count[T any](seq iter.Seq2[T, error]) (n int, err error) {
	for _, err := range seq {
		if err != nil {
			return n, err
		}
		n++
	}
	return n, nil
}
