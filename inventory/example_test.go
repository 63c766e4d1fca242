package inventory_test

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/go-oms/oms/event"
	"github.com/go-oms/oms/inventory"
	"github.com/go-oms/oms/quantity"
)

func exampleService() (*inventory.Service, *clock) {
	c := &clock{now: time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)}
	return inventory.NewService(newFake(), event.Issuer{Now: c.Now, NewID: ids()}), c
}

func Example() {
	ctx := context.Background()
	stock, _ := exampleService()

	err := stock.Receive(ctx, inventory.Receipt{SKU: "TEE-M", Location: "main", Quantity: quantity.Of(3)})
	if err != nil {
		fmt.Println(err)
		return
	}
	available, err := stock.Available(ctx, "TEE-M")
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(available[0].SKU, available[0].Available)
	// Output: TEE-M 3
}

func ExampleService_Reserve() {
	ctx := context.Background()
	stock, clock := exampleService()
	err := stock.Receive(ctx, inventory.Receipt{SKU: "TEE-M", Location: "main", Quantity: quantity.Of(3)})
	if err != nil {
		fmt.Println(err)
		return
	}

	lines := []inventory.HoldLine{{SKU: "TEE-M", Quantity: quantity.Of(2)}}
	holds, err := stock.Reserve(ctx, inventory.Hold{CartID: "cart-1", Lines: lines, TTL: 10 * time.Minute})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println("kept until", holds[0].ExpiresAt.Format(time.TimeOnly))

	_, err = stock.Reserve(ctx, inventory.Hold{CartID: "cart-2", Lines: lines})
	var shortage *inventory.ShortageError
	if errors.As(err, &shortage) {
		fmt.Println("only", shortage.Shorts[0].Available, "left")
	}

	clock.pass(10 * time.Minute)
	_, err = stock.Reserve(ctx, inventory.Hold{CartID: "cart-2", Lines: lines})
	fmt.Println("ten minutes later:", err)
	// Output:
	// kept until 09:10:00
	// only 1 left
	// ten minutes later: <nil>
}

func ExampleFewestSplits() {
	plan, err := inventory.FewestSplits{}.Source(inventory.SourcingRequest{
		Demands: []inventory.Demand{
			{LineID: uuid.UUID{15: 1}, SKU: "CUP", Quantity: quantity.Of(4)},
			{LineID: uuid.UUID{15: 2}, SKU: "TEA", Quantity: quantity.MustParse("0.250")},
		},
		Levels: []inventory.Level{
			{SKU: "CUP", Location: "main", OnHand: quantity.Of(3)},
			{SKU: "CUP", Location: "shop", OnHand: quantity.Of(9)},
			{SKU: "TEA", Location: "main", OnHand: quantity.Of(5)},
			{SKU: "TEA", Location: "shop", OnHand: quantity.Of(1)},
		},
		Locations: []inventory.Location{{Code: "main"}, {Code: "shop", Priority: 1}},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, a := range plan.Assignments {
		fmt.Println(a.SKU, a.Quantity, "from", a.Location)
	}
	// Output:
	// CUP 4 from shop
	// TEA 0.25 from shop
}

func ExampleService_Count() {
	ctx := context.Background()
	stock, _ := exampleService()
	err := stock.Receive(ctx, inventory.Receipt{SKU: "TEE-M", Location: "main", Quantity: quantity.Of(3)})
	if err != nil {
		fmt.Println(err)
		return
	}
	result, err := stock.Count(ctx, inventory.Count{SKU: "TEE-M", Location: "main", Counted: quantity.Of(2)})
	fmt.Println(result.Expected, result.Counted, result.Difference, err)
	// Output: 3 2 -1 <nil>
}
