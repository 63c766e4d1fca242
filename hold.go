package oms

import (
	"context"
	"time"

	"github.com/google/uuid"

	"github.com/go-oms/oms/event"
	"github.com/go-oms/oms/fault"
	"github.com/go-oms/oms/order"
)

// HoldRequest puts a hold on an order, on one of its lines, or on one of its
// fulfilment orders.
type HoldRequest struct {
	Key         string    `json:"-"`
	Version     int64     `json:"version,omitempty"` // of the order the caller saw; 0 does not care
	Type        string    `json:"type"`              // one of Config.Holds
	Line        uuid.UUID `json:"line,omitzero"`
	Fulfillment uuid.UUID `json:"fulfillment,omitzero"`
	Reason      string    `json:"reason,omitempty"`
	At          time.Time `json:"at,omitzero"`
}

// HoldRelease lifts a hold.
type HoldRelease struct {
	Key    string    `json:"-"`
	Reason string    `json:"reason,omitempty"`
	At     time.Time `json:"at,omitzero"`
}

// HoldRejection says no to what waits behind a hold.
type HoldRejection struct {
	Key    string    `json:"-"`
	Reason string    `json:"reason,omitempty"`
	At     time.Time `json:"at,omitzero"`
}

// HoldApproval agrees to what waits behind a hold.
type HoldApproval struct {
	Key    string    `json:"-"`
	Reason string    `json:"reason,omitempty"`
	At     time.Time `json:"at,omitzero"`
}

// Hold stops what the hold's type blocks, until the hold is lifted: by ReleaseHold, by
// Approve, by its time or by its rule. What a hold blocks is an *order.HeldError from
// then on; facts, such as a delivery or a gateway's answer, are never refused. A
// shipment whose label is under way leaves all the same.
//
// The errors are *fault.InvalidError for a type that is not configured, cannot be on that
// or would be released at once by its own rule, *order.HoldRoleError, and *order.HoldThereError where one of the type is in
// force.
func (c *Client) Hold(ctx context.Context, orderID uuid.UUID, p HoldRequest) (*order.Order, error) {
	params := order.HoldParams{Type: p.Type, Scope: order.HoldsOrder, Reason: p.Reason}
	switch {
	case p.Line != uuid.Nil && p.Fulfillment != uuid.Nil:
		return nil, fault.Invalid("fulfillment", p.Fulfillment, "a line or a fulfilment order, not both")
	case p.Line != uuid.Nil:
		params.Scope, params.Target = order.HoldsLine, p.Line
	case p.Fulfillment != uuid.Nil:
		params.Scope, params.Target = order.HoldsFulfillment, p.Fulfillment
	}
	return c.change(ctx, orderID, change{
		name: "order.hold", key: p.Key, at: p.At, body: orderBody[HoldRequest]{orderID, p}, version: p.Version, reason: p.Reason,
		act: func(d *draft) (string, error) {
			if err := c.core.cfg.Limits.CheckHold(d.order, p.Reason); err != nil {
				return "", err
			}
			if p.Fulfillment != uuid.Nil && d.fulfillmentOf(p.Fulfillment) == nil {
				return "", fault.NotFound("fulfillment", p.Fulfillment)
			}
			_, err := c.core.holds.Open(d.order, params, d.facts(d.order), d.cmd)
			return OrderHeld, err
		},
	})
}

// ReleaseHold lifts a hold, one that was rejected included. The errors are
// *fault.NotFoundError, *order.HoldOverError for one that was lifted before, and
// *order.HoldRoleError with the roles that may.
func (c *Client) ReleaseHold(ctx context.Context, orderID, holdID uuid.UUID, p HoldRelease) (*order.Order, error) {
	body := holdBody[HoldRelease]{orderID, holdID, p}
	return c.resolve(ctx, orderID, change{name: "order.release_hold", key: p.Key, reason: p.Reason, at: p.At, body: body}, func(d *draft) (string, error) {
		return OrderHoldReleased, c.core.holds.Release(d.order, holdID, p.Reason, d.cmd)
	})
}

// RejectHold says no to an open hold for good, and takes the action that its type has
// for that, such as cancelling the order. Without one the order stays as it is, with
// everything blocked that the hold blocks. Besides those of ReleaseHold the errors are
// those of the action; nothing is rejected then.
func (c *Client) RejectHold(ctx context.Context, orderID, holdID uuid.UUID, p HoldRejection) (*order.Order, error) {
	body := holdBody[HoldRejection]{orderID, holdID, p}
	return c.resolve(ctx, orderID, change{name: "order.reject_hold", key: p.Key, reason: p.Reason, at: p.At, body: body}, func(d *draft) (string, error) {
		action, err := c.core.holds.Reject(d.order, holdID, p.Reason, d.cmd)
		if err != nil || action == "" {
			return OrderHoldRejected, err
		}
		return OrderHoldRejected, d.fire(action, everyLine(d.order)...)
	})
}

// Approve gives the approval of the hold's next tier; with that of the last one the
// hold is released. Who placed the order or opened the hold cannot approve, nor one
// person for two tiers unless the type says so: that is an *order.ApprovalError. The
// other errors are those of ReleaseHold.
func (c *Client) Approve(ctx context.Context, orderID, holdID uuid.UUID, p HoldApproval) (*order.Order, error) {
	body := holdBody[HoldApproval]{orderID, holdID, p}
	return c.resolve(ctx, orderID, change{name: "order.approve", key: p.Key, reason: p.Reason, at: p.At, body: body}, func(d *draft) (string, error) {
		placer, err := c.placerOf(ctx, orderID)
		if err != nil {
			return "", err
		}
		return OrderApproved, c.core.holds.Approve(d.order, holdID, placer, p.Reason, d.cmd)
	})
}

// holdBody is what a command about a hold is digested by.
type holdBody[P any] struct {
	Order uuid.UUID `json:"order"`
	Hold  uuid.UUID `json:"hold"`
	Body  P         `json:"body"`
}

// resolve is a command that ends a hold, or brings it nearer to its end.
func (c *Client) resolve(ctx context.Context, orderID uuid.UUID, ch change, act func(*draft) (string, error)) (*order.Order, error) {
	if err := c.core.cfg.Limits.CheckReason(ch.reason); err != nil {
		return nil, err
	}
	ch.act = act
	return c.change(ctx, orderID, ch)
}

// placerOf returns who placed an order, by its first event, which never changes.
func (c *Client) placerOf(ctx context.Context, id uuid.UUID) (string, error) {
	history, err := c.store.History(ctx, event.Order, id)
	if err != nil || len(history) == 0 {
		return "", err
	}
	return event.Actor{Kind: history[0].ActorKind, ID: history[0].ActorID}.String(), nil
}
