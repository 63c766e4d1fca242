package inventory

import (
	"time"

	"github.com/go-oms/oms/quantity"
)

// Sourcing chooses the locations that serve an order. The plan is a proposal:
// what makes it true is the conditional write, and when that is refused the
// command reads and asks again.
//
// Source is pure: the same request gives the same plan. It is safe for concurrent
// use. A plan serves every demand in full, in parts from one or more locations,
// or there is none: *[ShortageError] with every item that is short.
type Sourcing interface {
	Source(in SourcingRequest) (Plan, error)
}

// SourcingRequest is what a [Sourcing] may know. Its slices are not written to.
type SourcingRequest struct {
	Demands []Demand // of tracked items, none zero
	// Levels of the wanted SKUs in order of SKU and location, with what expired
	// holds kept counted as free.
	Levels    []Level
	Locations []Location // in order of priority and code
	// Used are the locations that send something to this order anyway, such as
	// where its cart holds stock.
	Used    []string
	Country string // where the goods go, ISO 3166-1 alpha-2; empty when unknown
	At      time.Time
}

// Plan is the answer: assignments in the order of the demands they serve, with
// those of one demand next to each other.
type Plan struct{ Assignments []Assignment }

// verify checks that the plan serves each demand exactly.
func (p Plan) verify(demands []Demand) error {
	rest := p.Assignments
	for i := range demands {
		d := &demands[i]
		left := d.Quantity
		for left.Sign() > 0 {
			if len(rest) == 0 {
				return &PlanError{d.LineID, d.SKU, left.String() + " not assigned"}
			}
			a := &rest[0]
			switch {
			case a.LineID != d.LineID || a.SKU != d.SKU:
				return &PlanError{d.LineID, d.SKU, left.String() + " not assigned, or out of order"}
			case a.Location == "":
				return &PlanError{d.LineID, d.SKU, "an assignment without a location"}
			case a.Quantity.Sign() <= 0 || a.Quantity.Cmp(left) > 0:
				return &PlanError{d.LineID, d.SKU, "assigned " + a.Quantity.String() + " of " + left.String()}
			case a.Backordered && !d.AllowBackorder:
				return &PlanError{d.LineID, d.SKU, "backordered against its will"}
			}
			left = left.Sub(a.Quantity)
			rest = rest[1:]
		}
	}
	if len(rest) > 0 {
		return &PlanError{rest[0].LineID, rest[0].SKU, "assigned more than was wanted"}
	}
	return nil
}

// want is the sum of the demands for one SKU.
type want struct {
	sku     string
	firm    quantity.Quantity // must come from stock
	loose   quantity.Quantity // may be backordered
	stocked quantity.Quantity // of the sum: what stock serves
}

func (w *want) total() quantity.Quantity { return w.firm.Add(w.loose) }
