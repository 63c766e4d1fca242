package main

import (
	"bytes"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/go-oms/oms/storage/sqlite"
)

// want is what the README says the program prints.
const want = `placed 1001 pending 39.80 EUR
paid 39.80 EUR
shipped PX123
delivered completed paid delivered
books clean true
`

func TestRunPrintsTheSameEveryTime(t *testing.T) {
	file := filepath.Join(t.TempDir(), "quickstart.db")
	for range 3 {
		var out bytes.Buffer
		require.NoError(t, run(t.Context(), &out, file))
		require.Equal(t, want, out.String())
	}

	store, err := sqlite.Open(t.Context(), file, nil)
	require.NoError(t, err)
	defer store.Close()
	levels, err := store.Levels(t.Context(), []string{"TEE-M"})
	require.NoError(t, err)
	require.Len(t, levels, 1)
	require.Equal(t, "1", levels[0].OnHand.String(), "three came in and two left, once")
}

func TestRunSaysWhatIsWrongWithItsFile(t *testing.T) {
	var out bytes.Buffer
	require.Error(t, run(t.Context(), &out, filepath.Join(t.TempDir(), "missing", "quickstart.db")))
	require.Empty(t, out.String())
}
