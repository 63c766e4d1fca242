package sim

import (
	"flag"
	"os"
	"runtime/debug"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

var (
	seedsFlag = flag.Uint64("sim.seeds", 0, "how many seeds TestSeeds lives; 0 for 300, 2,000 in CI, fewer with -short or -race")
	fromFlag  = flag.Uint64("sim.from", 0, "the first of them")
	seedFlag  = flag.Uint64("sim.seed", 0, "the seed of TestSeed")
	traceFlag = flag.Bool("sim.trace", false, "TestSeed prints what happens")
)

// TestSeeds lives many worlds, each of which must hold every rule. Every kind of fault
// must have struck, and every command must have been done: a simulation in which
// nothing goes wrong proves nothing.
func TestSeeds(t *testing.T) {
	n := *seedsFlag
	switch {
	case n > 0:
	case underRace:
		n = 20
	case testing.Short():
		n = 100
	case os.Getenv("CI") != "":
		n = 2000
	default:
		n = 300
	}
	defer debug.SetGCPercent(debug.SetGCPercent(400)) // worlds are short-lived
	start := time.Now()
	sum := Many(*fromFlag, n, false)
	t.Logf("%d seeds, %s each, %d commands, %d points, %d faults; at least %d commands and %d faults a seed", sum.Seeds,
		(time.Since(start) / time.Duration(n)).Round(time.Microsecond), sum.Commands, sum.Points, sum.Faults, sum.Least.Commands, sum.Least.Faults)
	for _, r := range sum.Failed {
		t.Errorf("go run ./internal/sim/cmd -seed %d -trace: %v", r.Seed, r.Failure)
	}
	require.EqualValues(t, n, sum.Seeds)
	require.GreaterOrEqual(t, sum.Least.Commands, 300)
	if n < 300 {
		return
	}
	require.GreaterOrEqual(t, sum.Least.Faults, 10)
	for _, f := range Faults() {
		require.Positive(t, sum.Struck[f], "%s never struck", f)
	}
	for _, name := range []string{
		"Place", "Pay", "Capture", "Refund", "Cancel", "Continue", "Change", "UndoChange", "Hold", "ReleaseHold", "AddNote", "Ship", "Deliver", "Track",
		"RequestReturn", "ReceiveReturn", "CancelReturn", "Exchange", "SaveDraft", "PlaceDraft", "Import", "Receive", "Reserve", "Webhook", "RunOnce",
	} {
		require.Positive(t, sum.Names[name], "%s was never done", name)
	}
}

// TestSeed lives one world, for whoever looks at a failure.
func TestSeed(t *testing.T) {
	opts := Options{Seed: *seedFlag}
	if *traceFlag {
		opts.Trace = os.Stdout
	}
	r := Run(opts)
	t.Logf("seed %d: %d commands, %d points, %d faults, trace %016x", r.Seed, r.Commands, r.Points, r.Faults, r.Hash)
	require.Nil(t, r.Failure)
	require.NotZero(t, r.Hash)
}

// The same seed is the same world, to the last read, and another seed is another one.
// That somebody watches changes nothing.
func TestTheSameSeedIsTheSameTrace(t *testing.T) {
	n := uint64(20)
	if underRace {
		n = 4
	}
	seen := map[uint64]uint64{}
	for seed := range n {
		first := Run(Options{Seed: seed})
		var text strings.Builder
		opts := Options{Seed: seed}
		if seed < 2 {
			opts.Trace = &text
		}
		again := Run(opts)
		require.Equal(t, first, again)
		require.Equal(t, seed < 2, strings.Contains(text.String(), "asks Place"))
		require.NotContains(t, seen, first.Hash)
		seen[first.Hash] = seed
	}
}

// A world with fewer faults or actors is another one, and is as deterministic.
func TestWhatIsLeftOutDoesNotHappen(t *testing.T) {
	all := Run(Options{Seed: 3})
	without := Run(Options{Seed: 3, Without: Faults(), Idle: []string{"importer", "messenger"}})
	require.Nil(t, without.Failure)
	require.NotEqual(t, all.Hash, without.Hash)
	require.Zero(t, without.Faults)
	require.Zero(t, without.Names["Import"]+without.Names["Webhook"])
	require.Positive(t, without.Names["Place"])
	short := Run(Options{Seed: 3, Commands: 40})
	require.Nil(t, short.Failure)
	require.Less(t, short.Commands, 60)
}
