package render

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"strings"
	"unicode"
)

// drawing is a picture in the making. Places are in tenths of a pixel.
type drawing struct {
	width, height int // in pixels
	top           int // where the picture begins, below its head
	title, desc   string
	body          strings.Builder
}

// extent is about how wide a label is, rather more than less: which font a reader has
// is not known.
func extent(label string) int {
	n := 0
	for _, r := range label {
		switch {
		case strings.ContainsRune("iljtfrI.,:;'|!()[] ", r):
			n += 48
		case unicode.IsUpper(r), strings.ContainsRune("mw@%", r):
			n += 86
		default:
			n += 75 * runeWidth(r)
		}
	}
	return n
}

// fitted is a label that takes so much at most.
func fitted(label string, most int) string {
	for columns := width(label); extent(label) > most && columns > 1; columns-- {
		label = shorten(label, columns-1)
	}
	return label
}

// chartStyle gives a picture its colours where no page does. The plain colours are
// for readers that know no variables.
const chartStyle = `.oms-chart{font:12px system-ui,-apple-system,"Segoe UI",sans-serif;font-variant-numeric:tabular-nums}` +
	`.oms-chart text{fill:#71767d;fill:var(--chart-text,#71767d)}` +
	`.oms-chart .head{font-size:13px;font-weight:600}` +
	`.oms-chart .mark{fill:#3b82a0;fill:var(--chart-mark,#3b82a0)}` +
	`.oms-chart .line{fill:none;stroke:#3b82a0;stroke:var(--chart-mark,#3b82a0);stroke-width:2;stroke-linejoin:round}` +
	`.oms-chart .area{opacity:.14}` +
	`.oms-chart .grid{stroke:#8b8f96;stroke:var(--chart-line,#8b8f96);stroke-opacity:.3}` +
	`.oms-chart .zero{stroke:#8b8f96;stroke:var(--chart-text,#8b8f96);stroke-opacity:.7}` +
	`.oms-chart .over{fill:transparent}` +
	`.oms-chart g:hover .over{fill:#8b8f96;fill-opacity:.12}`

// document is the whole picture, with a style of its own where one is given.
func (d *drawing) document(style string) string {
	var b strings.Builder
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" class="oms-chart" role="img" width="%d" height="%d" viewBox="0 0 %d %d">`,
		d.width, d.height, d.width, d.height)
	fmt.Fprintf(&b, "\n<title>%s</title>\n<desc>%s</desc>\n", escaped(d.title), escaped(d.desc))
	if style != "" {
		fmt.Fprintf(&b, "<style>%s</style>\n", style)
	}
	b.WriteString(d.body.String())
	b.WriteString("</svg>")
	return b.String()
}

// escaped is a text that stands in XML; what XML cannot hold is replaced.
func escaped(text string) string {
	var b bytes.Buffer
	_ = xml.EscapeText(&b, []byte(text)) // a buffer does not fail
	return b.String()
}

// px writes tenths of a pixel.
func px(tenths int) string {
	sign := ""
	if tenths < 0 {
		sign, tenths = "-", -tenths
	}
	if tenths%10 == 0 {
		return fmt.Sprintf("%s%d", sign, tenths/10)
	}
	return fmt.Sprintf("%s%d.%d", sign, tenths/10, tenths%10)
}

func (d *drawing) line(class string, x1, y1, x2, y2 int) {
	fmt.Fprintf(&d.body, `<line class="%s" x1="%s" y1="%s" x2="%s" y2="%s"/>`+"\n", class, px(x1), px(y1), px(x2), px(y2))
}

// head writes the title, where there is room for it.
func (d *drawing) head() {
	if d.top > 0 {
		fmt.Fprintf(&d.body, `<text class="head" x="0" y="14">%s</text>`+"\n", escaped(fitted(visible(d.title), 9*d.width)))
	}
}

// text writes a label whose middle is at the height y; the anchor is start, middle
// or end.
func (d *drawing) text(x, y int, anchor, text string) {
	fmt.Fprintf(&d.body, `<text x="%s" y="%s" dy=".35em" text-anchor="%s">%s</text>`+"\n", px(x), px(y), anchor, escaped(text))
}

// mark draws a bar or column and the ground around it, which shows the text.
func (d *drawing) mark(m mark, over, bar box) {
	fmt.Fprintf(&d.body, "<g><title>%s</title>%s%s</g>\n", escaped(m.text()), over.rect("over", 0), bar.rect("mark", 2))
}

// box is a rectangle.
type box struct{ x, y, width, height int }

func (b box) rect(class string, radius int) string {
	round := ""
	if radius > 0 {
		round = fmt.Sprintf(` rx="%d"`, radius)
	}
	return fmt.Sprintf(`<rect class="%s" x="%s" y="%s" width="%s" height="%s"%s/>`, class, px(b.x), px(b.y), px(b.width), px(b.height), round)
}

// empty says that there is nothing to draw.
func (d *drawing) empty() {
	if d.height == 0 {
		d.height = minSize
	}
	d.text(10*d.width/2, (d.top+10*d.height)/2, "middle", nothing)
}
