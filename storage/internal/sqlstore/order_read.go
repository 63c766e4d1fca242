package sqlstore

import (
	"bytes"
	"cmp"
	"context"
	"iter"
	"slices"

	"github.com/google/uuid"

	"github.com/go-oms/oms/fault"
	"github.com/go-oms/oms/money"
	"github.com/go-oms/oms/order"
)

const selectOrder = `SELECT id, ` + orderKeys + ", " + orderState + ` FROM oms_orders`

var (
	qOrder    = query(selectOrder + ` WHERE tenant = ?1 AND id = ?2`)
	qByNumber = query(selectOrder + ` WHERE tenant = ?1 AND number = ?2`)
	qByCart   = query(selectOrder + ` WHERE tenant = ?1 AND cart_id = ?2`)
	qByRef    = query(selectOrder + ` WHERE tenant = ?1 AND channel = ?2 AND external_ref = ?3`)
	listLines = newList(`SELECT order_id, `+lineColumns+` FROM oms_lines
		WHERE tenant = ?1 AND order_id IN `, "uuid", ` ORDER BY order_id, id`)
	listAdjusted = newList(`SELECT order_id, `+adjustmentColumns+` FROM oms_adjustments
		WHERE tenant = ?1 AND order_id IN `, "uuid", ` ORDER BY order_id, n`)
	listReturns = newList(`SELECT order_id, `+returnColumns+` FROM oms_returns
		WHERE tenant = ?1 AND order_id IN `, "uuid", ` ORDER BY order_id, n`)
	listChanges = newList(`SELECT order_id, `+changeColumns+` FROM oms_changes
		WHERE tenant = ?1 AND order_id IN `, "uuid", ` ORDER BY order_id, n`)
	listHolds = newList(`SELECT order_id, `+holdColumns+` FROM oms_holds
		WHERE tenant = ?1 AND order_id IN `, "uuid", ` ORDER BY order_id, n`)
	qAddressesOf = query(`SELECT ` + addressColumns + ` FROM oms_addresses WHERE tenant = ?1 AND id IN (
		(SELECT ship_to_id FROM oms_orders WHERE tenant = ?1 AND id = ?2), (SELECT bill_to_id FROM oms_orders WHERE tenant = ?1 AND id = ?2))`)
	listAddresses = newList(`SELECT `+addressColumns+` FROM oms_addresses WHERE tenant = ?1 AND id IN `, "uuid", "")
	qNotes        = query(`SELECT order_id, ` + noteColumns + ` FROM oms_notes WHERE tenant = ?1 AND order_id = ?2 ORDER BY at, id`)
	qOrderThere   = query(`SELECT 1 FROM oms_orders WHERE tenant = ?1 AND id = ?2`)
	qUsesOf       = query(`SELECT code, uses FROM oms_coupons WHERE tenant = ?1 AND customer_id = ?2 AND length(customer_id) = 16 AND uses <> 0`)
	listUses      = newList(`SELECT code, customer_id, uses FROM oms_coupons WHERE tenant = ?1 AND code IN `, "text", "")
)

// Order returns the whole aggregate with its addresses.
func (r *Reader) Order(ctx context.Context, id uuid.UUID) (*order.Order, error) {
	a := r.args()
	a.id(&id)
	var o *order.Order
	err := r.read(ctx, "order", func(c Conn) (err error) {
		if f, ok := c.(Forward); ok {
			o, err = r.whole(c, f, id)
		} else {
			o, err = r.found(c, qOrder, a)
		}
		return err
	})
	if err == nil && o == nil {
		err = fault.NotFound("order", id)
	}
	return o, err
}

// whole reads an order in one exchange.
func (r *Reader) whole(c Conn, f Forward, id uuid.UUID) (o *order.Order, err error) {
	a := r.args()
	a.id(&id)
	calls := append([]Call{{Query: qOrder, Args: a.values}, {Query: qAddressesOf, Args: a.values}}, r.partsOf(1, func(int) *uuid.UUID { return &id })...)
	if err := f.Ahead(calls, true); err != nil {
		return nil, err
	}
	if err := each(c, qOrder, a.values, "an order", func(row *row) { o = row.order() }); err != nil || o == nil {
		return nil, err
	}
	if err := r.parts(c, []*order.Order{o}); err != nil {
		return nil, err
	}
	found := make(map[uuid.UUID]order.Address, 2)
	err = each(c, qAddressesOf, a.values, "an address", func(row *row) {
		x := row.address()
		found[x.ID] = x
	})
	addressed([]*order.Order{o}, found)
	return o, err
}

// OrderBy returns the whole aggregate by one of its unique references.
func (r *Reader) OrderBy(ctx context.Context, ref order.Ref) (*order.Order, error) {
	q, given := qByNumber, 0
	a := r.args()
	if ref.Number != "" {
		a.text(ref.Number)
		given++
	}
	if ref.CartID != "" {
		q = qByCart
		a.text(ref.CartID)
		given++
	}
	if ref.ExternalRef != "" {
		q = qByRef
		a.text(ref.Channel)
		a.text(ref.ExternalRef)
		given++
	}
	if given != 1 {
		return nil, fault.Invalid("ref", ref, "exactly one of number, cart id and external reference")
	}
	o, err := r.order(ctx, q, a)
	if err == nil && o == nil {
		err = fault.NotFound("order", cmp.Or(ref.Number, ref.CartID, ref.ExternalRef))
	}
	return o, err
}

func (r *Reader) order(ctx context.Context, q *Query, a *args) (o *order.Order, err error) {
	err = r.read(ctx, "order", func(c Conn) (err error) {
		o, err = r.found(c, q, a)
		return err
	})
	return o, err
}

// found reads the order that a query finds; nil for none.
func (r *Reader) found(c Conn, q *Query, a *args) (o *order.Order, err error) {
	if err := each(c, q, a.values, "an order", func(row *row) { o = row.order() }); err != nil || o == nil {
		return nil, err
	}
	return o, r.fill(c, []*order.Order{o})
}

// fill adds what belongs to the orders: lines, adjustments, returns, holds, addresses.
func (r *Reader) fill(c Conn, orders []*order.Order) error {
	if err := r.ahead(c, orders); err != nil {
		return err
	}
	if err := r.parts(c, orders); err != nil {
		return err
	}
	return r.addresses(c, orders)
}

// parts adds what is kept under an order's id.
func (r *Reader) parts(c Conn, orders []*order.Order) error {
	if err := r.lines(c, orders); err != nil {
		return err
	}
	if err := r.adjustments(c, orders); err != nil {
		return err
	}
	find := finder(orders, func(o *order.Order) uuid.UUID { return o.ID })
	err := listReturns.each(c, r.Bound, len(orders), func(a *args, i int) { a.id(&orders[i].ID) }, "a return",
		func(row *row) {
			o := find(row.id())
			o.Returns = append(o.Returns, row.giveBack())
		})
	if err != nil {
		return err
	}
	err = listChanges.each(c, r.Bound, len(orders), func(a *args, i int) { a.id(&orders[i].ID) }, "a change",
		func(row *row) {
			o := find(row.id())
			o.Changes = append(o.Changes, row.change())
		})
	if err != nil {
		return err
	}
	return listHolds.each(c, r.Bound, len(orders), func(a *args, i int) { a.id(&orders[i].ID) }, "a hold",
		func(row *row) {
			o := find(row.id())
			o.Holds = append(o.Holds, row.hold())
		})
}

// ahead sends what fill is going to ask in one exchange.
func (r *Reader) ahead(c Conn, orders []*order.Order) error {
	f, ok := c.(Forward)
	if !ok || len(orders) == 0 {
		return nil
	}
	calls := r.partsOf(len(orders), func(i int) *uuid.UUID { return &orders[i].ID })
	addresses := addressesOf(orders)
	calls = append(calls, listAddresses.calls(r.Bound, len(addresses), func(a *args, i int) { a.id(&addresses[i]) })...)
	return f.Ahead(calls, true)
}

// partsOf are the statements of parts.
func (r *Reader) partsOf(orders int, id func(i int) *uuid.UUID) (calls []Call) {
	for _, l := range [...]*list{listLines, listAdjusted, listReturns, listChanges, listHolds} {
		calls = append(calls, l.calls(r.Bound, orders, func(a *args, i int) { a.id(id(i)) })...)
	}
	return calls
}

func (r *Reader) lines(c Conn, orders []*order.Order) error {
	find := finder(orders, func(o *order.Order) uuid.UUID { return o.ID })
	sorted, place := true, int64(0)
	err := listLines.each(c, r.Bound, len(orders), func(a *args, i int) { a.id(&orders[i].ID) }, "an order line",
		func(row *row) {
			o := find(row.id())
			line, n := row.line(o.Currency)
			sorted = sorted && (len(o.Lines) == 0 || place < n)
			place = n
			o.Lines = append(o.Lines, line)
		})
	if err != nil || sorted {
		return err
	}
	return r.sortLines(c, orders)
}

func (r *Reader) adjustments(c Conn, orders []*order.Order) error {
	find := finder(orders, func(o *order.Order) uuid.UUID { return o.ID })
	return listAdjusted.each(c, r.Bound, len(orders), func(a *args, i int) { a.id(&orders[i].ID) }, "an adjustment",
		func(row *row) {
			o := find(row.id())
			o.Adjustments = append(o.Adjustments, row.adjustment(o.Currency))
		})
}

var listPlaces = newList(`SELECT id FROM oms_lines WHERE tenant = ?1 AND order_id IN `, "uuid", ` ORDER BY order_id, n`)

// sortLines puts lines into their places. Ids of one command ascend, so the lines
// of nearly every order come in order by themselves.
func (r *Reader) sortLines(c Conn, orders []*order.Order) error {
	place := map[uuid.UUID]int{}
	id := func(a *args, i int) { a.id(&orders[i].ID) }
	err := listPlaces.each(c, r.Bound, len(orders), id, "an order line", func(row *row) { place[row.id()] = len(place) })
	for _, o := range orders {
		slices.SortFunc(o.Lines, func(a, b order.Line) int { return cmp.Compare(place[a.ID], place[b.ID]) })
	}
	return err
}

// addressesOf returns the ids of the orders' addresses.
func addressesOf(orders []*order.Order) (ids []uuid.UUID) {
	for _, o := range orders {
		if o.ShipToID != (uuid.UUID{}) {
			ids = append(ids, o.ShipToID)
		}
		if o.BillToID != (uuid.UUID{}) && o.BillToID != o.ShipToID {
			ids = append(ids, o.BillToID)
		}
	}
	return ids
}

func (r *Reader) addresses(c Conn, orders []*order.Order) error {
	ids := addressesOf(orders)
	if len(ids) == 0 {
		return nil
	}
	found := make(map[uuid.UUID]order.Address, len(ids))
	err := listAddresses.each(c, r.Bound, len(ids), func(a *args, i int) { a.id(&ids[i]) }, "an address",
		func(row *row) {
			x := row.address()
			found[x.ID] = x
		})
	addressed(orders, found)
	return err
}

// addressed puts addresses into the orders that name them.
func addressed(orders []*order.Order, found map[uuid.UUID]order.Address) {
	for _, o := range orders {
		if x, ok := found[o.ShipToID]; ok {
			o.ShipTo = &x
		}
		if x, ok := found[o.BillToID]; ok {
			o.BillTo = &x
		}
	}
}

// finder returns a function that finds the element of a list by id. It answers
// with a fresh zero value for an id that is not there, which only happens to rows
// without their parent.
func finder[T any](list []*T, id func(*T) uuid.UUID) func(uuid.UUID) *T {
	if len(list) == 1 {
		return func(uuid.UUID) *T { return list[0] }
	}
	byID := make(map[uuid.UUID]*T, len(list))
	for _, v := range list {
		byID[id(v)] = v
	}
	return func(id uuid.UUID) *T {
		if v := byID[id]; v != nil {
			return v
		}
		return new(T)
	}
}

// Orders yields whole aggregates in order of (PlacedAt, ID), reading page by page.
func (r *Reader) Orders(ctx context.Context, f order.Filter) iter.Seq2[*order.Order, error] {
	f.Statuses = slices.Compact(slices.Sorted(slices.Values(f.Statuses)))
	if f.After != nil {
		after := *f.After
		f.After = &after
	}
	return func(yield func(*order.Order, error) bool) {
		left, after := limitOf(f.Limit), f.After
		pages(func() (page []*order.Order, err error) {
			size := int(min(left, pageSize))
			if size == 0 {
				return nil, nil
			}
			err = r.read(ctx, "orders", func(c Conn) (err error) {
				page, err = r.page(c, &f, after, size)
				return err
			})
			if n := len(page); n > 0 {
				after = &order.Cursor{PlacedAt: page[n-1].PlacedAt, ID: page[n-1].ID}
				left -= int64(n)
			}
			return page, err
		})(yield)
	}
}

// page reads one page. Each status has an index in the order of the listing, so
// several statuses are several walks, merged.
func (r *Reader) page(c Conn, f *order.Filter, after *order.Cursor, size int) ([]*order.Order, error) {
	statuses := f.Statuses
	if len(statuses) == 0 {
		statuses = []string{""}
	}
	var page []*order.Order
	for _, status := range statuses {
		q, a := r.listing(f, status, after, size)
		err := each(c, q, a.values, "an order", func(row *row) { page = append(page, row.order()) })
		if err != nil {
			return nil, err
		}
	}
	if len(statuses) > 1 {
		slices.SortFunc(page, func(a, b *order.Order) int {
			n := cmp.Or(a.PlacedAt.Compare(b.PlacedAt), compareID(a.ID, b.ID))
			if !f.Ascending {
				n = -n
			}
			return n
		})
		page = page[:min(len(page), size)]
	}
	if len(page) == 0 {
		return nil, nil
	}
	return page, r.fill(c, page)
}

func compareID(a, b uuid.UUID) int { return bytes.Compare(a[:], b[:]) }

// Notes returns an order's notes, oldest first.
func (r *Reader) Notes(ctx context.Context, orderID uuid.UUID) (notes []order.Note, err error) {
	known := false
	a := r.args()
	a.id(&orderID)
	err = r.read(ctx, "notes", func(c Conn) error {
		if err := each(c, qOrderThere, a.values, "an order", func(*row) { known = true }); err != nil {
			return err
		}
		return each(c, qNotes, a.values, "a note", func(row *row) { notes = append(notes, row.note()) })
	})
	if err == nil && !known {
		err = fault.NotFound("order", orderID)
	}
	return notes, err
}

// CouponUses returns the uses so far of the codes: in all, and by one customer.
func (r *Reader) CouponUses(
	ctx context.Context, codes []string, customer uuid.UUID,
) (uses map[string]order.Uses, err error) {
	uses = make(map[string]order.Uses, len(codes))
	for _, code := range codes {
		uses[code] = order.Uses{}
	}
	if len(codes) == 0 {
		return uses, CheckTenant(r.Bound)
	}
	err = r.few(ctx, "coupon uses", len(codes), func(c Conn) error {
		return listUses.each(c, r.Bound, len(codes), func(a *args, i int) { a.text(codes[i]) }, "a coupon's counter",
			func(row *row) {
				code, owner := row.text(), row.bytes()
				u := uses[code]
				switch {
				case bytes.Equal(owner, anybody):
					u.All = row.int()
				case bytes.Equal(owner, customer[:]):
					u.ByCustomer = row.int()
				}
				uses[code] = u
			})
	})
	return uses, err
}

// CouponsOf returns the uses that one customer has of each code; none that are 0.
func (r *Reader) CouponsOf(ctx context.Context, customer uuid.UUID) (uses map[string]int64, err error) {
	a := r.args()
	a.blob(customer[:])
	err = r.one(ctx, "coupons", func(c Conn) error {
		uses = map[string]int64{}
		return each(c, qUsesOf, a.values, "a coupon's counter", func(row *row) { uses[row.text()] = row.int() })
	})
	return uses, err
}

func (r *row) order() *order.Order {
	o := &order.Order{ID: r.id(), Number: r.text(), Channel: r.text(), ExternalRef: r.text(), CartID: r.text()}
	o.CustomerID = r.id()
	o.PlacedAt = r.time()
	c := r.currency()
	o.Currency = c
	o.Country = r.text()
	o.CompanyID = r.id()

	o.Version = r.int()
	o.Origin = order.Origin(r.text())
	o.ShipToID, o.BillToID = r.id(), r.id()
	o.Workflow, o.WorkflowVersion, o.Status = r.text(), int(r.int()), r.text()
	o.PaymentStatus = order.PaymentStatus(r.text())
	o.FulfillmentStatus = order.FulfillmentStatus(r.text())
	o.ReturnStatus = order.ReturnStatus(r.text())
	o.Terms = order.Terms{TaxIncluded: r.bool(), Level: order.TaxLevel(r.text()), Rounding: money.Rounding(r.int())}
	o.Totals = order.Totals{
		Goods: r.amount(c), Discount: r.amount(c), Shipping: r.amount(c), Fees: r.amount(c),
		Tax: r.amount(c), TaxIncluded: r.amount(c), Total: r.amount(c), Credited: r.amount(c),
	}
	o.Shipping = r.text()
	o.ExpiresAt, o.PromisedAt, o.ClosedAt = r.optTime(), r.optTime(), r.optTime()
	o.CloseReason = r.text()
	r.json(&o.Metadata)
	o.Original = r.id()
	o.CompanyDay = r.text()
	return o
}

func (r *row) line(c money.Currency) (l order.Line, n int64) {
	l.ID = r.id()
	n = r.int()
	l.Position, l.SKU, l.Title = int(r.int()), r.text(), r.text()
	l.Quantity, l.UnitPrice, l.TaxCategory = r.qty(), r.price(c), r.text()
	l.Subtotal, l.Discount, l.Tax, l.Total = r.amount(c), r.amount(c), r.amount(c), r.amount(c)
	l.Counts = order.Counts{
		Unsourced: r.qty(), Backordered: r.qty(), Preordered: r.qty(), Allocated: r.qty(),
		Released: r.qty(), Shipped: r.qty(), Canceled: r.qty(), Delivered: r.qty(),
		ReturnRequested: r.qty(), ReturnInTransit: r.qty(), ReturnReceived: r.qty(),
		ReturnDamaged: r.qty(), ReturnDismissed: r.qty(), WrittenOff: r.qty(),
	}
	l.Credited = r.amount(c)
	return l, n
}

func (r *row) adjustment(c money.Currency) (x order.Adjustment) {
	x.ID = r.id()
	_ = r.int()
	x.Scope, x.LineID = order.Scope(r.text()), r.id()
	x.Kind, x.Code, x.Label = order.AdjustmentKind(r.text()), r.text(), r.text()
	x.Amount, x.TaxPart, x.Included = r.amount(c), r.amount(c), r.bool()
	x.RatePPM, x.Jurisdiction, x.Quantity = r.int(), r.text(), r.qty()
	x.Source, x.At = r.id(), r.optTime()
	return x
}

func (r *row) giveBack() (x order.Return) {
	x.ID = r.id()
	_ = r.int()
	x.Status, x.Reason = order.ReturnState(r.text()), r.text()
	x.RequestedAt, x.ReceivedAt, x.Location = r.time(), r.optTime(), r.text()
	r.json(&x.Lines)
	if !r.skipNull() {
		var d returnDetails
		r.json(&d)
		d.into(&x)
	} else {
		_ = r.text()
	}
	_, _ = r.optTime(), r.text()
	return x
}

func (r *row) change() (x order.Change) {
	_, _ = r.id(), r.int()
	r.json(&x)
	return x
}

func (r *row) hold() (x order.Hold) {
	x.ID = r.id()
	_ = r.int()
	x.Type, x.Scope, x.Target = r.text(), order.HoldScope(r.text()), r.id()
	x.Status, x.Reason = order.HoldStatus(r.text()), r.text()
	x.OpenedBy, x.OpenedAt, x.ExpiresAt = r.text(), r.time(), r.optTime()
	r.json(&x.Approvals)
	x.ResolvedBy, x.ResolvedAt, x.Resolution = r.text(), r.optTime(), r.text()
	return x
}

func (r *row) address() order.Address {
	return order.Address{
		ID: r.id(), Name: r.text(), Company: r.text(), Line1: r.text(), Line2: r.text(), City: r.text(),
		Region: r.text(), PostalCode: r.text(), Country: r.text(), Phone: r.text(), Email: r.text(),
	}
}

func (r *row) note() order.Note {
	return order.Note{
		OrderID: r.id(), ID: r.id(), Author: r.text(), Text: r.text(), Internal: r.bool(), At: r.time(),
	}
}
