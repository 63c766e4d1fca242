package oms_test

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/go-oms/oms"
	"github.com/go-oms/oms/crm"
	"github.com/go-oms/oms/money"
	"github.com/go-oms/oms/order"
	"github.com/go-oms/oms/quantity"
)

// teeDraft is a draft of Ada's for two T-shirts.
func teeDraft(shop *oms.Client) *order.Draft {
	ctx := context.Background()
	ada := saveAda(shop)
	home := must(shop.SaveAddress(ctx, ada.ID, oms.SavedAddress{Address: crm.Address{Name: "Ada", City: "London", Country: "GB"}}))
	return must(shop.SaveDraft(ctx, oms.Draft{
		CustomerID: ada.ID, ShipToSaved: home.ID, Lines: []oms.CartLine{{SKU: "TEE-M", Quantity: quantity.Of(2)}},
	}))
}

// A draft is a cart that is kept, and changed as often as needed.
func ExampleClient_SaveDraft() {
	ctx := context.Background()
	shop := exampleShop()
	draft := teeDraft(shop)
	fmt.Println(draft.Status, draft.Total)
	draft = must(shop.SaveDraft(ctx, oms.Draft{
		ID: draft.ID, Version: draft.Version, ShipToSaved: draft.ShipToID,
		Lines:   []oms.CartLine{{SKU: "TEE-M", Quantity: quantity.Of(1)}},
		Reserve: true, // nobody else gets the shirt meanwhile
	}))
	left := must(shop.Inventory.Available(ctx, "TEE-M"))
	fmt.Println(draft.Status, draft.Total, left[0].Available)
	// Output:
	// draft 39.80 EUR
	// draft 19.90 EUR 9
}

// A draft becomes an order once.
func ExampleClient_PlaceDraft() {
	ctx := context.Background()
	shop := exampleShop()
	draft := teeDraft(shop)
	price := must(shop.PriceDraft(ctx, draft.ID, oms.DraftPricing{}))
	o := must(shop.PlaceDraft(ctx, draft.ID, oms.DraftPlacement{Version: draft.Version}))
	fmt.Println(o.Number, price.Totals.Total == o.Totals.Total)

	_, err := shop.PlaceDraft(ctx, draft.ID, oms.DraftPlacement{})
	var over *order.DraftStatusError
	fmt.Println(errors.As(err, &over), over.Status, over.OrderID == o.ID)
	// Output:
	// 1001 true
	// true ordered true
}

// What is not wanted any more is thrown away.
func ExampleClient_DiscardDraft() {
	ctx := context.Background()
	shop := exampleShop()
	draft := must(shop.DiscardDraft(ctx, teeDraft(shop).ID, oms.DraftStep{Reason: "changed her mind"}))
	fmt.Println(must(shop.Draft(ctx, draft.ID)).Status)
	// Output: discarded
}

// The drafts that end by themselves within the week, for a reminder.
func ExampleClient_Drafts() {
	ctx := context.Background()
	shop := exampleShop()
	draft := teeDraft(shop)
	_ = must(shop.SaveDraft(ctx, oms.Draft{ID: draft.ID, Lines: []oms.CartLine{{SKU: "MUG", Quantity: quantity.Of(1)}},
		ExpiresAt: time.Now().AddDate(0, 0, 3)}))
	for d, err := range shop.Drafts(ctx, order.DraftFilter{ExpiresTo: time.Now().AddDate(0, 0, 7)}) {
		ok(err)
		fmt.Println(d.Lines[0].SKU, d.Total)
	}
	// Output: MUG 8.50 EUR
}

// Somebody who filled a cart as a guest logs in.
func ExampleClient_MergeDrafts() {
	ctx := context.Background()
	shop := exampleShop()
	draft := teeDraft(shop)
	guest := must(shop.SaveDraft(ctx, oms.Draft{Lines: []oms.CartLine{
		{SKU: "TEE-M", Quantity: quantity.Of(3)}, {SKU: "MUG", Quantity: quantity.Of(1)},
	}}))
	merged := must(shop.MergeDrafts(ctx, oms.DraftMerge{From: guest.ID, Into: draft.ID}))
	for _, l := range merged.Lines {
		fmt.Println(l.SKU, l.Quantity)
	}
	// Output:
	// TEE-M 3
	// MUG 1
}

// A quote is talked about and becomes an order at the price that both agreed on.
func ExampleClient_OfferQuote() {
	ctx := context.Background()
	shop := exampleShop()
	quote := must(shop.RequestQuote(ctx, teeDraft(shop).ID, oms.DraftStep{}))
	quote = must(shop.OfferQuote(ctx, quote.ID, oms.Offer{
		Lines: []oms.QuoteLine{{SKU: "TEE-M", Quantity: quantity.Of(2), UnitPrice: money.MustParse("17.00 EUR")}},
	}))
	fmt.Println(quote.Status, quote.Total)
	quote = must(shop.CounterQuote(ctx, quote.ID, oms.CounterOffer{
		Version: quote.Version,
		Lines:   []oms.QuoteLine{{SKU: "TEE-M", Quantity: quantity.Of(4), UnitPrice: money.MustParse("15.00 EUR")}},
	}))
	quote = must(shop.OfferQuote(ctx, quote.ID, oms.Offer{ValidUntil: time.Now().AddDate(0, 0, 14)}))
	fmt.Println(quote.Status, quote.Total)
	o := must(shop.AcceptQuote(ctx, quote.ID, oms.Acceptance{Version: quote.Version}))
	fmt.Println(o.Origin, o.Totals.Total)
	// Output:
	// offered 34.00 EUR
	// offered 60.00 EUR
	// quote 60.00 EUR
}

// Either of the two may end the talk.
func ExampleClient_DeclineQuote() {
	ctx := context.Background()
	shop := exampleShop()
	quote := must(shop.RequestQuote(ctx, teeDraft(shop).ID, oms.DraftStep{}))
	quote = must(shop.DeclineQuote(ctx, quote.ID, oms.DraftStep{Reason: "not for two shirts"}))
	_, err := shop.OfferQuote(ctx, quote.ID, oms.Offer{})
	fmt.Println(quote.Status, err != nil)
	// Output: declined true
}

// What was ordered once is put into a cart again, as far as it is still sold.
func ExampleClient_Reorder() {
	ctx := context.Background()
	prices := order.PriceList{"TEE-M": money.MustParse("19.90 EUR"), "MUG": money.MustParse("8.50 EUR")}
	shop := exampleShop(func(cfg *oms.Config) { cfg.Prices = prices })
	cart := tees(2)
	cart.Lines = append(cart.Lines, oms.CartLine{SKU: "MUG", Quantity: quantity.Of(1)})
	o := must(shop.Place(ctx, cart))
	delete(prices, "MUG")

	again := must(shop.Reorder(ctx, o.ID))
	fmt.Println(again.Cart.Lines[0].SKU, again.Left[0].SKU, again.Left[0].Problem)
	// Output: TEE-M MUG no_price
}
