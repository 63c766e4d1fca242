package render

import (
	"fmt"
	"io"
	"strings"

	"github.com/go-oms/oms/reporting"
)

// maxKey is how many columns of a terminal a key takes at most.
const maxKey = 40

// Text writes a table for a terminal: keys left, figures right, and under a rule the
// totals, one for each currency. A column says the currency where there is money.
// Long keys are shortened, ratios rounded to a tenth of a percent.
//
// The error is the writer's, or a *fault.InvalidError for a table whose rows do not
// have what its columns say.
func Text(w io.Writer, t *reporting.Table) error {
	if err := checkTable(t); err != nil {
		return err
	}
	g := newGrid(t)
	if len(g.rows) == 0 {
		_, err := io.WriteString(w, nothing+"\n")
		return err
	}
	widths := make([]int, len(g.head))
	for i, h := range g.head {
		widths[i] = width(h.title)
		for _, rows := range [][][]string{g.rows, g.totals} {
			for _, cells := range rows {
				if !g.head[i].figure {
					cells[i] = shorten(visible(cells[i]), maxKey)
				}
				widths[i] = max(widths[i], width(cells[i]))
			}
		}
	}
	var b strings.Builder
	titles := make([]string, len(g.head))
	for i, h := range g.head {
		titles[i] = h.title
	}
	g.line(&b, widths, titles)
	for _, cells := range g.rows {
		g.line(&b, widths, cells)
	}
	if len(g.totals) > 0 {
		all := 2 * (len(widths) - 1)
		for _, n := range widths {
			all += n
		}
		b.WriteString(strings.Repeat("─", all) + "\n")
		for _, cells := range g.totals {
			g.line(&b, widths, cells)
		}
	}
	if t.Omitted > 0 {
		b.WriteString(omitted(t.Omitted) + "\n")
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// nothing stands for a table without rows.
const nothing = "Nothing to show."

// omitted says what a limit left out.
func omitted(rows int) string {
	if rows == 1 {
		return "1 more row is in the total."
	}
	return fmt.Sprintf("%s more rows are in the total.", grouped(fmt.Sprint(rows)))
}

// line writes cells side by side, without blanks at the end.
func (g *grid) line(b *strings.Builder, widths []int, cells []string) {
	var l strings.Builder
	for i, cell := range cells {
		if i > 0 {
			l.WriteString("  ")
		}
		blanks := strings.Repeat(" ", widths[i]-width(cell))
		if g.head[i].figure {
			l.WriteString(blanks + cell)
		} else {
			l.WriteString(cell + blanks)
		}
	}
	b.WriteString(strings.TrimRight(l.String(), " ") + "\n")
}
