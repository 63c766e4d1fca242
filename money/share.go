package money

import (
	"cmp"
	"math"
	"math/bits"
	"slices"
)

// Allocate divides the amount in proportion to the weights: part i is for weights[i], and the parts sum to m
// exactly. It is the method of the largest remainder (Hamilton's): each part is rounded toward zero, and the minor
// units left over go one each to the parts that lost the most, to the lower index where they lost the same. The
// parts of -m are those of m with the other sign.
//
// A part of weight zero is zero. The error is a *PrecisionError unless m is a whole number of minor units, a
// *ShareError without weights, with a negative one or with none above zero, and an *OverflowError if the weights
// sum to more than math.MaxInt64.
func (m Money) Allocate(weights []int64) ([]Money, error) {
	const op = "allocate"
	if m.extra != 0 {
		return nil, m.tooFine(0)
	}
	total, err := totalWeight(op, weights)
	if err != nil {
		return nil, err
	}
	type remainder struct {
		index int
		rest  uint64
	}
	var (
		left  = magnitude(m.units)
		parts = make([]Money, len(weights))
		rests = make([]remainder, len(weights))
	)
	for i, w := range weights {
		hi, lo := bits.Mul64(magnitude(m.units), uint64(w))
		q, rest := bits.Div64(hi, lo, total)
		parts[i] = m.minor(int64(q), m.units < 0)
		rests[i] = remainder{i, rest}
		left -= q
	}
	slices.SortStableFunc(rests, func(a, b remainder) int { return cmp.Compare(b.rest, a.rest) })
	// What is left is less than the number of remainders above zero, so no part of weight zero gets any.
	for _, r := range rests[:left] {
		parts[r.index].units += int64(m.Sign())
	}
	return parts, nil
}

func totalWeight(op string, weights []int64) (uint64, error) {
	var total uint64
	for _, w := range weights {
		if w < 0 {
			return 0, &ShareError{Op: op, Reason: "a weight is negative"}
		}
		if total += uint64(w); total > math.MaxInt64 {
			return 0, &OverflowError{Op: op}
		}
	}
	if total == 0 {
		return 0, &ShareError{Op: op, Reason: "no weight is above zero"}
	}
	return total, nil
}

// Part returns what the units from (inclusive) to to (exclusive) of all have of the amount: 10.00 over 3 units is
// 3.33, 3.34 and 3.33. It is the difference of the two cumulative shares, each rounded half up, so that any
// division of the units into consecutive runs adds up, however often the amount is paid back in parts. The units
// are whatever is counted, pieces or millionths of one.
//
// The error is a *PrecisionError unless m is a whole number of minor units, and a *ShareError unless
// 0 <= from <= to <= all and all is above zero.
func (m Money) Part(all, from, to int64) (Money, error) {
	const op = "part"
	switch {
	case m.extra != 0:
		return Money{}, m.tooFine(0)
	case all <= 0:
		return Money{}, &ShareError{Op: op, Reason: "there are no units"}
	case from < 0 || from > to || to > all:
		return Money{}, &ShareError{Op: op, Reason: "the units are not within the whole"}
	}
	return m.minor(m.upTo(to, all)-m.upTo(from, all), m.units < 0), nil
}

// upTo returns the absolute share of the first n of all units, rounded half up. It is no more than the whole.
func (m Money) upTo(n, all int64) int64 {
	hi, lo := bits.Mul64(magnitude(m.units), uint64(n))
	share, _ := quotient(wide{hi, lo}, uint64(all), 0, HalfUp)
	return share
}
