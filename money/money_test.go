package money_test

import (
	"math"
	"math/big"
	"testing"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/go-oms/oms/money"
)

func TestNew(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		coefficient int64
		exponent    int32
		currency    money.Currency
		want        string
	}{
		{1990, -2, "EUR", "19.90 EUR"},
		{199000, -4, "EUR", "19.90 EUR"},
		{2, 1, "EUR", "20.00 EUR"},
		{2, 15, "JPY", "2000000000000000 JPY"},
		{-125, -8, "EUR", "-0.00000125 EUR"},
		{1000, -10, "EUR", "0.0000001 EUR"},
		{0, -20, "EUR", "0.00 EUR"},
		{0, math.MaxInt32, "EUR", "0.00 EUR"},
		{0, 0, "", "0"},
	} {
		got, err := money.New(decimal.New(c.coefficient, c.exponent), c.currency)
		require.NoError(t, err)
		require.Equal(t, c.want, got.String())
	}
}

func TestNewRefuses(t *testing.T) {
	t.Parallel()
	var (
		precision *money.PrecisionError
		overflow  *money.OverflowError
		currency  *money.CurrencyError
	)
	for _, d := range []decimal.Decimal{
		decimal.New(1, -9), decimal.New(1, -40), decimal.New(1, math.MinInt32), decimal.RequireFromString("1.123456789"),
		decimal.New(-15, -9), decimal.RequireFromString("123456789012345678901234567890.123456789"),
	} {
		_, err := money.New(d, "EUR")
		require.ErrorAs(t, err, &precision, d.Exponent())
		require.Equal(t, 8, precision.Decimals)
	}
	require.NotContains(t, precision.Error(), "a number", "short amounts are shown")
	for _, d := range []decimal.Decimal{
		decimal.New(math.MinInt64, -2), decimal.New(1, 17), decimal.New(1, 30), decimal.New(1, math.MaxInt32),
		decimal.RequireFromString("92233720368547758.08"), decimal.RequireFromString("-12345678901234567890123456789"),
	} {
		_, err := money.New(d, "EUR")
		require.ErrorAs(t, err, &overflow, d.Exponent())
	}
	// The number of finest units is 2^128 and a bit, which must not lose its upper half.
	wrapping := new(big.Int).Add(new(big.Int).Lsh(big.NewInt(1), 128), big.NewInt(100))
	_, err := money.New(decimal.NewFromBigInt(wrapping, -8), "EUR")
	require.ErrorAs(t, err, &overflow)

	_, err = money.New(decimal.New(1, 0), "")
	require.ErrorAs(t, err, &currency)
	_, err = money.New(decimal.Zero, "eur")
	require.ErrorAs(t, err, &currency)
}

func TestDecimalRoundTrip(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		m := amount(t, currencies.Draw(t, "currency"), "m")
		if new(big.Rat).Sub(m.Decimal().Rat(), rat(m)).Sign() != 0 {
			t.Fatalf("%s is %s", m, m.Decimal())
		}
		again, err := money.New(m.Decimal(), m.Currency())
		if err != nil || again != m {
			t.Fatalf("%s and %s: %v", m, again, err)
		}
		// The same value, written longer.
		long := m.Decimal().Mul(decimal.New(1_000, 0)).Mul(decimal.New(1, -3))
		if again, err = money.New(long, m.Currency()); err != nil || again != m {
			t.Fatalf("%s and %s: %v", m, again, err)
		}
	})
}

func TestNewAgainstBig(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		c := currencies.Draw(t, "currency")
		d := decimal.New(factors(t, "coefficient"), int32(rapid.IntRange(-30, 25).Draw(t, "exponent")))
		got, err := money.New(d, c)
		if (err == nil) != representable(d.Rat(), c) {
			t.Fatalf("%s %s: %v", d, c, err)
		}
		if err == nil && rat(got).Cmp(d.Rat()) != 0 {
			t.Fatalf("%s is %s", d, got)
		}
	})
}

func TestScaledRoundTrip(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		m := amount(t, currencies.Draw(t, "currency"), "m")
		extra := extras.Draw(t, "scale")
		n, err := m.Scaled(extra)
		exact := new(big.Rat).Mul(rat(m), new(big.Rat).SetInt(power(m.Currency().Digits()+extra)))
		if (err == nil) != (exact.IsInt() && fits(exact.Num())) {
			t.Fatalf("%s at %d: %v", m, extra, err)
		}
		if err != nil {
			return
		}
		if exact.Num().Cmp(big.NewInt(n)) != 0 {
			t.Fatalf("%s at %d: %d", m, extra, n)
		}
		if again, err := money.FromScaled(n, extra, m.Currency()); err != nil || again != m {
			t.Fatalf("%s and %s: %v", m, again, err)
		}
	})
}

func TestScaledRefuses(t *testing.T) {
	t.Parallel()
	m := money.MustParse("0.00125 EUR")
	for _, extra := range []int{-1, 7, math.MaxInt, math.MinInt} {
		var scale *money.ScaleError
		_, err := m.Scaled(extra)
		require.ErrorAs(t, err, &scale)
		_, err = money.FromScaled(1, extra, "EUR")
		require.ErrorAs(t, err, &scale)
		require.Equal(t, extra, scale.Extra)
	}
	var precision *money.PrecisionError
	_, err := m.Scaled(2)
	require.ErrorAs(t, err, &precision)
	require.Equal(t, money.PrecisionError{Amount: "0.00125", Currency: "EUR", Decimals: 4}, *precision)
	_, err = m.Minor()
	require.EqualError(t, err, "money: 0.00125 EUR has more than 2 decimals")
	require.False(t, m.IsMinor())
	_, err = money.FromScaled(math.MinInt64, 6, "EUR")
	var overflow *money.OverflowError
	require.ErrorAs(t, err, &overflow)
}

func TestMinor(t *testing.T) {
	t.Parallel()
	for want, m := range map[string]money.Money{
		"19.90 EUR": minorOf(t, 1990, "EUR"), "-0.001 KWD": minorOf(t, -1, "KWD"), "5 JPY": minorOf(t, 5, "JPY"),
		"0": minorOf(t, 0, ""), "0.00 EUR": money.Zero("EUR"),
	} {
		require.Equal(t, want, m.String())
		require.True(t, m.IsMinor())
	}
	n, err := money.MustParse("19.90 EUR").Minor()
	require.NoError(t, err)
	require.EqualValues(t, 1990, n)
}

func minorOf(t *testing.T, units int64, c money.Currency) money.Money {
	t.Helper()
	m, err := money.Minor(units, c)
	require.NoError(t, err)
	return m
}

func TestNothing(t *testing.T) {
	t.Parallel()
	var m money.Money
	require.Equal(t, money.Currency(""), m.Currency())
	require.True(t, m.IsZero())
	require.Equal(t, "0", m.Decimal().String())
	for extra := range money.MaxExtra + 1 {
		n, err := m.Scaled(extra)
		require.NoError(t, err)
		again, err := money.FromScaled(n, extra, m.Currency())
		require.NoError(t, err)
		require.Equal(t, m, again)
	}
	sum, err := money.Sum()
	require.NoError(t, err)
	require.Equal(t, m, sum)
	require.NotEqual(t, m, money.Zero(money.EUR))
}
