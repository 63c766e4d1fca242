package order

import (
	"errors"
	"math"
	"math/big"
	"math/bits"
	"slices"

	"github.com/go-oms/oms/money"
	"github.com/go-oms/oms/quantity"
)

const (
	million = 1_000_000
	// fine is what effective rates are counted in: a rate in parts per million on
	// top of another one is exact in it, and a third one off by 10^-12.
	fine = million * million
)

// errRates reports compound rates that together go beyond what can be reckoned.
var errRates = errors.New("the taxes on a line come to more than 800 %")

// perLine reckons each line by itself, for PerLine and PerUnit.
func (t *taxation) perLine(terms Terms) error {
	for _, r := range t.runs {
		var err error
		switch {
		case t.given(r):
			t.copyGiven(r)
		case terms.TaxIncluded:
			err = t.included(r, terms.Level)
		default:
			t.added(r, terms.Level)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (t *taxation) copyGiven(r run) {
	for i := r.from; i < r.to; i++ {
		t.amounts[i] = *t.parts[i].Amount
	}
}

// added reckons taxes that come on top of the price: base × rate, each rounded by
// itself. Per unit it is round(base / quantity × rate) × quantity.
func (t *taxation) added(r run, level TaxLevel) {
	before := t.zero
	for i := r.from; i < r.to; i++ {
		base := r.base
		if t.parts[i].Compound {
			base = t.add(base, before)
		}
		rate := t.parts[i].RatePPM
		if level == PerUnit {
			// base × rate / 10^6 / (micro / 10^6): the millions cancel out.
			t.amounts[i] = t.times(t.keep(base.MulDiv(rate, r.quantity.Micro(), t.rounding)), r.quantity)
		} else {
			t.amounts[i] = t.keep(base.MulDiv(rate, million, t.rounding))
		}
		before = t.add(before, t.amounts[i])
	}
}

// included takes the taxes out of the price: base × e / (1 + e) for the effective
// rate e of all of them, rounded once and then shared out to the parts.
func (t *taxation) included(r run, level TaxLevel) error {
	rates, sum, err := t.effective(r)
	if err != nil || sum == 0 {
		t.zeros(r)
		return err
	}
	var total money.Money
	if level == PerUnit {
		unit := t.keep(ratio(r.base, [2]int64{sum, million}, [2]int64{fine + sum, r.quantity.Micro()}, t.rounding))
		// Rounding up per unit may ask for more than very small units cost.
		total = lesser(t.times(unit, r.quantity), r.base)
	} else {
		total = t.keep(r.base.MulDiv(sum, fine+sum, t.rounding))
	}
	return t.split(r, total, rates)
}

// split shares the tax of a line out to its parts.
func (t *taxation) split(r run, total money.Money, rates []int64) error {
	if len(rates) == 1 {
		t.amounts[r.from] = total
		return nil
	}
	shares, err := total.Allocate(rates)
	if err != nil {
		return err
	}
	copy(t.amounts[r.from:r.to], shares)
	return nil
}

// effective returns each part's rate on the net price and their sum, in units of
// 10^-12. A compound rate r after rates that come to e is r × (1 + e).
func (t *taxation) effective(r run) (rates []int64, sum int64, err error) {
	rates = make([]int64, 0, r.to-r.from)
	for i := r.from; i < r.to; i++ {
		rate := t.parts[i].RatePPM * million
		if t.parts[i].Compound {
			rate = t.parts[i].RatePPM * ((fine + sum) / million)
			rate += t.parts[i].RatePPM * ((fine + sum) % million) / million
		}
		rates = append(rates, rate)
		if sum += rate; sum > 8*fine {
			return nil, 0, errRates
		}
	}
	return rates, sum, nil
}

func (t *taxation) zeros(r run) {
	for i := r.from; i < r.to; i++ {
		t.amounts[i] = t.zero
	}
}

func (t *taxation) times(unit money.Money, q quantity.Quantity) money.Money {
	return t.keep(unit.MulDiv(q.Micro(), quantity.PerUnit, t.rounding))
}

// includedPerOrder reckons taxes inside prices once for all lines with the same
// taxes, and shares them out: to the lines first, so that none has more tax than
// it costs, then to the parts of each.
func (t *taxation) includedPerOrder() error {
	done := make([]bool, len(t.runs))
	for first, lead := range t.runs {
		if done[first] {
			continue
		}
		if t.given(lead) {
			t.copyGiven(lead)
			continue
		}
		var group []run
		for k := first; k < len(t.runs); k++ {
			if !done[k] && t.alike(lead, t.runs[k]) {
				group, done[k] = append(group, t.runs[k]), true
			}
		}
		if err := t.includedOver(group); err != nil {
			return err
		}
	}
	return nil
}

// alike reports whether two lines have the same taxes.
func (t *taxation) alike(a, b run) bool {
	return !t.given(a) && !t.given(b) &&
		slices.EqualFunc(t.parts[a.from:a.to], t.parts[b.from:b.to],
			func(p, q TaxPart) bool { return sameTax(&p, &q) })
}

func (t *taxation) includedOver(group []run) error {
	bases := make([]money.Money, len(group))
	for k, r := range group {
		bases[k] = r.base
		t.zeros(r)
	}
	rates, sum, err := t.effective(group[0])
	if err != nil || sum == 0 {
		return err
	}
	shares, err := t.share(bases, sum, fine+sum)
	if err != nil || shares == nil {
		return err
	}
	for k, r := range group {
		if err := t.split(r, shares[k], rates); err != nil {
			return err
		}
	}
	return nil
}

// share reckons num/den of the sum of the bases and shares it out by them; nil
// when there is nothing to share.
func (t *taxation) share(bases []money.Money, num, den int64) ([]money.Money, error) {
	total, weights := t.zero, make([]int64, len(bases))
	for k, base := range bases {
		total = t.add(total, base)
		minor, err := base.Minor()
		if err != nil {
			return nil, err
		}
		weights[k] = minor
	}
	tax := t.keep(total.MulDiv(num, den, t.rounding))
	if t.err != nil || total.IsZero() {
		return nil, t.err
	}
	return tax.Allocate(weights)
}

// errCycle reports compound taxes that have no order over the lines.
var errCycle = errors.New("compound taxes stand on each other in different orders")

// addedPerOrder reckons taxes on top of prices once per tax over all lines that
// have it, and shares them out. A compound tax waits until all that it stands on
// is known.
func (t *taxation) addedPerOrder() error {
	known := make([]bool, len(t.parts))
	left := len(t.parts)
	for _, r := range t.runs {
		if t.given(r) {
			t.copyGiven(r)
			for i := r.from; i < r.to; i++ {
				known[i] = true
				left--
			}
		}
	}
	for left > 0 {
		progress := false
		for _, r := range t.runs {
			for i := r.from; i < r.to; i++ {
				if known[i] || !t.ready(i, known) {
					continue
				}
				n, err := t.addedOver(i, known)
				if err != nil {
					return err
				}
				left, progress = left-n, true
			}
		}
		if !progress {
			return errCycle
		}
	}
	return nil
}

// ready reports whether the tax of part i can be reckoned.
func (t *taxation) ready(i int, known []bool) bool {
	if !t.parts[i].Compound {
		return true
	}
	for _, r := range t.runs {
		for k := r.from; k < r.to; k++ {
			if sameTax(&t.parts[k], &t.parts[i]) && slices.Contains(known[r.from:k], false) {
				return false
			}
		}
	}
	return true
}

// addedOver reckons the tax of part i over all lines that have it, and returns how
// many parts are known by that.
func (t *taxation) addedOver(i int, known []bool) (int, error) {
	var (
		places []int
		bases  []money.Money
	)
	for _, r := range t.runs {
		if t.given(r) {
			continue
		}
		for k := r.from; k < r.to; k++ {
			if known[k] || !sameTax(&t.parts[k], &t.parts[i]) {
				continue
			}
			base := r.base
			if t.parts[k].Compound {
				for _, before := range t.amounts[r.from:k] {
					base = t.add(base, before)
				}
			}
			places, bases = append(places, k), append(bases, base)
		}
	}
	shares, err := t.share(bases, t.parts[i].RatePPM, million)
	if err != nil {
		return 0, err
	}
	for n, k := range places {
		t.amounts[k], known[k] = t.zero, true
		if shares != nil {
			t.amounts[k] = shares[n]
		}
	}
	return len(places), nil
}

// ratio returns m × num / den, rounded once, where m is not negative and num and
// den are products of two numbers above zero whose size does not matter.
func ratio(m money.Money, num, den [2]int64, mode money.Rounding) (money.Money, error) {
	reduce(num[:], den[:])
	if n, ok := product(num); ok {
		if d, ok := product(den); ok {
			return m.MulDiv(n, d, mode)
		}
	}
	minor, err := m.Minor()
	if err != nil {
		return money.Money{}, err
	}
	n := new(big.Int).Mul(big.NewInt(num[0]), big.NewInt(num[1]))
	d := new(big.Int).Mul(big.NewInt(den[0]), big.NewInt(den[1]))
	q, rest := n.Mul(n, big.NewInt(minor)).QuoRem(n, d, new(big.Int))
	// What rounding asks of the rest is only how it compares with a half: quarters
	// say that, and leave the rounding to package money.
	quarters := q.Lsh(q, 2)
	if rest.Sign() != 0 {
		quarters.Add(quarters, big.NewInt(int64(2+rest.Lsh(rest, 1).Cmp(d))))
	}
	if !quarters.IsInt64() {
		return money.Money{}, &money.OverflowError{Op: "tax"}
	}
	whole, err := money.Minor(quarters.Int64(), m.Currency())
	if err != nil {
		return money.Money{}, err
	}
	return whole.MulDiv(1, 4, mode)
}

// reduce divides common factors out of two products.
func reduce(num, den []int64) {
	for i := range num {
		for k := range den {
			a, b := num[i], den[k]
			for b != 0 {
				a, b = b, a%b
			}
			num[i], den[k] = num[i]/a, den[k]/a
		}
	}
}

func product(f [2]int64) (int64, bool) {
	hi, lo := bits.Mul64(uint64(f[0]), uint64(f[1]))
	return int64(lo), hi == 0 && lo <= math.MaxInt64
}
