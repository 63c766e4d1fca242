package sim

import (
	"runtime"
	"sync"
	"sync/atomic"
)

// Sum is what came of many worlds.
type Sum struct {
	Seeds    int
	Commands int
	Points   int64
	Faults   int
	Least    Least
	Struck   map[Fault]int
	Names    map[string]int
	Failed   []Result // in order of their seeds
}

// Least is the fewest of anything that a world had which held every rule.
type Least struct{ Commands, Faults int }

// Many lives the worlds of n seeds from the first one, several at a time where there are
// several processors. Each of them is as deterministic as it is alone. When first is
// set it stops soon after a failure.
func Many(from, n uint64, first bool) *Sum {
	sum := &Sum{Struck: map[Fault]int{}, Names: map[string]int{}, Least: Least{1 << 30, 1 << 30}}
	results := make([]Result, n)
	var next atomic.Uint64
	var stop atomic.Bool
	var workers sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), int(n)) {
		workers.Go(func() {
			for !stop.Load() {
				i := next.Add(1) - 1
				if i >= n {
					return
				}
				results[i] = Run(Options{Seed: from + i})
				if results[i].Failure != nil && first {
					stop.Store(true)
				}
			}
		})
	}
	workers.Wait()
	for i := range results {
		if results[i].Commands > 0 {
			sum.add(&results[i])
		}
	}
	return sum
}

func (s *Sum) add(r *Result) {
	s.Seeds++
	s.Commands += r.Commands
	s.Points += r.Points
	s.Faults += r.Faults
	for f, n := range r.Struck {
		s.Struck[f] += n
	}
	for name, n := range r.Names {
		s.Names[name] += n
	}
	if r.Failure != nil {
		s.Failed = append(s.Failed, *r)
		return
	}
	s.Least.Commands, s.Least.Faults = min(s.Least.Commands, r.Commands), min(s.Least.Faults, r.Faults)
}
