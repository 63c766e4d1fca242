package demo

import (
	"slices"

	"github.com/go-oms/oms/reporting"
	"github.com/go-oms/oms/reporting/render"
)

// month is about as long, in days.
const month = 31

var (
	byDay      = []reporting.Dimension{reporting.ByDay}
	byQuarter  = []reporting.Dimension{reporting.ByQuarter}
	soldPerDay = []reporting.Measure{reporting.OrderCount, reporting.Units, reporting.Total, reporting.Refunded, reporting.Due}
)

// screen is what fits on two screens.
func screen() []asked {
	return []asked{
		{report: "sales", title: "The last seven days", period: lastDays(7), by: byDay, measures: soldPerDay},
		{
			report: "sales", title: "The last months", period: daysBack(92, 0),
			measures: []reporting.Measure{
				reporting.OrderCount, reporting.Gross, reporting.Discounted, reporting.Total, reporting.Canceled, reporting.Refunded, reporting.Net,
				reporting.AverageOrderValue,
			},
		},
		{report: "orders", title: "Orders of the last month by status", period: lastDays(month), measures: []reporting.Measure{reporting.OrderCount, reporting.Due}},
		openOrders(reporting.ByStatus, reporting.ByPaymentStatus),
		{report: "late-orders"},
		{report: "receivables"},
		payments("Payments of the last seven days", lastDays(7)),
		{report: "top-skus", title: "Best sellers of the last month", period: lastDays(month), limit: 5},
		{report: "slow-skus", title: "Slow sellers of the last month", period: lastDays(month), limit: 4},
		{report: "stock", title: "What runs out", limit: 5, measures: shelves, edit: leastFirst},
		{report: "customers", title: "New and returning customers", period: daysBack(92, 0)},
		{report: "returns", period: daysBack(92, 0)},
	}
}

// paper is what stands on the page. Small tables stand there in pairs.
func paper(year reporting.Period) []asked {
	return []asked{
		{report: "sales", title: "The last two weeks", period: lastDays(14), by: byDay, measures: soldPerDay, chart: reporting.Total},
		openOrders(reporting.ByStatus, reporting.ByPaymentStatus),
		{report: "late-orders"},
		{report: "receivables"},
		payments("Payments of the last month", lastDays(month)),
		{
			report: "sales", title: "The year, month by month", period: year,
			measures: []reporting.Measure{
				reporting.OrderCount, reporting.Units, reporting.Gross, reporting.Discounted, reporting.Total, reporting.Canceled, reporting.Refunded,
				reporting.Taxed, reporting.Net,
			},
		},
		{report: "top-skus", title: "Best sellers of the year", period: year},
		{
			report: "slow-skus", title: "Slow sellers of the last month", period: lastDays(month),
			measures: []reporting.Measure{reporting.Sold, reporting.OnHand, reporting.StockValue},
		},
		{
			report: "stock", title: "What runs out", definition: "The ten items of which the least may be promised now.", limit: 10, plain: true,
			measures: []reporting.Measure{reporting.OnHand, reporting.Available, reporting.Backordered}, edit: leastFirst,
		},
		{report: "stock", measures: slices.Concat(shelves, []reporting.Measure{reporting.StockValue}), edit: mostWorth},
		{report: "orders", title: "Orders of the year by status", period: year, plain: true, measures: []reporting.Measure{reporting.OrderCount, reporting.Due}},
		{report: "canceled-orders", title: "Canceled orders of the year", period: year, plain: true},
		{report: "customers", period: year, by: byQuarter, measures: []reporting.Measure{reporting.CustomerCount, reporting.NewCustomers, reporting.ReturningCustomers}},
		{report: "returns", period: year, by: byQuarter, measures: []reporting.Measure{reporting.Units, reporting.Returned, reporting.ReturnRate}},
		{
			report: "sales", title: "The year by country", period: year, by: []reporting.Dimension{reporting.ByCountry}, chart: reporting.Due,
			definition: "Where the orders went, and what customers owe for them in the end.",
			measures:   []reporting.Measure{reporting.OrderCount, reporting.Due},
		},
	}
}

// openOrders are all that are not over, by where they stand.
func openOrders(by ...reporting.Dimension) asked {
	return asked{report: "open-orders", by: by, definition: "The orders that are not over, by where they stand in the shop's workflow and with their money."}
}

// payments are what customers were asked for, by what came of it.
func payments(title string, p reporting.Period) asked {
	return asked{
		report: "payments", title: title, period: p, plain: true,
		definition: "What gateways were asked to take, at once or of what they held, and what they took.",
		by:         []reporting.Dimension{reporting.ByGateway, reporting.ByOutcome}, measures: []reporting.Measure{reporting.OperationCount, reporting.Settled},
		edit: func(q *reporting.Query) {
			q.Where = map[reporting.Dimension][]string{reporting.ByOperation: {"sale", "capture"}}
		},
	}
}

var shelves = []reporting.Measure{reporting.OnHand, reporting.Allocated, reporting.Available, reporting.Backordered}

func leastFirst(q *reporting.Query) { q.Sort, q.Ascending = reporting.Available, true }

func mostWorth(q *reporting.Query) { q.Sort = reporting.StockValue }

// cards are the key figures at the head of the page.
func (r *reader) cards() []render.Card {
	sales := func(p reporting.Period, m reporting.Measure) reporting.Value {
		return r.total(asked{report: "sales", period: p, measures: []reporting.Measure{m}}, m)
	}
	yesterday, week := lastDays(1), lastDays(7)
	return []render.Card{
		{Title: "Sold yesterday", Value: sales(yesterday, reporting.Total), Note: words(sales(yesterday, reporting.OrderCount), "order", "orders")},
		{Title: "In the last seven days", Value: sales(week, reporting.Total), Note: words(sales(daysBack(14, 7), reporting.Total), "", "in the seven before")},
		{Title: "Open orders", Value: r.total(openOrders(), reporting.OrderCount), Note: words(r.total(openOrders(), reporting.Due), "", "in all")},
		{
			Title: "To be paid", Value: r.total(asked{report: "receivables"}, reporting.Outstanding),
			Note: words(r.total(asked{report: "receivables"}, reporting.OwingCount), "order", "orders"),
		},
		{
			Title: "On the shelves", Value: r.total(asked{report: "stock"}, reporting.StockValue),
			Note: words(r.total(asked{report: "stock"}, reporting.OnHand), "unit, at cost", "units, at cost"),
		},
	}
}

// words is a figure with what it counts.
func words(v reporting.Value, one, many string) string {
	if v.Kind() == reporting.Count && v.Count() == 1 {
		many = one
	}
	return render.Figure(v) + " " + many
}
