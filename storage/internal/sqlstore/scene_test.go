package sqlstore_test

import (
	"slices"
	"time"

	"github.com/google/uuid"
	"pgregory.net/rapid"

	"github.com/go-oms/oms/crm"
	"github.com/go-oms/oms/event"
	"github.com/go-oms/oms/inventory"
	"github.com/go-oms/oms/order"
	"github.com/go-oms/oms/payment"
	"github.com/go-oms/oms/quantity"
	"github.com/go-oms/oms/storage"
	"github.com/go-oms/oms/storage/storagetest"
)

// scene draws batches that get into each other's way: few units, few codes, few names,
// and changes of what another has changed meanwhile. It remembers what it made,
// whether a store took it or not.
type scene struct {
	*storagetest.Clerk
	t            *rapid.T
	customers    []uuid.UUID
	orders       []*order.Order // every snapshot ever made
	tenders      []*payment.Tender
	parked       []payment.Report
	reservations []inventory.Reservation
	commands     []event.Command
}

func newScene(t *rapid.T) *scene {
	c := storagetest.NewClerk(1)
	return &scene{Clerk: c, t: t, customers: []uuid.UUID{{}, c.ID(), c.ID()}}
}

func pick[T any](s *scene, what string, list ...T) T { return rapid.SampledFrom(list).Draw(s.t, what) }

// oneIn is true once in n times.
func (s *scene) oneIn(n int, what string) bool { return rapid.IntRange(1, n).Draw(s.t, what) == n }

// batches draws up to n batches.
func (s *scene) batches(n int) []*storage.Batch {
	list := make([]*storage.Batch, rapid.IntRange(1, n).Draw(s.t, "batches"))
	for i := range list {
		list[i] = s.batch()
	}
	return list
}

// batch draws a batch of one or two parts.
func (s *scene) batch() *storage.Batch {
	b := s.part()
	if s.oneIn(4, "two parts") {
		join(b, s.part())
	}
	s.command(b)
	if s.oneIn(20, "forgets keys") {
		b.ForgetKeys = pick(s, "forgotten before", storagetest.Start, s.Now.Add(-3*time.Second), s.Now)
	}
	if s.oneIn(12, "not recorded") {
		b.Events = nil
	}
	return b
}

// command lets the batch come with another's key, sometimes as another command.
func (s *scene) command(b *storage.Batch) {
	if len(s.commands) > 0 && s.oneIn(6, "repeated") {
		was := pick(s, "key", s.commands...)
		b.Command.Name, b.Command.Key, b.Command.Body = was.Name, was.Key, was.Body
		switch pick(s, "how", "same", "same", "body", "name") {
		case "body":
			b.Command.Body[0]++
		case "name":
			b.Command.Name += " otherwise"
		}
	} else if s.oneIn(10, "keyless") {
		b.Command.Key = ""
	}
	b.Result = []byte(s.Text("result"))
	if b.Command.Key != "" {
		s.commands = append(s.commands, b.Command)
	}
	for i := range b.Inventory.Reservations {
		s.reservations = append(s.reservations, b.Inventory.Reservations[i].After)
	}
}

func (s *scene) part() *storage.Batch {
	parts := []func() *storage.Batch{s.receive, s.place, s.place, s.place, s.report, s.customer, s.lease, s.item, s.level}
	if len(s.orders) > 0 {
		parts = append(parts, s.change, s.change, s.pay)
	}
	if len(s.tenders) > 0 {
		parts = append(parts, s.settle)
	}
	if len(s.reservations) > 0 {
		parts = append(parts, s.reservation)
	}
	return pick(s, "part", parts...)()
}

func (s *scene) sku() string      { return pick(s, "sku", "A", "B") }
func (s *scene) location() string { return pick(s, "location", storagetest.Main, "side") }
func (s *scene) units() int32     { return rapid.Int32Range(1, 3).Draw(s.t, "units") }

func (s *scene) receive() *storage.Batch { return s.Receive(s.sku(), s.location(), s.units()) }

func (s *scene) place() *storage.Batch {
	lines := make([]storagetest.Line, rapid.IntRange(1, 2).Draw(s.t, "lines"))
	for i := range lines {
		lines[i] = storagetest.Line{SKU: s.sku(), Location: s.location(), Units: s.units()}
	}
	o, b := s.Place(lines...)
	d := &b.Orders[0].Delta.Order
	s.references(d)
	o.Number, o.CartID, o.Channel, o.ExternalRef = d.Number, d.CartID, d.Channel, d.ExternalRef
	s.coupons(b)
	s.orders = append(s.orders, o)
	return b
}

func (s *scene) references(o *order.Order) {
	if s.oneIn(6, "shares a number") {
		o.Number = pick(s, "number", "N1", "N2", "")
	}
	o.CartID = pick(s, "cart", "", "", "cart-1", "cart-2", "cart-3")
	o.ExternalRef = pick(s, "external", "", "", "E1", "E2")
	o.Channel = pick(s, "channel", "web", "market")
}

func (s *scene) coupons(b *storage.Batch) {
	for range rapid.IntRange(0, 2).Draw(s.t, "coupons") {
		b.Orders[0].Coupons = append(b.Orders[0].Coupons, order.CouponUse{
			Code: pick(s, "code", "X", "Y"), Uses: pick[int64](s, "uses", 1, 1, 2, -1), Limit: pick[int64](s, "limit", 0, 3),
			CustomerID: pick(s, "customer", s.customers...), PerCustomer: pick[int64](s, "own limit", 0, 0, 1, 2),
		})
	}
}

// change changes an order from any of the states it was ever in.
func (s *scene) change() *storage.Batch {
	o, b := s.Change(pick(s, "order", s.orders...), func(o *order.Order) {
		o.Status = s.Text("status")
		if s.oneIn(3, "gets other references") {
			s.references(o)
		}
	})
	s.orders = append(s.orders, o)
	if s.oneIn(3, "with coupons") {
		s.coupons(b)
	}
	return b
}

// pay relies on a state of an order.
func (s *scene) pay() *storage.Batch {
	o := pick(s, "order", s.orders...)
	tender, b := s.Pay(o)
	b.Expect = []storage.Expect{{Aggregate: event.Order, ID: o.ID, Version: o.Version}}
	s.tenders = append(s.tenders, tender)
	return b
}

// settle attaches a report to a tender, a parked one or another.
func (s *scene) settle() *storage.Batch {
	report := s.reported()
	if len(s.parked) > 0 && s.oneIn(2, "takes over") {
		report = pick(s, "parked", s.parked...)
	}
	tender, b := s.ChangeTender(pick(s, "tender", s.tenders...), func(x *payment.Tender) {
		r := report
		r.TenderID, r.OpID = x.ID, x.Ops[0].ID
		x.Reports = append(slices.Clone(x.Reports), r)
	})
	if s.oneIn(2, "matches") {
		b.Payments[0].Matched = []uuid.UUID{report.ID}
	}
	s.tenders = append(s.tenders, tender)
	return b
}

func (s *scene) reported() payment.Report {
	return payment.Report{
		ID: s.ID(), Gateway: pick(s, "gateway", "card", "bank"), EventID: pick(s, "report", "R1", "R2", "R3", "R4"),
		Channel: payment.Webhook, State: payment.Succeeded, At: s.Now, ReceivedAt: s.Now,
	}
}

func (s *scene) report() *storage.Batch {
	r := s.reported()
	s.parked = append(s.parked, r)
	return &storage.Batch{
		Command: s.Command("payment.report"), Payments: []payment.Changes{{Parked: []payment.Report{r}}},
	}
}

func (s *scene) customer() *storage.Batch {
	b := &storage.Batch{Command: s.Command("crm.put")}
	for range rapid.IntRange(1, 2).Draw(s.t, "customers") {
		c := crm.Customer{
			ID: pick(s, "customer", s.customers[1:]...), Version: pick[int64](s, "version", 1, 1, 2, 3),
			Email:       pick(s, "email", "", "a@example.com", "A@example.com", "b@example.com"),
			ExternalRef: pick(s, "external", "", "1", "2"), CreatedAt: b.Command.At,
		}
		b.CRM.Customers = append(b.CRM.Customers, c)
		b.Events = append(b.Events, b.Command.Event(event.Customer, c.ID, c.Version, "saved", crm.Diff(nil, &c)))
	}
	return b
}

func (s *scene) lease() *storage.Batch {
	before := storage.Lease{Name: pick(s, "lease", "outbox", "run"), Version: rapid.Int64Range(0, 2).Draw(s.t, "version")}
	after := before
	after.Version, after.Owner, after.Until = before.Version+1, s.Text("owner"), s.Now
	return &storage.Batch{Command: s.Command("lease"), Leases: []storage.LeaseChange{{Before: before, After: after}}}
}

// item registers or changes an item, sometimes under an id that is not its own.
func (s *scene) item() *storage.Batch {
	cmd := s.Command("inventory.item")
	sku := pick(s, "sku", "C", "D")
	item := inventory.Item{SKU: sku, ID: uuid.UUID{sku[0]}, Version: pick[int64](s, "version", 1, 1, 2, 3), Title: s.Text("title")}
	if s.oneIn(4, "other id") {
		item.ID = uuid.UUID{'C' + 'D' - sku[0]}
	}
	return &storage.Batch{
		Command: cmd, Inventory: inventory.Changes{Items: []inventory.Item{item}},
		Events: []event.Event{cmd.Event(event.Item, item.ID, item.Version, "changed", &item)},
	}
}

// level sets policies, moves, or both.
func (s *scene) level() *storage.Batch {
	b := &storage.Batch{Command: s.Command("inventory.level")}
	sku, location := s.sku(), s.location()
	if s.oneIn(2, "policy") {
		b.Inventory.Levels = []inventory.LevelPolicy{{
			SKU: sku, Location: location,
			Safety:         quantity.Of(rapid.Int32Range(0, 2).Draw(s.t, "safety")),
			BackorderLimit: quantity.Of(rapid.Int32Range(-1, 3).Draw(s.t, "backorder limit")),
		}}
	}
	m := s.Move(b.Command, inventory.Adjust, sku, location)
	switch pick(s, "kind", "none", "count", "backorder", "release") {
	case "count":
		m.OnHand = quantity.Of(rapid.Int32Range(-2, 2).Draw(s.t, "counted"))
	case "backorder":
		m.Kind, m.Backordered = inventory.Backorder, quantity.Of(s.units())
	case "release":
		m.Kind, m.Allocated = inventory.Release, quantity.Of(-s.units())
	default:
		return b
	}
	b.Inventory.Moves = []inventory.Move{m}
	return b
}

// reservation leads on from any state that a reservation was ever in.
func (s *scene) reservation() *storage.Batch {
	before := pick(s, "reservation", s.reservations...)
	after := before
	switch pick(s, "kind", "quantity", "status", "expiry") {
	case "quantity":
		after.Quantity = quantity.Of(s.units())
	case "status":
		after.Status = inventory.Posted
	case "expiry":
		after.ExpiresAt = s.Now
	}
	return &storage.Batch{
		Command:   s.Command("inventory.reservation"),
		Inventory: inventory.Changes{Reservations: []inventory.ReservationChange{{Before: before, After: after}}},
	}
}

// join adds what a part changes to b.
func join(b, part *storage.Batch) {
	b.Expect = append(b.Expect, part.Expect...)
	b.Orders = append(b.Orders, part.Orders...)
	b.Payments = append(b.Payments, part.Payments...)
	b.CRM.Customers = append(b.CRM.Customers, part.CRM.Customers...)
	b.Leases = append(b.Leases, part.Leases...)
	b.Events = append(b.Events, part.Events...)
	in, of := &b.Inventory, &part.Inventory
	in.Items = append(in.Items, of.Items...)
	in.Locations = append(in.Locations, of.Locations...)
	in.Moves = append(in.Moves, of.Moves...)
	in.Levels = append(in.Levels, of.Levels...)
	in.Reservations = append(in.Reservations, of.Reservations...)
}
