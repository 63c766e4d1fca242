package main

import (
	"bytes"
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/go-oms/oms/internal/pgtest"
	"github.com/go-oms/oms/storage/postgres"
)

func TestMain(m *testing.M) { os.Exit(pgtest.Main(m)) }

// Run again, it finds its own keys: the same order, and the points only once.
func TestOrderAndPointsComeTogether(t *testing.T) {
	dsn := pgtest.New(t)
	for i := range 3 {
		var out bytes.Buffer
		require.NoError(t, run(t.Context(), &out, dsn, &postgres.Options{AllowRelaxedDurability: true}))
		require.Equal(t, want, out.String(), i)
	}
}

const want = `placed 1001 39.80 EUR
too many points: true
ada has 39 points for 1001
1 order, 1 row
`
