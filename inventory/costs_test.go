package inventory_test

import (
	"math"
	"math/big"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/go-oms/oms/inventory"
	"github.com/go-oms/oms/money"
	"github.com/go-oms/oms/quantity"
)

var costTime = time.Date(2026, time.March, 1, 8, 0, 0, 0, time.UTC)

// receipt is a movement of a quantity in millionths that cost so much a unit.
func receipt(micro int64, cost string) inventory.Move {
	m := inventory.Move{Kind: inventory.Receive, OnHand: quantity.FromMicro(micro), At: costTime}
	if cost != "" {
		m.UnitCost = money.MustParse(cost)
	}
	return m
}

func TestMeanCost(t *testing.T) {
	const unit = quantity.PerUnit
	at := func(minutes int, m inventory.Move) inventory.Move {
		m.At = costTime.Add(time.Duration(minutes) * time.Minute)
		return m
	}
	kind := func(k inventory.MoveKind, m inventory.Move) inventory.Move {
		m.Kind = k
		return m
	}
	for name, c := range map[string]struct {
		moves []inventory.Move
		want  string
	}{
		"nothing":                            {nil, ""},
		"a receipt without a cost":           {[]inventory.Move{receipt(unit, "")}, ""},
		"one":                                {[]inventory.Move{receipt(3*unit, "1.25 EUR")}, "1.25 EUR"},
		"free goods cost nothing":            {[]inventory.Move{receipt(3*unit, "0.00 EUR")}, "0.00 EUR"},
		"weighted by quantity":               {[]inventory.Move{receipt(unit, "1.00 EUR"), receipt(3*unit, "2.00 EUR")}, "1.75 EUR"},
		"rounded to six decimals more":       {[]inventory.Move{receipt(unit, "1.00 EUR"), receipt(2*unit, "2.00 EUR")}, "1.66666667 EUR"},
		"a half is rounded up":               {[]inventory.Move{receipt(unit, "0.00000001 EUR"), receipt(unit, "0.00000002 EUR")}, "0.00000002 EUR"},
		"less than a half is rounded down":   {[]inventory.Move{receipt(unit+1, "0.00000001 EUR"), receipt(unit, "0.00000002 EUR")}, "0.00000001 EUR"},
		"negative costs mirror":              {[]inventory.Move{receipt(unit, "-0.00000001 EUR"), receipt(unit, "-0.00000002 EUR")}, "-0.00000002 EUR"},
		"a millionth of a unit counts":       {[]inventory.Move{receipt(1, "5.00 EUR"), receipt(1, "7.00 EUR")}, "6.00 EUR"},
		"receipts of nothing do not count":   {[]inventory.Move{receipt(unit, "5.00 EUR"), receipt(0, "7.00 EUR"), receipt(-unit, "9.00 EUR")}, "5.00 EUR"},
		"corrections and returns do not":     {[]inventory.Move{receipt(unit, "5.00 EUR"), kind(inventory.Adjust, receipt(unit, "7.00 EUR")), kind(inventory.ReturnGood, receipt(unit, "9.00 EUR"))}, "5.00 EUR"},
		"units without a cost do not":        {[]inventory.Move{receipt(unit, "5.00 EUR"), receipt(9*unit, "")}, "5.00 EUR"},
		"the latest currency":                {[]inventory.Move{receipt(unit, "5.00 EUR"), at(1, receipt(unit, "700 JPY")), at(-1, receipt(unit, "300 JPY"))}, "500 JPY"},
		"of one moment that added last":      {[]inventory.Move{receipt(unit, "5.00 EUR"), receipt(unit, "700 JPY"), receipt(unit, "9.00 EUR")}, "7.00 EUR"},
		"whatever the order they came in":    {[]inventory.Move{at(1, receipt(unit, "700 JPY")), receipt(unit, "5.00 EUR")}, "700 JPY"},
		"as much as can be, as dear as that": {[]inventory.Move{receipt(quantity.MaxMicro, "92233720368.54775807 EUR"), receipt(quantity.MaxMicro, "92233720368.54775807 EUR")}, "92233720368.54775807 EUR"},
	} {
		t.Run(name, func(t *testing.T) {
			var costs inventory.Costs
			for i := range c.moves {
				require.NoError(t, costs.Add(&c.moves[i]))
			}
			want := money.Money{}
			if c.want != "" {
				want = money.MustParse(c.want)
			}
			require.Equal(t, want, costs.Mean())
			require.Equal(t, want, costs.Mean(), "asking changes nothing")
		})
	}
	require.Equal(t, money.Money{}, (*inventory.Costs)(nil).Mean())
}

func TestCostsBeyondUnitPricesAreRefused(t *testing.T) {
	var costs inventory.Costs
	one, dear := receipt(1, "1.00 EUR"), receipt(1, "92233720368547758.07 EUR")
	require.NoError(t, costs.Add(&one))
	var overflow *money.OverflowError
	require.ErrorAs(t, costs.Add(&dear), &overflow)
	require.Equal(t, one.UnitCost, costs.Mean())
}

// The mean is that of rational numbers, for whatever quantities and costs.
func TestMeanCostAgainstRationals(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for range 500 {
		var costs inventory.Costs
		units, cost := new(big.Int), new(big.Int)
		for range 1 + random.IntN(6) {
			q := 1 + random.Int64N(quantity.MaxMicro>>random.IntN(60))
			c := random.Int64N(math.MaxInt64 >> random.IntN(62))
			unit, err := money.FromScaled(c, money.MaxExtra, money.EUR)
			require.NoError(t, err)
			require.NoError(t, costs.Add(&inventory.Move{Kind: inventory.Receive, OnHand: quantity.FromMicro(q), UnitCost: unit}))
			units.Add(units, big.NewInt(q))
			cost.Add(cost, new(big.Int).Mul(big.NewInt(q), big.NewInt(c)))
		}
		got, err := costs.Mean().Scaled(money.MaxExtra)
		require.NoError(t, err)
		off := new(big.Rat).Sub(new(big.Rat).SetInt64(got), new(big.Rat).SetFrac(cost, units))
		half := big.NewRat(1, 2)
		require.LessOrEqual(t, off.Cmp(half), 0, "%v", off)
		require.Positive(t, off.Cmp(new(big.Rat).Neg(half)), "%v", off)
	}
}
