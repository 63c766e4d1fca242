package bench

import (
	"context"
	"encoding/binary"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/go-oms/oms"
	"github.com/go-oms/oms/order"
)

// loaded is a store with that many orders of the past.
func loaded(t *testing.T, n int64) (*library, *pgCounter) {
	t.Helper()
	ctx := context.Background()
	dsn, err := durable(t).database(ctx, "loaded")
	require.NoError(t, err)
	lib, err := onPostgres(ctx, dsn, skuNames(50))
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, lib.close()) })
	var last, of int
	require.NoError(t, load(ctx, lib, dsn, n, func(done, all int) { last, of = max(last, done), all }))
	if n >= 2*models {
		require.EqualValues(t, n, of)
		require.InDelta(t, n, last, 2*models)
	}
	return lib, &pgCounter{dsn: dsn}
}

func TestLoadedOrdersAreAsIfThePlacedOnes(t *testing.T) {
	ctx := context.Background()
	const n = 2007 // not a multiple of anything
	lib, at := loaded(t, n)
	require.NoError(t, lib.check(ctx, n), "as many as asked for, and the books are clean")

	for question, want := range map[string]int64{
		"SELECT count(DISTINCT number) FROM oms_orders":                                                                    n,
		"SELECT count(DISTINCT key) FROM oms_keys WHERE command = 'order.place'":                                           n,
		"SELECT count(*) FROM oms_lines":                                                                                   3 * n,
		"SELECT count(*) FROM oms_facts":                                                                                   n,
		"SELECT count(*) FROM oms_addresses JOIN oms_orders o ON o.ship_to_id = oms_addresses.id":                          n,
		"SELECT sum(allocated)::bigint FROM oms_levels":                                                                    4 * n * 1_000_000,
		"SELECT count(DISTINCT position) FROM oms_events WHERE aggregate = 'order'":                                        n,
		"SELECT count(DISTINCT seq) FROM oms_moves WHERE order_id IS NOT NULL":                                             3 * n,
		"SELECT count(*) FROM oms_moves m JOIN oms_moves r ON m.run = 3 AND r.seq = m.seq + 2 AND m.order_id = r.order_id": n,
	} {
		got, err := at.number(ctx, question)
		require.NoError(t, err)
		require.Equal(t, want, got, question)
	}
	months, err := at.number(ctx, "SELECT count(DISTINCT placed_at / 2592000000000) FROM oms_orders")
	require.NoError(t, err)
	require.GreaterOrEqual(t, months, int64(4), "spread over a year")
}

func TestALoadedOrderCanBeWorkedWith(t *testing.T) {
	ctx := context.Background()
	lib, _ := loaded(t, 1000)
	for _, ascending := range []bool{true, false} {
		for o, err := range lib.shop.Orders(ctx, order.Filter{Limit: 1, Ascending: ascending}) {
			require.NoError(t, err)
			byNumber, err := lib.shop.OrderByNumber(ctx, o.Number)
			require.NoError(t, err)
			require.Equal(t, o.ID, byNumber.ID)
			timeline, err := lib.shop.Timeline(ctx, o.ID)
			require.NoError(t, err)
			require.Len(t, timeline, 1)
			require.Equal(t, o.PlacedAt, timeline[0].At)
			canceled, err := lib.shop.Cancel(ctx, o.ID, oms.Cancellation{Key: "cancel/" + o.Number})
			require.NoError(t, err)
			require.Equal(t, "canceled", canceled.Status)
		}
	}
	require.NoError(t, lib.check(ctx, 1000), "and what came of it is clean, too")
}

// A copy that is not what the library would have written is found.
func TestLoadedOrdersThatDoNotAgreeAreFound(t *testing.T) {
	ctx := context.Background()
	lib, at := loaded(t, 1000)
	require.NoError(t, lib.check(ctx, 1000))
	require.NoError(t, at.run(ctx, "UPDATE oms_levels SET allocated = allocated - 1000000 WHERE sku = 'SKU-00007'"))
	var books *BooksError
	require.ErrorAs(t, lib.check(ctx, 1000), &books)
}

func TestASpotBecomesWhatTheCopyNeedsAndKeepsItsLength(t *testing.T) {
	begin := time.Date(2025, 3, 1, 23, 59, 50, 0, time.UTC)
	l := &loader{begin: begin}
	l.placed.Store(100)
	id := l.newID()
	alien := uuid.Must(uuid.NewV7())
	text := `{"id":"` + id.String() + `","other":"` + alien.String() + `","at":"2025-03-01T23:59:58Z","number":"B00000000-17"}`
	table := &table{name: "oms_events", columns: []column{
		{"aggregate_id", "uuid"}, {"position", "int8"}, {"at", "int8"}, {"n", "int8"}, {"payload", "text"}, {"result", "bytea"}, {"nothing", "text"},
	}}
	number := func(n int64) []byte { return binary.BigEndian.AppendUint64(nil, uint64(n)) }
	r := row{id[:], number(777), number(begin.UnixMicro()), number(5), []byte(text), append([]byte("o"), id[:]...), nil}
	s := l.stretch(table, []row{r})
	size := len(s.data)
	s.become(42, time.Hour, 9000)
	require.Len(t, s.data, size)

	got, rest, ok := cutRow(s.data, len(table.columns))
	require.True(t, ok)
	require.Empty(t, rest)
	moved := id
	putMillis(moved[:], l.now().Add(time.Hour).UnixMilli())
	require.Equal(t, moved[:], got[0])
	require.Equal(t, number(9000), got[1], "the first place of the transaction")
	require.Equal(t, number(begin.Add(time.Hour).UnixMicro()), got[2])
	require.Equal(t, number(5), got[3])
	require.Equal(t, `{"id":"`+moved.String()+`","other":"`+alien.String()+`","at":"2025-03-02T00:59:58Z","number":"B00000042-17"}`, string(got[4]))
	require.Equal(t, append([]byte("o"), moved[:]...), got[5])
	require.Nil(t, got[6])
	require.NotEqual(t, id, moved)
}
