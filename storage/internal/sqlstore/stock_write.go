package sqlstore

import (
	"bytes"
	"cmp"
	"slices"
	"strings"

	"github.com/google/uuid"

	"github.com/go-oms/oms/event"
	"github.com/go-oms/oms/inventory"
	"github.com/go-oms/oms/quantity"
)

const (
	itemColumns     = "id, version, title, unit, decimals, untracked"
	locationColumns = "name, priority, country, closed"
	levelColumns    = "on_hand, unavailable, allocated, reserved, safety, backordered, backorder_limit"
	moveColumns     = "seq, run, id, sku, location, kind, on_hand, unavailable, allocated, reserved, backordered, " +
		"reason, line_id, currency, unit_cost"
)

var (
	qNewItem = query(`INSERT INTO oms_items (tenant, sku, ` + itemColumns + `) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)`)
	qItem    = query(`UPDATE oms_items SET ` + assign(itemColumns, 3) + ` WHERE tenant = ?1 AND sku = ?2 AND version = CAST(?4 AS BIGINT) - 1`)

	qLocation = query(`INSERT INTO oms_locations (tenant, code, ` + locationColumns + `) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
		ON CONFLICT (tenant, code) DO UPDATE SET name = excluded.name, priority = excluded.priority,
			country = excluded.country, closed = excluded.closed`)

	qPolicy = query(`INSERT INTO oms_levels (tenant, sku, location, safety, backorder_limit) VALUES (?1, ?2, ?3, ?4, ?5)
		ON CONFLICT (tenant, sku, location) DO UPDATE SET safety = excluded.safety, backorder_limit = excluded.backorder_limit`)

	// qLevel makes sure that there is a level: one batch may receive and promise.
	qLevel = query(`INSERT INTO oms_levels (tenant, sku, location) VALUES (?1, ?2, ?3)
		ON CONFLICT (tenant, sku, location) DO NOTHING`)

	// qFact moves a level by what was reported, whatever is there, and qFirstFact
	// makes the level where there is none. An upsert would not do: it holds the
	// row's CHECKs against the change itself, which may be negative.
	qFact = query(`UPDATE oms_levels SET on_hand = on_hand + ?4, unavailable = unavailable + ?5,
			allocated = allocated + ?6, reserved = reserved + ?7, backordered = backordered + ?8
		WHERE tenant = ?1 AND sku = ?2 AND location = ?3`)
	qFirstFact = query(`INSERT INTO oms_levels (tenant, sku, location, on_hand, unavailable, allocated, reserved, backordered)
		VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)`)

	// qAllocate promises from what is available and does nothing else: the most
	// frequent write on a level. Its condition is Level.Available in SQL.
	qAllocate = query(`UPDATE oms_levels SET allocated = allocated + ?4
		WHERE tenant = ?1 AND sku = ?2 AND location = ?3
			AND on_hand - unavailable - allocated - reserved - safety >= ?4`)

	// qPromise is every other promise: the level must not end with less than
	// nothing available, nor above its backorder limit.
	qPromise = query(`UPDATE oms_levels SET on_hand = on_hand + ?4, unavailable = unavailable + ?5,
			allocated = allocated + ?6, reserved = reserved + ?7, backordered = backordered + ?8
		WHERE tenant = ?1 AND sku = ?2 AND location = ?3
			AND (CAST(?9 AS BIGINT) = 0 OR on_hand + ?4 - unavailable - ?5 - allocated - ?6 - reserved - ?7 - safety >= 0)
			AND (CAST(?10 AS BIGINT) = 0 OR backorder_limit < 0 OR backordered + ?8 <= backorder_limit)`)

	insertMoves = newInsert("oms_moves", "tenant, order_id, cause, actor, at, recorded_at", moveColumns).numbered("seq")

	insertReservations = newInsert("oms_reservations", "tenant, owner, kind, status, created_at",
		"id, line_id, sku, location, quantity, expires_at")
	qReservationState = query(`UPDATE oms_reservations SET quantity = ?7, status = ?8, expires_at = ?9
		WHERE tenant = ?1 AND owner = ?2 AND id = ?3
			AND quantity = ?4 AND status = ?5 AND expires_at IS NOT DISTINCT FROM ?6`)
	qReservationAll = query(`UPDATE oms_reservations SET quantity = ?7, status = ?8, expires_at = ?9,
			owner = ?10, kind = ?11, line_id = ?12, sku = ?13, location = ?14, created_at = ?15
		WHERE tenant = ?1 AND owner = ?2 AND id = ?3
			AND quantity = ?4 AND status = ?5 AND expires_at IS NOT DISTINCT FROM ?6`)
)

func (p *Plan) items() {
	for _, item := range inOrder(p.batch.Inventory.Items, func(a, b *inventory.Item) int { return strings.Compare(a.SKU, b.SKU) }) {
		p.item(item)
	}
}

func (p *Plan) locations() {
	for _, l := range inOrder(p.batch.Inventory.Locations, func(a, b *inventory.Location) int { return strings.Compare(a.Code, b.Code) }) {
		p.exec(qLocation, 1, func(a *args) {
			a.text(p.tenant)
			a.text(l.Code)
			a.opt(l.Name)
			a.int(int64(l.Priority))
			a.opt(l.Country)
			a.bool(l.Closed)
		})
		p.as(shared)
	}
}

func (p *Plan) policies() {
	for _, l := range inOrder(p.batch.Inventory.Levels, func(a, b *inventory.LevelPolicy) int {
		return cmp.Or(strings.Compare(a.SKU, b.SKU), strings.Compare(a.Location, b.Location))
	}) {
		p.exec(qPolicy, 1, func(a *args) {
			p.level(l.SKU, l.Location)
			a.qty(l.Safety)
			a.qty(l.BackorderLimit)
		})
	}
}

// levels moves the levels, in order of their keys. On PostgreSQL their rows are what
// everybody waits for, so they come last.
func (p *Plan) levels() {
	p.policies()
	from := len(p.steps)
	deltas := inventory.Sum(p.batch.Inventory.Moves)
	if p.postgres {
		p.shift(deltas)
	} else {
		for _, d := range deltas {
			p.delta(d)
		}
	}
	for i := range p.steps[from:] {
		p.steps[from+i].role = shifts
	}
}

// shift moves the levels on PostgreSQL: many in a statement, whose rows an earlier one
// has locked in order of their keys.
func (p *Plan) shift(deltas []inventory.Delta) {
	var unheard []inventory.Delta
	for _, d := range deltas {
		if !onlyAllocates(d) {
			unheard = append(unheard, d)
		}
	}
	for len(unheard) > 0 {
		size := sizeFor(makeLevels, len(unheard))
		p.exec(size.query, -1, func(a *args) {
			for _, d := range unheard[:size.rows] {
				p.level(d.SKU, d.Location)
			}
		})
		unheard = unheard[size.rows:]
	}
	for len(deltas) > 0 {
		size := sizeOver(shiftLevels, len(deltas))
		n := min(size.rows, len(deltas))
		p.exec(sizeOver(lockLevels, n).query, -1, func(a *args) {
			a.text(p.tenant)
			for i := range deltas[:n] {
				a.text(deltas[i].SKU)
				a.text(deltas[i].Location)
			}
			a.nulls(2 * (size.rows - n))
		})
		p.exec(size.query, 1, func(a *args) { a.shift(p.tenant, deltas[:n], size.rows) })
		p.steps[len(p.steps)-1].reads = true
		deltas = deltas[n:]
	}
}

func (p *Plan) item(item *inventory.Item) {
	p.writes(event.Item, &item.ID, item.Version)
	q := qItem
	if item.Version == 1 {
		q = qNewItem
	}
	p.exec(q, 1, func(a *args) {
		a.text(p.tenant)
		a.text(item.SKU)
		a.id(&item.ID)
		a.int(item.Version)
		a.opt(item.Title)
		a.opt(item.Unit)
		a.int(int64(item.Decimals))
		a.bool(item.Untracked)
	})
}

// level adds the key of a level to the current step.
func (p *Plan) level(sku, location string) {
	p.args.text(p.tenant)
	p.args.text(sku)
	p.args.text(location)
}

func (p *Plan) delta(d inventory.Delta) {
	switch {
	case onlyAllocates(d):
		p.exec(qAllocate, 1, func(a *args) {
			p.level(d.SKU, d.Location)
			a.delta(d.Allocated)
		})
	case d.Takes || d.Backorders:
		p.exec(qLevel, -1, func(*args) { p.level(d.SKU, d.Location) })
		p.exec(qPromise, 1, func(a *args) {
			p.change(d)
			a.bool(d.Takes)
			a.bool(d.Backorders)
		})
	default:
		p.exec(qFact, 1, func(*args) { p.change(d) })
		p.orElse(1)
		p.exec(qFirstFact, 1, func(*args) { p.change(d) })
	}
}

// onlyAllocates reports whether a level that was never heard of is left as it is.
func onlyAllocates(d inventory.Delta) bool {
	return d.Takes && !d.Backorders && d.Allocated.Sign() > 0 &&
		d.OnHand.IsZero() && d.Unavailable.IsZero() && d.Reserved.IsZero() && d.Backordered.IsZero()
}

func (p *Plan) change(d inventory.Delta) {
	p.level(d.SKU, d.Location)
	for _, q := range [...]quantity.Quantity{d.OnHand, d.Unavailable, d.Allocated, d.Reserved, d.Backordered} {
		p.args.delta(q)
	}
}

// delta writes a sum of movements. A sum out of range is kept within what the
// database can add without overflow: the level refuses it.
func (a *args) delta(q quantity.Quantity) {
	a.int(min(max(q.Micro(), -3*quantity.MaxMicro), 3*quantity.MaxMicro))
}

func (p *Plan) moves(moves []inventory.Move) {
	for len(moves) > 0 {
		n := 1
		for n < len(moves) && sameCause(&moves[0], &moves[n]) {
			n++
		}
		run := moves[:n]
		insertMoves.list(p, n, func(a *args) {
			m := &run[0]
			a.text(p.tenant)
			a.optID(&m.OrderID)
			a.text(m.Cause)
			a.text(m.Actor)
			a.time(m.At)
			a.time(m.RecordedAt)
		}, func(a *args, i int) {
			p.place()
			if i == 0 && run[0].OrderID != (uuid.UUID{}) {
				a.int(int64(n))
			} else {
				a.null()
			}
			a.move(&run[i])
		})
		moves = moves[n:]
	}
}

func sameCause(a, b *inventory.Move) bool {
	return a.OrderID == b.OrderID && a.Cause == b.Cause && a.Actor == b.Actor &&
		a.At.Equal(b.At) && a.RecordedAt.Equal(b.RecordedAt)
}

func (a *args) move(m *inventory.Move) {
	a.id(&m.ID)
	a.text(m.SKU)
	a.text(m.Location)
	a.text(string(m.Kind))
	a.qty(m.OnHand)
	a.qty(m.Unavailable)
	a.qty(m.Allocated)
	a.qty(m.Reserved)
	a.qty(m.Backordered)
	a.opt(m.Reason)
	a.optID(&m.LineID)
	a.opt(string(m.UnitCost.Currency()))
	a.price(m.UnitCost, m.UnitCost.Currency())
}

// reservations inserts those that are new and then changes others, in the order of
// their keys: those of one reservation as they follow from one another.
func (p *Plan) reservations() {
	var fresh, known []*inventory.ReservationChange
	for i := range p.batch.Inventory.Reservations {
		if c := &p.batch.Inventory.Reservations[i]; c.Before == (inventory.Reservation{}) {
			fresh = append(fresh, c)
		} else {
			known = append(known, c)
		}
	}
	for len(fresh) > 0 {
		n := 1
		for n < len(fresh) && sameOwner(&fresh[0].After, &fresh[n].After) {
			n++
		}
		run := fresh[:n]
		insertReservations.list(p, n, func(a *args) {
			r := &run[0].After
			a.text(p.tenant)
			a.text(r.Owner)
			a.text(string(r.Kind))
			a.text(string(r.Status))
			a.time(r.CreatedAt)
		}, func(a *args, i int) {
			r := &run[i].After
			a.id(&r.ID)
			a.optID(&r.LineID)
			a.text(r.SKU)
			a.text(r.Location)
			a.qty(r.Quantity)
			a.optTime(r.ExpiresAt)
		})
		fresh = fresh[n:]
	}
	slices.SortStableFunc(known, func(a, b *inventory.ReservationChange) int {
		return cmp.Or(strings.Compare(a.Before.Owner, b.Before.Owner), bytes.Compare(a.Before.ID[:], b.Before.ID[:]))
	})
	for _, c := range known {
		p.reservation(c)
	}
}

func sameOwner(a, b *inventory.Reservation) bool {
	return a.Owner == b.Owner && a.Kind == b.Kind && a.Status == b.Status && a.CreatedAt.Equal(b.CreatedAt)
}

func (p *Plan) reservation(c *inventory.ReservationChange) {
	before, after := &c.Before, &c.After
	if before.ID != after.ID {
		p.doubtful = true
		return
	}
	moved := *after
	moved.Quantity, moved.Status, moved.ExpiresAt = before.Quantity, before.Status, before.ExpiresAt
	q := qReservationState
	if moved != *before {
		q = qReservationAll
	}
	p.exec(q, 1, func(a *args) {
		a.text(p.tenant)
		a.text(before.Owner)
		a.id(&before.ID)
		for _, r := range [...]*inventory.Reservation{before, after} {
			a.qty(r.Quantity)
			a.text(string(r.Status))
			a.optTime(r.ExpiresAt)
		}
		if q == qReservationAll {
			a.text(after.Owner)
			a.text(string(after.Kind))
			a.optID(&after.LineID)
			a.text(after.SKU)
			a.text(after.Location)
			a.time(after.CreatedAt)
		}
	})
}
