package quantity

import (
	"database/sql/driver"
	"fmt"
)

// Value returns the micro-units as an int64, for a column of integers, and the error of Check.
func (q Quantity) Value() (driver.Value, error) {
	if err := q.Check(); err != nil {
		return nil, err
	}
	return q.micro, nil
}

// Scan reads micro-units that Value wrote. NULL is refused: use sql.Null[quantity.Quantity] for a column that has it.
// The error is a *ParseError, or a *RangeError beyond MaxMicro.
func (q *Quantity) Scan(src any) error {
	const allowed = "a whole number of micro-units"
	switch v := src.(type) {
	case int64:
		read := FromMicro(v)
		if err := read.Check(); err != nil {
			return err
		}
		*q = read
		return nil
	case nil:
		return &ParseError{Input: "NULL", Reason: "there is no value", Allowed: allowed}
	}
	return &ParseError{Input: fmt.Sprintf("%T", src), Reason: "not an integer", Allowed: allowed}
}
