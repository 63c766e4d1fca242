package webhook

import (
	"context"
	"sync"

	"github.com/go-oms/oms"
	"github.com/go-oms/oms/event"
	"github.com/go-oms/oms/sink/cloudevents"
)

// round is one delivery of several events.
type round struct {
	sink   *Sink
	to     *target
	tenant string
	events []event.Event

	mu     sync.Mutex
	done   []bool
	failed int // the first that did, or one beyond the end
	err    *oms.DeliveryError
}

// run works off the lanes of the aggregates, several at once. What comes through
// behind an event that does not is remembered, so that it is not sent again when the
// same events come again.
func (r *round) run(ctx context.Context) error {
	before := r.sink.cameThrough(r.tenant)
	lanes := make(chan []int)
	var workers sync.WaitGroup
	for range min(r.sink.cfg.Concurrency, len(r.events)) {
		workers.Go(func() {
			for lane := range lanes {
				r.lane(ctx, lane, before)
			}
		})
	}
	for _, lane := range r.lanes() {
		lanes <- lane
	}
	close(lanes)
	workers.Wait()
	return r.outcome(before)
}

// lanes lists the numbers of each aggregate's events, by their first. With one worker
// there is one lane, in the order of the events.
func (r *round) lanes() [][]int {
	var lanes [][]int
	of := make(map[string]int)
	for i, e := range r.events {
		key := cloudevents.Key(r.tenant, e)
		n, known := of[key]
		if r.sink.cfg.Concurrency == 1 {
			n, known = 0, i > 0
		}
		if !known {
			n = len(lanes)
			lanes, of[key] = append(lanes, nil), n
		}
		lanes[n] = append(lanes[n], i)
	}
	return lanes
}

// lane sends one lane's events, up to the first of any lane that is not taken: so that
// the first one that is not done has failed, and was not merely left.
func (r *round) lane(ctx context.Context, lane []int, before map[string]bool) {
	for _, i := range lane {
		r.mu.Lock()
		failed := r.failed
		r.mu.Unlock()
		if i > failed {
			return
		}
		e := r.events[i]
		var err *oms.DeliveryError
		if wants := r.sink.cfg.Wants; !before[cloudevents.ID(r.tenant, e)] && (wants == nil || wants(e)) {
			err = r.sink.post(ctx, r.to, r.tenant, e)
		}
		r.mu.Lock()
		if r.done[i] = err == nil; err != nil && i < r.failed {
			r.failed, r.err = i, err
		}
		r.mu.Unlock()
	}
}

// outcome tells how many from the first came through, and why the next did not.
func (r *round) outcome(before map[string]bool) error {
	for i, e := range r.events {
		if id := cloudevents.ID(r.tenant, e); i > r.failed && r.done[i] {
			before[id] = true
		} else {
			delete(before, id)
		}
	}
	r.sink.remember(r.tenant, before)
	if r.err == nil {
		return nil
	}
	r.err.Delivered = r.failed
	return r.err
}
