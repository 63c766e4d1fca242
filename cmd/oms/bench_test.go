package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/go-oms/oms/cmd/oms/internal/bench"
)

func TestBenchPlacePrintsWhatItMeasured(t *testing.T) {
	t.Chdir(t.TempDir())
	for _, store := range []string{"sqlite", "memory"} {
		code, out, errs := tool(t, "bench", "place", "--store", store, "--callers", "4", "--skus", "1", "--seconds", "0.1", "--json")
		require.Zero(t, code, errs)
		var r bench.Result
		decode(t, out, &r)
		require.Equal(t, store, r.Store)
		require.Equal(t, 4, r.Callers)
		require.Equal(t, 1, r.SKUs)
		require.Positive(t, r.Orders)
		require.Nil(t, r.Baselines)
		require.InDelta(t, map[string]float64{"sqlite": 17, "memory": 16}[store], r.RowsPerOrder, 0.5)
	}
}

func TestBenchPlaceLeavesBooksThatVerify(t *testing.T) {
	t.Chdir(t.TempDir())
	path := filepath.Join(t.TempDir(), "bench.db")
	code, out, errs := tool(t, "bench", "place", "--callers", "8", "--seconds", "0.1", "--db", path)
	require.Zero(t, code, errs)
	require.Contains(t, out, "sqlite, 8 callers")
	require.Contains(t, out, "the books are clean")
	code, _, _ = tool(t, "verify", "--db", path)
	require.Zero(t, code)

	code, _, errs = tool(t, "bench", "place", "--db", path)
	require.Equal(t, 1, code)
	require.Contains(t, errs, "does not exist yet")
	code, _, _ = tool(t, "bench", "place", "--store", "paper")
	require.Equal(t, misused, code)
}

func TestBenchPlaceDrawsAndReads(t *testing.T) {
	t.Chdir(t.TempDir())
	code, out, errs := tool(t, "bench", "place", "--store", "memory", "--callers", "2", "--seconds", "0.1", "--reads", "--readers", "2",
		"--baseline", "--svg", "result.svg", "--json")
	require.Zero(t, code, errs)
	var r bench.Result
	decode(t, out, &r)
	require.Len(t, r.Reads, 3)
	require.Contains(t, r.Baselines, "same_rows")
	picture, err := os.ReadFile("result.svg")
	require.NoError(t, err)
	require.Contains(t, string(picture), "ten rows, by hand")

	code, _, errs = tool(t, "bench", "place", "--store", "memory", "--callers", "2", "--seconds", "0.1", "--svg", "no/such/folder.svg")
	require.Equal(t, 1, code)
	require.Contains(t, errs, "folder.svg")
	for _, wrong := range [][]string{
		{"--store", "memory", "--procs", "2"}, {"--orders", "1000"}, {"--dsn", "postgres://"}, {"--store", "postgres", "--db", "x.db"},
	} {
		code, _, errs = tool(t, append([]string{"bench", "place"}, wrong...)...)
		require.Equal(t, 1, code)
		require.Contains(t, errs, wrong[len(wrong)-2][2:])
	}
}

func TestBenchPlaceSaysWhenItDidNotCheck(t *testing.T) {
	t.Chdir(t.TempDir())
	code, out, errs := tool(t, "bench", "place", "--store", "memory", "--callers", "2", "--seconds", "0.1", "--no-check")
	require.Zero(t, code, errs)
	require.Contains(t, out, "not checked")
	require.NotContains(t, out, "clean")
}

func TestAWorkerIsNoCommandForPeople(t *testing.T) {
	_, out, _ := tool(t, "bench", "--help")
	require.Contains(t, out, "place")
	require.NotContains(t, out, "worker")
}
