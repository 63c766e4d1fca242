package inventory

import (
	"context"
	"time"

	"github.com/go-oms/oms/event"
	"github.com/go-oms/oms/fault"
	"github.com/go-oms/oms/quantity"
)

// ItemSettings are what an item is to be: all of it, not only what changes.
type ItemSettings struct {
	Key       string    `json:"-"`
	SKU       string    `json:"sku"`
	Title     string    `json:"title,omitempty"`
	Unit      string    `json:"unit,omitempty"`
	Decimals  uint8     `json:"decimals,omitempty"`
	Untracked bool      `json:"untracked,omitempty"`
	Version   int64     `json:"version,omitempty"` // of the item it is based on; zero: whatever it is
	At        time.Time `json:"at,omitzero"`
}

// SetItem registers an item or changes one. The decimals of an item may only
// grow, and whether it is tracked cannot change once it is registered: what is on
// the books would become invalid. Settings that change nothing write nothing. The
// error is a *fault.StaleError when the item is not at Version.
func (s *Service) SetItem(ctx context.Context, in ItemSettings) (Item, error) {
	fresh := Item{SKU: in.SKU, Title: in.Title, Unit: in.Unit, Decimals: in.Decimals, Untracked: in.Untracked}
	if err := fresh.Check(); err != nil {
		return Item{}, err
	}
	req := request{"inventory.set_item", in.Key, in.At, in}
	return do(ctx, s, req, func(cmd event.Command) (decision[Item], error) {
		items, err := s.store.Items(ctx, []string{in.SKU})
		if err != nil {
			return decision[Item]{}, err
		}
		stored := FindItem(items, in.SKU)
		if stored == nil {
			if in.Version != 0 {
				return decision[Item]{}, &fault.StaleError{Kind: event.Item, ID: in.SKU, Expected: in.Version}
			}
			item, e := Register(fresh, cmd)
			return decision[Item]{item, Changes{Items: []Item{item}}, []event.Event{e}}, nil
		}
		if in.Version != 0 && in.Version != stored.Version {
			return decision[Item]{}, &fault.StaleError{Kind: event.Item, ID: in.SKU, Expected: in.Version, Actual: stored.Version}
		}
		if in.Untracked != stored.Untracked {
			return decision[Item]{}, fault.Invalid("untracked", in.Untracked, "what it was when the item was registered")
		}
		if in.Title == stored.Title && in.Unit == stored.Unit && in.Decimals == stored.Decimals {
			return decision[Item]{answer: *stored}, nil
		}
		item, e, err := stored.Change(in.Title, in.Unit, in.Decimals, cmd)
		return decision[Item]{item, Changes{Items: []Item{item}}, []event.Event{e}}, err
	})
}

// LocationSettings are what a location is to be: all of it.
type LocationSettings struct {
	Key      string `json:"-"`
	Code     string `json:"code"`
	Name     string `json:"name,omitempty"`
	Priority int    `json:"priority,omitempty"` // lower ships first
	Country  string `json:"country,omitempty"`  // ISO 3166-1 alpha-2
	Closed   bool   `json:"closed,omitempty"`
}

// SetLocation registers a location or changes one. Closing a location ends new
// promises there; those that were made stand.
func (s *Service) SetLocation(ctx context.Context, in LocationSettings) error {
	err := first(code("code", in.Code, MaxLocation), text("name", in.Name, MaxTitle), country("country", in.Country))
	if err != nil {
		return err
	}
	location := Location{Code: in.Code, Name: in.Name, Priority: in.Priority, Country: in.Country, Closed: in.Closed}
	req := request{name: "inventory.set_location", key: in.Key, params: in}
	_, err = do(ctx, s, req, func(event.Command) (decision[nothing], error) {
		return decision[nothing]{changes: Changes{Locations: []Location{location}}}, nil
	})
	return err
}

// Unlimited is the backorder limit of a level at which any quantity may be
// backordered.
func Unlimited() quantity.Quantity { return quantity.Of(-1) }

// Policy is how the stock of an item is kept at a location.
type Policy struct {
	Key            string            `json:"-"`
	SKU            string            `json:"sku"`
	Location       string            `json:"location"`
	Safety         quantity.Quantity `json:"safety,omitzero"`          // kept back, zero or more
	BackorderLimit quantity.Quantity `json:"backorder_limit,omitzero"` // zero: none; [Unlimited] or any below zero: no limit
}

// SetPolicy sets both policies of a level. Promises that were made stand, even
// when they would not be made under the new policy.
func (s *Service) SetPolicy(ctx context.Context, p Policy) error {
	if err := checkPlace(p.SKU, p.Location); err != nil {
		return err
	}
	if p.Safety.Sign() < 0 || p.Safety.Check() != nil {
		return fault.Invalid("safety", p.Safety, "zero or more")
	}
	limit := p.BackorderLimit
	if limit.Sign() < 0 {
		limit = Unlimited()
	}
	if limit.Check() != nil {
		return fault.Invalid("backorder_limit", limit, "a quantity in range")
	}
	req := request{name: "inventory.set_policy", key: p.Key, params: p}
	_, err := do(ctx, s, req, func(event.Command) (decision[nothing], error) {
		item, err := s.place(ctx, p.SKU, p.Location)
		if err == nil {
			err = first(scale("safety", p.Safety, item), scale("backorder_limit", limit, item))
		}
		policy := LevelPolicy{SKU: p.SKU, Location: p.Location, Safety: p.Safety, BackorderLimit: limit}
		return decision[nothing]{changes: Changes{Levels: []LevelPolicy{policy}}}, err
	})
	return err
}
