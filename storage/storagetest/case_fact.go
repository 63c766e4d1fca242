package storagetest

import (
	"bytes"
	"cmp"
	"slices"
	"strings"
	"time"

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
	}
}

// charged commits orders with every kind of adjustment and returns them.
func charged(t *try) []*order.Order {
	t.stock("a", 50)
	t.stock("b", 50)
	var orders []*order.Order
	for i := range 4 {
		o := t.placed(Line{SKU: "a", Units: 2}, Line{SKU: "b"})
		euros := func(units int64) money.Money { return must(money.Minor(units, money.EUR)) }
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
			if !f.At.Before(p.From) && (p.To.IsZero() || f.At.Before(p.To)) {
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

func factsOfOrders(t *try) {
	orders := charged(t)
	got := all(t, "facts", t.store.Facts(t.ctx, reporting.Period{}))
	want := factsOf(orders, reporting.Period{})
	slices.SortFunc(got, compareFacts)
	slices.SortFunc(want, compareFacts)
	t.equal("facts", got, want)
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
		got := all(t, "facts", t.store.Facts(t.ctx, p))
		var last time.Time
		for _, f := range got {
			if f.At.Before(last) {
				t.fail("a fact of %v comes behind one of %v", f.At, last)
			}
			last = f.At
		}
		want := factsOf(orders, p)
		slices.SortFunc(got, compareFacts)
		slices.SortFunc(want, compareFacts)
		t.equal("facts", got, want)
	}
}
