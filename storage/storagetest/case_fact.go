package storagetest

import (
	"bytes"
	"cmp"
	"iter"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/go-oms/oms/money"
	"github.com/go-oms/oms/order"
	"github.com/go-oms/oms/quantity"
	"github.com/go-oms/oms/reporting"
	"github.com/go-oms/oms/storage"
)

func factCases() []Case {
	return []Case{
		named("fact: the facts are those of the orders", factsOfOrders),
		named("fact: facts come in order of time within the period", factsInPeriod),
		named("fact: those of one order and one moment follow each other", factsTogether),
		named("fact: what is placed may have times of its own, or none", factsOfOtherTimes),
		named("fact: what comes later names the item of its line", factsOfLines),
		named("fact: facts follow their order to another customer, channel, country and time", factsFollow),
		named("fact: a walk is as of the moment it begins", factsOfOneMoment),
	}
}

// charged commits orders with every kind of adjustment and returns them.
func charged(t *try) []*order.Order {
	t.stock("a", 50)
	t.stock("b", 50)
	var orders []*order.Order
	for i := range 4 {
		o := t.placed(Line{SKU: "a", Units: 2}, Line{SKU: "b"})
		next, b := t.Change(o, func(o *order.Order) {
			for j, a := range []order.Adjustment{
				{Kind: order.Discount, Code: "SPRING", Amount: euros(-150), LineID: o.Lines[0].ID},
				{Kind: order.Tax, Code: "VAT", Amount: euros(77), Included: true, LineID: o.Lines[1].ID},
				{Kind: order.Fee, Code: "wrap", Amount: euros(200)},
				{Kind: order.Credit, Code: "return", Amount: euros(-900), TaxPart: euros(-150), LineID: o.Lines[0].ID, Quantity: quantity.Of(1)},
			} {
				a.ID, a.At = t.ID(), later(100-20*i+j)
				if a.TaxPart == (money.Money{}) {
					a.TaxPart = euros(0)
				}
				o.Adjustments = append(o.Adjustments, a)
			}
		})
		t.commit(b)
		orders = append(orders, next)
	}
	return orders
}

func factsOf(orders []*order.Order, p reporting.Period) []reporting.Fact {
	var facts []reporting.Fact
	for _, o := range orders {
		for _, f := range storage.Facts(o) {
			if p.Contains(f.At) {
				facts = append(facts, f)
			}
		}
	}
	return facts
}

// compareFacts gives facts an order in which those of one moment have a place too.
func compareFacts(a, b reporting.Fact) int {
	return cmp.Or(
		a.At.Compare(b.At), bytes.Compare(a.OrderID[:], b.OrderID[:]), strings.Compare(string(a.Kind), string(b.Kind)),
		strings.Compare(a.SKU, b.SKU), strings.Compare(a.Code, b.Code), strings.Compare(a.Amount.String(), b.Amount.String()),
	)
}

func factsOfOrders(t *try) { t.facts(reporting.Period{}, charged(t)...) }

// facts ends the case unless the period's facts are those of the orders. It returns
// them as they came.
func (t *try) facts(p reporting.Period, orders ...*order.Order) []reporting.Fact {
	came := all(t, "facts", t.store.Facts(t.ctx, p))
	got, want := slices.Clone(came), factsOf(orders, p)
	slices.SortFunc(got, compareFacts)
	slices.SortFunc(want, compareFacts)
	t.equal("facts", got, want)
	return came
}

func factsInPeriod(t *try) {
	orders := charged(t)
	for _, p := range []reporting.Period{
		{},
		{From: later(60)},
		{To: later(60)},
		{From: later(41), To: later(83)},
		{From: orders[1].PlacedAt, To: orders[2].PlacedAt},
		{From: later(500)},
	} {
		timely(t, "facts", t.facts(p, orders...), func(f reporting.Fact) time.Time { return f.At })
	}
}

// timely ends the case unless the list is in order of time.
func timely[T any](t *try, what string, list []T, at func(T) time.Time) {
	for i := 1; i < len(list); i++ {
		if at(list[i]).Before(at(list[i-1])) {
			t.fail("%s: one of %v comes behind one of %v", what, at(list[i]), at(list[i-1]))
		}
	}
}

// euros returns an amount of cents.
func euros(cents int64) money.Money { return must(money.Minor(cents, money.EUR)) }

// charge commits what is charged or credited to an order later.
func (t *try) charge(o *order.Order, at time.Time, kind order.AdjustmentKind, line uuid.UUID) *order.Order {
	next, b := t.Change(o, func(o *order.Order) {
		o.Adjustments = append(o.Adjustments, order.Adjustment{
			ID: t.ID(), Kind: kind, Code: t.Text("code"), LineID: line, Amount: euros(-120), TaxPart: euros(-20), At: at,
		})
	})
	t.commit(b)
	return next
}

func factsTogether(t *try) {
	t.stock("a", 50)
	now := t.Now
	var orders []*order.Order
	for range 3 {
		t.Now = now
		orders = append(orders, t.placed(Line{SKU: "a"}, Line{SKU: "a", Units: 2}))
	}
	for range 2 {
		for i, o := range orders {
			orders[i] = t.charge(o, now, order.Credit, uuid.UUID{})
		}
	}
	got := t.facts(reporting.Period{}, orders...)
	t.equal("how many moments of orders", len(slices.CompactFunc(got, func(a, b reporting.Fact) bool { return a.OrderID == b.OrderID })), len(orders))
}

func factsOfOtherTimes(t *try) {
	t.stock("a", 50)
	o, b := t.Place(Line{SKU: "a", Units: 3})
	d := b.Orders[0].Delta
	for i, at := range []time.Time{{}, later(900), later(-900), later(900), o.PlacedAt} {
		a := order.Adjustment{
			ID: t.ID(), Kind: order.Fee, Code: t.Text("fee"), Amount: euros(int64(100 + i)), TaxPart: euros(0), At: at,
		}
		if i%2 == 1 {
			a.Kind, a.LineID, a.TaxPart = order.Credit, o.Lines[0].ID, euros(-7)
		}
		d.Adjustments = append(d.Adjustments, a)
	}
	// No amount is not the same as a zero one.
	d.Adjustments = append(d.Adjustments, order.Adjustment{ID: t.ID(), Kind: order.Tax, Code: "\"O'\\\n", At: later(901)})
	o.Adjustments = d.Adjustments
	t.commit(b)
	empty, b := t.Place()
	b.Orders[0].Delta.Adjustments, empty.Adjustments = nil, nil
	t.commit(b)
	for _, p := range []reporting.Period{{}, {From: later(800)}, {To: later(-800)}, {From: later(-800), To: later(800)}} {
		got := t.facts(p, o, empty)
		timely(t, "facts", got, func(f reporting.Fact) time.Time { return f.At })
	}
}

func factsOfLines(t *try) {
	t.stock("a", 50)
	t.stock("b", 50)
	o := t.placed(Line{SKU: "a"}, Line{SKU: "b"})
	other := t.placed(Line{SKU: "b", Units: 3})
	added := other.Lines[0]
	added.ID, added.SKU = t.ID(), "c \"late\""
	for i, at := range []time.Time{later(100), o.PlacedAt, later(50)} {
		for _, kind := range []order.AdjustmentKind{order.Credit, order.Discount, order.Tax} {
			o = t.charge(o, at, kind, o.Lines[i].ID)
		}
		if i == 1 {
			next, b := t.Change(o, func(o *order.Order) { o.Lines = append(o.Lines, added) })
			t.commit(b)
			o = next
		}
	}
	next, b := t.Change(o, func(o *order.Order) {
		late := added
		late.ID, late.SKU, late.Position = t.ID(), "d", 9
		o.Lines = append(o.Lines, late)
		o.Adjustments = append(o.Adjustments, order.Adjustment{
			ID: t.ID(), Kind: order.Fee, LineID: late.ID, Amount: euros(5), TaxPart: euros(0),
		})
	})
	t.commit(b)
	t.facts(reporting.Period{}, next, other)
}

func factsFollow(t *try) {
	t.stock("a", 50)
	others := []*order.Order{t.placed(Line{SKU: "a"}), t.placed(Line{SKU: "a", Units: 4})}
	o := t.charge(t.placed(Line{SKU: "a", Units: 2}), later(70), order.Credit, uuid.UUID{})
	o = t.charge(o, later(80), order.Credit, o.Lines[0].ID)
	for _, change := range []func(o *order.Order){
		func(o *order.Order) { o.CustomerID = t.ID() },
		func(o *order.Order) { o.Channel = "phone" },
		func(o *order.Order) { o.Country = "FR" },
		func(o *order.Order) { o.Country = "" },
		func(o *order.Order) { o.PlacedAt = o.PlacedAt.Add(-time.Minute) },
		func(o *order.Order) {
			o.CustomerID = t.ID()
			o.Adjustments = append(o.Adjustments, order.Adjustment{
				ID: t.ID(), Kind: order.Credit, Amount: euros(-9), TaxPart: euros(0), At: later(80),
			})
		},
		func(o *order.Order) { o.CustomerID = uuid.UUID{} },
		func(o *order.Order) { o.Status = "checked" },
	} {
		next, b := t.Change(o, change)
		t.commit(b)
		o = next
		t.facts(reporting.Period{}, append(others, o)...)
		t.facts(reporting.Period{To: others[0].PlacedAt}, append(others, o)...)
	}
	o = t.charge(o, later(90), order.Credit, o.Lines[0].ID)
	t.facts(reporting.Period{}, append(others, o)...)
}

// factsOfOneMoment commits while walks go on.
func factsOfOneMoment(t *try) {
	t.commit(t.Receive("a", Main, 50), t.Receive("a", "side", 50))
	for range 2 {
		_, b := t.Pay(t.placed(Line{SKU: "a"}))
		t.commit(b)
	}
	while(t, "facts", t.store.Facts(t.ctx, reporting.Period{}))
	while(t, "order facts", t.store.OrderFacts(t.ctx, reporting.OrderScope{Paid: true, First: true}))
	while(t, "payment facts", t.store.PaymentFacts(t.ctx, reporting.Period{}))
	while(t, "stock facts", t.store.StockFacts(t.ctx))
}

// while ends the case unless a walk yields the same whatever is committed meanwhile.
func while[T any](t *try, what string, seq iter.Seq2[T, error]) {
	before := all(t, what, seq)
	var got []T
	for v, err := range seq {
		t.ok(what, err)
		if got = append(got, v); len(got) == 1 {
			o := t.placed(Line{SKU: "a", Location: "side"})
			_, b := t.Pay(o)
			t.commit(b)
			t.charge(o, later(60), order.Credit, uuid.UUID{})
		}
	}
	t.equal(what, got, before)
}
