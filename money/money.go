package money

import (
	"math"
	"math/big"

	"github.com/shopspring/decimal"
)

// MaxExtra is how many decimals a Money may have beyond those of its currency's minor unit. Unit prices use
// them: 0.001250 EUR for a screw.
const MaxExtra = 6

// Money is an exact amount of one currency. It is a value: copy it, compare it with ==, use it as a map key.
//
// An amount is a whole number of the currency's minor units, or of a decimal fraction of them with at most
// MaxExtra more decimals; that number is at most math.MaxInt64 in absolute value, so 92,233,720,368,547,758.07
// EUR is the most euro. Every operation is exact or says how it rounds, and none wraps around.
//
// The zero Money is nothing: it has no currency, and adding it to an amount changes nothing. It is not the same
// as 0 EUR, which Zero(EUR) returns.
//
// A Money is immutable except through the Unmarshal and Scan methods of a pointer to it, and therefore safe for
// concurrent use.
type Money struct {
	units    int64 // the amount in units of 10^-(digits+extra); never math.MinInt64
	digits   uint8 // those of the currency, kept here to spare the look-up
	extra    uint8 // no larger than needed: two equal amounts have the same fields
	currency Currency
}

// Zero returns no amount of a currency, such as 0.00 EUR. For a currency that Check refuses it returns the zero
// Money.
func Zero(c Currency) Money {
	c, digits := c.resolve()
	if digits < 0 {
		return Money{}
	}
	return Money{digits: uint8(digits), currency: c}
}

// New returns an amount given as a decimal. The error is a *CurrencyError, a *PrecisionError when the value needs
// more decimals than the currency's and MaxExtra more, or an *OverflowError. Zero without a currency is the zero
// Money.
func New(amount decimal.Decimal, c Currency) (Money, error) {
	const op = "new"
	zero, err := minor(op, 0, c)
	if err != nil || amount.IsZero() {
		return zero, err
	}
	if c == "" {
		return Money{}, c.Check()
	}
	scale := int64(zero.digits) + MaxExtra
	coefficient, shift := amount.Coefficient(), int64(amount.Exponent())+scale
	length := decimalLength(coefficient)
	// The limits come first: an exponent is cheap to write and its power of ten is not.
	switch {
	case length+shift > 40:
		return Money{}, &OverflowError{Op: op}
	case shift > 0:
		coefficient.Mul(coefficient, bigPow10(shift))
	case length+shift < -1:
		return Money{}, &PrecisionError{Amount: show(amount), Currency: c, Decimals: int(scale)}
	case shift < 0:
		var rest big.Int
		if coefficient.QuoRem(coefficient, bigPow10(-shift), &rest); rest.Sign() != 0 {
			return Money{}, &PrecisionError{Amount: show(amount), Currency: c, Decimals: int(scale)}
		}
	}
	w, ok := wideFromBig(coefficient)
	if !ok {
		return Money{}, &OverflowError{Op: op}
	}
	return zero.settle(op, w, MaxExtra)
}

// Minor returns that many minor units of a currency: Minor(1990, EUR) is 19.90 EUR. The error is a *CurrencyError,
// or an *OverflowError for math.MinInt64. Zero units without a currency are the zero Money.
func Minor(units int64, c Currency) (Money, error) { return minor("minor", units, c) }

// FromScaled is the inverse of Scaled: units count fractions of 10^-(digits+extra) of the currency's unit. The
// error is a *ScaleError unless extra is from 0 to MaxExtra, a *CurrencyError, or an *OverflowError for
// math.MinInt64. Zero units without a currency are the zero Money.
func FromScaled(units int64, extra int, c Currency) (Money, error) {
	if extra < 0 || extra > MaxExtra {
		return Money{}, &ScaleError{Extra: extra}
	}
	m, err := minor("scale", units, c)
	if err != nil {
		return Money{}, err
	}
	m.extra = uint8(extra)
	return m.trim(), nil
}

func minor(op string, units int64, c Currency) (Money, error) {
	if c == "" && units == 0 {
		return Money{}, nil
	}
	known, digits := c.resolve()
	if digits < 0 {
		return Money{}, c.Check()
	}
	if units == math.MinInt64 {
		return Money{}, &OverflowError{Op: op}
	}
	return Money{units: units, digits: uint8(digits), currency: known}, nil
}

// Currency returns what the amount is counted in, and "" for the zero Money.
func (m Money) Currency() Currency { return m.currency }

// Decimal returns the amount as a decimal, without its currency.
func (m Money) Decimal() decimal.Decimal {
	return decimal.New(m.units, -int32(m.digits+m.extra))
}

// Minor returns the amount in minor units: 1990 for 19.90 EUR. The error is a *PrecisionError for an amount finer
// than that; see Round.
func (m Money) Minor() (int64, error) {
	if m.extra != 0 {
		return 0, m.tooFine(0)
	}
	return m.units, nil
}

// IsMinor reports whether the amount is a whole number of minor units.
func (m Money) IsMinor() bool { return m.extra == 0 }

// Scaled returns the amount in units of 10^-(digits+extra), where digits are those of the currency. That is the
// form for a column of integers that holds unit prices, all at one scale. The error is a *ScaleError unless extra
// is from 0 to MaxExtra, a *PrecisionError for an amount that is finer, or an *OverflowError.
func (m Money) Scaled(extra int) (int64, error) {
	if extra < 0 || extra > MaxExtra {
		return 0, &ScaleError{Extra: extra}
	}
	if int(m.extra) > extra {
		return 0, m.tooFine(extra)
	}
	units, ok := widen(m.units, pow10(uint8(extra)-m.extra)).int64()
	if !ok {
		return 0, &OverflowError{Op: "scale"}
	}
	return units, nil
}

// IsZero reports whether the amount is zero, in whatever currency or none. To ask for the zero Money, compare
// with it: m == (money.Money{}).
func (m Money) IsZero() bool { return m.units == 0 }

// Sign returns -1, 0 or 1 for an amount below, at or above zero.
func (m Money) Sign() int {
	switch {
	case m.units < 0:
		return -1
	case m.units > 0:
		return 1
	}
	return 0
}

// tooFine is the error for an amount that has more than extra decimals beyond its currency's.
func (m Money) tooFine(extra int) error {
	return &PrecisionError{Amount: m.Amount(), Currency: m.currency, Decimals: int(m.digits) + extra}
}

// trim removes decimals that say nothing, so that == is equality.
func (m Money) trim() Money {
	for m.extra > 0 && m.units%10 == 0 {
		m.units /= 10
		m.extra--
	}
	return m
}
