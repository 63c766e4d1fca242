package money_test

import (
	"math"
	"math/big"
	"testing"

	"pgregory.net/rapid"

	"github.com/go-oms/oms/money"
)

// The properties compare with math/big: every amount is a big.Rat there, and the rounding is done the slow way.

var (
	currencies = rapid.SampledFrom([]money.Currency{"EUR", "JPY", "KWD", "CLF", "PTS/0", "MILES/6", "HUF/0"})
	modes      = rapid.SampledFrom([]money.Rounding{money.HalfUp, money.HalfEven, money.HalfDown, money.Up, money.Down})
	extras     = rapid.IntRange(0, money.MaxExtra)
)

// units draws what overflows about as often as what does not.
func units(t *rapid.T, label string) int64 {
	n := rapid.OneOf(
		rapid.Int64Range(-1000, 1000),
		rapid.Int64Range(-math.MaxInt64, math.MaxInt64),
		rapid.Int64Range(math.MaxInt64-3, math.MaxInt64),
		rapid.Int64Range(-math.MaxInt64, -math.MaxInt64+3),
		rapid.Map(rapid.Int64Range(-9_223_372_036_854, 9_223_372_036_854), func(n int64) int64 { return n * 1_000_000 }),
	).Draw(t, label)
	return n
}

// amount draws a Money at any scale.
func amount(t *rapid.T, c money.Currency, label string) money.Money {
	m, err := money.FromScaled(units(t, label), extras.Draw(t, label+" extra"), c)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// minors draws a Money of whole minor units.
func minors(t *rapid.T, c money.Currency, label string) money.Money {
	m, err := money.Minor(units(t, label), c)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func power(n int) *big.Int { return new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(n)), nil) }

// rat returns the amount in whole units of its currency.
func rat(m money.Money) *big.Rat {
	r, ok := new(big.Rat).SetString(m.Amount())
	if !ok {
		panic("not a number: " + m.Amount())
	}
	return r
}

// representable reports whether a Money of c can hold r exactly.
func representable(r *big.Rat, c money.Currency) bool {
	for extra := range money.MaxExtra + 1 {
		scaled := new(big.Rat).Mul(r, new(big.Rat).SetInt(power(c.Digits()+extra)))
		if scaled.IsInt() && scaled.Num().IsInt64() && scaled.Num().Int64() != math.MinInt64 {
			return true
		}
	}
	return false
}

// rounded returns r as minor units of c, as a rational rounded by mode.
func rounded(r *big.Rat, c money.Currency, mode money.Rounding) *big.Int {
	scaled := new(big.Rat).Mul(r, new(big.Rat).SetInt(power(c.Digits())))
	negative := scaled.Sign() < 0
	scaled.Abs(scaled)
	floor := new(big.Int).Quo(scaled.Num(), scaled.Denom())
	rest := new(big.Rat).Sub(scaled, new(big.Rat).SetInt(floor))
	half := rest.Cmp(big.NewRat(1, 2))
	var up bool
	switch mode {
	case money.HalfUp:
		up = half >= 0
	case money.HalfEven:
		up = half > 0 || half == 0 && floor.Bit(0) == 1
	case money.HalfDown:
		up = half > 0
	case money.Up:
		up = rest.Sign() > 0
	case money.Down:
	}
	if up {
		floor.Add(floor, big.NewInt(1))
	}
	if negative {
		floor.Neg(floor)
	}
	return floor
}

// fits reports whether that many minor units are in range.
func fits(n *big.Int) bool { return n.IsInt64() && n.Int64() != math.MinInt64 }

// checkForm fails unless m is in the one form that its value has.
func checkForm(t *rapid.T, m money.Money) {
	again, err := money.Parse(m.String())
	if err != nil || again != m {
		t.Fatalf("%s is not in normal form: %v %v", m, again, err)
	}
}

func TestOracle(t *testing.T) {
	t.Parallel()
	if !representable(rat(money.MustParse("0.00000001 EUR")), "EUR") || representable(big.NewRat(1, 3), "EUR") {
		t.Fatal("the oracle is wrong")
	}
	if got := rounded(big.NewRat(-5, 1000), "EUR", money.HalfUp).Int64(); got != -1 {
		t.Fatal("the oracle rounds wrong", got)
	}
}
