package reporting

import (
	"time"

	"github.com/go-oms/oms/money"
	"github.com/go-oms/oms/quantity"
)

// What can be measured of [Stock].
const (
	OnHand      Measure = "on_hand"
	Unavailable Measure = "unavailable"
	Allocated   Measure = "allocated"
	Reserved    Measure = "reserved"
	Backordered Measure = "backordered"
	Available   Measure = "available"
	StockValue  Measure = "value"
	Sold        Measure = "sold"
)

var stockMeasures = []MeasureInfo{
	{OnHand, "On hand", Quantity, "units that are there"},
	{Unavailable, "Unavailable", Quantity, "of them, damaged or in quarantine"},
	{Allocated, "Allocated", Quantity, "of them, promised to orders"},
	{Reserved, "Reserved", Quantity, "of them, kept for carts; an expired reservation counts until it is given back"},
	{Available, "Available", Quantity, "what may be promised: on hand − unavailable − allocated − reserved − safety stock"},
	{Backordered, "Backordered", Quantity, "promised without stock"},
	{StockValue, "Value", Money, "on hand × the mean cost of the item's receipts, level by level, rounded half up; items without a cost have none"},
	{Sold, "Sold", Quantity, "units of the item ordered in the period, at whichever location; once in a group that has the item"},
}

// stockTally adds levels up.
type stockTally struct {
	onHand, unavailable, allocated, reserved, backordered, available, sold quantity.Quantity

	worth   money.Money
	last    string // the SKU whose sales were counted last: an item's levels follow each other
	counted bool
}

// soldFact is a level and what was sold of its item.
type soldFact struct {
	StockFact
	sold quantity.Quantity
}

func (t *stockTally) add(f *soldFact) error {
	t.onHand = t.onHand.Add(f.OnHand)
	t.unavailable = t.unavailable.Add(f.Unavailable)
	t.allocated = t.allocated.Add(f.Allocated)
	t.reserved = t.reserved.Add(f.Reserved)
	t.backordered = t.backordered.Add(f.Backordered)
	t.available = t.available.Add(f.Available)
	if !t.counted || t.last != f.SKU {
		t.last, t.counted = f.SKU, true
		t.sold = t.sold.Add(f.sold)
	}
	if f.UnitCost == (money.Money{}) {
		return nil
	}
	cost, err := f.UnitCost.MulDiv(f.OnHand.Micro(), quantity.PerUnit, money.HalfUp)
	if err == nil {
		t.worth, err = t.worth.Add(cost)
	}
	return err
}

func (t *stockTally) value(m Measure, c money.Currency) (Value, error) {
	switch m {
	case OnHand:
		return QuantityOf(t.onHand), nil
	case Unavailable:
		return QuantityOf(t.unavailable), nil
	case Allocated:
		return QuantityOf(t.allocated), nil
	case Reserved:
		return QuantityOf(t.reserved), nil
	case Backordered:
		return QuantityOf(t.backordered), nil
	case Available:
		return QuantityOf(t.available), nil
	case Sold:
		return QuantityOf(t.sold), nil
	}
	if c == "" {
		return Value{}, nil
	}
	return sumOf(money.Zero(c), t.worth)
}

// newStockSums groups levels of stock.
func newStockSums(q *Query, loc *time.Location) *sums[soldFact] {
	return newSums(q, loc, shape[soldFact]{
		currency: func(f *soldFact) money.Currency { return f.UnitCost.Currency() },
		bare:     func(f *soldFact) { f.UnitCost = money.Money{} },
		fresh:    func() tally[soldFact] { return new(stockTally) },
		key: func(d Dimension, _ *Query) func(*soldFact) string {
			switch d {
			case BySKU:
				return func(f *soldFact) string { return f.SKU }
			case ByTitle:
				return func(f *soldFact) string { return f.Title }
			default:
				return func(f *soldFact) string { return f.Location }
			}
		},
	})
}
