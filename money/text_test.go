package money_test

import (
	"encoding/json"
	"math/big"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/go-oms/oms/money"
)

func TestParse(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"19.90 EUR": "19.90 EUR", "19.9 EUR": "19.90 EUR", "20 EUR": "20.00 EUR", "0.001250 EUR": "0.00125 EUR",
		"-0.01 EUR": "-0.01 EUR", "-0 EUR": "0.00 EUR", "-0.00 EUR": "0.00 EUR", "007 EUR": "7.00 EUR",
		"5 JPY": "5 JPY", "5.5 JPY": "5.5 JPY", "1.2345 CLF": "1.2345 CLF", "3 PTS/0": "3 PTS/0",
		"0.000000000001 MILES/6":   "0.000000000001 MILES/6",
		"1.0000000000000000 EUR":   "1.00 EUR",
		"92233720368547758.07 EUR": "92233720368547758.07 EUR", "-92233720368547758.07 EUR": "-92233720368547758.07 EUR",
		"9223372036854775807 JPY": "9223372036854775807 JPY",
		"0":                       "0", "0.00": "0", "-0": "0",
	} {
		m, err := money.Parse(text)
		require.NoError(t, err, text)
		require.Equal(t, want, m.String())
		require.Equal(t, money.MustParse(want), m, "there is one form")
	}
}

func TestParseRefuses(t *testing.T) {
	t.Parallel()
	for text, reason := range map[string]string{
		"": "plain decimal", " ": "plain decimal", "EUR": "plain decimal", " EUR": "plain decimal",
		"1,5 EUR": "plain decimal", "+1 EUR": "plain decimal", "1e3 EUR": "plain decimal", ".5 EUR": "plain decimal",
		"5. EUR": "plain decimal", "- EUR": "plain decimal", "--1 EUR": "plain decimal", "1.-5 EUR": "plain decimal",
		"1.2.3 EUR": "plain decimal", "0x10 EUR": "plain decimal", "NaN EUR": "plain decimal", "Inf EUR": "plain decimal",
		"1_000 EUR": "plain decimal", "١ EUR": "plain decimal", "\x00 EUR": "plain decimal",
		"1": "currency is missing", "1 ": "currency is missing", "0 ": "currency is missing",
		"1  EUR": "no such code", "1 EUR ": "no such code", "1 XXX": "no such code", "1 XYZ": "no such code",
		"1 eur": "upper case", "1 PTS/9": "own currency", "1\tEUR": "plain decimal",
		"0.000000001 EUR": "more than 8 decimals", "0.0000001 JPY": "more than 6 decimals",
		"92233720368547758.08 EUR": "out of range", "-92233720368547758.08 EUR": "out of range",
		"99999999999999999999 EUR": "out of range", "9223372036854775808 JPY": "out of range",
		"100000000000000000 EUR": "out of range",
	} {
		m, err := money.Parse(text)
		var e *money.ParseError
		require.ErrorAs(t, err, &e, text)
		require.Equal(t, text, e.Input)
		require.Contains(t, e.Reason, reason, text)
		require.Contains(t, e.Error(), `such as "19.90 EUR"`)
		require.Equal(t, money.Money{}, m)
	}
	require.Panics(t, func() { money.MustParse("1") })
	_, err := money.Parse(strings.Repeat("9", 1<<20))
	require.Less(t, len(err.Error()), 200, "an error does not repeat a megabyte")
}

func TestTextRoundTrip(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		m := amount(t, currencies.Draw(t, "currency"), "m")
		if rapid.IntRange(0, 9).Draw(t, "nothing") == 0 {
			m = money.Money{}
		}
		text, err := m.MarshalText()
		if err != nil || string(text) != m.String() {
			t.Fatal(string(text), err)
		}
		data, err := json.Marshal(m)
		if err != nil || string(data) != string(m.AppendJSON(nil)) {
			t.Fatal(string(data), err)
		}
		value, err := m.Value()
		if err != nil {
			t.Fatal(err)
		}
		var a, b, c money.Money
		if err := a.UnmarshalText(text); err != nil || a != m {
			t.Fatal(a, m, err)
		}
		if err := json.Unmarshal(data, &b); err != nil || b != m {
			t.Fatal(b, m, err)
		}
		if err := c.Scan(value); err != nil || c != m {
			t.Fatal(c, m, err)
		}
	})
}

// FuzzParse holds that whatever is accepted means what math/big reads, and is written back in one form.
func FuzzParse(f *testing.F) {
	for _, seed := range []string{
		"19.90 EUR", "0", "-0.000001 PTS/0", "92233720368547758.07 EUR", "5.5 JPY", "1 eur", "1. EUR", "1e9 EUR", "0 ",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		m, err := money.Parse(text)
		if err != nil {
			var e *money.ParseError
			require.ErrorAs(t, err, &e)
			require.Equal(t, money.Money{}, m)
			return
		}
		amount, currency, _ := strings.Cut(text, " ")
		require.Equal(t, currency, string(m.Currency()))
		want, ok := new(big.Rat).SetString(amount)
		require.True(t, ok, text)
		got, ok := new(big.Rat).SetString(m.Amount())
		require.True(t, ok, m.Amount())
		require.Zero(t, want.Cmp(got), text)
		again, err := money.Parse(m.String())
		require.NoError(t, err)
		require.Equal(t, m, again)
	})
}
