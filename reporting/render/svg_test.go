package render_test

import (
	"encoding/xml"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/go-oms/oms/fault"
	"github.com/go-oms/oms/money"
	"github.com/go-oms/oms/reporting"
	"github.com/go-oms/oms/reporting/render"
)

// element is a part of a picture.
type element struct {
	XMLName xml.Name
	Attrs   []xml.Attr `xml:",any,attr"`
	Text    string     `xml:",chardata"`
	Inside  []element  `xml:",any"`
}

func (e element) attr(name string) string {
	i := slices.IndexFunc(e.Attrs, func(a xml.Attr) bool { return a.Name.Local == name })
	if i < 0 {
		return ""
	}
	return e.Attrs[i].Value
}

func (e element) number(t *testing.T, name string) float64 {
	t.Helper()
	n, err := strconv.ParseFloat(e.attr(name), 64)
	require.NoError(t, err, name)
	return n
}

// all returns the elements of a name whose class begins so, wherever they are.
func (e element) all(name, class string) []element {
	var list []element
	for _, in := range e.Inside {
		if in.XMLName.Local == name && strings.HasPrefix(in.attr("class"), class) {
			list = append(list, in)
		}
		list = append(list, in.all(name, class)...)
	}
	return list
}

// texts are the texts of elements.
func texts(list []element) []string {
	var words []string
	for _, e := range list {
		words = append(words, e.Text)
	}
	return words
}

// labels are the texts of a picture but for its head.
func labels(p element) []string {
	return texts(slices.DeleteFunc(p.all("text", ""), func(e element) bool { return e.attr("class") == "head" }))
}

// picture draws a table and reads the picture as XML does.
func picture(t *testing.T, of *reporting.Table, c render.Chart) element {
	t.Helper()
	var b strings.Builder
	require.NoError(t, render.SVG(&b, of, c))
	var e element
	d := xml.NewDecoder(strings.NewReader(b.String()))
	require.NoError(t, d.Decode(&e), b.String())
	_, err := d.Token()
	for err == nil {
		_, err = d.Token()
	}
	require.ErrorIs(t, err, io.EOF, "one document")
	return e
}

func TestSVGDrawsPiecesOfTimeAsColumns(t *testing.T) {
	p := picture(t, months(), render.Chart{Measure: reporting.Net})
	require.Equal(t, "img", p.attr("role"))
	require.Equal(t, "0 0 720 316", p.attr("viewBox"))
	titles := texts(p.all("title", ""))
	require.Equal(t, []string{"Net by month, EUR", "2025-01: 1,234.50 EUR", "2025-02: -80.00 EUR", "2025-03: 1,234,567.89 EUR"}, titles)
	require.Equal(t, []string{"Net by month, EUR"}, texts(p.all("text", "head")), "who sees it reads it too")
	require.Equal(t, []string{"3 figures from 2025-01 to 2025-03. Highest is 2025-03: 1,234,567.89 EUR; lowest is 2025-02: -80.00 EUR."}, texts(p.all("desc", "")))
	require.Equal(t, []string{"-500,000", "0", "500,000", "1,000,000", "1,500,000", "Jan", "Feb", "Mar"}, labels(p))
}

func TestSVGPutsLossesBelowTheAxis(t *testing.T) {
	var rows []reporting.Row
	for i, m := range []string{"100 EUR", "-50 EUR", "0 EUR", "25 EUR"} {
		rows = append(rows, row("EUR", keys(fmt.Sprintf("2025-0%d", i+1)), amount(m)))
	}
	p := picture(t, tableOf([]reporting.Dimension{reporting.ByMonth}, []reporting.Measure{reporting.Net}, 0, rows...), render.Chart{})
	zero := p.all("line", "zero")
	require.Len(t, zero, 1)
	y := zero[0].number(t, "y1")
	marks := p.all("rect", "mark")
	require.Len(t, marks, 4)
	top := func(i int) float64 { return marks[i].number(t, "y") }
	height := func(i int) float64 { return marks[i].number(t, "height") }
	require.InDelta(t, y, top(0)+height(0), 0.11, "what is gained stands on the axis")
	require.InDelta(t, y, top(1), 0.11, "what is lost hangs from it")
	require.Zero(t, height(2))
	require.InDelta(t, 2, height(0)/height(1), 0.02, "columns are as long as their figures")
	require.InDelta(t, 4, height(0)/height(3), 0.02)
}

func TestSVGDrawsGroupsAsBars(t *testing.T) {
	table := tableOf([]reporting.Dimension{reporting.BySKU, reporting.ByChannel}, []reporting.Measure{reporting.OrderCount, reporting.Net}, 0,
		row("EUR", keys("TEE-M", "web"), count(2), amount("60 EUR")),
		row("EUR", keys("", ""), count(1), amount("-20 EUR")),
		row("EUR", keys("CAP", "web"), count(1), nothing),
		row("EUR", keys("MUG", "web"), count(9), amount("5 EUR")),
		row("EUR", keys("PEN", "web"), count(9), amount("5 EUR")),
	)
	table.Omitted = 3
	p := picture(t, table, render.Chart{Measure: reporting.Net, Bars: 3})
	require.Equal(t, []string{"Net by SKU and channel, EUR (3 of 7)", "TEE-M · web: 60.00 EUR", "(no SKU) · (none): -20.00 EUR", "MUG · web: 5.00 EUR"}, texts(p.all("title", "")))
	require.Equal(t, []string{"The first 3 of 7 groups. Highest is TEE-M · web: 60.00 EUR; lowest is (no SKU) · (none): -20.00 EUR."}, texts(p.all("desc", "")))
	require.Equal(t, []string{"TEE-M · web", "60.00", "(no SKU) · (none)", "-20.00", "MUG · web", "5.00"}, labels(p))
	zero := p.all("line", "zero")[0].number(t, "x1")
	marks := p.all("rect", "mark")
	require.InDelta(t, zero, marks[0].number(t, "x"), 0.11)
	require.InDelta(t, zero, marks[1].number(t, "x")+marks[1].number(t, "width"), 0.11, "losses are left of the axis")
	require.InDelta(t, 3, marks[0].number(t, "width")/marks[1].number(t, "width"), 0.02)
}

func TestSVGDrawsManyPiecesOfTimeAsALine(t *testing.T) {
	var rows []reporting.Row
	for i := range 70 {
		v := amount(fmt.Sprintf("%d EUR", i))
		if i == 30 {
			v = nothing
		}
		rows = append(rows, row("EUR", keys(fmt.Sprintf("%d", 1900+i)), v))
	}
	by, net := []reporting.Dimension{reporting.ByYear}, []reporting.Measure{reporting.Net}
	p := picture(t, tableOf(by, net, 0, rows...), render.Chart{})
	require.Empty(t, p.all("rect", "mark"))
	line := p.all("path", "line")
	require.Len(t, line, 1)
	require.Equal(t, 2, strings.Count(line[0].attr("d"), "M"), "the line is broken where there is no figure")
	require.Equal(t, 67, strings.Count(line[0].attr("d"), "L"))
	require.Equal(t, 2, strings.Count(p.all("path", "mark area")[0].attr("d"), "Z"))
	require.Len(t, p.all("g", ""), 70, "each piece of time has its text")
	require.Contains(t, texts(p.all("title", "")), "1930: –")
	require.Len(t, picture(t, tableOf(by, net, 0, rows[:62]...), render.Chart{}).all("rect", "mark"), 62)
}

func TestSVGLabelsDoNotOverlap(t *testing.T) {
	for _, size := range []int{120, 240, 360, 720, 1600} {
		for _, pieces := range []int{1, 2, 12, 31, 62, 200} {
			var rows []reporting.Row
			for i := range pieces {
				rows = append(rows, row("", keys(fmt.Sprintf("%d-W%02d", 2001+i/52, 1+i%52)), count(int64(i))))
			}
			p := picture(t, tableOf([]reporting.Dimension{reporting.ByWeek}, []reporting.Measure{reporting.OrderCount}, 0, rows...), render.Chart{Width: size})
			end, places := 0.0, []int(nil)
			for _, label := range p.all("text", "") {
				if label.attr("text-anchor") != "middle" {
					continue
				}
				half := 3.5 * float64(len(label.Text)) // as wide as most fonts are at 12 pixels
				middle := label.number(t, "x")
				require.GreaterOrEqual(t, middle-half, end, "%d pieces, %d wide: %s", pieces, size, label.Text)
				require.LessOrEqual(t, middle+half, float64(size)+1)
				end = middle + half
				places = append(places, slices.IndexFunc(rows, func(r reporting.Row) bool { return strings.HasSuffix(r.Keys[0], label.Text) }))
			}
			require.NotEmpty(t, places)
			for i := 2; i < len(places) && pieces <= 52; i++ {
				require.Equal(t, places[1], places[i]-places[i-1], "every so many have a label")
			}
		}
	}
}

func TestSVGLabelsTimeByTheYearWhereThereAreSeveral(t *testing.T) {
	for _, c := range []struct {
		by         reporting.Dimension
		keys, want []string
	}{
		{reporting.ByDay, keys("2025-03-01", "2025-03-12"), keys("1 Mar", "12 Mar")},
		{reporting.ByDay, keys("2024-12-31", "2025-01-01"), keys("2024-12-31", "2025-01-01")},
		{reporting.ByWeek, keys("2025-W09", "2025-W10"), keys("W09", "W10")},
		{reporting.ByMonth, keys("2024-12", "2025-01"), keys("2024-12", "2025-01")},
		{reporting.ByQuarter, keys("2025-Q1", "2025-Q2"), keys("Q1", "Q2")},
		{reporting.ByYear, keys("2025"), keys("2025")},
	} {
		var rows []reporting.Row
		for _, key := range c.keys {
			rows = append(rows, row("", keys(key), count(1)))
		}
		p := picture(t, tableOf([]reporting.Dimension{c.by}, []reporting.Measure{reporting.OrderCount}, 0, rows...), render.Chart{})
		require.Equal(t, c.want, labels(p)[2:], "after the ticks")
	}
}

func TestSVGIsXMLWhateverTheKeysAre(t *testing.T) {
	for key, want := range map[string]string{
		`</title><script>alert(1)</script>`: `</title><script>alert(1)</script>`,
		`a&b"c'd]]>`:                        `a&b"c'd]]>`,
		"\x00\x1b\ufffe\xff":                "\ufffd\ufffd\ufffd\ufffd",
		"\u202eturned":                      "\ufffdturned",
	} {
		p := picture(t, groups(key), render.Chart{Title: key})
		require.Equal(t, want+": 1.00 EUR", p.all("title", "")[1].Text)
		require.Equal(t, want, labels(p)[0])
		require.Empty(t, p.all("script", ""))
	}
}

func TestSVGLoadsNothing(t *testing.T) {
	var b strings.Builder
	require.NoError(t, render.SVG(&b, months(), render.Chart{}))
	for _, word := range []string{"href", "url(", "@import", "<script", "<image", "<foreignObject", " on"} {
		require.NotContains(t, strings.ReplaceAll(b.String(), "xmlns=", ""), word)
	}
}

func TestSVGOfNothingSaysSo(t *testing.T) {
	p := picture(t, groups(), render.Chart{})
	require.Equal(t, []string{"Nothing to show."}, labels(p))
	p = picture(t, tableOf(nil, []reporting.Measure{reporting.OrderCount}, 0, row("", nil, count(7))), render.Chart{Height: 200})
	require.Equal(t, []string{"All", "7"}, labels(p))
}

func TestSVGFitsIntoEverySize(t *testing.T) {
	long := strings.Repeat("W", 100)
	most := amount("92233720368547758.07 EUR")
	for _, size := range []render.Chart{{Width: 120, Height: 120}, {Width: 120, Height: 4000}, {Width: 4000, Height: 120}, {Width: 120, Height: 120, Bars: 100}} {
		for name, table := range map[string]*reporting.Table{
			"time": tableOf([]reporting.Dimension{reporting.ByYear}, []reporting.Measure{reporting.Net}, 0,
				row("EUR", keys("2024"), most), row("EUR", keys("2025"), amount("-92233720368547758.07 EUR")), row("EUR", keys("2026"), amount("0.000001 EUR"))),
			"groups": tableOf([]reporting.Dimension{reporting.BySKU}, []reporting.Measure{reporting.Net}, 0,
				row("EUR", keys(long), most), row("EUR", keys("b"), amount("-92233720368547758.07 EUR"))),
			"many": groups(strings.Split(strings.Repeat("x,", 99)+"x", ",")...),
		} {
			p := picture(t, table, size)
			require.NotEmpty(t, p.all("rect", "mark"))
			for _, rect := range p.all("rect", "") {
				require.GreaterOrEqual(t, rect.number(t, "width"), 0.0, "%s, %d × %d", name, size.Width, size.Height)
				require.GreaterOrEqual(t, rect.number(t, "height"), 0.0, "%s, %d × %d", name, size.Width, size.Height)
			}
		}
	}
}

func TestTablesThatWerePutTogetherWronglyAreRefused(t *testing.T) {
	few, bare, total := months(), months(), months()
	few.Rows[1].Values = few.Rows[1].Values[:2]
	bare.Rows[2].Keys = nil
	total.Totals[0].Values = nil
	for field, table := range map[string]*reporting.Table{"table": nil, "table.rows[1]": few, "table.rows[2]": bare, "table.totals[0]": total} {
		for name, show := range map[string]func(io.Writer) error{
			"text": func(w io.Writer) error { return render.Text(w, table) },
			"csv":  func(w io.Writer) error { return render.CSV(w, table, render.CSVOptions{}) },
			"svg":  func(w io.Writer) error { return render.SVG(w, table, render.Chart{}) },
			"page": (&render.Page{Sections: []render.Section{{Table: table}}}).Write,
		} {
			var b strings.Builder
			var invalid *fault.InvalidError
			require.ErrorAs(t, show(&b), &invalid, name)
			require.Equal(t, field, invalid.Field)
			require.Empty(t, b.String())
		}
	}
}

func TestSVGRefuses(t *testing.T) {
	mixed := tableOf([]reporting.Dimension{reporting.BySKU}, []reporting.Measure{reporting.OrderCount, reporting.Gross}, 0,
		row("EUR", keys("A"), count(1), amount("1 EUR")), row("GBP", keys("A"), count(1), amount("1 GBP")))
	for name, c := range map[string]struct {
		of    *reporting.Table
		chart render.Chart
		field string
	}{
		"an unknown measure":    {months(), render.Chart{Measure: "profit"}, "measure"},
		"no measure":            {&reporting.Table{}, render.Chart{}, "measure"},
		"a picture too narrow":  {months(), render.Chart{Width: 119}, "width"},
		"a picture too high":    {months(), render.Chart{Height: 4001}, "height"},
		"less than no bars":     {months(), render.Chart{Bars: -1}, "bars"},
		"more bars than anyone": {months(), render.Chart{Bars: 101}, "bars"},
	} {
		t.Run(name, func(t *testing.T) {
			var b strings.Builder
			err := render.SVG(&b, c.of, c.chart)
			var invalid *fault.InvalidError
			require.ErrorAs(t, err, &invalid)
			require.Equal(t, c.field, invalid.Field)
			require.Empty(t, b.String())
		})
	}
	for _, m := range []reporting.Measure{reporting.Gross, reporting.OrderCount} {
		var b strings.Builder
		err := render.SVG(&b, mixed, render.Chart{Measure: m})
		var several *reporting.MixedCurrenciesError
		require.ErrorAs(t, err, &several)
		require.Equal(t, []money.Currency{"EUR", "GBP"}, several.Have)
		require.Equal(t, string(m), several.What)
		require.Empty(t, b.String())
	}
	require.ErrorIs(t, render.SVG(broken{}, months(), render.Chart{}), errBroken)
}
