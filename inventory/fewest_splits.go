package inventory

import (
	"cmp"
	"slices"

	"github.com/go-oms/oms/quantity"
)

// FewestSplits is the default [Sourcing]. It serves an order
//
//   - from one location if any can serve all of it, the one with the lowest
//     priority number and then code;
//   - else from as few locations as possible beside those that are used anyway,
//     and among equally few from those that come first by priority and code;
//   - and backorders what no location has, where the demand allows it: at a
//     location that sends something anyway, else at the first whose limit has
//     room for all of it, else spread over those that have some.
//
// Closed locations are not used. A demand that must not be backordered gets the
// stock before one of the same SKU that may.
//
// Finding the fewest locations is the set cover problem, which is hard for many
// locations. The search is exact within a budget that suffices for the usual
// order at a dozen locations or two; beyond it the answer is that of the greedy
// method, relieved of every location it can do without, which is a good plan but
// perhaps not the smallest.
type FewestSplits struct{}

// Source implements [Sourcing].
func (FewestSplits) Source(in SourcingRequest) (Plan, error) {
	wants, wantOf := sumWants(in.Demands)
	if len(in.Used) == 0 {
		if location, ok := wholeFrom(&in, wants); ok {
			return wholePlan(in.Demands, location), nil
		}
	}
	c := newCandidates(&in, wants)
	if err := c.shortage(); err != nil {
		return Plan{}, err
	}
	chosen := c.choose(in.Used)
	pools := make([]pool, len(wants))
	for g := range wants {
		pools[g].stock = c.split(g, chosen)
		if rest := wants[g].total().Sub(wants[g].stocked); rest.Sign() > 0 {
			pools[g].beyond = c.beyond(g, rest, chosen)
		}
	}
	return plan(in.Demands, wants, wantOf, pools), nil
}

// sumWants adds the demands up per SKU, in order of SKU. The second result gives
// the want of each demand.
func sumWants(demands []Demand) ([]want, []int) {
	indices := make([]int, 2*len(demands))
	order, wantOf := indices[:len(demands)], indices[len(demands):]
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int {
		return cmp.Or(cmp.Compare(demands[a].SKU, demands[b].SKU), cmp.Compare(a, b))
	})
	wants := make([]want, 0, len(demands))
	for _, i := range order {
		d := &demands[i]
		if n := len(wants); n == 0 || wants[n-1].sku != d.SKU {
			wants = append(wants, want{sku: d.SKU})
		}
		w := &wants[len(wants)-1]
		if d.AllowBackorder {
			w.loose = w.loose.Add(d.Quantity)
		} else {
			w.firm = w.firm.Add(d.Quantity)
		}
		wantOf[i] = len(wants) - 1
	}
	return wants, wantOf
}

// wholeFrom returns the first open location that has everything.
func wholeFrom(in *SourcingRequest, wants []want) (string, bool) {
	for i := range in.Locations {
		if l := &in.Locations[i]; !l.Closed && hasAll(in.Levels, l.Code, wants) {
			return l.Code, true
		}
	}
	return "", false
}

func hasAll(levels []Level, location string, wants []want) bool {
	for g := range wants {
		i := findLevel(levels, wants[g].sku, location)
		if i < 0 || levels[i].Available().Cmp(wants[g].total()) < 0 {
			return false
		}
	}
	return true
}

func wholePlan(demands []Demand, location string) Plan {
	assignments := make([]Assignment, len(demands))
	for i := range demands {
		d := &demands[i]
		assignments[i] = Assignment{LineID: d.LineID, SKU: d.SKU, Location: location, Quantity: d.Quantity}
	}
	return Plan{Assignments: assignments}
}

// portion is what one location gives to a want.
type portion struct {
	location string
	quantity quantity.Quantity
}

// pool is where a want is served from.
type pool struct{ stock, beyond []portion }

// plan hands the pools out to the demands.
func plan(demands []Demand, wants []want, wantOf []int, pools []pool) Plan {
	assignments := make([]Assignment, 0, len(demands)+len(pools))
	for i := range demands {
		d := &demands[i]
		w, p := &wants[wantOf[i]], &pools[wantOf[i]]
		stocked := d.Quantity
		if d.AllowBackorder {
			stocked = quantity.Min(stocked, w.stocked.Sub(w.firm))
			w.loose = w.loose.Sub(d.Quantity)
		} else {
			w.firm = w.firm.Sub(d.Quantity)
		}
		w.stocked = w.stocked.Sub(stocked)
		assignments = draw(assignments, d, &p.stock, stocked, false)
		assignments = draw(assignments, d, &p.beyond, d.Quantity.Sub(stocked), true)
	}
	return Plan{Assignments: assignments}
}

// draw takes a quantity out of the portions, first one first.
func draw(to []Assignment, d *Demand, from *[]portion, q quantity.Quantity, backordered bool) []Assignment {
	for q.Sign() > 0 && len(*from) > 0 {
		p := &(*from)[0]
		took := quantity.Min(q, p.quantity)
		to = append(to, Assignment{
			LineID: d.LineID, SKU: d.SKU, Location: p.location, Quantity: took, Backordered: backordered,
		})
		q, p.quantity = q.Sub(took), p.quantity.Sub(took)
		if p.quantity.IsZero() {
			*from = (*from)[1:]
		}
	}
	return to
}
