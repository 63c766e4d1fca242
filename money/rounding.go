package money

// Rounding says which of the two neighbours an amount between them becomes. All modes treat a negative amount as
// the mirror image of the positive one, so that a refund rounds as its charge did. A value that is not one of the
// five rounds as HalfUp does; see Check.
type Rounding uint8

// The five modes. The examples round to whole numbers.
const (
	HalfUp   Rounding = iota // to the nearer, a half away from zero: 2.5 is 3, -2.5 is -3. The default.
	HalfEven                 // to the nearer, a half to the even one: 2.5 is 2, 3.5 is 4
	HalfDown                 // to the nearer, a half toward zero: 2.5 is 2, -2.5 is -2
	Up                       // away from zero: 2.1 is 3, -2.1 is -3
	Down                     // toward zero: 2.9 is 2, -2.9 is -2
)

// roundings names the modes in their order, as text and JSON have them.
const roundings = `"half_up", "half_even", "half_down", "up" or "down"`

// String returns the name of the mode, such as "half_up".
func (r Rounding) String() string {
	switch r {
	case HalfUp:
		return "half_up"
	case HalfEven:
		return "half_even"
	case HalfDown:
		return "half_down"
	case Up:
		return "up"
	case Down:
		return "down"
	}
	return "unknown"
}

// Check returns a *ParseError unless r is one of the five modes.
func (r Rounding) Check() error {
	if r > Down {
		return &ParseError{Input: r.String(), Reason: "not a rounding", Allowed: roundings}
	}
	return nil
}

// MarshalText returns the name of the mode, and the error of Check for a value that has none.
func (r Rounding) MarshalText() ([]byte, error) {
	if err := r.Check(); err != nil {
		return nil, err
	}
	return []byte(r.String()), nil
}

// UnmarshalText reads the name of a mode. The error is a *ParseError.
func (r *Rounding) UnmarshalText(text []byte) error {
	for mode := HalfUp; mode <= Down; mode++ {
		if string(text) == mode.String() {
			*r = mode
			return nil
		}
	}
	return &ParseError{Input: string(text), Reason: "not a rounding", Allowed: roundings}
}

// away decides whether a quotient grows by one in absolute value: odd tells whether it is odd, half how twice the
// remainder compares with the divisor. It is not asked about an exact quotient.
func (r Rounding) away(odd bool, half int) bool {
	switch r {
	case Up:
		return true
	case Down:
		return false
	case HalfEven:
		return half > 0 || half == 0 && odd
	case HalfDown:
		return half > 0
	case HalfUp:
	}
	return half >= 0
}
