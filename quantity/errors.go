package quantity

import (
	"fmt"
	"strings"
)

// ScaleError says that a quantity has more decimals than its item is counted in.
type ScaleError struct {
	Quantity string
	Decimals int // how many are allowed
}

func (e *ScaleError) Error() string {
	return fmt.Sprintf("quantity: %s has more than %d decimals", e.Quantity, e.Decimals)
}

// Rejected marks the error as one that repeating the call does not cure.
func (e *ScaleError) Rejected() bool { return true }

// RangeError says that a quantity is too large in absolute value.
type RangeError struct {
	Quantity string
}

func (e *RangeError) Error() string {
	return fmt.Sprintf("quantity: %s is out of range: at most %d", e.Quantity, MaxMicro/PerUnit)
}

// Rejected marks the error as one that repeating the call does not cure.
func (e *RangeError) Rejected() bool { return true }

// ParseError says that a text, a JSON value or a database value is not a quantity.
type ParseError struct {
	Input   string
	Reason  string
	Allowed string // what would have been right, such as an example
}

func (e *ParseError) Error() string {
	return fmt.Sprintf("quantity: cannot read %s: %s; expected %s", quote(e.Input), e.Reason, e.Allowed)
}

// Rejected marks the error as one that repeating the call does not cure.
func (e *ParseError) Rejected() bool { return true }

// quote shows the beginning of a text: what somebody sent may be long, or not even text.
func quote(s string) string {
	const most = 40
	if len(s) <= most {
		return fmt.Sprintf("%q", s)
	}
	return fmt.Sprintf("%q…", strings.ToValidUTF8(s[:most], ""))
}
