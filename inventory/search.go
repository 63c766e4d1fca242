package inventory

import (
	"slices"

	"github.com/go-oms/oms/quantity"
)

// searchBudget bounds the exact search: comparisons of a quantity wanted with one
// that is there. It is a few milliseconds at most.
const searchBudget = 400_000

// search looks for the fewest locations that together have what is wanted.
type search struct {
	has    [][]quantity.Quantity // by location and want
	among  []int                 // locations that may be chosen, in order of preference
	most   [][]quantity.Quantity // by place in among and want: the most any location from there on has
	rest   [][]quantity.Quantity // by locations still to choose: room for what is left then
	budget int
}

func newSearch(has [][]quantity.Quantity, among []int) *search {
	return &search{has: has, among: among, budget: searchBudget}
}

// fewest returns the smallest set of locations that have all that is left, among
// equally small ones the first in order of preference. It gives up when the budget
// is used up.
func (s *search) fewest(left []quantity.Quantity) (chosen []int, ok bool) {
	s.most = make([][]quantity.Quantity, len(s.among)+1)
	s.most[len(s.among)] = make([]quantity.Quantity, len(left))
	for i := len(s.among) - 1; i >= 0; i-- {
		s.most[i] = slices.Clone(s.most[i+1])
		for g, q := range s.has[s.among[i]] {
			s.most[i][g] = quantity.Max(s.most[i][g], q)
		}
	}
	for n := 0; n <= len(s.among) && s.budget > 0; n++ {
		s.rest = append(s.rest, make([]quantity.Quantity, len(left)))
		if chosen, ok = s.pick(left, 0, n); ok {
			return chosen, true
		}
	}
	return nil, false
}

// pick chooses n locations from a place on that have all that is left.
func (s *search) pick(left []quantity.Quantity, from, n int) (chosen []int, ok bool) {
	if n == 0 {
		return nil, served(left)
	}
	rest := s.rest[n]
	for i := from; i+n <= len(s.among); i++ {
		if s.budget <= 0 || !s.promising(left, i, n) {
			return nil, false
		}
		s.budget -= len(left)
		copy(rest, left)
		lessen(rest, s.has[s.among[i]])
		if chosen, ok = s.pick(rest, i+1, n-1); ok {
			return slices.Insert(chosen, 0, s.among[i]), true
		}
	}
	return nil, false
}

// promising reports whether n locations from a place on could have all that is
// left if each had as much as the best of them.
func (s *search) promising(left []quantity.Quantity, from, n int) bool {
	for g := range left {
		each := (left[g].Micro() + int64(n) - 1) / int64(n)
		if each > s.most[from][g].Micro() {
			return false
		}
	}
	return true
}

// greedy takes the location that completes the most wants, then the one that
// helps with the most, until nothing is left; then it gives up those that turn
// out to be superfluous, the least preferred first.
func (s *search) greedy(wanted []quantity.Quantity) []int {
	left := slices.Clone(wanted)
	var chosen []int
	for !served(left) {
		best, bestDone, bestHelps := -1, -1, 0
		for _, i := range s.among {
			if slices.Contains(chosen, i) {
				continue
			}
			if done, helps := s.gain(left, i); helps > 0 && (done > bestDone || done == bestDone && helps > bestHelps) {
				best, bestDone, bestHelps = i, done, helps
			}
		}
		chosen = append(chosen, best)
		lessen(left, s.has[best])
	}
	slices.Sort(chosen)
	for i := len(chosen) - 1; i >= 0; i-- {
		without := slices.Delete(slices.Clone(chosen), i, i+1)
		left = slices.Clone(wanted)
		for _, j := range without {
			lessen(left, s.has[j])
		}
		if served(left) {
			chosen = without
		}
	}
	return chosen
}

// gain counts the wants that a location would complete, and those it helps with.
func (s *search) gain(left []quantity.Quantity, i int) (done, helps int) {
	for g, has := range s.has[i] {
		if left[g].Sign() <= 0 || has.Sign() <= 0 {
			continue
		}
		helps++
		if has.Cmp(left[g]) >= 0 {
			done++
		}
	}
	return done, helps
}

func served(left []quantity.Quantity) bool {
	for _, q := range left {
		if q.Sign() > 0 {
			return false
		}
	}
	return true
}
