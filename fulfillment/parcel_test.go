package fulfillment_test

import (
	"math"
	"math/big"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/go-oms/oms/fault"
	"github.com/go-oms/oms/fulfillment"
)

func TestBillable(t *testing.T) {
	box := func(grams, l, w, h int64) fulfillment.Parcel {
		return fulfillment.Parcel{Grams: grams, Length: l, Width: w, Height: h}
	}
	for name, c := range map[string]struct {
		parcel        fulfillment.Parcel
		divisor, step int64
		want          int64
	}{
		"light and large":         {box(700, 400, 300, 200), 5000, 500, 5000},
		"heavy and small":         {box(7001, 100, 100, 100), 5000, 500, 7500},
		"on the step":             {box(7000, 100, 100, 100), 5000, 500, 7000},
		"size does not count":     {box(700, 400, 300, 200), 0, 500, 1000},
		"whole grams":             {box(1, 100, 100, 1), 6000, 0, 2},
		"nothing known":           {box(0, 0, 0, 0), 5000, 500, 0},
		"the largest parcel":      {box(fulfillment.MaxGrams, fulfillment.MaxMillimetres, fulfillment.MaxMillimetres, fulfillment.MaxMillimetres), 1, fulfillment.MaxGrams, 1e18},
		"a divisor beyond volume": {box(0, 10, 10, 10), math.MaxInt64, 1, 1},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := fulfillment.Billable(c.parcel, c.divisor, c.step)
			require.NoError(t, err)
			require.Equal(t, c.want, got)
		})
	}
	for name, try := range map[string]func() (int64, error){
		"negative weight":  func() (int64, error) { return fulfillment.Billable(box(-1, 0, 0, 0), 1, 1) },
		"heavy":            func() (int64, error) { return fulfillment.Billable(box(fulfillment.MaxGrams+1, 0, 0, 0), 1, 1) },
		"negative size":    func() (int64, error) { return fulfillment.Billable(box(0, 1, -1, 1), 1, 1) },
		"long":             func() (int64, error) { return fulfillment.Billable(box(0, math.MaxInt64, 1, 1), 1, 1) },
		"negative divisor": func() (int64, error) { return fulfillment.Billable(box(1, 1, 1, 1), -1, 1) },
		"negative step":    func() (int64, error) { return fulfillment.Billable(box(1, 1, 1, 1), 1, -1) },
		"endless step":     func() (int64, error) { return fulfillment.Billable(box(1, 1, 1, 1), 1, math.MaxInt64) },
	} {
		t.Run(name, func(t *testing.T) {
			_, err := try()
			var invalid *fault.InvalidError
			require.ErrorAs(t, err, &invalid)
		})
	}
}

// The least multiple of the step that is neither below the weight nor below the
// volume over the divisor, found with big numbers.
func TestBillableIsTheLeast(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		side := rapid.Int64Range(0, fulfillment.MaxMillimetres)
		p := fulfillment.Parcel{
			Grams:  rapid.Int64Range(0, fulfillment.MaxGrams).Draw(t, "grams"),
			Length: side.Draw(t, "length"), Width: side.Draw(t, "width"), Height: side.Draw(t, "height"),
		}
		divisor := rapid.Int64Range(1, 10000).Draw(t, "divisor")
		step := rapid.Int64Range(1, 10000).Draw(t, "step")
		got, err := fulfillment.Billable(p, divisor, step)
		require.NoError(t, err)

		enough := func(grams int64) bool {
			volume := new(big.Int).Mul(big.NewInt(p.Length), big.NewInt(p.Width))
			volume.Mul(volume, big.NewInt(p.Height))
			return grams >= p.Grams && new(big.Int).Mul(big.NewInt(grams), big.NewInt(divisor)).Cmp(volume) >= 0
		}
		require.Zero(t, got%step)
		require.True(t, enough(got))
		require.False(t, got > 0 && enough(got-step))
	})
}

func TestGramsOfAShipment(t *testing.T) {
	s := fulfillment.Shipment{Parcels: []fulfillment.Parcel{{Grams: 5}, {Grams: 7}}}
	require.Equal(t, int64(12), s.Grams())
	s.Parcels = append(s.Parcels, fulfillment.Parcel{})
	require.Zero(t, s.Grams(), "one parcel is unknown")
}
