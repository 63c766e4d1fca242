package sqlstore

import (
	"github.com/google/uuid"

	"github.com/go-oms/oms/event"
	"github.com/go-oms/oms/inventory"
	"github.com/go-oms/oms/storage"
)

// Explain returns why the database refused the plan, by making the checks of
// storage.Batch against what is stored. It runs in the transaction that refused,
// after what the plan wrote was undone, so nothing can have moved since. Where every
// check passes, the batch contradicts the books in a way that only a constraint sees,
// and the answer is a *storage.BookError.
func (p *Plan) Explain(c Conn, refusal error) error {
	x := explainer{c: c, tenant: p.tenant}
	_, err := storage.Check(&x, p.batch)
	switch {
	case x.failed != nil:
		return x.failed
	case err != nil:
		return err
	default:
		return &storage.BookError{What: refusal.Error()}
	}
}

// explainer is a storage.Ledger over queries. The first reading error is kept in
// failed, and nothing is read after it: the check's answer is then void.
type explainer struct {
	c      Conn
	tenant string
	failed error
}

var (
	qGetKey     = query(`SELECT command, body, result, at FROM oms_keys WHERE tenant = ?1 AND key = ?2`)
	qGetVersion = query(`SELECT COALESCE(max(version), 0) FROM oms_events
		WHERE tenant = ?1 AND aggregate = ?2 AND aggregate_id = ?3`)
	qItemVersion  = query(`SELECT version FROM oms_items WHERE tenant = ?1 AND sku = ?2`)
	qLeaseVersion = query(`SELECT version FROM oms_leases WHERE tenant = ?1 AND name = ?2`)
	qNumberTaken  = query(`SELECT id FROM oms_orders WHERE tenant = ?1 AND number = ?2`)
	qCartTaken    = query(`SELECT id FROM oms_orders WHERE tenant = ?1 AND cart_id = ?2`)
	qRefTaken     = query(`SELECT id FROM oms_orders WHERE tenant = ?1 AND channel = ?2 AND external_ref = ?3`)
	qEmailTaken   = query(`SELECT id FROM oms_customers WHERE tenant = ?1 AND email_key = ?2`)
	qPersonTaken  = query(`SELECT id FROM oms_customers WHERE tenant = ?1 AND external_ref = ?2`)
	qReportTaken  = query(`SELECT id FROM oms_reports WHERE tenant = ?1 AND gateway = ?2 AND event_id = ?3`)
	qKept         = query(`SELECT quantity, status, expires_at FROM oms_reservations
		WHERE tenant = ?1 AND owner = ?2 AND id = ?3`)
	qUses     = query(`SELECT uses FROM oms_coupons WHERE tenant = ?1 AND code = ?2 AND customer_id = ?3`)
	qGetLevel = query(`SELECT sku, location, ` + levelColumns + ` FROM oms_levels
		WHERE tenant = ?1 AND sku = ?2 AND location = ?3`)
)

// one reads at most one row; found is false when there is none.
func (x *explainer) one(q *Query, fill func(*args), read func(*row)) (found bool) {
	if x.failed != nil {
		return false
	}
	a := args{}
	a.text(x.tenant)
	fill(&a)
	x.failed = each(x.c, q, a.values, "the row that a batch was checked against", func(r *row) {
		found = true
		read(r)
	})
	return found
}

// Key returns what is stored under a key.
func (x *explainer) Key(key string) (k *storage.Key) {
	x.one(qGetKey, func(a *args) { a.text(key) }, func(r *row) {
		stored := r.key(key)
		k = &stored
	})
	return k
}

// Version returns the stored version of an aggregate, item or lease.
func (x *explainer) Version(v storage.Versioned) (version int64) {
	q, fill := qGetVersion, func(a *args) {
		a.text(v.Kind)
		a.id(&v.ID)
	}
	byName := func(a *args) { a.text(v.Name) }
	switch {
	case v.Kind == storage.LeaseKind:
		q, fill = qLeaseVersion, byName
	case v.Kind == event.Item && v.ID == uuid.UUID{}:
		q, fill = qItemVersion, byName
	}
	x.one(q, fill, func(r *row) { version = r.int() })
	return version
}

// Owner returns whose a unique reference is.
func (x *explainer) Owner(ref storage.Reference) (owner uuid.UUID) {
	q, values := ownerOf(ref)
	x.one(q, func(a *args) {
		for _, v := range values {
			a.text(v)
		}
	}, func(r *row) { owner = r.id() })
	return owner
}

// ownerOf returns the statement that finds whose a reference is, and its parameters
// behind the tenant.
func ownerOf(ref storage.Reference) (q *Query, values []string) {
	switch ref.Unique {
	case storage.OrderNumber:
		return qNumberTaken, []string{ref.Value}
	case storage.OrderCart:
		return qCartTaken, []string{ref.Value}
	case storage.OrderExternalRef:
		return qRefTaken, []string{ref.Within, ref.Value}
	case storage.CustomerEmail:
		return qEmailTaken, []string{ref.Value}
	case storage.CustomerExternalRef:
		return qPersonTaken, []string{ref.Value}
	default:
		return qReportTaken, []string{ref.Within, ref.Value}
	}
}

// Reservation returns what a check looks at of a stored reservation, or nil.
func (x *explainer) Reservation(owner string, id uuid.UUID) *inventory.Reservation {
	var kept inventory.Reservation
	found := x.one(qKept, func(a *args) {
		a.text(owner)
		a.id(&id)
	}, func(r *row) {
		kept.Quantity, kept.Status, kept.ExpiresAt = r.qty(), inventory.ReservationStatus(r.text()), r.optTime()
	})
	if !found {
		return nil
	}
	return &kept
}

// Uses returns what a coupon's counter stands at.
func (x *explainer) Uses(c storage.CouponCounter) (uses int64) {
	customer := anybody
	if c.Own {
		customer = c.CustomerID[:]
	}
	x.one(qUses, func(a *args) {
		a.text(c.Code)
		a.blob(customer)
	}, func(r *row) { uses = r.int() })
	return uses
}

// Level returns a stored level, or an empty one.
func (x *explainer) Level(sku, location string) inventory.Level {
	level := inventory.Level{SKU: sku, Location: location}
	x.one(qGetLevel, func(a *args) {
		a.text(sku)
		a.text(location)
	}, func(r *row) { level = r.level() })
	return level
}
