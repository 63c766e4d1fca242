package money_test

import (
	"database/sql"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/go-oms/oms/money"
)

func TestScan(t *testing.T) {
	t.Parallel()
	var m money.Money
	require.NoError(t, m.Scan("19.90 EUR"))
	require.Equal(t, money.MustParse("19.90 EUR"), m)
	row := []byte("3 PTS/0")
	require.NoError(t, m.Scan(row))
	copy(row, "XXXXXXX") // a driver may use its buffer again
	require.Equal(t, money.MustParse("3 PTS/0"), m)

	var e *money.ParseError
	for _, src := range []any{nil, int64(5), 1.5, true, "19.90", []byte("x")} {
		require.ErrorAs(t, m.Scan(src), &e, "%v", src)
		require.Equal(t, money.MustParse("3 PTS/0"), m)
	}

	var null sql.Null[money.Money]
	require.NoError(t, null.Scan(nil))
	require.False(t, null.Valid)
	require.NoError(t, null.Scan("5 JPY"))
	require.Equal(t, money.MustParse("5 JPY"), null.V)
}
