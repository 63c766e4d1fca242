package bench

import (
	"bytes"
	"context"
	"encoding/gob"
	"io"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestSeveralProcessesShareAStore(t *testing.T) {
	r, err := measure(t, Options{Callers: 5, Procs: 2, Worker: thisProgram(), For: 200 * time.Millisecond, Baseline: true})
	require.NoError(t, err, "every order that a worker acknowledged is in the books, and they are clean")
	require.Equal(t, 2, r.Procs)
	require.Positive(t, r.Orders)
	require.Positive(t, r.CPUPerOrder)
	require.LessOrEqual(t, r.P50, r.P99)
	require.InDelta(t, 17, r.RowsPerOrder, 0.5)
	one := r.Otherwise[oneProcessName]
	require.Positive(t, one.Orders)
	require.InDelta(t, r.OrdersPerSecond/one.OrdersPerSecond, one.RateRatio, 0.01)
}

func TestAWorkerThatCannotWorkSaysWhy(t *testing.T) {
	ctx := context.Background()
	_, err := hire(ctx, nil, assignment{})
	require.ErrorContains(t, err, "further process")
	_, err = hire(ctx, thisProgram(), assignment{Store: SQLite, Where: filepath.Join(t.TempDir(), "no", "such.db"), SKUs: 3})
	require.ErrorContains(t, err, "a worker: ")
	require.ErrorContains(t, Work(ctx, bytes.NewReader(nil), io.Discard), "not called as a worker")
}

func TestAWorkersFailureIsTheBenchs(t *testing.T) {
	ctx := context.Background()
	path := filepath.Join(t.TempDir(), "empty.db")
	lib, _, err := onSQLite(ctx, path, skuNames(3))
	require.NoError(t, err)
	require.NoError(t, lib.close())
	// It believes in more SKUs than there are.
	w, err := hire(ctx, thisProgram(), assignment{Store: SQLite, Where: path, SKUs: 1000, Callers: 2, Process: 1})
	require.NoError(t, err)
	m := &meter{crew: []*worker{w}}
	require.ErrorContains(t, m.some(ctx, 10), "a worker: ")
	require.ErrorContains(t, m.slice(ctx, time.Millisecond), "a worker: ")
	require.NoError(t, w.dismiss())
}

func TestAWorkerEndsWithItsInput(t *testing.T) {
	var in bytes.Buffer
	path := filepath.Join(t.TempDir(), "shop.db")
	lib, _, err := onSQLite(context.Background(), path, skuNames(3))
	require.NoError(t, err)
	require.NoError(t, lib.close())
	to := gob.NewEncoder(&in)
	require.NoError(t, to.Encode(assignment{Store: SQLite, Where: path, SKUs: 3, Callers: 2, Process: 1}))
	require.NoError(t, to.Encode(task{Some: 7}))
	var out bytes.Buffer
	require.NoError(t, Work(context.Background(), &in, &out))
	of := gob.NewDecoder(&out)
	var ready, done report
	require.NoError(t, of.Decode(&ready))
	require.NoError(t, of.Decode(&done))
	require.Equal(t, report{Acked: 7}, done)
	require.ErrorIs(t, of.Decode(&done), io.EOF)
}
