package main

import (
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

const madeYear = "internal/onlineretail/testdata/made.csv"

func TestImportOnlineRetail(t *testing.T) {
	file := filepath.Join(t.TempDir(), "year.db")
	type tally struct {
		Rows   int    `json:"rows"`
		Pieces int    `json:"pieces"`
		Net    string `json:"net"`
	}
	var first, second struct {
		Rows          int              `json:"rows"`
		Net           string           `json:"net"`
		Currency      string           `json:"currency"`
		Orders        int              `json:"orders"`
		Returns       int              `json:"returns"`
		BlindReturns  int              `json:"blind_returns"`
		WriteOffs     int              `json:"writeoffs"`
		Found         int              `json:"found"`
		Adjustments   int              `json:"adjustments"`
		Customers     int              `json:"customers"`
		Items         int              `json:"items"`
		Kinds         map[string]tally `json:"kinds"`
		PartlyMatched int              `json:"partly_matched"`
		Rejected      []struct {
			Line   int    `json:"line"`
			Column string `json:"column"`
			Value  string `json:"value"`
			Reason string `json:"reason"`
		} `json:"rejected"`
		Books struct {
			Orders      int    `json:"orders"`
			Goods       string `json:"goods"`
			Shipping    string `json:"shipping"`
			Fees        string `json:"fees"`
			Returns     string `json:"returns"`
			Differences string `json:"return_differences"`
			Blind       string `json:"blind_returns"`
			Credits     string `json:"credits"`
			Net         string `json:"net"`
		} `json:"books"`
		Wall  float64 `json:"wall_s"`
		CPU   float64 `json:"cpu_s"`
		RSS   float64 `json:"peak_rss_mb"`
		Fsync int64   `json:"fsync_p50_us"`
	}
	code, out, errs := tool(t, "import", "online-retail", "--db", file, "--json", madeYear)
	require.Zero(t, code, errs)
	decode(t, out, &first)
	require.Equal(t, 68, first.Rows)
	require.Equal(t, "-59.83", first.Net)
	require.Equal(t, "-59.83", first.Books.Net)
	require.Equal(t, tally{13, 56, "134.11"}, first.Kinds["goods"])
	require.Len(t, first.Rejected, 19)
	require.Equal(t, 51, first.Rejected[0].Line)
	require.Positive(t, first.Wall)

	t.Run("again", func(t *testing.T) {
		code, out, errs := tool(t, "--json", "import", "online-retail", "--db", file, madeYear)
		require.Zero(t, code, errs)
		decode(t, out, &second)
		second.Wall, second.CPU, second.RSS, second.Fsync = first.Wall, first.CPU, first.RSS, first.Fsync
		require.Equal(t, first, second)
	})
	t.Run("clean", func(t *testing.T) {
		code, out, _ := tool(t, "verify", "--db", file)
		require.Zero(t, code, out)
	})
	t.Run("for people", func(t *testing.T) {
		code, out, _ := tool(t, "import", "online-retail", "--db", file, madeYear)
		require.Zero(t, code)
		require.Contains(t, out, "68 rows, worth -59.83 GBP; 19 rejected")
		require.Contains(t, out, `line 56, Quantity "six"`)
	})
	t.Run("another file", func(t *testing.T) {
		code, out, errs := tool(t, "import", "online-retail", "--db", file, "import.go")
		require.Equal(t, 1, code)
		require.Empty(t, out)
		require.Contains(t, errs, `the first line is "package main"`)
	})
	t.Run("no file", func(t *testing.T) {
		code, _, errs := tool(t, "import", "online-retail", "--db", file, "nothing.csv")
		require.Equal(t, misused, code)
		require.Contains(t, errs, "nothing.csv")
	})
}
