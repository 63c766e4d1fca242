package postgres_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/go-oms/oms/crm"
	"github.com/go-oms/oms/event"
	"github.com/go-oms/oms/fault"
	"github.com/go-oms/oms/fulfillment"
	"github.com/go-oms/oms/inventory"
	"github.com/go-oms/oms/order"
	"github.com/go-oms/oms/payment"
	"github.com/go-oms/oms/quantity"
	"github.com/go-oms/oms/storage"
	"github.com/go-oms/oms/storage/postgres"
	"github.com/go-oms/oms/storage/storagetest"
)

// faulty is a batch in which one precondition does not hold, and no other.
type faulty struct {
	name  string
	code  string // what the server refuses it with
	batch func(c *storagetest.Clerk) *storage.Batch
	want  func(err error) bool
}

func isA[E error](err error) bool {
	var e E
	return errors.As(err, &e)
}

func staleOf(kind string) func(error) bool {
	return func(err error) bool {
		var e *fault.StaleError
		return errors.As(err, &e) && e.Kind == kind
	}
}

func duplicate(field string) func(error) bool {
	return func(err error) bool {
		var e *storage.DuplicateError
		return errors.As(err, &e) && e.Field == field
	}
}

// scene is what the faulty batches meet in the books.
type scene struct {
	order       *order.Order
	place       *storage.Batch
	tender      *payment.Tender
	fulfillment fulfillment.Fulfillment
	item        inventory.Item
	customer    crm.Customer
	lease       storage.Lease
	reservation inventory.Reservation
	report      payment.Report
}

func customerBatch(c *storagetest.Clerk, customer crm.Customer) *storage.Batch {
	b := &storage.Batch{Command: c.Command("customer.save")}
	b.CRM.Customers = []crm.Customer{customer}
	b.Events = []event.Event{b.Command.Event(event.Customer, customer.ID, customer.Version, "saved", crm.Diff(nil, &customer))}
	return b
}

func fulfillmentBatch(c *storagetest.Clerk, before *fulfillment.Fulfillment, after fulfillment.Fulfillment) *storage.Batch {
	d := fulfillment.Diff(before, &after)
	b := &storage.Batch{Command: c.Command("fulfillment.change"), Fulfillments: []fulfillment.Changes{{Delta: d}}}
	b.Events = []event.Event{b.Command.Event(event.Fulfillment, after.ID, after.Version, "changed", d)}
	return b
}

func itemBatch(c *storagetest.Clerk, item inventory.Item) *storage.Batch {
	b := &storage.Batch{Command: c.Command("item.register")}
	b.Inventory.Items = []inventory.Item{item}
	b.Events = []event.Event{b.Command.Event(event.Item, item.ID, item.Version, "registered", &item)}
	return b
}

func leaseBatch(c *storagetest.Clerk, before, after storage.Lease) *storage.Batch {
	return &storage.Batch{Command: c.Command("lease"), Leases: []storage.LeaseChange{{Before: before, After: after}}}
}

func reservationBatch(c *storagetest.Clerk, before, after inventory.Reservation) *storage.Batch {
	return &storage.Batch{Command: c.Command("reserve"), Inventory: inventory.Changes{
		Reservations: []inventory.ReservationChange{{Before: before, After: after}},
	}}
}

// moving returns a batch of one movement.
func moving(c *storagetest.Clerk, sku string, set func(m *inventory.Move)) *storage.Batch {
	b := &storage.Batch{Command: c.Command("inventory.move")}
	m := c.Move(b.Command, inventory.Adjust, sku, storagetest.Main)
	set(&m)
	b.Inventory.Moves = []inventory.Move{m}
	return b
}

// using returns a batch that places an order with coupons.
func using(c *storagetest.Clerk, uses ...order.CouponUse) *storage.Batch {
	_, b := c.Place()
	b.Orders[0].Coupons = uses
	return b
}

// parking returns a batch that keeps a report whose operation is not known.
func parking(c *storagetest.Clerk, r payment.Report) *storage.Batch {
	return &storage.Batch{Command: c.Command("payment.report"), Payments: []payment.Changes{{Parked: []payment.Report{r}}}}
}

// set writes the scene.
func set(t *testing.T, s storage.Store) *scene {
	t.Helper()
	ctx, c := t.Context(), storagetest.NewClerk(1)
	x := &scene{}
	commit := func(batches ...*storage.Batch) {
		for _, b := range batches {
			require.NoError(t, s.Commit(ctx, b))
		}
	}
	commit(c.Receive("TEE", storagetest.Main, 5), c.Receive("MUG", storagetest.Main, 1))
	x.order, x.place = c.Place(storagetest.Line{SKU: "MUG"})
	o := &x.place.Orders[0].Delta.Order
	o.CartID, o.ExternalRef = "cart 1", "ref 1"
	x.place.Orders[0].Coupons = []order.CouponUse{{Code: "LAST", Uses: 1, Limit: 1, CustomerID: uuid.UUID{7}, PerCustomer: 1}}
	commit(x.place)
	x.order = o
	var b *storage.Batch
	x.tender, b = c.Pay(x.order)
	commit(b)
	x.fulfillment = fulfillment.Fulfillment{ID: c.ID(), OrderID: x.order.ID, Version: 1, Location: storagetest.Main, Status: fulfillment.Open, CreatedAt: c.Now}
	commit(fulfillmentBatch(c, nil, x.fulfillment))
	x.item = inventory.Item{SKU: "CAP", ID: c.ID(), Version: 1, Title: "Cap"}
	commit(itemBatch(c, x.item))
	x.customer = crm.Customer{ID: c.ID(), Version: 1, Email: "ada@example.com", ExternalRef: "person 1", CreatedAt: c.Now, UpdatedAt: c.Now}
	commit(customerBatch(c, x.customer))
	x.lease = storage.Lease{Name: "run", Version: 1, Owner: "worker"}
	commit(leaseBatch(c, storage.Lease{Name: "run"}, x.lease))
	x.reservation = inventory.Reservation{
		ID: c.ID(), Kind: inventory.ForCart, Owner: "cart", SKU: "TEE", Location: storagetest.Main,
		Quantity: quantity.Of(1), Status: inventory.Pending, CreatedAt: c.Now,
	}
	commit(reservationBatch(c, inventory.Reservation{}, x.reservation))
	x.report = payment.Report{
		ID: c.ID(), Gateway: "card", EventID: "event 1", OpID: c.ID(), Channel: payment.Webhook, State: payment.Succeeded,
		At: c.Now, ReceivedAt: c.Now,
	}
	commit(parking(c, x.report))
	commit(&storage.Batch{Command: c.Command("policy"), Inventory: inventory.Changes{
		Levels: []inventory.LevelPolicy{{SKU: "LATE", Location: storagetest.Main, BackorderLimit: quantity.Of(2)}},
	}})
	return x
}

const (
	guarded = "22012" // division by zero: a guard, or a wrong number of rows
	unique  = "23505"
	checked = "23514"
)

// faults are all conditional statements, each in a batch that only it refuses.
func (x *scene) faults() []faulty {
	list := []faulty{
		{"a key used before", unique, func(c *storagetest.Clerk) *storage.Batch {
			_, b := c.Place()
			b.Command.Key, b.Command.Name, b.Command.Body = x.place.Command.Key, x.place.Command.Name, x.place.Command.Body
			return b
		}, isA[*event.Replay]},
		{"a key used before for something else", unique, func(c *storagetest.Clerk) *storage.Batch {
			_, b := c.Place()
			b.Command.Key = x.place.Command.Key
			return b
		}, isA[*fault.KeyReusedError]},
		{"an order's number", unique, x.placing(func(o *order.Order) { o.Number = x.order.Number }), duplicate("number")},
		{"an order's cart", unique, x.placing(func(o *order.Order) { o.CartID = "cart 1" }), duplicate("cart_id")},
		{"an order's external reference", unique, x.placing(func(o *order.Order) { o.ExternalRef = "ref 1" }), duplicate("external_ref")},
		{"a customer's email", unique, func(c *storagetest.Clerk) *storage.Batch {
			return customerBatch(c, crm.Customer{ID: c.ID(), Version: 1, Email: "Ada@Example.com"})
		}, duplicate("email")},
		{"a customer's external reference", unique, func(c *storagetest.Clerk) *storage.Batch {
			return customerBatch(c, crm.Customer{ID: c.ID(), Version: 1, ExternalRef: "person 1"})
		}, duplicate("external_ref")},
		{"a report", unique, func(c *storagetest.Clerk) *storage.Batch {
			r := x.report
			r.ID = c.ID()
			return parking(c, r)
		}, isA[*storage.DuplicateError]},
		{"an order that moved", guarded, func(c *storagetest.Clerk) *storage.Batch {
			o := x.order.Clone()
			o.Version = 4
			_, b := c.Change(o, func(o *order.Order) { o.Status = "packed" })
			return b
		}, staleOf(event.Order)},
		{"a tender that moved", guarded, func(c *storagetest.Clerk) *storage.Batch {
			tender := x.tender.Clone()
			tender.Version = 4
			_, b := c.ChangeTender(tender, func(t *payment.Tender) { t.Ops[0].State = payment.Succeeded })
			return b
		}, staleOf(event.Payment)},
		{"a fulfilment order that moved", guarded, func(c *storagetest.Clerk) *storage.Batch {
			before, after := x.fulfillment, x.fulfillment
			before.Version, after.Version, after.Location = 4, 5, "second"
			return fulfillmentBatch(c, &before, after)
		}, staleOf(event.Fulfillment)},
		{"a customer that moved", guarded, func(c *storagetest.Clerk) *storage.Batch {
			customer := x.customer
			customer.Version, customer.Name = 5, "Ada"
			return customerBatch(c, customer)
		}, staleOf(event.Customer)},
		{"an item that moved", guarded, func(c *storagetest.Clerk) *storage.Batch {
			item := x.item
			item.Version, item.Title = 5, "Hat"
			return itemBatch(c, item)
		}, staleOf(event.Item)},
		{"an item that is registered", unique, func(c *storagetest.Clerk) *storage.Batch {
			return itemBatch(c, inventory.Item{SKU: "CAP", ID: c.ID(), Version: 1})
		}, staleOf(event.Item)},
		{"an aggregate that is there", unique, func(c *storagetest.Clerk) *storage.Batch {
			return customerBatch(c, crm.Customer{ID: x.customer.ID, Version: 1})
		}, staleOf(event.Customer)},
		{"a lease that moved", guarded, func(c *storagetest.Clerk) *storage.Batch {
			return leaseBatch(c, storage.Lease{Name: "run", Version: 4}, storage.Lease{Name: "run", Version: 5})
		}, staleOf(storage.LeaseKind)},
		{"a lease that is held", unique, func(c *storagetest.Clerk) *storage.Batch {
			return leaseBatch(c, storage.Lease{Name: "run"}, storage.Lease{Name: "run", Version: 1})
		}, staleOf(storage.LeaseKind)},
		{"a reservation that is there", unique, func(c *storagetest.Clerk) *storage.Batch {
			return reservationBatch(c, inventory.Reservation{}, x.reservation)
		}, staleOf("reservation")},
		{"a reservation that is not", guarded, func(c *storagetest.Clerk) *storage.Batch {
			r := x.reservation
			r.ID = c.ID()
			return reservationBatch(c, r, r)
		}, staleOf("reservation")},
		{"a reservation's quantity", guarded, x.reserving(func(r *inventory.Reservation) { r.Quantity = quantity.Of(2) }), staleOf("reservation")},
		{"a reservation's status", guarded, x.reserving(func(r *inventory.Reservation) { r.Status = inventory.Voided }), staleOf("reservation")},
		{"a reservation's end", guarded, x.reserving(func(r *inventory.Reservation) { r.ExpiresAt = storagetest.Start }), staleOf("reservation")},
		{"a coupon", guarded, func(c *storagetest.Clerk) *storage.Batch {
			return using(c, order.CouponUse{Code: "LAST", Uses: 1, Limit: 1})
		}, isA[*order.CouponError]},
		{"a new coupon", guarded, func(c *storagetest.Clerk) *storage.Batch {
			return using(c, order.CouponUse{Code: "NEW", Uses: 2, Limit: 1})
		}, isA[*order.CouponError]},
		{"a customer's own coupon", guarded, func(c *storagetest.Clerk) *storage.Batch {
			return using(c, order.CouponUse{Code: "LAST", Uses: 1, Limit: 9, CustomerID: uuid.UUID{7}, PerCustomer: 1})
		}, isA[*order.CouponError]},
		{"stock that is gone", guarded, func(c *storagetest.Clerk) *storage.Batch {
			return moving(c, "MUG", func(m *inventory.Move) { m.Kind, m.Allocated = inventory.Allocate, quantity.Of(1) })
		}, isA[*inventory.ShortageError]},
		{"stock that was never there", guarded, func(c *storagetest.Clerk) *storage.Batch {
			return moving(c, "NEVER", func(m *inventory.Move) { m.Kind, m.Allocated = inventory.Allocate, quantity.Of(1) })
		}, isA[*inventory.ShortageError]},
		{"stock that cannot be held", guarded, func(c *storagetest.Clerk) *storage.Batch {
			return moving(c, "MUG", func(m *inventory.Move) { m.Kind, m.Reserved = inventory.Reserve, quantity.Of(1) })
		}, isA[*inventory.ShortageError]},
		{"a backorder", guarded, func(c *storagetest.Clerk) *storage.Batch {
			return moving(c, "LATE", func(m *inventory.Move) { m.Kind, m.Backordered = inventory.Backorder, quantity.Of(3) })
		}, isA[*inventory.ShortageError]},
		{"a release of nothing", checked, func(c *storagetest.Clerk) *storage.Batch {
			return moving(c, "TEE", func(m *inventory.Move) { m.Kind, m.Allocated = inventory.Release, quantity.Of(-1) })
		}, isA[*storage.BookError]},
		{"a void of nothing", checked, func(c *storagetest.Clerk) *storage.Batch {
			return moving(c, "TEE", func(m *inventory.Move) { m.Kind, m.Reserved = inventory.Void, quantity.Of(-1) })
		}, isA[*storage.BookError]},
		{"less than nothing unavailable", checked, func(c *storagetest.Clerk) *storage.Batch {
			return moving(c, "TEE", func(m *inventory.Move) { m.Unavailable = quantity.Of(-1) })
		}, isA[*storage.BookError]},
		{"less than nothing backordered", checked, func(c *storagetest.Clerk) *storage.Batch {
			return moving(c, "TEE", func(m *inventory.Move) { m.Kind, m.Backordered = inventory.BackorderVoid, quantity.Of(-1) })
		}, isA[*storage.BookError]},
	}
	for kind, id := range map[string]uuid.UUID{
		event.Order: x.order.ID, event.Payment: x.tender.ID, event.Fulfillment: x.fulfillment.ID,
		event.Item: x.item.ID, event.Customer: x.customer.ID, "host": {9},
	} {
		list = append(list, x.relying(kind, id, 7, guarded))
		if kind != "host" {
			list = append(list, x.relying(kind, id, 0, unique))
		}
		list = append(list, x.relying(kind, uuid.UUID{8}, 1, guarded))
	}
	return list
}

func (x *scene) placing(change func(o *order.Order)) func(c *storagetest.Clerk) *storage.Batch {
	return func(c *storagetest.Clerk) *storage.Batch {
		_, b := c.Place()
		change(&b.Orders[0].Delta.Order)
		return b
	}
}

func (x *scene) reserving(wrong func(r *inventory.Reservation)) func(c *storagetest.Clerk) *storage.Batch {
	return func(c *storagetest.Clerk) *storage.Batch {
		before := x.reservation
		wrong(&before)
		return reservationBatch(c, before, x.reservation)
	}
}

func (x *scene) relying(kind string, id uuid.UUID, version int64, code string) faulty {
	return faulty{fmt.Sprintf("%s %v relied on at %d", kind, id[0], version), code, func(c *storagetest.Clerk) *storage.Batch {
		_, b := c.Place()
		b.Expect = []storage.Expect{{Aggregate: kind, ID: id, Version: version}}
		return b
	}, staleOf(kind)}
}

// contents returns every row of every table of a database, without its place in the
// order of recording.
func contents(t *testing.T, dsn string) (rows []string) {
	t.Helper()
	var parts []string
	for _, table := range column(t, dsn, `SELECT tablename::text FROM pg_tables WHERE schemaname = 'public'`) {
		parts = append(parts, `SELECT '`+table+` ' || (to_jsonb(r) - 'position' - 'seq')::text FROM `+table+` r`)
	}
	rows = column(t, dsn, strings.Join(parts, " UNION ALL "))
	slices.Sort(rows)
	return rows
}

// A batch alone is one exchange with its commit in it, so every precondition must make
// the server fail by itself, before it comes to the commit.
func TestEveryPreconditionAloneIsRefusedByTheServer(t *testing.T) {
	t.Parallel()
	dsn := prepared(t)
	s, wire := tapped(t, dsn, nil)
	x := set(t, s)
	before := contents(t, dsn)
	for i, f := range x.faults() {
		t.Run(f.name, func(t *testing.T) {
			batch := f.batch(storagetest.NewClerk(uint32(100 + i)))
			wire.reset()
			err := s.Commit(t.Context(), batch)
			require.Truef(t, f.want(err), "got %v", err)
			attempts := commits(wire)
			require.NotEmpty(t, attempts)
			for _, a := range attempts {
				require.Equal(t, "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE", a.statements[0].sql, "all in one exchange")
				require.Equal(t, []string{f.code}, a.codes, "the server's own answer")
				require.NotContains(t, a.tags, "COMMIT")
			}
			require.Equal(t, before, contents(t, dsn))
		})
	}
}

// commits returns the trips that end with a commit of a transaction that writes.
func commits(wire *tap) (list []*trip) {
	for _, trip := range wire.heard() {
		writes := slices.ContainsFunc(trip.statements, func(s sent) bool {
			return strings.Contains(s.sql, "INSERT INTO") || strings.Contains(s.sql, "UPDATE oms_")
		})
		if n := len(trip.statements); n > 1 && trip.statements[n-1].sql == "COMMIT" && writes {
			list = append(list, trip)
		}
	}
	return list
}

// The same batches in a group: each gets its own answer, and its neighbours, who have
// done nothing wrong, are written.
func TestEveryPreconditionInAGroup(t *testing.T) {
	t.Parallel()
	dsn := prepared(t)
	s, wire := tapped(t, dsn, nil)
	x := set(t, s)
	for i, f := range x.faults() {
		t.Run(f.name, func(t *testing.T) {
			clerk := storagetest.NewClerk(uint32(300 + i))
			first, one := clerk.Place()
			last, two := clerk.Place()
			batch := f.batch(clerk)
			before := contents(t, dsn)
			wire.reset()
			errs := inOneGroup(t, s, one, batch, two)
			require.NoError(t, errs[0])
			require.Truef(t, f.want(errs[1]), "got %v", errs[1])
			require.NoError(t, errs[2])
			for _, o := range []*order.Order{first, last} {
				stored, err := s.Order(t.Context(), o.ID)
				require.NoError(t, err)
				require.Equal(t, o.Number, stored.Number)
			}
			for _, row := range contents(t, dsn) {
				if slices.Contains(before, row) {
					continue
				}
				require.Truef(t, strings.Contains(row, first.ID.String()) || strings.Contains(row, last.ID.String()) ||
					strings.Contains(row, one.Command.Key) || strings.Contains(row, two.Command.Key), "nobody's row: %s", row)
			}
		})
	}
}

// inOneGroup commits batches in that order as one group and returns their outcomes.
func inOneGroup(t *testing.T, s *postgres.Store, batches ...*storage.Batch) []error {
	t.Helper()
	errs := make([]error, len(batches))
	var wg sync.WaitGroup
	for i, outcome := range postgres.CommitTogether(t, s, batches...) {
		wg.Go(func() { errs[i] = outcome() })
	}
	wg.Wait()
	return errs
}
