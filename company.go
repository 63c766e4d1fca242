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

// CompanyTerms says where a company keeps its calendar, and how much its members may
// spend together.
type CompanyTerms struct {
	Key     string              `json:"-"`
	Version int64               `json:"version,omitempty"` // of the customer, that the caller saw; 0 does not care
	Zone    string              `json:"zone,omitempty"`    // of the IANA data base, such as "Europe/Berlin"; UTC when empty
	Limits  []crm.SpendingLimit `json:"limits,omitempty"`  // in place of those there were
	At      time.Time           `json:"at,omitzero"`
}

// SetCompany makes a customer a company, or changes its terms; its members stay. A
// company cannot be merged, nor be anybody's member, and stays one.
func (c *Client) SetCompany(ctx context.Context, customerID uuid.UUID, p CompanyTerms) (*crm.Customer, error) {
	req := request{name: "company.set", key: p.Key, at: p.At, body: customerBody[CompanyTerms]{customerID, p}}
	return c.onCompany(ctx, req, customerID, p.Version, func(ctx context.Context, d *customerDraft) (string, error) {
		if d.stored.Company == nil {
			if of, err := c.companies(ctx, customerID); err != nil || len(of) > 0 {
				return "", orElse(err, fault.Invalid("customer", customerID, "a customer who is nobody's member"))
			}
		}
		return CompanySet, d.next.SetTerms(p.Zone, p.Limits)
	})
}

// Membership makes a customer a member of a company.
type Membership struct {
	Key     string     `json:"-"`
	Version int64      `json:"version,omitempty"` // of the company, that the caller saw; 0 does not care
	Member  crm.Member `json:"member"`
	At      time.Time  `json:"at,omitzero"`
}

// SetMember makes a customer a member of a company, or replaces his role and limits.
// What he has spent already counts.
func (c *Client) SetMember(ctx context.Context, companyID uuid.UUID, p Membership) (*crm.Customer, error) {
	req := request{name: "company.set_member", key: p.Key, at: p.At, body: customerBody[Membership]{companyID, p}}
	return c.onCompany(ctx, req, companyID, p.Version, func(ctx context.Context, d *customerDraft) (string, error) {
		if err := d.next.SetMember(p.Member); err != nil {
			return "", err
		}
		person, err := c.store.Customer(ctx, p.Member.CustomerID)
		switch {
		case err != nil:
			return "", err
		case person.Merged():
			return "", c.merged(ctx, person)
		case person.Company != nil:
			return "", fault.Invalid("customer_id", person.ID, "a customer who is no company")
		}
		d.batch.Expect = append(d.batch.Expect, storage.Expect{Aggregate: event.Customer, ID: person.ID, Version: person.Version})
		return CompanyMemberSet, nil
	})
}

// MemberRemoval ends a membership.
type MemberRemoval struct {
	Key        string    `json:"-"`
	Version    int64     `json:"version,omitempty"` // of the company, that the caller saw; 0 does not care
	CustomerID uuid.UUID `json:"customer_id"`
	At         time.Time `json:"at,omitzero"`
}

// RemoveMember ends a membership. Orders that the member placed stay the company's, and
// he goes on seeing them. Who is no member is a *crm.MemberError.
func (c *Client) RemoveMember(ctx context.Context, companyID uuid.UUID, p MemberRemoval) (*crm.Customer, error) {
	req := request{name: "company.remove_member", key: p.Key, at: p.At, body: customerBody[MemberRemoval]{companyID, p}}
	return c.onCompany(ctx, req, companyID, p.Version, func(_ context.Context, d *customerDraft) (string, error) {
		return CompanyMemberRemoved, d.next.RemoveMember(p.CustomerID)
	})
}

// onCompany is a command about a company. A repetition answers with it as it is then.
func (c *Client) onCompany(
	ctx context.Context, req request, id uuid.UUID, version int64, change func(context.Context, *customerDraft) (string, error),
) (*crm.Customer, error) {
	return do(ctx, c, req, flow[*crm.Customer]{
		decide: func(ctx context.Context, cmd event.Command) (*crm.Customer, *storage.Batch, error) {
			d, err := c.openCustomer(ctx, id, version, cmd)
			if err != nil {
				return nil, nil, err
			}
			kind, err := change(ctx, d)
			if err != nil {
				return nil, nil, err
			}
			d.record(kind)
			return d.customer(), d.finish(jsonResult(id)), nil
		},
		replay: c.replayCustomer,
	})
}

// orElse is the first error that there is.
func orElse(err, otherwise error) error {
	if err != nil {
		return err
	}
	return otherwise
}

// CompanyMember is what somebody is in a company.
type CompanyMember struct {
	CompanyID uuid.UUID  `json:"company_id"`
	Name      string     `json:"name,omitempty"` // the company's
	Member    crm.Member `json:"member"`
}

// Companies returns the companies that a customer is a member of, oldest first. A
// shopper asks about himself only.
func (c *Client) Companies(ctx context.Context, customerID uuid.UUID) ([]CompanyMember, error) {
	if err := c.authorize(ctx, "company.read"); err != nil {
		return nil, err
	}
	customer, err := c.customer(ctx, customerID)
	if err != nil {
		return nil, err
	}
	list, err := c.companies(ctx, customer.ID)
	if err != nil {
		return nil, err
	}
	memberships := make([]CompanyMember, len(list))
	for i, company := range list {
		memberships[i] = CompanyMember{CompanyID: company.ID, Name: company.Name, Member: *company.Company.Member(customer.ID)}
	}
	return memberships, nil
}

// companies are those that somebody is a member of.
func (c *Client) companies(ctx context.Context, member uuid.UUID) (list []*crm.Customer, err error) {
	for company, err := range c.store.Customers(ctx, crm.Filter{Member: member, Ascending: true}) {
		if err != nil {
			return nil, err
		}
		list = append(list, company)
	}
	return list, nil
}

// company reads a company; it is nil where there is none with that id.
func (c *Client) company(ctx context.Context, id uuid.UUID) (*crm.Customer, error) {
	customer, err := c.store.Customer(ctx, id)
	if isNotFound(err) {
		return nil, nil
	}
	if err != nil || customer.Company == nil {
		return nil, err
	}
	return customer, nil
}

// seesAll reports whether the actor is a shopper who sees all orders of a company.
func (c *Client) seesAll(ctx context.Context, company uuid.UUID) (bool, error) {
	self, err := uuid.Parse(c.actor.ID)
	if err != nil {
		return false, nil
	}
	found, err := c.company(ctx, company)
	if err != nil || found == nil {
		return false, err
	}
	member := found.Company.Member(self)
	return member != nil && member.Role.SeesAll(), nil
}

// shown lets the actor read an order that was looked for: his own, or one of a company
// all of whose orders he sees. What he may not see is missing like what does not exist:
// in words, and in the time it takes.
func (c *Client) shown(ctx context.Context, o *order.Order, err error, name any) (*order.Order, error) {
	if c.actor.Kind != event.Shopper || err != nil && !isNotFound(err) || err == nil && c.sees(o) {
		return o, err
	}
	var company uuid.UUID
	if err == nil {
		company = o.CompanyID
	}
	all, reading := c.seesAll(ctx, company)
	switch {
	case reading != nil:
		return nil, reading
	case err != nil || !all:
		return nil, fault.NotFound("order", name)
	}
	return o, nil
}
