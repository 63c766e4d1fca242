package sqlstore

import (
	"github.com/go-oms/oms/event"
	"github.com/go-oms/oms/fulfillment"
)

const (
	fulfillmentState = "version, location, status, lines, created_at"
	shipmentState    = "status, carrier, service, tracking, label_ref, label_url, currency, max_cost, cost, " +
		"parcels, scans, attempts, next_at, problem, created_at, shipped_at, delivered_at"
)

var (
	qNewFulfillment = query(`INSERT INTO oms_fulfillments (tenant, id, order_id, ` + fulfillmentState + `)
		VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)`)
	qFulfillment = query(`UPDATE oms_fulfillments SET ` + assign(fulfillmentState, 4) + `
		WHERE tenant = ?1 AND id = ?2 AND order_id = ?3`)
	insertShipments = newInsert("oms_shipments", "tenant, fulfillment_id", "id, n, "+shipmentState)
	appendShipment  = query(appending("oms_shipments", "fulfillment_id", "id, n, "+shipmentState))
	putShipment     = query(putting("oms_shipments", "fulfillment_id", "id, n, "+shipmentState, "tenant, fulfillment_id, id"))
	qShipment       = query(`UPDATE oms_shipments SET ` + assign(shipmentState, 5) + `
		WHERE tenant = ?1 AND fulfillment_id = ?2 AND id = ?3 AND ?4 IS NOT NULL`)
)

func (p *Plan) fulfillments() {
	for i := range p.batch.Fulfillments {
		if d := p.batch.Fulfillments[i].Delta; d != nil {
			p.fulfillment(d)
		}
	}
}

func (p *Plan) fulfillment(d *fulfillment.Delta) {
	f := &d.Fulfillment
	fresh := p.writes(event.Fulfillment, &f.ID, f.Version)
	q := qFulfillment
	if fresh {
		q = qNewFulfillment
	}
	p.exec(q, 1, func(a *args) {
		a.text(p.tenant)
		a.id(&f.ID)
		a.id(&f.OrderID)
		a.int(f.Version)
		a.text(f.Location)
		a.text(string(f.Status))
		a.json(f.Lines)
		a.time(f.CreatedAt)
	})
	keys := func(a *args) {
		a.text(p.tenant)
		a.id(&f.ID)
	}
	if fresh {
		insertShipments.list(p, len(d.Shipments), keys, func(a *args, i int) { a.shipment(&d.Shipments[i], i+1) })
		return
	}
	for i := range d.Shipments {
		p.put(qShipment, appendShipment, putShipment, func(a *args) {
			keys(a)
			a.shipment(&d.Shipments[i], 0)
		})
	}
}

func (a *args) shipment(s *fulfillment.Shipment, n int) {
	c := s.Cost.Currency()
	if c == "" {
		c = s.MaxCost.Currency()
	}
	a.id(&s.ID)
	a.int(int64(n))
	a.text(string(s.Status))
	a.text(s.Carrier)
	a.opt(s.Service)
	a.opt(s.Tracking)
	a.opt(s.LabelRef)
	a.opt(s.LabelURL)
	a.opt(string(c))
	a.amount(s.MaxCost, c)
	a.amount(s.Cost, c)
	a.json(s.Parcels)
	a.json(s.Scans)
	a.int(int64(s.Attempts))
	a.optTime(s.NextAt)
	a.opt(s.Problem)
	a.time(s.CreatedAt)
	a.optTime(s.ShippedAt)
	a.optTime(s.DeliveredAt)
}
