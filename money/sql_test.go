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

// FuzzScan wants a text that is taken to be an amount that is written back in one form, and one that is not to change nothing.
func FuzzScan(f *testing.F) {
	for _, seed := range []string{"19.90 EUR", "3 PTS/0", "-0", "0.000000000001 MILES/6", "9223372036854775808 JPY", "1 EUR ", "١ EUR"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		kept := money.MustParse("1 EUR")
		m, fromBytes, fromText := kept, kept, kept
		err := m.Scan(text)
		require.Equal(t, err == nil, fromBytes.Scan([]byte(text)) == nil)
		require.Equal(t, err == nil, fromText.UnmarshalText([]byte(text)) == nil)
		require.True(t, m == fromBytes && m == fromText)
		if err != nil {
			var e *money.ParseError
			require.ErrorAs(t, err, &e)
			require.Equal(t, kept, m)
			return
		}
		written, err := m.Value()
		require.NoError(t, err)
		var again money.Money
		require.NoError(t, again.Scan(written))
		require.Equal(t, m, again)
	})
}
