package sqlstore

import (
	"encoding/json"
	"reflect"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/go-oms/oms/fulfillment"
	"github.com/go-oms/oms/order"
)

// FuzzDecodeDelta wants a stored text to mean to the parser what it means to
// encoding/json, and what was read to be written and read again as the same.
func FuzzDecodeDelta(f *testing.F) {
	n := 0
	var full order.Delta
	fill(reflect.ValueOf(&full).Elem(), &n, "none", "")
	full.Order.Lines, full.Order.Adjustments, full.Order.Returns, full.Order.Changes, full.Order.Holds = nil, nil, nil, nil, nil
	for _, d := range []*order.Delta{{}, &full} {
		data, err := appendDelta(nil, d)
		require.NoError(f, err)
		f.Add(data)
	}
	f.Add([]byte(`{"explicit":true,"order":{"version":-9223372036854775808}}`))
	f.Add([]byte(`{"order":{"id":""},"order":null}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		if parsed, isExplicit, ok := parseDelta(data); ok {
			want, wantExplicit, err := unmarshalDelta(data)
			require.NoError(t, err)
			require.Equal(t, want, parsed)
			require.Equal(t, wantExplicit, isExplicit)
		}
		d, err := decodeDelta(data)
		if err != nil {
			return
		}
		written, err := appendDelta(nil, d)
		if err != nil {
			return // a year of five digits, for example: it was read, and is never written
		}
		_, err = decodeDelta(written)
		require.NoError(t, err, "%s", written)
	})
}

// FuzzDecodeFulfillment wants the same of the payloads and the rows of fulfilment orders.
func FuzzDecodeFulfillment(f *testing.F) {
	f.Add([]byte(`{"fulfillment":{"id":"01920000-0000-7000-8000-00000000000a","version":1,"lines":[{"sku":"TEE","quantity":"1"}]},"shipments":[{"scans":null}]}`))
	f.Add([]byte(`[{"sku":"TEE","quantity":"1.5","shipped":"0"}]`))
	f.Add([]byte(`[{"tracking":"\ud800","grams":-1}]`))
	f.Fuzz(func(t *testing.T, data []byte) {
		var want fulfillment.Delta
		unmarshalled := json.Unmarshal(data, &want)
		d, err := decodeFulfillment(data)
		require.Equal(t, unmarshalled == nil, err == nil, "%v", err)
		if err == nil {
			require.Equal(t, &want, d)
		}
		decodesAsJSON(t, data, (*parser).fulfillmentLine)
		decodesAsJSON(t, data, (*parser).parcel)
		decodesAsJSON(t, data, (*parser).parcelLine)
	})
}

func decodesAsJSON[T any](t *testing.T, data []byte, one func(*parser, *T)) {
	t.Helper()
	var got, want []T
	err := decodeArray(data, &got, one)
	require.Equal(t, json.Unmarshal(data, &want) == nil, err == nil, "%v", err)
	if err == nil {
		require.Equal(t, len(want), len(got))
		for i := range want {
			require.Equal(t, want[i], got[i])
		}
	}
}
