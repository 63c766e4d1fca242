package order

import (
	"context"
	"iter"
	"time"

	"github.com/google/uuid"
)

// Reader reads orders. Every method is safe for concurrent use; an order that
// does not exist is a *fault.NotFoundError.
type Reader interface {
	// Order returns the whole aggregate with its addresses.
	Order(ctx context.Context, id uuid.UUID) (*Order, error)
	// OrderBy returns the whole aggregate by one of its unique references.
	OrderBy(ctx context.Context, ref Ref) (*Order, error)
	// Orders yields whole aggregates in descending (PlacedAt, ID) order, newest
	// first, or ascending when the filter says so, reading page by page.
	Orders(ctx context.Context, f Filter) iter.Seq2[*Order, error]
	// Notes returns an order's notes, oldest first.
	Notes(ctx context.Context, orderID uuid.UUID) ([]Note, error)
	// CouponUses returns the uses so far of the codes: in all, and by one customer.
	CouponUses(ctx context.Context, codes []string, customer uuid.UUID) (map[string]Uses, error)
	// CouponsOf returns the uses that one customer has of each code; none that are 0.
	CouponsOf(ctx context.Context, customer uuid.UUID) (map[string]int64, error)
}

// SubscriptionReader reads subscriptions. Every method is safe for concurrent use.
type SubscriptionReader interface {
	// Subscription returns the whole subscription, or a *fault.NotFoundError.
	Subscription(ctx context.Context, id uuid.UUID) (*Subscription, error)
	// Subscriptions yields whole subscriptions in the order that the filter says,
	// reading page by page.
	Subscriptions(ctx context.Context, f SubscriptionFilter) iter.Seq2[*Subscription, error]
}

// DraftReader reads drafts. Every method is safe for concurrent use.
type DraftReader interface {
	// Draft returns the whole draft, or a *fault.NotFoundError.
	Draft(ctx context.Context, id uuid.UUID) (*Draft, error)
	// Drafts yields whole drafts in the order that the filter says, reading page by
	// page.
	Drafts(ctx context.Context, f DraftFilter) iter.Seq2[*Draft, error]
}

// Uses counts a coupon's uses.
type Uses struct{ All, ByCustomer int64 }

// Ref is a unique reference: exactly one of Number, CartID and ExternalRef is set.
// ExternalRef is unique within Channel.
type Ref struct {
	Number      string
	CartID      string
	Channel     string
	ExternalRef string
}

// Filter selects orders; a zero field does not restrict.
type Filter struct {
	CustomerID  uuid.UUID
	CompanyID   uuid.UUID
	GuestEmail  string // only orders without a customer that have an address with this email, in any case
	Channel     string
	Statuses    []string
	PlacedFrom  time.Time // inclusive
	PlacedTo    time.Time // exclusive
	ExpiresTo   time.Time // only orders with an ExpiresAt before it
	Backordered bool      // only orders with backordered units
	OnHold      string    // only orders with an open hold of this type
	HoldsTo     time.Time // only orders with an open hold that ends by itself before it
	// ReturnsDueTo takes only orders with a return whose DueAt is before it, and
	// ReturnTracking those with a return whose label has that tracking number.
	ReturnsDueTo   time.Time
	ReturnTracking string
	Claimed        bool // only orders with an open claim
	// After continues behind the order with that PlacedAt and ID.
	After     *Cursor
	Limit     int // 0: all
	Ascending bool
}

// Cursor is a place between two orders of a listing.
type Cursor struct {
	PlacedAt time.Time
	ID       uuid.UUID
}
