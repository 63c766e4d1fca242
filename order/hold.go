package order

import (
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/go-oms/oms/event"
)

// Hold stops a part of what may be done with an order until somebody, or something,
// lets it go on. What it blocks, and who may lift it, is said by its [HoldType]. A
// hold that was lifted stays with the order as a record.
type Hold struct {
	ID     uuid.UUID  `json:"id"`
	Type   string     `json:"type"` // code of its HoldType
	Scope  HoldScope  `json:"scope"`
	Target uuid.UUID  `json:"target,omitzero"` // the line or fulfilment order; zero for the whole order
	Status HoldStatus `json:"status"`
	Reason string     `json:"reason,omitempty"`

	OpenedBy  string    `json:"opened_by"` // the actor whose command led to it
	OpenedAt  time.Time `json:"opened_at"`
	ExpiresAt time.Time `json:"expires_at,omitzero"` // when it is released by itself

	Approvals []Approval `json:"approvals,omitempty"` // so far, one a tier

	ResolvedBy string    `json:"resolved_by,omitempty"`
	ResolvedAt time.Time `json:"resolved_at,omitzero"`
	Resolution string    `json:"resolution,omitempty"` // why it was released or rejected
}

// Approval is the consent of one tier.
type Approval struct {
	Tier string    `json:"tier"`
	By   string    `json:"by"` // the actor
	At   time.Time `json:"at"`
}

// HoldScope says what a hold is on.
type HoldScope string

// The scopes. A hold on a fulfilment order is one on the lines that it still asks for.
const (
	HoldsOrder       HoldScope = "order"
	HoldsLine        HoldScope = "line"
	HoldsFulfillment HoldScope = "fulfillment"
)

// HoldStatus says how a hold stands.
type HoldStatus string

// The statuses of holds. A rejected hold goes on blocking: what was refused does not
// happen, unless somebody releases it after all.
const (
	HoldOpen     HoldStatus = "open"
	HoldReleased HoldStatus = "released"
	HoldRejected HoldStatus = "rejected"
)

// InForce reports whether the hold blocks anything: it is open or was rejected.
func (h *Hold) InForce() bool { return h.Status != HoldReleased }

// lapsed reports whether the time of an open hold is over.
func (h *Hold) lapsed(now time.Time) bool {
	return h.Status == HoldOpen && !h.ExpiresAt.IsZero() && !now.Before(h.ExpiresAt)
}

// Hold returns the hold with that id, or nil. The pointer is into o.
func (o *Order) Hold(id uuid.UUID) *Hold {
	for i := range o.Holds {
		if o.Holds[i].ID == id {
			return &o.Holds[i]
		}
	}
	return nil
}

// holdOn returns the hold of that type on that target that is in force, or nil.
func (o *Order) holdOn(code string, scope HoldScope, target uuid.UUID) *Hold {
	for i := range o.Holds {
		if h := &o.Holds[i]; h.InForce() && h.Type == code && h.Scope == scope && h.Target == target {
			return h
		}
	}
	return nil
}

// HoldOf returns the open hold of that type on the whole order, or nil. The pointer is
// into o.
func (o *Order) HoldOf(code string) *Hold {
	if h := o.holdOn(code, HoldsOrder, uuid.Nil); h != nil && h.Status == HoldOpen {
		return h
	}
	return nil
}

func (h Hold) equal(other Hold) bool {
	approvals := slices.EqualFunc(h.Approvals, other.Approvals, func(a, b Approval) bool {
		return a.Tier == b.Tier && a.By == b.By && a.At.Equal(b.At)
	})
	return approvals && h.ID == other.ID && h.Type == other.Type && h.Scope == other.Scope && h.Target == other.Target &&
		h.Status == other.Status && h.Reason == other.Reason && h.OpenedBy == other.OpenedBy && h.OpenedAt.Equal(other.OpenedAt) &&
		h.ExpiresAt.Equal(other.ExpiresAt) && h.ResolvedBy == other.ResolvedBy && h.ResolvedAt.Equal(other.ResolvedAt) &&
		h.Resolution == other.Resolution
}

// resolve ends a hold one way or the other.
func (h *Hold) resolve(status HoldStatus, by event.Actor, at time.Time, why string) {
	h.Status, h.ResolvedBy, h.ResolvedAt, h.Resolution = status, by.String(), at, why
}
