package reporting

import (
	"time"

	"github.com/google/uuid"

	"github.com/go-oms/oms/money"
)

// What can be measured of [Orders], beside [OrderCount], [Total] and [Due].
const (
	Credited           Measure = "credited"
	Outstanding        Measure = "outstanding"
	Overpaid           Measure = "overpaid"
	OwingCount         Measure = "owing"
	CustomerCount      Measure = "customers"
	NewCustomers       Measure = "new_customers"
	ReturningCustomers Measure = "returning_customers"
	GuestOrders        Measure = "guest_orders"
)

var orderMeasures = []MeasureInfo{
	{OrderCount, "Orders", Count, "orders with goods that were placed in the period"},
	{Total, "Total", Money, "what was charged for those orders and for bookings without goods, later charges among it"},
	{Credited, "Credited", Money, "given back on them until now, as a positive amount, tax included"},
	{Due, "Due", Money, "total − credited: what is owed for them in the end"},
	{Outstanding, "Outstanding", Money, "what is still to be paid: of each order, due less what was captured and not refunded or paid out, where that is above zero"},
	{Overpaid, "Overpaid", Money, "what the shop has beyond what is due, and so owes back: of each order, what was captured and not refunded or paid out less due, where that is above zero"},
	{OwingCount, "Owing", Count, "orders, and bookings without goods, of which something is still to be paid"},
	{CustomerCount, "Customers", Count, "customers with at least one of those orders; guests are none"},
	{NewCustomers, "New customers", Count, "customers whose first order with goods ever is among them"},
	{ReturningCustomers, "Returning customers", Count, "customers − new customers: those who had ordered before"},
	{GuestOrders, "Guest orders", Count, "orders with goods without a customer"},
}

// The states of [ByState].
const (
	StateOpen      = "open"
	StateLate      = "late"
	StateJeopardy  = "jeopardy"
	StateCompleted = "completed"
	StateCanceled  = "canceled"
)

// state returns what the order is at the moment; see ByState.
func (f *OrderFact) state(asOf time.Time, lead time.Duration) string {
	switch {
	case f.FulfillmentStatus == "canceled":
		return StateCanceled
	case !f.ClosedAt.IsZero():
		return StateCompleted
	case !f.PromisedAt.IsZero() && f.PromisedAt.Before(asOf) && f.FulfillmentStatus != "delivered":
		return StateLate
	case lead > 0 && !f.PromisedAt.IsZero() && f.waits() && f.PromisedAt.Sub(asOf) <= lead:
		return StateJeopardy
	default:
		return StateOpen
	}
}

// waits reports whether goods of the order are still to be sent.
func (f *OrderFact) waits() bool {
	return f.FulfillmentStatus != "fulfilled" && f.FulfillmentStatus != "partially_delivered" && f.FulfillmentStatus != "delivered"
}

// ages are the age groups.
var ages = [...]string{"0-30", "31-60", "61-90", "91+"}

// age returns the order's age group; see ByAge.
func (f *OrderFact) age(asOf time.Time) string {
	switch days := asOf.Sub(f.At) / (24 * time.Hour); {
	case days <= 30:
		return ages[0]
	case days <= 60:
		return ages[1]
	case days <= 90:
		return ages[2]
	default:
		return ages[3]
	}
}

// orderTally adds orders up.
type orderTally struct {
	orders, guests int64
	owing          int64
	customers      map[uuid.UUID]struct{}
	fresh          int64 // customers whose first order is among them
	total          money.Money
	credited       money.Money
	outstanding    money.Money
	overpaid       money.Money
}

func (t *orderTally) add(f *OrderFact) (err error) {
	if f.Goods {
		t.orders++
		t.count(f)
	}
	if t.total, err = t.total.Add(f.Total); err != nil {
		return err
	}
	if t.credited, err = t.credited.Add(f.Credited); err != nil {
		return err
	}
	owed, err := money.Sum(f.Total, f.Credited.Neg(), f.Paid.Neg())
	switch {
	case err != nil:
	case owed.Sign() > 0:
		t.owing++
		t.outstanding, err = t.outstanding.Add(owed)
	case owed.Sign() < 0:
		t.overpaid, err = t.overpaid.Add(owed.Neg())
	}
	return err
}

// count counts the order's customer.
func (t *orderTally) count(f *OrderFact) {
	if f.CustomerID == uuid.Nil {
		t.guests++
		return
	}
	if t.customers == nil {
		t.customers = make(map[uuid.UUID]struct{})
	}
	t.customers[f.CustomerID] = struct{}{}
	if f.First {
		t.fresh++
	}
}

func (t *orderTally) value(m Measure, c money.Currency) (Value, error) {
	zero := money.Zero(c)
	customers := int64(len(t.customers))
	switch m {
	case OrderCount:
		return CountOf(t.orders), nil
	case CustomerCount:
		return CountOf(customers), nil
	case NewCustomers:
		return CountOf(t.fresh), nil
	case ReturningCustomers:
		return CountOf(customers - t.fresh), nil
	case GuestOrders:
		return CountOf(t.guests), nil
	case OwingCount:
		return CountOf(t.owing), nil
	case Credited:
		return sumOf(zero, t.credited)
	case Outstanding:
		return sumOf(zero, t.outstanding)
	case Overpaid:
		return sumOf(zero, t.overpaid)
	case Due:
		return sumOf(zero, t.total, t.credited.Neg())
	default:
		return sumOf(zero, t.total)
	}
}

// newOrderSums groups orders.
func newOrderSums(q *Query, loc *time.Location) *sums[OrderFact] {
	return newSums(q, loc, shape[OrderFact]{
		at:       func(f *OrderFact) time.Time { return f.At },
		currency: func(f *OrderFact) money.Currency { return f.Total.Currency() },
		bare:     func(f *OrderFact) { f.Total, f.Credited, f.Paid = money.Money{}, money.Money{}, money.Money{} },
		fresh:    func() tally[OrderFact] { return new(orderTally) },
		key:      orderKey,
	})
}

func orderKey(d Dimension, q *Query) func(*OrderFact) string {
	switch d {
	case ByChannel:
		return func(f *OrderFact) string { return f.Channel }
	case ByCountry:
		return func(f *OrderFact) string { return f.Country }
	case ByCustomer:
		return idKey(func(f *OrderFact) uuid.UUID { return f.CustomerID })
	case ByState:
		return func(f *OrderFact) string { return f.state(q.AsOf, q.Lead) }
	case ByAge:
		return func(f *OrderFact) string { return f.age(q.AsOf) }
	case ByStatus:
		return func(f *OrderFact) string { return f.Status }
	case ByPaymentStatus:
		return func(f *OrderFact) string { return f.PaymentStatus }
	case ByFulfillmentStatus:
		return func(f *OrderFact) string { return f.FulfillmentStatus }
	case ByReturnStatus:
		return func(f *OrderFact) string { return f.ReturnStatus }
	default:
		return func(f *OrderFact) string { return f.CloseReason }
	}
}
