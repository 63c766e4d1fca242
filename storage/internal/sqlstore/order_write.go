package sqlstore

import (
	"bytes"
	"cmp"
	"strings"

	"github.com/go-oms/oms/crm"
	"github.com/go-oms/oms/event"
	"github.com/go-oms/oms/money"
	"github.com/go-oms/oms/order"
)

const (
	// orderKeys are the columns that name an order and rarely change: they carry
	// indexes, or are copied into the order's facts, which an update then leaves alone.
	orderKeys = "number, channel, external_ref, cart_id, customer_id, placed_at, currency, country, company_id"

	orderState = "version, origin, ship_to_id, bill_to_id, workflow, workflow_version, status, " +
		"payment_status, fulfillment_status, return_status, tax_included, tax_level, rounding, " +
		"goods, discount, shipping_charge, fees, tax, included_tax, total, credited, " +
		"shipping, expires_at, promised_at, closed_at, close_reason, metadata, original_id, company_day"

	lineColumns = "id, n, position, sku, title, quantity, unit_price, tax_category, subtotal, discount, tax, total, " + lineCounts

	lineCounts = "unsourced, backordered, preordered, allocated, released, shipped, canceled, delivered, " +
		"return_requested, return_in_transit, return_received, return_damaged, return_dismissed, written_off, credited"

	adjustmentColumns = "id, n, scope, line_id, kind, code, label, amount, tax_part, included, rate_ppm, " +
		"jurisdiction, quantity, source, at"

	returnColumns = "id, n, status, reason, requested_at, received_at, location, lines, details, due_at, tracking"

	changeColumns = "id, n, body"

	holdColumns = "id, n, type, scope, target, status, reason, opened_by, opened_at, expires_at, approvals, " +
		"resolved_by, resolved_at, resolution"

	addressColumns = "id, name, company, line1, line2, city, region, postal_code, country, phone, email"

	noteColumns = "id, author, text, internal, at"
)

var (
	insertOrder = newInsert("oms_orders", "tenant, id", orderKeys+", "+orderState)
	qOrderState = query(`UPDATE oms_orders SET ` + assign(orderState, 12) + `
		WHERE tenant = ?1 AND id = ?2 AND number = ?3 AND channel = ?4
			AND external_ref IS NOT DISTINCT FROM ?5 AND cart_id IS NOT DISTINCT FROM ?6
			AND customer_id IS NOT DISTINCT FROM ?7 AND placed_at = ?8 AND currency = ?9
			AND country IS NOT DISTINCT FROM ?10 AND company_id IS NOT DISTINCT FROM ?11`)
	qOrderAll = query(`UPDATE oms_orders SET ` + assign(orderKeys+", "+orderState, 3) + ` WHERE tenant = ?1 AND id = ?2`)

	insertLines      = newInsert("oms_lines", "tenant, order_id", lineColumns)
	appendLine       = query(appending("oms_lines", "order_id", lineColumns))
	qLineCounts      = query(`UPDATE oms_lines SET ` + assign(lineCounts, 4) + ` WHERE tenant = ?1 AND order_id = ?2 AND id = ?3`)
	insertAdjust     = newInsert("oms_adjustments", "tenant, order_id", adjustmentColumns)
	appendAdjustment = query(appending("oms_adjustments", "order_id", adjustmentColumns))
	insertReturns    = newInsert("oms_returns", "tenant, order_id", returnColumns)
	appendReturn     = query(appending("oms_returns", "order_id", returnColumns))
	putReturn        = query(putting("oms_returns", "order_id", returnColumns, "tenant, order_id, id"))
	qReturn          = query(`UPDATE oms_returns SET status = ?5, reason = ?6, requested_at = ?7, received_at = ?8,
		location = ?9, lines = ?10, details = ?11, due_at = ?12, tracking = ?13 WHERE tenant = ?1 AND order_id = ?2 AND id = ?3 AND ?4 IS NOT NULL`)
	insertChanges = newInsert("oms_changes", "tenant, order_id", changeColumns)
	appendChange  = query(appending("oms_changes", "order_id", changeColumns))
	putChange     = query(putting("oms_changes", "order_id", changeColumns, "tenant, order_id, id"))
	qChange       = query(`UPDATE oms_changes SET body = ?5 WHERE tenant = ?1 AND order_id = ?2 AND id = ?3 AND ?4 IS NOT NULL`)
	insertHolds   = newInsert("oms_holds", "tenant, order_id", holdColumns)
	appendHold    = query(appending("oms_holds", "order_id", holdColumns))
	putHold       = query(putting("oms_holds", "order_id", holdColumns, "tenant, order_id, id"))
	qHold         = query(`UPDATE oms_holds SET type = ?5, scope = ?6, target = ?7, status = ?8, reason = ?9, opened_by = ?10,
		opened_at = ?11, expires_at = ?12, approvals = ?13, resolved_by = ?14, resolved_at = ?15, resolution = ?16
		WHERE tenant = ?1 AND order_id = ?2 AND id = ?3 AND ?4 IS NOT NULL`)
	insertAddresses = newInsert("oms_addresses", "tenant, order_id", addressColumns+", email_key")
	qNote           = query(`INSERT INTO oms_notes (tenant, order_id, ` + noteColumns + `) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)`)

	qCoupon = query(`INSERT INTO oms_coupons (tenant, code, customer_id, uses)
		SELECT ?1, ?2, ?3, CAST(?4 AS BIGINT) WHERE CAST(?4 AS BIGINT) <= CAST(?5 AS BIGINT)
		ON CONFLICT (tenant, code, customer_id) DO UPDATE SET uses = oms_coupons.uses + excluded.uses
			WHERE oms_coupons.uses + excluded.uses <= ?5`)
	anybody = []byte{0} // the customer of a coupon's counter over all customers
)

func (p *Plan) orders() {
	for i := range p.batch.Orders {
		c := &p.batch.Orders[i]
		if c.Delta != nil {
			p.order(c.Delta)
		}
		insertAddresses.list(p, len(c.Addresses), func(a *args) {
			a.text(p.tenant)
			if c.Delta != nil {
				a.id(&c.Delta.Order.ID)
			} else {
				a.null()
			}
		}, func(a *args, i int) { a.address(&c.Addresses[i]) })
		for j := range c.Notes {
			p.note(&c.Notes[j])
		}
	}
}

func (p *Plan) order(d *order.Delta) {
	o := &d.Order
	fresh := p.writes(event.Order, &o.ID, o.Version)
	keys := func(a *args) {
		a.text(p.tenant)
		a.id(&o.ID)
	}
	if fresh {
		insertOrder.list(p, 1, keys, func(a *args, _ int) { a.order(o) })
		insertLines.list(p, len(d.Lines), keys, func(a *args, i int) { a.line(&d.Lines[i], i+1, o.Currency) })
		insertAdjust.list(p, len(d.Adjustments), keys, func(a *args, i int) { a.adjustment(&d.Adjustments[i], i+1, o.Currency) })
		insertReturns.list(p, len(d.Returns), keys, func(a *args, i int) { a.giveBack(&d.Returns[i], i+1) })
		insertChanges.list(p, len(d.Changes), keys, func(a *args, i int) { a.change(&d.Changes[i], i+1) })
		insertHolds.list(p, len(d.Holds), keys, func(a *args, i int) { a.hold(&d.Holds[i], i+1) })
		p.placedFacts(d)
	} else {
		p.orderChange(d, keys)
	}
	for i := range d.Counts {
		c := &d.Counts[i]
		p.exec(qLineCounts, 1, func(a *args) {
			keys(a)
			a.id(&c.LineID)
			a.counts(&c.Counts, c.Credited, o.Currency)
		})
	}
}

// orderChange writes what happened to an order that is there already. Appended
// rows find their place behind the stored ones.
func (p *Plan) orderChange(d *order.Delta, keys func(*args)) {
	whole := func(a *args) {
		keys(a)
		a.order(&d.Order)
	}
	if p.postgres {
		p.exec(qDropMovedFacts, -1, func(a *args) {
			keys(a)
			a.orderKeys(&d.Order)
		})
		p.exec(qOrderAll, 1, whole)
		p.exec(qFactsAgain, -1, keys)
	} else {
		p.exec(qOrderState, 1, whole)
		p.orElse(3)
		p.exec(qDropFacts, -1, keys)
		p.exec(qOrderAll, 1, whole)
		p.exec(qFactsAgain, -1, keys)
	}
	for i := range d.Lines {
		p.exec(appendLine, 1, func(a *args) {
			keys(a)
			a.line(&d.Lines[i], 0, d.Order.Currency)
		})
	}
	for i := range d.Adjustments {
		p.exec(appendAdjustment, 1, func(a *args) {
			keys(a)
			a.adjustment(&d.Adjustments[i], 0, d.Order.Currency)
		})
	}
	p.addedFacts(d)
	for i := range d.Returns {
		p.put(qReturn, appendReturn, putReturn, func(a *args) {
			keys(a)
			a.giveBack(&d.Returns[i], 0)
		})
	}
	for i := range d.Changes {
		p.put(qChange, appendChange, putChange, func(a *args) {
			keys(a)
			a.change(&d.Changes[i], 0)
		})
	}
	for i := range d.Holds {
		p.put(qHold, appendHold, putHold, func(a *args) {
			keys(a)
			a.hold(&d.Holds[i], 0)
		})
	}
}

func (p *Plan) note(n *order.Note) {
	p.exec(qNote, 1, func(a *args) {
		a.text(p.tenant)
		a.id(&n.OrderID)
		a.id(&n.ID)
		a.text(n.Author)
		a.text(n.Text)
		a.bool(n.Internal)
		a.time(n.At)
	})
}

// use is what a batch adds to one counter of a coupon.
type use struct {
	code        string
	customer    []byte
	uses, limit int64
}

// coupons counts the uses of coupons, counter by counter.
func (p *Plan) coupons() {
	var uses []use
	for i := range p.batch.Orders {
		for j := range p.batch.Orders[i].Coupons {
			u := &p.batch.Orders[i].Coupons[j]
			uses = append(uses, use{u.Code, anybody, u.Uses, u.Limit})
			if u.PerCustomer > 0 {
				uses = append(uses, use{u.Code, u.CustomerID[:], u.Uses, u.PerCustomer})
			}
		}
	}
	for _, u := range inOrder(uses, func(a, b *use) int {
		return cmp.Or(strings.Compare(a.code, b.code), bytes.Compare(a.customer, b.customer))
	}) {
		p.exec(qCoupon, 1, func(a *args) {
			a.text(p.tenant)
			a.text(u.code)
			a.blob(u.customer)
			a.int(u.uses)
			if u.uses > 0 && u.limit > 0 {
				a.int(u.limit)
			} else {
				a.int(unlimited)
			}
		})
		p.as(shared)
	}
}

// unlimited is more than any counter reaches.
const unlimited = 1 << 62

func (a *args) orderKeys(o *order.Order) {
	a.text(o.Number)
	a.text(o.Channel)
	a.opt(o.ExternalRef)
	a.opt(o.CartID)
	a.optID(&o.CustomerID)
	a.time(o.PlacedAt)
	a.text(string(o.Currency))
	a.opt(o.Country)
	a.optID(&o.CompanyID)
}

func (a *args) order(o *order.Order) {
	c := o.Currency
	a.orderKeys(o)
	a.int(o.Version)
	a.text(string(o.Origin))
	a.optID(&o.ShipToID)
	a.optID(&o.BillToID)
	a.text(o.Workflow)
	a.int(int64(o.WorkflowVersion))
	a.text(o.Status)
	a.text(string(o.PaymentStatus))
	a.text(string(o.FulfillmentStatus))
	a.text(string(o.ReturnStatus))
	a.bool(o.Terms.TaxIncluded)
	a.opt(string(o.Terms.Level))
	a.int(int64(o.Terms.Rounding))
	t := &o.Totals
	for _, m := range [...]money.Money{t.Goods, t.Discount, t.Shipping, t.Fees, t.Tax, t.TaxIncluded, t.Total, t.Credited} {
		a.amount(m, c)
	}
	a.opt(o.Shipping)
	a.optTime(o.ExpiresAt)
	a.optTime(o.PromisedAt)
	a.optTime(o.ClosedAt)
	a.opt(o.CloseReason)
	if len(o.Metadata) == 0 {
		a.null()
	} else {
		a.json(o.Metadata)
	}
	a.optID(&o.Original)
	a.opt(o.CompanyDay)
}

func (a *args) line(l *order.Line, n int, c money.Currency) {
	a.id(&l.ID)
	a.int(int64(n))
	a.int(int64(l.Position))
	a.text(l.SKU)
	a.opt(l.Title)
	a.qty(l.Quantity)
	a.price(l.UnitPrice, c)
	a.opt(l.TaxCategory)
	a.amount(l.Subtotal, c)
	a.amount(l.Discount, c)
	a.amount(l.Tax, c)
	a.amount(l.Total, c)
	a.counts(&l.Counts, l.Credited, c)
}

func (a *args) counts(n *order.Counts, credited money.Money, c money.Currency) {
	a.qty(n.Unsourced)
	a.qty(n.Backordered)
	a.qty(n.Preordered)
	a.qty(n.Allocated)
	a.qty(n.Released)
	a.qty(n.Shipped)
	a.qty(n.Canceled)
	a.qty(n.Delivered)
	a.qty(n.ReturnRequested)
	a.qty(n.ReturnInTransit)
	a.qty(n.ReturnReceived)
	a.qty(n.ReturnDamaged)
	a.qty(n.ReturnDismissed)
	a.qty(n.WrittenOff)
	a.amount(credited, c)
}

func (a *args) adjustment(x *order.Adjustment, n int, c money.Currency) {
	a.id(&x.ID)
	a.int(int64(n))
	a.text(string(x.Scope))
	a.optID(&x.LineID)
	a.text(string(x.Kind))
	a.opt(x.Code)
	a.opt(x.Label)
	a.amount(x.Amount, c)
	a.amount(x.TaxPart, c)
	a.bool(x.Included)
	a.int(x.RatePPM)
	a.opt(x.Jurisdiction)
	a.qty(x.Quantity)
	a.optID(&x.Source)
	a.optTime(x.At)
}

func (a *args) giveBack(r *order.Return, n int) {
	a.id(&r.ID)
	a.int(int64(n))
	a.text(string(r.Status))
	a.opt(r.Reason)
	a.time(r.RequestedAt)
	a.optTime(r.ReceivedAt)
	a.opt(r.Location)
	a.json(r.Lines)
	if details := detailsOf(r); details.isZero() {
		a.null()
	} else {
		a.json(details)
	}
	a.optTime(r.DueAt())
	a.opt(r.Label.Tracking)
}

func (a *args) change(c *order.Change, n int) {
	a.id(&c.ID)
	a.int(int64(n))
	a.json(c)
}

func (a *args) hold(h *order.Hold, n int) {
	a.id(&h.ID)
	a.int(int64(n))
	a.text(h.Type)
	a.text(string(h.Scope))
	a.optID(&h.Target)
	a.text(string(h.Status))
	a.opt(h.Reason)
	a.text(h.OpenedBy)
	a.time(h.OpenedAt)
	a.optTime(h.ExpiresAt)
	if len(h.Approvals) == 0 {
		a.null()
	} else {
		a.json(h.Approvals)
	}
	a.opt(h.ResolvedBy)
	a.optTime(h.ResolvedAt)
	a.opt(h.Resolution)
}

func (a *args) address(x *order.Address) {
	a.id(&x.ID)
	for _, s := range [...]string{
		x.Name, x.Company, x.Line1, x.Line2, x.City, x.Region, x.PostalCode, x.Country, x.Phone, x.Email,
	} {
		a.opt(s)
	}
	a.opt(crm.NormalizeEmail(x.Email))
}
