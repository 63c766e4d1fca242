package storagetest

import (
	"errors"
	"slices"

	"github.com/google/uuid"

	"github.com/go-oms/oms/fault"
	"github.com/go-oms/oms/inventory"
	"github.com/go-oms/oms/order"
	"github.com/go-oms/oms/quantity"
	"github.com/go-oms/oms/storage"
)

// asFacts turns promises into facts, which no store refuses.
func asFacts(b *storage.Batch) {
	for i := range b.Inventory.Moves {
		switch m := &b.Inventory.Moves[i]; m.Kind {
		case inventory.Allocate, inventory.Reserve, inventory.BackorderFill:
			m.Kind = inventory.Post
		case inventory.Backorder:
			m.Kind = inventory.BackorderVoid
		}
	}
}

// sees is a store that checks promises against levels as view shows them.
func sees(view func(l *inventory.Level)) func() *hooks {
	return overlooks(func(ctx ctxt, s store, b *storage.Batch, _ *inventory.ShortageError) {
		for _, d := range inventory.Sum(b.Inventory.Moves) {
			l := levelOf(ctx, s, d.SKU, d.Location)
			view(&l)
			if _, short, _ := d.Apply(l); short != nil {
				return
			}
		}
		asFacts(b)
	})
}

func levelOf(ctx ctxt, s store, sku, location string) inventory.Level {
	levels, _ := s.Levels(ctx, []string{sku})
	for _, l := range levels {
		if l.Location == location {
			return l
		}
	}
	return inventory.Level{SKU: sku, Location: location}
}

func has(b *storage.Batch, kind inventory.MoveKind) bool {
	return slices.ContainsFunc(b.Inventory.Moves, func(m inventory.Move) bool { return m.Kind == kind })
}

func stockFaults() []mistake {
	return []mistake{
		{name: "sells below zero", hooks: sees(func(l *inventory.Level) { l.OnHand = quantity.Of(1_000_000) })},
		{name: "names the first short level only", hooks: hooked(func(h *hooks) {
			h.commit = func(ctx ctxt, s store, b *storage.Batch) error {
				err := s.Commit(ctx, b)
				var shortage *inventory.ShortageError
				if errors.As(err, &shortage) {
					shortage.Shorts = shortage.Shorts[:1]
				}
				return err
			}
		})},
		{name: "checks each movement alone", hooks: overlooks(
			func(ctx ctxt, s store, b *storage.Batch, _ *inventory.ShortageError) {
				for i := range b.Inventory.Moves {
					d := inventory.Sum(b.Inventory.Moves[i : i+1])[0]
					if _, short, _ := d.Apply(levelOf(ctx, s, d.SKU, d.Location)); short != nil {
						return
					}
				}
				asFacts(b)
			})},
		{name: "sells what is kept back", hooks: sees(func(l *inventory.Level) { l.Safety = quantity.Of(0) })},
		{name: "sells what is reserved", hooks: sees(func(l *inventory.Level) { l.Reserved = quantity.Of(0) })},
		{name: "sells what is not available", hooks: sees(func(l *inventory.Level) { l.Unavailable = quantity.Of(0) })},
		{name: "refuses a count below what is promised", hooks: refuses(func(ctx ctxt, s store, b *storage.Batch) error {
			for _, d := range inventory.Sum(b.Inventory.Moves) {
				after, _, _ := d.Apply(levelOf(ctx, s, d.SKU, d.Location))
				if d.OnHand.Sign() < 0 && after.Available().Sign() < 0 && has(b, inventory.Adjust) && after.OnHand.Sign() < 1 && after.Backordered.IsZero() && len(b.Inventory.Moves) == 1 {
					return &inventory.ShortageError{Shorts: []inventory.Short{{SKU: d.SKU, Location: d.Location}}}
				}
			}
			return nil
		})},
		{name: "refuses to give up where nothing is available", hooks: refuses(func(ctx ctxt, s store, b *storage.Batch) error {
			for _, d := range inventory.Sum(b.Inventory.Moves) {
				if !d.Takes && levelOf(ctx, s, d.SKU, d.Location).Available().Sign() < 0 && (has(b, inventory.Release) || has(b, inventory.Void)) {
					return &inventory.ShortageError{Shorts: []inventory.Short{{SKU: d.SKU, Location: d.Location}}}
				}
			}
			return nil
		})},
		{name: "takes before it gives up", hooks: refuses(func(ctx ctxt, s store, b *storage.Batch) error {
			for i := range b.Inventory.Moves {
				m := &b.Inventory.Moves[i]
				d := inventory.Sum(b.Inventory.Moves[i : i+1])[0]
				if _, short, _ := d.Apply(levelOf(ctx, s, m.SKU, m.Location)); short != nil && has(b, inventory.Void) {
					return &inventory.ShortageError{Shorts: []inventory.Short{*short}}
				}
			}
			return nil
		})},
		{name: "ignores the backorder limit", hooks: sees(func(l *inventory.Level) { l.BackorderLimit = quantity.Of(-1) })},
		{name: "takes a negative backorder limit for zero", hooks: refuses(func(ctx ctxt, s store, b *storage.Batch) error {
			for _, d := range inventory.Sum(b.Inventory.Moves) {
				if d.Backorders && levelOf(ctx, s, d.SKU, d.Location).BackorderLimit.Sign() < 0 {
					return &inventory.ShortageError{Shorts: []inventory.Short{{SKU: d.SKU, Location: d.Location}}}
				}
			}
			return nil
		})},
		{name: "fills backorders from nothing", hooks: overlooks(
			func(_ ctxt, _ store, b *storage.Batch, _ *inventory.ShortageError) {
				if has(b, inventory.BackorderFill) && len(b.Inventory.Moves) == 1 {
					asFacts(b)
				}
			})},
		{name: "leaves out what contradicts the books", hooks: overlooks(
			func(_ ctxt, _ store, b *storage.Batch, _ *storage.BookError) {
				if len(b.Inventory.Moves) > 0 {
					b.Inventory.Moves = b.Inventory.Moves[:len(b.Inventory.Moves)-1]
				}
			})},
		{name: "takes damaged returns for good ones", hooks: commits(func(_ ctxt, _ store, b *storage.Batch) {
			for i := range b.Inventory.Moves {
				if m := &b.Inventory.Moves[i]; m.Kind == inventory.ReturnDamaged {
					m.Unavailable = quantity.Of(0)
				}
			}
		})},
		{name: "drops the second of two movements", hooks: commits(func(_ ctxt, _ store, b *storage.Batch) {
			if m := b.Inventory.Moves; len(m) == 2 {
				b.Inventory.Moves = m[:1]
			}
		})},
		{name: "inserts a reservation again", hooks: overlooksReservation(func(stored *inventory.Reservation, c *inventory.ReservationChange) bool {
			return stored != nil && c.Before == (inventory.Reservation{})
		})},
		{name: "inserts a reservation that was to be changed", hooks: overlooksReservation(func(stored *inventory.Reservation, c *inventory.ReservationChange) bool {
			return stored == nil
		})},
		{name: "ignores a reservation's quantity", hooks: overlooksReservation(func(stored *inventory.Reservation, c *inventory.ReservationChange) bool {
			return stored != nil && c.Before.Status == stored.Status && c.Before.ExpiresAt.Equal(stored.ExpiresAt)
		})},
		{name: "ignores a reservation's status", hooks: overlooksReservation(func(stored *inventory.Reservation, c *inventory.ReservationChange) bool {
			return stored != nil && c.Before.Quantity == stored.Quantity && c.Before.ExpiresAt.Equal(stored.ExpiresAt)
		})},
		{name: "ignores a reservation's expiry", hooks: overlooksReservation(func(stored *inventory.Reservation, c *inventory.ReservationChange) bool {
			return stored != nil && c.Before.Status == stored.Status && c.Before.Quantity == stored.Quantity
		})},
		{name: "refuses a second change of a reservation", hooks: refuses(func(_ ctxt, _ store, b *storage.Batch) error {
			if r := b.Inventory.Reservations; len(r) == 2 && r[0].After.ID == r[1].After.ID {
				return &fault.StaleError{Kind: "reservation", ID: r[0].After.ID.String(), Actual: -1}
			}
			return nil
		})},
	}
}

// overlooksReservation accepts a change of a reservation that is not as Before
// has it where accept says so.
func overlooksReservation(accept func(stored *inventory.Reservation, c *inventory.ReservationChange) bool) func() *hooks {
	return overlooks(func(ctx ctxt, s store, b *storage.Batch, e *fault.StaleError) {
		for i := range b.Inventory.Reservations {
			c := &b.Inventory.Reservations[i]
			if e.ID != c.After.ID.String() {
				continue
			}
			var stored *inventory.Reservation
			_ = s.Snapshot(ctx, func(books storage.Books) error {
				for r := range books.AllReservations(ctx) {
					if r.ID == c.After.ID {
						stored = &r
					}
				}
				return nil
			})
			if !accept(stored, c) {
				continue
			}
			if c.Before = (inventory.Reservation{}); stored != nil {
				c.Before = *stored
			}
		}
	})
}

func couponFaults() []mistake {
	uses := func(b *storage.Batch, change func(u *order.CouponUse)) {
		for i := range b.Orders {
			for j := range b.Orders[i].Coupons {
				change(&b.Orders[i].Coupons[j])
			}
		}
	}
	return []mistake{
		{name: "ignores a coupon's limit", hooks: commits(func(_ ctxt, _ store, b *storage.Batch) {
			uses(b, func(u *order.CouponUse) { u.Limit = 0 })
		})},
		{name: "ignores a customer's limit", hooks: commits(func(_ ctxt, _ store, b *storage.Batch) {
			uses(b, func(u *order.CouponUse) {
				if u.PerCustomer > 0 {
					u.PerCustomer = 1_000_000
				}
			})
		})},
		{name: "takes a customer's limit for everybody's", hooks: hooked(func(h *hooks) {
			h.commit = func(ctx ctxt, s store, b *storage.Batch) error {
				c := deepCopy(b)
				uses(c, func(u *order.CouponUse) {
					if u.PerCustomer > 0 && u.Limit == 0 {
						u.Limit = u.PerCustomer
					}
				})
				return s.Commit(ctx, c)
			}
		})},
		{name: "does not count what has no limit", hooks: commits(func(_ ctxt, _ store, b *storage.Batch) {
			uses(b, func(u *order.CouponUse) {
				if u.Limit+u.PerCustomer == 0 {
					u.Uses = 0
				}
			})
		})},
		{name: "takes no uses back", hooks: commits(func(_ ctxt, _ store, b *storage.Batch) {
			uses(b, func(u *order.CouponUse) { u.Uses = max(u.Uses, 0) })
		})},
		{name: "counts a batch's uses of a coupon once", hooks: commits(func(_ ctxt, _ store, b *storage.Batch) {
			for i := range b.Orders {
				b.Orders[i].Coupons = slices.CompactFunc(b.Orders[i].Coupons,
					func(x, y order.CouponUse) bool { return x.Code == y.Code })
			}
		})},
		{name: "makes up uses of unknown coupons", hooks: hooked(func(h *hooks) {
			h.coupons = func(ctx ctxt, s store, codes []string, customer uuid.UUID) (map[string]order.Uses, error) {
				m, err := s.CouponUses(ctx, codes, customer)
				for code, u := range m {
					if code == "none" {
						m[code] = order.Uses{All: u.All + 1}
					}
				}
				return m, err
			}
		})},
	}
}
