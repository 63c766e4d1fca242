package oms

import (
	"context"
	"slices"
	"strings"

	"github.com/google/uuid"

	"github.com/go-oms/oms/crm"
	"github.com/go-oms/oms/event"
	"github.com/go-oms/oms/fault"
	"github.com/go-oms/oms/money"
	"github.com/go-oms/oms/order"
	"github.com/go-oms/oms/storage"
)

// The counters of what companies spend: by day and month, of each member and of all of
// them together. Orders are counted whether or not there are limits, so that a new limit
// knows what was spent before.
const spentPrefix = "spent "

func spentCode(period crm.Period, day string, currency money.Currency, company, member uuid.UUID) string {
	code := spentPrefix + period.Window(day) + " " + string(currency) + " " + company.String()
	if member != uuid.Nil {
		code += " " + member.String()
	}
	return code
}

// isSpentCode reports whether a counter is one of what a company spends.
func isSpentCode(code string) bool { return strings.HasPrefix(code, spentPrefix) }

// spent lists the counters that an order is in, all with the same number of minor units.
func spent(o *order.Order) (codes [4]string, n int64) {
	if o == nil || o.CompanyID == uuid.Nil {
		return codes, 0
	}
	n, _ = o.Spent().Minor() // totals are in whole minor units
	for i, period := range [...]crm.Period{crm.PerDay, crm.PerMonth} {
		codes[2*i] = spentCode(period, o.CompanyDay, o.Currency, o.CompanyID, uuid.Nil)
		codes[2*i+1] = spentCode(period, o.CompanyDay, o.Currency, o.CompanyID, o.CustomerID)
	}
	return codes, n
}

// spends returns what a change of an order adds to the counters of its company: by
// construction what it comes to now, less what it came to. Limits are those that what
// is added must not pass.
func spends(before, after *order.Order, limits map[string]int64) (uses []order.CouponUse) {
	had, was := spent(before)
	has, is := spent(after)
	for i, code := range has {
		switch more := is - was; {
		case had[i] != code: // somebody else's now
			if was != 0 {
				uses = append(uses, order.CouponUse{Code: had[i], Uses: -was})
			}
			if is != 0 {
				uses = append(uses, order.CouponUse{Code: code, Uses: is, Limit: limits[code]})
			}
		case more != 0:
			uses = append(uses, order.CouponUse{Code: code, Uses: more, Limit: limits[code]})
		}
	}
	return uses
}

// buysFor lets the customer of an order that is being placed buy for a company.
func (in *placement) buysFor(ctx context.Context, c *Client, company uuid.UUID, cmd event.Command) error {
	if company == uuid.Nil {
		return nil
	}
	header := &in.Header
	if header.CustomerID == uuid.Nil {
		return fault.Invalid("customer_id", header.CustomerID, "the customer who buys for the company")
	}
	found, err := c.company(ctx, company)
	if err != nil {
		return err
	}
	var member *crm.Member
	if found != nil {
		member = found.Company.Member(header.CustomerID)
	}
	if member == nil || !member.Role.Buys() {
		return notBuying(company, header.CustomerID)
	}
	in.company, header.CompanyID = found, company
	// It counts where the company's clocks are now: nobody dates an order into a day
	// that has something left.
	header.CompanyDay, err = found.Company.Day(cmd.Now)
	return err
}

// notBuying is the error for who is no member that buys.
func notBuying(company, customer uuid.UUID) error {
	return &crm.MemberError{CompanyID: company, CustomerID: customer, Roles: []crm.MemberRole{crm.Buyer, crm.Admin}}
}

// within looks whether what the order adds to the spending of its company is within the
// limits. That it still is is a condition of the write: the company stays as it is, and
// the counters below the limits.
func (d *draft) within(ctx context.Context, company *crm.Customer) error {
	was := money.Zero(d.order.Currency)
	if d.stored != nil {
		was = d.stored.Spent()
	}
	more, err := d.order.Spent().Sub(was)
	if err != nil || more.Sign() <= 0 && d.stored != nil {
		return err
	}
	d.expectCustomer(company)
	day := d.order.CompanyDay
	stand, err := d.client.spendings(ctx, company, limitsOf(company.Company, d.order.CustomerID, d.order.Currency), day)
	if err != nil {
		return err
	}
	d.limits = make(map[string]int64, len(stand))
	for _, s := range stand {
		if s.Limit.Per == crm.PerOrder {
			s, err = s.Limit.Stands(s.MemberID, day, was)
		} else {
			d.limits[spentCode(s.Limit.Per, day, d.order.Currency, company.ID, s.MemberID)], err = s.Limit.Amount.Minor()
			for _, o := range d.beside {
				if o.Currency == d.order.Currency && err == nil {
					s.Left, err = s.Left.Sub(o.Spent())
				}
			}
		}
		if err != nil {
			return err
		}
		if less(s.Left, more) {
			return &crm.SpendingLimitError{CompanyID: company.ID, Spending: s, Asked: more}
		}
	}
	return nil
}

// withinCompany is within for an order that is there already.
func (d *draft) withinCompany(ctx context.Context) error {
	if d.order.CompanyID == uuid.Nil {
		return nil
	}
	company, err := d.client.company(ctx, d.order.CompanyID)
	if err != nil || company == nil {
		return err
	}
	return d.within(ctx, company)
}

// expectCustomer makes it a condition of the write that a customer is as he was read.
func (d *draft) expectCustomer(customer *crm.Customer) {
	expect := storage.Expect{Aggregate: event.Customer, ID: customer.ID, Version: customer.Version}
	if !slices.Contains(d.batch.Expect, expect) {
		d.batch.Expect = append(d.batch.Expect, expect)
	}
}

// memberLimit is a limit and whose it is: zero for all members together.
type memberLimit struct {
	member uuid.UUID
	crm.SpendingLimit
}

// limitsOf are the limits that an order of a member in a currency is under: his own and
// the company's. An empty currency means every one.
func limitsOf(company *crm.Company, member uuid.UUID, currency money.Currency) (limits []memberLimit) {
	add := func(whose uuid.UUID, list []crm.SpendingLimit) {
		for _, l := range list {
			if currency == "" || l.Amount.Currency() == currency {
				limits = append(limits, memberLimit{whose, l})
			}
		}
	}
	if m := company.Member(member); m != nil {
		add(member, m.Limits)
	}
	add(uuid.Nil, company.Limits)
	return limits
}

// spendings says how limits stand on a day.
func (c *Client) spendings(ctx context.Context, company *crm.Customer, limits []memberLimit, day string) ([]crm.Spending, error) {
	if len(limits) == 0 {
		return nil, nil
	}
	codes := make([]string, len(limits))
	for i, l := range limits {
		codes[i] = spentCode(l.Per, day, l.Amount.Currency(), company.ID, l.member)
	}
	uses, err := c.store.CouponUses(ctx, codes, uuid.Nil)
	if err != nil {
		return nil, err
	}
	list := make([]crm.Spending, len(limits))
	for i, l := range limits {
		so := money.Zero(l.Amount.Currency())
		if l.Per != crm.PerOrder {
			if so, err = money.Minor(uses[codes[i]].All, l.Amount.Currency()); err != nil {
				return nil, err
			}
		}
		if list[i], err = l.Stands(l.member, day, so); err != nil {
			return nil, err
		}
	}
	return list, nil
}

// Spending returns how the limits stand now that a member's orders for a company are
// under: his own and the company's. With a zero member it is the company's alone. A
// shopper asks about himself, or about anybody where he sees all orders. A company that
// does not exist, or that the actor has no part in, is a *fault.NotFoundError.
func (c *Client) Spending(ctx context.Context, companyID, member uuid.UUID) ([]crm.Spending, error) {
	if err := c.authorize(ctx, "company.read"); err != nil {
		return nil, err
	}
	company, err := c.company(ctx, companyID)
	if err != nil {
		return nil, err
	}
	if company == nil || !c.hasPart(company.Company, member) {
		return nil, fault.NotFound("company", companyID)
	}
	if member != uuid.Nil && company.Company.Member(member) == nil {
		return nil, fault.NotFound("member", member)
	}
	day, err := company.Company.Day(c.now())
	if err != nil {
		return nil, err
	}
	return c.spendings(ctx, company, limitsOf(company.Company, member, ""), day)
}

// hasPart reports whether the actor may know of a member's spending.
func (c *Client) hasPart(company *crm.Company, member uuid.UUID) bool {
	if c.actor.Kind != event.Shopper {
		return true
	}
	self, err := uuid.Parse(c.actor.ID)
	if err != nil {
		return false
	}
	own := company.Member(self)
	return own != nil && (own.Role.SeesAll() || member == self)
}
