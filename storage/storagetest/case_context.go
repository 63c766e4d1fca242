package storagetest

import (
	"context"
	"errors"

	"github.com/google/uuid"

	"github.com/go-oms/oms/crm"
	"github.com/go-oms/oms/event"
	"github.com/go-oms/oms/fault"
	"github.com/go-oms/oms/inventory"
	"github.com/go-oms/oms/order"
	"github.com/go-oms/oms/reporting"
	"github.com/go-oms/oms/storage"
)

func contextCases() []Case {
	return []Case{
		named("context: one that has ended before a commit writes nothing", endedCommit),
		named("context: one that has ended takes no numbers", endedNumbers),
		named("context: one that has ended reads nothing", endedReads),
	}
}

// ended returns a context that is over.
func (t *try) ended() context.Context {
	ctx, cancel := context.WithCancel(t.ctx)
	cancel()
	return ctx
}

// transient ends the case unless the error is transient and its cause the context.
func (t *try) transient(what string, err error) {
	if fault.KindOf(err) != fault.Transient || !errors.Is(err, context.Canceled) {
		t.fail("%s: got %v (%v), want a transient error because of the context", what, err, fault.KindOf(err))
	}
}

func endedCommit(t *try) {
	t.stock("sku", 3)
	o, b := t.Place(Line{SKU: "sku"})
	before := t.positions()
	t.transient("commit", t.store.Commit(t.ended(), b))
	_, err := t.store.Order(t.ctx, o.ID)
	t.missing("order", err)
	_, err = t.store.Key(t.ctx, b.Command.Key)
	t.missing("key", err)
	t.equal("positions", t.positions(), before)
	t.commit(b)
	// A repetition asked for too late is not answered either.
	t.transient("commit again", t.store.Commit(t.ended(), b))
}

func endedNumbers(t *try) {
	t.numbers("order", 1, 1)
	_, err := t.store.Numbers(t.ended(), "order", 5)
	t.transient("numbers", err)
	t.numbers("order", 1, 2)
}

func endedReads(t *try) {
	b := everything(t)
	t.commit(b)
	ctx, id := t.ended(), b.Orders[0].Delta.Order.ID
	reads := map[string]func() error{
		"order":     func() error { _, err := t.store.Order(ctx, id); return err },
		"order by":  func() error { _, err := t.store.OrderBy(ctx, order.Ref{Number: "1"}); return err },
		"orders":    func() error { _, err := collect(t.store.Orders(ctx, order.Filter{})); return err },
		"notes":     func() error { _, err := t.store.Notes(ctx, id); return err },
		"coupons":   func() error { _, err := t.store.CouponUses(ctx, []string{"A"}, id); return err },
		"items":     func() error { _, err := t.store.Items(ctx, []string{"a"}); return err },
		"levels":    func() error { _, err := t.store.Levels(ctx, []string{"a"}); return err },
		"locations": func() error { _, err := t.store.Locations(ctx); return err },
		"reservations": func() error {
			_, err := t.store.Reservations(ctx, inventory.ReservationFilter{})
			return err
		},
		"moves":         func() error { _, err := collect(t.store.Moves(ctx, inventory.MoveFilter{})); return err },
		"tenders":       func() error { _, err := t.store.Tenders(ctx, id); return err },
		"tender":        func() error { _, err := t.store.Tender(ctx, b.Payments[0].Delta.Tender.ID); return err },
		"tender of":     func() error { _, err := t.store.TenderOf(ctx, uuid.UUID{}, "card", "R"); return err },
		"due tenders":   func() error { _, err := t.store.DueTenders(ctx, later(1), 9); return err },
		"parked":        func() error { _, err := t.store.ParkedReports(ctx, 9); return err },
		"fulfillments":  func() error { _, err := t.store.Fulfillments(ctx, id); return err },
		"fulfillment":   func() error { _, err := t.store.Fulfillment(ctx, id); return err },
		"tracking":      func() error { _, err := t.store.FulfillmentByTracking(ctx, "post", "1"); return err },
		"due labels":    func() error { _, err := t.store.DueLabels(ctx, later(1), 9); return err },
		"customer":      func() error { _, err := t.store.Customer(ctx, id); return err },
		"customer by":   func() error { _, err := t.store.CustomerBy(ctx, "a@b", ""); return err },
		"customers":     func() error { _, err := collect(t.store.Customers(ctx, crm.Filter{})); return err },
		"draft":         func() error { _, err := t.store.Draft(ctx, b.Drafts[0].ID); return err },
		"drafts":        func() error { _, err := collect(t.store.Drafts(ctx, order.DraftFilter{})); return err },
		"subscription":  func() error { _, err := t.store.Subscription(ctx, b.Subscriptions[0].ID); return err },
		"subscriptions": func() error { _, err := collect(t.store.Subscriptions(ctx, order.SubscriptionFilter{})); return err },
		"saved":         func() error { _, err := t.store.SavedAddresses(ctx, id); return err },
		"remarks":       func() error { _, err := t.store.CustomerNotes(ctx, id); return err },
		"consents":      func() error { _, err := t.store.Consents(ctx, id); return err },
		"coupons of":    func() error { _, err := t.store.CouponsOf(ctx, id); return err },
		"facts":         func() error { _, err := collect(t.store.Facts(ctx, reporting.Period{})); return err },
		"order facts":   func() error { _, err := collect(t.store.OrderFacts(ctx, reporting.OrderScope{})); return err },
		"payment facts": func() error {
			_, err := collect(t.store.PaymentFacts(ctx, reporting.Period{}))
			return err
		},
		"stock facts": func() error { _, err := collect(t.store.StockFacts(ctx)); return err },
		"history":     func() error { _, err := t.store.History(ctx, event.Order, id); return err },
		"stream":      func() error { _, err := collect(t.store.Stream(ctx, 0, 0)); return err },
		"key":         func() error { _, err := t.store.Key(ctx, b.Command.Key); return err },
		"lease":       func() error { _, err := t.store.Lease(ctx, "a"); return err },
		"leases":      func() error { _, err := t.store.Leases(ctx, "a"); return err },
		"tenants":     func() error { _, err := t.store.Tenants(ctx); return err },
		"snapshot": func() error {
			return t.store.Snapshot(ctx, func(books storage.Books) error {
				_, err := collect(books.AllOrders(ctx))
				return err
			})
		},
	}
	for what, read := range reads {
		t.transient(what, read())
	}
}
