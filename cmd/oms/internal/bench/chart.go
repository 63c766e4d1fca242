package bench

import (
	"fmt"
	"html"
	"io"
	"strings"
)

// SVG draws the result: bars of the processor time of an order and of the orders per
// second, one below the other. It follows the reader's light or dark ground, loads
// nothing and runs nothing.
func (r *Result) SVG(w io.Writer) error {
	sides := r.sides()
	c := &chart{height: chartTop}
	c.panel("CPU per order, µs (less is better)", sides, func(f Figures) float64 { return f.CPUPerOrder }, Figures.client)
	c.panel("Orders per second (more is better)", sides, func(f Figures) float64 { return f.OrdersPerSecond }, nil)
	title := strings.Split(r.title(), "\n")
	head := fmt.Sprintf(`<title>%s</title><text x="%d" y="22" class="title">%s</text>`, html.EscapeString(title[0]), chartMargin, html.EscapeString(title[0]))
	if len(title) > 1 {
		head += fmt.Sprintf(`<text x="%d" y="40" class="small">%s</text>`, chartMargin, html.EscapeString(title[1]))
	}
	_, err := fmt.Fprintf(w, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" width="%d" height="%d" role="img">%s%s%s</svg>`+"\n",
		chartWidth, c.height, chartWidth, c.height, chartStyle, head, c.marks.String())
	return err
}

const (
	chartWidth  = 860
	chartMargin = 16
	chartTop    = 56
	chartLabel  = 250 // what the names on the left take
	chartValue  = 80  // what the figures on the right take
	chartBar    = 18
	chartRow    = 26

	chartStyle = `<style>text{font:13px system-ui,sans-serif;fill:#555}.title{font-weight:600;font-size:15px}.small{font-size:11px}` +
		`.ours{fill:#2a78c2}.theirs{fill:#9aa5b1}.part{opacity:.55}` +
		`@media (prefers-color-scheme:dark){text{fill:#bbb}}</style>`
)

type chart struct {
	marks  strings.Builder
	height int
}

// panel draws a bar for each side. part, if any, is how much of the value is drawn
// strongly; the rest is paler.
func (c *chart) panel(title string, sides []printed, value func(Figures) float64, part func(Figures) float64) {
	most := 0.0
	for _, s := range sides {
		most = max(most, value(s.figures))
	}
	c.height += 20
	fmt.Fprintf(&c.marks, `<text x="%d" y="%d" class="title">%s</text>`, chartMargin, c.height, html.EscapeString(title))
	c.height += 12
	for _, s := range sides {
		v, class := value(s.figures), "theirs"
		if strings.HasPrefix(s.title, titles[0][1]) {
			class = "ours"
		}
		full := 0
		if most > 0 {
			full = int(v / most * (chartWidth - 2*chartMargin - chartLabel - chartValue))
		}
		strong := full
		if part != nil && v > 0 {
			strong = int(part(s.figures) / v * float64(full))
		}
		text := c.height + chartBar - 5
		fmt.Fprintf(&c.marks, `<text x="%d" y="%d" text-anchor="end">%s</text>`, chartMargin+chartLabel-8, text, html.EscapeString(s.title))
		fmt.Fprintf(&c.marks, `<rect x="%d" y="%d" width="%d" height="%d" class="%s"><title>%s: %.1f</title></rect>`,
			chartMargin+chartLabel, c.height, strong, chartBar, class, html.EscapeString(s.title), v)
		if full > strong {
			fmt.Fprintf(&c.marks, `<rect x="%d" y="%d" width="%d" height="%d" class="%s part"/>`,
				chartMargin+chartLabel+strong, c.height, full-strong, chartBar, class)
		}
		fmt.Fprintf(&c.marks, `<text x="%d" y="%d">%.0f</text>`, chartMargin+chartLabel+full+6, text, v)
		c.height += chartRow
	}
	c.height += 12
}

// client is the part of the CPU that is not the database's: all of it where the
// database has no processes of its own.
func (f Figures) client() float64 {
	if f.Shares == nil {
		return f.CPUPerOrder
	}
	return f.Client
}
