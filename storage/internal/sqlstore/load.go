package sqlstore

import (
	"strconv"
	"strings"

	"github.com/google/uuid"

	"github.com/go-oms/oms/event"
	"github.com/go-oms/oms/inventory"
	"github.com/go-oms/oms/storage"
)

// Loader is the first exchange of a group on PostgreSQL: it claims the keys, and locks
// and reads what the checks of the batches need to know. Everybody locks in the same
// order: keys, aggregates, items, leases, reservations, coupons, locations, levels, each in
// the order of their own keys, so that groups wait for one another and never in a circle.
// Its memory is used again; it is used by one goroutine.
type Loader struct {
	needs  Needs
	args   args
	calls  []Call
	reads  []func(*row) // what to do with the answers' rows
	claims map[string]bool
	byKey  map[string]*Plan // who is to claim it
	staged *Staged
}

// Lonely reports whether the plan has a precondition that no group can check.
func (p *Plan) Lonely() bool { return p.lonely || p.doubtful }

// Load returns the statements for the plans of one tenant. The answer is valid until
// the next call.
func (l *Loader) Load(plans []*Plan, staged *Staged) []Call {
	batches := make([]*storage.Batch, len(plans))
	for i, p := range plans {
		batches[i] = p.batch
	}
	l.needs.Collect(batches...)
	l.calls, l.reads, l.args.values, l.staged = l.calls[:0], l.reads[:0], l.args.values[:0], staged
	if l.claims == nil {
		l.claims, l.byKey = map[string]bool{}, map[string]*Plan{}
	}
	clear(l.claims)
	clear(l.byKey)
	tenant := plans[0].tenant
	l.claim(plans)
	l.aggregates(tenant)
	n := &l.needs
	l.list(lockItems, tenant, len(n.Items), func(i int) { l.args.text(n.Items[i]) }, func(r *row) {
		staged.PutVersion(storage.Versioned{Kind: event.Item, Name: r.text()}, r.int())
	})
	l.list(lockLeases, tenant, len(n.Leases), func(i int) { l.args.text(n.Leases[i]) }, func(r *row) {
		staged.PutVersion(storage.Versioned{Kind: storage.LeaseKind, Name: r.text()}, r.int())
	})
	l.list(lockReservations, tenant, len(n.Reservations), func(i int) {
		l.args.text(n.Reservations[i].Owner)
		l.args.id(&n.Reservations[i].ID)
	}, func(r *row) {
		kept := inventory.Reservation{ID: r.id(), Quantity: r.qty(), Status: inventory.ReservationStatus(r.text()), ExpiresAt: r.optTime()}
		staged.PutReservation(&kept)
	})
	l.list(lockCoupons, tenant, len(n.Coupons), func(i int) {
		l.args.text(n.Coupons[i].Code)
		if n.Coupons[i].Own {
			l.args.blob(n.Coupons[i].CustomerID[:])
		} else {
			l.args.blob(anybody)
		}
	}, func(r *row) {
		counter := storage.CouponCounter{Code: r.text()}
		if owner := r.bytes(); len(owner) == len(counter.CustomerID) {
			counter.CustomerID, counter.Own = uuid.UUID(owner), true
		}
		staged.PutUses(counter, r.int())
	})
	l.list(lockLocations, tenant, len(n.Locations), func(i int) { l.args.text(n.Locations[i]) }, func(*row) {})
	l.list(lockLevels, tenant, len(n.Levels), func(i int) {
		l.args.text(n.Levels[i].SKU)
		l.args.text(n.Levels[i].Location)
	}, func(r *row) { staged.PutLevel(r.level()) })
	return l.calls
}

// Take reads the answers to the statements into the staged ledger.
func (l *Loader) Take(answer func(i int) Rows) error {
	for i, read := range l.reads {
		r := row{Rows: answer(i)}
		for r.Next() {
			r.col = 0
			read(&r)
			if r.err != nil {
				return &DamageError{Where: "a row that a batch is checked against", Err: r.err}
			}
		}
	}
	return nil
}

// Claimed reports whether a plan has taken its key, or has none.
func (l *Loader) Claimed(p *Plan) bool {
	key := p.batch.Command.Key
	return key == "" || l.byKey[key] == p && l.claims[key]
}

// claim takes the keys, in their order. Of two plans with the same key the first one
// to arrive claims it.
func (l *Loader) claim(plans []*Plan) {
	for _, p := range plans {
		if key := p.batch.Command.Key; key != "" && l.byKey[key] == nil {
			l.byKey[key] = p
		}
	}
	begin := len(l.args.values)
	n := 0
	for _, key := range l.needs.Keys {
		if p := l.byKey[key]; p != nil {
			for i := range p.steps {
				if s := &p.steps[i]; s.role == claims {
					l.args.values = append(l.args.values, p.args.values[s.from:s.to]...)
				}
			}
			n++
		}
	}
	for n > 0 {
		size := sizeFor(claimKeys, n)
		end := begin + keyColumns*size.rows
		l.calls = append(l.calls, Call{Query: size.query, Args: l.args.values[begin:end:end]})
		l.reads = append(l.reads, func(r *row) { l.claims[r.text()] = true })
		begin, n = end, n-size.rows
	}
}

// References returns the statements that look whose the references of a plan's batch
// are. They were not looked at before: the write refuses those that are taken.
func (l *Loader) References(p *Plan) (calls []Call) {
	for _, ref := range References(p.batch) {
		q, values := ownerOf(ref)
		begin := len(l.args.values)
		l.args.text(p.tenant)
		for _, v := range values {
			l.args.text(v)
		}
		calls = append(calls, Call{Query: q, Args: l.args.values[begin:len(l.args.values):len(l.args.values)]})
	}
	return calls
}

// Owns reports whether an answer to one of the plan's References names nobody, or an
// aggregate that the batch itself changes.
func (p *Plan) Owns(answer Rows) bool {
	for answer.Next() {
		id, err := answer.ID(0)
		if err != nil || p.reach(event.Order, &id) == nil && p.reach(event.Customer, &id) == nil {
			return false
		}
	}
	return true
}

// Unclaim returns the statements that give back the keys of plans that are not
// written after all. It is valid until the next Load.
func (l *Loader) Unclaim(plans []*Plan) (calls []Call) {
	for _, p := range plans {
		if key := p.batch.Command.Key; key != "" {
			begin := len(l.args.values)
			l.args.text(p.tenant)
			l.args.text(key)
			calls = append(calls, Call{Query: qUnclaim, Args: l.args.values[begin:len(l.args.values):len(l.args.values)], Must: 1})
		}
	}
	return calls
}

// aggregates locks the rows of those whose version matters.
func (l *Loader) aggregates(tenant string) {
	all := l.needs.Aggregates
	for len(all) > 0 {
		kind := all[0].Kind
		n := 1
		for n < len(all) && all[n].Kind == kind {
			n++
		}
		run := all[:n]
		id := func(i int) { l.args.id(&run[i].ID) }
		read := func(r *row) { l.staged.PutVersion(storage.Versioned{Kind: kind, ID: r.id()}, r.int()) }
		if lock, has := lockAggregates[kind]; has {
			l.list(lock, tenant, n, id, read)
		} else {
			for i := range run {
				begin := len(l.args.values)
				l.args.text(tenant)
				l.args.text(kind)
				id(i)
				l.one(qVersionOf, begin, read)
			}
		}
		all = all[n:]
	}
}

// list adds the statements that read n rows by their keys. One whose list is longer is
// filled up with what matches nothing.
func (l *Loader) list(sizes []sized, tenant string, n int, key func(i int), read func(*row)) {
	for done := 0; done < n; {
		size := sizeOver(sizes, n-done)
		begin := len(l.args.values)
		l.args.text(tenant)
		rows := min(size.rows, n-done)
		for i := range rows {
			key(done + i)
		}
		width := (len(l.args.values) - begin - 1) / rows
		l.args.nulls((size.rows - rows) * width)
		l.one(size.query, begin, read)
		done += rows
	}
}

func (l *Loader) one(q *Query, begin int, read func(*row)) {
	l.calls = append(l.calls, Call{Query: q, Args: l.args.values[begin:len(l.args.values):len(l.args.values)]})
	l.reads = append(l.reads, read)
}

const keyColumns = 6

var (
	claimKeys = func() (sizes []sized) {
		keys := newInsert("oms_keys", "tenant", "key, command, body, result, at")
		for _, s := range keys.whole {
			sizes = append(sizes, sized{s.rows, query(s.query.SQL + " ON CONFLICT (tenant, key) DO NOTHING RETURNING key")})
		}
		return sizes
	}()
	qUnclaim   = query(`DELETE FROM oms_keys WHERE tenant = ?1 AND key = ?2`)
	qVersionOf = query(`SELECT aggregate_id, max(version) FROM oms_events
		WHERE tenant = ?1 AND aggregate = ?2 AND aggregate_id = ?3 GROUP BY aggregate_id`)

	lockAggregates = map[string][]sized{
		event.Order:        lockByID("oms_orders"),
		event.Payment:      lockByID("oms_tenders"),
		event.Fulfillment:  lockByID("oms_fulfillments"),
		event.Item:         lockByID("oms_items"),
		event.Customer:     lockByID("oms_customers"),
		event.Subscription: lockByID("oms_subscriptions"),
		event.Draft:        lockByID("oms_drafts"),
	}
	lockItems        = locking("oms_items", "t.sku, t.version", "sku", "text")
	lockLeases       = locking("oms_leases", "t.name, t.version", "name", "text")
	lockReservations = locking("oms_reservations", "t.id, t.quantity, t.status, t.expires_at", "owner, id", "text, uuid")
	lockCoupons      = locking("oms_coupons", "t.code, t.customer_id, t.uses", "code, customer_id", "text, bytea")
	lockLocations    = locking("oms_locations", "t.code", "code", "text")
	lockLevels       = locking("oms_levels", "t.sku, t.location, t."+strings.ReplaceAll(levelColumns, ", ", ", t."), "sku, location", "text, text")
)

func lockByID(table string) []sized { return locking(table, "t.id, t.version", "id", "uuid") }

// locking prepares the statements that lock and read rows by their keys, the longest
// first. Rows are locked in the order of the answer.
func locking(table, columns, keys, types string) (sizes []sized) {
	names, kinds := strings.Split(keys, ", "), strings.Split(types, ", ")
	var on, by strings.Builder
	for _, name := range names {
		on.WriteString(" AND t." + name + " = k." + name)
		by.WriteString(", t." + name)
	}
	for _, n := range []int{256, 128, 64, 16, 4, 1} {
		var b strings.Builder
		b.WriteString("SELECT " + columns + " FROM (VALUES ")
		next := 2
		for row := range n {
			if row > 0 {
				b.WriteString(", ")
			}
			for i := range names {
				sep := ", "
				if i == 0 {
					sep = "("
				}
				b.WriteString(sep + "CAST(?" + strconv.Itoa(next) + " AS " + kinds[i] + ")")
				next++
			}
			b.WriteByte(')')
		}
		b.WriteString(") AS k (" + keys + ") JOIN " + table + " AS t ON t.tenant = ?1" + on.String() +
			" ORDER BY " + by.String()[2:] + " FOR NO KEY UPDATE OF t")
		sizes = append(sizes, sized{n, query(b.String())})
	}
	return sizes
}
