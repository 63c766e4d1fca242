package oms

import (
	"context"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/go-oms/oms/crm"
	"github.com/go-oms/oms/event"
	"github.com/go-oms/oms/fault"
	"github.com/go-oms/oms/storage"
)

// Decision is what a customer agreed to, or withdrew.
type Decision struct {
	Key     string            `json:"-"`
	Version int64             `json:"version,omitempty"` // of the customer, that the caller saw; 0 does not care
	Purpose string            `json:"purpose"`           // the host's code, such as "newsletter"
	Channel string            `json:"channel,omitempty"` // the host's code, such as "email"; "" for any
	Status  crm.ConsentStatus `json:"status"`
	Source  string            `json:"source,omitempty"` // where it was given
	Proof   string            `json:"proof,omitempty"`  // what shows it; personal data
	At      time.Time         `json:"at,omitzero"`      // when the customer decided, now by default and at the latest
}

// RecordConsent appends a decision of a customer. Decisions may be recorded late
// and in any order: what holds now is what the customer decided last, see
// [crm.CurrentConsents] and [crm.Allows].
func (c *Client) RecordConsent(ctx context.Context, customerID uuid.UUID, p Decision) (*crm.Consent, error) {
	consent := crm.Consent{
		CustomerID: customerID, Purpose: p.Purpose, Channel: p.Channel, Status: p.Status, Source: p.Source, Proof: p.Proof,
	}.Normalize()
	if err := consent.Check(); err != nil {
		return nil, err
	}
	req := request{name: "customer.consent", key: p.Key, at: p.At, body: customerBody[Decision]{customerID, p}}
	return do(ctx, c, req, flow[*crm.Consent]{
		decide: func(ctx context.Context, cmd event.Command) (*crm.Consent, *storage.Batch, error) {
			if cmd.At.After(cmd.Now) {
				cmd.At = cmd.Now // else nothing that he decides until then would hold
			}
			d, err := c.openCustomer(ctx, customerID, p.Version, cmd)
			if err != nil {
				return nil, nil, err
			}
			given := consent
			given.ID, given.At, given.RecordedAt = cmd.IDs.Next(), cmd.At, cmd.Now
			d.batch.CRM.Consents = []crm.Consent{given}
			d.record(CustomerConsented).Consents = []uuid.UUID{given.ID}
			return &given, d.finish(jsonResult(given.ID)), nil
		},
		replay: func(ctx context.Context, result []byte) (*crm.Consent, error) {
			all, err := c.consents(ctx, customerID)
			if err != nil {
				return nil, err
			}
			return replayed(ctx, result, all, func(x *crm.Consent) uuid.UUID { return x.ID }, "consent")
		},
	})
}

// replayed finds the row that a command's result names.
func replayed[T any](ctx context.Context, result []byte, list []T, idOf func(*T) uuid.UUID, kind string) (*T, error) {
	id, err := jsonReplay[uuid.UUID](ctx, result)
	if err != nil {
		return nil, err
	}
	i := slices.IndexFunc(list, func(v T) bool { return idOf(&v) == id })
	if i < 0 {
		return nil, fault.NotFound(kind, id)
	}
	return &list[i], nil
}

// Consents returns all decisions of a customer in order of recording; after a merge
// those of all who were merged, under the one who is left. A shopper sees his own
// only.
func (c *Client) Consents(ctx context.Context, customerID uuid.UUID) ([]crm.Consent, error) {
	if err := c.authorize(ctx, "customer.read"); err != nil {
		return nil, err
	}
	return c.consents(ctx, customerID)
}

func (c *Client) consents(ctx context.Context, customerID uuid.UUID) ([]crm.Consent, error) {
	customer, err := c.customer(ctx, customerID)
	if err != nil {
		return nil, err
	}
	return c.store.Consents(ctx, customer.ID)
}
