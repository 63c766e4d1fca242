package sqlstore

import (
	"fmt"
	"slices"
	"strings"

	"github.com/google/uuid"

	"github.com/go-oms/oms/crm"
	"github.com/go-oms/oms/event"
	"github.com/go-oms/oms/fault"
	"github.com/go-oms/oms/inventory"
	"github.com/go-oms/oms/order"
	"github.com/go-oms/oms/payment"
	"github.com/go-oms/oms/storage"
)

// Explain returns why the database refused the plan, by making the checks of
// storage.Batch one by one, in order, against what is stored. It runs in the
// transaction that refused, after what the plan wrote was undone, so nothing can
// have moved since. Where every check passes, the batch contradicts the books in
// a way that only a constraint sees, and the answer is a *storage.BookError.
func (p *Plan) Explain(c Conn, refusal error) error {
	x := explainer{Plan: p, c: c}
	for _, check := range []func() error{
		x.key, x.versions, x.references, x.reservations, x.coupons, x.stock, x.recorded,
	} {
		if err := check(); err != nil {
			return err
		}
		if x.failed != nil {
			return x.failed
		}
	}
	return &storage.BookError{What: refusal.Error()}
}

// explainer makes the checks. Reading errors are kept in failed.
type explainer struct {
	*Plan
	c      Conn
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

func (x *explainer) key() (answer error) {
	cmd := x.batch.Command
	if cmd.Key == "" {
		return nil
	}
	x.one(qGetKey, func(a *args) { a.text(cmd.Key) }, func(r *row) {
		k := r.key(cmd.Key)
		if k.Command == cmd.Name && k.Body == cmd.Body {
			answer = &event.Replay{Result: k.Result}
		} else {
			answer = &fault.KeyReusedError{Key: cmd.Key}
		}
	})
	return answer
}

func (x *explainer) version(aggregate string, id uuid.UUID) (version int64) {
	x.one(qGetVersion, func(a *args) {
		a.text(aggregate)
		a.id(&id)
	}, func(r *row) { version = r.int() })
	return version
}

func (x *explainer) versions() error {
	for _, e := range x.batch.Expect {
		if v := x.version(e.Aggregate, e.ID); v != e.Version {
			return stale(e.Aggregate, e.ID.String(), e.Version, v)
		}
	}
	type aggregate struct {
		kind string
		id   uuid.UUID
	}
	reached := map[aggregate]int64{}
	for i := range x.batch.Events {
		e := &x.batch.Events[i]
		a := aggregate{e.Aggregate, e.ID}
		v, ok := reached[a]
		if !ok {
			v = x.version(e.Aggregate, e.ID)
		}
		if v != e.Version-1 {
			return stale(e.Aggregate, e.ID.String(), e.Version-1, v)
		}
		reached[a] = e.Version
	}
	if err := x.items(); err != nil {
		return err
	}
	return x.leases()
}

func (x *explainer) items() error {
	reached := map[string]int64{}
	for i := range x.batch.Inventory.Items {
		item := &x.batch.Inventory.Items[i]
		v, ok := reached[item.SKU]
		if !ok {
			x.one(qItemVersion, func(a *args) { a.text(item.SKU) }, func(r *row) { v = r.int() })
		}
		if v != item.Version-1 {
			return stale(event.Item, item.SKU, item.Version-1, v)
		}
		reached[item.SKU] = item.Version
	}
	return nil
}

func (x *explainer) leases() error {
	reached := map[string]int64{}
	for i := range x.batch.Leases {
		before, after := &x.batch.Leases[i].Before, &x.batch.Leases[i].After
		v, ok := reached[after.Name]
		if !ok {
			x.one(qLeaseVersion, func(a *args) { a.text(after.Name) }, func(r *row) { v = r.int() })
		}
		if v != before.Version {
			return stale("lease", after.Name, before.Version, v)
		}
		reached[after.Name] = after.Version
	}
	return nil
}

func stale(kind, id string, expected, actual int64) error {
	return &fault.StaleError{Kind: kind, ID: id, Expected: expected, Actual: actual}
}

// taken reports whether a row other than id answers the query.
func (x *explainer) taken(q *Query, id uuid.UUID, values ...string) (other bool) {
	x.one(q, func(a *args) {
		for _, v := range values {
			a.text(v)
		}
	}, func(r *row) { other = r.id() != id })
	return other
}

// references looks for unique references that somebody else has: stored, or
// earlier in the same batch.
func (x *explainer) references() error {
	seen := map[string]uuid.UUID{}
	taken := func(kind, field, value string, id uuid.UUID, q *Query, values ...string) error {
		if value == "" && field != "number" {
			return nil
		}
		key := strings.Join(append([]string{kind, field}, values...), "\x00")
		owner, twice := seen[key]
		seen[key] = id
		if twice && owner != id || x.taken(q, id, values...) {
			return &storage.DuplicateError{Kind: kind, Field: field, Value: value}
		}
		return nil
	}
	for i := range x.batch.Orders {
		d := x.batch.Orders[i].Delta
		if d == nil {
			continue
		}
		o := &d.Order
		err := first(
			func() error { return taken("order", "number", o.Number, o.ID, qNumberTaken, o.Number) },
			func() error { return taken("order", "cart_id", o.CartID, o.ID, qCartTaken, o.CartID) },
			func() error {
				return taken("order", "external_ref", o.ExternalRef, o.ID, qRefTaken, o.Channel, o.ExternalRef)
			})
		if err != nil {
			return err
		}
	}
	if field := x.customers(); field != "" {
		return &storage.DuplicateError{Kind: "customer", Field: field}
	}
	return x.reports()
}

// customers returns the field of the first customer that somebody else has, "" when
// there is none. The customers are written one after the other: what one of them
// gives up is free for those behind it.
func (x *explainer) customers() string {
	type reference struct{ field, value string }
	owners := map[reference]uuid.UUID{} // as the batch has left them so far
	was := map[uuid.UUID]*crm.Customer{}
	takes := func(r reference, q *Query, id uuid.UUID) bool {
		owner, moved := owners[r]
		if !moved && r.value != "" {
			x.one(q, func(a *args) { a.text(r.value) }, func(row *row) { owner = row.id() })
		}
		owners[r] = id
		return r.value != "" && owner != (uuid.UUID{}) && owner != id
	}
	for i := range x.batch.CRM.Customers {
		c := &x.batch.CRM.Customers[i]
		if was[c.ID] == nil {
			x.one(qCustomerByID, func(a *args) { a.id(&c.ID) }, func(row *row) { was[c.ID] = row.customer() })
		}
		if old := was[c.ID]; old != nil {
			owners[reference{"email", crm.NormalizeEmail(old.Email)}] = uuid.UUID{}
			owners[reference{"external_ref", old.ExternalRef}] = uuid.UUID{}
		}
		if takes(reference{"email", crm.NormalizeEmail(c.Email)}, qEmailTaken, c.ID) {
			return "email"
		}
		if takes(reference{"external_ref", c.ExternalRef}, qPersonTaken, c.ID) {
			return "external_ref"
		}
		was[c.ID] = c
	}
	return ""
}

func first(checks ...func() error) error {
	for _, check := range checks {
		if err := check(); err != nil {
			return err
		}
	}
	return nil
}

// reports looks for reports that are stored already. A report that a tender takes
// over from the parked ones is not a second one.
func (x *explainer) reports() error {
	type ref struct{ gateway, event string }
	seen := map[ref]bool{}
	known := func(r *payment.Report, matched []uuid.UUID) (stored bool) {
		k := ref{r.Gateway, r.EventID}
		if seen[k] {
			return true
		}
		seen[k] = true
		x.one(qReportTaken, func(a *args) {
			a.text(r.Gateway)
			a.text(r.EventID)
		}, func(row *row) { stored = !slices.Contains(matched, row.id()) })
		return stored
	}
	for i := range x.batch.Payments {
		c := &x.batch.Payments[i]
		var attached []payment.Report
		if c.Delta != nil {
			attached = c.Delta.Reports
		}
		for j := range attached {
			if known(&attached[j], c.Matched) {
				return &storage.DuplicateError{Kind: "report", Field: "event_id", Value: attached[j].EventID}
			}
		}
		for j := range c.Parked {
			if known(&c.Parked[j], nil) {
				return &storage.DuplicateError{Kind: "report", Field: "event_id", Value: c.Parked[j].EventID}
			}
		}
	}
	return nil
}

func (x *explainer) reservations() error {
	changes := x.batch.Inventory.Reservations
	earlier := map[uuid.UUID]*inventory.Reservation{}
	for i := range changes {
		before, after := &changes[i].Before, &changes[i].After
		none := *before == (inventory.Reservation{})
		stored := earlier[after.ID]
		if stored == nil {
			stored = x.kept(before, after)
		}
		earlier[after.ID] = after
		switch {
		case stored == nil && none:
		case stored != nil && before.ID == after.ID && before.Quantity == stored.Quantity &&
			before.Status == stored.Status && before.ExpiresAt.Equal(stored.ExpiresAt):
		default:
			return stale("reservation", after.ID.String(), 0, -1)
		}
	}
	return nil
}

func (x *explainer) kept(before, after *inventory.Reservation) *inventory.Reservation {
	owner := after.Owner
	if before.Owner != "" {
		owner = before.Owner
	}
	var kept inventory.Reservation
	found := x.one(qKept, func(a *args) {
		a.text(owner)
		a.id(&after.ID)
	}, func(r *row) {
		kept.Quantity, kept.Status, kept.ExpiresAt = r.qty(), inventory.ReservationStatus(r.text()), r.optTime()
	})
	if !found {
		return nil
	}
	return &kept
}

func (x *explainer) coupons() error {
	type counter struct{ code, customer string }
	reached := map[counter]int64{}
	passes := func(u *order.CouponUse, customer []byte, limit int64) bool {
		k := counter{u.Code, string(customer)}
		uses, ok := reached[k]
		if !ok {
			x.one(qUses, func(a *args) {
				a.text(u.Code)
				a.blob(customer)
			}, func(r *row) { uses = r.int() })
		}
		reached[k] = uses + u.Uses
		return u.Uses <= 0 || limit <= 0 || uses+u.Uses <= limit
	}
	for i := range x.batch.Orders {
		for j := range x.batch.Orders[i].Coupons {
			u := &x.batch.Orders[i].Coupons[j]
			if !passes(u, anybody, u.Limit) {
				return &order.CouponError{Code: u.Code, Reason: "used up"}
			}
			if u.PerCustomer > 0 && !passes(u, u.CustomerID[:], u.PerCustomer) {
				return &order.CouponError{Code: u.Code, Reason: "used up by this customer"}
			}
		}
	}
	return nil
}

func (x *explainer) stock() error {
	var shorts []inventory.Short
	var broken string
	for _, d := range inventory.Sum(x.batch.Inventory.Moves) {
		level := inventory.Level{SKU: d.SKU, Location: d.Location}
		x.one(qGetLevel, func(a *args) {
			a.text(d.SKU)
			a.text(d.Location)
		}, func(r *row) { level = r.level() })
		for _, p := range x.batch.Inventory.Levels {
			if p.SKU == d.SKU && p.Location == d.Location {
				level.Safety, level.BackorderLimit = p.Safety, p.BackorderLimit
			}
		}
		_, short, reason := d.Apply(level)
		if short != nil {
			shorts = append(shorts, *short)
		}
		if broken == "" {
			broken = reason
		}
	}
	if len(shorts) > 0 {
		return &inventory.ShortageError{Shorts: shorts}
	}
	if broken != "" {
		return &storage.BookError{What: broken}
	}
	return nil
}

// recorded refuses a change without its event, and an event without its change:
// folding the history would no longer give what is stored.
func (x *explainer) recorded() error {
	for i := range x.reached {
		r := &x.reached[i]
		if hasRow(r.aggregate) && r.written != r.last {
			return &storage.BookError{What: fmt.Sprintf("%s %s: event %d without its change", r.aggregate, r.id, r.last)}
		}
	}
	for _, c := range x.batch.Orders {
		if c.Delta != nil && x.reach(event.Order, &c.Delta.Order.ID) == nil {
			return unrecorded(event.Order, c.Delta.Order.ID)
		}
	}
	for _, c := range x.batch.Payments {
		if c.Delta != nil && x.reach(event.Payment, &c.Delta.Tender.ID) == nil {
			return unrecorded(event.Payment, c.Delta.Tender.ID)
		}
	}
	for _, c := range x.batch.Fulfillments {
		if c.Delta != nil && x.reach(event.Fulfillment, &c.Delta.Fulfillment.ID) == nil {
			return unrecorded(event.Fulfillment, c.Delta.Fulfillment.ID)
		}
	}
	for i := range x.batch.Inventory.Items {
		if item := &x.batch.Inventory.Items[i]; x.reach(event.Item, &item.ID) == nil {
			return unrecorded(event.Item, item.ID)
		}
	}
	for i := range x.batch.CRM.Customers {
		if c := &x.batch.CRM.Customers[i]; x.reach(event.Customer, &c.ID) == nil {
			return unrecorded(event.Customer, c.ID)
		}
	}
	return nil
}

func unrecorded(aggregate string, id uuid.UUID) error {
	return &storage.BookError{What: fmt.Sprintf("%s %s: a change without its event", aggregate, id)}
}
