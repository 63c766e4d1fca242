package sqlite_test

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/go-oms/oms/storage"
	"github.com/go-oms/oms/storage/sqlite"
	"github.com/go-oms/oms/storage/storagetest"
)

// open returns a migrated store in a file of its own.
func open(t testing.TB, opts *sqlite.Options) *sqlite.Store {
	t.Helper()
	s, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "shop.db"), opts)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, s.Close()) })
	require.NoError(t, s.Migrate(t.Context()))
	return s
}

// The cases about fields write and read back one field after the other: nothing in
// them is concurrent, and the race detector makes minutes of them. The plain run has
// them all.
func TestContract(t *testing.T) {
	fresh := func(t testing.TB) storage.Store { return open(t, nil) }
	if !raceDetector {
		storagetest.Run(t, fresh)
		return
	}
	for _, c := range storagetest.Cases() {
		if strings.HasPrefix(c.Name, "field: ") {
			continue
		}
		t.Run(c.Name, func(t *testing.T) {
			t.Parallel()
			require.NoError(t, c.Check(t.Context(), fresh(t)))
		})
	}
}
