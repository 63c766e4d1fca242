package memory

import (
	"slices"

	"github.com/go-oms/oms/fulfillment"
	"github.com/go-oms/oms/inventory"
	"github.com/go-oms/oms/order"
	"github.com/go-oms/oms/payment"
	"github.com/go-oms/oms/storage"
)

// plan is what a batch leads to: the next snapshots, in the order of the batch's
// changes, and the levels after it.
type plan struct {
	orders       []*order.Order // nil where a change has no delta, as below
	tenders      []*payment.Tender
	fulfillments []*fulfillment.Fulfillment
	levels       []inventory.Level
}

// nextOrders folds the deltas of orders. A later change of the same batch builds
// on an earlier one.
func nextOrders(t *tenant, b *storage.Batch) ([]*order.Order, error) {
	if len(b.Orders) == 0 {
		return nil, nil
	}
	next := make([]*order.Order, len(b.Orders))
	for i := range b.Orders {
		d := b.Orders[i].Delta
		if d == nil {
			continue
		}
		stored := earlier(next[:i], func(o *order.Order) bool { return o.ID == d.Order.ID })
		if row := t.orders[d.Order.ID]; stored == nil && row != nil {
			stored = row.order
		}
		o, err := order.Apply(stored, d)
		if err != nil {
			return nil, &storage.BookError{What: err.Error()}
		}
		for j := range o.Returns {
			o.Returns[j] = o.Returns[j].Clone()
		}
		for j := range o.Changes {
			o.Changes[j].Steps, o.Changes[j].Inverse = slices.Clone(o.Changes[j].Steps), slices.Clone(o.Changes[j].Inverse)
		}
		for j := range o.Holds {
			o.Holds[j].Approvals = slices.Clone(o.Holds[j].Approvals)
		}
		next[i] = o
	}
	return next, nil
}

func nextTenders(t *tenant, b *storage.Batch) (next []*payment.Tender, err error) {
	if len(b.Payments) == 0 {
		return nil, nil
	}
	next = make([]*payment.Tender, len(b.Payments))
	for i := range b.Payments {
		d := b.Payments[i].Delta
		if d == nil {
			continue
		}
		stored := earlier(next[:i], func(x *payment.Tender) bool { return x.ID == d.Tender.ID })
		if stored == nil {
			stored = t.tenders[d.Tender.ID]
		}
		if next[i], err = nextTender(stored, d); err != nil {
			return nil, &storage.BookError{What: err.Error()}
		}
	}
	return next, nil
}

func nextFulfillments(t *tenant, b *storage.Batch) []*fulfillment.Fulfillment {
	if len(b.Fulfillments) == 0 {
		return nil
	}
	next := make([]*fulfillment.Fulfillment, len(b.Fulfillments))
	for i := range b.Fulfillments {
		d := b.Fulfillments[i].Delta
		if d == nil {
			continue
		}
		stored := earlier(next[:i], func(x *fulfillment.Fulfillment) bool { return x.ID == d.Fulfillment.ID })
		if stored == nil {
			stored = t.fulfillments[d.Fulfillment.ID]
		}
		next[i] = nextFulfillment(stored, d)
	}
	return next
}

// earlier returns the last one that matches, or nil.
func earlier[T any](list []*T, match func(*T) bool) *T {
	for _, v := range slices.Backward(list) {
		if v != nil && match(v) {
			return v
		}
	}
	return nil
}
