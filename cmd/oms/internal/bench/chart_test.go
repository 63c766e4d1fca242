package bench

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// compared is a result with everything in it.
func compared() *Result {
	server := 60.0
	return &Result{
		Store: Postgres, Callers: 64, SKUs: 1, Procs: 4, Loaded: 2000,
		Figures: Figures{
			Orders: 10, OrdersPerSecond: 9000, P50: 5000, P99: 9000, CPUPerOrder: 100, RowsPerOrder: 17,
			Shares: &Shares{Client: 40, Server: &server},
		},
		Baselines: map[string]Baseline{
			oneByOneName:    {Figures: Figures{OrdersPerSecond: 2000, CPUPerOrder: 800}, Ratio: 0.13, RateRatio: 4.5, P50Ratio: 0.2},
			groupedSameName: {Figures: Figures{OrdersPerSecond: 10000, CPUPerOrder: 80, Shares: &Shares{Client: 80}}, Ratio: 1.25},
		},
		Otherwise: map[string]Baseline{spreadName: {Figures: Figures{OrdersPerSecond: 8000, CPUPerOrder: 110}, Ratio: 0.91}},
		Reads:     map[string]Read{pageRead: {Reads: 7, P50: 800, P99: 1200}},
		Machine:   &Machine{CPU: "A <fast> one", Cores: 2, Fsync: 90, Server: "PostgreSQL 15"},
	}
}

// rectangles reads a picture and returns the widths of its bars with those of one
// bar added up.
func rectangles(t *testing.T, svg string) (widths []float64) {
	t.Helper()
	type rect struct {
		Width float64 `xml:"width,attr"`
		Y     float64 `xml:"y,attr"`
	}
	var last float64
	d := xml.NewDecoder(strings.NewReader(svg))
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return widths
		}
		require.NoError(t, err, svg)
		if start, ok := token.(xml.StartElement); ok && start.Name.Local == "rect" {
			var r rect
			require.NoError(t, d.DecodeElement(&r, &start))
			if len(widths) > 0 && r.Y == last {
				widths[len(widths)-1] += r.Width
			} else {
				widths = append(widths, r.Width)
			}
			last = r.Y
		}
	}
}

func TestThePictureShowsEverySideInProportion(t *testing.T) {
	var out bytes.Buffer
	require.NoError(t, compared().SVG(&out))
	bars := rectangles(t, out.String())
	require.Len(t, bars, 8, "four sides, twice")
	most := bars[2]
	require.Positive(t, most)
	for i, want := range []float64{100, 110, 800, 80} {
		require.InDelta(t, most*want/800, bars[i], 1.5)
	}
	for i, want := range []float64{9000, 8000, 2000, 10000} {
		require.InDelta(t, most*want/10000, bars[4+i], 1.5)
	}
	require.Contains(t, out.String(), "A &lt;fast&gt; one", "what the machine is called is no markup")
	require.Contains(t, out.String(), "grouped, same rows, by hand")
}

func TestThePictureOfNothingIsOneAllTheSame(t *testing.T) {
	var out bytes.Buffer
	require.NoError(t, (&Result{Store: Memory, SKUs: 1000}).SVG(&out))
	require.Equal(t, []float64{0, 0}, rectangles(t, out.String()))
}

func TestTheTableShowsEverySideAndWhatWasRead(t *testing.T) {
	var out bytes.Buffer
	require.NoError(t, compared().Print(&out))
	for _, want := range []string{
		"postgres, 64 callers in 4 processes, 2000 orders before, orders of three lines, one hot SKU and two spread",
		"A <fast> one, 2 cores, fsync 90 µs, PostgreSQL 15",
		"100.0 (40 + 60)", "80.0 + unknown", "800.0", "0.13", "4.50",
		"a page of 50 orders of one status", "1200",
	} {
		require.Contains(t, out.String(), want)
	}
}
