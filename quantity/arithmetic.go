package quantity

import "cmp"

// Add returns q + o, saturated if it is too large. Of two saturated quantities with opposite signs the sum is the
// positive one.
func (q Quantity) Add(o Quantity) Quantity {
	switch {
	case q.micro == saturated || o.micro == saturated:
		return Quantity{saturated}
	case q.micro == -saturated || o.micro == -saturated:
		return Quantity{-saturated}
	}
	sum := q.micro + o.micro
	if (q.micro^sum)&(o.micro^sum) < 0 {
		if q.micro < 0 {
			return Quantity{-saturated}
		}
		return Quantity{saturated}
	}
	return FromMicro(sum)
}

// Sub returns q - o, saturated if it is too large.
func (q Quantity) Sub(o Quantity) Quantity { return q.Add(o.Neg()) }

// Neg returns -q.
func (q Quantity) Neg() Quantity { return Quantity{-q.micro} }

// Sum returns the sum of the quantities, saturated if it or the sum of the first few is too large, and 0 for none.
func Sum(qs ...Quantity) Quantity {
	var sum Quantity
	for _, q := range qs {
		sum = sum.Add(q)
	}
	return sum
}

// Cmp returns -1, 0 or 1 as q is less than, equal to, or more than o.
func (q Quantity) Cmp(o Quantity) int { return cmp.Compare(q.micro, o.micro) }

// Less reports whether q is less than o.
func (q Quantity) Less(o Quantity) bool { return q.micro < o.micro }

// Min returns the smaller of the two.
func Min(a, b Quantity) Quantity { return Quantity{min(a.micro, b.micro)} }

// Max returns the larger of the two.
func Max(a, b Quantity) Quantity { return Quantity{max(a.micro, b.micro)} }
