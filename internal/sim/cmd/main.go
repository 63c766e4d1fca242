// Command cmd lives simulated worlds and says what came of them:
//
//	go run ./internal/sim/cmd -seeds 2000          # many, from seed 0
//	go run ./internal/sim/cmd -seed 7 -trace       # one, with everything that happened
//	go run ./internal/sim/cmd -seed 7 -shrink      # the smallest that breaks the same rule
package main

import (
	"flag"
	"fmt"
	"io"
	"maps"
	"os"
	"runtime/debug"
	"slices"
	"time"

	"github.com/go-oms/oms/internal/sim"
)

func main() {
	os.Exit(run(os.Args[1:], os.Stdout, os.Stderr))
}

func run(args []string, out, errs io.Writer) int {
	flags := flag.NewFlagSet("sim", flag.ContinueOnError)
	flags.SetOutput(errs)
	seed := flags.Uint64("seed", 0, "live this seed")
	seeds := flags.Uint64("seeds", 0, "live so many seeds, from -seed on")
	trace := flags.Bool("trace", false, "print what happens in the world of the seed")
	shrink := flags.Bool("shrink", false, "look for the smallest world that breaks the same rule")
	first := flags.Bool("first", false, "stop at the first failure, and print its seed and rule alone")
	if err := flags.Parse(args); err != nil {
		return 2
	}
	debug.SetGCPercent(400) // worlds are short-lived
	if *seeds > 0 {
		return many(out, *seed, *seeds, *first)
	}
	opts := sim.Options{Seed: *seed}
	if *shrink {
		opts, _ = sim.Shrink(opts)
		_, _ = fmt.Fprintf(out, "%d commands, without %v, idle %v\n", opts.Commands, opts.Without, opts.Idle)
	}
	if *trace {
		opts.Trace = out
	}
	r := sim.Run(opts)
	_, _ = fmt.Fprintf(out, "seed %d: %d commands, %d points, %d faults, trace %016x\n", r.Seed, r.Commands, r.Points, r.Faults, r.Hash)
	if r.Failure != nil {
		_, _ = fmt.Fprintln(out, r.Failure)
		return 1
	}
	return 0
}

func many(out io.Writer, from, n uint64, first bool) int {
	start := time.Now()
	sum := sim.Many(from, n, first)
	for _, r := range sum.Failed {
		_, _ = fmt.Fprintf(out, "seed %d: %v\n", r.Seed, r.Failure)
		if first {
			return 1
		}
	}
	took := time.Since(start)
	_, _ = fmt.Fprintf(out, "%d seeds in %s, %d an hour: %d commands, %d points, %d faults; at least %d commands and %d faults a seed; %d failed\n",
		sum.Seeds, took.Round(time.Millisecond), int64(time.Hour/(took/time.Duration(max(sum.Seeds, 1)))), sum.Commands, sum.Points, sum.Faults,
		sum.Least.Commands, sum.Least.Faults, len(sum.Failed))
	for _, f := range sim.Faults() {
		_, _ = fmt.Fprintf(out, "%8d %s\n", sum.Struck[f], f)
	}
	for _, name := range slices.Sorted(maps.Keys(sum.Names)) {
		_, _ = fmt.Fprintf(out, "%8d %s\n", sum.Names[name], name)
	}
	return min(len(sum.Failed), 1)
}
