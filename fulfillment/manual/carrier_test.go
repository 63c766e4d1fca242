package manual_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/go-oms/oms/fulfillment"
	"github.com/go-oms/oms/fulfillment/manual"
)

func request(tracking string) fulfillment.BuyRequest {
	return fulfillment.BuyRequest{
		Reference: "s1", Tracking: tracking, Service: "counter",
		Consignment: fulfillment.Consignment{Parcels: []fulfillment.Parcel{{}}},
	}
}

func TestTheTypedNumberIsTheLabel(t *testing.T) {
	want := fulfillment.Label{Ref: "s1", Reference: "s1", Tracking: "RR1", Service: "counter"}
	for range 2 {
		label, err := manual.New().Buy(t.Context(), request("RR1"))
		require.NoError(t, err)
		require.Equal(t, want, label)
	}
	report := fulfillment.PerformBuy(t.Context(), manual.New(), request("RR1"))
	require.Equal(t, fulfillment.LabelReport{State: fulfillment.LabelBought, Label: want}, report)
}

func TestUntrackedIsAskedFor(t *testing.T) {
	_, err := manual.New().Buy(t.Context(), request(""))
	require.Equal(t, fulfillment.Refused, fulfillment.OutcomeOf(err))
	label, err := manual.NewUntracked().Buy(t.Context(), request(""))
	require.NoError(t, err)
	require.Empty(t, label.Tracking)
}

func TestItKnowsNothing(t *testing.T) {
	c := manual.New()
	found, err := c.Find(t.Context(), "s1")
	require.NoError(t, err)
	require.Empty(t, found)
	result, err := c.Void(t.Context(), "s1")
	require.NoError(t, err)
	require.Equal(t, fulfillment.VoidNotApplicable, result)
}

func ExampleCarrier() {
	label, err := manual.New().Buy(context.Background(), fulfillment.BuyRequest{
		Reference: "0195a000-0000-7000-8000-000000000000", Tracking: "RR123456785DE",
		Consignment: fulfillment.Consignment{Parcels: []fulfillment.Parcel{{Grams: 300}}},
	})
	fmt.Println(label.Tracking, err)
	// Output: RR123456785DE <nil>
}
