package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/go-oms/oms/reporting"
)

// reportList prints what can be asked.
type reportList struct{}

// askable is a report with the definitions of everything that it may be asked for.
type askable struct {
	reporting.Report
	Measures   []reporting.MeasureInfo   `json:"measures"`
	Dimensions []reporting.DimensionInfo `json:"dimensions"`
}

// Run prints the reports, and the figures and groups of each source of facts.
func (c *reportList) Run(e *env) error {
	if e.json {
		var list []askable
		for _, r := range reporting.Reports() {
			list = append(list, askable{r, r.Query.From.Measures(), r.Query.From.Dimensions()})
		}
		return e.print(list)
	}
	var b strings.Builder
	for _, r := range reporting.Reports() {
		fmt.Fprintf(&b, "%s\n", r.Name)
		wrap(&b, "", r.Title+". "+r.Definition)
		wrap(&b, "figures   ", commas(r.Query.Measures))
		wrap(&b, "by        ", commas(r.Query.By)+"; or by what else there is of "+string(r.Query.From))
		wrap(&b, "costs     ", r.Cost)
		b.WriteByte('\n')
	}
	for _, source := range reporting.Sources() {
		fmt.Fprintf(&b, "Figures of %s\n", source)
		for _, m := range source.Measures() {
			wrap(&b, fmt.Sprintf("%-20s", m.Name), m.Title+": "+m.Definition)
		}
		fmt.Fprintf(&b, "\n%s may be grouped and filtered by\n", strings.ToUpper(string(source[:1]))+string(source[1:]))
		for _, d := range source.Dimensions() {
			wrap(&b, fmt.Sprintf("%-20s", d.Name), d.Title+": "+d.Definition)
		}
		b.WriteByte('\n')
	}
	wrap(&b, "", "Everything may be filtered by currency too, and is told apart by it wherever something is money.")
	_, err := io.WriteString(e.stdout, b.String())
	return err
}

func commas[N ~string](names []N) string {
	texts := make([]string, len(names))
	for i, n := range names {
		texts[i] = string(n)
	}
	return strings.Join(texts, ", ")
}

// lineWidth is where lines for people end.
const lineWidth = 110

// wrap writes a text in lines, indented and behind a head.
func wrap(b *strings.Builder, head, text string) {
	indent := strings.Repeat(" ", 2+len(head))
	at := len(indent)
	b.WriteString("  " + head)
	for i, word := range strings.Fields(text) {
		length := len([]rune(word))
		switch {
		case i == 0:
		case at+1+length > lineWidth:
			b.WriteString("\n" + indent)
			at = len(indent)
		default:
			b.WriteByte(' ')
			at++
		}
		b.WriteString(word)
		at += length
	}
	b.WriteByte('\n')
}
