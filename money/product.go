package money

import (
	"math"
	"math/big"
	"math/bits"

	"github.com/shopspring/decimal"
)

// Round returns the amount rounded to whole minor units.
func (m Money) Round(mode Rounding) Money {
	if m.extra == 0 {
		return m
	}
	// An amount with extra decimals is at most a tenth of the range once they are gone.
	units, _ := quotient(wide{lo: magnitude(m.units)}, 1, m.extra, mode)
	return m.minor(units, m.units < 0)
}

// MulDiv returns m × num / den, rounded once to whole minor units; the product is exact whatever its size. It is
// the way to a share, a tax or a line: price.MulDiv(q, 1_000_000, HalfUp) for a quantity in millionths,
// net.MulDiv(82_500, 1_000_000, HalfUp) for a rate of 8.25 % in parts per million. The error is a *DivideError
// for a zero den, or an *OverflowError.
func (m Money) MulDiv(num, den int64, mode Rounding) (Money, error) {
	const op = "muldiv"
	if den == 0 {
		return Money{}, &DivideError{Op: op}
	}
	hi, lo := bits.Mul64(magnitude(m.units), magnitude(num))
	units, ok := quotient(wide{hi, lo}, magnitude(den), m.extra, mode)
	if !ok {
		return Money{}, &OverflowError{Op: op}
	}
	negative := m.units < 0 != (num < 0) != (den < 0)
	return m.minor(units, negative), nil
}

// minor returns that many minor units of m's currency.
func (m Money) minor(units int64, negative bool) Money {
	if negative {
		units = -units
	}
	m.units, m.extra = units, 0
	return m
}

// quotient returns w / (den × 10^extra), rounded, of numbers that are not negative; false if a Money cannot hold it.
func quotient(w wide, den uint64, extra uint8, mode Rounding) (int64, bool) {
	// The divisor may be larger than 64 bits, so it divides in two steps. The remainder of both together is
	// rest2×den + rest1, which is less than the divisor and therefore fits wherever the divisor does.
	pow := pow10(extra)
	q, rest1 := w.div(den)
	q, rest2 := q.div(pow)
	if q.hi != 0 || q.lo > math.MaxInt64 {
		return 0, false
	}
	units := int64(q.lo)
	if rest1|rest2 == 0 {
		return units, true
	}
	hi, lo := bits.Mul64(rest2, den)
	rest := wide{hi, lo}.add(wide{lo: rest1})
	hi, lo = bits.Mul64(pow, den)
	if mode.away(units&1 == 1, rest.add(rest).cmp(wide{hi, lo})) {
		if units == math.MaxInt64 {
			return 0, false
		}
		units++
	}
	return units, true
}

// Mul returns m × factor, rounded once to whole minor units. The error is an *OverflowError.
func (m Money) Mul(factor decimal.Decimal, mode Rounding) (Money, error) {
	if m.units == 0 || factor.IsZero() {
		return m.minor(0, false), nil
	}
	product := factor.Coefficient()
	product.Mul(product, big.NewInt(m.units))
	negative := product.Sign() < 0
	product.Abs(product)
	shift := int64(factor.Exponent()) - int64(m.extra)

	var rest, half big.Int
	switch length := decimalLength(product); {
	case length+shift > 22:
		return Money{}, &OverflowError{Op: "mul"}
	case length+shift < -2:
		// Far less than half a minor unit: its power of ten may be too large to compute.
		product.SetInt64(0)
		rest.SetInt64(1)
		half.SetInt64(3)
	case shift >= 0:
		product.Mul(product, bigPow10(shift))
	default:
		half.Set(bigPow10(-shift))
		product.QuoRem(product, &half, &rest)
	}
	if rest.Sign() != 0 && mode.away(product.Bit(0) == 1, rest.Lsh(&rest, 1).Cmp(&half)) {
		product.Add(product, big.NewInt(1))
	}
	if !product.IsInt64() {
		return Money{}, &OverflowError{Op: "mul"}
	}
	return m.minor(product.Int64(), negative), nil
}
