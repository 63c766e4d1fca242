package crm

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/go-oms/oms/fault"
	"github.com/go-oms/oms/money"
)

// MaxMembers is how many members a company may have, and MaxLimits how many limits it or
// one of them.
const (
	MaxMembers = 500
	MaxLimits  = 100
)

// Company makes a customer a company: who buys for it, and how much. It is replaced as
// a whole: whoever changes it changes a copy.
type Company struct {
	// Zone is where the company's days and months begin: a name of the IANA data base,
	// such as "Europe/Berlin"; UTC when empty. A change of it counts for the orders
	// behind it.
	Zone string `json:"zone,omitempty"`
	// Limits are those of all members together, but for those of a single order.
	Limits  []SpendingLimit `json:"limits,omitempty"`  // in order of period and currency
	Members []Member        `json:"members,omitempty"` // in order of the customers' ids
}

// Member is a customer who may do something for a company.
type Member struct {
	CustomerID uuid.UUID       `json:"customer_id"`
	Role       MemberRole      `json:"role"`
	Limits     []SpendingLimit `json:"limits,omitempty"` // his own, beside the company's; in order of period and currency
}

// MemberRole says what a member may do for a company.
type MemberRole string

// The roles of members.
const (
	Buyer  MemberRole = "buyer"  // buys, and sees his own orders
	Viewer MemberRole = "viewer" // sees all orders of the company, and buys nothing
	Admin  MemberRole = "admin"  // both
)

// Buys reports whether members with the role may buy for the company.
func (r MemberRole) Buys() bool { return r == Buyer || r == Admin }

// SeesAll reports whether members with the role see orders of other members.
func (r MemberRole) SeesAll() bool { return r == Viewer || r == Admin }

// Period is what a spending limit is for.
type Period string

// The periods. Days and months are those of the calendar in the company's zone: a day
// on which clocks are changed is one day, however long it is.
const (
	PerOrder Period = "order"
	PerDay   Period = "day"
	PerMonth Period = "month"
)

// SpendingLimit is how much may be bought in one currency. A currency without a limit
// is not limited.
type SpendingLimit struct {
	Per    Period      `json:"per"`
	Amount money.Money `json:"amount"` // more than zero, a whole number of minor units
}

// Clone returns a copy that shares nothing; nil of nil.
func (c *Company) Clone() *Company {
	if c == nil {
		return nil
	}
	next := *c
	next.Limits, next.Members = slices.Clone(c.Limits), slices.Clone(c.Members)
	for i := range next.Members {
		next.Members[i].Limits = slices.Clone(next.Members[i].Limits)
	}
	return &next
}

// Member returns the member with that id, or nil; a nil Company has none. The pointer
// is into c.
func (c *Company) Member(customer uuid.UUID) *Member {
	if c == nil {
		return nil
	}
	if i, found := c.place(customer); found {
		return &c.Members[i]
	}
	return nil
}

func (c *Company) place(customer uuid.UUID) (int, bool) {
	return slices.BinarySearchFunc(c.Members, customer, func(m Member, id uuid.UUID) int { return slices.Compare(m.CustomerID[:], id[:]) })
}

// Day returns the calendar day that it is for the company, as "2026-11-29".
func (c *Company) Day(at time.Time) (string, error) {
	zone, err := location(c.Zone)
	if err != nil {
		return "", err
	}
	return at.In(zone).Format(time.DateOnly), nil
}

// SetTerms gives the customer a zone and limits as a company, which he is from then on.
// It is a *fault.InvalidError for a zone that this system does not know, for a limit
// that can mean nothing, for two limits of one period in one currency, and beyond [MaxLimits].
func (c *Customer) SetTerms(zone string, limits []SpendingLimit) error {
	if _, err := location(zone); err != nil {
		return err
	}
	limits, err := sorted(limits)
	if err != nil {
		return err
	}
	next := c.Company.Clone()
	if next == nil {
		next = &Company{}
	}
	next.Zone, next.Limits = zone, limits
	c.Company = next
	return nil
}

// SetMember makes somebody a member of the company, or replaces what he is. It is a
// *fault.InvalidError for a customer who is no company, for itself as a member, for an
// unknown role, for limits that SetTerms would refuse, and beyond [MaxMembers].
func (c *Customer) SetMember(m Member) error {
	switch {
	case c.Company == nil:
		return fault.Invalid("company", c.ID, "a customer who is a company")
	case m.CustomerID == uuid.Nil || m.CustomerID == c.ID:
		return fault.Invalid("customer_id", m.CustomerID, "a customer other than the company")
	case !m.Role.Buys() && !m.Role.SeesAll():
		return fault.Invalid("role", m.Role, "buyer, viewer or admin")
	}
	limits, err := sorted(m.Limits)
	if err != nil {
		return err
	}
	m.Limits = limits
	next := c.Company.Clone()
	i, found := next.place(m.CustomerID)
	switch {
	case found:
		next.Members[i] = m
	case len(next.Members) >= MaxMembers:
		return fault.Invalid("members", len(next.Members)+1, fmt.Sprintf("at most %d", MaxMembers))
	default:
		next.Members = slices.Insert(next.Members, i, m)
	}
	c.Company = next
	return nil
}

// RemoveMember ends a membership. It is a *[MemberError] for who is no member.
func (c *Customer) RemoveMember(customer uuid.UUID) error {
	if c.Company.Member(customer) == nil {
		return &MemberError{CompanyID: c.ID, CustomerID: customer, Roles: []MemberRole{Buyer, Viewer, Admin}}
	}
	next := c.Company.Clone()
	next.drop(customer)
	c.Company = next
	return nil
}

// drop takes a member out of a copy.
func (c *Company) drop(customer uuid.UUID) {
	i, _ := c.place(customer)
	if c.Members = slices.Delete(c.Members, i, i+1); len(c.Members) == 0 {
		c.Members = nil
	}
}

// ReplaceMember puts who is left of a merge in the place of who was merged; who is a
// member already stays what he is.
func (c *Customer) ReplaceMember(from, into uuid.UUID) {
	gone := c.Company.Member(from)
	if gone == nil {
		return
	}
	m := *gone
	next := c.Company.Clone()
	next.drop(from)
	m.CustomerID = into
	if at, found := next.place(into); !found && into != c.ID {
		next.Members = slices.Insert(next.Members, at, m)
	}
	c.Company = next
}

// location is the zone of that name. Zones are found in the system's data base, or in
// the program when it imports time/tzdata.
func location(zone string) (*time.Location, error) {
	if zone == "Local" {
		return nil, fault.Invalid("zone", zone, "a zone by its name: every process has a local one of its own")
	}
	found, err := time.LoadLocation(zone)
	if err != nil {
		return nil, fault.Invalid("zone", zone, "a name of the IANA data base that this system knows")
	}
	return found, nil
}

// sorted returns limits in the order that they are kept in.
func sorted(limits []SpendingLimit) ([]SpendingLimit, error) {
	if len(limits) == 0 {
		return nil, nil
	}
	if len(limits) > MaxLimits {
		return nil, fault.Invalid("limits", len(limits), fmt.Sprintf("at most %d", MaxLimits))
	}
	limits = slices.Clone(limits)
	for i, l := range limits {
		switch {
		case l.Per != PerOrder && l.Per != PerDay && l.Per != PerMonth:
			return nil, fault.Invalid(fmt.Sprintf("limits[%d].per", i), l.Per, "order, day or month")
		case l.Amount.Currency().Check() != nil || l.Amount.Sign() <= 0 || !l.Amount.IsMinor():
			return nil, fault.Invalid(fmt.Sprintf("limits[%d].amount", i), l.Amount, "more than zero, a whole number of minor units")
		}
	}
	before := func(a, b SpendingLimit) int {
		return cmp.Or(strings.Compare(string(a.Per), string(b.Per)), strings.Compare(string(a.Amount.Currency()), string(b.Amount.Currency())))
	}
	slices.SortFunc(limits, before)
	for i := 1; i < len(limits); i++ {
		if before(limits[i-1], limits[i]) == 0 {
			return nil, fault.Invalid("limits", limits[i].Amount, "one limit for each period and currency: two are for one "+string(limits[i].Per))
		}
	}
	return limits, nil
}
