package crm

import (
	"fmt"
	"slices"
	"strings"

	"github.com/google/uuid"

	"github.com/go-oms/oms/fault"
)

// Address is an entry of a customer's address book. Orders keep copies, so that
// they stay as they were agreed when the book changes. It is personal data: events
// name it by id.
type Address struct {
	ID              uuid.UUID `json:"id,omitzero"`
	CustomerID      uuid.UUID `json:"customer_id,omitzero"`
	Label           string    `json:"label,omitempty"` // the customer's word for it, such as "home"
	Name            string    `json:"name,omitempty"`
	Company         string    `json:"company,omitempty"`
	Line1           string    `json:"line1,omitempty"`
	Line2           string    `json:"line2,omitempty"`
	City            string    `json:"city,omitempty"`
	Region          string    `json:"region,omitempty"`
	PostalCode      string    `json:"postal_code,omitempty"`
	Country         string    `json:"country,omitempty"` // ISO 3166-1 alpha-2
	Phone           string    `json:"phone,omitempty"`
	DefaultShipping bool      `json:"default_shipping,omitempty"` // at most one of the customer's
	DefaultBilling  bool      `json:"default_billing,omitempty"`  // at most one of the customer's
}

// MaxLabel is the longest label of an address, in bytes.
const MaxLabel = 64

// texts are the address's texts with their JSON names and greatest lengths, which
// are those of an order's address: what the book takes, an order takes.
func (a *Address) texts() [10]text {
	return [...]text{
		{"label", &a.Label, MaxLabel},
		{"name", &a.Name, 200},
		{"company", &a.Company, 200},
		{"line1", &a.Line1, 200},
		{"line2", &a.Line2, 200},
		{"city", &a.City, 100},
		{"region", &a.Region, 100},
		{"postal_code", &a.PostalCode, 20},
		{"country", &a.Country, 2},
		{"phone", &a.Phone, 40},
	}
}

// Normalize returns the address in the form in which it is stored: texts without
// spaces around them, the country in upper case.
func (a Address) Normalize() Address {
	for _, t := range a.texts() {
		*t.value = strings.TrimSpace(*t.value)
	}
	a.Country = strings.ToUpper(a.Country)
	return a
}

// Check returns a *fault.InvalidError for an address that says nothing of where,
// for a text that is too long or holds what no reader expects, or for a country
// that is not two letters. The error repeats nothing of the address.
func (a Address) Check() error {
	for _, t := range a.texts() {
		if err := t.check(); err != nil {
			return err
		}
	}
	if a != a.Normalize() {
		return fault.Invalid("address", hidden, "the form that Normalize returns")
	}
	if a.Country != "" && !isCountry(a.Country) {
		return fault.Invalid("country", hidden, "two letters A-Z of ISO 3166-1")
	}
	if a.Line1+a.Line2+a.City+a.PostalCode+a.Country == "" {
		return fault.Invalid("address", "nothing", "a line, a city, a postal code or a country")
	}
	return nil
}

func isCountry(code string) bool {
	return len(code) == 2 && code[0] >= 'A' && code[0] <= 'Z' && code[1] >= 'A' && code[1] <= 'Z'
}

// Save puts an address into a customer's book, or replaces the one with its id,
// and returns the rows that change: the address, and those that were the default
// until now. None change if it is there already.
func Save(book []Address, a Address) (changed []Address) {
	for _, other := range book {
		was := other
		switch {
		case other.ID == a.ID && other == a:
			return nil
		case other.ID == a.ID:
			continue
		}
		other.DefaultShipping = other.DefaultShipping && !a.DefaultShipping
		other.DefaultBilling = other.DefaultBilling && !a.DefaultBilling
		if other != was {
			changed = append(changed, other)
		}
	}
	return append(changed, a)
}

// Join returns a book's addresses as those of another customer, whose book has own
// in it already. His defaults stay.
func Join(own, came []Address, customer uuid.UUID) []Address {
	came = slices.Clone(came)
	shipping := slices.ContainsFunc(own, func(a Address) bool { return a.DefaultShipping })
	billing := slices.ContainsFunc(own, func(a Address) bool { return a.DefaultBilling })
	for i := range came {
		came[i].CustomerID = customer
		came[i].DefaultShipping = came[i].DefaultShipping && !shipping
		came[i].DefaultBilling = came[i].DefaultBilling && !billing
	}
	return came
}

// CheckBook returns a *fault.InvalidError for addresses of one customer of which
// more than one is the default.
func CheckBook(book []Address) error {
	shipping, billing := 0, 0
	for _, a := range book {
		if a.DefaultShipping {
			shipping++
		}
		if a.DefaultBilling {
			billing++
		}
	}
	if shipping > 1 || billing > 1 {
		return fault.Invalid("default", fmt.Sprintf("%d for shipping, %d for billing", shipping, billing), "at most one of each")
	}
	return nil
}
