package main

import (
	"context"
	"fmt"
	"time"

	"github.com/go-oms/oms"
	"github.com/go-oms/oms/fault"
	"github.com/go-oms/oms/inventory"
	"github.com/go-oms/oms/payment/sandbox"
	"github.com/go-oms/oms/quantity"
)

// yesterday leaves what a day leaves behind: two orders that nobody paid, one whose
// payment got no answer, and one that waits for goods, which then come in. Done
// again it changes nothing.
func yesterday(ctx context.Context, file string, gateway *sandbox.Gateway) error {
	shop, closeAll, err := open(ctx, file, gateway, func() time.Time { return time.Now().Add(-48 * time.Hour) })
	if err != nil {
		return err
	}
	defer closeAll()
	stock := func(key string, tees int32) error {
		return shop.Inventory.Receive(ctx, inventory.Receipt{Key: key, SKU: "TEE-M", Location: "main", Quantity: quantity.Of(tees)})
	}
	if err := stock("delivery-1", 6); err != nil {
		return err
	}
	err = shop.Inventory.SetPolicy(ctx, inventory.Policy{Key: "policy-1", SKU: "TEE-M", Location: "main", BackorderLimit: quantity.Of(10)})
	if err != nil {
		return err
	}
	for i, tees := range []int32{2, 2, 2, 3} {
		o, err := shop.Place(ctx, oms.Cart{
			Key:   fmt.Sprint("cart-", i),
			Lines: []oms.CartLine{{SKU: "TEE-M", Quantity: quantity.Of(tees), Backorder: true}},
		})
		if err != nil {
			return err
		}
		pay := oms.Payment{Key: fmt.Sprint("pay-", i), Gateway: "card", Source: "tok_visa"}
		switch i {
		case 2:
			pay.Source = sandbox.TokenLost
			if _, err = shop.Pay(ctx, o.ID, pay); fault.KindOf(err) == fault.Unknown {
				err = nil
			}
		case 3:
			_, err = shop.Pay(ctx, o.ID, pay)
		}
		if err != nil {
			return err
		}
	}
	return stock("delivery-2", 9)
}
