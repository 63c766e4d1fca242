package demo

import (
	"container/heap"
	"time"
)

// agenda is what is going to happen, in order of time; of one time in the order in
// which it was planned.
type agenda struct {
	entries entries
	planned int
}

type entry struct {
	at    time.Time
	place int
	do    func() error
}

// plan adds something.
func (a *agenda) plan(at time.Time, do func() error) {
	a.planned++
	heap.Push(&a.entries, entry{at: at, place: a.planned, do: do})
}

// next takes what comes first.
func (a *agenda) next() (entry, bool) {
	if len(a.entries) == 0 {
		return entry{}, false
	}
	return heap.Pop(&a.entries).(entry), true
}

// entries is a heap.
type entries []entry

func (e entries) Len() int { return len(e) }
func (e entries) Less(i, j int) bool {
	if !e[i].at.Equal(e[j].at) {
		return e[i].at.Before(e[j].at)
	}
	return e[i].place < e[j].place
}
func (e entries) Swap(i, j int) { e[i], e[j] = e[j], e[i] }
func (e *entries) Push(x any)   { *e = append(*e, x.(entry)) }
func (e *entries) Pop() any {
	last := (*e)[len(*e)-1]
	*e = (*e)[:len(*e)-1]
	return last
}
