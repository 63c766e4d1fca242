package crm

import (
	"fmt"

	"github.com/google/uuid"

	"github.com/go-oms/oms/fault"
	"github.com/go-oms/oms/money"
)

// Spending is how a limit stands.
type Spending struct {
	MemberID uuid.UUID     `json:"member_id,omitzero"` // zero: all members together
	Limit    SpendingLimit `json:"limit"`
	Window   string        `json:"window,omitempty"` // the day or month, "2026-11-29" or "2026-11"; empty for a single order
	Spent    money.Money   `json:"spent"`            // of it so far
	// Left is what an order may still come to. It is below zero only where a limit was
	// lowered, or an order has grown by what nobody can refuse.
	Left money.Money `json:"left"`
}

// Window returns which day or month of a limit a day belongs to; empty for [PerOrder].
func (p Period) Window(day string) string {
	switch {
	case p == PerDay:
		return day
	case p == PerMonth && len(day) >= len("2026-11"):
		return day[:len("2026-11")]
	}
	return ""
}

// Stands says how a limit stands when so much of it is spent.
func (l SpendingLimit) Stands(member uuid.UUID, day string, spent money.Money) (Spending, error) {
	left, err := l.Amount.Sub(spent)
	return Spending{MemberID: member, Limit: l, Window: l.Per.Window(day), Spent: spent, Left: left}, err
}

// MemberError reports somebody who may not do something for a company: he is no member,
// or one of another role. Whether there is such a company at all it does not say. Its
// kind is fault.Rejected.
type MemberError struct {
	CompanyID  uuid.UUID
	CustomerID uuid.UUID
	Roles      []MemberRole // that would do
}

func (e *MemberError) Error() string {
	return fmt.Sprintf("customer %s is no such member of company %s: want one of the roles %v", e.CustomerID, e.CompanyID, e.Roles)
}

// Fault returns fault.Rejected.
func (e *MemberError) Fault() fault.Kind { return fault.Rejected }

// SpendingLimitError reports an order for which a company, or its member, has not
// enough left to spend. Its kind is fault.Rejected.
type SpendingLimitError struct {
	CompanyID uuid.UUID
	Spending              // the limit and how it stands
	Asked     money.Money // what the order adds to it
}

func (e *SpendingLimitError) Error() string {
	who := "company " + e.CompanyID.String()
	if e.MemberID != uuid.Nil {
		who = "customer " + e.MemberID.String() + " for " + who
	}
	when := "an order"
	if e.Window != "" {
		when = e.Window
	}
	return fmt.Sprintf("%s: %s asked of a limit of %s for %s, want at most %s", who, e.Asked, e.Limit.Amount, when, e.Left)
}

// Fault returns fault.Rejected.
func (e *SpendingLimitError) Fault() fault.Kind { return fault.Rejected }
