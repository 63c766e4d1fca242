package render_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/go-oms/oms/reporting"
	"github.com/go-oms/oms/reporting/render"
)

func text(t *testing.T, of *reporting.Table) string {
	t.Helper()
	var b strings.Builder
	require.NoError(t, render.Text(&b, of))
	return b.String()
}

// lines joins lines as a text has them.
func lines(lines ...string) string { return strings.Join(lines, "\n") + "\n" }

func TestTextAlignsFiguresToTheRight(t *testing.T) {
	require.Equal(t, lines(
		"Month    Currency  Orders    Units           Net  Return rate",
		"2025-01  EUR           12       30      1,234.50         3.3%",
		"2025-02  EUR            0        0        -80.00            –",
		"2025-03  EUR        1,012  2,100.5  1,234,567.89        66.7%",
		"─────────────────────────────────────────────────────────────",
		"Total    EUR        1,024  2,130.5  1,235,722.39        12.5%",
	), text(t, months()))
}

func TestTextNamesACurrencyOnlyWhereThereIsMoney(t *testing.T) {
	channel, orders := []reporting.Dimension{reporting.ByChannel}, []reporting.Measure{reporting.OrderCount}
	require.Equal(t, lines(
		"Channel  Orders",
		"(none)        2",
		"web           1",
		"───────────────",
		"Total         3",
	), text(t, tableOf(channel, orders, 1,
		row("", keys(""), count(2)), row("", keys("web"), count(1)), row("", nil, count(3)),
	)))
	gross := []reporting.Measure{reporting.Gross}
	require.Equal(t, lines(
		"Channel  Currency     Gross",
		"web      EUR           1.00",
		"web      JPY       1,000.00",
		"web      –                –",
		"───────────────────────────",
		"Total    EUR           1.00",
		"Total    JPY       1,000.00",
	), strings.ReplaceAll(text(t, tableOf(channel, gross, 2,
		row("EUR", keys("web"), amount("1 EUR")), row("PTS/2", keys("web"), amount("1000 PTS/2")), row("", keys("web"), nothing),
		row("EUR", nil, amount("1 EUR")), row("PTS/2", nil, amount("1000 PTS/2")),
	)), "PTS", "JPY"), "a currency of the shop's own goes by its code")
	require.Equal(t, lines(
		"Currency   Gross",
		"EUR         1.00",
		"────────────────",
		"Total EUR   1.00",
	), text(t, tableOf([]reporting.Dimension{reporting.ByCurrency}, gross, 1,
		row("EUR", keys("EUR"), amount("1 EUR")), row("EUR", nil, amount("1 EUR")),
	)), "keys that are currencies say it once")
}

func TestTextSaysWhatAnEmptyKeyMeans(t *testing.T) {
	by := []reporting.Dimension{reporting.BySKU, reporting.ByCustomer, reporting.ByCountry}
	require.Equal(t, lines(
		"SKU       Customer  Country  Orders",
		"(no SKU)  (guest)   (none)        1",
	), text(t, tableOf(by, []reporting.Measure{reporting.OrderCount}, 0, row("", keys("", "", ""), count(1)))))
}

func TestTextWithoutGroupsHasNoTotals(t *testing.T) {
	require.Equal(t, lines("Orders", "     7"),
		text(t, tableOf(nil, []reporting.Measure{reporting.OrderCount}, 1, row("", nil, count(7)), row("", nil, count(7)))))
}

func TestTextShortensKeysByTheirWidth(t *testing.T) {
	table := groups("short", strings.Repeat("long", 11), strings.Repeat("長", 21), strings.Repeat("長", 20), "a\u0301b")
	table.Omitted = 1
	require.Equal(t, lines(
		"SKU                                       Currency  Gross",
		"short                                     EUR        1.00",
		"longlonglonglonglonglonglonglonglonglon…  EUR        1.00",
		strings.Repeat("長", 19)+"…   EUR        1.00",
		strings.Repeat("長", 20)+"  EUR        1.00",
		"a\u0301b                                        EUR        1.00",
		"1 more row is in the total.",
	), text(t, table))
	table.Omitted = 1200
	require.Contains(t, text(t, table), "\n1,200 more rows are in the total.\n")
}

func TestTextGivesATerminalNoCommands(t *testing.T) {
	out := text(t, groups("a\x1b[31mred\nnext\u202eback\u0085\xff"))
	require.Contains(t, out, "a\ufffd[31mred\ufffdnext\ufffdback\ufffd\ufffd")
	require.NotContains(t, out, "\x1b")
	require.Equal(t, 2, strings.Count(out, "\n"))
}

func TestTextOfNothing(t *testing.T) {
	require.Equal(t, "Nothing to show.\n", text(t, groups()))
}

func TestTextPassesAnErrorOn(t *testing.T) {
	require.ErrorIs(t, render.Text(broken{}, months()), errBroken)
	require.ErrorIs(t, render.Text(broken{}, groups()), errBroken)
}

// broken is a writer that fails.
type broken struct{}

var errBroken = errors.New("broken")

func (broken) Write([]byte) (int, error) { return 0, errBroken }
