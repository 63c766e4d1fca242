package sandbox_test

import (
	"context"
	"fmt"
	"time"

	"github.com/go-oms/oms/fulfillment"
	"github.com/go-oms/oms/fulfillment/sandbox"
	"github.com/go-oms/oms/money"
)

// The answer to a purchase is lost on its way back: the label exists, and asking
// for it again under the same reference costs nothing more.
func ExampleCarrier_Script() {
	ctx := context.Background()
	carrier := sandbox.New()
	carrier.Script("buy", sandbox.Fault{Kind: sandbox.LoseLate})
	request := fulfillment.BuyRequest{
		Reference:   "shipment-1",
		Consignment: fulfillment.Consignment{Parcels: []fulfillment.Parcel{{Grams: 700}}, Currency: money.EUR},
	}
	_, err := carrier.Buy(ctx, request)
	fmt.Println(err)
	label, err := carrier.Buy(ctx, request)
	fmt.Println(label.Tracking, label.Cost, err)

	carrier.Advance(31 * time.Hour)
	scans, _ := carrier.Track(ctx, label.Tracking)
	for _, s := range scans {
		fmt.Println(s.Status, s.Place)
	}
	// Output:
	// carrier: buy: outcome unknown: answer_lost: scripted
	// PX123 4.40 EUR <nil>
	// in_transit Sorting centre
	// out_for_delivery Delivery base
}
