package reporting

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/go-oms/oms/fault"
)

func TestDaysBeginWhereTheZoneSaysSo(t *testing.T) {
	for _, c := range []struct{ zone, day, begins string }{
		{"UTC", "2025-03-30", "2025-03-30T00:00:00Z"},
		{"Europe/Berlin", "2025-03-30", "2025-03-29T23:00:00Z"},
		{"Europe/Berlin", "2025-03-31", "2025-03-30T22:00:00Z"},
		{"Europe/Berlin", "2025-10-27", "2025-10-26T23:00:00Z"},
		{"Asia/Kathmandu", "2025-01-01", "2024-12-31T18:15:00Z"},
		{"Pacific/Kiritimati", "2025-01-01", "2024-12-31T10:00:00Z"},
		// Clocks went from 00:00 to 01:00: there was no midnight.
		{"America/Sao_Paulo", "2018-11-04", "2018-11-04T03:00:00Z"},
		{"Asia/Beirut", "2022-03-27", "2022-03-26T22:00:00Z"},
		// And from 01:00 back to 00:00: midnight came twice.
		{"America/Havana", "2024-11-03", "2024-11-03T04:00:00Z"},
		// And from 24:00 back to 23:00: the day before went on for an hour.
		{"America/Sao_Paulo", "2018-02-18", "2018-02-18T03:00:00Z"},
		// Samoa had no 30 December 2011: what would be it begins with the 31st.
		{"Pacific/Apia", "2011-12-30", "2011-12-30T10:00:00Z"},
		{"Pacific/Apia", "2011-12-31", "2011-12-30T10:00:00Z"},
	} {
		loc, err := Zone(c.zone)
		require.NoError(t, err)
		d, err := time.Parse(time.DateOnly, c.day)
		require.NoError(t, err)
		require.Equal(t, c.begins, midnight(dateOf(d), loc).UTC().Format(time.RFC3339), "%s in %s", c.day, c.zone)
	}
}

// Every moment lies in its piece of time, and pieces follow each other without gaps.
func TestPiecesOfTimeMeet(t *testing.T) {
	for _, zone := range []string{"UTC", "Europe/London", "America/Sao_Paulo", "Asia/Beirut", "America/Havana", "Australia/Lord_Howe"} {
		loc, err := Zone(zone)
		require.NoError(t, err)
		for _, d := range []Dimension{ByDay, ByWeek, ByMonth, ByQuarter, ByYear} {
			at := time.Date(2017, 12, 20, 13, 7, 0, 0, time.UTC)
			for range 400 {
				b := d.bucket(at, loc)
				require.False(t, at.Before(b.start), "%s %s %s", zone, d, at)
				require.True(t, at.Before(b.end), "%s %s %s", zone, d, at)
				require.Equal(t, b, d.bucket(b.start, loc))
				require.Equal(t, b, d.bucket(b.end.Add(-1), loc))
				next := d.bucket(b.end, loc)
				require.Equal(t, b.end, next.start)
				require.Greater(t, next.label, b.label)
				at = at.Add(29 * time.Hour)
			}
		}
	}
}

func TestLabels(t *testing.T) {
	for _, c := range []struct {
		d    Dimension
		at   string
		want string
	}{
		{ByDay, "2024-12-30", "2024-12-30"},
		{ByWeek, "2024-12-29", "2024-W52"},
		{ByWeek, "2024-12-30", "2025-W01"},
		{ByWeek, "2027-01-03", "2026-W53"},
		{ByWeek, "2027-01-04", "2027-W01"},
		{ByMonth, "2024-02-29", "2024-02"},
		{ByQuarter, "2024-03-31", "2024-Q1"},
		{ByQuarter, "2024-04-01", "2024-Q2"},
		{ByQuarter, "2024-12-31", "2024-Q4"},
		{ByYear, "2024-12-31", "2024"},
	} {
		at, err := time.Parse(time.DateOnly, c.at)
		require.NoError(t, err)
		require.Equal(t, c.want, c.d.bucket(at, time.UTC).label)
	}
}

func TestParsePeriod(t *testing.T) {
	for _, c := range []struct{ from, to, zone, wantFrom, wantTo string }{
		{"2025", "2026", "UTC", "2025-01-01T00:00:00Z", "2026-01-01T00:00:00Z"},
		{"2025-03", "2025-04", "Europe/Berlin", "2025-02-28T23:00:00Z", "2025-03-31T22:00:00Z"},
		{"2025-03-04", "2025-03-05", "America/New_York", "2025-03-04T05:00:00Z", "2025-03-05T05:00:00Z"},
		{"2025-03-04T08:30", "", "Europe/Berlin", "2025-03-04T07:30:00Z", "0001-01-01T00:00:00Z"},
		{"", "2025-03-04T08:30:00+05:45", "UTC", "0001-01-01T00:00:00Z", "2025-03-04T02:45:00Z"},
		{"2018-11-04", "", "America/Sao_Paulo", "2018-11-04T03:00:00Z", "0001-01-01T00:00:00Z"},
	} {
		p, err := ParsePeriod(c.from, c.to, c.zone)
		require.NoError(t, err)
		require.Equal(t, c.wantFrom, p.From.UTC().Format(time.RFC3339))
		require.Equal(t, c.wantTo, p.To.UTC().Format(time.RFC3339))
	}
	for _, c := range []struct{ from, to, zone, field string }{
		{"yesterday", "", "UTC", "from"},
		{"", "2025-13", "UTC", "to"},
		{"2025-02-30", "", "UTC", "from"},
		{"2025", "2025", "UTC", "period"},
		{"2025-02", "2025-01", "UTC", "period"},
		{"2025", "", "Mars/Olympus", "zone"},
		{"2025", "", "", "zone"},
	} {
		_, err := ParsePeriod(c.from, c.to, c.zone)
		var invalid *fault.InvalidError
		require.ErrorAs(t, err, &invalid)
		require.Equal(t, c.field, invalid.Field)
	}
}

func FuzzParsePeriod(f *testing.F) {
	f.Add("2025-03", "2025-04-01", "Europe/Berlin")
	f.Add("2018-11-04", "2025-03-04T08:30:00+05:45", "America/Sao_Paulo")
	f.Fuzz(func(t *testing.T, from, to, zone string) {
		p, err := ParsePeriod(from, to, zone)
		if err != nil {
			require.Equal(t, fault.Rejected, fault.KindOf(err))
			return
		}
		require.NoError(t, p.Check())
	})
}
