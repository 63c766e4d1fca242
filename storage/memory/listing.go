package memory

import (
	"bytes"
	"cmp"
	"slices"
	"sort"
	"time"

	"github.com/google/uuid"

	"github.com/go-oms/oms/order"
)

// orderRow is the one place that points at an order's newest snapshot, shared by
// all indexes.
type orderRow struct{ order *order.Order }

// listing is rows in ascending order of (PlacedAt, ID). Adding at the end, as
// placing does, is cheap; importing the past in its order too.
type listing []*orderRow

// place returns the index of the first row that is at (at, id) or behind it.
func (l listing) place(at time.Time, id uuid.UUID) int {
	return sort.Search(len(l), func(i int) bool {
		o := l[i].order
		return cmp.Or(o.PlacedAt.Compare(at), compareID(o.ID, id)) >= 0
	})
}

func (l listing) with(r *orderRow) listing {
	o := r.order
	if n := len(l); n == 0 || cmp.Or(l[n-1].order.PlacedAt.Compare(o.PlacedAt), compareID(l[n-1].order.ID, o.ID)) < 0 {
		return append(l, r)
	}
	return slices.Insert(l, l.place(o.PlacedAt, o.ID), r)
}

// without drops the row; call it while the row still has the order it was added with.
func (l listing) without(r *orderRow) listing {
	i := l.place(r.order.PlacedAt, r.order.ID)
	if i < len(l) && l[i] == r {
		return slices.Delete(l, i, i+1)
	}
	return l
}

// scanned is how many rows a page looks at, at most, while it holds the lock.
const scanned = 4096

// page collects snapshots that match, from behind the cursor (from the beginning
// when it is nil) and at most max of them. It returns where it stopped, or nil
// at the end.
func (l listing) page(f *order.Filter, after *order.Cursor, most int) (found []*order.Order, stopped *order.Cursor) {
	i, step := 0, 1
	if !f.Ascending {
		i, step = len(l)-1, -1
	}
	if after != nil {
		i = l.place(after.PlacedAt, after.ID)
		switch here := i < len(l) && l[i].order.ID == after.ID && l[i].order.PlacedAt.Equal(after.PlacedAt); {
		case !f.Ascending:
			i--
		case here:
			i++
		}
	}
	i, end := l.bounds(f, i)
	for looked := 0; i >= 0 && i < len(l) && i != end; i += step {
		if len(found) == most || looked == scanned {
			last := l[i-step].order
			return found, &order.Cursor{PlacedAt: last.PlacedAt, ID: last.ID}
		}
		looked++
		if o := l[i].order; matches(o, f) {
			found = append(found, o)
		}
	}
	return found, nil
}

// bounds narrows a walk that begins at i to the filter's period: where it begins
// and the index it ends before.
func (l listing) bounds(f *order.Filter, i int) (begin, end int) {
	from, to := 0, len(l)
	if !f.PlacedFrom.IsZero() {
		from = l.place(f.PlacedFrom, uuid.UUID{})
	}
	if !f.PlacedTo.IsZero() {
		to = l.place(f.PlacedTo, uuid.UUID{})
	}
	if f.Ascending {
		if i = max(i, from); i >= to {
			return len(l), len(l)
		}
		return i, to
	}
	if i = min(i, to-1); i < from {
		return -1, -1
	}
	return i, from - 1
}

// matches checks what the walk does not: everything but the period.
func matches(o *order.Order, f *order.Filter) bool {
	return (f.CustomerID == uuid.UUID{} || o.CustomerID == f.CustomerID) &&
		(f.CompanyID == uuid.UUID{} || o.CompanyID == f.CompanyID) &&
		(f.Channel == "" || o.Channel == f.Channel) &&
		(len(f.Statuses) == 0 || slices.Contains(f.Statuses, o.Status)) &&
		(f.ExpiresTo.IsZero() || !o.ExpiresAt.IsZero() && o.ExpiresAt.Before(f.ExpiresTo)) &&
		(f.ReturnsDueTo.IsZero() || slices.ContainsFunc(o.Returns, func(r order.Return) bool {
			due := r.DueAt()
			return !due.IsZero() && due.Before(f.ReturnsDueTo)
		})) &&
		(f.ReturnTracking == "" || slices.ContainsFunc(o.Returns, func(r order.Return) bool { return r.Label.Tracking == f.ReturnTracking })) &&
		(!f.Claimed || slices.ContainsFunc(o.Returns, func(r order.Return) bool { return r.Claimed() })) &&
		(!f.Backordered || slices.ContainsFunc(o.Lines, func(l order.Line) bool { return !l.Backordered.IsZero() })) &&
		(f.OnHold == "" || openHold(o, func(h *order.Hold) bool { return h.Type == f.OnHold })) &&
		(f.HoldsTo.IsZero() || openHold(o, func(h *order.Hold) bool { return !h.ExpiresAt.IsZero() && h.ExpiresAt.Before(f.HoldsTo) }))
}

// openHold reports whether an open hold is as asked.
func openHold(o *order.Order, as func(*order.Hold) bool) bool {
	return slices.ContainsFunc(o.Holds, func(h order.Hold) bool { return h.Status == order.HoldOpen && as(&h) })
}

func compareID(a, b uuid.UUID) int { return bytes.Compare(a[:], b[:]) }
