package sqlstore

import (
	"encoding/json"

	"github.com/go-oms/oms/fulfillment"
)

// decodeFulfillment reads the payload of a fulfilment order's event.
func decodeFulfillment(data []byte) (*fulfillment.Delta, error) {
	var d fulfillment.Delta
	p := parser{data: data}
	p.object(func(key []byte) {
		switch string(key) {
		case "fulfillment":
			p.fulfillment(&d.Fulfillment)
		case "shipments":
			d.Shipments = array(&p, p.shipment)
		default:
			p.failed = true
		}
	})
	if p.done() {
		return &d, nil
	}
	d = fulfillment.Delta{}
	return &d, json.Unmarshal(data, &d)
}

// decodeArray reads a JSON array by the parser where it can.
func decodeArray[T any](data []byte, into *[]T, one func(*parser, *T)) error {
	p := parser{data: data}
	*into = array(&p, func(v *T) { one(&p, v) })
	if p.done() {
		return nil
	}
	*into = nil
	return json.Unmarshal(data, into)
}

func (p *parser) fulfillment(f *fulfillment.Fulfillment) {
	p.object(func(key []byte) {
		switch string(key) {
		case "id":
			f.ID = p.id()
		case "order_id":
			f.OrderID = p.id()
		case "version":
			f.Version = p.int()
		case "location":
			f.Location = p.text()
		case "status":
			f.Status = fulfillment.Status(p.text())
		case "lines":
			f.Lines = array(p, p.fulfillmentLine)
		case "created_at":
			f.CreatedAt = p.time()
		default:
			p.failed = true
		}
	})
}

func (p *parser) fulfillmentLine(l *fulfillment.Line) {
	p.object(func(key []byte) {
		switch string(key) {
		case "line_id":
			l.LineID = p.id()
		case "sku":
			l.SKU = p.text()
		case "quantity":
			l.Quantity = p.qty()
		case "shipped":
			l.Shipped = p.qty()
		case "canceled":
			l.Canceled = p.qty()
		default:
			p.failed = true
		}
	})
}

func (p *parser) shipment(s *fulfillment.Shipment) {
	p.object(func(key []byte) {
		switch string(key) {
		case "id":
			s.ID = p.id()
		case "status":
			s.Status = fulfillment.ShipmentStatus(p.text())
		case "carrier":
			s.Carrier = p.text()
		case "service":
			s.Service = p.text()
		case "tracking":
			s.Tracking = p.text()
		case "label_ref":
			s.LabelRef = p.text()
		case "label_url":
			s.LabelURL = p.text()
		case "max_cost":
			s.MaxCost = p.money()
		case "cost":
			s.Cost = p.money()
		case "parcels":
			s.Parcels = array(p, p.parcel)
		case "scans":
			p.any(&s.Scans)
		case "attempts":
			s.Attempts = int(p.int())
		case "next_at":
			s.NextAt = p.time()
		case "problem":
			s.Problem = p.text()
		case "created_at":
			s.CreatedAt = p.time()
		case "shipped_at":
			s.ShippedAt = p.time()
		case "delivered_at":
			s.DeliveredAt = p.time()
		default:
			p.failed = true
		}
	})
}

func (p *parser) parcel(x *fulfillment.Parcel) {
	p.object(func(key []byte) {
		switch string(key) {
		case "tracking":
			x.Tracking = p.text()
		case "grams":
			x.Grams = p.int()
		case "length_mm":
			x.Length = p.int()
		case "width_mm":
			x.Width = p.int()
		case "height_mm":
			x.Height = p.int()
		case "contents":
			x.Contents = array(p, p.parcelLine)
		default:
			p.failed = true
		}
	})
}

func (p *parser) parcelLine(l *fulfillment.ParcelLine) {
	p.object(func(key []byte) {
		switch string(key) {
		case "line_id":
			l.LineID = p.id()
		case "sku":
			l.SKU = p.text()
		case "quantity":
			l.Quantity = p.qty()
		default:
			p.failed = true
		}
	})
}
