package storagetest

import (
	"context"
	"iter"
	"time"

	"github.com/google/uuid"

	"github.com/go-oms/oms/crm"
	"github.com/go-oms/oms/event"
	"github.com/go-oms/oms/fulfillment"
	"github.com/go-oms/oms/inventory"
	"github.com/go-oms/oms/order"
	"github.com/go-oms/oms/payment"
	"github.com/go-oms/oms/reporting"
	"github.com/go-oms/oms/storage"
)

// planted is a right store with a fault: each hook that is set stands in for the
// method of its name and is given the right store, bound to the tenant.
type planted struct {
	storage.Store
	root  storage.Store // bound to the tenant ""
	hooks *hooks
}

type (
	ctxt  = context.Context
	store = storage.Store
)

type hooks struct {
	commit        func(ctxt, store, *storage.Batch) error
	numbers       func(ctxt, store, string, int64) (int64, error)
	snapshot      func(ctxt, store, func(storage.Books) error) error
	tenant        func(store, string) store
	tenants       func(ctxt, store) ([]string, error)
	order         func(ctxt, store, uuid.UUID) (*order.Order, error)
	orderBy       func(ctxt, store, order.Ref) (*order.Order, error)
	orders        func(ctxt, store, order.Filter) iter.Seq2[*order.Order, error]
	notes         func(ctxt, store, uuid.UUID) ([]order.Note, error)
	coupons       func(ctxt, store, []string, uuid.UUID) (map[string]order.Uses, error)
	items         func(ctxt, store, []string) ([]inventory.Item, error)
	levels        func(ctxt, store, []string) ([]inventory.Level, error)
	locations     func(ctxt, store) ([]inventory.Location, error)
	reservations  func(ctxt, store, inventory.ReservationFilter) ([]inventory.Reservation, error)
	moves         func(ctxt, store, inventory.MoveFilter) iter.Seq2[inventory.Move, error]
	tenders       func(ctxt, store, uuid.UUID) ([]*payment.Tender, error)
	tender        func(ctxt, store, uuid.UUID) (*payment.Tender, error)
	tenderOf      func(ctxt, store, uuid.UUID, string, string) (*payment.Tender, error)
	dueTenders    func(ctxt, store, time.Time, int) ([]*payment.Tender, error)
	parked        func(ctxt, store, int) ([]payment.Report, error)
	fulfillments  func(ctxt, store, uuid.UUID) ([]*fulfillment.Fulfillment, error)
	fulfillment   func(ctxt, store, uuid.UUID) (*fulfillment.Fulfillment, error)
	tracking      func(ctxt, store, string, string) (*fulfillment.Fulfillment, error)
	dueLabels     func(ctxt, store, time.Time, int) ([]*fulfillment.Fulfillment, error)
	customer      func(ctxt, store, uuid.UUID) (*crm.Customer, error)
	customerBy    func(ctxt, store, string, string) (*crm.Customer, error)
	customers     func(ctxt, store, crm.Filter) iter.Seq2[*crm.Customer, error]
	saved         func(ctxt, store, uuid.UUID) ([]crm.Address, error)
	remarks       func(ctxt, store, uuid.UUID) ([]crm.Note, error)
	consents      func(ctxt, store, uuid.UUID) ([]crm.Consent, error)
	subscription  func(ctxt, store, uuid.UUID) (*order.Subscription, error)
	subscriptions func(ctxt, store, order.SubscriptionFilter) iter.Seq2[*order.Subscription, error]
	draft         func(ctxt, store, uuid.UUID) (*order.Draft, error)
	drafts        func(ctxt, store, order.DraftFilter) iter.Seq2[*order.Draft, error]
	couponsOf     func(ctxt, store, uuid.UUID) (map[string]int64, error)
	facts         func(ctxt, store, reporting.Period) iter.Seq2[reporting.Fact, error]
	orderFacts    func(ctxt, store, reporting.OrderScope) iter.Seq2[reporting.OrderFact, error]
	paymentFacts  func(ctxt, store, reporting.Period) iter.Seq2[reporting.PaymentFact, error]
	stockFacts    func(ctxt, store) iter.Seq2[reporting.StockFact, error]
	history       func(ctxt, store, string, uuid.UUID) ([]event.Event, error)
	stream        func(ctxt, store, int64, int) iter.Seq2[event.Event, error]
	key           func(ctxt, store, string) (*storage.Key, error)
	lease         func(ctxt, store, string) (storage.Lease, error)
	leases        func(ctxt, store, string) ([]storage.Lease, error)
}

func plant(s storage.Store, h *hooks) storage.Store { return planted{s, s, h} }

func (p planted) Tenant(id string) storage.Store {
	if p.hooks.tenant != nil {
		return planted{p.hooks.tenant(p.Store, id), p.root, p.hooks}
	}
	return planted{p.Store.Tenant(id), p.root, p.hooks}
}

func (p planted) Commit(ctx ctxt, b *storage.Batch) error {
	if p.hooks.commit != nil {
		return p.hooks.commit(ctx, p.Store, b)
	}
	return p.Store.Commit(ctx, b)
}

func (p planted) Numbers(ctx ctxt, series string, n int64) (int64, error) {
	if p.hooks.numbers != nil {
		return p.hooks.numbers(ctx, p.Store, series, n)
	}
	return p.Store.Numbers(ctx, series, n)
}

func (p planted) Snapshot(ctx ctxt, fn func(storage.Books) error) error {
	if p.hooks.snapshot != nil {
		return p.hooks.snapshot(ctx, p.Store, fn)
	}
	return p.Store.Snapshot(ctx, fn)
}

func (p planted) Tenants(ctx ctxt) ([]string, error) {
	if p.hooks.tenants != nil {
		return p.hooks.tenants(ctx, p.root)
	}
	return p.Store.Tenants(ctx)
}

func (p planted) Order(ctx ctxt, id uuid.UUID) (*order.Order, error) {
	if p.hooks.order != nil {
		return p.hooks.order(ctx, p.Store, id)
	}
	return p.Store.Order(ctx, id)
}

func (p planted) OrderBy(ctx ctxt, ref order.Ref) (*order.Order, error) {
	if p.hooks.orderBy != nil {
		return p.hooks.orderBy(ctx, p.Store, ref)
	}
	return p.Store.OrderBy(ctx, ref)
}

func (p planted) Orders(ctx ctxt, f order.Filter) iter.Seq2[*order.Order, error] {
	if p.hooks.orders != nil {
		return p.hooks.orders(ctx, p.Store, f)
	}
	return p.Store.Orders(ctx, f)
}

func (p planted) Notes(ctx ctxt, id uuid.UUID) ([]order.Note, error) {
	if p.hooks.notes != nil {
		return p.hooks.notes(ctx, p.Store, id)
	}
	return p.Store.Notes(ctx, id)
}

func (p planted) CouponUses(ctx ctxt, codes []string, customer uuid.UUID) (map[string]order.Uses, error) {
	if p.hooks.coupons != nil {
		return p.hooks.coupons(ctx, p.Store, codes, customer)
	}
	return p.Store.CouponUses(ctx, codes, customer)
}

func (p planted) Items(ctx ctxt, skus []string) ([]inventory.Item, error) {
	if p.hooks.items != nil {
		return p.hooks.items(ctx, p.Store, skus)
	}
	return p.Store.Items(ctx, skus)
}

func (p planted) Levels(ctx ctxt, skus []string) ([]inventory.Level, error) {
	if p.hooks.levels != nil {
		return p.hooks.levels(ctx, p.Store, skus)
	}
	return p.Store.Levels(ctx, skus)
}

func (p planted) Locations(ctx ctxt) ([]inventory.Location, error) {
	if p.hooks.locations != nil {
		return p.hooks.locations(ctx, p.Store)
	}
	return p.Store.Locations(ctx)
}

func (p planted) Reservations(ctx ctxt, f inventory.ReservationFilter) ([]inventory.Reservation, error) {
	if p.hooks.reservations != nil {
		return p.hooks.reservations(ctx, p.Store, f)
	}
	return p.Store.Reservations(ctx, f)
}

func (p planted) Moves(ctx ctxt, f inventory.MoveFilter) iter.Seq2[inventory.Move, error] {
	if p.hooks.moves != nil {
		return p.hooks.moves(ctx, p.Store, f)
	}
	return p.Store.Moves(ctx, f)
}

func (p planted) Tenders(ctx ctxt, id uuid.UUID) ([]*payment.Tender, error) {
	if p.hooks.tenders != nil {
		return p.hooks.tenders(ctx, p.Store, id)
	}
	return p.Store.Tenders(ctx, id)
}

func (p planted) Tender(ctx ctxt, id uuid.UUID) (*payment.Tender, error) {
	if p.hooks.tender != nil {
		return p.hooks.tender(ctx, p.Store, id)
	}
	return p.Store.Tender(ctx, id)
}

func (p planted) TenderOf(ctx ctxt, op uuid.UUID, gateway, ref string) (*payment.Tender, error) {
	if p.hooks.tenderOf != nil {
		return p.hooks.tenderOf(ctx, p.Store, op, gateway, ref)
	}
	return p.Store.TenderOf(ctx, op, gateway, ref)
}

func (p planted) DueTenders(ctx ctxt, at time.Time, limit int) ([]*payment.Tender, error) {
	if p.hooks.dueTenders != nil {
		return p.hooks.dueTenders(ctx, p.Store, at, limit)
	}
	return p.Store.DueTenders(ctx, at, limit)
}

func (p planted) ParkedReports(ctx ctxt, limit int) ([]payment.Report, error) {
	if p.hooks.parked != nil {
		return p.hooks.parked(ctx, p.Store, limit)
	}
	return p.Store.ParkedReports(ctx, limit)
}

func (p planted) Fulfillments(ctx ctxt, id uuid.UUID) ([]*fulfillment.Fulfillment, error) {
	if p.hooks.fulfillments != nil {
		return p.hooks.fulfillments(ctx, p.Store, id)
	}
	return p.Store.Fulfillments(ctx, id)
}

func (p planted) Fulfillment(ctx ctxt, id uuid.UUID) (*fulfillment.Fulfillment, error) {
	if p.hooks.fulfillment != nil {
		return p.hooks.fulfillment(ctx, p.Store, id)
	}
	return p.Store.Fulfillment(ctx, id)
}

func (p planted) FulfillmentByTracking(ctx ctxt, carrier, tracking string) (*fulfillment.Fulfillment, error) {
	if p.hooks.tracking != nil {
		return p.hooks.tracking(ctx, p.Store, carrier, tracking)
	}
	return p.Store.FulfillmentByTracking(ctx, carrier, tracking)
}

func (p planted) DueLabels(ctx ctxt, at time.Time, limit int) ([]*fulfillment.Fulfillment, error) {
	if p.hooks.dueLabels != nil {
		return p.hooks.dueLabels(ctx, p.Store, at, limit)
	}
	return p.Store.DueLabels(ctx, at, limit)
}

func (p planted) Customer(ctx ctxt, id uuid.UUID) (*crm.Customer, error) {
	if p.hooks.customer != nil {
		return p.hooks.customer(ctx, p.Store, id)
	}
	return p.Store.Customer(ctx, id)
}

func (p planted) CustomerBy(ctx ctxt, email, ref string) (*crm.Customer, error) {
	if p.hooks.customerBy != nil {
		return p.hooks.customerBy(ctx, p.Store, email, ref)
	}
	return p.Store.CustomerBy(ctx, email, ref)
}

func (p planted) Customers(ctx ctxt, f crm.Filter) iter.Seq2[*crm.Customer, error] {
	if p.hooks.customers != nil {
		return p.hooks.customers(ctx, p.Store, f)
	}
	return p.Store.Customers(ctx, f)
}

func (p planted) SavedAddresses(ctx ctxt, id uuid.UUID) ([]crm.Address, error) {
	if p.hooks.saved != nil {
		return p.hooks.saved(ctx, p.Store, id)
	}
	return p.Store.SavedAddresses(ctx, id)
}

func (p planted) CustomerNotes(ctx ctxt, id uuid.UUID) ([]crm.Note, error) {
	if p.hooks.remarks != nil {
		return p.hooks.remarks(ctx, p.Store, id)
	}
	return p.Store.CustomerNotes(ctx, id)
}

func (p planted) Consents(ctx ctxt, id uuid.UUID) ([]crm.Consent, error) {
	if p.hooks.consents != nil {
		return p.hooks.consents(ctx, p.Store, id)
	}
	return p.Store.Consents(ctx, id)
}

func (p planted) Subscription(ctx ctxt, id uuid.UUID) (*order.Subscription, error) {
	if p.hooks.subscription != nil {
		return p.hooks.subscription(ctx, p.Store, id)
	}
	return p.Store.Subscription(ctx, id)
}

func (p planted) Subscriptions(ctx ctxt, f order.SubscriptionFilter) iter.Seq2[*order.Subscription, error] {
	if p.hooks.subscriptions != nil {
		return p.hooks.subscriptions(ctx, p.Store, f)
	}
	return p.Store.Subscriptions(ctx, f)
}

func (p planted) Draft(ctx ctxt, id uuid.UUID) (*order.Draft, error) {
	if p.hooks.draft != nil {
		return p.hooks.draft(ctx, p.Store, id)
	}
	return p.Store.Draft(ctx, id)
}

func (p planted) Drafts(ctx ctxt, f order.DraftFilter) iter.Seq2[*order.Draft, error] {
	if p.hooks.drafts != nil {
		return p.hooks.drafts(ctx, p.Store, f)
	}
	return p.Store.Drafts(ctx, f)
}

func (p planted) CouponsOf(ctx ctxt, id uuid.UUID) (map[string]int64, error) {
	if p.hooks.couponsOf != nil {
		return p.hooks.couponsOf(ctx, p.Store, id)
	}
	return p.Store.CouponsOf(ctx, id)
}

func (p planted) Facts(ctx ctxt, period reporting.Period) iter.Seq2[reporting.Fact, error] {
	if p.hooks.facts != nil {
		return p.hooks.facts(ctx, p.Store, period)
	}
	return p.Store.Facts(ctx, period)
}

func (p planted) OrderFacts(ctx ctxt, scope reporting.OrderScope) iter.Seq2[reporting.OrderFact, error] {
	if p.hooks.orderFacts != nil {
		return p.hooks.orderFacts(ctx, p.Store, scope)
	}
	return p.Store.OrderFacts(ctx, scope)
}

func (p planted) PaymentFacts(ctx ctxt, period reporting.Period) iter.Seq2[reporting.PaymentFact, error] {
	if p.hooks.paymentFacts != nil {
		return p.hooks.paymentFacts(ctx, p.Store, period)
	}
	return p.Store.PaymentFacts(ctx, period)
}

func (p planted) StockFacts(ctx ctxt) iter.Seq2[reporting.StockFact, error] {
	if p.hooks.stockFacts != nil {
		return p.hooks.stockFacts(ctx, p.Store)
	}
	return p.Store.StockFacts(ctx)
}

func (p planted) History(ctx ctxt, aggregate string, id event.ID) ([]event.Event, error) {
	if p.hooks.history != nil {
		return p.hooks.history(ctx, p.Store, aggregate, id)
	}
	return p.Store.History(ctx, aggregate, id)
}

func (p planted) Stream(ctx ctxt, position int64, limit int) iter.Seq2[event.Event, error] {
	if p.hooks.stream != nil {
		return p.hooks.stream(ctx, p.Store, position, limit)
	}
	return p.Store.Stream(ctx, position, limit)
}

func (p planted) Key(ctx ctxt, key string) (*storage.Key, error) {
	if p.hooks.key != nil {
		return p.hooks.key(ctx, p.Store, key)
	}
	return p.Store.Key(ctx, key)
}

func (p planted) Lease(ctx ctxt, name string) (storage.Lease, error) {
	if p.hooks.lease != nil {
		return p.hooks.lease(ctx, p.Store, name)
	}
	return p.Store.Lease(ctx, name)
}

func (p planted) Leases(ctx ctxt, prefix string) ([]storage.Lease, error) {
	if p.hooks.leases != nil {
		return p.hooks.leases(ctx, p.Store, prefix)
	}
	return p.Store.Leases(ctx, prefix)
}
