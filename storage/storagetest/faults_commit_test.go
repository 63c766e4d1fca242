package storagetest

import (
	"errors"
	"slices"
	"strings"
	"sync"

	"github.com/google/uuid"

	"github.com/go-oms/oms/crm"
	"github.com/go-oms/oms/event"
	"github.com/go-oms/oms/fault"
	"github.com/go-oms/oms/inventory"
	"github.com/go-oms/oms/order"
	"github.com/go-oms/oms/quantity"
	"github.com/go-oms/oms/storage"
)

func commitFaults() []mistake {
	return []mistake{
		{name: "writes the customers of a refused batch", hooks: hooked(func(h *hooks) {
			h.commit = func(ctx ctxt, s store, b *storage.Batch) error {
				err := s.Commit(ctx, b)
				if err != nil {
					first := storage.Batch{CRM: crm.Changes{Customers: b.CRM.Customers[:min(1, len(b.CRM.Customers))]}}
					first.Events = slices.DeleteFunc(slices.Clone(b.Events), func(e event.Event) bool {
						return len(first.CRM.Customers) == 0 || e.ID != first.CRM.Customers[0].ID
					})
					_ = s.Commit(ctx, &first)
				}
				return err
			}
		})},
		{name: "writes the events of a refused batch", hooks: hooked(func(h *hooks) {
			h.commit = func(ctx ctxt, s store, b *storage.Batch) error {
				err := s.Commit(ctx, b)
				var replay *event.Replay
				if err != nil && len(b.Events) > 0 && !errors.As(err, &replay) && ctx.Err() == nil {
					stray := event.Event{Aggregate: "stray", ID: uuid.New(), Version: 1}
					_ = s.Commit(ctx, &storage.Batch{Events: []event.Event{stray}})
				}
				return err
			}
		})},
		{name: "refuses an empty batch", hooks: refuses(func(_ ctxt, _ store, b *storage.Batch) error {
			if b.Command.Key == "" && len(b.Events)+len(b.Leases) == 0 && b.ForgetKeys.IsZero() {
				return errWrong
			}
			return nil
		})},
		{name: "keeps the last of an aggregate's events in a batch", hooks: hooked(func(h *hooks) {
			h.history = func(ctx ctxt, s store, aggregate string, id uuid.UUID) ([]event.Event, error) {
				list, err := s.History(ctx, aggregate, id)
				return slices.DeleteFunc(list, func(e event.Event) bool {
					return slices.ContainsFunc(list, func(o event.Event) bool { return o.Cause == e.Cause && o.Version > e.Version })
				}), err
			}
		})},
		{name: "refuses a second change of an order", hooks: refuses(func(_ ctxt, _ store, b *storage.Batch) error {
			if len(b.Orders) == 2 && b.Orders[0].Delta.Order.ID == b.Orders[1].Delta.Order.ID {
				return errWrong
			}
			return nil
		})},
		{name: "ignores expectations", hooks: commits(func(_ ctxt, _ store, b *storage.Batch) { b.Expect = nil })},
		{name: "refuses every expectation", hooks: refuses(func(_ ctxt, _ store, b *storage.Batch) error {
			if len(b.Expect) > 0 {
				return &fault.StaleError{Kind: event.Order, ID: b.Expect[0].ID.String(), Expected: b.Expect[0].Version, Actual: -1}
			}
			return nil
		})},
		{name: "checks the first expectation only", hooks: commits(func(_ ctxt, _ store, b *storage.Batch) {
			b.Expect = b.Expect[:min(1, len(b.Expect))]
		})},
		{name: "takes ids of different aggregates for the same", hooks: refuses(func(ctx ctxt, s store, b *storage.Batch) error {
			for _, e := range b.Expect {
				for _, aggregate := range aggregates {
					if h, _ := s.History(ctx, aggregate, e.ID); e.Version == 0 && len(h) > 0 && aggregate != e.Aggregate {
						return errWrong
					}
				}
			}
			return nil
		})},
		{name: "expects nothing of version 0", hooks: commits(func(_ ctxt, _ store, b *storage.Batch) {
			b.Expect = slices.DeleteFunc(b.Expect, func(e storage.Expect) bool { return e.Version == 0 })
		})},
		ignoresVersions(event.Order), ignoresVersions(event.Payment), ignoresVersions(event.Fulfillment),
		ignoresVersions(event.Item), ignoresVersions(event.Customer), ignoresVersions(event.Subscription), ignoresVersions(event.Draft),
		{name: "replaces the item of a SKU", hooks: commits(func(ctx ctxt, s store, b *storage.Batch) {
			for i := range b.Inventory.Items {
				item := &b.Inventory.Items[i]
				known, _ := s.Items(ctx, []string{item.SKU})
				if item.Version == 1 && len(known) > 0 {
					item.ID, item.Version = known[0].ID, known[0].Version+1
					b.Events[i].ID, b.Events[i].Version = item.ID, item.Version
				}
			}
		})},
		{name: "does not say what moved", hooks: hooked(func(h *hooks) {
			h.commit = func(ctx ctxt, s store, b *storage.Batch) error {
				err := s.Commit(ctx, b)
				var stale *fault.StaleError
				if errors.As(err, &stale) {
					return &fault.StaleError{Kind: stale.Kind, Expected: stale.Expected, Actual: -1}
				}
				return err
			}
		})},
		{name: "checks versions last", hooks: refuses(func(ctx ctxt, s store, b *storage.Batch) error {
			c := *b
			c.Expect = nil
			return dry(ctx, s, &c)
		})},
		{name: "checks reservations last", hooks: refuses(func(ctx ctxt, s store, b *storage.Batch) error {
			c := *b
			c.Inventory.Reservations = nil
			return dry(ctx, s, &c)
		})},
	}
}

// dry returns the error that the store has for a batch, and writes nothing: the
// last check always fails.
func dry(ctx ctxt, s store, b *storage.Batch) error {
	c := deepCopy(b)
	m := inventory.Move{ID: uuid.New(), SKU: "poison", Location: Main, Allocated: quantity.Of(-1)}
	c.Inventory.Moves = append([]inventory.Move{m}, c.Inventory.Moves...)
	err := s.Commit(ctx, c)
	var book *storage.BookError
	if errors.As(err, &book) && strings.Contains(book.What, "poison") {
		return nil
	}
	return err
}

// ignoresVersions is a store that writes an aggregate of that kind whatever
// version the change was made on.
func ignoresVersions(kind string) mistake {
	next := func(ctx ctxt, s store, id uuid.UUID) int64 {
		history, _ := s.History(ctx, kind, id)
		return int64(len(history)) + 1
	}
	return mistake{name: "ignores versions of " + kind, hooks: commits(func(ctx ctxt, s store, b *storage.Batch) {
		if len(b.Events) != 1 || b.Events[0].Aggregate != kind {
			return
		}
		e := &b.Events[0]
		e.Version = next(ctx, s, e.ID)
		switch kind {
		case event.Order:
			b.Orders[0].Delta.Order.Version = e.Version
		case event.Payment:
			b.Payments[0].Delta.Tender.Version = e.Version
		case event.Fulfillment:
			b.Fulfillments[0].Delta.Fulfillment.Version = e.Version
		case event.Item:
			b.Inventory.Items[0].Version = e.Version
		case event.Customer:
			for i := range b.CRM.Customers {
				b.CRM.Customers[i].Version = e.Version
			}
		case event.Subscription:
			for i := range b.Subscriptions {
				b.Subscriptions[i].Version = e.Version
			}
		case event.Draft:
			for i := range b.Drafts {
				b.Drafts[i].Version = e.Version
			}
		}
	})}
}

func referenceFaults() []mistake {
	return []mistake{
		overlooksReference("number", func(b *storage.Batch) { b.Orders[0].Delta.Order.Number += "'" }),
		overlooksReference("cart_id", func(b *storage.Batch) { b.Orders[len(b.Orders)-1].Delta.Order.CartID += "'" }),
		overlooksReference("external_ref", func(b *storage.Batch) {
			if len(b.Orders) > 0 {
				b.Orders[0].Delta.Order.ExternalRef += "'"
			} else {
				b.CRM.Customers[0].ExternalRef += "'"
			}
		}),
		overlooksReference("email", func(b *storage.Batch) { b.CRM.Customers[0].Email += "'" }),
		overlooksReference("event_id", func(b *storage.Batch) {
			c := &b.Payments[0]
			if c.Delta != nil {
				c.Delta.Reports[0].EventID += "'"
			} else {
				c.Parked[0].EventID += "'"
			}
		}),
		{name: "has one space of external references for all channels", hooks: refuses(func(ctx ctxt, s store, b *storage.Batch) error {
			for i := range b.Orders {
				o := &b.Orders[i].Delta.Order
				for x := range s.Orders(ctx, order.Filter{}) {
					if o.ExternalRef != "" && x.ExternalRef == o.ExternalRef && x.ID != o.ID {
						return &storage.DuplicateError{Kind: "order", Field: "external_ref", Value: o.ExternalRef}
					}
				}
			}
			return nil
		})},
		{name: "takes no reference for one in all channels but the first", hooks: refuses(func(ctx ctxt, s store, b *storage.Batch) error {
			for i := range b.Orders {
				o := &b.Orders[i].Delta.Order
				for x := range s.Orders(ctx, order.Filter{Channel: "market"}) {
					if o.Channel == "market" && o.ExternalRef == "" && x.ExternalRef == "" && x.ID != o.ID {
						return &storage.DuplicateError{Kind: "order", Field: "external_ref"}
					}
				}
			}
			return nil
		})},
		{name: "forgets an order's cart with its first change", hooks: commits(func(_ ctxt, _ store, b *storage.Batch) {
			for i := range b.Orders {
				if o := &b.Orders[i].Delta.Order; o.Version > 1 {
					o.CartID = ""
				}
			}
		})},
		{name: "compares references with stored orders only", hooks: commits(func(_ ctxt, _ store, b *storage.Batch) {
			if len(b.Orders) == 2 && b.Orders[0].Delta.Order.CartID == b.Orders[1].Delta.Order.CartID {
				b.Orders[1].Delta.Order.CartID += "'"
			}
		})},
		{name: "takes no email for an email", hooks: func() *hooks {
			var nameless uuid.UUID
			return refuses(func(_ ctxt, _ store, b *storage.Batch) error {
				for _, c := range b.CRM.Customers {
					if c.Email+c.ExternalRef != "" {
						continue
					}
					if nameless != (uuid.UUID{}) && nameless != c.ID {
						return &storage.DuplicateError{Kind: "customer", Field: "email"}
					}
					nameless = c.ID
				}
				return nil
			})()
		}},
		{name: "finds that a customer's email is taken by himself", hooks: refuses(func(ctx ctxt, s store, b *storage.Batch) error {
			for _, c := range b.CRM.Customers {
				if _, err := s.CustomerBy(ctx, c.Email, ""); err == nil {
					return &storage.DuplicateError{Kind: "customer", Field: "email"}
				}
			}
			return nil
		})},
		{name: "never frees an email", hooks: func() *hooks {
			used := map[string]uuid.UUID{}
			var mu sync.Mutex
			return &hooks{commit: func(ctx ctxt, s store, b *storage.Batch) error {
				mu.Lock()
				defer mu.Unlock()
				for _, c := range b.CRM.Customers {
					if id, ok := used[c.Email]; ok && id != c.ID && c.Email != "" {
						return &storage.DuplicateError{Kind: "customer", Field: "email"}
					}
				}
				err := s.Commit(ctx, b)
				for _, c := range b.CRM.Customers {
					if err == nil {
						used[c.Email] = c.ID
					}
				}
				return err
			}}
		}},
	}
}

// overlooksReference is a store that accepts a taken reference: it writes another
// one that nobody has.
func overlooksReference(field string, other func(b *storage.Batch)) mistake {
	return mistake{name: "accepts a taken " + field, hooks: overlooks(
		func(_ ctxt, _ store, b *storage.Batch, e *storage.DuplicateError) {
			if e.Field == field {
				other(b)
			}
		})}
}
