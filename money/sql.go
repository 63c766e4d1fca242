package money

import (
	"database/sql/driver"
	"fmt"
)

// Value returns what String returns, for a text column of a host's own table. A table that has to add amounts up is
// better served by two columns, the integer of Minor or Scaled and the currency.
func (m Money) Value() (driver.Value, error) { return m.String(), nil }

// Scan reads a text that Value wrote. NULL is refused, as no amount is not the same as zero: use
// sql.Null[money.Money] for a column that has it. The error is a *ParseError.
func (m *Money) Scan(src any) error {
	switch v := src.(type) {
	case string:
		return m.UnmarshalText([]byte(v))
	case []byte:
		return m.UnmarshalText(v)
	case nil:
		return &ParseError{Input: "NULL", Reason: "there is no value", Allowed: example}
	}
	return &ParseError{Input: fmt.Sprintf("%T", src), Reason: "not a text", Allowed: example}
}
