package storage

import (
	"github.com/google/uuid"

	"github.com/go-oms/oms/order"
	"github.com/go-oms/oms/reporting"
)

// Facts returns an order as flat facts: one of goods per line, at the time of
// placing, and one per adjustment, at the adjustment's time. A tax inside prices
// is a TaxPart, and so is the tax inside a credit, beside the credit itself. The
// amounts of all facts but TaxPart add up to Totals.Total − Totals.Credited.
//
// It is the reference for every backend's reporting.Reader.
func Facts(o *order.Order) []reporting.Fact {
	facts := make([]reporting.Fact, 0, len(o.Lines)+len(o.Adjustments))
	base := reporting.Fact{
		At: o.PlacedAt, OrderID: o.ID, CustomerID: o.CustomerID, Channel: o.Channel, Country: o.Country,
	}
	for i := range o.Lines {
		f := base
		f.Kind, f.SKU = reporting.Goods, o.Lines[i].SKU
		f.Quantity, f.Amount = o.Lines[i].Quantity, o.Lines[i].Subtotal
		facts = append(facts, f)
	}
	for i := range o.Adjustments {
		a := &o.Adjustments[i]
		f := base
		f.Kind, f.Code, f.Quantity, f.Amount = factKind(a), a.Code, a.Quantity, a.Amount
		if !a.At.IsZero() {
			f.At = a.At
		}
		if a.LineID != (uuid.UUID{}) {
			if line := o.Line(a.LineID); line != nil {
				f.SKU = line.SKU
			}
		}
		facts = append(facts, f)
		if a.Kind == order.Credit && !a.TaxPart.IsZero() {
			f.Kind, f.Amount = reporting.TaxPart, a.TaxPart
			facts = append(facts, f)
		}
	}
	return facts
}

func factKind(a *order.Adjustment) reporting.FactKind {
	switch a.Kind {
	case order.Discount:
		return reporting.Discount
	case order.Tax:
		if a.Included {
			return reporting.TaxPart
		}
		return reporting.Tax
	case order.Shipping:
		return reporting.Shipping
	case order.Credit:
		return reporting.Credit
	default:
		return reporting.Fee
	}
}
