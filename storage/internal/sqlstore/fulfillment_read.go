package sqlstore

import (
	"context"
	"time"

	"github.com/google/uuid"

	"github.com/go-oms/oms/fault"
	"github.com/go-oms/oms/fulfillment"
)

const selectFulfillment = `SELECT id, order_id, ` + fulfillmentState + ` FROM oms_fulfillments WHERE tenant = ?1`

var (
	listFulfillments = newList(selectFulfillment+` AND id IN `, "uuid", "")
	qFulfillmentsOf  = query(selectFulfillment + ` AND order_id = ?2 ORDER BY created_at, id`)
	listShipments    = newList(`SELECT fulfillment_id, id, n, `+shipmentState+` FROM oms_shipments
		WHERE tenant = ?1 AND fulfillment_id IN `, "uuid", ` ORDER BY fulfillment_id, n`)
	qTracked = query(`SELECT fulfillment_id FROM oms_shipments WHERE tenant = ?1 AND carrier = ?2 AND tracking = ?3
		ORDER BY created_at DESC, id DESC LIMIT 1`)
	qDueLabels = query(`SELECT fulfillment_id FROM oms_shipments WHERE tenant = ?1 AND next_at <= ?2
		GROUP BY fulfillment_id ORDER BY min(next_at), fulfillment_id LIMIT ?3`)
)

// Fulfillments returns an order's fulfilment orders, whole, oldest first.
func (r *Reader) Fulfillments(ctx context.Context, orderID uuid.UUID) (list []*fulfillment.Fulfillment, err error) {
	a := r.args()
	a.id(&orderID)
	err = r.read(ctx, "fulfillments", func(c Conn) error {
		list = nil
		err := each(c, qFulfillmentsOf, a.values, "a fulfilment order",
			func(row *row) { list = append(list, row.fulfillment()) })
		if err != nil {
			return err
		}
		return r.fillFulfillments(c, list)
	})
	return list, err
}

// Fulfillment returns one fulfilment order, whole.
func (r *Reader) Fulfillment(ctx context.Context, id uuid.UUID) (*fulfillment.Fulfillment, error) {
	return r.fulfillment(ctx, id.String(), func(Conn) ([]uuid.UUID, error) { return []uuid.UUID{id}, nil })
}

// FulfillmentByTracking returns the one with a shipment of that carrier and
// tracking number.
func (r *Reader) FulfillmentByTracking(
	ctx context.Context, carrier, tracking string,
) (*fulfillment.Fulfillment, error) {
	a := r.args()
	a.text(carrier)
	a.text(tracking)
	return r.fulfillment(ctx, "of "+carrier+" "+tracking,
		func(c Conn) ([]uuid.UUID, error) { return r.ids(c, qTracked, a) })
}

func (r *Reader) fulfillment(
	ctx context.Context, name string, find func(Conn) ([]uuid.UUID, error),
) (*fulfillment.Fulfillment, error) {
	var list []*fulfillment.Fulfillment
	err := r.read(ctx, "fulfillment", func(c Conn) error {
		ids, err := find(c)
		if err != nil {
			return err
		}
		list, err = r.fulfillments(c, ids)
		return err
	})
	switch {
	case err != nil:
		return nil, err
	case len(list) == 0:
		return nil, fault.NotFound("fulfillment", name)
	default:
		return list[0], nil
	}
}

// DueLabels returns fulfilment orders with a shipment whose NextAt is set and at
// or before the time, the longest due first, at most limit; all of them when
// limit is 0.
func (r *Reader) DueLabels(ctx context.Context, at time.Time, limit int) (due []*fulfillment.Fulfillment, err error) {
	a := r.args()
	a.time(at)
	a.int(limitOf(limit))
	err = r.read(ctx, "due labels", func(c Conn) error {
		ids, err := r.ids(c, qDueLabels, a)
		if err != nil {
			return err
		}
		due, err = r.fulfillments(c, ids)
		return err
	})
	return due, err
}

// fulfillments reads whole fulfilment orders in the order of the ids.
func (r *Reader) fulfillments(c Conn, ids []uuid.UUID) ([]*fulfillment.Fulfillment, error) {
	byID := make(map[uuid.UUID]*fulfillment.Fulfillment, len(ids))
	err := listFulfillments.each(c, r.Bound, len(ids), func(a *args, i int) { a.id(&ids[i]) }, "a fulfilment order",
		func(row *row) {
			f := row.fulfillment()
			byID[f.ID] = f
		})
	if err != nil {
		return nil, err
	}
	var list []*fulfillment.Fulfillment
	for _, id := range ids {
		if f := byID[id]; f != nil {
			list = append(list, f)
		}
	}
	return list, r.fillFulfillments(c, list)
}

func (r *Reader) fillFulfillments(c Conn, list []*fulfillment.Fulfillment) error {
	find := finder(list, func(f *fulfillment.Fulfillment) uuid.UUID { return f.ID })
	return listShipments.each(c, r.Bound, len(list), func(a *args, i int) { a.id(&list[i].ID) }, "a shipment",
		func(row *row) {
			f := find(row.id())
			f.Shipments = append(f.Shipments, row.shipment())
		})
}

func (r *row) fulfillment() *fulfillment.Fulfillment {
	f := &fulfillment.Fulfillment{
		ID: r.id(), OrderID: r.id(), Version: r.int(), Location: r.text(), Status: fulfillment.Status(r.text()),
	}
	if err := decodeArray(r.scratch(), &f.Lines, (*parser).fulfillmentLine); err != nil {
		r.fail(err)
	}
	f.CreatedAt = r.time()
	return f
}

func (r *row) shipment() (s fulfillment.Shipment) {
	s.ID = r.id()
	_ = r.int()
	s.Status, s.Carrier, s.Service = fulfillment.ShipmentStatus(r.text()), r.text(), r.text()
	s.Tracking, s.LabelRef, s.LabelURL = r.text(), r.text(), r.text()
	c := r.currency()
	s.MaxCost, s.Cost = r.amount(c), r.amount(c)
	if err := decodeArray(r.scratch(), &s.Parcels, (*parser).parcel); err != nil {
		r.fail(err)
	}
	r.json(&s.Scans)
	s.Attempts, s.NextAt, s.Problem = int(r.int()), r.optTime(), r.text()
	s.CreatedAt, s.ShippedAt, s.DeliveredAt = r.time(), r.optTime(), r.optTime()
	return s
}
