package storagetest

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"iter"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/go-oms/oms/inventory"
	"github.com/go-oms/oms/money"
	"github.com/go-oms/oms/order"
	"github.com/go-oms/oms/payment"
	"github.com/go-oms/oms/reporting"
	"github.com/go-oms/oms/storage"
)

func queryCases() []Case {
	return []Case{named("query: every query is answered as from the aggregates themselves", queriesAnswered)}
}

// ledger is the reference reader of a report: rows made from whole aggregates.
type ledger struct {
	facts    []reporting.Fact
	orders   []reporting.OrderFact
	owing    map[uuid.UUID]bool
	payments []reporting.PaymentFact
	stock    []reporting.StockFact
}

// Facts yields the facts of the period.
func (l *ledger) Facts(_ context.Context, p reporting.Period) iter.Seq2[reporting.Fact, error] {
	return within(l.facts, func(f reporting.Fact) bool { return p.Contains(f.At) })
}

// OrderFacts yields the orders in the scope.
func (l *ledger) OrderFacts(_ context.Context, s reporting.OrderScope) iter.Seq2[reporting.OrderFact, error] {
	return within(l.orders, func(f reporting.OrderFact) bool { return s.Contains(f.At) && (!s.Owing || l.owing[f.ID]) })
}

// PaymentFacts yields the operations of the period.
func (l *ledger) PaymentFacts(_ context.Context, p reporting.Period) iter.Seq2[reporting.PaymentFact, error] {
	return within(l.payments, func(f reporting.PaymentFact) bool { return p.Contains(f.At) })
}

// StockFacts yields the levels.
func (l *ledger) StockFacts(context.Context) iter.Seq2[reporting.StockFact, error] {
	return within(l.stock, func(reporting.StockFact) bool { return true })
}

func within[F any](facts []F, keep func(F) bool) iter.Seq2[F, error] {
	return func(yield func(F, error) bool) {
		for _, f := range facts {
			if keep(f) && !yield(f, nil) {
				return
			}
		}
	}
}

// busy commits some days of a shop with customers, guests, two currencies, credits,
// payments and stock with costs, and returns the ledger of it.
func busy(t *try) *ledger {
	for i, sku := range []string{"a", "b"} {
		b := t.Receive(sku, Main, 50)
		b.Inventory.Moves[0].UnitCost = must(money.Minor(int64(300+i), money.EUR))
		t.commit(b)
	}
	t.stock("c", 9)
	customers := []uuid.UUID{t.ID(), t.ID(), {}}
	l := &ledger{owing: map[uuid.UUID]bool{}}
	var firsts storage.Firsts
	var orders []*order.Order
	for i := range 9 {
		t.Now = t.Now.Add(31 * time.Hour)
		line := Line{SKU: []string{"a", "b", "c"}[i%3], Units: int32(1 + i%2)}
		if i%4 == 3 {
			line.Price = must(money.Minor(1250, "USD"))
		}
		o, b := t.Place(line, Line{SKU: "a", Price: line.Price})
		o = rewrite(o, b, func(o *order.Order) {
			o.CustomerID, o.Channel = customers[i%len(customers)], []string{"web", "market"}[i%2]
			o.PaymentStatus = []order.PaymentStatus{order.PaymentPending, order.PaymentPaid, order.PaymentPartiallyPaid}[i%3]
		})
		t.commit(b)
		orders = append(orders, credited(t, o, i))
	}
	for _, o := range orders {
		firsts.Add(o)
	}
	for i, o := range orders {
		l.add(t, o, &firsts, paidFor(t, o, i))
	}
	l.count(t)
	slices.SortStableFunc(l.facts, func(a, b reporting.Fact) int {
		return cmp.Or(a.At.Compare(b.At), bytes.Compare(a.OrderID[:], b.OrderID[:]))
	})
	slices.SortStableFunc(l.payments, func(a, b reporting.PaymentFact) int { return a.At.Compare(b.At) })
	return l
}

// rewrite changes a new order in its batch.
func rewrite(o *order.Order, b *storage.Batch, change func(*order.Order)) *order.Order {
	next := o.Clone()
	change(next)
	d := order.Diff(nil, next)
	b.Orders[0].Delta, b.Events[0].Payload = d, d
	return next
}

// credited gives something back on some of the orders, the next day.
func credited(t *try, o *order.Order, i int) *order.Order {
	if i%3 == 2 {
		return o
	}
	next, b := t.Change(o, func(o *order.Order) {
		amount := must(money.Minor(-700, o.Currency))
		o.Adjustments = append(o.Adjustments, order.Adjustment{
			ID: t.ID(), Scope: order.OnLine, LineID: o.Lines[1].ID, Kind: order.Credit, Code: []string{reporting.CodeReturn, reporting.CodeCanceled}[i%2],
			Amount: amount, TaxPart: must(money.Minor(-117, o.Currency)), Quantity: o.Lines[1].Quantity, At: o.PlacedAt.Add(25 * time.Hour),
		})
		o.Lines[1].Credited, o.Totals.Credited = amount.Neg(), amount.Neg()
	})
	t.commit(b)
	return next
}

// paidFor commits a tender and returns it.
func paidFor(t *try, o *order.Order, i int) *payment.Tender {
	tender, b := t.Pay(o)
	t.commit(b)
	tender, b = t.ChangeTender(tender, func(x *payment.Tender) {
		x.Ops[0].State, x.Ops[0].Settled = payment.Succeeded, must(money.Minor(int64(300*i), o.Currency))
		x.Totals.Captured = x.Ops[0].Settled
	})
	t.commit(b)
	return tender
}

// add takes an order with its tender into the ledger.
func (l *ledger) add(t *try, o *order.Order, firsts *storage.Firsts, tender *payment.Tender) {
	l.facts = append(l.facts, storage.Facts(o)...)
	l.payments = append(l.payments, storage.PaymentFacts(tender)...)
	f := storage.OrderFact(o)
	f.First = firsts.Has(o)
	var err error
	f.Paid, err = storage.Paid(o.Currency, []*payment.Tender{tender})
	t.ok("paid", err)
	l.orders = append(l.orders, f)
	l.owing[o.ID] = storage.MayOwe(o.PaymentStatus)
}

// count takes the stock into the ledger.
func (l *ledger) count(t *try) {
	for _, sku := range []string{"a", "b", "c"} {
		var costs inventory.Costs
		for _, m := range all(t, "moves", t.store.Moves(t.ctx, inventory.MoveFilter{SKU: sku})) {
			t.ok("costs", costs.Add(&m))
		}
		level := t.level(sku)
		l.stock = append(l.stock, storage.StockFact(&level, "Item "+sku, costs.Mean()))
	}
}

// questions are queries of every measure, each dimension, some filters, periods and
// zones.
func questions() []reporting.Query {
	var list []reporting.Query
	for _, source := range reporting.Sources() {
		q := reporting.Query{From: source, Zone: "Europe/Berlin", AsOf: later(40 * 24 * 60)}
		for _, m := range source.Measures() {
			q.Measures = append(q.Measures, m.Name)
		}
		list = append(list, q)
		for _, d := range source.Dimensions() {
			q.By = []reporting.Dimension{d.Name}
			list = append(list, q)
		}
		q.Zone, q.Where = "Asia/Kathmandu", map[reporting.Dimension][]string{reporting.ByCurrency: {"USD", "EUR"}}
		q.Period = reporting.Period{From: Start.Add(60 * time.Hour), To: Start.Add(200 * time.Hour)}
		list = append(list, q)
	}
	for _, r := range reporting.Reports() {
		r.Query.Zone, r.Query.AsOf = "UTC", later(60*24*60)
		list = append(list, r.Query)
	}
	return list
}

func queriesAnswered(t *try) {
	books := busy(t)
	for _, q := range questions() {
		what := fmt.Sprintf("%s by %v from %v", q.From, q.By, q.Period.From)
		want, err := reporting.Run(t.ctx, books, q)
		t.ok("the reference's "+what, err)
		got, err := reporting.Run(t.ctx, t.store, q)
		t.ok(what, err)
		t.equal(what, linesOf(got), linesOf(want))
	}
}

// linesOf writes a table as text, a line a row.
func linesOf(table *reporting.Table) []string {
	var lines []string
	for _, rows := range [][]reporting.Row{table.Rows, table.Totals} {
		for _, r := range rows {
			line := strings.Join(r.Keys, "|") + " " + string(r.Currency)
			for _, v := range r.Values {
				line += " " + v.String()
			}
			lines = append(lines, line)
		}
	}
	return lines
}
