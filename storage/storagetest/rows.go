package storagetest

import (
	"context"
	"fmt"
	"iter"

	"github.com/google/uuid"

	"github.com/go-oms/oms/crm"
	"github.com/go-oms/oms/event"
	"github.com/go-oms/oms/fulfillment"
	"github.com/go-oms/oms/inventory"
	"github.com/go-oms/oms/order"
	"github.com/go-oms/oms/payment"
	"github.com/go-oms/oms/storage"
)

// rows are what batches have led to, as the readers give it back.
type rows struct {
	Key           storage.Key
	Orders        []*order.Order
	Notes         []order.Note
	Coupons       []couponRow
	Items         []inventory.Item
	Locations     []inventory.Location
	Moves         []inventory.Move
	Levels        []inventory.Level
	Reservations  []inventory.Reservation
	Tenders       []*payment.Tender
	Parked        []payment.Report
	Fulfillments  []*fulfillment.Fulfillment
	Customers     []*crm.Customer
	Subscriptions []*order.Subscription
	Drafts        []*order.Draft
	Saved         []crm.Address
	Remarks       []crm.Note
	Consents      []crm.Consent
	Leases        []storage.Lease
	Events        []event.Event // of each aggregate, Position zero
}

type couponRow struct {
	Code     string
	Customer uuid.UUID
	order.Uses
}

// apply brings the rows to where the batch leads: it is the suite's own reading of
// the contract. The batch must be valid.
func (r *rows) apply(b *storage.Batch) error {
	r.Key = storage.Key{
		Key: b.Command.Key, Command: b.Command.Name, Body: b.Command.Body, Result: b.Result, At: b.Command.Now,
	}
	for i := range b.Orders {
		if err := r.applyOrder(&b.Orders[i]); err != nil {
			return err
		}
	}
	for i := range b.Payments {
		if err := r.applyPayment(&b.Payments[i]); err != nil {
			return err
		}
	}
	for i := range b.Fulfillments {
		d := b.Fulfillments[i].Delta
		known := find(r.Fulfillments, func(f *fulfillment.Fulfillment) bool { return f.ID == d.Fulfillment.ID })
		put(&r.Fulfillments, known, fulfillment.Apply(at(r.Fulfillments, known), d))
	}
	r.applyCustomers(&b.CRM)
	for i := range b.Subscriptions {
		x := b.Subscriptions[i].Clone()
		put(&r.Subscriptions, find(r.Subscriptions, func(y *order.Subscription) bool { return y.ID == x.ID }), x)
	}
	for i := range b.Drafts {
		x := b.Drafts[i].Clone()
		put(&r.Drafts, find(r.Drafts, func(y *order.Draft) bool { return y.ID == x.ID }), x)
	}
	for i := range b.Leases {
		l := b.Leases[i].After
		put(&r.Leases, find(r.Leases, func(x storage.Lease) bool { return x.Name == l.Name }), l)
	}
	for _, e := range b.Events {
		e.Position = 0
		r.Events = append(r.Events, e)
	}
	return r.applyInventory(&b.Inventory)
}

func (r *rows) applyOrder(c *order.Changes) error {
	if d := c.Delta; d != nil {
		known := find(r.Orders, func(o *order.Order) bool { return o.ID == d.Order.ID })
		o, err := order.Apply(at(r.Orders, known), d)
		if err != nil {
			return err
		}
		for i := range c.Addresses {
			switch a := &c.Addresses[i]; a.ID {
			case o.ShipToID:
				o.ShipTo = a
			case o.BillToID:
				o.BillTo = a
			}
		}
		put(&r.Orders, known, o)
	}
	r.Notes = append(r.Notes, c.Notes...)
	for _, u := range c.Coupons {
		row := couponRow{Code: u.Code, Customer: u.CustomerID, Uses: order.Uses{All: u.Uses}}
		if u.PerCustomer > 0 {
			row.ByCustomer = u.Uses
		}
		r.Coupons = append(r.Coupons, row)
	}
	return nil
}

func (r *rows) applyCustomers(c *crm.Changes) {
	for i := range c.Customers {
		x := c.Customers[i]
		put(&r.Customers, find(r.Customers, func(y *crm.Customer) bool { return y.ID == x.ID }), &x)
	}
	for _, a := range c.Addresses {
		put(&r.Saved, find(r.Saved, func(x crm.Address) bool { return x.ID == a.ID }), a)
	}
	r.Remarks = append(r.Remarks, c.Notes...)
	r.Consents = append(r.Consents, c.Consents...)
}

func (r *rows) applyPayment(c *payment.Changes) error {
	d := c.Delta
	known := find(r.Tenders, func(t *payment.Tender) bool { return t.ID == d.Tender.ID })
	t, err := payment.Apply(at(r.Tenders, known), d)
	if err != nil {
		return err
	}
	if c.Secret != nil {
		t.Source, t.Opaque = c.Secret.Source, c.Secret.Opaque
	}
	put(&r.Tenders, known, t)
	r.Parked = append(r.Parked, c.Parked...)
	return nil
}

func (r *rows) applyInventory(c *inventory.Changes) error {
	for _, item := range c.Items {
		put(&r.Items, find(r.Items, func(x inventory.Item) bool { return x.SKU == item.SKU }), item)
	}
	for _, l := range c.Locations {
		put(&r.Locations, find(r.Locations, func(x inventory.Location) bool { return x.Code == l.Code }), l)
	}
	for _, p := range c.Levels {
		i, l := r.level(p.SKU, p.Location)
		l.Safety, l.BackorderLimit = p.Safety, p.BackorderLimit
		put(&r.Levels, i, l)
	}
	for _, d := range inventory.Sum(c.Moves) {
		i, l := r.level(d.SKU, d.Location)
		after, short, broken := d.Apply(l)
		if short != nil || broken != "" {
			return fmt.Errorf("the suite's own batch breaks level %s: %v %s", d.SKU, short, broken)
		}
		put(&r.Levels, i, after)
	}
	r.Moves = append(r.Moves, c.Moves...)
	for i := range c.Reservations {
		a := c.Reservations[i].After
		put(&r.Reservations, find(r.Reservations, func(x inventory.Reservation) bool { return x.ID == a.ID }), a)
	}
	return nil
}

func (r *rows) level(sku, location string) (int, inventory.Level) {
	i := find(r.Levels, func(l inventory.Level) bool { return l.SKU == sku && l.Location == location })
	if i < 0 {
		return i, inventory.Level{SKU: sku, Location: location}
	}
	return i, r.Levels[i]
}

// find returns the index of the first that matches, or -1.
func find[T any](list []T, match func(T) bool) int {
	for i, v := range list {
		if match(v) {
			return i
		}
	}
	return -1
}

// at returns the element, or nil for -1.
func at[T any](list []*T, i int) *T {
	if i < 0 {
		return nil
	}
	return list[i]
}

// put replaces the element, or appends it for -1.
func put[T any](list *[]T, i int, v T) {
	if i < 0 {
		*list = append(*list, v)
	} else {
		(*list)[i] = v
	}
}

// read reads the same rows from a store: those that want has, in its order.
func read(ctx context.Context, s storage.Store, want *rows) (*rows, error) {
	got := &rows{}
	r := reading{ctx: ctx, store: s, got: got}
	r.key(want.Key.Key)
	for _, o := range want.Orders {
		r.order(o.ID)
	}
	for _, c := range want.Coupons {
		uses, err := s.CouponUses(ctx, []string{c.Code}, c.Customer)
		r.note(err)
		got.Coupons = append(got.Coupons, couponRow{Code: c.Code, Customer: c.Customer, Uses: uses[c.Code]})
	}
	r.inventory(want)
	for _, t := range want.Tenders {
		tender, err := s.Tender(ctx, t.ID)
		r.note(err)
		got.Tenders = append(got.Tenders, tender)
	}
	if len(want.Parked) > 0 {
		parked, err := s.ParkedReports(ctx, 1_000_000)
		r.note(err)
		for _, w := range want.Parked {
			if i := find(parked, func(p payment.Report) bool { return p.ID == w.ID }); i >= 0 {
				got.Parked = append(got.Parked, parked[i])
			}
		}
	}
	for _, f := range want.Fulfillments {
		x, err := s.Fulfillment(ctx, f.ID)
		r.note(err)
		got.Fulfillments = append(got.Fulfillments, x)
	}
	r.customers(want)
	for _, x := range want.Subscriptions {
		s, err := s.Subscription(ctx, x.ID)
		r.note(err)
		got.Subscriptions = append(got.Subscriptions, s)
	}
	for _, x := range want.Drafts {
		s, err := s.Draft(ctx, x.ID)
		r.note(err)
		got.Drafts = append(got.Drafts, s)
	}
	for _, l := range want.Leases {
		x, err := s.Lease(ctx, l.Name)
		r.note(err)
		got.Leases = append(got.Leases, x)
	}
	r.events(want.Events)
	return got, r.err
}

// reading keeps the first error of many reads.
type reading struct {
	ctx   context.Context
	store storage.Store
	got   *rows
	err   error
}

func (r *reading) note(err error) {
	if r.err == nil {
		r.err = err
	}
}

func (r *reading) key(key string) {
	k, err := r.store.Key(r.ctx, key)
	r.note(err)
	if k != nil {
		r.got.Key = *k
	}
}

func (r *reading) order(id uuid.UUID) {
	o, err := r.store.Order(r.ctx, id)
	r.note(err)
	r.got.Orders = append(r.got.Orders, o)
	notes, err := r.store.Notes(r.ctx, id)
	r.note(err)
	r.got.Notes = append(r.got.Notes, notes...)
}

func (r *reading) customers(want *rows) {
	for _, c := range want.Customers {
		x, err := r.store.Customer(r.ctx, c.ID)
		r.note(err)
		if x != nil {
			r.got.Customers = append(r.got.Customers, x)
		}
	}
	for _, a := range want.Saved {
		book, err := r.store.SavedAddresses(r.ctx, a.CustomerID)
		r.note(err)
		if i := find(book, func(x crm.Address) bool { return x.ID == a.ID }); i >= 0 {
			r.got.Saved = append(r.got.Saved, book[i])
		}
	}
	for _, n := range want.Remarks {
		notes, err := r.store.CustomerNotes(r.ctx, n.CustomerID)
		r.note(err)
		if i := find(notes, func(x crm.Note) bool { return x.ID == n.ID }); i >= 0 {
			r.got.Remarks = append(r.got.Remarks, notes[i])
		}
	}
	for _, c := range want.Consents {
		consents, err := r.store.Consents(r.ctx, c.CustomerID)
		r.note(err)
		if i := find(consents, func(x crm.Consent) bool { return x.ID == c.ID }); i >= 0 {
			r.got.Consents = append(r.got.Consents, consents[i])
		}
	}
}

func (r *reading) inventory(want *rows) {
	for _, w := range want.Items {
		items, err := r.store.Items(r.ctx, []string{w.SKU})
		r.note(err)
		r.got.Items = append(r.got.Items, items...)
	}
	locations, err := r.store.Locations(r.ctx)
	r.note(err)
	for _, w := range want.Locations {
		if i := find(locations, func(l inventory.Location) bool { return l.Code == w.Code }); i >= 0 {
			r.got.Locations = append(r.got.Locations, locations[i])
		}
	}
	for _, w := range want.Moves {
		moves, err := collect(r.store.Moves(r.ctx, inventory.MoveFilter{SKU: w.SKU}))
		r.note(err)
		if i := find(moves, func(m inventory.Move) bool { return m.ID == w.ID }); i >= 0 {
			r.got.Moves = append(r.got.Moves, moves[i])
		}
	}
	for _, w := range want.Levels {
		levels, err := r.store.Levels(r.ctx, []string{w.SKU})
		r.note(err)
		if i := find(levels, func(l inventory.Level) bool { return l.Location == w.Location }); i >= 0 {
			r.got.Levels = append(r.got.Levels, levels[i])
		}
	}
	for _, w := range want.Reservations {
		r.reservation(w)
	}
}

// reservation looks where a reservation in that state must be: closed ones are
// only in a snapshot.
func (r *reading) reservation(want inventory.Reservation) {
	take := func(found []inventory.Reservation) {
		if i := find(found, func(x inventory.Reservation) bool { return x.ID == want.ID }); i >= 0 {
			r.got.Reservations = append(r.got.Reservations, found[i])
		}
	}
	if want.Status == inventory.Pending {
		found, err := r.store.Reservations(r.ctx, inventory.ReservationFilter{SKUs: []string{want.SKU}})
		r.note(err)
		take(found)
		return
	}
	r.note(r.store.Snapshot(r.ctx, func(b storage.Books) error {
		found, err := collect(b.AllReservations(r.ctx))
		take(found)
		return err
	}))
}

func (r *reading) events(want []event.Event) {
	for _, w := range want {
		history, err := r.store.History(r.ctx, w.Aggregate, w.ID)
		r.note(err)
		if i := find(history, func(e event.Event) bool { return e.Version == w.Version }); i >= 0 {
			history[i].Position = 0
			r.got.Events = append(r.got.Events, history[i])
		}
	}
}

// collect returns all that a walk yields, up to its first error.
func collect[T any](seq iter.Seq2[T, error]) ([]T, error) {
	var all []T
	for v, err := range seq {
		if err != nil {
			return all, err
		}
		all = append(all, v)
	}
	return all, nil
}
