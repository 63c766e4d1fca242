package inventory

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/go-oms/oms/fault"
	"github.com/go-oms/oms/quantity"
)

// The bounds of what a request may contain, in bytes and lines.
const (
	MaxSKU      = 64
	MaxLocation = 64
	MaxCartID   = 128
	MaxUnit     = 16
	MaxTitle    = 500
	MaxReason   = 500
	MaxLines    = 5000 // of one delivery or hold
)

// at returns the path of a member of a list in a request: "lines[2].quantity".
func at(list string, i int, member string) string {
	return list + "[" + strconv.Itoa(i) + "]." + member
}

// code checks an identifier that people read and type: not empty, bounded, one
// line of printable UTF-8, no space around it.
func code(field, s string, most int) error {
	switch {
	case s == "":
		return fault.Invalid(field, s, "something")
	case len(s) > most:
		return fault.Invalid(field, clip(s, most), fmt.Sprintf("at most %d bytes", most))
	case !printable(s):
		return fault.Invalid(field, strings.ToValidUTF8(s, "�"), "UTF-8 without control characters")
	case strings.TrimSpace(s) != s:
		return fault.Invalid(field, s, "no space around it")
	}
	return nil
}

// text checks a free text, which may be empty and may have line breaks.
func text(field, s string, most int) error {
	switch {
	case len(s) > most:
		return fault.Invalid(field, clip(s, most), fmt.Sprintf("at most %d bytes", most))
	case !utf8.ValidString(s) || strings.ContainsRune(s, 0):
		return fault.Invalid(field, strings.ToValidUTF8(s, "�"), "UTF-8 without zero bytes")
	}
	return nil
}

// clip shows the beginning of a text that is too long.
func clip(s string, most int) string {
	return strings.ToValidUTF8(s[:min(most, len(s), 64)], "") + "…"
}

func printable(s string) bool {
	if !utf8.ValidString(s) {
		return false
	}
	for _, r := range s {
		if unicode.IsControl(r) {
			return false
		}
	}
	return true
}

// checkQuantity says what a quantity of an item that is taken or given must be.
func checkQuantity(q quantity.Quantity, decimals uint8) error {
	switch {
	case q.Sign() <= 0:
		return errors.New("more than zero")
	case q.Check() != nil:
		return fmt.Errorf("at most %d", quantity.MaxMicro/quantity.PerUnit)
	case !q.Fits(int(decimals)):
		return fmt.Errorf("at most %d decimals", decimals)
	}
	return nil
}

// amount checks a quantity whose item is not known yet; signed allows less than
// zero.
func amount(field string, q quantity.Quantity, signed bool) error {
	size := q
	if signed {
		if q.IsZero() {
			return fault.Invalid(field, q, "not zero")
		}
		size = quantity.Max(q, q.Neg())
	}
	if err := checkQuantity(size, quantity.MaxDecimals); err != nil {
		return fault.Invalid(field, q, err.Error())
	}
	return nil
}

// scale checks that a quantity is not finer than its item.
func scale(field string, q quantity.Quantity, item *Item) error {
	if !q.Fits(int(item.Decimals)) {
		return fault.Invalid(field, q, fmt.Sprintf("at most %d decimals", item.Decimals))
	}
	return nil
}

// country checks an ISO 3166-1 alpha-2 code by its form; empty is allowed.
func country(field, s string) error {
	if s == "" || len(s) == 2 && 'A' <= s[0] && s[0] <= 'Z' && 'A' <= s[1] && s[1] <= 'Z' {
		return nil
	}
	return fault.Invalid(field, s, "two capital letters, such as GB")
}

// first returns the first error.
func first(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}
