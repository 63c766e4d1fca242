package pgtest

import (
	"context"
	"strconv"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"
)

// A row is inserted over a connection that is cut at every operation.
func TestEveryCutIsMadeWhereItSays(t *testing.T) {
	ctx := t.Context()
	dsn := New(t)
	require.NoError(t, query(ctx, dsn, "CREATE TABLE t (n int)", nil))
	var faults Faults
	config, err := pgx.ParseConfig(dsn)
	require.NoError(t, err)
	config.DialFunc = faults.Dial
	config.DefaultQueryExecMode = pgx.QueryExecModeExec // one trip
	insert := func(n int) error {
		conn, err := pgx.ConnectConfig(ctx, config)
		if err != nil {
			return err
		}
		defer func() { _ = conn.Close(context.Background()) }()
		_, err = conn.Exec(ctx, "INSERT INTO t VALUES ($1)", n)
		return err
	}
	faults.Watch()
	require.NoError(t, insert(-1))
	require.False(t, faults.Rest())
	cuts := faults.Cuts()
	// Starting up and the statement: a write and a read each, and the farewell.
	require.GreaterOrEqual(t, len(cuts), 2*3+2+3)

	seen := map[Mode]int{}
	var lost, kept int
	for n, cut := range cuts {
		faults.Arm(cut)
		err := insert(n)
		require.True(t, faults.Rest(), "%+v was not made", cut)
		seen[cut.Mode]++
		var there bool
		require.Eventually(t, func() bool { // a server may finish after the cut
			require.NoError(t, query(ctx, dsn, "SELECT count(*) = 1 FROM pg_stat_activity WHERE datname = current_database()", []any{&there}))
			return there
		}, 5*time.Second, time.Millisecond)
		require.NoError(t, query(ctx, dsn, "SELECT EXISTS (SELECT 1 FROM t WHERE n = "+strconv.Itoa(n)+")", []any{&there}))
		switch {
		case err == nil:
			require.True(t, there, "%+v", cut)
		case there:
			kept++
			require.Contains(t, []Mode{AfterWrite, OnRead}, cut.Mode, "only an answer was lost")
		default:
			lost++
			if cut.Mode != AfterWrite { // which the reader meets as a closed connection
				require.ErrorIs(t, err, ErrCut)
			}
		}
	}
	require.Len(t, seen, 4)
	require.Equal(t, 2, kept, "the statement's answer: after the write and on the read")
	require.NotZero(t, lost)

	require.NoError(t, insert(100), "at rest nothing is cut")
}

func TestACutWaitsForAnOperationThatFits(t *testing.T) {
	var faults Faults
	faults.Arm(Cut{At: 1, Mode: OnRead})
	for _, c := range []struct{ write, cut bool }{{false, false}, {true, false}, {true, false}, {false, true}, {false, false}} {
		mode, cut := faults.next(c.write)
		require.Equal(t, c.cut, cut)
		if cut {
			require.Equal(t, OnRead, mode)
		}
	}
	require.True(t, faults.Rest())
	require.Len(t, faults.writes, 5)
	_, cut := faults.next(false)
	require.False(t, cut)
	require.Len(t, faults.writes, 5, "at rest nothing is counted")
	require.Equal(t, []Cut{
		{0, OnRead},
		{1, BeforeWrite}, {1, HalfWrite}, {1, AfterWrite},
		{2, BeforeWrite}, {2, HalfWrite}, {2, AfterWrite},
		{3, OnRead}, {4, OnRead},
	}, faults.Cuts())
	require.Equal(t, "half a write", HalfWrite.String())
}
