package sim

import (
	"context"
	"errors"
	"iter"
	"time"

	"github.com/google/uuid"

	"github.com/go-oms/oms/crm"
	"github.com/go-oms/oms/event"
	"github.com/go-oms/oms/fault"
	"github.com/go-oms/oms/fulfillment"
	"github.com/go-oms/oms/inventory"
	"github.com/go-oms/oms/order"
	"github.com/go-oms/oms/payment"
	"github.com/go-oms/oms/reporting"
	"github.com/go-oms/oms/storage"
)

var _ storage.Store = (*store)(nil)

// store is the store that all processes share, as they see it: every call may be
// interrupted by another actor and may fail. Each read sees what is committed when it
// takes place, so that the reads of one command may see different states, as they do
// at READ COMMITTED.
type store struct {
	w      *world
	base   storage.Store // of all tenants
	tenant storage.Store
}

var (
	errDisk   = errors.New("sim: the disk is full")
	errLine   = errors.New("sim: the connection is gone")
	errRefuse = errors.New("sim: the database does not answer")
)

var readFaults = []Fault{ReadFails, ReadCanceled, ReadCrash}

// before is what happens on the way to a read. The reads that callers in one process
// share hold up those callers, and so does the taking of numbers.
func (s *store) before(ctx context.Context, op string, shared bool) error {
	w := s.w
	a := w.current
	if a != nil && shared {
		a.proc.locked = a
	}
	w.point()
	if a != nil && shared {
		a.proc.locked = nil
	}
	switch w.swarm.one(readFaults) {
	case ReadFails:
		w.note("read fails", op)
		return &fault.TransientError{Op: "sim: " + op, Err: errLine}
	case ReadCanceled:
		w.note("context ends", op)
		a.ctx.cancel()
	case ReadCrash:
		w.crash()
	}
	if err := ctx.Err(); err != nil {
		return &fault.TransientError{Op: "sim: " + op, Err: err}
	}
	return nil
}

func read[R any](ctx context.Context, s *store, op string, shared bool, do func() (R, error)) (R, error) {
	if err := s.before(ctx, op, shared); err != nil {
		var none R
		return none, err
	}
	return do()
}

func all[T any](ctx context.Context, s *store, op string, list iter.Seq2[T, error]) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		if err := s.before(ctx, op, false); err != nil {
			var none T
			yield(none, err)
			return
		}
		for v, err := range list {
			if !yield(v, err) {
				return
			}
		}
	}
}

func (s *store) Tenant(id string) storage.Store {
	return &store{w: s.w, base: s.base, tenant: s.base.Tenant(id)}
}

func (s *store) Tenants(ctx context.Context) ([]string, error) {
	return read(ctx, s, "tenants", false, func() ([]string, error) { return s.tenant.Tenants(ctx) })
}

func (s *store) InTx() bool { return false }

func (s *store) Snapshot(ctx context.Context, fn func(storage.Books) error) error {
	if err := s.before(ctx, "snapshot", false); err != nil {
		return err
	}
	return s.tenant.Snapshot(ctx, fn)
}

func (s *store) Order(ctx context.Context, id uuid.UUID) (*order.Order, error) {
	return read(ctx, s, "order", false, func() (*order.Order, error) { return s.tenant.Order(ctx, id) })
}

func (s *store) OrderBy(ctx context.Context, ref order.Ref) (*order.Order, error) {
	return read(ctx, s, "order by", false, func() (*order.Order, error) { return s.tenant.OrderBy(ctx, ref) })
}

func (s *store) Orders(ctx context.Context, f order.Filter) iter.Seq2[*order.Order, error] {
	return all(ctx, s, "orders", s.tenant.Orders(ctx, f))
}

func (s *store) Notes(ctx context.Context, id uuid.UUID) ([]order.Note, error) {
	return read(ctx, s, "notes", false, func() ([]order.Note, error) { return s.tenant.Notes(ctx, id) })
}

func (s *store) CouponUses(ctx context.Context, codes []string, customer uuid.UUID) (map[string]order.Uses, error) {
	return read(ctx, s, "coupon uses", false, func() (map[string]order.Uses, error) { return s.tenant.CouponUses(ctx, codes, customer) })
}

func (s *store) CouponsOf(ctx context.Context, customer uuid.UUID) (map[string]int64, error) {
	return read(ctx, s, "coupons of", false, func() (map[string]int64, error) { return s.tenant.CouponsOf(ctx, customer) })
}

func (s *store) Subscription(ctx context.Context, id uuid.UUID) (*order.Subscription, error) {
	return read(ctx, s, "subscription", false, func() (*order.Subscription, error) { return s.tenant.Subscription(ctx, id) })
}

func (s *store) Subscriptions(ctx context.Context, f order.SubscriptionFilter) iter.Seq2[*order.Subscription, error] {
	return all(ctx, s, "subscriptions", s.tenant.Subscriptions(ctx, f))
}

func (s *store) Draft(ctx context.Context, id uuid.UUID) (*order.Draft, error) {
	return read(ctx, s, "draft", false, func() (*order.Draft, error) { return s.tenant.Draft(ctx, id) })
}

func (s *store) Drafts(ctx context.Context, f order.DraftFilter) iter.Seq2[*order.Draft, error] {
	return all(ctx, s, "drafts", s.tenant.Drafts(ctx, f))
}

func (s *store) Items(ctx context.Context, skus []string) ([]inventory.Item, error) {
	return read(ctx, s, "items", true, func() ([]inventory.Item, error) { return s.tenant.Items(ctx, skus) })
}

func (s *store) Levels(ctx context.Context, skus []string) ([]inventory.Level, error) {
	return read(ctx, s, "levels", true, func() ([]inventory.Level, error) { return s.tenant.Levels(ctx, skus) })
}

func (s *store) Locations(ctx context.Context) ([]inventory.Location, error) {
	return read(ctx, s, "locations", true, func() ([]inventory.Location, error) { return s.tenant.Locations(ctx) })
}

func (s *store) Reservations(ctx context.Context, f inventory.ReservationFilter) ([]inventory.Reservation, error) {
	return read(ctx, s, "reservations", true, func() ([]inventory.Reservation, error) { return s.tenant.Reservations(ctx, f) })
}

func (s *store) Moves(ctx context.Context, f inventory.MoveFilter) iter.Seq2[inventory.Move, error] {
	return all(ctx, s, "moves", s.tenant.Moves(ctx, f))
}

func (s *store) Tenders(ctx context.Context, id uuid.UUID) ([]*payment.Tender, error) {
	return read(ctx, s, "tenders", false, func() ([]*payment.Tender, error) { return s.tenant.Tenders(ctx, id) })
}

func (s *store) Tender(ctx context.Context, id uuid.UUID) (*payment.Tender, error) {
	return read(ctx, s, "tender", false, func() (*payment.Tender, error) { return s.tenant.Tender(ctx, id) })
}

func (s *store) TenderOf(ctx context.Context, op uuid.UUID, gateway, ref string) (*payment.Tender, error) {
	return read(ctx, s, "tender of", false, func() (*payment.Tender, error) { return s.tenant.TenderOf(ctx, op, gateway, ref) })
}

func (s *store) DueTenders(ctx context.Context, at time.Time, limit int) ([]*payment.Tender, error) {
	return read(ctx, s, "due tenders", false, func() ([]*payment.Tender, error) { return s.tenant.DueTenders(ctx, at, limit) })
}

func (s *store) ParkedReports(ctx context.Context, limit int) ([]payment.Report, error) {
	return read(ctx, s, "parked reports", false, func() ([]payment.Report, error) { return s.tenant.ParkedReports(ctx, limit) })
}

func (s *store) Fulfillments(ctx context.Context, id uuid.UUID) ([]*fulfillment.Fulfillment, error) {
	return read(ctx, s, "fulfilments", false, func() ([]*fulfillment.Fulfillment, error) { return s.tenant.Fulfillments(ctx, id) })
}

func (s *store) Fulfillment(ctx context.Context, id uuid.UUID) (*fulfillment.Fulfillment, error) {
	return read(ctx, s, "fulfilment", false, func() (*fulfillment.Fulfillment, error) { return s.tenant.Fulfillment(ctx, id) })
}

func (s *store) FulfillmentByTracking(ctx context.Context, carrier, tracking string) (*fulfillment.Fulfillment, error) {
	return read(ctx, s, "fulfilment by tracking", false, func() (*fulfillment.Fulfillment, error) {
		return s.tenant.FulfillmentByTracking(ctx, carrier, tracking)
	})
}

func (s *store) DueLabels(ctx context.Context, at time.Time, limit int) ([]*fulfillment.Fulfillment, error) {
	return read(ctx, s, "due labels", false, func() ([]*fulfillment.Fulfillment, error) { return s.tenant.DueLabels(ctx, at, limit) })
}

func (s *store) Customer(ctx context.Context, id uuid.UUID) (*crm.Customer, error) {
	return read(ctx, s, "customer", false, func() (*crm.Customer, error) { return s.tenant.Customer(ctx, id) })
}

func (s *store) CustomerBy(ctx context.Context, email, ref string) (*crm.Customer, error) {
	return read(ctx, s, "customer by", false, func() (*crm.Customer, error) { return s.tenant.CustomerBy(ctx, email, ref) })
}

func (s *store) Customers(ctx context.Context, f crm.Filter) iter.Seq2[*crm.Customer, error] {
	return all(ctx, s, "customers", s.tenant.Customers(ctx, f))
}

func (s *store) SavedAddresses(ctx context.Context, id uuid.UUID) ([]crm.Address, error) {
	return read(ctx, s, "saved addresses", false, func() ([]crm.Address, error) { return s.tenant.SavedAddresses(ctx, id) })
}

func (s *store) CustomerNotes(ctx context.Context, id uuid.UUID) ([]crm.Note, error) {
	return read(ctx, s, "customer notes", false, func() ([]crm.Note, error) { return s.tenant.CustomerNotes(ctx, id) })
}

func (s *store) Consents(ctx context.Context, id uuid.UUID) ([]crm.Consent, error) {
	return read(ctx, s, "consents", false, func() ([]crm.Consent, error) { return s.tenant.Consents(ctx, id) })
}

func (s *store) Facts(ctx context.Context, p reporting.Period) iter.Seq2[reporting.Fact, error] {
	return all(ctx, s, "facts", s.tenant.Facts(ctx, p))
}

func (s *store) OrderFacts(ctx context.Context, scope reporting.OrderScope) iter.Seq2[reporting.OrderFact, error] {
	return all(ctx, s, "order facts", s.tenant.OrderFacts(ctx, scope))
}

func (s *store) PaymentFacts(ctx context.Context, p reporting.Period) iter.Seq2[reporting.PaymentFact, error] {
	return all(ctx, s, "payment facts", s.tenant.PaymentFacts(ctx, p))
}

func (s *store) StockFacts(ctx context.Context) iter.Seq2[reporting.StockFact, error] {
	return all(ctx, s, "stock facts", s.tenant.StockFacts(ctx))
}

func (s *store) History(ctx context.Context, aggregate string, id event.ID) ([]event.Event, error) {
	return read(ctx, s, "history", false, func() ([]event.Event, error) { return s.tenant.History(ctx, aggregate, id) })
}

func (s *store) Stream(ctx context.Context, position int64, limit int) iter.Seq2[event.Event, error] {
	return all(ctx, s, "stream", s.tenant.Stream(ctx, position, limit))
}

func (s *store) Key(ctx context.Context, key string) (*storage.Key, error) {
	return read(ctx, s, "key", false, func() (*storage.Key, error) { return s.tenant.Key(ctx, key) })
}

func (s *store) Lease(ctx context.Context, name string) (storage.Lease, error) {
	return read(ctx, s, "lease", false, func() (storage.Lease, error) { return s.tenant.Lease(ctx, name) })
}

func (s *store) Leases(ctx context.Context, prefix string) ([]storage.Lease, error) {
	return read(ctx, s, "leases", false, func() ([]storage.Lease, error) { return s.tenant.Leases(ctx, prefix) })
}
