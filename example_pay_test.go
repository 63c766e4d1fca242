package oms_test

import (
	"context"
	"errors"
	"fmt"

	"github.com/go-oms/oms"
	"github.com/go-oms/oms/fault"
	"github.com/go-oms/oms/money"
	"github.com/go-oms/oms/payment"
	"github.com/go-oms/oms/payment/manual"
	gateway "github.com/go-oms/oms/payment/sandbox"
)

// A sale takes everything that is due at once.
func ExampleClient_Pay() {
	ctx := context.Background()
	shop := exampleShop()
	o := must(shop.Place(ctx, tees(2)))
	paid := must(shop.Pay(ctx, o.ID, oms.Payment{Key: "pay-1", Gateway: "card", Source: "tok_visa"}))
	fmt.Println(paid.Tender.Totals.Captured)
	fmt.Println(paid.Order.Status, paid.Order.PaymentStatus)
	// Output:
	// 39.80 EUR
	// confirmed paid
}

// A decline is recorded. Nothing stands in the way of another try.
func ExampleClient_Pay_declined() {
	ctx := context.Background()
	shop := exampleShop()
	o := must(shop.Place(ctx, tees(2)))

	_, err := shop.Pay(ctx, o.ID, oms.Payment{Gateway: "card", Source: gateway.TokenFunds})
	var declined *oms.DeclinedError
	if errors.As(err, &declined) {
		fmt.Println(declined.Decline.Code)
	}
	paid := must(shop.Pay(ctx, o.ID, oms.Payment{Gateway: "card", Source: "tok_visa"}))
	fmt.Println(paid.Order.PaymentStatus)
	// Output:
	// insufficient_funds
	// paid
}

// The gateway carried the payment out and its answer was lost. The same key asked
// again looks it up and charges nobody twice. Run would have found it too.
func ExampleClient_Pay_unknown() {
	ctx := context.Background()
	card := gateway.New()
	shop := exampleShop(func(cfg *oms.Config) { cfg.Gateways["card"] = card })
	o := must(shop.Place(ctx, tees(2)))

	pay := oms.Payment{Key: "pay-1", Gateway: "card", Source: gateway.TokenLost}
	_, err := shop.Pay(ctx, o.ID, pay)
	fmt.Println(fault.KindOf(err))

	paid := must(shop.Pay(ctx, o.ID, pay))
	fmt.Println(paid.Op.State, paid.Order.PaymentStatus)
	fmt.Println("charges at the gateway:", len(card.Charges()))
	// Output:
	// outcome unknown
	// succeeded paid
	// charges at the gateway: 1
}

// Money is held when the order is placed and taken when it is certain how much.
func ExampleClient_Capture() {
	ctx := context.Background()
	shop := exampleShop()
	o := must(shop.Place(ctx, tees(2)))

	held := must(shop.Pay(ctx, o.ID, oms.Payment{Gateway: "card", Source: "tok_visa", Hold: true}))
	fmt.Println(held.Order.Status, held.Order.PaymentStatus)

	part := must(shop.Capture(ctx, o.ID, oms.Capture{Amount: money.MustParse("19.90 EUR")}))
	fmt.Println(part.Order.PaymentStatus)

	rest := must(shop.Capture(ctx, o.ID, oms.Capture{}))
	fmt.Println(rest.Order.PaymentStatus, rest.Tender.Totals.Captured)
	// Output:
	// confirmed authorized
	// partially_paid
	// paid 39.80 EUR
}

// The payer's bank wants to see him first. When his browser is back, the payment
// goes on.
func ExampleClient_Continue() {
	ctx := context.Background()
	shop := exampleShop()
	o := must(shop.Place(ctx, tees(2)))

	waiting := must(shop.Pay(ctx, o.ID, oms.Payment{Gateway: "card", Source: gateway.TokenAction}))
	fmt.Println(waiting.Op.State, waiting.Action != nil)

	paid := must(shop.Continue(ctx, oms.Comeback{Op: waiting.Op.ID}))
	fmt.Println(paid.Op.State, paid.Order.PaymentStatus)
	// Output:
	// action_required true
	// succeeded paid
}

// A bank transfer waits until somebody has seen it in the account.
func ExampleClient_Confirm() {
	ctx := context.Background()
	shop := exampleShop(func(cfg *oms.Config) {
		cfg.Gateways["bank"] = manual.BankTransfer(map[string]string{"iban": "DE02120300000000202051"})
	})
	o := must(shop.Place(ctx, tees(2)))
	waiting := must(shop.Pay(ctx, o.ID, oms.Payment{Gateway: "bank"}))
	fmt.Println(waiting.Op.State, "reference", waiting.Action.Fields["reference"])

	paid := must(shop.Confirm(ctx, waiting.Op.ID, oms.Confirmation{
		Found: payment.Confirmation{State: payment.Succeeded, Note: "statement of 3 March"},
	}))
	fmt.Println(paid.Op.State, paid.Order.PaymentStatus)
	// Output:
	// pending reference 1001
	// succeeded paid
}

// What the gateway tells of its own accord may come twice and late. The host hands
// over the raw request.
func ExampleClient_Webhook() {
	ctx := context.Background()
	card := gateway.New()
	shop := exampleShop(func(cfg *oms.Config) { cfg.Gateways["card"] = card })
	o := must(shop.Place(ctx, tees(2)))
	waiting := must(shop.Pay(ctx, o.ID, oms.Payment{Gateway: "card", Source: gateway.TokenPending}))
	fmt.Println(waiting.Op.State)

	card.Settle(waiting.Op.ID)
	for _, delivery := range card.Webhooks() {
		must(shop.Webhook(ctx, "card", delivery))
		must(shop.Webhook(ctx, "card", delivery))
	}
	fmt.Println(must(shop.Order(ctx, o.ID)).PaymentStatus)
	// Output:
	// pending
	// paid
}
