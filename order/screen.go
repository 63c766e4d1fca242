package order

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"iter"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/go-oms/oms/event"
	"github.com/go-oms/oms/money"
)

// Screening is an order that is to be judged before it is placed.
type Screening struct {
	Order *Order // priced, with its addresses; without a number, its lines unsourced. The screen's own.
	Actor event.Actor
	Past  Past // of the same tenant
}

// Past lists the orders so far, as [Reader] does.
type Past interface {
	Orders(ctx context.Context, f Filter) iter.Seq2[*Order, error]
}

// Verdict is what a screen says of an order.
type Verdict struct {
	Outcome ScreenOutcome
	// Reasons are codes. They are recorded with the hold: nothing personal.
	Reasons []string
}

// ScreenOutcome is a screen's decision.
type ScreenOutcome string

// The outcomes. Any other one, the empty one included, is taken for ScreenReview.
const (
	ScreenPass   ScreenOutcome = "pass"
	ScreenReview ScreenOutcome = "review" // it is placed on hold
	ScreenReject ScreenOutcome = "reject" // it is not placed
)

// ScreenRules is a screen that goes by rules. The zero value lets every order pass. It
// does not change and is safe for concurrent use.
type ScreenRules struct {
	// Velocity is how many orders of one customer, or of one guest's email, in the
	// time before this one are too many: the order after those is reviewed. 0 is not
	// looked at.
	Velocity int
	// Within is that time; a day by default.
	Within time.Duration
	// Mismatch reviews orders that are billed to one country and shipped to another.
	Mismatch bool
	// Above is the highest total that is not reviewed, and orders in another currency
	// are; the zero Money is no limit.
	Above money.Money
	// Blocked are keys, as BlockKey makes them, of whom and where to nothing is sold.
	Blocked map[string]bool
}

// The reasons of ScreenRules.
const (
	ScreenVelocity = "velocity"
	ScreenMismatch = "country_mismatch"
	ScreenAmount   = "amount"
	ScreenBlocked  = "blocklist"
)

// The kinds of keys of a blocklist.
const (
	BlockEmail    = "email"
	BlockPhone    = "phone"
	BlockAddress  = "address"  // street, postal code and country, with one space between each
	BlockCustomer = "customer" // id
)

// BlockKey returns the key of a blocklist for a value of a kind: a digest, so that the
// list holds nothing to read. Case, and blanks around and between words, make no
// difference. A digest can be found again by trying values: keep the list as safe as
// what it stands for.
func BlockKey(kind, value string) string {
	sum := sha256.Sum256([]byte(kind + "\x00" + strings.ToLower(strings.Join(strings.Fields(value), " "))))
	return hex.EncodeToString(sum[:])
}

// Screen judges an order: blocked is rejected, anything else that a rule does not like
// is reviewed. The error is that of the past orders.
func (r ScreenRules) Screen(ctx context.Context, s Screening) (Verdict, error) {
	if r.blocked(s.Order) {
		return Verdict{Outcome: ScreenReject, Reasons: []string{ScreenBlocked}}, nil
	}
	var reasons []string
	fast, err := r.fast(ctx, s)
	if err != nil {
		return Verdict{}, err
	}
	if fast {
		reasons = append(reasons, ScreenVelocity)
	}
	if o := s.Order; r.Mismatch && o.ShipTo != nil && o.BillTo != nil && o.ShipTo.Country != o.BillTo.Country {
		reasons = append(reasons, ScreenMismatch)
	}
	if r.Above != (money.Money{}) && TotalAbove(r.Above)(Facts{Order: s.Order}) {
		reasons = append(reasons, ScreenAmount)
	}
	if len(reasons) > 0 {
		return Verdict{Outcome: ScreenReview, Reasons: reasons}, nil
	}
	return Verdict{Outcome: ScreenPass}, nil
}

// blocked reports whether a key of the order is on the list.
func (r ScreenRules) blocked(o *Order) bool {
	if len(r.Blocked) == 0 {
		return false
	}
	var keys []string
	if o.CustomerID != uuid.Nil {
		keys = append(keys, BlockKey(BlockCustomer, o.CustomerID.String()))
	}
	for _, a := range []*Address{o.ShipTo, o.BillTo} {
		if a == nil {
			continue
		}
		if a.Email != "" {
			keys = append(keys, BlockKey(BlockEmail, a.Email))
		}
		if a.Phone != "" {
			keys = append(keys, BlockKey(BlockPhone, a.Phone))
		}
		if a.Line1 != "" {
			keys = append(keys, BlockKey(BlockAddress, a.Line1+" "+a.PostalCode+" "+a.Country))
		}
	}
	return slices.ContainsFunc(keys, func(key string) bool { return r.Blocked[key] })
}

// fast reports whether there were too many orders of the same customer or email.
func (r ScreenRules) fast(ctx context.Context, s Screening) (bool, error) {
	if r.Velocity <= 0 {
		return false, nil
	}
	within := r.Within
	if within <= 0 {
		within = 24 * time.Hour
	}
	f := Filter{PlacedFrom: s.Order.PlacedAt.Add(-within), Limit: r.Velocity, CustomerID: s.Order.CustomerID}
	if f.CustomerID == uuid.Nil {
		if f.GuestEmail = emailOf(s.Order); f.GuestEmail == "" {
			return false, nil
		}
	}
	n := 0
	for _, err := range s.Past.Orders(ctx, f) {
		if err != nil {
			return false, err
		}
		n++
	}
	return n >= r.Velocity, nil
}

// emailOf is the email that a guest's order is known by.
func emailOf(o *Order) string {
	for _, a := range []*Address{o.BillTo, o.ShipTo} {
		if a != nil && a.Email != "" {
			return a.Email
		}
	}
	return ""
}
