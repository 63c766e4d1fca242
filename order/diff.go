package order

import (
	"fmt"
	"slices"

	"github.com/google/uuid"
)

// Clone returns a copy that shares nothing that changes: the way to begin every
// change.
func (o *Order) Clone() *Order {
	return o.cloneFor(0, 0)
}

// cloneFor is Clone with room for more lines and adjustments.
func (o *Order) cloneFor(lines, adjustments int) *Order {
	c := *o
	c.Lines = roomier(o.Lines, lines)
	c.Adjustments = roomier(o.Adjustments, adjustments)
	c.Returns = slices.Clone(o.Returns)
	for i := range c.Returns {
		c.Returns[i] = c.Returns[i].Clone()
	}
	c.Changes = slices.Clone(o.Changes)
	for i := range c.Changes {
		c.Changes[i].Steps = slices.Clone(c.Changes[i].Steps)
		c.Changes[i].Inverse = slices.Clone(c.Changes[i].Inverse)
	}
	c.Holds = slices.Clone(o.Holds)
	for i := range c.Holds {
		c.Holds[i].Approvals = slices.Clone(c.Holds[i].Approvals)
	}
	c.Metadata = o.Metadata.Clone()
	return &c
}

// roomier copies a slice and has room for more.
func roomier[E any](list []E, more int) []E {
	if more == 0 {
		return slices.Clone(list)
	}
	return append(make([]E, 0, len(list)+more), list...)
}

// Line returns the line with that id, or nil. The pointer is into o.
func (o *Order) Line(id uuid.UUID) *Line {
	for i := range o.Lines {
		if o.Lines[i].ID == id {
			return &o.Lines[i]
		}
	}
	return nil
}

// Return returns the return with that id, or nil. The pointer is into o.
func (o *Order) Return(id uuid.UUID) *Return {
	for i := range o.Returns {
		if o.Returns[i].ID == id {
			return &o.Returns[i]
		}
	}
	return nil
}

// Diff returns what leads from before to after: the only maker of deltas. A nil
// before means a new order. Lines that did not move are left out. The returned
// delta shares the slices of after, which must not be changed any more.
//
// Diff panics if after dropped or reordered lines, adjustments, returns, changes or holds, or
// changed the frozen part of a line: that is a bug in the caller, and writing
// would destroy history.
func Diff(before, after *Order) *Delta {
	d := &Delta{Order: *after}
	d.Order.Lines, d.Order.Adjustments, d.Order.Returns, d.Order.Changes, d.Order.Holds = nil, nil, nil, nil, nil
	d.Order.ShipTo, d.Order.BillTo = nil, nil
	if before == nil {
		d.Lines, d.Adjustments, d.Returns = after.Lines, after.Adjustments, after.Returns
		d.Changes, d.Holds = after.Changes, after.Holds
		return d
	}
	if len(after.Lines) < len(before.Lines) || len(after.Adjustments) < len(before.Adjustments) ||
		len(after.Returns) < len(before.Returns) || len(after.Changes) < len(before.Changes) ||
		len(after.Holds) < len(before.Holds) {
		panic("order: a change dropped lines, adjustments, returns, changes or holds")
	}
	for i := range before.Lines {
		was, is := &before.Lines[i], &after.Lines[i]
		frozen := *is
		frozen.Counts, frozen.Credited = was.Counts, was.Credited
		if frozen != *was {
			panic(fmt.Sprintf("order: a change rewrote the frozen part of line %s", was.ID))
		}
		if is.Counts != was.Counts || is.Credited != was.Credited {
			d.Counts = append(d.Counts, LineCounts{LineID: is.ID, Counts: is.Counts, Credited: is.Credited})
		}
	}
	d.Lines = after.Lines[len(before.Lines):]
	for i := range before.Adjustments {
		if before.Adjustments[i] != after.Adjustments[i] {
			panic(fmt.Sprintf("order: a change rewrote adjustment %s", before.Adjustments[i].ID))
		}
	}
	d.Adjustments = after.Adjustments[len(before.Adjustments):]
	for i := range after.Returns {
		if i >= len(before.Returns) || !before.Returns[i].equal(after.Returns[i]) {
			d.Returns = append(d.Returns, after.Returns[i])
		}
	}
	for i := range after.Changes {
		if i >= len(before.Changes) || !before.Changes[i].equal(&after.Changes[i]) {
			d.Changes = append(d.Changes, after.Changes[i])
		}
	}
	for i := range after.Holds {
		if i >= len(before.Holds) || !before.Holds[i].equal(after.Holds[i]) {
			d.Holds = append(d.Holds, after.Holds[i])
		}
	}
	return d
}

// Apply returns the order after the delta; a nil o stands for the order before its
// first event. It is the fold over an order's history: applying the deltas of all
// its events in order of version gives the stored order, addresses apart. The order
// may share slices with o: clone it before changing it.
func Apply(o *Order, d *Delta) (*Order, error) {
	if o == nil {
		o = &Order{}
	}
	next := d.Order
	next.Metadata = next.Metadata.Clone()
	next.Lines = joined(o.Lines, d.Lines)
	next.Adjustments = joined(o.Adjustments, d.Adjustments)
	if len(d.Counts) > 0 && len(d.Lines) == 0 {
		next.Lines = slices.Clone(next.Lines)
	}
	next.Returns, next.Changes, next.Holds = slices.Clone(o.Returns), slices.Clone(o.Changes), slices.Clone(o.Holds)
	next.ShipTo, next.BillTo = o.ShipTo, o.BillTo
	for _, c := range d.Counts {
		line := next.Line(c.LineID)
		if line == nil {
			return nil, fmt.Errorf("order %s: history moves line %s, which it never had", next.ID, c.LineID)
		}
		line.Counts, line.Credited = c.Counts, c.Credited
	}
	for _, r := range d.Returns {
		if known := next.Return(r.ID); known != nil {
			*known = r
		} else {
			next.Returns = append(next.Returns, r)
		}
	}
	for _, c := range d.Changes {
		if known := next.Change(c.ID); known != nil {
			*known = c
		} else {
			next.Changes = append(next.Changes, c)
		}
	}
	for _, h := range d.Holds {
		if known := next.Hold(h.ID); known != nil {
			*known = h
		} else {
			next.Holds = append(next.Holds, h)
		}
	}
	return &next, nil
}

// joined returns the elements of both. It is a itself when nothing is added.
func joined[T any](a, b []T) []T {
	if len(b) == 0 {
		return slices.Clip(a)
	}
	return append(slices.Clip(a), b...)
}

func (c *Change) equal(other *Change) bool {
	return c.ID == other.ID && c.Status == other.Status && c.BaseVersion == other.BaseVersion && c.Due == other.Due &&
		c.Undoes == other.Undoes && c.UndoneBy == other.UndoneBy && c.Reason == other.Reason && c.EndReason == other.EndReason && c.By == other.By &&
		c.At.Equal(other.At) && c.ExpiresAt.Equal(other.ExpiresAt) && c.EndedAt.Equal(other.EndedAt) &&
		slices.Equal(c.Steps, other.Steps) && slices.Equal(c.Inverse, other.Inverse)
}
