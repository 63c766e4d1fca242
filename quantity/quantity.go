package quantity

import (
	"math"
	"math/big"

	"github.com/shopspring/decimal"
)

const (
	// PerUnit is how many micro-units make one: a quantity has six decimals.
	PerUnit = 1_000_000

	// MaxDecimals is how many decimals a quantity may have.
	MaxDecimals = 6

	// MaxMicro is the largest quantity that Check accepts, in micro-units: a million million.
	MaxMicro = 1_000_000_000_000 * PerUnit

	// saturated is the magnitude of a result that was too large. It stands apart from every quantity that Check
	// accepts, and no sum leads back from it.
	saturated = math.MaxInt64
)

// Quantity is an exact number of whatever an item is counted in: pieces, metres, kilograms. It has six decimals.
// It is a value: copy it, compare it with ==, use it as a map key; it is safe for concurrent use. The zero
// Quantity is 0.
//
// Additions never wrap around. A result that is too large is saturated: it stays too large whatever is added to
// it afterwards, and Check refuses it. A caller may therefore add freely and check once, before relying on the
// result.
type Quantity struct {
	micro int64 // never math.MinInt64
}

// Of returns a whole number of units.
func Of(n int32) Quantity { return Quantity{int64(n) * PerUnit} }

// FromMicro returns a quantity from its micro-units, as Micro returned them. It does not check.
func FromMicro(micro int64) Quantity { return Quantity{max(micro, -saturated)} }

// New returns a quantity given as a decimal. The error is a *ScaleError for more than six decimals, or a *RangeError
// beyond MaxMicro.
func New(amount decimal.Decimal) (Quantity, error) {
	coefficient, shift := amount.Coefficient(), int64(amount.Exponent())+MaxDecimals
	length := int64(coefficient.BitLen())*30103/100000 + 1 // decimal digits, or one more
	// The limits come first: an exponent is cheap to write and its power of ten is not.
	switch {
	case coefficient.Sign() == 0:
		return Quantity{}, nil
	case length+shift > 22:
		return Quantity{}, &RangeError{Quantity: show(amount)}
	case shift > 0:
		coefficient.Mul(coefficient, bigPow10(shift))
	case length+shift < -1:
		return Quantity{}, &ScaleError{Quantity: show(amount), Decimals: MaxDecimals}
	case shift < 0:
		var rest big.Int
		if coefficient.QuoRem(coefficient, bigPow10(-shift), &rest); rest.Sign() != 0 {
			return Quantity{}, &ScaleError{Quantity: show(amount), Decimals: MaxDecimals}
		}
	}
	if !coefficient.IsInt64() {
		return Quantity{}, &RangeError{Quantity: show(amount)}
	}
	q := FromMicro(coefficient.Int64())
	if err := q.Check(); err != nil {
		return Quantity{}, err
	}
	return q, nil
}

// bigPow10 returns 10^n. Callers bound n by the length of what they were given.
func bigPow10(n int64) *big.Int {
	return new(big.Int).Exp(big.NewInt(10), big.NewInt(n), nil)
}

// show returns a decimal as text for an error, unless its exponent or its digits would fill the log.
func show(d decimal.Decimal) string {
	if e := d.Exponent(); e < -60 || e > 60 || d.Coefficient().BitLen() > 200 {
		return "a number"
	}
	return d.String()
}

// Micro returns the quantity in micro-units: 1500000 for 1.5. That is its form in a database, and the one to
// multiply a price by.
func (q Quantity) Micro() int64 { return q.micro }

// Decimal returns the quantity as a decimal.
func (q Quantity) Decimal() decimal.Decimal { return decimal.New(q.micro, -MaxDecimals) }

// Check returns a *RangeError for a quantity beyond MaxMicro in absolute value, and so for every saturated one.
func (q Quantity) Check() error {
	if q.micro > MaxMicro || q.micro < -MaxMicro {
		return &RangeError{Quantity: q.String()}
	}
	return nil
}

// Fits reports whether the quantity has no more than that many decimals: 0 for goods counted in pieces. Six always
// fit, and nothing fits a negative number of them.
func (q Quantity) Fits(decimals int) bool {
	if decimals < 0 {
		return false
	}
	step := int64(PerUnit)
	for range min(decimals, MaxDecimals) {
		step /= 10
	}
	return q.micro%step == 0
}

// CheckScale returns a *ScaleError unless the quantity Fits.
func (q Quantity) CheckScale(decimals int) error {
	if q.Fits(decimals) {
		return nil
	}
	return &ScaleError{Quantity: q.String(), Decimals: decimals}
}

// IsZero reports whether the quantity is 0.
func (q Quantity) IsZero() bool { return q.micro == 0 }

// Sign returns -1, 0 or 1 for a quantity below, at or above zero.
func (q Quantity) Sign() int {
	switch {
	case q.micro < 0:
		return -1
	case q.micro > 0:
		return 1
	}
	return 0
}
