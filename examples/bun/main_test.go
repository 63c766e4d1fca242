package main

import (
	"bytes"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// Run again, it finds its own keys: the same order, and the points only once.
func TestOrderAndPointsComeTogether(t *testing.T) {
	file := filepath.Join(t.TempDir(), "bun.db")
	for i := range 3 {
		var out bytes.Buffer
		require.NoError(t, run(t.Context(), &out, file))
		require.Equal(t, want, out.String(), i)
	}
}

const want = `placed 1001 39.80 EUR
no member: true
ada has 39 points for 1001
1 order, 1 row
`
