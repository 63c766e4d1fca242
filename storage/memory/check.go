package memory

import (
	"github.com/google/uuid"

	"github.com/go-oms/oms/event"
	"github.com/go-oms/oms/inventory"
	"github.com/go-oms/oms/storage"
)

var _ storage.Ledger = (*tenant)(nil)

// check decides about a batch and changes nothing: neither the tenant nor the batch.
func check(t *tenant, b *storage.Batch) (p plan, err error) {
	if p.levels, err = storage.Check(t, b); err != nil {
		return plan{}, err
	}
	if p.orders, err = nextOrders(t, b); err != nil {
		return plan{}, err
	}
	if p.tenders, err = nextTenders(t, b); err != nil {
		return plan{}, err
	}
	p.fulfillments = nextFulfillments(t, b)
	return p, nil
}

// Key returns what is stored under a key.
func (t *tenant) Key(key string) *storage.Key { return t.keys[key] }

// Version returns the stored version of an aggregate, item or lease.
func (t *tenant) Version(v storage.Versioned) int64 {
	switch {
	case v.Kind == storage.LeaseKind:
		return t.leases[v.Name].Version
	case v.Kind == event.Item && v.ID == uuid.UUID{}:
		if item := t.items[v.Name]; item != nil {
			return item.Version
		}
		return 0
	}
	stream := t.streams[aggregate{v.Kind, v.ID}]
	if len(stream) == 0 {
		return 0
	}
	return stream[len(stream)-1].Version
}

// Owner returns whose a unique reference is.
func (t *tenant) Owner(r storage.Reference) uuid.UUID {
	var row *orderRow
	switch r.Unique {
	case storage.OrderNumber:
		row = t.byNumber[r.Value]
	case storage.OrderCart:
		row = t.byCart[r.Value]
	case storage.OrderExternalRef:
		row = t.byExternal[externalRef{r.Within, r.Value}]
	case storage.CustomerEmail:
		return t.byEmail[r.Value]
	case storage.CustomerExternalRef:
		return t.byCustomerRef[r.Value]
	case storage.ReportEvent:
		return t.reports[gatewayRef{r.Within, r.Value}]
	}
	if row == nil {
		return uuid.UUID{}
	}
	return row.order.ID
}

// Reservation returns a stored reservation, or nil.
func (t *tenant) Reservation(_ string, id uuid.UUID) *inventory.Reservation {
	return t.reservations[id]
}

// Uses returns what a coupon's counter stands at.
func (t *tenant) Uses(c storage.CouponCounter) int64 {
	if c.Own {
		return t.couponsOf[couponOf{c.Code, c.CustomerID}]
	}
	return t.coupons[c.Code]
}
