package oms

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/go-oms/oms/event"
	"github.com/go-oms/oms/storage"
)

// maxParked is how many aggregates may be parked beside a sink's line. A sink that
// takes nothing would otherwise park them all; with so many the line stops.
const maxParked = 1000

// aggregate names one.
type aggregate struct {
	kind string
	id   uuid.UUID
}

func aggregateOf(e *event.Event) aggregate { return aggregate{e.Aggregate, e.ID} }

func (a aggregate) String() string { return a.kind + "/" + a.id.String() }

func parseAggregate(text string) (a aggregate, ok bool) {
	kind, id, found := strings.Cut(text, "/")
	parsed, err := uuid.Parse(id)
	return aggregate{kind, parsed}, found && err == nil
}

// A slot is a lease whose owner is the aggregate that is parked in it, by its text.
// The aggregate's events behind the slot's place, up to the line's, wait there.
// Only who holds the line's lease parks and frees: what it passes over in the line
// must be parked, and stay so until it is delivered. Others may make a slot due.
type slot struct {
	aggregate aggregate
	lease     storage.Lease
}

// dead reports whether nobody tries it until Redrive.
func (s *slot) dead() bool { return !s.lease.NextAt.Before(never) }

// slots are those of one sink.
type slots struct {
	prefix string
	parked map[aggregate]*slot
	free   []storage.Lease
	taken  int // the highest number in use
}

func newSlots(sink string) *slots {
	return &slots{prefix: slotPrefix + sink + "/", parked: make(map[aggregate]*slot)}
}

// slotsOf reads the slots of a sink.
func (c *Client) slotsOf(ctx context.Context, sink string) (*slots, error) {
	s := newSlots(sink)
	leases, err := c.store.Leases(ctx, s.prefix)
	if err != nil {
		return nil, err
	}
	for _, lease := range leases {
		if number, ok := slotNumber(lease.Name, s.prefix); ok {
			s.add(number, lease)
		}
	}
	return s, nil
}

func (s *slots) add(number int, lease storage.Lease) {
	s.taken = max(s.taken, number)
	if a, ok := parseAggregate(lease.Owner); ok {
		s.parked[a] = &slot{a, lease}
	} else {
		s.free = append(s.free, lease)
	}
}

// due lists what is to be tried now, what has waited longest first.
func (s *slots) due(now time.Time) []*slot {
	var due []*slot
	for _, p := range s.parked {
		if !p.lease.NextAt.After(now) {
			due = append(due, p)
		}
	}
	slices.SortFunc(due, func(a, b *slot) int { return cmp.Compare(a.lease.Position, b.lease.Position) })
	return due
}

// slotNumber reads the number of a slot: what stands behind the prefix, unless it
// belongs to a sink whose own name goes on there.
func slotNumber(name, prefix string) (int, bool) {
	digits, found := strings.CutPrefix(name, prefix)
	number, err := strconv.Atoi(digits)
	return number, found && err == nil && number > 0
}

// open returns a free slot, which may be a new one; false when all are taken.
func (s *slots) open() (storage.Lease, bool) {
	if n := len(s.free); n > 0 {
		return s.free[n-1], true
	}
	if s.taken >= maxParked {
		return storage.Lease{}, false
	}
	return storage.Lease{Name: s.prefix + fmt.Sprintf("%04d", s.taken+1)}, true
}

// changed takes a change of one of the slots over.
func (s *slots) changed(l storage.LeaseChange) {
	if a, ok := parseAggregate(l.Before.Owner); ok {
		delete(s.parked, a)
	}
	s.free = slices.DeleteFunc(s.free, func(f storage.Lease) bool { return f.Name == l.After.Name })
	number, _ := slotNumber(l.After.Name, s.prefix)
	s.add(number, l.After)
}

// waiting returns the events of a parked aggregate that wait in its slot: those the
// line has passed over, whose place is given.
func (c *Client) waiting(ctx context.Context, s *slot, line int64) ([]event.Event, error) {
	history, err := c.store.History(ctx, s.aggregate.kind, s.aggregate.id)
	if err != nil {
		return nil, err
	}
	waiting := history[:0]
	for _, e := range history {
		if e.Position > s.lease.Position && e.Position <= line {
			waiting = append(waiting, e)
		}
	}
	return waiting, nil
}
