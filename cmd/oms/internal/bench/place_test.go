package bench

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	engine "zombiezen.com/go/sqlite"

	"github.com/go-oms/oms/fault"
	"github.com/go-oms/oms/storage/sqlite"
)

// measure measures for a second, in a folder of its own.
func measure(t *testing.T, o Options) (*Result, error) {
	t.Helper()
	t.Chdir(t.TempDir())
	r, err := Place(context.Background(), o)
	left, readErr := os.ReadDir(".")
	require.NoError(t, readErr)
	for _, e := range left {
		require.False(t, e.IsDir(), "%s is left behind", e.Name())
	}
	var implausible *BaselineError
	if underRace && errors.As(err, &implausible) {
		return r, nil
	}
	return r, err
}

func TestPlaceMeasuresBothStoresAndTheBooksAreClean(t *testing.T) {
	for _, store := range []string{SQLite, Memory} {
		t.Run(store, func(t *testing.T) {
			span := time.Second
			if underRace {
				span /= 10
			}
			r, err := measure(t, Options{Store: store, For: span, Baseline: true})
			require.NoError(t, err)
			require.Equal(t, store, r.Store)
			require.Equal(t, 64, r.Callers)
			require.Equal(t, 1000, r.SKUs)
			for name, f := range map[string]Figures{
				"library": r.Figures, "same rows": r.Baselines[sameRowsName].Figures, "ten rows": r.Baselines[tenRowsName].Figures,
			} {
				require.Positive(t, f.Orders, name)
				require.Positive(t, f.OrdersPerSecond, name)
				require.Positive(t, f.CPUPerOrder, name)
				require.LessOrEqual(t, f.P50, f.P99, name)
			}
			// Key, order, address, event; three lines, movements, reservations; three
			// levels; and the series of numbers, which blocks are taken from. SQLite has
			// the facts for reports besides.
			want := 16.0
			if store == SQLite {
				want++
			}
			require.InDelta(t, want, r.RowsPerOrder, 0.1)
			require.InDelta(t, r.RowsPerOrder, r.Baselines[sameRowsName].RowsPerOrder, 0.1)
			require.InDelta(t, 13, r.Baselines[tenRowsName].RowsPerOrder, 0.001, "ten inserted, three updated")
			require.InDelta(t, r.CPUPerOrder/r.Baselines[sameRowsName].CPUPerOrder, r.Baselines[sameRowsName].Ratio, 0.01)
		})
	}
}

func TestPlaceKeepsTheFileThatWasAskedForAndTouchesNoOther(t *testing.T) {
	path := filepath.Join(t.TempDir(), "bench.db")
	r, err := measure(t, Options{Callers: 2, SKUs: 1, For: 20 * time.Millisecond, Path: path})
	require.NoError(t, err)
	require.Equal(t, 1, r.SKUs)
	require.Nil(t, r.Baselines)

	left := file{path: path}
	require.NoError(t, left.each(func(_ *engine.Conn, table string) error {
		require.NotContains(t, table, "bench")
		return nil
	}))
	triggers, err := left.ask("SELECT count(*) FROM sqlite_master WHERE type = 'trigger'")
	require.NoError(t, err)
	require.Equal(t, "0", triggers)

	_, err = measure(t, Options{Path: path})
	requireInvalid(t, err, "db")
}

func TestPlaceRefusesOptionsThatMeasureNothing(t *testing.T) {
	for field, o := range map[string]Options{
		"store":   {Store: "paper"},
		"callers": {Callers: -1},
		"skus":    {SKUs: 2},
		"seconds": {For: -1},
		"db":      {Store: Memory, Path: "x.db"},
		"procs":   {Store: Memory, Procs: 2},
		"orders":  {Store: Memory, Orders: 1},
		"readers": {Readers: -1},
		"dsn":     {DSN: "postgres://"},
	} {
		_, err := measure(t, o)
		requireInvalid(t, err, field)
	}
}

func TestPlaceRefusesFurtherOptionsThatMeasureNothing(t *testing.T) {
	for field, o := range map[string]Options{
		"procs":  {Callers: 2, Procs: 3},
		"orders": {Store: SQLite, Orders: 1000},
		"db":     {Store: Postgres, Path: "x.db"},
	} {
		_, err := measure(t, o)
		requireInvalid(t, err, field)
	}
}

func requireInvalid(t *testing.T, err error, field string) {
	t.Helper()
	var invalid *fault.InvalidError
	require.ErrorAs(t, err, &invalid)
	require.Equal(t, field, invalid.Field)
}

func TestEveryOrderWantsThreeDifferentSKUs(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for _, skus := range []int{3, 4, 1000} {
		for _, hot := range []bool{false, true} {
			m := meter{skus: skus, hot: hot}
			seen := map[int]bool{}
			for range 100 * skus {
				got := m.choose(r)
				require.NotEqual(t, got[0], got[1])
				require.NotEqual(t, got[0], got[2])
				require.NotEqual(t, got[1], got[2])
				require.True(t, !hot || got[0] == 0, "the hot SKU comes first")
				for _, sku := range got {
					seen[sku] = true
				}
			}
			require.Len(t, seen, skus, "every SKU is wanted now and then")
		}
	}
}

// opened is a measurement with a few orders placed.
func opened(t *testing.T, o Options) *place {
	t.Helper()
	o, err := o.withDefaults()
	require.NoError(t, err)
	p := &place{Options: o, dir: t.TempDir()}
	require.NoError(t, p.open(context.Background()))
	t.Cleanup(func() { require.NoError(t, p.close()) })
	for _, m := range p.meters() {
		require.NoError(t, m.some(context.Background(), 20))
		require.EqualValues(t, 20, m.acked.Load())
	}
	return p
}

func TestCheckFindsOrdersThatWereAcknowledgedAndAreNotKept(t *testing.T) {
	for _, store := range []string{SQLite, Memory} {
		p := opened(t, Options{Store: store, Callers: 4})
		require.NoError(t, p.library.check(context.Background(), 20))
		var count *CountError
		require.ErrorAs(t, p.library.check(context.Background(), 21), &count)
		require.Equal(t, CountError{Acknowledged: 21, Kept: 20}, *count)
	}
}

func TestCheckFindsBooksThatDoNotAgree(t *testing.T) {
	p := opened(t, Options{Callers: 4})
	_, err := file{path: filepath.Join(p.dir, "library.db")}.ask(
		"UPDATE oms_levels SET allocated = allocated + 1000000 WHERE sku = 'SKU-00000'")
	require.NoError(t, err)
	var books *BooksError
	require.ErrorAs(t, p.library.check(context.Background(), 20), &books)
	require.Contains(t, books.Error(), "SKU-00000")
}

// The baselines are programs that work: what they keep is what was ordered.
func TestBaselinesKeepWhatWasOrdered(t *testing.T) {
	p := opened(t, Options{Baseline: true, Callers: 4})
	for name, questions := range map[string]map[string]string{
		"ten-rows.db": {
			"SELECT count(*) FROM orders WHERE total = 7960":                        "20",
			"SELECT sum(quantity) / 1000000 FROM lines":                             "80",
			"SELECT sum(reserved) / 1000000 FROM stock":                             "80",
			"SELECT sum(quantity) / 1000000 FROM reservations":                      "80",
			"SELECT count(*) FROM orders JOIN payments ON order_id = orders.id":     "20",
			"SELECT count(*) FROM events JOIN outbox USING (payload)":               "20",
			"SELECT count(DISTINCT json_extract(payload, '$.number')) FROM outbox":  "20",
			"SELECT count(*) FROM lines JOIN reservations r USING (order_id, sku)":  "60",
			"SELECT count(DISTINCT number) + count(DISTINCT id) FROM orders":        "40",
			"SELECT sum(price * quantity / 1000000) - sum(total) FROM lines":        "0",
			"SELECT min(n) || max(n) || count(*) FROM lines":                        "1360",
			"SELECT count(*) FROM stock WHERE reserved > on_hand":                   "0",
			"SELECT count(*) FROM pragma_journal_mode WHERE journal_mode = 'wal'":   "1",
			"SELECT count(DISTINCT sku) >= 3 FROM lines WHERE quantity IS NOT NULL": "1",
		},
		"same-rows.db": {
			"SELECT count(*) FROM orders WHERE total = 7960 AND goods = total":                    "20",
			"SELECT sum(allocated) / 1000000 FROM lines":                                          "80",
			"SELECT sum(allocated) / 1000000 FROM levels":                                         "80",
			"SELECT sum(allocated) / 1000000 FROM moves":                                          "80",
			"SELECT sum(quantity) / 1000000 FROM reservations":                                    "80",
			"SELECT count(*) FROM keys JOIN moves ON cause = key":                                 "60",
			"SELECT count(*) FROM orders JOIN addresses a ON a.id = ship_to_id":                   "20",
			"SELECT count(*) FROM lines JOIN moves ON line_id = lines.id AND moves.sku=lines.sku": "60",
			"SELECT count(*) FROM lines JOIN reservations r ON line_id = lines.id":                "60",
			"SELECT count(*) FROM events JOIN orders ON aggregate_id = orders.id":                 "20",
			"SELECT sum(json_extract(payload, '$.lines[1].total')) FROM events":                   "79600",
			"SELECT sum(unit_price * quantity / 1000000) - sum(total) FROM lines":                 "0",
			"SELECT count(*) FROM orders WHERE expires_at - placed_at = 86400000000":              "20",
		},
	} {
		for question, want := range questions {
			got, err := file{path: filepath.Join(p.dir, name)}.ask(question)
			require.NoError(t, err, question)
			require.Equal(t, want, got, "%s: %s", name, question)
		}
	}
}

// A baseline with other settings than the library's would prove nothing.
func TestBaselinesHaveTheLibrarysSettings(t *testing.T) {
	p := opened(t, Options{Baseline: true, Callers: 1})
	set, err := p.library.store.(*sqlite.Store).Durability(context.Background())
	require.NoError(t, err)
	require.True(t, set.Durable)
	for _, m := range p.hands {
		h := m.side.(*hand)
		close(h.queue)
		<-h.ended
		for pragma, want := range map[string]string{
			"journal_mode": set.JournalMode, "synchronous": "2", "cache_size": "-65536", "temp_store": "2",
		} {
			got, err := answer(h.conn, "PRAGMA "+pragma)
			require.NoError(t, err)
			require.Equal(t, want, got, pragma)
		}
		pages, err := number(h.conn, "PRAGMA wal_autocheckpoint")
		require.NoError(t, err)
		require.EqualValues(t, set.CheckpointPages, pages)
		h.queue, h.ended = make(chan *handOrder), make(chan struct{})
		go h.loop() // for close
	}
}

func TestABaselineThatIsFarOffFailsTheBench(t *testing.T) {
	result := func(store string, cpu, same float64) *Result {
		r := &Result{Store: store, Figures: Figures{RowsPerOrder: 16.02}}
		r.Baselines = map[string]Baseline{
			tenRowsName: {Figures: Figures{CPUPerOrder: cpu}}, sameRowsName: {Figures: Figures{RowsPerOrder: same}},
		}
		return r
	}
	require.NoError(t, result(SQLite, 67, 16).plausible())
	require.NoError(t, result(SQLite, 200, 16).plausible(), "a busy machine")
	require.NoError(t, result(Memory, 5, 16).plausible())
	require.NoError(t, result(Memory, 27, 16).plausible(), "a slow machine")
	require.NoError(t, (&Result{}).plausible(), "no baseline was asked for")
	for _, r := range []*Result{
		result(SQLite, 10, 16),  // it does not write to the disk
		result(SQLite, 285, 16), // it makes a transaction per order
		result(Memory, 0.5, 16),
		result(Memory, 67, 16),
		result(SQLite, 67, 13), // it writes less than the library
	} {
		var implausible *BaselineError
		require.ErrorAs(t, r.plausible(), &implausible)
	}
}

func TestResultHasTheAgreedForm(t *testing.T) {
	r := &Result{
		Store: SQLite, Callers: 64, SKUs: 1,
		Figures: Figures{Orders: 2, OrdersPerSecond: 10, P50: 3, P99: 4, CPUPerOrder: 120.5, RowsPerOrder: 16.02},
		Baselines: map[string]Baseline{
			sameRowsName: {Figures: Figures{CPUPerOrder: 80}, Ratio: 1.51, RateRatio: 0.5, P50Ratio: 2},
			tenRowsName:  {Figures: Figures{CPUPerOrder: 60}, Ratio: 2.01},
		},
	}
	data, err := json.Marshal(r)
	require.NoError(t, err)
	require.JSONEq(t, `{"store":"sqlite","callers":64,"skus":1,
		"orders":2,"orders_per_s":10,"p50_us":3,"p99_us":4,"cpu_us_per_order":120.5,"rows_per_order":16.02,
		"baselines":{
			"same_rows":{"orders":0,"orders_per_s":0,"p50_us":0,"p99_us":0,"cpu_us_per_order":80,"rows_per_order":0,"ratio":1.51,"rate_ratio":0.5,"p50_ratio":2},
			"ten_rows":{"orders":0,"orders_per_s":0,"p50_us":0,"p99_us":0,"cpu_us_per_order":60,"rows_per_order":0,"ratio":2.01,"rate_ratio":0,"p50_ratio":0}}}`,
		string(data))

	var table bytes.Buffer
	require.NoError(t, r.Print(&table))
	for _, want := range []string{"one hot SKU", "library", "same rows, by hand", "ten rows, by hand", "1.51", "120.5"} {
		require.Contains(t, table.String(), want)
	}
}
