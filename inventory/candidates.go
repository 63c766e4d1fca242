package inventory

import (
	"slices"

	"github.com/go-oms/oms/quantity"
)

// candidates are the open locations in order of preference and what each has of
// each want.
type candidates struct {
	wants     []want
	locations []string
	has       [][]quantity.Quantity // by location and want; never negative
	room      [][]quantity.Quantity // likewise: what may be backordered
	stock     []quantity.Quantity   // by want: at all locations
	rooms     []quantity.Quantity
}

func newCandidates(in *SourcingRequest, wants []want) *candidates {
	n := len(wants)
	c := &candidates{wants: wants, stock: make([]quantity.Quantity, n), rooms: make([]quantity.Quantity, n)}
	for i := range in.Locations {
		l := &in.Locations[i]
		if l.Closed {
			continue
		}
		row := make([]quantity.Quantity, 2*n)
		has, room := row[:n:n], row[n:]
		useful := false
		for g := range wants {
			at := findLevel(in.Levels, wants[g].sku, l.Code)
			if at < 0 {
				continue
			}
			has[g] = atLeastZero(in.Levels[at].Available())
			room[g], _ = in.Levels[at].room()
			c.stock[g] = c.stock[g].Add(has[g])
			c.rooms[g] = c.rooms[g].Add(room[g])
			useful = useful || has[g].Sign() > 0 || room[g].Sign() > 0
		}
		if useful {
			c.locations = append(c.locations, l.Code)
			c.has = append(c.has, has)
			c.room = append(c.room, room)
		}
	}
	for g := range wants {
		wants[g].stocked = quantity.Min(wants[g].total(), c.stock[g])
	}
	return c
}

// shortage lists the wants that all locations together cannot serve.
func (c *candidates) shortage() error {
	var shorts []Short
	for g := range c.wants {
		w := &c.wants[g]
		loose := atLeastZero(c.stock[g].Sub(w.firm)).Add(c.rooms[g])
		if w.firm.Cmp(c.stock[g]) <= 0 && w.loose.Cmp(loose) <= 0 && w.total().Check() == nil {
			continue
		}
		can := quantity.Min(w.firm, c.stock[g]).Add(quantity.Min(w.loose, loose))
		if w.loose.IsZero() {
			can = c.stock[g]
		}
		shorts = append(shorts, Short{SKU: w.sku, Requested: w.total(), Available: can})
	}
	if shorts == nil {
		return nil
	}
	return &ShortageError{Shorts: shorts}
}

// choose returns the locations whose stock is used, in order of preference.
func (c *candidates) choose(used []string) []int {
	left := make([]quantity.Quantity, len(c.wants))
	for g := range c.wants {
		left[g] = c.wants[g].stocked
	}
	var chosen, others []int
	for i, location := range c.locations {
		if slices.Contains(used, location) {
			chosen = append(chosen, i)
			lessen(left, c.has[i])
		} else {
			others = append(others, i)
		}
	}
	s := newSearch(c.has, others)
	more, ok := s.fewest(left)
	if !ok {
		more = s.greedy(left)
	}
	chosen = append(chosen, more...)
	slices.Sort(chosen)
	return chosen
}

// split divides what stock serves of a want among the chosen locations: the first
// that can serve all that is left does, else the one with the most gives all it
// has.
func (c *candidates) split(g int, chosen []int) []portion {
	var portions []portion
	taken := make([]bool, len(c.locations))
	for left := c.wants[g].stocked; left.Sign() > 0; {
		best := -1
		for _, i := range chosen {
			if taken[i] {
				continue
			}
			if c.has[i][g].Cmp(left) >= 0 {
				best = i
				break
			}
			if best < 0 || c.has[i][g].Cmp(c.has[best][g]) > 0 {
				best = i
			}
		}
		took := quantity.Min(left, c.has[best][g])
		taken[best] = true
		left = left.Sub(took)
		portions = append(portions, portion{c.locations[best], took})
	}
	return portions
}

// beyond divides what is backordered of a want. There is room for it.
func (c *candidates) beyond(g int, left quantity.Quantity, chosen []int) []portion {
	order := slices.Clone(chosen)
	for i := range c.locations {
		if !slices.Contains(chosen, i) {
			order = append(order, i)
		}
	}
	for _, i := range order {
		if c.room[i][g].Cmp(left) >= 0 {
			return []portion{{c.locations[i], left}}
		}
	}
	var portions []portion
	for _, i := range order {
		if took := quantity.Min(left, c.room[i][g]); took.Sign() > 0 {
			portions = append(portions, portion{c.locations[i], took})
			left = left.Sub(took)
		}
	}
	return portions
}

// lessen subtracts what a location has from what is left.
func lessen(left, has []quantity.Quantity) {
	for g := range left {
		left[g] = left[g].Sub(quantity.Min(left[g], has[g]))
	}
}
