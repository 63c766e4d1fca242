package main

import (
	"fmt"
	"strings"

	"github.com/go-oms/oms/reporting"
	"github.com/go-oms/oms/storage"
)

// reportsPage is docs/reports.md.
func reportsPage() string {
	var b strings.Builder
	b.WriteString("# Reports\n\n" + generated + "\n")
	b.WriteString(wrap("What can be asked of the books, with the definition of every figure. A report is a query with a name; `oms report NAME` prints it, "+
		"and `Client.Report` answers any query made of the measures and dimensions below. Periods are half-open and lie in a stated time zone, every row has "+
		"one currency, and totals are reckoned over all facts of the query, not from the rows.") + "\n")
	for _, r := range reporting.Reports() {
		fmt.Fprintf(&b, "\n## %s\n\n%s\n\n", r.Title, wrap("`oms report "+r.Name+"`: "+r.Definition))
		fmt.Fprintf(&b, "- Figures: %s, of %s.\n- Grouped by %s, unless told otherwise.\n- Cost: %s.\n",
			quoted(r.Query.Measures), r.Query.From, quoted(r.Query.By), r.Cost)
		if r.Query.Sort != "" {
			end := "greatest"
			if r.Query.Ascending {
				end = "smallest"
			}
			fmt.Fprintf(&b, "- Sorted by `%s`, %s first; %d rows.\n", r.Query.Sort, end, r.Query.Limit)
		}
		if r.Query.Positive != "" {
			fmt.Fprintf(&b, "- Only rows with more than zero `%s`.\n", r.Query.Positive)
		}
	}
	for _, source := range reporting.Sources() {
		fmt.Fprintf(&b, "\n## Of %s\n\n| measure | kind | definition |\n|---|---|---|\n", source)
		for _, m := range source.Measures() {
			fmt.Fprintf(&b, "| `%s` | %s | %s |\n", m.Name, m.Kind, m.Definition)
		}
		b.WriteString("\n| dimension | definition |\n|---|---|\n")
		for _, d := range source.Dimensions() {
			fmt.Fprintf(&b, "| `%s` | %s |\n", d.Name, d.Definition)
		}
	}
	return b.String()
}

func quoted[N ~string](names []N) string {
	list := make([]string, len(names))
	for i, n := range names {
		list[i] = "`" + string(n) + "`"
	}
	return strings.Join(list, ", ")
}

// personalPage is docs/personal-data.md.
func personalPage() string {
	var b strings.Builder
	b.WriteString("# Personal data\n\n" + generated + "\n")
	b.WriteString(wrap("The columns of the books that tell of a person, and no others: a test lives the life of a customer and an order with marked texts and "+
		"looks for the marks in every column of every table. Events, keys and errors hold none, so that a person can be forgotten while the books stay, "+
		"as long as metadata, reasons, references, a gateway's or carrier's own messages and the ids of actors hold none.") + "\n")
	b.WriteString("\n| column | what it is | whose |\n|---|---|---|\n")
	for _, c := range storage.PersonalData() {
		fmt.Fprintf(&b, "| `%s.%s` | %s | %s |\n", c.Table, c.Column, c.What, c.Of)
	}
	return b.String()
}
