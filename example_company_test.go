package oms_test

import (
	"context"
	"errors"
	"fmt"

	"github.com/go-oms/oms"
	"github.com/go-oms/oms/crm"
	"github.com/go-oms/oms/event"
	"github.com/go-oms/oms/money"
	"github.com/go-oms/oms/order"
)

// acme is a company of which Ada is a buyer who may spend 60 euros a day.
func acme(shop *oms.Client) (company, ada *crm.Customer) {
	ctx := context.Background()
	company = must(shop.SaveCustomer(ctx, oms.CustomerDetails{Customer: crm.Customer{Name: "Acme", Email: "purchasing@acme.example"}}))
	ada = saveAda(shop)
	must(shop.SetCompany(ctx, company.ID, oms.CompanyTerms{Zone: "UTC"}))
	must(shop.SetMember(ctx, company.ID, oms.Membership{Member: crm.Member{
		CustomerID: ada.ID, Role: crm.Buyer,
		Limits: []crm.SpendingLimit{{Per: crm.PerDay, Amount: money.MustParse("60.00 EUR")}},
	}}))
	return company, ada
}

// A buyer's order is his company's: its account pays.
func ExampleClient_SetCompany() {
	ctx := context.Background()
	shop := exampleShop()
	company, ada := acme(shop)
	must(shop.SetCompany(ctx, company.ID, oms.CompanyTerms{
		Zone: "UTC", Limits: []crm.SpendingLimit{{Per: crm.PerMonth, Amount: money.MustParse("2000.00 EUR")}},
	}))
	must(shop.SetCreditLimit(ctx, company.ID, oms.CreditLimit{Limit: money.MustParse("500.00 EUR")}))

	cart := tees(2)
	cart.CustomerID, cart.CompanyID = ada.ID, company.ID
	o := must(shop.Place(ctx, cart))
	must(shop.Pay(ctx, o.ID, oms.Payment{Gateway: oms.GatewayAccount}))
	fmt.Println(must(shop.Credit(ctx, company.ID))[0].Outstanding)
	// Output:
	// 39.80 EUR
}

// What a member may spend is a condition of the write. What is called off is his to
// spend again.
func ExampleClient_SetMember() {
	ctx := context.Background()
	shop := exampleShop()
	company, ada := acme(shop)
	cart := tees(2)
	cart.CustomerID, cart.CompanyID = ada.ID, company.ID
	o := must(shop.Place(ctx, cart))

	_, err := shop.Place(ctx, cart)
	var limit *crm.SpendingLimitError
	fmt.Println(errors.As(err, &limit), limit.Limit.Per, limit.Asked, limit.Left)
	must(shop.Cancel(ctx, o.ID, oms.Cancellation{Reason: "too early"}))
	fmt.Println(must(shop.Spending(ctx, company.ID, ada.ID))[0].Left)
	// Output:
	// true day 39.80 EUR 20.20 EUR
	// 60.00 EUR
}

// Who is a member no more buys nothing more.
func ExampleClient_RemoveMember() {
	ctx := context.Background()
	shop := exampleShop()
	company, ada := acme(shop)
	must(shop.RemoveMember(ctx, company.ID, oms.MemberRemoval{CustomerID: ada.ID}))
	cart := tees(1)
	cart.CustomerID, cart.CompanyID = ada.ID, company.ID
	_, err := shop.Place(ctx, cart)
	var stranger *crm.MemberError
	fmt.Println(errors.As(err, &stranger), stranger.Roles)
	// Output:
	// true [buyer admin]
}

// A shopper asks whom he buys for when he has signed in.
func ExampleClient_Companies() {
	ctx := context.Background()
	shop := exampleShop()
	_, ada := acme(shop)
	me := shop.As(event.Actor{Kind: event.Shopper, ID: ada.ID.String()})
	for _, c := range must(me.Companies(ctx, ada.ID)) {
		fmt.Println(c.Name, c.Member.Role)
	}
	// Output:
	// Acme buyer
}

// An admin of the company sees what its buyers have bought, and what they have left.
func ExampleClient_Spending() {
	ctx := context.Background()
	shop := exampleShop()
	company, ada := acme(shop)
	boss := must(shop.SaveCustomer(ctx, oms.CustomerDetails{Customer: crm.Customer{Name: "Grace", Email: "grace@acme.example"}}))
	must(shop.SetMember(ctx, company.ID, oms.Membership{Member: crm.Member{CustomerID: boss.ID, Role: crm.Admin}}))
	cart := tees(1)
	cart.CustomerID, cart.CompanyID = ada.ID, company.ID
	must(shop.Place(ctx, cart))

	me := shop.As(event.Actor{Kind: event.Shopper, ID: boss.ID.String()})
	for o, err := range me.Orders(ctx, order.Filter{CompanyID: company.ID}) {
		fmt.Println(must(o, err).Totals.Total)
	}
	left := must(me.Spending(ctx, company.ID, ada.ID))[0]
	fmt.Println(left.Limit.Per, left.Spent, "of", left.Limit.Amount)
	// Output:
	// 19.90 EUR
	// day 19.90 EUR of 60.00 EUR
}
