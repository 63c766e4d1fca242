package sandbox_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/go-oms/oms/fulfillment"
	"github.com/go-oms/oms/fulfillment/sandbox"
	"github.com/go-oms/oms/money"
)

var noon = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)

func request(reference string) fulfillment.BuyRequest {
	return fulfillment.BuyRequest{
		Reference: reference, At: noon,
		Consignment: fulfillment.Consignment{Parcels: []fulfillment.Parcel{{Grams: 1200}}, Currency: money.EUR},
	}
}

func TestLabelsAreNumberedAndPriced(t *testing.T) {
	c := sandbox.New()
	for i, want := range []fulfillment.Label{
		{Ref: "label-PX123", Reference: "a", Tracking: "PX123", Parcels: []string{"PX123"}, URL: "https://sandbox.invalid/labels/PX123", Service: "standard", Cost: money.MustParse("4.90 EUR")},
		{Ref: "label-PX124", Reference: "b", Tracking: "PX124", Parcels: []string{"PX124", "PX124-2"}, URL: "https://sandbox.invalid/labels/PX124", Service: "express", Cost: money.MustParse("20.80 EUR")},
	} {
		r := request(want.Reference)
		if i == 1 {
			r.Service = "express"
			r.Parcels = append(r.Parcels, fulfillment.Parcel{Grams: 100})
		}
		got, err := c.Buy(t.Context(), r)
		require.NoError(t, err)
		require.Equal(t, want, got)
	}
	rates, _, err := c.Rates(t.Context(), request("").Consignment)
	require.NoError(t, err)
	require.Equal(t, []fulfillment.Rate{
		{Service: "standard", Label: "Standard", Cost: money.MustParse("4.90 EUR"), MinDays: 2, MaxDays: 3},
		{Service: "express", Label: "Express", Cost: money.MustParse("10.90 EUR"), MinDays: 1, MaxDays: 1},
	}, rates)
	_, err = c.Buy(t.Context(), fulfillment.BuyRequest{Reference: "c", Service: "drone", Consignment: request("").Consignment})
	require.Equal(t, fulfillment.Refused, fulfillment.OutcomeOf(err))
}

func TestPriceDrift(t *testing.T) {
	c := sandbox.New()
	r := request("a")
	r.MaxCost = money.MustParse("4.90 EUR")
	c.Script("buy", sandbox.Fault{Rise: 1})
	_, err := c.Buy(t.Context(), r)
	var e *fulfillment.CarrierError
	require.ErrorAs(t, err, &e)
	require.Equal(t, fulfillment.ReasonPrice, e.Reason)
	label, err := c.Buy(t.Context(), r)
	require.NoError(t, err, "the next price is the usual one")
	require.Equal(t, money.MustParse("4.90 EUR"), label.Cost)
}

func TestFaultsAreScriptedPerOperation(t *testing.T) {
	calls := map[string]func(c *sandbox.Carrier) error{
		"rates": func(c *sandbox.Carrier) error { _, _, err := c.Rates(t.Context(), request("").Consignment); return err },
		"buy":   func(c *sandbox.Carrier) error { _, err := c.Buy(t.Context(), request("a")); return err },
		"void":  func(c *sandbox.Carrier) error { _, err := c.Void(t.Context(), "label-PX123"); return err },
		"track": func(c *sandbox.Carrier) error { _, err := c.Track(t.Context(), "PX123"); return err },
		"find":  func(c *sandbox.Carrier) error { _, err := c.Find(t.Context(), "a"); return err },
	}
	for op, call := range calls {
		for kind, want := range map[sandbox.Kind]fulfillment.Outcome{
			sandbox.NotSent: fulfillment.NotSent, sandbox.Refuse: fulfillment.Refused,
			sandbox.LoseEarly: fulfillment.Unknown, sandbox.LoseLate: fulfillment.Unknown,
		} {
			t.Run(fmt.Sprint(op, kind), func(t *testing.T) {
				c := sandbox.New()
				_, err := c.Buy(t.Context(), request("a"))
				require.NoError(t, err)
				c.Script(op, sandbox.Fault{}, sandbox.Fault{Kind: kind})
				require.NoError(t, call(c))
				err = call(c)
				require.Error(t, err)
				require.Equal(t, want, fulfillment.OutcomeOf(err))
				require.NoError(t, call(c), "the script is over")
			})
		}
	}
}

func TestLateLossHasTheEffect(t *testing.T) {
	for kind, want := range map[sandbox.Kind]int{sandbox.LoseEarly: 0, sandbox.LoseLate: 1, sandbox.NotSent: 0, sandbox.Refuse: 0} {
		c := sandbox.New()
		c.Script("buy", sandbox.Fault{Kind: kind})
		_, err := c.Buy(t.Context(), request("a"))
		require.Error(t, err)
		found, err := c.Find(t.Context(), "a")
		require.NoError(t, err)
		require.Len(t, found, want)
	}
}

func TestJourney(t *testing.T) {
	now := noon
	c := sandbox.NewWith(sandbox.Config{First: 7, Now: func() time.Time { return now }, Journey: []sandbox.Step{
		{After: time.Hour, Status: fulfillment.InTransit, Place: "Kiel"},
		{After: 3 * time.Hour, Status: fulfillment.Delivered},
	}})
	label, err := c.Buy(t.Context(), request("a"))
	require.NoError(t, err)
	require.Equal(t, "PX7", label.Tracking)
	c.Advance(24 * time.Hour)
	require.Empty(t, track(t, c, "PX7"), "with a clock, Advance does nothing")

	now = noon.Add(2 * time.Hour)
	kiel := fulfillment.Scan{EventID: "PX7-1", Status: fulfillment.InTransit, Code: "in_transit", Place: "Kiel", At: noon.Add(time.Hour)}
	require.Equal(t, []fulfillment.Scan{kiel}, track(t, c, "PX7"))
	now = noon.Add(3 * time.Hour)
	require.Len(t, track(t, c, "PX7"), 2)
}

func TestVoidEndsWithTheJourney(t *testing.T) {
	c := sandbox.New()
	for _, reference := range []string{"a", "b"} {
		_, err := c.Buy(t.Context(), request(reference))
		require.NoError(t, err)
	}
	result, err := c.Void(t.Context(), "label-PX123")
	require.NoError(t, err)
	require.Equal(t, fulfillment.Voided, result)
	c.Advance(48 * time.Hour)
	require.Empty(t, track(t, c, "PX123"), "a voided label goes nowhere")
	require.Equal(t, fulfillment.Delivered, track(t, c, "PX124")[2].Status)
	result, err = c.Void(t.Context(), "label-PX124")
	require.NoError(t, err)
	require.Equal(t, fulfillment.VoidRejected, result)
}

func track(t *testing.T, c *sandbox.Carrier, number string) []fulfillment.Scan {
	t.Helper()
	scans, err := c.Track(t.Context(), number)
	require.NoError(t, err)
	return scans
}
