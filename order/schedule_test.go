package order

import (
	"testing"
	"time"
	_ "time/tzdata" // the zones, whatever the system has

	"github.com/stretchr/testify/require"

	"github.com/go-oms/oms/fault"
)

// wallClock reads "2026-01-31 08:00" on the clocks of a zone that show it once.
func wallClock(t *testing.T, zone, text string) time.Time {
	t.Helper()
	location, err := time.LoadLocation(zone)
	require.NoError(t, err)
	at, err := time.ParseInLocation("2006-01-02 15:04", text, location)
	require.NoError(t, err)
	require.Equal(t, text, at.Format("2006-01-02 15:04"), "the clocks never show it")
	return at.UTC()
}

func datesOf(t *testing.T, s Schedule) Dates {
	t.Helper()
	dates, err := s.Dates()
	require.NoError(t, err)
	return dates
}

func TestScheduleDatesByTheClockOnTheWall(t *testing.T) {
	tests := map[string]struct {
		zone, start string
		every       int
		unit        Unit
		want        []string // as RFC 3339 on the clocks of the zone, from the first on
	}{
		"a month that is too short ends early, and the next one does not": {
			"Europe/Berlin", "2026-01-31 08:00", 1, Month,
			[]string{"2026-01-31T08:00:00+01:00", "2026-02-28T08:00:00+01:00", "2026-03-31T08:00:00+02:00", "2026-04-30T08:00:00+02:00"},
		},
		"two months skip the short ones": {
			"UTC", "2026-08-31 00:00", 2, Month,
			[]string{"2026-08-31T00:00:00Z", "2026-10-31T00:00:00Z", "2026-12-31T00:00:00Z", "2027-02-28T00:00:00Z", "2027-04-30T00:00:00Z"},
		},
		"29 February is 28 in years that have none": {
			"America/New_York", "2024-02-29 12:00", 1, Year,
			[]string{
				"2024-02-29T12:00:00-05:00", "2025-02-28T12:00:00-05:00", "2026-02-28T12:00:00-05:00", "2027-02-28T12:00:00-05:00",
				"2028-02-29T12:00:00-05:00",
			},
		},
		"1900 is no leap year and 2000 is one": {
			"UTC", "1896-02-29 00:00", 4, Year, []string{"1896-02-29T00:00:00Z", "1900-02-28T00:00:00Z", "1904-02-29T00:00:00Z"},
		},
		"the time of day stays when clocks go forward": {
			"Europe/Berlin", "2026-03-28 09:00", 1, Day,
			[]string{"2026-03-28T09:00:00+01:00", "2026-03-29T09:00:00+02:00", "2026-03-30T09:00:00+02:00"},
		},
		"a time that a day does not have comes an hour later": {
			"Europe/Berlin", "2026-03-28 02:30", 1, Day,
			[]string{"2026-03-28T02:30:00+01:00", "2026-03-29T03:30:00+02:00", "2026-03-30T02:30:00+02:00"},
		},
		"of a time that a day has twice the first counts": {
			"Europe/Berlin", "2026-10-24 02:30", 1, Day,
			[]string{"2026-10-24T02:30:00+02:00", "2026-10-25T02:30:00+02:00", "2026-10-26T02:30:00+01:00"},
		},
		"New York goes forward": {
			"America/New_York", "2026-02-22 02:30", 2, Week,
			[]string{"2026-02-22T02:30:00-05:00", "2026-03-08T03:30:00-04:00", "2026-03-22T02:30:00-04:00"},
		},
		"New York goes back": {
			"America/New_York", "2026-10-25 01:30", 1, Week,
			[]string{"2026-10-25T01:30:00-04:00", "2026-11-01T01:30:00-04:00", "2026-11-08T01:30:00-05:00"},
		},
		"Lord Howe goes forward by half an hour": {
			"Australia/Lord_Howe", "2026-10-03 02:10", 1, Day,
			[]string{"2026-10-03T02:10:00+10:30", "2026-10-04T02:40:00+11:00", "2026-10-05T02:10:00+11:00"},
		},
		"Lord Howe goes back by half an hour": {
			"Australia/Lord_Howe", "2026-04-04 01:45", 1, Day,
			[]string{"2026-04-04T01:45:00+11:00", "2026-04-05T01:45:00+11:00", "2026-04-06T01:45:00+10:30"},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			start := wallClock(t, test.zone, test.start)
			dates := datesOf(t, Schedule{Every: test.every, Unit: test.unit, Start: start, TimeZone: test.zone})
			zone, err := time.LoadLocation(test.zone)
			require.NoError(t, err)
			at := start.Add(-time.Second)
			for _, want := range test.want {
				next, ok := dates.Next(at)
				require.True(t, ok)
				require.Equal(t, want, next.In(zone).Format(time.RFC3339))
				require.Equal(t, time.UTC, next.Location())
				at = next
			}
		})
	}
}

func TestScheduleEnds(t *testing.T) {
	start := time.Date(2026, 1, 31, 8, 0, 0, 0, time.UTC)
	monthly := Schedule{Every: 1, Unit: Month, Start: start}
	counted, until := monthly, monthly
	counted.Count = 3
	until.Until = time.Date(2026, 3, 31, 8, 0, 0, 0, time.UTC)
	tests := map[string]struct {
		schedule Schedule
		want     int
	}{
		"after as many dates as it has": {counted, 3},
		"before its end, not at it":     {until, 2},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			dates := datesOf(t, test.schedule)
			var all []time.Time
			for at, ok := dates.From(start); ok; at, ok = dates.Next(at) {
				all = append(all, at)
			}
			require.Len(t, all, test.want)
			last, ok := dates.Last(start.AddDate(100, 0, 0))
			require.True(t, ok)
			require.Equal(t, all[test.want-1], last)
			_, ok = dates.Last(start.Add(-1))
			require.False(t, ok)
			last, ok = dates.Last(start)
			require.True(t, ok)
			require.Equal(t, start, last)
		})
	}
}

func TestScheduleThatIsNone(t *testing.T) {
	start := time.Date(2026, 1, 31, 8, 0, 0, 0, time.UTC)
	tests := map[string]struct {
		field  string
		change func(*Schedule)
	}{
		"no distance":                {"every", func(s *Schedule) { s.Every = 0 }},
		"a distance backwards":       {"every", func(s *Schedule) { s.Every = -1 }},
		"a distance that overflows":  {"every", func(s *Schedule) { s.Every = 1 << 40 }},
		"no unit":                    {"unit", func(s *Schedule) { s.Unit = "" }},
		"an unknown unit":            {"unit", func(s *Schedule) { s.Unit = "fortnight" }},
		"no start":                   {"start", func(s *Schedule) { s.Start = time.Time{} }},
		"a start out of reach":       {"start", func(s *Schedule) { s.Start = time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC) }},
		"an unknown zone":            {"time_zone", func(s *Schedule) { s.TimeZone = "Europe/Atlantis" }},
		"a zone outside of the data": {"time_zone", func(s *Schedule) { s.TimeZone = "../../etc/passwd" }},
		"the zone of the machine":    {"time_zone", func(s *Schedule) { s.TimeZone = "Local" }},
		"an end at the start":        {"until", func(s *Schedule) { s.Until = start }},
		"an end before the start":    {"until", func(s *Schedule) { s.Until = start.AddDate(-1, 0, 0) }},
		"less than no dates":         {"count", func(s *Schedule) { s.Count = -1 }},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			s := Schedule{Every: 1, Unit: Month, Start: start}
			test.change(&s)
			_, err := s.Dates()
			var invalid *fault.InvalidError
			require.ErrorAs(t, err, &invalid)
			require.Equal(t, test.field, invalid.Field)
		})
	}
}

// slowly is another way to say what the dates are: one after the other from the
// first, ten minutes at a time where clocks are changed.
func slowly(s Schedule, zone *time.Location, n int) time.Time {
	local := s.Start.In(zone)
	year, month, day := local.Date()
	switch s.Unit {
	case Day:
		day += n * s.Every
	case Week:
		day += n * s.Every * 7
	case Month, Year:
		months := s.Every
		if s.Unit == Year {
			months *= 12
		}
		month += time.Month(n * months)
		for want := (int(month)-1)%12 + 1; ; day-- {
			if _, m, _ := time.Date(year, month, day, 0, 0, 0, 0, time.UTC).Date(); int(m) == want {
				break
			}
		}
	}
	wall := time.Date(year, month, day, local.Hour(), local.Minute(), local.Second(), 0, time.UTC)
	shows := func(at time.Time) string { return at.In(zone).Format(time.DateTime) }
	want := wall.Format(time.DateTime)
	var previous time.Time
	for at := wall.Add(-16 * time.Hour); ; at = at.Add(10 * time.Minute) {
		switch {
		case shows(at) == want:
			return at
		case shows(at) > want: // over it
			_, was := previous.In(zone).Zone()
			return wall.Add(-time.Duration(was) * time.Second)
		}
		previous = at
	}
}

func TestScheduleIsReckonedFromItsStart(t *testing.T) {
	starts := []string{"2026-01-31 02:30", "2024-02-29 01:40", "2025-10-26 00:30", "2026-03-07 02:10"}
	for _, zone := range []string{"UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "America/Sao_Paulo"} {
		location, err := time.LoadLocation(zone)
		require.NoError(t, err)
		for _, start := range starts {
			for _, unit := range []Unit{Day, Week, Month, Year} {
				for _, every := range []int{1, 2, 3, 13} {
					s := Schedule{Every: every, Unit: unit, Start: wallClock(t, zone, start), TimeZone: zone}
					dates := datesOf(t, s)
					at := s.Start.Add(-time.Nanosecond)
					for n := range 15 {
						next, ok := dates.Next(at)
						require.True(t, ok)
						require.Equal(t, slowly(s, location, n), next, "date %d of %+v", n, s)
						require.True(t, dates.Has(next))
						require.False(t, dates.Has(next.Add(time.Second)))
						last, ok := dates.Last(next.Add(time.Hour))
						require.True(t, ok)
						require.Equal(t, next, last)
						at = next
					}
				}
			}
		}
	}
}

func TestScheduleOfLongAgoIsFoundAtOnce(t *testing.T) {
	for _, unit := range []Unit{Day, Week, Month, Year} {
		s := Schedule{Every: 1, Unit: unit, Start: time.Date(1, 1, 31, 23, 0, 0, 0, time.UTC), TimeZone: "Australia/Lord_Howe"}
		dates := datesOf(t, s)
		for _, at := range []time.Time{time.Date(2026, 11, 29, 0, 0, 0, 0, time.UTC), time.Date(9998, 1, 1, 0, 0, 0, 0, time.UTC)} {
			next, ok := dates.Next(at)
			require.True(t, ok)
			last, ok := dates.Last(at)
			require.True(t, ok)
			require.True(t, next.After(at) && !last.After(at), "%s: %s, %s, %s", unit, last, at, next)
			n := dates.behind(at)
			require.LessOrEqual(t, n-max(0, dates.near(at)-2), 6, "steps of %s", unit)
		}
		_, ok := dates.Next(time.Date(12000, 1, 1, 0, 0, 0, 0, time.UTC))
		require.False(t, ok)
	}
}

// Samoa went over the date line and had no 30 December 2011.
func TestScheduleOverADayThatNeverWas(t *testing.T) {
	start := wallClock(t, "Pacific/Apia", "2011-12-29 10:00")
	dates := datesOf(t, Schedule{Every: 1, Unit: Day, Start: start, TimeZone: "Pacific/Apia"})
	next, ok := dates.Next(start)
	require.True(t, ok)
	require.Equal(t, wallClock(t, "Pacific/Apia", "2011-12-31 10:00"), next)
	next, ok = dates.Next(next)
	require.True(t, ok)
	require.Equal(t, wallClock(t, "Pacific/Apia", "2012-01-01 10:00"), next)
}
