package render

import (
	_ "embed"
	"fmt"
	"html/template"
	"io"
	"strings"
	"time"

	"github.com/go-oms/oms/money"
	"github.com/go-oms/oms/reporting"
)

// Page is a set of reports as one HTML file that needs nothing else: no network, no
// script, no font. It is readable on a phone and on paper, in light and in dark, and
// with a screen reader. The same Page always comes out as the same bytes.
type Page struct {
	Title  string
	Lead   string // a sentence beneath; may be empty
	Footer string // may be empty
	// Period and Zone are what the reports have in common; a section whose table has
	// another period says so. The zone is an IANA name, empty for UTC.
	Period   reporting.Period
	Zone     string
	AsOf     time.Time // left out when zero
	Cards    []Card
	Sections []Section
}

// Card is a key figure at the head of a page.
type Card struct {
	Title string
	Value reporting.Value
	Note  string // what it is compared with or made of; may be empty
}

// Section is one table of a page, with what it means.
type Section struct {
	Title      string
	Definition string // may be empty
	Cost       string // what answering it reads; may be empty
	Table      *reporting.Table
	// Chart is the measure that is drawn above the table; none when empty. Amounts of
	// several currencies are not drawn.
	Chart reporting.Measure
}

// SectionOf is a report and the answer to it as a section.
func SectionOf(r reporting.Report, t *reporting.Table) Section {
	return Section{Title: r.Title, Definition: r.Definition, Cost: r.Cost, Table: t, Chart: r.Chart}
}

var (
	//go:embed page.html
	pageSource string
	//go:embed page.css
	pageStyle string

	pageTemplate = template.Must(template.New("page").Parse(pageSource))
)

// Write writes the page. The error is the writer's, or a *fault.InvalidError for an
// unknown zone, a section without a proper table or a chart of what its table does not
// have; then nothing is written.
func (p *Page) Write(w io.Writer) error {
	v, err := p.view()
	if err != nil {
		return err
	}
	var b strings.Builder
	if err := pageTemplate.Execute(&b, v); err != nil {
		return err
	}
	_, err = io.WriteString(w, b.String())
	return err
}

// The page in words, as the template writes it.
type (
	pageView struct {
		Title, Lead, Footer string
		Style               template.CSS
		About               []aboutView
		Cards               []cardView
		Sections            []sectionView
	}
	aboutView   struct{ Name, Text string }
	cardView    struct{ Title, Figure, Unit, Note string }
	sectionView struct {
		Title, Period, Definition, Drawn, Caption, Nothing string
		Wide, Slim                                         bool
		Charts                                             []chartView
		Head                                               []cellView
		Rows, Totals                                       [][]cellView
		Foot                                               []string
	}
	chartView struct {
		Size    string // the class that shows it where it fits
		Picture template.HTML
	}
	cellView struct {
		Text        string
		Number, Row bool
		Long        bool // may be broken into lines
	}
)

func (p *Page) view() (*pageView, error) {
	zone := p.Zone
	if zone == "" {
		zone = "UTC"
	}
	loc, err := reporting.Zone(zone)
	if err != nil {
		return nil, err
	}
	for i := range p.Sections {
		if err := checkTable(p.Sections[i].Table); err != nil {
			return nil, fmt.Errorf("sections[%d]: %w", i, err)
		}
	}
	v := &pageView{
		Title: p.Title, Lead: p.Lead, Footer: p.Footer, Style: template.CSS(chartStyle + "\n" + pageStyle),
		About: []aboutView{{"Period", PeriodText(p.Period, loc)}, {"Time zone", zone}},
	}
	if codes := p.currencies(); codes != "" {
		v.About = append(v.About, aboutView{"Currency", codes})
	}
	if !p.AsOf.IsZero() {
		v.About = append(v.About, aboutView{"As of", p.AsOf.In(loc).Format("2 January 2006, 15:04")})
	}
	for _, c := range p.Cards {
		card := cardView{Title: c.Title, Figure: minus(figure(c.Value)), Note: c.Note}
		if c.Value.Kind() == reporting.Money {
			card.Unit = c.Value.Money().Currency().Code()
		}
		v.Cards = append(v.Cards, card)
	}
	for i := range p.Sections {
		s, err := p.Sections[i].view(p, loc)
		if err != nil {
			return nil, err
		}
		v.Sections = append(v.Sections, s)
	}
	return v, nil
}

// currencies names the currencies of all tables.
func (p *Page) currencies() string {
	seen := map[money.Currency]bool{}
	var codes []string
	for _, s := range p.Sections {
		for _, c := range currenciesOf(s.Table) {
			if !seen[c] {
				seen[c] = true
				codes = append(codes, c.Code())
			}
		}
	}
	return strings.Join(codes, ", ")
}

// minus writes a figure with the sign that has the width of the plus.
func minus(figure string) string {
	if rest, negative := strings.CutPrefix(figure, "-"); negative {
		return "−" + rest
	}
	return figure
}
