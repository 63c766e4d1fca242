package fulfillment_test

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/go-oms/oms/event"
	"github.com/go-oms/oms/fulfillment"
	"github.com/go-oms/oms/fulfillment/sandbox"
	"github.com/go-oms/oms/money"
	"github.com/go-oms/oms/quantity"
)

// Three shirts leave in two shipments, and the last piece is given up.
func Example_splitShipment() {
	at := time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)
	cmd := event.Command{Now: at, At: at, IDs: event.NewIDs(uuid.MustParse("0195a000-0000-7000-8000-000000000000"))}
	line := cmd.IDs.Next()
	f := fulfillment.Create(cmd, cmd.IDs.Next(), "main", []fulfillment.Line{
		{LineID: line, SKU: "TEE-M", Quantity: quantity.Of(4)},
	})

	for _, n := range []int32{2, 1} {
		next, shipment, err := f.Plan(cmd, fulfillment.Pick{
			Lines:   []fulfillment.LineQuantity{{LineID: line, Quantity: quantity.Of(n)}},
			Carrier: "post",
		})
		if err != nil {
			fmt.Println(err)
			return
		}
		f, err = next.RecordLabel(shipment, fulfillment.Label{Ref: "l"}, at)
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(f.Status, "open:", f.Open()[0].Quantity)
	}
	_, err := f.Cancel([]fulfillment.LineQuantity{{LineID: line, Quantity: quantity.Of(2)}})
	fmt.Println(err != nil)
	f, err = f.Cancel(nil)
	fmt.Println(f.Status, err)
	// Output:
	// in_progress open: 2
	// in_progress open: 1
	// true
	// closed <nil>
}

// A shipment is committed, its label is bought although the first answer gets
// lost, and its scans arrive in the wrong order.
func Example_labelAndTracking() {
	ctx := context.Background()
	at := time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)
	cmd := event.Command{Now: at, At: at, IDs: event.NewIDs(uuid.MustParse("0195a000-0000-7000-8000-000000000000"))}
	f := fulfillment.Create(cmd, cmd.IDs.Next(), "main", []fulfillment.Line{
		{LineID: cmd.IDs.Next(), SKU: "TEE-M", Quantity: quantity.Of(1)},
	})
	f, id, _ := f.Plan(cmd, fulfillment.Pick{Carrier: "post", Parcels: []fulfillment.Parcel{{Grams: 400}}})

	carrier := sandbox.New()
	carrier.Script("buy", sandbox.Fault{Kind: sandbox.LoseLate})
	request, _ := f.Request(id, fulfillment.Address{}, fulfillment.Address{Country: "GB"}, money.GBP)

	f, _ = f.RecordReport(id, fulfillment.PerformBuy(ctx, carrier, request), at)
	fmt.Println(f.Shipment(id).Status)
	f, _ = f.RecordReport(id, fulfillment.PerformResolve(ctx, carrier, request), at)
	fmt.Println(f.Shipment(id).Status, f.Shipment(id).Tracking, f.Shipment(id).Cost)

	carrier.Advance(48 * time.Hour)
	scans, _ := carrier.Track(ctx, f.Shipment(id).Tracking)
	for i := range scans {
		f, _ = f.RecordScan(id, scans[len(scans)-1-i])
	}
	fmt.Println(f.Shipment(id).Status, f.Shipment(id).DeliveredAt.Format(time.DateTime), len(f.Shipment(id).Scans))
	// Output:
	// label_in_doubt
	// shipped PX123 4.40 GBP
	// delivered 2026-03-04 00:00:00 3
}

func ExampleMethods() {
	methods := fulfillment.Methods{
		fulfillment.Table{
			Offer: fulfillment.Offer{Code: "parcel", Label: "Parcel", MinDays: 1, MaxDays: 3},
			Zones: []fulfillment.Zone{
				{
					Name: "Germany", Places: []fulfillment.Place{{Country: "DE"}},
					Bands: []fulfillment.Band{
						{UpToGrams: 2000, Price: money.MustParse("3.90 EUR")},
						{UpToGrams: 31500, Price: money.MustParse("6.90 EUR")},
					},
					FreeFrom: money.MustParse("100.00 EUR"),
				},
				{
					Name: "Islands", Places: []fulfillment.Place{{Country: "DE", PostalPrefix: "259"}},
					Bands: []fulfillment.Band{{Price: money.MustParse("14.90 EUR")}},
				},
			},
		},
		fulfillment.Pickup{Offer: fulfillment.Offer{Code: "pickup", Label: "Collect in Berlin"}},
	}
	r := fulfillment.QuoteRequest{
		Currency: money.EUR, Goods: money.MustParse("35.00 EUR"), Grams: 2500, Quantity: quantity.Of(2),
	}
	for _, code := range []string{"10115", "25992"} {
		r.To = fulfillment.Destination{Country: "DE", PostalCode: code}
		option, err := methods.Choose("parcel", r)
		fmt.Println(option.Price, err)
	}
	r.To = fulfillment.Destination{Country: "US"}
	_, err := methods.Choose("parcel", r)
	fmt.Println(err)
	// Output:
	// 6.90 EUR <nil>
	// 14.90 EUR <nil>
	// fulfillment: shipping method "parcel": no zone for US: on offer: pickup
}

func ExampleBillable() {
	grams, err := fulfillment.Billable(fulfillment.Parcel{Grams: 900, Length: 400, Width: 300, Height: 200}, 5000, 500)
	fmt.Println(grams, err)
	// Output: 5000 <nil>
}
