package sqlstore

import (
	"github.com/go-oms/oms/money"
	"github.com/go-oms/oms/order"
)

// parseDelta reads a delta in the very form that appendDelta writes. Anything else,
// down to a blank between two members, makes ok false and is left to
// encoding/json, which takes some five times as long: checking the books of a
// year reads a hundred thousand deltas.
func parseDelta(data []byte) (d *order.Delta, isExplicit, ok bool) {
	d = &order.Delta{}
	p := parser{data: data}
	p.object(func(key []byte) {
		switch string(key) {
		case "explicit":
			isExplicit = p.bool()
		case "order":
			p.order(&d.Order)
		case "lines":
			d.Lines = array(&p, p.line)
		case "counts":
			d.Counts = array(&p, p.lineCounts)
		case "adjustments":
			d.Adjustments = array(&p, p.adjustment)
		case "returns":
			p.any(&d.Returns)
		case "changes":
			p.any(&d.Changes)
		case "holds":
			p.any(&d.Holds)
		case "notes":
			p.any(&d.Notes)
		default:
			p.failed = true
		}
	})
	return d, isExplicit, p.done()
}

func (p *parser) order(o *order.Order) {
	p.object(func(key []byte) {
		switch string(key) {
		case "id":
			o.ID = p.id()
		case "version":
			o.Version = p.int()
		case "number":
			o.Number = p.text()
		case "channel":
			o.Channel = p.text()
		case "external_ref":
			o.ExternalRef = p.text()
		case "cart_id":
			o.CartID = p.text()
		case "origin":
			o.Origin = order.Origin(p.text())
		case "original":
			o.Original = p.id()
		case "customer_id":
			o.CustomerID = p.id()
		case "company_id":
			o.CompanyID = p.id()
		case "company_day":
			o.CompanyDay = p.text()
		case "ship_to_id":
			o.ShipToID = p.id()
		case "bill_to_id":
			o.BillToID = p.id()
		case "workflow":
			o.Workflow = p.text()
		case "workflow_version":
			o.WorkflowVersion = int(p.int())
		case "status":
			o.Status = p.text()
		case "payment_status":
			o.PaymentStatus = order.PaymentStatus(p.text())
		case "fulfillment_status":
			o.FulfillmentStatus = order.FulfillmentStatus(p.text())
		case "return_status":
			o.ReturnStatus = order.ReturnStatus(p.text())
		default:
			p.orderTerms(key, o)
		}
	})
}

// orderTerms reads the other half of an order's members.
func (p *parser) orderTerms(key []byte, o *order.Order) {
	switch string(key) {
	case "currency":
		o.Currency = money.Currency(p.text())
	case "terms":
		p.any(&o.Terms)
	case "totals":
		p.totals(&o.Totals)
	case "shipping":
		o.Shipping = p.text()
	case "placed_at":
		o.PlacedAt = p.time()
	case "expires_at":
		o.ExpiresAt = p.time()
	case "promised_at":
		o.PromisedAt = p.time()
	case "closed_at":
		o.ClosedAt = p.time()
	case "close_reason":
		o.CloseReason = p.text()
	case "country":
		o.Country = p.text()
	case "metadata":
		p.any(&o.Metadata)
	default:
		p.failed = true
	}
}

func (p *parser) totals(t *order.Totals) {
	p.object(func(key []byte) {
		switch string(key) {
		case "goods":
			t.Goods = p.money()
		case "discount":
			t.Discount = p.money()
		case "shipping":
			t.Shipping = p.money()
		case "fees":
			t.Fees = p.money()
		case "tax":
			t.Tax = p.money()
		case "tax_included":
			t.TaxIncluded = p.money()
		case "total":
			t.Total = p.money()
		case "credited":
			t.Credited = p.money()
		default:
			p.failed = true
		}
	})
}

func (p *parser) line(l *order.Line) {
	p.object(func(key []byte) {
		switch string(key) {
		case "id":
			l.ID = p.id()
		case "position":
			l.Position = int(p.int())
		case "sku":
			l.SKU = p.text()
		case "title":
			l.Title = p.text()
		case "quantity":
			l.Quantity = p.qty()
		case "unit_price":
			l.UnitPrice = p.money()
		case "tax_category":
			l.TaxCategory = p.text()
		case "subtotal":
			l.Subtotal = p.money()
		case "discount":
			l.Discount = p.money()
		case "tax":
			l.Tax = p.money()
		case "total":
			l.Total = p.money()
		case "counts":
			p.counts(&l.Counts)
		case "credited":
			l.Credited = p.money()
		default:
			p.failed = true
		}
	})
}

func (p *parser) lineCounts(c *order.LineCounts) {
	p.object(func(key []byte) {
		switch string(key) {
		case "line_id":
			c.LineID = p.id()
		case "counts":
			p.counts(&c.Counts)
		case "credited":
			c.Credited = p.money()
		default:
			p.failed = true
		}
	})
}

func (p *parser) counts(c *order.Counts) {
	p.object(func(key []byte) {
		switch string(key) {
		case "unsourced":
			c.Unsourced = p.qty()
		case "backordered":
			c.Backordered = p.qty()
		case "preordered":
			c.Preordered = p.qty()
		case "allocated":
			c.Allocated = p.qty()
		case "released":
			c.Released = p.qty()
		case "shipped":
			c.Shipped = p.qty()
		case "canceled":
			c.Canceled = p.qty()
		case "delivered":
			c.Delivered = p.qty()
		case "return_requested":
			c.ReturnRequested = p.qty()
		case "return_in_transit":
			c.ReturnInTransit = p.qty()
		case "return_received":
			c.ReturnReceived = p.qty()
		case "return_damaged":
			c.ReturnDamaged = p.qty()
		case "return_dismissed":
			c.ReturnDismissed = p.qty()
		case "written_off":
			c.WrittenOff = p.qty()
		default:
			p.failed = true
		}
	})
}

func (p *parser) adjustment(x *order.Adjustment) {
	p.object(func(key []byte) {
		switch string(key) {
		case "id":
			x.ID = p.id()
		case "scope":
			x.Scope = order.Scope(p.text())
		case "line_id":
			x.LineID = p.id()
		case "kind":
			x.Kind = order.AdjustmentKind(p.text())
		case "code":
			x.Code = p.text()
		case "label":
			x.Label = p.text()
		case "amount":
			x.Amount = p.money()
		case "tax_part":
			x.TaxPart = p.money()
		case "included":
			x.Included = p.bool()
		case "rate_ppm":
			x.RatePPM = p.int()
		case "jurisdiction":
			x.Jurisdiction = p.text()
		case "quantity":
			x.Quantity = p.qty()
		case "source":
			x.Source = p.id()
		case "at":
			x.At = p.time()
		default:
			p.failed = true
		}
	})
}
