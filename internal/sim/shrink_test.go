package sim

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

// A rule that does not hold is broken by a smaller world in the end: one without the
// faults and actors that have nothing to do with it.
func TestShrinkingLeavesOutWhatIsNotNeeded(t *testing.T) {
	opts := Options{also: func(w *world) {
		if w.done["Ship"] > 3 {
			w.fail("test.shipped", "something was shipped")
		}
	}}
	whole := Run(opts)
	for ; whole.Failure == nil && opts.Seed < 50; whole = Run(opts) {
		opts.Seed++
	}
	require.NotNil(t, whole.Failure)
	small, r := Shrink(opts)
	require.NotNil(t, r.Failure)
	require.Equal(t, "test.shipped", r.Failure.Check)
	require.Less(t, r.Commands, whole.Commands)
	require.NotContains(t, small.Idle, "warehouse")
	require.Contains(t, small.Idle, "messenger")
	require.Greater(t, len(small.Without), len(Faults())/2)
	require.True(t, slices.ContainsFunc(small.Idle, func(name string) bool { return name == "clerk" }))
	require.Equal(t, r, Run(small), "it is replayed as it was found")
}

func TestShrinkingLeavesAWorldAloneThatHoldsItsRules(t *testing.T) {
	small, r := Shrink(Options{Seed: 5})
	require.Nil(t, r.Failure)
	require.Zero(t, small.Commands)
}
