package sqlstore

import (
	"github.com/google/uuid"

	"github.com/go-oms/oms/crm"
	"github.com/go-oms/oms/event"
	"github.com/go-oms/oms/inventory"
	"github.com/go-oms/oms/order"
	"github.com/go-oms/oms/storage"
)

var _ storage.Ledger = (*Staged)(nil)

// Staged is a storage.Ledger for many batches of one tenant that are written by one
// transaction. What their checks must know is read once (see [Needs]) and put in;
// then, for each batch in order of arrival, storage.Check decides, and [Staged.Apply]
// advances the ledger by what passed. So every batch is checked against what those
// before it lead to, as if they had been committed one by one.
//
// What was not put in reads as not existing. First versions and new reservations are
// never put in, since unique keys of the database hold them: a clash with the books
// makes the write of the whole fail, one between two staged batches is found here.
// The same goes for references of orders, customers and reports that are not put in;
// but then a batch that clashes in one and has a further fault gets the error of that.
//
// It keeps references to the batches it applied, which must not change while it is in
// use. It is used by one goroutine.
type Staged struct {
	keys         map[string]storage.Key
	versions     map[storage.Versioned]int64
	owners       map[storage.Reference]uuid.UUID // as put in
	taken        map[storage.Reference]uuid.UUID // by staged batches
	orders       map[uuid.UUID]*order.Order      // as staged batches left them: what they hold is taken
	customers    map[uuid.UUID]*crm.Customer     // the same
	reservations map[uuid.UUID]*inventory.Reservation
	uses         map[storage.CouponCounter]int64
	levels       map[LevelKey]inventory.Level
}

// NewStaged returns a ledger in which nothing exists.
func NewStaged() *Staged {
	return &Staged{
		keys:         map[string]storage.Key{},
		versions:     map[storage.Versioned]int64{},
		owners:       map[storage.Reference]uuid.UUID{},
		taken:        map[storage.Reference]uuid.UUID{},
		orders:       map[uuid.UUID]*order.Order{},
		customers:    map[uuid.UUID]*crm.Customer{},
		reservations: map[uuid.UUID]*inventory.Reservation{},
		uses:         map[storage.CouponCounter]int64{},
		levels:       map[LevelKey]inventory.Level{},
	}
}

// Reset empties the ledger and keeps its memory.
func (s *Staged) Reset() {
	clear(s.keys)
	clear(s.versions)
	clear(s.owners)
	clear(s.taken)
	clear(s.orders)
	clear(s.customers)
	clear(s.reservations)
	clear(s.uses)
	clear(s.levels)
}

// PutKey puts in a key that is used.
func (s *Staged) PutKey(k storage.Key) { s.keys[k.Key] = k }

// PutVersion puts in the version that an aggregate, item or lease is at.
func (s *Staged) PutVersion(v storage.Versioned, version int64) { s.versions[v] = version }

// PutOwner puts in whose a reference is.
func (s *Staged) PutOwner(r storage.Reference, id uuid.UUID) { s.owners[r] = id }

// PutReservation puts in a reservation as stored.
func (s *Staged) PutReservation(r *inventory.Reservation) { s.reservations[r.ID] = r }

// PutUses puts in what a coupon's counter stands at.
func (s *Staged) PutUses(c storage.CouponCounter, uses int64) { s.uses[c] = uses }

// PutLevel puts in a level.
func (s *Staged) PutLevel(l inventory.Level) { s.levels[LevelKey{l.SKU, l.Location}] = l }

// Key returns what is put in or staged under a key, or nil.
func (s *Staged) Key(key string) *storage.Key {
	if k, used := s.keys[key]; used {
		found := k
		return &found
	}
	return nil
}

// Version returns the version that an aggregate, item or lease has come to.
func (s *Staged) Version(v storage.Versioned) int64 { return s.versions[v] }

// Owner returns whose a reference has become.
func (s *Staged) Owner(r storage.Reference) uuid.UUID {
	if id, taken := s.taken[r]; taken {
		return id
	}
	id := s.owners[r]
	if s.orders[id] != nil || s.customers[id] != nil {
		return uuid.UUID{} // given up
	}
	return id
}

// Reservation returns a reservation as put in or as a batch left it, or nil.
func (s *Staged) Reservation(_ string, id uuid.UUID) *inventory.Reservation {
	return s.reservations[id]
}

// Uses returns what a coupon's counter has come to.
func (s *Staged) Uses(c storage.CouponCounter) int64 { return s.uses[c] }

// Level returns a level as it has become, or an empty one.
func (s *Staged) Level(sku, location string) inventory.Level {
	if l, known := s.levels[LevelKey{sku, location}]; known {
		return l
	}
	return inventory.Level{SKU: sku, Location: location}
}

// Apply advances the ledger by a batch that storage.Check let through; levels are those
// that it returned.
func (s *Staged) Apply(b *storage.Batch, levels []inventory.Level) {
	s.applyKeys(b)
	for i := range b.Events {
		e := &b.Events[i]
		s.versions[storage.Versioned{Kind: e.Aggregate, ID: e.ID}] = e.Version
	}
	for i := range b.Leases {
		l := &b.Leases[i].After
		s.versions[storage.Versioned{Kind: storage.LeaseKind, Name: l.Name}] = l.Version
	}
	for i := range b.Orders {
		c := &b.Orders[i]
		if c.Delta != nil {
			s.applyOrder(&c.Delta.Order)
		}
		for _, u := range c.Coupons {
			s.uses[storage.CouponCounter{Code: u.Code}] += u.Uses
			if u.PerCustomer > 0 {
				s.uses[storage.CouponCounter{Code: u.Code, CustomerID: u.CustomerID, Own: true}] += u.Uses
			}
		}
	}
	for i := range b.CRM.Customers {
		s.applyCustomer(&b.CRM.Customers[i])
	}
	for i := range b.Payments {
		c := &b.Payments[i]
		if c.Delta != nil {
			for j := range c.Delta.Reports {
				s.taken[storage.ReportReference(&c.Delta.Reports[j])] = c.Delta.Reports[j].ID
			}
		}
		for j := range c.Parked {
			s.taken[storage.ReportReference(&c.Parked[j])] = c.Parked[j].ID
		}
	}
	s.applyInventory(&b.Inventory, levels)
}

func (s *Staged) applyKeys(b *storage.Batch) {
	if !b.ForgetKeys.IsZero() {
		for key := range s.keys {
			if s.keys[key].At.Before(b.ForgetKeys) {
				delete(s.keys, key)
			}
		}
	}
	if cmd := &b.Command; cmd.Key != "" {
		s.keys[cmd.Key] = storage.Key{Key: cmd.Key, Command: cmd.Name, Body: cmd.Body, Result: b.Result, At: cmd.Now}
	}
}

func (s *Staged) applyOrder(o *order.Order) {
	if old := s.orders[o.ID]; old != nil {
		for _, r := range storage.OrderReferences(old) {
			delete(s.taken, r)
		}
	}
	s.orders[o.ID] = o
	for _, r := range storage.OrderReferences(o) {
		s.take(r, o.ID)
	}
}

func (s *Staged) applyCustomer(c *crm.Customer) {
	if old := s.customers[c.ID]; old != nil {
		for _, r := range storage.CustomerReferences(old) {
			delete(s.taken, r)
		}
	}
	s.customers[c.ID] = c
	for _, r := range storage.CustomerReferences(c) {
		s.take(r, c.ID)
	}
}

// take makes a reference the one of id. Empty ones, numbers apart, are nobody's.
func (s *Staged) take(r storage.Reference, id uuid.UUID) {
	if r.Value != "" || r.Unique == storage.OrderNumber {
		s.taken[r] = id
	}
}

func (s *Staged) applyInventory(c *inventory.Changes, levels []inventory.Level) {
	for i := range c.Items {
		item := &c.Items[i]
		s.versions[storage.Versioned{Kind: event.Item, Name: item.SKU}] = item.Version
	}
	for _, p := range c.Levels {
		l := s.Level(p.SKU, p.Location)
		l.Safety, l.BackorderLimit = p.Safety, p.BackorderLimit
		s.PutLevel(l)
	}
	for _, l := range levels {
		s.PutLevel(l)
	}
	for i := range c.Reservations {
		s.PutReservation(&c.Reservations[i].After)
	}
}
