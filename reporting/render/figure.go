package render

import (
	"slices"
	"strings"

	"github.com/go-oms/oms/money"
	"github.com/go-oms/oms/reporting"
)

// none stands where there is no figure.
const none = "–"

// figure is a value for people: grouped digits, amounts with all their decimals,
// ratios in percent, rounded to a tenth.
func figure(v reporting.Value) string {
	switch v.Kind() {
	case reporting.Nothing:
		return none
	case reporting.Ratio:
		return grouped(v.Decimal().Shift(2).StringFixed(1)) + "%"
	default:
		return grouped(v.String())
	}
}

// Figure is a value for people: grouped digits, "1,234.50 EUR" for an amount, "12.5%",
// rounded to a tenth, for a ratio, and "–" for Nothing.
func Figure(v reporting.Value) string {
	if v.Kind() == reporting.Money {
		return figure(v) + " " + v.Money().Currency().Code()
	}
	return figure(v)
}

// grouped puts commas between the thousands of a decimal.
func grouped(digits string) string {
	sign, rest := "", digits
	if strings.HasPrefix(digits, "-") {
		sign, rest = digits[:1], digits[1:]
	}
	whole, fraction, point := strings.Cut(rest, ".")
	var b strings.Builder
	b.WriteString(sign)
	for i, r := range whole {
		if i > 0 && (len(whole)-i)%3 == 0 {
			b.WriteByte(',')
		}
		b.WriteRune(r)
	}
	if point {
		b.WriteString("." + fraction)
	}
	return b.String()
}

// absent says what an empty key of a dimension means.
func absent(d reporting.Dimension) string {
	switch d {
	case reporting.BySKU:
		return "(no SKU)"
	case reporting.ByCustomer:
		return "(guest)"
	default:
		return "(none)"
	}
}

// keyOf is a row's key of a dimension for people.
func keyOf(d reporting.Dimension, key string) string {
	if key == "" {
		return absent(d)
	}
	return key
}

// isTime reports whether the keys of the dimension are pieces of time.
func isTime(d reporting.Dimension) bool {
	switch d {
	case reporting.ByDay, reporting.ByWeek, reporting.ByMonth, reporting.ByQuarter, reporting.ByYear:
		return true
	default:
		return false
	}
}

// currenciesOf lists the currencies of a table's rows and totals, sorted.
func currenciesOf(t *reporting.Table) []money.Currency {
	var list []money.Currency
	for _, rows := range [][]reporting.Row{t.Rows, t.Totals} {
		for i := range rows {
			if c := rows[i].Currency; c != "" && !slices.Contains(list, c) {
				list = append(list, c)
			}
		}
	}
	slices.Sort(list)
	return list
}

// needsCurrency reports whether the rows must say which currency they are in: there
// is money, and no key says it already.
func needsCurrency(t *reporting.Table) bool {
	isMoney := func(m reporting.MeasureInfo) bool { return m.Kind == reporting.Money }
	isCurrency := func(d reporting.DimensionInfo) bool { return d.Name == reporting.ByCurrency }
	return slices.ContainsFunc(t.Columns, isMoney) && !slices.ContainsFunc(t.By, isCurrency)
}
