package inventory

import (
	"context"
	"iter"

	"github.com/go-oms/oms/event"
	"github.com/go-oms/oms/quantity"
)

// Availability is what can be promised of an item now, at all open locations
// together.
type Availability struct {
	SKU       string            `json:"sku"`
	Available quantity.Quantity `json:"available"`          // from stock
	Backorder quantity.Quantity `json:"backorder,omitzero"` // beyond it, within the limits
	Unlimited bool              `json:"unlimited,omitempty"`
	// Untracked is set for items that are not kept in stock and always available;
	// the quantities are then zero. Unlimited above means that any quantity may
	// be backordered.
	Untracked bool `json:"untracked,omitempty"`
}

// Availabilities sums up what can be promised, in order of SKU. A location where
// more was promised than is there counts as nothing: what others have can be
// promised still. Expired holds count as free.
func (s *Stock) Availabilities() []Availability {
	levels := s.free(s.expired(), coverage{used: make([]quantity.Quantity, len(s.Held))})
	result := make([]Availability, 0, len(s.Items))
	for i := range s.Items {
		a := Availability{SKU: s.Items[i].SKU, Untracked: s.Items[i].Untracked}
		for _, l := range levelsOf(levels, a.SKU) {
			if a.Untracked || !s.open(l.Location) {
				continue
			}
			a.Available = a.Available.Add(atLeastZero(l.Available()))
			if room, all := l.room(); all {
				a.Unlimited = true
			} else {
				a.Backorder = a.Backorder.Add(room)
			}
		}
		if a.Unlimited {
			a.Backorder = quantity.Quantity{}
		}
		result = append(result, a)
	}
	return result
}

func (s *Stock) open(location string) bool {
	for i := range s.Locations {
		if s.Locations[i].Code == location {
			return !s.Locations[i].Closed
		}
	}
	return false
}

// Available returns what can be promised now of the SKUs that are registered, in
// order of SKU. It is a hint: only a command promises.
func (s *Service) Available(ctx context.Context, skus ...string) ([]Availability, error) {
	if err := s.issuer.Allow(ctx, "inventory.available"); err != nil {
		return nil, err
	}
	stock, err := ReadStock(ctx, s.store, skus, "", event.Moment(s.issuer.Now()))
	if err != nil {
		return nil, err
	}
	return stock.Availabilities(), nil
}

// Levels returns the stock of the SKUs at every location, closed ones included, in
// order of SKU and location. Expired holds are not counted as reserved.
func (s *Service) Levels(ctx context.Context, skus ...string) ([]Level, error) {
	if err := s.mayRead(ctx); err != nil {
		return nil, err
	}
	stock, err := ReadStock(ctx, s.store, skus, "", event.Moment(s.issuer.Now()))
	if err != nil {
		return nil, err
	}
	return stock.free(stock.Expired, coverage{}), nil
}

// Items returns the items of the SKUs that are registered, in order of SKU.
func (s *Service) Items(ctx context.Context, skus ...string) ([]Item, error) {
	if err := s.mayRead(ctx); err != nil {
		return nil, err
	}
	return s.store.Items(ctx, uniqueSKUs(skus))
}

// Locations returns all locations in order of priority and code.
func (s *Service) Locations(ctx context.Context) ([]Location, error) {
	if err := s.mayRead(ctx); err != nil {
		return nil, err
	}
	return s.store.Locations(ctx)
}

// Moves yields the movements that match, in order of recording.
func (s *Service) Moves(ctx context.Context, f MoveFilter) iter.Seq2[Move, error] {
	if err := s.mayRead(ctx); err != nil {
		return func(yield func(Move, error) bool) { yield(Move{}, err) }
	}
	return s.store.Moves(ctx, f)
}

// mayRead asks about what is more than a shopper's to know.
func (s *Service) mayRead(ctx context.Context) error { return s.issuer.Allow(ctx, "inventory.read") }
