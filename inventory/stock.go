package inventory

import (
	"cmp"
	"context"
	"slices"
	"sort"
	"time"

	"github.com/google/uuid"

	"github.com/go-oms/oms/fault"
	"github.com/go-oms/oms/quantity"
)

// Stock is what a decision that promises stock has read. The slices are in the
// order in which [Reader] returns them and are never written to.
type Stock struct {
	Items     []Item        // of the wanted SKUs
	Levels    []Level       // of the wanted SKUs
	Locations []Location    // all of them
	Expired   []Reservation // carts' pending holds of the wanted SKUs that are past their expiry
	Held      []Reservation // the wanting cart's own pending holds, expired or not
}

// ReadStock reads what a promise of the SKUs at the time now needs. The cart id
// is that of the cart whose own holds may be used, or empty.
//
// The reads are not one moment. Holds are read before levels: a hold that somebody
// else frees in between is then counted as free twice, which the commit refuses as
// a conflict, and never as taken, which would refuse a buyer for nothing.
func ReadStock(ctx context.Context, r Reader, skus []string, cartID string, now time.Time) (Stock, error) {
	skus = uniqueSKUs(skus)
	var s Stock
	if len(skus) == 0 && cartID == "" {
		return s, nil
	}
	var err error
	if cartID != "" {
		s.Held, err = r.Reservations(ctx, ReservationFilter{Kind: ForCart, Owner: cartID})
		if err != nil {
			return Stock{}, err
		}
	}
	if len(skus) == 0 {
		return s, nil
	}
	if whole, ok := r.(StockReader); ok {
		found, err := whole.Stock(ctx, skus, now)
		found.Held = s.Held
		return found, err
	}
	s.Expired, err = r.Reservations(ctx, ReservationFilter{Kind: ForCart, SKUs: skus, ExpiredBefore: now})
	if err != nil {
		return Stock{}, err
	}
	if s.Items, err = r.Items(ctx, skus); err != nil {
		return Stock{}, err
	}
	if s.Levels, err = r.Levels(ctx, skus); err != nil {
		return Stock{}, err
	}
	if s.Locations, err = r.Locations(ctx); err != nil {
		return Stock{}, err
	}
	return s, nil
}

// StockReader is a Reader that answers at once what [ReadStock] would ask it in turn:
// for databases some way off.
type StockReader interface {
	// Stock returns the items and levels of the SKUs, which are sorted and without
	// duplicates, the reservations of carts on them that have expired by now, and all
	// locations.
	Stock(ctx context.Context, skus []string, now time.Time) (Stock, error)
}

// BehindQueue returns the stock as somebody sees it who comes after the backorders:
// what waits for them is kept back, so that goods that came in go to who waited.
func (s Stock) BehindQueue() Stock {
	waiting := slices.ContainsFunc(s.Levels, func(l Level) bool { return l.Backordered.Sign() > 0 })
	if !waiting {
		return s
	}
	s.Levels = slices.Clone(s.Levels)
	for i := range s.Levels {
		s.Levels[i].Safety = s.Levels[i].Safety.Add(s.Levels[i].Backordered)
	}
	return s
}

// Freed returns the stock as it is once those movements have given something back: for
// a command that gives back and takes in one.
func (s Stock) Freed(moves []Move) Stock {
	if len(moves) == 0 {
		return s
	}
	s.Levels = slices.Clone(s.Levels)
	for _, d := range Sum(moves) {
		if i := findLevel(s.Levels, d.SKU, d.Location); i >= 0 {
			if short := s.Levels[i].Available(); short.Sign() < 0 { // others wait for more than there is, but not for this
				s.Levels[i].Safety = s.Levels[i].Safety.Add(short)
			}
			s.Levels[i].Allocated = s.Levels[i].Allocated.Add(d.Allocated)
			s.Levels[i].Reserved = s.Levels[i].Reserved.Add(d.Reserved)
			s.Levels[i].Backordered = s.Levels[i].Backordered.Add(d.Backordered)
		}
	}
	return s
}

// uniqueSKUs returns the SKUs sorted, each once, leaving its argument alone.
func uniqueSKUs(skus []string) []string {
	if len(skus) < 2 {
		return skus
	}
	sorted := slices.Clone(skus)
	slices.Sort(sorted)
	return slices.Compact(sorted)
}

// FindItem returns the item of a SKU among items in order of SKU, or nil.
func FindItem(items []Item, sku string) *Item {
	i := sort.Search(len(items), func(i int) bool { return items[i].SKU >= sku })
	if i == len(items) || items[i].SKU != sku {
		return nil
	}
	return &items[i]
}

// findLevel returns the index of a level among levels in order of SKU and
// location, or -1.
func findLevel(levels []Level, sku, location string) int {
	lo, hi := 0, len(levels)
	for lo < hi {
		mid := int(uint(lo+hi) >> 1)
		l := &levels[mid]
		if c := cmp.Compare(l.SKU, sku); c < 0 || c == 0 && l.Location < location {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	if lo < len(levels) && levels[lo].SKU == sku && levels[lo].Location == location {
		return lo
	}
	return -1
}

// levelAt returns a level, or an empty one where there is none.
func levelAt(levels []Level, sku, location string) Level {
	if i := findLevel(levels, sku, location); i >= 0 {
		return levels[i]
	}
	return Level{SKU: sku, Location: location}
}

// levelsOf returns the levels of one SKU.
func levelsOf(levels []Level, sku string) []Level {
	from := sort.Search(len(levels), func(i int) bool { return levels[i].SKU >= sku })
	to := from
	for to < len(levels) && levels[to].SKU == sku {
		to++
	}
	return levels[from:to]
}

// room is how much more may be backordered at a level; all is set when any
// quantity may.
func (l Level) room() (room quantity.Quantity, all bool) {
	if l.BackorderLimit.Sign() < 0 {
		return quantity.FromMicro(quantity.MaxMicro), true
	}
	return atLeastZero(l.BackorderLimit.Sub(l.Backordered)), false
}

// Demand is what is wanted of one item. Two demands for one SKU are one as far
// as stock is concerned.
type Demand struct {
	LineID         uuid.UUID
	SKU            string
	Quantity       quantity.Quantity
	AllowBackorder bool // what is not there may be backordered, within the levels' limits
}

// Assignment says where a demand, or a part of it, is served from. An untracked
// item is served from nowhere: its Location is empty.
type Assignment struct {
	LineID      uuid.UUID
	SKU         string
	Location    string
	Quantity    quantity.Quantity
	Backordered bool // promised beyond what is there
}

// check returns an error unless every demand is for a registered item and in a
// quantity the item comes in. field is the path of the demands in the request.
func (s *Stock) check(demands []Demand, field string) error {
	var unknown []string
	for i := range demands {
		d := &demands[i]
		item := FindItem(s.Items, d.SKU)
		if item == nil {
			unknown = append(unknown, d.SKU)
			continue
		}
		if err := checkQuantity(d.Quantity, item.Decimals); err != nil {
			return fault.Invalid(at(field, i, "quantity"), d.Quantity, err.Error())
		}
	}
	if unknown != nil {
		return &UnknownSKUError{SKUs: uniqueSKUs(unknown)}
	}
	return nil
}

// tracked reports whether every item is kept in stock.
func (s *Stock) tracked() bool {
	for i := range s.Items {
		if s.Items[i].Untracked {
			return false
		}
	}
	return true
}
