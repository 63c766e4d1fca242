package bench

import (
	"fmt"
	"io"
	"math"
	"text/tabwriter"
)

// Result is what was measured.
type Result struct {
	Store   string `json:"store"`
	Callers int    `json:"callers"`
	SKUs    int    `json:"skus"`
	Figures
	Baselines *Baselines `json:"baselines,omitempty"`
}

// Figures are those of one side. Times are in microseconds; CPU is user and
// system time of the whole process while this side had its turn.
type Figures struct {
	Orders          int64   `json:"orders"` // measured ones
	OrdersPerSecond float64 `json:"orders_per_s"`
	P50             int64   `json:"p50_us"` // of a caller's wait
	P99             int64   `json:"p99_us"`
	CPUPerOrder     float64 `json:"cpu_us_per_order"`
	RowsPerOrder    float64 `json:"rows_per_order"` // inserted and updated, counted in the tables
}

// Baselines are the programs written by hand.
type Baselines struct {
	SameRows Baseline `json:"same_rows"` // writes as many rows as the library
	TenRows  Baseline `json:"ten_rows"`  // inserts the ten rows that an order cannot do without
}

// Baseline is one of them.
type Baseline struct {
	Figures
	// Ratio is the library's CPU per order to this one's.
	Ratio float64 `json:"ratio"`
}

// published is the CPU per order, in microseconds, that the ten rows are known to
// cost: in SQLite through its low-level API in groups of 32, and in Go maps.
var published = map[string]float64{SQLite: 67, Memory: 5}

// noise is how many times less or more than that a baseline may cost: machines
// differ, in their memory most of all, and so does what else they do.
var noise = map[string]float64{SQLite: 4, Memory: 9}

// plausible tells a baseline that measures something else than it should.
func (r *Result) plausible() error {
	if r.Baselines == nil {
		return nil
	}
	want, got, noise := published[r.Store], r.Baselines.TenRows.CPUPerOrder, noise[r.Store]
	if got < want/noise || got > want*noise {
		return &BaselineError{fmt.Sprintf("ten rows took %g µs of CPU, and are known to take %g, give or take %g to %g",
			got, want, want/noise, want*noise)}
	}
	if same := r.Baselines.SameRows.RowsPerOrder; math.Abs(same-r.RowsPerOrder) > 0.5 {
		return &BaselineError{fmt.Sprintf("same rows writes %g rows per order, and the library %g", same, r.RowsPerOrder)}
	}
	return nil
}

// Print writes the result as a table.
func (r *Result) Print(w io.Writer) error {
	spread := fmt.Sprintf("spread over %d SKUs", r.SKUs)
	if r.SKUs == 1 {
		spread = "one hot SKU and two spread"
	}
	fmt.Fprintf(w, "%s, %d callers, orders of three lines, %s\n\n", r.Store, r.Callers, spread)
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(t, "\torders\torders/s\tp50 µs\tp99 µs\tCPU µs/order\trows/order\tratio\t")
	row := func(name string, f Figures, ratio string) {
		fmt.Fprintf(t, "%s\t%d\t%.0f\t%d\t%d\t%.1f\t%.2f\t%s\t\n",
			name, f.Orders, f.OrdersPerSecond, f.P50, f.P99, f.CPUPerOrder, f.RowsPerOrder, ratio)
	}
	row("library", r.Figures, "")
	if b := r.Baselines; b != nil {
		row("same rows, by hand", b.SameRows.Figures, fmt.Sprintf("%.2f", b.SameRows.Ratio))
		row("ten rows, by hand", b.TenRows.Figures, fmt.Sprintf("%.2f", b.TenRows.Ratio))
	}
	return t.Flush()
}

// round keeps that many decimals.
func round(f float64, decimals int) float64 {
	scale := math.Pow10(decimals)
	return math.Round(f*scale) / scale
}
