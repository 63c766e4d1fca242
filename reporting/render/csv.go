package render

import (
	"encoding/csv"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/go-oms/oms/reporting"
)

// CSVOptions say how a table becomes CSV.
type CSVOptions struct {
	// Totals adds the totals after the rows. A first column named "row" then tells
	// them apart: it is "group" or "total".
	Totals bool
}

// The names of columns that are neither a dimension nor a measure, and what stands
// in the first of them.
const (
	rowColumn      = "row"
	currencyColumn = "currency"
	groupRow       = "group"
	totalRow       = "total"
)

// CSV writes a table as CSV by RFC 4180, lines ended by a line feed: a header of
// machine names, keys, the currency of the row's amounts where there is money, and
// figures as plain decimals, exact and without a thousands separator. A ratio of 1 is
// the whole. What there is no figure for is empty.
//
// Spreadsheets take a cell that begins with =, +, -, @, a tab or a line break for a
// formula, and so run what a stranger wrote into an order. Such texts get an
// apostrophe in front. Figures never do: a negative amount stays a number.
//
// The error is the writer's, or a *fault.InvalidError for a table whose rows do not
// have what its columns say.
func CSV(w io.Writer, t *reporting.Table, o CSVOptions) error {
	if err := checkTable(t); err != nil {
		return err
	}
	out := csv.NewWriter(w)
	named := needsCurrency(t)
	var header []string
	if o.Totals {
		header = append(header, rowColumn)
	}
	for _, d := range t.By {
		header = append(header, string(d.Name))
	}
	if named {
		header = append(header, currencyColumn)
	}
	for _, m := range t.Columns {
		header = append(header, string(m.Name))
	}
	if err := out.Write(header); err != nil {
		return err
	}
	write := func(kind string, r *reporting.Row, keys []string) error {
		record := make([]string, 0, len(header))
		if o.Totals {
			record = append(record, kind)
		}
		for _, key := range keys {
			record = append(record, guarded(key))
		}
		if named {
			record = append(record, guarded(string(r.Currency)))
		}
		for _, v := range r.Values {
			record = append(record, v.String())
		}
		return out.Write(record)
	}
	for i := range t.Rows {
		if err := write(groupRow, &t.Rows[i], t.Rows[i].Keys); err != nil {
			return err
		}
	}
	for i := range t.Totals {
		if !o.Totals {
			break
		}
		if err := write(totalRow, &t.Totals[i], make([]string, len(t.By))); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}

// starters begin what some spreadsheet takes for a formula; the last four are the
// fullwidth forms, which some read as the plain ones.
const starters = "=+-@\t\r\n＝＋－＠"

// guarded makes sure that a text is a text to every spreadsheet.
func guarded(text string) string {
	if first, size := utf8.DecodeRuneInString(text); size > 0 && strings.ContainsRune(starters, first) {
		return "'" + text
	}
	return text
}
