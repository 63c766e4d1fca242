package main

import (
	"os"
	"path/filepath"
	"strings"
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
	require.Contains(t, out, "oms report sales --db "+file)
	require.Contains(t, out, "The morning after, as of 1 January 2026, 08:30; times, days and months are those of Europe/Berlin.")
	require.Contains(t, out, "The last seven days: 25–31 December 2025\n\nDay ")
	page := strings.TrimSuffix(file, ".db") + ".html"
	require.Contains(t, out, page)
	first, err := os.ReadFile(page)
	require.NoError(t, err)
	require.Contains(t, string(first), "<h1>The morning after the year</h1>")
	require.NotContains(t, string(first), filepath.Dir(file), "nothing of this machine is in the page")

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
	t.Run("the page is of the seed, wherever it is and whenever it was made", func(t *testing.T) {
		other := filepath.Join(t.TempDir(), "other.html")
		code, out, errs := tool(t, "demo", "--db", filepath.Join(t.TempDir(), "x.db"), "--orders", "60", "--seed", "4", "--page", other)
		require.Zero(t, code, errs)
		require.Contains(t, out, other)
		again, err := os.ReadFile(other)
		require.NoError(t, err)
		require.Equal(t, string(first), string(again))
	})
	t.Run("a page that is there stays", func(t *testing.T) {
		db := filepath.Join(t.TempDir(), "x.db")
		code, _, errs := tool(t, "demo", "--db", db, "--orders", "1", "--page", file)
		require.Equal(t, 1, code)
		require.Contains(t, errs, "--page")
		require.NoFileExists(t, db)
	})
	t.Run("books that would be the page", func(t *testing.T) {
		db := filepath.Join(t.TempDir(), "x.html")
		code, _, errs := tool(t, "demo", "--db", db, "--orders", "1", "--force")
		require.Equal(t, 1, code)
		require.Contains(t, errs, "both the books and the page")
		require.NoFileExists(t, db)
	})
	t.Run("no page, and a shop with next to nothing to report", func(t *testing.T) {
		db := filepath.Join(t.TempDir(), "x.db")
		code, out, errs := tool(t, "demo", "--db", db, "--orders", "1", "--page", "")
		require.Zero(t, code, errs)
		require.Contains(t, out, "Nothing to show.")
		require.NotContains(t, out, ".html")
		require.NoFileExists(t, strings.TrimSuffix(db, ".db")+".html")
	})
	t.Run("no orders", func(t *testing.T) {
		code, _, errs := tool(t, "demo", "--db", filepath.Join(t.TempDir(), "x.db"), "--orders", "0")
		require.Equal(t, 1, code)
		require.Contains(t, errs, "--orders 0")
	})
}
