// Package crm holds who the customers are, and what they have agreed to.
//
// A [Customer] is an aggregate with a history, but his row is personal data, which
// no event may hold: orders, events and payments name him by id, and a [Delta] tells
// which of his fields changed and never to what. So a person can be forgotten while
// the figures stay. [Diff] makes deltas and [Apply] folds them.
//
// What comes from outside is brought into its one written form by
// [Customer.Normalize] and then judged by [Customer.Check]:
//
//	c := crm.Customer{ID: id, Email: " Ada@Example.org", Country: "gb"}.Normalize()
//	err := c.Check() // nil; c.Email is "ada@example.org", c.Country "GB"
//
// Stores keep one customer per email and per external reference. They compare
// emails as [NormalizeEmail] writes them.
//
// A customer has an address book ([Address], [Save]), notes of the staff ([Note]) and
// decisions ([Consent]), of which [CurrentConsents] and [Allows] say what holds now.
// One who turns out to be the same person as another is merged into him
// ([Customer.Fill], [Join]) and is over from then on ([MergedError]).
package crm
