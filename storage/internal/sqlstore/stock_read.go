package sqlstore

import (
	"cmp"
	"context"
	"iter"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/go-oms/oms/inventory"
)

const (
	selectReservation = `SELECT owner, kind, status, created_at, id, line_id, sku, location, quantity, expires_at
		FROM oms_reservations WHERE tenant = ?1`
	selectMove = `SELECT m.seq, m.order_id, m.cause, m.actor, m.at, m.recorded_at, m.id, m.sku, m.location, m.kind,
			m.on_hand, m.unavailable, m.allocated, m.reserved, m.backordered, m.reason, m.line_id, m.currency, m.unit_cost
		FROM `
)

var (
	listItems  = newList(`SELECT sku, `+itemColumns+` FROM oms_items WHERE tenant = ?1 AND sku IN `, "text", ` ORDER BY sku`)
	listLevels = newList(`SELECT sku, location, `+levelColumns+` FROM oms_levels WHERE tenant = ?1 AND sku IN `, "text",
		` ORDER BY sku, location`)
	qLocations = query(`SELECT code, ` + locationColumns + ` FROM oms_locations WHERE tenant = ?1 ORDER BY priority, code`)

	qKeptBy    = query(selectReservation + ` AND owner = ?2 AND status = 'pending'`)
	qExpiring  = query(selectReservation + ` AND status = 'pending' AND expires_at IS NOT NULL AND expires_at <= ?2`)
	qNotOrders = query(selectReservation + ` AND status = 'pending' AND kind <> 'order'`)
	listKeptOf = newList(selectReservation+` AND status = 'pending' AND kind <> 'order' AND sku IN `, "text", "")
	qPending   = query(selectReservation + ` AND status = 'pending'`)
	qMovesFor  = query(selectMove + `oms_moves r CROSS JOIN oms_moves m
		WHERE m.tenant = r.tenant AND r.tenant = ?1 AND r.order_id = ?2 AND r.run IS NOT NULL
			AND m.seq >= r.seq AND m.seq < r.seq + r.run AND m.seq > ?3
		ORDER BY m.seq LIMIT 256`)
	qLastOf = either(`SELECT COALESCE(max(seq), 0) FROM oms_moves WHERE ?1 IS NOT NULL`,
		`SELECT COALESCE((SELECT seq FROM oms_moves WHERE tenant = ?1 ORDER BY seq DESC LIMIT 1), 0)`)
	qMovesBehind = query(selectMove + `oms_moves m WHERE m.tenant = ?1 AND m.seq > ?2 AND m.seq <= ?3
		AND (m.sku = ?4 OR ?4 IS NULL) AND (m.location = ?5 OR ?5 IS NULL)
		AND (m.at >= ?6 OR ?6 IS NULL) AND (m.at < ?7 OR ?7 IS NULL) ORDER BY m.seq LIMIT 256`)
)

// Items returns the items of the SKUs that are registered, in order of SKU.
func (r *Reader) Items(ctx context.Context, skus []string) (items []inventory.Item, err error) {
	skus = ordered(skus)
	err = r.few(ctx, "items", len(skus), func(c Conn) error {
		items = make([]inventory.Item, 0, len(skus))
		return listItems.each(c, r.Bound, len(skus), func(a *args, i int) { a.text(skus[i]) }, "an item",
			func(row *row) { items = append(items, row.item()) })
	})
	return items, err
}

// Levels returns the levels of the SKUs at every location, in order of SKU and
// location.
func (r *Reader) Levels(ctx context.Context, skus []string) (levels []inventory.Level, err error) {
	skus = ordered(skus)
	err = r.few(ctx, "levels", len(skus), func(c Conn) error {
		levels = make([]inventory.Level, 0, len(skus))
		return listLevels.each(c, r.Bound, len(skus), func(a *args, i int) { a.text(skus[i]) }, "a level",
			func(row *row) { levels = append(levels, row.level()) })
	})
	return levels, err
}

// ordered returns a sorted copy in which nothing comes twice.
func ordered(skus []string) []string {
	skus = slices.Clone(skus)
	slices.Sort(skus)
	return slices.Compact(skus)
}

// Locations returns all locations in order of priority and code.
func (r *Reader) Locations(ctx context.Context) (locations []inventory.Location, err error) {
	err = r.one(ctx, "locations", func(c Conn) error {
		locations = nil
		return each(c, qLocations, r.args().values, "a location",
			func(row *row) { locations = append(locations, row.location()) })
	})
	return locations, err
}

// Reservations returns the pending reservations that match, oldest first. It
// reads from the narrowest index that the filter allows: all but the plain
// allocations of orders are found by SKU.
func (r *Reader) Reservations(
	ctx context.Context, f inventory.ReservationFilter,
) (found []inventory.Reservation, err error) {
	keep := func(row *row) {
		if kept := row.reservation(); matches(&kept, &f) {
			found = append(found, kept)
		}
	}
	a := r.args()
	const what = "a reservation"
	err = r.few(ctx, "reservations", len(f.SKUs), func(c Conn) error {
		found = nil
		switch {
		case f.Owner != "":
			a.text(f.Owner)
			return each(c, qKeptBy, a.values, what, keep)
		case !f.ExpiredBefore.IsZero():
			a.time(f.ExpiredBefore)
			return each(c, qExpiring, a.values, what, keep)
		case f.Kind == "" || f.Kind == inventory.ForOrder:
			return each(c, qPending, a.values, what, keep)
		case len(f.SKUs) > 0:
			skus := ordered(f.SKUs)
			return listKeptOf.each(c, r.Bound, len(skus), func(a *args, i int) { a.text(skus[i]) }, what, keep)
		default:
			return each(c, qNotOrders, a.values, what, keep)
		}
	})
	oldestFirst(found)
	if f.Limit > 0 && len(found) > f.Limit {
		found = found[:f.Limit]
	}
	return found, err
}

func oldestFirst(list []inventory.Reservation) {
	slices.SortFunc(list, func(a, b inventory.Reservation) int {
		return cmp.Or(a.CreatedAt.Compare(b.CreatedAt), compareID(a.ID, b.ID))
	})
}

func matches(r *inventory.Reservation, f *inventory.ReservationFilter) bool {
	return (f.Kind == "" || r.Kind == f.Kind) && (f.Owner == "" || r.Owner == f.Owner) &&
		(len(f.SKUs) == 0 || slices.Contains(f.SKUs, r.SKU)) &&
		(f.ExpiredBefore.IsZero() || !r.ExpiresAt.IsZero() && !r.ExpiresAt.After(f.ExpiredBefore))
}

// Moves yields the movements that match in order of recording: those that were
// there when the walk began.
func (r *Reader) Moves(ctx context.Context, f inventory.MoveFilter) iter.Seq2[inventory.Move, error] {
	return func(yield func(inventory.Move, error) bool) {
		var behind, last int64
		pages(func() (page []inventory.Move, err error) {
			err = r.read(ctx, "moves", func(c Conn) error {
				if last == 0 {
					if err := each(c, qLastOf, r.args().values, "a movement", func(row *row) { last = row.int() }); err != nil {
						return err
					}
				}
				page, behind, err = r.moves(c, &f, behind, last)
				return err
			})
			return page, err
		})(yield)
	}
}

// moves returns the next page of movements that match, and where it ends.
func (r *Reader) moves(c Conn, f *inventory.MoveFilter, behind, last int64) ([]inventory.Move, int64, error) {
	for {
		var page []inventory.Move
		n := 0
		a := r.args()
		q := qMovesFor
		if f.OrderID != (uuid.UUID{}) {
			a.id(&f.OrderID)
			a.int(behind)
		} else {
			q = qMovesBehind
			a.int(behind)
			a.int(last)
			a.opt(f.SKU)
			a.opt(f.Location)
			a.optTime(f.From)
			a.optTime(f.To)
		}
		err := each(c, q, a.values, "a movement", func(row *row) {
			behind = row.int()
			n++
			if m := row.move(); behind <= last && covers(f, &m) {
				page = append(page, m)
			}
		})
		if err != nil || len(page) > 0 || n == 0 {
			return page, behind, err
		}
	}
}

func covers(f *inventory.MoveFilter, m *inventory.Move) bool {
	return (f.SKU == "" || m.SKU == f.SKU) && (f.Location == "" || m.Location == f.Location) &&
		within(m.At, f.From, f.To)
}

// within reports whether at is in the half-open period; a zero end is open.
func within(at, from, to time.Time) bool {
	return (from.IsZero() || !at.Before(from)) && (to.IsZero() || at.Before(to))
}

func (r *row) item() inventory.Item {
	return inventory.Item{
		SKU: r.text(), ID: r.id(), Version: r.int(), Title: r.text(), Unit: r.text(),
		Decimals: uint8(r.int()), Untracked: r.bool(),
	}
}

func (r *row) location() inventory.Location {
	return inventory.Location{
		Code: r.text(), Name: r.text(), Priority: int(r.int()), Country: r.text(), Closed: r.bool(),
	}
}

func (r *row) level() inventory.Level {
	return inventory.Level{
		SKU: r.text(), Location: r.text(), OnHand: r.qty(), Unavailable: r.qty(), Allocated: r.qty(),
		Reserved: r.qty(), Safety: r.qty(), Backordered: r.qty(), BackorderLimit: r.qty(),
	}
}

func (r *row) reservation() (x inventory.Reservation) {
	x.Owner, x.Kind, x.Status = r.text(), inventory.ReservationKind(r.text()), inventory.ReservationStatus(r.text())
	x.CreatedAt, x.ID, x.LineID = r.time(), r.id(), r.id()
	x.SKU, x.Location, x.Quantity, x.ExpiresAt = r.text(), r.text(), r.qty(), r.optTime()
	return x
}

// move reads a movement whose seq was read already.
func (r *row) move() (m inventory.Move) {
	m.OrderID, m.Cause, m.Actor, m.At, m.RecordedAt = r.id(), r.text(), r.text(), r.time(), r.time()
	m.ID, m.SKU, m.Location, m.Kind = r.id(), r.text(), r.text(), inventory.MoveKind(r.text())
	m.OnHand, m.Unavailable, m.Allocated, m.Reserved, m.Backordered = r.qty(), r.qty(), r.qty(), r.qty(), r.qty()
	m.Reason, m.LineID = r.text(), r.id()
	m.UnitCost = r.price(r.currency())
	return m
}
