package render_test

import (
	"encoding/csv"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/go-oms/oms/money"
	"github.com/go-oms/oms/reporting"
	"github.com/go-oms/oms/reporting/render"
)

func commas(t *testing.T, of *reporting.Table, o render.CSVOptions) string {
	t.Helper()
	var b strings.Builder
	require.NoError(t, render.CSV(&b, of, o))
	return b.String()
}

func TestCSVIsExact(t *testing.T) {
	require.Equal(t, lines(
		"month,currency,orders,units,net,return_rate",
		"2025-01,EUR,12,30,1234.50,0.033333",
		"2025-02,EUR,0,0,-80.00,",
		"2025-03,EUR,1012,2100.5,1234567.89,0.666667",
	), commas(t, months(), render.CSVOptions{}))
}

func TestCSVTellsTotalsFromGroups(t *testing.T) {
	table := groups("Total", "")
	table.Totals = []reporting.Row{row("EUR", nil, amount("2 EUR"))}
	require.Equal(t, lines(
		"row,sku,currency,gross",
		"group,Total,EUR,1.00",
		"group,,EUR,1.00",
		"total,,EUR,2.00",
	), commas(t, table, render.CSVOptions{Totals: true}))
}

func TestCSVHasACurrencyOnlyWhereThereIsMoney(t *testing.T) {
	channel := []reporting.Dimension{reporting.ByChannel}
	require.Equal(t, lines("channel,orders", "web,1"),
		commas(t, tableOf(channel, []reporting.Measure{reporting.OrderCount}, 0, row("", keys("web"), count(1))), render.CSVOptions{}))
	currency := []reporting.Dimension{reporting.ByCurrency}
	require.Equal(t, lines("currency,gross", "PTS/0,5"),
		commas(t, tableOf(currency, []reporting.Measure{reporting.Gross}, 0, row("PTS/0", keys("PTS/0"), amount("5 PTS/0"))), render.CSVOptions{}))
	require.Equal(t, lines("channel,currency,gross"),
		commas(t, tableOf(channel, []reporting.Measure{reporting.Gross}, 0), render.CSVOptions{}), "also without rows, so that programs find it")
}

func TestCSVGuardsTextsAndLeavesFiguresAlone(t *testing.T) {
	for key, want := range map[string]string{
		"=1+1":          "'=1+1",
		"+1":            "'+1",
		"-1":            "'-1",
		"@SUM(A1)":      "'@SUM(A1)",
		"\t=1":          "'\t=1",
		"\r=1":          "'\r=1",
		"\n=1":          "'\n=1",
		"＝1":            "'＝1",
		"'=1":           "'=1",
		"TEE-M":         "TEE-M",
		"a,\"b\"=1\n=2": "a,\"b\"=1\n=2",
		"":              "",
	} {
		table := tableOf([]reporting.Dimension{reporting.BySKU}, []reporting.Measure{reporting.Net}, 0, row("EUR", keys(key), amount("-1.5 EUR")))
		records, err := csv.NewReader(strings.NewReader(commas(t, table, render.CSVOptions{}))).ReadAll()
		require.NoError(t, err)
		require.Equal(t, []string{want, "EUR", "-1.50"}, records[1], "%q", key)
	}
}

func TestCSVPassesAnErrorOn(t *testing.T) {
	require.ErrorIs(t, render.CSV(broken{}, months(), render.CSVOptions{Totals: true}), errBroken)
}

func FuzzCSV(f *testing.F) {
	for _, key := range []string{"", "TEE-M", "=1+1", "-2", "a,b", "\"", "'", "\t", "\r\n@", "＋1", "\xff", "\x00", `\.`, " =1"} {
		f.Add(key, key, int64(-5))
	}
	f.Fuzz(func(t *testing.T, a, b string, cents int64) {
		m, err := money.Minor(cents, money.EUR)
		if err != nil {
			return
		}
		given := keys(a, b)
		table := tableOf([]reporting.Dimension{reporting.BySKU, reporting.ByChannel}, []reporting.Measure{reporting.Net}, 1,
			row("EUR", given, reporting.MoneyOf(m)), row("EUR", nil, reporting.MoneyOf(m)))
		records, err := csv.NewReader(strings.NewReader(commas(t, table, render.CSVOptions{Totals: true}))).ReadAll()
		require.NoError(t, err)
		require.Len(t, records, 3)
		for i, cell := range records[1][1:3] {
			// A line feed after a carriage return is one line break to a CSV reader.
			key := strings.ReplaceAll(given[i], "\r\n", "\n")
			require.Contains(t, []string{key, "'" + key}, cell)
			r, _ := utf8.DecodeRuneInString(cell)
			require.False(t, slices.Contains([]rune("=+-@\t\r\n＝＋－＠"), r), "%q", cell)
		}
		require.Equal(t, m.Amount(), records[1][4])
		require.Equal(t, []string{"total", "", "", "EUR", m.Amount()}, records[2])
	})
}
