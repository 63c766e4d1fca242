package inventory

import (
	"context"
	"fmt"
	"time"

	"github.com/go-oms/oms/event"
	"github.com/go-oms/oms/fault"
	"github.com/go-oms/oms/quantity"
)

// DefaultTTL is how long a hold lasts that does not say.
const DefaultTTL = 15 * time.Minute

// Hold is what a cart wants kept.
type Hold struct {
	Key     string     `json:"-"`
	CartID  string     `json:"cart_id"`
	Lines   []HoldLine `json:"lines"`
	Country string     `json:"country,omitempty"` // where the goods would go, for the sourcing

	// The hold ends at ExpiresAt, or TTL from now; DefaultTTL when both are zero.
	ExpiresAt time.Time     `json:"expires_at,omitzero"`
	TTL       time.Duration `json:"ttl,omitempty"`
}

// HoldLine is one line of a hold.
type HoldLine struct {
	SKU      string            `json:"sku"`
	Quantity quantity.Quantity `json:"quantity"`
}

// Reserve keeps stock for a cart until a time, after which it is free again
// without anybody's doing. What the cart holds afterwards is exactly what was
// asked for: asking again with other lines or a later end changes the hold.
// Placing the cart uses it up. It returns what is kept where; untracked items need
// no keeping.
//
// It is a promise: *[ShortageError] with every item that is short, and then the
// cart keeps what it held before. Two calls for one cart at the same time may each
// keep what they ask for; what is too much ends with its expiry or the placing.
func (s *Service) Reserve(ctx context.Context, h Hold) ([]Reservation, error) {
	demands, skus, err := h.check()
	if err != nil {
		return nil, err
	}
	req := request{name: "inventory.reserve", key: h.Key, params: h}
	return do(ctx, s, req, func(cmd event.Command) (decision[[]Reservation], error) {
		expires, err := h.expiry(cmd.Now)
		if err != nil {
			return decision[[]Reservation]{}, err
		}
		stock, err := ReadStock(ctx, s.store, skus, h.CartID, cmd.Now)
		if err != nil {
			return decision[[]Reservation]{}, err
		}
		want := Wanted{Demands: demands, Country: h.Country, Sourcing: s.sourcing}
		changes, holds, err := ReserveCart(stock.BehindQueue(), h.CartID, want, expires, cmd)
		return decision[[]Reservation]{answer: holds, changes: changes}, err
	})
}

func (h *Hold) check() (demands []Demand, skus []string, err error) {
	switch {
	case len(h.Lines) == 0 || len(h.Lines) > MaxLines:
		err = fault.Invalid("lines", len(h.Lines), fmt.Sprintf("1 to %d lines", MaxLines))
	case h.TTL < 0:
		err = fault.Invalid("ttl", h.TTL, "more than zero")
	case h.TTL > 0 && !h.ExpiresAt.IsZero():
		err = fault.Invalid("ttl", h.TTL, "either ttl or expires_at")
	default:
		err = first(code("cart_id", h.CartID, MaxCartID), country("country", h.Country))
	}
	if err != nil {
		return nil, nil, err
	}
	demands, skus = make([]Demand, len(h.Lines)), make([]string, len(h.Lines))
	for i, l := range h.Lines {
		if err := first(code(at("lines", i, "sku"), l.SKU, MaxSKU), amount(at("lines", i, "quantity"), l.Quantity, false)); err != nil {
			return nil, nil, err
		}
		demands[i], skus[i] = Demand{SKU: l.SKU, Quantity: l.Quantity}, l.SKU
	}
	return demands, skus, nil
}

// expiry is when the hold ends.
func (h *Hold) expiry(now time.Time) (time.Time, error) {
	switch {
	case h.ExpiresAt.IsZero() && h.TTL == 0:
		return event.Moment(now.Add(DefaultTTL)), nil
	case h.ExpiresAt.IsZero():
		return event.Moment(now.Add(h.TTL)), nil
	}
	expires := event.Moment(h.ExpiresAt)
	if !expires.After(now) {
		return expires, fault.Invalid("expires_at", h.ExpiresAt, "a time to come")
	}
	return expires, nil
}

// CartRelease says which cart gives its holds up.
type CartRelease struct {
	Key    string `json:"-"`
	CartID string `json:"cart_id"`
	Reason string `json:"reason,omitempty"`
}

// Release gives up everything that is held for a cart. A cart without holds has
// nothing to give up, which is no error.
func (s *Service) Release(ctx context.Context, r CartRelease) error {
	if err := first(code("cart_id", r.CartID, MaxCartID), text("reason", r.Reason, MaxReason)); err != nil {
		return err
	}
	reason := r.Reason
	if reason == "" {
		reason = reasonSurplus
	}
	req := request{name: "inventory.release", key: r.Key, params: r}
	_, err := do(ctx, s, req, func(cmd event.Command) (decision[nothing], error) {
		held, err := s.store.Reservations(ctx, ReservationFilter{Kind: ForCart, Owner: r.CartID})
		return decision[nothing]{changes: VoidReservations(held, reason, cmd)}, err
	})
	return err
}

// Sweep bounds the sweeping up of expired holds.
type Sweep struct {
	Key   string `json:"-"`
	Limit int    `json:"limit,omitempty"` // at most so many; 500 when zero
}

// VoidExpired voids holds that have expired, the oldest first, and returns how
// many. It only tidies up: an expired hold refuses nobody anyway.
func (s *Service) VoidExpired(ctx context.Context, w Sweep) (int, error) {
	if w.Limit < 0 {
		return 0, fault.Invalid("limit", w.Limit, "zero or more")
	}
	limit := w.Limit
	if limit == 0 {
		limit = 500
	}
	req := request{name: "inventory.void_expired", key: w.Key, params: w}
	return do(ctx, s, req, func(cmd event.Command) (decision[int], error) {
		expired, err := s.store.Reservations(ctx, ReservationFilter{Kind: ForCart, ExpiredBefore: cmd.Now, Limit: limit})
		return decision[int]{answer: len(expired), changes: VoidReservations(expired, reasonExpired, cmd)}, err
	})
}
