package inventory_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/go-oms/oms/event"
	"github.com/go-oms/oms/inventory"
	"github.com/go-oms/oms/quantity"
)

// model is what a shopkeeper would keep on paper: pieces on the shelf of each
// place, who was promised what, and no word of levels, deltas or reservations.
type model struct {
	shelf   map[string]int // "A@x" → pieces in the building
	damaged map[string]int
	carts   map[string]modelHold
	orders  map[uuid.UUID]map[string]int // order → "A" → promised and not yet sent, backorders included
}

type modelHold struct {
	wants   map[string]int
	expires time.Time
}

// machine runs random commands against the service and the model.
type machine struct {
	b *bench
	m model
}

var (
	modelSKUs      = []string{"A", "B"}
	modelLocations = []string{"x", "y"}
)

func newMachine(t *rapid.T) *machine {
	m := &machine{b: newBench(), m: model{
		shelf: map[string]int{}, damaged: map[string]int{}, carts: map[string]modelHold{}, orders: map[uuid.UUID]map[string]int{},
	}}
	for _, sku := range modelSKUs {
		for _, location := range modelLocations {
			m.receive(t, sku, location, 3)
		}
	}
	require.NoError(t, m.b.SetPolicy(context.Background(), inventory.Policy{SKU: "B", Location: "y", BackorderLimit: quantity.Of(4)}))
	return m
}

func (m *machine) receive(t *rapid.T, sku, location string, n int) {
	require.NoError(t, m.b.Receive(context.Background(), inventory.Receipt{SKU: sku, Location: location, Quantity: quantity.Of(int32(n))}))
	m.m.shelf[sku+"@"+location] += n
}

// free is how many pieces of a SKU nobody was promised, in the whole shop. Its
// second result is how many could be backordered.
func (m *machine) free(sku, exceptCart string) int {
	n := 0
	for _, location := range modelLocations {
		n += m.m.shelf[sku+"@"+location] - m.m.damaged[sku+"@"+location]
	}
	for _, wants := range m.m.orders {
		n -= wants[sku]
	}
	for cart, hold := range m.m.carts {
		if cart != exceptCart && hold.expires.After(m.b.clock.Now()) {
			n -= hold.wants[sku]
		}
	}
	return n
}

func (m *machine) actions(t *rapid.T) map[string]func(*rapid.T) {
	ctx := context.Background()
	sku := func(t *rapid.T) string { return rapid.SampledFrom(modelSKUs).Draw(t, "sku") }
	location := func(t *rapid.T) string { return rapid.SampledFrom(modelLocations).Draw(t, "location") }
	pieces := func(t *rapid.T) int { return rapid.IntRange(1, 4).Draw(t, "pieces") }
	cart := func(t *rapid.T) string { return rapid.SampledFrom([]string{"c1", "c2"}).Draw(t, "cart") }
	anOrder := func(t *rapid.T) uuid.UUID {
		if len(m.m.orders) == 0 {
			t.Skip("no orders")
		}
		var all []uuid.UUID
		for id := range m.m.orders {
			all = append(all, id)
		}
		// Map order is random: the smallest is as good as any and repeatable.
		least := all[0]
		for _, id := range all {
			if id.String() < least.String() {
				least = id
			}
		}
		return least
	}
	return map[string]func(*rapid.T){
		"receive": func(t *rapid.T) { m.receive(t, sku(t), location(t), pieces(t)) },
		"time":    func(t *rapid.T) { m.b.clock.pass(time.Duration(rapid.IntRange(1, 8).Draw(t, "minutes")) * time.Minute) },
		"write off": func(t *rapid.T) {
			// Only what is free, so that the model's sums over the shop stay exact:
			// over-promising is tested by example.
			s, l := sku(t), location(t)
			if level := m.level(t, s, l); level.Available().Cmp(quantity.Of(1)) < 0 {
				t.Skip("nothing free")
			}
			require.NoError(t, m.b.Adjust(ctx, inventory.Adjustment{SKU: s, Location: l, By: quantity.Of(-1), Reason: "broken"}))
			m.m.shelf[s+"@"+l]--
		},
		"quarantine": func(t *rapid.T) {
			s, l := sku(t), location(t)
			if level := m.level(t, s, l); level.Available().Cmp(quantity.Of(1)) < 0 {
				t.Skip("nothing free")
			}
			require.NoError(t, m.b.Quarantine(ctx, inventory.Inspection{SKU: s, Location: l, Quantity: quantity.Of(1), Reason: "wet"}))
			m.m.damaged[s+"@"+l]++
		},
		"hold": func(t *rapid.T) {
			c, wants := cart(t), map[string]int{}
			var lines []inventory.HoldLine
			for range rapid.IntRange(1, 3).Draw(t, "lines") {
				s, n := sku(t), pieces(t)
				wants[s] += n
				lines = append(lines, inventory.HoldLine{s, quantity.Of(int32(n))})
			}
			_, err := m.b.Reserve(ctx, inventory.Hold{CartID: c, Lines: lines, TTL: 5 * time.Minute})
			// What waits for backorders at its own location is kept from holds, what
			// is free elsewhere is not: between the two bounds either answer is right.
			must, may := true, true
			for s, n := range wants {
				must = must && n <= m.free(s, c)
				may = may && n <= m.free(s, c)+m.backorderedOf(t, s)
			}
			if must {
				require.NoError(t, err)
			}
			if !may {
				require.Error(t, err)
			}
			if err == nil {
				m.m.carts[c] = modelHold{wants, m.b.clock.Now().Add(5 * time.Minute)}
			}
		},
		"release cart": func(t *rapid.T) {
			c := cart(t)
			require.NoError(t, m.b.Release(ctx, inventory.CartRelease{CartID: c}))
			delete(m.m.carts, c)
		},
		"sweep": func(t *rapid.T) {
			_, err := m.b.VoidExpired(ctx, inventory.Sweep{})
			require.NoError(t, err)
		},
		"place": func(t *rapid.T) {
			c, wants := cart(t), map[string]int{}
			var demands []inventory.Demand
			for i := range rapid.IntRange(1, 3).Draw(t, "lines") {
				s, n := sku(t), pieces(t)
				wants[s] += n
				d := loose(s, int32(n))
				d.LineID = uuid.UUID{15: byte(i + 1)}
				demands = append(demands, d)
			}
			fits := true
			for s, n := range wants {
				room := 0
				if s == "B" {
					room = 4 - m.backordered(t)
				}
				fits = fits && n <= max(0, m.free(s, c)+m.backorderedOf(t, s))+room
			}
			orderID, _, err := m.b.place(t, c, demands...)
			if !fits {
				var shortage *inventory.ShortageError
				require.ErrorAs(t, err, &shortage, "%v", err)
				return
			}
			require.NoError(t, err)
			m.m.orders[orderID] = wants
			delete(m.m.carts, c)
		},
		"cancel": func(t *rapid.T) {
			id := anOrder(t)
			cmd := m.b.command(t, "test.cancel")
			require.NoError(t, m.b.store.CommitInventory(ctx, cmd, nil, inventory.ReleaseAll(m.b.kept(t, id), cmd, id)))
			delete(m.m.orders, id)
		},
		"release one": func(t *rapid.T) { m.take(t, anOrder(t), inventory.ReleaseOrder, false) },
		"ship one":    func(t *rapid.T) { m.take(t, anOrder(t), inventory.ShipOrder, true) },
		"fill": func(t *rapid.T) {
			cmd := m.b.command(t, "test.fill")
			queue, err := m.b.store.Reservations(ctx, inventory.ReservationFilter{Kind: inventory.ForBackorder})
			require.NoError(t, err)
			stock, err := inventory.ReadStock(ctx, m.b.store, modelSKUs, "", cmd.Now)
			require.NoError(t, err)
			changes, _ := inventory.FillBackorders(stock, queue, cmd)
			require.NoError(t, m.b.store.CommitInventory(ctx, cmd, nil, changes))
		},
		"": func(t *rapid.T) { m.check(t) },
	}
}

type taking func([]inventory.Reservation, []inventory.Part, event.Command, uuid.UUID) (inventory.Changes, []inventory.Assignment, error)

// take releases or ships a unit of some allocated line of the order.
func (m *machine) take(t *rapid.T, id uuid.UUID, how taking, leaves bool) {
	kept := m.b.kept(t, id)
	for _, r := range kept {
		if r.Kind != inventory.ForOrder {
			continue
		}
		cmd := m.b.command(t, "test.take")
		changes, done, err := how(kept, []inventory.Part{{LineID: r.LineID, Quantity: quantity.Of(1)}}, cmd, id)
		require.NoError(t, err)
		require.NoError(t, m.b.store.CommitInventory(context.Background(), cmd, nil, changes))
		require.Len(t, done, 1)
		m.m.orders[id][done[0].SKU]--
		if leaves {
			m.m.shelf[done[0].SKU+"@"+done[0].Location]--
		}
		return
	}
	t.Skip("nothing allocated")
}

func (m *machine) level(t *rapid.T, sku, location string) inventory.Level {
	levels, err := m.b.Levels(context.Background(), sku)
	require.NoError(t, err)
	for _, l := range levels {
		if l.Location == location {
			return l
		}
	}
	return inventory.Level{}
}

// backordered is how many pieces of B are sold beyond what is there: which of an
// order's units those are, the shopkeeper asks the books.
func (m *machine) backordered(t *rapid.T) int { return m.backorderedOf(t, "B") }

func (m *machine) backorderedOf(t *rapid.T, sku string) int {
	var sum quantity.Quantity
	for _, location := range modelLocations {
		sum = sum.Add(m.level(t, sku, location).Backordered)
	}
	return int(sum.Micro() / quantity.PerUnit)
}

// check compares the books with the paper and with themselves.
func (m *machine) check(t *rapid.T) {
	m.b.store.verify(t, m.b.clock.Now())
	for _, sku := range modelSKUs {
		promised := 0
		for _, wants := range m.m.orders {
			promised += wants[sku]
		}
		var kept int64
		for _, location := range modelLocations {
			l := m.level(t, sku, location)
			key := sku + "@" + location
			require.Equal(t, quantity.Of(int32(m.m.shelf[key])), l.OnHand, key)
			require.Equal(t, quantity.Of(int32(m.m.damaged[key])), l.Unavailable, key)
			require.GreaterOrEqual(t, l.Available().Sign(), 0, "%s is oversold", key)
			if l.BackorderLimit.Sign() >= 0 {
				require.LessOrEqual(t, l.Backordered.Micro(), l.BackorderLimit.Micro(), key)
			}
			kept += l.Allocated.Micro() + l.Backordered.Micro()
		}
		require.Equal(t, int64(promised)*quantity.PerUnit, kept, "promised of %s", sku)
		free := fmt.Sprint(m.free(sku, "") + m.backorderedOf(t, sku))
		require.Equal(t, free, m.b.available(t, sku).String(), "free of %s", sku)
	}
}

func TestRandomCommandsAgreeWithThePlainModel(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		m := newMachine(t)
		t.Repeat(m.actions(t))
	})
}
