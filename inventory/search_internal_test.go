package inventory

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/go-oms/oms/quantity"
)

// TestGreedyServesAllWithoutSuperfluousLocations tests the method behind the exact
// search, which small problems never reach.
func TestGreedyServesAllWithoutSuperfluousLocations(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		wants, places := rapid.IntRange(1, 6).Draw(t, "wants"), rapid.IntRange(1, 9).Draw(t, "locations")
		has, among := make([][]quantity.Quantity, places), make([]int, places)
		left := make([]quantity.Quantity, wants)
		for i := range places {
			among[i], has[i] = i, make([]quantity.Quantity, wants)
			for g := range wants {
				has[i][g] = quantity.Of(int32(rapid.IntRange(0, 3).Draw(t, "has")))
				left[g] = left[g].Add(has[i][g])
			}
		}
		for g := range wants {
			left[g] = quantity.Min(left[g], quantity.Of(int32(rapid.IntRange(0, 9).Draw(t, "wanted"))))
		}
		serves := func(chosen []int) bool {
			rest := slices.Clone(left)
			for _, i := range chosen {
				lessen(rest, has[i])
			}
			return served(rest)
		}
		s := newSearch(has, among)
		chosen := s.greedy(left)
		require.True(t, serves(chosen))
		for i := range chosen {
			require.False(t, serves(slices.Delete(slices.Clone(chosen), i, i+1)), "%d is superfluous", chosen[i])
		}
		exact, ok := s.fewest(left)
		require.True(t, ok)
		require.True(t, serves(exact))
		require.LessOrEqual(t, len(exact), len(chosen))
	})
}

func TestTheExactSearchGivesUpWithinItsBudget(t *testing.T) {
	t.Parallel()
	const places, wants = 60, 30
	has, among := make([][]quantity.Quantity, places), make([]int, places)
	left := make([]quantity.Quantity, wants)
	for i := range places {
		among[i], has[i] = i, make([]quantity.Quantity, wants)
		for g := range wants {
			if (i*i*7+g*g*11+i*g*3)%13 == 0 {
				has[i][g] = quantity.Of(1)
			}
			left[g] = quantity.Of(1)
		}
	}
	s := newSearch(has, among)
	_, ok := s.fewest(left)
	require.False(t, ok)
	require.GreaterOrEqual(t, s.budget, -wants, "no further than one step over the budget")
}
