package reporting

import (
	"fmt"
	"sort"
	"time"

	"github.com/go-oms/oms/fault"
)

// Zone returns the time zone of an IANA name such as "Europe/London". An unknown
// one, "Local", which is another one on every machine, and the empty name are a
// *fault.InvalidError. A program for machines without a time zone database embeds
// one by importing time/tzdata.
func Zone(name string) (*time.Location, error) {
	const want = `an IANA time zone such as "Europe/London", or "UTC"`
	if name == "" || name == "Local" {
		return nil, fault.Invalid("zone", name, want)
	}
	loc, err := time.LoadLocation(name)
	if err != nil {
		return nil, fault.Invalid("zone", name, want)
	}
	return loc, nil
}

// Check returns a *fault.InvalidError for a period that ends where it begins, or
// before.
func (p Period) Check() error {
	if !p.From.IsZero() && !p.To.IsZero() && !p.From.Before(p.To) {
		return fault.Invalid("period", p.From.Format(time.RFC3339)+" to "+p.To.Format(time.RFC3339),
			"an end after the beginning: the end itself is not part of it")
	}
	return nil
}

// The forms of an end in [ParsePeriod].
var (
	dateForms = []string{"2006", "2006-01", time.DateOnly}
	timeForms = []string{"2006-01-02T15:04", time.RFC3339}
)

// ParsePeriod reads a half-open period: from is part of it and to is not. Each is a
// year, a month, a day, a minute of the zone, or a time of RFC 3339; empty leaves
// the end open. Anything else is a *fault.InvalidError, and so is an empty or
// reversed period.
func ParsePeriod(from, to, zone string) (Period, error) {
	loc, err := Zone(zone)
	if err != nil {
		return Period{}, err
	}
	var p Period
	for _, end := range []struct {
		field, text string
		into        *time.Time
	}{{"from", from, &p.From}, {"to", to, &p.To}} {
		if end.text == "" {
			continue
		}
		at, ok := parseMoment(end.text, loc)
		if !ok {
			return Period{}, fault.Invalid(end.field, end.text,
				"a year, month or day such as 2025, 2025-03 or 2025-03-04, or a time such as 2025-03-04T08:30")
		}
		*end.into = at
	}
	return p, p.Check()
}

func parseMoment(text string, loc *time.Location) (time.Time, bool) {
	for _, form := range dateForms {
		if day, err := time.Parse(form, text); err == nil {
			return midnight(dateOf(day), loc), true
		}
	}
	for _, form := range timeForms {
		if at, err := time.ParseInLocation(form, text, loc); err == nil {
			return at.UTC(), true
		}
	}
	return time.Time{}, false
}

// date is a day of the calendar.
type date struct {
	year  int
	month time.Month
	day   int
}

func dateOf(t time.Time) date {
	year, month, day := t.Date()
	return date{year, month, day}
}

// plus returns the date so many months and days later.
func (d date) plus(months, days int) date {
	return dateOf(time.Date(d.year, d.month+time.Month(months), d.day+days, 12, 0, 0, 0, time.UTC))
}

func (d date) before(o date) bool {
	if d.year != o.year {
		return d.year < o.year
	}
	if d.month != o.month {
		return d.month < o.month
	}
	return d.day < o.day
}

// midnight returns when the date begins in the zone. Where clocks are changed at
// midnight, 00:00 may come twice or never; a date begins with the first moment that
// shows it.
func midnight(d date, loc *time.Location) time.Time {
	const around = 26 * 3600 // zones are at most 14 hours from UTC
	base := time.Date(d.year, d.month, d.day, 0, 0, 0, 0, time.UTC).Add(-around * time.Second)
	n := sort.Search(2*around, func(i int) bool {
		return !dateOf(base.Add(time.Duration(i) * time.Second).In(loc)).before(d)
	})
	return base.Add(time.Duration(n) * time.Second)
}

// bucket is a piece of time by a dimension.
type bucket struct {
	label      string
	start, end time.Time
}

// first returns the first date of the piece that the date is in, and how long the
// piece is.
func (d Dimension) first(of date) (first date, months, days int) {
	switch d {
	case ByWeek:
		weekday := time.Date(of.year, of.month, of.day, 12, 0, 0, 0, time.UTC).Weekday()
		return of.plus(0, -(int(weekday)+6)%7), 0, 7
	case ByMonth:
		return date{of.year, of.month, 1}, 1, 0
	case ByQuarter:
		return date{of.year, of.month - (of.month-1)%3, 1}, 3, 0
	case ByYear:
		return date{of.year, time.January, 1}, 12, 0
	default:
		return of, 0, 1
	}
}

// bucket returns the piece of time that a moment is in.
func (d Dimension) bucket(at time.Time, loc *time.Location) bucket {
	first, months, days := d.first(dateOf(at.In(loc)))
	return bucket{d.label(first), midnight(first, loc), midnight(first.plus(months, days), loc)}
}

// label names the piece of time that begins with the date.
func (d Dimension) label(first date) string {
	switch d {
	case ByWeek:
		year, week := time.Date(first.year, first.month, first.day, 12, 0, 0, 0, time.UTC).ISOWeek()
		return fmt.Sprintf("%04d-W%02d", year, week)
	case ByMonth:
		return fmt.Sprintf("%04d-%02d", first.year, first.month)
	case ByQuarter:
		return fmt.Sprintf("%04d-Q%d", first.year, (first.month+2)/3)
	case ByYear:
		return fmt.Sprintf("%04d", first.year)
	default:
		return fmt.Sprintf("%04d-%02d-%02d", first.year, first.month, first.day)
	}
}
