package oms

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/go-oms/oms/crm"
	"github.com/go-oms/oms/event"
	"github.com/go-oms/oms/fault"
	"github.com/go-oms/oms/storage"
)

// CustomerNote is a remark of the staff on a customer.
type CustomerNote struct {
	Key     string    `json:"-"`
	Version int64     `json:"version,omitempty"` // of the customer, that the caller saw; 0 does not care
	Text    string    `json:"text"`
	At      time.Time `json:"at,omitzero"`
}

// AddCustomerNote puts a remark on a customer. Its text is kept apart from the
// history, which names it by id. Shoppers neither write nor read such notes.
func (c *Client) AddCustomerNote(ctx context.Context, customerID uuid.UUID, p CustomerNote) (*crm.Note, error) {
	if limit := c.core.cfg.Limits.MaxNote; p.Text == "" || len(p.Text) > limit {
		return nil, fault.Invalid("text", len(p.Text), fmt.Sprintf("1 to %d bytes", limit))
	}
	req := request{name: "customer.note", key: p.Key, at: p.At, body: customerBody[CustomerNote]{customerID, p}}
	return do(ctx, c, req, flow[*crm.Note]{
		decide: func(ctx context.Context, cmd event.Command) (*crm.Note, *storage.Batch, error) {
			d, err := c.openCustomer(ctx, customerID, p.Version, cmd)
			if err != nil {
				return nil, nil, err
			}
			note := crm.Note{ID: cmd.IDs.Next(), CustomerID: customerID, Author: cmd.Actor.String(), Text: p.Text, At: cmd.At}
			d.batch.CRM.Notes = []crm.Note{note}
			d.record(CustomerNoted).Notes = []uuid.UUID{note.ID}
			return &note, d.finish(jsonResult(note.ID)), nil
		},
		replay: func(ctx context.Context, result []byte) (*crm.Note, error) {
			notes, err := c.customerNotes(ctx, customerID)
			if err != nil {
				return nil, err
			}
			return replayed(ctx, result, notes, func(n *crm.Note) uuid.UUID { return n.ID }, "note")
		},
	})
}

// CustomerNotes returns the notes on a customer, oldest first; after a merge those
// on all who were merged, under the one who is left. They are the staff's: shoppers
// are refused.
func (c *Client) CustomerNotes(ctx context.Context, customerID uuid.UUID) ([]crm.Note, error) {
	if err := c.authorize(ctx, "customer.read_notes"); err != nil {
		return nil, err
	}
	return c.customerNotes(ctx, customerID)
}

func (c *Client) customerNotes(ctx context.Context, customerID uuid.UUID) ([]crm.Note, error) {
	customer, err := c.customer(ctx, customerID)
	if err != nil {
		return nil, err
	}
	return c.store.CustomerNotes(ctx, customer.ID)
}
