package render_test

import (
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/go-oms/oms/fault"
	"github.com/go-oms/oms/reporting"
	"github.com/go-oms/oms/reporting/render"
)

func page(t *testing.T, p render.Page) string {
	t.Helper()
	var b strings.Builder
	require.NoError(t, p.Write(&b))
	return b.String()
}

// words is a page without its markup, a line for each text.
func words(html string) []string {
	_, html, _ = strings.Cut(html, "<body>")
	html = regexp.MustCompile(`(?s)<svg.*?</svg>`).ReplaceAllString(html, "")
	var list []string
	for _, text := range regexp.MustCompile(`<[^>]*>`).Split(html, -1) {
		if text = strings.TrimSpace(text); text != "" {
			list = append(list, text)
		}
	}
	return list
}

func period(t *testing.T, from, to, zone string) reporting.Period {
	t.Helper()
	p, err := reporting.ParsePeriod(from, to, zone)
	require.NoError(t, err)
	return p
}

func TestPageSaysWhatItIsAbout(t *testing.T) {
	year := period(t, "2025-01", "2025-04", "Europe/Berlin")
	table := months()
	table.Query.Period = year
	r := reporting.Report{Title: "Sales", Definition: "What was sold.", Cost: "reads facts", Chart: reporting.Net}
	html := page(t, render.Page{
		Title: "Good morning", Lead: "All of it.", Footer: "Made up.", Period: year, Zone: "Europe/Berlin",
		AsOf:     time.Date(2025, 4, 1, 6, 0, 0, 0, time.UTC),
		Cards:    []render.Card{{Title: "Net", Value: amount("-1234.5 EUR"), Note: "in spring"}, {Title: "Rate", Value: part(1, 8)}},
		Sections: []render.Section{render.SectionOf(r, table)},
	})
	require.Equal(t, []string{
		"Good morning", "All of it.",
		"Period", "1 January – 31 March 2025", "Time zone", "Europe/Berlin", "Currency", "EUR", "As of", "1 April 2025, 08:00",
		"Net", "−1,234.50", "EUR", "in spring", "Rate", "12.5%",
		"Sales", "What was sold.", "Net by month, EUR", "Sales, amounts in EUR",
		"Month", "Orders", "Units", "Net", "Return rate",
		"2025-01", "12", "30", "1,234.50", "3.3%",
		"2025-02", "0", "0", "−80.00", "–",
		"2025-03", "1,012", "2,100.5", "1,234,567.89", "66.7%",
		"Total", "1,024", "2,130.5", "1,235,722.39", "12.5%",
		"Cost: reads facts.",
		"Made up.",
	}, words(html))
	require.Equal(t, 3, strings.Count(html, "<svg "), "one picture for each width")
	require.Equal(t, html, page(t, render.Page{
		Title: "Good morning", Lead: "All of it.", Footer: "Made up.", Period: year, Zone: "Europe/Berlin",
		AsOf:     time.Date(2025, 4, 1, 6, 0, 0, 0, time.UTC),
		Cards:    []render.Card{{Title: "Net", Value: amount("-1234.5 EUR"), Note: "in spring"}, {Title: "Rate", Value: part(1, 8)}},
		Sections: []render.Section{render.SectionOf(r, table)},
	}), "the same page is the same bytes")
}

func TestPageNamesCurrenciesWhereThereAreSeveral(t *testing.T) {
	table := tableOf([]reporting.Dimension{reporting.BySKU}, []reporting.Measure{reporting.Gross}, 2,
		row("EUR", keys("A"), amount("1 EUR")), row("GBP", keys("A"), amount("2 GBP")),
		row("EUR", nil, amount("1 EUR")), row("GBP", nil, amount("2 GBP")))
	html := page(t, render.Page{Title: "Two", Sections: []render.Section{{Title: "Sales", Table: table, Chart: reporting.Gross}}})
	require.Equal(t, []string{
		"Two", "Period", "the whole books", "Time zone", "UTC", "Currency", "EUR, GBP",
		"Sales", "Sales", "SKU", "Currency", "Gross", "A", "EUR", "1.00", "A", "GBP", "2.00", "Total", "EUR", "1.00", "Total", "GBP", "2.00",
	}, words(html))
	require.NotContains(t, html, "<svg", "amounts of several currencies are no one picture")
}

func TestPageOfNothingSaysSo(t *testing.T) {
	html := page(t, render.Page{Title: "Empty", Sections: []render.Section{{Title: "Sales", Table: groups(), Chart: reporting.Gross}}})
	require.Equal(t, []string{"Empty", "Period", "the whole books", "Time zone", "UTC", "Sales", "Nothing to show."}, words(html))
}

func TestPageSaysWhereAPeriodDiffers(t *testing.T) {
	sales, stock := groups("A"), groups("A")
	sales.Query.Period = period(t, "2025-03-04", "2025-03-05", "UTC")
	stock.Query.From, stock.Query.Period = reporting.Stock, sales.Query.Period
	slow := *stock
	slow.Query.Measures = []reporting.Measure{reporting.Sold}
	html := page(t, render.Page{Title: "P", Sections: []render.Section{
		{Title: "Yesterday", Table: sales}, {Title: "Stock", Table: stock}, {Title: "Slow", Table: &slow},
	}})
	require.Contains(t, html, "<h2>Slow</h2>\n<p class=\"period\">sold: 4 March 2025</p>")
	require.Contains(t, html, "<h2>Yesterday</h2>\n<p class=\"period\">4 March 2025</p>")
	require.Contains(t, html, "<h2>Stock</h2>\n<div", "stock is as of now")
}

func TestPeriodsInWords(t *testing.T) {
	for _, c := range []struct{ from, to, want string }{
		{"2025", "2026", "1 January – 31 December 2025"},
		{"2025-03", "2025-04", "1–31 March 2025"},
		{"2025-03-04", "2025-03-05", "4 March 2025"},
		{"2024-12-30", "2025-01-02", "30 December 2024 – 1 January 2025"},
		{"2025-03-04T08:30", "2025-03-05", "4 March 2025, 08:30 to before 5 March 2025"},
		{"2025-03-04", "2025-03-05T08:30", "4 March 2025 to before 5 March 2025, 08:30"},
		{"2025-03-04", "", "since 4 March 2025"},
		{"", "2025-03-04T08:30", "before 4 March 2025, 08:30"},
		{"", "", "the whole books"},
	} {
		html := page(t, render.Page{Title: "P", Zone: "America/New_York", Period: period(t, c.from, c.to, "America/New_York")})
		require.Equal(t, []string{"P", "Period", c.want, "Time zone", "America/New_York"}, words(html))
	}
}

func TestPageEscapesWhateverTheBooksContain(t *testing.T) {
	const evil = `"><script>alert(1)</script><b>&amp;` + "\u202e"
	html := page(t, render.Page{
		Title: evil, Lead: evil, Footer: evil, Cards: []render.Card{{Title: evil, Note: evil, Value: count(1)}},
		Sections: []render.Section{{Title: evil, Definition: evil, Cost: evil, Table: groups(evil, "b"), Chart: reporting.Gross}},
	})
	require.NotContains(t, html, "<script")
	require.NotContains(t, html, "<b>")
	_, books, _ := strings.Cut(html, "<tbody>")
	require.NotContains(t, strings.SplitN(books, "</tbody>", 2)[0], "\u202e", "no key turns the page around")
}

func TestPageNeedsNothingElse(t *testing.T) {
	table := months()
	html := page(t, render.Page{Title: "P", Sections: []render.Section{{Title: "Sales", Table: table, Chart: reporting.Net}}})
	require.Contains(t, html, `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'">`)
	for _, word := range []string{"<script", "<link", "<img", "<iframe", "href", "src=", "url(", "@import", "javascript:", " onload"} {
		require.NotContains(t, html, word)
	}
	require.NotContains(t, strings.ReplaceAll(html, `xmlns="http://www.w3.org/2000/svg"`, ""), "http://")
	for _, part := range []string{
		"<main>", `<html lang="en">`, "<caption>Sales, amounts in EUR</caption>", `<th scope="col">Month</th>`, `<th scope="row">2025-01</th>`,
		`<td class="number">12</td>`, `role="img"`, `role="region" aria-label="Sales" tabindex="0"`,
		"@media (prefers-color-scheme: dark)", "@media print",
	} {
		require.Contains(t, html, part)
	}
	require.Equal(t, []string{"h1", "h2"}, headings(html))
	require.NotContains(t, html, "ZgotmplZ", "the template trusts what it is given")
}

func headings(html string) []string {
	var list []string
	for _, m := range regexp.MustCompile(`<(h[1-6])[ >]`).FindAllStringSubmatch(html, -1) {
		list = append(list, m[1])
	}
	return list
}

func TestPageRefusesBeforeItWrites(t *testing.T) {
	for name, c := range map[string]struct {
		page  render.Page
		field string
	}{
		"an unknown zone":         {render.Page{Zone: "Berlin"}, "zone"},
		"a chart of what is none": {render.Page{Sections: []render.Section{{Table: months()}, {Table: months(), Chart: "profit"}}}, "measure"},
		"a section without table": {render.Page{Sections: []render.Section{{Title: "Sales"}}}, "table"},
	} {
		t.Run(name, func(t *testing.T) {
			var b strings.Builder
			var invalid *fault.InvalidError
			require.ErrorAs(t, c.page.Write(&b), &invalid)
			require.Equal(t, c.field, invalid.Field)
			require.Empty(t, b.String())
		})
	}
	require.ErrorIs(t, new(render.Page).Write(broken{}), errBroken)
}
