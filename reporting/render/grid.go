package render

import (
	"fmt"

	"github.com/go-oms/oms/fault"
	"github.com/go-oms/oms/reporting"
)

// checkTable refuses a table that was put together wrongly.
func checkTable(t *reporting.Table) error {
	if t == nil {
		return fault.Invalid("table", "", "a table")
	}
	for i := range t.Rows {
		if r := &t.Rows[i]; len(r.Keys) != len(t.By) || len(r.Values) != len(t.Columns) {
			return fault.Invalid(fmt.Sprintf("table.rows[%d]", i), r.Keys, "a key for each group and a value for each column")
		}
	}
	for i := range t.Totals {
		if r := &t.Totals[i]; len(r.Values) != len(t.Columns) {
			return fault.Invalid(fmt.Sprintf("table.totals[%d]", i), "", "a value for each column")
		}
	}
	return nil
}

// grid is a table in words, as terminals and pages show it.
type grid struct {
	head   []column
	rows   [][]string
	totals [][]string // none for a table of one row in all
}

// column is the head of a grid's column.
type column struct {
	title  string
	figure bool // to the right; else a key
}

// newGrid puts a table into words.
func newGrid(t *reporting.Table) *grid {
	g := &grid{}
	for _, d := range t.By {
		g.head = append(g.head, column{title: d.Title})
	}
	named := needsCurrency(t)
	if named {
		g.head = append(g.head, column{title: reporting.ByCurrency.Info().Title})
	}
	for _, m := range t.Columns {
		g.head = append(g.head, column{title: m.Title, figure: true})
	}
	for i := range t.Rows {
		g.rows = append(g.rows, cells(t, &t.Rows[i], named))
	}
	if len(t.By) == 0 {
		return g
	}
	for i := range t.Totals {
		total := t.Totals[i]
		total.Keys = make([]string, len(t.By))
		words := cells(t, &total, named)
		for j := range t.By {
			words[j] = ""
		}
		words[0] = "Total"
		if !named && total.Currency != "" {
			words[0] += " " + total.Currency.Code()
		}
		g.totals = append(g.totals, words)
	}
	return g
}

// cells puts a row into words.
func cells(t *reporting.Table, r *reporting.Row, named bool) []string {
	var words []string
	for i, key := range r.Keys {
		words = append(words, keyOf(t.By[i].Name, key))
	}
	if named {
		code := r.Currency.Code()
		if code == "" {
			code = none
		}
		words = append(words, code)
	}
	for _, v := range r.Values {
		words = append(words, figure(v))
	}
	return words
}
