package oms

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/go-oms/oms/event"
	"github.com/go-oms/oms/fault"
	"github.com/go-oms/oms/order"
)

// Note is a remark on an order.
type Note struct {
	Key      string    `json:"-"`
	Text     string    `json:"text"`
	Internal bool      `json:"internal,omitempty"` // not for the customer's eyes
	At       time.Time `json:"at,omitzero"`
}

// AddNote puts a remark on an order. Its text is kept apart from the history,
// which names it by id.
func (c *Client) AddNote(ctx context.Context, orderID uuid.UUID, p Note) (*order.Order, error) {
	if limit := c.core.cfg.Limits.MaxNote; p.Text == "" || len(p.Text) > limit {
		return nil, fault.Invalid("text", len(p.Text), fmt.Sprintf("1 to %d bytes", limit))
	}
	return c.change(ctx, orderID, change{
		name: "order.note", key: p.Key, at: p.At, body: orderBody[Note]{orderID, p},
		act: func(d *draft) (string, error) {
			if err := d.fire(order.ActionNote); err != nil {
				return "", err
			}
			d.note(p.Text, p.Internal)
			return OrderNoted, nil
		},
	})
}

// Notes returns an order's notes, oldest first. A shopper does not see internal
// ones.
func (c *Client) Notes(ctx context.Context, orderID uuid.UUID) ([]order.Note, error) {
	if err := c.authorize(ctx, "order.read"); err != nil {
		return nil, err
	}
	if _, err := c.view(ctx, orderID); err != nil {
		return nil, err
	}
	notes, err := c.store.Notes(ctx, orderID)
	if err != nil || c.actor.Kind != event.Shopper {
		return notes, err
	}
	var visible []order.Note
	for _, n := range notes {
		if !n.Internal {
			visible = append(visible, n)
		}
	}
	return visible, nil
}

// Action asks for an action of the order's workflow.
type Action struct {
	Key     string `json:"-"`
	Version int64  `json:"version,omitempty"`
	Name    string `json:"name"`
	Reason  string `json:"reason,omitempty"`
	// Facts are the host's own, for the guards that it configured.
	Facts map[string]bool `json:"facts,omitempty"`
	At    time.Time       `json:"at,omitzero"`
}

// Act takes an action of the order's workflow that has no flow of its own, such as
// an approval. What is not allowed now is a *order.NotAllowedError with the
// reasons and what is allowed.
func (c *Client) Act(ctx context.Context, orderID uuid.UUID, p Action) (*order.Order, error) {
	switch p.Name {
	case order.ActionPay, order.ActionShip, order.ActionDeliver, order.ActionCancelLines, order.ActionReturn,
		order.ActionRefund, order.ActionNote, order.ActionCancel, order.ActionExpire:
		return nil, fault.Invalid("name", p.Name, "an action without a command of its own")
	}
	return c.change(ctx, orderID, change{
		name: "order.act", key: p.Key, at: p.At, body: orderBody[Action]{orderID, p}, version: p.Version, reason: p.Reason,
		act: func(d *draft) (string, error) {
			d.host = p.Facts
			return OrderAction + p.Name, d.fire(p.Name)
		},
	})
}

// Allowed lists what the order's workflow offers now, each action with the reasons
// against it, if any: those of the workflow and the holds on the whole order.
func (c *Client) Allowed(ctx context.Context, orderID uuid.UUID) ([]order.Allowance, error) {
	if err := c.authorize(ctx, "order.read"); err != nil {
		return nil, err
	}
	cmd, err := c.inner().issuer.Issue(ctx, "order.allowed", "", time.Time{}, nil)
	if err != nil {
		return nil, err
	}
	d, err := c.open(ctx, orderID, 0, cmd, "")
	if err != nil {
		return nil, err
	}
	return d.allowed(), nil
}
