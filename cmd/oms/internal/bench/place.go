package bench

import (
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"time"

	"github.com/go-oms/oms"
	"github.com/go-oms/oms/fault"
)

// The stores that can be measured.
const (
	SQLite = "sqlite"
	Memory = "memory"
)

// Options say what to measure. The zero value measures SQLite: 64 callers,
// orders spread over 1,000 SKUs, 5 seconds.
type Options struct {
	Store   string // SQLite or Memory
	Callers int    // how many place orders at the same time
	// SKUs is how many there are to choose from. With 1 every order wants one and
	// the same SKU, and two others of 1,000: one hot line, two spread.
	SKUs     int
	For      time.Duration // how long each side is measured
	Baseline bool          // measure the programs written by hand, too
	// Path is the file of the library's store. It must not exist and is kept.
	// Without one, all files are in a temporary folder under the current one,
	// which is removed. What programs written by hand write is always removed.
	Path string
	// Progress is told how many of all turns are over; nil by default.
	Progress func(done, all int)
}

const (
	defaultCallers = 64
	defaultSKUs    = 1000
	defaultFor     = 5 * time.Second
	longestSlice   = time.Second
	warmUp         = 4 // orders per caller before anything is measured
)

func (o Options) withDefaults() (Options, error) {
	if o.Store == "" {
		o.Store = SQLite
	}
	if o.Callers == 0 {
		o.Callers = defaultCallers
	}
	if o.SKUs == 0 {
		o.SKUs = defaultSKUs
	}
	if o.For == 0 {
		o.For = defaultFor
	}
	if o.Progress == nil {
		o.Progress = func(int, int) {}
	}
	switch {
	case o.Store != SQLite && o.Store != Memory:
		return o, fault.Invalid("store", o.Store, `"sqlite" or "memory"`)
	case o.Callers < 1 || o.Callers > 100_000:
		return o, fault.Invalid("callers", o.Callers, "1 to 100000")
	case o.SKUs != 1 && (o.SKUs < 3 || o.SKUs > 100_000):
		return o, fault.Invalid("skus", o.SKUs, "1 (one hot line, two spread) or 3 to 100000: an order has three lines")
	case o.For < 0 || o.For > time.Hour:
		return o, fault.Invalid("seconds", o.For, "more than zero, at most an hour")
	case o.Path != "" && o.Store == Memory:
		return o, fault.Invalid("db", o.Path, "nothing: the memory store has no file")
	}
	if o.Path != "" {
		if _, err := os.Lstat(o.Path); !errors.Is(err, os.ErrNotExist) {
			return o, fault.Invalid("db", o.Path, "a file that does not exist yet: its orders are made up")
		}
	}
	return o, nil
}

// CountError reports orders that were acknowledged and are not kept, or the other
// way round.
type CountError struct{ Acknowledged, Kept int64 }

func (e *CountError) Error() string {
	return fmt.Sprintf("bench: %d orders were acknowledged and %d are in the books", e.Acknowledged, e.Kept)
}

// BooksError reports books that are not clean after the measurement.
type BooksError struct{ Report *oms.Report }

func (e *BooksError) Error() string {
	what := fmt.Sprintf("bench: verify found %d violations and %d checks that could not be finished",
		len(e.Report.Violations), len(e.Report.Incomplete))
	if len(e.Report.Violations) > 0 {
		v := e.Report.Violations[0]
		what += fmt.Sprintf(", the first: %s: %s: %s", v.Check, v.Where, v.Detail)
	} else if len(e.Report.Incomplete) > 0 {
		what += ", the first: " + e.Report.Incomplete[0]
	}
	return what
}

// BaselineError reports a baseline that does not measure what it should.
type BaselineError struct{ What string }

func (e *BaselineError) Error() string { return "bench: the baseline is not one: " + e.What }

// Place measures and then holds the library's books against every invariant. A
// *CountError, *BooksError or *BaselineError comes with the result.
func Place(ctx context.Context, o Options) (result *Result, err error) {
	o, err = o.withDefaults()
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp(".", "oms-bench-")
	if err != nil {
		return nil, err
	}
	defer func() {
		if e := os.RemoveAll(dir); err == nil {
			err = e
		}
	}()
	p := &place{Options: o, dir: dir}
	defer func() {
		for _, m := range p.meters() {
			if e := m.side.close(); err == nil {
				err = e
			}
		}
	}()
	if err := p.open(ctx); err != nil {
		return nil, err
	}
	if err := p.measure(ctx); err != nil {
		return nil, err
	}
	result = p.result()
	if err := p.library.check(ctx, p.measured.acked.Load()); err != nil {
		return result, err
	}
	return result, result.plausible()
}

// place is one measurement.
type place struct {
	Options
	dir string

	library           *library
	measured          *meter // of the library
	sameRows, tenRows *meter // nil without baselines
}

// meters returns those of all sides that are open.
func (p *place) meters() []*meter {
	var all []*meter
	for _, m := range []*meter{p.measured, p.sameRows, p.tenRows} {
		if m != nil {
			all = append(all, m)
		}
	}
	return all
}

// meter puts a side under measurement.
func (p *place) meter(s side, skus int) *meter {
	return &meter{side: s, skus: skus, hot: p.SKUs == 1, callers: p.Callers}
}

// open makes all sides ready.
func (p *place) open(ctx context.Context) error {
	n := p.SKUs
	if n == 1 {
		n = defaultSKUs
	}
	skus := skuNames(n)
	same, ten := handSide(func() (side, error) { return newMaps(sameRows, skus), nil }),
		handSide(func() (side, error) { return newMaps(tenRows, skus), nil })
	if p.Store == Memory {
		lib, err := inMemory(ctx, skus)
		if err != nil {
			return err
		}
		p.library = lib
	} else {
		path := p.Path
		if path == "" {
			path = filepath.Join(p.dir, "library.db")
		}
		lib, set, err := onSQLite(ctx, path, skus)
		if err != nil {
			return err
		}
		p.library = lib
		same = func() (side, error) { return newHand(filepath.Join(p.dir, "same-rows.db"), set, &sameForm{}, skus) }
		ten = func() (side, error) { return newHand(filepath.Join(p.dir, "ten-rows.db"), set, &tenForm{}, skus) }
	}
	p.measured = p.meter(p.library, n)
	if !p.Baseline {
		return nil
	}
	for _, hand := range []struct {
		open  handSide
		meter **meter
	}{{same, &p.sameRows}, {ten, &p.tenRows}} {
		s, err := hand.open()
		if err != nil {
			return err
		}
		*hand.meter = p.meter(s, n)
	}
	return nil
}

type handSide func() (side, error)

// measure lets the sides take turns.
func (p *place) measure(ctx context.Context) error {
	rounds := max(1, int(math.Ceil(p.For.Seconds()/longestSlice.Seconds())))
	slice := p.For / time.Duration(rounds)
	meters := p.meters()
	rows, acks := make([]int64, len(meters)), make([]int64, len(meters))
	for i, m := range meters {
		var err error
		if err = m.some(ctx, int64(warmUp*p.Callers)); err == nil {
			acks[i] = m.acked.Load()
			rows[i], err = m.side.rows(ctx)
		}
		if err != nil {
			return err
		}
	}
	for round := range rounds {
		for i, m := range meters {
			p.Progress(round*len(meters)+i, rounds*len(meters))
			if err := m.slice(ctx, slice); err != nil {
				return err
			}
		}
	}
	p.Progress(rounds*len(meters), rounds*len(meters))
	for i, m := range meters {
		if err := m.count(ctx, rows[i], acks[i]); err != nil {
			return err
		}
	}
	return nil
}

func (p *place) result() *Result {
	r := &Result{Store: p.Store, Callers: p.Callers, SKUs: p.SKUs, Figures: p.measured.figures()}
	if p.sameRows != nil {
		r.Baselines = &Baselines{SameRows: r.beside(p.sameRows), TenRows: r.beside(p.tenRows)}
	}
	return r
}

func (r *Result) beside(m *meter) Baseline {
	b := Baseline{Figures: m.figures()}
	if b.CPUPerOrder > 0 {
		b.Ratio = round(r.CPUPerOrder/b.CPUPerOrder, 2)
	}
	return b
}
