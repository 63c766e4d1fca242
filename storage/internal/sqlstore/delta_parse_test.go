package sqlstore

import (
	"encoding/json"
	"math/rand/v2"
	"reflect"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/go-oms/oms/fulfillment"
	"github.com/go-oms/oms/order"
)

func TestParserReadsWhatIsWritten(t *testing.T) {
	n := 0
	for _, path := range append(fieldPaths(reflect.TypeFor[order.Delta](), ""), "none") {
		var d order.Delta
		fill(reflect.ValueOf(&d).Elem(), &n, path, "")
		// A delta's order has no slices: a form that is never written is not parsed.
		d.Order.Lines, d.Order.Adjustments, d.Order.Returns, d.Order.Changes, d.Order.Holds = nil, nil, nil, nil, nil
		data, err := appendDelta(nil, &d)
		require.NoError(t, err)
		got, isExplicit, ok := parseDelta(data)
		require.True(t, ok, "all but %s", path)
		want, wantExplicit, err := unmarshalDelta(data)
		require.NoError(t, err)
		require.Equal(t, want, got, "all but %s", path)
		require.Equal(t, wantExplicit, isExplicit)
	}
}

// TestParserNeverReadsWhatJSONReadsOtherwise changes one byte at a time: what the
// parser accepts must mean the same to encoding/json.
func TestParserNeverReadsWhatJSONReadsOtherwise(t *testing.T) {
	n := 0
	var d order.Delta
	fill(reflect.ValueOf(&d).Elem(), &n, "none", "")
	d.Order.Lines, d.Order.Adjustments, d.Order.Returns, d.Order.Changes, d.Order.Holds = nil, nil, nil, nil, nil
	data, err := appendDelta(nil, &d)
	require.NoError(t, err)
	random := rand.New(rand.NewPCG(1, 2))
	bytes := []byte("{}[]\",:\\0123456789-+.eEtrufalsn \n\x00\xff")
	accepted := 0
	for range 20_000 {
		changed := append([]byte(nil), data...)
		at := random.IntN(len(changed))
		switch random.IntN(3) {
		case 0:
			changed[at] = bytes[random.IntN(len(bytes))]
		case 1:
			changed = append(changed[:at], changed[at+1:]...)
		default:
			changed = changed[:at]
		}
		got, _, ok := parseDelta(changed)
		if !ok {
			continue
		}
		accepted++
		var want order.Delta
		require.NoError(t, json.Unmarshal(changed, &want), "%s", changed)
		require.Equal(t, &want, got, "%s", changed)
	}
	require.Greater(t, accepted, 1000)
}

func BenchmarkDecodeDelta(b *testing.B) {
	n := 0
	var d order.Delta
	fill(reflect.ValueOf(&d).Elem(), &n, "none", "")
	d.Order.Lines, d.Order.Adjustments, d.Order.Returns, d.Order.Changes, d.Order.Holds = nil, nil, nil, nil, nil
	d.Returns, d.Changes, d.Holds = nil, nil, nil
	data, err := appendDelta(nil, &d)
	require.NoError(b, err)
	b.Run("parser", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, _, ok := parseDelta(data); !ok {
				b.Fatal("not parsed")
			}
		}
	})
	b.Run("encoding-json", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, _, err := unmarshalDelta(data); err != nil {
				b.Fatal(err)
			}
		}
	})
}

func TestFulfillmentsAreReadAsJSONReadsThem(t *testing.T) {
	n := 0
	for _, path := range append(fieldPaths(reflect.TypeFor[fulfillment.Delta](), ""), "none") {
		var d fulfillment.Delta
		fill(reflect.ValueOf(&d).Elem(), &n, path, "")
		d.Fulfillment.Shipments = nil
		data, err := json.Marshal(d)
		require.NoError(t, err)
		var want fulfillment.Delta
		require.NoError(t, json.Unmarshal(data, &want))
		got, err := decodeFulfillment(data)
		require.NoError(t, err)
		require.Equal(t, &want, got, "all but %s", path)

		// It is the parser that reads them, wherever there is nothing it leaves to JSON.
		p := parser{data: data[len(`{"fulfillment":`):]}
		var f fulfillment.Fulfillment
		p.fulfillment(&f)
		require.Equal(t, len(d.Fulfillment.Lines) == 0, p.failed, "all but %s", path)
	}
	for _, text := range []string{`[]`, `null`, `[{"sku":"a"}]`, ` [ { "sku" : "a" } ] `} {
		var got, want []fulfillment.Line
		require.NoError(t, decodeArray([]byte(text), &got, (*parser).fulfillmentLine))
		require.NoError(t, json.Unmarshal([]byte(text), &want))
		require.Equal(t, want, got, text)
	}
	require.Error(t, decodeArray([]byte(`[{"sku":}]`), new([]fulfillment.Line), (*parser).fulfillmentLine))
	_, err := decodeFulfillment([]byte(`{"fulfillment":`))
	require.Error(t, err)
}
