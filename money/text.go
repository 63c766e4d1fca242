package money

import (
	"math"
	"strconv"
	"strings"
)

const example = `an amount and a currency, such as "19.90 EUR"`

// Parse reads the form that String writes: an amount, one space, a currency. The amount is an optional minus, digits,
// and optionally a point and more digits; fewer decimals than the currency's are fine, and at most MaxExtra more
// may be other than zero. "0" without a currency is the zero Money. The error is a *ParseError.
func Parse(text string) (Money, error) {
	amount, currency, spaced := strings.Cut(text, " ")
	m, reason := read(amount, currency)
	if reason == "" && spaced && currency == "" {
		reason = "the currency is missing"
	}
	if reason != "" {
		return Money{}, &ParseError{Input: text, Reason: reason, Allowed: example}
	}
	return m, nil
}

// MustParse is Parse for texts that a program contains: it panics on an error.
func MustParse(text string) Money {
	m, err := Parse(text)
	if err != nil {
		panic(err)
	}
	return m
}

// read returns the amount in that currency, or the reason why not.
func read(amount, currency string) (m Money, reason string) {
	whole, fraction, ok := splitAmount(amount)
	if !ok {
		return Money{}, "the amount is not a plain decimal number"
	}
	if currency != "" {
		if m = Zero(Currency(currency)); m.currency == "" {
			return Money{}, Currency(currency).reason()
		}
		if len(currency) > 3 {
			// Not one of our constants: a copy, so that the amount does not keep all it was read from.
			m.currency = Currency(strings.Clone(currency))
		}
	}
	digits := int(m.digits)
	fraction = strings.TrimRight(fraction, "0")
	if len(fraction) > digits+MaxExtra {
		return Money{}, "the amount has more than " + strconv.Itoa(digits+MaxExtra) + " decimals"
	}
	units, ok := accumulate(0, strings.TrimPrefix(whole, "-"))
	if ok {
		units, ok = accumulate(units, fraction)
	}
	for range digits - len(fraction) {
		if ok {
			units, ok = accumulate(units, "0")
		}
	}
	switch {
	case !ok:
		return Money{}, "the amount is out of range"
	case currency == "" && units != 0:
		return Money{}, "the currency is missing"
	}
	if whole[0] == '-' {
		units = -units
	}
	m.units, m.extra = units, uint8(max(0, len(fraction)-digits))
	return m, ""
}

// splitAmount returns the two sides of the decimal point, the first with the sign.
func splitAmount(s string) (whole, fraction string, ok bool) {
	whole, fraction, point := strings.Cut(s, ".")
	return whole, fraction, areDigits(strings.TrimPrefix(whole, "-")) && (!point || areDigits(fraction))
}

func areDigits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != ""
}

// accumulate appends decimal digits to a number that is not negative; false if it grows out of range.
func accumulate(units int64, digits string) (int64, bool) {
	for i := range len(digits) {
		d := int64(digits[i] - '0')
		if units > (math.MaxInt64-d)/10 {
			return 0, false
		}
		units = units*10 + d
	}
	return units, true
}

// String returns the amount and its currency, such as "19.90 EUR", and "0" for the zero Money.
func (m Money) String() string {
	var buffer [40]byte
	return string(m.appendText(buffer[:0]))
}

// Amount returns the amount alone, such as "19.90". It has all the digits of the currency and further decimals only
// as far as they are needed.
func (m Money) Amount() string {
	var buffer [40]byte
	return string(m.appendAmount(buffer[:0]))
}

// MarshalText returns what String returns.
func (m Money) MarshalText() ([]byte, error) { return m.appendText(nil), nil }

// UnmarshalText reads what Parse reads.
func (m *Money) UnmarshalText(text []byte) error {
	read, err := Parse(string(text))
	if err != nil {
		return err
	}
	*m = read
	return nil
}

func (m Money) appendText(dst []byte) []byte {
	dst = m.appendAmount(dst)
	if m.currency == "" {
		return dst
	}
	dst = append(dst, ' ')
	return append(dst, m.currency...)
}

func (m Money) appendAmount(dst []byte) []byte {
	if m.units < 0 {
		dst = append(dst, '-')
	}
	var buffer [20]byte
	number := strconv.AppendUint(buffer[:0], magnitude(m.units), 10)
	scale := int(m.digits + m.extra)
	if scale == 0 {
		return append(dst, number...)
	}
	whole := len(number) - scale
	if whole <= 0 {
		dst = append(dst, '0')
	} else {
		dst = append(dst, number[:whole]...)
		number = number[whole:]
	}
	dst = append(dst, '.')
	for range -whole {
		dst = append(dst, '0')
	}
	return append(dst, number...)
}
