package sqlite_test

import (
	"path/filepath"
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

func TestContract(t *testing.T) {
	storagetest.Run(t, func(t testing.TB) storage.Store { return open(t, nil) })
}
