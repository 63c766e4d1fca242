package order

import (
	"math/big"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/go-oms/oms/money"
)

// exact rounds a fraction of minor units in the way the mode's name says.
func exact(r *big.Rat, mode money.Rounding) int64 {
	floor := new(big.Int).Quo(r.Num(), r.Denom())
	rest := new(big.Rat).Sub(r, new(big.Rat).SetInt(floor))
	half := rest.Cmp(big.NewRat(1, 2))
	up := map[money.Rounding]bool{
		money.HalfUp:   half >= 0,
		money.HalfDown: half > 0,
		money.HalfEven: half > 0 || half == 0 && floor.Bit(0) == 1,
		money.Up:       rest.Sign() > 0,
		money.Down:     false,
	}[mode]
	if up {
		return floor.Int64() + 1
	}
	return floor.Int64()
}

// TestRatioIsExact compares with fractions of any size, where the product of the
// numbers fits 64 bits and where it does not, ties included.
func TestRatioIsExact(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		minor := rapid.Int64Range(0, 1_000_000).Draw(t, "minor")
		mode := money.Rounding(rapid.IntRange(0, 4).Draw(t, "mode"))
		large := rapid.SampledFrom([]int64{1, 3, 1_000_003, 1_000_000_000_039})
		num := [2]int64{rapid.Int64Range(1, 20).Draw(t, "a"), large.Draw(t, "b")}
		den := [2]int64{rapid.Int64Range(1, 20).Draw(t, "c") * large.Draw(t, "d"), large.Draw(t, "e")}
		m, err := money.Minor(minor, money.EUR)
		require.NoError(t, err)

		want := new(big.Rat).SetInt64(minor)
		for i := range num {
			want.Mul(want, new(big.Rat).SetInt64(num[i]))
			want.Quo(want, new(big.Rat).SetInt64(den[i]))
		}
		if want.Cmp(new(big.Rat).SetInt64(1<<60)) > 0 {
			t.Skip("beyond what a price can be")
		}
		got, err := ratio(m, num, den, mode)
		require.NoError(t, err)
		units, err := got.Minor()
		require.NoError(t, err)
		require.Equal(t, exact(want, mode), units)
	})
}

// TestRatioBeyond64Bits has products without common factors, a little above and a
// little below a half. Exactly a half does not occur beyond 64 bits.
func TestRatioBeyond64Bits(t *testing.T) {
	t.Parallel()
	const a, b = 4_000_000_007, 4_000_000_009
	num := [2]int64{a, b}
	above, below := [2]int64{a + 2, 2*b - 10}, [2]int64{a + 4, 2*b + 11}
	for mode, want := range map[money.Rounding][2]string{
		money.HalfUp:   {"0.01 EUR", "0.00 EUR"},
		money.HalfDown: {"0.01 EUR", "0.00 EUR"},
		money.HalfEven: {"0.01 EUR", "0.00 EUR"},
		money.Up:       {"0.01 EUR", "0.01 EUR"},
		money.Down:     {"0.00 EUR", "0.00 EUR"},
	} {
		for i, den := range [2][2]int64{above, below} {
			got, err := ratio(money.MustParse("0.01 EUR"), num, den, mode)
			require.NoError(t, err)
			require.Equal(t, money.MustParse(want[i]), got, "%s %d", mode, i)
		}
	}
}
