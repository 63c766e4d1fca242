package inventory

import (
	"math/big"
	"time"

	"github.com/go-oms/oms/money"
)

// Costs adds up what an item's receipts have cost, to the mean cost of a unit. The
// zero value is an item without costs.
//
// Only receipts count: movements of kind Receive with a positive quantity and a
// unit cost, 0 EUR among them. Returns, counts and corrections bring units of
// unknown cost, or take some away, and leave the mean as it is.
type Costs struct {
	sums   []costs // one per currency, which nearly always is one
	latest money.Currency
	at     time.Time // of the latest receipt
}

// costs is the receipts in one currency.
type costs struct {
	currency money.Currency
	units    big.Int // in millionths
	cost     big.Int // of all of them, in 10^-12 of the minor unit
}

// Add takes a movement into account; those that are no receipt with a cost change
// nothing. Of receipts at the same time the one added last counts as the latest.
// The error is a *money.OverflowError for a cost out of the range of unit prices.
func (c *Costs) Add(m *Move) error {
	if m.Kind != Receive || m.OnHand.Sign() <= 0 || m.UnitCost == (money.Money{}) {
		return nil
	}
	scaled, err := m.UnitCost.Scaled(money.MaxExtra)
	if err != nil {
		return err
	}
	sum := c.in(m.UnitCost.Currency())
	if sum.currency != c.latest && !m.At.Before(c.at) {
		c.latest = sum.currency
	}
	if m.At.After(c.at) {
		c.at = m.At
	}
	units := big.NewInt(m.OnHand.Micro())
	sum.units.Add(&sum.units, units)
	sum.cost.Add(&sum.cost, units.Mul(units, big.NewInt(scaled)))
	return nil
}

func (c *Costs) in(currency money.Currency) *costs {
	for i := range c.sums {
		if c.sums[i].currency == currency {
			return &c.sums[i]
		}
	}
	c.sums = append(c.sums, costs{currency: currency})
	return &c.sums[len(c.sums)-1]
}

// Mean returns the mean cost of a unit, weighted by quantity and rounded half up to
// six decimals beyond the currency's; the zero Money without costs, of nil too. With costs in
// several currencies it is that of the receipts in the latest one's currency.
func (c *Costs) Mean() money.Money {
	if c == nil || len(c.sums) == 0 {
		return money.Money{}
	}
	sum := c.in(c.latest)
	// ⌊(2·cost + units) / (2·units)⌋ rounds half up; a negative cost is the mirror image.
	mean, twice := new(big.Int).Abs(&sum.cost), new(big.Int).Lsh(&sum.units, 1)
	mean.Div(mean.Lsh(mean, 1).Add(mean, &sum.units), twice)
	if sum.cost.Sign() < 0 {
		mean.Neg(mean)
	}
	// It lies between the least and the most of what was added, and so in range.
	m, err := money.FromScaled(mean.Int64(), money.MaxExtra, sum.currency)
	if err != nil {
		return money.Money{}
	}
	return m
}
