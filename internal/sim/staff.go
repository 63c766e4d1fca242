package sim

import (
	"context"
	"fmt"

	"github.com/google/uuid"

	"github.com/go-oms/oms"
	"github.com/go-oms/oms/money"
	"github.com/go-oms/oms/order"
)

// clerk is who changes orders, holds them, and gives money back.
func (w *world) clerk(a *actor) []deed {
	return []deed{
		{2, w.upon(a, isOpen, func(o *order.Order) {
			if lines := some(a, o, func(l *order.Line) int64 { return whole(l.Open()) }); len(lines) > 0 {
				w.cancel(o.ID, lines)
			}
		})},
		{3, w.upon(a, isHeld, func(o *order.Order) { w.capture(a, o.ID) })},
		{3, w.upon(a, isPaid, func(o *order.Order) { w.refund(a, o) })},
		{2, w.upon(a, isOpen, func(o *order.Order) { w.change(a, o) })},
		{1, w.upon(a, isOpen, w.undo)},
		{1, w.upon(a, isOpen, w.putOnHold)},
		{3, w.upon(a, func(o *order.Order) bool { return len(o.Holds) > 0 }, w.release)},
		{1, w.upon(a, isAny, func(o *order.Order) {
			w.about("AddNote", o.ID, func(ctx context.Context, c *oms.Client, key string) (answer, error) {
				return ofOrder(c.AddNote(ctx, o.ID, oms.Note{Key: key, Text: "call back"}))
			})
		})},
	}
}

func (w *world) putOnHold(o *order.Order) {
	w.about("Hold", o.ID, func(ctx context.Context, c *oms.Client, key string) (answer, error) {
		return ofOrder(c.Hold(ctx, o.ID, oms.HoldRequest{Key: key, Type: order.HoldManual, Reason: "asked for"}))
	})
}

func (w *world) change(a *actor, o *order.Order) {
	var steps []order.Step
	for i := range o.Lines {
		l := &o.Lines[i]
		open := whole(l.Open())
		if a.rng.IntN(2) == 0 || open == 0 {
			continue
		}
		s := order.Step{LineID: l.ID, Quantity: units(1 + a.rng.Int64N(open)), Type: order.StepCancel}
		switch a.rng.IntN(3) {
		case 0:
			s.Type, s.SKU = order.StepReplace, w.shop.skus[a.rng.IntN(len(w.shop.skus))]
		case 1:
			s.Type, s.Quantity = order.StepQuantity, units(whole(l.Quantity)-whole(l.Canceled)+1)
		}
		steps = append(steps, s)
	}
	if fee, err := money.Minor(1+a.rng.Int64N(900), w.shop.currency); err == nil && a.rng.IntN(3) == 0 {
		kind := []order.StepType{order.StepFee, order.StepDiscount}[a.rng.IntN(2)]
		steps = append(steps, order.Step{Type: kind, Code: "service", Price: fee})
	}
	if len(steps) == 0 {
		return
	}
	w.about("Change", o.ID, func(ctx context.Context, c *oms.Client, key string) (answer, error) {
		return ofOrder(c.Change(ctx, o.ID, oms.ChangeRequest{Key: key, Steps: steps, Reason: "asked for"}))
	})
}

func (w *world) undo(o *order.Order) {
	if len(o.Changes) == 0 {
		return
	}
	last := o.Changes[len(o.Changes)-1].ID
	w.about("UndoChange", o.ID, func(ctx context.Context, c *oms.Client, key string) (answer, error) {
		return ofOrder(c.UndoChange(ctx, o.ID, last, oms.ChangeDecision{Key: key}))
	})
}

// release lifts a hold that is in force.
func (w *world) release(o *order.Order) {
	for _, h := range o.Holds {
		if h.Status != order.HoldOpen {
			continue
		}
		w.about("ReleaseHold", o.ID, func(ctx context.Context, c *oms.Client, key string) (answer, error) {
			return ofOrder(c.ReleaseHold(ctx, o.ID, h.ID, oms.HoldRelease{Key: key, Reason: "looked at"}))
		})
		return
	}
}

func (w *world) capture(a *actor, id uuid.UUID) {
	p := oms.Capture{}
	if a.rng.IntN(3) == 0 {
		if m, err := money.Minor(1+a.rng.Int64N(20_000), w.shop.currency); err == nil {
			p.Amount = m
		}
	}
	_ = w.outside("Capture", id, func(ctx context.Context, c *oms.Client, key string) (answer, error) {
		p.Key = key
		return ofPaid(c.Capture(ctx, id, p))
	})
}

func (w *world) refund(a *actor, o *order.Order) {
	p := oms.Refund{Reason: "sorry"}
	if a.rng.IntN(2) == 0 {
		if m, err := money.Minor(1+a.rng.Int64N(12_000), w.shop.currency); err == nil {
			p.Amount = m
		}
	}
	_ = w.outside("Refund", o.ID, func(ctx context.Context, c *oms.Client, key string) (answer, error) {
		p.Key = key
		return ofPaid(c.Refund(ctx, o.ID, p))
	})
}

// warehouse is who takes goods in, sends them, and unpacks what comes back.
func (w *world) warehouse(a *actor) []deed {
	return []deed{
		{6, w.upon(a, isReady, func(o *order.Order) { w.ship(a, o) })},
		{1, func() {
			w.receive(w.shop.skus[a.rng.IntN(len(w.shop.skus))], 1+a.rng.Int64N(5), []string{"main", "north"}[a.rng.IntN(2)])
		}},
		{2, w.upon(a, isSent, func(o *order.Order) {
			w.about("Deliver", o.ID, func(ctx context.Context, c *oms.Client, key string) (answer, error) {
				return ofOrder(c.Deliver(ctx, o.ID, oms.Delivery{Key: key}))
			})
		})},
		{3, w.upon(a, isReturning, func(o *order.Order) { w.unpack(a, o) })},
	}
}

func (w *world) ship(a *actor, o *order.Order) {
	p := oms.Shipping{Carrier: []string{"post", "post", ""}[a.rng.IntN(3)]}
	if a.rng.IntN(2) == 0 {
		p.Location = []string{"main", "north"}[a.rng.IntN(2)]
	}
	if a.rng.IntN(3) == 0 {
		p.Lines = some(a, o, func(l *order.Line) int64 { return whole(l.Allocated) + whole(l.Released) })
	}
	_ = w.outside("Ship", o.ID, func(ctx context.Context, c *oms.Client, key string) (answer, error) {
		p.Key = key
		s, err := c.Ship(ctx, o.ID, p)
		if err == nil && s.Carrier != "" {
			w.left(parcel{order: o.ID, tracking: s.Tracking})
		}
		return ofShipment(s, err)
	})
}

// unpack takes in a return, whole or in part.
func (w *world) unpack(a *actor, o *order.Order) {
	for i := range o.Returns {
		r := &o.Returns[i]
		var lines []oms.ReceptionLine
		for j := range r.Lines {
			l := &r.Lines[j]
			n := whole(l.Outstanding())
			if n == 0 {
				continue
			}
			good := a.rng.Int64N(n + 1)
			damaged := a.rng.Int64N(n - good + 1)
			if good+damaged > 0 {
				lines = append(lines, oms.ReceptionLine{LineID: l.LineID, Good: units(good), Damaged: units(damaged)})
			}
		}
		if len(lines) == 0 {
			continue
		}
		if a.rng.IntN(3) == 0 {
			w.about("CancelReturn", o.ID, func(ctx context.Context, c *oms.Client, key string) (answer, error) {
				return ofReturn(o.ID)(c.CancelReturn(ctx, o.ID, r.ID, oms.ReturnCancellation{Key: key}))
			})
			return
		}
		w.about("ReceiveReturn", o.ID, func(ctx context.Context, c *oms.Client, key string) (answer, error) {
			return ofReturn(o.ID)(c.ReceiveReturn(ctx, o.ID, r.ID, oms.Reception{Key: key, Location: "main", Lines: lines}))
		})
		return
	}
}

// importer brings past orders over while buyers buy.
func (w *world) importer(a *actor) []deed {
	n := 0
	return []deed{{1, func() {
		n++
		key, ref := w.key("import"), fmt.Sprintf("OLD-%d", n)
		price := w.shop.prices[w.shop.skus[0]]
		past := oms.Past{
			Key: key, Channel: "old", ExternalRef: ref, PlacedAt: w.now.AddDate(0, -1, 0), PaidAt: w.now.AddDate(0, -1, 0),
			Lines:   []oms.PastLine{{SKU: w.shop.skus[a.rng.IntN(len(w.shop.skus))], Quantity: units(1 + a.rng.Int64N(3)), UnitPrice: price}},
			Gateway: "manual", Method: "cash", Location: "main",
			ReceivedAt: w.now.AddDate(0, -1, 0), ShippedAt: w.now.AddDate(0, -1, 1), DeliveredAt: w.now.AddDate(0, -1, 2),
		}
		_ = w.give(ask{name: "Import", key: key, do: func(ctx context.Context, c *oms.Client) (answer, error) {
			return ofOrder(c.Import(ctx, past))
		}})
		w.rested(a, 40)
	}}}
}
