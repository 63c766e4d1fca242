package quantity_test

import (
	"math"
	"math/big"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/go-oms/oms/quantity"
)

func TestArithmeticAgainstBig(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		a, b := micros.Draw(t, "a"), micros.Draw(t, "b")
		x, y := quantity.FromMicro(a), quantity.FromMicro(b)
		if x.Add(y).Micro() != a+b || x.Sub(y).Micro() != a-b || x.Neg().Micro() != -a || quantity.Sum(x, y, x).Micro() != a+b+a {
			t.Fatalf("%s and %s", x, y)
		}
		cmp := big.NewInt(a).Cmp(big.NewInt(b))
		if x.Cmp(y) != cmp || x.Less(y) != (cmp < 0) || (x == y) != (cmp == 0) {
			t.Fatalf("%s cmp %s", x, y)
		}
		if quantity.Min(x, y).Micro() != min(a, b) || quantity.Max(x, y).Micro() != max(a, b) {
			t.Fatalf("min and max of %s and %s", x, y)
		}
		if x.Sign() != big.NewInt(a).Sign() || x.IsZero() != (a == 0) {
			t.Fatalf("sign of %s", x)
		}
	})
}

// A sum that has left the range is never taken for one that has not, whatever comes after.
func TestSaturation(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var (
			sum   quantity.Quantity
			exact = new(big.Int)
			lost  bool
		)
		draw := rapid.OneOf(micros, rapid.Int64(), rapid.SampledFrom([]int64{math.MaxInt64, math.MinInt64, math.MaxInt64 - 1}))
		for range rapid.IntRange(0, 12).Draw(t, "n") {
			n := draw.Draw(t, "micro")
			sum = sum.Add(quantity.FromMicro(n))
			exact.Add(exact, big.NewInt(n))
			lost = lost || n == math.MaxInt64 || n <= -math.MaxInt64 || !exact.IsInt64() || exact.CmpAbs(big.NewInt(math.MaxInt64)) >= 0
		}
		switch {
		case lost && sum.Check() == nil:
			t.Fatalf("%s passes, exactly %s", sum, exact)
		case !lost && sum.Micro() != exact.Int64():
			t.Fatalf("%s, exactly %s", sum, exact)
		}
	})
}

func TestSaturationSigns(t *testing.T) {
	t.Parallel()
	most, least, one := quantity.FromMicro(math.MaxInt64), quantity.FromMicro(math.MinInt64), quantity.Of(1)
	require.Equal(t, least, most.Neg())
	require.Equal(t, most, least.Neg())
	for _, q := range []quantity.Quantity{
		most.Add(one), most.Sub(one), one.Add(most), one.Sub(least), most.Add(most), most.Add(least), least.Add(most),
		quantity.FromMicro(math.MaxInt64 - 1).Add(one), quantity.FromMicro(math.MaxInt64 - 1).Add(quantity.FromMicro(1)),
	} {
		require.Equal(t, most, q)
	}
	for _, q := range []quantity.Quantity{
		least.Add(one), least.Sub(one), one.Add(least), one.Sub(most), least.Add(least), least.Sub(most),
		quantity.FromMicro(2 - math.MaxInt64).Sub(one), quantity.FromMicro(1 - math.MaxInt64).Sub(quantity.FromMicro(2)),
	} {
		require.Equal(t, least, q)
	}
	require.Equal(t, quantity.Quantity{}, quantity.Sum())
}

func BenchmarkAdd(b *testing.B) {
	q := quantity.MustParse("1.5")
	for b.Loop() {
		_ = q.Add(q)
	}
}
