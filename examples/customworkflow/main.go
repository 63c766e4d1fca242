// Command customworkflow gives the orders of companies a life of their own: they
// wait for an approval, which depends on the amount and on who asks. approval.go is
// the workflow, as data. What is shown: what is allowed to whom, an approval, a
// rejection with its reason, and an order that nobody decides about.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"os"
	"strings"
	"time"

	"github.com/go-oms/oms"
	"github.com/go-oms/oms/event"
	"github.com/go-oms/oms/inventory"
	"github.com/go-oms/oms/money"
	"github.com/go-oms/oms/order"
	"github.com/go-oms/oms/payment/sandbox"
	"github.com/go-oms/oms/quantity"
	"github.com/go-oms/oms/storage/memory"
)

func main() {
	if err := run(context.Background(), os.Stdout); err != nil {
		log.Fatal(err)
	}
}

func run(ctx context.Context, out io.Writer) error {
	clock := time.Now()
	shop, err := oms.New(oms.Config{
		Store:     memory.New(),
		Prices:    order.PriceList{"CHAIR": money.MustParse("120.00 EUR")},
		Gateways:  oms.Gateways{"card": sandbox.New()},
		Workflows: []order.Workflow{approval()},
		Rules:     rules(),
		Now:       func() time.Time { return clock }, // to let time pass here; leave it out
	})
	if err != nil {
		return err
	}
	err = shop.Inventory.Receive(ctx, inventory.Receipt{Key: "delivery-1", SKU: "CHAIR", Location: "main", Quantity: quantity.Of(30)})
	if err != nil {
		return err
	}
	desk := desk{
		clerk:    shop.As(event.Actor{Kind: event.Staff, ID: "7"}),
		buyer:    shop.As(event.Actor{Kind: event.Staff, ID: "2", Roles: []string{buyer}}),
		director: shop.As(event.Actor{Kind: event.Staff, ID: "1", Roles: []string{director}}),
	}
	if err := desk.approved(ctx, out); err != nil {
		return err
	}
	if err := desk.rejected(ctx, out); err != nil {
		return err
	}

	forgotten, err := shop.Place(ctx, chairs("cart-3", 2))
	if err != nil {
		return err
	}
	clock = clock.Add(73 * time.Hour)
	if _, err := shop.RunOnce(ctx); err != nil { // what shop.Run does all the time
		return err
	}
	if forgotten, err = shop.Order(ctx, forgotten.ID); err != nil {
		return err
	}
	fmt.Fprintln(out, "after three days:", forgotten.Status)
	levels, err := shop.Inventory.Levels(ctx, "CHAIR")
	if err != nil {
		return err
	}
	fmt.Fprintln(out, "chairs left:", levels[0].Available())
	return nil
}

// desk is the shop as each of them sees it.
type desk struct{ clerk, buyer, director *oms.Client }

// approved is an order of 960 euros, which is beyond the buyer: the director
// approves of it, and only then can it be paid and shipped.
func (d desk) approved(ctx context.Context, out io.Writer) error {
	big, err := d.clerk.Place(ctx, chairs("cart-1", 8))
	if err != nil {
		return err
	}
	fmt.Fprintln(out, "placed", big.Status, big.Totals.Total)
	for _, who := range []*oms.Client{d.clerk, d.buyer, d.director} {
		may, err := allowed(ctx, who, big)
		if err != nil {
			return err
		}
		fmt.Fprintln(out, "may:", may)
	}
	_, err = d.clerk.Ship(ctx, big.ID, oms.Shipping{Key: "ship-1"})
	refusal(out, "shipping before the approval", err)
	_, err = d.buyer.Act(ctx, big.ID, oms.Action{Key: "approve-1", Name: approve})
	refusal(out, "approval by the buyer", err)
	if big, err = d.director.Act(ctx, big.ID, oms.Action{Key: "approve-2", Name: approve}); err != nil {
		return err
	}
	fmt.Fprintln(out, "approved:", big.Status)
	if _, err := d.clerk.Pay(ctx, big.ID, oms.Payment{Key: "pay-1", Gateway: "card", Source: "tok_visa"}); err != nil {
		return err
	}
	if _, err := d.clerk.Ship(ctx, big.ID, oms.Shipping{Key: "ship-2"}); err != nil {
		return err
	}
	if big, err = d.clerk.Deliver(ctx, big.ID, oms.Delivery{Key: "deliver-1"}); err != nil {
		return err
	}
	fmt.Fprintln(out, "delivered:", big.Status)
	return nil
}

// rejected is an order that the buyer does not want.
func (d desk) rejected(ctx context.Context, out io.Writer) error {
	small, err := d.clerk.Place(ctx, chairs("cart-2", 1))
	if err != nil {
		return err
	}
	_, err = d.buyer.Act(ctx, small.ID, oms.Action{Key: "reject-1", Name: reject})
	refusal(out, "rejection without a reason", err)
	if small, err = d.buyer.Act(ctx, small.ID, oms.Action{Key: "reject-2", Name: reject, Reason: "we have enough chairs"}); err != nil {
		return err
	}
	fmt.Fprintln(out, "rejected:", small.Status, "for", small.CloseReason)
	return nil
}

// allowed lists what can be done with an order now, as a page would draw buttons.
func allowed(ctx context.Context, as *oms.Client, o *order.Order) (string, error) {
	allowances, err := as.Allowed(ctx, o.ID)
	if err != nil {
		return "", err
	}
	var may []string
	for _, a := range allowances {
		if a.Allowed && !a.Automatic {
			may = append(may, a.Action)
		}
	}
	return strings.Join(may, " "), nil
}

// refusal prints why the workflow does not allow something.
func refusal(out io.Writer, what string, err error) {
	var refused *order.NotAllowedError
	if errors.As(err, &refused) {
		fmt.Fprintf(out, "%s: %s\n", what, refused.Denials[0].Code)
	} else {
		fmt.Fprintf(out, "%s: %v\n", what, err)
	}
}

func chairs(key string, n int32) oms.Cart {
	return oms.Cart{Key: key, Lines: []oms.CartLine{{SKU: "CHAIR", Quantity: quantity.Of(n)}}}
}
