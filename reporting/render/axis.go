package render

import (
	"math/big"
	"strings"

	"github.com/go-oms/oms/reporting"
)

// axis is the scale of a chart. Figures on it are whole numbers of 10^-digits, so
// that no amount is ever a float; only places in the picture are rounded.
type axis struct {
	digits    int
	low, high *big.Int // whole steps around all figures and zero; low < high
	step      *big.Int // 1, 2 or 5 times a power of ten
}

// newAxis finds the finest scale for the values that has at most so many steps, two
// or more. Nothing has no place on it.
func newAxis(values []reporting.Value, steps int64) *axis {
	a := &axis{low: new(big.Int), high: new(big.Int)}
	for _, v := range values {
		a.digits = max(a.digits, decimals(v))
	}
	least, most := new(big.Int), new(big.Int)
	for _, v := range values {
		n := a.of(v)
		if n.Cmp(least) < 0 {
			least = n
		}
		if n.Cmp(most) > 0 {
			most = n
		}
	}
	power := big.NewInt(1)
	for {
		for _, times := range []int64{1, 2, 5} {
			a.step = new(big.Int).Mul(power, big.NewInt(times))
			// Div rounds towards less for positive divisors.
			low := new(big.Int).Div(least, a.step)
			high := new(big.Int).Neg(new(big.Int).Div(new(big.Int).Neg(most), a.step))
			if count := new(big.Int).Sub(high, low); count.Cmp(big.NewInt(steps)) > 0 {
				continue
			}
			if low.Cmp(high) == 0 {
				high.Add(high, big.NewInt(1)) // zeros only
			}
			a.low.Mul(low, a.step)
			a.high.Mul(high, a.step)
			return a
		}
		power.Mul(power, big.NewInt(10))
	}
}

// decimals is how many decimals a value needs.
func decimals(v reporting.Value) int {
	if v.Kind() == reporting.Ratio {
		// Parts of a percent, even where all ratios are 0 or 1.
		return max(2, fractionOf(v.String()))
	}
	return fractionOf(v.String())
}

func fractionOf(digits string) int {
	_, fraction, _ := strings.Cut(digits, ".")
	return len(strings.TrimRight(fraction, "0"))
}

// of is a value on the axis.
func (a *axis) of(v reporting.Value) *big.Int {
	return v.Decimal().Shift(int32(a.digits)).BigInt()
}

// at is the place of a figure when the axis is so many units long, from its low end,
// rounded to whole units.
func (a *axis) at(figure *big.Int, length int) int {
	n := new(big.Int).Sub(figure, a.low)
	n.Mul(n, big.NewInt(2*int64(length)))
	all := new(big.Int).Sub(a.high, a.low)
	n.Add(n, all) // half a unit, as everything is doubled
	return int(n.Div(n, all.Lsh(all, 1)).Int64())
}

// zero is the place of zero.
func (a *axis) zero(length int) int { return a.at(new(big.Int), length) }

// ticks are the whole steps from low to high.
func (a *axis) ticks() []*big.Int {
	var list []*big.Int
	for at := new(big.Int).Set(a.low); at.Cmp(a.high) <= 0; at = new(big.Int).Add(at, a.step) {
		list = append(list, at)
	}
	return list
}

// label is a tick in words, with as many decimals as a step needs; an amount with
// either none or those of its currency.
func (a *axis) label(tick *big.Int, of reporting.Value) string {
	digits := a.digits
	percent := of.Kind() == reporting.Ratio
	if percent {
		digits -= 2
	}
	text, step := shifted(tick, digits), shifted(a.step, digits)
	keep := fractionOf(step)
	if keep > 0 && of.Kind() == reporting.Money {
		keep = max(keep, of.Money().Currency().Digits())
	}
	whole, fraction, _ := strings.Cut(text, ".")
	if keep > 0 {
		whole += "." + (fraction + strings.Repeat("0", keep))[:keep]
	}
	if percent {
		return grouped(whole) + "%"
	}
	return grouped(whole)
}

// shifted writes n × 10^-digits.
func shifted(n *big.Int, digits int) string {
	text := n.String()
	if digits <= 0 {
		return text
	}
	sign := ""
	if n.Sign() < 0 {
		sign, text = "-", text[1:]
	}
	if len(text) <= digits {
		text = strings.Repeat("0", digits-len(text)+1) + text
	}
	return sign + text[:len(text)-digits] + "." + text[len(text)-digits:]
}
