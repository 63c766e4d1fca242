package fulfillment

import (
	"fmt"
	"slices"

	"github.com/google/uuid"

	"github.com/go-oms/oms/event"
)

// Clone returns a copy that shares nothing that changes: the way to begin every
// change. Contents and scans are replaced, never written to, and are shared.
func (f *Fulfillment) Clone() *Fulfillment {
	c := *f
	c.Lines = slices.Clone(f.Lines)
	c.Shipments = slices.Clone(f.Shipments)
	for i := range c.Shipments {
		c.Shipments[i].Parcels = slices.Clone(c.Shipments[i].Parcels)
	}
	return &c
}

// Line returns the line of that order line, or nil. The pointer is into f.
func (f *Fulfillment) Line(lineID uuid.UUID) *Line {
	for i := range f.Lines {
		if f.Lines[i].LineID == lineID {
			return &f.Lines[i]
		}
	}
	return nil
}

// Shipment returns the shipment with that id, or nil. The pointer is into f.
func (f *Fulfillment) Shipment(id uuid.UUID) *Shipment {
	for i := range f.Shipments {
		if f.Shipments[i].ID == id {
			return &f.Shipments[i]
		}
	}
	return nil
}

// Diff returns what leads from before to after: the only maker of deltas. A nil
// before means a new fulfilment order. Shipments that did not change are left
// out. The returned delta shares the slices of after, which must not be changed
// any more.
//
// Diff panics if after dropped or reordered lines or shipments, or changed what a
// line was asked to carry: that is a bug in the caller, and writing would
// destroy history.
func Diff(before, after *Fulfillment) *Delta {
	d := &Delta{Fulfillment: *after}
	d.Fulfillment.Shipments = nil
	if before == nil {
		d.Shipments = after.Shipments
		return d
	}
	if len(after.Lines) != len(before.Lines) || len(after.Shipments) < len(before.Shipments) {
		panic("fulfillment: a change added or dropped lines, or dropped shipments")
	}
	for i := range before.Lines {
		frozen := after.Lines[i]
		frozen.Shipped, frozen.Canceled = before.Lines[i].Shipped, before.Lines[i].Canceled
		if frozen != before.Lines[i] {
			panic(fmt.Sprintf("fulfillment: a change rewrote line %s", before.Lines[i].LineID))
		}
	}
	for i := range after.Shipments {
		switch is := &after.Shipments[i]; {
		case i >= len(before.Shipments):
			d.Shipments = append(d.Shipments, *is)
		case is.ID != before.Shipments[i].ID:
			panic(fmt.Sprintf("fulfillment: a change moved shipment %s", before.Shipments[i].ID))
		case !before.Shipments[i].equal(is):
			d.Shipments = append(d.Shipments, *is)
		}
	}
	return d
}

// Apply returns the fulfilment order after the delta; a nil f stands for the one
// before its first event. It is the fold over the history: applying the deltas
// of all its events in order of version gives the stored fulfilment order.
func Apply(f *Fulfillment, d *Delta) *Fulfillment {
	next := d.Fulfillment
	next.Lines = slices.Clone(next.Lines)
	next.Shipments = nil
	if f != nil {
		next.Shipments = slices.Clone(f.Shipments)
	}
	for _, s := range d.Shipments {
		if known := next.Shipment(s.ID); known != nil {
			*known = s
		} else {
			next.Shipments = append(next.Shipments, s)
		}
	}
	return &next
}

// Record makes of a change what a batch writes: after gets the version behind
// before's (1 when before is nil), the change becomes a delta, and the delta an
// event of that kind. It takes over after, which must not be changed any more. A
// decision that changed nothing returned what it was given: there is nothing to
// record then.
func Record(cmd event.Command, before, after *Fulfillment, kind string) (Changes, event.Event) {
	after.Version = 1
	if before != nil {
		after.Version = before.Version + 1
	}
	d := Diff(before, after)
	return Changes{Delta: d}, cmd.Event(event.Fulfillment, after.ID, after.Version, kind, d)
}

func (s *Shipment) equal(o *Shipment) bool {
	return s.ID == o.ID && s.Status == o.Status && s.Carrier == o.Carrier && s.Service == o.Service &&
		s.Tracking == o.Tracking && s.LabelRef == o.LabelRef && s.LabelURL == o.LabelURL &&
		s.MaxCost == o.MaxCost && s.Cost == o.Cost &&
		slices.EqualFunc(s.Parcels, o.Parcels, Parcel.equal) && slices.EqualFunc(s.Scans, o.Scans, Scan.equal) &&
		s.Attempts == o.Attempts && s.NextAt.Equal(o.NextAt) && s.Problem == o.Problem &&
		s.CreatedAt.Equal(o.CreatedAt) && s.ShippedAt.Equal(o.ShippedAt) && s.DeliveredAt.Equal(o.DeliveredAt)
}

func (p Parcel) equal(o Parcel) bool {
	return p.Tracking == o.Tracking && p.Grams == o.Grams && p.Length == o.Length && p.Width == o.Width &&
		p.Height == o.Height && slices.Equal(p.Contents, o.Contents)
}

func (s Scan) equal(o Scan) bool {
	return s.EventID == o.EventID && s.Status == o.Status && s.Code == o.Code && s.Place == o.Place && s.At.Equal(o.At)
}
