package money_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/go-oms/oms/money"
)

func TestMarshalJSON(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"19.90 EUR": `{"amount":"19.90","currency":"EUR"}`,
		"-3 PTS/0":  `{"amount":"-3","currency":"PTS/0"}`,
		"0":         `{"amount":"0","currency":""}`,
	} {
		got, err := json.Marshal(money.MustParse(text))
		require.NoError(t, err)
		require.Equal(t, want, string(got))
	}
	require.Equal(t, `[{"amount":"5","currency":"JPY"}`, string(money.MustParse("5 JPY").AppendJSON([]byte("["))))
}

func TestUnmarshalJSON(t *testing.T) {
	t.Parallel()
	for data, want := range map[string]string{
		`{"amount":"19.90","currency":"EUR"}`:                   "19.90 EUR",
		` { "currency" : "EUR" , "amount" : "19.9" } `:          "19.90 EUR",
		`{"\u0061mount":"\u0031","currency":"\u0045UR"}`:        "1.00 EUR",
		`{"amount":"0","currency":""}`:                          "0",
		`{"amount":"0.0000000000","currency":"HUF\/0"}`:         "0 HUF/0",
		`{"amount":"-92233720368547758.07","currency":"EUR"}`:   "-92233720368547758.07 EUR",
		"{\n\t\"amount\": \"1\",\r\n\t\"currency\": \"JPY\"}\n": "1 JPY",
	} {
		var viaJSON, direct money.Money
		require.NoError(t, json.Unmarshal([]byte(data), &viaJSON), data)
		require.Equal(t, want, viaJSON.String())
		require.NoError(t, direct.UnmarshalJSON([]byte(data)), data)
		require.Equal(t, viaJSON, direct)
	}
}

func TestUnmarshalJSONRefuses(t *testing.T) {
	t.Parallel()
	for data, reason := range map[string]string{
		`19.90`: "not an object", `"19.90 EUR"`: "not an object", `[]`: "not an object", ``: "not an object", `true`: "not an object",
		`{}`: "missing", `{"amount":"1"}`: "missing", `{"currency":"EUR"}`: "missing",
		`{"amount":1,"currency":"EUR"}`:                       "the amount is not a string",
		`{"amount":19.90,"currency":"EUR"}`:                   "the amount is not a string",
		`{"amount":null,"currency":"EUR"}`:                    "the amount is not a string",
		`{"amount":["1"],"currency":"EUR"}`:                   "the amount is not a string",
		`{"amount":"1","currency":978}`:                       "the currency is not a string",
		`{"amount":"1","currency":"EUR","tax":"0"}`:           "unknown",
		`{"Amount":"1","currency":"EUR"}`:                     "unknown",
		`{"amount":"1","amount":"2","currency":"EUR"}`:        "repeated",
		`{"amount":"1","currency":"EUR","currency":"EUR"}`:    "repeated",
		`{"amount":"1","currency":"EUR"`:                      "not valid",
		`{"amount":"1" "currency":"EUR"}`:                     "not valid",
		`{"amount":}`:                                         "not valid",
		`{"amount":"1","currency":"EUR",}`:                    "not valid",
		`{"amount":"1","currency":"EUR"}{}`:                   "more than one",
		`{"amount":"1","currency":"EUR"} x`:                   "more than one",
		`{"amount":"1","currency":"eur"}`:                     "upper case",
		`{"amount":"1","currency":""}`:                        "currency is missing",
		`{"amount":"","currency":"EUR"}`:                      "plain decimal",
		`{"amount":" 1","currency":"EUR"}`:                    "plain decimal",
		`{"amount":"1e2","currency":"EUR"}`:                   "plain decimal",
		`{"amount":"0.000000001","currency":"EUR"}`:           "decimals",
		`{"amount":"99999999999999999999","currency":"EUR"}`:  "out of range",
		`{"amount":"1","currency":"EUR` + "\x00" + `"}`:       "no such code",
		`{"amount":"1","currency":"EUR","currency":"USD"}   `: "repeated",
	} {
		before := money.MustParse("7 JPY")
		m := before
		var e *money.ParseError
		require.ErrorAs(t, m.UnmarshalJSON([]byte(data)), &e, data)
		require.Contains(t, e.Reason, reason, data)
		require.Equal(t, before, m, "a failure changes nothing")
	}
}

func TestJSONInStructs(t *testing.T) {
	t.Parallel()
	type line struct {
		Price money.Money    `json:"price"`
		Was   *money.Money   `json:"was"`
		Mode  money.Rounding `json:"mode"`
	}
	data := `{"price":{"amount":"1.00","currency":"EUR"},"was":null,"mode":"half_even"}`
	var l line
	require.NoError(t, json.Unmarshal([]byte(data), &l))
	require.Equal(t, line{Price: money.MustParse("1 EUR"), Mode: money.HalfEven}, l)
	again, err := json.Marshal(l)
	require.NoError(t, err)
	require.Equal(t, data, string(again))

	kept := money.MustParse("1 EUR")
	require.NoError(t, json.Unmarshal([]byte("null"), &kept))
	require.Equal(t, money.MustParse("1 EUR"), kept)
}

// FuzzUnmarshalJSON holds that whatever is accepted is valid JSON with exactly two members that are strings, that the
// quick and the careful reader agree, and that the value is written back in one form.
func FuzzUnmarshalJSON(f *testing.F) {
	for _, seed := range []string{
		`{"amount":"19.90","currency":"EUR"}`, `{"currency":"PTS/0","amount":"-3"}`, `{"amount":"0","currency":""}`, `null`,
		`{"amount":1,"currency":"EUR"}`, `{"amount":"1","currency":"EUR"}}`, `{"amount":"\u0031","currency":"JPY"}`,
		`{"amount":"1","currency":"EUR","currency":"EUR"}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		var m money.Money
		if err := m.UnmarshalJSON(data); err != nil {
			var e *money.ParseError
			require.ErrorAs(t, err, &e)
			require.Equal(t, money.Money{}, m)
			return
		}
		require.True(t, json.Valid(data))
		if string(data) == "null" {
			return
		}
		var object map[string]string
		require.NoError(t, json.Unmarshal(data, &object))
		require.Len(t, object, 2)
		require.Equal(t, object["currency"], string(m.Currency()))
		var spaced, again money.Money
		require.NoError(t, spaced.UnmarshalJSON(append([]byte(" "), data...)))
		require.Equal(t, m, spaced)
		require.NoError(t, again.UnmarshalJSON(m.AppendJSON(nil)))
		require.Equal(t, m, again)
	})
}

func BenchmarkUnmarshalJSON(b *testing.B) {
	data := []byte(`{"amount":"19.90","currency":"EUR"}`)
	var m money.Money
	for b.Loop() {
		_ = m.UnmarshalJSON(data)
	}
}
