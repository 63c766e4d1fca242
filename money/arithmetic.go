package money

import (
	"cmp"
	"math"
)

// Add returns m + o. The zero Money adds nothing and takes the other's currency. The error is a
// *CurrencyMismatchError or an *OverflowError.
func (m Money) Add(o Money) (Money, error) { return m.plus("add", o) }

// Sub returns m - o, under the same rules as Add.
func (m Money) Sub(o Money) (Money, error) { return m.plus("sub", o.Neg()) }

func (m Money) plus(op string, o Money) (Money, error) {
	if m.currency != o.currency {
		switch {
		case o.currency == "":
			return m, nil
		case m.currency == "":
			return o, nil
		}
		return Money{}, &CurrencyMismatchError{Left: m.currency, Right: o.currency, Op: op}
	}
	if m.extra|o.extra == 0 {
		sum := m.units + o.units
		if (m.units^sum)&(o.units^sum) < 0 || sum == math.MinInt64 {
			return Money{}, &OverflowError{Op: op}
		}
		m.units = sum
		return m, nil
	}
	extra := max(m.extra, o.extra)
	return m.settle(op, m.at(extra).add(o.at(extra)), extra)
}

// at returns the amount in units of extra decimals beyond the currency's, which are no fewer than m has.
func (m Money) at(extra uint8) wide { return widen(m.units, pow10(extra-m.extra)) }

// Sum returns the sum of the amounts, and the zero Money for none. Only the result has to be in range, so the order
// of the amounts does not matter. The error is a *CurrencyMismatchError or an *OverflowError.
func Sum(ms ...Money) (Money, error) {
	const op = "sum"
	var (
		total wide
		extra uint8
		kind  Money
	)
	for _, m := range ms {
		switch {
		case m.currency == "" || m.currency == kind.currency:
		case kind.currency == "":
			kind = m
		default:
			return Money{}, &CurrencyMismatchError{Left: kind.currency, Right: m.currency, Op: op}
		}
		extra = max(extra, m.extra)
	}
	for _, m := range ms {
		total = total.add(m.at(extra))
	}
	return kind.settle(op, total, extra)
}

// Neg returns -m. It cannot overflow.
func (m Money) Neg() Money {
	m.units = -m.units
	return m
}

// Abs returns the amount without its sign.
func (m Money) Abs() Money {
	if m.units < 0 {
		m.units = -m.units
	}
	return m
}

// Cmp returns -1, 0 or 1 as m is less than, equal to, or more than o. The zero Money compares as a zero of the
// other's currency. The error is a *CurrencyMismatchError.
func (m Money) Cmp(o Money) (int, error) {
	if m.currency != o.currency && m.currency != "" && o.currency != "" {
		return 0, &CurrencyMismatchError{Left: m.currency, Right: o.currency, Op: "cmp"}
	}
	if m.extra == o.extra {
		return cmp.Compare(m.units, o.units), nil
	}
	extra := max(m.extra, o.extra)
	return m.at(extra).cmp(o.at(extra)), nil
}

// Equal reports whether both are the same amount of the same currency, which is also what == does. The zero Money
// equals itself only, not 0 EUR.
func (m Money) Equal(o Money) bool { return m == o }
