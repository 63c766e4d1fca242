package inventory

import (
	"cmp"
	"slices"
	"time"

	"github.com/go-oms/oms/event"
)

// ReserveCart makes the cart's holds exactly what it wants, until they expire: it
// keeps its earlier holds as far as they serve and gives them the new expiry,
// frees the rest, and takes what is missing. Expired holds of other carts on the
// wanted items are freed first. Untracked items need no hold. Nothing is
// backordered for a cart.
//
// It returns the cart's holds as they will be, and the errors of [AllocateOrder].
func ReserveCart(stock Stock, cartID string, want Wanted, expires time.Time, cmd event.Command) (Changes, []Reservation, error) {
	if err := stock.check(want.Demands, "lines"); err != nil {
		return Changes{}, nil, err
	}
	demands := perSKU(want.Demands)
	covered, expired := stock.cover(demands, cmd.Now), stock.expired()
	planned, err := stock.source(want.Sourcing, covered, stock.free(expired, covered),
		SourcingRequest{Country: want.Country, At: cmd.At})
	if err != nil {
		return Changes{}, nil, err
	}
	d := newDraft(cmd)
	for i := range expired {
		d.void(&expired[i], reasonExpired)
	}
	var holds []Reservation
	for i := range stock.Held {
		h := &stock.Held[i]
		if covered.used[i].IsZero() {
			d.giveUp(h)
			continue
		}
		if surplus := h.Quantity.Sub(covered.used[i]); surplus.Sign() > 0 {
			d.move(Move{SKU: h.SKU, Location: h.Location, Kind: Void, Reserved: surplus.Neg(), Reason: reasonSurplus})
		}
		after := *h
		after.Quantity, after.ExpiresAt = covered.used[i], expires
		if after != *h {
			d.Reservations = append(d.Reservations, ReservationChange{Before: *h, After: after})
		}
		holds = append(holds, after)
	}
	for i := range planned {
		a := &planned[i]
		d.move(Move{SKU: a.SKU, Location: a.Location, Kind: Reserve, Reserved: a.Quantity})
		d.keep(Reservation{
			Kind: ForCart, Owner: cartID, SKU: a.SKU, Location: a.Location, Quantity: a.Quantity, ExpiresAt: expires,
		})
		holds = append(holds, d.Reservations[len(d.Reservations)-1].After)
	}
	return d.Changes, holds, nil
}

// perSKU adds the demands up per SKU and forgets whether they may be backordered.
func perSKU(demands []Demand) []Demand {
	sorted := slices.Clone(demands)
	slices.SortFunc(sorted, func(a, b Demand) int { return cmp.Compare(a.SKU, b.SKU) })
	sums := sorted[:0]
	for _, d := range sorted {
		if n := len(sums); n > 0 && sums[n-1].SKU == d.SKU {
			sums[n-1].Quantity = sums[n-1].Quantity.Add(d.Quantity)
		} else {
			sums = append(sums, Demand{SKU: d.SKU, Quantity: d.Quantity})
		}
	}
	return sums
}

// VoidReservations gives up the pending cart reservations among those given, such
// as the expired ones; the reason goes into the movements.
func VoidReservations(reservations []Reservation, reason string, cmd event.Command) Changes {
	d := newDraft(cmd)
	d.grow(len(reservations), len(reservations))
	for i := range reservations {
		if r := &reservations[i]; r.Kind == ForCart && r.Status == Pending {
			d.void(r, reason)
		}
	}
	return d.Changes
}
