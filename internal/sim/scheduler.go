package sim

import "math/rand/v2"

// scheduler lets one actor run at a time. An actor is a goroutine that hands control
// on at its points: every call of a store, gateway, carrier, sink or clock. Which
// actor goes on is drawn from the seed, so that the same seed interleaves them in the
// same way. What one actor wrote, the next one sees: control goes over a channel.
type scheduler struct {
	rng     *rand.Rand
	actors  []*actor
	current *actor
	steps   int64 // points so far
	restive int   // chance in 256 that another actor goes on at a point
	over    chan struct{}
}

// actor is somebody who gives commands, on the goroutine of its own.
type actor struct {
	name  string
	rng   *rand.Rand
	proc  *process
	act   func() // one step; it may give commands
	wake  chan struct{}
	done  bool
	until int64 // stalled up to that step

	life int       // of the process, when the command began
	ctx  *deadline // of the command

	late []func() // commits that had no answer and take place later
}

// add makes an actor that begins when run does.
func (s *scheduler) add(a *actor) {
	a.wake = make(chan struct{}, 1)
	s.actors = append(s.actors, a)
}

// run lets the actors go until all are done; body is what each of them does.
func (s *scheduler) run(body func(*actor)) {
	if len(s.actors) == 0 {
		return
	}
	s.over = make(chan struct{})
	for _, a := range s.actors {
		a.done, a.until = false, 0
		go func() {
			<-a.wake
			body(a)
			a.done = true
			if next := s.pick(); next != nil {
				s.current = next
				next.wake <- struct{}{}
				return
			}
			close(s.over)
		}()
	}
	s.current = s.pick()
	s.current.wake <- struct{}{}
	<-s.over
}

// yield may let another actor go on, and returns when it is this one's turn again.
func (s *scheduler) yield() {
	s.steps++
	a := s.current
	if !s.waits(a) && a.until <= s.steps && int(s.rng.Uint32()&255) >= s.restive {
		return
	}
	next := s.pick()
	if next == a {
		return
	}
	s.current = next
	next.wake <- struct{}{}
	<-a.wake
}

// waits reports whether another actor of the same process keeps this one waiting.
func (s *scheduler) waits(a *actor) bool { return a.proc.locked != nil && a.proc.locked != a }

// pick draws who goes on: one who is neither stalled nor kept waiting by another
// actor of the same process. When everybody is stalled it is who will be ready first.
func (s *scheduler) pick() *actor {
	var first *actor
	ready := 0
	for _, a := range s.actors {
		if a.done || s.waits(a) {
			continue
		}
		if a.until <= s.steps {
			ready++
		}
		if first == nil || a.until < first.until {
			first = a
		}
	}
	if ready == 0 {
		return first
	}
	n := s.rng.IntN(ready)
	for _, a := range s.actors {
		if a.done || s.waits(a) || a.until > s.steps {
			continue
		}
		if n == 0 {
			return a
		}
		n--
	}
	return first
}
