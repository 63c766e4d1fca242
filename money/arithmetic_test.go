package money_test

import (
	"math"
	"math/big"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/go-oms/oms/money"
)

func TestAddAndSub(t *testing.T) {
	t.Parallel()
	parse := money.MustParse
	for _, c := range []struct{ left, right, sum, difference string }{
		{"19.90 EUR", "5.10 EUR", "25.00 EUR", "14.80 EUR"},
		{"0.005 EUR", "0.005 EUR", "0.01 EUR", "0.00 EUR"},
		{"1.00 EUR", "0.00000001 EUR", "1.00000001 EUR", "0.99999999 EUR"},
		{"100 JPY", "0.5 JPY", "100.5 JPY", "99.5 JPY"},
		{"7 PTS/0", "-7 PTS/0", "0 PTS/0", "14 PTS/0"},
		{"5.00 EUR", "0", "5.00 EUR", "5.00 EUR"},
		{"0", "5.00 EUR", "5.00 EUR", "-5.00 EUR"},
		{"0", "0", "0", "0"},
	} {
		sum, err := parse(c.left).Add(parse(c.right))
		require.NoError(t, err)
		require.Equal(t, c.sum, sum.String())
		require.Equal(t, sum, parse(c.sum))
		difference, err := parse(c.left).Sub(parse(c.right))
		require.NoError(t, err)
		require.Equal(t, c.difference, difference.String())
		require.Equal(t, difference, parse(c.difference))
	}
}

func TestMismatch(t *testing.T) {
	t.Parallel()
	euro, dollar := money.MustParse("1 EUR"), money.Zero(money.USD)
	_, add := euro.Add(dollar)
	_, sub := euro.Sub(dollar)
	_, cmp := euro.Cmp(dollar)
	_, sum := money.Sum(money.Money{}, euro, euro, dollar)
	for op, err := range map[string]error{"add": add, "sub": sub, "cmp": cmp, "sum": sum} {
		var e *money.CurrencyMismatchError
		require.ErrorAs(t, err, &e)
		require.Equal(t, money.CurrencyMismatchError{Left: "EUR", Right: "USD", Op: op}, *e)
		require.True(t, e.Rejected())
	}
}

func TestOverflow(t *testing.T) {
	t.Parallel()
	most, err := money.Minor(math.MaxInt64, money.EUR)
	require.NoError(t, err)
	require.Equal(t, "92233720368547758.07 EUR", most.String())
	cent, grain := money.MustParse("0.01 EUR"), money.MustParse("0.001 EUR")

	_, add := most.Add(cent)
	_, fine := most.Add(grain)
	_, sub := most.Neg().Sub(cent)
	_, sum := money.Sum(most, cent)
	_, minor := money.Minor(math.MinInt64, money.EUR)
	_, scaled := most.Scaled(1)
	_, muldiv := most.MulDiv(2, 1, money.HalfUp)
	for op, err := range map[string]error{
		"add": add, "sub": sub, "sum": sum, "minor": minor, "scale": scaled, "muldiv": muldiv,
	} {
		var e *money.OverflowError
		require.ErrorAs(t, err, &e, op)
		require.Equal(t, op, e.Op)
	}
	var e *money.OverflowError
	require.ErrorAs(t, fine, &e)

	// The way there may be out of range, if the result is not.
	got, err := money.Sum(most, most, cent, most.Neg(), most.Neg())
	require.NoError(t, err)
	require.Equal(t, cent, got)
	small, err := money.FromScaled(math.MaxInt64-6, 1, money.EUR) // …580.1
	require.NoError(t, err)
	got, err = small.Add(money.MustParse("0.009 EUR"))
	require.NoError(t, err, "the sum ends in zero and has a shorter form")
	require.Equal(t, "9223372036854775.81 EUR", got.String())
}

func TestAddAgainstBig(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		c := currencies.Draw(t, "currency")
		a, b := amount(t, c, "a"), amount(t, c, "b")
		want := new(big.Rat).Add(rat(a), rat(b))
		got, err := a.Add(b)
		if (err == nil) != representable(want, c) {
			t.Fatalf("%s + %s: %v, exactly %s", a, b, err, want)
		}
		other, otherErr := b.Sub(a.Neg())
		if got != other || (err == nil) != (otherErr == nil) {
			t.Fatalf("%s + %s: %s and %s", a, b, got, other)
		}
		if err != nil {
			return
		}
		checkForm(t, got)
		if rat(got).Cmp(want) != 0 || got.Currency() != c {
			t.Fatalf("%s + %s = %s", a, b, got)
		}
	})
}

func TestSumAgainstBig(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		c := currencies.Draw(t, "currency")
		want, ms := new(big.Rat), []money.Money{}
		for range rapid.IntRange(0, 8).Draw(t, "n") {
			m := amount(t, c, "m")
			if rapid.Bool().Draw(t, "nothing") {
				m = money.Money{}
			}
			want.Add(want, rat(m))
			ms = append(ms, m)
		}
		got, err := money.Sum(ms...)
		slices.Reverse(ms)
		again, againErr := money.Sum(ms...)
		if got != again || (err == nil) != (againErr == nil) {
			t.Fatalf("the order matters: %s, %s", got, again)
		}
		if (err == nil) != representable(want, c) {
			t.Fatalf("%v: %v, exactly %s", ms, err, want)
		}
		if err == nil && rat(got).Cmp(want) != 0 {
			t.Fatalf("%v: %s", ms, got)
		}
	})
}

func TestCmpAgainstBig(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		c := currencies.Draw(t, "currency")
		a, b := amount(t, c, "a"), amount(t, c, "b")
		if rapid.Bool().Draw(t, "same") {
			b = a
		}
		got, err := a.Cmp(b)
		if err != nil || got != rat(a).Cmp(rat(b)) {
			t.Fatalf("%s cmp %s = %d, %v", a, b, got, err)
		}
		if (got == 0) != a.Equal(b) || (got == 0) != (a == b) {
			t.Fatalf("== of %s and %s is not equality", a, b)
		}
		if a.Sign() != rat(a).Sign() || a.IsZero() != (a.Sign() == 0) {
			t.Fatalf("sign of %s", a)
		}
		if a.Neg().Neg() != a || a.Abs().Sign() < 0 || rat(a.Neg()).Cmp(new(big.Rat).Neg(rat(a))) != 0 {
			t.Fatalf("neg of %s", a)
		}
	})
}

func TestCmpNothing(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]int{"1 EUR": -1, "-0.0001 EUR": 1, "0 EUR": 0, "0": 0} {
		got, err := money.Money{}.Cmp(money.MustParse(text))
		require.NoError(t, err)
		require.Equal(t, want, got, text)
	}
	require.False(t, money.Money{}.Equal(money.Zero(money.EUR)))
	require.True(t, money.Money{}.Equal(money.MustParse("0")))
	require.Equal(t, money.MustParse("1 EUR"), money.MustParse("-1 EUR").Abs())
	require.Equal(t, money.MustParse("1 EUR"), money.MustParse("1 EUR").Abs())
}

func TestNoAllocations(t *testing.T) {
	// AllocsPerRun counts for the whole process, so this test does not run in parallel.
	a, b := money.MustParse("19.90 EUR"), money.MustParse("0.000125 EUR")
	c := money.MustParse("3 PTS/0")
	buffer := make([]byte, 0, 64)
	for name, f := range map[string]func(){
		"add":      func() { _, _ = a.Add(a) },
		"add fine": func() { _, _ = a.Add(b) },
		"sub":      func() { _, _ = a.Sub(b) },
		"cmp":      func() { _, _ = a.Cmp(b) },
		"neg":      func() { _ = a.Neg() },
		"sum":      func() { _, _ = money.Sum(a, b, a) },
		"round":    func() { _ = b.Round(money.Up) },
		"muldiv":   func() { _, _ = b.MulDiv(1_500_000, 1_000_000, money.HalfUp) },
		"part":     func() { _, _ = a.Part(3, 1, 2) },
		"minor":    func() { _, _ = money.Minor(1990, "EUR") },
		"scaled":   func() { _, _ = a.Scaled(6) },
		"restore":  func() { _, _ = money.FromScaled(19_900_000, 6, "EUR") },
		"own":      func() { _, _ = money.Minor(3, c.Currency()) },
		"digits":   func() { _ = money.Currency("ZWG").Digits() },
		"json":     func() { buffer = a.AppendJSON(buffer[:0]) },
		"parse":    func() { _, _ = money.Parse("19.90 EUR") },
	} {
		require.Zero(t, testing.AllocsPerRun(100, f), name)
	}
}

func BenchmarkAdd(b *testing.B) {
	m := money.MustParse("19.90 EUR")
	for b.Loop() {
		_, _ = m.Add(m)
	}
}

func BenchmarkFromScaled(b *testing.B) {
	for b.Loop() {
		_, _ = money.FromScaled(19_900_000, 6, "EUR")
	}
}
