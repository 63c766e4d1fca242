package order_test

import (
	"reflect"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/go-oms/oms/money"
	"github.com/go-oms/oms/order"
	"github.com/go-oms/oms/quantity"
)

// fill sets every field that v reaches to something that is not its zero value.
func fill(v reflect.Value) {
	switch v.Interface().(type) {
	case money.Money:
		v.Set(reflect.ValueOf(eur("1.5")))
		return
	case quantity.Quantity:
		v.Set(reflect.ValueOf(two))
		return
	case time.Time:
		v.Set(reflect.ValueOf(placed))
		return
	case money.Currency:
		v.SetString("EUR")
		return
	}
	switch v.Kind() {
	case reflect.String:
		v.SetString("x")
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int, reflect.Int64:
		v.SetInt(1)
	case reflect.Uint8:
		v.SetUint(1)
	case reflect.Array:
		for i := range v.Len() {
			fill(v.Index(i))
		}
	case reflect.Struct:
		for i := range v.NumField() {
			fill(v.Field(i))
		}
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		fill(v.Index(0))
	case reflect.Map:
		v.Set(reflect.ValueOf(order.Metadata{"k": "v"}))
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(v.Elem())
	default:
		panic("a kind of field that the test does not know: " + v.Kind().String())
	}
}

// TestDeltaCarriesEveryField sends an order with all fields set through JSON. Only
// the addresses, which are personal data, stay behind.
func TestDeltaCarriesEveryField(t *testing.T) {
	t.Parallel()
	var o order.Order
	fill(reflect.ValueOf(&o).Elem())
	folded := fold(t, nil, nil, &o)
	require.Nil(t, folded.ShipTo)
	require.Nil(t, folded.BillTo)
	o.ShipTo, o.BillTo = nil, nil
	require.Equal(t, &o, folded)
}

// TestDiffSeesEveryField changes every field that may change after placing, one at
// a time, and expects the fold of the difference to be the changed order.
func TestDiffSeesEveryField(t *testing.T) {
	t.Parallel()
	var changed int
	each := func(of func(o *order.Order) reflect.Value) {
		for i := range of(withReturns()).NumField() {
			before := withReturns()
			before.Lines[0].ID[0], before.Returns[0].ID[0] = 1, 1
			after := before.Clone()
			field := of(after).Field(i)
			if name := of(after).Type().Field(i).Name; field.Kind() == reflect.Array || name == "Lines" ||
				name == "Adjustments" || name == "Returns" || name == "ShipTo" || name == "BillTo" {
				continue // identities, and what is looked at by itself
			}
			fill(field)
			changed++
			require.Equal(t, after, fold(t, before, before, after), of(after).Type().Field(i).Name)
		}
	}
	each(func(o *order.Order) reflect.Value { return reflect.ValueOf(o).Elem() })
	each(func(o *order.Order) reflect.Value { return reflect.ValueOf(&o.Lines[0].Counts).Elem() })
	each(func(o *order.Order) reflect.Value { return reflect.ValueOf(&o.Returns[0]).Elem() })
	each(func(o *order.Order) reflect.Value { return reflect.ValueOf(&o.Returns[0].Lines[0]).Elem() })
	require.Greater(t, changed, 40)
}

func withReturns() *order.Order {
	return &order.Order{
		Lines:   []order.Line{{}},
		Returns: []order.Return{{Lines: []order.ReturnLine{{}}}},
	}
}

func TestDiffPanicsRatherThanRewriteHistory(t *testing.T) {
	t.Parallel()
	for name, rewrite := range map[string]func(o *order.Order){
		"line dropped":       func(o *order.Order) { o.Lines = o.Lines[1:] },
		"adjustment dropped": func(o *order.Order) { o.Adjustments = o.Adjustments[1:] },
		"return dropped":     func(o *order.Order) { o.Returns = nil },
		"price changed":      func(o *order.Order) { o.Lines[0].UnitPrice = eur("1") },
		"adjustment changed": func(o *order.Order) { o.Adjustments[0].Code = "other" },
		"lines reordered":    func(o *order.Order) { o.Lines[0], o.Lines[1] = o.Lines[1], o.Lines[0] },
	} {
		before := full(t, order.Terms{})
		before.Returns = withReturns().Returns
		after := before.Clone()
		require.NotPanics(t, func() { order.Diff(before, after) })
		rewrite(after)
		require.Panics(t, func() { order.Diff(before, after) }, name)
	}
}

func TestDiffWritesOnlyWhatMoved(t *testing.T) {
	t.Parallel()
	before := full(t, order.Terms{})
	after := before.Clone()
	require.NoError(t, after.Lines[1].Allocate(one))
	d := order.Diff(before, after)
	require.Empty(t, d.Lines)
	require.Empty(t, d.Adjustments)
	require.Empty(t, d.Returns)
	require.Len(t, d.Counts, 1)
	require.Equal(t, after.Lines[1].ID, d.Counts[0].LineID)
	require.Equal(t, one, d.Counts[0].Counts.Allocated)
	require.Equal(t, none, before.Lines[1].Allocated)
}

func TestApplyRefusesAHistoryOfAnotherOrder(t *testing.T) {
	t.Parallel()
	o := full(t, order.Terms{})
	_, err := order.Apply(nil, &order.Delta{Counts: []order.LineCounts{{LineID: o.Lines[0].ID}}})
	require.ErrorContains(t, err, "which it never had")
}
