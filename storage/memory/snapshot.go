package memory

import (
	"cmp"
	"context"
	"iter"
	"slices"
	"strings"

	"github.com/google/uuid"

	"github.com/go-oms/oms/crm"
	"github.com/go-oms/oms/event"
	"github.com/go-oms/oms/fulfillment"
	"github.com/go-oms/oms/inventory"
	"github.com/go-oms/oms/order"
	"github.com/go-oms/oms/payment"
	"github.com/go-oms/oms/reporting"
	"github.com/go-oms/oms/storage"
)

// Snapshot calls fn with the tenant's books as of one moment, while writers go
// on. Writers wait while it copies one pointer per row, about 50 ms per million
// rows; the streams sort and copy afterwards.
func (s *Store) Snapshot(ctx context.Context, fn func(storage.Books) error) error {
	var b books
	if err := s.read(ctx, "snapshot", func(t *tenant) { b = t.books() }); err != nil {
		return err
	}
	return fn(&b)
}

// books is the pointers of one moment.
type books struct {
	orders        []*order.Order
	addresses     map[uuid.UUID]*order.Address // of the orders
	tenders       []*payment.Tender
	fulfillments  []*fulfillment.Fulfillment
	reservations  []*inventory.Reservation
	items         []*inventory.Item
	levels        []inventory.Level
	moves         []*inventory.Move
	events        []*event.Event
	keys          []*storage.Key
	coupons       []storage.CouponCount
	leases        []storage.Lease
	customers     []*crm.Customer
	subscriptions []*order.Subscription
	drafts        []*order.Draft
	saved         []*crm.Address
}

func (t *tenant) books() books {
	b := books{
		orders:        t.listing.snapshots(),
		addresses:     make(map[uuid.UUID]*order.Address, len(t.addresses)),
		tenders:       values(t.tenders),
		fulfillments:  values(t.fulfillments),
		reservations:  values(t.reservations),
		items:         values(t.items),
		keys:          values(t.keys),
		leases:        values(t.leases),
		customers:     values(t.customers),
		subscriptions: values(t.subscriptions),
		drafts:        values(t.drafts),
		saved:         values(t.saved.rows),
		// These two are only ever appended to.
		moves:  t.moves,
		events: t.events,
	}
	for id, a := range t.addresses {
		b.addresses[id] = a
	}
	for _, levels := range t.levels {
		b.levels = append(b.levels, levels...)
	}
	for code, uses := range t.coupons {
		b.coupons = append(b.coupons, storage.CouponCount{Code: code, Uses: uses})
	}
	return b
}

func values[K comparable, V any](m map[K]V) []V {
	list := make([]V, 0, len(m))
	for _, v := range m {
		list = append(list, v)
	}
	return list
}

// walk yields what make makes of a sorted copy of the rows, and stops with a
// transient error when the context ends.
func walk[R, V any](
	ctx context.Context, rows []R, order func(a, b R) int, show func(R) V,
) iter.Seq2[V, error] {
	return func(yield func(V, error) bool) {
		var none V
		sorted := slices.Clone(rows)
		slices.SortStableFunc(sorted, order)
		for i, r := range sorted {
			if i%orderPage == 0 {
				if err := ended(ctx, "snapshot"); err != nil {
					yield(none, err)
					return
				}
			}
			if !yield(show(r), nil) {
				return
			}
		}
	}
}

func same[V any](v V) V { return v }

func value[V any](v *V) V { return *v }

// AllOrders yields the orders by id.
func (b *books) AllOrders(ctx context.Context) iter.Seq2[*order.Order, error] {
	return walk(ctx, b.orders,
		func(x, y *order.Order) int { return compareID(x.ID, y.ID) },
		func(o *order.Order) *order.Order {
			return copyOrder(o, b.addresses[o.ShipToID], b.addresses[o.BillToID])
		})
}

// AllFacts yields all facts in ascending order of time.
func (b *books) AllFacts(ctx context.Context) iter.Seq2[reporting.Fact, error] {
	return sorted(ctx, "snapshot", len(b.orders), func(i int, add func(reporting.Fact)) error {
		for _, f := range storage.Facts(b.orders[i]) {
			add(f)
		}
		return nil
	}, compareFacts)
}

// AllTenders yields the tenders in that order.
func (b *books) AllTenders(ctx context.Context, by storage.Sort) iter.Seq2[*payment.Tender, error] {
	return walk(ctx, b.tenders, func(x, y *payment.Tender) int {
		return cmp.Or(ofOrder(by, x.OrderID, y.OrderID), compareID(x.ID, y.ID))
	}, copyTender)
}

// AllFulfillments yields the fulfilment orders in that order.
func (b *books) AllFulfillments(ctx context.Context, by storage.Sort) iter.Seq2[*fulfillment.Fulfillment, error] {
	return walk(ctx, b.fulfillments, func(x, y *fulfillment.Fulfillment) int {
		return cmp.Or(ofOrder(by, x.OrderID, y.OrderID), compareID(x.ID, y.ID))
	}, copyFulfillment)
}

// ofOrder compares by order where the stream is sorted by it.
func ofOrder(by storage.Sort, x, y uuid.UUID) int {
	if by == storage.ByID {
		return 0
	}
	return compareID(x, y)
}

// AllReservations yields all reservations, closed ones too, by owner and id.
func (b *books) AllReservations(ctx context.Context) iter.Seq2[inventory.Reservation, error] {
	return walk(ctx, b.reservations, func(x, y *inventory.Reservation) int {
		return cmp.Or(strings.Compare(x.Owner, y.Owner), compareID(x.ID, y.ID))
	}, value)
}

// AllItems yields the items by id.
func (b *books) AllItems(ctx context.Context) iter.Seq2[inventory.Item, error] {
	return walk(ctx, b.items, func(x, y *inventory.Item) int { return compareID(x.ID, y.ID) }, value)
}

// AllLevels yields the levels by SKU and location.
func (b *books) AllLevels(ctx context.Context) iter.Seq2[inventory.Level, error] {
	return walk(ctx, b.levels, func(x, y inventory.Level) int {
		return cmp.Or(strings.Compare(x.SKU, y.SKU), strings.Compare(x.Location, y.Location))
	}, same)
}

// AllMoves yields the movements by SKU, location and recording.
func (b *books) AllMoves(ctx context.Context) iter.Seq2[inventory.Move, error] {
	return walk(ctx, b.moves, func(x, y *inventory.Move) int {
		return cmp.Or(strings.Compare(x.SKU, y.SKU), strings.Compare(x.Location, y.Location))
	}, value)
}

// AllCustomers yields the customers by id.
func (b *books) AllCustomers(ctx context.Context) iter.Seq2[*crm.Customer, error] {
	return walk(ctx, b.customers, func(x, y *crm.Customer) int { return compareID(x.ID, y.ID) }, copyCustomer)
}

// AllSubscriptions yields the subscriptions by id.
func (b *books) AllSubscriptions(ctx context.Context) iter.Seq2[*order.Subscription, error] {
	return walk(ctx, b.subscriptions, func(x, y *order.Subscription) int { return compareID(x.ID, y.ID) }, (*order.Subscription).Clone)
}

// AllDrafts yields the drafts by id.
func (b *books) AllDrafts(ctx context.Context) iter.Seq2[*order.Draft, error] {
	return walk(ctx, b.drafts, func(x, y *order.Draft) int { return compareID(x.ID, y.ID) }, (*order.Draft).Clone)
}

// AllSavedAddresses yields the address books by customer and id.
func (b *books) AllSavedAddresses(ctx context.Context) iter.Seq2[crm.Address, error] {
	return walk(ctx, b.saved, func(x, y *crm.Address) int {
		return cmp.Or(compareID(x.CustomerID, y.CustomerID), compareID(x.ID, y.ID))
	}, value)
}

// AllEvents yields the events of one kind of aggregate by id and version.
func (b *books) AllEvents(ctx context.Context, kind string) iter.Seq2[event.Event, error] {
	var events []*event.Event
	for _, e := range b.events {
		if e.Aggregate == kind {
			events = append(events, e)
		}
	}
	return walk(ctx, events, func(x, y *event.Event) int {
		return cmp.Or(compareID(x.ID, y.ID), cmp.Compare(x.Version, y.Version))
	}, value)
}

// AllKeys yields the keys in order.
func (b *books) AllKeys(ctx context.Context) iter.Seq2[storage.Key, error] {
	return walk(ctx, b.keys, func(x, y *storage.Key) int { return strings.Compare(x.Key, y.Key) },
		func(k *storage.Key) storage.Key { return *copyKey(k) })
}

// AllCouponUses yields the coupon counters by code.
func (b *books) AllCouponUses(ctx context.Context) iter.Seq2[storage.CouponCount, error] {
	return walk(ctx, b.coupons,
		func(x, y storage.CouponCount) int { return strings.Compare(x.Code, y.Code) }, same)
}

// AllLeases yields the leases by name.
func (b *books) AllLeases(ctx context.Context) iter.Seq2[storage.Lease, error] {
	return walk(ctx, b.leases, func(x, y storage.Lease) int { return strings.Compare(x.Name, y.Name) }, same)
}

// LastPosition returns the position of the newest event; 0 without any.
func (b *books) LastPosition(ctx context.Context) (int64, error) {
	if err := ended(ctx, "snapshot"); err != nil {
		return 0, err
	}
	return int64(len(b.events)), nil
}
