package quantity_test

import (
	"encoding/json"
	"math"
	"math/big"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/go-oms/oms/quantity"
)

func TestParse(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"0": "0", "-0": "0", "-0.000": "0", "3": "3", "1.5": "1.5", "1.50": "1.5", "-1.000001": "-1.000001", "007": "7",
		"0.000001": "0.000001", "1.5000000000000": "1.5", "1000000000000": "1000000000000",
		"-1000000000000.000000000": "-1000000000000", "999999999999.999999": "999999999999.999999",
	} {
		q, err := quantity.Parse(text)
		require.NoError(t, err, text)
		require.Equal(t, want, q.String())
	}
}

func TestParseRefuses(t *testing.T) {
	t.Parallel()
	for text, reason := range map[string]string{
		"": "plain", " ": "plain", "-": "plain", ".": "plain", ".5": "plain", "5.": "plain", "+1": "plain", "1e3": "plain",
		"1,5": "plain", "--1": "plain", "1.-5": "plain", "1 ": "plain", " 1": "plain", "1.5.0": "plain", "0x1": "plain",
		"NaN": "plain", "Inf": "plain", "1_000": "plain", "١": "plain", "1\x00": "plain",
		"0.0000001": "six decimals", "1.0000001": "six decimals",
		"1000000000000.000001": "out of range", "-1000000000001": "out of range", "9223372036854.775808": "out of range",
		"18446744073709.551616": "out of range", "99999999999999999999999999": "out of range",
	} {
		q, err := quantity.Parse(text)
		var e *quantity.ParseError
		require.ErrorAs(t, err, &e, text)
		require.True(t, e.Rejected())
		require.Equal(t, text, e.Input)
		require.Contains(t, e.Reason, reason, text)
		require.Equal(t, quantity.Quantity{}, q)
	}
	require.Panics(t, func() { quantity.MustParse("one") })
	_, err := quantity.Parse(strings.Repeat("9", 1<<20))
	require.Less(t, len(err.Error()), 200, "an error does not repeat a megabyte")
}

func TestRoundTrip(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		q := quantity.FromMicro(micros.Draw(t, "micro"))
		text, err := q.MarshalText()
		if err != nil || string(text) != q.String() || string(text) != q.Decimal().String() {
			t.Fatal(string(text), q.Decimal(), err)
		}
		data, err := json.Marshal(q)
		if err != nil || string(data) != string(q.AppendJSON(nil)) || string(data) != `"`+q.String()+`"` {
			t.Fatal(string(data), err)
		}
		value, err := q.Value()
		if err != nil {
			t.Fatal(err)
		}
		var a, b, c quantity.Quantity
		if err := a.UnmarshalText(text); err != nil || a != q {
			t.Fatal(a, q, err)
		}
		if err := json.Unmarshal(data, &b); err != nil || b != q {
			t.Fatal(b, q, err)
		}
		if err := c.Scan(value); err != nil || c != q {
			t.Fatal(c, q, err)
		}
		if d, err := quantity.New(q.Decimal()); err != nil || d != q {
			t.Fatal(d, q, err)
		}
	})
}

func TestUnmarshalJSON(t *testing.T) {
	t.Parallel()
	for data, want := range map[string]string{`"1.5"`: "1.5", ` "3" `: "3", `"\u0031"`: "1", `"-0.000001"`: "-0.000001"} {
		var viaJSON, direct quantity.Quantity
		require.NoError(t, json.Unmarshal([]byte(data), &viaJSON), data)
		require.Equal(t, want, viaJSON.String())
		require.NoError(t, direct.UnmarshalJSON([]byte(data)), data)
		require.Equal(t, viaJSON, direct)
	}
	for data, reason := range map[string]string{
		`1`: "not a string", `1.5`: "not a string", `{}`: "not a string", `["1"]`: "not a string", `true`: "not a string",
		``: "not a string", `"`: "not a string", `"1`: "not a string", ` null`: "not a string", `"1""`: "not a string",
		`"1" "2"`: "not a string", `""`: "plain", `" 1"`: "plain", `"1e2"`: "plain", `"null"`: "plain",
		`"0.0000001"`: "six decimals", `"1000000000001"`: "out of range",
	} {
		q := quantity.Of(7)
		var e *quantity.ParseError
		require.ErrorAs(t, q.UnmarshalJSON([]byte(data)), &e, data)
		require.Contains(t, e.Reason, reason, data)
		require.Equal(t, quantity.Of(7), q, "a failure changes nothing")
	}
	q := quantity.Of(7)
	require.NoError(t, json.Unmarshal([]byte("null"), &q))
	require.Equal(t, quantity.Of(7), q)
	require.Error(t, q.UnmarshalText([]byte("x")))

	var parts map[quantity.Quantity]string
	require.NoError(t, json.Unmarshal([]byte(`{"1.5":"x"}`), &parts))
	require.Equal(t, map[quantity.Quantity]string{quantity.MustParse("1.5"): "x"}, parts)
}

func TestSaturatedIsNotWritten(t *testing.T) {
	t.Parallel()
	for _, q := range []quantity.Quantity{quantity.FromMicro(math.MaxInt64), quantity.FromMicro(-quantity.MaxMicro - 1)} {
		var e *quantity.RangeError
		_, err := json.Marshal(q)
		require.ErrorAs(t, err, &e)
		_, err = q.MarshalText()
		require.ErrorAs(t, err, &e)
		_, err = q.Value()
		require.ErrorAs(t, err, &e)
	}
}

func TestScan(t *testing.T) {
	t.Parallel()
	var q quantity.Quantity
	require.NoError(t, q.Scan(int64(1_500_000)))
	require.Equal(t, quantity.MustParse("1.5"), q)
	var parse *quantity.ParseError
	for _, src := range []any{nil, "1.5", []byte("1"), 1.5, true, int32(1)} {
		require.ErrorAs(t, q.Scan(src), &parse, "%v", src)
	}
	var limits *quantity.RangeError
	for _, src := range []any{int64(math.MaxInt64), int64(math.MinInt64), int64(quantity.MaxMicro + 1)} {
		require.ErrorAs(t, q.Scan(src), &limits, "%v", src)
	}
	require.Equal(t, quantity.MustParse("1.5"), q)
}

// FuzzParse holds that whatever is accepted means what math/big reads, and is written back in one form.
func FuzzParse(f *testing.F) {
	for _, seed := range []string{"1.5", "-0", "0.000001", "1000000000000", "0.0000001", "1e6", "1.", "-1000000000000.0000000"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		q, err := quantity.Parse(text)
		if err != nil {
			var e *quantity.ParseError
			require.ErrorAs(t, err, &e)
			require.Equal(t, quantity.Quantity{}, q)
			return
		}
		require.NoError(t, q.Check())
		want, ok := new(big.Rat).SetString(text)
		require.True(t, ok, text)
		require.Zero(t, want.Cmp(big.NewRat(q.Micro(), quantity.PerUnit)), text)
		again, err := quantity.Parse(q.String())
		require.NoError(t, err)
		require.Equal(t, q, again)
	})
}

// FuzzUnmarshalJSON holds that only JSON strings are accepted, and mean what Parse reads in them.
func FuzzUnmarshalJSON(f *testing.F) {
	for _, seed := range []string{`"1.5"`, `1.5`, `null`, ` "3"`, `"\u0031"`, `"1""`, `"`, `""`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		var q quantity.Quantity
		if err := q.UnmarshalJSON(data); err != nil {
			var e *quantity.ParseError
			require.ErrorAs(t, err, &e)
			require.Equal(t, quantity.Quantity{}, q)
			return
		}
		if string(data) == "null" {
			return
		}
		var text string
		require.NoError(t, json.Unmarshal(data, &text))
		want, err := quantity.Parse(text)
		require.NoError(t, err)
		require.Equal(t, want, q)
	})
}

// FuzzScan wants whatever a column holds to be a quantity that is written back, or to be refused without a trace.
func FuzzScan(f *testing.F) {
	f.Add(int64(1_500_000), "1.5")
	f.Add(int64(math.MinInt64), "-0.0000001")
	f.Fuzz(func(t *testing.T, micro int64, text string) {
		kept := quantity.Of(7)
		q := new(quantity.Quantity)
		*q = kept
		if err := q.Scan(micro); err != nil {
			var limits *quantity.RangeError
			require.ErrorAs(t, err, &limits)
			require.Equal(t, kept, *q)
		} else {
			written, err := q.Value()
			require.NoError(t, err)
			require.Equal(t, micro, written)
		}
		var parse *quantity.ParseError
		require.ErrorAs(t, q.Scan(text), &parse, "texts are not what Value writes")
	})
}

func FuzzUnmarshalText(f *testing.F) {
	f.Add("1.5")
	f.Add("-000.0000010")
	f.Fuzz(func(t *testing.T, text string) {
		q := new(quantity.Quantity)
		*q = quantity.Of(7)
		if err := q.UnmarshalText([]byte(text)); err != nil {
			require.Equal(t, quantity.Of(7), *q)
			return
		}
		parsed, err := quantity.Parse(text)
		require.NoError(t, err)
		require.Equal(t, parsed, *q)
		written, err := q.MarshalText()
		require.NoError(t, err)
		var again quantity.Quantity
		require.NoError(t, again.UnmarshalText(written))
		require.Equal(t, *q, again)
	})
}
