package event

import (
	"context"
	"iter"
	"time"

	"github.com/google/uuid"
)

// ID identifies an aggregate.
type ID = uuid.UUID

// Schema is the schema version that payloads are written with today.
const Schema = 1

// The aggregates.
const (
	Order        = "order"        // payload *order.Delta
	Payment      = "payment"      // payload *payment.Delta
	Fulfillment  = "fulfillment"  // payload *fulfillment.Delta
	Item         = "item"         // payload *inventory.Item
	Customer     = "customer"     // payload *crm.Delta
	Subscription = "subscription" // payload *order.SubscriptionDelta
	Draft        = "draft"        // payload *order.DraftDelta
)

// Event is a fact about one aggregate. The stream of events is the history and
// the outbox at once.
type Event struct {
	Aggregate  string // Order, Payment …
	ID         ID
	Version    int64 // the aggregate's version after it; from 1, without gaps
	Type       string
	Schema     int
	ActorKind  ActorKind
	ActorID    string
	Cause      string // the key of the command that led to it
	At         time.Time
	RecordedAt time.Time
	// Payload carries everything that changed, as the type named beside the
	// aggregate's constant. It is shared: nobody changes it.
	Payload any
	// Position is the store's delivery cursor: it grows along the stream and is
	// set only on events that were read from a store.
	Position int64
}

// Reader reads the stream.
type Reader interface {
	// History returns an aggregate's events by version, first one first; none
	// for an unknown id.
	History(ctx context.Context, aggregate string, id ID) ([]Event, error)
	// Stream yields the tenant's events after position in delivery order, at
	// most limit of them (no limit when 0). It never skips an event that
	// commits later.
	Stream(ctx context.Context, position int64, limit int) iter.Seq2[Event, error]
}
