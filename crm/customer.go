package crm

import (
	"time"

	"github.com/google/uuid"
)

// Customer is who buys. The row holds personal data: events and orders refer to
// it by id alone. Version counts its changes and those of what belongs to it: its
// addresses, notes, consents and claimed orders.
type Customer struct {
	ID          uuid.UUID `json:"id"`
	Version     int64     `json:"version"`
	ExternalRef string    `json:"external_ref,omitempty"` // the host's id; unique in the tenant when set
	Email       string    `json:"email,omitempty"`        // lower case; unique in the tenant when set
	Name        string    `json:"name,omitempty"`
	Phone       string    `json:"phone,omitempty"`
	Country     string    `json:"country,omitempty"`
	MergedInto  uuid.UUID `json:"merged_into,omitzero"` // who he is the same as; zero for a customer of his own
	Credit      *Credit   `json:"credit,omitempty"`     // his accounts with the shop; nil without any, never changed in place
	Company     *Company  `json:"company,omitempty"`    // what makes the customer a company; nil for a person, never changed in place
	CreatedAt   time.Time `json:"created_at"`
	UpdatedAt   time.Time `json:"updated_at"`
}

// Merged reports whether the customer was merged into another and so is over.
func (c *Customer) Merged() bool { return c.MergedInto != (uuid.UUID{}) }

// Fill returns the customer with what he lacks taken from a duplicate of him, and
// the duplicate without the email and external reference that moved: both are
// unique. What both have stays with each.
func (c Customer) Fill(from Customer) (filled, rest Customer) {
	if c.Email == "" {
		c.Email, from.Email = from.Email, ""
	}
	if c.ExternalRef == "" {
		c.ExternalRef, from.ExternalRef = from.ExternalRef, ""
	}
	for _, f := range [...]struct{ own, other *string }{
		{&c.Name, &from.Name}, {&c.Phone, &from.Phone}, {&c.Country, &from.Country},
	} {
		if *f.own == "" {
			*f.own = *f.other
		}
	}
	return c, from
}
