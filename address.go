package oms

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/go-oms/oms/crm"
	"github.com/go-oms/oms/event"
	"github.com/go-oms/oms/fault"
	"github.com/go-oms/oms/order"
	"github.com/go-oms/oms/storage"
)

// maxAddresses is how many addresses a customer's book holds. A merge may bring
// more together.
const maxAddresses = 100

// SavedAddress is an address for a customer's book.
type SavedAddress struct {
	Key     string      `json:"-"`
	Version int64       `json:"version,omitempty"` // of the customer, that the caller saw; 0 does not care
	Address crm.Address `json:"address"`           // without an ID a new one
	At      time.Time   `json:"at,omitzero"`
}

// SaveAddress puts an address into a customer's book, or replaces the one with its
// id. One that becomes the default takes that from the one that was. The id of
// another customer's address is a *fault.NotFoundError. Orders keep the copy that
// they were placed with. A repetition is answered with the address as it is now; once
// it was removed that is a *fault.NotFoundError too.
func (c *Client) SaveAddress(ctx context.Context, customerID uuid.UUID, p SavedAddress) (*crm.Address, error) {
	p.Address = p.Address.Normalize()
	p.Address.CustomerID = customerID
	if err := prefixed("address", p.Address.Check()); err != nil {
		return nil, err
	}
	req := request{name: "customer.save_address", key: p.Key, at: p.At, body: customerBody[SavedAddress]{customerID, p}}
	return do(ctx, c, req, flow[*crm.Address]{
		decide: func(ctx context.Context, cmd event.Command) (*crm.Address, *storage.Batch, error) {
			d, err := c.openCustomer(ctx, customerID, p.Version, cmd)
			if err != nil {
				return nil, nil, err
			}
			saved, err := d.saveAddress(ctx, c, p.Address)
			if err != nil {
				return nil, nil, err
			}
			return saved, d.finish(jsonResult(saved.ID)), nil
		},
		replay: func(ctx context.Context, result []byte) (*crm.Address, error) {
			id, err := jsonReplay[uuid.UUID](ctx, result)
			if err != nil {
				return nil, err
			}
			return c.savedAddress(ctx, customerID, id)
		},
	})
}

// saveAddress decides about one address.
func (d *customerDraft) saveAddress(ctx context.Context, c *Client, a crm.Address) (*crm.Address, error) {
	book, err := c.store.SavedAddresses(ctx, d.stored.ID)
	if err != nil {
		return nil, err
	}
	switch {
	case a.ID == uuid.Nil && len(book) >= maxAddresses:
		return nil, fault.Invalid("address", len(book)+1, fmt.Sprintf("at most %d addresses of one customer", maxAddresses))
	case a.ID == uuid.Nil:
		a.ID = d.cmd.IDs.Next()
	case !slices.ContainsFunc(book, func(x crm.Address) bool { return x.ID == a.ID }):
		return nil, fault.NotFound("address", a.ID)
	}
	if changed := crm.Save(book, a); len(changed) > 0 {
		d.batch.CRM.Addresses = changed
		delta := d.record(CustomerAddressSaved)
		for _, x := range changed {
			delta.Addresses = append(delta.Addresses, x.ID)
		}
	}
	return &a, nil
}

// AddressRemoval takes an address out of a customer's book.
type AddressRemoval struct {
	Key       string    `json:"-"`
	Version   int64     `json:"version,omitempty"` // of the customer, that the caller saw; 0 does not care
	AddressID uuid.UUID `json:"address_id"`
	At        time.Time `json:"at,omitzero"`
}

// RemoveAddress takes an address out of a customer's book. One that is not in it is
// a *fault.NotFoundError. Orders keep the copy that they were placed with.
func (c *Client) RemoveAddress(ctx context.Context, customerID uuid.UUID, p AddressRemoval) error {
	req := request{name: "customer.remove_address", key: p.Key, at: p.At, body: customerBody[AddressRemoval]{customerID, p}}
	_, err := do(ctx, c, req, flow[struct{}]{
		decide: func(ctx context.Context, cmd event.Command) (none struct{}, _ *storage.Batch, err error) {
			d, err := c.openCustomer(ctx, customerID, p.Version, cmd)
			if err != nil {
				return none, nil, err
			}
			if _, err := c.savedAddress(ctx, customerID, p.AddressID); err != nil {
				return none, nil, err
			}
			d.batch.CRM.Removed = []uuid.UUID{p.AddressID}
			d.record(CustomerAddressRemoved).Removed = d.batch.CRM.Removed
			return none, d.finish(jsonResult(p.AddressID)), nil
		},
		replay: func(context.Context, []byte) (none struct{}, err error) { return none, nil },
	})
	return err
}

// Addresses returns a customer's address book, in order of saving; after a merge
// that of the one who is left. A shopper sees his own only.
func (c *Client) Addresses(ctx context.Context, customerID uuid.UUID) ([]crm.Address, error) {
	if err := c.authorize(ctx, "customer.read"); err != nil {
		return nil, err
	}
	return c.addresses(ctx, customerID)
}

func (c *Client) addresses(ctx context.Context, customerID uuid.UUID) ([]crm.Address, error) {
	customer, err := c.customer(ctx, customerID)
	if err != nil {
		return nil, err
	}
	return c.store.SavedAddresses(ctx, customer.ID)
}

// savedAddress returns one address of a customer's book.
func (c *Client) savedAddress(ctx context.Context, customerID, id uuid.UUID) (*crm.Address, error) {
	book, err := c.addresses(ctx, customerID)
	if isNotFound(err) || id == uuid.Nil {
		return nil, fault.NotFound("address", id)
	}
	if err != nil {
		return nil, err
	}
	i := slices.IndexFunc(book, func(a crm.Address) bool { return a.ID == id })
	if i < 0 {
		return nil, fault.NotFound("address", id)
	}
	return &book[i], nil
}

// fromBook returns the addresses of an order that names saved ones of its customer.
// What names none costs nothing. The book may change before the order is committed:
// the order has what was read.
func (c *Client) fromBook(
	ctx context.Context, customerID, shipToSaved, billToSaved uuid.UUID, shipTo order.Address, billTo *order.Address,
) (order.Address, *order.Address, error) {
	if shipToSaved != uuid.Nil {
		if shipTo != (order.Address{}) {
			return shipTo, billTo, fault.Invalid("ship_to_saved", shipToSaved, "nothing beside ship_to")
		}
		saved, err := c.savedAddress(ctx, customerID, shipToSaved)
		if err != nil {
			return shipTo, billTo, err
		}
		shipTo = snapshot(saved)
	}
	if billToSaved != uuid.Nil {
		if billTo != nil {
			return shipTo, billTo, fault.Invalid("bill_to_saved", billToSaved, "nothing beside bill_to")
		}
		saved, err := c.savedAddress(ctx, customerID, billToSaved)
		if err != nil {
			return shipTo, billTo, err
		}
		copied := snapshot(saved)
		billTo = &copied
	}
	return shipTo, billTo, nil
}

// snapshot is a saved address as an order keeps it.
func snapshot(a *crm.Address) order.Address {
	return order.Address{
		Name: a.Name, Company: a.Company, Line1: a.Line1, Line2: a.Line2, City: a.City,
		Region: a.Region, PostalCode: a.PostalCode, Country: a.Country, Phone: a.Phone,
	}
}
