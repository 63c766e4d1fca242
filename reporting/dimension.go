package reporting

import (
	"slices"

	"github.com/go-oms/oms/money"
)

// The dimensions.
const (
	ByDay     Dimension = "day"
	ByWeek    Dimension = "week"
	ByMonth   Dimension = "month"
	ByQuarter Dimension = "quarter"
	ByYear    Dimension = "year"

	ByCurrency Dimension = "currency"
	ByChannel  Dimension = "channel"
	ByCountry  Dimension = "country"
	BySKU      Dimension = "sku"
	ByCustomer Dimension = "customer"
	ByCode     Dimension = "code"

	ByState             Dimension = "state"
	ByStatus            Dimension = "status"
	ByPaymentStatus     Dimension = "payment_status"
	ByFulfillmentStatus Dimension = "fulfillment_status"
	ByReturnStatus      Dimension = "return_status"
	ByReason            Dimension = "reason"
	ByAge               Dimension = "age"

	ByGateway   Dimension = "gateway"
	ByOperation Dimension = "operation"
	ByOutcome   Dimension = "outcome"

	ByTitle    Dimension = "title"
	ByLocation Dimension = "location"
)

// dimensionInfos defines the dimensions, whatever the source.
var dimensionInfos = []DimensionInfo{
	{ByDay, "Day", "the day of the business time in the query's zone, such as 2025-03-04"},
	{ByWeek, "Week", "the week of that day by ISO 8601, from Monday to Sunday, such as 2025-W09"},
	{ByMonth, "Month", "the month of that day, such as 2025-03"},
	{ByQuarter, "Quarter", "the quarter of the calendar year, such as 2025-Q1"},
	{ByYear, "Year", "the calendar year; of a week it is not the year of the week"},
	{ByCurrency, "Currency", "the currency of the amounts"},
	{ByChannel, "Channel", "the sales channel of the order"},
	{ByCountry, "Country", "the country that the order is delivered to, ISO 3166-1 where known"},
	{BySKU, "SKU", "the item; empty for what belongs to an order as a whole, such as its shipping"},
	{ByCustomer, "Customer", "the id of the order's customer as of now; empty for a guest"},
	{ByCode, "Code", "the code of a charge or credit, such as a coupon, a tax or \"return\"; empty for goods"},
	{ByState, "State", "open, jeopardy, late, completed or canceled. An order whose every unit was called off is canceled; " +
		"else one that reached a final status is completed; else one whose promised time is past, and that is not delivered whole, is late; " +
		"else one that is not sent whole, and whose promised time is no further away than the query's lead, is in jeopardy; else it is open"},
	{ByStatus, "Status", "the order's status in its workflow"},
	{ByPaymentStatus, "Payment status", "how the order stands with its money"},
	{ByFulfillmentStatus, "Fulfilment status", "how much of the order is on its way"},
	{ByReturnStatus, "Return status", "how much of the order came back"},
	{ByReason, "Reason", "why the order was closed; empty while it is open, or when nobody said"},
	{ByAge, "Age in days", "whole days of 24 hours from placing to the query's AsOf: 0-30, 31-60, 61-90 or 91+"},
	{ByGateway, "Gateway", "the payment gateway"},
	{ByOperation, "Operation", "what the gateway was asked to do: sale, authorize, capture, void, refund …"},
	{ByOutcome, "Outcome", "what became of the operation: succeeded, declined, pending …"},
	{ByTitle, "Title", "the item's title"},
	{ByLocation, "Location", "where the stock is"},
}

// dimensions returns the definitions of the dimensions.
func dimensions(names ...Dimension) []DimensionInfo {
	list := make([]DimensionInfo, len(names))
	for i, n := range names {
		list[i] = n.Info()
	}
	return list
}

// Info returns the dimension's definition; one of an unknown dimension has a name
// only.
func (d Dimension) Info() DimensionInfo {
	i := slices.IndexFunc(dimensionInfos, func(info DimensionInfo) bool { return info.Name == d })
	if i < 0 {
		return DimensionInfo{Name: d}
	}
	return dimensionInfos[i]
}

// isTime reports whether the dimension cuts the period into pieces.
func (d Dimension) isTime() bool {
	switch d {
	case ByDay, ByWeek, ByMonth, ByQuarter, ByYear:
		return true
	default:
		return false
	}
}

// isRelative reports whether the dimension depends on when it is asked about.
func (d Dimension) isRelative() bool { return d == ByState || d == ByAge }

// wants says what would be a value of the dimension, where this is none; "" where it
// is one, or where that is for the books to know.
func (d Dimension) wants(value string) string {
	var known []string
	switch d {
	case ByCurrency:
		if value != "" && money.Currency(value).Check() != nil {
			return `a currency such as "EUR", or nothing`
		}
		return ""
	case ByState:
		known = []string{StateOpen, StateJeopardy, StateLate, StateCompleted, StateCanceled}
	case ByAge:
		known = ages[:]
	default:
		return ""
	}
	if slices.Contains(known, value) {
		return ""
	}
	return oneOf(known)
}
