package oms_test

import (
	"context"
	"errors"
	"fmt"

	"github.com/go-oms/oms"
	"github.com/go-oms/oms/order"
	"github.com/go-oms/oms/quantity"
)

// Of three tees two have come with a hole. One is sent again, the other is refunded.
func ExampleClient_ResolveClaim() {
	ctx := context.Background()
	shop := exampleShop()
	o := deliveredTees(shop, 3)

	claim := must(shop.FileClaim(ctx, o.ID, oms.ClaimFiling{
		Kind:     order.ClaimDamaged,
		Lines:    []oms.LineQuantity{{LineID: o.Lines[0].ID, Quantity: quantity.Of(2)}},
		Evidence: []string{"upload/4711.jpg"},
	}))
	found := must(shop.ResolveClaim(ctx, o.ID, claim.ID, oms.ClaimResolution{
		Awards: []order.ClaimAward{{LineID: o.Lines[0].ID, Refund: quantity.Of(1), Replace: quantity.Of(1)}},
	}))
	fmt.Println(found.Replacement.Origin, found.Replacement.Lines[0].SKU, "due", found.Replacement.Due())
	fmt.Println("refunded", must(shop.Refund(ctx, o.ID, oms.Refund{})).Op.Amount)
	must(shop.Ship(ctx, found.Replacement.ID, oms.Shipping{Carrier: "post"}))

	_, err := shop.ResolveClaim(ctx, o.ID, claim.ID, oms.ClaimResolution{Answer: "too late"})
	var over *order.ClaimStateError
	fmt.Println(errors.As(err, &over), over.Status)
	// Output:
	// claim TEE-M due 0.00 EUR
	// refunded 19.90 EUR
	// true resolved
}

// Claims wait for staff: a filter lists the orders that have one.
func ExampleClient_FileClaim() {
	ctx := context.Background()
	shop := exampleShop()
	o := deliveredTees(shop, 1)
	must(shop.FileClaim(ctx, o.ID, oms.ClaimFiling{
		Kind: order.ClaimWrong, Lines: []oms.LineQuantity{{LineID: o.Lines[0].ID, Quantity: quantity.Of(1)}},
	}))
	for waiting, err := range shop.Orders(ctx, order.Filter{Claimed: true}) {
		ok(err)
		for _, found := range must(shop.Claims(ctx, waiting.ID)) {
			fmt.Println(waiting.Number, found.Claim.Claim.Kind, found.Claim.Claim.Status)
		}
	}
	// Output:
	// 1001 wrong open
}

// The claims of an order say what has become of them.
func ExampleClient_Claims() {
	ctx := context.Background()
	shop := exampleShop()
	o := deliveredTees(shop, 1)
	claim := must(shop.FileClaim(ctx, o.ID, oms.ClaimFiling{
		Kind: order.ClaimMissing, Lines: []oms.LineQuantity{{LineID: o.Lines[0].ID, Quantity: quantity.Of(1)}},
	}))
	must(shop.ResolveClaim(ctx, o.ID, claim.ID, oms.ClaimResolution{Answer: "signed for by you"}))
	for _, found := range must(shop.Claims(ctx, o.ID)) {
		fmt.Println(found.Claim.Claim.Kind, found.Claim.Claim.Status, found.Claim.Claim.Answer)
	}
	// Output:
	// missing rejected signed for by you
}

// A claim can be given up as long as nobody has decided about it.
func ExampleClient_WithdrawClaim() {
	ctx := context.Background()
	shop := exampleShop()
	o := deliveredTees(shop, 1)
	claim := must(shop.FileClaim(ctx, o.ID, oms.ClaimFiling{
		Kind: order.ClaimMissing, Lines: []oms.LineQuantity{{LineID: o.Lines[0].ID, Quantity: quantity.Of(1)}},
	}))
	claim = must(shop.WithdrawClaim(ctx, o.ID, claim.ID, oms.ClaimWithdrawal{Reason: "a neighbour had it"}))
	fmt.Println(claim.Claim.Status)
	// Output:
	// withdrawn
}
