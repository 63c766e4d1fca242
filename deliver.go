package oms

import (
	"context"
	"errors"
	"time"

	"github.com/go-oms/oms/event"
	"github.com/go-oms/oms/fault"
	"github.com/go-oms/oms/storage"
)

// The measures of delivering.
const (
	sinkPage   = 100             // events that a sink is handed at once
	patience   = 5 * time.Minute // how long one call of a sink may take
	asideAfter = 3               // failures after which an event of a patient sink is parked
)

// delivery is one pass of the process that holds a sink's lease.
type delivery struct {
	client *Client
	sink   Sink
	held   *claim
	slots  *slots
	work   Work
}

// eventsWaiting reports whether there is something to deliver now.
func (c *Client) eventsWaiting(ctx context.Context, sink string) (bool, error) {
	line, err := c.store.Lease(ctx, sinkLease(sink))
	if err != nil {
		return false, err
	}
	now := c.now()
	if line.NextAt.Equal(never) {
		return false, nil
	}
	if !line.NextAt.After(now) {
		for _, err := range c.store.Stream(ctx, line.Position, 1) {
			return err == nil, err
		}
	}
	slots, err := c.slotsOf(ctx, sink)
	if err != nil {
		return false, err
	}
	return len(slots.due(now)) > 0, nil
}

// deliverEvents hands a sink what it has not had yet: what is parked and due first,
// then the line. The places reached are kept in leases, so that whoever holds the
// line's goes on where the last one stopped.
func (c *Client) deliverEvents(ctx context.Context, name string, sink Sink, held *claim) (Work, error) {
	slots, err := c.slotsOf(ctx, name)
	if err != nil {
		return Work{}, err
	}
	d := &delivery{client: c, sink: sink, held: held, slots: slots}
	err = d.run(ctx)
	if fault.KindOf(err) == fault.Conflict {
		// Somebody has taken the claim, or asked for a redrive meanwhile. What was
		// delivered and not taken down comes again.
		err = nil
	}
	return d.work, err
}

func (d *delivery) run(ctx context.Context) error {
	for _, s := range d.slots.due(d.client.now()) {
		if ctx.Err() == nil && !d.stopped() {
			if err := d.retry(ctx, s); err != nil {
				return err
			}
		}
	}
	for ctx.Err() == nil && !d.held.lease.NextAt.After(d.client.now()) {
		if more, err := d.advance(ctx); !more || err != nil {
			return err
		}
	}
	return nil
}

func (d *delivery) stopped() bool { return d.held.lease.NextAt.Equal(never) }

// advance hands on the next events of the line; false when there are none.
func (d *delivery) advance(ctx context.Context) (bool, error) {
	line := d.held.lease
	var page, free []event.Event
	for e, err := range d.client.store.Stream(ctx, line.Position, sinkPage) {
		if err != nil {
			return false, err
		}
		page = append(page, e)
		if d.slots.parked[aggregateOf(&e)] == nil {
			free = append(free, e)
		}
	}
	if len(page) == 0 {
		return false, nil
	}
	done, err := d.hand(ctx, free)
	d.work.Delivered += done
	next := line
	if done > 0 || err == nil {
		next.Attempts, next.Problem, next.NextAt = 0, "", time.Time{}
	}
	if err == nil {
		next.Position = page[len(page)-1].Position
		return true, d.write(ctx, next)
	}
	for _, e := range page {
		if e.Position < free[done].Position {
			next.Position = e.Position
		}
	}
	if ctx.Err() != nil {
		return false, d.write(ctx, next) // this process ends, which is not the sink's fault
	}
	d.failed(&next, err)
	return d.park(ctx, next, free[done], err)
}

// park puts the aggregate of an event that failed aside, if its sink is patient and
// has had enough of it; the line then goes on.
func (d *delivery) park(ctx context.Context, line storage.Lease, e event.Event, err error) (bool, error) {
	told := toldBy(err)
	_, patient := d.sink.(Patient)
	_, more := nextTry(d.sink, line.Attempts, told)
	aside := !told.Stop && (told.Refused || patient && (line.Attempts >= asideAfter || !more))
	free, room := d.slots.open()
	if !aside || !room {
		return false, d.write(ctx, line)
	}
	taken := free
	taken.Owner, taken.Position = aggregateOf(&e).String(), line.Position
	taken.Attempts, taken.Problem, taken.NextAt = line.Attempts, line.Problem, line.NextAt
	if !more {
		taken.NextAt = never
	}
	line.Attempts, line.Problem, line.NextAt = 0, "", time.Time{}
	return true, d.write(ctx, line, storage.LeaseChange{Before: free, After: taken})
}

// failed notes a failure and when the next try is. Where there is none it is what a
// sink without patience would get: a line that cannot park goes on trying.
func (d *delivery) failed(l *storage.Lease, err error) {
	told := toldBy(err)
	l.Attempts++
	wait, more := nextTry(d.sink, l.Attempts, told)
	if !more {
		wait = max(backoff(l.Attempts), told.After)
	}
	l.Problem, l.NextAt = problemText(err), d.client.now().Add(wait)
	if told.Stop {
		l.NextAt = never
	}
	d.work.Failed++
	d.client.core.cfg.Logger.Warn("oms: deliver events", "lease", l.Name, "attempts", l.Attempts, "error", err)
}

// retry hands on what waits in a slot and frees it.
func (d *delivery) retry(ctx context.Context, s *slot) error {
	waiting, err := d.client.waiting(ctx, s, d.held.lease.Position)
	if err != nil {
		return err
	}
	for len(waiting) > 0 {
		page := waiting[:min(len(waiting), sinkPage)]
		done, err := d.hand(ctx, page)
		d.work.Delivered += done
		next := s.lease
		if done > 0 {
			next.Position, next.Attempts = page[done-1].Position, 0
		}
		line := d.held.lease
		if err != nil && ctx.Err() == nil {
			d.failed(&next, err)
			if _, more := nextTry(d.sink, next.Attempts, toldBy(err)); !more {
				next.NextAt = never
			}
			if toldBy(err).Stop {
				line.Attempts, line.Problem, line.NextAt = line.Attempts+1, next.Problem, never
				next.NextAt = d.client.now()
			}
		}
		change := storage.LeaseChange{Before: s.lease, After: next}
		if writeErr := d.write(ctx, line, change); writeErr != nil || err != nil {
			return writeErr
		}
		if s = d.slots.parked[s.aggregate]; s == nil {
			return nil
		}
		waiting = waiting[done:]
	}
	return d.write(ctx, d.held.lease, storage.LeaseChange{Before: s.lease, After: storage.Lease{Name: s.lease.Name}})
}

// hand gives events to the sink and returns how many it has. A patient sink that
// does not say which event it failed on is asked one by one.
func (d *delivery) hand(ctx context.Context, events []event.Event) (int, error) {
	if len(events) == 0 {
		return 0, nil
	}
	err := d.call(ctx, events)
	var told *DeliveryError
	if errors.As(err, &told) {
		return min(max(told.Delivered, 0), len(events)-1), err
	}
	if _, patient := d.sink.(Patient); err == nil {
		return len(events), nil
	} else if !patient || len(events) == 1 {
		return 0, err
	}
	for i := range events {
		if done, err := d.hand(ctx, events[i:i+1]); err != nil {
			return i + done, err
		}
	}
	return len(events), nil
}

// call keeps the claim while the sink works.
func (d *delivery) call(ctx context.Context, events []event.Event) error {
	if d.held.lease.Until.Sub(d.client.now()) < 2*leaseFor/3 {
		if err := d.held.renew(ctx); err != nil {
			return err
		}
	}
	ctx, done := d.held.keep(ctx, patience)
	defer done()
	return d.sink.Deliver(ctx, d.client.tenant, events)
}

// write takes down where the line and its slots stand, if the claim still holds.
func (d *delivery) write(ctx context.Context, line storage.Lease, changes ...storage.LeaseChange) error {
	line.Until = d.client.now().Add(leaseFor)
	for i := range changes {
		changes[i].After.Version = changes[i].Before.Version + 1
	}
	if err := d.held.change(context.WithoutCancel(ctx), line, changes...); err != nil {
		return err
	}
	for _, l := range changes {
		d.slots.changed(l)
	}
	return nil
}

// toldBy is what a sink's error tells; an error without more tells nothing.
func toldBy(err error) *DeliveryError {
	var told *DeliveryError
	if !errors.As(err, &told) {
		told = &DeliveryError{Err: err}
	}
	return told
}
