package money_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/go-oms/oms/money"
)

func TestErrors(t *testing.T) {
	t.Parallel()
	for want, err := range map[string]error{
		"money: add: EUR and USD are different currencies":       &money.CurrencyMismatchError{Left: "EUR", Right: "USD", Op: "add"},
		`money: currency "eur": a code is written in upper case`: money.Currency("eur").Check(),
		"money: muldiv: the result is out of range":              &money.OverflowError{Op: "muldiv"},
		"money: 0.001 EUR has more than 2 decimals":              &money.PrecisionError{Amount: "0.001", Currency: "EUR", Decimals: 2},
		"money: 7 extra decimals: must be from 0 to 6":           &money.ScaleError{Extra: 7},
		"money: muldiv: division by zero":                        &money.DivideError{Op: "muldiv"},
		"money: part: there are no units":                        &money.ShareError{Op: "part", Reason: "there are no units"},
		`money: cannot read "x": not so; expected "y"`:           &money.ParseError{Input: "x", Reason: "not so", Allowed: `"y"`},
	} {
		require.EqualError(t, err, want)
		var rejected interface{ Rejected() bool }
		require.ErrorAs(t, err, &rejected)
		require.True(t, rejected.Rejected())
	}
}
