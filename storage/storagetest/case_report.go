package storagetest

import (
	"bytes"
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/go-oms/oms/inventory"
	"github.com/go-oms/oms/money"
	"github.com/go-oms/oms/order"
	"github.com/go-oms/oms/payment"
	"github.com/go-oms/oms/quantity"
	"github.com/go-oms/oms/reporting"
	"github.com/go-oms/oms/storage"
)

func reportCases() []Case {
	return []Case{
		named("report: an order is a row that says what its order says", orderRows),
		named("report: orders come in order of placing within the period", ordersInPeriod),
		named("report: orders that may owe are those whose status says so", ordersOwing),
		named("report: what was paid for an order is asked for", ordersPaid),
		named("report: a customer's first order is the first with goods, when asked for", ordersFirst),
		named("report: an operation is a row in whatever state it is", paymentRows),
		named("report: operations come in order of time within the period", paymentsInPeriod),
		named("report: a level is a row with its item's title and what is available", stockRows),
		named("report: a unit costs the mean of the receipts that had a cost", stockCosts),
	}
}

// orderRows ends the case unless the orders of the scope are those, whatever their
// order. It returns them as they came.
func (t *try) orderRows(s reporting.OrderScope, want []reporting.OrderFact) []reporting.OrderFact {
	came := all(t, "order facts", t.store.OrderFacts(t.ctx, s))
	got, want := slices.Clone(came), slices.Clone(want)
	for _, list := range [][]reporting.OrderFact{got, want} {
		slices.SortFunc(list, func(a, b reporting.OrderFact) int { return bytes.Compare(a.ID[:], b.ID[:]) })
	}
	t.equal("order facts", got, want)
	return came
}

// told commits a new order of a customer with what change makes of it.
func (t *try) told(change func(o *order.Order), lines ...Line) *order.Order {
	o, b := t.Place(lines...)
	change(o)
	d := &b.Orders[0].Delta.Order
	whole := *o
	whole.Lines, whole.Adjustments, whole.Returns, whole.Changes = nil, nil, nil, nil
	*d = whole
	t.commit(b)
	return o
}

func orderRows(t *try) {
	t.stock("a", 50)
	free := Line{SKU: "a", Price: money.Zero(money.EUR)}
	changes := []func(o *order.Order){
		func(*order.Order) {},
		func(o *order.Order) {
			o.CustomerID, o.Channel, o.Country, o.Status = t.ID(), "phone", "", "released"
			o.PaymentStatus, o.FulfillmentStatus, o.ReturnStatus = order.PaymentPaid, order.Fulfilled, "returned"
		},
		func(o *order.Order) { o.PromisedAt, o.ClosedAt, o.CloseReason = later(60), later(70), "customer" },
		func(o *order.Order) { o.Totals.Credited = euros(120) },
		func(o *order.Order) { o.Totals.Total, o.Totals.Credited = money.Money{}, money.Money{} },
	}
	var want []reporting.OrderFact
	for _, lines := range [][]Line{nil, {{SKU: "a"}}, {free}, {free, {SKU: "a", Units: 2}}} {
		for _, change := range changes {
			o := t.told(change, lines...)
			f := storage.OrderFact(o)
			t.equal("goods", f.Goods, len(lines) > 0)
			want = append(want, f)
		}
	}
	t.orderRows(reporting.OrderScope{}, want)
	next, b := t.Change(t.order(want[7].ID), func(o *order.Order) { o.Status, o.Totals.Credited = "returned", euros(5) })
	t.commit(b)
	want[7] = storage.OrderFact(next)
	t.orderRows(reporting.OrderScope{}, want)
}

// periods are open and closed at the ends, and end at moments of the list.
func periods(list []time.Time) []reporting.Period {
	return []reporting.Period{
		{},
		{From: list[1]},
		{To: list[1]},
		{From: list[1], To: list[3]},
		{From: list[1].Add(time.Microsecond), To: list[3].Add(time.Microsecond)},
		{From: list[2], To: list[2]},
		{From: later(1_000_000)},
		{To: later(-1_000_000)},
	}
}

func ordersInPeriod(t *try) {
	var want []reporting.OrderFact
	var moments []time.Time
	for i := range 5 {
		at := later(10 * (7 * i % 5)) // not in order of placing
		for range 2 {
			want = append(want, storage.OrderFact(t.told(func(o *order.Order) { o.PlacedAt = at })))
		}
		moments = append(moments, later(10*i))
	}
	for _, p := range periods(moments) {
		for _, s := range []reporting.OrderScope{{Period: p}, {Period: p, Owing: true}} {
			inside := slices.DeleteFunc(slices.Clone(want), func(f reporting.OrderFact) bool { return !p.Contains(f.At) })
			timely(t, "order facts", t.orderRows(s, inside), func(f reporting.OrderFact) time.Time { return f.At })
		}
	}
}

func ordersOwing(t *try) {
	settled := []order.PaymentStatus{order.PaymentNone, order.PaymentPaid, order.PaymentOverpaid}
	var want, owing []reporting.OrderFact
	for _, status := range append([]order.PaymentStatus{
		order.PaymentPending, order.PaymentAuthorized, order.PaymentPartiallyAuthorized, order.PaymentPartiallyPaid,
		order.PaymentVoided, order.PaymentFailed, order.PaymentPartiallyRefunded, order.PaymentRefunded,
	}, settled...) {
		f := storage.OrderFact(t.told(func(o *order.Order) { o.PaymentStatus = status }))
		want = append(want, f)
		if !slices.Contains(settled, status) {
			owing = append(owing, f)
		}
	}
	t.orderRows(reporting.OrderScope{}, want)
	t.orderRows(reporting.OrderScope{Owing: true}, owing)
}

func ordersPaid(t *try) {
	var unasked, asked []reporting.OrderFact
	for _, tenders := range [][]payment.Totals{
		{},
		{{}},
		{{Authorized: euros(900), CapturingNow: euros(900)}},
		{{Authorized: euros(900), Captured: euros(900)}},
		{{Captured: euros(900), Refunded: euros(200), PaidOut: euros(30)}, {Captured: euros(45)}, {PaidOut: euros(7)}},
		{{PaidOut: euros(500)}},
	} {
		o := t.placed()
		f := storage.OrderFact(o)
		unasked = append(unasked, f)
		f.Paid = euros(0)
		for _, totals := range tenders {
			tender, b := t.Pay(o)
			t.commit(b)
			_, b = t.ChangeTender(tender, func(x *payment.Tender) { x.Totals = totals })
			t.commit(b)
			f.Paid = sum(f.Paid, totals.Captured, totals.Refunded.Neg(), totals.PaidOut.Neg())
		}
		asked = append(asked, f)
	}
	t.orderRows(reporting.OrderScope{}, unasked)
	t.orderRows(reporting.OrderScope{First: true}, unasked)
	t.orderRows(reporting.OrderScope{Paid: true}, asked)
	t.orderRows(reporting.OrderScope{Paid: true, Period: reporting.Period{From: asked[3].At}}, asked[3:])
}

func ordersFirst(t *try) {
	t.stock("a", 99)
	ann, bob, cid := t.ID(), t.ID(), t.ID()
	goods, free := Line{SKU: "a"}, Line{SKU: "a", Price: money.Zero(money.EUR)}
	moment := later(50)
	var want []reporting.OrderFact
	for _, c := range []struct {
		customer uuid.UUID
		at       int // minutes
		line     []Line
		first    bool
	}{
		{ann, 90, []Line{goods}, false},
		{ann, 10, nil, false}, // a booking
		{ann, 30, []Line{free}, true},
		{ann, 40, []Line{goods}, false},
		{bob, 20, nil, false},
		{bob, 50, []Line{goods, free}, true}, // of the same moment the lower id
		{bob, 50, []Line{goods}, false},
		{bob, 50, []Line{goods}, false},
		{cid, 5, nil, false},
		{uuid.UUID{}, 1, []Line{goods}, false}, // guests have no first
		{uuid.UUID{}, 60, []Line{goods}, false},
	} {
		o := t.told(func(o *order.Order) {
			o.CustomerID, o.PlacedAt = c.customer, later(c.at)
			if c.first {
				o.PaymentStatus = order.PaymentPaid // so that it is no owing order
			}
		}, c.line...)
		f := storage.OrderFact(o)
		f.First = c.first
		want = append(want, f)
	}
	for _, p := range []reporting.Period{{}, {From: moment}, {To: moment}} {
		inside := slices.DeleteFunc(slices.Clone(want), func(f reporting.OrderFact) bool { return !p.Contains(f.At) })
		t.orderRows(reporting.OrderScope{Period: p, First: true}, inside)
		owing := slices.DeleteFunc(slices.Clone(inside), func(f reporting.OrderFact) bool { return f.First })
		t.orderRows(reporting.OrderScope{Period: p, First: true, Owing: true}, owing)
		for i := range inside {
			inside[i].First = false
		}
		t.orderRows(reporting.OrderScope{Period: p}, inside)
	}
}

// operated commits tenders whose operations are of every kind, in every state, and
// at those moments one after the other.
func operated(t *try, moments ...time.Time) (want []reporting.PaymentFact) {
	states := []payment.State{
		payment.Created, payment.Sending, payment.InDoubt, payment.Waiting, payment.ActionRequired, payment.Canceled,
		payment.Declined, payment.Succeeded,
	}
	kinds := []payment.Kind{
		payment.Authorize, payment.Sale, payment.Capture, payment.Void, payment.Refund, payment.Payout,
	}
	for i, state := range states {
		o := t.placed()
		now := t.Now
		t.Now = moments[i%len(moments)]
		tender, b := t.Pay(o)
		t.Now = now
		t.commit(b)
		tender, b = t.ChangeTender(tender, func(x *payment.Tender) {
			x.Ops[0].State = state
			for j, kind := range kinds {
				op := payment.Op{
					ID: t.ID(), Kind: kind, State: state, Amount: euros(int64(100 * j)), Settled: euros(int64(30 * j)),
					CreatedAt: moments[(i+j)%len(moments)], Attempts: 1,
				}
				if state == payment.Declined {
					op.Decline, op.Settled = &payment.Decline{Code: "no", Retry: payment.Retry("never")}, money.Money{}
				}
				x.Ops = append(x.Ops, op)
			}
		})
		t.commit(b)
		want = append(want, storage.PaymentFacts(tender)...)
	}
	return want
}

// paymentRows ends the case unless the operations of the period are those. It
// returns them as they came.
func (t *try) paymentRows(p reporting.Period, want []reporting.PaymentFact) []reporting.PaymentFact {
	came := all(t, "payment facts", t.store.PaymentFacts(t.ctx, p))
	got := slices.Clone(came)
	want = slices.DeleteFunc(slices.Clone(want), func(f reporting.PaymentFact) bool { return !p.Contains(f.At) })
	for _, list := range [][]reporting.PaymentFact{got, want} {
		slices.SortFunc(list, func(a, b reporting.PaymentFact) int {
			return cmp.Or(
				a.At.Compare(b.At), bytes.Compare(a.OrderID[:], b.OrderID[:]), strings.Compare(a.Kind, b.Kind),
				strings.Compare(a.Amount.String(), b.Amount.String()),
			)
		})
	}
	t.equal("payment facts", got, want)
	return came
}

func paymentRows(t *try) { t.paymentRows(reporting.Period{}, operated(t, later(20))) }

func paymentsInPeriod(t *try) {
	moments := []time.Time{later(20), later(30), later(40), later(50)}
	want := operated(t, moments[2], moments[0], moments[3], moments[1])
	for _, p := range periods(moments) {
		timely(t, "payment facts", t.paymentRows(p, want), func(f reporting.PaymentFact) time.Time { return f.At })
	}
}

func stockRows(t *try) {
	t.equal("stock facts of nothing", len(all(t, "stock facts", t.store.StockFacts(t.ctx))), 0)
	for _, sku := range []string{"b", "a", "c"} {
		for _, location := range []string{"y", "x"} {
			t.commit(t.Receive(sku, location, 9))
		}
	}
	t.placed(Line{SKU: "a", Location: "x", Units: 2})
	cmd := t.Command("inventory.adjust")
	b := &storage.Batch{Command: cmd}
	for i, kind := range []inventory.MoveKind{inventory.Adjust, inventory.Quarantine, inventory.Reserve, inventory.Backorder} {
		m := t.Move(cmd, kind, "a", "y")
		units := quantity.Of(int32(i + 1))
		switch kind {
		case inventory.Adjust:
			m.OnHand = units.Neg()
		case inventory.Quarantine:
			m.Unavailable = units
		case inventory.Reserve:
			m.Reserved = units
		default:
			m.Backordered = units
		}
		b.Inventory.Moves = append(b.Inventory.Moves, m)
	}
	for _, sku := range []string{"a", "b"} {
		b.Inventory.Levels = append(b.Inventory.Levels, inventory.LevelPolicy{
			SKU: sku, Location: "y", Safety: quantity.Of(1), BackorderLimit: quantity.Of(-1),
		})
	}
	t.commit(b)
	short := &storage.Batch{Command: t.Command("inventory.adjust")}
	m := t.Move(short.Command, inventory.Adjust, "c", "x")
	m.OnHand = quantity.Of(-12)
	short.Inventory.Moves = []inventory.Move{m}
	t.commit(short)

	levels, err := t.store.Levels(t.ctx, []string{"a", "b", "c"})
	t.ok("levels", err)
	t.equal("levels", len(levels), 6)
	want := each(levels, func(l inventory.Level) reporting.StockFact {
		return storage.StockFact(&l, "Item "+l.SKU, money.Money{})
	})
	t.equal("stock facts", all(t, "stock facts", t.store.StockFacts(t.ctx)), want)
}

func stockCosts(t *try) {
	price := func(text string) money.Money { return must(money.Parse(text)) }
	receive := func(sku, location string, units int32, at int, cost money.Money) {
		b := t.Receive(sku, location, units)
		b.Inventory.Moves[0].UnitCost, b.Inventory.Moves[0].At = cost, later(at)
		t.commit(b)
	}
	receive("mixed", "x", 1, 0, price("1.00 EUR"))
	receive("mixed", "y", 2, 0, price("2.00 EUR"))
	receive("mixed", "x", 100, 0, money.Money{})
	receive("thirds", "x", 3, 0, price("0.000001 EUR"))
	receive("thirds", "x", 3, 0, price("0.00 EUR"))
	receive("moved", "x", 5, 30, price("5.00 EUR"))
	receive("moved", "x", 5, 40, price("700 JPY"))
	receive("moved", "x", 5, 20, price("9.00 USD"))
	receive("moved", "y", 15, 10, price("300 JPY"))
	receive("none", "x", 5, 0, money.Money{})
	receive("at once", "x", 5, 20, price("7.00 USD"))
	receive("at once", "x", 5, 20, price("3.00 EUR"))
	for _, kind := range []inventory.MoveKind{inventory.Adjust, inventory.ReturnGood} {
		cmd := t.Command("inventory.adjust")
		m := t.Move(cmd, kind, "mixed", "x")
		m.OnHand, m.UnitCost = quantity.Of(50), price("99.00 EUR")
		t.commit(&storage.Batch{Command: cmd, Inventory: inventory.Changes{Moves: []inventory.Move{m}}})
	}
	want := map[string]money.Money{
		"mixed": price("1.66666667 EUR"), "thirds": price("0.0000005 EUR"), "moved": price("400 JPY"), "none": {},
		"at once": price("3.00 EUR"), // what was recorded last
	}
	rows := all(t, "stock facts", t.store.StockFacts(t.ctx))
	t.equal("rows", len(rows), 7)
	for _, f := range rows {
		t.equal("unit cost of "+f.SKU, f.UnitCost, want[f.SKU])
	}
}
