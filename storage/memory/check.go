package memory

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/google/uuid"

	"github.com/go-oms/oms/crm"
	"github.com/go-oms/oms/event"
	"github.com/go-oms/oms/fault"
	"github.com/go-oms/oms/inventory"
	"github.com/go-oms/oms/order"
	"github.com/go-oms/oms/payment"
	"github.com/go-oms/oms/storage"
)

// check decides about a batch, in the order that storage.Batch states, and
// changes nothing: neither the tenant nor the batch.
func check(t *tenant, b *storage.Batch) (plan, error) {
	if err := checkKey(t, b); err != nil {
		return plan{}, err
	}
	reached, err := checkVersions(t, b)
	if err != nil {
		return plan{}, err
	}
	if err := checkReferences(t, b); err != nil {
		return plan{}, err
	}
	if err := checkReservations(t, b); err != nil {
		return plan{}, err
	}
	if err := checkCoupons(t, b); err != nil {
		return plan{}, err
	}
	levels, err := checkStock(t, b)
	if err != nil {
		return plan{}, err
	}
	if err := checkRecorded(b, reached); err != nil {
		return plan{}, err
	}
	p := plan{levels: levels}
	if p.orders, err = nextOrders(t, b); err != nil {
		return plan{}, err
	}
	if p.tenders, err = nextTenders(t, b); err != nil {
		return plan{}, err
	}
	p.fulfillments = nextFulfillments(t, b)
	return p, nil
}

func checkKey(t *tenant, b *storage.Batch) error {
	if b.Command.Key == "" {
		return nil
	}
	if k := t.keys[b.Command.Key]; k != nil {
		return k.Answer(b.Command)
	}
	return nil
}

// checkVersions compares everything that carries a version: what was relied on,
// the aggregates with events, items and leases. It returns the version that each
// aggregate with events reaches.
func checkVersions(t *tenant, b *storage.Batch) (map[aggregate]int64, error) {
	for _, e := range b.Expect {
		if v := t.version(e.Aggregate, e.ID); v != e.Version {
			return nil, stale(e.Aggregate, e.ID.String(), e.Version, v)
		}
	}
	reached := make(map[aggregate]int64, 8)
	for i := range b.Events {
		e := &b.Events[i]
		a := aggregate{e.Aggregate, e.ID}
		v, ok := reached[a]
		if !ok {
			v = t.version(e.Aggregate, e.ID)
		}
		if v != e.Version-1 {
			return nil, stale(e.Aggregate, e.ID.String(), e.Version-1, v)
		}
		reached[a] = e.Version
	}
	if err := checkItems(t, b); err != nil {
		return nil, err
	}
	return reached, checkLeases(t, b)
}

func checkItems(t *tenant, b *storage.Batch) error {
	reached := make(map[string]int64, 8)
	for i := range b.Inventory.Items {
		item := &b.Inventory.Items[i]
		v, ok := reached[item.SKU]
		if known := t.items[item.SKU]; !ok && known != nil {
			v = known.Version
		}
		if v != item.Version-1 {
			return stale(event.Item, item.SKU, item.Version-1, v)
		}
		reached[item.SKU] = item.Version
	}
	return nil
}

func checkLeases(t *tenant, b *storage.Batch) error {
	reached := make(map[string]int64, 8)
	for i := range b.Leases {
		before, after := &b.Leases[i].Before, &b.Leases[i].After
		v, ok := reached[after.Name]
		if !ok {
			v = t.leases[after.Name].Version
		}
		if v != before.Version {
			return stale("lease", after.Name, before.Version, v)
		}
		reached[after.Name] = after.Version
	}
	return nil
}

// checkRecorded refuses a change without the event that brings it about, and an
// event whose aggregate the batch leaves as it was: folding the history would no
// longer give what is stored.
func checkRecorded(b *storage.Batch, reached map[aggregate]int64) error {
	written := make(map[aggregate]int64, 8)
	for i := range b.Orders {
		if d := b.Orders[i].Delta; d != nil {
			written[aggregate{event.Order, d.Order.ID}] = d.Order.Version
		}
	}
	for i := range b.Payments {
		if d := b.Payments[i].Delta; d != nil {
			written[aggregate{event.Payment, d.Tender.ID}] = d.Tender.Version
		}
	}
	for i := range b.Fulfillments {
		if d := b.Fulfillments[i].Delta; d != nil {
			written[aggregate{event.Fulfillment, d.Fulfillment.ID}] = d.Fulfillment.Version
		}
	}
	for i := range b.Inventory.Items {
		item := &b.Inventory.Items[i]
		written[aggregate{event.Item, item.ID}] = item.Version
	}
	for i := range b.CRM.Customers {
		c := &b.CRM.Customers[i]
		written[aggregate{event.Customer, c.ID}] = c.Version
	}
	for a, v := range written {
		if reached[a] != v {
			return &storage.BookError{What: fmt.Sprintf("%s %s: version %d without its event", a.kind, a.id, v)}
		}
	}
	for a, v := range reached {
		if _, ok := written[a]; !ok && a.hasRow() {
			return &storage.BookError{What: fmt.Sprintf("%s %s: event %d without a change", a.kind, a.id, v)}
		}
	}
	return nil
}

// hasRow reports whether aggregates of that kind are kept as rows.
func (a aggregate) hasRow() bool {
	switch a.kind {
	case event.Order, event.Payment, event.Fulfillment, event.Item, event.Customer:
		return true
	default:
		return false
	}
}

// version returns the stored version of an aggregate; 0 when it does not exist.
func (t *tenant) version(kind string, id uuid.UUID) int64 {
	stream := t.streams[aggregate{kind, id}]
	if len(stream) == 0 {
		return 0
	}
	return stream[len(stream)-1].Version
}

func stale(kind, id string, expected, actual int64) error {
	return &fault.StaleError{Kind: kind, ID: id, Expected: expected, Actual: actual}
}

// checkReferences looks for unique references that somebody else has: stored, or
// earlier in the same batch.
func checkReferences(t *tenant, b *storage.Batch) error {
	for i := range b.Orders {
		d := b.Orders[i].Delta
		if d == nil {
			continue
		}
		if field, value := t.takenOrderRef(&d.Order); field != "" {
			return &storage.DuplicateError{Kind: "order", Field: field, Value: value}
		}
		for j := range i {
			if earlier := b.Orders[j].Delta; earlier != nil && earlier.Order.ID != d.Order.ID {
				if field, value := sharedOrderRef(&earlier.Order, &d.Order); field != "" {
					return &storage.DuplicateError{Kind: "order", Field: field, Value: value}
				}
			}
		}
	}
	if field := t.takenCustomerRef(b.CRM.Customers); field != "" {
		return &storage.DuplicateError{Kind: "customer", Field: field}
	}
	return checkReports(t, b)
}

func (t *tenant) takenOrderRef(o *order.Order) (field, value string) {
	other := func(r *orderRow) bool { return r != nil && r.order.ID != o.ID }
	switch {
	case other(t.byNumber[o.Number]):
		return "number", o.Number
	case o.CartID != "" && other(t.byCart[o.CartID]):
		return "cart_id", o.CartID
	case o.ExternalRef != "" && other(t.byExternal[externalRef{o.Channel, o.ExternalRef}]):
		return "external_ref", o.ExternalRef
	default:
		return "", ""
	}
}

func sharedOrderRef(a, b *order.Order) (field, value string) {
	switch {
	case a.Number == b.Number:
		return "number", b.Number
	case b.CartID != "" && a.CartID == b.CartID:
		return "cart_id", b.CartID
	case b.ExternalRef != "" && a.Channel == b.Channel && a.ExternalRef == b.ExternalRef:
		return "external_ref", b.ExternalRef
	default:
		return "", ""
	}
}

// takenCustomerRef returns the field of the first customer that somebody else has,
// "" when there is none. The customers are written one after the other.
func (t *tenant) takenCustomerRef(list []crm.Customer) string {
	emails, refs := map[string]uuid.UUID{}, map[string]uuid.UUID{} // as the batch has left them so far; zero for nobody's
	owner := func(so, stored map[string]uuid.UUID, key string) uuid.UUID {
		if id, moved := so[key]; moved {
			return id
		}
		return stored[key]
	}
	was := map[uuid.UUID]*crm.Customer{}
	for i := range list {
		c := &list[i]
		old := was[c.ID]
		if old == nil {
			old = t.customers[c.ID]
		}
		if old != nil {
			emails[crm.NormalizeEmail(old.Email)], refs[old.ExternalRef] = uuid.UUID{}, uuid.UUID{}
		}
		email := crm.NormalizeEmail(c.Email)
		if email != "" && owner(emails, t.byEmail, email) != (uuid.UUID{}) {
			return "email"
		}
		if c.ExternalRef != "" && owner(refs, t.byCustomerRef, c.ExternalRef) != (uuid.UUID{}) {
			return "external_ref"
		}
		emails[email], refs[c.ExternalRef], was[c.ID] = c.ID, c.ID, c
	}
	return ""
}

// checkReports looks for reports that are stored already. A report that a tender
// takes over from the parked ones is not a second one.
func checkReports(t *tenant, b *storage.Batch) error {
	seen := make(map[gatewayRef]struct{}, 8)
	known := func(r *payment.Report, matched []uuid.UUID) bool {
		ref := gatewayRef{r.Gateway, r.EventID}
		if _, twice := seen[ref]; twice {
			return true
		}
		seen[ref] = struct{}{}
		id, stored := t.reports[ref]
		return stored && !slices.Contains(matched, id)
	}
	for i := range b.Payments {
		c := &b.Payments[i]
		if c.Delta != nil {
			for j := range c.Delta.Reports {
				if r := &c.Delta.Reports[j]; known(r, c.Matched) {
					return &storage.DuplicateError{Kind: "report", Field: "event_id", Value: r.EventID}
				}
			}
		}
		for j := range c.Parked {
			if r := &c.Parked[j]; known(r, nil) {
				return &storage.DuplicateError{Kind: "report", Field: "event_id", Value: r.EventID}
			}
		}
	}
	return nil
}

func checkReservations(t *tenant, b *storage.Batch) error {
	changes := b.Inventory.Reservations
	earlier := make(map[uuid.UUID]int, 8)
	for i := range changes {
		before, id := &changes[i].Before, changes[i].After.ID
		stored := t.reservations[id]
		if j, ok := earlier[id]; ok {
			stored = &changes[j].After
		}
		earlier[id] = i
		switch {
		case stored == nil && *before == (inventory.Reservation{}):
		case stored != nil && before.ID == id && before.Quantity == stored.Quantity &&
			before.Status == stored.Status && before.ExpiresAt.Equal(stored.ExpiresAt):
		default:
			return stale("reservation", id.String(), 0, -1)
		}
	}
	return nil
}

func checkCoupons(t *tenant, b *storage.Batch) error {
	taken := map[string]int64{}
	takenOf := map[couponOf]int64{}
	for i := range b.Orders {
		for _, u := range b.Orders[i].Coupons {
			all := t.coupons[u.Code] + taken[u.Code] + u.Uses
			taken[u.Code] += u.Uses
			if u.Uses > 0 && u.Limit > 0 && all > u.Limit {
				return &order.CouponError{Code: u.Code, Reason: "used up"}
			}
			if u.PerCustomer <= 0 {
				continue
			}
			of := couponOf{u.Code, u.CustomerID}
			own := t.couponsOf[of] + takenOf[of] + u.Uses
			takenOf[of] += u.Uses
			if u.Uses > 0 && own > u.PerCustomer {
				return &order.CouponError{Code: u.Code, Reason: "used up by this customer"}
			}
		}
	}
	return nil
}

// checkStock returns the levels after the batch's movements.
func checkStock(t *tenant, b *storage.Batch) ([]inventory.Level, error) {
	deltas := inventory.Sum(b.Inventory.Moves)
	levels := make([]inventory.Level, 0, len(deltas))
	var shorts []inventory.Short
	var broken string
	for _, d := range deltas {
		level := t.level(d.SKU, d.Location)
		for _, p := range b.Inventory.Levels {
			if p.SKU == d.SKU && p.Location == d.Location {
				level.Safety, level.BackorderLimit = p.Safety, p.BackorderLimit
			}
		}
		after, short, reason := d.Apply(level)
		if short != nil {
			shorts = append(shorts, *short)
		}
		broken = cmp.Or(broken, reason)
		levels = append(levels, after)
	}
	if len(shorts) > 0 {
		return nil, &inventory.ShortageError{Shorts: shorts}
	}
	if broken != "" {
		return nil, &storage.BookError{What: broken}
	}
	return levels, nil
}
