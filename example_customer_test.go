package oms_test

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/go-oms/oms"
	"github.com/go-oms/oms/crm"
	"github.com/go-oms/oms/order"
)

// saveAda saves a customer called Ada.
func saveAda(shop *oms.Client) *crm.Customer {
	return must(shop.SaveCustomer(context.Background(), oms.CustomerDetails{
		Customer: crm.Customer{Name: "Ada", Email: "ada@example.com", ExternalRef: "crm-17"},
	}))
}

// An order names a saved address and keeps a copy of it: the book may change, what
// was agreed does not.
func ExampleClient_SaveAddress() {
	ctx := context.Background()
	shop := exampleShop()
	ada := saveAda(shop)
	home := must(shop.SaveAddress(ctx, ada.ID, oms.SavedAddress{
		Address: crm.Address{Label: "home", Name: "Ada", City: "London", Country: "GB", DefaultShipping: true},
	}))

	cart := tees(1)
	cart.CustomerID, cart.ShipTo, cart.ShipToSaved = ada.ID, order.Address{}, home.ID
	o := must(shop.Place(ctx, cart))

	home.City = "Paris"
	must(shop.SaveAddress(ctx, ada.ID, oms.SavedAddress{Address: *home}))
	for _, a := range must(shop.Addresses(ctx, ada.ID)) {
		fmt.Println(a.Label, a.City, a.DefaultShipping)
	}
	fmt.Println(must(shop.Order(ctx, o.ID)).ShipTo.City)
	// Output:
	// home Paris true
	// London
}

func ExampleClient_RemoveAddress() {
	ctx := context.Background()
	shop := exampleShop()
	ada := saveAda(shop)
	home := must(shop.SaveAddress(ctx, ada.ID, oms.SavedAddress{Address: crm.Address{City: "London"}}))
	ok(shop.RemoveAddress(ctx, ada.ID, oms.AddressRemoval{AddressID: home.ID}))
	fmt.Println(len(must(shop.Addresses(ctx, ada.ID))))
	// Output:
	// 0
}

// Decisions may be recorded late and in any order: what holds is what the customer
// decided last.
func ExampleClient_RecordConsent() {
	ctx := context.Background()
	shop := exampleShop()
	ada := saveAda(shop)
	may := time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)
	must(shop.RecordConsent(ctx, ada.ID, oms.Decision{
		Purpose: "newsletter", Channel: "email", Status: crm.Withdrawn, Source: "letter", At: may.AddDate(0, 1, 0),
	}))
	must(shop.RecordConsent(ctx, ada.ID, oms.Decision{
		Purpose: "newsletter", Channel: "email", Status: crm.Granted, Source: "checkout", At: may,
	}))
	consents := must(shop.Consents(ctx, ada.ID))
	fmt.Println(len(consents), crm.Allows(consents, "newsletter", "email"))
	// Output:
	// 2 false
}

// Notes on a customer are for the staff.
func ExampleClient_AddCustomerNote() {
	ctx := context.Background()
	shop := exampleShop()
	ada := saveAda(shop)
	must(shop.AddCustomerNote(ctx, ada.ID, oms.CustomerNote{Text: "Prefers to be called."}))
	for _, n := range must(shop.CustomerNotes(ctx, ada.ID)) {
		fmt.Println(n.Text, n.Author)
	}
	// Output:
	// Prefers to be called. system
}

// A guest becomes a customer. Once he has shown that he reads the email, such as by
// a link that was sent there, his earlier orders are his.
func ExampleClient_ClaimOrders() {
	ctx := context.Background()
	shop := exampleShop()
	cart := tees(1)
	cart.ShipTo.Email = "Ada@Example.com"
	must(shop.Place(ctx, cart))

	ada := saveAda(shop)
	claimed := must(shop.ClaimOrders(ctx, ada.ID, oms.Claim{Key: "link-4711", Email: "ada@example.com"}))
	fmt.Println(len(claimed.Orders), claimed.More)
	for o := range shop.OrdersOf(ctx, ada.ID) {
		fmt.Println(o.Number)
	}

	_, err := shop.ClaimOrders(ctx, ada.ID, oms.Claim{Email: "eve@example.com"})
	var notHis *crm.ClaimError
	fmt.Println(errors.As(err, &notHis))
	// Output:
	// 1 false
	// 1001
	// true
}

// Two customers turn out to be one person.
func ExampleClient_MergeCustomers() {
	ctx := context.Background()
	shop := exampleShop()
	ada := saveAda(shop)
	twin := must(shop.SaveCustomer(ctx, oms.CustomerDetails{Customer: crm.Customer{Email: "a.lovelace@example.com", Phone: "+44 20 7946 0000"}}))
	cart := tees(1)
	cart.CustomerID = twin.ID
	must(shop.Place(ctx, cart))

	merged := must(shop.MergeCustomers(ctx, oms.Merge{Key: "merge-1", From: twin.ID, Into: ada.ID}))
	fmt.Println(merged.Customer.Name, merged.Customer.Phone, len(merged.Orders))
	fmt.Println(must(shop.Customer(ctx, twin.ID)).ID == ada.ID)
	fmt.Println(must(shop.CustomerByEmail(ctx, "a.lovelace@example.com")).Email)

	_, err := shop.AddCustomerNote(ctx, twin.ID, oms.CustomerNote{Text: "Still there?"})
	var over *crm.MergedError
	fmt.Println(errors.As(err, &over) && over.Into == ada.ID)
	// Output:
	// Ada +44 20 7946 0000 1
	// true
	// ada@example.com
	// true
}

func ExampleClient_CustomerByRef() {
	ctx := context.Background()
	shop := exampleShop()
	saveAda(shop)
	fmt.Println(must(shop.CustomerByRef(ctx, "crm-17")).Name)
	// Output:
	// Ada
}

// A listing goes on behind the last customer of the page before.
func ExampleClient_Customers() {
	ctx := context.Background()
	shop := exampleShop()
	since := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	for i, name := range []string{"Ada", "Bob", "Eve"} {
		must(shop.SaveCustomer(ctx, oms.CustomerDetails{Customer: crm.Customer{Name: name, CreatedAt: since.AddDate(0, i, 0)}}))
	}
	var after *crm.Cursor
	for page := range 2 {
		for c, err := range shop.Customers(ctx, crm.Filter{Limit: 2, After: after, Ascending: true}) {
			fmt.Println(page, c.Name, err)
			after = &crm.Cursor{CreatedAt: c.CreatedAt, ID: c.ID}
		}
	}
	// Output:
	// 0 Ada <nil>
	// 0 Bob <nil>
	// 1 Eve <nil>
}

// What happened to a customer and his orders. Personal data is in none of it.
func ExampleClient_CustomerTimeline() {
	ctx := context.Background()
	shop := exampleShop()
	ada := saveAda(shop)
	cart := tees(1)
	cart.CustomerID = ada.ID
	must(shop.Place(ctx, cart))
	must(shop.SaveCustomer(ctx, oms.CustomerDetails{Customer: crm.Customer{ID: ada.ID, Email: "lovelace@example.com", Name: "Ada"}}))
	for _, e := range must(shop.CustomerTimeline(ctx, ada.ID)) {
		if d, isCustomer := e.Event.Payload.(*crm.Delta); isCustomer {
			fmt.Println(e.Type, e.Version, d.Changed)
		} else {
			fmt.Println(e.Type, e.Version, e.Status)
		}
	}
	// Output:
	// customer.created 1 [external_ref email name]
	// order.placed 1 pending
	// customer.changed 2 [external_ref email]
}
