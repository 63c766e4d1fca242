package bench

import (
	"context"
	"io/fs"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/go-oms/oms/internal/pgtest"
	"github.com/go-oms/oms/storage/postgres"
)

// libraryTables makes the library's tables in a database.
func libraryTables(ctx context.Context, dsn string) error {
	files := postgres.Migrations()
	names, err := fs.Glob(files, "*.sql")
	if err != nil {
		return err
	}
	for _, name := range names {
		sql, err := fs.ReadFile(files, name)
		if err != nil {
			return err
		}
		if err := (&pgCounter{dsn: dsn}).run(ctx, string(sql)); err != nil {
			return err
		}
	}
	return nil
}

// pgHandOf opens a program written by hand in a database of its own.
func pgHandOf(t *testing.T, name string, skus []string) (side, *pgCounter) {
	t.Helper()
	ctx := context.Background()
	var (
		dsn = pgtest.New(t)
		s   side
		err error
	)
	switch name {
	case oneByOneName:
		var h *pgHand
		h, err = newPgHand(ctx, dsn, pgTenRows(), skus)
		s = &oneByOne{h}
	case oneRoundTripName:
		var h *pgHand
		h, err = newPgHand(ctx, dsn, pgTenRows(), skus)
		s = &oneRoundTrip{h}
	case groupedTenName:
		s, err = newGrouped(ctx, dsn, pgTenRows(), skus)
	default:
		require.NoError(t, libraryTables(ctx, dsn))
		s, err = newGrouped(ctx, dsn, pgSameRows(), skus)
	}
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, s.close()) })
	return s, &pgCounter{dsn: dsn}
}

var pgHandNames = []string{oneByOneName, oneRoundTripName, groupedTenName, groupedSameName}

// What 40 orders of three lines and four units, at 19.90 each, must have left.
var pgKept = map[bool]map[string]int64{
	false: {
		"SELECT count(*) FROM orders WHERE total = 7960":                                                                           40,
		"SELECT sum(quantity)::bigint / 1000000 FROM lines":                                                                        160,
		"SELECT sum(reserved)::bigint / 1000000 FROM stock":                                                                        160,
		"SELECT sum(quantity)::bigint / 1000000 FROM reservations":                                                                 160,
		"SELECT count(*) FROM orders JOIN payments ON order_id = orders.id AND amount = total":                                     40,
		"SELECT count(*) FROM events JOIN outbox USING (payload)":                                                                  40,
		"SELECT count(DISTINCT payload::json ->> 'number') FROM outbox":                                                            40,
		"SELECT count(*) FROM lines JOIN reservations r USING (order_id, sku, quantity)":                                           120,
		"SELECT sum(price * quantity / 1000000 - total)::bigint FROM lines":                                                        0,
		"SELECT count(*) FROM (SELECT sku, sum(quantity) AS n FROM lines GROUP BY 1) s JOIN stock USING (sku) WHERE n <> reserved": 0,
	},
	true: {
		"SELECT count(*) FROM oms_orders WHERE total = 7960 AND goods = total":                                             40,
		"SELECT sum(allocated)::bigint / 1000000 FROM oms_lines":                                                           160,
		"SELECT sum(allocated)::bigint / 1000000 FROM oms_levels":                                                          160,
		"SELECT sum(allocated)::bigint / 1000000 FROM oms_moves":                                                           160,
		"SELECT sum(quantity)::bigint / 1000000 FROM oms_reservations":                                                     160,
		"SELECT count(*) FROM oms_keys JOIN oms_moves ON cause = key":                                                      120,
		"SELECT count(*) FROM oms_orders o JOIN oms_addresses a ON a.id = ship_to_id AND a.order_id = o.id":                40,
		"SELECT count(*) FROM oms_lines l JOIN oms_moves m ON line_id = l.id AND m.sku = l.sku":                            120,
		"SELECT count(*) FROM oms_moves a JOIN oms_moves b ON a.run = 3 AND b.seq = a.seq + 2 AND a.order_id = b.order_id": 40,
		"SELECT count(*) FROM oms_lines l JOIN oms_reservations r ON line_id = l.id AND owner = order_id::text":            120,
		"SELECT count(*) FROM oms_events JOIN oms_orders o ON aggregate_id = o.id":                                         40,
		"SELECT count(*) FROM oms_facts f JOIN oms_orders o ON order_id = o.id WHERE json_array_length(facts::json) = 3":   40,
		"SELECT sum((payload::json #>> '{lines,1,total}')::bigint)::bigint FROM oms_events":                                40 * 3980,
		"SELECT sum(unit_price * quantity / 1000000000000 - total)::bigint FROM oms_lines":                                 0,
	},
}

// The baselines are programs that work: what they keep is what was ordered.
func TestPostgresBaselinesKeepWhatWasOrdered(t *testing.T) {
	ctx := context.Background()
	for _, name := range pgHandNames {
		t.Run(name, func(t *testing.T) {
			s, at := pgHandOf(t, name, skuNames(20))
			m := &meter{side: s, skus: 20, callers: 9}
			require.NoError(t, m.some(ctx, 40))
			for question, want := range pgKept[name == groupedSameName] {
				got, err := at.number(ctx, question)
				require.NoError(t, err)
				require.Equal(t, want, got, question)
			}
		})
	}
}

func TestPostgresBaselinesWriteTheRowsThatTheyClaim(t *testing.T) {
	ctx := context.Background()
	for name, want := range map[string]float64{oneByOneName: 13, oneRoundTripName: 13, groupedTenName: 13, groupedSameName: 17} {
		t.Run(name, func(t *testing.T) {
			s, _ := pgHandOf(t, name, skuNames(20))
			m := &meter{side: s, skus: 20, callers: 1} // alone, so that no two share a level's update
			require.NoError(t, m.count(ctx))
			require.InDelta(t, want, m.written, 0.001)
		})
	}
}

// A baseline that sells what is not there would be no fair one.
func TestPostgresBaselinesRefuseWhatThereIsNotEnoughOf(t *testing.T) {
	ctx := context.Background()
	const take = 3
	for _, name := range pgHandNames {
		t.Run(name, func(t *testing.T) {
			s, at := pgHandOf(t, name, skuNames(10))
			table, taken, orders := "stock", "reserved", "orders"
			if name == groupedSameName {
				table, taken, orders = "oms_levels", "allocated", "oms_orders"
			}
			require.NoError(t, at.run(ctx, "UPDATE "+table+" SET on_hand = 3000000 WHERE sku = 'SKU-00000'"))
			var (
				all     sync.WaitGroup
				mu      sync.Mutex
				refused int
			)
			for n := range 10 {
				all.Go(func() {
					if err := s.place(ctx, int64(n), [3]int{0, 1 + n%3, 5 + n%3}); err != nil {
						mu.Lock()
						refused++
						mu.Unlock()
					}
				})
			}
			all.Wait()
			require.Equal(t, 10-take, refused)
			for question, want := range map[string]int64{
				"SELECT count(*) FROM " + orders:                                   take,
				"SELECT " + taken + " FROM " + table + " WHERE sku = 'SKU-00000'":  take * 1_000_000,
				"SELECT sum(" + taken + ")::bigint FROM " + table:                  take * 4 * 1_000_000,
				"SELECT count(*) FROM " + table + " WHERE " + taken + " > on_hand": 0,
			} {
				got, err := at.number(ctx, question)
				require.NoError(t, err)
				require.Equal(t, want, got, question)
			}
		})
	}
}

// The callers that wait together are written together.
func TestGroupedBaselinesMakeOneTransactionOfManyOrders(t *testing.T) {
	ctx := context.Background()
	s, at := pgHandOf(t, groupedTenName, skuNames(200))
	m := &meter{side: s, skus: 200, callers: 64}
	require.NoError(t, m.some(ctx, 640))
	transactions, err := at.number(ctx, "SELECT count(DISTINCT xmin::text) FROM orders")
	require.NoError(t, err)
	require.Less(t, transactions, int64(160), "groups of at least four on average")
}

func TestWhatOrdersWantIsAddedUpInOneOrder(t *testing.T) {
	a := &handOrder{lines: [3]handLine{{SKU: "C", Quantity: 1}, {SKU: "A", Quantity: 2}, {SKU: "B", Quantity: 3}}}
	b := &handOrder{lines: [3]handLine{{SKU: "B", Quantity: 10}, {SKU: "D", Quantity: 20}, {SKU: "A", Quantity: 30}}}
	require.Equal(t, []need{{"A", 32}, {"B", 13}, {"C", 1}, {"D", 20}}, needs(a, b))
}

func TestAnInsertHasAParameterForEachValueOfEachOrder(t *testing.T) {
	i := insert{into: "t (a, b, c)", row: "(#, 'x', #)", rows: 2}
	require.Equal(t, "INSERT INTO t (a, b, c) VALUES ($1, 'x', $2), ($3, 'x', $4)", i.sql(1))
	require.Equal(t, "INSERT INTO t (a, b, c) VALUES ($1, 'x', $2), ($3, 'x', $4), ($5, 'x', $6), ($7, 'x', $8)", i.sql(2))
}
