package money

import (
	"strconv"
	"strings"
)

//go:generate go run ../internal/isogen $ISO4217_XML iso4217.go

// Currency says what an amount is counted in. It is either a code of ISO 4217, such as "EUR", or a currency of
// the host's own, whose text carries the digits of its minor unit: "PTS/0" are points without decimals.
//
// The digits may also be attached to an ISO code, for a currency the table lacks or a shop that counts
// otherwise: "HUF/0" are whole forints. The text is the identity: "HUF/0" and "HUF", and even "EUR/2" and "EUR",
// are different currencies and never mix. That is on purpose, since an amount stored today must mean the same
// after ISO 4217 has changed. For the same reason the digits of a code never change in this package, and a
// withdrawn code stays readable.
//
// The zero Currency "" is that of the zero Money and of nothing else.
type Currency string

// Currencies that examples and tests use often. Any other is written as its code: money.Currency("NOK").
const (
	EUR Currency = "EUR" // euro, 2 digits
	USD Currency = "USD" // United States dollar, 2 digits
	GBP Currency = "GBP" // pound sterling, 2 digits
	CHF Currency = "CHF" // Swiss franc, 2 digits
	JPY Currency = "JPY" // yen, no digits
)

// maxDigits is the most digits the minor unit of an own currency may have. ISO 4217 itself stops at 4.
const maxDigits = 6

// Own returns the currency of that code with that many digits in its minor unit, such as Own("PTS", 0).
// The code is 3 to 8 upper-case letters A-Z and digits 0-9; digits are from 0 to 6. Otherwise the error
// is a *CurrencyError. The digits are always written out, even where ISO 4217 has the same.
func Own(code string, digits int) (Currency, error) {
	c := Currency(code + "/" + strconv.Itoa(digits))
	if err := c.Check(); err != nil {
		return "", err
	}
	return c, nil
}

// Digits returns how many decimals the minor unit has, such as 2 for "EUR", and -1 for a currency that Check
// refuses.
func (c Currency) Digits() int {
	_, digits := c.resolve()
	return int(digits)
}

// Code returns the currency without its digits: "PTS" for "PTS/0", "EUR" for "EUR". It does not check.
func (c Currency) Code() string {
	code, _, _ := strings.Cut(string(c), "/")
	return code
}

// Check returns a *CurrencyError unless c is an ISO 4217 code in upper case with a minor unit, or a currency
// that Own could have returned.
func (c Currency) Check() error {
	if _, digits := c.resolve(); digits >= 0 {
		return nil
	}
	return &CurrencyError{Currency: c, Reason: c.reason()}
}

// reason says what is wrong with a currency that does not resolve.
func (c Currency) reason() string {
	switch own := strings.Contains(string(c), "/"); {
	case c == "":
		return "no currency is given"
	case own:
		return "an own currency is 3 to 8 of A-Z and 0-9, a slash, and 0 to 6 for its digits"
	case strings.ToUpper(string(c)) != string(c):
		return "a code is written in upper case"
	}
	return "ISO 4217 has no such code with a minor unit"
}

// resolve returns c and its digits, or -1 digits. For an ISO code the returned text is a constant, so that an
// amount does not keep the row or request alive that its currency was read from.
func (c Currency) resolve() (Currency, int8) {
	n := len(c) - 2
	if n <= 1 {
		return iso4217(string(c))
	}
	if n < 3 || n > 8 || c[n] != '/' || c[n+1] < '0' || c[n+1] > '0'+maxDigits {
		return c, -1
	}
	for i := range n {
		if b := c[i]; (b < 'A' || b > 'Z') && (b < '0' || b > '9') {
			return c, -1
		}
	}
	return c, int8(c[n+1] - '0')
}
