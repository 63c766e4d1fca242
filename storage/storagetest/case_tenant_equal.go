package storagetest

import (
	"reflect"

	"github.com/google/uuid"

	"github.com/go-oms/oms/crm"
	"github.com/go-oms/oms/event"
	"github.com/go-oms/oms/inventory"
	"github.com/go-oms/oms/money"
	"github.com/go-oms/oms/order"
	"github.com/go-oms/oms/reporting"
	"github.com/go-oms/oms/storage"
)

// tenantsEqual writes the same rows into two tenants, with equal ids and references
// and other values in all other fields. Every reader and every stream, found by
// reflection, must answer the first as before and the second differently.
func tenantsEqual(t *try) {
	one, other := fullBatch(7, money.EUR), fullBatch(7, money.EUR)
	elsewhere(other)
	first, second := t.store.Tenant("one"), t.store.Tenant("other")
	t.store = first
	t.commit(one)
	before := t.everything(one)
	t.store = second
	t.commit(other)
	theirs := t.everything(one)
	t.store = first
	for name, now := range t.everything(one) {
		if !reflect.DeepEqual(now, before[name]) {
			t.fail("%s answers %+v once another tenant has the same ids; before %+v", name, now, before[name])
		}
		if name != "LastPosition" && reflect.DeepEqual(now, theirs[name]) {
			t.fail("%s answers two tenants alike whose books differ", name)
		}
	}
}

// sameInBoth are the fields by which the readers of tenantsEqual find rows, beside
// ids.
var sameInBoth = map[string]bool{
	"Command.Name":                         true,
	"Fulfillments.Delta.Shipments.Carrier": true, "Fulfillments.Delta.Shipments.Tracking": true,
	"CRM.Customers.Email": true, "Payments.Delta.Ops.Ref": true,
}

// elsewhere gives every field of a batch another value, ids and references apart.
func elsewhere(b *storage.Batch) {
	leaves(reflect.ValueOf(b).Elem(), "", func(path string, v reflect.Value) {
		p := plain(path)
		switch {
		case p == "Orders.Coupons.Uses", p == "Orders.Coupons.PerCustomer":
			vary(v, p)
		case v.Type() == reflect.TypeFor[uuid.UUID](), under(unread, p), under(tied, p), required[p], sameInBoth[p]:
		default:
			vary(v, p)
		}
	})
	seal(b)
}

// readersAsked are the arguments with which each reader is asked about a batch.
func readersAsked(b *storage.Batch) map[string][]any {
	o, d := &b.Orders[0].Delta.Order, b.Payments[0].Delta
	f := b.Fulfillments[0].Delta
	customer := b.CRM.Customers[0]
	var skus, codes []string
	for i := range b.Inventory.Moves {
		skus = append(skus, b.Inventory.Moves[i].SKU)
	}
	for i := range b.Inventory.Items {
		skus = append(skus, b.Inventory.Items[i].SKU)
	}
	for _, u := range b.Orders[0].Coupons {
		codes = append(codes, u.Code)
	}
	return map[string][]any{
		"Order": {o.ID}, "OrderBy": {order.Ref{Number: o.Number}}, "Orders": {order.Filter{}}, "Notes": {o.ID},
		"CouponUses": {codes, b.Orders[0].Coupons[0].CustomerID}, "CouponsOf": {b.Orders[0].Coupons[0].CustomerID},
		"Items": {skus}, "Levels": {skus}, "Locations": {}, "Reservations": {inventory.ReservationFilter{}}, "Moves": {inventory.MoveFilter{}},
		"Tenders": {o.ID}, "Tender": {d.Tender.ID}, "TenderOf": {d.Ops[0].ID, "", ""}, "DueTenders": {later(1_000_000), 100}, "ParkedReports": {100},
		"Fulfillments": {o.ID}, "Fulfillment": {f.Fulfillment.ID}, "DueLabels": {later(1_000_000), 100},
		"FulfillmentByTracking": {f.Shipments[0].Carrier, f.Shipments[0].Tracking},
		"Customer":              {customer.ID}, "CustomerBy": {customer.Email, ""}, "Customers": {crm.Filter{Merged: true}},
		"Subscription": {b.Subscriptions[0].ID}, "Subscriptions": {order.SubscriptionFilter{}},
		"Draft": {b.Drafts[0].ID}, "Drafts": {order.DraftFilter{}},
		"SavedAddresses": {b.CRM.Addresses[0].CustomerID}, "CustomerNotes": {b.CRM.Notes[0].CustomerID}, "Consents": {b.CRM.Consents[0].CustomerID},
		"Facts": {reporting.Period{}}, "OrderFacts": {reporting.OrderScope{Paid: true}}, "PaymentFacts": {reporting.Period{}}, "StockFacts": {},
		"History": {event.Order, o.ID}, "Stream": {int64(0), 0},
		"Key": {b.Command.Key}, "Lease": {b.Leases[0].After.Name}, "Leases": {""},
	}
}

// everything is what all readers and streams say of a batch, by their names.
func (t *try) everything(b *storage.Batch) map[string]any {
	answers := map[string]any{}
	asked := readersAsked(b)
	readers := reflect.TypeFor[storage.Reader]()
	for i := range readers.NumMethod() {
		name := readers.Method(i).Name
		args, ok := asked[name]
		if !ok {
			t.fail("the suite does not know how to ask %s", name)
		}
		answers[name] = t.answer(name, reflect.ValueOf(t.store).MethodByName(name), args...)
	}
	t.ok("snapshot", t.store.Snapshot(t.ctx, func(books storage.Books) error {
		streams := reflect.TypeFor[storage.Books]()
		for i := range streams.NumMethod() {
			name := streams.Method(i).Name
			stream := reflect.ValueOf(books).MethodByName(name)
			switch {
			case stream.Type().NumIn() == 1:
				answers[name] = t.answer(name, stream)
			case stream.Type().In(1) == reflect.TypeFor[storage.Sort]():
				for _, by := range []storage.Sort{storage.ByOrder, storage.ByID} {
					answers[name+" "+[]string{"by order", "by id"}[by]] = t.answer(name, stream, by)
				}
			default:
				for _, aggregate := range []string{event.Order, event.Payment, event.Fulfillment, event.Item, event.Customer, event.Subscription, event.Draft} {
					answers[name+" of "+aggregate] = t.answer(name, stream, aggregate)
				}
			}
		}
		return nil
	}))
	return answers
}

// answer calls a reader and returns what it says, a sequence as a list.
func (t *try) answer(name string, reader reflect.Value, args ...any) (answer any) {
	in := []reflect.Value{reflect.ValueOf(t.ctx)}
	for _, a := range args {
		in = append(in, reflect.ValueOf(a))
	}
	for _, out := range reader.Call(in) {
		switch {
		case out.Type() == reflect.TypeFor[error]():
			if err, _ := out.Interface().(error); err != nil {
				t.fail("%s: %w", name, err)
			}
		case out.Kind() == reflect.Func:
			var list []any
			for value, failed := range out.Seq2() {
				if err, _ := failed.Interface().(error); err != nil {
					t.fail("%s: %w", name, err)
				}
				list = append(list, value.Interface())
			}
			answer = list
		default:
			answer = out.Interface()
		}
	}
	return answer
}
