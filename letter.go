package oms

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/go-oms/oms/event"
	"github.com/go-oms/oms/fault"
	"github.com/go-oms/oms/storage"
)

// DeadLetter is an event that a sink has not taken and that is parked, so that the
// others go on.
type DeadLetter struct {
	Sink     string      `json:"sink"`
	Event    event.Event `json:"event"`
	Behind   int         `json:"behind"` // later events of its aggregate that wait behind it
	Attempts int         `json:"attempts"`
	Problem  string      `json:"problem"` // of the last attempt
	// NextAt is when it is tried again; zero for a dead one, which waits for
	// Redrive.
	NextAt time.Time `json:"next_at,omitzero"`
}

// Dead reports whether nothing happens to it until Redrive.
func (l DeadLetter) Dead() bool { return l.NextAt.IsZero() }

// SinkLag is how far a sink is behind.
type SinkLag struct {
	Sink string `json:"sink"`
	// Behind is how many events the line has not come to. More than 10,000 are not
	// counted.
	Behind int `json:"behind"`
	// Oldest is when the oldest event that the sink does not have was recorded,
	// and Age how long ago that was; both are zero when it has all.
	Oldest time.Time     `json:"oldest,omitzero"`
	Age    time.Duration `json:"age"`
	// Attempts are those of the event that the line stands at, Problem what the last
	// of them ended with, and NextAt when the next one is.
	Attempts int       `json:"attempts"`
	Problem  string    `json:"problem"`
	NextAt   time.Time `json:"next_at,omitzero"`
	// Stopped says that the sink takes nothing until Redrive.
	Stopped bool `json:"stopped"`
	// Parked are the aggregates whose events wait beside the line, and Dead those of
	// them that wait for Redrive.
	Parked int `json:"parked"`
	Dead   int `json:"dead"`
}

// lagCounted bounds what is read to count it.
const lagCounted = 10_000

// Lag tells how far each sink of the tenant is behind, by name: those that are
// configured, and those that have ever been served. Shoppers are refused.
func (c *Client) Lag(ctx context.Context) ([]SinkLag, error) {
	c, leave, err := c.deliveries(ctx, "events.lag")
	if err != nil {
		return nil, err
	}
	defer leave()
	names := maps.Clone(c.core.cfg.Sinks)
	if names == nil {
		names = Sinks{}
	}
	lines, err := c.store.Leases(ctx, linePrefix)
	if err != nil {
		return nil, err
	}
	for _, line := range lines {
		names[strings.TrimPrefix(line.Name, linePrefix)] = nil
	}
	var lags []SinkLag
	for _, name := range slices.Sorted(maps.Keys(names)) {
		lag, err := c.lagOf(ctx, name)
		if err != nil {
			return nil, err
		}
		lags = append(lags, lag)
	}
	return lags, nil
}

func (c *Client) lagOf(ctx context.Context, name string) (SinkLag, error) {
	lag := SinkLag{Sink: name}
	line, err := c.store.Lease(ctx, sinkLease(name))
	if err != nil {
		return lag, err
	}
	lag.Attempts, lag.Problem, lag.NextAt = line.Attempts, line.Problem, line.NextAt
	if lag.Stopped = line.NextAt.Equal(never); lag.Stopped {
		lag.NextAt = time.Time{}
	}
	oldest := func(e *event.Event) {
		if lag.Oldest.IsZero() || e.RecordedAt.Before(lag.Oldest) {
			lag.Oldest = e.RecordedAt
		}
	}
	for e, err := range c.store.Stream(ctx, line.Position, lagCounted) {
		if err != nil {
			return lag, err
		}
		lag.Behind++
		oldest(&e)
	}
	letters, err := c.letters(ctx, name, line.Position)
	if err != nil {
		return lag, err
	}
	for _, l := range letters {
		lag.Parked++
		if l.Dead() {
			lag.Dead++
		}
		oldest(&l.Event)
	}
	if !lag.Oldest.IsZero() {
		lag.Age = c.now().Sub(lag.Oldest)
	}
	return lag, nil
}

// DeadLetters lists what is parked beside a sink's line, the oldest event first:
// for each aggregate the event that failed. Those that are not dead are tried again
// by themselves. A sink that nobody knows is not found. Shoppers are refused.
func (c *Client) DeadLetters(ctx context.Context, sink string) ([]DeadLetter, error) {
	c, leave, err := c.deliveries(ctx, "events.letters")
	if err != nil {
		return nil, err
	}
	defer leave()
	line, err := c.line(ctx, sink)
	if err != nil {
		return nil, err
	}
	return c.letters(ctx, sink, line.Position)
}

func (c *Client) letters(ctx context.Context, sink string, line int64) ([]DeadLetter, error) {
	slots, err := c.slotsOf(ctx, sink)
	if err != nil {
		return nil, err
	}
	var letters []DeadLetter
	for _, s := range slots.parked {
		waiting, err := c.waiting(ctx, s, line)
		if err != nil {
			return nil, err
		}
		if len(waiting) == 0 {
			continue // discarded, and not freed yet
		}
		l := DeadLetter{
			Sink: sink, Event: waiting[0], Behind: len(waiting) - 1,
			Attempts: s.lease.Attempts, Problem: s.lease.Problem, NextAt: s.lease.NextAt,
		}
		if s.dead() {
			l.NextAt = time.Time{}
		}
		letters = append(letters, l)
	}
	slices.SortFunc(letters, func(a, b DeadLetter) int { return cmp.Compare(a.Event.Position, b.Event.Position) })
	return letters, nil
}

// Redrive has a sink try again what is parked, from the beginning of its waits: that
// of the aggregates of these ids, or without any, everything, and a sink that has
// stopped or waits goes on too. It returns how many aggregates that were; Run
// delivers them. Doing it twice does no more. Shoppers are refused.
func (c *Client) Redrive(ctx context.Context, sink string, ids ...uuid.UUID) (int, error) {
	c, leave, err := c.deliveries(ctx, "events.redrive")
	if err != nil {
		return 0, err
	}
	defer leave()
	for try := 1; ; try++ {
		n, err := c.redrive(ctx, sink, ids)
		if fault.KindOf(err) != fault.Conflict || try >= maxTries || c.store.InTx() {
			return n, err
		}
		if err := c.pause(ctx, try); err != nil {
			return 0, &fault.TransientError{Op: "oms: redrive", Err: err}
		}
	}
}

func (c *Client) redrive(ctx context.Context, sink string, ids []uuid.UUID) (int, error) {
	line, err := c.line(ctx, sink)
	if err != nil {
		return 0, err
	}
	slots, err := c.slotsOf(ctx, sink)
	if err != nil {
		return 0, err
	}
	var changes []storage.LeaseChange
	for _, s := range slots.parked {
		if len(ids) == 0 || slices.Contains(ids, s.aggregate.id) {
			changes = append(changes, due(s.lease, c.now()))
		}
	}
	n := len(changes)
	if len(ids) == 0 && !line.NextAt.IsZero() {
		changes = append(changes, due(line, time.Time{}))
	}
	if len(changes) == 0 {
		return 0, nil
	}
	slices.SortFunc(changes, func(a, b storage.LeaseChange) int { return cmp.Compare(a.After.Name, b.After.Name) })
	return n, c.store.Commit(ctx, &storage.Batch{Leases: changes})
}

// due is the change that has a line or slot tried again.
func due(l storage.Lease, at time.Time) storage.LeaseChange {
	next := l
	next.Version++
	next.Attempts, next.NextAt = 0, at
	return storage.LeaseChange{Before: l, After: next}
}

// Discard gives up a parked event: its sink never gets it. Those behind it are tried
// next. Given up already, or delivered meanwhile, it is a *fault.NotFoundError.
// Shoppers are refused.
func (c *Client) Discard(ctx context.Context, l DeadLetter) error {
	c, leave, err := c.deliveries(ctx, "events.discard")
	if err != nil {
		return err
	}
	defer leave()
	line, err := c.line(ctx, l.Sink)
	if err != nil {
		return err
	}
	slots, err := c.slotsOf(ctx, l.Sink)
	if err != nil {
		return err
	}
	missing := fault.NotFound("dead letter", aggregateOf(&l.Event).String())
	s := slots.parked[aggregateOf(&l.Event)]
	if s == nil {
		return missing
	}
	waiting, err := c.waiting(ctx, s, line.Position)
	if err != nil {
		return err
	}
	if len(waiting) == 0 || waiting[0].Version != l.Event.Version {
		return missing
	}
	// The slot stays taken until who holds the line frees it.
	change := due(s.lease, c.now())
	change.After.Position = waiting[0].Position
	return c.store.Commit(ctx, &storage.Batch{Leases: []storage.LeaseChange{change}})
}

// line is a sink's lease, if anybody knows the sink.
func (c *Client) line(ctx context.Context, sink string) (storage.Lease, error) {
	line, err := c.store.Lease(ctx, sinkLease(sink))
	if err == nil && line.Version == 0 && c.core.cfg.Sinks[sink] == nil {
		err = fault.NotFound("sink", sink)
	}
	return line, err
}

// deliveries lets in who may look after them.
func (c *Client) deliveries(ctx context.Context, command string) (*Client, func(), error) {
	in, leave, err := c.enter()
	if err != nil {
		return nil, nil, err
	}
	if err := in.authorize(ctx, command); err != nil {
		leave()
		return nil, nil, err
	}
	return in, leave, nil
}
