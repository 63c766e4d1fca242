package onlineretail

import (
	"context"
	"math/big"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/go-oms/oms"
	"github.com/go-oms/oms/cmd/oms/internal/usage"
	"github.com/go-oms/oms/storage/sqlite"
)

// The real file is not part of the project: its path is given, or the test logs that
// it is not.
const realFile = "OMS_ONLINE_RETAIL"

// The budgets of the import, with room for a machine that does other things too.
const (
	budgetCPU    = 120 * time.Second
	budgetRSS    = 500 << 20
	budgetVerify = 30 * time.Second
	room         = 3
)

func TestTheRealYear(t *testing.T) {
	path := os.Getenv(realFile)
	if path == "" {
		t.Skip(realFile + " is not set: the real year was not imported")
	}
	ctx := context.Background()
	store, err := sqlite.Open(ctx, filepath.Join(t.TempDir(), "year.db"), nil)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, store.Close()) })
	require.NoError(t, store.Migrate(ctx))

	before, known := usage.Now()
	f, err := os.Open(path)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, f.Close()) })
	file, err := Read(ctx, f)
	require.NoError(t, err)
	p, err := NewPlan(file, 5000)
	require.NoError(t, err)
	shop := openShop(t, store)
	im := Importer{Shop: shop, Workers: 8}
	books, err := im.Import(ctx, p)
	require.NoError(t, err)
	s, err := p.Summary(books)
	require.NoError(t, err)
	used, _ := usage.Now()

	require.Equal(t, 541_909, s.Rows)
	require.Empty(t, s.Rejected)
	rows := 0
	for _, tally := range s.Kinds {
		rows += tally.Rows
	}
	require.Equal(t, s.Rows, rows, "every row is of one kind")
	require.Equal(t, reckon(t, path), s.Net.Amount(), "what the file comes to, reckoned by itself")
	require.Equal(t, s.Net, s.Books.Net)
	require.Equal(t, 3, s.Kinds["bad_debt"].Rows)
	require.Equal(t, 1336, s.WriteOffs)
	require.Equal(t, 4372, s.Customers)

	report, err := shop.Verify(ctx, oms.VerifyOptions{})
	require.NoError(t, err)
	require.Empty(t, report.Violations)
	require.Empty(t, report.Incomplete)
	verified, _ := usage.Now()
	requireReports(t, path, shop)
	if !known {
		return
	}
	importing, verifying := used.CPU-before.CPU, verified.CPU-used.CPU
	t.Logf("import: %v of CPU, %d MB at most; verify: %v of CPU", importing, used.PeakRSS>>20, verifying)
	require.Less(t, importing, room*budgetCPU)
	require.Less(t, used.PeakRSS, int64(2*budgetRSS)) // a slow machine needs no more of it
	require.Less(t, verifying, room*budgetVerify)
}

// reckon adds the file up with nothing of this package.
func reckon(t *testing.T, path string) string {
	t.Helper()
	var sum int64
	readRows(t, path, func(_, _ string, pieces int64, _ string, price *big.Rat, _, _ string) { sum += pence(price, pieces) })
	return pounds(sum)
}
