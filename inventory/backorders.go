package inventory

import (
	"slices"

	"github.com/google/uuid"

	"github.com/go-oms/oms/event"
	"github.com/go-oms/oms/quantity"
)

// Fill is what a backorder got.
type Fill struct {
	OrderID uuid.UUID
	Assignment
}

// FillBackorders serves backorders from stock that has come in. The queue are
// pending backorder reservations, oldest first, as [Reader] returns them: who
// waits longest is served first, in part if need be. Each is served where it was
// backordered, then from the other open locations in order of priority. Expired
// holds of the items count as free and are voided.
//
// The changes promise stock: the write refuses them when somebody was faster.
// They touch the reservations of every order in the queue; pass one order's part
// of it to fill one order at a time.
func FillBackorders(stock Stock, queue []Reservation, cmd event.Command) (Changes, []Fill) {
	stock.Held = nil
	d := newDraft(cmd)
	levels := stock.free(stock.Expired, coverage{})
	if len(stock.Expired) == 0 {
		levels = slices.Clone(levels)
	}
	var fills []Fill
	for i := range queue {
		r := &queue[i]
		orderID, err := uuid.Parse(r.Owner)
		if r.Kind != ForBackorder || r.Status != Pending || err != nil {
			continue
		}
		left := r.Quantity
		for _, location := range stock.servedFrom(r.Location) {
			at := findLevel(levels, r.SKU, location)
			if at < 0 {
				continue
			}
			took := quantity.Min(left, atLeastZero(levels[at].Available()))
			if took.IsZero() {
				continue
			}
			levels[at].Allocated = levels[at].Allocated.Add(took)
			left = left.Sub(took)
			d.fill(r, orderID, location, took)
			fills = append(fills, Fill{OrderID: orderID, Assignment: Assignment{
				LineID: r.LineID, SKU: r.SKU, Location: location, Quantity: took,
			}})
		}
		if took := r.Quantity.Sub(left); !took.IsZero() {
			d.shrink(*r, took, Posted)
		}
	}
	if fills == nil {
		return Changes{}, nil
	}
	for i := range stock.Expired {
		d.void(&stock.Expired[i], reasonExpired)
	}
	return d.Changes, fills
}

// servedFrom returns the open locations, the own one first.
func (s *Stock) servedFrom(own string) []string {
	codes := make([]string, 0, len(s.Locations))
	for i := range s.Locations {
		l := &s.Locations[i]
		switch {
		case l.Closed:
		case l.Code == own:
			codes = slices.Insert(codes, 0, own)
		default:
			codes = append(codes, l.Code)
		}
	}
	return codes
}

// fill turns backordered units into allocated ones.
func (d *draft) fill(r *Reservation, orderID uuid.UUID, location string, q quantity.Quantity) {
	m := Move{SKU: r.SKU, Location: r.Location, Backordered: q.Neg(), OrderID: orderID, LineID: r.LineID}
	if location == r.Location {
		m.Kind, m.Allocated = BackorderFill, q
		d.move(m)
	} else {
		m.Kind = BackorderVoid
		d.move(m)
		d.move(Move{SKU: r.SKU, Location: location, Kind: Allocate, Allocated: q, OrderID: orderID, LineID: r.LineID})
	}
	d.keep(Reservation{
		Kind: ForOrder, Owner: r.Owner, LineID: r.LineID, SKU: r.SKU, Location: location, Quantity: q,
	})
}
