package inventory

import (
	"github.com/google/uuid"

	"github.com/go-oms/oms/event"
)

// Wanted is what an order wants of the stock.
type Wanted struct {
	OrderID  uuid.UUID
	Country  string // where the goods go; empty when unknown
	Demands  []Demand
	Sourcing Sourcing // FewestSplits when nil
}

// AllocateOrder promises stock to an order. It
//
//   - frees the expired holds of the wanted items, so that they refuse nobody;
//   - turns the cart's own holds into allocations as far as the order wants them
//     and frees the rest;
//   - has the remaining demand sourced, and allocates or backorders it.
//
// The changes are one batch: they are written together or not at all, and the
// write itself refuses what is not there by then. The assignments are in order of
// the demands, those of one demand at one location added up; they are what the
// order keeps pending as reservations. Demands for untracked items move nothing
// and come back with an empty location.
//
// The error is a *[ShortageError] with every item that is short, an
// *[UnknownSKUError] with every item that is not registered, a
// *fault.InvalidError for the path "lines[i].quantity", or a *[PlanError].
func AllocateOrder(stock Stock, want Wanted, cmd event.Command) (Changes, []Assignment, error) {
	if err := stock.check(want.Demands, "lines"); err != nil {
		return Changes{}, nil, err
	}
	covered, expired := stock.cover(want.Demands, cmd.Now), stock.expired()
	planned, err := stock.source(want.Sourcing, covered, stock.free(expired, covered),
		SourcingRequest{Country: want.Country, At: cmd.At})
	if err != nil {
		return Changes{}, nil, err
	}
	all := stock.whole(want.Demands, covered, planned)
	d := newDraft(cmd)
	d.grow(len(expired)+2*len(stock.Held)+len(covered.covers)+len(planned), len(expired)+len(stock.Held)+len(all))
	for i := range expired {
		d.void(&expired[i], reasonExpired)
	}
	d.post(stock.Held, covered, want)
	d.promise(planned, want.OrderID)
	d.keepFor(want.OrderID, all)
	return d.Changes, all, nil
}

// post turns the cart's holds into allocations of the order as far as they cover
// its demands, and frees the rest of them.
func (d *draft) post(held []Reservation, c coverage, want Wanted) {
	for _, cover := range c.covers {
		h := &held[cover.hold]
		d.move(Move{
			SKU: h.SKU, Location: h.Location, Kind: Post,
			Reserved: cover.quantity.Neg(), Allocated: cover.quantity,
			OrderID: want.OrderID, LineID: want.Demands[cover.demand].LineID,
		})
	}
	for i := range held {
		h := &held[i]
		if c.used[i].IsZero() {
			d.giveUp(h)
			continue
		}
		if surplus := h.Quantity.Sub(c.used[i]); surplus.Sign() > 0 {
			d.move(Move{SKU: h.SKU, Location: h.Location, Kind: Void, Reserved: surplus.Neg(), Reason: reasonSurplus})
		}
		after := *h
		after.Quantity, after.Status = c.used[i], Posted
		d.Reservations = append(d.Reservations, ReservationChange{Before: *h, After: after})
	}
}

// promise allocates or backorders what was sourced.
func (d *draft) promise(planned []Assignment, orderID uuid.UUID) {
	for i := range planned {
		a := &planned[i]
		m := Move{SKU: a.SKU, Location: a.Location, OrderID: orderID, LineID: a.LineID}
		if a.Backordered {
			m.Kind, m.Backordered = Backorder, a.Quantity
		} else {
			m.Kind, m.Allocated = Allocate, a.Quantity
		}
		d.move(m)
	}
}

// keepFor inserts the order's reservations.
func (d *draft) keepFor(orderID uuid.UUID, all []Assignment) {
	owner := orderID.String()
	for i := range all {
		a := &all[i]
		if a.Location == "" {
			continue
		}
		kind := ForOrder
		if a.Backordered {
			kind = ForBackorder
		}
		d.keep(Reservation{
			Kind: kind, Owner: owner, LineID: a.LineID, SKU: a.SKU, Location: a.Location, Quantity: a.Quantity,
		})
	}
}
