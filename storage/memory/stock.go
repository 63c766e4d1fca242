package memory

import (
	"cmp"
	"context"
	"iter"
	"slices"
	"strings"

	"github.com/google/uuid"

	"github.com/go-oms/oms/inventory"
)

func (t *tenant) applyInventory(c *inventory.Changes, levels []inventory.Level) {
	for _, item := range c.Items {
		t.items[item.SKU] = &item
	}
	for _, l := range c.Locations {
		t.locations[l.Code] = l
	}
	for _, p := range c.Levels {
		level := t.Level(p.SKU, p.Location)
		level.Safety, level.BackorderLimit = p.Safety, p.BackorderLimit
		t.putLevel(level)
	}
	for _, l := range levels {
		t.putLevel(l)
	}
	moves := slices.Clone(c.Moves)
	for i := range moves {
		m := &moves[i]
		t.moves = append(t.moves, m)
		t.movesOf[m.SKU] = append(t.movesOf[m.SKU], m)
		if m.OrderID != (uuid.UUID{}) {
			t.movesFor[m.OrderID] = append(t.movesFor[m.OrderID], m)
		}
	}
	kept := make([]inventory.Reservation, len(c.Reservations))
	for i := range c.Reservations {
		kept[i] = c.Reservations[i].After
		t.putReservation(&kept[i])
	}
}

// Level returns the stored level, or an empty one.
func (t *tenant) Level(sku, location string) inventory.Level {
	levels := t.levels[sku]
	if i, found := findLevel(levels, location); found {
		return levels[i]
	}
	return inventory.Level{SKU: sku, Location: location}
}

func (t *tenant) putLevel(l inventory.Level) {
	levels := t.levels[l.SKU]
	i, found := findLevel(levels, l.Location)
	if found {
		levels[i] = l
		return
	}
	t.levels[l.SKU] = slices.Insert(levels, i, l)
}

func findLevel(levels []inventory.Level, location string) (int, bool) {
	return slices.BinarySearchFunc(levels, location, func(l inventory.Level, location string) int {
		return strings.Compare(l.Location, location)
	})
}

// Items returns the items of the SKUs that are registered, in order of SKU.
func (s *Store) Items(ctx context.Context, skus []string) (items []inventory.Item, err error) {
	skus = ordered(skus)
	err = s.read(ctx, "items", func(t *tenant) {
		for _, sku := range skus {
			if item := t.items[sku]; item != nil {
				items = append(items, *item)
			}
		}
	})
	return items, err
}

// Levels returns the levels of the SKUs at every location, in order of SKU and
// location.
func (s *Store) Levels(ctx context.Context, skus []string) (levels []inventory.Level, err error) {
	skus = ordered(skus)
	err = s.read(ctx, "levels", func(t *tenant) {
		for _, sku := range skus {
			levels = append(levels, t.levels[sku]...)
		}
	})
	return levels, err
}

// ordered returns a sorted copy in which nothing comes twice.
func ordered(skus []string) []string {
	skus = slices.Clone(skus)
	slices.Sort(skus)
	return slices.Compact(skus)
}

// Locations returns all locations in order of priority and code.
func (s *Store) Locations(ctx context.Context) (locations []inventory.Location, err error) {
	err = s.read(ctx, "locations", func(t *tenant) {
		locations = make([]inventory.Location, 0, len(t.locations))
		for _, l := range t.locations {
			locations = append(locations, l)
		}
	})
	slices.SortFunc(locations, func(a, b inventory.Location) int {
		return cmp.Or(cmp.Compare(a.Priority, b.Priority), strings.Compare(a.Code, b.Code))
	})
	return locations, err
}

// Moves yields the movements that match in order of recording: those that were
// there when the walk began.
func (s *Store) Moves(ctx context.Context, f inventory.MoveFilter) iter.Seq2[inventory.Move, error] {
	return func(yield func(inventory.Move, error) bool) {
		var moves []*inventory.Move
		err := s.read(ctx, "moves", func(t *tenant) {
			switch {
			case f.OrderID != (uuid.UUID{}):
				moves = t.movesFor[f.OrderID]
			case f.SKU != "":
				moves = t.movesOf[f.SKU]
			default:
				moves = t.moves
			}
		})
		if err != nil {
			yield(inventory.Move{}, err)
			return
		}
		// The logs are only ever appended to, so this part of one stays as it is.
		for i, m := range moves {
			if i%scanned == scanned-1 {
				if err := ended(ctx, "moves"); err != nil {
					yield(inventory.Move{}, err)
					return
				}
			}
			if matchesMove(m, &f) && !yield(*m, nil) {
				return
			}
		}
	}
}

func matchesMove(m *inventory.Move, f *inventory.MoveFilter) bool {
	return (f.SKU == "" || m.SKU == f.SKU) &&
		(f.Location == "" || m.Location == f.Location) &&
		(f.OrderID == uuid.UUID{} || m.OrderID == f.OrderID) &&
		within(m.At, f.From, f.To)
}
