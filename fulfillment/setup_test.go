package fulfillment_test

import (
	"maps"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/go-oms/oms/event"
	"github.com/go-oms/oms/fulfillment"
	"github.com/go-oms/oms/money"
	"github.com/go-oms/oms/quantity"
)

var (
	noon  = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)
	tee   = uuid.MustParse("00000000-0000-7000-8000-0000000000a1")
	mug   = uuid.MustParse("00000000-0000-7000-8000-0000000000a2")
	buyer = uuid.MustParse("00000000-0000-7000-8000-0000000000b1")
)

// command returns a command whose ids begin with 0…0 and that is given at noon.
func command() event.Command {
	return event.Command{
		Name: "order.ship", Key: "k", Now: noon, At: noon,
		IDs: event.NewIDs(uuid.MustParse("00000000-0000-7000-8000-000000000000")),
	}
}

// fresh returns a fulfilment order of 3 tees and 2 mugs.
func fresh() *fulfillment.Fulfillment {
	return fulfillment.Create(command(), buyer, "main", []fulfillment.Line{
		{LineID: tee, SKU: "TEE", Quantity: quantity.Of(3)},
		{LineID: mug, SKU: "MUG", Quantity: quantity.Of(2)},
	})
}

func of(line uuid.UUID, n int32) fulfillment.LineQuantity {
	return fulfillment.LineQuantity{LineID: line, Quantity: quantity.Of(n)}
}

func holds(line uuid.UUID, n int32) fulfillment.ParcelLine {
	return fulfillment.ParcelLine{LineID: line, Quantity: quantity.Of(n)}
}

func plan(t require.TestingT, f *fulfillment.Fulfillment, lines ...fulfillment.LineQuantity) (*fulfillment.Fulfillment, uuid.UUID) {
	cmd := command()
	for range len(f.Shipments) + 1 {
		cmd.IDs.Next()
	}
	next, id, err := f.Plan(cmd, fulfillment.Pick{Lines: lines, Carrier: "post"})
	require.NoError(t, err)
	require.NoError(t, next.Check())
	return next, id
}

func ship(t require.TestingT, f *fulfillment.Fulfillment, lines ...fulfillment.LineQuantity) (*fulfillment.Fulfillment, uuid.UUID) {
	next, id := plan(t, f, lines...)
	next, err := next.RecordLabel(id, fulfillment.Label{Ref: "label-1", Tracking: "PX1"}, noon)
	require.NoError(t, err)
	require.NoError(t, next.Check())
	return next, id
}

// unchanged fails the test if f is changed before the test ends.
func unchanged(t *testing.T, f *fulfillment.Fulfillment) {
	t.Helper()
	want := fulfillment.Apply(nil, fulfillment.Diff(nil, f.Clone()))
	t.Cleanup(func() { require.Equal(t, want, f, "a decision changed what it was given") })
}

func eur(amount string) money.Money { return money.MustParse(amount + " EUR") }

// fieldsOf returns the names of T's fields but for those left out.
func fieldsOf[T any](but ...string) []string {
	var names []string
	for _, f := range reflect.VisibleFields(reflect.TypeFor[T]()) {
		if !slices.Contains(but, f.Name) {
			names = append(names, f.Name)
		}
	}
	return names
}

func keys[V any](m map[string]V) []string { return slices.Collect(maps.Keys(m)) }
