package storagetest

import (
	"bytes"
	"cmp"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/go-oms/oms/crm"
	"github.com/go-oms/oms/event"
	"github.com/go-oms/oms/fulfillment"
	"github.com/go-oms/oms/inventory"
	"github.com/go-oms/oms/money"
	"github.com/go-oms/oms/order"
	"github.com/go-oms/oms/payment"
	"github.com/go-oms/oms/reporting"
	"github.com/go-oms/oms/storage"
)

func snapshotCases() []Case {
	return []Case{
		named("snapshot: it has the whole of the books", snapshotWhole),
		named("snapshot: each stream comes in its order", snapshotOrder),
		named("snapshot: it is as of one moment while writers go on", snapshotMoment),
		named("snapshot: the function's error is returned", snapshotError),
		named("snapshot: empty books are empty", func(t *try) {
			t.ok("snapshot", t.store.Snapshot(t.ctx, func(b storage.Books) error {
				t.equal("empty books", t.booksOf(b), counts{})
				return nil
			}))
		}),
	}
}

var aggregates = []string{event.Order, event.Payment, event.Fulfillment, event.Item, event.Customer, event.Subscription, event.Draft}

// counts is how much is in the books.
type counts struct {
	Orders, Facts, Tenders, Fulfillments, Reservations, Items, Levels, Moves, Events, Keys, Coupons, Leases int
	Customers, Saved, Subscriptions, Drafts                                                                 int
	LastPosition                                                                                            int64
}

func (t *try) booksOf(b storage.Books) counts {
	c := counts{
		Orders:        len(all(t, "orders", b.AllOrders(t.ctx))),
		Facts:         len(all(t, "facts", b.AllFacts(t.ctx))),
		Tenders:       len(all(t, "tenders", b.AllTenders(t.ctx, storage.ByID))),
		Fulfillments:  len(all(t, "fulfilment orders", b.AllFulfillments(t.ctx, storage.ByID))),
		Reservations:  len(all(t, "reservations", b.AllReservations(t.ctx))),
		Items:         len(all(t, "items", b.AllItems(t.ctx))),
		Levels:        len(all(t, "levels", b.AllLevels(t.ctx))),
		Moves:         len(all(t, "moves", b.AllMoves(t.ctx))),
		Keys:          len(all(t, "keys", b.AllKeys(t.ctx))),
		Coupons:       len(all(t, "coupons", b.AllCouponUses(t.ctx))),
		Leases:        len(all(t, "leases", b.AllLeases(t.ctx))),
		Customers:     len(all(t, "customers", b.AllCustomers(t.ctx))),
		Saved:         len(all(t, "saved addresses", b.AllSavedAddresses(t.ctx))),
		Subscriptions: len(all(t, "subscriptions", b.AllSubscriptions(t.ctx))),
		Drafts:        len(all(t, "drafts", b.AllDrafts(t.ctx))),
	}
	for _, aggregate := range aggregates {
		c.Events += len(all(t, "events", b.AllEvents(t.ctx, aggregate)))
	}
	var err error
	c.LastPosition, err = b.LastPosition(t.ctx)
	t.ok("last position", err)
	return c
}

// snapshotWhole compares every stream with what the batch led to.
func snapshotWhole(t *try) {
	want := &rows{}
	b := fullBatch(5, money.EUR)
	t.ok("batch", want.apply(b))
	t.commit(b)
	t.ok("snapshot", t.store.Snapshot(t.ctx, func(books storage.Books) error {
		t.wholeOrders(books, want)
		t.wholeStock(books, want)
		t.wholeCustomers(books, want)
		slices.SortFunc(want.Coupons, func(a, b couponRow) int { return strings.Compare(a.Code, b.Code) })
		slices.SortFunc(want.Leases, func(a, b storage.Lease) int { return strings.Compare(a.Name, b.Name) })
		keys := all(t, "keys", books.AllKeys(t.ctx))
		t.equal("keys", keys, []storage.Key{want.Key})
		uses := all(t, "coupons", books.AllCouponUses(t.ctx))
		t.equal("coupons", uses, each(want.Coupons, func(c couponRow) storage.CouponCount {
			return storage.CouponCount{Code: c.Code, Uses: c.All}
		}))
		t.equal("leases", all(t, "leases", books.AllLeases(t.ctx)), want.Leases)
		var events []event.Event
		for _, aggregate := range aggregates {
			events = append(events, all(t, "events", books.AllEvents(t.ctx, aggregate))...)
		}
		last, err := books.LastPosition(t.ctx)
		t.ok("last position", err)
		stream := t.stream(0, 0)
		t.equal("last position", last, stream[len(stream)-1].Position)
		byTale := func(a, b event.Event) int { return strings.Compare(tale(a), tale(b)) }
		slices.SortFunc(events, byTale)
		slices.SortFunc(stream, byTale)
		t.equal("events", events, stream)
		return nil
	}))
}

func (t *try) wholeOrders(books storage.Books, want *rows) {
	byID := func(a, b uuid.UUID) int { return bytes.Compare(a[:], b[:]) }
	orders := all(t, "orders", books.AllOrders(t.ctx))
	slices.SortFunc(want.Orders, func(a, b *order.Order) int { return byID(a.ID, b.ID) })
	t.equal("orders", orders, want.Orders)
	facts, told := all(t, "facts", books.AllFacts(t.ctx)), factsOf(want.Orders, reporting.Period{})
	slices.SortFunc(facts, compareFacts)
	slices.SortFunc(told, compareFacts)
	t.equal("facts", facts, told)
	for _, by := range []storage.Sort{storage.ByOrder, storage.ByID} {
		tenders := all(t, "tenders", books.AllTenders(t.ctx, by))
		slices.SortFunc(want.Tenders, func(a, b *payment.Tender) int { return byID(a.ID, b.ID) })
		slices.SortFunc(tenders, func(a, b *payment.Tender) int { return byID(a.ID, b.ID) })
		t.equal("tenders", tenders, want.Tenders)
		list := all(t, "fulfilment orders", books.AllFulfillments(t.ctx, by))
		slices.SortFunc(want.Fulfillments, func(a, b *fulfillment.Fulfillment) int { return byID(a.ID, b.ID) })
		slices.SortFunc(list, func(a, b *fulfillment.Fulfillment) int { return byID(a.ID, b.ID) })
		t.equal("fulfilment orders", list, want.Fulfillments)
	}
}

func (t *try) wholeCustomers(books storage.Books, want *rows) {
	byID := func(a, b uuid.UUID) int { return bytes.Compare(a[:], b[:]) }
	slices.SortFunc(want.Customers, func(a, b *crm.Customer) int { return byID(a.ID, b.ID) })
	slices.SortFunc(want.Saved, func(a, b crm.Address) int { return byID(a.CustomerID, b.CustomerID) })
	t.equal("customers", all(t, "customers", books.AllCustomers(t.ctx)), want.Customers)
	t.equal("saved addresses", all(t, "saved addresses", books.AllSavedAddresses(t.ctx)), want.Saved)
	slices.SortFunc(want.Subscriptions, func(a, b *order.Subscription) int { return byID(a.ID, b.ID) })
	t.equal("subscriptions", all(t, "subscriptions", books.AllSubscriptions(t.ctx)), want.Subscriptions)
	slices.SortFunc(want.Drafts, func(a, b *order.Draft) int { return byID(a.ID, b.ID) })
	t.equal("drafts", all(t, "drafts", books.AllDrafts(t.ctx)), want.Drafts)
}

func (t *try) wholeStock(books storage.Books, want *rows) {
	byID := func(a, b uuid.UUID) int { return bytes.Compare(a[:], b[:]) }
	reservations := all(t, "reservations", books.AllReservations(t.ctx))
	items := all(t, "items", books.AllItems(t.ctx))
	moves := all(t, "moves", books.AllMoves(t.ctx))
	levels := all(t, "levels", books.AllLevels(t.ctx))
	for _, list := range [][]inventory.Reservation{reservations, want.Reservations} {
		slices.SortFunc(list, func(a, b inventory.Reservation) int { return byID(a.ID, b.ID) })
	}
	for _, list := range [][]inventory.Item{items, want.Items} {
		slices.SortFunc(list, func(a, b inventory.Item) int { return byID(a.ID, b.ID) })
	}
	for _, list := range [][]inventory.Move{moves, want.Moves} {
		slices.SortFunc(list, func(a, b inventory.Move) int { return byID(a.ID, b.ID) })
	}
	for _, list := range [][]inventory.Level{levels, want.Levels} {
		slices.SortFunc(list, func(a, b inventory.Level) int {
			return cmp.Or(strings.Compare(a.SKU, b.SKU), strings.Compare(a.Location, b.Location))
		})
	}
	t.equal("reservations", reservations, want.Reservations)
	t.equal("items", items, want.Items)
	t.equal("moves", moves, want.Moves)
	t.equal("levels", levels, want.Levels)
}

// scattered commits rows whose order of commit is not the order of any stream.
func scattered(t *try) {
	var batches []*storage.Batch
	orders := []*order.Order{}
	for _, sku := range []string{"b", "a"} {
		for _, location := range []string{"y", "x"} {
			batches = append(batches, t.Receive(sku, location, 50))
		}
	}
	for i := range 3 {
		o, b := t.Place(Line{SKU: "b", Location: "y"}, Line{SKU: "a", Location: "x"}, Line{SKU: "a", Location: "y"})
		b.Orders[0].Coupons = []order.CouponUse{{Code: string(rune('C' - i)), Uses: 1}}
		batches = append(batches, b)
		orders = append(orders, o)
	}
	late := []*order.Order{}
	for _, o := range reversed(orders) {
		for range 2 {
			_, pay := t.Pay(o)
			batches = append(batches, pay, t.fulfillmentBatch(nil, t.fulfillment(o, Main)))
		}
		next, change := t.Change(o, func(o *order.Order) { o.Status = "checked" })
		late = append(late, next)
		_, claim := t.claim(storage.Lease{Name: o.Number}, "a")
		batches = append(batches, change, claim)
	}
	for i := len(late) - 1; i >= 0; i-- {
		_, change := t.Change(late[i], func(o *order.Order) { o.Status = "released" })
		batches = append(batches, change)
	}
	people := []uuid.UUID{t.ID(), t.ID()}
	for _, id := range reversed(people) {
		book := []crm.Address{{ID: t.ID(), CustomerID: id}, {ID: t.ID(), CustomerID: id}}
		slices.Reverse(book)
		for _, name := range []string{"first", "second"} {
			b := t.customers(crm.Customer{ID: id, Name: name})
			if name == "second" {
				b.CRM.Customers[0].Version, b.Events[0].Version = 2, 2
			}
			b.CRM.Addresses = book
			batches = append(batches, b)
		}
	}
	for _, id := range reversed([]uuid.UUID{t.ID(), t.ID()}) {
		batches = append(batches, t.subscriptions(order.Subscription{ID: id}))
		batches = append(batches, t.drafts(order.Draft{ID: id}))
	}
	// Orders, and items, may be committed in any order.
	batches[0], batches[2] = batches[2], batches[0]
	batches[1], batches[3] = batches[3], batches[1]
	batches[4], batches[6] = batches[6], batches[4]
	t.commit(batches...)
}

func snapshotOrder(t *try) {
	scattered(t)
	t.ok("snapshot", t.store.Snapshot(t.ctx, func(b storage.Books) error {
		ascending(t, "orders", all(t, "orders", b.AllOrders(t.ctx)), func(o *order.Order) string { return hex(o.ID) })
		timely(t, "facts", all(t, "facts", b.AllFacts(t.ctx)), func(f reporting.Fact) time.Time { return f.At })
		ascending(t, "tenders by order", all(t, "tenders", b.AllTenders(t.ctx, storage.ByOrder)),
			func(x *payment.Tender) string { return hex(x.OrderID) + hex(x.ID) })
		ascending(t, "tenders by id", all(t, "tenders", b.AllTenders(t.ctx, storage.ByID)),
			func(x *payment.Tender) string { return hex(x.ID) })
		ascending(t, "fulfilment orders by order", all(t, "list", b.AllFulfillments(t.ctx, storage.ByOrder)),
			func(f *fulfillment.Fulfillment) string { return hex(f.OrderID) + hex(f.ID) })
		ascending(t, "fulfilment orders by id", all(t, "list", b.AllFulfillments(t.ctx, storage.ByID)),
			func(f *fulfillment.Fulfillment) string { return hex(f.ID) })
		ascending(t, "reservations", all(t, "reservations", b.AllReservations(t.ctx)),
			func(r inventory.Reservation) string { return r.Owner + "\x00" + hex(r.ID) })
		ascending(t, "customers", all(t, "customers", b.AllCustomers(t.ctx)), func(c *crm.Customer) string { return hex(c.ID) })
		ascending(t, "drafts", all(t, "drafts", b.AllDrafts(t.ctx)), func(d *order.Draft) string { return hex(d.ID) })
		ascending(t, "subscriptions", all(t, "subscriptions", b.AllSubscriptions(t.ctx)), func(s *order.Subscription) string { return hex(s.ID) })
		ascending(t, "saved addresses", all(t, "saved addresses", b.AllSavedAddresses(t.ctx)),
			func(a crm.Address) string { return hex(a.CustomerID) + hex(a.ID) })
		ascending(t, "items", all(t, "items", b.AllItems(t.ctx)), func(i inventory.Item) string { return hex(i.ID) })
		ascending(t, "levels", all(t, "levels", b.AllLevels(t.ctx)),
			func(l inventory.Level) string { return l.SKU + "\x00" + l.Location })
		t.movesAscend(all(t, "moves", b.AllMoves(t.ctx)))
		for _, aggregate := range aggregates {
			ascending(t, aggregate+" events", all(t, "events", b.AllEvents(t.ctx, aggregate)),
				func(e event.Event) string { return hex(e.ID) + string(rune(e.Version)) })
		}
		ascending(t, "keys", all(t, "keys", b.AllKeys(t.ctx)), func(k storage.Key) string { return k.Key })
		ascending(t, "coupons", all(t, "coupons", b.AllCouponUses(t.ctx)),
			func(c storage.CouponCount) string { return c.Code })
		ascending(t, "leases", all(t, "leases", b.AllLeases(t.ctx)), func(l storage.Lease) string { return l.Name })
		return nil
	}))
}

func hex(id uuid.UUID) string { return id.String() }

// ascending ends the case unless the keys of the list, at least two, ascend.
func ascending[T any](t *try, what string, list []T, key func(T) string) {
	if len(list) < 2 {
		t.fail("%s: got %d", what, len(list))
	}
	for i := 1; i < len(list); i++ {
		if key(list[i-1]) >= key(list[i]) {
			t.fail("%s: %q comes before %q", what, key(list[i-1]), key(list[i]))
		}
	}
}

// movesAscend compares with the order of recording, which Moves gives.
func (t *try) movesAscend(got []inventory.Move) {
	want := all(t, "moves", t.store.Moves(t.ctx, inventory.MoveFilter{}))
	slices.SortStableFunc(want, func(a, b inventory.Move) int {
		return cmp.Or(strings.Compare(a.SKU, b.SKU), strings.Compare(a.Location, b.Location))
	})
	id := func(m inventory.Move) uuid.UUID { return m.ID }
	t.equal("moves", each(got, id), each(want, id))
}

// snapshotMoment commits while the function runs, before and between its reads.
func snapshotMoment(t *try) {
	scattered(t)
	var before counts
	t.ok("snapshot", t.store.Snapshot(t.ctx, func(b storage.Books) error {
		before = t.booksOf(b)
		return nil
	}))
	o := first(t, "orders", t.store.Orders(t.ctx, order.Filter{Limit: 1}))
	var level inventory.Level
	t.ok("snapshot", t.store.Snapshot(t.ctx, func(b storage.Books) error {
		level = first(t, "levels", b.AllLevels(t.ctx))
		t.commit(everything(t), t.Receive(level.SKU, level.Location, 7))
		_, change := t.Change(o, func(o *order.Order) { o.Status = "moved on" })
		t.commit(change)
		t.equal("books during writes", t.booksOf(b), before)
		t.equal("level during writes", first(t, "levels", b.AllLevels(t.ctx)), level)
		for _, x := range all(t, "orders", b.AllOrders(t.ctx)) {
			if x.ID == o.ID {
				t.equal("order during writes", x.Status, o.Status)
			}
		}
		return nil
	}))
	t.equal("order after", t.order(o.ID).Status, "moved on")
	t.ok("snapshot", t.store.Snapshot(t.ctx, func(b storage.Books) error {
		if after := t.booksOf(b); after.Orders <= before.Orders || after.Events <= before.Events {
			t.fail("a later snapshot has %+v, the earlier one had %+v", after, before)
		}
		return nil
	}))
}

func snapshotError(t *try) {
	t.placed()
	wrong := errors.New("wrong")
	err := t.store.Snapshot(t.ctx, func(b storage.Books) error {
		for range b.AllOrders(t.ctx) {
			return wrong // out of a walk
		}
		return nil
	})
	if !errors.Is(err, wrong) {
		t.fail("got %v, want the function's own error", err)
	}
	t.placed()
}
