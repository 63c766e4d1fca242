package storagetest

import (
	"cmp"
	"iter"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"github.com/google/uuid"

	"github.com/go-oms/oms/crm"
	"github.com/go-oms/oms/event"
	"github.com/go-oms/oms/fault"
	"github.com/go-oms/oms/fulfillment"
	"github.com/go-oms/oms/inventory"
	"github.com/go-oms/oms/order"
	"github.com/go-oms/oms/payment"
	"github.com/go-oms/oms/storage"
)

// rewalk yields what change makes of all that a walk yields.
func rewalk[T any](seq iter.Seq2[T, error], change func(list []T) []T) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		list, err := collect(seq)
		if err != nil {
			var none T
			yield(none, err)
			return
		}
		for _, v := range change(list) {
			if !yield(v, nil) {
				return
			}
		}
	}
}

// lists are hooks that change what a listing of orders yields.
func lists(change func(f *order.Filter, list []*order.Order) []*order.Order) func() *hooks {
	return hooked(func(h *hooks) {
		h.orders = func(ctx ctxt, s store, f order.Filter) iter.Seq2[*order.Order, error] {
			return rewalk(s.Orders(ctx, f), func(l []*order.Order) []*order.Order { return change(&f, l) })
		}
	})
}

// filters are hooks that change the filter of a listing of orders.
func filters(change func(f *order.Filter)) func() *hooks {
	return hooked(func(h *hooks) {
		h.orders = func(ctx ctxt, s store, f order.Filter) iter.Seq2[*order.Order, error] {
			change(&f)
			return s.Orders(ctx, f)
		}
	})
}

// readsOrder are hooks that change an order that is read.
func readsOrder(change func(o *order.Order)) func() *hooks {
	return hooked(func(h *hooks) {
		h.order = func(ctx ctxt, s store, id uuid.UUID) (*order.Order, error) {
			o, err := s.Order(ctx, id)
			if o != nil {
				change(o)
			}
			return o, err
		}
	})
}

func orderFaults() []mistake {
	return []mistake{
		{name: "answers an empty order for an unknown reference", hooks: hooked(func(h *hooks) {
			h.orderBy = func(ctx ctxt, s store, ref order.Ref) (*order.Order, error) {
				o, err := s.OrderBy(ctx, ref)
				if is[*fault.NotFoundError](err) && ref.Number == "none" {
					return &order.Order{}, nil
				}
				return o, err
			}
		})},
		{name: "finds an order by external reference in any channel", hooks: hooked(func(h *hooks) {
			h.orderBy = func(ctx ctxt, s store, ref order.Ref) (*order.Order, error) {
				o, err := s.OrderBy(ctx, ref)
				for x := range s.Orders(ctx, order.Filter{}) {
					if err != nil && ref.ExternalRef != "" && x.ExternalRef == ref.ExternalRef {
						return x, nil
					}
				}
				return o, err
			}
		})},
		{name: "takes the first of several references", hooks: hooked(func(h *hooks) {
			h.orderBy = func(ctx ctxt, s store, ref order.Ref) (*order.Order, error) {
				o, err := s.OrderBy(ctx, ref)
				if is[*fault.InvalidError](err) {
					return nil, nil
				}
				return o, err
			}
		})},
		{name: "leaves the addresses of a changed order out", hooks: readsOrder(func(o *order.Order) {
			if o.Version > 1 {
				o.BillTo = nil
			}
		})},
		{name: "sorts adjustments by time", hooks: readsOrder(func(o *order.Order) {
			slices.SortStableFunc(o.Adjustments, func(a, b order.Adjustment) int { return a.At.Compare(b.At) })
		})},
		{name: "lists orders of one moment in any order", hooks: lists(func(f *order.Filter, l []*order.Order) []*order.Order {
			if f.Limit == 0 && f.After == nil && len(l) == 7 {
				slices.SortStableFunc(l, func(a, b *order.Order) int {
					c := a.PlacedAt.Compare(b.PlacedAt)
					if !f.Ascending {
						c = -c
					}
					return cmp.Or(c, strings.Compare(b.Number, a.Number))
				})
			}
			return l
		})},
		{name: "loses an order between pages", hooks: lists(func(_ *order.Filter, l []*order.Order) []*order.Order {
			if len(l) > 256 {
				l = slices.Delete(l, 256, 257)
			}
			return l
		})},
		{name: "begins at the cursor", hooks: hooked(func(h *hooks) {
			h.orders = func(ctx ctxt, s store, f order.Filter) iter.Seq2[*order.Order, error] {
				if f.After != nil {
					after := *f.After
					if after.ID[15]--; !f.Ascending {
						after.ID[15] += 2
					}
					f.After = &after
				}
				return s.Orders(ctx, f)
			}
		})},
		{name: "ignores a listing's limit", hooks: filters(func(f *order.Filter) { f.Limit = 0 })},
		{name: "ignores the statuses but the first", hooks: filters(func(f *order.Filter) { f.Statuses = f.Statuses[:min(1, len(f.Statuses))] })},
		{name: "ignores a listing's channel", hooks: filters(func(f *order.Filter) { f.Channel = "" })},
		{name: "ignores a listing's customer", hooks: filters(func(f *order.Filter) { f.CustomerID = uuid.UUID{} })},
		{name: "lists expiries up to and including the time", hooks: filters(func(f *order.Filter) {
			if !f.ExpiresTo.IsZero() {
				f.ExpiresTo = f.ExpiresTo.Add(time.Microsecond)
			}
		})},
		{name: "lists returns due up to and including the time", hooks: filters(func(f *order.Filter) {
			if !f.ReturnsDueTo.IsZero() {
				f.ReturnsDueTo = f.ReturnsDueTo.Add(time.Microsecond)
			}
		})},
		{name: "ignores the company that orders are for", hooks: filters(func(f *order.Filter) { f.CompanyID = uuid.UUID{} })},
		{name: "ignores a return's tracking number", hooks: filters(func(f *order.Filter) { f.ReturnTracking = "" })},
		{name: "ignores whether anything is claimed", hooks: filters(func(f *order.Filter) { f.Claimed = false })},
		{name: "ignores whether anything is backordered", hooks: filters(func(f *order.Filter) { f.Backordered = false })},
		{name: "lists up to and including the end of the period", hooks: filters(func(f *order.Filter) {
			if !f.PlacedTo.IsZero() {
				f.PlacedTo = f.PlacedTo.Add(time.Microsecond)
			}
		})},
		{name: "lists from behind the beginning of the period", hooks: filters(func(f *order.Filter) {
			if !f.PlacedFrom.IsZero() {
				f.PlacedFrom = f.PlacedFrom.Add(time.Microsecond)
			}
		})},
		{name: "ignores the hold that is asked for", hooks: filters(func(f *order.Filter) { f.OnHold = "" })},
		{name: "ignores when holds end", hooks: filters(func(f *order.Filter) { f.HoldsTo = time.Time{} })},
		{name: "lists holds that end up to and including the time", hooks: filters(func(f *order.Filter) {
			if !f.HoldsTo.IsZero() {
				f.HoldsTo = f.HoldsTo.Add(time.Microsecond)
			}
		})},
		{name: "lists orders without their holds", hooks: lists(func(_ *order.Filter, l []*order.Order) []*order.Order {
			for _, o := range l {
				o.Holds = nil
			}
			return l
		})},
		{name: "lists orders without their returns", hooks: lists(func(_ *order.Filter, l []*order.Order) []*order.Order {
			for _, o := range l {
				o.Returns = nil
			}
			return l
		})},
		{name: "locks writers out of a listing", hooks: func() *hooks {
			var walking atomic.Int32
			return &hooks{
				orders: func(ctx ctxt, s store, f order.Filter) iter.Seq2[*order.Order, error] {
					return func(yield func(*order.Order, error) bool) {
						walking.Add(1)
						defer walking.Add(-1)
						s.Orders(ctx, f)(yield)
					}
				},
				commit: func(ctx ctxt, s store, b *storage.Batch) error {
					if walking.Load() > 0 {
						return &fault.TransientError{Op: "commit", Err: errWrong}
					}
					return s.Commit(ctx, b)
				},
			}
		}},
		{name: "gives notes in order of recording", hooks: hooked(func(h *hooks) {
			h.notes = func(ctx ctxt, s store, id uuid.UUID) ([]order.Note, error) {
				notes, err := s.Notes(ctx, id)
				slices.SortFunc(notes, func(a, b order.Note) int { return strings.Compare(a.Text, b.Text) })
				return notes, err
			}
		})},
		{name: "gives no notes of an unknown order", hooks: hooked(func(h *hooks) {
			h.notes = func(ctx ctxt, s store, id uuid.UUID) ([]order.Note, error) {
				notes, err := s.Notes(ctx, id)
				if is[*fault.NotFoundError](err) {
					return nil, nil
				}
				return notes, err
			}
		})},
	}
}

func inventoryFaults() []mistake {
	return []mistake{
		{name: "gives items as asked for", hooks: hooked(func(h *hooks) {
			h.items = func(ctx ctxt, s store, skus []string) ([]inventory.Item, error) {
				items, err := s.Items(ctx, skus)
				slices.SortFunc(items, func(a, b inventory.Item) int {
					return cmp.Compare(slices.Index(skus, a.SKU), slices.Index(skus, b.SKU))
				})
				return items, err
			}
		})},
		{name: "makes up items that are not registered", hooks: hooked(func(h *hooks) {
			h.items = func(ctx ctxt, s store, skus []string) ([]inventory.Item, error) {
				items, err := s.Items(ctx, skus)
				if slices.Contains(skus, "none") {
					items = append(items, inventory.Item{SKU: "none"})
				}
				return items, err
			}
		})},
		{name: "gives levels in order of location", hooks: hooked(func(h *hooks) {
			h.levels = func(ctx ctxt, s store, skus []string) ([]inventory.Level, error) {
				levels, err := s.Levels(ctx, skus)
				slices.SortStableFunc(levels, func(a, b inventory.Level) int { return strings.Compare(a.Location, b.Location) })
				return levels, err
			}
		})},
		{name: "gives locations in order of code", hooks: hooked(func(h *hooks) {
			h.locations = func(ctx ctxt, s store) ([]inventory.Location, error) {
				list, err := s.Locations(ctx)
				slices.SortFunc(list, func(a, b inventory.Location) int { return strings.Compare(a.Code, b.Code) })
				return list, err
			}
		})},
		{name: "gives movements in order of business time", hooks: movesChanged(func(_ *inventory.MoveFilter, l []inventory.Move) []inventory.Move {
			slices.SortStableFunc(l, func(a, b inventory.Move) int { return a.At.Compare(b.At) })
			return l
		})},
		{name: "gives a batch's movements in order of id", hooks: movesChanged(func(_ *inventory.MoveFilter, l []inventory.Move) []inventory.Move {
			slices.SortStableFunc(l, func(a, b inventory.Move) int {
				if a.Cause != b.Cause {
					return 0
				}
				return strings.Compare(a.ID.String(), b.ID.String())
			})
			return l
		})},
		{name: "gives movements up to and including the end", hooks: movesFilter(func(f *inventory.MoveFilter) {
			if !f.To.IsZero() {
				f.To = f.To.Add(time.Microsecond)
			}
		})},
		{name: "ignores the location of movements", hooks: movesFilter(func(f *inventory.MoveFilter) { f.Location = "" })},
		{name: "ignores the order of movements", hooks: movesFilter(func(f *inventory.MoveFilter) { f.OrderID = uuid.UUID{} })},
		{name: "gives the newest reservations first", hooks: hooked(func(h *hooks) {
			h.reservations = func(ctx ctxt, s store, f inventory.ReservationFilter) ([]inventory.Reservation, error) {
				limit := f.Limit
				f.Limit = 0
				list, err := s.Reservations(ctx, f)
				slices.Reverse(list)
				if limit > 0 {
					list = list[:min(limit, len(list))]
				}
				return list, err
			}
		})},
		{name: "takes a reservation for expired a moment late", hooks: reservationsFilter(func(f *inventory.ReservationFilter) {
			if !f.ExpiredBefore.IsZero() {
				f.ExpiredBefore = f.ExpiredBefore.Add(-time.Microsecond)
			}
		})},
		{name: "ignores the kind of reservations", hooks: reservationsFilter(func(f *inventory.ReservationFilter) { f.Kind = "" })},
		{name: "ignores the SKUs of an owner's reservations", hooks: reservationsFilter(func(f *inventory.ReservationFilter) {
			if f.Owner != "" {
				f.SKUs = nil
			}
		})},
		{name: "finds closed reservations too", hooks: hooked(func(h *hooks) {
			h.reservations = func(ctx ctxt, s store, f inventory.ReservationFilter) ([]inventory.Reservation, error) {
				list, err := s.Reservations(ctx, f)
				_ = s.Snapshot(ctx, func(b storage.Books) error {
					for r := range b.AllReservations(ctx) {
						if r.Status != inventory.Pending && err == nil {
							list = append(list, r)
						}
					}
					return nil
				})
				return list, err
			}
		})},
		{name: "finds reservations by their first expiry", hooks: func() *hooks {
			first := map[uuid.UUID]time.Time{}
			return &hooks{
				commit: func(ctx ctxt, s store, b *storage.Batch) error {
					err := s.Commit(ctx, b)
					for _, c := range b.Inventory.Reservations {
						if _, ok := first[c.After.ID]; !ok && err == nil {
							first[c.After.ID] = c.After.ExpiresAt
						}
					}
					return err
				},
				reservations: func(ctx ctxt, s store, f inventory.ReservationFilter) ([]inventory.Reservation, error) {
					at := f.ExpiredBefore
					f.ExpiredBefore = time.Time{}
					list, err := s.Reservations(ctx, f)
					if !at.IsZero() {
						list = slices.DeleteFunc(list, func(r inventory.Reservation) bool { return first[r.ID].IsZero() || first[r.ID].After(at) })
					}
					return list, err
				},
			}
		}},
	}
}

func movesChanged(change func(f *inventory.MoveFilter, l []inventory.Move) []inventory.Move) func() *hooks {
	return hooked(func(h *hooks) {
		h.moves = func(ctx ctxt, s store, f inventory.MoveFilter) iter.Seq2[inventory.Move, error] {
			return rewalk(s.Moves(ctx, f), func(l []inventory.Move) []inventory.Move { return change(&f, l) })
		}
	})
}

func movesFilter(change func(f *inventory.MoveFilter)) func() *hooks {
	return hooked(func(h *hooks) {
		h.moves = func(ctx ctxt, s store, f inventory.MoveFilter) iter.Seq2[inventory.Move, error] {
			change(&f)
			return s.Moves(ctx, f)
		}
	})
}

func reservationsFilter(change func(f *inventory.ReservationFilter)) func() *hooks {
	return hooked(func(h *hooks) {
		h.reservations = func(ctx ctxt, s store, f inventory.ReservationFilter) ([]inventory.Reservation, error) {
			change(&f)
			return s.Reservations(ctx, f)
		}
	})
}

// readsTender are hooks that change a tender that is read.
func readsTender(change func(x *payment.Tender)) func() *hooks {
	return hooked(func(h *hooks) {
		h.tender = func(ctx ctxt, s store, id uuid.UUID) (*payment.Tender, error) {
			x, err := s.Tender(ctx, id)
			if x != nil {
				change(x)
			}
			return x, err
		}
	})
}

func paymentFaults() []mistake {
	return []mistake{
		{name: "finds a tender by an empty reference", hooks: hooked(func(h *hooks) {
			h.tenderOf = func(ctx ctxt, s store, op uuid.UUID, gateway, ref string) (*payment.Tender, error) {
				x, err := s.TenderOf(ctx, op, gateway, ref)
				if err != nil && op == (uuid.UUID{}) && ref == "" && ctx.Err() == nil {
					return &payment.Tender{}, nil
				}
				return x, err
			}
		})},
		{name: "finds no tender without an error", hooks: hooked(func(h *hooks) {
			h.tender = func(ctx ctxt, s store, id uuid.UUID) (*payment.Tender, error) {
				x, err := s.Tender(ctx, id)
				if is[*fault.NotFoundError](err) {
					return nil, nil
				}
				return x, err
			}
		})},
		{name: "gives the tenders of an order in order of id", hooks: hooked(func(h *hooks) {
			h.tenders = func(ctx ctxt, s store, id uuid.UUID) ([]*payment.Tender, error) {
				list, err := s.Tenders(ctx, id)
				slices.SortFunc(list, func(a, b *payment.Tender) int { return strings.Compare(a.ID.String(), b.ID.String()) })
				return list, err
			}
		})},
		{name: "finds a tender by its first operation only", hooks: hooked(func(h *hooks) {
			h.tenderOf = func(ctx ctxt, s store, op uuid.UUID, gateway, ref string) (*payment.Tender, error) {
				x, err := s.TenderOf(ctx, op, gateway, ref)
				if err == nil && op == (uuid.UUID{}) && x.Ops[0].Ref != ref {
					return nil, fault.NotFound("tender", ref)
				}
				return x, err
			}
		})},
		{name: "sorts operations by time", hooks: readsTender(func(x *payment.Tender) {
			slices.SortStableFunc(x.Ops, func(a, b payment.Op) int { return a.CreatedAt.Compare(b.CreatedAt) })
		})},
		{name: "gives due tenders in order of id", hooks: hooked(func(h *hooks) {
			h.dueTenders = func(ctx ctxt, s store, at time.Time, limit int) ([]*payment.Tender, error) {
				list, err := s.DueTenders(ctx, at, 0)
				slices.SortFunc(list, func(a, b *payment.Tender) int { return strings.Compare(a.ID.String(), b.ID.String()) })
				return list[:min(limit, len(list))], err
			}
		})},
		{name: "takes a tender for due a moment late", hooks: hooked(func(h *hooks) {
			h.dueTenders = func(ctx ctxt, s store, at time.Time, limit int) ([]*payment.Tender, error) {
				return s.DueTenders(ctx, at.Add(-time.Microsecond), limit)
			}
		})},
		{name: "gives the newest parked reports first", hooks: hooked(func(h *hooks) {
			h.parked = func(ctx ctxt, s store, limit int) ([]payment.Report, error) {
				list, err := s.ParkedReports(ctx, limit)
				slices.Reverse(list)
				return list, err
			}
		})},
		{name: "leaves matched reports parked", hooks: func() *hooks {
			taken := []payment.Report{}
			return &hooks{
				commit: func(ctx ctxt, s store, b *storage.Batch) error {
					for i := range b.Payments {
						if d := b.Payments[i].Delta; len(b.Payments[i].Matched) > 0 {
							taken = append(taken, d.Reports...)
						}
					}
					return s.Commit(ctx, b)
				},
				parked: func(ctx ctxt, s store, limit int) ([]payment.Report, error) {
					list, err := s.ParkedReports(ctx, limit)
					return append(list, taken...), err
				},
			}
		}},
		{name: "forgets a secret with the next change", hooks: commits(func(_ ctxt, _ store, b *storage.Batch) {
			for i := range b.Payments {
				if c := &b.Payments[i]; c.Secret == nil && c.Delta != nil && c.Delta.Tender.Version > 1 {
					c.Secret = &payment.Secret{TenderID: c.Delta.Tender.ID}
				}
			}
		})},
		{name: "tells a secret in the history", hooks: hooked(func(h *hooks) {
			h.history = func(ctx ctxt, s store, aggregate string, id uuid.UUID) ([]event.Event, error) {
				list, err := s.History(ctx, aggregate, id)
				for i := range list {
					if x, _ := s.Tender(ctx, id); x != nil && x.Source != "" {
						list[i].Cause = x.Source
					}
				}
				return list, err
			}
		})},
	}
}

func fulfillmentFaults() []mistake {
	return []mistake{
		{name: "finds no fulfilment order without an error", hooks: hooked(func(h *hooks) {
			h.fulfillment = func(ctx ctxt, s store, id uuid.UUID) (*fulfillment.Fulfillment, error) {
				f, err := s.Fulfillment(ctx, id)
				if is[*fault.NotFoundError](err) {
					return nil, nil
				}
				return f, err
			}
		})},
		{name: "gives the newest fulfilment orders first", hooks: hooked(func(h *hooks) {
			h.fulfillments = func(ctx ctxt, s store, id uuid.UUID) ([]*fulfillment.Fulfillment, error) {
				list, err := s.Fulfillments(ctx, id)
				slices.Reverse(list)
				return list, err
			}
		})},
		{name: "finds a tracking number at any carrier", hooks: hooked(func(h *hooks) {
			h.tracking = func(ctx ctxt, s store, carrier, tracking string) (*fulfillment.Fulfillment, error) {
				f, err := s.FulfillmentByTracking(ctx, carrier, tracking)
				if err != nil && carrier == "courier" && ctx.Err() == nil {
					return s.FulfillmentByTracking(ctx, "post", tracking)
				}
				return f, err
			}
		})},
		{name: "sorts shipments by tracking number", hooks: hooked(func(h *hooks) {
			h.fulfillment = func(ctx ctxt, s store, id uuid.UUID) (*fulfillment.Fulfillment, error) {
				f, err := s.Fulfillment(ctx, id)
				if f != nil {
					slices.SortStableFunc(f.Shipments, func(a, b fulfillment.Shipment) int { return strings.Compare(a.Tracking, b.Tracking) })
				}
				return f, err
			}
		})},
		{name: "gives due labels in order of id", hooks: hooked(func(h *hooks) {
			h.dueLabels = func(ctx ctxt, s store, at time.Time, limit int) ([]*fulfillment.Fulfillment, error) {
				list, err := s.DueLabels(ctx, at, 0)
				slices.SortFunc(list, func(a, b *fulfillment.Fulfillment) int { return strings.Compare(a.ID.String(), b.ID.String()) })
				return list[:min(limit, len(list))], err
			}
		})},
		{name: "finds no customer without an error", hooks: hooked(func(h *hooks) {
			h.customerBy = func(ctx ctxt, s store, email, ref string) (*crm.Customer, error) {
				c, err := s.CustomerBy(ctx, email, ref)
				if is[*fault.NotFoundError](err) && email == "nobody@example.com" {
					return nil, nil
				}
				return c, err
			}
		})},
		{name: "compares emails by case", hooks: hooked(func(h *hooks) {
			h.customerBy = func(ctx ctxt, s store, email, ref string) (*crm.Customer, error) {
				c, err := s.CustomerBy(ctx, email, ref)
				if c != nil && email != "" && c.Email != email {
					return nil, fault.NotFound("customer", email)
				}
				return c, err
			}
		})},
		{name: "compares customers' references without case", hooks: hooked(func(h *hooks) {
			h.customerBy = func(ctx ctxt, s store, email, ref string) (*crm.Customer, error) {
				c, err := s.CustomerBy(ctx, email, ref)
				if err != nil && ref == "ref-1" {
					return s.CustomerBy(ctx, "", "Ref-1")
				}
				return c, err
			}
		})},
		{name: "takes any of email and reference", hooks: hooked(func(h *hooks) {
			h.customerBy = func(ctx ctxt, s store, email, ref string) (*crm.Customer, error) {
				c, err := s.CustomerBy(ctx, email, ref)
				if is[*fault.InvalidError](err) {
					return nil, nil
				}
				return c, err
			}
		})},
	}
}
