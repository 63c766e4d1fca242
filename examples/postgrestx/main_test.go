package main

import (
	"bytes"
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/go-oms/oms/internal/pgtest"
	"github.com/go-oms/oms/storage/postgres"
)

const want = `database/sql: placed 1001 39.80 EUR
pgx: placed 1002 19.90 EUR
paying inside: true
2 orders, 2 rows with 58 points, 7 left
`

func TestMain(m *testing.M) { os.Exit(pgtest.Main(m)) }

// Run again, it finds its own keys: the same orders, and the points only once.
func TestOrderAndPointsComeTogether(t *testing.T) {
	dsn := pgtest.New(t)
	for range 3 {
		var out bytes.Buffer
		require.NoError(t, run(t.Context(), &out, dsn, &postgres.Options{AllowRelaxedDurability: true}))
		require.Equal(t, want, out.String())
	}
}
