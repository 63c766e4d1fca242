package sqlstore

import (
	"bytes"
	"cmp"
	"slices"
	"strings"

	"github.com/google/uuid"

	"github.com/go-oms/oms/event"
	"github.com/go-oms/oms/inventory"
	"github.com/go-oms/oms/storage"
)

// Needs is what must be read for the checks of a set of batches of one tenant, see
// [Staged]. Each list is sorted and without duplicates: rows that are locked in its
// order are locked in the same order by everybody.
//
// What the write's own unique keys hold is left out: aggregates that begin with their
// first version, reservations that are new, and the references of orders, customers
// and reports, which [References] lists.
type Needs struct {
	Keys         []string
	Aggregates   []storage.Versioned // relied on, or going on from a version: by kind, id
	Items        []string            // SKUs of items that change
	Leases       []string
	Reservations []ReservationKey // that change: by owner, id
	Coupons      []storage.CouponCounter
	Locations    []string   // that are written
	Levels       []LevelKey // that move or get a policy: by SKU, location
}

// LevelKey names a level.
type LevelKey struct{ SKU, Location string }

// ReservationKey names a reservation.
type ReservationKey struct {
	Owner string
	ID    uuid.UUID
}

// Collect makes n the needs of the batches, in the memory that n has.
func (n *Needs) Collect(batches ...*storage.Batch) {
	*n = Needs{
		Keys: n.Keys[:0], Aggregates: n.Aggregates[:0], Items: n.Items[:0], Leases: n.Leases[:0],
		Reservations: n.Reservations[:0], Coupons: n.Coupons[:0], Locations: n.Locations[:0], Levels: n.Levels[:0],
	}
	for _, b := range batches {
		n.add(b)
	}
	n.Keys = distinct(n.Keys, strings.Compare)
	n.Aggregates = distinct(n.Aggregates, func(a, b storage.Versioned) int {
		return cmp.Or(strings.Compare(a.Kind, b.Kind), bytes.Compare(a.ID[:], b.ID[:]))
	})
	n.Items = distinct(n.Items, strings.Compare)
	n.Leases = distinct(n.Leases, strings.Compare)
	n.Reservations = distinct(n.Reservations, func(a, b ReservationKey) int {
		return cmp.Or(strings.Compare(a.Owner, b.Owner), bytes.Compare(a.ID[:], b.ID[:]))
	})
	n.Coupons = distinct(n.Coupons, byCounter)
	n.Locations = distinct(n.Locations, strings.Compare)
	n.Levels = distinct(n.Levels, func(a, b LevelKey) int {
		return cmp.Or(strings.Compare(a.SKU, b.SKU), strings.Compare(a.Location, b.Location))
	})
}

// References lists the references that the batches claim, by what they are, within
// what, and value; without duplicates.
func References(batches ...*storage.Batch) []storage.Reference {
	var list []storage.Reference
	add := func(refs ...storage.Reference) {
		for _, r := range refs {
			if r.Value != "" || r.Unique == storage.OrderNumber {
				list = append(list, r)
			}
		}
	}
	for _, b := range batches {
		for i := range b.Orders {
			if d := b.Orders[i].Delta; d != nil {
				refs := storage.OrderReferences(&d.Order)
				add(refs[:]...)
			}
		}
		for i := range b.CRM.Customers {
			refs := storage.CustomerReferences(&b.CRM.Customers[i])
			add(refs[:]...)
		}
		for i := range b.Payments {
			c := &b.Payments[i]
			if c.Delta != nil {
				for j := range c.Delta.Reports {
					add(storage.ReportReference(&c.Delta.Reports[j]))
				}
			}
			for j := range c.Parked {
				add(storage.ReportReference(&c.Parked[j]))
			}
		}
	}
	return distinct(list, func(a, b storage.Reference) int {
		return cmp.Or(cmp.Compare(a.Unique, b.Unique), strings.Compare(a.Within, b.Within), strings.Compare(a.Value, b.Value))
	})
}

func distinct[T comparable](list []T, by func(a, b T) int) []T {
	slices.SortFunc(list, by)
	return slices.Compact(list)
}

// byCounter orders counters by code, the one over all orders before those of
// customers, as the table's key does.
func byCounter(a, b storage.CouponCounter) int {
	own := func(c storage.CouponCounter) int {
		if c.Own {
			return 1
		}
		return 0
	}
	return cmp.Or(strings.Compare(a.Code, b.Code), own(a)-own(b), bytes.Compare(a.CustomerID[:], b.CustomerID[:]))
}

func (n *Needs) add(b *storage.Batch) {
	if b.Command.Key != "" {
		n.Keys = append(n.Keys, b.Command.Key)
	}
	n.addAggregates(b)
	for i := range b.Leases {
		n.Leases = append(n.Leases, b.Leases[i].After.Name)
	}
	for i := range b.Orders {
		for j := range b.Orders[i].Coupons {
			u := &b.Orders[i].Coupons[j]
			n.Coupons = append(n.Coupons, storage.CouponCounter{Code: u.Code})
			if u.PerCustomer > 0 {
				n.Coupons = append(n.Coupons, storage.CouponCounter{Code: u.Code, CustomerID: u.CustomerID, Own: true})
			}
		}
	}
	n.addInventory(&b.Inventory)
}

// addAggregates adds what is relied on, and what has events: of each aggregate the
// first one counts, the others follow it.
func (n *Needs) addAggregates(b *storage.Batch) {
	for i := range b.Expect {
		e := &b.Expect[i]
		n.Aggregates = append(n.Aggregates, storage.Versioned{Kind: e.Aggregate, ID: e.ID})
	}
	for i := range b.Events {
		e := &b.Events[i]
		if e.Version != 1 && !follows(b.Events[:i], e) {
			n.Aggregates = append(n.Aggregates, storage.Versioned{Kind: e.Aggregate, ID: e.ID})
		}
	}
}

// follows reports whether an earlier event is of the same aggregate.
func follows(earlier []event.Event, e *event.Event) bool {
	for i := range earlier {
		if x := &earlier[i]; x.ID == e.ID && x.Aggregate == e.Aggregate {
			return true
		}
	}
	return false
}

func (n *Needs) addInventory(c *inventory.Changes) {
	for i := range c.Items {
		n.Items = append(n.Items, c.Items[i].SKU)
	}
	for i := range c.Locations {
		n.Locations = append(n.Locations, c.Locations[i].Code)
	}
	for i := range c.Moves {
		n.Levels = append(n.Levels, LevelKey{c.Moves[i].SKU, c.Moves[i].Location})
	}
	for i := range c.Levels {
		n.Levels = append(n.Levels, LevelKey{c.Levels[i].SKU, c.Levels[i].Location})
	}
	for i := range c.Reservations {
		before, after := &c.Reservations[i].Before, &c.Reservations[i].After
		if *before != (inventory.Reservation{}) {
			n.Reservations = append(n.Reservations, ReservationKey{cmp.Or(before.Owner, after.Owner), after.ID})
		}
	}
}
