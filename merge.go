package oms

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/go-oms/oms/crm"
	"github.com/go-oms/oms/event"
	"github.com/go-oms/oms/fault"
	"github.com/go-oms/oms/order"
	"github.com/go-oms/oms/storage"
)

// Merge makes one customer of two who are the same person.
type Merge struct {
	Key         string    `json:"-"`
	From        uuid.UUID `json:"from"`                   // the duplicate, who is over
	Into        uuid.UUID `json:"into"`                   // who is left
	FromVersion int64     `json:"from_version,omitempty"` // that the caller saw; 0 does not care
	IntoVersion int64     `json:"into_version,omitempty"`
	At          time.Time `json:"at,omitzero"`
}

// Merged is what a merge has done.
type Merged struct {
	Customer *crm.Customer `json:"customer"` // who is left
	Orders   []uuid.UUID   `json:"orders"`   // that came with the other one, oldest first
	// More says that the other one has more orders than one call hands over: merge
	// the two again, with another key.
	More bool `json:"more,omitempty"`
}

// MergeCustomers ends a customer who is the same person as another, all or nothing.
// Who is left gets what he lacks of the other's details, and all of his addresses,
// notes, decisions, subscriptions, drafts, orders and uses of coupons that are counted per customer; his
// own details and default addresses stay. Whoever asks for the other one, by id,
// email or external reference, or for his addresses, notes, decisions or timeline,
// finds those of who is left, and so on along a chain of merges. The other one
// cannot be changed any more: *crm.MergedError names who is left.
//
// Merging two who were merged already, with another key, hands over the orders that
// came in under the old id since, and those beyond the 1,000 of one call. A merge
// into himself is a *fault.InvalidError; into or of one who was merged elsewhere a
// *crm.MergedError. Verify lists orders that are left with somebody who is over for
// more than a day.
//
// Orders may still be placed under the old id; they are the other's until the two
// are merged again. The host lets a shopper in as who is left from then on: under
// the old id he finds himself, but no orders.
func (c *Client) MergeCustomers(ctx context.Context, p Merge) (*Merged, error) {
	if p.From == p.Into {
		return nil, fault.Invalid("into", p.Into, "another customer than from")
	}
	req := request{name: "customer.merge", key: p.Key, at: p.At, body: p}
	return do(ctx, c, req, flow[*Merged]{
		decide: func(ctx context.Context, cmd event.Command) (*Merged, *storage.Batch, error) {
			m, err := c.openMerge(ctx, p, cmd)
			if err != nil {
				return nil, nil, err
			}
			if !m.again {
				if err := m.belongings(ctx, c); err != nil {
					return nil, nil, err
				}
			}
			if err := m.orders(ctx, c); err != nil {
				return nil, nil, err
			}
			return m.finish()
		},
		replay: func(ctx context.Context, result []byte) (*Merged, error) {
			customer, was, err := c.replayHanded(ctx, result)
			if err != nil {
				return nil, err
			}
			return &Merged{Customer: customer, Orders: was.Orders, More: was.More}, nil
		},
	})
}

// merging is a merge in the making. The batch is the survivor's draft's.
type merging struct {
	*customerDraft
	from   *crm.Customer
	again  bool      // they were merged before
	came   crm.Delta // what the survivor's event names
	more   bool
	moving bool // something changes
}

// openMerge reads both customers and refuses those who cannot be merged.
func (c *Client) openMerge(ctx context.Context, p Merge, cmd event.Command) (*merging, error) {
	into, err := c.openCustomer(ctx, p.Into, p.IntoVersion, cmd)
	if err != nil {
		return nil, err
	}
	from, err := c.store.Customer(ctx, p.From)
	if err != nil {
		return nil, err
	}
	m := &merging{customerDraft: into, from: from, again: from.Merged()}
	if m.again {
		last, err := c.survivor(ctx, from)
		if err != nil {
			return nil, err
		}
		if last.ID != p.Into {
			return nil, &crm.MergedError{ID: p.From, Into: last.ID}
		}
	}
	switch {
	case from.Company != nil:
		return nil, fault.Invalid("from", p.From, "a customer who is no company")
	case into.stored.Company != nil:
		return nil, fault.Invalid("into", p.Into, "a customer who is no company")
	}
	if from.Credit != nil {
		return nil, fault.Invalid("from", p.From, "a customer without an account: what is on it is counted under his id; merge the other one into him")
	}
	if p.FromVersion != 0 && p.FromVersion != from.Version {
		return nil, &fault.StaleError{Kind: event.Customer, ID: p.From.String(), Expected: p.FromVersion, Actual: from.Version}
	}
	return m, nil
}

// belongings ends the one customer and gives the other what was his.
func (m *merging) belongings(ctx context.Context, c *Client) error {
	own, err := c.store.SavedAddresses(ctx, m.next.ID)
	if err != nil {
		return err
	}
	book, err := c.store.SavedAddresses(ctx, m.from.ID)
	if err != nil {
		return err
	}
	notes, err := c.store.CustomerNotes(ctx, m.from.ID)
	if err != nil {
		return err
	}
	consents, err := c.store.Consents(ctx, m.from.ID)
	if err != nil {
		return err
	}
	filled, rest := m.next.Fill(*m.from)
	*m.next = filled
	rest.MergedInto, rest.Version, rest.UpdatedAt = filled.ID, m.from.Version+1, m.cmd.At
	crmOf := &m.batch.CRM
	crmOf.Customers = append(crmOf.Customers, rest) // first: what he gives up is free then
	m.batch.Events = append(m.batch.Events,
		m.cmd.Event(event.Customer, rest.ID, rest.Version, CustomerMerged, crm.Diff(m.from, &rest)))
	crmOf.Addresses = crm.Join(own, book, filled.ID)
	for _, a := range crmOf.Addresses {
		m.came.Addresses = append(m.came.Addresses, a.ID)
	}
	for _, n := range notes {
		n.CustomerID = filled.ID
		crmOf.Notes, m.came.Notes = append(crmOf.Notes, n), append(m.came.Notes, n.ID)
	}
	for _, x := range consents {
		x.CustomerID = filled.ID
		crmOf.Consents, m.came.Consents = append(crmOf.Consents, x), append(m.came.Consents, x.ID)
	}
	m.moving = true
	if err := m.memberships(ctx, c); err != nil {
		return err
	}
	if err := m.subscriptions(ctx, c); err != nil {
		return err
	}
	return m.drafts(ctx, c)
}

// memberships makes the survivor the member of companies that the other one was.
func (m *merging) memberships(ctx context.Context, c *Client) error {
	companies, err := c.companies(ctx, m.from.ID)
	if err != nil {
		return err
	}
	for _, company := range companies {
		next := *company
		d := &customerDraft{cmd: m.cmd, batch: m.batch, stored: company, next: &next}
		next.ReplaceMember(m.from.ID, m.next.ID)
		d.record(CompanyMemberSet)
		m.batch.CRM.Customers = append(m.batch.CRM.Customers, next)
	}
	return nil
}

// drafts hands over the drafts and quotes, those that are over too.
func (m *merging) drafts(ctx context.Context, c *Client) error {
	for x, err := range c.store.Drafts(ctx, order.DraftFilter{CustomerID: m.from.ID}) {
		if err != nil {
			return err
		}
		d := &draftChange{cmd: m.cmd, stored: x, next: x.Clone()}
		d.next.CustomerID = m.next.ID
		d.record(DraftSaved, "merged")
		d.into(m.batch)
	}
	return nil
}

// subscriptions hands over the subscriptions, those that are over too.
func (m *merging) subscriptions(ctx context.Context, c *Client) error {
	for s, err := range c.store.Subscriptions(ctx, order.SubscriptionFilter{CustomerID: m.from.ID}) {
		if err != nil {
			return err
		}
		d := &subscriptionDraft{cmd: m.cmd, stored: s, next: s.Clone()}
		d.next.CustomerID = m.next.ID
		d.record(SubscriptionChanged, time.Time{}, "merged")
		d.into(m.batch)
	}
	return nil
}

// anyNumber is no limit on uses that were made: merging gives none back.
const anyNumber = 1 << 60

// orders hands over the orders, and the uses of coupons that count for them.
func (m *merging) orders(ctx context.Context, c *Client) (err error) {
	mine := order.Filter{CustomerID: m.from.ID}
	m.came.Orders, m.more, err = c.reassign(ctx, m.cmd, m.batch, mine, m.next.ID, OrderReassigned)
	if err != nil {
		return err
	}
	uses, err := c.store.CouponsOf(ctx, m.from.ID)
	if err != nil {
		return err
	}
	var moved order.Changes
	for code, n := range uses {
		moved.Coupons = append(moved.Coupons,
			order.CouponUse{Code: code, Uses: -n, CustomerID: m.from.ID, PerCustomer: anyNumber},
			order.CouponUse{Code: code, Uses: n, CustomerID: m.next.ID, PerCustomer: anyNumber})
	}
	if len(moved.Coupons) > 0 {
		slices.SortStableFunc(moved.Coupons, func(a, b order.CouponUse) int { return strings.Compare(a.Code, b.Code) })
		m.batch.Orders = append(m.batch.Orders, moved)
	}
	m.moving = m.moving || len(m.came.Orders) > 0 || len(uses) > 0
	return nil
}

// finish completes the batch.
func (m *merging) finish() (*Merged, *storage.Batch, error) {
	if m.moving {
		delta := m.record(CustomerAbsorbed)
		delta.Absorbed, delta.Orders = m.from.ID, m.came.Orders
		delta.Addresses, delta.Notes, delta.Consents = m.came.Addresses, m.came.Notes, m.came.Consents
	}
	if m.again {
		m.batch.Expect = append(m.batch.Expect, storage.Expect{Aggregate: event.Customer, ID: m.from.ID, Version: m.from.Version})
	}
	result := jsonResult(handed{Into: m.next.ID, Orders: m.came.Orders, More: m.more})
	return &Merged{Customer: m.customer(), Orders: m.came.Orders, More: m.more}, m.customerDraft.finish(result), nil
}
