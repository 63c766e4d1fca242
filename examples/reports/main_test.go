package main

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

const want = `Sales by day
Day         Currency  Orders  Units   Total
2025-03-01  EUR            2      3   48.30
2025-03-02  EUR            1      1   19.90
2025-03-03  EUR            0      0    0.00
2025-03-04  EUR            1     12   94.80
───────────────────────────────────────────
Total       EUR            4     16  163.00

Best sellers
SKU    Currency   Gross  Units  Orders  Returned  Return rate
MUG    EUR       103.30     13       2         0         0.0%
TEE-M  EUR        59.70      3       2         0         0.0%
─────────────────────────────────────────────────────────────
Total  EUR       163.00     16       4         0         0.0%

The same as CSV
sku,currency,gross,units,orders,returned,return_rate
MUG,EUR,103.30,13,2,0,0.000000
TEE-M,EUR,59.70,3,2,0,0.000000
`

func TestRunPrintsTheSameEveryTime(t *testing.T) {
	var files [2][]byte
	for i := range files {
		folder := t.TempDir()
		var out bytes.Buffer
		require.NoError(t, run(t.Context(), &out, folder))
		require.Equal(t, want, out.String())
		picture, err := os.ReadFile(filepath.Join(folder, "sales.svg"))
		require.NoError(t, err)
		require.Contains(t, string(picture), "<title>Total by day, EUR</title>")
		require.Contains(t, string(picture), "<title>2025-03-04: 94.80 EUR</title>")
		page, err := os.ReadFile(filepath.Join(folder, "sales.html"))
		require.NoError(t, err)
		require.Contains(t, string(page), "<dd>1–4 March 2025</dd>")
		files[i] = append(picture, page...)
	}
	require.Equal(t, string(files[0]), string(files[1]))
}

func TestRunSaysWhatIsWrongWithItsFolder(t *testing.T) {
	var out bytes.Buffer
	require.ErrorIs(t, run(t.Context(), &out, filepath.Join(t.TempDir(), "missing")), os.ErrNotExist)
}
