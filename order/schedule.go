package order

import (
	"fmt"
	"time"

	"github.com/go-oms/oms/fault"
)

// Unit is what the distance between the dates of a schedule is counted in.
type Unit string

// The units.
const (
	Day   Unit = "day"
	Week  Unit = "week"
	Month Unit = "month"
	Year  Unit = "year"
)

// Schedule says when something happens again and again: at Start, and every Every
// units after it. All dates are reckoned from Start, by the calendar and the clock
// on the wall of TimeZone:
//
//   - Months and years end early where they must: a month after 31 January is 28 or
//     29 February, and two months after it 31 March.
//   - The time of day stays when clocks are changed. One that a day does not have
//     is moved forward by what the clocks were, 02:30 to 03:30; of one that a day
//     has twice the first counts.
//
// Until and Count end a schedule; without either it goes on for ever.
type Schedule struct {
	Every    int       `json:"every"` // from 1 to 1,000
	Unit     Unit      `json:"unit"`
	Start    time.Time `json:"start"`               // the first date, with its time of day
	TimeZone string    `json:"time_zone,omitempty"` // name of the IANA data base, such as "Europe/Berlin"; UTC when empty
	Until    time.Time `json:"until,omitzero"`      // exclusive
	Count    int       `json:"count,omitempty"`     // how many dates there are, Start included
}

// maxEvery bounds a schedule's distance: a date a thousand years on is no date.
const maxEvery = 1000

// lastYear is the last year that a date can be in, as JSON has it.
const lastYear = 9999

// Dates are the dates of a checked schedule.
type Dates struct {
	schedule Schedule
	zone     *time.Location
	start    time.Time // in the zone
}

// Dates checks the schedule and returns its dates. A schedule that has none, an
// unknown unit or zone, and a distance that is no distance are *fault.InvalidErrors.
// Zones are those that the system has; a host on one without them imports
// time/tzdata.
func (s Schedule) Dates() (Dates, error) {
	if s.Every < 1 || s.Every > maxEvery {
		return Dates{}, fault.Invalid("every", s.Every, fmt.Sprintf("1 to %d", maxEvery))
	}
	switch s.Unit {
	case Day, Week, Month, Year:
	default:
		return Dates{}, fault.Invalid("unit", s.Unit, "day, week, month or year")
	}
	if s.TimeZone == "Local" {
		return Dates{}, fault.Invalid("time_zone", s.TimeZone, "a zone by its name: every process has a local one of its own")
	}
	zone, err := time.LoadLocation(s.TimeZone)
	if err != nil {
		return Dates{}, fault.Invalid("time_zone", s.TimeZone, "a name of the IANA data base that this system knows")
	}
	start := s.Start.In(zone)
	if s.Start.IsZero() || start.Year() < 1 || start.Year() > lastYear {
		return Dates{}, fault.Invalid("start", s.Start.Format(time.RFC3339), fmt.Sprintf("a time in the years 1 to %d", lastYear))
	}
	if s.Count < 0 {
		return Dates{}, fault.Invalid("count", s.Count, "1 or more, or 0 for no end")
	}
	if !s.Until.IsZero() && !s.Until.After(s.Start) {
		return Dates{}, fault.Invalid("until", s.Until.Format(time.RFC3339), "a time after start")
	}
	return Dates{schedule: s, zone: zone, start: start}, nil
}

// Next returns the first date after a time; false when there is none.
func (d Dates) Next(after time.Time) (time.Time, bool) {
	return d.at(d.behind(after))
}

// From returns the first date at or after a time; false when there is none.
func (d Dates) From(at time.Time) (time.Time, bool) {
	return d.Next(at.Add(-1))
}

// Last returns the last date at or before a time; false when there is none.
func (d Dates) Last(at time.Time) (time.Time, bool) {
	n := d.behind(at) - 1
	if count := d.schedule.Count; count > 0 {
		n = min(n, count-1)
	}
	for ; n >= 0; n-- { // Until cuts off the end
		until := d.schedule.Until
		if date, ok := d.at(n); ok {
			return date, true
		}
		if until.IsZero() {
			break
		}
		n = min(n, d.behind(until))
	}
	return time.Time{}, false
}

// Has reports whether a time is one of the dates.
func (d Dates) Has(at time.Time) bool {
	date, ok := d.From(at)
	return ok && date.Equal(at)
}

// at returns the n-th date, in UTC, unless the schedule has ended by then.
func (d Dates) at(n int) (time.Time, bool) {
	s := &d.schedule
	if n < 0 || s.Count > 0 && n >= s.Count {
		return time.Time{}, false
	}
	date, ok := d.reckon(n)
	if !ok || !s.Until.IsZero() && !date.Before(s.Until) {
		return time.Time{}, false
	}
	return date, true
}

// behind returns the number of the first date after a time, whatever ends the
// schedule. It looks at a handful of dates, however far the time is from Start.
func (d Dates) behind(after time.Time) int {
	if after.Before(d.start) {
		return 0
	}
	n := max(0, d.near(after)-2)
	for {
		date, ok := d.reckon(n)
		if !ok || date.After(after) {
			return n
		}
		n++
	}
}

// near returns about how many dates there are up to a time: at most one more than
// there are, and at most two less.
func (d Dates) near(at time.Time) int {
	at = at.In(d.zone)
	if at.Year() > lastYear {
		at = time.Date(lastYear, time.December, 31, 0, 0, 0, 0, d.zone)
	}
	months := (at.Year()-d.start.Year())*12 + int(at.Month()) - int(d.start.Month())
	// Unix seconds, since a time.Duration ends after 292 years.
	days := int((at.Unix() - d.start.Unix()) / (24 * 60 * 60))
	every := d.schedule.Every
	switch d.schedule.Unit {
	case Day:
		return days / every
	case Week:
		return days / 7 / every
	case Month:
		return months / every
	default:
		return months / 12 / every
	}
}

// reckon returns the n-th date by the calendar, in UTC; false after the last year.
func (d Dates) reckon(n int) (time.Time, bool) {
	year, month, day := d.start.Date()
	n *= d.schedule.Every
	switch d.schedule.Unit {
	case Day:
		day += n
	case Week:
		day += 7 * n
	case Month:
		year, month, day = monthsOn(year, month, day, n)
	default:
		year, month, day = monthsOn(year, month, day, 12*n)
	}
	hour, minute, second := d.start.Clock()
	wall := time.Date(year, month, day, hour, minute, second, d.start.Nanosecond(), time.UTC)
	if wall.Year() > lastYear {
		return time.Time{}, false
	}
	return onWall(wall, d.zone), true
}

// monthsOn returns the day n months later: the last one of a month that is too short.
func monthsOn(year int, month time.Month, day, n int) (int, time.Month, int) {
	first := time.Date(year, month+time.Month(n), 1, 0, 0, 0, 0, time.UTC)
	last := first.AddDate(0, 1, -1).Day()
	return first.Year(), first.Month(), min(day, last)
}

// onWall returns when the clocks of a zone show what wall shows in UTC: the first
// time if they do so twice. If they never do, they were moved forward over it, and
// it is as much later as they were moved.
func onWall(wall time.Time, zone *time.Location) time.Time {
	const far = 16 * time.Hour // no zone is as far from UTC
	offset := func(at time.Time) time.Duration {
		_, seconds := at.In(zone).Zone()
		return time.Duration(seconds) * time.Second
	}
	before, after := offset(wall.Add(-far)), offset(wall.Add(far))
	first, second := wall.Add(-before), wall.Add(-after)
	if offset(first) != before && offset(second) == after {
		return second
	}
	return first
}
