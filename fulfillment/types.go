package fulfillment

import (
	"time"

	"github.com/google/uuid"

	"github.com/go-oms/oms/money"
	"github.com/go-oms/oms/quantity"
)

// Status is the state of a fulfilment order, derived by [DeriveStatus].
type Status string

// The states of a fulfilment order.
const (
	Open       Status = "open"        // handed to the location, nothing under way
	InProgress Status = "in_progress" // a shipment is under way or has left
	Closed     Status = "closed"      // everything shipped or canceled
	Canceled   Status = "canceled"    // everything canceled
)

// Fulfillment is a fulfilment order: what one location is asked to send for one
// order, and the shipments that leave it. It is an aggregate of its own.
type Fulfillment struct {
	ID        uuid.UUID  `json:"id"`
	OrderID   uuid.UUID  `json:"order_id"`
	Version   int64      `json:"version"`
	Location  string     `json:"location"`
	Status    Status     `json:"status"`
	Lines     []Line     `json:"lines"`
	Shipments []Shipment `json:"shipments,omitempty"`
	CreatedAt time.Time  `json:"created_at"`
}

// Line is the part of an order line that a fulfilment order carries.
// Shipped + Canceled is at most Quantity.
type Line struct {
	LineID   uuid.UUID         `json:"line_id"`
	SKU      string            `json:"sku"`
	Quantity quantity.Quantity `json:"quantity"`
	Shipped  quantity.Quantity `json:"shipped,omitzero"`
	Canceled quantity.Quantity `json:"canceled,omitzero"`
}

// ShipmentStatus is where a shipment is. It follows from the label and the scans
// by [Advance], never from the order in which they arrived.
type ShipmentStatus string

// The states of a shipment.
const (
	LabelWanted    ShipmentStatus = "label_wanted" // committed, the carrier is being asked
	LabelInDoubt   ShipmentStatus = "label_in_doubt"
	LabelFailed    ShipmentStatus = "label_failed" // the carrier refused; nothing was sent
	Shipped        ShipmentStatus = "shipped"
	InTransit      ShipmentStatus = "in_transit"
	OutForDelivery ShipmentStatus = "out_for_delivery"
	Exception      ShipmentStatus = "exception"
	Delivered      ShipmentStatus = "delivered"
	ReturnedSender ShipmentStatus = "returned_to_sender"
	Lost           ShipmentStatus = "lost"
)

// Shipment is what leaves a location at one time with one carrier.
type Shipment struct {
	ID          uuid.UUID      `json:"id"`
	Status      ShipmentStatus `json:"status"`
	Carrier     string         `json:"carrier"`           // its name in the host's configuration
	Service     string         `json:"service,omitempty"` // of the carrier
	Tracking    string         `json:"tracking,omitempty"`
	LabelRef    string         `json:"label_ref,omitempty"` // the carrier's id of the label
	LabelURL    string         `json:"label_url,omitempty"`
	MaxCost     money.Money    `json:"max_cost"` // what the label may cost; zero Money for no limit
	Cost        money.Money    `json:"cost"`     // what the label cost; zero Money when unknown
	Parcels     []Parcel       `json:"parcels"`
	Scans       []Scan         `json:"scans,omitempty"` // in order of their time
	Attempts    int            `json:"attempts,omitempty"`
	NextAt      time.Time      `json:"next_at,omitzero"` // when Run looks at the label again
	Problem     string         `json:"problem,omitempty"`
	CreatedAt   time.Time      `json:"created_at"`
	ShippedAt   time.Time      `json:"shipped_at,omitzero"`
	DeliveredAt time.Time      `json:"delivered_at,omitzero"`
}

// Parcel is one package. Weight and size are whole grams and millimetres; zero
// means unknown.
type Parcel struct {
	Tracking string       `json:"tracking,omitempty"` // when it differs from the shipment's
	Grams    int64        `json:"grams,omitempty"`
	Length   int64        `json:"length_mm,omitempty"`
	Width    int64        `json:"width_mm,omitempty"`
	Height   int64        `json:"height_mm,omitempty"`
	Contents []ParcelLine `json:"contents"`
}

// ParcelLine is what a parcel holds of one order line.
type ParcelLine struct {
	LineID   uuid.UUID         `json:"line_id"`
	SKU      string            `json:"sku"`
	Quantity quantity.Quantity `json:"quantity"`
}

// Scan is one report of a carrier about a shipment. The same one is kept once: it
// is known by its EventID or, where the carrier gives none, by time, status and
// place.
type Scan struct {
	EventID string         `json:"event_id,omitempty"` // the carrier's id of the scan
	Status  ShipmentStatus `json:"status"`             // Shipped or later
	Code    string         `json:"code,omitempty"`     // the carrier's own
	Place   string         `json:"place,omitempty"`
	At      time.Time      `json:"at"`
}

// Delta is everything that a change did to a fulfilment order: the payload of its
// events and what a store writes.
type Delta struct {
	Fulfillment Fulfillment `json:"fulfillment"`         // after the change, without shipments
	Shipments   []Shipment  `json:"shipments,omitempty"` // new and changed ones, whole
}

// Changes is what a batch writes about one fulfilment order. The zero Changes is
// nothing.
type Changes struct{ Delta *Delta }
