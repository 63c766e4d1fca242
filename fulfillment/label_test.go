package fulfillment_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/go-oms/oms/fault"
	"github.com/go-oms/oms/fulfillment"
	"github.com/go-oms/oms/money"
	"github.com/go-oms/oms/quantity"
)

func TestRecordLabel(t *testing.T) {
	f, id, err := fresh().Plan(command(), fulfillment.Pick{Carrier: "post", Service: "eco", Tracking: "typed", Parcels: []fulfillment.Parcel{
		{Contents: []fulfillment.ParcelLine{holds(tee, 2)}}, {Contents: []fulfillment.ParcelLine{holds(mug, 1)}},
	}})
	require.NoError(t, err)
	unchanged(t, f)

	label := fulfillment.Label{
		Ref: "label-7", Tracking: "PX7", Parcels: []string{"PX7", "PX7-2"}, URL: "https://example.org/7", Cost: money.MustParse("3.90 EUR"),
	}
	next, err := f.RecordLabel(id, label, noon.Add(time.Hour))
	require.NoError(t, err)
	require.NoError(t, next.Check())
	s := next.Shipment(id)
	require.Equal(t, fulfillment.Shipped, s.Status)
	require.Equal(t, "PX7", s.Tracking)
	require.Equal(t, "eco", s.Service, "a label that names no service keeps the one asked for")
	require.Equal(t, []string{"", "PX7-2"}, []string{s.Parcels[0].Tracking, s.Parcels[1].Tracking})
	require.Equal(t, money.MustParse("3.90 EUR"), s.Cost)
	require.Equal(t, noon.Add(time.Hour), s.ShippedAt)
	require.Zero(t, s.NextAt)
	require.Equal(t, []fulfillment.Move{
		{LineID: tee, SKU: "TEE", Shipped: quantity.Of(2)}, {LineID: mug, SKU: "MUG", Shipped: quantity.Of(1)},
	}, fulfillment.Moved(f, next))

	same, err := next.RecordLabel(id, label, noon.Add(2*time.Hour))
	require.NoError(t, err)
	require.Same(t, next, same, "the same label twice")

	second, err := next.RecordLabel(id, fulfillment.Label{Ref: "label-8", Tracking: "PX8"}, noon)
	require.NoError(t, err)
	require.Contains(t, second.Shipment(id).Problem, "label-8")
	require.Empty(t, fulfillment.Moved(next, second), "a second label ships nothing")
	again, err := second.RecordLabel(id, fulfillment.Label{Ref: "label-8", Tracking: "PX8"}, noon)
	require.NoError(t, err)
	require.Same(t, second, again)
}

func TestAttemptsWithoutALabel(t *testing.T) {
	f, id := plan(t, fresh(), of(tee, 3))
	unchanged(t, f)

	unsent, err := f.RecordLabelUnsent(id, "no route", noon)
	require.NoError(t, err)
	require.Equal(t, fulfillment.LabelWanted, unsent.Shipment(id).Status)
	require.Equal(t, noon.Add(time.Minute), unsent.Shipment(id).NextAt)
	require.Equal(t, "no route", unsent.Shipment(id).Problem)

	doubt, err := unsent.RecordLabelInDoubt(id, "timeout", noon)
	require.NoError(t, err)
	require.NoError(t, doubt.Check())
	require.Equal(t, fulfillment.LabelInDoubt, doubt.Shipment(id).Status)
	require.Equal(t, 2, doubt.Shipment(id).Attempts)
	require.Equal(t, noon.Add(time.Hour), doubt.Shipment(id).NextAt)
	require.Equal(t, []fulfillment.LineQuantity{of(mug, 2)}, doubt.Open(), "what is in doubt is not open")

	still, err := doubt.RecordLabelUnsent(id, "no route", noon)
	require.NoError(t, err)
	require.Equal(t, fulfillment.LabelInDoubt, still.Shipment(id).Status, "an unsent question settles no doubt")

	failed, err := still.RecordLabelFailure(id, "refused")
	require.NoError(t, err)
	require.NoError(t, failed.Check())
	require.Equal(t, fulfillment.Open, failed.Status)
	require.Equal(t, []fulfillment.LineQuantity{of(tee, 3), of(mug, 2)}, failed.Open())
	require.Zero(t, failed.Shipment(id).NextAt)
	for _, late := range []func() (*fulfillment.Fulfillment, error){
		func() (*fulfillment.Fulfillment, error) { return failed.RecordLabelInDoubt(id, "late", noon) },
		func() (*fulfillment.Fulfillment, error) { return failed.RecordLabelUnsent(id, "late", noon) },
		func() (*fulfillment.Fulfillment, error) { return failed.RecordLabelFailure(id, "late") },
	} {
		same, err := late()
		require.NoError(t, err)
		require.Same(t, failed, same)
	}
}

func TestLateLabels(t *testing.T) {
	f, id := plan(t, fresh(), of(tee, 3))
	failed, err := f.RecordLabelFailure(id, "given up")
	require.NoError(t, err)
	label := fulfillment.Label{Ref: "late", Tracking: "PX9", Cost: money.MustParse("4.00 EUR")}

	shipped, err := failed.RecordLabel(id, label, noon)
	require.NoError(t, err)
	require.NoError(t, shipped.Check())
	require.Equal(t, fulfillment.Shipped, shipped.Shipment(id).Status, "the goods are still there: it left after all")

	taken, _ := plan(t, failed, of(tee, 1))
	contradiction, err := taken.RecordLabel(id, label, noon)
	require.NoError(t, err)
	require.NoError(t, contradiction.Check())
	s := contradiction.Shipment(id)
	require.Equal(t, fulfillment.LabelFailed, s.Status)
	require.Equal(t, "late", s.LabelRef)
	require.Contains(t, s.Problem, "void it")
	require.Empty(t, fulfillment.Moved(taken, contradiction))
	again, err := contradiction.RecordLabel(id, label, noon)
	require.NoError(t, err)
	require.Same(t, contradiction, again)
}

func TestLabelOfAnUnknownShipment(t *testing.T) {
	f := fresh()
	_, err1 := f.RecordLabel(tee, fulfillment.Label{}, noon)
	_, err2 := f.RecordLabelFailure(tee, "")
	_, err3 := f.RecordLabelInDoubt(tee, "", noon)
	_, err4 := f.RecordLabelUnsent(tee, "", noon)
	_, err5 := f.RecordReport(tee, fulfillment.LabelReport{}, noon)
	_, err6 := f.RecordScan(tee, fulfillment.Scan{Status: fulfillment.Delivered, At: noon})
	_, err7 := f.Request(tee, fulfillment.Address{}, fulfillment.Address{}, money.EUR)
	for _, err := range []error{err1, err2, err3, err4, err5, err6, err7} {
		var unknown *fault.NotFoundError
		require.ErrorAs(t, err, &unknown)
	}
}

func TestRecordReport(t *testing.T) {
	f, id := plan(t, fresh())
	for state, want := range map[fulfillment.LabelState]fulfillment.ShipmentStatus{
		fulfillment.LabelBought:   fulfillment.Shipped,
		fulfillment.LabelRefused:  fulfillment.LabelFailed,
		fulfillment.LabelUnsent:   fulfillment.LabelWanted,
		fulfillment.LabelDoubtful: fulfillment.LabelInDoubt,
	} {
		next, err := f.RecordReport(id, fulfillment.LabelReport{State: state, Problem: "look at it"}, noon)
		require.NoError(t, err)
		require.NoError(t, next.Check())
		require.Equal(t, want, next.Shipment(id).Status)
		require.Equal(t, "look at it", next.Shipment(id).Problem)
		require.Equal(t, 1, next.Shipment(id).Attempts)
	}
}

func TestNextLabel(t *testing.T) {
	var doubts, retries []time.Duration
	for n := 1; n <= 7; n++ {
		doubts = append(doubts, fulfillment.NextLabel(fulfillment.LabelInDoubt, n, noon).Sub(noon))
	}
	const day = 24 * time.Hour
	require.Equal(t, []time.Duration{5 * time.Minute, time.Hour, day, day, day, day, day}, doubts)
	require.Zero(t, fulfillment.NextLabel(fulfillment.LabelInDoubt, 8, noon), "then a person looks at it")

	for n := 1; n <= 8; n++ {
		retries = append(retries, fulfillment.NextLabel(fulfillment.LabelWanted, n, noon).Sub(noon))
	}
	require.IsIncreasing(t, retries[:7])
	require.Zero(t, fulfillment.NextLabel(fulfillment.LabelWanted, 9, noon))

	require.Zero(t, fulfillment.NextLabel(fulfillment.LabelInDoubt, 0, noon))
	require.Zero(t, fulfillment.NextLabel(fulfillment.LabelInDoubt, -1, noon))
	require.Zero(t, fulfillment.NextLabel(fulfillment.Shipped, 1, noon))
	local := noon.In(time.FixedZone("", 3600)).Add(time.Nanosecond)
	require.Equal(t, noon.Add(5*time.Minute), fulfillment.NextLabel(fulfillment.LabelInDoubt, 1, local))
}

func TestRequestIsTheSameAtEveryAttempt(t *testing.T) {
	f, id, err := fresh().Plan(command(), fulfillment.Pick{
		Carrier: "post", Service: "eco", Tracking: "T1", MaxCost: money.MustParse("5.00 EUR"), Parcels: []fulfillment.Parcel{{Grams: 100}},
	})
	require.NoError(t, err)
	to := fulfillment.Address{Name: "Ada", Country: "GB"}
	first, err := f.Request(id, fulfillment.Address{}, to, money.EUR)
	require.NoError(t, err)
	require.Equal(t, fulfillment.BuyRequest{
		Reference: id.String(), Service: "eco", Tracking: "T1", MaxCost: money.MustParse("5.00 EUR"), At: noon,
		Consignment: fulfillment.Consignment{To: to, Parcels: f.Shipment(id).Parcels, Currency: money.EUR},
	}, first)
	doubt, err := f.RecordLabelInDoubt(id, "timeout", noon)
	require.NoError(t, err)
	second, err := doubt.Request(id, fulfillment.Address{}, to, money.EUR)
	require.NoError(t, err)
	require.Equal(t, first, second)
}
