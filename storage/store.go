package storage

import (
	"context"
	"iter"
	"time"

	"github.com/go-oms/oms/crm"
	"github.com/go-oms/oms/event"
	"github.com/go-oms/oms/fulfillment"
	"github.com/go-oms/oms/inventory"
	"github.com/go-oms/oms/order"
	"github.com/go-oms/oms/payment"
	"github.com/go-oms/oms/reporting"
)

// Store keeps everything of one tenant. It is safe for concurrent use.
//
// A Store answers with the kinds of error of package fault and with no other.
// It never calls back into the library and never changes what it is given; what
// it returns belongs to the caller.
type Store interface {
	Reader

	// Commit writes the batch: all of it or nothing. See [Batch] for what it
	// checks and which errors it answers with. When the context ends before the
	// store has taken the batch up, nothing is written and the error is
	// transient; once taken up the outcome is reported whatever the context
	// says, or the error is of kind fault.Unknown.
	Commit(ctx context.Context, b *Batch) error

	// Numbers takes n consecutive numbers of a series, starting at 1, and returns
	// the first. Numbers that are not used are gaps.
	Numbers(ctx context.Context, series string, n int64) (first int64, err error)

	// Snapshot calls fn with the tenant's books as of one moment.
	Snapshot(ctx context.Context, fn func(Books) error) error

	// Tenant returns the same store bound to another tenant: at most 64 bytes;
	// the empty id is a tenant like any other.
	Tenant(id string) Store
	// Tenants returns the ids of the tenants that have any data, in order.
	Tenants(ctx context.Context) ([]string, error)
	// InTx reports whether the store is joined to a host's transaction, in which
	// nothing outside may be called.
	InTx() bool
}

// Reader is everything that can be read of one tenant.
type Reader interface {
	order.Reader
	order.SubscriptionReader
	order.DraftReader
	inventory.Reader
	payment.Reader
	fulfillment.Reader
	crm.Reader
	reporting.Reader
	event.Reader

	// Key returns what is stored under an idempotency key, or a
	// *fault.NotFoundError.
	Key(ctx context.Context, key string) (*Key, error)
	// Lease returns the lease of that name; its zero value with the name when
	// nobody has ever held it.
	Lease(ctx context.Context, name string) (Lease, error)
	// Leases returns the leases whose names begin with prefix, by name.
	Leases(ctx context.Context, prefix string) ([]Lease, error)
}

// Key is a used idempotency key and the result of its command.
type Key struct {
	Key     string
	Command string
	Body    [32]byte
	Result  []byte
	At      time.Time // when it was recorded
}

// Books is the whole of one tenant as of one moment, in streams that can be
// merged.
type Books interface {
	AllOrders(ctx context.Context) iter.Seq2[*order.Order, error]  // whole, by id
	AllFacts(ctx context.Context) iter.Seq2[reporting.Fact, error] // of all orders, as reporting.Reader gives them
	AllTenders(ctx context.Context, by Sort) iter.Seq2[*payment.Tender, error]
	AllFulfillments(ctx context.Context, by Sort) iter.Seq2[*fulfillment.Fulfillment, error]
	AllReservations(ctx context.Context) iter.Seq2[inventory.Reservation, error] // by owner, id
	AllItems(ctx context.Context) iter.Seq2[inventory.Item, error]               // by id
	AllLevels(ctx context.Context) iter.Seq2[inventory.Level, error]             // by SKU, location
	AllMoves(ctx context.Context) iter.Seq2[inventory.Move, error]               // by SKU, location, recording
	AllCustomers(ctx context.Context) iter.Seq2[*crm.Customer, error]            // by id
	AllSavedAddresses(ctx context.Context) iter.Seq2[crm.Address, error]         // by customer id, id
	AllSubscriptions(ctx context.Context) iter.Seq2[*order.Subscription, error]  // by id
	AllDrafts(ctx context.Context) iter.Seq2[*order.Draft, error]                // by id
	// AllEvents yields the events of one kind of aggregate by id and version.
	AllEvents(ctx context.Context, aggregate string) iter.Seq2[event.Event, error]
	AllKeys(ctx context.Context) iter.Seq2[Key, error]               // by key
	AllCouponUses(ctx context.Context) iter.Seq2[CouponCount, error] // by code
	AllLeases(ctx context.Context) iter.Seq2[Lease, error]           // by name
	LastPosition(ctx context.Context) (int64, error)                 // of the newest event; 0 without any
}

// Sort is the order of a stream that belongs to orders.
type Sort uint8

// The two orders.
const (
	ByOrder Sort = iota // by order id, then own id
	ByID                // by own id
)

// CouponCount is a coupon's counter over all customers.
type CouponCount struct {
	Code string
	Uses int64
}
