package main

import (
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"
	"testing/iotest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/go-oms/oms"
	"github.com/go-oms/oms/money"
	"github.com/go-oms/oms/order"
	"github.com/go-oms/oms/storage/memory"
)

const want = `31%
55%
80%
100%
in the books: 4 sales and 1 return, 62.00 EUR in all; 7 rows rejected
books clean: true
`

const wantRejects = `line,column,field,value,reason
5,44,price,forty,"money: cannot read ""forty EUR"": the amount is not a plain decimal number; expected an amount and a currency, such as ""19.90 EUR"""
6,44,quantity,-2,want more than zero
9,1,receipt,R-1009,order R-1009: not found
10,25,kind,gift,want sale or return
11,1,receipt,R-1002,cannot return 5 of it: at most 1
13,1,receipt,R-1001,"the receipt is in the books already, with other rows"
14,1,receipt,R-1007,"want 8 fields, got 4"
`

func TestTheSameFileTwiceGivesTheSameBooks(t *testing.T) {
	dir := t.TempDir()
	for range 2 {
		var out bytes.Buffer
		require.NoError(t, run(t.Context(), &out, "till.csv", filepath.Join(dir, "importer.db"), filepath.Join(dir, "rejects.csv")))
		require.Equal(t, want, out.String())
		rejects, err := os.ReadFile(filepath.Join(dir, "rejects.csv"))
		require.NoError(t, err)
		require.Equal(t, wantRejects, string(rejects))
	}
}

// A file whose reading ends half-way is imported as far as it goes; the next time
// brings the rest, and a last time, when the keys are long forgotten, nothing.
func TestAnImportThatBrokeOffIsTakenUpAgain(t *testing.T) {
	text, err := os.ReadFile("till.csv")
	require.NoError(t, err)
	now := time.Date(2024, 3, 3, 0, 0, 0, 0, time.UTC)
	shop, err := oms.New(oms.Config{Store: memory.New(), Now: func() time.Time { return now }})
	require.NoError(t, err)
	var last int64
	load := func(file io.Reader) (counts, error) {
		last = 0
		im := &importer{shop: shop, rejects: csv.NewWriter(io.Discard), progress: func(done int64) {
			require.GreaterOrEqual(t, done, last)
			last = done
		}}
		return im.file(t.Context(), file)
	}

	lost := errors.New("the disk is gone")
	_, err = load(io.MultiReader(bytes.NewReader(text[:300]), iotest.ErrReader(lost)))
	require.ErrorIs(t, err, lost)
	require.Equal(t, 2, orders(t, shop))
	for range 2 {
		c, err := load(bytes.NewReader(text))
		require.NoError(t, err)
		require.Equal(t, counts{sales: 4, returns: 1, rejected: 7, total: money.MustParse("62.00 EUR")}, c)
		require.Equal(t, 4, orders(t, shop))
		require.Equal(t, int64(len(text)), last)

		now = now.Add(100 * 24 * time.Hour)
		_, err = shop.RunOnce(t.Context())
		require.NoError(t, err)
	}
}

func orders(t *testing.T, shop *oms.Client) int {
	t.Helper()
	n := 0
	for _, err := range shop.Orders(t.Context(), order.Filter{}) {
		require.NoError(t, err)
		n++
	}
	return n
}

func TestAnotherFormatIsRefused(t *testing.T) {
	for name, text := range map[string]string{"empty": "", "commas": "receipt,time,kind", "short": "receipt;time\n"} {
		im := &importer{rejects: csv.NewWriter(io.Discard)}
		_, err := im.file(t.Context(), bytes.NewBufferString(text))
		require.ErrorContains(t, err, "the head of the file", name)
	}
}

// FuzzFile wants any file to be imported as far as it makes sense, with the rest
// named in the rejects, and the books to be clean.
func FuzzFile(f *testing.F) {
	till, err := os.ReadFile("till.csv")
	require.NoError(f, err)
	f.Add(till)
	for _, seed := range []string{
		"", "receipt;time;kind;sku;title;quantity;price;country\n",
		"receipt;time;kind;sku;title;quantity;price;country\n\"R;2026-03-01 09:00;sale;A;A;1;1;DE\nR;2026-03-01 09:00;return;A;A;1;;\n",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		shop, err := oms.New(oms.Config{Store: memory.New()})
		require.NoError(t, err)
		var rejects bytes.Buffer
		im := importer{shop: shop, rejects: csv.NewWriter(&rejects), progress: func(int64) {}}
		counted, err := im.file(t.Context(), bytes.NewReader(text))
		if err == nil {
			require.Positive(t, rejects.Len(), "the head is there")
			orders := 0
			for _, err := range shop.Orders(t.Context(), order.Filter{}) {
				require.NoError(t, err)
				orders++
			}
			require.LessOrEqual(t, orders, counted.sales, "a receipt may be there twice")
			require.Equal(t, counted.sales > 0, orders > 0)
		}
		report, err := shop.Verify(t.Context(), oms.VerifyOptions{})
		require.NoError(t, err)
		require.True(t, report.Clean(), "%v", report)
	})
}
