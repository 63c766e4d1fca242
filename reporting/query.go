package reporting

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/go-oms/oms/fault"
)

// Source is a kind of facts that can be asked about.
type Source string

// The sources.
const (
	Sales    Source = "sales"    // [Fact]: what was sold, charged and given back
	Orders   Source = "orders"   // [OrderFact]: what became of orders
	Payments Source = "payments" // [PaymentFact]: operations on payments
	Stock    Source = "stock"    // [StockFact]: what is there now
)

// Measure is a figure; see [Source.Measures] for those of each source.
type Measure string

// Dimension is what facts are grouped or filtered by; see [Source.Dimensions].
type Dimension string

// Query is a question to the books as a value: which figures, grouped by what, of
// which facts. It has a stated time zone, in which days, weeks and months begin.
type Query struct {
	From     Source      `json:"from"`
	Measures []Measure   `json:"measures"`     // at least one
	By       []Dimension `json:"by,omitempty"` // none: everything in one row
	// Where keeps only facts whose dimension has one of the values. Of currency, an
	// empty value stands for facts without an amount.
	Where map[Dimension][]string `json:"where,omitempty"`
	// Period is the business time of the facts, half-open; an open end costs as much
	// as the books are long. What is there now has no period; there it bounds only
	// what was sold.
	Period Period `json:"period"`
	// Zone is an IANA name such as "Europe/London", or "UTC".
	Zone string `json:"zone"`
	// AsOf is the moment at which orders are old or late. Client.Report puts in the
	// shop's clock.
	AsOf time.Time `json:"as_of,omitzero"`
	// Lead is how long goods take once they are sent: an order that is not sent whole, and
	// whose promise is no further away, is in jeopardy. Without it none is.
	Lead time.Duration `json:"lead,omitempty"`
	// Sort orders the rows of each currency by a measure, greatest first unless
	// Ascending, and then by their keys. Without it rows are in order of their keys.
	Sort      Measure `json:"sort,omitempty"`
	Ascending bool    `json:"ascending,omitempty"`
	// Positive keeps only rows whose value of that measure is above zero.
	Positive Measure `json:"positive,omitempty"`
	// Limit keeps the first so many rows of each currency; 0 keeps all.
	Limit int `json:"limit,omitempty"`
}

// Check returns a *fault.InvalidError for a query that cannot be answered: an unknown
// source, measure, dimension or zone, a filter by a value that a currency, state or age
// cannot have, nothing asked, something asked twice, two
// dimensions of time, a period that is empty or reversed, a sorting by what is not
// asked.
func (q *Query) Check() error {
	src, ok := q.From.info()
	if !ok {
		return fault.Invalid("from", q.From, oneOf(Sources()))
	}
	if err := checkNames("measures", q.Measures, src.measureNames(), 1); err != nil {
		return err
	}
	if err := checkNames("by", q.By, src.dimensionNames(), 0); err != nil {
		return err
	}
	if err := q.checkTimes(); err != nil {
		return err
	}
	for d, values := range q.Where {
		if !slices.Contains(src.dimensionNames(), d) && d != ByCurrency || d.isTime() {
			return fault.Invalid("where", d, "a dimension of "+string(q.From)+" that is no time")
		}
		if len(values) == 0 {
			return fault.Invalid("where["+string(d)+"]", "", "at least one value")
		}
		for _, v := range values {
			if want := d.wants(v); want != "" {
				return fault.Invalid("where["+string(d)+"]", v, want)
			}
		}
	}
	for _, m := range []struct {
		field string
		of    Measure
	}{{"sort", q.Sort}, {"positive", q.Positive}} {
		if m.of != "" && !slices.Contains(q.Measures, m.of) {
			return fault.Invalid(m.field, m.of, "one of the measures asked for: "+join(q.Measures))
		}
	}
	if q.Lead < 0 {
		return fault.Invalid("lead", q.Lead, "how long goods take once they are sent, or 0")
	}
	if q.Limit < 0 {
		return fault.Invalid("limit", q.Limit, "0 for all rows, or how many")
	}
	return nil
}

// checkTimes looks at everything that has to do with time.
func (q *Query) checkTimes() error {
	times := 0
	for i, d := range q.By {
		if d.isTime() {
			times++
		}
		if times > 1 {
			return fault.Invalid("by["+strconv.Itoa(i)+"]", d, "one dimension of time at most")
		}
		if d.isRelative() && q.AsOf.IsZero() {
			return fault.Invalid("as_of", "", "the moment that "+string(d)+" is reckoned from")
		}
	}
	for d := range q.Where {
		if d.isRelative() && q.AsOf.IsZero() {
			return fault.Invalid("as_of", "", "the moment that "+string(d)+" is reckoned from")
		}
	}
	if _, err := Zone(q.Zone); err != nil {
		return err
	}
	return q.Period.Check()
}

// checkNames returns a *fault.InvalidError for names that are unknown, given twice or
// fewer than least.
func checkNames[N ~string](field string, given, known []N, least int) error {
	if len(given) < least {
		return fault.Invalid(field, "", oneOf(known))
	}
	for i, n := range given {
		at := field + "[" + strconv.Itoa(i) + "]"
		if !slices.Contains(known, n) {
			return fault.Invalid(at, n, oneOf(known))
		}
		if slices.Contains(given[:i], n) {
			return fault.Invalid(at, n, "each once")
		}
	}
	return nil
}

func oneOf[N ~string](names []N) string { return "one of " + join(names) }

func join[N ~string](names []N) string {
	texts := make([]string, len(names))
	for i, n := range names {
		texts[i] = string(n)
	}
	return strings.Join(texts, ", ")
}
