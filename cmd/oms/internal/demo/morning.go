package demo

import (
	"context"
	"fmt"
	"time"

	"github.com/go-oms/oms"
	"github.com/go-oms/oms/event"
	"github.com/go-oms/oms/reporting"
	"github.com/go-oms/oms/reporting/render"
	"github.com/go-oms/oms/storage"
)

// Zone is where the shop is.
const Zone = "Europe/Berlin"

// Morning is what the shopkeeper reads on the morning after the year: a few tables to
// look over, and a page of more.
type Morning struct {
	Tables []render.Section
	Page   *render.Page
}

// ReadMorning asks the books of a year that was lived, as of its end whatever the
// time is now. The same books give the same tables and the same page.
func ReadMorning(ctx context.Context, store storage.Store) (*Morning, error) {
	shop, err := oms.New(oms.Config{Store: store, Now: func() time.Time { return morning }})
	if err != nil {
		return nil, err
	}
	r := &reader{ctx: ctx, shop: shop.As(event.Actor{Kind: event.Staff, ID: "jo"})}
	whole, err := reporting.ParsePeriod("2025", "2026", Zone)
	if err != nil {
		return nil, err
	}
	m := &Morning{Page: &render.Page{
		Title: "The morning after the year", Period: whole, Zone: Zone, AsOf: morning,
		Lead:   "What was sold, what is waiting, what is owed and what is left on the shelves of a small shop whose year was made up.",
		Footer: "Made up from a seed by oms demo: nobody in it exists.",
		Cards:  r.cards(),
	}}
	for _, a := range screen() {
		m.Tables = append(m.Tables, r.section(a))
	}
	for _, a := range paper(whole) {
		m.Page.Sections = append(m.Page.Sections, r.section(a))
	}
	return m, r.err
}

// reader asks the shop and keeps the first error.
type reader struct {
	ctx  context.Context
	shop *oms.Client
	err  error
}

// asked is a named report with what is different about it here.
type asked struct {
	report, title string // no title is the report's own
	period        reporting.Period
	by            []reporting.Dimension
	measures      []reporting.Measure
	limit         int
	definition    string            // empty: the report's own
	chart         reporting.Measure // empty: the report's own
	plain         bool              // without a chart
	edit          func(*reporting.Query)
}

func (r *reader) section(a asked) render.Section {
	if r.err != nil {
		return render.Section{}
	}
	report, ok := reporting.Named(a.report)
	if !ok {
		r.err = fmt.Errorf("demo: there is no report %q", a.report)
		return render.Section{}
	}
	if a.by != nil {
		report = report.Grouped(a.by...)
	}
	if a.measures != nil {
		report.Query.Measures = a.measures
	}
	if a.limit > 0 {
		report.Query.Limit = a.limit
	}
	if a.title != "" {
		report.Title = a.title
	}
	if a.definition != "" {
		report.Definition = a.definition
	}
	switch {
	case a.plain:
		report.Chart = ""
	case a.chart != "":
		report.Chart = a.chart
	}
	if a.edit != nil {
		a.edit(&report.Query)
	}
	report.Query.Period, report.Query.Zone = a.period, Zone
	var table *reporting.Table
	if table, r.err = r.shop.Report(r.ctx, report.Query); r.err != nil {
		return render.Section{}
	}
	return render.SectionOf(report, table)
}

// total is one figure of an answer.
func (r *reader) total(a asked, m reporting.Measure) reporting.Value {
	s := r.section(a)
	if r.err != nil {
		return reporting.Value{}
	}
	var v reporting.Value
	v, r.err = s.Table.Total(m)
	return v
}

// lastDays is so many days that end with the last before the morning.
func lastDays(n int) reporting.Period { return daysBack(n, 0) }

// daysBack is a period of whole days, from so many before the morning's to so many.
func daysBack(from, to int) reporting.Period {
	loc, err := reporting.Zone(Zone)
	if err != nil {
		return reporting.Period{} // the zone is a constant that is tested
	}
	year, month, day := morning.In(loc).Date()
	midnight := func(back int) time.Time { return time.Date(year, month, day-back, 0, 0, 0, 0, loc).UTC() }
	return reporting.Period{From: midnight(from), To: midnight(to)}
}
