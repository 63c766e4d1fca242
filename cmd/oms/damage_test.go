package main

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/go-oms/oms"
	"github.com/go-oms/oms/inventory"
	"github.com/go-oms/oms/quantity"
	"github.com/go-oms/oms/storage/sqlite"
)

// wrong returns what doctor finds wrong, by name. It must find something.
func wrong(t *testing.T, path string) map[string]string {
	t.Helper()
	code, out, errs := tool(t, "doctor", "--db", path, "--json")
	require.Equal(t, 1, code, out+errs)
	require.Empty(t, errs, "it is a finding, and no failure of the tool")
	var d diagnosis
	decode(t, out, &d)
	require.False(t, d.OK)
	bad := map[string]string{}
	for _, f := range d.Findings {
		if !f.OK {
			bad[f.Name] = f.Value
		}
	}
	return bad
}

func TestDoctorNamesAFileThatIsDamaged(t *testing.T) {
	l := newLived(t)
	books, err := os.ReadFile(l.path)
	require.NoError(t, err)
	write := func(t *testing.T, data []byte) string {
		path := filepath.Join(t.TempDir(), "shop.db")
		require.NoError(t, os.WriteFile(path, data, 0o600))
		return path
	}
	t.Run("no database", func(t *testing.T) {
		require.Equal(t, "no SQLite file", wrong(t, write(t, make([]byte, 8192)))["file"])
	})
	t.Run("cut off", func(t *testing.T) {
		require.Contains(t, wrong(t, write(t, books[:len(books)/2]))["file"], "cut off")
	})
	t.Run("pages of zeros", func(t *testing.T) {
		zeroed := append([]byte(nil), books...)
		clear(zeroed[len(books)/8192*4096:])
		path := write(t, zeroed)
		bad := wrong(t, path)
		require.NotEmpty(t, bad["pages"]+bad["contents"], bad)
		code, out, _ := tool(t, "verify", "--db", path, "--json")
		require.NotZero(t, code, "not clean")
		var v verified
		decode(t, out, &v)
		require.NotEmpty(t, len(v.Incomplete)+len(v.Violations))
	})
	t.Run("a first page that is none", func(t *testing.T) {
		spoilt := append([]byte(nil), books...)
		clear(spoilt[100:4096])
		bad := wrong(t, write(t, spoilt))
		require.NotEmpty(t, bad["pages"]+bad["contents"], bad)
	})
}

// Bytes change anywhere: both commands come to an end and an answer, and what doctor
// finds whole, verify can read.
func TestNoByteOfAFileMakesTheToolPanic(t *testing.T) {
	l := newLived(t)
	books, err := os.ReadFile(l.path)
	require.NoError(t, err)
	random := rand.New(rand.NewPCG(7, 11))
	found := 0
	for n := range 60 {
		t.Run(fmt.Sprint(n), func(t *testing.T) {
			spoilt := append([]byte(nil), books...)
			for range 1 + random.IntN(20) {
				spoilt[random.IntN(len(spoilt))] = byte(random.Uint32())
			}
			path := filepath.Join(t.TempDir(), "shop.db")
			require.NoError(t, os.WriteFile(path, spoilt, 0o600))
			for _, command := range []string{"doctor", "verify"} {
				code, out, errs := tool(t, command, "--db", path, "--json")
				require.Contains(t, []int{0, 1, 2}, code, errs)
				require.True(t, json.Valid([]byte(out)) || errs != "", "%s%s", out, errs)
				if code != 0 {
					found++
				}
			}
		})
	}
	require.Greater(t, found, 60, "most of what was spoilt is seen")
}

func TestDoctorNamesALogThatIsCutOff(t *testing.T) {
	dir := t.TempDir()
	live, path := filepath.Join(dir, "live.db"), filepath.Join(t.TempDir(), "shop.db")
	store, err := sqlite.Open(t.Context(), live, nil)
	require.NoError(t, err)
	defer func() { require.NoError(t, store.Close()) }()
	require.NoError(t, store.Migrate(t.Context()))
	shop, err := oms.New(oms.Config{Store: store})
	require.NoError(t, err)
	for range 5 {
		require.NoError(t, shop.Inventory.Receive(t.Context(), inventory.Receipt{SKU: "TEE", Location: "main", Quantity: quantity.Of(1)}))
	}
	for _, suffix := range []string{"", "-wal", "-shm"} { // as the files lie when the process is killed
		data, err := os.ReadFile(live + suffix)
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(path+suffix, data, 0o600))
	}
	info, err := os.Stat(path + "-wal")
	require.NoError(t, err)
	require.NoError(t, os.Truncate(path+"-wal", info.Size()-5000))
	require.Contains(t, wrong(t, path)["write-ahead log"], "cut off")
}

func TestDoctorNamesAMigrationThatIsMissing(t *testing.T) {
	for statement, want := range map[string][2]string{
		"DELETE FROM oms_schema WHERE version = 5":       {"migrations", "without 0005_holds"},
		"DROP TABLE oms_drafts":                          {"tables", "without column oms_drafts."},
		"DROP INDEX oms_customers_created":               {"tables", "without index oms_customers_created"},
		"ALTER TABLE oms_orders DROP COLUMN original_id": {"tables", "without column oms_orders.original_id"},
	} {
		t.Run(statement, func(t *testing.T) {
			l := newLived(t)
			l.tamper(t, statement)
			require.Contains(t, wrong(t, l.path)[want[0]], want[1])
			code, out, _ := tool(t, "verify", "--db", l.path, "--json")
			require.NotZero(t, code, out)
		})
	}
}

func TestDoctorNamesAClockThatIsAnHourOff(t *testing.T) {
	l := newLived(t)
	l.tamper(t, fmt.Sprintf("UPDATE oms_events SET recorded_at = %d WHERE position = (SELECT max(position) FROM oms_events)",
		time.Now().Add(time.Hour).UnixMicro()))
	require.Contains(t, wrong(t, l.path)["newest event"], "1h0m0s ahead")
	l = newLived(t)
	l.tamper(t, fmt.Sprintf("UPDATE oms_events SET recorded_at = %d WHERE position = (SELECT max(position) FROM oms_events)",
		time.Now().Add(-time.Hour).UnixMicro()))
	code, out, _ := tool(t, "doctor", "--db", l.path)
	require.Zero(t, code, out)
}
