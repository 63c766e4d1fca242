package order

import (
	"github.com/google/uuid"

	"github.com/go-oms/oms/money"
)

// Delta is everything that one or more changes did to an order. It is the
// payload of the order's events and what a store writes.
type Delta struct {
	// Order is the order after the change with its slices left out.
	Order Order `json:"order"`
	// Lines are new lines, whole.
	Lines []Line `json:"lines,omitempty"`
	// Counts are the lines that were there before and whose units or credits moved.
	Counts []LineCounts `json:"counts,omitempty"`
	// Adjustments are appended.
	Adjustments []Adjustment `json:"adjustments,omitempty"`
	// Returns are the new and the changed ones, whole.
	Returns []Return `json:"returns,omitempty"`
	// Changes are the new and the changed ones, whole.
	Changes []Change `json:"changes,omitempty"`
	// Holds are the new and the changed ones, whole.
	Holds []Hold `json:"holds,omitempty"`
	// Notes are the ids of notes that were added.
	Notes []uuid.UUID `json:"notes,omitempty"`
}

// LineCounts is the part of a line that moves after placing.
type LineCounts struct {
	LineID   uuid.UUID   `json:"line_id"`
	Counts   Counts      `json:"counts"`
	Credited money.Money `json:"credited"`
}

// Changes is what a batch writes about one order. Delta.Order.Version is the
// version after it. The zero Changes is nothing.
type Changes struct {
	Delta     *Delta
	Addresses []Address // new rows of the delta's order
	Notes     []Note    // new rows
	Coupons   []CouponUse
}

// CouponUse takes (or gives back, when Uses is negative) uses of a coupon by a
// conditional counter: the batch is refused with *CouponError if a limit would
// be passed. It is the write that counts, never an earlier read.
type CouponUse struct {
	Code       string
	Uses       int64
	Limit      int64     // over all orders; 0 means none
	CustomerID uuid.UUID // counted apart when PerCustomer is set
	// PerCustomer limits the uses of CustomerID; 0 means none.
	PerCustomer int64
}
