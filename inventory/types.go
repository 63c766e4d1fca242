package inventory

import (
	"time"

	"github.com/google/uuid"

	"github.com/go-oms/oms/money"
	"github.com/go-oms/oms/quantity"
)

// Item is something that is kept in stock, or sold without being kept.
type Item struct {
	SKU       string    `json:"sku"`
	ID        uuid.UUID `json:"id"` // of its event stream
	Version   int64     `json:"version"`
	Title     string    `json:"title,omitempty"`
	Unit      string    `json:"unit,omitempty"`      // "pcs", "kg", "m"; "pcs" when empty
	Decimals  uint8     `json:"decimals,omitempty"`  // the finest quantity: 0 whole pieces, 3 grams of a kg
	Untracked bool      `json:"untracked,omitempty"` // a service or download: always available, no levels
}

// Location is a place that keeps stock. A location that a receipt names first is
// registered with its code and priority 0.
type Location struct {
	Code     string `json:"code"`
	Name     string `json:"name,omitempty"`
	Priority int    `json:"priority,omitempty"` // lower ships first
	Country  string `json:"country,omitempty"`
	Closed   bool   `json:"closed,omitempty"` // keeps its stock but is not sourced from
}

// Level is the stock of one item at one location. It has no version: promises on
// it are conditional deltas, and its movements are its history.
type Level struct {
	SKU      string `json:"sku"`
	Location string `json:"location"`

	OnHand      quantity.Quantity `json:"on_hand"`     // in the building; a fact, may be counted below what is promised
	Unavailable quantity.Quantity `json:"unavailable"` // of it: damaged, in quarantine
	Allocated   quantity.Quantity `json:"allocated"`   // promised to orders
	Reserved    quantity.Quantity `json:"reserved"`    // held by carts
	Safety      quantity.Quantity `json:"safety"`      // kept back
	Backordered quantity.Quantity `json:"backordered"` // sold beyond what is there

	// BackorderLimit is how much may be backordered here: zero none, negative
	// any quantity.
	BackorderLimit quantity.Quantity `json:"backorder_limit"`
}

// Available is what can still be promised:
// OnHand − Unavailable − Allocated − Reserved − Safety. It is negative when a
// count found less than was promised.
func (l Level) Available() quantity.Quantity {
	return l.OnHand.Sub(l.Unavailable).Sub(l.Allocated).Sub(l.Reserved).Sub(l.Safety)
}

// MoveKind says why stock moved.
type MoveKind string

// The kinds of movement. Those marked as promises are refused by the write itself
// when the stock does not cover them; the others report facts and never are.
const (
	Receive       MoveKind = "receive"        // on hand +
	Adjust        MoveKind = "adjust"         // on hand ±, with a reason
	Reserve       MoveKind = "reserve"        // reserved +, a promise
	Void          MoveKind = "void"           // reserved −: a reservation given up or expired
	Post          MoveKind = "post"           // reserved −, allocated +: a reservation became an order's allocation
	Allocate      MoveKind = "allocate"       // allocated +, a promise
	Release       MoveKind = "release"        // allocated −: an allocation given up
	Ship          MoveKind = "ship"           // on hand −, allocated −
	ReturnGood    MoveKind = "return_good"    // on hand +
	ReturnDamaged MoveKind = "return_damaged" // on hand +, unavailable +
	Quarantine    MoveKind = "quarantine"     // unavailable ±
	Backorder     MoveKind = "backorder"      // backordered +, a promise within the limit
	BackorderFill MoveKind = "backorder_fill" // backordered −, allocated +, a promise
	BackorderVoid MoveKind = "backorder_void" // backordered −
)

// Move is one movement: append-only, the signed deltas of a level.
type Move struct {
	ID          uuid.UUID         `json:"id"`
	SKU         string            `json:"sku"`
	Location    string            `json:"location"`
	Kind        MoveKind          `json:"kind"`
	OnHand      quantity.Quantity `json:"on_hand,omitzero"`
	Unavailable quantity.Quantity `json:"unavailable,omitzero"`
	Allocated   quantity.Quantity `json:"allocated,omitzero"`
	Reserved    quantity.Quantity `json:"reserved,omitzero"`
	Backordered quantity.Quantity `json:"backordered,omitzero"`
	Reason      string            `json:"reason,omitempty"`
	OrderID     uuid.UUID         `json:"order_id,omitzero"` // the cause, where it is an order
	LineID      uuid.UUID         `json:"line_id,omitzero"`
	Cause       string            `json:"cause"`              // key of the command
	UnitCost    money.Money       `json:"unit_cost,omitzero"` // of a receipt, when known
	Actor       string            `json:"actor"`              // "kind:id"
	At          time.Time         `json:"at"`
	RecordedAt  time.Time         `json:"recorded_at"`
}

// ReservationKind says for whom stock is kept.
type ReservationKind string

// The kinds of reservation. An allocation is a reservation for a placed order.
const (
	ForCart      ReservationKind = "cart"      // counted in Level.Reserved until it expires
	ForOrder     ReservationKind = "order"     // counted in Level.Allocated
	ForBackorder ReservationKind = "backorder" // counted in Level.Backordered
)

// ReservationStatus is the state of a reservation.
type ReservationStatus string

// The states: pending counts in the level, the others do not.
const (
	Pending ReservationStatus = "pending"
	Posted  ReservationStatus = "posted" // became what it was kept for
	Voided  ReservationStatus = "void"   // given up or expired
)

// Reservation keeps units of one item at one location for a cart or an order.
type Reservation struct {
	ID        uuid.UUID         `json:"id"`
	Kind      ReservationKind   `json:"kind"`
	Owner     string            `json:"owner"`               // cart id, or order id as text
	LineID    uuid.UUID         `json:"line_id,omitzero"`    // of an order
	SKU       string            `json:"sku"`                 //
	Location  string            `json:"location"`            //
	Quantity  quantity.Quantity `json:"quantity"`            // still kept; what was kept last once closed
	Status    ReservationStatus `json:"status"`              //
	ExpiresAt time.Time         `json:"expires_at,omitzero"` // of a cart's
	CreatedAt time.Time         `json:"created_at"`
}

// ReservationChange writes one reservation. A zero Before inserts After; else the
// stored row must still equal Before in quantity, status and expiry, or the batch
// is refused as a conflict.
type ReservationChange struct{ Before, After Reservation }

// Changes is what a batch writes about stock. The zero Changes is nothing.
type Changes struct {
	Items        []Item        // inserted at version 1, else replaced at Version−1
	Locations    []Location    // upserted
	Moves        []Move        // appended; their deltas are summed per level and applied once
	Levels       []LevelPolicy // upserted
	Reservations []ReservationChange
}

// LevelPolicy sets the two policies of a level.
type LevelPolicy struct {
	SKU, Location          string
	Safety, BackorderLimit quantity.Quantity
}
