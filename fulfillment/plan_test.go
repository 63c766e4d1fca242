package fulfillment_test

import (
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/go-oms/oms/fault"
	"github.com/go-oms/oms/fulfillment"
	"github.com/go-oms/oms/money"
	"github.com/go-oms/oms/quantity"
)

func TestCreate(t *testing.T) {
	f := fresh()
	require.Equal(t, fulfillment.Open, f.Status)
	require.Equal(t, noon, f.CreatedAt)
	require.Equal(t, []fulfillment.LineQuantity{of(tee, 3), of(mug, 2)}, f.Open())
	require.NoError(t, f.Check())
}

func TestPlanTakesEverythingOpen(t *testing.T) {
	f := fresh()
	unchanged(t, f)
	next, id := plan(t, f)
	require.Equal(t, fulfillment.InProgress, next.Status)
	require.Empty(t, next.Open())
	s := next.Shipment(id)
	require.Equal(t, fulfillment.LabelWanted, s.Status)
	require.Equal(t, noon.Add(fulfillment.LabelGrace), s.NextAt)
	require.Equal(t, []fulfillment.Parcel{{Contents: []fulfillment.ParcelLine{
		{LineID: tee, SKU: "TEE", Quantity: quantity.Of(3)}, {LineID: mug, SKU: "MUG", Quantity: quantity.Of(2)},
	}}}, s.Parcels)
}

func TestPlanWithoutACarrierAsksNobody(t *testing.T) {
	next, id, err := fresh().Plan(command(), fulfillment.Pick{})
	require.NoError(t, err)
	require.Equal(t, fulfillment.LabelWanted, next.Shipment(id).Status)
	require.Zero(t, next.Shipment(id).NextAt)
}

func TestPlanCountsWhatIsUnderWay(t *testing.T) {
	f, _ := plan(t, fresh(), of(tee, 2))
	require.Equal(t, []fulfillment.LineQuantity{of(tee, 1), of(mug, 2)}, f.Open())

	_, _, err := f.Plan(command(), fulfillment.Pick{Carrier: "post", Lines: []fulfillment.LineQuantity{of(tee, 2)}})
	var short *fulfillment.QuantityError
	require.ErrorAs(t, err, &short)
	require.Equal(t, fulfillment.QuantityError{LineID: tee, SKU: "TEE", Asked: quantity.Of(2), Open: quantity.Of(1)}, *short)
	require.Equal(t, fault.Rejected, fault.KindOf(err))

	// One line asked for twice is summed before it is compared.
	_, _, err = f.Plan(command(), fulfillment.Pick{Carrier: "post", Lines: []fulfillment.LineQuantity{of(tee, 1), of(tee, 1)}})
	require.ErrorAs(t, err, &short)

	f, _ = plan(t, f)
	_, _, err = f.Plan(command(), fulfillment.Pick{Carrier: "post"})
	var nothing *fulfillment.NothingOpenError
	require.ErrorAs(t, err, &nothing)
	require.Equal(t, fulfillment.InProgress, nothing.Status)
}

func TestPlanPacks(t *testing.T) {
	two := []fulfillment.Parcel{
		{Grams: 500, Contents: []fulfillment.ParcelLine{holds(tee, 2)}},
		{Grams: 900, Contents: []fulfillment.ParcelLine{holds(tee, 1), holds(mug, 2)}},
	}
	f := fresh()
	next, id, err := f.Plan(command(), fulfillment.Pick{Carrier: "post", Parcels: two})
	require.NoError(t, err)
	require.NoError(t, next.Check())
	require.Equal(t, []fulfillment.LineQuantity{of(tee, 3), of(mug, 2)}, next.Shipment(id).Contents())
	require.Equal(t, "MUG", next.Shipment(id).Parcels[1].Contents[1].SKU)
	require.Empty(t, two[1].Contents[1].SKU, "the caller's parcels were written to")
	require.Equal(t, int64(1400), next.Shipment(id).Grams())

	// Without lines, the parcels say what leaves, be it less than everything.
	next, id, err = f.Plan(command(), fulfillment.Pick{Carrier: "post", Parcels: two[:1]})
	require.NoError(t, err)
	require.Equal(t, []fulfillment.LineQuantity{of(tee, 2)}, next.Shipment(id).Contents())
	require.Equal(t, []fulfillment.LineQuantity{of(tee, 1), of(mug, 2)}, next.Open())

	// A single parcel that is only weighed holds everything.
	next, id, err = f.Plan(command(), fulfillment.Pick{Carrier: "post", Parcels: []fulfillment.Parcel{{Grams: 700}}})
	require.NoError(t, err)
	require.Equal(t, []fulfillment.LineQuantity{of(tee, 3), of(mug, 2)}, next.Shipment(id).Contents())

	_, _, err = f.Plan(command(), fulfillment.Pick{
		Carrier: "post", Parcels: two, Lines: []fulfillment.LineQuantity{of(tee, 3), of(mug, 1)},
	})
	var packed *fulfillment.ParcelError
	require.ErrorAs(t, err, &packed)
	require.Equal(t, fulfillment.ParcelError{LineID: mug, SKU: "MUG", Packed: quantity.Of(2), Wanted: quantity.Of(1)}, *packed)
	require.Equal(t, fault.Rejected, fault.KindOf(err))
}

func TestPlanRefusesBadInput(t *testing.T) {
	long := strings.Repeat("x", 65)
	for name, p := range map[string]fulfillment.Pick{
		"carrier name":          {Carrier: long},
		"service":               {Carrier: "post", Service: long},
		"tracking":              {Carrier: "post", Tracking: "a\xff"},
		"tracking with a null":  {Carrier: "post", Tracking: "a\x00"},
		"max_cost":              {Carrier: "post", MaxCost: money.MustParse("-0.01 EUR")},
		"zero quantity":         {Carrier: "post", Lines: []fulfillment.LineQuantity{of(tee, 0)}},
		"negative quantity":     {Carrier: "post", Lines: []fulfillment.LineQuantity{of(tee, 2), of(tee, -1)}},
		"saturated quantity":    {Carrier: "post", Parcels: []fulfillment.Parcel{{Contents: []fulfillment.ParcelLine{{LineID: tee, Quantity: quantity.FromMicro(1<<63 - 1)}}}}},
		"weight":                {Carrier: "post", Parcels: []fulfillment.Parcel{{Grams: -1}}},
		"size":                  {Carrier: "post", Parcels: []fulfillment.Parcel{{Height: fulfillment.MaxMillimetres + 1}}},
		"empty parcel of two":   {Carrier: "post", Parcels: []fulfillment.Parcel{{Contents: []fulfillment.ParcelLine{holds(tee, 1)}}, {}}},
		"zero in a parcel":      {Carrier: "post", Parcels: []fulfillment.Parcel{{Contents: []fulfillment.ParcelLine{holds(tee, 0)}}}},
		"several empty parcels": {Carrier: "post", Parcels: []fulfillment.Parcel{{}, {}}},
	} {
		t.Run(name, func(t *testing.T) {
			f := fresh()
			unchanged(t, f)
			_, _, err := f.Plan(command(), p)
			var invalid *fault.InvalidError
			require.ErrorAs(t, err, &invalid)
		})
	}
	stranger := uuid.MustParse("00000000-0000-7000-8000-0000000000c1")
	for name, p := range map[string]fulfillment.Pick{
		"line":           {Carrier: "post", Lines: []fulfillment.LineQuantity{of(stranger, 1)}},
		"line in parcel": {Carrier: "post", Parcels: []fulfillment.Parcel{{Contents: []fulfillment.ParcelLine{holds(stranger, 1)}}}},
		"line beside":    {Carrier: "post", Lines: []fulfillment.LineQuantity{of(tee, 1)}, Parcels: []fulfillment.Parcel{{Contents: []fulfillment.ParcelLine{holds(tee, 1), holds(stranger, 1)}}}},
	} {
		t.Run(name, func(t *testing.T) {
			_, _, err := fresh().Plan(command(), p)
			var unknown *fault.NotFoundError
			require.ErrorAs(t, err, &unknown)
		})
	}
}

func TestCancel(t *testing.T) {
	f, _ := plan(t, fresh(), of(tee, 2))
	unchanged(t, f)

	_, err := f.Cancel([]fulfillment.LineQuantity{of(tee, 2)})
	var short *fulfillment.QuantityError
	require.ErrorAs(t, err, &short, "what is under way cannot be canceled")

	part, err := f.Cancel([]fulfillment.LineQuantity{of(tee, 1)})
	require.NoError(t, err)
	require.NoError(t, part.Check())
	require.Equal(t, []fulfillment.LineQuantity{of(mug, 2)}, part.Open())
	require.Equal(t, []fulfillment.Move{{LineID: tee, SKU: "TEE", Canceled: quantity.Of(1)}}, fulfillment.Moved(f, part))

	rest, err := part.Cancel(nil)
	require.NoError(t, err)
	require.Equal(t, fulfillment.InProgress, rest.Status, "a shipment is under way")
	_, err = rest.Cancel(nil)
	var nothing *fulfillment.NothingOpenError
	require.ErrorAs(t, err, &nothing)
}

func TestDeriveStatus(t *testing.T) {
	line := func(asked, shipped, canceled int32) fulfillment.Line {
		return fulfillment.Line{Quantity: quantity.Of(asked), Shipped: quantity.Of(shipped), Canceled: quantity.Of(canceled)}
	}
	in := func(s fulfillment.ShipmentStatus) []fulfillment.Shipment { return []fulfillment.Shipment{{Status: s}} }
	for name, c := range map[string]struct {
		want      fulfillment.Status
		lines     []fulfillment.Line
		shipments []fulfillment.Shipment
	}{
		"nothing happened":      {fulfillment.Open, []fulfillment.Line{line(3, 0, 0)}, nil},
		"a part given up":       {fulfillment.Open, []fulfillment.Line{line(3, 0, 2)}, nil},
		"one line given up":     {fulfillment.Open, []fulfillment.Line{line(3, 0, 3), line(1, 0, 0)}, nil},
		"a label failed":        {fulfillment.Open, []fulfillment.Line{line(3, 0, 0)}, in(fulfillment.LabelFailed)},
		"a label is wanted":     {fulfillment.InProgress, []fulfillment.Line{line(3, 0, 0)}, in(fulfillment.LabelWanted)},
		"a label is in doubt":   {fulfillment.InProgress, []fulfillment.Line{line(3, 0, 0)}, in(fulfillment.LabelInDoubt)},
		"a part left":           {fulfillment.InProgress, []fulfillment.Line{line(3, 1, 0)}, nil},
		"one line left":         {fulfillment.InProgress, []fulfillment.Line{line(3, 3, 0), line(1, 0, 0)}, nil},
		"everything left":       {fulfillment.Closed, []fulfillment.Line{line(3, 3, 0)}, in(fulfillment.InTransit)},
		"left and given up":     {fulfillment.Closed, []fulfillment.Line{line(3, 1, 2), line(2, 0, 2)}, nil},
		"everything given up":   {fulfillment.Canceled, []fulfillment.Line{line(3, 0, 3), line(2, 0, 2)}, nil},
		"there are no lines":    {fulfillment.Closed, nil, nil},
		"a fraction is missing": {fulfillment.InProgress, []fulfillment.Line{{Quantity: quantity.MustParse("1.5"), Shipped: quantity.MustParse("1.499999")}}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			require.Equal(t, c.want, fulfillment.DeriveStatus(c.lines, c.shipments))
		})
	}
}

func TestCheckFindsContradictions(t *testing.T) {
	good, id := ship(t, fresh(), of(tee, 2))
	for name, spoil := range map[string]func(f *fulfillment.Fulfillment){
		"a line twice":              func(f *fulfillment.Fulfillment) { f.Lines[1].LineID = tee },
		"a negative quantity":       func(f *fulfillment.Fulfillment) { f.Lines[1].Quantity = quantity.Of(-1) },
		"shipped without shipment":  func(f *fulfillment.Fulfillment) { f.Lines[1].Shipped = quantity.Of(1) },
		"shipped less than it left": func(f *fulfillment.Fulfillment) { f.Lines[0].Shipped = quantity.Of(1) },
		"canceled too much":         func(f *fulfillment.Fulfillment) { f.Lines[0].Canceled = quantity.Of(2) },
		"a status of its own":       func(f *fulfillment.Fulfillment) { f.Status = fulfillment.Closed },
		"a shipment's status":       func(f *fulfillment.Fulfillment) { f.Shipment(id).Status = fulfillment.Delivered },
		"a foreign line": func(f *fulfillment.Fulfillment) {
			f.Shipments[0].Parcels[0].Contents = append(f.Shipments[0].Parcels[0].Contents[:1:1], holds(buyer, 1))
		},
	} {
		t.Run(name, func(t *testing.T) {
			f := good.Clone()
			require.NoError(t, f.Check())
			spoil(f)
			require.Error(t, f.Check())
		})
	}
}
