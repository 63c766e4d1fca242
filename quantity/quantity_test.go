package quantity_test

import (
	"math"
	"math/big"
	"testing"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/go-oms/oms/quantity"
)

// micros draws what Check accepts, with its limits more often than chance has them.
var micros = rapid.OneOf(
	rapid.Int64Range(-3_000_000, 3_000_000),
	rapid.Int64Range(-quantity.MaxMicro, quantity.MaxMicro),
	rapid.Map(rapid.Int64Range(-1000, 1000), func(n int64) int64 { return n * quantity.PerUnit }),
	rapid.SampledFrom([]int64{quantity.MaxMicro, -quantity.MaxMicro, 0, 1, -1}),
)

func TestConstructors(t *testing.T) {
	t.Parallel()
	require.Equal(t, int64(3_000_000), quantity.Of(3).Micro())
	require.Equal(t, "-2147483648", quantity.Of(math.MinInt32).String())
	require.Equal(t, quantity.Quantity{}, quantity.Of(0))
	require.Equal(t, int64(-math.MaxInt64), quantity.FromMicro(math.MinInt64).Micro(), "so that Neg cannot wrap")
	require.Equal(t, "1.5", quantity.FromMicro(1_500_000).String())
}

func TestNew(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		coefficient int64
		exponent    int32
		want        string
	}{
		{15, -1, "1.5"},
		{1, -6, "0.000001"},
		{-15000, -9, "-0.000015"},
		{25000, -9, "0.000025"},
		{1, 12, "1000000000000"},
		{-1, 12, "-1000000000000"},
		{0, math.MaxInt32, "0"},
		{0, math.MinInt32, "0"},
	} {
		got, err := quantity.New(decimal.New(c.coefficient, c.exponent))
		require.NoError(t, err)
		require.Equal(t, c.want, got.String())
	}
}

func TestNewRefuses(t *testing.T) {
	t.Parallel()
	var (
		scale  *quantity.ScaleError
		limits *quantity.RangeError
	)
	for _, d := range []decimal.Decimal{
		decimal.New(1, -7), decimal.New(1, -100), decimal.New(1, math.MinInt32), decimal.RequireFromString("1.0000001"),
	} {
		_, err := quantity.New(d)
		require.ErrorAs(t, err, &scale, d.Exponent())
		require.Equal(t, 6, scale.Decimals)
	}
	for _, d := range []decimal.Decimal{
		decimal.New(1, 13), decimal.New(1, 15), decimal.New(1, math.MaxInt32), decimal.New(math.MinInt64, -6),
		decimal.RequireFromString("1000000000000.000001"), decimal.RequireFromString("-99999999999999999999999"),
		decimal.RequireFromString("18446744073709.551616"),
	} {
		_, err := quantity.New(d)
		require.ErrorAs(t, err, &limits, d.Exponent())
		require.Less(t, len(err.Error()), 200)
	}
}

func TestNewAgainstBig(t *testing.T) {
	t.Parallel()
	most := big.NewRat(quantity.MaxMicro, quantity.PerUnit)
	rapid.Check(t, func(t *rapid.T) {
		d := decimal.New(rapid.Int64().Draw(t, "coefficient"), int32(rapid.IntRange(-30, 15).Draw(t, "exponent")))
		if rapid.Bool().Draw(t, "short") {
			d = decimal.New(rapid.Int64Range(-999, 999).Draw(t, "small"), d.Exponent())
		}
		micro := new(big.Rat).Mul(d.Rat(), big.NewRat(quantity.PerUnit, 1))
		want := micro.IsInt() && new(big.Rat).Abs(d.Rat()).Cmp(most) <= 0
		got, err := quantity.New(d)
		if (err == nil) != want {
			t.Fatalf("%s: %v", d, err)
		}
		if err == nil && (got.Decimal().Rat().Cmp(d.Rat()) != 0 || !got.Decimal().Equal(d)) {
			t.Fatalf("%s is %s", d, got)
		}
	})
}

func TestCheck(t *testing.T) {
	t.Parallel()
	for micro, ok := range map[int64]bool{
		0: true, quantity.MaxMicro: true, -quantity.MaxMicro: true,
		quantity.MaxMicro + 1: false, -quantity.MaxMicro - 1: false, math.MaxInt64: false, math.MinInt64: false,
	} {
		err := quantity.FromMicro(micro).Check()
		require.Equal(t, ok, err == nil, micro)
		if !ok {
			var e *quantity.RangeError
			require.ErrorAs(t, err, &e)
			require.True(t, e.Rejected())
			require.Contains(t, e.Error(), "at most 1000000000000")
		}
	}
}

func TestFits(t *testing.T) {
	t.Parallel()
	for text, decimals := range map[string]int{
		"0": 0, "3": 0, "-30": 0, "1.5": 1, "-1.25": 2, "0.125": 3, "0.0001": 4, "0.10001": 5, "1.000001": 6,
	} {
		q := quantity.MustParse(text)
		for d := -2; d <= 8; d++ {
			require.Equal(t, d >= decimals, q.Fits(d), "%s at %d", text, d)
			err := q.CheckScale(d)
			require.Equal(t, q.Fits(d), err == nil)
			if err != nil {
				var e *quantity.ScaleError
				require.ErrorAs(t, err, &e)
				require.Equal(t, quantity.ScaleError{Quantity: text, Decimals: d}, *e)
				require.True(t, e.Rejected())
			}
		}
	}
	require.EqualError(t, quantity.MustParse("1.5").CheckScale(0), "quantity: 1.5 has more than 0 decimals")
}

func TestNoAllocations(t *testing.T) {
	// AllocsPerRun counts for the whole process, so this test does not run in parallel.
	a, b := quantity.Of(3), quantity.MustParse("1.5")
	buffer := make([]byte, 0, 64)
	for name, f := range map[string]func(){
		"add":   func() { _ = a.Add(b) },
		"sub":   func() { _ = a.Sub(b) },
		"sum":   func() { _ = quantity.Sum(a, b, a) },
		"cmp":   func() { _ = a.Cmp(b) },
		"fits":  func() { _ = b.CheckScale(1) },
		"check": func() { _ = b.Check() },
		"json":  func() { buffer = b.AppendJSON(buffer[:0]) },
		"parse": func() { _, _ = quantity.Parse("1.5") },
	} {
		require.Zero(t, testing.AllocsPerRun(100, f), name)
	}
}
