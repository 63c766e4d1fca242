package main

import (
	"context"
	"encoding/csv"
	"encoding/xml"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/go-oms/oms"
	"github.com/go-oms/oms/inventory"
	"github.com/go-oms/oms/money"
	"github.com/go-oms/oms/quantity"
	"github.com/go-oms/oms/reporting"
	"github.com/go-oms/oms/storage/sqlite"
)

// formula is an item whose name is one to a spreadsheet.
const formula = "=1+1"

// newSold is a file with three orders of spring 2025, one of them late in the evening
// of the last of March.
func newSold(t *testing.T) string {
	t.Helper()
	ctx := context.Background()
	path := filepath.Join(t.TempDir(), "sold.db")
	store, err := sqlite.Open(ctx, path, nil)
	require.NoError(t, err)
	require.NoError(t, store.Migrate(ctx))
	now := time.Date(2025, 2, 1, 9, 0, 0, 0, time.UTC)
	shop, err := oms.New(oms.Config{Store: store, Now: func() time.Time { return now }})
	require.NoError(t, err)
	for _, sku := range []string{"TEE-M", formula} {
		require.NoError(t, shop.Inventory.Receive(ctx, inventory.Receipt{
			SKU: sku, Location: "main", Quantity: quantity.Of(2000), UnitCost: money.MustParse("1.25 GBP"),
		}))
	}
	for _, sale := range []struct {
		at, sku, channel, price string
		units                   int32
	}{
		{"2025-03-04T12:00:00Z", "TEE-M", "web", "19.90 GBP", 1200},
		{"2025-03-31T22:30:00Z", formula, "market", "5.00 GBP", 1},
		{"2025-04-30T12:00:00Z", "TEE-M", "market", "20.00 EUR", 1},
	} {
		now, err = time.Parse(time.RFC3339, sale.at)
		require.NoError(t, err)
		_, err := shop.Enter(ctx, oms.Entry{Channel: sale.channel, ExternalRef: sale.at, Lines: []oms.EntryLine{{
			SKU: sale.sku, Title: "Goods", Quantity: quantity.Of(sale.units), UnitPrice: money.MustParse(sale.price),
		}}})
		require.NoError(t, err)
	}
	require.NoError(t, store.Close())
	return path
}

func TestReportPrintsATable(t *testing.T) {
	db := newSold(t)
	ask := func(args ...string) string {
		code, out, errs := tool(t, append([]string{"report", "sales", "--db", db, "--measures", "orders,units,gross"}, args...)...)
		require.Zero(t, code, errs)
		require.Empty(t, errs)
		return out
	}
	require.Equal(t, `Sales: the whole books

Month    Currency  Orders  Units      Gross
2025-04  EUR            1      1      20.00
2025-03  GBP            2  1,201  23,885.00
───────────────────────────────────────────
Total    EUR            1      1      20.00
Total    GBP            2  1,201  23,885.00
`, ask())
	require.Equal(t, `Sales: 1–30 April 2025

Month    Currency  Orders  Units  Gross
2025-04  GBP            1      1   5.00
───────────────────────────────────────
Total    GBP            1      1   5.00
`, ask("--from", "2025-04", "--to", "2025-05", "--zone", "Europe/Berlin", "--currency", "GBP"), "it was April in Berlin already")
	require.Equal(t, `Sales: 1–31 March 2025

SKU    Channel  Currency  Orders  Units      Gross
=1+1   market   GBP            1      1       5.00
TEE-M  web      GBP            1  1,200  23,880.00
──────────────────────────────────────────────────
Total           GBP            2  1,201  23,885.00
`, ask("--from", "2025-03-01", "--to", "2025-04-01", "--by", "sku,channel"), "the end is not part of the period")
	require.Contains(t, ask("--where", "channel=market", "--where", "channel=web", "--where", "sku="+formula), "\nTotal    GBP            1      1   5.00\n")
	require.Equal(t, "Sales: 1 January – 31 December 2024\n\nNothing to show.\n", ask("--from", "2024", "--to", "2025"))
}

func TestReportOfStockIsAsOfNow(t *testing.T) {
	ask := []string{"report", "slow-skus", "--db", newSold(t), "--from", "2025-03", "--to", "2025-04", "--limit", "1"}
	code, out, errs := tool(t, ask...)
	require.Zero(t, code, errs)
	head, table, _ := strings.Cut(out, "\n\n")
	require.Regexp(t, `^Slow sellers: as of \d+ \w+ 20\d\d, \d\d:\d\d; sold: 1–31 March 2025$`, head)
	require.Equal(t, `SKU    Currency   Sold  On hand  Available     Value
=1+1   GBP           1    2,000      1,999  2,500.00
────────────────────────────────────────────────────
Total  GBP       1,201    4,000      2,798  5,000.00
1 more row is in the total.
`, table)

	code, out, errs = tool(t, append(ask, "--as-of", "2025-05-01T08:30")...)
	require.Equal(t, 1, code)
	require.Empty(t, out)
	require.Contains(t, errs, "stock is as of now")
}

func TestReportOfOtherFiguresForgetsWhatItSortedBy(t *testing.T) {
	db := newSold(t)
	for _, c := range [][]string{{"top-skus", "units"}, {"slow-skus", "on_hand"}, {"receivables", "orders"}} {
		code, out, errs := tool(t, "report", c[0], "--db", db, "--measures", c[1], "--format", "csv")
		require.Zero(t, code, errs)
		require.Greater(t, strings.Count(out, "\n"), 1, out)
	}
}

func TestReportDoesNotOverwriteTheBooks(t *testing.T) {
	db := newSold(t)
	link := filepath.Join(t.TempDir(), "link")
	require.NoError(t, os.Link(db, link))
	before, err := os.ReadFile(db)
	require.NoError(t, err)
	for _, name := range []string{db, link} {
		code, out, errs := tool(t, "report", "sales", "--db", db, "--format", "csv", "--out", name)
		require.Equal(t, 1, code)
		require.Empty(t, out)
		require.Contains(t, errs, "would overwrite the books")
	}
	after, err := os.ReadFile(db)
	require.NoError(t, err)
	require.Equal(t, before, after)
}

func TestReportAsCSVHoldsNoFormula(t *testing.T) {
	code, out, errs := tool(t, "report", "top-skus", "--db", newSold(t), "--currency", "GBP", "--format", "csv", "--totals", "--measures", "gross,units")
	require.Zero(t, code, errs)
	records, err := csv.NewReader(strings.NewReader(out)).ReadAll()
	require.NoError(t, err)
	require.Equal(t, [][]string{
		{"row", "sku", "currency", "gross", "units"},
		{"group", "TEE-M", "GBP", "23880.00", "1200"},
		{"group", "'=1+1", "GBP", "5.00", "1"},
		{"total", "", "GBP", "23885.00", "1201"},
	}, records)
}

func TestReportAsJSONIsTheTable(t *testing.T) {
	db := newSold(t)
	code, out, errs := tool(t, "report", "top-skus", "--db", db, "--format", "json", "--as-of", "2025-05-01", "--currency", "GBP")
	require.Zero(t, code, errs)
	var table struct {
		Query   map[string]any            `json:"query"`
		AsOf    time.Time                 `json:"as_of"`
		By      []reporting.DimensionInfo `json:"by"`
		Columns []map[string]string       `json:"columns"`
		Rows    []struct {
			Keys     []string `json:"keys"`
			Currency string   `json:"currency"`
			Values   []any    `json:"values"`
		} `json:"rows"`
		Totals  []map[string]any `json:"totals"`
		Omitted int              `json:"omitted"`
	}
	decode(t, out, &table)
	require.Equal(t, []string{formula}, table.Rows[1].Keys, "as the books have it")
	require.Equal(t, []any{"23880.00", "1200", 1.0, "0", "0.000000"}, table.Rows[0].Values, "amounts are texts, so that nobody makes floats of them")
	code, again, _ := tool(t, "--json", "report", "top-skus", "--db", db, "--as-of", "2025-05-01", "--currency", "GBP")
	require.Zero(t, code)
	require.Equal(t, out, again)
}

func TestReportAsAPicture(t *testing.T) {
	db := newSold(t)
	code, out, errs := tool(t, "report", "top-skus", "--db", db, "--currency", "GBP", "--format", "svg", "--chart", "units")
	require.Zero(t, code, errs)
	require.Contains(t, out, "<title>"+formula+": 1</title>")
	d := xml.NewDecoder(strings.NewReader(out))
	_, err := d.Token()
	for err == nil {
		_, err = d.Token()
	}
	require.ErrorIs(t, err, io.EOF)

	code, out, errs = tool(t, "report", "top-skus", "--db", db, "--format", "svg")
	require.Equal(t, 1, code)
	require.Empty(t, out)
	require.Contains(t, errs, "EUR, GBP")
	require.Contains(t, errs, "ask for one currency")
}

func TestReportAsAPageInAFile(t *testing.T) {
	file := filepath.Join(t.TempDir(), "sales.html")
	code, out, errs := tool(t, "report", "sales", "--db", newSold(t), "--currency", "GBP", "--zone", "Europe/Berlin", "--format", "html", "--out", file)
	require.Zero(t, code, errs)
	require.Empty(t, out)
	page, err := os.ReadFile(file)
	require.NoError(t, err)
	require.Contains(t, string(page), "<h1>Sales</h1>")
	require.Contains(t, string(page), "<svg ")
	require.Contains(t, string(page), `<dd class="figure">23,885.00 <small>GBP</small></dd>`)

	code, _, errs = tool(t, "report", "sales", "--db", newSold(t), "--out", filepath.Join(t.TempDir(), "none", "x.txt"))
	require.Equal(t, 1, code)
	require.Contains(t, errs, "x.txt")
}

func TestReportSaysWhatIsAllowed(t *testing.T) {
	db := newSold(t)
	for name, c := range map[string]struct {
		args []string
		code int
		says []string
	}{
		"an unknown report":     {[]string{"profit"}, 1, []string{`"profit"`, "sales", "top-skus"}},
		"an unknown dimension":  {[]string{"sales", "--by", "colour"}, 1, []string{`"colour"`, "month", "country"}},
		"two of time":           {[]string{"sales", "--by", "day,month"}, 1, []string{"one dimension of time"}},
		"an unknown figure":     {[]string{"sales", "--measures", "profit"}, 1, []string{`"profit"`, "gross"}},
		"an unknown zone":       {[]string{"sales", "--zone", "Berlin"}, 1, []string{`"Berlin"`, "Europe/London"}},
		"a time that is none":   {[]string{"sales", "--from", "spring"}, 1, []string{"from", `"spring"`, "2025-03-04"}},
		"a reversed period":     {[]string{"sales", "--from", "2025-04", "--to", "2025-03"}, 1, []string{"the end itself is not part of it"}},
		"no lead":               {[]string{"jeopardy", "--lead", "soon"}, 1, []string{"--lead", `"soon"`}},
		"no moment":             {[]string{"sales", "--as-of", "noon"}, 1, []string{"--as-of", `"noon"`}},
		"half a condition":      {[]string{"sales", "--where", "channel"}, 1, []string{"--where channel", "DIMENSION=VALUE"}},
		"an unknown condition":  {[]string{"sales", "--where", "colour=red"}, 1, []string{`"colour"`}},
		"less than no rows":     {[]string{"sales", "--limit=-1"}, 1, []string{"limit", `"-1"`}},
		"an unknown chart":      {[]string{"sales", "--currency", "GBP", "--format", "svg", "--chart", "profit"}, 1, []string{`"profit"`, "gross"}},
		"totals of a table":     {[]string{"sales", "--totals"}, 1, []string{"--totals", "csv"}},
		"a chart in CSV":        {[]string{"sales", "--format", "csv", "--chart", "net"}, 1, []string{"--chart", "svg", "html"}},
		"two formats":           {[]string{"sales", "--format", "csv", "--json"}, 1, []string{"--json", "csv"}},
		"an unknown format":     {[]string{"sales", "--format", "xlsx"}, misused, []string{"--format", "table", "html"}},
		"no report":             {nil, misused, []string{"<name>"}},
		"a number that is none": {[]string{"sales", "--limit", "ten"}, misused, []string{"--limit"}},
	} {
		t.Run(name, func(t *testing.T) {
			out := filepath.Join(t.TempDir(), "out")
			code, text, errs := tool(t, append([]string{"report", "--db", db, "--out", out}, c.args...)...)
			require.Equal(t, c.code, code, errs)
			require.Empty(t, text)
			require.NoFileExists(t, out, "nothing is half-written")
			for _, word := range c.says {
				require.Contains(t, errs, word)
			}
		})
	}
	code, _, errs := tool(t, "report", "sales", "--db", filepath.Join(t.TempDir(), "none.db"))
	require.Equal(t, 1, code)
	require.Contains(t, errs, "there is no file")
}

func TestReportIsOfOneTenant(t *testing.T) {
	l := newLived(t)
	code, out, errs := tool(t, "report", "orders", "--db", l.path)
	require.Equal(t, 1, code)
	require.Empty(t, out)
	require.Contains(t, errs, `--tenant wants one of ["" "acme"]`)
	for _, tenant := range []string{"", "acme"} {
		code, out, errs = tool(t, "report", "orders", "--db", l.path, "--tenant", tenant, "--measures", "orders")
		require.Zero(t, code, errs)
		require.Contains(t, out, "\nTotal             2\n", "the two orders of one tenant")
	}
}

func TestReportsAreSortedAsAsked(t *testing.T) {
	file := filepath.Join(t.TempDir(), "shop.db")
	code, _, errs := tool(t, "demo", "--db", file, "--orders", "40", "--seed", "4")
	require.Zero(t, code, errs)
	ask := func(flags ...string) []string {
		code, out, errs := tool(t, append([]string{"report", "sales", "--db", file, "--by", "sku", "--measures", "units", "--format", "csv"}, flags...)...)
		require.Zero(t, code, errs)
		rows := strings.Split(strings.TrimSpace(out), "\n")[1:]
		require.Greater(t, len(rows), 3)
		return rows
	}
	units := func(row string) int {
		n, err := strconv.Atoi(row[strings.LastIndex(row, ",")+1:])
		require.NoError(t, err)
		return n
	}
	most, least := ask("--sort", "units"), ask("--sort", "units", "--ascending")
	require.True(t, slices.IsSortedFunc(most, func(a, b string) int { return units(b) - units(a) }), most)
	require.True(t, slices.IsSortedFunc(least, func(a, b string) int { return units(a) - units(b) }), least)
	require.False(t, slices.Equal(most, ask()))

	for flags, want := range map[string]string{
		"--ascending": "--ascending goes with --sort", "--sort net": "sort", "--tenant nope": `there is no tenant "nope"`,
	} {
		code, out, errs := tool(t, append([]string{"report", "sales", "--db", file, "--measures", "units"}, strings.Fields(flags)...)...)
		require.Equal(t, 1, code)
		require.Empty(t, out)
		require.Contains(t, errs, want)
	}
}

func TestReportListSaysWhatCanBeAsked(t *testing.T) {
	code, out, errs := tool(t, "report", "list")
	require.Zero(t, code, errs)
	flat := strings.Join(strings.Fields(out), " ")
	for _, r := range reporting.Reports() {
		require.Contains(t, flat, r.Name+" "+r.Title+". "+strings.Join(strings.Fields(r.Definition), " "))
		require.Contains(t, flat, r.Cost)
	}
	for _, source := range reporting.Sources() {
		for _, m := range source.Measures() {
			require.Contains(t, flat, string(m.Name)+" "+m.Title+": "+m.Definition)
		}
		for _, d := range source.Dimensions() {
			require.Contains(t, flat, string(d.Name)+" "+d.Title+": "+d.Definition)
		}
	}
	for line := range strings.Lines(out) {
		require.LessOrEqual(t, len([]rune(line)), lineWidth+1, line)
	}

	code, out, errs = tool(t, "report", "list", "--json")
	require.Zero(t, code, errs)
	var list []map[string]any
	decode(t, out, &list)
	require.Len(t, list, len(reporting.Reports()))
	require.NotEmpty(t, list[0]["measures"])
	require.NotEmpty(t, list[0]["dimensions"])
}
