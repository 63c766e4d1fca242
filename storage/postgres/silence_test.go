package postgres_test

import (
	"errors"
	"fmt"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/require"

	"github.com/go-oms/oms/event"
	"github.com/go-oms/oms/fault"
	"github.com/go-oms/oms/internal/pgtest"
	"github.com/go-oms/oms/order"
	"github.com/go-oms/oms/storage"
	"github.com/go-oms/oms/storage/postgres"
	"github.com/go-oms/oms/storage/storagetest"
)

// A commit whose connection is cut is of unknown outcome as soon as anything of it was
// sent: the server may have all of it. Before that, nothing was written.
func TestSilenceAtACommitIsUnknown(t *testing.T) {
	ctx := t.Context()
	dsn := prepared(t)
	var faults pgtest.Faults
	config, err := pgxpool.ParseConfig(dsn)
	require.NoError(t, err)
	config.ConnConfig.DialFunc = faults.Dial
	s, err := postgres.OpenConfig(ctx, config, relaxed(func(o *postgres.Options) { o.Conns = 1 }))
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, s.Close()) })
	clerk := storagetest.NewClerk(1)
	require.NoError(t, s.Commit(ctx, clerk.Receive("TEE", storagetest.Main, 1000)))

	for mode := pgtest.BeforeWrite; mode <= pgtest.OnRead; mode++ {
		_, warm := clerk.Place(storagetest.Line{SKU: "TEE"})
		require.NoError(t, s.Commit(ctx, warm)) // over one connection, with its statements prepared
		o, b := clerk.Place(storagetest.Line{SKU: "TEE"})
		faults.Arm(pgtest.Cut{At: 0, Mode: mode})
		err := s.Commit(ctx, b)
		require.True(t, faults.Rest(), "%s", mode)
		require.Equal(t, fault.Unknown, fault.KindOf(err), "%s: %v", mode, err)
		switch mode {
		case pgtest.OnRead: // the server has answered
			require.True(t, isThere(t, s, o.ID))
		case pgtest.AfterWrite: // it may have done it before the driver took it back
		default:
			require.False(t, isThere(t, s, o.ID), "%s", mode)
		}
	}

	// A connection that has to prepare first has sent nothing of the commit yet.
	fresh, err := postgres.OpenConfig(ctx, config, relaxed(nil))
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, fresh.Close()) })
	_, b := clerk.Place(storagetest.Line{SKU: "TEE"})
	faults.Arm(pgtest.Cut{At: 0, Mode: pgtest.OnRead})
	err = fresh.Commit(ctx, b)
	require.True(t, faults.Rest())
	require.Equal(t, fault.Transient, fault.KindOf(err), "%v", err)
}

// Several callers commit at once and share transactions, and the connection is cut at
// each of its operations. Each of them gets an answer, is told the truth, and has
// written once when it has repeated what was not answered.
func TestAGroupIsCutEverywhere(t *testing.T) {
	ctx := t.Context()
	dsn := prepared(t)
	var faults pgtest.Faults
	config, err := pgxpool.ParseConfig(dsn)
	require.NoError(t, err)
	config.ConnConfig.DialFunc = faults.Dial
	s, err := postgres.OpenConfig(ctx, config, relaxed(func(o *postgres.Options) { o.Conns, o.Flushers = 1, 1 }))
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, s.Close()) })
	safe, err := postgres.Open(ctx, dsn, relaxed(nil))
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, safe.Close()) })
	clerk := storagetest.NewClerk(1)
	require.NoError(t, s.Commit(ctx, clerk.Receive("TEE", storagetest.Main, 1_000_000)))

	placed := 0
	round := func() (told map[fault.Kind]int, done int) {
		batches, errs := make([]*storage.Batch, callers), make([]error, callers)
		for i := range callers {
			placed++
			cmd := clerk.Command("order.place")
			cmd.Key = fmt.Sprint("order ", placed)
			_, batches[i] = storagetest.PlacedOrder(cmd, fmt.Sprint("S", placed), storagetest.Line{SKU: "TEE"})
		}
		var wg sync.WaitGroup
		for i, b := range batches {
			wg.Go(func() { errs[i] = s.Commit(ctx, b) })
		}
		wg.Wait()
		told = map[fault.Kind]int{}
		for i, b := range batches {
			told[fault.KindOf(errs[i])]++
			for try := 0; errs[i] != nil; try++ {
				require.Less(t, try, 10, "%v", errs[i])
				err := s.Commit(ctx, b)
				if errors.As(err, new(*event.Replay)) {
					require.Equal(t, fault.Unknown, fault.KindOf(errs[i]), "it was done: %v", errs[i])
					done++
					err = nil
				}
				if err == nil {
					break
				}
				require.Contains(t, []fault.Kind{fault.Transient, fault.Unknown}, fault.KindOf(err), "%v", err)
			}
		}
		return told, done
	}
	for range 3 { // the last time with every statement prepared
		faults.Watch()
		told, _ := round()
		require.Equal(t, map[fault.Kind]int{fault.None: callers}, told)
		require.False(t, faults.Rest())
	}
	require.Less(t, len(faults.Cuts()), 4*callers, "they share transactions")
	// The first may be alone with its transaction, the others have one of two exchanges.
	points, most, unknown, done := 0, 0, 0, 0
	for at := range 6 {
		for mode := pgtest.BeforeWrite; mode <= pgtest.OnRead; mode++ {
			faults.Arm(pgtest.Cut{At: at, Mode: mode})
			told, were := round()
			if faults.Rest() {
				points++
			}
			most, unknown, done = max(most, told[fault.Unknown]), unknown+told[fault.Unknown], done+were
			round() // over a connection with its statements prepared
		}
	}
	t.Logf("%d cuts; %d callers were told that nobody knows, up to %d at a time, and %d had written", points, unknown, most, done)
	require.GreaterOrEqual(t, points, 8)
	require.NotZero(t, done)
	require.Greater(t, unknown, done)
	require.Greater(t, most, 1, "a group was cut")
	require.Equal(t, fmt.Sprint(placed), allocated(t, safe, "TEE"))
	n := 0
	for _, err := range safe.Orders(ctx, order.Filter{}) {
		require.NoError(t, err)
		n++
	}
	require.Equal(t, placed, n)
}
