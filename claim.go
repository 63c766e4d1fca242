package oms

import (
	"context"
	"time"

	"github.com/google/uuid"

	"github.com/go-oms/oms/crm"
	"github.com/go-oms/oms/event"
	"github.com/go-oms/oms/fault"
	"github.com/go-oms/oms/order"
	"github.com/go-oms/oms/storage"
)

// Claim hands the orders that somebody placed as a guest to the customer that he
// has become.
type Claim struct {
	Key     string    `json:"-"`
	Version int64     `json:"version,omitempty"` // of the customer, that the caller saw; 0 does not care
	Email   string    `json:"email"`             // the host has proved that the customer reads what is sent there
	At      time.Time `json:"at,omitzero"`
}

// Claimed is what a claim has done.
type Claimed struct {
	Customer *crm.Customer `json:"customer"`
	Orders   []uuid.UUID   `json:"orders"` // that are the customer's now, oldest first
	// More says that there are more such orders than one call hands over: claim
	// again, with another key.
	More bool `json:"more,omitempty"`
}

// ClaimOrders gives a customer the orders that have no customer and that were placed
// with that email: the one of the address they are billed to, or where that has none
// of the address they are shipped to. The email must be his own, or that of one who was merged into him:
// otherwise it is a *crm.ClaimError and nothing is written. Orders that have a
// customer are never touched. A call hands over at most 1,000 orders.
//
// It is for staff, integrations and the system, not for shoppers: a shopper may
// save any free email as his own, so that his word alone would give him a
// stranger's orders. The host calls it once the person has shown that he reads the
// email, such as by a link that was sent there.
func (c *Client) ClaimOrders(ctx context.Context, customerID uuid.UUID, p Claim) (*Claimed, error) {
	p.Email = crm.NormalizeEmail(p.Email)
	if p.Email == "" {
		return nil, fault.Invalid("email", "", "the customer's email")
	}
	req := request{name: "customer.claim_orders", key: p.Key, at: p.At, body: customerBody[Claim]{customerID, p}}
	return do(ctx, c, req, flow[*Claimed]{
		decide: func(ctx context.Context, cmd event.Command) (*Claimed, *storage.Batch, error) {
			d, err := c.openCustomer(ctx, customerID, p.Version, cmd)
			if err != nil {
				return nil, nil, err
			}
			if err := d.owns(ctx, c, p.Email); err != nil {
				return nil, nil, err
			}
			claimed := Claimed{}
			guests := order.Filter{GuestEmail: p.Email}
			claimed.Orders, claimed.More, err = c.reassign(ctx, cmd, d.batch, guests, customerID, OrderClaimed)
			if err != nil {
				return nil, nil, err
			}
			if len(claimed.Orders) > 0 {
				d.record(CustomerOrdersClaimed).Orders = claimed.Orders
			}
			result := jsonResult(handed{Into: customerID, Orders: claimed.Orders, More: claimed.More})
			claimed.Customer = d.customer()
			return &claimed, d.finish(result), nil
		},
		replay: func(ctx context.Context, result []byte) (*Claimed, error) {
			customer, was, err := c.replayHanded(ctx, result)
			if err != nil {
				return nil, err
			}
			return &Claimed{Customer: customer, Orders: was.Orders, More: was.More}, nil
		},
	})
}

// owns returns a *crm.ClaimError unless the email leads to the customer.
func (d *customerDraft) owns(ctx context.Context, c *Client, email string) error {
	if d.stored.Email == email {
		return nil
	}
	holder, err := c.store.CustomerBy(ctx, email, "")
	if isNotFound(err) {
		return &crm.ClaimError{CustomerID: d.stored.ID}
	}
	if err != nil {
		return err
	}
	last, err := c.survivor(ctx, holder)
	if err != nil {
		return err
	}
	if last.ID != d.stored.ID {
		return &crm.ClaimError{CustomerID: d.stored.ID}
	}
	// The claim relies on the row that the email was found in.
	d.batch.Expect = append(d.batch.Expect, storage.Expect{Aggregate: event.Customer, ID: holder.ID, Version: holder.Version})
	return nil
}
