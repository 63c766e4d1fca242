// Package crm holds who the customers are.
//
// A [Customer] is a plain row of personal data, apart from the books: orders,
// events and payments name it by id, so that a person can be forgotten while
// the figures stay.
//
// What comes from outside is brought into its one written form by
// [Customer.Normalize] and then judged by [Customer.Check]:
//
//	c := crm.Customer{ID: id, Email: " Ada@Example.org", Country: "gb"}.Normalize()
//	err := c.Check() // nil; c.Email is "ada@example.org", c.Country "GB"
//
// Stores keep one customer per email and per external reference. They compare
// emails as [NormalizeEmail] writes them.
package crm
