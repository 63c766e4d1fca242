package reporting

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/go-oms/oms/fault"
	"github.com/go-oms/oms/money"
)

// Table is the answer to a [Query]: one row for each group that has any facts, in the
// order that the query asks for, and the totals beneath. Where the rows are pieces of
// time, those without facts are there too, up to AsOf.
type Table struct {
	Query   Query           `json:"query"`
	AsOf    time.Time       `json:"as_of"` // when it was asked, by the shop's clock
	By      []DimensionInfo `json:"by"`
	Columns []MeasureInfo   `json:"columns"`
	Rows    []Row           `json:"rows"`
	// Totals has one row per currency, by currency. They are reckoned over all facts
	// of the query and not from the rows: an order with two SKUs counts once, and an
	// average is one of everything. What Limit leaves out is in them.
	Totals  []Row `json:"totals"`
	Omitted int   `json:"omitted,omitempty"` // rows that Limit left out
}

// Row is one group.
type Row struct {
	Keys     []string       `json:"keys"`               // one for each of the query's By
	Currency money.Currency `json:"currency,omitempty"` // of all its amounts; empty where nothing is money
	Values   []Value        `json:"values"`             // one for each of the query's Measures
}

// MixedCurrenciesError reports amounts of several currencies where one figure was
// asked for. Ask for one of them with Query.Where. Its kind is fault.Rejected.
type MixedCurrenciesError struct {
	What string // the measure, or what was to be drawn
	Have []money.Currency
}

func (e *MixedCurrenciesError) Error() string {
	names := make([]string, len(e.Have))
	for i, c := range e.Have {
		names[i] = string(c)
	}
	if len(names) == 1 {
		return fmt.Sprintf("%s: rows with amounts in %s and rows without are no one figure: ask for this alone, or for one currency", e.What, names[0])
	}
	return fmt.Sprintf("%s: amounts in %s are no one figure: ask for one currency", e.What, strings.Join(names, ", "))
}

// Fault returns fault.Rejected.
func (e *MixedCurrenciesError) Fault() fault.Kind { return fault.Rejected }

// Column returns the place of a measure among the columns, or -1.
func (t *Table) Column(m Measure) int { return slices.Index(t.Query.Measures, m) }

// Currencies lists the currencies of the totals; empty where nothing is money.
func (t *Table) Currencies() []money.Currency {
	var list []money.Currency
	for i := range t.Totals {
		if c := t.Totals[i].Currency; c != "" {
			list = append(list, c)
		}
	}
	return list
}

// Total returns a measure's total as one figure: Nothing for a table without facts.
// Figures that are told apart by currency, or by having none, are a
// *[MixedCurrenciesError]; rows without the figure, such as items without a cost where
// their value is asked for, are not in its way. A measure that the query does not have
// is a *fault.InvalidError.
func (t *Table) Total(m Measure) (Value, error) {
	i := t.Column(m)
	if i < 0 {
		return Value{}, fault.Invalid("measure", m, "one that the query asks for")
	}
	var total Value
	rows := 0
	for _, row := range t.Totals {
		if row.Currency == "" && row.Values[i].Kind() == Nothing {
			continue
		}
		if rows++; rows > 1 {
			return Value{}, &MixedCurrenciesError{What: string(m), Have: t.Currencies()}
		}
		total = row.Values[i]
	}
	return total, nil
}
