package inventory

import (
	"fmt"

	"github.com/google/uuid"

	"github.com/go-oms/oms/event"
	"github.com/go-oms/oms/fault"
	"github.com/go-oms/oms/quantity"
)

// Part names units that are kept for a line of an order.
type Part struct {
	LineID      uuid.UUID
	Location    string            // empty: wherever they are kept
	Quantity    quantity.Quantity // zero: all of them
	Backordered bool              // those that are backordered instead of those allocated
}

// taken is what was taken from the reservations so far: parts of one call may
// meet at the same reservation, which is written once.
type taken struct {
	reservations []Reservation
	quantities   []quantity.Quantity
}

// take finds the units of a part, going through the reservations from the first
// on, or from the last. It calls each for what it takes of one.
func (t *taken) take(i int, p Part, last bool, each func(r *Reservation, q quantity.Quantity)) error {
	if p.Quantity.Sign() < 0 || p.Quantity.Check() != nil {
		return fault.Invalid(at("parts", i, "quantity"), p.Quantity, "zero for all, or more")
	}
	left, found := p.Quantity, quantity.Quantity{}
	for n := range t.reservations {
		if last {
			n = len(t.reservations) - 1 - n
		}
		r := &t.reservations[n]
		if !p.names(r) {
			continue
		}
		has := r.Quantity.Sub(t.quantities[n])
		found = found.Add(has)
		if !p.Quantity.IsZero() {
			has = quantity.Min(has, left)
			left = left.Sub(has)
		}
		if has.IsZero() {
			continue
		}
		t.quantities[n] = t.quantities[n].Add(has)
		each(r, has)
	}
	if left.Sign() > 0 {
		return fault.Invalid(at("parts", i, "quantity"), p.Quantity, fmt.Sprintf("at most %s, which is kept for line %s", found, p.LineID))
	}
	return nil
}

// names reports whether the part is kept by the reservation.
func (p Part) names(r *Reservation) bool {
	kind := ForOrder
	if p.Backordered {
		kind = ForBackorder
	}
	return r.Kind == kind && r.Status == Pending && r.LineID == p.LineID && (p.Location == "" || r.Location == p.Location)
}

// write shrinks every reservation that something was taken from.
func (t *taken) write(d *draft, closed ReservationStatus) {
	for n := range t.reservations {
		if !t.quantities[n].IsZero() {
			d.shrink(t.reservations[n], t.quantities[n], closed)
		}
	}
}

// ReleaseOrder gives back units that are kept for an order: allocations become
// available, backorders are called off. The reservations are the order's pending
// ones as read; the newest are given back first. It returns what was given back
// where. A part that wants more than is kept is a *fault.InvalidError for
// "parts[i].quantity".
//
// Lines of untracked items have no reservations and belong in no part.
func ReleaseOrder(reservations []Reservation, parts []Part, cmd event.Command, orderID uuid.UUID) (Changes, []Assignment, error) {
	d := newDraft(cmd)
	t := taken{reservations, make([]quantity.Quantity, len(reservations))}
	var released []Assignment
	for i, p := range parts {
		err := t.take(i, p, true, func(r *Reservation, q quantity.Quantity) {
			d.release(r, q, orderID)
			released = append(released, Assignment{
				LineID: r.LineID, SKU: r.SKU, Location: r.Location, Quantity: q, Backordered: p.Backordered,
			})
		})
		if err != nil {
			return Changes{}, nil, err
		}
	}
	t.write(d, Voided)
	return d.Changes, released, nil
}

// ReleaseAll gives back everything that is kept for an order.
func ReleaseAll(reservations []Reservation, cmd event.Command, orderID uuid.UUID) Changes {
	d := newDraft(cmd)
	for i := range reservations {
		r := &reservations[i]
		if r.Status == Pending && r.Kind != ForCart {
			d.release(r, r.Quantity, orderID)
			d.shrink(*r, r.Quantity, Voided)
		}
	}
	return d.Changes
}

func (d *draft) release(r *Reservation, q quantity.Quantity, orderID uuid.UUID) {
	m := Move{SKU: r.SKU, Location: r.Location, Kind: Release, OrderID: orderID, LineID: r.LineID}
	if r.Kind == ForBackorder {
		m.Kind, m.Backordered = BackorderVoid, q.Neg()
	} else {
		m.Allocated = q.Neg()
	}
	d.move(m)
}

// ShipOrder takes allocated units out of the building. The reservations are the
// order's pending ones as read; the oldest are shipped first. It returns what left
// from where. A part that wants more than is allocated is a *fault.InvalidError
// for "parts[i].quantity"; so is one of backordered units, which are not there.
func ShipOrder(reservations []Reservation, parts []Part, cmd event.Command, orderID uuid.UUID) (Changes, []Assignment, error) {
	d := newDraft(cmd)
	t := taken{reservations, make([]quantity.Quantity, len(reservations))}
	shipped := make([]Assignment, 0, len(parts))
	for i, p := range parts {
		if p.Backordered {
			return Changes{}, nil, fault.Invalid(at("parts", i, "backordered"), true, "units that are allocated")
		}
		err := t.take(i, p, false, func(r *Reservation, q quantity.Quantity) {
			d.move(Move{
				SKU: r.SKU, Location: r.Location, Kind: Ship, OnHand: q.Neg(), Allocated: q.Neg(),
				OrderID: orderID, LineID: r.LineID,
			})
			shipped = append(shipped, Assignment{LineID: r.LineID, SKU: r.SKU, Location: r.Location, Quantity: q})
		})
		if err != nil {
			return Changes{}, nil, err
		}
	}
	t.write(d, Posted)
	return d.Changes, shipped, nil
}

// Returned is what came back of a sale.
type Returned struct {
	LineID      uuid.UUID // zero for a blind return
	SKU         string
	Location    string
	Quantity    quantity.Quantity
	Disposition Disposition
	Reason      string
}

// Disposition says what becomes of goods that came back. All of them are on hand
// first, so that the movements tell the whole way.
type Disposition string

// The dispositions. The zero Disposition is ToStock.
const (
	ToStock      Disposition = "restock"    // for sale again
	ToDamaged    Disposition = "damaged"    // on hand and unavailable
	ToQuarantine Disposition = "quarantine" // on hand and unavailable until somebody has looked: see Service.Quarantine
	ToScrap      Disposition = "scrap"      // on hand and adjusted out again
)

// reasonScrap is why scrapped goods are adjusted out.
const reasonScrap = "scrap"

// ReturnGoods takes goods back into the building as their disposition says. It
// reports a fact, which nothing refuses but malformed input: *fault.InvalidError.
// Untracked items have nothing to take back and belong in no part of it.
func ReturnGoods(goods []Returned, cmd event.Command, orderID uuid.UUID) (Changes, error) {
	d := newDraft(cmd)
	d.grow(len(goods), 0)
	for i := range goods {
		g := &goods[i]
		err := first(
			code(at("goods", i, "sku"), g.SKU, MaxSKU),
			code(at("goods", i, "location"), g.Location, MaxLocation),
			amount(at("goods", i, "quantity"), g.Quantity, false),
			text(at("goods", i, "reason"), g.Reason, MaxReason),
			g.Disposition.check(at("goods", i, "disposition")),
		)
		if err != nil {
			return Changes{}, err
		}
		m := Move{
			SKU: g.SKU, Location: g.Location, Kind: ReturnGood, OnHand: g.Quantity,
			Reason: g.Reason, OrderID: orderID, LineID: g.LineID,
		}
		then := m
		then.OnHand = quantity.Quantity{}
		switch g.Disposition {
		case ToDamaged:
			m.Kind, m.Unavailable = ReturnDamaged, g.Quantity
			d.move(m)
		case ToQuarantine:
			then.Kind, then.Unavailable = Quarantine, g.Quantity
			d.move(m)
			d.move(then)
		case ToScrap:
			then.Kind, then.OnHand, then.Reason = Adjust, g.Quantity.Neg(), reasonScrap
			d.move(m)
			d.move(then)
		default:
			d.move(m)
		}
	}
	return d.Changes, nil
}

func (d Disposition) check(field string) error {
	switch d {
	case "", ToStock, ToDamaged, ToQuarantine, ToScrap:
		return nil
	}
	return fault.Invalid(field, d, "restock, damaged, quarantine or scrap")
}
