package crm

import "github.com/google/uuid"

// Delta is everything that a change did to a customer, less all personal data: it
// is the payload of the customer's events. What a person is called or lives at
// stands in rows of its own, which the delta names by id.
type Delta struct {
	// Customer is the customer after the change with every personal field left out.
	Customer Customer `json:"customer"`
	// Changed are the names of the personal fields that have another value now, as
	// in JSON and in the order of [Customer].
	Changed []string `json:"changed,omitempty"`
	// Addresses were saved, or came with a merged customer.
	Addresses []uuid.UUID `json:"addresses,omitempty"`
	// Removed are addresses that are gone.
	Removed []uuid.UUID `json:"removed,omitempty"`
	// Notes and Consents were added, or came with a merged customer.
	Notes    []uuid.UUID `json:"notes,omitempty"`
	Consents []uuid.UUID `json:"consents,omitempty"`
	// Orders became the customer's.
	Orders []uuid.UUID `json:"orders,omitempty"`
	// Entry was added to the journal of one of his accounts.
	Entry *Entry `json:"entry,omitempty"`
	// Absorbed is who was merged into the customer.
	Absorbed uuid.UUID `json:"absorbed,omitzero"`
}

// personal are the fields of a customer that no event may hold.
func (c *Customer) personal() [5]struct {
	name  string
	value *string
} {
	return [...]struct {
		name  string
		value *string
	}{
		{"external_ref", &c.ExternalRef},
		{"email", &c.Email},
		{"name", &c.Name},
		{"phone", &c.Phone},
		{"country", &c.Country},
	}
}

// Diff returns what leads from before to after: the only maker of deltas. A nil
// before means a new customer. What was done to his addresses, notes, consents
// and orders is for the caller to add.
func Diff(before, after *Customer) *Delta {
	if before == nil {
		before = &Customer{}
	}
	d := &Delta{Customer: *after}
	was, is, bare := before.personal(), after.personal(), d.Customer.personal()
	for i := range is {
		if *was[i].value != *is[i].value {
			d.Changed = append(d.Changed, is[i].name)
		}
		*bare[i].value = ""
	}
	return d
}

// Apply returns the customer after the delta; a nil c stands for the customer
// before his first event. It is the fold over a customer's history: applying the
// deltas of all his events in order of version gives the stored customer, the
// personal fields apart, which stay as they are in c.
func Apply(c *Customer, d *Delta) *Customer {
	next := d.Customer
	if c != nil {
		kept, bare := c.personal(), next.personal()
		for i := range kept {
			*bare[i].value = *kept[i].value
		}
	}
	return &next
}
