package storagetest

import (
	"strings"

	"github.com/google/uuid"

	"github.com/go-oms/oms/crm"
	"github.com/go-oms/oms/event"
	"github.com/go-oms/oms/fault"
	"github.com/go-oms/oms/inventory"
	"github.com/go-oms/oms/money"
	"github.com/go-oms/oms/order"
	"github.com/go-oms/oms/reporting"
	"github.com/go-oms/oms/storage"
)

func numberCases() []Case {
	return []Case{
		named("number: a series starts at 1 and is taken in runs", func(t *try) {
			t.numbers("order", 1, 1)
			t.numbers("order", 5, 2)
			t.numbers("order", 1, 7)
			t.numbers("invoice", 2, 1)
			t.numbers("order", 1000, 8)
			t.numbers("order", 1, 1008)
			t.numbers("", 1, 1)
		}),
		named("number: tenants have series of their own", func(t *try) {
			t.numbers("order", 9, 1)
			t.store = t.store.Tenant("other")
			t.numbers("order", 1, 1)
		}),
	}
}

func (t *try) numbers(series string, n, want int64) {
	first, err := t.store.Numbers(t.ctx, series, n)
	t.ok("numbers", err)
	t.equal("first number", first, want)
}

func tenantCases() []Case {
	return []Case{
		named("tenant: the same ids, keys and names may be in each", tenantsSame),
		named("tenant: no reader sees another tenant's books", tenantsApart),
		named("tenant: with all ids equal every reader and stream gives each its own", tenantsEqual),
		named("tenant: no condition looks at another tenant", tenantConditions),
		named("tenant: the store it came from stays bound to its own", tenantBound),
		named("tenant: those with data are listed in order", tenantsListed),
		named("tenant: an id has up to 64 bytes", tenantLength),
	}
}

// ids of tenants that a backend might take for one another.
var tenantIDs = []string{"", "a", "A", "a ", "b%", "ü"}

func tenantsSame(t *try) {
	for _, id := range tenantIDs {
		s := t.store.Tenant(id)
		b := fullBatch(5, money.EUR)
		if err := checkBatch(t.ctx, s, b, "tenant "+id); err != nil {
			t.fail("%w", err)
		}
		if _, err := s.Numbers(t.ctx, "order", 1); err != nil {
			t.fail("numbers of tenant %s: %w", id, err)
		}
	}
}

func tenantsApart(t *try) {
	b := fullBatch(5, money.EUR)
	t.commit(b)
	t.store = t.store.Tenant("other")
	t.absent("in another tenant", b)
	_, err := t.store.Key(t.ctx, b.Command.Key)
	t.missing("key in another tenant", err)
	o := &b.Orders[0].Delta.Order
	for _, ref := range []order.Ref{
		{Number: o.Number}, {CartID: o.CartID}, {Channel: o.Channel, ExternalRef: o.ExternalRef},
	} {
		_, err := t.store.OrderBy(t.ctx, ref)
		t.missing("order by reference in another tenant", err)
	}
	d := b.Payments[0].Delta
	_, err = t.store.TenderOf(t.ctx, d.Ops[0].ID, "", "")
	t.missing("tender of an operation in another tenant", err)
	_, err = t.store.TenderOf(t.ctx, uuid.UUID{}, d.Tender.Gateway, d.Ops[0].Ref)
	t.missing("tender by reference in another tenant", err)
	s := &b.Fulfillments[0].Delta.Shipments[0]
	_, err = t.store.FulfillmentByTracking(t.ctx, s.Carrier, s.Tracking)
	t.missing("fulfilment order by tracking in another tenant", err)
	_, err = t.store.CustomerBy(t.ctx, b.CRM.Customers[0].Email, "")
	t.missing("customer by email in another tenant", err)
	t.nothingSaved(b)
	t.nothingListed(o.ID)
}

// nothingSaved ends the case if anything of the batch's customers is there.
func (t *try) nothingSaved(b *storage.Batch) {
	notes, err := t.store.CustomerNotes(t.ctx, b.CRM.Notes[0].CustomerID)
	t.ok("customer notes", err)
	consents, err := t.store.Consents(t.ctx, b.CRM.Consents[0].CustomerID)
	t.ok("consents", err)
	coupons, err := t.store.CouponsOf(t.ctx, b.Orders[0].Coupons[0].CustomerID)
	t.ok("coupons", err)
	guests := all(t, "guests", t.store.Orders(t.ctx, order.Filter{GuestEmail: b.Orders[0].Addresses[0].Email}))
	drafted := all(t, "drafts", t.store.Drafts(t.ctx, order.DraftFilter{}))
	subscribed := all(t, "subscriptions", t.store.Subscriptions(t.ctx, order.SubscriptionFilter{}))
	listed := all(t, "customers", t.store.Customers(t.ctx, crm.Filter{Merged: true}))
	t.equal("rows about customers", len(t.book(b.CRM.Addresses[0].CustomerID))+len(notes)+len(consents)+len(coupons)+len(guests)+len(listed)+len(subscribed)+len(drafted), 0)
}

// nothingListed ends the case if any list has something.
func (t *try) nothingListed(orderID uuid.UUID) {
	t.equal("orders", len(all(t, "orders", t.store.Orders(t.ctx, order.Filter{}))), 0)
	t.equal("events", len(t.stream(0, 0)), 0)
	t.equal("moves", len(all(t, "moves", t.store.Moves(t.ctx, inventory.MoveFilter{}))), 0)
	t.equal("facts", len(all(t, "facts", t.store.Facts(t.ctx, reporting.Period{}))), 0)
	t.equal("order facts", len(all(t, "order facts", t.store.OrderFacts(t.ctx, reporting.OrderScope{Paid: true}))), 0)
	t.equal("payment facts", len(all(t, "payment facts", t.store.PaymentFacts(t.ctx, reporting.Period{}))), 0)
	t.equal("stock facts", len(all(t, "stock facts", t.store.StockFacts(t.ctx))), 0)
	_, err := t.store.Notes(t.ctx, orderID)
	t.missing("notes", err)
	history, err := t.store.History(t.ctx, event.Order, orderID)
	t.ok("history", err)
	tenders, err := t.store.Tenders(t.ctx, orderID)
	t.ok("tenders", err)
	due, err := t.store.DueTenders(t.ctx, later(1_000_000), 10)
	t.ok("due tenders", err)
	fulfillments, err := t.store.Fulfillments(t.ctx, orderID)
	t.ok("fulfilment orders", err)
	labels, err := t.store.DueLabels(t.ctx, later(1_000_000), 10)
	t.ok("due labels", err)
	t.equal("rows of another tenant", len(history)+len(tenders)+len(due)+len(fulfillments)+len(labels), 0)
	t.ok("snapshot", t.store.Snapshot(t.ctx, func(b storage.Books) error {
		t.equal("books of another tenant", t.booksOf(b), counts{})
		return nil
	}))
}

func tenantConditions(t *try) {
	t.stock("sku", 3)
	o, b := t.Place(Line{SKU: "sku"})
	b.Orders[0].Delta.Order.CartID = "cart"
	b.Orders[0].Coupons = []order.CouponUse{{Code: "ONE", Uses: 1, Limit: 1}}
	t.commit(b)
	t.store = t.store.Tenant("other")
	_, short := t.Place(Line{SKU: "sku"})
	t.short("another tenant's stock", short, shortOf("sku", 1, 0))
	_, same := t.Place()
	same.Command.Key, same.Command.Name = b.Command.Key, "another"
	same.Orders[0].Delta.Order.CartID = "cart"
	same.Orders[0].Delta.Order.Number = o.Number
	same.Orders[0].Coupons = b.Orders[0].Coupons
	same.Expect = []storage.Expect{{Aggregate: event.Order, ID: o.ID}}
	t.commit(same)
}

func tenantBound(t *try) {
	other := t.store.Tenant("other")
	o := t.placed()
	if _, err := other.Order(t.ctx, o.ID); err == nil {
		t.fail("an order of the tenant \"\" is in another")
	}
	back := other.Tenant("")
	_, err := back.Order(t.ctx, o.ID)
	t.ok("order through a handle of a handle", err)
}

func tenantsListed(t *try) {
	list := func(want ...string) {
		ids, err := t.store.Tenants(t.ctx)
		t.ok("tenants", err)
		t.equal("tenants", ids, want)
	}
	list()
	root := t.store
	for _, id := range []string{"b", "", "a", "B"} {
		t.store = root.Tenant(id)
		t.placed()
	}
	list("", "B", "a", "b")
	t.store = root.Tenant("none")
	_, b := t.Place(Line{SKU: "sku"})
	if err := t.store.Commit(t.ctx, b); err == nil {
		t.fail("an order beyond the stock was accepted")
	}
	_, err := t.store.Order(t.ctx, t.ID())
	t.missing("order", err)
	list("", "B", "a", "b")
}

func tenantLength(t *try) {
	root := t.store
	for _, id := range []string{strings.Repeat("x", 64), strings.Repeat("ü", 32)} {
		t.store = root.Tenant(id)
		t.order(t.placed().ID)
	}
	t.store = root.Tenant(strings.Repeat("x", 65))
	_, b := t.Place()
	if err := t.store.Commit(t.ctx, b); fault.KindOf(err) != fault.Rejected {
		t.fail("an id of 65 bytes: got %v, want a rejection", err)
	}
	if _, err := t.store.Levels(t.ctx, []string{"sku"}); fault.KindOf(err) != fault.Rejected {
		t.fail("a read with an id of 65 bytes: got %v, want a rejection", err)
	}
}
