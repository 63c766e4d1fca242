package storagetest

import (
	"time"

	"github.com/google/uuid"

	"github.com/go-oms/oms/fulfillment"
	"github.com/go-oms/oms/quantity"
)

func fulfillmentCases() []Case {
	return []Case{
		named("fulfillment: one that does not exist is not found", fulfillmentMissing),
		named("fulfillment: those of an order come oldest first", fulfillmentsInOrder),
		named("fulfillment: one is found by carrier and tracking number", fulfillmentByTracking),
		named("fulfillment: shipments, parcels and scans keep their order as they grow", fulfillmentGrows),
		named("fulfillment: due labels come the longest due first", dueLabels),
	}
}

func fulfillmentID(f *fulfillment.Fulfillment) uuid.UUID { return f.ID }

func fulfillmentMissing(t *try) {
	_, err := t.store.Fulfillment(t.ctx, t.ID())
	t.missing("an unknown id", err)
	_, err = t.store.FulfillmentByTracking(t.ctx, "post", "none")
	t.missing("an unknown tracking number", err)
	_, err = t.store.FulfillmentByTracking(t.ctx, "", "")
	t.missing("no tracking number", err)
	list, err := t.store.Fulfillments(t.ctx, t.ID())
	t.ok("of an unknown order", err)
	t.equal("of an unknown order", len(list), 0)
}

func fulfillmentsInOrder(t *try) {
	o, other := t.placed(), t.placed()
	var ids []uuid.UUID
	for _, minute := range []int{3, 1, 2} {
		f := t.fulfillment(o, Main)
		f.CreatedAt = later(minute)
		t.commit(t.fulfillmentBatch(nil, f), t.fulfillmentBatch(nil, t.fulfillment(other, Main)))
		ids = append(ids, f.ID)
	}
	list, err := t.store.Fulfillments(t.ctx, o.ID)
	t.ok("fulfilment orders", err)
	t.equal("fulfilment orders", each(list, fulfillmentID), []uuid.UUID{ids[1], ids[2], ids[0]})
}

// shipped commits a fulfilment order with one shipment per tracking number.
func (t *try) shipped(carrier string, tracking ...string) *fulfillment.Fulfillment {
	o := t.placed()
	f := t.fulfillment(o, Main)
	for _, number := range tracking {
		f.Shipments = append(f.Shipments, t.shipment(carrier, number))
	}
	t.commit(t.fulfillmentBatch(nil, f))
	return f
}

func (t *try) shipment(carrier, tracking string) fulfillment.Shipment {
	return fulfillment.Shipment{
		ID: t.ID(), Status: fulfillment.Shipped, Carrier: carrier, Tracking: tracking, CreatedAt: t.Now,
		Parcels: []fulfillment.Parcel{{Grams: 100, Contents: []fulfillment.ParcelLine{
			{LineID: t.ID(), SKU: "b", Quantity: quantity.Of(2)}, {LineID: t.ID(), SKU: "a", Quantity: quantity.Of(1)},
		}}},
	}
}

func (t *try) changed(f *fulfillment.Fulfillment, change func(f *fulfillment.Fulfillment)) *fulfillment.Fulfillment {
	after := deepCopy(f)
	change(after)
	after.Version++
	t.commit(t.fulfillmentBatch(f, after))
	return after
}

func fulfillmentByTracking(t *try) {
	a, b := t.shipped("post", "1", "2"), t.shipped("courier", "1")
	find := func(carrier, tracking string, want uuid.UUID) {
		f, err := t.store.FulfillmentByTracking(t.ctx, carrier, tracking)
		t.ok(carrier+" "+tracking, err)
		t.equal(carrier+" "+tracking, f.ID, want)
	}
	find("post", "1", a.ID)
	find("post", "2", a.ID)
	find("courier", "1", b.ID)
	_, err := t.store.FulfillmentByTracking(t.ctx, "courier", "2")
	t.missing("the number at another carrier", err)
	t.changed(b, func(f *fulfillment.Fulfillment) {
		f.Shipments = append(f.Shipments, t.shipment("courier", "3"))
	})
	find("courier", "3", b.ID)
}

func fulfillmentGrows(t *try) {
	f := t.shipped("post", "z", "a")
	for step := range 3 {
		f = t.changed(f, func(f *fulfillment.Fulfillment) {
			f.Shipments = append(f.Shipments, t.shipment("post", t.Text("T")), t.shipment("post", ""))
			s := &f.Shipments[0]
			s.Parcels = append(s.Parcels, fulfillment.Parcel{Grams: int64(step), Contents: s.Parcels[0].Contents})
			s.Scans = append(s.Scans, fulfillment.Scan{
				EventID: t.Text("scan"), Status: fulfillment.InTransit, At: later(step),
			})
		})
		got, err := t.store.Fulfillment(t.ctx, f.ID)
		t.ok("fulfilment order", err)
		t.equal("fulfilment order", got, f)
	}
}

func dueLabels(t *try) {
	var list []*fulfillment.Fulfillment
	for _, minute := range []int{30, 10, 20, 0} {
		f := t.shipped("post", "")
		list = append(list, t.changed(f, func(f *fulfillment.Fulfillment) {
			if f.Shipments[0].NextAt = later(minute); minute == 0 {
				f.Shipments[0].NextAt = time.Time{}
			}
		}))
	}
	due := func(what string, at time.Time, limit int, want ...*fulfillment.Fulfillment) {
		got, err := t.store.DueLabels(t.ctx, at, limit)
		t.ok(what, err)
		t.equal("due "+what, each(got, fulfillmentID), each(want, fulfillmentID))
	}
	due("at 20", later(20), 10, list[1], list[2])
	due("a moment before", later(20).Add(-time.Microsecond), 10, list[1])
	due("the longest", later(60), 1, list[1])
	list[1] = t.changed(list[1], func(f *fulfillment.Fulfillment) {
		second := t.shipment("post", "")
		second.NextAt = later(25)
		f.Shipments = append(f.Shipments, second)
		f.Shipments[0].NextAt = later(40)
	})
	due("by the earlier of two shipments", later(60), 10, list[2], list[1], list[0])
	t.changed(list[1], func(f *fulfillment.Fulfillment) {
		f.Shipments[0].NextAt, f.Shipments[1].NextAt = time.Time{}, time.Time{}
	})
	due("once one has its labels", later(60), 10, list[2], list[0])
}
