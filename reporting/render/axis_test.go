package render

import (
	"math/big"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/go-oms/oms/money"
	"github.com/go-oms/oms/quantity"
	"github.com/go-oms/oms/reporting"
)

func TestTicksAreNice(t *testing.T) {
	amount := func(text string) reporting.Value { return reporting.MoneyOf(money.MustParse(text)) }
	for _, c := range []struct {
		name   string
		values []reporting.Value
		want   string
	}{
		{"counts", []reporting.Value{reporting.CountOf(7), reporting.CountOf(3)}, "0 2 4 6 8"},
		{"few", []reporting.Value{reporting.CountOf(1)}, "0 1"},
		{"nothing but zeros", []reporting.Value{reporting.CountOf(0)}, "0 1"},
		{"no values", nil, "0 1"},
		{"thousands", []reporting.Value{reporting.CountOf(18_120)}, "0 5,000 10,000 15,000 20,000"},
		{"whole amounts", []reporting.Value{amount("1234.50 EUR")}, "0 500 1,000 1,500"},
		{"cents", []reporting.Value{amount("0.35 EUR")}, "0.00 0.10 0.20 0.30 0.40"},
		{"tenths of an amount have its cents", []reporting.Value{amount("1.30 EUR")}, "0.00 0.50 1.00 1.50"},
		{"no minor units", []reporting.Value{amount("1234567 JPY")}, "0 500,000 1,000,000 1,500,000"},
		{"beyond minor units", []reporting.Value{amount("0.00125 EUR")}, "0.0000 0.0005 0.0010 0.0015"},
		{"both sides of zero", []reporting.Value{amount("-30 EUR"), amount("90 EUR")}, "-50 0 50 100"},
		{"below zero", []reporting.Value{amount("-7 EUR")}, "-8 -6 -4 -2 0"},
		{"quantities", []reporting.Value{reporting.QuantityOf(quantity.MustParse("2.25"))}, "0 1 2 3"},
		{"ratios", []reporting.Value{reporting.RatioOf(1, 9), reporting.RatioOf(1, 4)}, "0% 10% 20% 30%"},
		{"parts of a percent", []reporting.Value{reporting.RatioOf(1, 300)}, "0.0% 0.1% 0.2% 0.3% 0.4%"},
		{"all of it", []reporting.Value{reporting.RatioOf(1, 1)}, "0% 50% 100%"},
		{"the most there is", []reporting.Value{amount("92233720368547758.07 EUR")}, "0 50,000,000,000,000,000 100,000,000,000,000,000"},
	} {
		t.Run(c.name, func(t *testing.T) {
			a := newAxis(c.values, 4)
			var of reporting.Value
			if len(c.values) > 0 {
				of = c.values[0]
			}
			var labels []string
			for _, tick := range a.ticks() {
				labels = append(labels, a.label(tick, of))
			}
			require.Equal(t, c.want, strings.Join(labels, " "))
		})
	}
}

func TestAnAxisHoldsEveryFigureInItsPlace(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		minor := rapid.Int64Range(-1_000_000_000_000, 1_000_000_000_000)
		var values []reporting.Value
		for _, n := range rapid.SliceOfN(minor, 1, 6).Draw(t, "minor") {
			m, err := money.Minor(n, money.EUR)
			require.NoError(t, err)
			values = append(values, reporting.MoneyOf(m))
		}
		steps := rapid.Int64Range(2, 9).Draw(t, "steps")
		a := newAxis(values, steps)
		require.LessOrEqual(t, int64(len(a.ticks())), steps+1)
		require.True(t, slices.ContainsFunc(a.ticks(), func(tick *big.Int) bool { return tick.Sign() == 0 }), "zero is on the axis")
		const length = 1000
		for _, v := range values {
			at := a.at(a.of(v), length)
			require.True(t, at >= 0 && at <= length, "%s is at %d", v, at)
			for _, o := range values {
				if v.Decimal().Cmp(o.Decimal()) < 0 {
					require.LessOrEqual(t, at, a.at(a.of(o), length), "%s is above %s", v, o)
				}
			}
		}
	})
}

func TestLabelsAreCutToWhatTheyMayTake(t *testing.T) {
	for _, label := range []string{"", "i", "WWWWWWWWWWWWWWWWWWWW", "short", strings.Repeat("長", 30), strings.Repeat("a", 200)} {
		cut := fitted(label, 600)
		if extent(label) <= 600 {
			require.Equal(t, label, cut)
			continue
		}
		require.LessOrEqual(t, extent(cut), 600)
		require.True(t, strings.HasSuffix(cut, "…"), cut)
		require.NotEmpty(t, strings.TrimSuffix(cut, "…"))
	}
}
