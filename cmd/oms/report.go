package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"
	_ "time/tzdata" // zones have names on machines without a database of them too

	"github.com/go-oms/oms/reporting"
	"github.com/go-oms/oms/reporting/render"
)

// reportCommands answer questions about the books.
type reportCommands struct {
	Ask  reportAsk  `cmd:"" default:"withargs" help:"Answer a question: oms report NAME --db BOOKS."`
	List reportList `cmd:"" help:"Print what can be asked, what it means and what it costs."`
}

// reportAsk answers one question. It writes nothing to the books.
type reportAsk struct {
	bookFlags
	questionFlags
	Name   string  `arg:"" help:"The report; oms report list has them all."`
	Tenant *string `placeholder:"ID" help:"The tenant; to be named where there are several."`
	Format string  `default:"table" enum:"table,json,csv,svg,html" help:"table, json, csv, svg or html (${default})."`
	Totals bool    `help:"With csv: the totals too, told apart by a first column."`
	Chart  string  `placeholder:"MEASURE" help:"With svg and html: what is drawn."`
	Out    string  `placeholder:"FILE" help:"Write to the file and not to the standard output."`
}

// Run asks and prints the answer.
func (c *reportAsk) Run(e *env) error {
	switch {
	case e.json && c.Format != "table" && c.Format != "json":
		return fmt.Errorf("--json is --format json, and not %s", c.Format)
	case e.json:
		c.Format = "json"
	}
	switch {
	case c.Totals && c.Format != "csv":
		return fmt.Errorf("--totals is for csv, and not for %s", c.Format)
	case c.Chart != "" && c.Format != "svg" && c.Format != "html":
		return fmt.Errorf("--chart is for svg and html, and not for %s", c.Format)
	}
	if c.Out != "" && c.isBooks(c.Out) {
		return fmt.Errorf("--out %s would overwrite the books", c.Out)
	}
	report, err := c.question(c.Name)
	if err != nil {
		return err
	}
	if c.Chart != "" {
		report.Chart = reporting.Measure(c.Chart)
	}
	table, err := c.ask(e, report.Query)
	if err != nil {
		return err
	}
	// Nothing is written of an answer that cannot be shown whole.
	var b bytes.Buffer
	if err := c.show(&b, report, table); err != nil {
		return err
	}
	if c.Out == "" {
		_, err = b.WriteTo(e.stdout)
		return err
	}
	return os.WriteFile(c.Out, b.Bytes(), 0o644)
}

// ask reads the answer from the books.
func (c *reportAsk) ask(e *env, q reporting.Query) (t *reporting.Table, err error) {
	store, err := c.look(e)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	tenant, err := c.tenant(e, store)
	if err != nil {
		return nil, err
	}
	shop, err := shopOf(store, tenant)
	if err != nil {
		return nil, err
	}
	return shop.Report(e.ctx, q)
}

// tenant is the one that was named, or the only one.
func (c *reportAsk) tenant(e *env, store books) (string, error) {
	ids, err := tenantFlag{c.Tenant}.tenants(e, store)
	if err != nil {
		return "", err
	}
	if len(ids) > 1 {
		return "", fmt.Errorf("there are several tenants: --tenant wants one of %q", ids)
	}
	return ids[0], nil
}

// show writes the answer as it was asked for.
func (c *reportAsk) show(w io.Writer, r reporting.Report, t *reporting.Table) error {
	switch c.Format {
	case "json":
		return printJSON(w, t)
	case "csv":
		return render.CSV(w, t, render.CSVOptions{Totals: c.Totals})
	case "svg":
		return render.SVG(w, t, render.Chart{Measure: r.Chart})
	case "html":
		return pageOf(r, t).Write(w)
	default:
		return printTable(w, r.Title, t)
	}
}

// printTable writes a table for people, with what it is about above.
func printTable(w io.Writer, title string, t *reporting.Table) error {
	about, err := aboutTable(t)
	if err != nil {
		return err
	}
	if _, err := fmt.Fprintf(w, "%s: %s\n\n", title, about); err != nil {
		return err
	}
	return render.Text(w, t)
}

// aboutTable says which time a table is about. Stock is as of now, whatever the
// period; that is of what was sold.
func aboutTable(t *reporting.Table) (string, error) {
	loc, err := reporting.Zone(t.Query.Zone)
	if err != nil {
		return "", err
	}
	period := render.PeriodText(t.Query.Period, loc)
	if t.Query.From != reporting.Stock {
		return period, nil
	}
	now := "as of " + t.AsOf.In(loc).Format("2 January 2006, 15:04")
	if t.Column(reporting.Sold) >= 0 {
		return now + "; sold: " + period, nil
	}
	return now, nil
}

// maxCards is how many totals stand at the head of a page.
const maxCards = 5

// pageOf is a page about one report.
func pageOf(r reporting.Report, t *reporting.Table) *render.Page {
	p := &render.Page{
		Title: r.Title, Period: t.Query.Period, Zone: t.Query.Zone, AsOf: t.AsOf,
		Sections: []render.Section{render.SectionOf(r, t)},
	}
	for _, m := range t.Columns[:min(len(t.Columns), maxCards)] {
		if total, err := t.Total(m.Name); err == nil && total.Kind() != reporting.Nothing {
			p.Cards = append(p.Cards, render.Card{Title: m.Title, Value: total})
		}
	}
	return p
}

// questionFlags change a report's question.
type questionFlags struct {
	By       []string `placeholder:"D1,D2" help:"What to group by instead."`
	Measures []string `placeholder:"M1,M2" help:"Which figures instead."`
	From     string   `placeholder:"TIME" help:"The first moment: a year, month or day such as 2025, 2025-04 or 2025-04-01, or a time. Open by default."`
	To       string   `placeholder:"TIME" help:"The end, which is itself not part of the period: --from 2025-04 --to 2025-05 is April. Open by default."`
	Zone     string   `default:"UTC" placeholder:"ZONE" help:"The time zone in which days and months begin, such as Europe/London (${default})."`
	Where    []string `sep:"none" placeholder:"DIM=VALUE" help:"Only what has this value; several of one dimension are alternatives."`
	Currency string   `placeholder:"EUR" help:"Only amounts in this currency."`
	Sort     string   `placeholder:"MEASURE" help:"Order the rows of each currency by this figure, greatest first."`
	Asc      bool     `name:"ascending" help:"With --sort: least first."`
	Limit    *int     `placeholder:"N" help:"At most so many rows of each currency; 0 is all."`
	AsOf     string   `placeholder:"TIME" help:"The moment from which orders are old or late; now by default."`
	Lead     string   `placeholder:"72h" help:"How long goods take once they are sent: what is promised sooner is in jeopardy."`
}

// question is the report of that name with the question changed.
func (f *questionFlags) question(name string) (reporting.Report, error) {
	r, ok := reporting.Named(name)
	if !ok {
		var names []string
		for _, r := range reporting.Reports() {
			names = append(names, r.Name)
		}
		return r, fmt.Errorf("there is no report %q: want one of %s", name, strings.Join(names, ", "))
	}
	if len(f.By) > 0 {
		r = r.Grouped(namesOf[reporting.Dimension](f.By)...)
	}
	if len(f.Measures) > 0 {
		r.Query.Measures = namesOf[reporting.Measure](f.Measures)
		// What was said about a figure that is not asked for is gone with it.
		for _, m := range []*reporting.Measure{&r.Chart, &r.Query.Sort, &r.Query.Positive} {
			if !slices.Contains(r.Query.Measures, *m) {
				*m = ""
			}
		}
	}
	switch {
	case f.Sort != "":
		r.Query.Sort, r.Query.Ascending = reporting.Measure(f.Sort), f.Asc
	case f.Asc:
		return r, errors.New("--ascending goes with --sort")
	}
	if f.Limit != nil {
		r.Query.Limit = *f.Limit
	}
	return r, f.bound(&r.Query)
}

// bound puts time and conditions into a query.
func (f *questionFlags) bound(q *reporting.Query) (err error) {
	q.Zone = f.Zone
	if q.Period, err = reporting.ParsePeriod(f.From, f.To, f.Zone); err != nil {
		return err
	}
	if f.AsOf != "" {
		moment, err := reporting.ParsePeriod(f.AsOf, "", f.Zone)
		if err != nil {
			return fmt.Errorf("--as-of: %w", err)
		}
		q.AsOf = moment.From
	}
	if f.Lead != "" {
		if q.Lead, err = time.ParseDuration(f.Lead); err != nil {
			return fmt.Errorf("--lead: %w", err)
		}
	}
	for _, condition := range f.Where {
		dimension, value, ok := strings.Cut(condition, "=")
		if !ok {
			return fmt.Errorf("--where %s: want DIMENSION=VALUE", condition)
		}
		only(q, reporting.Dimension(dimension), value)
	}
	if f.Currency != "" {
		only(q, reporting.ByCurrency, f.Currency)
	}
	return nil
}

// only adds an alternative to a query's conditions.
func only(q *reporting.Query, d reporting.Dimension, value string) {
	if q.Where == nil {
		q.Where = map[reporting.Dimension][]string{}
	}
	q.Where[d] = append(q.Where[d], value)
}

func namesOf[N ~string](texts []string) []N {
	names := make([]N, len(texts))
	for i, text := range texts {
		names[i] = N(strings.TrimSpace(text))
	}
	return names
}
