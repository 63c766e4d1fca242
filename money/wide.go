package money

import (
	"math"
	"math/big"
	"math/bits"

	"github.com/shopspring/decimal"
)

// wide is a signed integer of 128 bits in two's complement. Sums and products pass through it, so that only the
// result has to fit a Money and not every step on the way.
type wide struct{ hi, lo uint64 }

// widen returns units times factor.
func widen(units int64, factor uint64) wide {
	hi, lo := bits.Mul64(magnitude(units), factor)
	w := wide{hi, lo}
	if units < 0 {
		return w.neg()
	}
	return w
}

// magnitude returns the absolute value, also of math.MinInt64.
func magnitude(n int64) uint64 {
	if n < 0 {
		return -uint64(n)
	}
	return uint64(n)
}

func (w wide) add(o wide) wide {
	lo, carry := bits.Add64(w.lo, o.lo, 0)
	hi, _ := bits.Add64(w.hi, o.hi, carry)
	return wide{hi, lo}
}

func (w wide) neg() wide {
	lo, borrow := bits.Sub64(0, w.lo, 0)
	hi, _ := bits.Sub64(0, w.hi, borrow)
	return wide{hi, lo}
}

func (w wide) negative() bool { return w.hi>>63 == 1 }

// cmp compares as signed numbers.
func (w wide) cmp(o wide) int {
	switch {
	case int64(w.hi) < int64(o.hi), w.hi == o.hi && w.lo < o.lo:
		return -1
	case w == o:
		return 0
	}
	return 1
}

// div returns the quotient and the remainder of a number that is not negative.
func (w wide) div(by uint64) (wide, uint64) {
	hi, rest := w.hi/by, w.hi%by
	lo, rest := bits.Div64(rest, w.lo, by)
	return wide{hi, lo}, rest
}

// int64 returns w if a Money can hold it, which excludes math.MinInt64.
func (w wide) int64() (int64, bool) {
	abs := w
	if w.negative() {
		abs = w.neg()
	}
	if abs.hi != 0 || abs.lo > math.MaxInt64 {
		return 0, false
	}
	return int64(w.lo), true
}

// settle returns the amount w of m's currency, at extra decimals beyond its digits, in the one form that is
// trimmed. It overflows only if no form fits.
func (m Money) settle(op string, w wide, extra uint8) (Money, error) {
	negative := w.negative()
	if negative {
		w = w.neg()
	}
	for extra > 0 {
		shorter, rest := w.div(10)
		if rest != 0 {
			break
		}
		w, extra = shorter, extra-1
	}
	if negative {
		w = w.neg()
	}
	units, ok := w.int64()
	if !ok {
		return Money{}, &OverflowError{Op: op}
	}
	m.units, m.extra = units, extra
	return m, nil
}

// pow10 returns 10^n; callers keep n at 12 or less.
func pow10(n uint8) uint64 {
	p := uint64(1)
	for range n {
		p *= 10
	}
	return p
}

// wideFromBig returns n if it has at most 126 bits.
func wideFromBig(n *big.Int) (wide, bool) {
	if n.BitLen() > 126 {
		return wide{}, false
	}
	var abs, low big.Int
	abs.Abs(n)
	low.And(&abs, new(big.Int).SetUint64(math.MaxUint64))
	w := wide{hi: abs.Rsh(&abs, 64).Uint64(), lo: low.Uint64()}
	if n.Sign() < 0 {
		w = w.neg()
	}
	return w, true
}

// bigPow10 returns 10^n. Callers bound n by the length of what they were given.
func bigPow10(n int64) *big.Int {
	return new(big.Int).Exp(big.NewInt(10), big.NewInt(n), nil)
}

// decimalLength returns the number of decimal digits of n, or one more.
func decimalLength(n *big.Int) int64 { return int64(n.BitLen())*30103/100000 + 1 }

// show returns a decimal as text for an error, unless its exponent or its digits would fill the log.
func show(d decimal.Decimal) string {
	if e := d.Exponent(); e < -60 || e > 60 || d.Coefficient().BitLen() > 200 {
		return "a number"
	}
	return d.String()
}
