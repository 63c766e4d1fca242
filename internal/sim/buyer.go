package sim

import (
	"context"
	"fmt"

	"github.com/google/uuid"

	"github.com/go-oms/oms"
	"github.com/go-oms/oms/inventory"
	"github.com/go-oms/oms/money"
	"github.com/go-oms/oms/order"
	"github.com/go-oms/oms/payment"
	gateway "github.com/go-oms/oms/payment/sandbox"
)

// tokens are how buyers pay.
var tokens = []string{
	"tok_visa", "tok_visa", "tok_visa", "tok_visa", "tok_visa", "tok_visa", "tok_visa", "tok_visa",
	gateway.TokenDeclined, gateway.TokenPending, gateway.TokenPendingDeclined, gateway.TokenAction,
}

// buyer places orders, pays for them and calls them off.
func (w *world) buyer(a *actor) []deed {
	var mine []uuid.UUID
	carts := 0
	some := func(do func(*order.Order)) func() {
		return func() {
			if len(mine) == 0 {
				return
			}
			o, err := w.base.Order(sure, mine[len(mine)-1-a.rng.IntN(min(3, len(mine)))])
			if err == nil {
				do(o)
			}
		}
	}
	return []deed{
		{4, func() {
			carts++
			if id, ok := w.place(a, fmt.Sprint(a.name, "-", carts)); ok {
				mine = append(mine, id)
				if a.rng.IntN(4) > 0 {
					w.pay(a, id)
				}
			}
		}},
		{3, some(func(o *order.Order) { w.pay(a, o.ID) })},
		{1, some(func(o *order.Order) { w.cancel(o.ID, nil) })},
		{1, some(func(o *order.Order) { w.comeBack(a, o.ID) })},
		{1, func() { w.hold(a, fmt.Sprint(a.name, "-", carts+1)) }},
		{2, some(func(o *order.Order) { w.sendBack(a, o) })},
		{1, some(func(o *order.Order) { w.exchange(a, o) })},
		{1, func() { w.draft(a) }},
	}
}

// lines draws what is bought; the same item may stand on two lines.
func (w *world) lines(a *actor) (lines []oms.CartLine) {
	for range 1 + a.rng.IntN(3) {
		sku := w.shop.skus[a.rng.IntN(len(w.shop.skus))]
		lines = append(lines, oms.CartLine{SKU: sku, Quantity: units(1 + a.rng.Int64N(3)), Backorder: a.rng.IntN(10) == 0})
	}
	return lines
}

func (w *world) place(a *actor, cart string) (id uuid.UUID, ok bool) {
	key, lines := w.key("place"), w.lines(a)
	var coupons []string
	if a.rng.IntN(4) == 0 {
		coupons = []string{coupon}
	}
	_ = w.give(ask{name: "Place", key: key, do: func(ctx context.Context, c *oms.Client) (answer, error) {
		o, err := c.Place(ctx, oms.Cart{Key: key, CartID: cart, Lines: lines, Coupons: coupons, ShipTo: home})
		if err == nil && len(coupons) == 0 {
			w.priced(o)
		}
		return ofOrder(o, err)
	}, acknowledged: func(got answer) {
		id, ok = got.order, true
		w.placed(got)
	}})
	return id, ok
}

var home = order.Address{Name: "Ada", City: "London", Country: "GB"}

// draft keeps a cart as a draft, and has it placed by two who do not know of each other.
func (w *world) draft(a *actor) {
	key, lines := w.key("draft"), w.lines(a)
	var id uuid.UUID
	_ = w.give(ask{name: "SaveDraft", key: key, do: func(ctx context.Context, c *oms.Client) (answer, error) {
		d, err := c.SaveDraft(ctx, oms.Draft{Key: key, Lines: lines, Reserve: len(lines) == 1})
		if err != nil {
			return answer{}, err
		}
		id = d.ID
		return answer{text: d.ID.String()}, nil
	}})
	if id == uuid.Nil {
		return
	}
	var first uuid.UUID
	for range 2 {
		place := w.key("draft placed")
		_ = w.give(ask{name: "PlaceDraft", key: place, do: func(ctx context.Context, c *oms.Client) (answer, error) {
			return ofOrder(c.PlaceDraft(ctx, id, oms.DraftPlacement{Key: place, ShipTo: home}))
		}, acknowledged: func(got answer) {
			if first != uuid.Nil && first != got.order {
				w.fail("draft.once", "draft %s became orders %s and %s", id, first, got.order)
			}
			first = got.order
			w.placed(got)
		}})
	}
}

// exchange sends units back and takes others for them.
func (w *world) exchange(a *actor, o *order.Order) {
	lines := some(a, o, func(l *order.Line) int64 { return whole(l.Returnable()) })
	if len(lines) == 0 {
		return
	}
	taken, later := w.lines(a), a.rng.IntN(2) == 0
	key := w.key("exchange")
	_ = w.give(ask{name: "Exchange", key: key, order: o.ID, do: func(ctx context.Context, c *oms.Client) (answer, error) {
		e, err := c.Exchange(ctx, o.ID, oms.Exchange{Key: key, Lines: lines, For: taken, OnReceipt: later})
		if err != nil {
			return answer{}, err
		}
		return ofOrder(e.Order, nil)
	}, acknowledged: w.placed})
}

// hold keeps stock for the cart that will be placed next.
func (w *world) hold(a *actor, cart string) {
	key := w.key("hold")
	line := inventory.HoldLine{SKU: w.shop.skus[a.rng.IntN(len(w.shop.skus))], Quantity: units(1 + a.rng.Int64N(2))}
	_ = w.give(ask{name: "Reserve", key: key, do: func(ctx context.Context, c *oms.Client) (answer, error) {
		kept, err := c.Inventory.Reserve(ctx, inventory.Hold{Key: key, CartID: cart, Lines: []inventory.HoldLine{line}})
		return answer{text: fmt.Sprint(len(kept))}, err
	}})
}

func (w *world) pay(a *actor, id uuid.UUID) {
	p := oms.Payment{Gateway: "card", Source: tokens[a.rng.IntN(len(tokens))], Hold: a.rng.IntN(2) == 0}
	if a.rng.IntN(6) == 0 {
		if m, err := money.Minor(1+a.rng.Int64N(30_000), w.shop.currency); err == nil {
			p.Amount = m
		}
	}
	_ = w.outside("Pay", id, func(ctx context.Context, c *oms.Client, key string) (answer, error) {
		p.Key = key
		return ofPaid(c.Pay(ctx, id, p))
	})
}

func (w *world) cancel(id uuid.UUID, lines []oms.LineQuantity) {
	w.about("Cancel", id, func(ctx context.Context, c *oms.Client, key string) (answer, error) {
		return ofOrder(c.Cancel(ctx, id, oms.Cancellation{Key: key, Reason: "changed", Lines: lines}))
	})
}

// comeBack is a payer who returns from his bank.
func (w *world) comeBack(a *actor, id uuid.UUID) {
	tenders, err := w.base.Tenders(sure, id)
	if err != nil {
		return
	}
	for _, t := range tenders {
		for _, op := range t.Ops {
			if op.State != payment.ActionRequired {
				continue
			}
			back := oms.Comeback{Op: op.ID}
			if a.rng.IntN(3) == 0 {
				back.Params = map[string][]string{"result": {"failed"}}
			}
			w.loose("Continue", id, func(ctx context.Context, c *oms.Client) error {
				_, err := c.Continue(ctx, back)
				return err
			})
			return
		}
	}
}

// loose gives a command that has no key: it is repeatable by what it is about.
func (w *world) loose(name string, id uuid.UUID, do func(context.Context, *oms.Client) error) {
	a := w.current
	for range 1 + a.rng.IntN(2) {
		var err error
		w.enter()
		died := w.survive(func() { err = do(a.ctx, a.proc.client) })
		w.land(a)
		w.note("told", name, text(err))
		if err != nil && !classified(err) {
			w.fail("answer.kind", "%s: an error without a kind: %v", name, err)
		}
		if err == nil && !died {
			w.done[name]++
		}
		w.touch(id)
	}
}

// sendBack asks for a return of what has arrived.
func (w *world) sendBack(a *actor, o *order.Order) {
	lines := some(a, o, func(l *order.Line) int64 { return whole(l.Returnable()) })
	if len(lines) == 0 {
		return
	}
	w.about("RequestReturn", o.ID, func(ctx context.Context, c *oms.Client, key string) (answer, error) {
		return ofReturn(o.ID)(c.RequestReturn(ctx, o.ID, oms.ReturnRequest{Key: key, Lines: lines}))
	})
}

// some draws up to most units of some lines of an order.
func some(a *actor, o *order.Order, most func(*order.Line) int64) (lines []oms.LineQuantity) {
	for i := range o.Lines {
		l := &o.Lines[i]
		if n := most(l); n > 0 && a.rng.IntN(2) == 0 {
			lines = append(lines, oms.LineQuantity{LineID: l.ID, Quantity: units(1 + a.rng.Int64N(n))})
		}
	}
	return lines
}
