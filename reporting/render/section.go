package render

import (
	"errors"
	"html/template"
	"slices"
	"time"

	"github.com/go-oms/oms/reporting"
)

// The widths of a section's pictures, in pixels: on a phone, on a tablet or paper,
// and on a desk, where a section has half of the page or all of it.
const (
	smallWidth = 318
	midWidth   = 640
	halfWidth  = 470
	wideWidth  = 1006
)

// What a section may have that shares a row of the page: columns of its table, and
// pieces of time.
const (
	halfColumns = 4
	halfTimes   = 14
)

// longKey is from where on a key may be broken into lines.
const longKey = 36

func (s *Section) view(p *Page, loc *time.Location) (sectionView, error) {
	t := s.Table
	v := sectionView{Title: s.Title, Definition: s.Definition, Nothing: nothing, Caption: s.Title}
	switch q := t.Query; {
	case q.Period == p.Period:
	case q.From != reporting.Stock:
		v.Period = PeriodText(q.Period, loc)
	case t.Column(reporting.Sold) >= 0:
		v.Period = "sold: " + PeriodText(q.Period, loc) // all else is as of now
	}
	g := newGrid(t)
	if i := s.onlyCurrency(); i >= 0 {
		g.drop(i)
		v.Caption += ", amounts in " + currenciesOf(t)[0].Code()
	}
	for _, h := range g.head {
		v.Head = append(v.Head, cellView{Text: h.title, Number: h.figure})
	}
	v.Rows, v.Totals = g.cells(g.rows), g.cells(g.totals)
	v.Wide = len(g.head) > halfColumns || len(t.By) == 1 && isTime(t.By[0].Name) && len(g.rows) > halfTimes
	v.Slim = v.Wide && len(g.head) <= halfColumns
	if err := s.charts(&v); err != nil {
		return v, err
	}
	if t.Omitted > 0 {
		v.Foot = append(v.Foot, omitted(t.Omitted))
	}
	if s.Cost != "" {
		v.Foot = append(v.Foot, "Cost: "+s.Cost+".")
	}
	return v, nil
}

// charts draws the section's picture in each size.
func (s *Section) charts(v *sectionView) error {
	if s.Chart == "" || len(s.Table.Rows) < 2 {
		return nil
	}
	large := halfWidth
	if v.Wide {
		large = wideWidth
	}
	for _, size := range []struct {
		class string
		width int
	}{{"small", smallWidth}, {"mid", midWidth}, {"large", large}} {
		d, err := draw(s.Table, Chart{Measure: s.Chart, Width: size.width}, 0)
		var mixed *reporting.MixedCurrenciesError
		switch {
		case errors.As(err, &mixed):
			v.Charts = nil
			return nil
		case err != nil:
			return err
		}
		v.Drawn = d.title
		v.Charts = append(v.Charts, chartView{Size: size.class, Picture: template.HTML(d.document(""))})
	}
	return nil
}

// onlyCurrency returns the column of a currency that all rows have, and that the
// caption can say instead; -1 when there is none.
func (s *Section) onlyCurrency() int {
	t := s.Table
	named := func(r reporting.Row) bool { return r.Currency == "" }
	if !needsCurrency(t) || len(currenciesOf(t)) != 1 || slices.ContainsFunc(t.Rows, named) || slices.ContainsFunc(t.Totals, named) {
		return -1
	}
	return len(t.By)
}

// drop takes a column out.
func (g *grid) drop(i int) {
	g.head = slices.Delete(g.head, i, i+1)
	for _, rows := range [][][]string{g.rows, g.totals} {
		for j := range rows {
			rows[j] = slices.Delete(rows[j], i, i+1)
		}
	}
}

// cells are the words of rows with what they are.
func (g *grid) cells(rows [][]string) [][]cellView {
	var list [][]cellView
	for _, words := range rows {
		row := make([]cellView, len(words))
		for i, word := range words {
			row[i] = cellView{Text: visible(word), Number: g.head[i].figure, Row: i == 0 && !g.head[0].figure}
			if g.head[i].figure {
				row[i].Text = minus(word)
			} else {
				row[i].Long = width(word) > longKey
			}
		}
		list = append(list, row)
	}
	return list
}

// PeriodText is a period for people, in the zone, such as "1–31 March 2025": one of
// whole days names its last day, any other the moment before which it ends. A nil zone
// is UTC.
func PeriodText(p reporting.Period, loc *time.Location) string {
	if loc == nil {
		loc = time.UTC
	}
	from, to := p.From.In(loc), p.To.In(loc)
	switch {
	case p.From.IsZero() && p.To.IsZero():
		return "the whole books"
	case p.To.IsZero():
		return "since " + momentText(from)
	case p.From.IsZero():
		return "before " + momentText(to)
	}
	last := to.AddDate(0, 0, -1)
	switch {
	case !startsDay(from) || !startsDay(to):
		return momentText(from) + " to before " + momentText(to)
	case from.Equal(last):
		return dayText(from)
	case from.Year() != last.Year():
		return dayText(from) + " – " + dayText(last)
	case from.Month() != last.Month():
		return from.Format("2 January") + " – " + dayText(last)
	default:
		return from.Format("2") + "–" + dayText(last)
	}
}

func momentText(t time.Time) string {
	if startsDay(t) {
		return dayText(t)
	}
	return t.Format("2 January 2006, 15:04")
}

func dayText(t time.Time) string { return t.Format("2 January 2006") }

func startsDay(t time.Time) bool {
	hour, minute, second := t.Clock()
	return hour == 0 && minute == 0 && second == 0
}
