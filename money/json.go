package money

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
)

const jsonExample = `an object such as {"amount":"19.90","currency":"EUR"}`

// MarshalJSON returns an object whose amount is a string, so that no reader turns it into a float:
// {"amount":"19.90","currency":"EUR"}. The zero Money is {"amount":"0","currency":""}.
//
// Beware of the tag omitzero on a field: it asks IsZero, and so drops 0.00 EUR as well as the zero Money.
func (m Money) MarshalJSON() ([]byte, error) { return m.AppendJSON(nil), nil }

// AppendJSON appends what MarshalJSON returns, and returns the extended buffer.
func (m Money) AppendJSON(dst []byte) []byte {
	dst = append(dst, `{"amount":"`...)
	dst = m.appendAmount(dst)
	dst = append(dst, `","currency":"`...)
	dst = append(dst, m.currency...)
	return append(dst, `"}`...)
}

// UnmarshalJSON reads an object with the two members amount and currency, both strings, in any order. A number
// as the amount, a member that is missing, unknown or there twice, an amount or a currency that Parse refuses:
// each is a *ParseError. As encoding/json has it, null leaves m as it is.
func (m *Money) UnmarshalJSON(data []byte) error {
	if string(data) == "null" {
		return nil
	}
	amount, currency, ok := plainMembers(data)
	if !ok {
		var err error
		if amount, currency, err = members(data); err != nil {
			return &ParseError{Input: string(data), Reason: err.Error(), Allowed: jsonExample}
		}
	}
	value, reason := read(amount, currency)
	if reason != "" {
		return &ParseError{Input: string(data), Reason: reason, Allowed: jsonExample}
	}
	*m = value
	return nil
}

// plainMembers takes the very form that AppendJSON writes apart; anything else is left to members.
func plainMembers(data []byte) (amount, currency string, ok bool) {
	rest, ok := bytes.CutPrefix(data, []byte(`{"amount":"`))
	if !ok {
		return "", "", false
	}
	a, rest, ok := bytes.Cut(rest, []byte(`","currency":"`))
	if !ok {
		return "", "", false
	}
	c, ok := bytes.CutSuffix(rest, []byte(`"}`))
	if !ok || bytes.ContainsAny(a, `"\`) || bytes.ContainsAny(c, `"\`) {
		return "", "", false
	}
	return string(a), string(c), true
}

// members reads the two members of the object in any valid JSON.
func members(data []byte) (amount, currency string, err error) {
	d := json.NewDecoder(bytes.NewReader(data))
	if t, err := d.Token(); err != nil || t != json.Delim('{') {
		return "", "", errors.New("not an object")
	}
	found := map[string]string{}
	for d.More() {
		key, err := d.Token()
		if err != nil {
			return "", "", errors.New("not valid JSON")
		}
		name, _ := key.(string)
		if _, twice := found[name]; twice || name != "amount" && name != "currency" {
			return "", "", errors.New("an unknown or repeated member " + quote(name))
		}
		value, err := d.Token()
		if err != nil {
			return "", "", errors.New("not valid JSON")
		}
		text, isString := value.(string)
		if !isString {
			return "", "", errors.New("the " + name + " is not a string")
		}
		found[name] = text
	}
	if _, err := d.Token(); err != nil {
		return "", "", errors.New("not valid JSON")
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return "", "", errors.New("more than one value")
	}
	if len(found) != 2 {
		return "", "", errors.New("amount or currency is missing")
	}
	return found["amount"], found["currency"], nil
}
