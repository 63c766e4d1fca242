package oms

import (
	"context"
	"time"

	"github.com/google/uuid"

	"github.com/go-oms/oms/crm"
	"github.com/go-oms/oms/event"
	"github.com/go-oms/oms/fault"
	"github.com/go-oms/oms/money"
	"github.com/go-oms/oms/storage"
)

// CreditLimit says how much a customer may owe.
type CreditLimit struct {
	Key     string      `json:"-"`
	Version int64       `json:"version,omitempty"` // of the customer, that the caller saw; 0 does not care
	Limit   money.Money `json:"limit"`             // zero: he spends what he has, and owes nothing
	At      time.Time   `json:"at,omitzero"`
}

// SetCreditLimit gives a customer credit in the limit's currency, and with it an account
// to pay on. A limit below what he owes takes nothing back: there is nothing available
// until he has paid.
func (c *Client) SetCreditLimit(ctx context.Context, customerID uuid.UUID, p CreditLimit) (*crm.Balance, error) {
	req := request{name: "credit.set_limit", key: p.Key, at: p.At, body: customerBody[CreditLimit]{customerID, p}}
	return c.onAccount(ctx, req, customerID, p.Version, p.Limit.Currency(), func(d *customerDraft) error {
		if err := d.next.SetLimit(p.Limit); err != nil {
			return err
		}
		d.record(CustomerCreditLimit)
		return nil
	})
}

// CreditEntry moves a customer's balance beside his orders.
type CreditEntry struct {
	Key     string        `json:"-"`
	Version int64         `json:"version,omitempty"` // of the customer, that the caller saw; 0 does not care
	Kind    crm.EntryKind `json:"kind"`
	// Amount is in the customer's favour; a correction against him is below zero, and is
	// written whatever there is: he may owe more than his limit then.
	Amount money.Money `json:"amount"`
	Reason string      `json:"reason"` // without personal data: it stands in the history
	At     time.Time   `json:"at,omitzero"`
}

// PostCredit adds an entry to the journal of a customer's account: money that he paid
// in, store credit that he is given, or a correction. An account begins with its first
// entry.
func (c *Client) PostCredit(ctx context.Context, customerID uuid.UUID, p CreditEntry) (*crm.Balance, error) {
	if p.Reason == "" {
		return nil, fault.Invalid("reason", "", "a reason, or a reference of the payment")
	}
	if err := c.core.cfg.Limits.CheckReason(p.Reason); err != nil {
		return nil, err
	}
	req := request{name: "credit.post", key: p.Key, at: p.At, body: customerBody[CreditEntry]{customerID, p}}
	return c.onAccount(ctx, req, customerID, p.Version, p.Amount.Currency(), func(d *customerDraft) error {
		entry := crm.Entry{Kind: p.Kind, Amount: p.Amount, Reason: p.Reason}
		if err := d.next.Enter(entry); err != nil {
			return err
		}
		d.record(CustomerCreditPosted).Entry = &entry
		return nil
	})
}

// onAccount is a command about a customer's account. A repetition answers with the
// balance as it is then.
func (c *Client) onAccount(
	ctx context.Context, req request, id uuid.UUID, version int64, currency money.Currency, change func(*customerDraft) error,
) (*crm.Balance, error) {
	return do(ctx, c, req, flow[*crm.Balance]{
		decide: func(ctx context.Context, cmd event.Command) (*crm.Balance, *storage.Batch, error) {
			d, err := c.openCustomer(ctx, id, version, cmd)
			if err != nil {
				return nil, nil, err
			}
			if err := change(d); err != nil {
				return nil, nil, err
			}
			account, _ := d.next.Account(currency)
			balance, err := c.balance(ctx, id, account)
			if err != nil {
				return nil, nil, err
			}
			return &balance, d.finish(jsonResult(id)), nil
		},
		replay: func(ctx context.Context, result []byte) (*crm.Balance, error) {
			customer, err := c.replayCustomer(ctx, result)
			if err != nil {
				return nil, err
			}
			account, _ := customer.Account(currency)
			balance, err := c.balance(ctx, customer.ID, account)
			return &balance, err
		},
	})
}

// Credit returns how a customer's accounts stand, in order of currency; none of one
// who has no account. A shopper sees his own.
func (c *Client) Credit(ctx context.Context, customerID uuid.UUID) ([]crm.Balance, error) {
	if err := c.authorize(ctx, "customer.read"); err != nil {
		return nil, err
	}
	customer, err := c.customer(ctx, customerID)
	if err != nil || customer.Credit == nil {
		return nil, err
	}
	balances := make([]crm.Balance, len(customer.Credit.Accounts))
	for i, account := range customer.Credit.Accounts {
		if balances[i], err = c.balance(ctx, customer.ID, account); err != nil {
			return nil, err
		}
	}
	return balances, nil
}
