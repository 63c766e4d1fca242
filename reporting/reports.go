package reporting

import (
	"slices"
	"time"
)

// Report is a question that shops ask again and again: a query with a name and a
// written definition, for which only the time is missing.
type Report struct {
	Name       string `json:"name"`
	Title      string `json:"title"`
	Definition string `json:"definition"`
	Cost       string `json:"cost"` // what answering it reads
	Query      Query  `json:"query"`
	// Chart is the measure that is worth a picture; none when empty.
	Chart Measure `json:"chart,omitempty"`
}

// What answering costs, by source.
const (
	costSales    = "reads the facts of the period: a row for each order placed, changed or credited in it"
	costOrders   = "reads the orders placed in the period"
	costCustomer = costOrders + ", and for each whether its customer had ordered before"
	costOwing    = "reads the orders placed in the period, and the payments of those that may owe something"
	costPayments = "reads the operations asked for in the period"
	costStock    = "reads every level of stock, and every receipt with a cost"
	costSlow     = costStock + "; and the facts of the period, as sales does"
)

// Reports lists the reports that have a name. The queries in them are the caller's
// to change.
func Reports() []Report {
	return []Report{
		{
			Name: "sales", Title: "Sales", Cost: costSales, Chart: Net,
			Definition: "What was sold, charged and given back, at the time it was. Its due adds up to what the orders in the books come to, less what was credited and what became store credit.",
			Query: Query{From: Sales, By: []Dimension{ByMonth}, Measures: []Measure{
				OrderCount, Units, Gross, Discounted, ShippingCharged, Fees, Taxed, Total, Canceled, Refunded, Due, Net, AverageOrderValue,
			}},
		},
		{
			Name: "top-skus", Title: "Best sellers", Cost: costSales, Chart: Gross,
			Definition: "The items with the greatest gross sales of the period; ten unless another limit is asked for.",
			Query: Query{
				From: Sales, By: []Dimension{BySKU}, Measures: []Measure{Gross, Units, OrderCount, Returned, ReturnRate},
				Sort: Gross, Positive: Units, Limit: 10,
			},
		},
		{
			Name: "slow-skus", Title: "Slow sellers", Cost: costSlow,
			Definition: "The items on hand of which the fewest units were ordered in the period; ten unless another limit is asked for.",
			Query: Query{
				From: Stock, By: []Dimension{BySKU}, Measures: []Measure{Sold, OnHand, Available, StockValue},
				Sort: Sold, Ascending: true, Positive: OnHand, Limit: 10,
			},
		},
		{
			Name: "returns", Title: "Returns", Cost: costSales, Chart: ReturnRate,
			Definition: "Units that came back in the period against units ordered in it.",
			Query:      Query{From: Sales, By: []Dimension{ByMonth}, Measures: []Measure{Units, Returned, ReturnRate, Refunded}},
		},
		{
			Name: "customers", Title: "New and returning customers", Cost: costCustomer, Chart: NewCustomers,
			Definition: "Who ordered: a customer is new where the first order with goods ever is, and returning wherever else there is one.",
			Query: Query{
				From: Orders, By: []Dimension{ByMonth}, Measures: []Measure{OrderCount, CustomerCount, NewCustomers, ReturningCustomers, GuestOrders},
			},
		},
		{
			Name: "orders", Title: "Orders by status", Cost: costOrders, Chart: OrderCount,
			Definition: "The orders placed in the period, by where they stand now.",
			Query:      Query{From: Orders, By: []Dimension{ByStatus}, Measures: []Measure{OrderCount, Total, Credited, Due}},
		},
		{
			Name: "open-orders", Title: "Open orders", Cost: costOrders,
			Definition: "The orders placed in the period that are not over, late ones among them, by age.",
			Query: Query{
				From: Orders, By: []Dimension{ByAge, ByStatus}, Measures: []Measure{OrderCount, Due},
				Where: map[Dimension][]string{ByState: {StateOpen, StateJeopardy, StateLate}},
			},
		},
		{
			Name: "jeopardy", Title: "Promises in jeopardy", Cost: costOrders,
			Definition: "The orders placed in the period that are not sent whole though no more than the lead is left until their promised time, and those that are late. " +
				"The lead, how long goods take once they are sent, is three days unless another is asked for.",
			Query: Query{
				From: Orders, By: []Dimension{ByState, ByFulfillmentStatus}, Measures: []Measure{OrderCount, Due}, Lead: 72 * time.Hour,
				Where: map[Dimension][]string{ByState: {StateJeopardy, StateLate}},
			},
		},
		{
			Name: "late-orders", Title: "Late orders", Cost: costOrders,
			Definition: "The orders placed in the period whose promised time is past and that are not delivered whole, by age.",
			Query: Query{
				From: Orders, By: []Dimension{ByAge, ByFulfillmentStatus}, Measures: []Measure{OrderCount, Due},
				Where: map[Dimension][]string{ByState: {StateLate}},
			},
		},
		{
			Name: "canceled-orders", Title: "Canceled orders", Cost: costOrders,
			Definition: "The orders placed in the period of which every unit was called off since, by reason.",
			Query: Query{
				From: Orders, By: []Dimension{ByReason}, Measures: []Measure{OrderCount, Total},
				Where: map[Dimension][]string{ByState: {StateCanceled}},
			},
		},
		{
			Name: "receivables", Title: "Receivables", Cost: costOwing, Chart: Outstanding,
			Definition: "What is still to be paid for the orders placed in the period, by age since placing.",
			Query:      Query{From: Orders, By: []Dimension{ByAge}, Measures: []Measure{OwingCount, Outstanding}, Positive: Outstanding},
		},
		{
			Name: "payments", Title: "Payments", Cost: costPayments, Chart: Taken,
			Definition: "What gateways were asked to do in the period, and what came of it.",
			Query: Query{
				From: Payments, By: []Dimension{ByGateway, ByOperation, ByOutcome}, Measures: []Measure{OperationCount, Held, Taken, GivenBack},
			},
		},
		{
			Name: "stock", Title: "Stock", Cost: costStock, Chart: StockValue,
			Definition: "What is on hand now, what of it may be promised, and its value at the mean cost of its receipts.",
			Query: Query{
				From: Stock, By: []Dimension{BySKU}, Measures: []Measure{OnHand, Unavailable, Allocated, Reserved, Available, Backordered, StockValue},
			},
		},
	}
}

// Named returns the report of that name; false when there is none.
func Named(name string) (Report, bool) {
	for _, r := range Reports() {
		if r.Name == name {
			return r, true
		}
	}
	return Report{}, false
}

// Grouped returns the report grouped by other dimensions. Where the rows are pieces
// of time, all of them are there in their own order; else a sorting and a limit stay.
func (r Report) Grouped(by ...Dimension) Report {
	r.Query.By = by
	if slices.ContainsFunc(by, Dimension.isTime) {
		r.Query.Sort, r.Query.Limit = "", 0
	}
	return r
}
