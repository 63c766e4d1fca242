package main

import (
	"bytes"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

const want = `placed 1001 39.80 EUR
too many points: true
out of stock: true
paying inside: true
1 order, 1 row with 39 points, 8 left
`

// Run again, it finds its own keys: the same order, and the points only once.
func TestOrderAndPointsComeTogether(t *testing.T) {
	file := filepath.Join(t.TempDir(), "hosttx.db")
	for range 3 {
		var out bytes.Buffer
		require.NoError(t, run(t.Context(), &out, file))
		require.Equal(t, want, out.String())
	}
}
