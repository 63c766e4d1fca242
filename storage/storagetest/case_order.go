package storagetest

import (
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/go-oms/oms/fault"
	"github.com/go-oms/oms/order"
	"github.com/go-oms/oms/quantity"
)

func orderCases() []Case {
	return []Case{
		named("order: one that does not exist is not found", orderMissing),
		named("order: it is found by each of its references", orderByReference),
		named("order: exactly one reference is asked for", orderByOne),
		named("order: it comes with its addresses", orderAddresses),
		named("order: lines, adjustments and returns keep their order as they grow", orderGrows),
		named("order: a listing is in order of time and id", listingOrder),
		named("order: a listing of many pages has every order once", listingPages),
		named("order: a listing continues behind a cursor", listingCursor),
		named("order: a listing ends at its limit", listingLimit),
		named("order: a listing keeps to each filter", listingFilters),
		named("order: a listing gives whole orders", listingWhole),
		named("order: a listing lets writers on", listingAndWriter),
		named("order: notes come oldest first", orderNotes),
	}
}

func orderMissing(t *try) {
	_, err := t.store.Order(t.ctx, t.ID())
	t.missing("an unknown id", err)
	for _, ref := range []order.Ref{{Number: "none"}, {CartID: "none"}, {Channel: "web", ExternalRef: "none"}} {
		_, err := t.store.OrderBy(t.ctx, ref)
		t.missing(fmt.Sprintf("an unknown reference %+v", ref), err)
	}
	_, err = t.store.Notes(t.ctx, t.ID())
	t.missing("notes of an unknown order", err)
}

func orderByReference(t *try) {
	_, b := t.Place()
	o := &b.Orders[0].Delta.Order
	o.Number, o.CartID, o.Channel, o.ExternalRef = "N1", "cart", "web", "A1"
	t.commit(b)
	_, other := t.Place()
	x := &other.Orders[0].Delta.Order
	x.Number, x.CartID, x.Channel, x.ExternalRef = "A1", "N1", "market", "A1"
	t.commit(other)
	for ref, want := range map[order.Ref]uuid.UUID{
		{Number: "N1"}:                         o.ID,
		{CartID: "cart"}:                       o.ID,
		{Channel: "web", ExternalRef: "A1"}:    o.ID,
		{Number: "A1"}:                         x.ID,
		{CartID: "N1"}:                         x.ID,
		{Channel: "market", ExternalRef: "A1"}: x.ID,
	} {
		found, err := t.store.OrderBy(t.ctx, ref)
		t.ok(fmt.Sprintf("order by %+v", ref), err)
		t.equal(fmt.Sprintf("order by %+v", ref), found.ID, want)
	}
	_, err := t.store.OrderBy(t.ctx, order.Ref{Channel: "shop", ExternalRef: "A1"})
	t.missing("the reference in another channel", err)
}

func orderByOne(t *try) {
	t.placed()
	for _, ref := range []order.Ref{{}, {Channel: "web"}, {Number: "a", CartID: "b"}, {CartID: "b", ExternalRef: "c"}} {
		if _, err := t.store.OrderBy(t.ctx, ref); fault.KindOf(err) != fault.Rejected {
			t.fail("order by %+v: got %v, want a rejection", ref, err)
		}
	}
}

func orderAddresses(t *try) {
	o, b := t.Place()
	ship, bill := order.Address{ID: t.ID(), Name: "Ada", City: "London"}, order.Address{ID: t.ID(), Name: "Byron"}
	b.Orders[0].Delta.Order.ShipToID, b.Orders[0].Delta.Order.BillToID = ship.ID, bill.ID
	b.Orders[0].Addresses = []order.Address{ship, bill}
	t.commit(b)
	got := t.order(o.ID)
	t.equal("ship to", got.ShipTo, &ship)
	t.equal("bill to", got.BillTo, &bill)
	moved := order.Address{ID: t.ID(), Name: "Ada", City: "Paris"}
	_, change := t.Change(got, func(o *order.Order) { o.ShipToID = moved.ID })
	change.Orders[0].Addresses = []order.Address{moved}
	t.commit(change)
	got = t.order(o.ID)
	t.equal("ship to after the move", got.ShipTo, &moved)
	t.equal("bill to after the move", got.BillTo, &bill)
	t.equal("no address", t.order(t.placed().ID).ShipTo, (*order.Address)(nil))
}

// orderGrows appends to an order in several steps. New rows come first, so that
// their place and not their id or age decides.
func orderGrows(t *try) {
	t.stock("sku", 50)
	o := t.placed(Line{SKU: "sku"}, Line{SKU: "sku"})
	spare, _ := t.Place(Line{SKU: "b"}, Line{SKU: "a"})
	for step := range 3 {
		next, b := t.Change(o, func(o *order.Order) {
			for i := range spare.Lines {
				line := spare.Lines[i]
				line.ID, line.Position = t.ID(), len(o.Lines)+1
				o.Lines = append(o.Lines, line)
				adjustment := spare.Adjustments[0]
				adjustment.ID, adjustment.At = t.ID(), later(-step)
				o.Adjustments = append(o.Adjustments, adjustment)
			}
			o.Returns = append(o.Returns, order.Return{
				ID: t.ID(), Status: order.ReturnRequested, RequestedAt: later(-step),
				Lines: []order.ReturnLine{
					{LineID: o.Lines[1].ID, SKU: "sku", Quantity: quantity.Of(2), UnitPrice: o.Lines[1].UnitPrice},
					{LineID: o.Lines[0].ID, SKU: "sku", Quantity: quantity.Of(1), UnitPrice: o.Lines[0].UnitPrice},
				},
			})
			o.Changes = append(o.Changes, order.Change{
				ID: t.ID(), Status: order.ChangeOpen, At: later(-step), By: "staff:1",
				Steps: []order.Step{{Type: order.StepCancel, LineID: o.Lines[0].ID, Quantity: quantity.Of(1)}},
			})
			o.Changes[0].Status = order.ChangeApplied
			o.Holds = append(o.Holds, order.Hold{
				ID: t.ID(), Type: "manual", Scope: order.HoldsOrder, Status: order.HoldOpen, OpenedBy: "staff:7", OpenedAt: later(-step),
			})
			o.Holds[0].Status = order.HoldReleased
			o.Holds[0].Approvals = append(slices.Clip(o.Holds[0].Approvals), order.Approval{Tier: "first", By: "staff:8", At: later(step)})
			o.Returns[0].Status = order.ReturnPartly
			o.Returns[0].Lines = slices.Concat(o.Returns[0].Lines, o.Returns[0].Lines[:1])
			o.Lines[0].Delivered = quantity.Of(int32(step + 1))
		})
		t.commit(b)
		o = next
		t.equal("order", t.order(o.ID), o)
	}
}

// listed commits orders placed at those minutes and returns them in ascending
// order of time and id.
func (t *try) listed(minutes ...int) []*order.Order {
	orders := make([]*order.Order, len(minutes))
	for i, minute := range minutes {
		o, b := t.Place()
		o.PlacedAt = later(minute)
		b.Orders[0].Delta.Order.PlacedAt = o.PlacedAt
		t.commit(b)
		orders[i] = o
	}
	slices.SortFunc(orders, func(a, b *order.Order) int {
		if c := a.PlacedAt.Compare(b.PlacedAt); c != 0 {
			return c
		}
		return slices.Compare(a.ID[:], b.ID[:])
	})
	return orders
}

func (t *try) listing(what string, f order.Filter, want []*order.Order) {
	got := all(t, what, t.store.Orders(t.ctx, f))
	t.equal(what, each(got, orderID), each(want, orderID))
}

func reversed[T any](list []T) []T {
	list = slices.Clone(list)
	slices.Reverse(list)
	return list
}

func listingOrder(t *try) {
	// Several at one moment, and none in order of commit.
	orders := t.listed(5, 3, 9, 3, 3, 1, 9)
	t.listing("ascending", order.Filter{Ascending: true}, orders)
	t.listing("descending", order.Filter{}, reversed(orders))
}

func listingPages(t *try) {
	minutes := make([]int, 700)
	for i := range minutes {
		minutes[i] = i % 7 // a hundred of each, to break pages within a moment
	}
	orders := t.listed(minutes...)
	t.listing("ascending", order.Filter{Ascending: true}, orders)
	t.listing("descending", order.Filter{}, reversed(orders))
	t.listing("a sparse filter", order.Filter{PlacedFrom: later(6), Ascending: true}, orders[600:])
}

func listingCursor(t *try) {
	orders := t.listed(1, 2, 2, 2, 3)
	for i, o := range orders {
		after := &order.Cursor{PlacedAt: o.PlacedAt, ID: o.ID}
		t.listing("ascending", order.Filter{After: after, Ascending: true}, orders[i+1:])
		t.listing("descending", order.Filter{After: after}, reversed(orders[:i]))
	}
	// A cursor need not be at an order.
	between := &order.Cursor{PlacedAt: later(2).Add(time.Second)}
	t.listing("ascending from between", order.Filter{After: between, Ascending: true}, orders[4:])
	t.listing("descending from between", order.Filter{After: between}, reversed(orders[:4]))
}

func listingLimit(t *try) {
	orders := t.listed(1, 2, 3, 4, 5)
	t.listing("two", order.Filter{Limit: 2, Ascending: true}, orders[:2])
	t.listing("the last two", order.Filter{Limit: 2}, reversed(orders)[:2])
	t.listing("more than there are", order.Filter{Limit: 9, Ascending: true}, orders)
	t.listing("no limit", order.Filter{Ascending: true}, orders)
}

func listingFilters(t *try) {
	orders := t.listed(0, 1, 2, 3, 4, 5)
	ada, acme := t.ID(), t.ID()
	for i, change := range []func(o *order.Order){
		func(o *order.Order) { o.Status = "checked" },
		func(o *order.Order) { o.Status = "closed" },
		func(o *order.Order) { o.ExpiresAt = later(60) },
		func(o *order.Order) { o.ExpiresAt = later(61) },
		func(o *order.Order) {
			o.CustomerID, o.CompanyID, o.CompanyDay = ada, acme, "2026-03-01"
			o.Returns = []order.Return{t.claimed(order.ClaimOpen), t.claimed(order.ClaimRejected)}
		},
		func(o *order.Order) {
			o.Returns = []order.Return{t.awaited(later(70), "RX1"), t.claimed(order.ClaimWithdrawn)}
			o.Holds = []order.Hold{
				t.hold("review", order.HoldOpen, later(70)), t.hold("review", order.HoldReleased, later(60)), t.hold("stock", order.HoldOpen, time.Time{}),
			}
		},
	} {
		_, b := t.Change(orders[i], change)
		t.commit(b)
	}
	market, b := t.Place(Line{SKU: "sku"})
	d := b.Orders[0].Delta
	d.Holds = []order.Hold{t.hold("stock", order.HoldReleased, later(60)), t.hold("other", order.HoldRejected, later(60))}
	d.Order.Channel, d.Order.PlacedAt = "market", later(6)
	d.Lines[0].Allocated, d.Lines[0].Backordered = quantity.Of(0), quantity.Of(1)
	b.Inventory.Moves, b.Inventory.Reservations = nil, nil
	t.commit(b)
	all := append(slices.Clone(orders), market)
	for what, c := range map[string]struct {
		f    order.Filter
		want []*order.Order
	}{
		"status":        {order.Filter{Statuses: []string{"checked"}}, all[:1]},
		"statuses":      {order.Filter{Statuses: []string{"closed", "checked", "none"}}, all[:2]},
		"expiry":        {order.Filter{ExpiresTo: later(61)}, all[2:3]},
		"later expiry":  {order.Filter{ExpiresTo: later(62)}, all[2:4]},
		"customer":      {order.Filter{CustomerID: ada}, all[4:5]},
		"company":       {order.Filter{CompanyID: acme}, all[4:5]},
		"its buyer":     {order.Filter{CompanyID: acme, CustomerID: ada}, all[4:5]},
		"its stranger":  {order.Filter{CompanyID: acme, CustomerID: acme}, nil},
		"no company":    {order.Filter{CompanyID: ada}, nil},
		"no return due": {order.Filter{ReturnsDueTo: later(70)}, nil},
		"return due":    {order.Filter{ReturnsDueTo: later(71)}, all[5:6]},
		"return's way":  {order.Filter{ReturnTracking: "RX1"}, all[5:6]},
		"no such way":   {order.Filter{ReturnTracking: "RX"}, nil},
		"claimed":       {order.Filter{Claimed: true}, all[4:5]},
		"channel":       {order.Filter{Channel: "market"}, all[6:]},
		"backordered":   {order.Filter{Backordered: true}, all[6:]},
		"on hold":       {order.Filter{OnHold: "stock"}, all[5:6]},
		"another hold":  {order.Filter{OnHold: "other"}, nil},
		"due holds":     {order.Filter{HoldsTo: later(70).Add(time.Microsecond)}, all[5:6]},
		"no due holds":  {order.Filter{HoldsTo: later(70)}, nil},
		"held and due":  {order.Filter{OnHold: "review", HoldsTo: later(71)}, all[5:6]},
		"placed from":   {order.Filter{PlacedFrom: later(2)}, all[2:]},
		"placed to":     {order.Filter{PlacedTo: later(2)}, all[:2]},
		"placed within": {order.Filter{PlacedFrom: later(1), PlacedTo: later(3)}, all[1:3]},
		"both":          {order.Filter{PlacedFrom: later(1), Statuses: []string{"closed", "checked"}}, all[1:2]},
		"nothing":       {order.Filter{CustomerID: ada, Channel: "market"}, nil},
	} {
		c.f.Ascending = true
		t.listing(what, c.f, c.want)
		c.f.Ascending = false
		t.listing(what+", descending", c.f, reversed(c.want))
	}
}

// hold returns a hold on a whole order.
func (t *try) hold(code string, status order.HoldStatus, until time.Time) order.Hold {
	return order.Hold{
		ID: t.ID(), Type: code, Scope: order.HoldsOrder, Status: status, OpenedBy: "staff:7", OpenedAt: later(1), ExpiresAt: until,
	}
}

// awaited is a return of which a unit is to come before that time.
func (t *try) awaited(before time.Time, tracking string) order.Return {
	return order.Return{
		ID: t.ID(), Status: order.ReturnRequested, RequestedAt: later(0), ExpiresAt: before,
		Lines: []order.ReturnLine{{SKU: "sku", Quantity: quantity.Of(1)}},
		Label: order.ReturnLabel{ID: t.ID(), State: order.ReturnLabelBought, Carrier: "post", Tracking: tracking, CreatedAt: later(0)},
	}
}

// claimed is a return that is a claim in that state.
func (t *try) claimed(state order.ClaimState) order.Return {
	r := order.Return{
		ID: t.ID(), Status: order.ReturnCanceled, RequestedAt: later(0), Claim: order.Claim{Kind: order.ClaimLate, Status: state},
		Lines: []order.ReturnLine{{SKU: "sku", Quantity: quantity.Of(1)}},
	}
	if state == order.ClaimOpen {
		r.Status = order.ReturnClaimed
	}
	return r
}

func listingWhole(t *try) {
	b := everything(t)
	t.commit(b)
	got := all(t, "orders", t.store.Orders(t.ctx, order.Filter{}))
	t.equal("orders", len(got), len(b.Orders))
	for _, o := range got {
		t.equal("an order of the listing", o, t.order(o.ID))
	}
}

func listingAndWriter(t *try) {
	t.listed(1, 2, 3)
	seen := 0
	for o, err := range t.store.Orders(t.ctx, order.Filter{Ascending: true, PlacedTo: later(10)}) {
		t.ok("orders", err)
		_, b := t.Change(t.order(o.ID), func(o *order.Order) { o.Status = "seen" })
		t.commit(b)
		if seen++; seen > 3 {
			break
		}
	}
	t.equal("orders seen", seen, 3)
	for range t.store.Orders(t.ctx, order.Filter{}) {
		break // a walk may be left
	}
	t.placed()
}

func orderNotes(t *try) {
	o := t.placed()
	other := t.placed()
	var want []order.Note
	for i, minute := range []int{2, 1, 3} {
		note := order.Note{ID: t.ID(), OrderID: o.ID, Author: "staff:clerk", Text: fmt.Sprint("note ", i), At: later(minute)}
		next, b := t.Change(o, func(*order.Order) {})
		b.Orders[0].Delta.Notes = []uuid.UUID{note.ID}
		b.Orders[0].Notes = []order.Note{note}
		t.commit(b)
		o = next
		want = append(want, note)
	}
	slices.SortFunc(want, func(a, b order.Note) int { return a.At.Compare(b.At) })
	notes, err := t.store.Notes(t.ctx, o.ID)
	t.ok("notes", err)
	t.equal("notes", notes, want)
	notes, err = t.store.Notes(t.ctx, other.ID)
	t.ok("notes of an order without any", err)
	t.equal("notes of another order", len(notes), 0)
}
