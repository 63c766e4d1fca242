package render

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/go-oms/oms/fault"
	"github.com/go-oms/oms/reporting"
)

// Chart says what is drawn of a table, and how large. The zero Chart draws the first
// measure.
type Chart struct {
	// Measure is one of the table's; empty is its first.
	Measure reporting.Measure
	// Title says what the picture shows; empty makes one of the measure, the dimensions
	// and the currency, such as "Net by month, EUR", and of how many groups are drawn
	// where that is not all.
	Title string
	// Width and Height are in pixels, and the proportions where the picture is scaled;
	// 0 is DefaultWidth, and a height that fits what is drawn.
	Width, Height int
	// Bars is how many groups are drawn, the table's first; 0 is DefaultBars. Pieces of
	// time are always all drawn.
	Bars int
}

// What a zero [Chart] stands for.
const (
	DefaultWidth = 720
	DefaultBars  = 12
)

// The limits of a chart.
const (
	minSize, maxSize = 120, 4000
	maxBars          = 100
)

// maxColumns is up to how many pieces of time are columns; more are a line.
const maxColumns = 62

// SVG draws one measure of a table: columns or, when there are many, a line where the
// rows are pieces of time, and bars otherwise. Values below zero are below the axis,
// or to the left of it; what there is no figure for is left out.
//
// The picture has its title at the top, a description and a text for each of its
// marks. Its colours are the CSS variables --chart-mark, --chart-text and --chart-line
// where a page sets them, and else ones that are seen on light and on dark ground; it
// has no ground of its own. It loads nothing and runs nothing.
//
// The error is the writer's, a *fault.InvalidError for a chart that cannot be drawn, or
// a *[reporting.MixedCurrenciesError] for a table with amounts of several currencies;
// then nothing is written.
func SVG(w io.Writer, t *reporting.Table, c Chart) error {
	d, err := draw(t, c, headHeight)
	if err != nil {
		return err
	}
	_, err = io.WriteString(w, d.document(chartStyle)+"\n")
	return err
}

// headHeight is what the title takes of a picture that stands alone.
const headHeight = 28

// draw makes the picture, with the title to be seen in so many pixels at the top.
func draw(t *reporting.Table, c Chart, top int) (*drawing, error) {
	own := c.Title != ""
	c, err := c.settled(t)
	if err != nil {
		return nil, err
	}
	s := newSeries(t, c)
	if !own && s.left > 0 && len(s.marks) > 0 {
		c.Title += fmt.Sprintf(" (%d of %d)", len(s.marks), len(s.marks)+s.left)
	}
	d := &drawing{width: c.Width, height: c.Height, top: 10 * top, title: c.Title, desc: s.description()}
	d.head()
	switch {
	case len(s.marks) == 0:
		d.empty()
	case s.time:
		d.overTime(s)
	default:
		d.bars(s)
	}
	return d, nil
}

// settled holds the chart against the table and puts in what was left open.
func (c Chart) settled(t *reporting.Table) (Chart, error) {
	if err := checkTable(t); err != nil {
		return c, err
	}
	names := make([]string, len(t.Columns))
	for i, m := range t.Columns {
		names[i] = string(m.Name)
	}
	if c.Measure == "" && len(names) > 0 {
		c.Measure = t.Columns[0].Name
	}
	column := slices.Index(names, string(c.Measure))
	if column < 0 {
		return c, fault.Invalid("measure", c.Measure, "one of "+strings.Join(names, ", "))
	}
	if have := currenciesOf(t); len(have) > 1 {
		return c, &reporting.MixedCurrenciesError{What: string(c.Measure), Have: have}
	}
	if c.Title == "" {
		c.Title = t.Columns[column].Title
		for i, d := range t.By {
			c.Title += []string{" by ", " and "}[min(i, 1)] + spoken(d.Title)
		}
		if have := currenciesOf(t); t.Columns[column].Kind == reporting.Money && len(have) == 1 {
			c.Title += ", " + have[0].Code()
		}
	}
	for _, limit := range []struct {
		field       string
		given       *int
		least, most int
		otherwise   int
	}{
		{"width", &c.Width, minSize, maxSize, DefaultWidth},
		{"height", &c.Height, minSize, maxSize, 0},
		{"bars", &c.Bars, 1, maxBars, DefaultBars},
	} {
		switch given := *limit.given; {
		case given == 0:
			*limit.given = limit.otherwise
		case given < limit.least || given > limit.most:
			return c, fault.Invalid(limit.field, given, fmt.Sprintf("0, or %d to %d", limit.least, limit.most))
		}
	}
	return c, nil
}

// spoken is a title within a sentence: small but for abbreviations.
func spoken(title string) string {
	if strings.ToUpper(title) == title {
		return title
	}
	return strings.ToLower(title)
}
