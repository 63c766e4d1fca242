package sim

import (
	"fmt"
	"slices"
)

// Shrink looks for a smaller world that breaks the same rule: with fewer commands, fewer
// actors and fewer kinds of faults, until nothing more can be left out. It returns the
// options of the smallest, and what came of it.
func Shrink(opts Options) (Options, Result) {
	trace := opts.Trace
	opts.Trace = nil
	best := Run(opts)
	if best.Failure == nil {
		return opts, best
	}
	try := func(o Options) bool {
		r := Run(o)
		if r.Failure == nil || r.Failure.Check != best.Failure.Check {
			return false
		}
		opts, best = o, r
		return true
	}
	opts.Commands = best.Commands
	for again := true; again; {
		again = false
		for _, f := range Faults() {
			if slices.Contains(opts.Without, f) {
				continue
			}
			o := opts
			o.Without = append(slices.Clone(opts.Without), f)
			try(o) // a fault less may be a fault that was not there: no reason to begin again
		}
		for _, name := range Actors() {
			if slices.Contains(opts.Idle, name) {
				continue
			}
			o := opts
			o.Idle = append(slices.Clone(opts.Idle), name)
			again = try(o) || again
		}
		for step := opts.Commands / 2; step > 0; step /= 2 {
			for o := opts; o.Commands > step; o = opts {
				if o.Commands -= step; !try(o) {
					break
				}
				again = true
			}
		}
	}
	opts.Trace = trace
	return opts, best
}

// Actors lists everybody who may take part.
func Actors() []string {
	list := []string{"clerk", "warehouse", "messenger", "importer", "time"}
	for i := range 4 {
		list = append(list, fmt.Sprint("buyer", i))
	}
	for i := range 3 {
		list = append(list, fmt.Sprint("runner p", i))
	}
	return list
}
