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

func TestRoundingModes(t *testing.T) {
	t.Parallel()
	modes := []money.Rounding{money.HalfUp, money.HalfEven, money.HalfDown, money.Up, money.Down}
	for amount, want := range map[string][5]string{
		"2.0":  {"2", "2", "2", "2", "2"},
		"2.1":  {"2", "2", "2", "3", "2"},
		"2.5":  {"3", "2", "2", "3", "2"},
		"3.5":  {"4", "4", "3", "4", "3"},
		"2.51": {"3", "3", "3", "3", "2"},
		"2.9":  {"3", "3", "3", "3", "2"},
		"0.5":  {"1", "0", "0", "1", "0"},
		"0":    {"0", "0", "0", "0", "0"},
	} {
		for i, mode := range modes {
			m := money.MustParse(amount + " JPY")
			require.Equal(t, want[i]+" JPY", m.Round(mode).String(), "%s %s", amount, mode)
			mirror := money.MustParse(want[i] + " JPY").Neg()
			require.Equal(t, mirror, m.Neg().Round(mode), "-%s %s", amount, mode)
		}
	}
	require.Equal(t, money.Money{}, money.Money{}.Round(money.Up))
	require.Equal(t, "3 JPY", money.MustParse("2.5 JPY").Round(money.Rounding(9)).String(), "unknown modes round half up")
}

// Rounding each line and rounding the order once differ: the figures decide which one a shop has chosen.
func TestTaxPerLineAndPerOrder(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		lines           int64
		net             string
		num, den        int64
		perLine, perAll string
	}{
		{5, "0.99 USD", 82_500, 1_000_000, "0.40 USD", "0.41 USD"},
		{7, "1.49 CHF", 77_000, 1_000_000, "0.77 CHF", "0.80 CHF"},
		// Inclusive: 20 % of the net are 20/120 of the gross.
		{10, "0.05 EUR", 20, 120, "0.10 EUR", "0.08 EUR"},
	} {
		line := money.MustParse(c.net)
		tax, err := line.MulDiv(c.num, c.den, money.HalfUp)
		require.NoError(t, err)
		perLine, err := tax.MulDiv(c.lines, 1, money.HalfUp)
		require.NoError(t, err)
		require.Equal(t, c.perLine, perLine.String())

		order, err := line.MulDiv(c.lines, 1, money.HalfUp)
		require.NoError(t, err)
		perAll, err := order.MulDiv(c.num, c.den, money.HalfUp)
		require.NoError(t, err)
		require.Equal(t, c.perAll, perAll.String())
	}
}

func TestMulDivLimits(t *testing.T) {
	t.Parallel()
	most, err := money.Minor(math.MaxInt64, money.JPY)
	require.NoError(t, err)
	for _, c := range []struct {
		m        money.Money
		num, den int64
		mode     money.Rounding
		want     string // "" is an overflow
	}{
		{most, math.MaxInt64, math.MaxInt64, money.Up, "9223372036854775807 JPY"},
		{most, math.MinInt64, math.MinInt64, money.Up, "9223372036854775807 JPY"},
		{most, math.MinInt64, math.MaxInt64, money.Up, ""},
		{most, math.MaxInt64, math.MinInt64, money.Up, "-9223372036854775807 JPY"},
		{most, math.MaxInt64, math.MinInt64, money.Down, "-9223372036854775806 JPY"},
		{most, math.MaxInt64, math.MaxInt64 - 1, money.Down, ""},
		{most, math.MaxInt64, 1, money.HalfUp, ""},
		// Half a unit beyond the most: only the rounding overflows.
		{money.MustParse("6148914691236517205 JPY"), 3, 2, money.HalfUp, ""},
		{money.MustParse("6148914691236517205 JPY"), 3, 2, money.Down, "9223372036854775807 JPY"},
		{money.MustParse("0.000001 JPY"), math.MinInt64, 1, money.HalfUp, "-9223372036855 JPY"},
		{money.MustParse("0.000001 JPY"), 1, math.MinInt64, money.HalfUp, "0 JPY"},
		{money.MustParse("0.000001 JPY"), 1, math.MinInt64, money.Up, "-1 JPY"},
		{money.Zero(money.JPY), math.MaxInt64, math.MinInt64, money.Up, "0 JPY"},
		{money.Money{}, 3, 4, money.Up, "0"},
	} {
		got, err := c.m.MulDiv(c.num, c.den, c.mode)
		if c.want == "" {
			var e *money.OverflowError
			require.ErrorAs(t, err, &e)
			continue
		}
		require.NoError(t, err)
		require.Equal(t, c.want, got.String(), "%s*%d/%d %s", c.m, c.num, c.den, c.mode)
	}
	_, err = most.MulDiv(1, 0, money.HalfUp)
	var e *money.DivideError
	require.ErrorAs(t, err, &e)
	require.True(t, e.Rejected())
}

// factors draws what num and den of MulDiv may be.
func factors(t *rapid.T, label string) int64 {
	return rapid.OneOf(
		rapid.Int64Range(-20, 20), rapid.Int64(), rapid.SampledFrom([]int64{math.MinInt64, math.MaxInt64, 1_000_000}),
	).Draw(t, label)
}

func TestMulDivAgainstBig(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		c, mode := currencies.Draw(t, "currency"), modes.Draw(t, "mode")
		m, num, den := amount(t, c, "m"), factors(t, "num"), factors(t, "den")
		got, err := m.MulDiv(num, den, mode)
		if den == 0 {
			if err == nil {
				t.Fatal("divided by zero")
			}
			return
		}
		exact := new(big.Rat).Mul(rat(m), new(big.Rat).SetFrac(big.NewInt(num), big.NewInt(den)))
		want := rounded(exact, c, mode)
		if (err == nil) != fits(want) {
			t.Fatalf("%s*%d/%d %s: %v, exactly %s", m, num, den, mode, err, want)
		}
		if err != nil {
			return
		}
		checkForm(t, got)
		if units, err := got.Minor(); err != nil || big.NewInt(units).Cmp(want) != 0 || got.Currency() != c {
			t.Fatalf("%s*%d/%d %s = %s, not %s", m, num, den, mode, got, want)
		}
	})
}

func TestRoundAgainstBig(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		c, mode := currencies.Draw(t, "currency"), modes.Draw(t, "mode")
		m := amount(t, c, "m")
		got := m.Round(mode)
		checkForm(t, got)
		if units, err := got.Minor(); err != nil || big.NewInt(units).Cmp(rounded(rat(m), c, mode)) != 0 {
			t.Fatalf("%s %s = %s", m, mode, got)
		}
		if got.Round(modes.Draw(t, "again")) != got {
			t.Fatalf("%s is rounded twice", m)
		}
	})
}

func TestMulAgainstBig(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		c, mode := currencies.Draw(t, "currency"), modes.Draw(t, "mode")
		m := amount(t, c, "m")
		factor := decimal.New(factors(t, "coefficient"), int32(rapid.IntRange(-45, 25).Draw(t, "exponent")))
		if rapid.Bool().Draw(t, "long") {
			factor = factor.Mul(factor).Add(decimal.New(1, -30))
		}
		got, err := m.Mul(factor, mode)
		want := rounded(new(big.Rat).Mul(rat(m), factor.Rat()), c, mode)
		if (err == nil) != fits(want) {
			t.Fatalf("%s * %s %s: %v, exactly %s", m, factor, mode, err, want)
		}
		if err != nil {
			return
		}
		if units, err := got.Minor(); err != nil || big.NewInt(units).Cmp(want) != 0 || got.Currency() != c {
			t.Fatalf("%s * %s %s = %s, not %s", m, factor, mode, got, want)
		}
	})
}

func TestMulSmall(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		m, factor string
		mode      money.Rounding
		want      string
	}{
		{"0.01 EUR", "0.6", money.HalfUp, "0.01 EUR"},
		{"0.01 EUR", "0.5", money.HalfUp, "0.01 EUR"},
		{"0.01 EUR", "0.4999", money.HalfUp, "0.00 EUR"},
		{"0.01 EUR", "0.5", money.HalfEven, "0.00 EUR"},
		{"0.03 EUR", "-0.5", money.HalfEven, "-0.02 EUR"},
		{"0.09 EUR", "0.1", money.HalfUp, "0.01 EUR"},
		{"0.000625 EUR", "8", money.HalfUp, "0.01 EUR"},
		{"92233720368547758.07 EUR", "1.00000000000000000005", money.HalfUp, "92233720368547758.07 EUR"},
		{"0.01 EUR", "9223372036854775807", money.HalfUp, "92233720368547758.07 EUR"},
	} {
		got, err := money.MustParse(c.m).Mul(decimal.RequireFromString(c.factor), c.mode)
		require.NoError(t, err)
		require.Equal(t, c.want, got.String(), "%s * %s %s", c.m, c.factor, c.mode)
	}
}

// A decimal of a few bytes may stand for a number of gigabytes.
func TestMulWithFarExponents(t *testing.T) {
	t.Parallel()
	m := money.MustParse("-1.00 EUR")
	_, err := m.Mul(decimal.New(1, math.MaxInt32), money.HalfUp)
	var e *money.OverflowError
	require.ErrorAs(t, err, &e)
	for mode, want := range map[money.Rounding]string{money.HalfUp: "0.00 EUR", money.Up: "-0.01 EUR"} {
		got, err := m.Mul(decimal.New(1, math.MinInt32), mode)
		require.NoError(t, err)
		require.Equal(t, want, got.String())
	}
	got, err := money.Zero(money.EUR).Mul(decimal.New(1, math.MaxInt32), money.Up)
	require.NoError(t, err)
	require.Equal(t, money.Zero(money.EUR), got)
	got, err = m.Mul(decimal.Decimal{}, money.Up)
	require.NoError(t, err)
	require.Equal(t, money.Zero(money.EUR), got)
}

func TestRoundingText(t *testing.T) {
	t.Parallel()
	for mode, name := range map[money.Rounding]string{
		money.HalfUp: "half_up", money.HalfEven: "half_even", money.HalfDown: "half_down", money.Up: "up", money.Down: "down",
	} {
		require.NoError(t, mode.Check())
		text, err := mode.MarshalText()
		require.NoError(t, err)
		require.Equal(t, name, string(text))
		var read money.Rounding
		require.NoError(t, read.UnmarshalText(text))
		require.Equal(t, mode, read)
	}
	var e *money.ParseError
	read := money.Up
	require.ErrorAs(t, read.UnmarshalText([]byte("HALF_UP")), &e)
	require.Contains(t, e.Error(), `"half_even"`)
	require.Equal(t, money.Up, read)
	_, err := money.Rounding(5).MarshalText()
	require.ErrorAs(t, err, &e)
}

func BenchmarkMulDiv(b *testing.B) {
	m := money.MustParse("0.001250 EUR")
	for b.Loop() {
		_, _ = m.MulDiv(1_500_000, 1_000_000, money.HalfUp)
	}
}

// FuzzRounding wants a mode to be read from its own name and from nothing else.
func FuzzRounding(f *testing.F) {
	f.Add("half_up")
	f.Add("HalfUp")
	f.Add("")
	f.Fuzz(func(t *testing.T, text string) {
		mode := new(money.Rounding)
		*mode = money.Down
		if err := mode.UnmarshalText([]byte(text)); err != nil {
			var e *money.ParseError
			require.ErrorAs(t, err, &e)
			require.Equal(t, money.Down, *mode)
			return
		}
		require.Equal(t, text, mode.String())
		require.NoError(t, mode.Check())
	})
}
