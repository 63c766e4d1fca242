package reporting_test

import (
	"errors"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"

	"github.com/go-oms/oms/money"
	"github.com/go-oms/oms/reporting"
)

// The naive reckoning: each measure of sales straight from its definition, by
// walking all facts of a group once per measure, in decimals.

type naive struct{ facts []reporting.Fact }

func (n naive) money(kinds ...reporting.FactKind) decimal.Decimal {
	sum := decimal.Zero
	for _, f := range n.facts {
		if kept := f.Kind == reporting.Fee && f.Code == "store_credit"; slices.Contains(kinds, f.Kind) && !kept {
			sum = sum.Add(f.Amount.Decimal())
		}
	}
	return sum
}

func (n naive) credits(canceled bool) decimal.Decimal {
	sum := decimal.Zero
	for _, f := range n.facts {
		if f.Kind == reporting.Credit && (f.Code == "canceled") == canceled {
			sum = sum.Add(f.Amount.Decimal())
		}
	}
	return sum
}

func (n naive) units(kind reporting.FactKind, code string) decimal.Decimal {
	sum := decimal.Zero
	for _, f := range n.facts {
		if f.Kind == kind && f.Code == code {
			sum = sum.Add(f.Quantity.Decimal())
		}
	}
	return sum
}

func (n naive) orders() decimal.Decimal {
	seen := map[uuid.UUID]bool{}
	for _, f := range n.facts {
		if f.Kind == reporting.Goods {
			seen[f.OrderID] = true
		}
	}
	return decimal.NewFromInt(int64(len(seen)))
}

// measure answers "" for nothing.
func (n naive) measure(m reporting.Measure) string {
	charged := []reporting.FactKind{reporting.Goods, reporting.Discount, reporting.Shipping, reporting.Fee, reporting.Tax}
	amount := func(d decimal.Decimal) string { return d.StringFixed(2) }
	switch m {
	case reporting.OrderCount:
		return n.orders().String()
	case reporting.Units:
		return n.units(reporting.Goods, "").String()
	case reporting.Returned:
		return n.units(reporting.Credit, "return").String()
	case reporting.ReturnRate:
		if sold := n.units(reporting.Goods, ""); !sold.IsZero() {
			return n.units(reporting.Credit, "return").DivRound(sold, 6).StringFixed(6)
		}
		return ""
	case reporting.Gross:
		return amount(n.money(reporting.Goods))
	case reporting.Discounted:
		return amount(n.money(reporting.Discount))
	case reporting.ShippingCharged:
		return amount(n.money(reporting.Shipping))
	case reporting.Fees:
		return amount(n.money(reporting.Fee))
	case reporting.Taxed:
		return amount(n.money(reporting.Tax, reporting.TaxPart))
	case reporting.Total:
		return amount(n.money(charged...))
	case reporting.Canceled:
		return amount(n.credits(true))
	case reporting.Refunded:
		return amount(n.credits(false))
	case reporting.Due:
		return amount(n.money(append(charged, reporting.Credit)...))
	case reporting.Net:
		return amount(n.money(append(charged, reporting.Credit)...).Sub(n.money(reporting.Tax, reporting.TaxPart)))
	case reporting.AverageOrderValue:
		if orders := n.orders(); !orders.IsZero() {
			exact := n.money(charged...).DivRound(orders, 40)
			return exact.RoundBank(2).StringFixed(2)
		}
		return ""
	default:
		return "no such measure"
	}
}

// label names the piece of time of a moment with nothing of the package.
func label(d reporting.Dimension, t time.Time, zone string) string {
	loc, err := time.LoadLocation(zone)
	if err != nil {
		panic(err)
	}
	t = t.In(loc)
	switch d {
	case reporting.ByDay:
		return t.Format("2006-01-02")
	case reporting.ByWeek:
		year, week := t.ISOWeek()
		return decimal.NewFromInt(int64(year)).String() + "-W" + string(rune('0'+week/10)) + string(rune('0'+week%10))
	case reporting.ByMonth:
		return t.Format("2006-01")
	case reporting.ByQuarter:
		return t.Format("2006") + "-Q" + string(rune('1'+(t.Month()-1)/3))
	default:
		return t.Format("2006")
	}
}

func key(d reporting.Dimension, f reporting.Fact, zone string) string {
	switch d {
	case reporting.ByChannel:
		return f.Channel
	case reporting.ByCountry:
		return f.Country
	case reporting.BySKU:
		return f.SKU
	case reporting.ByCode:
		return f.Code
	case reporting.ByCurrency:
		return string(f.Amount.Currency())
	case reporting.ByCustomer:
		if f.CustomerID == uuid.Nil {
			return ""
		}
		return f.CustomerID.String()
	default:
		return label(d, f.At, zone)
	}
}

// sold makes the facts of some orders up.
func sold(dice *rand.Rand, orders int) []reporting.Fact {
	pick := func(of ...string) string { return of[dice.IntN(len(of))] }
	start := at("2024-12-20T00:00:00Z")
	var facts []reporting.Fact
	for i := range orders {
		f := reporting.Fact{
			OrderID: id(byte(i)), At: start.Add(time.Duration(dice.Int64N(int64(100 * 24 * time.Hour)))).Truncate(time.Minute),
			Channel: pick("", "web", "market"), Country: pick("DE", "AT", ""), CustomerID: id(byte(dice.IntN(4))),
		}
		currency := money.Currency(pick("EUR", "EUR", "USD"))
		amount := func(low, high int64) money.Money { return in(low+dice.Int64N(high-low), currency) }
		for range dice.IntN(4) {
			g := f
			g.Kind, g.SKU, g.Quantity, g.Amount = reporting.Goods, pick("A", "B", "C"), pieces(1+dice.Int32N(3)), amount(0, 5000)
			facts = append(facts, g)
			g.Kind, g.Code, g.Amount, g.Quantity = reporting.FactKind(pick("tax", "tax_part", "discount")), pick("VAT", "SPRING"), amount(-300, 300), pieces(0)
			facts = append(facts, g)
		}
		for range dice.IntN(3) {
			g := f
			g.Kind, g.Code, g.Amount = reporting.FactKind(pick("shipping", "fee", "discount")), pick("standard", "wrap", "store_credit"), amount(-500, 900)
			facts = append(facts, g)
		}
		for range dice.IntN(3) {
			g := f
			g.At = g.At.Add(time.Duration(dice.Int64N(int64(30 * 24 * time.Hour))))
			g.Kind, g.Code, g.SKU = reporting.Credit, pick("canceled", "return", "goodwill"), pick("A", "B", "")
			g.Amount, g.Quantity = amount(-3000, 0), pieces(dice.Int32N(2))
			facts = append(facts, g)
			g.Kind, g.Amount = reporting.TaxPart, amount(-300, 0)
			facts = append(facts, g)
		}
	}
	slices.SortStableFunc(facts, func(a, b reporting.Fact) int { return a.At.Compare(b.At) })
	return facts
}

func TestRunAgreesWithANaiveReckoning(t *testing.T) {
	for seed := range uint64(60) {
		dice := rand.New(rand.NewPCG(seed, 1))
		facts := sold(dice, 40)
		q := reporting.Query{From: reporting.Sales, Zone: []string{"UTC", "Europe/Berlin", "Asia/Kathmandu", "America/St_Johns"}[dice.IntN(4)]}
		for _, m := range reporting.Sales.Measures() {
			q.Measures = append(q.Measures, m.Name)
		}
		dims := reporting.Sales.Dimensions()
		dice.Shuffle(len(dims), func(i, j int) { dims[i], dims[j] = dims[j], dims[i] })
		timed := false
		for _, d := range dims[:dice.IntN(4)] {
			isTime := label(d.Name, facts[0].At, "UTC") != label(reporting.ByYear, facts[0].At, "UTC") || d.Name == reporting.ByYear
			if !isTime || !timed {
				q.By = append(q.By, d.Name)
			}
			timed = timed || isTime
		}
		if dice.IntN(2) == 0 {
			q.Period = reporting.Period{From: at("2025-01-03T10:20:00Z"), To: at("2025-02-20T00:00:00Z")}
		}
		if dice.IntN(3) == 0 {
			q.Where = map[reporting.Dimension][]string{reporting.ByChannel: {"web", ""}, reporting.ByCurrency: {"EUR"}}
		}
		requireNaive(t, facts, q)
	}
}

// requireNaive compares the engine's answer with the naive one.
func requireNaive(t *testing.T, facts []reporting.Fact, q reporting.Query) {
	t.Helper()
	groups, totals := map[string]naive{}, map[string]naive{}
	for _, f := range facts {
		kept := q.Period.Contains(f.At)
		for d, have := range q.Where {
			kept = kept && slices.Contains(have, key(d, f, q.Zone))
		}
		if !kept {
			continue
		}
		currency := string(f.Amount.Currency())
		name := currency
		for _, d := range q.By {
			name += "|" + key(d, f, q.Zone)
		}
		groups[name] = naive{append(groups[name].facts, f)}
		totals[currency] = naive{append(totals[currency].facts, f)}
	}
	table, err := reporting.Run(t.Context(), &ledger{facts: facts}, q)
	require.NoError(t, err)
	compare := func(rows []reporting.Row, want map[string]naive, keyed bool) {
		seen := 0
		for _, row := range rows {
			name := string(row.Currency)
			if keyed {
				name = strings.Join(append([]string{name}, row.Keys...), "|")
			}
			if _, known := want[name]; known {
				seen++
			} // else a piece of time without facts
			for i, m := range q.Measures {
				require.Equal(t, want[name].measure(m), row.Values[i].String(), "%s of %q by %v", m, name, q.By)
			}
		}
		require.Equal(t, len(want), seen)
	}
	compare(table.Rows, groups, true)
	compare(table.Totals, totals, false)
}

func TestEveryMeasureAnswersInItsKind(t *testing.T) {
	books := &ledger{
		facts: []reporting.Fact{{Kind: reporting.Goods, OrderID: id(1), SKU: "A", At: at("2025-01-02T00:00:00Z"), Quantity: pieces(2), Amount: eur(300)}},
		orders: []reporting.OrderFact{{
			ID: id(1), At: at("2025-01-02T00:00:00Z"), Goods: true, First: true, CustomerID: id(9), Total: eur(500), Credited: eur(100), Paid: eur(30),
		}},
		payments: []reporting.PaymentFact{{At: at("2025-01-02T00:00:00Z"), Kind: "sale", Amount: eur(7), Settled: eur(6)}},
		stock: []reporting.StockFact{{
			SKU: "A", OnHand: pieces(9), Unavailable: pieces(1), Allocated: pieces(3), Reserved: pieces(5), Backordered: pieces(4), Available: pieces(8), UnitCost: eur(11),
		}},
	}
	want := map[reporting.Source]string{
		reporting.Sales:    "1 2 3.00 0.00 0.00 0.00 0.00 3.00 0.00 0.00 3.00 3.00 3.00 0 0.000000",
		reporting.Orders:   "1 5.00 1.00 4.00 3.70 0.00 1 1 1 0 0",
		reporting.Payments: "1 0.07 0.06 0.00 0.06 0.00",
		reporting.Stock:    "9 1 3 5 8 4 0.99 2",
	}
	for _, source := range reporting.Sources() {
		q := reporting.Query{From: source, Zone: "UTC"}
		for _, m := range source.Measures() {
			q.Measures = append(q.Measures, m.Name)
			require.NotEmpty(t, m.Definition)
			require.NotEmpty(t, m.Title)
		}
		table, err := reporting.Run(t.Context(), books, q)
		require.NoError(t, err)
		require.Len(t, table.Rows, 1)
		var texts []string
		for i, v := range table.Rows[0].Values {
			require.Equal(t, table.Columns[i].Kind, v.Kind(), "%s of %s", table.Columns[i].Name, source)
			texts = append(texts, v.String())
		}
		require.Equal(t, want[source], strings.Join(texts, " "), source)
		for _, d := range source.Dimensions() {
			require.NotEmpty(t, d.Definition, d.Name)
			q.By, q.AsOf = []reporting.Dimension{d.Name}, at("2025-02-02T00:00:00Z")
			_, err := reporting.Run(t.Context(), books, q)
			require.NoError(t, err)
		}
	}
}

func TestAnOrderCountsOnceInATotal(t *testing.T) {
	var facts []reporting.Fact
	for _, sku := range []string{"A", "B", "A"} {
		facts = append(facts, reporting.Fact{Kind: reporting.Goods, OrderID: id(1), SKU: sku, At: at("2025-01-02T00:00:00Z"), Quantity: pieces(1), Amount: eur(100)})
	}
	q := reporting.Query{From: reporting.Sales, Measures: []reporting.Measure{reporting.OrderCount}, By: []reporting.Dimension{reporting.BySKU}, Zone: "UTC"}
	table, err := reporting.Run(t.Context(), &ledger{facts: facts}, q)
	require.NoError(t, err)
	require.Equal(t, []string{"1", "1"}, column(table.Rows, 0))
	require.Equal(t, []string{"1"}, column(table.Totals, 0))
}

func TestCustomersAreNewOnce(t *testing.T) {
	orders := []reporting.OrderFact{
		{ID: id(1), At: at("2025-01-05T00:00:00Z"), CustomerID: id(7), Goods: true, First: true},
		{ID: id(2), At: at("2025-01-06T00:00:00Z"), CustomerID: id(7), Goods: true},
		{ID: id(3), At: at("2025-01-07T00:00:00Z"), Goods: true},
		{ID: id(4), At: at("2025-01-08T00:00:00Z"), CustomerID: id(8)}, // a booking without goods
		{ID: id(5), At: at("2025-02-05T00:00:00Z"), CustomerID: id(7), Goods: true},
		{ID: id(6), At: at("2025-02-06T00:00:00Z"), CustomerID: id(8), Goods: true, First: true},
	}
	r, ok := reporting.Named("customers")
	require.True(t, ok)
	r.Query.Zone = "UTC"
	books := &ledger{orders: orders}
	table, err := reporting.Run(t.Context(), books, r.Query)
	require.NoError(t, err)
	require.True(t, books.scope.First)
	require.False(t, books.scope.Owing)
	require.Equal(t, [][]string{{"2025-01", "3", "1", "1", "0", "1"}, {"2025-02", "2", "2", "1", "1", "0"}}, texts(table.Rows))
	require.Equal(t, [][]string{{"5", "2", "2", "0", "1"}}, texts(table.Totals))
}

func TestReceivablesAreWhatIsStillToBePaid(t *testing.T) {
	order := func(n byte, placed string, total, credited, paid int64) reporting.OrderFact {
		return reporting.OrderFact{ID: id(n), At: at(placed), Goods: true, Total: eur(total), Credited: eur(credited), Paid: eur(paid)}
	}
	books := &ledger{orders: []reporting.OrderFact{
		order(1, "2025-01-01T00:00:00Z", 1000, 0, 0),
		order(2, "2025-03-01T00:00:00Z", 1000, 300, 700), // settled
		order(3, "2025-03-02T00:00:00Z", 1000, 300, 100),
		order(4, "2025-03-31T00:00:00Z", 500, 0, 900), // paid too much: owes nothing
		order(5, "2025-03-31T12:00:00Z", 500, 0, 499),
	}}
	r, _ := reporting.Named("receivables")
	r.Query.Zone, r.Query.AsOf = "UTC", at("2025-04-02T00:00:00Z")
	table, err := reporting.Run(t.Context(), books, r.Query)
	require.NoError(t, err)
	require.True(t, books.scope.Owing && books.scope.Paid)
	require.Equal(t, [][]string{{"0-30", "1", "0.01"}, {"31-60", "1", "6.00"}, {"91+", "1", "10.00"}}, texts(table.Rows))
	require.Equal(t, [][]string{{"3", "16.01"}}, texts(table.Totals))

	r.Query.Measures, r.Query.Positive = []reporting.Measure{reporting.OwingCount}, ""
	table, err = reporting.Run(t.Context(), books, r.Query)
	require.NoError(t, err)
	require.Equal(t, [][]string{{"3"}}, texts(table.Totals), "without amounts beside it too")

	r.Query.Measures, r.Query.By = []reporting.Measure{reporting.Due, reporting.Outstanding, reporting.Overpaid}, nil
	table, err = reporting.Run(t.Context(), books, r.Query)
	require.NoError(t, err)
	require.True(t, books.scope.Paid && !books.scope.Owing, "orders that were paid too much owe nothing")
	require.Equal(t, [][]string{{"34.00", "16.01", "4.00"}}, texts(table.Totals), "due − outstanding + overpaid is what was paid: 21.99")
}

func TestPaymentsAreHeldTakenAndGivenBack(t *testing.T) {
	op := func(kind string, settled int64) reporting.PaymentFact {
		return reporting.PaymentFact{At: at("2025-01-02T00:00:00Z"), Gateway: "card", Kind: kind, State: "succeeded", Amount: eur(1000), Settled: eur(settled)}
	}
	books := &ledger{payments: []reporting.PaymentFact{
		op("authorize", 900), op("capture", 500), op("sale", 70), op("refund", 30), op("payout", 4), op("void", 400),
	}}
	q := reporting.Query{From: reporting.Payments, Zone: "UTC", Measures: []reporting.Measure{
		reporting.OperationCount, reporting.Held, reporting.Taken, reporting.GivenBack, reporting.Settled,
	}}
	table, err := reporting.Run(t.Context(), books, q)
	require.NoError(t, err)
	require.Equal(t, [][]string{{"6", "9.00", "5.70", "0.34", "19.04"}}, texts(table.Rows))
}

func TestStatesOfOrders(t *testing.T) {
	now := at("2025-04-02T00:00:00Z")
	due, ahead := now.Add(-time.Minute), now.Add(time.Minute)
	books := &ledger{orders: []reporting.OrderFact{
		{ID: id(1), Goods: true, FulfillmentStatus: "canceled", ClosedAt: now, PromisedAt: due},
		{ID: id(2), Goods: true, FulfillmentStatus: "delivered", ClosedAt: now, PromisedAt: due},
		{ID: id(3), Goods: true, FulfillmentStatus: "unfulfilled", PromisedAt: due},
		{ID: id(4), Goods: true, FulfillmentStatus: "unfulfilled", PromisedAt: ahead},
		{ID: id(5), Goods: true, FulfillmentStatus: "delivered", PromisedAt: due},
		{ID: id(6), Goods: true, FulfillmentStatus: "unfulfilled"},
		{ID: id(7), Goods: true, FulfillmentStatus: "unfulfilled", PromisedAt: now},
	}}
	q := reporting.Query{From: reporting.Orders, Measures: []reporting.Measure{reporting.OrderCount}, By: []reporting.Dimension{reporting.ByState}, Zone: "UTC", AsOf: now}
	table, err := reporting.Run(t.Context(), books, q)
	require.NoError(t, err)
	require.Equal(t, [][]string{{"canceled", "1"}, {"completed", "1"}, {"late", "1"}, {"open", "4"}}, texts(table.Rows))
}

func TestAnOrderIsInJeopardyWhileItIsNotSent(t *testing.T) {
	now := at("2025-04-02T00:00:00Z")
	soon, later := now.Add(48*time.Hour), now.Add(48*time.Hour+time.Second)
	books := &ledger{orders: []reporting.OrderFact{
		{ID: id(1), Goods: true, FulfillmentStatus: "unfulfilled", PromisedAt: soon},
		{ID: id(2), Goods: true, FulfillmentStatus: "backordered", PromisedAt: soon},
		{ID: id(3), Goods: true, FulfillmentStatus: "partially_fulfilled", PromisedAt: now},
		{ID: id(4), Goods: true, FulfillmentStatus: "unfulfilled", PromisedAt: now.Add(-time.Second)}, // late
		{ID: id(5), Goods: true, FulfillmentStatus: "unfulfilled", PromisedAt: later},
		{ID: id(6), Goods: true, FulfillmentStatus: "fulfilled", PromisedAt: soon},
		{ID: id(7), Goods: true, FulfillmentStatus: "partially_delivered", PromisedAt: soon},
		{ID: id(8), Goods: true, FulfillmentStatus: "delivered", PromisedAt: soon},
		{ID: id(9), Goods: true, FulfillmentStatus: "unfulfilled"},
		{ID: id(10), Goods: true, FulfillmentStatus: "canceled", PromisedAt: soon, ClosedAt: now},
		{ID: id(11), Goods: true, FulfillmentStatus: "unfulfilled", PromisedAt: soon, ClosedAt: now},
	}}
	r, ok := reporting.Named("jeopardy")
	require.True(t, ok)
	r.Query.Zone, r.Query.AsOf, r.Query.Lead = "UTC", now, 48*time.Hour
	r.Query.Measures = []reporting.Measure{reporting.OrderCount}
	table, err := reporting.Run(t.Context(), books, r.Query)
	require.NoError(t, err)
	require.Equal(t, [][]string{
		{"jeopardy", "backordered", "1"}, {"jeopardy", "partially_fulfilled", "1"}, {"jeopardy", "unfulfilled", "1"}, {"late", "unfulfilled", "1"},
	}, texts(table.Rows))
}

func TestStockIsWorthItsCostAndSalesCountOnce(t *testing.T) {
	books := &ledger{
		stock: []reporting.StockFact{
			{SKU: "A", Location: "north", OnHand: pieces(3), UnitCost: money.MustParse("1.335 EUR")},
			{SKU: "A", Location: "south", OnHand: pieces(1), UnitCost: money.MustParse("1.335 EUR")},
			{SKU: "B", Location: "north", OnHand: pieces(5)},
			{SKU: "C", Location: "north", UnitCost: money.MustParse("2 EUR")},
		},
		facts: []reporting.Fact{
			{Kind: reporting.Goods, SKU: "A", At: at("2025-01-02T00:00:00Z"), Quantity: pieces(7)},
			{Kind: reporting.Credit, SKU: "A", At: at("2025-01-02T00:00:00Z"), Quantity: pieces(2)},
			{Kind: reporting.Goods, SKU: "A", At: at("2025-02-02T00:00:00Z"), Quantity: pieces(100)},
		},
	}
	r, _ := reporting.Named("slow-skus")
	r.Query.Zone, r.Query.Period.To = "UTC", at("2025-02-01T00:00:00Z")
	table, err := reporting.Run(t.Context(), books, r.Query)
	require.NoError(t, err)
	require.Equal(t, [][]string{{"B", "0", "5", "0", ""}, {"A", "7", "4", "0", "5.35"}}, texts(table.Rows), "4.005 and 1.335, each rounded half up")
	require.Equal(t, [][]string{{"0", "5", "0", ""}, {"7", "4", "0", "5.35"}}, texts(table.Totals))

	q := reporting.Query{From: reporting.Stock, Measures: []reporting.Measure{reporting.Sold}, By: []reporting.Dimension{reporting.ByLocation}, Zone: "UTC"}
	table, err = reporting.Run(t.Context(), books, q)
	require.NoError(t, err)
	require.Equal(t, [][]string{{"north", "107"}, {"south", "107"}}, texts(table.Rows))
	require.Equal(t, [][]string{{"107"}}, texts(table.Totals))
}

func TestRowsAreSortedLimitedAndFilled(t *testing.T) {
	goods := func(sku string, minor int64, c money.Currency, when string) reporting.Fact {
		return reporting.Fact{Kind: reporting.Goods, OrderID: id(1), SKU: sku, At: at(when), Quantity: pieces(1), Amount: in(minor, c)}
	}
	books := &ledger{facts: []reporting.Fact{
		goods("A", 100, "EUR", "2025-01-30T00:00:00Z"), goods("B", 300, "EUR", "2025-01-30T00:00:00Z"), goods("C", 300, "EUR", "2025-01-31T23:30:00Z"),
		goods("D", -50, "EUR", "2025-02-03T00:00:00Z"), goods("E", 5, "USD", "2025-02-03T00:00:00Z"),
	}}
	q := reporting.Query{
		From: reporting.Sales, Measures: []reporting.Measure{reporting.Gross}, By: []reporting.Dimension{reporting.BySKU}, Zone: "Europe/Berlin",
		Sort: reporting.Gross, Limit: 2,
	}
	table, err := reporting.Run(t.Context(), books, q)
	require.NoError(t, err)
	require.Equal(t, [][]string{{"B", "3.00"}, {"C", "3.00"}, {"E", "0.05"}}, texts(table.Rows), "equal ones by key, and so many of each currency")
	require.Equal(t, 2, table.Omitted)
	require.Equal(t, [][]string{{"6.50"}, {"0.05"}}, texts(table.Totals), "what was left out is in the totals")

	q.Ascending, q.Limit, q.Positive = true, 0, reporting.Gross
	table, err = reporting.Run(t.Context(), books, q)
	require.NoError(t, err)
	require.Equal(t, [][]string{{"A", "1.00"}, {"B", "3.00"}, {"C", "3.00"}, {"E", "0.05"}}, texts(table.Rows))

	q = reporting.Query{From: reporting.Sales, Measures: q.Measures, By: []reporting.Dimension{reporting.ByDay}, Zone: "Europe/Berlin"}
	q.Where = map[reporting.Dimension][]string{reporting.ByCurrency: {"EUR"}}
	table, err = reporting.Run(t.Context(), books, q)
	require.NoError(t, err)
	require.Equal(t, [][]string{
		{"2025-01-30", "4.00"}, {"2025-01-31", "0.00"}, {"2025-02-01", "3.00"}, {"2025-02-02", "0.00"}, {"2025-02-03", "-0.50"},
	}, texts(table.Rows), "days without sales are there, from the first fact to the last")

	q.Period = reporting.Period{From: at("2025-01-28T23:00:00Z"), To: at("2025-02-05T23:00:00Z")}
	table, err = reporting.Run(t.Context(), books, q)
	require.NoError(t, err)
	require.Equal(t, "2025-01-29", table.Rows[0].Keys[0])
	require.Equal(t, "2025-02-05", table.Rows[len(table.Rows)-1].Keys[0])
	require.Len(t, table.Rows, 8)

	q.AsOf = at("2025-02-04T12:00:00Z")
	table, err = reporting.Run(t.Context(), books, q)
	require.NoError(t, err)
	require.Equal(t, "2025-02-04", table.Rows[len(table.Rows)-1].Keys[0], "the future has no rows")
}

func TestTheErrorOfAReaderIsTheAnswer(t *testing.T) {
	broken := errors.New("the disk is gone")
	for _, source := range reporting.Sources() {
		q := reporting.Query{From: source, Measures: []reporting.Measure{source.Measures()[0].Name}, Zone: "UTC"}
		table, err := reporting.Run(t.Context(), &ledger{err: broken}, q)
		require.ErrorIs(t, err, broken)
		require.Nil(t, table)
	}
}

func TestSumsThatNoAmountHoldsAreAnError(t *testing.T) {
	most := money.MustParse("92233720368547758.07 EUR")
	facts := []reporting.Fact{{Kind: reporting.Goods, OrderID: id(1), Amount: most}, {Kind: reporting.Goods, OrderID: id(2), Amount: most}}
	q := reporting.Query{From: reporting.Sales, Measures: []reporting.Measure{reporting.Gross}, Zone: "UTC"}
	_, err := reporting.Run(t.Context(), &ledger{facts: facts}, q)
	var overflow *money.OverflowError
	require.ErrorAs(t, err, &overflow)
}

// texts are the rows' keys and figures.
func texts(rows []reporting.Row) [][]string {
	var all [][]string
	for _, r := range rows {
		row := slices.Clone(r.Keys)
		for _, v := range r.Values {
			row = append(row, v.String())
		}
		all = append(all, row)
	}
	return all
}

func column(rows []reporting.Row, i int) []string {
	var all []string
	for _, r := range rows {
		all = append(all, r.Values[i].String())
	}
	return all
}
