package oms_test

import (
	"context"
	"fmt"
	"time"

	"github.com/go-oms/oms"
	"github.com/go-oms/oms/money"
	"github.com/go-oms/oms/order"
	"github.com/go-oms/oms/quantity"
)

// A past order comes in with its whole life and its own times.
func ExampleClient_Import() {
	ctx := context.Background()
	shop := exampleShop()
	o := must(shop.Import(ctx, lampOrder()))
	fmt.Println(o.Status, o.PaymentStatus, o.FulfillmentStatus, o.Totals.Total)

	for _, e := range must(shop.Timeline(ctx, o.ID)) {
		if e.Status != "" {
			fmt.Println(e.At.Format(time.DateOnly), e.Type)
		}
	}
	// Output:
	// completed paid delivered 19.95 GBP
	// 2010-12-01 order.imported
	// 2010-12-01 order.paid
	// 2010-12-02 order.shipped
	// 2010-12-04 order.delivered
}

// A past return is one step too. What was given back beyond the price is an entry of
// its own.
func ExampleClient_ImportReturn() {
	ctx := context.Background()
	shop := exampleShop()
	o := must(shop.Import(ctx, lampOrder()))
	r := must(shop.ImportReturn(ctx, o.ID, oms.PastReturn{
		Lines:    []oms.LineQuantity{{LineID: o.Lines[0].ID, Quantity: quantity.Of(2)}},
		Reason:   "broken",
		Location: "main",
		Gateway:  "till",
		At:       time.Date(2010, 12, 20, 0, 0, 0, 0, time.UTC),
		Amount:   money.MustParse("6.00 GBP"),
	}))
	fmt.Println(r.Status, "refunded", must(shop.Payments(ctx, o.ID))[0].Totals.Refunded)
	for _, a := range must(shop.Order(ctx, o.ID)).Adjustments {
		if a.Kind == order.Credit {
			fmt.Println(a.Code, a.Amount)
		}
	}
	// Output:
	// received refunded 6.00 GBP
	// return -5.10 GBP
	// return_difference -0.90 GBP
}

func lampOrder() oms.Past {
	day := func(d int) time.Time { return time.Date(2010, 12, d, 9, 0, 0, 0, time.UTC) }
	return oms.Past{
		Key: "invoice-536365", Channel: "till", ExternalRef: "536365", Country: "GB",
		PlacedAt: day(1), PaidAt: day(1), ReceivedAt: day(1), ShippedAt: day(2), DeliveredAt: day(4),
		Location: "main", Gateway: "till",
		Lines: []oms.PastLine{
			{SKU: "LAMP", Title: "Lantern", Quantity: quantity.Of(6), UnitPrice: money.MustParse("2.55 GBP")},
		},
		Charges: []oms.Charge{{Kind: order.Shipping, Code: "post", Amount: money.MustParse("4.65 GBP")}},
	}
}
