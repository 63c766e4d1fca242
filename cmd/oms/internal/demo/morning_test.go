package demo

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/go-oms/oms/reporting"
	"github.com/go-oms/oms/reporting/render"
	"github.com/go-oms/oms/storage"
)

// read is the morning as it is printed, and its page.
func read(t *testing.T, store storage.Store) (m *Morning, text, page string) {
	t.Helper()
	m, err := ReadMorning(t.Context(), store)
	require.NoError(t, err)
	var b, p strings.Builder
	for _, s := range m.Tables {
		b.WriteString(s.Title + "\n")
		require.NoError(t, render.Text(&b, s.Table))
	}
	require.NoError(t, m.Page.Write(&p))
	return m, b.String(), p.String()
}

func TestTheSameYearGivesTheSameMorning(t *testing.T) {
	_, one := live(t, 7, 150)
	_, two := live(t, 7, 150)
	_, other := live(t, 8, 150)
	_, text, page := read(t, one)
	_, text2, page2 := read(t, two)
	_, text3, page3 := read(t, other)
	require.Equal(t, text, text2)
	require.Equal(t, page, page2)
	require.NotEqual(t, text, text3)
	require.NotEqual(t, page, page3)
}

func TestAMorningIsWorthReading(t *testing.T) {
	_, store := usual()
	m, text, page := read(t, store)
	require.LessOrEqual(t, strings.Count(text, "\n"), 100, "two screens")
	for line := range strings.Lines(text) {
		require.LessOrEqual(t, len([]rune(line)), 121, line)
	}
	for _, s := range append(m.Tables, m.Page.Sections...) {
		require.NotEmpty(t, s.Table.Rows, s.Title)
		require.Equal(t, morning, s.Table.AsOf, "as of the end of the year, whatever the time is now")
	}
	require.Len(t, m.Page.Cards, 5)
	for _, c := range m.Page.Cards {
		require.Positive(t, c.Value.Decimal().Sign(), c.Title)
	}
	require.Contains(t, page, "As of</dt><dd>1 January 2026, 08:30</dd>")
	require.Greater(t, strings.Count(page, "<svg"), 3*4)
}

func TestDaysAreThoseOfTheShop(t *testing.T) {
	require.Equal(t, reporting.Period{
		From: time.Date(2025, 12, 30, 23, 0, 0, 0, time.UTC), To: time.Date(2025, 12, 31, 23, 0, 0, 0, time.UTC),
	}, lastDays(1), "the last of December in Berlin")
	summer := daysBack(184, 183)
	require.Equal(t, 22, summer.From.Hour(), "clocks are ahead in summer")
	require.Equal(t, time.September, daysBack(92, 0).From.Add(-time.Nanosecond).Month())
}
