package money_test

import (
	"math"
	"math/big"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/go-oms/oms/money"
)

func TestAllocate(t *testing.T) {
	t.Parallel()
	most, err := money.Minor(math.MaxInt64, money.EUR)
	require.NoError(t, err)
	for _, c := range []struct {
		amount  money.Money
		weights []int64
		want    []string
	}{
		{money.MustParse("10 EUR"), []int64{1, 1, 1}, []string{"3.34", "3.33", "3.33"}},
		{money.MustParse("-10 EUR"), []int64{1, 1, 1}, []string{"-3.34", "-3.33", "-3.33"}},
		{money.MustParse("0.05 EUR"), []int64{3, 7}, []string{"0.02", "0.03"}},
		{money.MustParse("0.01 EUR"), []int64{0, 1, 1}, []string{"0.00", "0.01", "0.00"}},
		{money.MustParse("1 EUR"), []int64{10, 60, 30}, []string{"0.10", "0.60", "0.30"}},
		{money.MustParse("100 JPY"), []int64{1, 2, 4}, []string{"14", "29", "57"}},
		{money.MustParse("0 EUR"), []int64{1, 2}, []string{"0.00", "0.00"}},
		{money.Money{}, []int64{1, 2}, []string{"0", "0"}},
		// The product has 126 bits.
		{most, []int64{math.MaxInt64 - 1, 1}, []string{"92233720368547758.06", "0.01"}},
		{most, []int64{3, 7}, []string{"27670116110564327.42", "64563604257983430.65"}},
	} {
		parts, err := c.amount.Allocate(c.weights)
		require.NoError(t, err)
		var got []string
		for _, p := range parts {
			got = append(got, p.Amount())
			require.Equal(t, c.amount.Currency(), p.Currency())
		}
		require.Equal(t, c.want, got)
	}
}

// Equal remainders go by index, also among more parts than a sort keeps in order by chance.
func TestAllocateTies(t *testing.T) {
	t.Parallel()
	weights := make([]int64, 100)
	for i := range weights {
		weights[i] = int64(1 + i*i*7%11%2)
	}
	parts, err := money.MustParse("0.40 EUR").Allocate(weights)
	require.NoError(t, err)
	// The shares are below one cent, so each is its own remainder: the weights of two come first.
	want := 40
	for _, weight := range []int64{2, 1} {
		for i, p := range parts {
			if weights[i] != weight {
				continue
			}
			require.Equal(t, want > 0, !p.IsZero(), i)
			want--
		}
	}
}

func TestShareErrors(t *testing.T) {
	t.Parallel()
	m := money.MustParse("10 EUR")
	var share *money.ShareError
	for _, weights := range [][]int64{nil, {}, {0, 0}, {1, -1}, {-1}, {5, math.MinInt64}} {
		_, err := m.Allocate(weights)
		require.ErrorAs(t, err, &share, weights)
		require.Equal(t, "allocate", share.Op)
	}
	for _, c := range [][3]int64{{0, 0, 0}, {-1, 0, 0}, {3, -1, 2}, {3, 2, 1}, {3, 0, 4}, {3, 4, 5}} {
		_, err := m.Part(c[0], c[1], c[2])
		require.ErrorAs(t, err, &share, c)
		require.Equal(t, "part", share.Op)
	}
	for _, weights := range [][]int64{{math.MaxInt64, 1}, {math.MaxInt64, math.MaxInt64, math.MaxInt64}} {
		_, err := m.Allocate(weights)
		var over *money.OverflowError
		require.ErrorAs(t, err, &over)
	}
	var fine *money.PrecisionError
	_, err := money.MustParse("0.001 EUR").Allocate([]int64{1})
	require.ErrorAs(t, err, &fine)
	_, err = money.MustParse("0.001 EUR").Part(1, 0, 1)
	require.ErrorAs(t, err, &fine)
}

func TestPart(t *testing.T) {
	t.Parallel()
	for i, want := range []string{"3.33 EUR", "3.34 EUR", "3.33 EUR"} {
		for sign, m := range map[string]money.Money{"": money.MustParse("10 EUR"), "-": money.MustParse("-10 EUR")} {
			part, err := m.Part(3, int64(i), int64(i)+1)
			require.NoError(t, err)
			require.Equal(t, sign+want, part.String())
		}
	}
	most, err := money.Minor(math.MaxInt64, money.EUR)
	require.NoError(t, err)
	part, err := most.Part(math.MaxInt64, 1, math.MaxInt64)
	require.NoError(t, err)
	require.Equal(t, "92233720368547758.06 EUR", part.String())
}

func TestAllocateAgainstBig(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		m := minors(t, currencies.Draw(t, "currency"), "m")
		weights := rapid.SliceOfN(rapid.OneOf(
			rapid.Int64Range(0, 5), rapid.Int64Range(0, math.MaxInt64/8),
		), 1, 8).Draw(t, "weights")
		total := big.NewInt(0)
		for _, w := range weights {
			total.Add(total, big.NewInt(w))
		}
		parts, err := m.Allocate(weights)
		if total.Sign() == 0 {
			if err == nil {
				t.Fatal("no weight is above zero")
			}
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		if sum, err := money.Sum(parts...); err != nil || sum.Amount() != m.Amount() {
			t.Fatalf("%v sum to %s, not %s: %v", parts, sum, m, err)
		}
		mirror, err := m.Neg().Allocate(weights)
		if err != nil {
			t.Fatal(err)
		}
		units, _ := m.Minor()
		for i, p := range parts {
			if mirror[i] != p.Neg() {
				t.Fatalf("%s and %s are not symmetric", mirror[i], p)
			}
			// Less than one unit from the exact share, on either side; and nothing for no weight.
			got, err := p.Minor()
			if err != nil {
				t.Fatal(err)
			}
			exact := new(big.Rat).SetFrac(new(big.Int).Mul(big.NewInt(units), big.NewInt(weights[i])), total)
			off := new(big.Rat).Sub(new(big.Rat).SetInt64(got), exact)
			if off.Abs(off).Cmp(big.NewRat(1, 1)) >= 0 || weights[i] == 0 && got != 0 {
				t.Fatalf("part %d of %s by %v is %s", i, m, weights, p)
			}
			// Nobody with a smaller remainder, or the same and a higher index, was preferred.
			for j := range parts {
				if preferred(m, weights, parts, total, j) && !preferred(m, weights, parts, total, i) &&
					rest(m, weights[j], total).Cmp(rest(m, weights[i], total)) <= boolInt(j > i)-1 {
					t.Fatalf("%s by %v: part %d came before %d: %v", m, weights, j, i, parts)
				}
			}
		}
	})
}

// rest is what rounding toward zero takes from a share.
func rest(m money.Money, weight int64, total *big.Int) *big.Int {
	units, _ := m.Abs().Minor()
	product := new(big.Int).Mul(big.NewInt(units), big.NewInt(weight))
	return product.Rem(product, total)
}

// preferred reports whether part i got one of the units that were left.
func preferred(m money.Money, weights []int64, parts []money.Money, total *big.Int, i int) bool {
	units, _ := m.Abs().Minor()
	got, _ := parts[i].Abs().Minor()
	product := new(big.Int).Mul(big.NewInt(units), big.NewInt(weights[i]))
	return product.Quo(product, total).Cmp(big.NewInt(got)) != 0
}

func boolInt(b bool) int {
	if b {
		return 1
	}
	return 0
}

func TestPartsAddUp(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		m := minors(t, currencies.Draw(t, "currency"), "m")
		all := rapid.OneOf(
			rapid.Int64Range(1, 10), rapid.Int64Range(1, 5_000_000), rapid.Int64Range(1, math.MaxInt64),
		).Draw(t, "all")
		var (
			from int64
			sum  = money.Zero(m.Currency())
		)
		for from < all {
			to := rapid.Int64Range(from, all).Draw(t, "to")
			if rapid.IntRange(0, 4).Draw(t, "rest") == 0 {
				to = all
			}
			part, err := m.Part(all, from, to)
			if err != nil {
				t.Fatal(err)
			}
			if part.Sign()*m.Sign() < 0 {
				t.Fatalf("part %s of %s", part, m)
			}
			if opposite, err := m.Neg().Part(all, from, to); err != nil || opposite != part.Neg() {
				t.Fatalf("%s and %s are not symmetric", opposite, part)
			}
			if sum, err = sum.Add(part); err != nil {
				t.Fatal(err)
			}
			if rat(sum).Cmp(cumulative(m, to, all)) != 0 {
				t.Fatalf("the first %d of %d of %s: %s", to, all, m, sum)
			}
			from = to
		}
		if sum != m {
			t.Fatalf("the parts of %s sum to %s", m, sum)
		}
	})
}

func cumulative(m money.Money, n, all int64) *big.Rat {
	exact := new(big.Rat).Mul(rat(m), big.NewRat(n, all))
	minor := rounded(exact, m.Currency(), money.HalfUp)
	return new(big.Rat).SetFrac(minor, power(m.Currency().Digits()))
}
