package sim

import (
	"context"
	"errors"
	"fmt"

	"github.com/go-oms/oms"
	"github.com/go-oms/oms/event"
)

var _ oms.Sink = (*sink)(nil)

// sink is where events go. It remembers how far each aggregate has come: an event may
// come again, but none may be left out or overtaken.
type sink struct {
	w        *world
	name     string
	versions map[event.ID]int64
}

var errSink = errors.New("sim: the sink is away")

var sinkFaults = []Fault{SinkFails, SinkSilent, SinkCrash}

// Deliver takes events in.
func (s *sink) Deliver(_ context.Context, _ string, events []event.Event) error {
	w := s.w
	w.point()
	f := w.swarm.one(sinkFaults)
	w.note("sink", s.name, fmt.Sprint(len(events)), string(f))
	if f == SinkFails {
		return errSink
	}
	for i := range events {
		e := &events[i]
		reached := s.versions[e.ID]
		if e.Version > reached+1 {
			w.fail("sink.order", "%s got version %d of %s %s after %d", s.name, e.Version, e.Aggregate, e.ID, reached)
		}
		s.versions[e.ID] = max(reached, e.Version)
	}
	switch f {
	case SinkSilent:
		return errSink
	case SinkCrash:
		w.crash()
	}
	return nil
}
