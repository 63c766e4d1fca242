package oms

import (
	"context"
	"time"

	"github.com/google/uuid"

	"github.com/go-oms/oms/crm"
	"github.com/go-oms/oms/event"
	"github.com/go-oms/oms/fault"
	"github.com/go-oms/oms/storage"
)

// CustomerDetails is what a shop knows of a customer. The customer's version,
// times and merge are the books' own and not taken from here, CreatedAt of a new
// one apart.
type CustomerDetails struct {
	Key      string       `json:"-"`
	Version  int64        `json:"version,omitempty"` // that the caller saw; 0 does not care
	Customer crm.Customer `json:"customer"`
}

// SaveCustomer records a customer, or replaces what is known of him; what is the
// same already makes no new version. Without an ID a new one is given. Email and
// external reference are unique in the tenant: a taken one is a
// *storage.DuplicateError. Those of a customer who was merged into this one are not
// taken: they come back to him. A customer who was merged himself is a
// *crm.MergedError.
//
// A shopper saves himself only, and not his external reference, which is the
// shop's name for him: his stays as it is.
func (c *Client) SaveCustomer(ctx context.Context, p CustomerDetails) (*crm.Customer, error) {
	customer := p.Customer.Normalize()
	customer.Version, customer.MergedInto, customer.UpdatedAt, customer.Credit = 0, uuid.Nil, time.Time{}, nil
	customer.Company = nil
	if c.actor.Kind == event.Shopper {
		customer.CreatedAt = time.Time{}
	}
	return do(ctx, c, request{name: "customer.save", key: p.Key, body: detailsBody(customer, p.Version)}, flow[*crm.Customer]{
		decide: func(ctx context.Context, cmd event.Command) (*crm.Customer, *storage.Batch, error) {
			d, err := c.savingCustomer(ctx, customer, p.Version, cmd)
			if err != nil {
				return nil, nil, err
			}
			return d.customer(), d.finish(jsonResult(d.next.ID)), nil
		},
		// The key keeps no personal data: the answer is the row as it is now.
		replay: c.replayCustomer,
	})
}

// detailsBody is what saving a customer is digested by: only what is taken from the
// caller, so that a key answers to the same details whatever else a customer has.
func detailsBody(c crm.Customer, version int64) any {
	return struct {
		ID          uuid.UUID `json:"id"`
		ExternalRef string    `json:"external_ref,omitempty"`
		Email       string    `json:"email,omitempty"`
		Name        string    `json:"name,omitempty"`
		Phone       string    `json:"phone,omitempty"`
		Country     string    `json:"country,omitempty"`
		CreatedAt   time.Time `json:"created_at"`
		Version     int64     `json:"version,omitempty"`
	}{c.ID, c.ExternalRef, c.Email, c.Name, c.Phone, c.Country, c.CreatedAt, version}
}

// savingCustomer decides about a customer's own row.
func (c *Client) savingCustomer(ctx context.Context, saved crm.Customer, version int64, cmd event.Command) (*customerDraft, error) {
	if !c.is(saved.ID) {
		return nil, fault.NotFound("customer", saved.ID)
	}
	if saved.ID == uuid.Nil {
		saved.ID = cmd.IDs.Next()
		return newCustomer(saved, version, cmd)
	}
	d, err := c.openCustomer(ctx, saved.ID, version, cmd)
	if err != nil && !isNotFound(err) {
		return nil, err
	}
	if c.actor.Kind == event.Shopper {
		own := ""
		if d != nil {
			own = d.stored.ExternalRef
		}
		if saved.ExternalRef != "" && saved.ExternalRef != own {
			return nil, fault.Invalid("external_ref", hidden, "nothing: it is the shop's to give")
		}
		saved.ExternalRef = own
	}
	if d == nil {
		return newCustomer(saved, version, cmd)
	}
	saved.Version, saved.CreatedAt, saved.UpdatedAt = d.stored.Version, d.stored.CreatedAt, d.stored.UpdatedAt
	saved.Credit, saved.Company = d.stored.Credit, d.stored.Company
	if err := saved.Check(); err != nil {
		return nil, err
	}
	*d.next = saved
	if saved == *d.stored {
		return d, nil
	}
	if err := d.reclaim(ctx, c); err != nil {
		return nil, err
	}
	d.record(CustomerChanged)
	return d, nil
}

// newCustomer begins the history of a customer.
func newCustomer(saved crm.Customer, version int64, cmd event.Command) (*customerDraft, error) {
	if version != 0 {
		return nil, &fault.StaleError{Kind: event.Customer, ID: saved.ID.String(), Expected: version}
	}
	if saved.CreatedAt.IsZero() {
		saved.CreatedAt = cmd.At
	}
	if err := saved.Check(); err != nil {
		return nil, err
	}
	// He may be known from long ago.
	cmd.At = saved.CreatedAt
	d := &customerDraft{cmd: cmd, batch: &storage.Batch{}, next: &saved}
	d.record(CustomerCreated)
	return d, nil
}

// reclaim frees the email and the external reference that the customer takes up, if
// the one who has it was merged into him.
func (d *customerDraft) reclaim(ctx context.Context, c *Client) error {
	var email, ref string
	if d.next.Email != d.stored.Email {
		email = d.next.Email
	}
	if d.next.ExternalRef != d.stored.ExternalRef {
		ref = d.next.ExternalRef
	}
	for _, by := range [][2]string{{email, ""}, {"", ref}} {
		if by[0]+by[1] == "" {
			continue
		}
		holder, err := c.store.CustomerBy(ctx, by[0], by[1])
		if isNotFound(err) || (err == nil && !holder.Merged()) {
			continue // free, or for the store to refuse
		}
		if err != nil {
			return err
		}
		if last, err := c.survivor(ctx, holder); err != nil {
			return err
		} else if last.ID == d.next.ID {
			d.free(holder, by[0] != "", by[1] != "")
		}
	}
	return nil
}

// free takes the email or the external reference from a customer who was merged.
func (d *customerDraft) free(holder *crm.Customer, email, ref bool) {
	for i := range d.batch.CRM.Customers {
		if d.batch.CRM.Customers[i].ID == holder.ID { // both were his
			d.batch.CRM.Customers[i].ExternalRef = ""
			d.batch.Events[i].Payload = crm.Diff(holder, &d.batch.CRM.Customers[i])
			return
		}
	}
	after := *holder
	if email {
		after.Email = ""
	}
	if ref {
		after.ExternalRef = ""
	}
	after.Version, after.UpdatedAt = holder.Version+1, d.cmd.At
	d.batch.CRM.Customers = append(d.batch.CRM.Customers, after)
	d.batch.Events = append(d.batch.Events,
		d.cmd.Event(event.Customer, after.ID, after.Version, CustomerChanged, crm.Diff(holder, &after)))
}

// replayCustomer answers with the customer as he is now, or who is left of him.
func (c *Client) replayCustomer(ctx context.Context, result []byte) (*crm.Customer, error) {
	id, err := jsonReplay[uuid.UUID](ctx, result)
	if err != nil {
		return nil, err
	}
	return c.customer(ctx, id)
}
