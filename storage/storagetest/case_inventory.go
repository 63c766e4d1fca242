package storagetest

import (
	"time"

	"github.com/google/uuid"

	"github.com/go-oms/oms/inventory"
	"github.com/go-oms/oms/quantity"
	"github.com/go-oms/oms/storage"
)

func inventoryCases() []Case {
	return []Case{
		named("inventory: items come in order of SKU, unregistered ones not at all", itemsInOrder),
		named("inventory: levels come in order of SKU and location", levelsInOrder),
		named("inventory: locations come in order of priority and code", locationsInOrder),
		named("inventory: movements come in order of recording", movesInOrder),
		named("inventory: movements keep to each filter", movesFiltered),
		named("inventory: reservations come oldest first", reservationsInOrder),
		named("inventory: reservations keep to each filter", reservationsFiltered),
		named("inventory: only pending reservations are found", reservationsPending),
	}
}

func (t *try) inventory(c inventory.Changes) {
	t.commit(&storage.Batch{Command: t.Command("inventory.change"), Inventory: c})
}

func itemsInOrder(t *try) {
	for _, sku := range []string{"b", "c", "a", "B"} {
		t.commit(t.Receive(sku, Main, 1))
	}
	items, err := t.store.Items(t.ctx, []string{"c", "none", "a", "B", "a"})
	t.ok("items", err)
	t.equal("items", each(items, func(i inventory.Item) string { return i.SKU }), []string{"B", "a", "c"})
	items, err = t.store.Items(t.ctx, nil)
	t.ok("items of no SKU", err)
	t.equal("items of no SKU", len(items), 0)
}

func levelsInOrder(t *try) {
	for _, at := range [][2]string{{"b", "x"}, {"a", "y"}, {"b", "Z"}, {"a", "x"}, {"c", "x"}} {
		t.commit(t.Receive(at[0], at[1], 1))
	}
	levels, err := t.store.Levels(t.ctx, []string{"b", "a", "none", "b"})
	t.ok("levels", err)
	t.equal("levels", each(levels, func(l inventory.Level) string { return l.SKU + l.Location }),
		[]string{"ax", "ay", "bZ", "bx"})
}

func locationsInOrder(t *try) {
	t.inventory(inventory.Changes{Locations: []inventory.Location{
		{Code: "c", Priority: 1}, {Code: "b", Priority: 2}, {Code: "a", Priority: 2}, {Code: "z", Priority: -1},
	}})
	t.inventory(inventory.Changes{Locations: []inventory.Location{{Code: "c", Priority: 3}}})
	locations, err := t.store.Locations(t.ctx)
	t.ok("locations", err)
	t.equal("locations", each(locations, func(l inventory.Location) string { return l.Code }), []string{"z", "a", "b", "c"})
}

// recorded commits movements whose business times are not in order of recording.
func recorded(t *try) []inventory.Move {
	var moves []inventory.Move
	orders := []uuid.UUID{t.ID(), t.ID()}
	for i, minute := range []int{5, 1, 4, 2, 3, 6} {
		cmd := t.Command("inventory.receive")
		m := t.Move(cmd, inventory.Receive, string(rune('a'+i%2)), []string{Main, "second"}[i/2%2])
		m.At, m.OnHand, m.OrderID = later(minute), quantity.Of(1), orders[i/3]
		t.commit(&storage.Batch{Command: cmd, Inventory: inventory.Changes{Moves: []inventory.Move{m}}})
		moves = append(moves, m)
	}
	return moves
}

func (t *try) movesLike(what string, f inventory.MoveFilter, want ...inventory.Move) {
	got := all(t, what, t.store.Moves(t.ctx, f))
	t.equal("moves: "+what, got, want)
}

func movesInOrder(t *try) {
	moves := recorded(t)
	t.movesLike("all", inventory.MoveFilter{}, moves...)
	cmd := t.Command("inventory.receive")
	b := &storage.Batch{Command: cmd}
	for range 5 {
		b.Inventory.Moves = append(b.Inventory.Moves, t.Move(cmd, inventory.Receive, "a", Main))
	}
	b.Inventory.Moves[0].ID, b.Inventory.Moves[4].ID = b.Inventory.Moves[4].ID, b.Inventory.Moves[0].ID
	t.commit(b)
	t.movesLike("all and those of one batch", inventory.MoveFilter{}, append(moves, b.Inventory.Moves...)...)
}

func movesFiltered(t *try) {
	m := recorded(t)
	t.movesLike("SKU", inventory.MoveFilter{SKU: "a"}, m[0], m[2], m[4])
	t.movesLike("location", inventory.MoveFilter{Location: "second"}, m[2], m[3])
	t.movesLike("SKU and location", inventory.MoveFilter{SKU: "b", Location: Main}, m[1], m[5])
	t.movesLike("order", inventory.MoveFilter{OrderID: m[0].OrderID}, m[:3]...)
	t.movesLike("order and SKU", inventory.MoveFilter{OrderID: m[0].OrderID, SKU: "b"}, m[1])
	t.movesLike("from", inventory.MoveFilter{From: later(4)}, m[0], m[2], m[5])
	t.movesLike("to", inventory.MoveFilter{To: later(3)}, m[1], m[3])
	t.movesLike("from and to", inventory.MoveFilter{From: later(2), To: later(4)}, m[3], m[4])
	t.movesLike("nothing", inventory.MoveFilter{SKU: "none"})
}

// held commits reservations of different kinds, owners, SKUs, ages and expiries.
func held(t *try) []inventory.Reservation {
	var list []inventory.Reservation
	for _, x := range []struct {
		kind    inventory.ReservationKind
		owner   string
		sku     string
		age     int // minutes
		expires int // minutes; 0 never
	}{
		{inventory.ForCart, "cart1", "a", 1, 30},
		{inventory.ForCart, "cart1", "b", 2, 10},
		{inventory.ForCart, "cart2", "a", 3, 20},
		{inventory.ForOrder, "order1", "a", 4, 0},
		{inventory.ForBackorder, "order1", "b", 5, 0},
		{inventory.ForOrder, "order2", "c", 6, 0},
	} {
		r := t.reservation()
		r.Kind, r.Owner, r.SKU, r.CreatedAt = x.kind, x.owner, x.sku, later(-x.age)
		if r.ExpiresAt = later(x.expires); x.expires == 0 {
			r.ExpiresAt = time.Time{}
		}
		t.commit(t.reserve(inventory.Reservation{}, r))
		list = append(list, r)
	}
	return reversed(list) // the oldest first
}

func (t *try) reservationsLike(what string, f inventory.ReservationFilter, want ...inventory.Reservation) {
	got, err := t.store.Reservations(t.ctx, f)
	t.ok(what, err)
	t.equal("reservations: "+what, got, want)
}

func reservationsInOrder(t *try) {
	list := held(t)
	t.reservationsLike("all", inventory.ReservationFilter{}, list...)
	t.reservationsLike("the oldest two", inventory.ReservationFilter{Limit: 2}, list[:2]...)
	t.reservationsLike("the oldest two of a SKU", inventory.ReservationFilter{SKUs: []string{"a"}, Limit: 2}, list[2], list[3])
}

func reservationsFiltered(t *try) {
	r := held(t)
	type filter = inventory.ReservationFilter
	t.reservationsLike("kind", filter{Kind: inventory.ForOrder}, r[0], r[2])
	t.reservationsLike("owner", filter{Owner: "order1"}, r[1], r[2])
	t.reservationsLike("owner and kind", filter{Owner: "order1", Kind: inventory.ForBackorder}, r[1])
	t.reservationsLike("owner and SKU", filter{Owner: "cart1", SKUs: []string{"b"}}, r[4])
	t.reservationsLike("SKU", filter{SKUs: []string{"b"}}, r[1], r[4])
	t.reservationsLike("SKUs", filter{SKUs: []string{"c", "b", "none", "c"}}, r[0], r[1], r[4])
	t.reservationsLike("SKU and kind", filter{SKUs: []string{"a"}, Kind: inventory.ForCart}, r[3], r[5])
	t.reservationsLike("expired", filter{ExpiredBefore: later(20)}, r[3], r[4])
	t.reservationsLike("expired a moment later", filter{ExpiredBefore: later(20).Add(-1000)}, r[4])
	t.reservationsLike("expired of a SKU", filter{ExpiredBefore: later(40), SKUs: []string{"a"}}, r[3], r[5])
	t.reservationsLike("expired of an owner", filter{ExpiredBefore: later(10), Owner: "cart1"}, r[4])
	t.reservationsLike("expired orders", filter{ExpiredBefore: later(99), Kind: inventory.ForOrder})
	t.reservationsLike("nothing", filter{Owner: "nobody"})
}

func reservationsPending(t *try) {
	list := held(t)
	for i, status := range []inventory.ReservationStatus{inventory.Posted, inventory.Voided} {
		closed := list[i]
		closed.Status = status
		t.commit(t.reserve(list[i], closed))
	}
	t.reservationsLike("all", inventory.ReservationFilter{}, list[2:]...)
	longer := list[3]
	longer.ExpiresAt = later(90)
	t.commit(t.reserve(list[3], longer))
	t.reservationsLike("expired, after one was prolonged", inventory.ReservationFilter{ExpiredBefore: later(60)}, list[4], list[5])
	list[3] = longer
	t.reservationsLike("all, after one was prolonged", inventory.ReservationFilter{}, list[2:]...)
	t.reservationsLike("of its owner", inventory.ReservationFilter{Owner: longer.Owner}, longer)
}
