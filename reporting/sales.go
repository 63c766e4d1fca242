package reporting

import (
	"time"

	"github.com/google/uuid"

	"github.com/go-oms/oms/money"
	"github.com/go-oms/oms/quantity"
)

// What can be measured of [Sales].
const (
	OrderCount        Measure = "orders"
	Units             Measure = "units"
	Gross             Measure = "gross"
	Discounted        Measure = "discount"
	ShippingCharged   Measure = "shipping"
	Fees              Measure = "fee"
	Taxed             Measure = "tax"
	Total             Measure = "total"
	Canceled          Measure = "canceled"
	Refunded          Measure = "refund"
	Due               Measure = "due"
	Net               Measure = "net"
	AverageOrderValue Measure = "average_order_value"
	Returned          Measure = "returned"
	ReturnRate        Measure = "return_rate"
)

var salesMeasures = []MeasureInfo{
	{OrderCount, "Orders", Count, "orders with goods that were placed; an order counts in each group in which it has a line, and once in the total"},
	{Units, "Units", Quantity, "units ordered, in the items' units"},
	{Gross, "Gross", Money, "goods at the prices of placing, before discounts, with the tax that prices contain"},
	{Discounted, "Discounts", Money, "discounts on lines, orders and shipping; negative"},
	{ShippingCharged, "Shipping", Money, "charged for delivery, before its discount"},
	{Fees, "Fees", Money, "other charges and allowances, of either sign; store credit that was given for a return is none: what is bought with it is a sale of its own"},
	{Taxed, "Tax", Money, "all tax: on top of prices, inside prices, and, negative, inside what was given back"},
	{Total, "Total", Money, "what was charged, at the time it was, which nearly always is that of placing: gross + discount + shipping + fee + the tax on top of prices"},
	{Canceled, "Canceled", Money, "given back for units that were called off, at the time it was; negative, tax included"},
	{Refunded, "Refunds", Money, "given back for anything else, such as returns and goodwill, at the time it was granted; negative, tax included. " +
		"It is what the customer is owed, whether or not money has moved"},
	{Due, "Due", Money, "total + canceled + refund: what customers owe in the end for what they keep, paid or not"},
	{Net, "Net", Money, "due − tax: what is left for the shop, without tax"},
	{AverageOrderValue, "Average order", Money, "total ÷ orders, rounded half to even; nothing without orders"},
	{Returned, "Returned", Quantity, "units of known sales that came back and were credited, at the time they were"},
	{ReturnRate, "Return rate", Ratio, "returned ÷ units of the same group, whenever they were sold; nothing without units"},
}

// salesTally adds facts of sales up.
type salesTally struct {
	orders    int64
	last      uuid.UUID // the order that was counted last: an order's facts follow each other
	units     quantity.Quantity
	returned  quantity.Quantity
	gross     money.Money
	discount  money.Money
	shipping  money.Money
	fee       money.Money
	taxOnTop  money.Money
	taxWithin money.Money
	canceled  money.Money
	refund    money.Money
}

func (t *salesTally) add(f *Fact) (err error) {
	switch f.Kind {
	case Goods:
		if t.last != f.OrderID || t.orders == 0 {
			t.last = f.OrderID
			t.orders++
		}
		t.units = t.units.Add(f.Quantity)
		t.gross, err = t.gross.Add(f.Amount)
	case Discount:
		t.discount, err = t.discount.Add(f.Amount)
	case Shipping:
		t.shipping, err = t.shipping.Add(f.Amount)
	case Tax:
		t.taxOnTop, err = t.taxOnTop.Add(f.Amount)
	case TaxPart:
		t.taxWithin, err = t.taxWithin.Add(f.Amount)
	case Credit:
		return t.credit(f)
	default:
		if f.Code == CodeStoreCredit {
			return nil // the money is kept for goods to come, which count when they are bought
		}
		t.fee, err = t.fee.Add(f.Amount)
	}
	return err
}

func (t *salesTally) credit(f *Fact) (err error) {
	switch f.Code {
	case CodeCanceled:
		t.canceled, err = t.canceled.Add(f.Amount)
		return err
	case CodeReturn:
		t.returned = t.returned.Add(f.Quantity)
	}
	t.refund, err = t.refund.Add(f.Amount)
	return err
}

func (t *salesTally) value(m Measure, c money.Currency) (Value, error) {
	zero := money.Zero(c)
	switch m {
	case OrderCount:
		return CountOf(t.orders), nil
	case Units:
		return QuantityOf(t.units), nil
	case Returned:
		return QuantityOf(t.returned), nil
	case ReturnRate:
		return RatioOf(t.returned.Micro(), t.units.Micro()), nil
	case Gross:
		return sumOf(zero, t.gross)
	case Discounted:
		return sumOf(zero, t.discount)
	case ShippingCharged:
		return sumOf(zero, t.shipping)
	case Fees:
		return sumOf(zero, t.fee)
	case Taxed:
		return sumOf(zero, t.taxOnTop, t.taxWithin)
	case Canceled:
		return sumOf(zero, t.canceled)
	case Refunded:
		return sumOf(zero, t.refund)
	case Due:
		return sumOf(zero, t.gross, t.discount, t.shipping, t.fee, t.taxOnTop, t.canceled, t.refund)
	case Net:
		return sumOf(zero, t.gross, t.discount, t.shipping, t.fee, t.canceled, t.refund, t.taxWithin.Neg())
	}
	total, err := sumOf(zero, t.gross, t.discount, t.shipping, t.fee, t.taxOnTop)
	if m == AverageOrderValue && err == nil {
		return averageOf(total.Money(), t.orders)
	}
	return total, err
}

// newSalesSums groups facts of sales.
func newSalesSums(q *Query, loc *time.Location) *sums[Fact] {
	return newSums(q, loc, shape[Fact]{
		at:       func(f *Fact) time.Time { return f.At },
		currency: func(f *Fact) money.Currency { return f.Amount.Currency() },
		bare:     func(f *Fact) { f.Amount = money.Money{} },
		fresh:    func() tally[Fact] { return new(salesTally) },
		key: func(d Dimension, _ *Query) func(*Fact) string {
			switch d {
			case ByChannel:
				return func(f *Fact) string { return f.Channel }
			case ByCountry:
				return func(f *Fact) string { return f.Country }
			case ByCustomer:
				return idKey(func(f *Fact) uuid.UUID { return f.CustomerID })
			case ByCode:
				return func(f *Fact) string { return f.Code }
			default:
				return func(f *Fact) string { return f.SKU }
			}
		},
	})
}

// idKey makes a key of an id, empty for none. It remembers the last one: rows of one
// order follow each other.
func idKey[F any](of func(*F) uuid.UUID) func(*F) string {
	var last uuid.UUID
	var text string
	return func(f *F) string {
		if id := of(f); id != last {
			if last, text = id, ""; id != uuid.Nil {
				text = id.String()
			}
		}
		return text
	}
}
