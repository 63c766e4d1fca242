package quantity

import (
	"bytes"
	"encoding/json"
	"strconv"
	"strings"
)

const (
	example     = `a decimal number such as "1.5"`
	jsonExample = `a string such as "1.5"`
)

// Parse reads a quantity: an optional minus, digits, and optionally a point and more digits, which may be other than
// zero up to the sixth. The error is a *ParseError, also beyond MaxMicro.
func Parse(text string) (Quantity, error) {
	q, reason := read(text)
	if reason != "" {
		return Quantity{}, &ParseError{Input: text, Reason: reason, Allowed: example}
	}
	return q, nil
}

// MustParse is Parse for texts that a program contains: it panics on an error.
func MustParse(text string) Quantity {
	q, err := Parse(text)
	if err != nil {
		panic(err)
	}
	return q
}

// read returns the quantity, or the reason why not.
func read(text string) (q Quantity, reason string) {
	digits, negative := strings.CutPrefix(text, "-")
	whole, fraction, point := strings.Cut(digits, ".")
	if !areDigits(whole) || point && !areDigits(fraction) {
		return Quantity{}, "not a plain decimal number"
	}
	fraction = strings.TrimRight(fraction, "0")
	if len(fraction) > MaxDecimals {
		return Quantity{}, "more than six decimals"
	}
	var micro int64
	for i := range len(whole) + MaxDecimals {
		digit := int64(0)
		switch {
		case i < len(whole):
			digit = int64(whole[i] - '0')
		case i-len(whole) < len(fraction):
			digit = int64(fraction[i-len(whole)] - '0')
		}
		if micro > (MaxMicro-digit)/10 {
			return Quantity{}, "out of range"
		}
		micro = micro*10 + digit
	}
	if negative {
		micro = -micro
	}
	return Quantity{micro}, ""
}

func areDigits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != ""
}

// String returns the quantity with as many decimals as it needs: "3", "1.5", "-0.000001".
func (q Quantity) String() string {
	var buffer [24]byte
	return string(q.appendText(buffer[:0]))
}

func (q Quantity) appendText(dst []byte) []byte {
	micro := uint64(q.micro)
	if q.micro < 0 {
		dst, micro = append(dst, '-'), -micro
	}
	dst = strconv.AppendUint(dst, micro/PerUnit, 10)
	rest := micro % PerUnit
	if rest == 0 {
		return dst
	}
	dst = append(dst, '.')
	for step := uint64(PerUnit / 10); rest > 0; step /= 10 {
		dst = append(dst, byte('0'+rest/step))
		rest %= step
	}
	return dst
}

// MarshalText returns what String returns, and the error of Check.
func (q Quantity) MarshalText() ([]byte, error) {
	if err := q.Check(); err != nil {
		return nil, err
	}
	return q.appendText(nil), nil
}

// UnmarshalText reads what Parse reads.
func (q *Quantity) UnmarshalText(text []byte) error {
	read, err := Parse(string(text))
	if err != nil {
		return err
	}
	*q = read
	return nil
}

// MarshalJSON returns a string, so that no reader turns the quantity into a float, and the error of Check.
func (q Quantity) MarshalJSON() ([]byte, error) {
	if err := q.Check(); err != nil {
		return nil, err
	}
	return q.AppendJSON(nil), nil
}

// AppendJSON appends what MarshalJSON returns, and returns the extended buffer. It does not check.
func (q Quantity) AppendJSON(dst []byte) []byte {
	return append(q.appendText(append(dst, '"')), '"')
}

// UnmarshalJSON reads a string that Parse accepts. A number is refused, even a whole one: what writes numbers today
// writes floats tomorrow. The error is a *ParseError. As encoding/json has it, null leaves q as it is.
func (q *Quantity) UnmarshalJSON(data []byte) error {
	if string(data) == "null" {
		return nil
	}
	text, ok := unquote(data)
	if !ok {
		return &ParseError{Input: string(data), Reason: "not a string", Allowed: jsonExample}
	}
	value, reason := read(text)
	if reason != "" {
		return &ParseError{Input: string(data), Reason: reason, Allowed: jsonExample}
	}
	*q = value
	return nil
}

// unquote returns the content of a JSON string.
func unquote(data []byte) (string, bool) {
	if n := len(data); n >= 2 && data[0] == '"' && data[n-1] == '"' && !bytes.ContainsAny(data[1:n-1], `"\`) {
		return string(data[1 : n-1]), true
	}
	// The pointer tells null, which would otherwise leave the string empty, from a string.
	var text *string
	if json.Unmarshal(data, &text) != nil || text == nil {
		return "", false
	}
	return *text, true
}
