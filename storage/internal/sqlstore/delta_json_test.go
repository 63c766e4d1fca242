package sqlstore

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/go-oms/oms/money"
	"github.com/go-oms/oms/order"
	"github.com/go-oms/oms/quantity"
)

// fill gives every field that JSON shows a value, but for the one at path skip,
// and every slice two elements.
func fill(v reflect.Value, n *int, skip, path string) {
	*n++
	if path == skip {
		return
	}
	switch v.Interface().(type) {
	case time.Time:
		v.Set(reflect.ValueOf(time.Date(2026, 11, 23, 1, 2, 3, *n*1000, time.UTC)))
		return
	case uuid.UUID:
		v.Set(reflect.ValueOf(uuid.UUID{byte(*n), 0xab, 15: byte(*n)}))
		return
	case money.Money:
		v.Set(reflect.ValueOf(money.MustParse(fmt.Sprintf("%d.25 EUR", *n))))
		return
	case quantity.Quantity:
		v.Set(reflect.ValueOf(quantity.FromMicro(int64(*n)*1_000_000 + 500)))
		return
	}
	switch v.Kind() {
	case reflect.String:
		v.SetString([]string{"plain", `q"uo\te`, "<ü>\n", "\x7f\xff"}[*n%4] + fmt.Sprint(*n))
	case reflect.Int, reflect.Int64:
		v.SetInt(int64(*n))
	case reflect.Uint8:
		v.SetUint(1)
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Map:
		v.Set(reflect.ValueOf(order.Metadata{"k": fmt.Sprint(*n)}))
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 2, 2))
		fill(v.Index(0), n, skip, path)
		fill(v.Index(1), n, skip, path)
	case reflect.Struct:
		for i := range v.NumField() {
			if f := v.Type().Field(i); f.Tag.Get("json") != "-" {
				fill(v.Field(i), n, skip, path+"."+f.Name)
			}
		}
	}
}

// fieldPaths lists the paths that fill knows.
func fieldPaths(t reflect.Type, path string) (list []string) {
	for t.Kind() == reflect.Slice {
		t = t.Elem()
	}
	if t.Kind() != reflect.Struct || !strings.HasPrefix(t.PkgPath(), "github.com/go-oms/oms/") || t.PkgPath() == reflect.TypeFor[money.Money]().PkgPath() || t.PkgPath() == reflect.TypeFor[quantity.Quantity]().PkgPath() {
		return nil
	}
	for i := range t.NumField() {
		if f := t.Field(i); f.Tag.Get("json") != "-" {
			list = append(list, path+"."+f.Name)
			list = append(list, fieldPaths(f.Type, path+"."+f.Name)...)
		}
	}
	return list
}

func TestDeltaIsReadAsItWasWritten(t *testing.T) {
	check := func(d *order.Delta, what string) {
		t.Helper()
		plain, err := json.Marshal(d)
		require.NoError(t, err)
		var want order.Delta // texts that are no UTF-8 are mended by encoding/json
		require.NoError(t, json.Unmarshal(plain, &want))
		data, err := appendDelta(nil, d)
		require.NoError(t, err)
		got, err := decodeDelta(data)
		require.NoError(t, err)
		require.Equal(t, &want, got, what)
		require.LessOrEqual(t, len(data), len(plain)+len(`"explicit":true,`), what)
	}
	check(&order.Delta{}, "the zero delta")
	n := 0
	for shift := range 4 { // so that each text takes each form
		var d order.Delta
		n = shift
		fill(reflect.ValueOf(&d).Elem(), &n, "none", "")
		check(&d, "every field")
	}
	paths := fieldPaths(reflect.TypeFor[order.Delta](), "")
	require.Greater(t, len(paths), 100)
	for _, path := range paths {
		var d order.Delta
		fill(reflect.ValueOf(&d).Elem(), &n, path, "")
		check(&d, "all but "+path)
		d.Order.Currency = money.EUR
		zeros := 0
		amounts(&d, func(m *money.Money) {
			if zeros++; zeros%3 > 0 || *m == (money.Money{}) {
				*m = money.Zero(money.EUR)
			}
		})
		check(&d, "zeros, all but "+path)
	}

	far := order.Delta{Order: order.Order{PlacedAt: time.Date(2026, 1, 1, 0, 0, 0, 0, time.FixedZone("", 3600))}}
	check(&far, "a time of another zone")
	far.Order.PlacedAt = time.Date(12026, 1, 1, 0, 0, 0, 0, time.UTC)
	_, err := appendDelta(nil, &far)
	require.Error(t, err)
}

// TestEveryAmountOfADeltaIsKnown holds amounts against the fields that there are.
func TestEveryAmountOfADeltaIsKnown(t *testing.T) {
	var d order.Delta
	n := 0
	fill(reflect.ValueOf(&d).Elem(), &n, "none", "")
	d.Order.Lines, d.Order.Adjustments, d.Order.Returns, d.Returns = nil, nil, nil, nil
	d.Order.Changes, d.Changes, d.Order.Holds, d.Holds = nil, nil, nil, nil // never left out there
	found := 0
	amounts(&d, func(*money.Money) { found++ })
	var count func(v reflect.Value) int
	count = func(v reflect.Value) (sum int) {
		switch {
		case v.Type() == reflect.TypeFor[money.Money]():
			return 1
		case v.Kind() == reflect.Struct:
			for i := range v.NumField() {
				sum += count(v.Field(i))
			}
		case v.Kind() == reflect.Slice:
			for i := range v.Len() {
				sum += count(v.Index(i))
			}
		}
		return sum
	}
	require.Equal(t, count(reflect.ValueOf(d)), found)
}
