package money

import (
	"fmt"
	"strings"
)

// CurrencyMismatchError says that two amounts of different currencies met in one operation.
type CurrencyMismatchError struct {
	Left, Right Currency
	Op          string // the operation, such as "add"
}

func (e *CurrencyMismatchError) Error() string {
	return fmt.Sprintf("money: %s: %s and %s are different currencies", e.Op, e.Left, e.Right)
}

// Rejected marks the error as one that repeating the call does not cure.
func (e *CurrencyMismatchError) Rejected() bool { return true }

// CurrencyError says that a currency cannot be used.
type CurrencyError struct {
	Currency Currency
	Reason   string
}

func (e *CurrencyError) Error() string {
	return fmt.Sprintf("money: currency %s: %s", quote(string(e.Currency)), e.Reason)
}

// Rejected marks the error as one that repeating the call does not cure.
func (e *CurrencyError) Rejected() bool { return true }

// OverflowError says that the exact result is beyond the range of a Money.
type OverflowError struct {
	Op string // the operation, such as "add"
}

func (e *OverflowError) Error() string {
	return fmt.Sprintf("money: %s: the result is out of range", e.Op)
}

// Rejected marks the error as one that repeating the call does not cure.
func (e *OverflowError) Rejected() bool { return true }

// PrecisionError says that an amount has more decimals than the operation takes.
type PrecisionError struct {
	Amount   string // the amount as text, or a description when it is too long to print
	Currency Currency
	Decimals int // how many are allowed
}

func (e *PrecisionError) Error() string {
	return fmt.Sprintf("money: %s %s has more than %d decimals", e.Amount, e.Currency, e.Decimals)
}

// Rejected marks the error as one that repeating the call does not cure.
func (e *PrecisionError) Rejected() bool { return true }

// ScaleError says that a caller asked for a scale beyond the six decimals that a Money may have more than its
// currency.
type ScaleError struct {
	Extra int
}

func (e *ScaleError) Error() string {
	return fmt.Sprintf("money: %d extra decimals: must be from 0 to %d", e.Extra, MaxExtra)
}

// Rejected marks the error as one that repeating the call does not cure.
func (e *ScaleError) Rejected() bool { return true }

// DivideError says that an operation had to divide by zero.
type DivideError struct {
	Op string // the operation, such as "muldiv"
}

func (e *DivideError) Error() string { return fmt.Sprintf("money: %s: division by zero", e.Op) }

// Rejected marks the error as one that repeating the call does not cure.
func (e *DivideError) Rejected() bool { return true }

// ShareError says that an amount cannot be shared out in the way that was asked for.
type ShareError struct {
	Op     string // "allocate" or "part"
	Reason string
}

func (e *ShareError) Error() string { return fmt.Sprintf("money: %s: %s", e.Op, e.Reason) }

// Rejected marks the error as one that repeating the call does not cure.
func (e *ShareError) Rejected() bool { return true }

// ParseError says that a text, a JSON value or a database value is not what it should be.
type ParseError struct {
	Input   string
	Reason  string
	Allowed string // what would have been right, such as an example
}

func (e *ParseError) Error() string {
	return fmt.Sprintf("money: cannot read %s: %s; expected %s", quote(e.Input), e.Reason, e.Allowed)
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
