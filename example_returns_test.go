package oms_test

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/go-oms/oms"
	"github.com/go-oms/oms/fulfillment"
	"github.com/go-oms/oms/money"
	"github.com/go-oms/oms/order"
	"github.com/go-oms/oms/quantity"
)

// strictReturns is a shop that takes goods back for 30 days, for a fee where they are
// merely not wanted.
func strictReturns(cfg *oms.Config) {
	cfg.Returns = order.ReturnPolicy{
		Rules: []order.ReturnRule{
			{Rule: order.RuleWindow, Days: 30, Override: true},
			{Rule: order.RuleFinalSale, SKUs: []string{"MUG"}},
			{Rule: order.RuleReceipt, Then: order.SendToReview},
		},
		Reasons: []order.ReturnReason{
			{Code: "faulty", Label: "Faulty", NeedsEvidence: true},
			{Code: "unwanted", Label: "Not wanted", CustomerPays: true, Fee: &order.RestockingFee{PPM: 100_000}},
		},
		Shipping:    []money.Money{money.MustParse("3.00 EUR")},
		ExpireAfter: 14 * 24 * time.Hour,
	}
}

// A rule may leave the decision to a person: here there was no receipt.
func ExampleClient_ReviewReturn() {
	ctx := context.Background()
	shop := exampleShop(strictReturns)
	o := deliveredTees(shop, 2)

	_, err := shop.RequestReturn(ctx, o.ID, oms.ReturnRequest{
		Lines: []oms.LineQuantity{{LineID: o.Lines[0].ID, Quantity: quantity.Of(1)}}, Reason: "regret",
	})
	fmt.Println(err)
	r := must(shop.RequestReturn(ctx, o.ID, oms.ReturnRequest{
		Lines: []oms.LineQuantity{{LineID: o.Lines[0].ID, Quantity: quantity.Of(1)}}, Reason: "unwanted",
	}))
	fmt.Println(r.Lines[0].Acceptance, r.Lines[0].Review)
	must(shop.ReceiveReturn(ctx, o.ID, r.ID, oms.Reception{Location: "main"}))
	fmt.Println("due", must(shop.Order(ctx, o.ID)).Due())

	r = must(shop.ReviewReturn(ctx, o.ID, r.ID, oms.ReturnReview{Accept: true}))
	fmt.Println(r.Lines[0].Acceptance, "due", must(shop.Order(ctx, o.ID)).Due(), "fee", r.Lines[0].Fee, "way back", r.Charged)
	// Output:
	// reason: "regret" is not allowed: want one of faulty, unwanted
	// manual_review receipt
	// due 39.80 EUR
	// accepted due 24.89 EUR fee 1.99 EUR way back 3.00 EUR
}

// A parcel that got lost on its way back is credited where the shop bears the risk.
func ExampleClient_WriteOffReturn() {
	ctx := context.Background()
	shop := exampleShop()
	o := deliveredTees(shop, 2)
	r := must(shop.RequestReturn(ctx, o.ID, oms.ReturnRequest{
		Lines: []oms.LineQuantity{{LineID: o.Lines[0].ID, Quantity: quantity.Of(1)}},
	}))

	r = must(shop.WriteOffReturn(ctx, o.ID, r.ID, oms.ReturnWriteOff{As: order.ExcuseUnits, Reason: "our label"}))
	fmt.Println(r.Status, r.Lines[0].Reception(), "due", must(shop.Order(ctx, o.ID)).Due())
	_, err := shop.WriteOffReturn(ctx, o.ID, r.ID, oms.ReturnWriteOff{As: order.ExcuseUnits})
	fmt.Println(err)
	// Output:
	// closed lost_in_transit due 19.90 EUR
	// lines: "none" is not allowed: want units that are still outstanding
}

// The label is bought from the carrier; its scan says that the goods are coming.
func ExampleClient_LabelReturn() {
	ctx := context.Background()
	shop := exampleShop()
	o := deliveredTees(shop, 2)
	r := must(shop.RequestReturn(ctx, o.ID, oms.ReturnRequest{
		Lines: []oms.LineQuantity{{LineID: o.Lines[0].ID, Quantity: quantity.Of(2)}},
	}))

	r = must(shop.LabelReturn(ctx, o.ID, r.ID, oms.ReturnLabeling{Carrier: "post", Grams: 400}))
	fmt.Println(r.Label.State, r.Label.Tracking, r.Label.Cost)

	r = must(shop.TrackReturn(ctx, oms.Tracking{
		Carrier: "post", Tracking: r.Label.Tracking,
		Scan: fulfillment.Scan{Status: fulfillment.InTransit, At: time.Now()},
	}))
	fmt.Println(r.Lines[0].Reception())
	// Output:
	// bought PX124 4.40 EUR
	// in_transit
}

// Goods that somebody brings back without a sale that is known are an order of their
// own, which owes him the money.
func ExampleClient_ReceiveBlind() {
	ctx := context.Background()
	shop := exampleShop()

	o := must(shop.ReceiveBlind(ctx, oms.BlindReturn{
		Location: "main", Reason: "no receipt",
		Lines: []oms.PastBack{{SKU: "MUG", Quantity: quantity.Of(2), UnitPrice: money.MustParse("4.00 EUR")}},
	}))
	fmt.Println(o.Origin, o.ReturnStatus, "due", o.Due())
	fmt.Println("available", must(shop.Inventory.Available(ctx, "MUG"))[0].Available)
	// Output:
	// blind_return returned due -8.00 EUR
	// available 12
}

// Credit that was given in advance is taken back when the goods do not come in time.
// Run sees to it.
func ExampleClient_ExpireReturn() {
	ctx := context.Background()
	now := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	shop := exampleShop(strictReturns, func(cfg *oms.Config) { cfg.Now = func() time.Time { return now } })
	o := deliveredTees(shop, 1)
	r := must(shop.RequestReturn(ctx, o.ID, oms.ReturnRequest{
		Lines:  []oms.LineQuantity{{LineID: o.Lines[0].ID, Quantity: quantity.Of(1)}},
		Reason: "faulty", Evidence: []string{"photo-1"}, Receipt: o.Number, Instant: true,
	}))
	fmt.Println("due", must(shop.Order(ctx, o.ID)).Due())

	now = now.AddDate(0, 0, 40)
	r = must(shop.ExpireReturn(ctx, o.ID, r.ID, oms.Expiry{}))
	fmt.Println(r.Status, "due", must(shop.Order(ctx, o.ID)).Due())

	_, err := shop.RequestReturn(ctx, o.ID, oms.ReturnRequest{
		Lines:  []oms.LineQuantity{{LineID: o.Lines[0].ID, Quantity: quantity.Of(1)}},
		Reason: "faulty", Evidence: []string{"photo-1"}, Receipt: o.Number,
	})
	var refused *order.ReturnRefusedError
	fmt.Println(errors.As(err, &refused), refused.Refusals[0].Rule, refused.Refusals[0].Override)
	// Output:
	// due 0.00 EUR
	// expired due 19.90 EUR
	// true window true
}
