package inventory

import (
	"context"
	"fmt"
	"time"

	"github.com/go-oms/oms/event"
	"github.com/go-oms/oms/fault"
	"github.com/go-oms/oms/quantity"
)

// Adjustment is a correction of what is on hand, such as a write-off or a find.
type Adjustment struct {
	Key      string            `json:"-"`
	SKU      string            `json:"sku"`
	Location string            `json:"location"`
	By       quantity.Quantity `json:"by"`     // more (positive) or less (negative)
	Reason   string            `json:"reason"` // required
	At       time.Time         `json:"at,omitzero"`
}

// Adjust corrects what is on hand. It reports a fact: it is not refused when less
// is left than was promised.
func (s *Service) Adjust(ctx context.Context, a Adjustment) error {
	if err := first(checkPlace(a.SKU, a.Location), amount("by", a.By, true), required(a.Reason)); err != nil {
		return err
	}
	req := request{"inventory.adjust", a.Key, a.At, a}
	_, err := do(ctx, s, req, func(cmd event.Command) (decision[nothing], error) {
		item, err := s.place(ctx, a.SKU, a.Location)
		if err == nil {
			err = scale("by", a.By, item)
		}
		if err != nil {
			return decision[nothing]{}, err
		}
		d := newDraft(cmd)
		d.move(Move{SKU: a.SKU, Location: a.Location, Kind: Adjust, OnHand: a.By, Reason: a.Reason})
		return decision[nothing]{changes: d.Changes}, nil
	})
	return err
}

// Count is what somebody counted of an item at a location.
type Count struct {
	Key      string            `json:"-"`
	SKU      string            `json:"sku"`
	Location string            `json:"location"`
	Counted  quantity.Quantity `json:"counted"` // on hand, zero or more, the unavailable included
	Reason   string            `json:"reason,omitempty"`
	At       time.Time         `json:"at,omitzero"` // when it was counted
}

// CountResult is what a count has led to.
type CountResult struct {
	Expected   quantity.Quantity `json:"expected"`   // on hand by the books when it was counted
	Counted    quantity.Quantity `json:"counted"`    //
	Difference quantity.Quantity `json:"difference"` // Counted − Expected
}

// Count records a count. It is a fact and never refused, though it may find less
// than was promised.
//
// What is recorded is the difference from what the books say was on hand at the
// time of the count, as a movement of kind [Adjust]; a count that finds what was
// expected leaves one of zero. Goods that come or go meanwhile change the level by
// movements of their own, before or after, and sums do not mind the order: that is
// why a count does not have to lock the level or compare it with what was read.
// Movements that happened before the count and are recorded after it are in what
// was counted already; the next count finds them.
func (s *Service) Count(ctx context.Context, c Count) (CountResult, error) {
	err := first(checkPlace(c.SKU, c.Location), text("reason", c.Reason, MaxReason))
	if err == nil && (c.Counted.Sign() < 0 || c.Counted.Check() != nil) {
		err = fault.Invalid("counted", c.Counted, "zero or more")
	}
	if err != nil {
		return CountResult{}, err
	}
	req := request{"inventory.count", c.Key, c.At, c}
	return do(ctx, s, req, func(cmd event.Command) (decision[CountResult], error) {
		item, err := s.place(ctx, c.SKU, c.Location)
		if err == nil {
			err = scale("counted", c.Counted, item)
		}
		var expected quantity.Quantity
		if err == nil {
			expected, err = s.onHand(ctx, c.SKU, c.Location, c.At)
		}
		if err != nil {
			return decision[CountResult]{}, err
		}
		reason := reasonCount
		if c.Reason != "" {
			reason += ": " + c.Reason
		}
		result := CountResult{Expected: expected, Counted: c.Counted, Difference: c.Counted.Sub(expected)}
		d := newDraft(cmd)
		d.move(Move{SKU: c.SKU, Location: c.Location, Kind: Adjust, OnHand: result.Difference, Reason: reason})
		return decision[CountResult]{answer: result, changes: d.Changes}, nil
	})
}

// onHand is what was on hand at a time by the books, now when zero. For a time in
// the past it adds the movements up: the level and its later movements could not
// be read as of one moment.
func (s *Service) onHand(ctx context.Context, sku, location string, when time.Time) (quantity.Quantity, error) {
	if when.IsZero() {
		levels, err := s.store.Levels(ctx, []string{sku})
		return levelAt(levels, sku, location).OnHand, err
	}
	var sum quantity.Quantity
	until := event.Moment(when).Add(time.Microsecond)
	for m, err := range s.store.Moves(ctx, MoveFilter{SKU: sku, Location: location, To: until}) {
		if err != nil {
			return quantity.Quantity{}, err
		}
		sum = sum.Add(m.OnHand)
	}
	return sum, nil
}

// Inspection puts units into quarantine or takes them out of it.
type Inspection struct {
	Key      string            `json:"-"`
	SKU      string            `json:"sku"`
	Location string            `json:"location"`
	Quantity quantity.Quantity `json:"quantity"` // into quarantine (positive) or out of it (negative)
	Reason   string            `json:"reason"`   // required
	At       time.Time         `json:"at,omitzero"`
}

// Quarantine makes units on hand unavailable, or available again. Making them
// unavailable is a fact and not refused when they were promised; no more can be
// taken out than is in.
func (s *Service) Quarantine(ctx context.Context, i Inspection) error {
	if err := first(checkPlace(i.SKU, i.Location), amount("quantity", i.Quantity, true), required(i.Reason)); err != nil {
		return err
	}
	req := request{"inventory.quarantine", i.Key, i.At, i}
	_, err := do(ctx, s, req, func(cmd event.Command) (decision[nothing], error) {
		item, err := s.place(ctx, i.SKU, i.Location)
		if err == nil {
			err = scale("quantity", i.Quantity, item)
		}
		if err != nil {
			return decision[nothing]{}, err
		}
		levels, err := s.store.Levels(ctx, []string{i.SKU})
		if err != nil {
			return decision[nothing]{}, err
		}
		if in := levelAt(levels, i.SKU, i.Location).Unavailable; in.Add(i.Quantity).Sign() < 0 {
			return decision[nothing]{}, fault.Invalid("quantity", i.Quantity, fmt.Sprintf("at most %s taken out", in))
		}
		d := newDraft(cmd)
		d.move(Move{SKU: i.SKU, Location: i.Location, Kind: Quarantine, Unavailable: i.Quantity, Reason: i.Reason})
		return decision[nothing]{changes: d.Changes}, nil
	})
	return err
}

func checkPlace(sku, location string) error {
	return first(code("sku", sku, MaxSKU), code("location", location, MaxLocation))
}

func required(reason string) error {
	if reason == "" {
		return fault.Invalid("reason", reason, "a reason")
	}
	return text("reason", reason, MaxReason)
}
