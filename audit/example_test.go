package audit_test

import (
	"context"
	"fmt"
	"time"

	"github.com/go-oms/oms"
	"github.com/go-oms/oms/audit"
	"github.com/go-oms/oms/event"
	"github.com/go-oms/oms/inventory"
	"github.com/go-oms/oms/money"
	"github.com/go-oms/oms/order"
	"github.com/go-oms/oms/quantity"
	"github.com/go-oms/oms/storage/memory"
)

// shopWithAnOrder is a shop that has sold something.
func shopWithAnOrder() (*memory.Store, *order.Order) {
	ctx := context.Background()
	store := memory.New()
	shop, err := oms.New(oms.Config{Store: store, Prices: order.PriceList{"MUG": money.MustParse("8.50 EUR")}})
	if err != nil {
		panic(err)
	}
	if err := shop.Inventory.Receive(ctx, inventory.Receipt{SKU: "MUG", Location: "main", Quantity: quantity.Of(5)}); err != nil {
		panic(err)
	}
	o, err := shop.Place(ctx, oms.Cart{Lines: []oms.CartLine{{SKU: "MUG", Quantity: quantity.Of(1)}}})
	if err != nil {
		panic(err)
	}
	return store, o
}

// The history of a shop is sealed, and a proof of one order is taken out.
func Example() {
	ctx := context.Background()
	store, o := shopWithAnOrder()
	key := audit.Key("thirty-two random bytes or more…") // from where secrets are kept

	seal, err := audit.Next(ctx, store, "", key, nil, time.Now(), 0)
	if err != nil {
		panic(err)
	}
	seals := []audit.Seal{*seal} // kept where nobody changes them

	report, err := audit.Verify(ctx, store, "", key, seals)
	if err != nil {
		panic(err)
	}
	fmt.Println("clean:", report.Clean(), "events:", report.Events)

	proof, err := audit.Prove(ctx, store, seals, audit.Subject{Aggregate: event.Order, ID: o.ID})
	if err != nil {
		panic(err)
	}
	fmt.Println("proof:", proof.Entries[0].Type, proof.Check(key))

	proof.Entries[0].ActorID = "somebody else"
	fmt.Println(proof.Check(key) != nil)
	// Output:
	// clean: true events: 2
	// proof: order.placed <nil>
	// true
}
