package inventory

import (
	"errors"
	"slices"
	"time"

	"github.com/go-oms/oms/quantity"
)

// cover is a part of a demand that a hold of the cart's own serves.
type cover struct {
	demand, hold int
	quantity     quantity.Quantity
}

// coverage is what the cart's own holds serve of its demands.
type coverage struct {
	covers []cover             // in order of the demands
	used   []quantity.Quantity // by hold
	rest   []Demand            // of tracked items: what is left to source
}

// cover serves the demands from the cart's own holds, oldest first. A hold is a
// promise that was made: it is honoured at a location that was closed since, or
// where a count has found less. One that has expired is a promise no more, to
// nobody: its units are free, and others may have been promised them since.
func (s *Stock) cover(demands []Demand, now time.Time) coverage {
	if len(s.Held) == 0 && s.tracked() {
		return coverage{rest: demands}
	}
	c := coverage{used: make([]quantity.Quantity, len(s.Held)), rest: make([]Demand, 0, len(demands))}
	for i, d := range demands {
		if item := FindItem(s.Items, d.SKU); item.Untracked {
			continue
		}
		for h := range s.Held {
			hold := &s.Held[h]
			took := quantity.Min(d.Quantity, hold.Quantity.Sub(c.used[h]))
			if hold.SKU != d.SKU || took.Sign() <= 0 || hold.expired(now) {
				continue
			}
			c.covers = append(c.covers, cover{i, h, took})
			c.used[h] = c.used[h].Add(took)
			d.Quantity = d.Quantity.Sub(took)
		}
		if d.Quantity.Sign() > 0 {
			c.rest = append(c.rest, d)
		}
	}
	return c
}

// expired returns the expired holds that are not the cart's own.
func (s *Stock) expired() []Reservation {
	if len(s.Held) == 0 {
		return s.Expired
	}
	return slices.DeleteFunc(slices.Clone(s.Expired), func(r Reservation) bool {
		return slices.ContainsFunc(s.Held, func(h Reservation) bool { return h.ID == r.ID })
	})
}

// free returns the levels without what the command gives back: expired holds and
// what the cart holds too much.
func (s *Stock) free(expired []Reservation, c coverage) []Level {
	if len(expired) == 0 && len(s.Held) == 0 {
		return s.Levels
	}
	levels := slices.Clone(s.Levels)
	lower := func(r *Reservation, q quantity.Quantity) {
		if i := findLevel(levels, r.SKU, r.Location); i >= 0 {
			// A hold that was freed between two reads must not count twice.
			levels[i].Reserved = atLeastZero(levels[i].Reserved.Sub(q))
		}
	}
	for i := range expired {
		lower(&expired[i], expired[i].Quantity)
	}
	for h := range s.Held {
		lower(&s.Held[h], s.Held[h].Quantity.Sub(c.used[h]))
	}
	return levels
}

// source asks for a plan for what is left and verifies it.
func (s *Stock) source(with Sourcing, c coverage, levels []Level, in SourcingRequest) ([]Assignment, error) {
	if len(c.rest) == 0 {
		return nil, nil
	}
	if with == nil {
		with = FewestSplits{}
	}
	in.Demands, in.Levels, in.Locations = c.rest, levels, s.Locations
	for _, cover := range c.covers {
		if location := s.Held[cover.hold].Location; !slices.Contains(in.Used, location) {
			in.Used = append(in.Used, location)
		}
	}
	plan, err := with.Source(in)
	if err != nil {
		return nil, s.wholeShortage(err, c)
	}
	return plan.Assignments, plan.verify(c.rest)
}

// wholeShortage counts what own holds cover in a shortage: who wants six and
// holds two is not told that he wants four.
func (s *Stock) wholeShortage(err error, c coverage) error {
	var shortage *ShortageError
	if len(c.covers) == 0 || !errors.As(err, &shortage) {
		return err
	}
	shorts := slices.Clone(shortage.Shorts)
	for _, cover := range c.covers {
		for i := range shorts {
			if shorts[i].SKU == s.Held[cover.hold].SKU {
				shorts[i].Requested = shorts[i].Requested.Add(cover.quantity)
				shorts[i].Available = shorts[i].Available.Add(cover.quantity)
			}
		}
	}
	return &ShortageError{Shorts: shorts}
}

// whole puts the assignments of all demands together, in order of the demands:
// from nowhere for untracked items, from own holds, from the plan.
func (s *Stock) whole(demands []Demand, c coverage, planned []Assignment) []Assignment {
	if c.used == nil {
		return planned
	}
	all := make([]Assignment, 0, len(demands)+len(planned))
	covers := c.covers
	for i := range demands {
		d := &demands[i]
		if FindItem(s.Items, d.SKU).Untracked {
			all = append(all, Assignment{LineID: d.LineID, SKU: d.SKU, Quantity: d.Quantity})
			continue
		}
		from, left := len(all), d.Quantity
		for ; len(covers) > 0 && covers[0].demand == i; covers = covers[1:] {
			all = merge(all, from, Assignment{
				LineID: d.LineID, SKU: d.SKU, Location: s.Held[covers[0].hold].Location, Quantity: covers[0].quantity,
			})
			left = left.Sub(covers[0].quantity)
		}
		for ; left.Sign() > 0; planned = planned[1:] {
			all = merge(all, from, planned[0])
			left = left.Sub(planned[0].Quantity)
		}
	}
	return all
}

// merge adds an assignment, to one of the same demand at the same location where
// there is one.
func merge(all []Assignment, from int, a Assignment) []Assignment {
	for i := from; i < len(all); i++ {
		if all[i].Location == a.Location && all[i].Backordered == a.Backordered {
			all[i].Quantity = all[i].Quantity.Add(a.Quantity)
			return all
		}
	}
	return append(all, a)
}
