package oms_test

import (
	"context"
	"errors"
	"fmt"

	"github.com/go-oms/oms"
	"github.com/go-oms/oms/crm"
	"github.com/go-oms/oms/event"
	"github.com/go-oms/oms/fault"
	"github.com/go-oms/oms/order"
)

// Tenants share a store and nothing else.
func ExampleClient_Tenant() {
	ctx := context.Background()
	shop := exampleShop()
	o := must(shop.Place(ctx, tees(1)))

	other := shop.Tenant("other-shop")
	_, err := other.Order(ctx, o.ID)
	var missing *fault.NotFoundError
	fmt.Println("another tenant's order:", errors.As(err, &missing))
	// Output:
	// another tenant's order: true
}

// A shopper sees his own orders. Those of others do not exist for him.
func ExampleClient_As() {
	ctx := context.Background()
	shop := exampleShop()
	ada := must(shop.SaveCustomer(ctx, oms.CustomerDetails{Customer: crm.Customer{Name: "Ada", Email: "ada@example.com"}}))
	somebodyElses := must(shop.Place(ctx, tees(1)))

	asAda := shop.As(event.Actor{Kind: event.Shopper, ID: ada.ID.String()})
	cart := tees(2)
	cart.CustomerID = ada.ID
	must(asAda.Place(ctx, cart))

	for o, err := range asAda.Orders(ctx, order.Filter{}) {
		fmt.Println(o.Number, o.Totals.Total, err)
	}
	_, err := asAda.Order(ctx, somebodyElses.ID)
	fmt.Println(fault.KindOf(err))
	// Output:
	// 1002 39.80 EUR <nil>
	// rejected
}

// Notes are for people. A shopper does not see the internal ones.
func ExampleClient_AddNote() {
	ctx := context.Background()
	shop := exampleShop()
	o := must(shop.Place(ctx, tees(1)))
	must(shop.AddNote(ctx, o.ID, oms.Note{Text: "Gift wrapped."}))
	must(shop.AddNote(ctx, o.ID, oms.Note{Text: "Check the address.", Internal: true}))
	for _, n := range must(shop.Notes(ctx, o.ID)) {
		fmt.Println(n.Text, n.Internal)
	}
	// Output:
	// Gift wrapped. false
	// Check the address. true
}

// Customers are rows of their own: orders and events name them by id alone.
func ExampleClient_SaveCustomer() {
	ctx := context.Background()
	shop := exampleShop()
	ada := must(shop.SaveCustomer(ctx, oms.CustomerDetails{
		Customer: crm.Customer{Name: "Ada", Email: "Ada@Example.com", ExternalRef: "crm-17"},
	}))
	cart := tees(1)
	cart.CustomerID = ada.ID
	o := must(shop.Place(ctx, cart))

	fmt.Println(must(shop.Customer(ctx, o.CustomerID)).Email)
	for o := range shop.OrdersOf(ctx, ada.ID) {
		fmt.Println(o.Number)
	}
	// Output:
	// ada@example.com
	// 1001
}

// An order is found by the number the customer knows, and by the cart it was.
func ExampleClient_OrderByNumber() {
	ctx := context.Background()
	shop := exampleShop()
	cart := tees(1)
	cart.CartID = "cart-7"
	must(shop.Place(ctx, cart))
	fmt.Println(must(shop.OrderByNumber(ctx, "1001")).CartID)
	fmt.Println(must(shop.OrderByCart(ctx, "cart-7")).Number)
	// Output:
	// cart-7
	// 1001
}
