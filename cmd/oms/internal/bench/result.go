package bench

import (
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
	"text/tabwriter"
)

// Result is what was measured.
type Result struct {
	Store   string `json:"store"`
	Callers int    `json:"callers"`
	Procs   int    `json:"procs,omitempty"` // how many processes the callers were in, if several
	SKUs    int    `json:"skus"`
	Loaded  int64  `json:"orders_before,omitempty"` // how many orders were there already
	Figures
	// Baselines are the programs written by hand, by name: see Names.
	Baselines map[string]Baseline `json:"baselines,omitempty"`
	// Otherwise is the library itself under other conditions, by name: see Names.
	Otherwise map[string]Baseline `json:"otherwise,omitempty"`
	// Reads are what was read between the turns, by name: see Names.
	Reads   map[string]Read `json:"reads,omitempty"`
	Machine *Machine        `json:"machine,omitempty"`
}

// Figures are those of one side. Times are in microseconds; CPU is user and system
// time of all processes that are ours, and of the database's where it has any and
// the system tells, while this side had its turn. Rates and CPU are those of the
// median turn.
type Figures struct {
	Orders          int64   `json:"orders"` // measured ones
	OrdersPerSecond float64 `json:"orders_per_s"`
	P50             int64   `json:"p50_us"` // of a caller's wait
	P99             int64   `json:"p99_us"`
	CPUPerOrder     float64 `json:"cpu_us_per_order"`
	*Shares
	RowsPerOrder float64 `json:"rows_per_order"` // inserted and updated, counted in the tables; zero where nobody counted
}

// Shares are the parts of the CPU where the database has processes of its own.
type Shares struct {
	Client float64  `json:"client_cpu_us_per_order"`
	Server *float64 `json:"server_cpu_us_per_order"` // nil: a server that we cannot look into
}

// Baseline is something that the library is held against.
type Baseline struct {
	Figures
	Ratio     float64 `json:"ratio"`      // the library's CPU per order to this one's
	RateRatio float64 `json:"rate_ratio"` // the same of orders per second
	P50Ratio  float64 `json:"p50_ratio"`  // the same of the median wait
}

// Read is how long one kind of question took, in microseconds.
type Read struct {
	Reads int64 `json:"reads"`
	P50   int64 `json:"p50_us"`
	P99   int64 `json:"p99_us"`
}

// Machine is where it was measured.
type Machine struct {
	CPU    string `json:"cpu,omitempty"` // the model, where the system says
	Cores  int    `json:"cores"`
	Fsync  int64  `json:"fsync_p50_us"` // how long the temporary folder's disk takes to keep 4 kB
	Server string `json:"server,omitempty"`
}

// The names of what the library is held against, and of what is read.
const (
	sameRowsName = "same_rows"
	tenRowsName  = "ten_rows"

	oneByOneName     = "one_by_one"
	oneRoundTripName = "one_round_trip"
	groupedSameName  = "grouped_same_rows"
	groupedTenName   = "grouped_ten_rows"

	spreadName     = "spread"
	emptyName      = "empty"
	oneProcessName = "one_process"

	orderRead = "order"
	pageRead  = "page"
	stockRead = "stock"
)

// titles are the names for people, in the order in which they are printed.
var titles = [][2]string{
	{"", "library"},
	{spreadName, "library, spread over all SKUs"},
	{emptyName, "library, on an empty store"},
	{oneProcessName, "library, in one process"},
	{oneByOneName, "one statement at a time, by hand"},
	{oneRoundTripName, "one round trip, by hand"},
	{sameRowsName, "same rows, by hand"},
	{tenRowsName, "ten rows, by hand"},
	{groupedSameName, "grouped, same rows, by hand"},
	{groupedTenName, "grouped, ten rows, by hand"},
	{orderRead, "an order by its id"},
	{pageRead, "a page of 50 orders of one status"},
	{stockRead, "the stock of 50 SKUs"},
}

// published is the CPU per order, in microseconds, that the ten rows are known to
// cost: in SQLite through its low-level API in groups of 32, in Go maps, and in
// PostgreSQL in groups of 32.
var published = map[string]float64{SQLite: 67, Memory: 5, Postgres: 88}

// noise is how many times less or more than that a baseline may cost: machines
// differ, in their memory most of all, and so does what else they do.
var noise = map[string]float64{SQLite: 4, Memory: 9, Postgres: 4}

// plausible tells a baseline that measures something else than it should.
func (r *Result) plausible() error {
	if len(r.Baselines) == 0 {
		return nil
	}
	ten, same := r.Baselines[tenRowsName], r.Baselines[sameRowsName]
	if r.Store == Postgres {
		ten, same = r.Baselines[groupedTenName], r.Baselines[groupedSameName]
	}
	want, got, noise := published[r.Store], ten.CPUPerOrder, noise[r.Store]
	known := r.Store != Postgres || ten.Shares != nil && ten.Server != nil && r.Callers >= handGroup
	if known && (got < want/noise || got > want*noise) {
		return &BaselineError{fmt.Sprintf("ten rows took %g µs of CPU, and are known to take %g, give or take %g to %g",
			got, want, want/noise, want*noise)}
	}
	if math.Abs(same.RowsPerOrder-r.RowsPerOrder) > 0.5 {
		return &BaselineError{fmt.Sprintf("same rows writes %g rows per order, and the library %g", same.RowsPerOrder, r.RowsPerOrder)}
	}
	return nil
}

// beside returns the figures of a meter and what the library's are to them.
func (r *Result) beside(m *meter) Baseline {
	b := Baseline{Figures: m.figures()}
	ratio := func(ours, theirs float64) float64 {
		if theirs <= 0 {
			return 0
		}
		return round(ours/theirs, 2)
	}
	b.Ratio = ratio(r.CPUPerOrder, b.CPUPerOrder)
	b.RateRatio = ratio(r.OrdersPerSecond, b.OrdersPerSecond)
	b.P50Ratio = ratio(float64(r.P50), float64(b.P50))
	return b
}

// Print writes the result as tables.
func (r *Result) Print(w io.Writer) error {
	fmt.Fprintf(w, "%s\n\n", r.title())
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(t, "\torders\torders/s\tp50 µs\tp99 µs\tCPU µs/order\trows/order\tCPU ratio\trate ratio\tp50 ratio\t")
	for _, row := range r.sides() {
		f, ratios := row.figures, "\t\t"
		if row.beside != nil {
			ratios = fmt.Sprintf("%.2f\t%.2f\t%.2f", row.beside.Ratio, row.beside.RateRatio, row.beside.P50Ratio)
		}
		fmt.Fprintf(t, "%s\t%d\t%.0f\t%d\t%d\t%s\t%s\t%s\t\n",
			row.title, f.Orders, f.OrdersPerSecond, f.P50, f.P99, f.processor(), f.rows(), ratios)
	}
	if err := t.Flush(); err != nil || len(r.Reads) == 0 {
		return err
	}
	fmt.Fprintln(t, "\n\treads\tp50 µs\tp99 µs\t")
	for _, title := range titles {
		if read, ok := r.Reads[title[0]]; ok {
			fmt.Fprintf(t, "%s\t%d\t%d\t%d\t\n", title[1], read.Reads, read.P50, read.P99)
		}
	}
	return t.Flush()
}

// title says in one line what was measured.
func (r *Result) title() string {
	spread := fmt.Sprintf("spread over %d SKUs", r.SKUs)
	if r.SKUs == 1 {
		spread = "one hot SKU and two spread"
	}
	what := fmt.Sprintf("%s, %d callers", r.Store, r.Callers)
	if r.Procs > 1 {
		what += fmt.Sprintf(" in %d processes", r.Procs)
	}
	if r.Loaded > 0 {
		what += fmt.Sprintf(", %d orders before", r.Loaded)
	}
	what += ", orders of three lines, " + spread
	if m := r.Machine; m != nil {
		where := []string{m.CPU, fmt.Sprintf("%d cores", m.Cores), fmt.Sprintf("fsync %d µs", m.Fsync), m.Server}
		what += "\n" + strings.Join(filled(where), ", ")
	}
	return what
}

func filled(texts []string) (out []string) {
	for _, t := range texts {
		if t != "" {
			out = append(out, t)
		}
	}
	return out
}

// printed is one side of the result with its name for people.
type printed struct {
	title   string
	figures Figures
	beside  *Baseline // nil for the library itself
}

// sides lists the library and all it is held against.
func (r *Result) sides() []printed {
	all := []printed{{titles[0][1], r.Figures, nil}}
	for _, title := range titles[1:] {
		for _, group := range []map[string]Baseline{r.Otherwise, r.Baselines} {
			if b, ok := group[title[0]]; ok {
				all = append(all, printed{title[1], b.Figures, &b})
			}
		}
	}
	return all
}

// processor is the CPU per order, with its parts where it has any.
func (f Figures) processor() string {
	text := strconv.FormatFloat(f.CPUPerOrder, 'f', 1, 64)
	switch {
	case f.Shares == nil:
		return text
	case f.Server == nil:
		return text + " + unknown"
	}
	return fmt.Sprintf("%s (%.0f + %.0f)", text, f.Client, *f.Server)
}

func (f Figures) rows() string {
	if f.RowsPerOrder == 0 {
		return ""
	}
	return strconv.FormatFloat(f.RowsPerOrder, 'f', 2, 64)
}

// round keeps that many decimals.
func round(f float64, decimals int) float64 {
	scale := math.Pow10(decimals)
	return math.Round(f*scale) / scale
}
