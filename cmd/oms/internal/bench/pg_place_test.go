package bench

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/go-oms/oms/internal/pgtest"
)

func TestPostgresIsMeasuredBesideFourProgramsByHand(t *testing.T) {
	pgtest.New(t) // skips the test, or fails it, where there is no PostgreSQL
	span := 500 * time.Millisecond
	if underRace {
		span /= 5
	}
	r, err := measure(t, Options{
		Store: Postgres, Callers: 8, SKUs: 1, Procs: 2, Worker: thisProgram(), Orders: 1000, Reads: true, Readers: 2, For: span, Baseline: true,
	})
	require.NoError(t, err)
	require.Equal(t, Postgres, r.Store)
	require.EqualValues(t, 1000, r.Loaded)
	require.Len(t, r.Baselines, 4)
	require.Len(t, r.Otherwise, 3)
	figures := map[string]Figures{"library": r.Figures}
	for _, group := range []map[string]Baseline{r.Baselines, r.Otherwise} {
		for name, b := range group {
			figures[name] = b.Figures
			require.InDelta(t, r.CPUPerOrder/b.CPUPerOrder, b.Ratio, 0.01, name)
			require.InDelta(t, r.OrdersPerSecond/b.OrdersPerSecond, b.RateRatio, 0.01, name)
			require.InDelta(t, float64(r.P50)/float64(b.P50), b.P50Ratio, 0.01, name)
		}
	}
	for name, f := range figures {
		require.Positive(t, f.Orders, name)
		require.Positive(t, f.OrdersPerSecond, name)
		require.LessOrEqual(t, f.P50, f.P99, name)
		require.NotNil(t, f.Shares, name)
		require.Positive(t, f.Client, name)
		require.NotNil(t, f.Server, name)
		require.Positive(t, *f.Server, name)
		require.InDelta(t, f.CPUPerOrder, f.Client+*f.Server, 0.2, name)
	}
	require.InDelta(t, 17, r.RowsPerOrder, 1)
	require.InDelta(t, r.RowsPerOrder, r.Baselines[groupedSameName].RowsPerOrder, 0.5)
	for _, name := range []string{oneByOneName, oneRoundTripName} {
		require.InDelta(t, 13, r.Baselines[name].RowsPerOrder, 0.001, "ten inserted, three updated")
	}
	for _, name := range []string{orderRead, pageRead, stockRead} {
		require.Positive(t, r.Reads[name].Reads, name)
		require.LessOrEqual(t, r.Reads[name].P50, r.Reads[name].P99, name)
	}
	require.Contains(t, r.Machine.Server, "fsync on", "a server that keeps what it acknowledges")
	require.Positive(t, r.Machine.Cores)
}

func TestAServerOfOthersKeepsItsProcessorTimeToItself(t *testing.T) {
	s := durable(t)
	r, err := measure(t, Options{Store: Postgres, DSN: s.dsn, Callers: 2, For: 50 * time.Millisecond})
	require.NoError(t, err)
	require.NotNil(t, r.Shares)
	require.Nil(t, r.Server)
	require.InDelta(t, r.CPUPerOrder, r.Client, 0.1)
	text, err := json.Marshal(r)
	require.NoError(t, err)
	var keys map[string]any
	require.NoError(t, json.Unmarshal(text, &keys))
	require.Contains(t, keys, "server_cpu_us_per_order")
	require.Nil(t, keys["server_cpu_us_per_order"])
	left, err := (&pgCounter{dsn: s.dsn}).number(t.Context(), "SELECT count(*) FROM pg_database WHERE datname LIKE 'oms\\_bench\\_%'")
	require.NoError(t, err)
	require.Zero(t, left)
}

func TestAServerThatIsNotThereIsSaidSo(t *testing.T) {
	_, err := measure(t, Options{Store: Postgres, DSN: "postgres://nobody:secret@127.0.0.1:1/none?connect_timeout=2"})
	require.ErrorContains(t, err, "must be reachable")
	require.NotContains(t, err.Error(), "secret")
}
