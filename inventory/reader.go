package inventory

import (
	"context"
	"iter"
	"time"

	"github.com/google/uuid"
)

// Reader reads stock. Every method is safe for concurrent use.
type Reader interface {
	// Items returns the items of the SKUs that are registered, in order of SKU.
	Items(ctx context.Context, skus []string) ([]Item, error)
	// Levels returns the levels of the SKUs at every location, in order of SKU
	// and location.
	Levels(ctx context.Context, skus []string) ([]Level, error)
	// Locations returns all locations in order of priority and code.
	Locations(ctx context.Context) ([]Location, error)
	// Reservations returns the pending reservations that match, oldest first.
	Reservations(ctx context.Context, f ReservationFilter) ([]Reservation, error)
	// Moves yields the movements that match in order of recording.
	Moves(ctx context.Context, f MoveFilter) iter.Seq2[Move, error]
}

// ReservationFilter selects pending reservations; a zero field does not restrict.
type ReservationFilter struct {
	Kind          ReservationKind
	Owner         string
	SKUs          []string
	ExpiredBefore time.Time // only those with an ExpiresAt at or before it
	Limit         int
}

// MoveFilter selects movements; a zero field does not restrict.
type MoveFilter struct {
	SKU, Location string
	OrderID       uuid.UUID
	From, To      time.Time // business time, half-open
}
