package order

import (
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/go-oms/oms/money"
	"github.com/go-oms/oms/quantity"
)

// SubscriptionStatus is where a subscription stands.
type SubscriptionStatus string

// The statuses. Canceled and completed ones are over.
const (
	SubscriptionActive    SubscriptionStatus = "active"
	SubscriptionPaused    SubscriptionStatus = "paused"    // until it is resumed
	SubscriptionCanceled  SubscriptionStatus = "canceled"  // somebody ended it
	SubscriptionCompleted SubscriptionStatus = "completed" // its schedule has no more dates
)

// PricePolicy says what the goods of a subscription cost on a date.
type PricePolicy string

// The price policies.
const (
	PriceCurrent PricePolicy = "current" // what they cost that day
	PriceFrozen  PricePolicy = "frozen"  // what they cost when they were subscribed to
	PriceLower   PricePolicy = "lower"   // the lower one of the two
)

// ShortagePolicy says what happens on a date on which goods are not there.
type ShortagePolicy string

// The shortage policies.
const (
	ShortageSkip      ShortagePolicy = "skip"      // the date is left out
	ShortagePartial   ShortagePolicy = "partial"   // lines that are short are left out; without any other, the date
	ShortageBackorder ShortagePolicy = "backorder" // the order is placed, within what levels of stock may owe
	ShortagePause     ShortagePolicy = "pause"     // the subscription is paused
)

// Subscription is an order that is placed again on every date of a schedule. It is a
// value to be copied ([Subscription.Clone]) and changed as a whole.
//
// It holds no personal data: the customer and the address are named by id, and the
// means of payment by the gateway's token, which no event has.
type Subscription struct {
	ID         uuid.UUID          `json:"id"`
	Version    int64              `json:"version"` // counts the subscription's events
	CustomerID uuid.UUID          `json:"customer_id"`
	Channel    string             `json:"channel,omitempty"`
	Status     SubscriptionStatus `json:"status"`

	Schedule Schedule            `json:"schedule"`
	Lines    []SubscriptionLine  `json:"lines"`
	ShipToID uuid.UUID           `json:"ship_to_id,omitzero"` // in the customer's address book
	Shipping string              `json:"shipping,omitempty"`  // code of the shipping method
	Prices   PricePolicy         `json:"prices"`
	Shortage ShortagePolicy      `json:"shortage"`
	Payment  SubscriptionPayment `json:"payment,omitzero"`

	// Next is the next date; zero when there is none, as for one that is not active.
	Next time.Time `json:"next,omitzero"`
	// NextAt is when Run takes the subscription up: on the date, or when something
	// that failed is tried again. It is zero unless the subscription is active.
	NextAt time.Time `json:"next_at,omitzero"`
	// Skips are dates that are left out, in order: those to come, also before the next
	// one.
	Skips []time.Time `json:"skips,omitempty"`

	Runs      int       `json:"runs,omitempty"`    // orders placed
	LastRun   time.Time `json:"last_run,omitzero"` // the date of the last one
	OrderID   uuid.UUID `json:"order_id,omitzero"` // the last one
	Unpaid    bool      `json:"unpaid,omitempty"`  // its payment is open: the next date waits for it
	Failed    int       `json:"failed,omitempty"`  // tries in a row
	Problem   string    `json:"problem,omitempty"` // of the last one, a code such as "shortage"
	CreatedAt time.Time `json:"created_at"`
}

// SubscriptionLine is goods of a subscription.
type SubscriptionLine struct {
	SKU      string            `json:"sku"`
	Quantity quantity.Quantity `json:"quantity"`
	// UnitPrice is what a unit cost when the line was subscribed to.
	UnitPrice money.Money `json:"unit_price"`
}

// SubscriptionPayment is how the orders of a subscription are paid; the zero value
// leaves it to the customer.
type SubscriptionPayment struct {
	Gateway string `json:"gateway,omitempty"`
	Method  string `json:"method,omitempty"`
	// Source is the token of the saved means of payment: never a card number. No
	// event has it.
	Source string `json:"-"`
}

// Over reports whether the subscription has ended for good.
func (s *Subscription) Over() bool {
	return s.Status == SubscriptionCanceled || s.Status == SubscriptionCompleted
}

// Clone returns a copy that shares nothing that changes.
func (s *Subscription) Clone() *Subscription {
	c := *s
	c.Lines, c.Skips = slices.Clone(s.Lines), slices.Clone(s.Skips)
	return &c
}

// SubscriptionDelta is what a change did to a subscription: the payload of its
// events.
type SubscriptionDelta struct {
	// Subscription is the subscription after the change, without the token.
	Subscription Subscription `json:"subscription"`
	// Date is the date that was run, left out or failed.
	Date time.Time `json:"date,omitzero"`
	// Reason is why, in the words of who asked or the code of a problem.
	Reason string `json:"reason,omitempty"`
}

// Delta returns the payload of the event that led to the subscription as it is.
func (s *Subscription) Delta(date time.Time, reason string) *SubscriptionDelta {
	d := &SubscriptionDelta{Subscription: *s.Clone(), Date: date, Reason: reason}
	d.Subscription.Payment.Source = ""
	return d
}

// ApplySubscription returns the subscription after the delta; a nil s stands for the
// one before its first event. Applying the deltas of all its events in order of
// version gives the stored one, the token apart, which stays as it is in s.
func ApplySubscription(s *Subscription, d *SubscriptionDelta) *Subscription {
	next := d.Subscription.Clone()
	if s != nil {
		next.Payment.Source = s.Payment.Source
	}
	return next
}

// SubscriptionFilter selects subscriptions; a zero field does not restrict.
type SubscriptionFilter struct {
	CustomerID uuid.UUID
	Statuses   []SubscriptionStatus
	// NextTo asks for those that Run takes up before that time, who comes first
	// first. Without it subscriptions come in order of id, which is that of making.
	NextTo time.Time
	// After continues behind the subscription with that NextAt and ID.
	After *SubscriptionCursor
	Limit int // 0: all
}

// SubscriptionCursor is a place between two subscriptions of a listing.
type SubscriptionCursor struct {
	NextAt time.Time // looked at where the filter has NextTo
	ID     uuid.UUID
}
