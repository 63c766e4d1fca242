package sim

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"

	"github.com/google/uuid"

	"github.com/go-oms/oms"
	"github.com/go-oms/oms/inventory"
	"github.com/go-oms/oms/order"
	"github.com/go-oms/oms/quantity"
)

// deed is something that an actor does, as often as its weight says beside the others.
type deed struct {
	weight int
	do     func()
}

// cast makes the actors of a world.
func (w *world) cast(chance *rand.Rand) {
	n := uint64(16)
	join := func(name string, do func(*actor) []deed) {
		n++
		if slices.Contains(w.options.Idle, name) {
			return
		}
		a := &actor{name: name, rng: stream(w.options.Seed, n), proc: w.procs[chance.IntN(len(w.procs))], ctx: &deadline{}}
		deeds := do(a)
		for i := range deeds { // a seed likes some things more than others, and some not at all
			taste := []int{0, 1, 1, 2, 4}[chance.IntN(5)]
			if i == 0 {
				taste = max(taste, 1)
			}
			deeds[i].weight *= taste
		}
		a.act = func() { draw(a.rng, deeds) }
		w.add(a)
	}
	for i := range 2 + chance.IntN(3) {
		join(fmt.Sprint("buyer", i), w.buyer)
	}
	join("clerk", w.clerk)
	join("warehouse", w.warehouse)
	join("messenger", w.messenger)
	if w.swarm.strikes(ImportAtOnce) {
		join("importer", w.importer)
	}
	for _, p := range w.procs {
		join("runner "+p.name, func(a *actor) []deed { return w.runner(a, p) })
	}
	join("time", w.clock)
}

// draw does one of the deeds, or nothing where all of them weigh nothing.
func draw(rng *rand.Rand, deeds []deed) {
	sum := 0
	for _, d := range deeds {
		sum += d.weight
	}
	if sum == 0 {
		return
	}
	n := rng.IntN(sum)
	for _, d := range deeds {
		if n -= d.weight; n < 0 {
			d.do()
			return
		}
	}
}

// key names the next command of the actor that runs.
func (w *world) key(what string) string {
	return fmt.Sprintf("%s/%s/%d", what, w.current.name, len(w.ledger.list))
}

// anOrder draws one of the newest orders, in most cases one that is as wanted; nil when
// there is none at all.
func (w *world) anOrder(rng *rand.Rand, wanted func(*order.Order) bool) (o *order.Order) {
	if len(w.orders) == 0 {
		return nil
	}
	for range 4 {
		id := w.orders[len(w.orders)-1-rng.IntN(min(12, len(w.orders)))]
		var err error
		if o, err = w.base.Order(sure, id); err != nil {
			w.fail("answer.kept", "order %s was acknowledged and is gone: %v", id, err)
		}
		if wanted(o) {
			return o
		}
	}
	return o
}

// upon is a deed that is about an order, in most cases one that is as wanted.
func (w *world) upon(a *actor, wanted func(*order.Order) bool, do func(*order.Order)) func() {
	return func() {
		if o := w.anOrder(a.rng, wanted); o != nil {
			do(o)
		}
	}
}

func isAny(*order.Order) bool { return true }

func isOpen(o *order.Order) bool { return o.ClosedAt.IsZero() }

func isReady(o *order.Order) bool {
	return (o.Status == order.StatusConfirmed || o.Status == order.StatusInProgress) &&
		has(o, func(l *order.Line) bool { return l.Open().Sign() > 0 })
}

func isSent(o *order.Order) bool {
	return has(o, func(l *order.Line) bool { return l.Shipped.Sign() > 0 })
}

func isReturning(o *order.Order) bool { return len(o.Returns) > 0 }

func isHeld(o *order.Order) bool {
	return o.PaymentStatus == order.PaymentAuthorized || o.PaymentStatus == order.PaymentPartiallyAuthorized
}

func isPaid(o *order.Order) bool {
	return o.PaymentStatus == order.PaymentPaid || o.PaymentStatus == order.PaymentOverpaid
}

func has(o *order.Order, what func(*order.Line) bool) bool {
	for i := range o.Lines {
		if what(&o.Lines[i]) {
			return true
		}
	}
	return false
}

// placed notes an order that was acknowledged.
func (w *world) placed(a answer) {
	if !slices.Contains(w.orders, a.order) {
		w.orders = append(w.orders, a.order)
	}
}

func units(n int64) quantity.Quantity { return quantity.FromMicro(n * quantity.PerUnit) }

func whole(q quantity.Quantity) int64 { return q.Micro() / quantity.PerUnit }

// stock fills the shelves: one item is scarce.
func (w *world) stock() {
	boss := &actor{name: "boss", rng: stream(w.options.Seed, 4), proc: w.procs[0], ctx: &deadline{}}
	w.current = boss
	boss.life = boss.proc.life
	for i, sku := range w.shop.skus {
		w.receive(sku, []int64{3, 20, 40, 60}[i]+boss.rng.Int64N(10), "main")
		if i%2 == 1 {
			w.receive(sku, 1+boss.rng.Int64N(20), "north")
		}
	}
	w.current = nil
}

// receive takes goods in.
func (w *world) receive(sku string, n int64, location string) {
	key := w.key("receive")
	w.ledger.received[sku] = append(w.ledger.received[sku], receipt{key, n})
	_ = w.give(ask{name: "Receive", key: key, do: func(ctx context.Context, c *oms.Client) (answer, error) {
		return answer{}, c.Inventory.Receive(ctx, inventory.Receipt{Key: key, SKU: sku, Location: location, Quantity: units(n)})
	}})
}

// about gives a command about an order that answers with it.
func (w *world) about(name string, id uuid.UUID, do func(ctx context.Context, c *oms.Client, key string) (answer, error)) {
	key := w.key(name)
	_ = w.give(ask{name: name, key: key, order: id, do: func(ctx context.Context, c *oms.Client) (answer, error) { return do(ctx, c, key) }})
}

// outside gives a command that goes on at a gateway or carrier.
func (w *world) outside(name string, id uuid.UUID, do func(ctx context.Context, c *oms.Client, key string) (answer, error)) error {
	key := w.key(name)
	return w.give(ask{name: name, key: key, calls: true, order: id, do: func(ctx context.Context, c *oms.Client) (answer, error) {
		return do(ctx, c, key)
	}})
}
