package storagetest

import (
	"errors"
	"math/rand/v2"

	"github.com/go-oms/oms/fault"
	"github.com/go-oms/oms/inventory"
	"github.com/go-oms/oms/quantity"
	"github.com/go-oms/oms/storage"
)

func stockCases() []Case {
	return []Case{
		named("stock: a promise beyond what is available is refused", beyondAvailable),
		named("stock: a shortage names every short level", everyShortLevel),
		named("stock: the movements of a batch are summed per level", summedPerLevel),
		named("stock: what is reserved, unavailable or kept back is not available", notAvailable),
		named("stock: facts are recorded below what is promised", factsBelow),
		named("stock: what is given up is accepted where nothing is available", givenUp),
		named("stock: giving up and taking in one batch passes stock on", passedOn),
		named("stock: a backorder stays within its limit", backorderLimit),
		named("stock: a negative backorder limit is none", backorderUnlimited),
		named("stock: filling a backorder takes stock", backorderFill),
		named("stock: no column but on hand ends below zero", belowZero),
		named("stock: levels follow the reference", followsReference),
		named("reservation: one is inserted once", reservedOnce),
		named("reservation: a change of one that is not there is a conflict", reservationMissing),
		named("reservation: one that moved in quantity, status or expiry is a conflict", reservationMoved),
		named("reservation: one may be made and closed in one batch", reservationTwice),
	}
}

// moves returns a batch of movements, each given by what it sets.
func (t *try) moves(list ...func(m *inventory.Move)) *storage.Batch {
	cmd := t.Command("inventory.move")
	b := &storage.Batch{Command: cmd}
	for _, set := range list {
		m := t.Move(cmd, "", "sku", Main)
		set(&m)
		b.Inventory.Moves = append(b.Inventory.Moves, m)
	}
	return b
}

func move(kind inventory.MoveKind, onHand, unavailable, allocated, reserved, backordered int32) func(*inventory.Move) {
	return func(m *inventory.Move) {
		m.Kind, m.OnHand, m.Unavailable = kind, quantity.Of(onHand), quantity.Of(unavailable)
		m.Allocated, m.Reserved, m.Backordered = quantity.Of(allocated), quantity.Of(reserved), quantity.Of(backordered)
	}
}

func receive(n int32) func(*inventory.Move)   { return move(inventory.Receive, n, 0, 0, 0, 0) }
func take(n int32) func(*inventory.Move)      { return move(inventory.Allocate, 0, 0, n, 0, 0) }
func hold(n int32) func(*inventory.Move)      { return move(inventory.Reserve, 0, 0, 0, n, 0) }
func void(n int32) func(*inventory.Move)      { return move(inventory.Void, 0, 0, 0, -n, 0) }
func release(n int32) func(*inventory.Move)   { return move(inventory.Release, 0, 0, -n, 0, 0) }
func backorder(n int32) func(*inventory.Move) { return move(inventory.Backorder, 0, 0, 0, 0, n) }

// of has a movement be another SKU's.
func of(sku string, set func(*inventory.Move)) func(*inventory.Move) {
	return func(m *inventory.Move) {
		set(m)
		m.SKU = sku
	}
}

func (t *try) policy(sku string, safety, limit int32) {
	t.commit(&storage.Batch{Command: t.Command("inventory.policy"), Inventory: inventory.Changes{
		Levels: []inventory.LevelPolicy{{
			SKU: sku, Location: Main, Safety: quantity.Of(safety), BackorderLimit: quantity.Of(limit),
		}},
	}})
}

// short ends the case unless the batch is refused with exactly these shorts.
func (t *try) short(what string, b *storage.Batch, want ...inventory.Short) {
	e := refused[*inventory.ShortageError](t, what, t.store.Commit(t.ctx, b), fault.Rejected)
	t.equal(what, e.Shorts, want)
}

func shortOf(sku string, requested, available int32) inventory.Short {
	return inventory.Short{
		SKU: sku, Location: Main, Requested: quantity.Of(requested), Available: quantity.Of(available),
	}
}

func beyondAvailable(t *try) {
	t.commit(t.moves(receive(3)), t.moves(take(2)))
	t.short("allocating 2 of 1", t.moves(take(2)), shortOf("sku", 2, 1))
	t.short("reserving 2 of 1", t.moves(hold(2)), shortOf("sku", 2, 1))
	t.short("a SKU that was never here", t.moves(of("new", take(1))), shortOf("new", 1, 0))
	t.commit(t.moves(hold(1)))
	t.short("the first one too many", t.moves(take(1)), shortOf("sku", 1, 0))
	t.equal("available", t.level("sku").Available(), quantity.Of(0))
}

func everyShortLevel(t *try) {
	t.commit(t.moves(of("a", receive(1)), of("b", receive(5)), of("c", receive(2))))
	t.short("three SKUs, two short", t.moves(of("c", take(3)), of("b", take(5)), of("a", take(4))),
		shortOf("a", 4, 1), shortOf("c", 3, 2))
	t.equal("allocated of the one that was there", t.level("b").Allocated, quantity.Of(0))
}

func summedPerLevel(t *try) {
	t.commit(t.moves(receive(3)))
	t.short("3 in two parts of 2", t.moves(take(2), take(2)), shortOf("sku", 4, 3))
	t.commit(t.moves(take(2), receive(1), take(2)))
	level := t.level("sku")
	t.equal("on hand", level.OnHand, quantity.Of(4))
	t.equal("allocated", level.Allocated, quantity.Of(4))
}

func notAvailable(t *try) {
	t.commit(t.moves(receive(10), hold(2), move(inventory.Quarantine, 0, 3, 0, 0, 0)))
	t.policy("sku", 4, 0)
	t.short("2 of 10 - 2 - 3 - 4", t.moves(take(2)), shortOf("sku", 2, 1))
	t.commit(t.moves(take(1)))
}

func factsBelow(t *try) {
	t.commit(t.moves(receive(5), take(5)))
	t.commit(t.moves(move(inventory.Adjust, -3, 0, 0, 0, 0)))
	t.equal("available", t.level("sku").Available(), quantity.Of(-3))
	t.commit(t.moves(move(inventory.Adjust, -4, 0, 0, 0, 0)))
	t.equal("on hand", t.level("sku").OnHand, quantity.Of(-2))
	t.short("a promise on less than nothing", t.moves(take(1)), shortOf("sku", 1, 0))
}

func givenUp(t *try) {
	t.commit(t.moves(receive(5), take(3), hold(2)), t.moves(move(inventory.Adjust, -5, 0, 0, 0, 0)))
	t.commit(t.moves(release(1)), t.moves(void(2)), t.moves(move(inventory.Ship, -1, 0, -1, 0, 0)))
	t.equal("available", t.level("sku").Available(), quantity.Of(-2))
}

func passedOn(t *try) {
	t.commit(t.moves(receive(2), hold(2)))
	t.commit(t.moves(take(2), void(2)))
	level := t.level("sku")
	t.equal("allocated", level.Allocated, quantity.Of(2))
	t.equal("reserved", level.Reserved, quantity.Of(0))
}

func backorderLimit(t *try) {
	t.short("a backorder without a limit set", t.moves(backorder(1)), shortOf("sku", 1, 0))
	t.policy("sku", 0, 3)
	t.commit(t.moves(backorder(2)))
	t.short("2 beyond 2 of 3", t.moves(backorder(1), backorder(1)), shortOf("sku", 2, 1))
	t.commit(t.moves(backorder(1)))
	t.commit(t.moves(move(inventory.BackorderVoid, 0, 0, 0, 0, -2)), t.moves(backorder(2)))
	t.equal("backordered", t.level("sku").Backordered, quantity.Of(3))
}

func backorderUnlimited(t *try) {
	t.policy("sku", 0, -1)
	t.commit(t.moves(backorder(1_000_000)))
	t.equal("backordered", t.level("sku").Backordered, quantity.Of(1_000_000))
}

func backorderFill(t *try) {
	t.policy("sku", 0, 5)
	t.commit(t.moves(backorder(3)), t.moves(receive(2)))
	fill := func(n int32) *storage.Batch { return t.moves(move(inventory.BackorderFill, 0, 0, n, 0, -n)) }
	t.short("filling 3 from 2", fill(3), shortOf("sku", 3, 2))
	t.commit(fill(2))
	level := t.level("sku")
	t.equal("backordered", level.Backordered, quantity.Of(1))
	t.equal("allocated", level.Allocated, quantity.Of(2))
}

func belowZero(t *try) {
	t.commit(t.moves(receive(5), take(1), hold(1)))
	for what, b := range map[string]*storage.Batch{
		"allocated":   t.moves(release(2)),
		"reserved":    t.moves(void(2)),
		"unavailable": t.moves(move(inventory.Quarantine, 0, -1, 0, 0, 0)),
		"backordered": t.moves(move(inventory.BackorderVoid, 0, 0, 0, 0, -1)),
		"new level":   t.moves(of("new", release(1))),
	} {
		refused[*storage.BookError](t, what+" below zero", t.store.Commit(t.ctx, b), fault.Rejected)
	}
	t.equal("available", t.level("sku").Available(), quantity.Of(3))
}

// followsReference commits random movements and compares every answer and every
// level with inventory.Sum and inventory.Delta.Apply.
func followsReference(t *try) {
	random := rand.New(rand.NewPCG(1, 2))
	model := &rows{}
	for range 400 {
		b := t.randomMoves(random)
		if random.IntN(10) == 0 {
			b.Inventory.Levels = []inventory.LevelPolicy{{
				SKU: "policy only", Location: Main, Safety: quantity.Of(random.Int32N(9)),
			}}
		}
		shorts, broken := foresee(model, b.Inventory.Moves)
		err := t.store.Commit(t.ctx, b)
		var shortage *inventory.ShortageError
		var book *storage.BookError
		switch {
		case len(shorts) > 0:
			if !errors.As(err, &shortage) {
				t.fail("got %v, want a shortage of %v", err, shorts)
			}
			t.equal("shorts", shortage.Shorts, shorts)
		case broken != "":
			if !errors.As(err, &book) {
				t.fail("got %v, want a refusal: %s", err, broken)
			}
		default:
			t.ok("movements", err)
			t.ok("model", model.applyInventory(&b.Inventory))
		}
	}
	for _, want := range model.Levels {
		levels, err := t.store.Levels(t.ctx, []string{want.SKU})
		t.ok("levels", err)
		i := find(levels, func(l inventory.Level) bool { return l.Location == want.Location })
		if i < 0 {
			t.fail("no level of %s at %s", want.SKU, want.Location)
		}
		t.equal("level", levels[i], want)
	}
}

func (t *try) randomMoves(random *rand.Rand) *storage.Batch {
	cmd := t.Command("inventory.move")
	b := &storage.Batch{Command: cmd}
	for range 1 + random.IntN(4) {
		n := random.Int32N(4)
		kinds := []func(*inventory.Move){
			receive(n), take(n), hold(n), void(n), release(n), backorder(n),
			move(inventory.Adjust, -n, 0, 0, 0, 0), move(inventory.Post, 0, 0, n, -n, 0),
			move(inventory.Ship, -n, 0, -n, 0, 0), move(inventory.Quarantine, 0, n-2, 0, 0, 0),
			move(inventory.BackorderFill, 0, 0, n, 0, -n), move(inventory.ReturnDamaged, n, n, 0, 0, 0),
		}
		m := t.Move(cmd, "", string(rune('a'+random.IntN(3))), []string{Main, "second"}[random.IntN(2)])
		kinds[random.IntN(len(kinds))](&m)
		b.Inventory.Moves = append(b.Inventory.Moves, m)
	}
	return b
}

// foresee returns what the reference says to movements.
func foresee(model *rows, moves []inventory.Move) (shorts []inventory.Short, broken string) {
	for _, d := range inventory.Sum(moves) {
		_, level := model.level(d.SKU, d.Location)
		_, short, reason := d.Apply(level)
		if short != nil {
			shorts = append(shorts, *short)
		}
		if broken == "" {
			broken = reason
		}
	}
	return shorts, broken
}

// reservation returns a cart's pending hold.
func (t *try) reservation() inventory.Reservation {
	return inventory.Reservation{
		ID: t.ID(), Kind: inventory.ForCart, Owner: "cart", SKU: "sku", Location: Main, Quantity: quantity.Of(2),
		Status: inventory.Pending, ExpiresAt: later(30), CreatedAt: t.Now,
	}
}

func (t *try) reserve(before, after inventory.Reservation) *storage.Batch {
	return &storage.Batch{Command: t.Command("inventory.reserve"), Inventory: inventory.Changes{
		Reservations: []inventory.ReservationChange{{Before: before, After: after}},
	}}
}

func reservedOnce(t *try) {
	r := t.reservation()
	t.commit(t.reserve(inventory.Reservation{}, r))
	t.stale("a second insert", t.reserve(inventory.Reservation{}, r))
}

func reservationMissing(t *try) {
	r := t.reservation()
	t.stale("a change of nothing", t.reserve(r, r))
}

func reservationMoved(t *try) {
	r := t.reservation()
	t.commit(t.reserve(inventory.Reservation{}, r))
	for what, set := range map[string]func(r *inventory.Reservation){
		"quantity": func(r *inventory.Reservation) { r.Quantity = quantity.Of(1) },
		"status":   func(r *inventory.Reservation) { r.Status = inventory.Voided },
		"expiry":   func(r *inventory.Reservation) { r.ExpiresAt = later(31) },
	} {
		other := r
		set(&other)
		t.stale("a change from another "+what, t.reserve(other, r))
	}
	closed := r
	closed.Status = inventory.Voided
	t.commit(t.reserve(r, closed))
	t.stale("a change of what was closed since", t.reserve(r, closed))
}

func reservationTwice(t *try) {
	r := t.reservation()
	closed := r
	closed.Status = inventory.Posted
	b := t.reserve(inventory.Reservation{}, r)
	b.Inventory.Reservations = append(b.Inventory.Reservations, inventory.ReservationChange{Before: r, After: closed})
	t.commit(b)
	found, err := t.store.Reservations(t.ctx, inventory.ReservationFilter{})
	t.ok("reservations", err)
	t.equal("pending reservations", len(found), 0)
}
