package oms

import (
	"context"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/go-oms/oms/fault"
	"github.com/go-oms/oms/order"
)

// ChangeRequest is what is to be changed of a placed order.
type ChangeRequest struct {
	Key     string       `json:"-"`
	Version int64        `json:"version,omitempty"` // of the order the caller saw; 0 does not care
	Steps   []order.Step `json:"steps,omitempty"`   // carried out in this order
	// ShipTo is where what is not shipped goes instead, in the same country; nil leaves
	// it. It becomes the last step.
	ShipTo *order.Address `json:"ship_to,omitempty"`
	Reason string         `json:"reason,omitempty"`
	// ExpiresAt is until when a change that is opened can be applied: three days from
	// now by default.
	ExpiresAt time.Time `json:"expires_at,omitzero"`
	At        time.Time `json:"at,omitzero"`
}

// openFor is how long an opened change waits when nobody says.
const openFor = 72 * time.Hour

// ChangeDecision says what becomes of a change.
type ChangeDecision struct {
	Key     string    `json:"-"`
	Version int64     `json:"version,omitempty"` // of the order the caller saw; 0 does not care
	Reason  string    `json:"reason,omitempty"`
	At      time.Time `json:"at,omitzero"`
}

// Change changes a placed order, all of it or nothing: lines, units, prices of units that
// are not shipped, fees, discounts, delivery, address, and what comes back. What is added is priced and taxed
// as a cart is; what was agreed on before stays, promotions included. Stock is given back
// and taken with it, what was paid too much goes back right after the commit or by Run,
// and what is owed in addition waits to be paid: nothing is shipped before.
//
// The order's last [order.Change] is what was done; [Client.UndoChange] takes it back.
// The error is a *order.ChangeError with everything that is in the way, a
// *inventory.ShortageError, or a *order.NotAllowedError for an order that is closed.
func (c *Client) Change(ctx context.Context, orderID uuid.UUID, p ChangeRequest) (*order.Order, error) {
	a := &amending{}
	return c.amended(ctx, orderID, change{
		name: "order.change", key: p.Key, at: p.At, body: orderBody[ChangeRequest]{orderID, p}, version: p.Version, reason: p.Reason,
		prepare: func(ctx context.Context, d *draft) error { return a.asked(ctx, d, p) },
		act:     func(d *draft) (string, error) { return OrderChanged, a.apply(d, a.begin(d)) },
		spends:  true,
	})
}

// OpenChange puts a change on the order that waits to be applied, such as for somebody's
// consent. It is previewed, and refused for what would refuse it if it were applied now,
// stock apart. It keeps no stock and forbids nothing; an order has one open change at most.
func (c *Client) OpenChange(ctx context.Context, orderID uuid.UUID, p ChangeRequest) (*order.Order, error) {
	a := &amending{}
	return c.amended(ctx, orderID, change{
		name: "order.open_change", key: p.Key, at: p.At, body: orderBody[ChangeRequest]{orderID, p}, version: p.Version, reason: p.Reason,
		prepare: func(ctx context.Context, d *draft) error { return a.asked(ctx, d, p) },
		act:     func(d *draft) (string, error) { return OrderChangeOpened, a.open(d, p.ExpiresAt) },
	})
}

// ApplyChange makes an open change. When the order has moved since it was opened, the
// change is previewed anew, and refused where it would now cost something else.
func (c *Client) ApplyChange(ctx context.Context, orderID, changeID uuid.UUID, p ChangeDecision) (*order.Order, error) {
	a := &amending{}
	return c.amended(ctx, orderID, change{
		name: "order.apply_change", key: p.Key, at: p.At, body: changeBody{orderID, changeID, p}, version: p.Version, reason: p.Reason,
		prepare: func(ctx context.Context, d *draft) error {
			found, err := d.openChange(changeID)
			if err != nil {
				return err
			}
			a.agreed = &found.Due
			return a.prepare(ctx, d, found.Steps, nil)
		},
		act: func(d *draft) (string, error) {
			found := d.order.Change(changeID)
			found.EndReason = d.reason
			return OrderChanged, a.apply(d, found)
		},
		spends: true,
	})
}

// DiscardChange gives an open change up. It is possible for closed orders too.
func (c *Client) DiscardChange(ctx context.Context, orderID, changeID uuid.UUID, p ChangeDecision) (*order.Order, error) {
	return c.amended(ctx, orderID, change{
		name: "order.discard_change", key: p.Key, at: p.At, body: changeBody{orderID, changeID, p}, version: p.Version, reason: p.Reason,
		act: func(d *draft) (string, error) {
			found, err := d.openChange(changeID)
			if err != nil {
				return "", err
			}
			found.Status, found.EndedAt, found.EndReason = order.ChangeDiscarded, d.cmd.At, d.reason
			return OrderChangeDiscarded, nil
		},
	})
}

// UndoChange takes back a change that was made, by a further change that does the
// opposite of its steps from the last to the first: what it added is canceled, what it
// canceled is reinstated. It is refused where units of it have been shipped, or their
// stock is gone, and once it was taken back; an undo can be undone in its turn.
func (c *Client) UndoChange(ctx context.Context, orderID, changeID uuid.UUID, p ChangeDecision) (*order.Order, error) {
	a := &amending{}
	return c.amended(ctx, orderID, change{
		name: "order.undo_change", key: p.Key, at: p.At, body: changeBody{orderID, changeID, p}, version: p.Version, reason: p.Reason,
		prepare: func(ctx context.Context, d *draft) error {
			found := d.order.Change(changeID)
			switch {
			case found == nil:
				return fault.NotFound("change", changeID)
			case found.Status != order.ChangeApplied:
				return fault.Invalid("change", found.Status, "a change that was applied")
			case found.UndoneBy != uuid.Nil:
				return fault.Invalid("change", changeID, "a change that was not undone: "+found.UndoneBy.String()+" has undone it")
			}
			if n := slices.IndexFunc(found.Steps, isFact); n >= 0 {
				return fault.Invalid("change", found.Steps[n].Type, "a change of what can be otherwise: what became of a return is a fact")
			}
			if r := called(d.order, found); r != nil {
				return fault.Invalid("change", order.StepCallOff, "a change of a return that is asked for as any is: ask for "+r.ID.String()+" anew")
			}
			if later := supersedes(d.order, found); later != uuid.Nil {
				return fault.Invalid("change", changeID, "the last change of address or delivery: undo "+later.String()+" first")
			}
			steps := slices.Clone(found.Inverse)
			slices.Reverse(steps)
			return a.prepare(ctx, d, steps, nil)
		},
		act: func(d *draft) (string, error) {
			undo := a.begin(d)
			undo.Undoes = changeID
			d.order.Change(changeID).UndoneBy = undo.ID
			return OrderChangeUndone, a.apply(d, undo)
		},
		spends: true,
	})
}

// isFact reports whether a step says what happened.
func isFact(s order.Step) bool { return s.Type == order.StepReceive || s.Type == order.StepWriteOff }

// called returns a return that the change has called units off of and that a step could
// not ask for again as it was: it was to bring something else than money, or was for
// other goods or a claim.
func called(o *order.Order, c *order.Change) *order.Return {
	for i := range c.Steps {
		s := &c.Steps[i]
		if s.Type != order.StepCallOff || s.ReturnID == uuid.Nil {
			continue
		}
		if r := o.Return(s.ReturnID); r != nil && !r.Plain(s.LineID) {
			return r
		}
	}
	return nil
}

// supersedes returns a later change that replaced the address or the delivery which
// the change had replaced before.
func supersedes(o *order.Order, c *order.Change) uuid.UUID {
	replaces := func(c *order.Change, typ order.StepType) bool {
		return slices.ContainsFunc(c.Inverse, func(s order.Step) bool { return s.Type == typ })
	}
	behind := false
	for i := range o.Changes {
		x := &o.Changes[i]
		if behind && x.Status == order.ChangeApplied && x.UndoneBy == uuid.Nil && x.Undoes == uuid.Nil {
			for _, typ := range []order.StepType{order.StepAddress, order.StepShippingBack} {
				if replaces(c, typ) && replaces(x, typ) {
					return x.ID
				}
			}
		}
		behind = behind || x.ID == c.ID
	}
	return uuid.Nil
}

// changeBody is what a command about a change is digested by.
type changeBody struct {
	Order  uuid.UUID      `json:"order"`
	Change uuid.UUID      `json:"change"`
	Body   ChangeDecision `json:"body"`
}

// amended runs a command about a change. The order it answers with has its address,
// which a change may have replaced.
func (c *Client) amended(ctx context.Context, id uuid.UUID, ch change) (*order.Order, error) {
	o, err := c.change(ctx, id, ch)
	if err != nil || o.ShipTo != nil || o.ShipToID == uuid.Nil {
		return o, err
	}
	now, err := c.store.Order(ctx, id)
	if err == nil && now.ShipToID == o.ShipToID {
		o.ShipTo = now.ShipTo
	}
	return o, nil // it is done, whatever became of reading its address
}

// openChange returns the change with that id, which must be open.
func (d *draft) openChange(id uuid.UUID) (*order.Change, error) {
	found := d.order.Change(id)
	switch {
	case found == nil:
		return nil, fault.NotFound("change", id)
	case found.Status != order.ChangeOpen:
		return nil, fault.Invalid("change", found.Status, "a change that is open")
	case !found.IsOpen(d.cmd.Now):
		return nil, fault.Invalid("change", "expired at "+found.ExpiresAt.Format(time.RFC3339), "a change that is open")
	}
	return found, nil
}
