package postgres_test

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/go-oms/oms/internal/pgtest"
	"github.com/go-oms/oms/payment/sandbox"
	"github.com/go-oms/oms/storage/postgres"
	"github.com/go-oms/oms/storage/storagetest"
)

// callers is how many place orders at the same time.
const callers = 8

// The server is stopped, or killed, and started again under load: the service resumes
// by itself, with everything that was acknowledged. OMS_LONG=1 does it ten
// times.
func TestTheServerIsRestartedUnderLoad(t *testing.T) {
	c := cluster(t, pgtest.Options{})
	leakless(t, c.DSN())
	s, err := postgres.Open(t.Context(), c.DSN(), &postgres.Options{Conns: 6})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, s.Close()) })
	require.NoError(t, s.Migrate(t.Context()))
	card := sandbox.New()
	shop, err := host(s, card, nil)
	require.NoError(t, err)
	stocked(t, shop)

	l := newLoad(shop)
	l.during(t, callers, func() {
		for n := range times(2, 10) {
			l.until(t, times(20, 200))
			if n%2 == 1 {
				require.NoError(t, c.Kill())
			}
			require.NoError(t, c.Restart(t.Context()))
			t.Logf("restart %d: an answer %v after the server's first", n+1, l.until(t, 1).Round(time.Millisecond))
		}
		l.until(t, times(20, 200))
	})
	t.Logf("%d orders placed, %d paid; errors: %v", len(l.known), len(l.paid), l.kinds)
	require.NotEmpty(t, l.kinds, "the callers have noticed")
	next, err := host(s, card, later)
	require.NoError(t, err)
	book := ledger{next, card}
	book.finish(t)
	book.once(t, l, callers)
}

// The primary is killed under load and its synchronous standby promoted: the store
// finds it by itself, with everything that was acknowledged. OMS_LONG=1 does
// it five times, each with servers of its own.
func TestTheStandbyTakesOverUnderLoad(t *testing.T) {
	for n := range times(1, 5) {
		t.Run(fmt.Sprint(n+1), takeOver)
	}
}

func takeOver(t *testing.T) {
	ctx := t.Context()
	c := cluster(t, pgtest.Options{})
	first, err := postgres.Open(ctx, c.DSN(), &postgres.Options{Conns: 2})
	require.NoError(t, err)
	require.NoError(t, first.Migrate(ctx))
	require.NoError(t, first.Close())
	standby, err := c.Standby(ctx)
	require.NoError(t, err)
	_, err = postgres.Open(ctx, standby.DSN(), nil)
	var standsBy *postgres.StandbyError
	require.ErrorAs(t, err, &standsBy)

	leakless(t, standby.DSN())
	s, err := postgres.Open(ctx, c.Failover(standby, "postgres"), &postgres.Options{Conns: 6})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, s.Close()) })
	card := sandbox.New()
	shop, err := host(s, card, nil)
	require.NoError(t, err)
	stocked(t, shop)
	l := newLoad(shop)
	l.during(t, callers, func() {
		l.until(t, times(20, 200))
		require.NoError(t, c.Kill())
		time.Sleep(100 * time.Millisecond) // somebody notices
		began := time.Now()
		require.NoError(t, standby.Promote(ctx))
		promoted := time.Since(began)
		resumed := l.until(t, 1)
		t.Logf("an answer %v after the standby's promotion, which took %v", resumed.Round(time.Millisecond), promoted.Round(time.Millisecond))
		require.Less(t, resumed, 2*time.Second)
		l.until(t, times(20, 200))
	})
	t.Logf("%d orders placed, %d paid; errors: %v", len(l.known), len(l.paid), l.kinds)
	next, err := host(s, card, later)
	require.NoError(t, err)
	book := ledger{next, card}
	book.finish(t)
	book.once(t, l, callers)
}

// A server that was a primary when the store was opened may come back as a standby.
func TestAServerThatHasBecomeAStandby(t *testing.T) {
	ctx := t.Context()
	c := cluster(t, pgtest.Options{NoFsync: true})
	s, err := postgres.Open(ctx, c.DSN(), relaxed(nil))
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, s.Close()) })
	require.NoError(t, s.Migrate(ctx))
	clerk := storagetest.NewClerk(1)
	require.NoError(t, s.Commit(ctx, clerk.Receive("TEE", storagetest.Main, 10)))
	conn, err := pgx.Connect(ctx, c.DSN())
	require.NoError(t, err)
	var data string
	require.NoError(t, conn.QueryRow(ctx, "SHOW data_directory").Scan(&data))
	require.NoError(t, conn.Close(ctx))
	require.NoError(t, c.Stop())
	require.NoError(t, os.WriteFile(filepath.Join(data, "standby.signal"), nil, 0o644))
	require.NoError(t, c.Restart(ctx))

	_, b := clerk.Place(storagetest.Line{SKU: "TEE"})
	for what, write := range map[string]func() error{
		"a commit": func() error { return s.Commit(ctx, b) },
		"numbers":  func() error { _, err := s.Numbers(ctx, "orders", 1); return err },
	} {
		require.Eventually(t, func() bool { // old connections are used up first
			err = write()
			return !among(err, "conn closed", "EOF", "reset", "terminating", "broken pipe")
		}, 10*time.Second, time.Millisecond, what)
		var standsBy *postgres.StandbyError
		require.ErrorAs(t, err, &standsBy, "%s: %v", what, err)
	}
	require.Equal(t, "0", allocated(t, s, "TEE"), "questions are answered")
	require.NoError(t, c.Promote(ctx))
	require.NoError(t, s.Commit(ctx, b))
}
