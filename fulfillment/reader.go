package fulfillment

import (
	"context"
	"time"

	"github.com/google/uuid"
)

// Reader reads fulfilment orders. Every method is safe for concurrent use.
type Reader interface {
	// Fulfillments returns an order's fulfilment orders, whole, oldest first.
	Fulfillments(ctx context.Context, orderID uuid.UUID) ([]*Fulfillment, error)
	// Fulfillment returns one, whole, or a *fault.NotFoundError.
	Fulfillment(ctx context.Context, id uuid.UUID) (*Fulfillment, error)
	// FulfillmentByTracking returns the one with a shipment of that carrier and
	// tracking number, or a *fault.NotFoundError.
	FulfillmentByTracking(ctx context.Context, carrier, tracking string) (*Fulfillment, error)
	// DueLabels returns fulfilment orders with a shipment whose NextAt is set and
	// at or before the time, the longest due first, at most limit.
	DueLabels(ctx context.Context, at time.Time, limit int) ([]*Fulfillment, error)
}
