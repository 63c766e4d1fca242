package oms_test

import (
	"context"
	"errors"
	"fmt"

	"github.com/go-oms/oms"
	"github.com/go-oms/oms/crm"
	"github.com/go-oms/oms/money"
)

// A customer with a credit limit pays on account: what is held for an order, and what
// was charged, is never more than the limit and what has come in.
func ExampleClient_SetCreditLimit() {
	ctx := context.Background()
	shop := exampleShop()
	ada := saveAda(shop)
	must(shop.SetCreditLimit(ctx, ada.ID, oms.CreditLimit{Limit: money.MustParse("60.00 EUR")}))

	cart := tees(2)
	cart.CustomerID = ada.ID
	o := must(shop.Place(ctx, cart))
	must(shop.Pay(ctx, o.ID, oms.Payment{Gateway: oms.GatewayAccount}))
	fmt.Println(must(shop.Order(ctx, o.ID)).PaymentStatus)

	more := must(shop.Place(ctx, cart))
	_, err := shop.Pay(ctx, more.ID, oms.Payment{Gateway: oms.GatewayAccount})
	var limit *crm.CreditLimitError
	fmt.Println(errors.As(err, &limit), limit.Asked, limit.Available)
	// Output:
	// paid
	// true 39.80 EUR 20.20 EUR
}

// What a customer pays in makes room for the next order, and more than he owes is his
// to spend.
func ExampleClient_PostCredit() {
	ctx := context.Background()
	shop := exampleShop()
	ada := saveAda(shop)
	must(shop.PostCredit(ctx, ada.ID, oms.CreditEntry{
		Kind: crm.StoreCredit, Amount: money.MustParse("50.00 EUR"), Reason: "goodwill",
	}))
	cart := tees(1)
	cart.CustomerID = ada.ID
	o := must(shop.Place(ctx, cart))
	must(shop.Pay(ctx, o.ID, oms.Payment{Gateway: oms.GatewayAccount, Hold: true}))
	for _, b := range must(shop.Credit(ctx, ada.ID)) {
		fmt.Println("owes", b.Outstanding, "held", b.Held, "available", b.Available)
	}
	// Output:
	// owes -50.00 EUR held 19.90 EUR available 30.10 EUR
}
