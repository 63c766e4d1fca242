package render

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/go-oms/oms/reporting"
)

// series is what a chart shows.
type series struct {
	marks []mark
	time  bool // the marks are pieces of time, in order
	left  int  // groups that are not among the marks
}

// mark is one group's figure.
type mark struct {
	name  string // the row's keys
	label string // the same, shorter where it can be
	value reporting.Value
}

// newSeries takes the chart's figures from the table. Where the marks are pieces of
// time, one without a figure keeps its place.
func newSeries(t *reporting.Table, c Chart) *series {
	s := &series{time: len(t.By) == 1 && isTime(t.By[0].Name)}
	column := slices.IndexFunc(t.Columns, func(m reporting.MeasureInfo) bool { return m.Name == c.Measure })
	for i := range t.Rows {
		r := &t.Rows[i]
		value := r.Values[column]
		if value.Kind() == reporting.Nothing && !s.time {
			continue
		}
		if !s.time && len(s.marks) == c.Bars {
			s.left++
			continue
		}
		words := make([]string, len(r.Keys))
		for j, key := range r.Keys {
			words[j] = visible(keyOf(t.By[j].Name, key))
		}
		name := strings.Join(words, " · ")
		if len(words) == 0 {
			name = "All"
		}
		s.marks = append(s.marks, mark{name: name, label: name, value: value})
	}
	s.left += t.Omitted
	if s.time {
		s.shortTimes(t.By[0].Name)
	}
	return s
}

// shortTimes labels pieces of time without their year when all have the same.
func (s *series) shortTimes(d reporting.Dimension) {
	year := func(m mark) string { return m.name[:min(4, len(m.name))] }
	for i := range s.marks {
		m := &s.marks[i]
		if year(s.marks[0]) != year(s.marks[len(s.marks)-1]) || d == reporting.ByYear || len(m.name) < 6 {
			return
		}
		m.label = m.name[5:]
		switch d {
		case reporting.ByMonth:
			if at, err := time.Parse("2006-01", m.name); err == nil {
				m.label = at.Format("Jan")
			}
		case reporting.ByDay:
			if at, err := time.Parse(time.DateOnly, m.name); err == nil {
				m.label = at.Format("2 Jan")
			}
		}
	}
}

// values are the figures of the marks, without what is none.
func (s *series) values() []reporting.Value {
	var list []reporting.Value
	for _, m := range s.marks {
		if m.value.Kind() != reporting.Nothing {
			list = append(list, m.value)
		}
	}
	return list
}

// text says what a mark stands for.
func (m mark) text() string { return m.name + ": " + Figure(m.value) }

// description says in words what the picture shows.
func (s *series) description() string {
	if len(s.marks) == 0 {
		return nothing
	}
	first, last := s.marks[0], s.marks[len(s.marks)-1]
	var b strings.Builder
	switch {
	case s.time && len(s.marks) > 1:
		fmt.Fprintf(&b, "%d figures from %s to %s.", len(s.marks), first.name, last.name)
	case s.left > 0:
		fmt.Fprintf(&b, "The first %d of %d groups.", len(s.marks), len(s.marks)+s.left)
	default:
		fmt.Fprintf(&b, "%d %s.", len(s.marks), []string{"group", "groups"}[min(len(s.marks)-1, 1)])
	}
	least, most, ok := s.extremes()
	if ok {
		fmt.Fprintf(&b, " Highest is %s; lowest is %s.", most.text(), least.text())
	}
	return b.String()
}

// extremes are the marks with the least and the greatest figure, the first of equal
// ones; false when there is only one figure.
func (s *series) extremes() (least, most mark, ok bool) {
	found := 0
	for _, m := range s.marks {
		if m.value.Kind() == reporting.Nothing {
			continue
		}
		if found++; found == 1 {
			least, most = m, m
			continue
		}
		if m.value.Decimal().Cmp(least.value.Decimal()) < 0 {
			least = m
		}
		if m.value.Decimal().Cmp(most.value.Decimal()) > 0 {
			most = m
		}
	}
	return least, most, found > 1
}
