package oms

import (
	"context"
	"errors"

	"github.com/google/uuid"

	"github.com/go-oms/oms/crm"
	"github.com/go-oms/oms/event"
	"github.com/go-oms/oms/fault"
	"github.com/go-oms/oms/storage"
)

// hidden stands for personal data in errors, which end in logs.
const hidden = "…"

func isNotFound(err error) bool {
	var missing *fault.NotFoundError
	return errors.As(err, &missing)
}

// customerDraft is a batch in the making about one customer: at most one event of
// his, which names all that is done.
type customerDraft struct {
	cmd    event.Command
	batch  *storage.Batch
	stored *crm.Customer // as read; nil for a new one
	next   *crm.Customer // the working copy
	delta  *crm.Delta    // of the recorded event; nil as long as nothing has changed
}

// openCustomer begins a batch about a customer. One who does not exist, or whom the
// actor may not see, is a *fault.NotFoundError; one who is not at the version that
// the caller saw a *fault.StaleError; one who was merged a *crm.MergedError.
func (c *Client) openCustomer(ctx context.Context, id uuid.UUID, version int64, cmd event.Command) (*customerDraft, error) {
	if !c.is(id) {
		return nil, fault.NotFound("customer", id)
	}
	stored, err := c.store.Customer(ctx, id)
	if err != nil {
		return nil, err
	}
	if stored.Merged() {
		return nil, c.merged(ctx, stored)
	}
	if version != 0 && version != stored.Version {
		return nil, &fault.StaleError{Kind: event.Customer, ID: id.String(), Expected: version, Actual: stored.Version}
	}
	next := *stored
	return &customerDraft{cmd: cmd, batch: &storage.Batch{}, stored: stored, next: &next}, nil
}

// is reports whether the actor may see the customer: a shopper is himself only.
func (c *Client) is(id uuid.UUID) bool {
	return c.actor.Kind != event.Shopper || c.actor.ID == id.String()
}

// merged returns the *crm.MergedError about a customer.
func (c *Client) merged(ctx context.Context, customer *crm.Customer) error {
	last, err := c.survivor(ctx, customer)
	if err != nil {
		return err
	}
	return &crm.MergedError{ID: customer.ID, Into: last.ID}
}

// survivor follows merges to who is left of them: the customer himself if he was
// not merged.
func (c *Client) survivor(ctx context.Context, customer *crm.Customer) (*crm.Customer, error) {
	seen := make(map[uuid.UUID]bool)
	for customer.Merged() {
		if seen[customer.ID] {
			return nil, &storage.BookError{What: "customers are merged in a circle with " + customer.ID.String()}
		}
		seen[customer.ID] = true
		next, err := c.store.Customer(ctx, customer.MergedInto)
		if err != nil {
			return nil, err
		}
		customer = next
	}
	return customer, nil
}

// record makes the customer's event of that type and returns its delta, for what is
// not in his own row.
func (d *customerDraft) record(kind string) *crm.Delta {
	d.next.UpdatedAt = d.cmd.At
	if d.stored != nil {
		d.next.Version = d.stored.Version
	}
	d.next.Version++
	d.delta = crm.Diff(d.stored, d.next)
	d.batch.Events = append(d.batch.Events, d.cmd.Event(event.Customer, d.next.ID, d.next.Version, kind, d.delta))
	return d.delta
}

// customer is the customer for the caller.
func (d *customerDraft) customer() *crm.Customer {
	own := *d.next
	return &own
}

// finish completes the batch. Without an event it relies on the customer being as
// he was read.
func (d *customerDraft) finish(result []byte) *storage.Batch {
	d.batch.Result = result
	if d.delta != nil {
		d.batch.CRM.Customers = append(d.batch.CRM.Customers, *d.next)
	} else {
		d.batch.Expect = append(d.batch.Expect, storage.Expect{Aggregate: event.Customer, ID: d.stored.ID, Version: d.stored.Version})
	}
	return d.batch
}

// customerBody is what a command about a customer is digested by: which customer,
// and the params.
type customerBody[P any] struct {
	Customer uuid.UUID `json:"customer"`
	Body     P         `json:"body"`
}
