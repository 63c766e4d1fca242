package reporting

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"github.com/go-oms/oms/money"
)

// table turns the sums into the answer.
func (s *sums[F]) table() (*Table, error) {
	q := s.query
	info, _ := q.From.info()
	t := &Table{Query: *q, AsOf: q.AsOf, By: dimensions(q.By...), Rows: []Row{}, Totals: []Row{}}
	for _, name := range q.Measures {
		m, _ := info.measure(name)
		t.Columns = append(t.Columns, m)
	}
	for _, c := range slices.Sorted(maps.Keys(s.totals)) {
		row, err := s.row(s.totals[c])
		if err != nil {
			return nil, err
		}
		t.Totals = append(t.Totals, row)
	}
	if len(q.By) == 0 {
		for _, total := range t.Totals {
			t.Rows = append(t.Rows, Row{Keys: []string{}, Currency: total.Currency, Values: slices.Clone(total.Values)})
		}
		return t, nil
	}
	s.fill()
	for _, g := range s.groups {
		row, err := s.row(g)
		if err != nil {
			return nil, err
		}
		t.Rows = append(t.Rows, row)
	}
	t.arrange()
	return t, nil
}

func (s *sums[F]) row(g *group[F]) (Row, error) {
	row := Row{Keys: g.keys, Currency: g.currency, Values: make([]Value, len(s.query.Measures))}
	if row.Keys == nil {
		row.Keys = []string{}
	}
	for i, m := range s.query.Measures {
		var err error
		if row.Values[i], err = g.tally.value(m, g.currency); err != nil {
			return row, err
		}
	}
	return row, nil
}

// maxFilled bounds the pieces of time that are added.
const maxFilled = 10_000

// fill adds the pieces of time in which nothing happened, where rows are pieces of
// time and nothing else: of the period, or where an end of it is open from the first
// fact and to the last one. A period of more pieces than are added counts as open.
// Nothing is added after AsOf.
func (s *sums[F]) fill() {
	q := s.query
	if len(q.By) != 1 || s.pieces == nil {
		return
	}
	for currency, total := range s.totals {
		at, last := total.first, total.last
		if !q.Period.From.IsZero() {
			at = q.Period.From
		}
		if to := q.Period.To; !to.IsZero() {
			last = to.Add(-1)
			if !q.AsOf.IsZero() && q.AsOf.Before(last) && q.AsOf.After(total.last) {
				last = q.AsOf
			}
		}
		labels, all := s.pieces.between(at, last)
		if !all {
			labels, all = s.pieces.between(total.first, total.last)
		}
		if !all {
			continue
		}
		for _, label := range labels {
			name := string(currency) + "\x00" + label
			if s.groups[name] == nil {
				s.groups[name] = &group[F]{currency: currency, keys: []string{label}, tally: s.fresh()}
			}
		}
	}
}

// between names the pieces of time from one moment to another; false when there are
// too many.
func (p *pieces) between(at, last time.Time) (labels []string, all bool) {
	for !at.After(last) {
		if len(labels) == maxFilled {
			return nil, false
		}
		b := p.dimension.bucket(at, p.loc)
		labels, at = append(labels, b.label), b.end
	}
	return labels, true
}

// arrange puts the rows into the order that the query asks for, and keeps those that
// it asks for.
func (t *Table) arrange() {
	q := &t.Query
	if i := t.Column(q.Positive); i >= 0 {
		t.Rows = slices.DeleteFunc(t.Rows, func(r Row) bool { return r.Values[i].sign() <= 0 })
	}
	sorted := t.Column(q.Sort)
	slices.SortFunc(t.Rows, func(a, b Row) int {
		by := cmp.Compare(a.Currency, b.Currency)
		if by == 0 && sorted >= 0 {
			by = b.Values[sorted].cmp(a.Values[sorted])
			if q.Ascending {
				by = -by
			}
		}
		return cmp.Or(by, slices.Compare(a.Keys, b.Keys))
	})
	if q.Limit == 0 {
		return
	}
	kept := t.Rows[:0]
	of := map[money.Currency]int{}
	for _, r := range t.Rows {
		if of[r.Currency]++; of[r.Currency] <= q.Limit {
			kept = append(kept, r)
		}
	}
	t.Omitted = len(t.Rows) - len(kept)
	t.Rows = kept
}
