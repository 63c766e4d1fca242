package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestDemo(t *testing.T) {
	file := filepath.Join(t.TempDir(), "shop.db")
	code, out, errs := tool(t, "demo", "--db", file, "--orders", "60", "--seed", "4")
	require.Zero(t, code, errs)
	require.Contains(t, out, "60 carts filled by")
	require.Contains(t, out, "The books are clean.")
	require.Contains(t, out, "oms verify --db "+file)

	t.Run("a file that is there stays", func(t *testing.T) {
		before, err := os.ReadFile(file)
		require.NoError(t, err)
		code, out, errs := tool(t, "demo", "--db", file)
		require.Equal(t, 1, code)
		require.Empty(t, out)
		require.Contains(t, errs, "--force")
		after, err := os.ReadFile(file)
		require.NoError(t, err)
		require.Equal(t, before, after)
	})
	t.Run("unless it is forced away, and the seed decides what comes", func(t *testing.T) {
		var years [2]map[string]any
		for i, seed := range []string{"4", "5"} {
			code, out, errs := tool(t, "--json", "demo", "--db", file, "--orders", "60", "--seed", seed, "--force")
			require.Zero(t, code, errs)
			decode(t, out, &years[i])
		}
		require.EqualValues(t, 60, years[0]["carts"])
		require.NotEqual(t, years[0]["sold"], years[1]["sold"])
		require.Contains(t, years[0], "verify")
	})
	t.Run("no orders", func(t *testing.T) {
		code, _, errs := tool(t, "demo", "--db", filepath.Join(t.TempDir(), "x.db"), "--orders", "0")
		require.Equal(t, 1, code)
		require.Contains(t, errs, "--orders 0")
	})
}
